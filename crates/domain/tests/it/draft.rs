//! A draft under its procedure: what is too long is refused by field and limit, before anything is sent.

use comity_domain::id::ItemId;
use comity_domain::procedure::PinnedProcedure;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{
    Draft, DraftItem, LONGEST_ANSWER, LONGEST_LIMIT, LONGEST_MARK, LONGEST_NAME, LONGEST_VALUE,
    MOST_ELEMENTS, check_draft,
};
use comity_domain::term::{DataCategory, Priority};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn refusals(draft: &Draft) -> Vec<Refusal> {
    let pinned = PinnedProcedure::from_toml(include_str!("procedure/plain.toml")).unwrap();
    let now = "2026-11-23T14:00:00+01:00".parse().unwrap();
    check_draft(&pinned.procedure, draft, now, &mut || ItemId::new(uuid::Uuid::nil())).refusals
}

fn draft(item: DraftItem) -> Draft {
    Draft { priority: Priority::Normal, answers: BTreeMap::new(), items: vec![item] }
}

fn item() -> DraftItem {
    DraftItem {
        value: "one@mail.example".to_owned(),
        category: Some(DataCategory::Subscriber),
        from: "2026-11-01T00:00:00+01:00".to_owned(),
        to: "2026-11-02T00:00:00+01:00".to_owned(),
        ..DraftItem::default()
    }
}

/// The limits that a draft with one text in one field breaks: path and limit.
fn broken(draft: &Draft) -> Vec<(String, String)> {
    let long = refusals(draft).into_iter().filter(|refusal| refusal.code == RefusalCode::FieldTooLong);
    long.map(|refusal| (refusal.field.unwrap(), refusal.values[0].1.clone())).collect()
}

#[test]
fn each_field_of_a_row_is_refused_by_its_own_limit() {
    type Write = fn(&mut DraftItem, String);
    let fields: [(&str, usize, Write); 8] = [
        ("value", LONGEST_VALUE, |item, text| item.value = text),
        ("port", LONGEST_MARK, |item, text| item.port = text),
        ("at", LONGEST_MARK, |item, text| item.at = text),
        ("service", LONGEST_NAME, |item, text| item.service = text),
        ("from", LONGEST_MARK, |item, text| item.from = text),
        ("to", LONGEST_MARK, |item, text| item.to = text),
        ("limit", LONGEST_LIMIT, |item, text| item.limit = text),
        ("elements", LONGEST_NAME, |item, text| item.elements = vec![text]),
    ];
    for (name, max, write) in fields {
        let mut row = item();
        write(&mut row, "é".repeat(max));
        assert_eq!(broken(&draft(row.clone())), [], "{name} at its limit");
        write(&mut row, "é".repeat(max + 1));
        assert_eq!(broken(&draft(row)), [(format!("items.0.{name}"), max.to_string())]);
    }
    let many = DraftItem { elements: vec!["x".to_owned(); MOST_ELEMENTS + 1], ..item() };
    assert!(refusals(&draft(many)).iter().any(|r| r.field.as_deref() == Some("items.0.elements")));
}

#[test]
fn an_answer_is_refused_by_the_limit_of_its_field() {
    let pinned = PinnedProcedure::from_toml(include_str!("procedure/plain.toml")).unwrap();
    let mut draft = draft(item());
    for rule in &pinned.procedure.field {
        draft.answers.insert(rule.name.clone(), "x".repeat(LONGEST_ANSWER + 1));
    }
    let expected: Vec<(String, String)> = pinned
        .procedure
        .field
        .iter()
        .map(|rule| (format!("answers.{}", rule.name), rule.max_length.to_string()))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(broken(&draft), expected, "every field at once, each with its own limit");
}

proptest! {
    #[test]
    fn no_row_makes_the_check_fail(value in ".{0,300}", at in ".{0,100}", from in ".{0,100}", limit in ".{0,1200}") {
        refusals(&draft(DraftItem { value, at, from, limit, ..item() }));
    }
}
