//! A witness cosigns growth and nothing else, and what it remembers exposes a log that shows two histories.

use crate::fixture::{Log, ORIGIN, TIME, leaf, log_key, witness_key};
use comity_ledger::bundle::Refusal;
use comity_ledger::verify;
use comity_ledger::witness::{AddCheckpoint, Last, Refused, consider, cosign};
use comity_ledger::{
    Algorithm, Checkpoint, Hash, Note, NoteFault, Policy, PolicyUnmet, Signature, SigningKey, VerifierKey,
};

/// A witness as its server keeps it: the keys of the logs, its own, and the last checkpoint of the one log.
struct Witness {
    logs: Vec<VerifierKey>,
    keys: Vec<SigningKey>,
    last: Last,
}

impl Witness {
    fn new() -> Self {
        let ml_dsa = SigningKey::from_seed("w.example", Algorithm::CosignatureMlDsa44, &[5; 32]);
        Self {
            logs: vec![log_key(ORIGIN, 7).verifier().clone()],
            keys: vec![witness_key("w.example", 9), ml_dsa.expect("a key")],
            last: Last::default(),
        }
    }

    /// A request over the wire: written, read, considered, kept, cosigned.
    fn add(&mut self, old: u64, proof: Vec<Hash>, checkpoint: Note) -> Result<Vec<Signature>, Refused> {
        let body = AddCheckpoint { old, proof, checkpoint }.to_string();
        let request = AddCheckpoint::parse(body.as_bytes())?;
        assert_eq!(request.to_string(), body);
        let kept = consider(&request, &self.logs, |origin| {
            assert_eq!(origin, ORIGIN);
            self.last
        })?;
        self.last = Last { size: kept.size, root: kept.root };
        Ok(cosign(&request, &self.keys, TIME).expect("cosigned"))
    }

    fn policy(&self) -> Policy {
        let (log, keys) = (&self.logs[0], &self.keys);
        let both = format!("witness a {}\nwitness b {}\n", keys[0].verifier(), keys[1].verifier());
        format!("log {log}\n{both}group both all a b\nquorum both\n").parse().expect("a policy")
    }
}

/// A log that was cosigned at 4 leaves, with its witness.
fn started() -> (Log, Witness) {
    let (log, mut witness) = (Log::of_size(20, "a"), Witness::new());
    witness.add(0, Vec::new(), log.note(4, &[])).expect("cosigned");
    (log, witness)
}

#[test]
fn a_witness_cosigns_every_growth_of_a_log() {
    let (log, mut witness) = (Log::of_size(20, "a"), Witness::new());
    let mut old = 0;
    for size in [0, 1, 1, 2, 4, 5, 7, 8, 16, 19, 20, 20] {
        let mut note = log.note(size, &[]);
        let lines = witness.add(old, log.growth(old, size), note.clone()).expect("cosigned");
        assert_eq!(lines.len(), 2);
        note.signatures.extend(lines);
        let trusted = witness.policy().check(&note).expect("cosigned by both keys");
        assert_eq!(trusted.checkpoint, log.head(size));
        assert_eq!(trusted.witnesses, ["a", "b"].map(|name| (name.to_owned(), TIME)));
        old = size;
    }
}

#[test]
fn a_fork_is_refused_at_any_size() {
    let (log, mut witness) = started();
    let last = witness.last;
    let mut fork = Log::of_size(3, "a");
    fork.grow((3..20).map(|number| leaf("b", number)));
    for size in 4..=20 {
        for proof in [fork.growth(4, size), log.growth(4, size), Vec::new()] {
            let told = witness.add(4, proof, fork.note(size, &[]));
            assert_eq!(told, Err(Refused::Unprocessable), "size {size}");
        }
    }
    assert_eq!((Refused::Unprocessable.status(), witness.last), (422, last));
    assert!(witness.add(4, log.growth(4, 20), log.note(20, &[])).is_ok());
}

#[test]
fn another_old_size_is_answered_with_the_right_one() {
    let (log, mut witness) = started();
    for old in [0, 1, 3, 5, 20] {
        let told = witness.add(old, log.growth(old, 20), log.note(20, &[]));
        assert_eq!(told, Err(Refused::Conflict(4)), "old size {old}");
    }
    // Neither does a log go back.
    assert_eq!(witness.add(3, Vec::new(), log.note(3, &[])), Err(Refused::Conflict(4)));
    assert_eq!(witness.add(4, Vec::new(), log.note(3, &[])), Err(Refused::BadRequest));
    assert_eq!((Refused::Conflict(4).status(), Refused::BadRequest.status()), (409, 400));
    assert_eq!(witness.last.size, 4);
}

#[test]
fn a_log_that_it_does_not_know_is_not_found() {
    let (_, mut witness) = started();
    let mut other = Log::new(log_key("log.example/2027", 7));
    other.grow([leaf("a", 0)]);
    assert_eq!(witness.add(0, Vec::new(), other.note(1, &[])), Err(Refused::NotFound));
    assert_eq!(Refused::NotFound.status(), 404);
}

#[test]
fn a_proof_that_does_not_hold_is_unprocessable() {
    let (log, mut witness) = started();
    let proof = log.growth(4, 19);
    for step in 0..proof.len() {
        let mut changed = proof.clone();
        changed[step][0] ^= 1;
        assert_eq!(witness.add(4, changed.clone(), log.note(19, &[])), Err(Refused::Unprocessable));
        changed.remove(step);
        assert_eq!(witness.add(4, changed, log.note(19, &[])), Err(Refused::Unprocessable));
    }
    let longer = [proof, vec![[0; 32]]].concat();
    assert_eq!(witness.add(4, longer, log.note(19, &[])), Err(Refused::Unprocessable));
    let first = Witness::new().add(0, vec![[0; 32]], log.note(4, &[]));
    assert_eq!(first, Err(Refused::Unprocessable));
}

