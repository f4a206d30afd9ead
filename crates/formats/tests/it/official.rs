//! The official examples: all are understood, and what breaks their own dictionaries is noted.

use crate::support::{LIMIT, json_problems, standards, uppsala_problems};
use comity_formats::etsi_103120::{DeviationKind, Encoding, ObjectKind, Payload, Received, Verb, read};
use std::path::PathBuf;

fn examples() -> Vec<(PathBuf, Encoding)> {
    let Some(standards) = standards() else { return Vec::new() };
    let folder = standards.join("etsi-103120/v1.23.1/examples");
    let list = |kind: &str, encoding| {
        let entries = std::fs::read_dir(folder.join(kind)).unwrap();
        entries.map(move |entry| (entry.unwrap().path(), encoding)).collect::<Vec<_>>()
    };
    let mut all = list("xml", Encoding::Xml);
    all.extend(list("json", Encoding::Json));
    assert!(all.len() >= 12, "the official examples are gone");
    all
}

fn named(name: &str) -> Option<Received> {
    let (path, encoding) = examples().into_iter().find(|(path, _)| path.ends_with(name))?;
    Some(read(encoding, &std::fs::read(path).unwrap(), LIMIT).unwrap())
}

#[test]
fn all_official_examples_are_understood() {
    for (path, encoding) in examples() {
        let bytes = std::fs::read(&path).unwrap();
        let received =
            read(encoding, &bytes, LIMIT).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(received.message.header.transaction_id.is_some());
        for deviation in &received.deviations {
            println!("{}: {deviation}", path.display());
        }
    }
}

#[test]
fn the_validators_used_here_accept_them_too() {
    let Some(standards) = standards() else { return };
    for (path, encoding) in examples() {
        let bytes = std::fs::read(&path).unwrap();
        let problems = match encoding {
            Encoding::Xml => uppsala_problems(&standards, &bytes),
            // Its stand-in traffic policy schema knows no interception, and the others know `LITaskObject`.
            Encoding::Json => json_problems(&standards, &bytes),
        };
        assert!(problems.is_empty(), "{}: {problems:?}", path.display());
    }
}

#[test]
fn the_validators_used_here_refuse_what_is_wrong() {
    let Some(standards) = standards() else { return };
    let folder = standards.join("etsi-103120/v1.23.1/examples");
    let xml = std::fs::read_to_string(folder.join("xml/request2.xml")).unwrap();
    let json = std::fs::read_to_string(folder.join("json/request4.json")).unwrap();
    for (from, to) in [(".000000Z", "Z"), ("XX", "xx"), ("TransactionIdentifier", "Transaction")] {
        assert!(!uppsala_problems(&standards, xml.replace(from, to).as_bytes()).is_empty(), "{from}");
        assert!(!json_problems(&standards, json.replace(from, to).as_bytes()).is_empty(), "{from}");
    }
}

#[test]
fn a_status_outside_the_dictionary_is_noted_in_the_official_response() {
    let Some(received) = named("response3.xml") else { return };
    let [deviation] = received.deviations.as_slice() else { panic!("{:?}", received.deviations) };
    assert_eq!(deviation.what, DeviationKind::UnknownDictionaryValue);
    assert!(deviation.path.ends_with("UPDATEResponse/HI1Object/AuthorisationStatus"), "{}", deviation.path);
}

#[test]
fn the_signed_example_is_an_interception_task_with_a_signature_nobody_verified() {
    let Some(received) = named("request1_signed.json") else { return };
    assert!(received.message.signed);
    let Payload::Request(actions) = &received.message.payload else { panic!("no request") };
    let Verb::Create(object) = &actions[1].verb else { panic!("no CREATE") };
    assert_eq!(object.kind, ObjectKind::LiTask);
}
