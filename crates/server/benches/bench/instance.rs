//! The real binary with the demonstration's people, on a free port.

use bytes::Bytes;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Instance {
    process: Child,
    data: PathBuf,
    contract: Value,
}

impl Instance {
    /// Starts it; its contract for scripts is written when it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        let contract = data.join("demo.json");
        let _ = std::fs::remove_file(&contract);
        let mut process = Command::new(env!("CARGO_BIN_EXE_comity"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("COMITY_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        loop {
            assert!(process.try_wait().unwrap().is_none(), "the demonstration ended before it was ready");
            let written = std::fs::read(&contract).ok();
            if let Some(contract) = written.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                let instance = Self { process, data: data.to_owned(), contract };
                instance.first_answer();
                return instance;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for the first answer to `GET /health`.
    fn first_answer(&self) {
        let address = self.base_url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(format!("GET /health HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }

    pub(crate) fn base_url(&self) -> &str {
        self.contract["base_url"].as_str().unwrap()
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    fn person(&self, name: &str, member: &str) -> String {
        let personas = self.contract["personas"].as_array().unwrap();
        let found = personas.iter().find(|persona| persona["name"] == name).unwrap();
        found[member].as_str().unwrap().to_owned()
    }

    pub(crate) fn token(&self, name: &str) -> String {
        self.person(name, "token")
    }

    pub(crate) fn persona(&self, name: &str) -> String {
        self.person(name, "id")
    }

    /// A draft to that provider with one item, as the API takes it.
    pub(crate) fn new_request(provider: &str) -> Bytes {
        let item = json!({ "value": "h.marsh@harbour-telecom.example", "category": "SUBSCRIBER",
            "from": "2026-10-01T00:00:00+02:00", "to": "2026-10-20T00:00:00+02:00" });
        let draft = json!({ "priority": "P2_NORMAL", "answers": { "case_number": "NB-1" }, "items": [item] });
        let body = json!({ "to": provider, "procedure": "bud.18_subscriber", "draft": draft });
        Bytes::from(body.to_string())
    }

    /// Memory of the process that no other shares, and its part of what is shared, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        memory_of(self.process.id())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// How long the binary takes to start and say its version.
pub(crate) fn version() -> Duration {
    let begun = Instant::now();
    let done = Command::new(env!("CARGO_BIN_EXE_comity")).arg("--version").output().unwrap();
    assert!(done.status.success());
    begun.elapsed()
}

/// Proportional set size of a process, in bytes: its own pages, and its part of those it shares.
fn memory_of(process: u32) -> u64 {
    let said = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = said.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Memory of all processes of the test server, which is started if it does not run.
pub(crate) fn postgres_memory() -> u64 {
    let _ = comity_store::testing::postgres();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let named = |process: &u32| {
        std::fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == "postgres")
    };
    numbers.filter(named).map(memory_of).sum()
}
