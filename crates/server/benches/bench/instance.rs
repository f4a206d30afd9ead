//! The real binary with the demonstration's people, on a free port.

use bytes::Bytes;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Instance {
    process: Child,
    contract: Value,
}

impl Instance {
    /// Starts it; its contract for scripts is written when it is ready.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_program(env!("CARGO_BIN_EXE_comity"), data, arguments)
    }

    /// Another build of the program.
    pub(crate) fn start_program(program: &str, data: &Path, arguments: &[&str]) -> Self {
        let contract = data.join("demo.json");
        let _ = std::fs::remove_file(&contract);
        let mut process = Command::new(program)
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .env("COMITY_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        loop {
            assert!(process.try_wait().unwrap().is_none(), "the demonstration ended before it was ready");
            let written = std::fs::read(&contract).ok();
            if let Some(contract) = written.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                let instance = Self { process, contract };
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

    /// Memory of the process that no other shares, and its part of what is shared.
    #[expect(clippy::cast_precision_loss, reason = "memory of a process is far below 2^53 bytes")]
    pub(crate) fn mebibytes(&self) -> f64 {
        let said = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.process.id())).unwrap();
        let line = said.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() as f64 / 1024.0
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
