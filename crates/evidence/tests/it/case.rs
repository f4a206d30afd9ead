//! Custody as linked data is what the ontology CASE/UCO asks for, by the validator of those who keep it.

use crate::authority::folder;
use crate::fixture::{
    Court, INSTANCE, PROVIDER, custody, delivery, instance_keys, key, keys, plain_custody, plain_delivery,
};
use comity_evidence::case::export;
use comity_evidence::court::Trust;
use comity_evidence::custody::Custody;
use comity_evidence::manifest::Manifest;
use comity_evidence::signed::{self, Signed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The validator; `make packages` installs it.
fn validator() -> PathBuf {
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../case/bin/case_validate");
    assert!(beside.exists(), "{} is missing: run `make packages`", beside.display());
    beside
}

/// Whether it conforms, and what the validator says.
fn conforms(text: &str, more: &[&str]) -> (bool, String) {
    let place = folder("case");
    let path = place.join("custody.jsonld");
    fs::write(&path, text).unwrap();
    let output = Command::new(validator()).args(more).arg(&path).output().unwrap();
    fs::remove_dir_all(place).unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success() && said.contains("Conforms: True"), said)
}

fn signed(manifest: &Manifest, name: &str) -> Signed<Manifest> {
    let note = signed::sign(manifest, &key(name)).unwrap();
    signed::read(note.as_bytes(), &[key(name).verifier().clone()]).unwrap()
}

fn both() -> [String; 2] {
    let (sealed, _) = delivery();
    let plain = plain_delivery();
    let chain = |text: &str, keys| Custody::read(text.as_bytes(), keys).unwrap();
    [
        export(&signed(&sealed, PROVIDER), &chain(&custody(&sealed), &keys().all())).unwrap(),
        export(&signed(&plain, INSTANCE), &chain(&plain_custody(&plain), &instance_keys().all())).unwrap(),
    ]
}

#[test]
fn the_validator_of_the_ontology_says_that_it_conforms() {
    for text in both() {
        for more in
            [&[][..], &["--inference", "none", "--built-version", "case-1.5.0"], &["--inference", "rdfs"]]
        {
            let (fine, said) = conforms(&text, more);
            assert!(fine, "{more:?}: {said}");
        }
    }
}

#[test]
fn a_broken_export_is_refused_by_the_validator() {
    let [_, text] = both();
    for (from, to) in [
        ("\"case-investigation:exhibitNumber\":\"", "\"case-investigation:exhibitNumber\":7,\"x\":\""),
        ("\"uco-observable:sizeInBytes\":30", "\"uco-observable:sizeInBytes\":\"many\""),
        ("\"@type\":\"xsd:dateTime\",", ""),
        ("\"@type\":\"xsd:hexBinary\",", ""),
        ("case-investigation:Authorization\"", "case-investigation:Authorisation\""),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        let (fine, said) = conforms(&text.replace(from, to), &[]);
        assert!(!fine, "{from}: {said}");
    }
}

#[test]
fn it_says_what_the_chain_says_and_the_same_each_time() {
    let [sealed, plain] = both();
    assert_eq!(plain, both()[1]);
    let graph = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["@graph"].take();
    let count = |text: &str, class: &str| {
        graph(text).as_array().unwrap().iter().filter(|thing| thing["@type"] == class).count()
    };
    assert_eq!(count(&sealed, "case-investigation:InvestigativeAction"), 16);
    assert_eq!(count(&plain, "case-investigation:InvestigativeAction"), 14);
    assert_eq!((count(&sealed, "uco-observable:File"), count(&plain, "uco-observable:File")), (4, 2));
    assert_eq!(count(&plain, "case-investigation:ProvenanceRecord"), 1);
    for words in ["2026-11-20T14:10:00+01:00", "purpose: analysis", "basis: package.release", INSTANCE, "p-7"]
    {
        assert!(plain.contains(words), "{words}");
    }
    let (other, _) = delivery();
    let chain = Custody::read(custody(&other).as_bytes(), &keys().all()).unwrap();
    assert!(export(&signed(&plain_delivery(), INSTANCE), &chain).is_err(), "of another delivery");
}

#[test]
fn a_bundle_whose_linked_data_say_something_else_is_invalid() {
    let court = Court::plain(None);
    let path = court.folder.join("custody.jsonld");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(comity_evidence::court::case(&court.folder, &Trust::default()).unwrap(), text);
    for (from, to) in [("p-7", "p-8"), ("2026-11-20T14:10:00", "2026-11-20T14:10:01")] {
        fs::write(&path, text.replace(from, to)).unwrap();
        court.listed_again();
        let why = comity_evidence::court::verify(&court.folder, &Trust::default()).unwrap_err().to_string();
        assert!(why.contains("custody.jsonld"), "{why}");
    }
    fs::remove_file(&path).unwrap();
    court.listed_again();
    assert!(comity_evidence::court::verify(&court.folder, &Trust::default()).unwrap().open.is_empty());
}
