//! The commands with which somebody outside checks what an instance claims, while it is served.

use crate::demo::Demo;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const VALID: Option<i32> = Some(0);
const INVALID: Option<i32> = Some(1);
pub(crate) const UNDECIDED: Option<i32> = Some(2);

fn comity(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_comity")).args(arguments).env("COMITY_LOG", "warn").output().unwrap()
}

pub(crate) fn ends(arguments: &[&str], wanted: Option<i32>) -> String {
    let output = comity(arguments);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), wanted, "{arguments:?}: {said}");
    said
}

/// Writes what a command prints into a file.
pub(crate) fn kept(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let output = comity(arguments);
    assert_eq!(output.status.code(), VALID, "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let file = folder.join(name);
    std::fs::write(&file, &output.stdout).unwrap();
    file
}

/// The year of the first log, the only one of a demonstration, which is also that of its references.
pub(crate) fn year(policy: &Path) -> String {
    let text = std::fs::read_to_string(policy).unwrap();
    let origin = text.lines().find(|line| line.starts_with("log ")).unwrap().split('+').next().unwrap();
    origin.rsplit('/').next().unwrap().to_owned()
}

/// The first request of the demonstration.
fn reference(policy: &Path) -> String {
    format!("XA-NBP-{}-000001", year(policy))
}

/// One byte changed: another letter of the same class, so that the file still reads as text.
fn changed(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = match bytes[at] {
        b'A' => b'B',
        b'0' => b'1',
        _ => b'A',
    };
    bytes
}

#[test]
fn a_proof_from_the_console_verifies_and_a_changed_one_does_not() {
    let demo = Demo::start("verify-bundle");
    let data = demo.data().to_str().unwrap();
    let policy = kept(demo.data(), "policy", &["ledger", "policy", "--data", data]);
    let proof = kept(demo.data(), "one.comity-proof", &["proof", &reference(&policy), "--data", data]);
    let (file, policy) = (proof.to_str().unwrap(), policy.to_str().unwrap());
    let said = ends(&["verify", "bundle", file, "--policy", policy], VALID);
    assert!(said.contains("withheld") && said.contains("Valid."), "{said}");
    let said = ends(&["verify", "bundle", file], VALID);
    assert!(said.contains("the file's own word"), "{said}");
    ends(&["verify", "bundle", data], VALID);
    ends(&["verify", "pair", file, file, "--policy", policy], VALID);
    ends(&["check", "--data", data], VALID);
    ends(&["verify", "store", "--data", data], VALID);

    let bytes = std::fs::read(&proof).unwrap();
    let other = demo.data().join("other");
    for at in (17..bytes.len()).step_by(211) {
        std::fs::write(&other, changed(&bytes, at)).unwrap();
        ends(&["verify", "bundle", other.to_str().unwrap(), "--policy", policy], INVALID);
    }
    std::fs::write(&other, String::from_utf8(bytes).unwrap().replacen("v1", "v9", 1)).unwrap();
    ends(&["verify", "bundle", other.to_str().unwrap(), "--policy", policy], UNDECIDED);
    let none = demo.data().join("none");
    std::fs::write(&none, "quorum none\n").unwrap();
    ends(&["verify", "bundle", file, "--policy", none.to_str().unwrap()], UNDECIDED);
    ends(&["verify", "bundle", "/nowhere"], UNDECIDED);
    let unknown = comity(&["proof", "XA-NBP-1999-000001", "--data", data]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[test]
fn an_extract_of_the_trail_verifies_and_a_changed_one_does_not() {
    let demo = Demo::start("verify-extract");
    let data = demo.data().to_str().unwrap();
    let policy = kept(demo.data(), "policy", &["ledger", "policy", "--data", data]);
    let asked = serde_json::json!({ "reason": "Review 1", "filter": { "processing": "disclosure" } });
    let mut answer = ureq::post(format!("{}/api/v1/trail/extracts", demo.base_url()))
        .header("authorization", format!("Bearer {}", demo.token("Hannah Weiss")))
        .header("content-type", "application/json")
        .send(asked.to_string())
        .unwrap();
    let bytes = answer.body_mut().read_to_vec().unwrap();
    let file = demo.data().join("trail.comity-proof");
    std::fs::write(&file, &bytes).unwrap();
    let (file, policy) = (file.to_str().unwrap(), policy.to_str().unwrap());
    let said = ends(&["verify", "bundle", file, "--policy", policy], VALID);
    assert!(said.contains("extract") && said.contains("entries, the last of them"), "{said}");
    ends(&["verify", "pair", file, file, "--policy", policy], UNDECIDED);
    let other = demo.data().join("other");
    for at in (17..bytes.len()).step_by(bytes.len() / 60) {
        std::fs::write(&other, changed(&bytes, at)).unwrap();
        ends(&["verify", "bundle", other.to_str().unwrap(), "--policy", policy], INVALID);
    }
}

#[test]
fn a_mirrored_log_verifies_and_a_changed_one_does_not() {
    let demo = Demo::start("verify-log");
    let data = demo.data().to_str().unwrap();
    let policy = kept(demo.data(), "policy", &["ledger", "policy", "--data", data]);
    // A proof has all that waits sealed.
    kept(demo.data(), "one.comity-proof", &["proof", &reference(&policy), "--data", data]);
    let year = year(&policy);
    let (url, policy) = (format!("{}/ledger/{year}", demo.base_url()), policy.to_str().unwrap());
    ends(&["verify", "log", &url, "--policy", policy], VALID);
    let copy = demo.data().join("copy");
    let folder = copy.to_str().unwrap();
    ends(&["ledger", "mirror", &url, folder], VALID);
    let again = ends(&["ledger", "mirror", &url, folder], VALID);
    assert!(again.contains("0 new files"), "{again}");
    let said = ends(&["verify", "log", folder, "--policy", policy], VALID);
    assert!(said.contains("1 kept checkpoints"), "{said}");
    ends(&["verify", "log", folder, "--policy", policy, "--fresh-hours", "1"], UNDECIDED);

    let entries = copy.join("tile/entries");
    let tile = first_file(&entries);
    let bytes = std::fs::read(&tile).unwrap();
    std::fs::write(&tile, changed(&bytes, bytes.len() / 2)).unwrap();
    ends(&["verify", "log", folder, "--policy", policy], INVALID);
    std::fs::remove_file(&tile).unwrap();
    ends(&["verify", "log", folder, "--policy", policy], UNDECIDED);
}

fn first_file(folder: &Path) -> PathBuf {
    let path = std::fs::read_dir(folder).unwrap().flatten().next().unwrap().path();
    if path.is_dir() { first_file(&path) } else { path }
}
