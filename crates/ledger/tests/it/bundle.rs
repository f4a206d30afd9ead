//! A bundle verifies as it was written, and in no other form that somebody could make of it without the log's key.

use crate::fixture::{Log, ORIGIN, REFERENCE, bundle_of, chain, erasure, hex, log_key, witness_key};
use comity_ledger::bundle::{BUNDLE_HEADER, Bundle, Opening, Refusal, Report, agree};
use comity_ledger::{Note, Policy, SigningKey};
use sha2::{Digest, Sha256};

const REQUEST: &str = "request-1";

/// A log of three requests whose events stand between each other, and the record of one erasure.
struct Story {
    log: Log,
    witness: SigningKey,
    events: Vec<Opening>,
    record: Opening,
}

impl Story {
    fn new() -> Self {
        let events = chain(REQUEST, 5);
        let others = ["request-2", "request-3"].map(|request| chain(request, 5));
        let record = erasure(&[&events[2]]);
        let mut log = Log::new(log_key(ORIGIN, 7));
        let leaf = |opening: &Opening| [&[1][..], &opening.commitment()].concat();
        for number in 0..5 {
            log.grow([&events, &others[0], &others[1]].map(|request| leaf(&request[number])));
        }
        log.grow([leaf(&record)]);
        Self { log, witness: witness_key("witness.example", 9), events, record }
    }

    fn note(&self) -> Note {
        self.log.note(self.log.size(), &[&self.witness])
    }

    fn policy(&self) -> Policy {
        let (log, witness) = (self.log.key.verifier(), self.witness.verifier());
        format!("log {log}\nwitness w {witness}\nquorum w\n").parse().expect("a policy")
    }

    /// The second event withheld, the third erased, the others open, then the record.
    fn openings(&self) -> Vec<Opening> {
        let mut openings = self.events.clone();
        openings[1] = Opening::Withheld(openings[1].commitment());
        openings[2] = Opening::Erased(openings[2].commitment());
        openings.push(self.record.clone());
        openings
    }

    fn of(&self, openings: &[Opening]) -> Bundle {
        bundle_of(&self.log, &self.note(), REQUEST, openings)
    }

    fn bundle(&self) -> Bundle {
        self.of(&self.openings())
    }
}

pub(crate) fn read(bytes: &[u8], policy: &Policy) -> Result<(Bundle, Report), Refusal> {
    let bundle = Bundle::parse(bytes)?;
    let report = bundle.verify(policy)?;
    Ok((bundle, report))
}

/// What somebody makes of a file who changed it and knows how its last line is computed.
pub(crate) fn sealed_again(mut bytes: Vec<u8>) -> Vec<u8> {
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(format!("sha256 {}\n", hex(&digest)).as_bytes());
    bytes
}

/// The file without its last line.
pub(crate) fn unsealed(text: &str) -> &str {
    &text[..text.rfind("sha256 ").expect("its last line")]
}

pub(crate) fn invalid(bundle: &Bundle, policy: &Policy) -> String {
    match read(bundle.to_string().as_bytes(), policy) {
        Err(Refusal::Invalid(why)) => why,
        other => panic!("not refused as invalid: {other:?}"),
    }
}

#[test]
fn a_bundle_verifies_and_tells_what_it_shows() {
    let story = Story::new();
    let bundle = story.bundle();
    let (again, report) = read(bundle.to_string().as_bytes(), &story.policy()).expect("verified");
    assert_eq!(again.to_string(), bundle.to_string());
    assert_eq!((report.events, report.erased, report.withheld, report.records), (3, 1, 1, 1));
    let trusted = &report.logs[ORIGIN];
    assert_eq!(trusted.checkpoint, story.log.head(16));
    assert_eq!(trusted.witnesses.len(), 1);
}

#[test]
fn a_bundle_with_any_one_byte_changed_is_refused() {
    let story = Story::new();
    let (bytes, policy) = (story.bundle().to_string().into_bytes(), story.policy());
    for at in 0..bytes.len() {
        for change in [0x01, 0x20, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            assert!(read(&changed, &policy).is_err(), "byte {at} ^ {change:#04x}");
        }
        let mut shorter = bytes.clone();
        shorter.remove(at);
        assert!(read(&shorter, &policy).is_err(), "without byte {at}");
    }
}

/// The digest at the end finds accidents. Whoever changes the file on purpose writes the digest anew, so all that a
/// reader is told must rest on the signatures; the reference alone is a label that nothing proves.
#[test]
fn a_changed_byte_under_a_new_digest_changes_at_most_the_reference() {
    let story = Story::new();
    let (bundle, policy) = (story.bundle(), story.policy());
    let report = bundle.verify(&policy).expect("verified");
    let text = bundle.to_string();
    let bytes = unsealed(&text).as_bytes();
    let mut accepted = 0;
    for at in 0..bytes.len() {
        for change in [0x01, 0x04] {
            let mut changed = bytes.to_vec();
            changed[at] ^= change;
            if let Ok((other, told)) = read(&sealed_again(changed), &policy) {
                assert_ne!(other.subject, bundle.subject, "byte {at} ^ {change:#04x}");
                let same = Bundle { subject: bundle.subject.clone(), ..other };
                assert_eq!((same.to_string(), &told), (text.clone(), &report), "byte {at} ^ {change:#04x}");
                accepted += 1;
            }
        }
    }
    assert!(accepted <= 2 * REFERENCE.len(), "{accepted} changes were accepted");
}

