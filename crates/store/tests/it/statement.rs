//! The nine SQL rules, held over every statement.

use comity_store::testing::{Engine, refused_statements};

#[test]
fn both_engines_accept_every_statement() {
    for engine in Engine::ALL {
        let store = engine.open();
        let refused = refused_statements(&store, comity_store::statements());
        assert!(refused.is_empty(), "{engine:?} refuses {refused:#?}");
    }
}

#[test]
fn both_engines_count_the_same_arguments() {
    let (one, other) = (Engine::Sqlite.open(), Engine::Postgres.open());
    for sql in comity_store::statements() {
        let count = |store: &comity_store::Store| {
            store.read_blocking("test.prepare", move |tx| tx.prepare(sql)).expect("accepted")
        };
        assert_eq!(count(&one), count(&other), "{sql}");
    }
}

#[test]
fn every_statement_keeps_the_sql_rules() {
    let statements = comity_store::statements();
    assert!(statements.len() > 20);
    for sql in statements {
        let text = without_strings(sql);
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
        let has = |word: &str| words.contains(&word);
        assert!(!text.contains('?'), "placeholders are written $n: {sql}");
        assert!(!has("offset"), "paging is by key: {sql}");
        assert!(!has("boolean") && !has("true") && !has("false"), "truth values are 0 or 1: {sql}");
        assert!(!has("ilike") && !has("json") && !has("jsonb") && !has("now"), "one engine's word: {sql}");
        assert!(!text.contains("->"), "JSON is opaque: {sql}");
        assert!(!has("sum") || text.contains("cast(sum("), "a sum is cast: {sql}");
        assert_eq!(text, text.to_lowercase(), "SQL is lower-case: {sql}");
        assert!(!has("update") || !text.contains("for update"), "the engine adds row locks: {sql}");
    }
}

/// What stands between single quotes is the reader's, not SQL.
fn without_strings(sql: &str) -> String {
    sql.split('\'').step_by(2).collect()
}
