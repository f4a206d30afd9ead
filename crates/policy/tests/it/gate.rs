//! What the built-in table permits, asked through the gate.

use crate::support::{every_fact, holds, organisation, person, rule};
use comity_domain::party::{OrganisationKind, Role};
use comity_domain::request::command::RequestAct;
use comity_policy::{Action, BUILT_IN, Condition, DEFAULT_DENY, Facts, Gate, Holder, Relation, Subject};
use std::collections::BTreeMap;

const CASE: Facts = Facts {
    accredited: true,
    with_provider: true,
    released: true,
    ended: false,
    present: true,
    signed: true,
};

/// The built-in table, read with the general TOML reader: (who, action, relation) to (rule, conditions).
fn rows() -> BTreeMap<(String, String, String), (String, Vec<String>)> {
    let table: toml::Table = toml::from_str(BUILT_IN).expect("TOML");
    let words = |rule: &toml::Value, field: &str| -> Vec<String> {
        let list = rule.get(field).and_then(toml::Value::as_array).cloned().unwrap_or_default();
        list.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
    };
    let mut rows = BTreeMap::new();
    for rule in table["rule"].as_array().expect("rules") {
        for who in words(rule, "who") {
            for action in words(rule, "actions") {
                let relation = rule["relation"].as_str().expect("a word").to_owned();
                let row = (rule["id"].as_str().expect("a word").to_owned(), words(rule, "when"));
                rows.insert((who.clone(), action, relation), row);
            }
        }
    }
    rows
}

#[test]
fn every_act_on_a_request_has_the_action_of_its_name() {
    for act in RequestAct::ALL {
        assert_eq!(Action::from(*act).as_str(), format!("request.{act}"));
    }
}

#[test]
fn every_action_is_reachable_by_a_rule() {
    let gate = Gate::built_in();
    for action in Action::ALL {
        let reached = Holder::all()
            .any(|who| Relation::ALL.iter().any(|relation| gate.rule_for(who, *action, *relation).is_some()));
        assert!(reached, "nobody may ever do {action}");
    }
}

#[test]
fn every_role_can_do_something() {
    let gate = Gate::built_in();
    for who in Holder::all() {
        assert!(gate.rules().iter().any(|rule| rule.who.contains(&who)), "{who} may do nothing");
    }
}

#[test]
fn a_person_may_exactly_what_the_table_says_for_the_role_relation_and_facts() {
    let (gate, rows) = (Gate::built_in(), rows());
    let mut allowed = 0_usize;
    for (kind, role) in
        OrganisationKind::ALL.iter().flat_map(|kind| Role::ALL.iter().map(move |role| (kind, role)))
    {
        let actor = person(*kind, &[*role]);
        for (action, relation) in Action::ALL.iter().flat_map(|a| Relation::ALL.iter().map(move |r| (a, r))) {
            let row = rows
                .get(&(role.to_string(), action.to_string(), relation.to_string()))
                .filter(|_| role.belongs_to(*kind));
            for facts in every_fact() {
                let expected =
                    row.is_some_and(|(_, when)| when.iter().all(|condition| holds(condition, facts)));
                let verdict = gate.ask(&Subject::Person(&actor), *action, *relation, facts);
                assert_eq!(verdict.allowed, expected, "{role} of {kind}, {action}, {relation}, {facts:?}");
                let rule = row.map_or(DEFAULT_DENY, |(id, _)| id.as_str());
                assert_eq!(verdict.rule, rule, "{role} of {kind}, {action}, {relation}, {facts:?}");
                assert_eq!(verdict.role, expected.then_some(*role));
                assert_eq!(verdict.unmet.is_some(), row.is_some() && !expected);
                allowed += usize::from(expected);
            }
        }
    }
    assert!(allowed > 500, "the loop must meet many permitted combinations, it met {allowed}");
}

#[test]
fn other_systems_the_clock_and_the_console_may_exactly_what_the_table_says() {
    let (gate, rows) = (Gate::built_in(), rows());
    let peer = Subject::Peer { organisation: organisation(1) };
    for (name, subject) in [("peer", peer), ("system", Subject::System), ("operator", Subject::Operator)] {
        let mut allowed = Vec::new();
        for (action, relation) in Action::ALL.iter().flat_map(|a| Relation::ALL.iter().map(move |r| (a, r))) {
            let expected = rows.get(&(name.to_owned(), action.to_string(), relation.to_string()));
            for facts in every_fact() {
                let verdict = gate.ask(&subject, *action, *relation, facts);
                assert_eq!(verdict.allowed, expected.is_some(), "{name}, {action}, {relation}, {facts:?}");
                assert_eq!(verdict.role, None);
            }
            if expected.is_some() {
                allowed.push(format!("{action} {relation}"));
            }
        }
        let written_out: &[&str] = match name {
            "peer" => &["request.file authority", "request.view authority", "request.list own"],
            "system" => &[
                "request.freeze own",
                "request.tick own",
                "request.erase own",
                "package.stamp own",
                "file.inspect own",
                "file.expire own",
                "vetting.end_probation own",
            ],
            _ => &[
                "request.file own",
                "organisation.edit own",
                "contact_point.edit own",
                "person.invite own",
                "person.edit own",
                "token.edit own",
                "instance.backup own",
                "instance.restore own",
            ],
        };
        assert_eq!(allowed, written_out, "{name}");
    }
}

