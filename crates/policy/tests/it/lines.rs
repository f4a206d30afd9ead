//! The lines that no permission table crosses (`product.md`, rules 2, 3, 13 and 15).

use crate::support::rule;
use comity_policy::{Action, Breach, Condition, Gate, Holder, Relation, TableError};

fn breaches(text: &str) -> Vec<Breach> {
    let errors = Gate::from_toml(text).err().unwrap_or_default();
    errors
        .into_iter()
        .map(|error| match error {
            TableError::Breach { breach, .. } => breach,
            other => panic!("another error: {other}"),
        })
        .collect()
}

fn one(who: &str, relation: &str, when: &[&str], action: &str) -> Vec<Breach> {
    breaches(&rule("one", &[who], relation, when, &[action]))
}

#[test]
fn who_writes_neither_vouches_nor_signs() {
    for (first, second) in [
        ("request.draft", "request.authorise"),
        ("request.revise", "request.forward"),
        ("request.submit", "request.amend"),
        ("request.forward", "request.authorise"),
    ] {
        let when = ["accredited", "present"];
        let text = rule("one", &["officer"], "authority", &when, &[first])
            + &rule("two", &["officer"], "authority", &when, &[second]);
        assert_eq!(breaches(&text), [Breach::DutiesOfTheAuthority], "{first} and {second}");
    }
}

#[test]
fn who_collects_does_not_release() {
    for collecting in ["file.upload", "request.prepare"] {
        let when = ["with_provider", "accredited", "present"];
        let text = rule("one", &["reviewer"], "addressee", &when, &[collecting, "request.release"]);
        assert_eq!(breaches(&text), [Breach::DutiesOfTheAddressee], "{collecting}");
    }
}

#[test]
fn an_administrator_and_an_auditor_never_touch_a_case() {
    for action in Action::ALL.iter().map(|action| action.as_str()) {
        let of_a_case = ["request.", "file.", "package.", "vault."].iter().any(|of| action.starts_with(of));
        for (who, relation) in [
            ("administrator", "authority"),
            ("administrator", "addressee"),
            ("administrator", "own"),
            ("administrator", "oversight"),
            ("auditor", "own"),
            ("auditor", "oversight"),
        ] {
            let when = ["with_provider", "released", "accredited", "present"];
            let refused = !one(who, relation, &when, action).is_empty();
            // Time alone ends a probation, and nobody of an organisation.
            let of_time = action == "vetting.end_probation";
            assert_eq!(refused, of_a_case || of_time, "{who}, {relation}, {action}");
        }
    }
}

#[test]
fn the_addressee_never_touches_a_request_before_it_arrives() {
    for action in ["request.view", "request.check", "request.decide", "file.upload", "file.download"] {
        assert_eq!(
            one("reviewer", "addressee", &["accredited"], action),
            [Breach::BeforeArrival],
            "{action}"
        );
    }
}

#[test]
fn the_authority_never_gets_a_file_before_its_release() {
    assert_eq!(one("officer", "authority", &["accredited"], "file.download"), [Breach::Unreleased]);
}

#[test]
fn neither_side_does_the_acts_of_the_other() {
    assert_eq!(one("officer", "authority", &["accredited"], "request.decide"), [Breach::OtherSide]);
    assert_eq!(one("officer", "authority", &["accredited"], "request.release"), [Breach::OtherSide]);
    let when = ["with_provider", "accredited"];
    assert_eq!(one("analyst", "addressee", &when, "request.answer"), [Breach::OtherSide]);
    assert_eq!(one("analyst", "addressee", &when, "request.withdraw"), [Breach::OtherSide]);
}

#[test]
fn a_dossier_is_for_its_two_sides_and_for_accredited_people() {
    assert_eq!(one("officer", "own", &["accredited"], "request.view"), [Breach::NoPart]);
    assert_eq!(one("officer", "directory", &["accredited"], "request.view"), [Breach::NoPart]);
    assert_eq!(one("officer", "authority", &["accredited"], "request.list"), [Breach::NoPart]);
    assert_eq!(one("officer", "directory", &["accredited"], "request.list"), [Breach::NoPart]);
    assert_eq!(one("peer", "authority", &[], "request.list"), [Breach::NoPart]);
    assert_eq!(one("officer", "authority", &[], "request.view"), [Breach::Unaccredited]);
}

