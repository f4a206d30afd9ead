//! A demonstration of one's own: the real binary on a free port with data of its own, ended with the test.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A running demonstration.
pub(crate) struct Demo {
    process: Child,
    data: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    /// The command that starts the binary and everything before it, for what it is to run under.
    under: Vec<String>,
    contract: Value,
}

impl Demo {
    /// Starts the binary and waits until its contract for scripts is written.
    ///
    /// # Panics
    /// When the process ends, or is not ready after a minute.
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(name: &str, arguments: &[&str]) -> Self {
        Self::start_as(name, arguments, &[("COMITY_LOG", "warn")])
    }

    /// The same with an environment of its own, and what it logs kept for [`Demo::log`].
    pub(crate) fn start_told(name: &str, environment: &[(&str, &str)]) -> Self {
        Self::start_as(name, &[], environment)
    }

    fn start_as(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&data);
        let _ = std::fs::remove_file(data.with_extension("log"));
        std::fs::create_dir_all(&data).unwrap();
        Self::begin(&data, arguments.iter().map(|&argument| argument.to_owned()).collect(), environment)
    }

    /// The same in a folder that is there.
    pub(crate) fn start_in(data: &Path, arguments: &[&str]) -> Self {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self::begin(data, arguments, &[("COMITY_LOG", "warn")])
    }

    fn begin(data: &Path, arguments: Vec<String>, environment: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment: Vec<(String, String)> = environment.iter().map(owned).collect();
        let process = spawn(&[], data, &arguments, &environment, log_of(data));
        let (data, under) = (data.to_owned(), Vec::new());
        let mut demo = Self { process, data, arguments, environment, under, contract: Value::Null };
        demo.wait();
        demo
    }

    /// Has it started under another command from now on, as `env` or `strace`.
    pub(crate) fn under(&mut self, command: &[&str]) {
        self.under = command.iter().map(|&word| word.to_owned()).collect();
    }

    /// Waits until it has ended by itself, and tells how: nothing where it has not after a minute.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(1) {
            if let Some(status) = self.process.try_wait().unwrap() {
                let _ = std::fs::remove_file(self.data.join("demo.json"));
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Starts it again where it cannot, after [`Demo::kill`], and gives how it ended and what it said.
    pub(crate) fn fails(&self) -> (ExitStatus, String) {
        let process = spawn(&self.under, &self.data, &self.arguments, &self.environment, Stdio::piped());
        let output = process.wait_with_output().unwrap();
        (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        loop {
            assert!(
                self.process.try_wait().unwrap().is_none(),
                "the demonstration ended before it was ready"
            );
            assert!(begun.elapsed() < Duration::from_mins(1), "the demonstration is not ready");
            let written = std::fs::read(self.data.join("demo.json")).ok();
            if let Some(contract) = written.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                self.contract = contract;
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as a power cut does: nothing of it is asked or told.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let _ = std::fs::remove_file(self.data.join("demo.json"));
    }

    /// Starts it again on its data, after [`Demo::kill`], without waiting.
    pub(crate) fn begin_again(&mut self) {
        let said = log_of(&self.data);
        self.process = spawn(&self.under, &self.data, &self.arguments, &self.environment, said);
    }

    /// Starts it again on its data, after [`Demo::kill`]. It has another address and other tokens.
    pub(crate) fn again(&mut self) {
        self.begin_again();
        self.wait();
    }

    /// The address that the contract names.
    pub(crate) fn base_url(&self) -> &str {
        self.contract["base_url"].as_str().unwrap()
    }

    /// The token of somebody in it.
    pub(crate) fn token(&self, name: &str) -> &str {
        let personas = self.contract["personas"].as_array().unwrap();
        personas.iter().find(|persona| persona["name"] == name).unwrap()["token"].as_str().unwrap()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.data.with_extension("log")).unwrap()
    }

    /// The folder of its data, where a test may leave files of its own.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }
}

/// What it logs stands beside its data, which may lie on a disk that is full.
fn log_of(data: &Path) -> Stdio {
    std::fs::File::options().create(true).append(true).open(data.with_extension("log")).unwrap().into()
}

fn spawn(
    under: &[String],
    data: &Path,
    arguments: &[String],
    environment: &[(String, String)],
    said: Stdio,
) -> Child {
    let binary = env!("CARGO_BIN_EXE_comity").to_owned();
    let words = [under, &[binary]].concat();
    Command::new(&words[0])
        .args(&words[1..])
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::null())
        .stderr(said)
        .spawn()
        .unwrap()
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.data);
        }
    }
}