#[test]
fn the_acts_of_each_role_are_those_of_the_procedure() {
    let gate = Gate::built_in();
    let officer = "draft revise submit send answer open confirm confirm_deletion withdraw close postpone extend_hold \
                   announce_conversion convert_hold release_hold view prove print";
    let gatekeeper = "return forward send answer withdraw close extend_hold announce_conversion convert_hold \
                      release_hold view prove print";
    let table = [
        (Role::Officer, Relation::Authority, officer),
        (Role::Gatekeeper, Relation::Authority, gatekeeper),
        (
            Role::Authoriser,
            Relation::Authority,
            "return authorise reauthorise amend withdraw view prove print",
        ),
        (
            Role::Analyst,
            Relation::Addressee,
            "acknowledge check findings ask decide sealing prepare discard view prove print",
        ),
        (
            Role::Reviewer,
            Relation::Addressee,
            "check findings thaw find_fraud ask decide sealing discard release open view prove print",
        ),
    ];
    for (role, relation, acts) in table {
        let mut expected: Vec<String> = acts.split_whitespace().map(|act| format!("request.{act}")).collect();
        let may = |action: &&Action| gate.rule_for(Holder::Role(role), **action, relation).is_some();
        let on_requests = Action::ALL.iter().filter(|action| action.as_str().starts_with("request."));
        let mut actual: Vec<String> = on_requests.filter(may).map(ToString::to_string).collect();
        expected.sort();
        actual.sort();
        assert_eq!(actual, expected, "{role}");
    }
}

#[test]
fn a_contact_point_acts_on_both_sides() {
    let gate = Gate::built_in();
    let actor = person(OrganisationKind::ContactPoint, &[Role::Analyst, Role::Officer]);
    let subject = Subject::Person(&actor);
    let asks = subject.relation_to_request(organisation(1), organisation(2));
    let asked = subject.relation_to_request(organisation(2), organisation(1));
    let draft = gate.ask(&subject, Action::RequestDraft, asks, CASE);
    let check = gate.ask(&subject, Action::RequestCheck, asked, CASE);
    assert_eq!((draft.allowed, draft.role), (true, Some(Role::Officer)));
    assert_eq!((check.allowed, check.role), (true, Some(Role::Analyst)));
    assert!(!gate.ask(&subject, Action::RequestCheck, asks, CASE).allowed);
    assert!(!gate.ask(&subject, Action::RequestDraft, asked, CASE).allowed);
}

#[test]
fn a_role_that_does_not_exist_in_the_organisation_permits_nothing() {
    let gate = Gate::built_in();
    let actor = person(OrganisationKind::Provider, &[Role::Officer, Role::Auditor]);
    let subject = Subject::Person(&actor);
    for (action, relation) in Action::ALL.iter().flat_map(|a| Relation::ALL.iter().map(move |r| (a, r))) {
        assert!(!gate.ask(&subject, *action, *relation, CASE).allowed, "{action} {relation}");
    }
}

#[test]
fn somebody_with_no_part_in_a_request_is_foreign_to_it_and_may_nothing() {
    let gate = Gate::built_in();
    for kind in [OrganisationKind::Authority, OrganisationKind::Provider, OrganisationKind::ContactPoint] {
        let actor = person(kind, Role::ALL);
        let subject = Subject::Person(&actor);
        let relation = subject.relation_to_request(organisation(2), organisation(3));
        assert_eq!(relation, Relation::Foreign);
        assert_eq!(subject.relation_to_organisation(organisation(2)), Relation::Foreign);
        for action in Action::ALL {
            let verdict = gate.ask(&subject, *action, relation, CASE);
            assert_eq!((verdict.allowed, verdict.rule), (false, DEFAULT_DENY), "{action}");
        }
    }
    let peer = Subject::Peer { organisation: organisation(1) };
    assert_eq!(peer.relation_to_request(organisation(2), organisation(3)), Relation::Foreign);
    assert_eq!(peer.relation_to_request(organisation(2), organisation(1)), Relation::Addressee);
    assert!(!gate.ask(&peer, Action::RequestFile, Relation::Addressee, CASE).allowed);
}

