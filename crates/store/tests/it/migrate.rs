//! Migrations: applied once, and refused when the database is another program's.

use comity_store::testing::Engine;
use comity_store::{Fault, MIGRATIONS, Store};

fn change(store: &Store, sql: &'static str) {
    let done: Result<u64, Fault> = store.write_blocking("test.change", move |tx| tx.exec(sql, &[]));
    assert_eq!(done, Ok(1));
}

#[test]
fn opening_again_applies_nothing_twice() {
    for engine in Engine::ALL {
        let mut store = engine.open();
        store.reopen().expect("opens again");
        let count = store.read_blocking("test.count", |tx| {
            tx.row("select count(*) from migration", &[])?.expect("a count").int(0)
        });
        assert_eq!(count, Ok::<_, Fault>(i64::try_from(MIGRATIONS.len()).expect("few")));
    }
}

#[test]
fn a_migration_changed_after_it_was_applied_is_refused() {
    for engine in Engine::ALL {
        let mut store = engine.open();
        change(&store, "update migration set checksum = 'another' where number = 1");
        let refused = store.reopen().expect_err("refused");
        assert!(refused.message.contains("was changed after it was applied"), "{refused}");
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    for engine in Engine::ALL {
        let mut store = engine.open();
        change(&store, "insert into migration (number, checksum, at_us) values (9999, 'future', 0)");
        let refused = store.reopen().expect_err("refused");
        assert!(refused.message.contains("does not know"), "{refused}");
    }
}

#[test]
fn nodes_that_start_together_migrate_once() {
    let first = Engine::Postgres.open();
    let emptied: Result<u64, Fault> =
        first.write_blocking("test.empty", |tx| tx.exec("drop schema public cascade", &[]));
    emptied.expect("emptied");
    let made: Result<u64, Fault> =
        first.write_blocking("test.empty", |tx| tx.exec("create schema public", &[]));
    made.expect("made");
    std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(first.config()).map(drop))).collect();
        for node in nodes {
            node.join().expect("no panic").expect("opens");
        }
    });
}

#[test]
fn the_migrations_are_the_folder_and_use_the_three_column_types() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|file| file.expect("a file").file_name().into_string().expect("a plain name"))
        .collect();
    files.sort();
    let known: Vec<String> = MIGRATIONS.iter().map(|m| format!("{}.sql", m.name)).collect();
    assert_eq!(files, known);
    for (migration, number) in MIGRATIONS.iter().zip(1_i64..) {
        assert_eq!(migration.number, number);
        assert!(migration.name.starts_with(&format!("{number:04}_")));
        let body = migration.text.lines().filter(|line| !line.trim_start().starts_with("--"));
        for line in body.filter(|line| line.starts_with("    ")) {
            let mut words = line.split_whitespace();
            let (name, ty) = (words.next().unwrap_or(""), words.next().unwrap_or("").trim_end_matches(','));
            let rule =
                ["primary", "unique", "foreign", "check"].contains(&name) || name.starts_with("check(");
            assert!(rule || ["text", "bigint", "bytea"].contains(&ty), "{}: {line}", migration.name);
        }
    }
}
