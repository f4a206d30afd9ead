//! The word of an instance which program it gives to browsers is one record, and of that program.

use crate::bundle::{invalid, read, sealed_again, unsealed};
use crate::fixture::{Log, ORIGIN, bundle_of, chain, log_key};
use comity_ledger::bundle::{Bundle, Opening, Refusal, Subject, agree};
use comity_ledger::{Policy, leaf_hash};
use serde_json::json;

const MANIFEST: &str = "5d41402abc4b2a76b9719d911017c592ae5f7c0b9a3e8d7f6c5b4a3928171605";

fn record(kind: &str, manifest: &str) -> Opening {
    let body = json!({ "record": kind, "version": "1.0.0", "manifest": manifest });
    Opening::Record(leaf_hash(b"salt"), body.to_string().into_bytes())
}

/// A bundle of some leaves of a log that has them all.
fn of(openings: &[Opening]) -> (Bundle, Policy) {
    let mut log = Log::new(log_key(ORIGIN, 7));
    log.grow(openings.iter().map(|opening| [&[1][..], &opening.commitment()].concat()));
    let policy = format!("log {}\nquorum none\n", log.key.verifier()).parse().expect("a policy");
    let subject = Subject::Program { manifest: MANIFEST.to_owned() };
    let note = log.note(log.size(), &[]);
    (Bundle { subject, ..bundle_of(&log, &note, "", openings) }, policy)
}

#[test]
fn a_record_of_the_program_verifies_and_no_byte_of_it_can_be_changed() {
    let (bundle, policy) = of(&[record("program", MANIFEST)]);
    let text = bundle.to_string();
    let (again, report) = read(text.as_bytes(), &policy).expect("verified");
    assert_eq!((again.to_string(), report.records), (text.clone(), 1));
    assert!(matches!(agree(&again, &again), Err(Refusal::Undecided(_))));
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 0x04;
        assert!(read(&changed, &policy).is_err(), "byte {at}");
    }
    let bytes = unsealed(&text).as_bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] ^= 0x04;
        assert!(read(&sealed_again(changed), &policy).is_err(), "byte {at} under a new digest");
    }
}

#[test]
fn another_record_another_program_or_more_of_them_is_refused() {
    let (two, other) = (record("program", MANIFEST), record("program", "00"));
    let wrong = [
        vec![],
        vec![other],
        vec![record("log-opened", MANIFEST)],
        vec![record("trail", MANIFEST)],
        vec![two, record("log-opened", MANIFEST)],
        chain("request-1", 1),
    ];
    for openings in wrong {
        let (bundle, policy) = of(&openings);
        invalid(&bundle, &policy);
    }
}
