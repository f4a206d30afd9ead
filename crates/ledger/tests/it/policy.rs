//! Policies: which cosignatures are enough, and which files are no policies (C2SP `tlog-policy`).

use crate::fixture::{Log, ORIGIN, TIME, log_key, witness_key};
use comity_ledger::{Algorithm, Note, NoteFault, Policy, PolicyUnmet, SigningKey};
use std::fmt::Write as _;

const NAMES: [&str; 6] = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];

/// Six witnesses; every second one signs with the other algorithm.
fn witnesses() -> Vec<SigningKey> {
    let kinds = [Algorithm::CosignatureEd25519, Algorithm::CosignatureMlDsa44].into_iter().cycle();
    let keys = NAMES.iter().zip(10..).zip(kinds);
    keys.map(|((name, seed), kind)| {
        SigningKey::from_seed(&format!("{name}.example"), kind, &[seed; 32]).expect("a key")
    })
    .collect()
}

fn policy_of(rules: &str) -> Policy {
    let mut text = format!("log {} https://log.example/\n", log_key(ORIGIN, 7).verifier());
    for (name, key) in NAMES.iter().zip(witnesses()) {
        writeln!(text, "witness {name} {}", key.verifier()).expect("a text takes all");
    }
    format!("{text}{rules}").parse().expect("a policy")
}

/// A checkpoint with the cosignatures of the witnesses whose bits are set.
fn cosigned(by: usize) -> Note {
    let keys = witnesses();
    let chosen: Vec<&SigningKey> =
        keys.iter().enumerate().filter(|(number, _)| by >> number & 1 == 1).map(|(_, key)| key).collect();
    Log::of_size(3, "a").note(3, &chosen)
}

/// Every set of the six witnesses against a rule and what it means.
fn rule_means(rules: &str, meaning: impl Fn(&[bool; 6]) -> bool) {
    let (policy, all) = (policy_of(rules), cosigned(0b11_1111));
    for by in 0..64 {
        let signed: [bool; 6] = std::array::from_fn(|number| by >> number & 1 == 1);
        let count = signed.iter().filter(|signed| **signed).count();
        let mut note = Note { signatures: all.signatures[..1].to_vec(), ..all.clone() };
        let chosen = all.signatures[1..].iter().zip(signed).filter(|(_, signed)| *signed);
        note.signatures.extend(chosen.map(|(signature, _)| signature.clone()));
        match policy.check(&note) {
            Ok(trusted) => {
                assert!(meaning(&signed), "{rules}: {signed:?} was enough");
                let names = NAMES.iter().zip(signed).filter(|(_, signed)| *signed);
                let names: Vec<(String, u64)> = names.map(|(name, _)| ((*name).to_owned(), TIME)).collect();
                assert_eq!(trusted.witnesses, names);
            }
            Err(unmet) => {
                assert!(!meaning(&signed), "{rules}: {signed:?} was not enough");
                assert_eq!(unmet, PolicyUnmet::Quorum(count, 6));
            }
        }
    }
}

#[test]
fn no_quorum_asks_for_no_witness() {
    rule_means("quorum none\n", |_| true);
    rule_means("group all all X1 X2 X3 Y1 Y2 Y3\nquorum none\n", |_| true);
}

#[test]
fn a_quorum_of_one_witness_asks_for_that_one() {
    rule_means("quorum X1\n", |signed| signed[0]);
    rule_means("quorum Y3\n", |signed| signed[5]);
}

#[test]
fn a_group_asks_for_so_many_of_its_members() {
    let count = |signed: &[bool; 6]| signed.iter().filter(|signed| **signed).count();
    for least in 1..=6 {
        let rules = format!("group g {least} X1 X2 X3 Y1 Y2 Y3\nquorum g\n");
        rule_means(&rules, |signed| count(signed) >= least);
    }
    rule_means("group g any X1 X2\nquorum g\n", |signed| signed[0] || signed[1]);
    rule_means("group g all X1 X2\nquorum g\n", |signed| signed[0] && signed[1]);
}

/// The example of the specification.
#[test]
fn groups_of_groups_ask_for_each() {
    let rules = "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n\
        group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";
    rule_means(rules, |signed| {
        let two_of_x = signed[..3].iter().filter(|signed| **signed).count() >= 2;
        two_of_x && signed[3..].contains(&true)
    });
    rule_means("group pair all X1 X2\ngroup g any pair Y1\nquorum g\n", |signed| {
        signed[0] && signed[1] || signed[3]
    });
}

#[test]
fn one_witness_counts_once_however_often_it_signs() {
    let policy = policy_of("group g 2 X1 X2\nquorum g\n");
    let mut note = cosigned(1);
    let again = witnesses()[0].sign(&note.text, TIME + 1).expect("signed");
    note.signatures.push(note.signatures[1].clone());
    note.signatures.push(again);
    assert_eq!(policy.check(&note), Err(PolicyUnmet::Quorum(1, 6)));
}

#[test]
fn a_cosignature_that_does_not_hold_spoils_the_checkpoint() {
    for (by, number) in [(0b01, 0), (0b10, 1)] {
        for rules in ["quorum none\n", "quorum X1\n", "quorum Y1\n"] {
            let mut note = cosigned(by);
            note.signatures[1].bytes[20] ^= 1;
            let told = policy_of(rules).check(&note);
            let expected = PolicyUnmet::Signature(ORIGIN.to_owned(), NoteFault::BadSignature);
            assert_eq!(told, Err(expected), "witness {number}, {rules}");
        }
    }
}

