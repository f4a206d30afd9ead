//! Files that an operator or another instance may bring: procedures, their worked cases, calendars, permission tables.

use super::text;
use comity_domain::calendar::Calendar;
use comity_domain::procedure::{PinnedProcedure, case, lint, written};
use comity_domain::term::Language;
use comity_policy::Gate;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SUBSCRIBER: &str = include_str!("../../procedures/bud/18_subscriber.toml");
const PRESERVATION: &str = include_str!("../../procedures/us/2703f_preservation.toml");
const ORDER: &str = include_str!("../../procedures/eu/epoc_subscriber.toml");
const SUBSCRIBER_CASES: &str = include_str!("../../procedures/bud/18_subscriber.tests.toml");
const CALENDARS: [&str; 3] = [
    include_str!("../../procedures/calendars/xa.toml"),
    include_str!("../../procedures/calendars/xb.toml"),
    include_str!("../../procedures/calendars/xc.toml"),
];

fn seeds(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A file is checked and, where it can be read, drawn in both languages.
pub(crate) fn procedure(data: &[u8]) {
    let Some(text) = text(data) else { return };
    lint::lint("bud/18_subscriber.toml", text);
    let Ok(pinned) = PinnedProcedure::from_toml(text) else { return };
    for language in [Language::English, Language::French] {
        written::text(&pinned, language, &str::to_owned);
    }
}

pub(crate) fn procedure_seeds() -> Vec<Vec<u8>> {
    seeds(&[SUBSCRIBER, PRESERVATION, ORDER])
}

/// Worked cases drive the whole of a request's life, with whatever times and durations they name.
pub(crate) fn cases(data: &[u8]) {
    static PROCEDURE: LazyLock<PinnedProcedure> =
        LazyLock::new(|| PinnedProcedure::from_toml(SUBSCRIBER).expect("a shipped procedure"));
    static KNOWN: LazyLock<BTreeMap<String, Calendar>> = LazyLock::new(|| {
        let read = |text| Calendar::from_toml(text).expect("a shipped calendar");
        CALENDARS.map(read).into_iter().map(|calendar| (calendar.id().to_owned(), calendar)).collect()
    });
    let Some(text) = text(data) else { return };
    let _ = case::run("bud/18_subscriber.tests.toml", text, &PROCEDURE, &KNOWN);
}

pub(crate) fn case_seeds() -> Vec<Vec<u8>> {
    seeds(&[SUBSCRIBER_CASES])
}

/// A calendar in which deadlines can be counted, from any day of it.
pub(crate) fn calendar(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(calendar) = Calendar::from_toml(text) else { return };
    let (from, until) = calendar.holidays_listed();
    for day in [from, until] {
        let next = calendar.next_working_day(day);
        assert!(next >= day);
        let end = calendar.end_of_day(day);
        calendar.moment(end);
        calendar.date_ending_at(end);
    }
}

pub(crate) fn calendar_seeds() -> Vec<Vec<u8>> {
    seeds(&CALENDARS)
}

/// A table that is accepted has the same digest when it is read again.
pub(crate) fn permissions(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(gate) = Gate::from_toml(text) else { return };
    assert_eq!(Gate::from_toml(text).expect("read before").hash(), gate.hash());
}

pub(crate) fn permission_seeds() -> Vec<Vec<u8>> {
    seeds(&[include_str!("../../permissions.toml")])
}