#[test]
fn a_cut_or_continued_bundle_is_refused() {
    let story = Story::new();
    let (text, policy) = (story.bundle().to_string(), story.policy());
    for length in 0..text.len() {
        assert!(read(&text.as_bytes()[..length], &policy).is_err(), "cut to {length} bytes");
    }
    for more in ["\n", " ", "x", "\0", "sha256 \n", unsealed(&text), &text] {
        assert!(read(format!("{text}{more}").as_bytes(), &policy).is_err(), "continued with {more:?}");
        let longer = format!("{}{more}", unsealed(&text));
        assert!(read(&sealed_again(longer.into_bytes()), &policy).is_err(), "sealed with {more:?}");
    }
}

#[test]
fn a_cut_bundle_under_a_new_digest_is_refused() {
    let story = Story::new();
    let (text, policy) = (story.bundle().to_string(), story.policy());
    let bytes = unsealed(&text).as_bytes();
    for length in 0..bytes.len() {
        assert!(read(&sealed_again(bytes[..length].to_vec()), &policy).is_err(), "cut to {length} bytes");
    }
}

#[test]
fn another_version_is_not_decided() {
    let story = Story::new();
    let text = story.bundle().to_string();
    for header in ["comity bundle v2", "comity bundle v10", "comity bundle", "", "c2sp.org/tlog-proof@v1"] {
        let other = unsealed(&text).replacen(BUNDLE_HEADER, header, 1);
        let read = read(&sealed_again(other.into_bytes()), &story.policy());
        assert!(matches!(read, Err(Refusal::Undecided(_))), "{header:?}: {read:?}");
    }
}

#[test]
fn a_bundle_of_another_key_or_log_or_without_its_quorum_is_refused() {
    let story = Story::new();
    let bytes = story.bundle().to_string().into_bytes();
    let of_key = |key: &SigningKey| Policy::of_logs([key.verifier().clone()]);
    let wrong_key = read(&bytes, &of_key(&log_key(ORIGIN, 8)));
    assert!(matches!(wrong_key, Err(Refusal::Invalid(_))), "{wrong_key:?}");
    let other_log = read(&bytes, &of_key(&log_key("log.example/2027", 7)));
    assert!(matches!(other_log, Err(Refusal::Undecided(_))), "{other_log:?}");
    let alone = bundle_of(&story.log, &story.log.note(16, &[]), REQUEST, &story.openings());
    let unwitnessed = read(alone.to_string().as_bytes(), &story.policy());
    assert!(matches!(unwitnessed, Err(Refusal::Undecided(_))), "{unwitnessed:?}");
    assert!(read(alone.to_string().as_bytes(), &of_key(&story.log.key)).is_ok());
}

#[test]
fn a_gap_in_the_chain_is_refused() {
    let story = Story::new();
    let (policy, openings) = (story.policy(), story.openings());
    // The last event is not among them: nothing after it could tell that it was left out.
    for missing in 0..4 {
        let mut openings = openings.clone();
        openings.remove(missing);
        let why = invalid(&story.of(&openings), &policy);
        let expected = if missing == 3 { "event 4 of the request is missing" } else { "is missing" };
        assert!(why.contains(expected), "without event {missing}: {why}");
    }
}

#[test]
fn two_events_that_changed_places_are_refused() {
    let story = Story::new();
    let policy = story.policy();
    for (left, right) in [(0, 1), (1, 2), (0, 4), (3, 4)] {
        let mut bundle = story.bundle();
        bundle.entries.swap(left, right);
        invalid(&bundle, &policy);
        let mut bundle = story.bundle();
        let proof = bundle.entries[left].proof.clone();
        bundle.entries[left].proof = std::mem::replace(&mut bundle.entries[right].proof, proof);
        assert!(invalid(&bundle, &policy).contains("not at this position"));
    }
}

#[test]
fn an_event_put_in_the_place_of_a_withheld_one_is_refused() {
    let story = Story::new();
    let mut openings = story.openings();
    openings[1] = Opening::Withheld(chain("request-2", 5)[1].commitment());
    let next = story.events[2].clone();
    openings[2] = next;
    let why = invalid(&story.of(&openings), &story.policy());
    assert!(why.contains("does not follow the one before it"), "{why}");
    let mut openings = story.openings();
    openings[4] = chain("request-2", 5)[4].clone();
    let why = invalid(&story.of(&openings), &story.policy());
    assert!(why.contains("of another request"), "{why}");
}

