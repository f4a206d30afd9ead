//! A demonstration of one's own: the real binary on a free port with data of its own, ended with the test.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running demonstration.
pub(crate) struct Demo {
    process: Child,
    data: PathBuf,
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
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_comity"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .args(arguments)
            .env("COMITY_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        loop {
            assert!(process.try_wait().unwrap().is_none(), "the demonstration ended before it was ready");
            assert!(begun.elapsed() < Duration::from_mins(1), "the demonstration is not ready");
            let written = std::fs::read(data.join("demo.json")).ok();
            if let Some(contract) = written.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                return Self { process, data, contract };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The address that the contract names.
    pub(crate) fn base_url(&self) -> &str {
        self.contract["base_url"].as_str().unwrap()
    }

    /// The folder of its data, where a test may leave files of its own.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }
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
