//! The real binary with the demonstration's people, on a free port.

use bytes::Bytes;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
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

    /// What a demonstration has told, served in earnest: files of any size, passkeys, no one-click people. The tokens of
    /// the demonstration still work.
    pub(crate) fn in_earnest(data: &Path) -> Self {
        let mut contract = Self::start(data, &[]).contract.clone();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // A passkey belongs to the name of a host, and an address is none.
        let base_url = format!("http://localhost:{port}");
        let config = data.join("comity.toml");
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\nbase_url = \"{base_url}\"\ndata = \"{}\"\n\
             [ledger]\nname = \"demo.comity.example/ledger\"\n",
            data.display()
        );
        std::fs::write(&config, text).unwrap();
        contract["base_url"] = base_url.into();
        let process = Command::new(env!("CARGO_BIN_EXE_comity"))
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .env("COMITY_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut instance = Self { process, contract };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(instance.process.try_wait().unwrap().is_none(), "the instance ended before it was ready");
            std::thread::sleep(Duration::from_millis(1));
        }
        instance.first_answer();
        instance
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
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
