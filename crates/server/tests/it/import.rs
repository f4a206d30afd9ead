//! A message that came as a file is taken as one that comes over the interface.

use crate::demo::Demo;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/examples").join(name)
}

fn import(file: &Path, data: &Path, to: &str) -> Output {
    let file = file.to_str().unwrap();
    let data = data.to_str().unwrap();
    Command::new(env!("CARGO_BIN_EXE_comity"))
        .args(["import", file, "--data", data, "--from", "NBP", "--to", to])
        .env("COMITY_LOG", "warn")
        .output()
        .unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_message_from_a_file_is_filed_once_and_answered() {
    let demo = Demo::start("import");
    for name in ["disclosure.xml", "preservation.json"] {
        let done = import(&example(name), demo.data(), "HBT");
        let (answer, fault) = said(&done);
        assert!(done.status.success(), "{name}: {fault}");
        assert!(answer.contains("ResponsePayload"), "{name}: {answer}");
    }
    let again = import(&example("preservation.json"), demo.data(), "HBT");
    assert!(again.status.success(), "the same message again is answered as before: {:?}", said(&again));
}

#[test]
fn what_cannot_be_filed_says_why() {
    let demo = Demo::start("import-refused");
    let refused = import(&example("interception.xml"), demo.data(), "HBT");
    assert!(!refused.status.success() && said(&refused).1.contains("3001"), "{:?}", said(&refused));
    let stranger = import(&example("disclosure.xml"), demo.data(), "ZZZ");
    assert!(!stranger.status.success() && said(&stranger).1.contains("known are"), "{:?}", said(&stranger));
    let letter = demo.data().join("letter.txt");
    std::fs::write(&letter, "Dear provider, kindly …").unwrap();
    let unread = import(&letter, demo.data(), "HBT");
    assert!(
        !unread.status.success() && said(&unread).1.contains("neither XML nor JSON"),
        "{:?}",
        said(&unread)
    );
}
