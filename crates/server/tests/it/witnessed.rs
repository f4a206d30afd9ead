//! An instance and its witness, both the real binary: what is sealed is cosigned, proofs show it, work goes on without it,
//! an old copy of everything that the instance keeps is refused (T44), and an instance witnesses others itself.

use crate::demo::Demo;
use crate::verify::{UNDECIDED, VALID, ends, kept, year};
use crate::witness::{Log, NAME, ORIGIN, Witness, agent, hex, policy_of, post};
use comity_ledger::{Checkpoint, Note};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const OFFICER: &str = "Amélie Laurent";
const ANALYST: &str = "Erik Lindqvist";

/// An instance with a configuration, on the data of a demonstration that has ended.
pub(crate) struct Instance {
    process: Child,
    url: String,
    pub(crate) said: Arc<Mutex<String>>,
}

impl Instance {
    pub(crate) fn start(config: &Path) -> Self {
        let mut process = serve(config).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let said = Arc::new(Mutex::new(String::new()));
        loop {
            let line = lines.next().expect("it ended before it was ready").unwrap();
            writeln!(said.lock().unwrap(), "{line}").unwrap();
            let Some((_, address)) = line.split_once("Comity serves address=") else { continue };
            let url = format!("http://{address}");
            let shared = said.clone();
            std::thread::spawn(move || {
                for line in lines.map_while(Result::ok) {
                    writeln!(shared.lock().unwrap(), "{line}").unwrap();
                }
            });
            return Self { process, url, said };
        }
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn get(&self, path: &str, token: &str) -> String {
        let request =
            ureq::get(format!("{}{path}", self.url)).header("authorization", format!("Bearer {token}"));
        let mut answer = request.config().http_status_as_error(false).build().call().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{path}: {} {body}", answer.status());
        body
    }

    /// An act: a draft of the officer, with its reference.
    pub(crate) fn draft(&self, demo: &Demo) -> String {
        let me: Value = serde_json::from_str(&self.get("/api/v1/me", demo.token(ANALYST))).unwrap();
        let to = me["organisation"]["id"].as_str().or(me["organisation"].as_str()).unwrap();
        let draft = json!({ "priority": "P2_NORMAL", "answers": { "case_number": "NB-1" }, "items": [] });
        let body = json!({ "to": to, "procedure": "bud.18_subscriber", "draft": draft });
        let request = ureq::post(format!("{}/api/v1/requests", self.url))
            .header("authorization", format!("Bearer {}", demo.token(OFFICER)))
            .header("content-type", "application/json");
        let mut answer = request.send(body.to_string()).unwrap();
        let receipt: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        let path = format!("/api/v1/requests/{}", receipt["request"].as_str().unwrap());
        let dossier: Value = serde_json::from_str(&self.get(&path, demo.token(OFFICER))).unwrap();
        dossier["reference"].as_str().unwrap().to_owned()
    }

    /// Waits until the newest checkpoint, of more than `size` leaves, is cosigned, or is not; answers its size.
    pub(crate) fn wait(&self, year: &str, size: u64, cosigned: bool) -> u64 {
        let begun = Instant::now();
        loop {
            // There is no log before the first seal.
            let url = format!("{}/ledger/{year}/checkpoint", self.url);
            let bytes = agent().get(&url).call().unwrap().body_mut().read_to_vec().unwrap();
            let note = Note::parse(&bytes).unwrap_or(Note { text: String::new(), signatures: Vec::new() });
            let head = Checkpoint::from_text(&note.text).map_or(0, |head| head.size);
            let by_witness = note.signatures.iter().any(|line| line.name == NAME);
            if head > size && by_witness == cosigned {
                return head;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{note}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comity"));
    command.args(["serve", "--config"]).arg(config).env("COMITY_LOG", "info").env("NO_COLOR", "1");
    command
}

/// Why an instance does not start.
pub(crate) fn refused(config: &Path) -> String {
    let mut process = serve(config).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok) {
        if line.contains("Comity serves") {
            process.kill().unwrap();
        }
        writeln!(said, "{line}").unwrap();
    }
    assert_eq!(process.wait().unwrap().code(), Some(1), "{said}");
    said
}

/// A demonstration that has told its story and ended, and a configuration for an instance on its data.
pub(crate) fn told(name: &str) -> (Demo, PathBuf, String) {
    let mut demo = Demo::start(name);
    let policy = kept(demo.data(), "policy", &["ledger", "policy", "--data", demo.data().to_str().unwrap()]);
    demo.kill();
    let config = demo.data().join("comity.toml");
    configure(&demo, &config, "");
    (demo, config, std::fs::read_to_string(policy).unwrap())
}

fn configure(demo: &Demo, config: &Path, more: &str) {
    configured(demo.data(), config, more);
}

/// A configuration for an instance whose data lie, or are to lie, in a folder.
pub(crate) fn configured(data: &Path, config: &Path, more: &str) {
    let text = format!(
        "listen = \"127.0.0.1:0\"\nbase_url = \"http://127.0.0.1\"\ndata = \"{}\"\n[ledger]\n\
         name = \"demo.comity.example/ledger\"\n{more}\n",
        data.display()
    );
    std::fs::write(config, text).unwrap();
}

/// The lines of a configuration that name the witness by its ML-DSA-44 key.
pub(crate) fn asks(witness: &Witness) -> String {
    format!("[[ledger.witness]]\nkey = \"{}\"\nurl = \"{}\"\n", witness.keys[1], witness.url)
}

#[test]
fn proofs_carry_the_quorum_and_work_goes_on_without_it() {
    let (demo, config, logs) = told("witnessed");
    let mut witness = Witness::start("witnessed-witness", &logs);
    configure(&demo, &config, &asks(&witness));
    let instance = Instance::start(&config);
    let of = config.to_str().unwrap();
    let policy = kept(demo.data(), "with-quorum", &["ledger", "policy", "--config", of]);
    let year = year(&policy);
    let policy = policy.to_str().unwrap();
    let size = instance.wait(&year, 0, true);
    let proof = kept(demo.data(), "one", &["proof", &format!("XA-NBP-{year}-000001"), "--config", of]);
    let proof = proof.to_str().unwrap();
    let said = ends(&["verify", "bundle", proof, "--policy", policy, "--fresh-hours", "1"], VALID);
    assert!(said.contains(&format!("cosigned by {NAME} at ")), "{said}");
    let log = format!("{}/ledger/{year}", instance.url);
    ends(&["verify", "log", &log, "--policy", policy, "--fresh-hours", "1"], VALID);
    // The same proof for somebody who trusts another witness, and for one who asks for none lately.
    let other = demo.data().join("other-quorum");
    let key = &witness.keys[0];
    std::fs::write(&other, logs.replace("quorum none", &format!("witness w {key}\nquorum w"))).unwrap();
    ends(&["verify", "bundle", proof, "--policy", other.to_str().unwrap()], UNDECIDED);
    std::thread::sleep(Duration::from_secs(2));
    ends(&["verify", "bundle", proof, "--policy", policy, "--fresh-hours", "0"], UNDECIDED);

    witness.kill();
    let reference = instance.draft(&demo);
    let size = instance.wait(&year, size, false);
    let proof = kept(demo.data(), "two", &["proof", &reference, "--config", of]);
    let proof = proof.to_str().unwrap();
    ends(&["verify", "bundle", proof], VALID);
    ends(&["verify", "bundle", proof, "--policy", policy], UNDECIDED);
    instance.draft(&demo);
    instance.wait(&year, size, false);
    witness.again();
    instance.wait(&year, size, true);
    kept(demo.data(), "two", &["proof", &reference, "--config", of]);
    ends(&["verify", "bundle", proof, "--policy", policy, "--fresh-hours", "1"], VALID);
    ends(&["check", "--config", of], VALID);
    let said = instance.said.lock().unwrap().clone();
    assert_eq!(said.matches("A witness does not cosign").count(), 1, "{said}");
    assert_eq!(said.matches("A witness cosigns again").count(), 1, "{said}");
}

/// Copies a folder and all below it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

#[test]
fn an_old_copy_of_all_that_it_keeps_is_refused() {
    let (demo, config, logs) = told("witnessed-old");
    let mut witness = Witness::start("witnessed-old-witness", &logs);
    configure(&demo, &config, &asks(&witness));
    let year = logs.split('+').next().unwrap().rsplit('/').next().unwrap();
    let mut instance = Instance::start(&config);
    let size = instance.wait(year, 0, true);
    instance.kill();
    let old = demo.data().with_extension("old");
    let _ = std::fs::remove_dir_all(&old);
    copy(demo.data(), &old);
    let mut instance = Instance::start(&config);
    instance.draft(&demo);
    instance.wait(year, size, true);
    instance.kill();
    std::fs::remove_dir_all(demo.data()).unwrap();
    std::fs::rename(&old, demo.data()).unwrap();
    let said = refused(&config);
    for word in ["older than what has been signed", NAME, "Restore the newest backup"] {
        assert!(said.contains(word), "{said}");
    }
    // A witness that cannot be asked keeps nobody from starting; it says so.
    witness.kill();
    let instance = Instance::start(&config);
    assert!(instance.said.lock().unwrap().contains("A witness does not cosign"));
    instance.draft(&demo);
    // As soon as it can be asked the other history shows.
    witness.again();
    let begun = Instant::now();
    while !instance.said.lock().unwrap().contains("A witness knows another history") {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_instance_witnesses_other_logs() {
    let (demo, config, _) = told("witnessing");
    let log = Log::new();
    let policy = demo.data().join("others");
    std::fs::write(&policy, policy_of(&[&log])).unwrap();
    configure(&demo, &config, &format!("[witness]\nname = \"{NAME}\"\nlogs = [\"{}\"]\n", policy.display()));
    let mut instance = Instance::start(&config);
    let key = instance.said.lock().unwrap().clone();
    assert!(key.contains("This instance witnesses other logs") && key.contains(NAME), "{key}");
    let prefix = format!("{}/witness", instance.url);
    let done = post(&prefix, &log.growth(0, 9).to_string());
    assert_eq!((done.status, done.body.lines().count()), (200, 2), "{}", done.body);
    instance.kill();
    let instance = Instance::start(&config);
    let prefix = format!("{}/witness", instance.url);
    assert_eq!(post(&prefix, &log.growth(0, 11).to_string()).body, "9\n");
    assert_eq!(post(&prefix, &"x".repeat(100_000)).status, 413);
    let hash = hex(&Sha256::digest(ORIGIN));
    assert!(instance.get(&format!("/witness/{hash}/checkpoint"), "").starts_with(&log.note(9).text));
    // What it is not asked for as a witness is what it was.
    assert!(instance.get("/health", "").contains("ready"));
}

#[test]
fn a_witness_without_tls_is_asked_on_this_machine_only() {
    let key =
        comity_ledger::SigningKey::from_seed(NAME, comity_ledger::Algorithm::CosignatureEd25519, &[1; 32]);
    let key = key.unwrap().verifier().to_string();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("witnessed-plain");
    std::fs::create_dir_all(&folder).unwrap();
    let config = folder.join("comity.toml");
    for url in ["http://203.0.113.7/", "http://127.0.0.1@203.0.113.7/", "ftp://127.0.0.1/", "/witness"] {
        let text = format!(
            "listen = \"127.0.0.1:0\"\nbase_url = \"http://127.0.0.1\"\ndata = \"{}\"\n\
             [[ledger.witness]]\nkey = \"{key}\"\nurl = \"{url}\"\n",
            folder.display()
        );
        std::fs::write(&config, text).unwrap();
        let said = refused(&config);
        assert!(said.contains("https, or http on this machine"), "{url}: {said}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
