//! What is wrong with a table is told, all at once, and a bad table never becomes a gate.

use crate::support::rule;
use comity_policy::{Action, BUILT_IN, Gate, Holder, MAX_BYTES, MAX_RULES, Relation, TableError};
use proptest::prelude::*;

fn errors(text: &str) -> Vec<TableError> {
    Gate::from_toml(text).err().unwrap_or_default()
}

fn figures(id: &str) -> String {
    rule(id, &["officer"], "own", &[], &["figures.view"])
}

#[test]
fn the_built_in_table_has_no_error() {
    assert_eq!(errors(BUILT_IN), []);
}

#[test]
fn a_table_without_rules_is_refused() {
    assert_eq!(errors(""), [TableError::RuleCount(0)]);
}

#[test]
fn a_table_with_too_many_rules_is_refused() {
    let text: String = (0..=MAX_RULES).map(|number| figures(&format!("rule-{number}"))).collect();
    assert_eq!(errors(&text), [TableError::RuleCount(MAX_RULES + 1)]);
}

#[test]
fn a_table_that_is_too_large_is_refused_unread() {
    let text = format!("{}#{}", figures("one"), "x".repeat(MAX_BYTES));
    assert_eq!(errors(&text), [TableError::TooLarge]);
}

#[test]
fn unknown_fields_and_missing_lists_are_refused_with_their_line() {
    for text in [figures("one") + "roles = [\"officer\"]\n", figures("one").replace("actions", "acts")] {
        let errors = errors(&text);
        assert!(
            matches!(errors.as_slice(), [TableError::Malformed(why)] if why.contains("line")),
            "{errors:?}"
        );
    }
}

#[test]
fn ids_are_plain_words_and_unique() {
    for id in ["", "Officer", "a b", "-a", "a-", "default-deny", "é", &"a".repeat(65)] {
        let expected = TableError::Id { rule: "#1".to_owned(), id: id.chars().take(64).collect() };
        assert_eq!(errors(&figures(id)), [expected], "{id}");
    }
    let twice = figures("one") + &rule("one", &["analyst"], "own", &[], &["figures.view"]);
    assert_eq!(errors(&twice), [TableError::DuplicateId { rule: "one".to_owned() }]);
}

#[test]
fn a_rule_needs_its_sentence_in_both_languages() {
    let missing = |language| [TableError::Text { rule: "one".to_owned(), language }];
    assert_eq!(errors(&figures("one").replace("text.fr = \"Une phrase.\"\n", "")), missing("fr"));
    assert_eq!(errors(&figures("one").replace("One sentence.", "  ")), missing("en"));
    assert_eq!(errors(&figures("one").replace("One sentence.", "One\\nsentence.")), missing("en"));
    assert_eq!(errors(&figures("one").replace("One sentence.", &"é".repeat(401))), missing("en"));
}

#[test]
fn unknown_words_are_told_with_their_field() {
    let text = rule("one", &["officer", "boss"], "friend", &["sober"], &["request.eat"]);
    let unknown =
        |field, word: &str| TableError::UnknownWord { rule: "one".to_owned(), field, word: word.to_owned() };
    let expected = [
        unknown("who", "boss"),
        unknown("actions", "request.eat"),
        unknown("when", "sober"),
        unknown("relation", "friend"),
    ];
    assert_eq!(errors(&text), expected);
}

#[test]
fn empty_and_repeated_words_are_refused() {
    let empty = |field| TableError::Empty { rule: "one".to_owned(), field };
    assert_eq!(errors(&rule("one", &[], "own", &[], &[])), [empty("who"), empty("actions")]);
    let text = rule("one", &["officer", "officer"], "own", &[], &["figures.view"]);
    let expected = TableError::Repeated { rule: "one".to_owned(), field: "who", word: "officer" };
    assert_eq!(errors(&text), [expected]);
}

#[test]
fn a_role_is_refused_where_no_organisation_of_its_kind_can_stand() {
    for (who, relation) in [
        ("auditor", "authority"),
        ("officer", "addressee"),
        ("analyst", "authority"),
        ("reviewer", "oversight"),
        ("system", "authority"),
        ("operator", "directory"),
        ("peer", "oversight"),
    ] {
        let text = rule("one", &[who], relation, &[], &["figures.view"]);
        let impossible = TableError::Impossible {
            rule: "one".to_owned(),
            who: Holder::from_word(who).expect("a holder"),
            relation: Relation::from_word(relation).expect("a relation"),
        };
        assert_eq!(errors(&text), [impossible]);
    }
}

#[test]
fn nobody_can_be_permitted_anything_in_foreign_things() {
    for who in Holder::all() {
        let text = rule("one", &[who.as_str()], "foreign", &[], &["figures.view"]);
        let impossible = TableError::Impossible { rule: "one".to_owned(), who, relation: Relation::Foreign };
        assert_eq!(errors(&text), [impossible]);
    }
}

#[test]
fn conditions_that_exclude_each_other_are_refused() {
    let text = rule("one", &["officer"], "own", &["with_provider", "not_with_provider"], &["figures.view"]);
    assert_eq!(errors(&text), [TableError::Contradiction { rule: "one".to_owned() }]);
}

#[test]
fn two_rules_never_answer_the_same_question() {
    let text = figures("one") + &rule("two", &["officer"], "own", &["accredited"], &["figures.view"]);
    let overlap = TableError::Overlap {
        rule: "two".to_owned(),
        other: "one".to_owned(),
        who: Holder::from_word("officer").expect("a holder"),
        action: Action::FiguresView,
        relation: Relation::Own,
    };
    assert_eq!(errors(&text), [overlap]);
}

#[test]
fn all_faulty_rules_are_told_at_once() {
    let text = figures("A") + &figures("two").replace("own", "none") + &figures("three");
    assert_eq!(errors(&text).len(), 2);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Gate::from_toml(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_damage_to_the_built_in_table_makes_the_reader_panic(
        at in 0..BUILT_IN.len(), length in 0..200_usize, put in "[\\PC\\n\"\\[\\]=#.]{0,20}",
    ) {
        let mut bytes = BUILT_IN.as_bytes().to_vec();
        bytes.splice(at..(at + length).min(BUILT_IN.len()), put.bytes());
        if let Err(errors) = Gate::from_toml(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(!errors.is_empty());
            prop_assert!(errors.iter().all(|error| !error.to_string().is_empty()));
        }
    }
}