#[test]
fn cosignatures_of_strangers_are_passed_over() {
    let stranger = witness_key("X1.example", 99);
    let note = Log::of_size(3, "a").note(3, &[&stranger]);
    assert_eq!(policy_of("quorum X1\n").check(&note), Err(PolicyUnmet::Quorum(0, 6)));
    assert!(policy_of("quorum none\n").check(&note).is_ok());
}

#[test]
fn the_log_itself_must_have_signed() {
    let policy = policy_of("quorum X1\n");
    let mut note = cosigned(0b11_1111);
    note.signatures.remove(0);
    let unsigned = PolicyUnmet::Signature(ORIGIN.to_owned(), NoteFault::NotSigned);
    assert_eq!(policy.check(&note), Err(unsigned));
    let mut other = Log::new(log_key("log.example/2027", 7));
    other.grow([vec![1; 33]]);
    let unknown = PolicyUnmet::UnknownLog("log.example/2027".to_owned());
    assert_eq!(policy.check(&other.note(1, &[])), Err(unknown));
    let text = "no checkpoint\n".to_owned();
    let signatures = vec![log_key(ORIGIN, 7).sign(&text, 0).expect("signed")];
    assert_eq!(policy.check(&Note { text, signatures }), Err(PolicyUnmet::NotACheckpoint));
}

#[test]
fn spaces_comments_and_addresses_are_read() {
    let (log, witness) = (log_key(ORIGIN, 7), witness_key("w.example", 9));
    let text = format!(
        "\t# a policy é\n\n  log\t{}  https://log.example/ \nwitness Kelvin\u{212a} {} https://w.example\n\
        quorum Kelvin\u{212a}",
        log.verifier(),
        witness.verifier()
    );
    let policy: Policy = text.parse().expect("a policy");
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some("https://w.example"));
    assert_eq!(&policy.witnesses()[0].key, witness.verifier());
    assert!(text.replace("quorum Kelvin\u{212a}", "quorum KelvinK").parse::<Policy>().is_err());
}

#[test]
fn what_is_no_policy_is_refused_with_its_line() {
    let log = log_key(ORIGIN, 7).verifier().to_string();
    let renamed = log_key("log.example/other", 7).verifier().to_string();
    let [a, b] = [8, 9].map(|seed| witness_key("w.example", seed).verifier().to_string());
    let known = format!("witness a {a}\nwitness b {b}\n");
    for (line, rules) in [
        (0, String::new()),
        (0, format!("log {log}\n")),
        (1, "quorum a\n".to_owned()),
        (1, "quorum\n".to_owned()),
        (1, "quorum none none\n".to_owned()),
        (2, "quorum none\nquorum none\n".to_owned()),
        (1, "log\n".to_owned()),
        (1, "log key\n".to_owned()),
        (2, format!("log {log}\nlog {renamed}\nquorum none\n")),
        (1, format!("witness none {a}\nquorum none\n")),
        (1, format!("witness a {log}\nquorum none\n")),
        (2, format!("witness a {a}\nwitness a {b}\nquorum none\n")),
        (2, format!("witness a {a}\nwitness b {a}\nquorum none\n")),
        (1, format!("group g any a\n{known}quorum g\n")),
        (3, format!("{known}group g 0 a b\nquorum g\n")),
        (3, format!("{known}group g 3 a b\nquorum g\n")),
        (3, format!("{known}group g +2 a b\nquorum g\n")),
        (3, format!("{known}group g 02 a b\nquorum g\n")),
        (3, format!("{known}group g -1 a b\nquorum g\n")),
        (3, format!("{known}group g ALL a b\nquorum g\n")),
        (3, format!("{known}group g any\nquorum g\n")),
        (3, format!("{known}group g all\nquorum g\n")),
        (3, format!("{known}group g\nquorum g\n")),
        (3, format!("{known}group g any a a\nquorum g\n")),
        (3, format!("{known}group g any a none\nquorum g\n")),
        (3, format!("{known}group g any a g\nquorum g\n")),
        (3, format!("{known}group a any a b\nquorum a\n")),
        (3, format!("{known}group none any a b\nquorum none\n")),
        (4, format!("{known}group g any a b\ngroup h any a\nquorum g\n")),
        (3, format!("{known}Quorum none\n")),
        (1, "quorum none\r\n".to_owned()),
        (1, "quorum none\0\n".to_owned()),
        (1, "# \u{7f}\nquorum none\n".to_owned()),
    ] {
        let fault = rules.parse::<Policy>().expect_err(&format!("{rules:?}"));
        assert_eq!(fault.line, line, "{rules:?}: {fault}");
    }
}

#[test]
fn a_quorum_is_fresh_by_its_fresh_cosignatures_alone() {
    let (rule, keys) = ("group g 2 X1 X2 X3\nquorum g\n", witnesses());
    let mut note = cosigned(0);
    for (key, age) in keys.iter().zip([0, 100, 200]) {
        note.signatures.push(key.sign(&note.text, TIME - age).expect("signed"));
    }
    let trusted = policy_of(rule).check(&note).expect("the quorum");
    for (oldest, newest, fresh) in
        [(TIME - 200, TIME, true), (TIME - 100, TIME, true), (TIME - 99, TIME, false), (0, TIME - 1, true)]
    {
        let seconds = oldest..=newest;
        assert_eq!(policy_of(rule).is_fresh(&trusted, &seconds), fresh, "{seconds:?}");
    }
    // Where no quorum is asked for, one witness is enough, and none is not.
    let rule_free = policy_of("quorum none\n");
    assert!(rule_free.is_fresh(&trusted, &(TIME..=TIME)));
    assert!(!rule_free.is_fresh(&trusted, &(TIME + 1..=u64::MAX)));
}