#[test]
fn nothing_automatic_does_what_only_people_may() {
    for action in Action::ALL.iter().map(|action| action.as_str()) {
        let own = |who: &str| one(who, "own", &[], action).is_empty();
        let case = ["request.", "file.", "package.", "vault."].iter().any(|of| action.starts_with(of));
        assert_eq!(
            own("system"),
            [
                "request.tick",
                "request.freeze",
                "request.erase",
                "package.stamp",
                "file.inspect",
                "file.expire",
                "vetting.end_probation"
            ]
            .contains(&action),
            "system, {action}"
        );
        let of_time = action == "vetting.end_probation";
        assert_eq!(own("operator"), !case && !of_time || action == "request.file", "operator, {action}");
        let peer = one("peer", "authority", &[], action).is_empty();
        assert_eq!(peer, ["request.file", "request.view"].contains(&action), "peer, {action}");
    }
    assert_eq!(one("officer", "authority", &["accredited"], "request.tick"), [Breach::ClockOnly]);
    assert_eq!(one("peer", "addressee", &[], "request.view"), [Breach::NoPart]);
}

#[test]
fn every_single_rule_that_is_accepted_keeps_within_the_lines() {
    let sets: [&[&str]; 7] = [
        &[],
        &["present"],
        &["accredited"],
        &["with_provider", "released", "accredited", "present"],
        &["with_provider", "accredited"],
        &["released", "accredited"],
        &["with_provider", "released"],
    ];
    let mut accepted = 0_usize;
    for (who, when) in Holder::all().flat_map(|who| sets.iter().map(move |when| (who, *when))) {
        for (action, relation) in Action::ALL.iter().flat_map(|a| Relation::ALL.iter().map(move |r| (a, r))) {
            let text = rule("one", &[who.as_str()], relation.as_str(), when, &[action.as_str()]);
            if Gate::from_toml(&text).is_err() {
                continue;
            }
            accepted += 1;
            let told = format!("{who}, {action}, {relation}, {when:?}");
            assert_ne!(*relation, Relation::Foreign, "{told}");
            let case = action.as_str().starts_with("request.") || action.as_str().starts_with("file.");
            let gives =
                ["request.authorise", "request.send", "request.check", "request.release", "token.edit"];
            let person = matches!(who, Holder::Role(_));
            let sensitive = person && (gives.contains(&action.as_str()) || *action == Action::FileDownload);
            assert!(!sensitive || when.contains(&Condition::Present.as_str()), "{told}");
            let dossier = case && *action != Action::RequestList;
            if let (Holder::Role(_), true) = (who, dossier) {
                assert!(matches!(relation, Relation::Authority | Relation::Addressee), "{told}");
                assert!(when.contains(&Condition::Accredited.as_str()), "{told}");
                let arrived = when.contains(&Condition::WithProvider.as_str());
                assert!(*relation != Relation::Addressee || arrived, "{told}");
            }
        }
    }
    assert!(accepted > 300, "the loop must meet many accepted rules, it met {accepted}");
}

#[test]
fn no_table_lets_a_session_alone_do_what_is_sensitive() {
    let case = ["with_provider", "released", "accredited"];
    for (who, relation, action) in [
        ("authoriser", "authority", "request.authorise"),
        ("authoriser", "authority", "request.amend"),
        ("officer", "authority", "request.send"),
        ("officer", "authority", "file.download"),
        ("analyst", "addressee", "request.check"),
        ("reviewer", "addressee", "request.release"),
        ("reviewer", "addressee", "file.download"),
        ("administrator", "own", "contact_point.edit"),
        ("administrator", "own", "person.invite"),
        ("administrator", "own", "person.edit"),
        ("administrator", "own", "role.edit"),
        ("administrator", "own", "token.edit"),
        ("auditor", "own", "account.edit"),
    ] {
        assert_eq!(one(who, relation, &case, action), [Breach::Absent], "{who}, {action}");
        let shown = ["with_provider", "released", "accredited", "present"];
        assert_eq!(one(who, relation, &shown, action), [], "{who}, {action}");
    }
}

#[test]
fn a_signature_is_asked_only_of_acts_whose_first_event_tells_all_that_was_signed() {
    let when = ["with_provider", "released", "accredited", "present", "signed"];
    for (who, relation, action, signable) in [
        ("authoriser", "authority", "request.authorise", true),
        ("officer", "authority", "request.send", true),
        ("reviewer", "addressee", "request.release", true),
        ("reviewer", "addressee", "request.thaw", true),
        ("analyst", "addressee", "request.check", false),
        ("analyst", "addressee", "request.decide", false),
        ("reviewer", "addressee", "file.download", false),
        ("administrator", "own", "role.edit", false),
    ] {
        let expected: &[Breach] = if signable { &[] } else { &[Breach::Unsignable] };
        assert_eq!(one(who, relation, &when, action), expected, "{who}, {action}");
    }
}
