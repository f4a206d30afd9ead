//! A demonstration of one's own: the real binary on a free port with data of its own, ended with the test.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running demonstration.
pub(crate) struct Demo {
    process: Child,
    data: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
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
        std::fs::create_dir_all(&data).unwrap();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment: Vec<(String, String)> = environment.iter().map(owned).collect();
        let process = spawn(&data, &arguments, &environment);
        let mut demo = Self { process, data, arguments, environment, contract: Value::Null };
        demo.wait();
        demo
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
        self.process = spawn(&self.data, &self.arguments, &self.environment);
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
        std::fs::read_to_string(self.data.join("log")).unwrap()
    }

    /// The folder of its data, where a test may leave files of its own.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }
}

fn spawn(data: &Path, arguments: &[String], environment: &[(String, String)]) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(data.join("log")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_comity"))
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::null())
        .stderr(log)
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