#[test]
fn content_may_be_missing_only_where_an_erasure_names_it() {
    let story = Story::new();
    let policy = story.policy();
    let mut openings = story.openings();
    openings[3] = Opening::Erased(openings[3].commitment());
    assert!(invalid(&story.of(&openings), &policy).contains("no erasure names it"));
    let mut openings = story.openings();
    openings.pop();
    assert!(invalid(&story.of(&openings), &policy).contains("no erasure names it"));
}

#[test]
fn records_come_last_and_are_no_events() {
    let story = Story::new();
    let policy = story.policy();
    let mut openings = story.openings();
    openings.swap(4, 5);
    assert!(invalid(&story.of(&openings), &policy).contains("an event after the records"));
    invalid(&story.of(std::slice::from_ref(&story.record)), &policy);
    invalid(&story.of(&[]), &policy);
    let mut openings = story.events.clone();
    let Opening::Record(salt, body) = story.record.clone() else { panic!("a record") };
    openings.push(Opening::Event(salt, body));
    assert!(invalid(&story.of(&openings), &policy).contains("of another request"));
}

/// An event shown as a record would end the chain early, and the events after it would be missed nowhere.
#[test]
fn an_event_passed_off_as_a_record_is_refused() {
    let story = Story::new();
    let mut openings = story.events.clone();
    let Opening::Event(salt, body) = openings[4].clone() else { panic!("an event") };
    openings[4] = Opening::Record(salt, body);
    assert!(invalid(&story.of(&openings), &story.policy()).contains("not a record"));
}

#[test]
fn a_withheld_event_counts_once() {
    let story = Story::new();
    let mut openings = story.events.clone();
    openings[4] = Opening::Withheld(openings[4].commitment());
    assert!(read(story.of(&openings).to_string().as_bytes(), &story.policy()).is_ok());
    openings.push(openings[4].clone());
    assert!(invalid(&story.of(&openings), &story.policy()).contains("stands there twice"));
}

/// The largest checkpoint may stand between two smaller ones that contradict each other.
#[test]
fn two_histories_of_one_size_in_a_bundle_are_refused() {
    let story = Story::new();
    let mut fork = Log::new(log_key(ORIGIN, 7));
    let mut leaves = story.log.leaves[..15].to_vec();
    leaves[14][5] ^= 1;
    fork.grow(leaves);
    for sizes in [[15, 15, 15], [15, 16, 15]] {
        let mut bundle = story.of(&story.events[..3]);
        for (number, size) in [(0, sizes[0]), (1, sizes[1])] {
            let note = story.log.note(size, &[&story.witness]);
            bundle.entries[number].proof = story.log.proof(bundle.entries[number].proof.index, size, &note);
        }
        assert!(bundle.verify(&story.policy()).is_ok());
        let note = fork.note(sizes[2], &[&story.witness]);
        bundle.entries[2].proof = fork.proof(bundle.entries[2].proof.index, sizes[2], &note);
        assert!(invalid(&bundle, &story.policy()).contains("two histories"), "{sizes:?}");
    }
}

#[test]
fn copies_with_other_parts_withheld_agree() {
    let story = Story::new();
    let shown = story.bundle();
    let mut openings = story.events.clone();
    openings[0] = Opening::Withheld(openings[0].commitment());
    openings[4] = Opening::Withheld(openings[4].commitment());
    assert_eq!(agree(&shown, &story.of(&openings)), Ok(5));
    assert_eq!(agree(&story.of(&openings), &shown), Ok(5));
    assert_eq!(agree(&shown, &story.of(&openings[..3])), Ok(3));
}

#[test]
fn copies_with_another_event_or_another_history_do_not_agree() {
    let story = Story::new();
    let one = story.bundle();
    let mut openings = story.openings();
    openings[4] = chain("request-2", 5)[4].clone();
    assert_eq!(
        agree(&one, &story.of(&openings)),
        Err(Refusal::Invalid("event 5 differs between the two".to_owned()))
    );
    let mut elsewhere = story.bundle();
    elsewhere.entries[0].proof.index += 1;
    assert!(matches!(agree(&one, &elsewhere), Err(Refusal::Invalid(_))));
    let other_request = bundle_of(&story.log, &story.note(), "request-2", &chain("request-2", 5));
    assert!(matches!(agree(&one, &other_request), Err(Refusal::Undecided(_))));
    let mut fork = Story::new();
    let last = fork.log.leaves.pop().expect("a leaf");
    let mut leaves = std::mem::take(&mut fork.log.leaves);
    leaves[14][5] ^= 1;
    leaves.push(last);
    fork.log = Log::new(log_key(ORIGIN, 7));
    fork.log.grow(leaves);
    let forked = fork.bundle();
    assert!(forked.verify(&fork.policy()).is_ok());
    let why = agree(&one, &forked);
    assert!(matches!(&why, Err(Refusal::Invalid(why)) if why.contains("another history")), "{why:?}");
}