#[test]
fn a_head_of_no_leaves_has_the_root_of_no_leaves() {
    let log = log_key(ORIGIN, 7);
    let text = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: [7; 32] }.to_string();
    let signatures = vec![log.sign(&text, 0).expect("signed")];
    let told = Witness::new().add(0, Vec::new(), Note { text, signatures });
    assert_eq!(told, Err(Refused::Unprocessable));
}

#[test]
fn a_head_that_the_log_has_not_signed_is_forbidden() {
    let (log, mut witness) = started();
    let proof = log.growth(4, 19);
    let mut changed = log.note(19, &[]);
    changed.signatures[0].bytes[9] ^= 1;
    let stranger = log_key(ORIGIN, 8);
    let text = log.head(19).to_string();
    let by_stranger = Note { signatures: vec![stranger.sign(&text, 0).expect("signed")], text };
    let only_witness = Note {
        signatures: vec![witness.keys[0].sign(&by_stranger.text, TIME).expect("signed")],
        ..by_stranger.clone()
    };
    // One that holds does not mend another of the same key that does not.
    let mut twice = log.note(19, &[]);
    twice.signatures.extend(changed.signatures.clone());
    for note in [changed, by_stranger, only_witness, twice] {
        assert_eq!(witness.add(4, proof.clone(), note), Err(Refused::Forbidden));
    }
    assert_eq!(Refused::Forbidden.status(), 403);
    // Whoever is not the log does not learn its last size, nor whether a proof would hold.
    let mut unsigned = log.note(19, &[]);
    unsigned.signatures[0].bytes[9] ^= 1;
    assert_eq!(witness.add(3, Vec::new(), unsigned), Err(Refused::Forbidden));
}

#[test]
fn a_body_of_another_form_is_a_bad_request() {
    let (log, _) = started();
    let checkpoint = log.note(19, &[]);
    let good = AddCheckpoint { old: 4, proof: log.growth(4, 19), checkpoint }.to_string();
    assert!(AddCheckpoint::parse(good.as_bytes()).is_ok());
    let lines = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    for bad in [
        String::new(),
        "old 4\n".to_owned(),
        good.replacen("old 4", "old 04", 1),
        good.replacen("old 4", "old -4", 1),
        good.replacen("old 4", "old", 1),
        good.replacen("old 4\n", "", 1),
        good.replacen("old 4", "old 18446744073709551616", 1),
        good.replacen("old 4\n", "old 4\nAAAA\n", 1),
        good.replacen("old 4\n", &format!("old 4\n{}", lines.repeat(64)), 1),
        good.replacen('\n', "\r\n", 1),
        good.trim_end().to_owned(),
    ] {
        assert_eq!(AddCheckpoint::parse(bad.as_bytes()), Err(Refused::BadRequest), "{bad:?}");
    }
    assert_eq!(AddCheckpoint::parse(b"old 4\xff\n\n"), Err(Refused::BadRequest));
}

#[test]
fn only_a_key_for_cosignatures_cosigns() {
    let log = Log::of_size(3, "a");
    let request = AddCheckpoint { old: 0, proof: Vec::new(), checkpoint: log.note(3, &[]) };
    assert_eq!(cosign(&request, &[log_key("w.example", 9)], TIME), Err(NoteFault::NotAKey));
    let key = [witness_key("w.example", 9)];
    assert!(cosign(&request, &key, TIME).is_ok());
    // Nobody accepts a cosignature without a time.
    assert_eq!(cosign(&request, &key, 0), Err(NoteFault::BadSignature));
}

/// A log that shows its witness one history and a reader another. The reader's head has no cosignatures and gets none;
/// the size that the witness names leads the reader to a head which no proof connects with what it was shown.
#[test]
fn a_two_headed_log_is_exposed_by_the_size_of_its_witness() {
    let (log, mut witness) = started();
    let mut shown = log.note(7, &[]);
    shown.signatures.extend(witness.add(4, log.growth(4, 7), shown.clone()).expect("cosigned"));
    let mut two_headed = Log::of_size(4, "a");
    two_headed.grow((4..9).map(|number| leaf("b", number)));
    let policy = witness.policy();
    assert!(policy.check(&shown).is_ok());
    for size in [7, 9] {
        let head = two_headed.note(size, &[]);
        assert_eq!(policy.check(&head), Err(PolicyUnmet::Quorum(0, 2)));
        // Each history goes on from the four leaves that both have; the witness is no longer there.
        let told = witness.add(4, two_headed.growth(4, size), head.clone());
        assert_eq!(told, Err(Refused::Conflict(7)));
        let told = witness.add(7, two_headed.growth(7, size), head);
        assert_eq!(told, Err(Refused::Unprocessable));
    }
    // Cosignatures of the one head do not hold for the other.
    let mut borrowed = two_headed.note(7, &[]);
    borrowed.signatures.extend(shown.signatures[1..].to_vec());
    assert!(matches!(policy.check(&borrowed), Err(PolicyUnmet::Signature(_, NoteFault::BadSignature))));
    // A reader who has kept the cosigned head and is shown the files of the other history.
    let logs = Policy::of_logs(witness.logs.clone());
    let files = two_headed.files(9, &two_headed.note(9, &[]));
    assert!(verify::log(&files, &logs, &[], 1).is_ok());
    assert!(matches!(verify::log(&files, &logs, &[shown], 1), Err(Refusal::Invalid(_))));
}
