//! A message that came as a file is taken as one that comes over the interface.

use crate::demo::Demo;
use comity_formats::etsi_103120::{Encoding, Payload, read};
use comity_store::on_both_engines;
use comity_store::testing::TestStore;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How the process ends when everything was taken, when the answer states an error, and when there is no answer.
const TAKEN: Option<i32> = Some(0);
const REFUSED: Option<i32> = Some(1);
const UNUSABLE: Option<i32> = Some(2);

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/examples").join(name)
}

fn import(file: &Path, data: &Path, to: &str) -> Output {
    let file = file.to_str().unwrap();
    let data = data.to_str().unwrap();
    comity(&["import", file, "--data", data, "--from", "NBP", "--to", to])
}

fn comity(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_comity")).args(arguments).env("COMITY_LOG", "warn").output().unwrap()
}

/// The configuration file of an instance on this database, which nobody has served yet.
fn configuration(store: &TestStore) -> PathBuf {
    let mut text = format!(
        "listen = \"127.0.0.1:0\"\nbase_url = \"http://127.0.0.1\"\ndata = '{}'\n",
        store.dir().display()
    );
    if let comity_store::Database::Postgres(url) = &store.config().database {
        text = format!("{text}database_url = '{url}'\n");
    }
    for (number, kind, code) in [(1, "AUTHORITY", "NBP"), (2, "PROVIDER", "HBT")] {
        let organisation = format!(
            "[[organisation]]\nid = \"00000000-0000-4000-8000-00000000000{number}\"\nkind = \"{kind}\"\n\
             name = \"{code}\"\ncode = \"{code}\"\ncountry = \"XA\"\ntime_zone = \"Europe/Paris\"\n\
             language = \"en\"\nmail_domain = \"a.example\"\nswitchboard = \"+999100200\"\nservices = []\n"
        );
        text.push_str(&organisation);
    }
    let file = store.dir().join("comity.toml");
    std::fs::write(&file, text).unwrap();
    file
}

/// The answer is a message of the standard without a departure from it.
fn strictly(name: &str, answer: &[u8]) {
    let encoding = if Path::new(name).extension().is_some_and(|ending| ending == "xml") {
        Encoding::Xml
    } else {
        Encoding::Json
    };
    let read = read(encoding, answer, usize::MAX).unwrap();
    assert!(read.deviations.is_empty(), "{name}: {:?}", read.deviations);
    assert!(!matches!(read.message.payload, Payload::Request(_)), "{name}: not an answer");
}

on_both_engines! {
    async fn a_file_is_filed_before_the_instance_was_ever_served(store) {
        let config = configuration(store);
        let official = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../shared/standards/etsi-103120/v1.23.1/examples");
        let mut files = vec![(example("disclosure.xml"), TAKEN), (example("preservation.json"), TAKEN)];
        if official.is_dir() {
            files.push((official.join("xml/request4.xml"), TAKEN));
            files.push((official.join("xml/request2.xml"), TAKEN));
            files.push((official.join("json/request1_signed.json"), REFUSED));
        } else {
            println!("skipped: the official examples are not beside this checkout");
        }
        for (file, ends) in files {
            let (name, config) = (file.to_str().unwrap(), config.to_str().unwrap());
            let done = comity(&["import", name, "--config", config, "--from", "NBP", "--to", "HBT"]);
            assert_eq!(done.status.code(), ends, "{name}: {:?}", said(&done));
            strictly(name, &done.stdout);
        }
    }
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
    assert_eq!(
        again.status.code(),
        TAKEN,
        "the same message again is answered as before: {:?}",
        said(&again)
    );
}

#[test]
fn what_cannot_be_filed_says_why() {
    let demo = Demo::start("import-refused");
    let refused = import(&example("interception.xml"), demo.data(), "HBT");
    assert_eq!(refused.status.code(), REFUSED);
    assert!(said(&refused).1.contains("3001"), "{:?}", said(&refused));
    strictly("interception.xml", &refused.stdout);
    let stranger = import(&example("disclosure.xml"), demo.data(), "ZZZ");
    assert_eq!(stranger.status.code(), UNUSABLE);
    assert!(said(&stranger).1.contains("known are"), "{:?}", said(&stranger));
    let letter = demo.data().join("letter.txt");
    std::fs::write(&letter, "Dear provider, kindly …").unwrap();
    let unread = import(&letter, demo.data(), "HBT");
    assert_eq!(unread.status.code(), UNUSABLE);
    assert!(said(&unread).1.contains("neither XML nor JSON"), "{:?}", said(&unread));
    assert_eq!(import(&demo.data().join("nowhere.xml"), demo.data(), "HBT").status.code(), UNUSABLE);
    assert_eq!(comity(&["import"]).status.code(), UNUSABLE);
}
