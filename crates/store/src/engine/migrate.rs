//! Brings the tables to this program's version: numbered files, one transaction each, their checksums kept.
//! It may assume that another node may do the same at the same time. It never changes a database of a newer or of a changed program.

use sha2::{Digest, Sha256};

use super::Tx;
use crate::fault::{Fault, FaultKind};
use crate::hex;
use crate::value::Value;

/// One file of the folder `migrations`, built into the program.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its place in the order; only ever a larger one than before.
    pub number: i64,
    /// The file's name after the number.
    pub name: &'static str,
    /// Statements, each ended by a semicolon at a line's end.
    pub text: &'static str,
}

macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            text: include_str!(concat!("../../migrations/", $name, ".sql")),
        }
    };
}

/// All migrations in their order.
pub const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_engine"),
    migration!(2, "0002_nouns"),
    migration!(3, "0003_ledger"),
    migration!(4, "0004_queue"),
    migration!(5, "0005_operator"),
    migration!(6, "0006_trail"),
    migration!(7, "0007_leaf"),
    migration!(8, "0008_program"),
    migration!(9, "0009_restored"),
    migration!(10, "0010_inspection"),
    migration!(11, "0011_source"),
    migration!(12, "0012_authenticator"),
    migration!(13, "0013_manifest"),
    migration!(14, "0014_federation"),
    migration!(15, "0015_vault"),
    migration!(16, "0016_token"),
    migration!(17, "0017_vetting"),
];

const TABLE: &str = "create table if not exists migration (
    number bigint not null primary key,
    checksum text not null,
    at_us bigint not null
)";

crate::sql! {
    APPLIED = "select number, checksum from migration order by number";
    RECORD = "insert into migration (number, checksum, at_us) values ($1, $2, $3)";
}

/// A connection before the engine's threads take it: the one place where statement text is not static.
pub(super) trait Raw {
    fn begin(&mut self) -> Result<(), Fault>;
    fn run(&mut self, sql: &str) -> Result<(), Fault>;
    fn tx(&mut self, work: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Fault>) -> Result<(), Fault>;
}

pub(super) fn run(raw: &mut dyn Raw, migrations: &[Migration], now_us: i64) -> Result<(), Fault> {
    make_table(raw)?;
    // Each round applies at least one migration or finds that another node did; more rounds than that is a livelock.
    for _ in 0..=migrations.len() {
        let applied = applied(raw)?;
        check(&applied, migrations)?;
        let Some(next) = migrations.get(applied.len()) else { return Ok(()) };
        match apply(raw, next, now_us) {
            Ok(()) => tracing::info!(migration.number = next.number, "Applied migration {}", next.name),
            // Another node recorded this number first; the insert waited for its commit.
            Err(fault) if matches!(fault.kind, FaultKind::Unique | FaultKind::Busy) => {}
            Err(fault) => {
                return Err(Fault::new(fault.kind, format!("migration {}: {}", next.name, fault.message)));
            }
        }
    }
    let applied = applied(raw)?;
    if applied.len() == migrations.len() {
        return check(&applied, migrations);
    }
    Err(Fault::new(FaultKind::Busy, "another node keeps the migrations from being applied"))
}

fn make_table(raw: &mut dyn Raw) -> Result<(), Fault> {
    // Two nodes may both find the table missing; the one that comes second finds it made when it tries again.
    raw.run(TABLE).or_else(|_| raw.run(TABLE))
}

fn applied(raw: &mut dyn Raw) -> Result<Vec<(i64, String)>, Fault> {
    let mut found = Vec::new();
    raw.tx(&mut |tx| {
        for row in tx.rows(APPLIED, &[])? {
            found.push((row.int(0)?, row.text(1)?.to_owned()));
        }
        Ok(())
    })?;
    Ok(found)
}

fn check(applied: &[(i64, String)], migrations: &[Migration]) -> Result<(), Fault> {
    for (index, (number, checksum)) in applied.iter().enumerate() {
        let Some(known) = migrations.get(index) else {
            return Err(Fault::other(format!(
                "the database has migration {number}, which this program does not know"
            )));
        };
        if known.number != *number {
            return Err(Fault::other(format!(
                "the database has migration {number} where {} belongs",
                known.number
            )));
        }
        if checksum_of(known) != *checksum {
            return Err(Fault::other(format!("migration {} was changed after it was applied", known.name)));
        }
    }
    Ok(())
}

fn apply(raw: &mut dyn Raw, migration: &Migration, now_us: i64) -> Result<(), Fault> {
    raw.begin()?;
    let done = apply_inside(raw, migration, now_us).and_then(|()| raw.run("commit"));
    if done.is_err() {
        // The first fault is the one worth telling; a lost connection has rolled back by itself.
        drop(raw.run("rollback"));
    }
    done
}

fn apply_inside(raw: &mut dyn Raw, migration: &Migration, now_us: i64) -> Result<(), Fault> {
    // The record comes first: its key makes a second node wait here instead of in the middle.
    let checksum = checksum_of(migration);
    raw.tx(&mut |tx| {
        let args = [Value::Int(migration.number), Value::from(&checksum), Value::Int(now_us)];
        tx.exec(RECORD, &args).map(drop)
    })?;
    for statement in statements_of(migration.text) {
        raw.run(statement)?;
    }
    Ok(())
}

fn checksum_of(migration: &Migration) -> String {
    hex::encode(&Sha256::digest(migration.text.as_bytes()))
}

/// Splits at semicolons that end a line, so that a fault names one statement.
fn statements_of(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(";\n").map(str::trim).filter(|part| {
        part.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
    })
}
