//! What leaves the process for its operator: logs, traces and metrics tell that something happened, and nothing of what
//! it was about (rule 10, T32).

use crate::demo::Demo;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const OFFICER: &str = "Amélie Laurent";
const GATEKEEPER: &str = "Martin Okafor";
const ANALYST: &str = "Erik Lindqvist";

/// What stands in the case, in the demonstration's directory, or was sent by a caller.
const CANARIES: [&str; 10] = [
    "canary.target@harbour-telecom.example",
    "Canary facts of the case",
    "Canary question",
    "canary-file.csv",
    "canary-secret",
    "canary-search",
    "canary-unreadable",
    OFFICER,
    "Okafor",
    "@police.northbridge.example",
];

/// Nothing of this may stand in what the process tells: neither a canary nor a secret of the demonstration.
fn tells_nothing(told: &str, demo: &Demo) {
    for canary in CANARIES.iter().copied().chain([demo.token(OFFICER), demo.token(GATEKEEPER)]) {
        let at = told.find(canary);
        assert!(at.is_none(), "{canary}: {:?}", at.map(|at| &told[at.saturating_sub(200)..]));
    }
}

/// A collector of traces that keeps what it is sent.
struct Collector {
    address: String,
    bodies: Arc<Mutex<String>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(String::new()));
        let kept = bodies.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let kept = kept.clone();
                std::thread::spawn(move || take(stream.unwrap(), &kept));
            }
        });
        Self { address, bodies }
    }

    /// Waits until a span of that name was sent, and answers everything.
    fn until(&self, name: &str) -> String {
        let begun = Instant::now();
        loop {
            let bodies = self.bodies.lock().unwrap().clone();
            if bodies.contains(name) {
                return bodies;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "no span {name}: {bodies}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Reads requests with a length and answers each.
fn take(mut stream: TcpStream, kept: &Mutex<String>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16_384];
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
        });
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        kept.lock().unwrap().push_str(&text);
        bytes.clear();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(answer).unwrap();
    }
}

struct Caller<'d> {
    demo: &'d Demo,
    agent: ureq::Agent,
}

impl<'d> Caller<'d> {
    fn new(demo: &'d Demo) -> Self {
        let settings = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        Self { demo, agent: settings.build().new_agent() }
    }

    fn call(&self, who: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, String, String) {
        // A body that no handler reads ends the connection, and the next call on it meets that sooner or later.
        let body = if method == "GET" { &[] } else { body };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.demo.base_url()))
            .header("authorization", format!("Bearer {}", self.demo.token(who)))
            .header("content-type", kind)
            .header("upload-offset", "0")
            .body(body.to_vec());
        let mut answer = self.agent.run(request.unwrap()).unwrap();
        let number = answer.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
        (answer.status().as_u16(), number, answer.body_mut().read_to_string().unwrap())
    }

    fn json(&self, who: &str, method: &str, path: &str, body: &Value) -> (u16, String, String) {
        self.call(who, method, path, "application/json", body.to_string().as_bytes())
    }
}

/// A draft with a target and facts, an act that is refused, bodies and addresses that hold what they should not.
fn some_work(caller: &Caller<'_>) {
    let (_, _, me) = caller.json(ANALYST, "GET", "/api/v1/me", &Value::Null);
    let me: Value = serde_json::from_str(&me).unwrap();
    let to = &me["organisation"]["id"];
    let item = json!({ "value": CANARIES[0], "category": "SUBSCRIBER",
        "from": "2026-10-01T00:00:00+02:00", "to": "2026-10-20T00:00:00+02:00" });
    let draft =
        json!({ "priority": "P2_NORMAL", "answers": { "case_number": CANARIES[1] }, "items": [item] });
    let new = json!({ "to": to, "procedure": "bud.18_subscriber", "draft": draft });
    let (status, _, receipt) = caller.json(OFFICER, "POST", "/api/v1/requests", &new);
    assert_eq!(status, 201, "{receipt}");
    let receipt: Value = serde_json::from_str(&receipt).unwrap();
    let acts = format!("/api/v1/requests/{}/acts", receipt["request"].as_str().unwrap());
    let question = json!({ "act": "ask", "code": "N03", "question": CANARIES[2] });
    assert!(caller.json(GATEKEEPER, "POST", &acts, &question).0 >= 400);
    assert_eq!(caller.json(OFFICER, "POST", &acts, &json!({ "act": "submit" })).0, 422);
    let unreadable = json!({ "act": "canary-unreadable", "canary-unreadable": CANARIES[1] });
    assert_eq!(caller.json(OFFICER, "POST", &acts, &unreadable).0, 400);
    assert_eq!(caller.call(OFFICER, "POST", &acts, "application/json", b"{canary-unreadable").0, 400);
    for path in ["/sign-in/link/canary-secret", "/api/v1/requests?search=canary-search", "/canary-search"] {
        caller.json(OFFICER, "GET", path, &Value::Null);
    }
}

