//! An extract of the trail holds the entries that were taken and no others, whoever writes its digest anew.

use crate::bundle::{invalid, read, sealed_again, unsealed};
use crate::fixture::{Log, ORIGIN, bundle_of, chain, hex, log_key};
use comity_ledger::bundle::{Bundle, Opening, Refusal, Subject, agree};
use comity_ledger::{Policy, leaf_hash};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const TAKEN: &str = "entry-9";

fn entry(id: &str, more: &Value) -> Opening {
    let mut body = json!({ "record": "trail", "id": id, "action": "request.view", "outcome": "viewed" });
    let fields = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(fields);
    Opening::Record(leaf_hash(format!("salt {id}").as_bytes()), body.to_string().into_bytes())
}

/// The entry that the taking of these has left.
fn taking(of: &[Opening], action: &str) -> Opening {
    let mut digest = Sha256::new();
    for entry in of {
        digest.update(entry.commitment());
    }
    let detail = json!({ "entries": of.len(), "sha256": hex(&digest.finalize()) }).to_string();
    entry(TAKEN, &json!({ "action": action, "detail": detail }))
}

/// A log with three entries, the events of a request and two takings, and what a bundle of some of them is.
struct Desk {
    log: Log,
    entries: Vec<Opening>,
    taken: Opening,
}

impl Desk {
    fn new() -> Self {
        let entries: Vec<Opening> = ["entry-1", "entry-2", "entry-3"].map(|id| entry(id, &json!({}))).into();
        let taken = taking(&entries, "trail.extract");
        let looked = taking(&entries, "trail.view");
        let mut log = Log::new(log_key(ORIGIN, 7));
        let all = [entries.clone(), vec![taken.clone(), looked], chain("request-1", 2)].concat();
        log.grow(all.iter().map(|opening| [&[1][..], &opening.commitment()].concat()));
        Self { log, entries, taken }
    }

    fn of(&self, openings: &[Opening]) -> Bundle {
        let note = self.log.note(self.log.size(), &[]);
        let subject = Subject::Trail { taken: TAKEN.to_owned() };
        Bundle { subject, ..bundle_of(&self.log, &note, "", openings) }
    }

    fn whole(&self) -> Vec<Opening> {
        [self.entries.as_slice(), std::slice::from_ref(&self.taken)].concat()
    }

    fn policy(&self) -> Policy {
        format!("log {}\nquorum none\n", self.log.key.verifier()).parse().expect("a policy")
    }
}

#[test]
fn an_extract_verifies_and_tells_how_many_entries_it_holds() {
    let desk = Desk::new();
    let text = desk.of(&desk.whole()).to_string();
    let (again, report) = read(text.as_bytes(), &desk.policy()).expect("verified");
    assert_eq!(again.to_string(), text);
    assert_eq!((report.records, report.events), (4, 0));
    assert!(matches!(agree(&again, &again), Err(Refusal::Undecided(_))));
}

#[test]
fn an_extract_with_any_byte_changed_is_refused_even_under_a_new_digest() {
    let desk = Desk::new();
    let text = desk.of(&desk.whole()).to_string();
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 0x04;
        assert!(read(&changed, &desk.policy()).is_err(), "byte {at}");
    }
    let bytes = unsealed(&text).as_bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] ^= 0x04;
        assert!(read(&sealed_again(changed), &desk.policy()).is_err(), "byte {at} under a new digest");
    }
}

#[test]
fn an_extract_from_which_an_entry_is_missing_is_refused() {
    let (desk, policy) = (Desk::new(), Desk::new().policy());
    let whole = desk.whole();
    for missing in 0..whole.len() {
        let mut cut = whole.clone();
        cut.remove(missing);
        invalid(&desk.of(&cut), &policy);
    }
    let mut swapped = whole.clone();
    swapped.swap(0, 1);
    assert!(invalid(&desk.of(&swapped), &policy).contains("not the entries that were taken"));
    let mut last_first = whole.clone();
    last_first.rotate_right(1);
    invalid(&desk.of(&last_first), &policy);
    invalid(&desk.of(&[]), &policy);
}

#[test]
fn what_is_no_entry_or_no_taking_makes_no_extract() {
    let (desk, policy) = (Desk::new(), Desk::new().policy());
    let looked = [desk.entries.as_slice(), &[taking(&desk.entries, "trail.view")]].concat();
    assert!(invalid(&desk.of(&looked), &policy).contains("has taken no extract"));
    let with_event = [chain("request-1", 1), desk.whole()].concat();
    assert!(invalid(&desk.of(&with_event), &policy).contains("not an entry of the trail"));
    let withheld = [vec![Opening::Withheld(desk.entries[0].commitment())], desk.whole()[1..].to_vec()];
    assert!(invalid(&desk.of(&withheld.concat()), &policy).contains("not an entry of the trail"));
}

#[test]
fn an_entry_of_the_trail_is_no_record_of_a_request() {
    let desk = Desk::new();
    let openings = [chain("request-1", 2), vec![desk.entries[0].clone()]].concat();
    let bundle = bundle_of(&desk.log, &desk.log.note(desk.log.size(), &[]), "request-1", &openings);
    assert!(invalid(&bundle, &desk.policy()).contains("not a record of the ledger"));
}