#[test]
fn an_oversight_body_reads_trail_and_figures_but_no_request() {
    let gate = Gate::built_in();
    let actor = person(OrganisationKind::Oversight, &[Role::Auditor]);
    let subject = Subject::Person(&actor);
    assert_eq!(subject.relation_to_request(organisation(2), organisation(3)), Relation::Oversight);
    let relation = subject.relation_to_organisation(organisation(2));
    let may = |action| gate.ask(&subject, action, relation, CASE).allowed;
    assert!(may(Action::TrailView) && may(Action::FiguresView) && may(Action::OrganisationView));
    assert!(!may(Action::RequestView) && !may(Action::FileDownload) && !may(Action::RequestList));
    assert!(gate.ask(&subject, Action::DirectoryView, Relation::Directory, CASE).allowed);
}

#[test]
fn the_unmet_condition_is_named_and_one_that_hides_the_request_comes_first() {
    let gate = Gate::built_in();
    let actor = person(OrganisationKind::Provider, &[Role::Analyst, Role::Reviewer]);
    let ask = |facts| gate.ask(&Subject::Person(&actor), Action::RequestView, Relation::Addressee, facts);
    assert_eq!(ask(Facts::default()).unmet, Some(Condition::WithProvider));
    let expired = ask(Facts { with_provider: true, ..Facts::default() });
    assert_eq!(
        (expired.allowed, expired.rule, expired.unmet),
        (false, "addressee-views", Some(Condition::Accredited))
    );
}

#[test]
fn the_first_of_several_roles_that_is_allowed_is_the_one_that_was_used() {
    let gate = Gate::built_in();
    let actor =
        person(OrganisationKind::Authority, &[Role::Authoriser, Role::Gatekeeper, Role::Administrator]);
    let verdict = gate.ask(&Subject::Person(&actor), Action::RequestReturn, Relation::Authority, CASE);
    assert_eq!((verdict.rule, verdict.role), ("authority-vouches", Some(Role::Gatekeeper)));
}

#[test]
fn an_officer_gets_a_file_only_once_it_was_released() {
    let gate = Gate::built_in();
    let actor = person(OrganisationKind::Authority, &[Role::Officer]);
    let ask = |released| {
        gate.ask(
            &Subject::Person(&actor),
            Action::FileDownload,
            Relation::Authority,
            Facts { released, ..CASE },
        )
    };
    assert!(ask(true).allowed);
    assert_eq!(ask(false).unmet, Some(Condition::Released));
}

#[test]
fn the_hash_changes_with_what_the_rules_say_and_not_with_their_order() {
    let one = rule("one", &["officer"], "own", &[], &["figures.view"]);
    let two = rule("two", &["analyst"], "own", &[], &["figures.view"]);
    let hash = |text: &str| Gate::from_toml(text).expect("a table").hash().to_owned();
    let original = hash(&format!("{one}{two}"));
    assert_eq!(original.len(), 64);
    assert_eq!(hash(&format!("# a comment\n{two}{one}")), original);
    assert_ne!(hash(&format!("{one}{}", two.replace("two", "three"))), original);
    assert_ne!(hash(&format!("{one}{}", two.replace("analyst", "reviewer"))), original);
    assert_ne!(hash(&format!("{one}{}", two.replace("Une phrase", "Deux phrases"))), original);
    assert_ne!(hash(&format!("{one}{}", two.replace("when = []", "when = [\"accredited\"]"))), original);
}

/// T03: what a session alone may not do, written out a second time.
#[test]
fn a_sensitive_act_is_refused_to_whoever_has_not_just_shown_a_passkey() {
    let gate = Gate::built_in();
    let sensitive = "request.authorise request.amend request.send request.check request.release request.thaw request.find_fraud \
                     request.reauthorise request.open vault.grant file.download package.export contact_point.edit person.invite person.edit role.edit token.edit account.edit \
                     vetting.vouch";
    let sensitive: Vec<&str> = sensitive.split_whitespace().collect();
    let absent = Facts { present: false, ..CASE };
    let mut met = 0_usize;
    for (kind, role) in
        OrganisationKind::ALL.iter().flat_map(|kind| Role::ALL.iter().map(move |role| (kind, role)))
    {
        let actor = person(*kind, &[*role]);
        for (action, relation) in Action::ALL.iter().flat_map(|a| Relation::ALL.iter().map(move |r| (a, r))) {
            let ask = |facts| gate.ask(&Subject::Person(&actor), *action, *relation, facts);
            if !ask(CASE).allowed {
                continue;
            }
            let refused = ask(absent);
            let expected = sensitive.contains(&action.as_str()).then_some(Condition::Present);
            assert_eq!((refused.allowed, refused.unmet), (expected.is_none(), expected), "{role}, {action}");
            met += usize::from(expected.is_some());
        }
    }
    assert!(met > 30, "the loop must meet many sensitive acts, it met {met}");
}