/// A file that cannot be kept, because its folder is gone: a fault, with its id in the answer.
fn a_fault(caller: &Caller<'_>) -> (String, String) {
    let (_, _, work) = caller.json(ANALYST, "GET", "/api/v1/requests", &Value::Null);
    let work: Value = serde_json::from_str(&work).unwrap();
    let blobs = caller.demo.data().join("blobs");
    std::fs::rename(&blobs, caller.demo.data().join("elsewhere")).unwrap();
    std::fs::write(&blobs, b"not a folder").unwrap();
    for row in work["rows"].as_array().unwrap() {
        let files = format!("/api/v1/requests/{}/files", row["id"].as_str().unwrap());
        let begun = caller.json(ANALYST, "POST", &files, &json!({ "name": CANARIES[3], "size": 5 }));
        let Ok(begun) = serde_json::from_str::<Value>(&begun.2) else { continue };
        let Some(file) = begun["id"].as_str() else { continue };
        let kind = "application/octet-stream";
        let path = format!("{files}/{file}");
        let (status, number, body) = caller.call(ANALYST, "PATCH", &path, kind, b"bytes");
        assert_eq!(status, 500, "{body}");
        let problem: Value = serde_json::from_str(&body).unwrap();
        return (problem["fault"].as_str().unwrap().to_owned(), number);
    }
    panic!("no request takes a file: {work}");
}

#[test]
fn logs_and_traces_tell_what_happened_and_nothing_of_what_it_was_about() {
    let collector = Collector::start();
    let demo = Demo::start_told(
        "observe-canaries",
        &[("COMITY_LOG", "trace"), ("COMITY_LOG_FORMAT", "json"), ("COMITY_TRACES", &collector.address)],
    );
    let caller = Caller::new(&demo);
    some_work(&caller);
    let (fault, number) = a_fault(&caller);
    let traces = collector.until("/api/v1/requests/{id}/files/{file}");
    let log = demo.log();
    tells_nothing(&log, &demo);
    tells_nothing(&traces, &demo);
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered = |number: &str| {
        let number = number.parse::<u64>().ok();
        let found =
            lines.iter().find(|line| line["request"].as_u64() == number && line["message"] == "answered");
        found.unwrap_or_else(|| panic!("no line of request {number:?}"))
    };
    let line = answered(&number);
    assert_eq!(line["route"], "/api/v1/requests/{id}/files/{file}", "{line}");
    assert_eq!(
        (&line["method"], &line["status"], &line["fault"]),
        (&json!("PATCH"), &json!(500), &json!(fault))
    );
    assert!(line["micros"].as_u64().unwrap() > 0, "{line}");
    assert!(lines.iter().any(|line| line["fault.id"] == json!(fault)), "its cause is in the log: {log}");
    for span in ["\"http\"", "\"transaction\"", "\"job\"", "request.draft", "POST /v1/traces"] {
        assert!(traces.contains(span), "{span}: {traces}");
    }
}

/// An instance by its configuration, with its log.
struct Served {
    process: Child,
    log: std::path::PathBuf,
}

impl Served {
    fn start(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let (file, log) = (configuration(&folder, "127.0.0.1:0"), folder.join("log"));
        let process = Command::new(env!("CARGO_BIN_EXE_comity"))
            .args(["serve", "--config"])
            .arg(file)
            .env("COMITY_LOG_FORMAT", "json")
            .stderr(std::fs::File::create(&log).unwrap())
            .stdout(Stdio::null())
            .spawn();
        Self { process: process.unwrap(), log }
    }

    /// The address in the line with that message.
    fn address(&self, message: &str) -> String {
        let begun = Instant::now();
        loop {
            let log = std::fs::read_to_string(&self.log).unwrap();
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            if let Some(line) = lines.into_iter().find(|line| line["message"] == message) {
                return format!("http://{}", line["address"].as_str().unwrap());
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(folder: &Path, operator: &str) -> std::path::PathBuf {
    let file = folder.join("comity.toml");
    let text = format!(
        "listen = \"127.0.0.1:0\"\nbase_url = \"http://127.0.0.1\"\ndata = '{}'\n[operator]\nlisten = \"{operator}\"\n",
        folder.display()
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn get(address: &str) -> (u16, String) {
    let settings = ureq::Agent::config_builder().http_status_as_error(false);
    let mut answer = settings.build().new_agent().get(address).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

#[test]
fn metrics_are_served_on_the_operators_listener_and_nowhere_else() {
    let served = Served::start("observe-metrics");
    let (program, operator) = (served.address("Comity serves"), served.address("Metrics are served"));
    assert_eq!(get(&format!("{program}/health")).0, 200);
    assert_eq!(get(&format!("{program}/metrics")).0, 404);
    let (status, text) = get(&format!("{operator}/metrics"));
    assert_eq!(status, 200);
    assert!(text.contains("route=\"/health\",status=\"2xx\"} 1"), "{text}");
    assert_eq!(get(&format!("{operator}/health")).0, 404, "one thing on one listener");
}

#[test]
fn what_would_show_the_numbers_to_others_is_refused() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("observe-refused");
    std::fs::create_dir_all(&folder).unwrap();
    let ends = |operator: &str, name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_comity"));
        let file = configuration(&folder, operator);
        let output = command.args(["serve", "--config"]).arg(file).env(name, value).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = ends("0.0.0.0:9464", "COMITY_LOG", "warn");
    assert!(said.contains("operator.listen: only a loopback address"), "{said}");
    let said = ends("127.0.0.1:0", "COMITY_TRACES", "http://otel.example:4318");
    assert!(said.contains("COMITY_TRACES: an https address"), "{said}");
    let said = ends("127.0.0.1:0", "COMITY_LOG_FORMAT", "xml");
    assert!(said.contains("COMITY_LOG_FORMAT: text or json"), "{said}");
}
