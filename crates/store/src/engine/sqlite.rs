//! The embedded engine: one writer thread that commits groups with one sync, and reader threads on snapshots.
//! It may assume that no other program holds the write lock for long. It never answers a write before the commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ffi};

use super::migrate::{self, MIGRATIONS};
use super::queue::{BoxedWork, Takers};
use super::work::{Marks, Ran};
use super::{Point, Shared, StoreConfig, Tx};
use crate::fault::{Fault, FaultKind};
use crate::measure::Tally;
use crate::value::{Row, Value};

/// How many transactions share one sync at most: measured, more gains nothing and delays the first.
const GROUP: usize = 256;
/// Pages of 4 KiB in the log beside the database from which on they are written into it: those that change with each
/// group are then written once in many groups.
const CHECKPOINT_PAGES: i32 = 4_096;
/// What to do about a database that cannot be opened or written.
const UNWRITABLE: &str = "Comity must be able to write the database and its folder: see who owns them, and that the disk \
                          is not mounted read-only";
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Writers wait as long, so it is short; what could not be done is tried again.
const SCRUB_TIMEOUT: Duration = Duration::from_millis(200);
const CACHED_STATEMENTS: usize = 512;
/// Memory that each connection may use for pages, in KiB; it is taken only as far as there are pages.
const CACHE_KIB: i64 = 8_192;

pub(super) fn start(
    path: &Path,
    config: &StoreConfig,
    shared: &Arc<Shared>,
    writes: Takers,
    reads: &Takers,
) -> Result<(), Fault> {
    let mut connection = connect(path)?;
    migrate::run(&mut Raw(&mut connection), MIGRATIONS, config.now_us)?;
    let log_pages = Arc::new(AtomicI32::new(0));
    let counted = Arc::clone(&log_pages);
    let count = move |_: &mut rusqlite::hooks::Wal, pages| {
        counted.store(pages, Ordering::Relaxed);
        Ok(())
    };
    // In the place of the engine's own checkpoints, whose failures nobody would see.
    connection.wal_hook(Some(count)).map_err(|e| fault(&e))?;
    let thread_shared = Arc::clone(shared);
    spawn("store-writer", move || write_loop(&connection, &writes, &thread_shared, &log_pages))?;
    for _ in 0..config.readers.max(1) {
        let connection = connect(path)?;
        connection.pragma_update(None, "query_only", true).map_err(|e| fault(&e))?;
        let takers = reads.clone();
        spawn("store-reader", move || read_loop(&connection, &takers))?;
    }
    Ok(())
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(body).map(drop).map_err(|e| Fault::other(format!("no thread {name}: {e}")))
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(PathBuf::from(path), flags).map_err(|e| fault(&e))?;
    pragmas(&connection).map_err(|e| fault(&e))?;
    Ok(connection)
}

/// Writes the whole log back into the database and cuts it to nothing.
pub(super) fn scrub(path: &Path) -> Result<(), Fault> {
    let connection = connect(path)?;
    connection.busy_timeout(SCRUB_TIMEOUT).map_err(|e| fault(&e))?;
    let busy: i64 = connection
        .query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))
        .map_err(|e| fault(&e))?;
    if busy == 0 { Ok(()) } else { Err(Fault::new(FaultKind::Busy, "the log is being read")) }
}

fn pragmas(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // A plan does not hang on the values bound to it: otherwise each list is planned anew for each call.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Erased rows are overwritten with zeros, because destroying a key is the erasure of what it sealed.
    connection.pragma_update(None, "secure_delete", true)
}

fn write_loop(connection: &Connection, takers: &Takers, shared: &Shared, log_pages: &AtomicI32) {
    while !shared.stopped()
        && let Some(mut group) = takers.next_group(GROUP)
    {
        let mut marks = Marks::default();
        if let Err(fault) = write_group(connection, &mut group, &mut marks, shared) {
            if fault.kind == FaultKind::Broken {
                shared.fail(&fault);
            }
            rollback(connection);
            for unit in &mut group {
                unit.overrule(fault.clone());
            }
        } else {
            shared.committed(group.len(), &marks);
        }
        for unit in group {
            unit.answer();
        }
        if log_pages.load(Ordering::Relaxed) >= CHECKPOINT_PAGES && !shared.stopped() {
            log_pages.store(0, Ordering::Relaxed);
            checkpoint(connection, shared);
        }
    }
    if shared.stopped() {
        // Closing would sync once more.
        drop(connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true));
    }
}

/// Writes what the log holds into the database; what was answered is durable in the log already.
fn checkpoint(connection: &Connection, shared: &Shared) {
    let done = shared.strike(Point::Sync).and_then(|()| {
        let passed = connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
        passed.map_err(|e| fault(&e))
    });
    match done {
        Ok(()) => {}
        Err(fault) if matches!(fault.kind, FaultKind::Full | FaultKind::Busy) => {
            tracing::warn!(store.fault = %fault, "The log beside the database stays as it is");
        }
        Err(fault) => shared.fail(&fault),
    }
}

/// Commits what the units of a group write; an error means that none of them is durable, or that nobody knows and the
/// store has stopped.
fn write_group(
    connection: &Connection,
    group: &mut [BoxedWork],
    marks: &mut Marks,
    shared: &Shared,
) -> Result<(), Fault> {
    if shared.stopped() {
        return Err(Fault::stopped("a transaction"));
    }
    begin(connection, shared)?;
    // Nearly every group keeps all its units. A savepoint would copy each page before it is changed, so they are set
    // only once a unit was not kept; the closures can run again.
    if !run_together(connection, group, marks, shared)? {
        run_text(connection, "rollback")?;
        if group.len() == 1 {
            return Ok(());
        }
        *marks = Marks::default();
        begin(connection, shared)?;
        run_apart(connection, group, marks, shared)?;
    }
    shared
        .strike(Point::Commit)
        .and_then(|()| run_text(connection, "commit"))
        .and_then(|()| shared.strike(Point::Answer))
        .inspect_err(|fault| {
            // A full disk refuses the writing and not the sync: the group is taken back, and others may fit.
            if fault.kind != FaultKind::Full {
                shared.fail(fault);
            }
        })
}

fn begin(connection: &Connection, shared: &Shared) -> Result<(), Fault> {
    shared.strike(Point::Begin)?;
    run_text(connection, "begin immediate")
}

/// Runs the units one after the other until one is not to be kept; then false, and nothing may be.
fn run_together(
    connection: &Connection,
    group: &mut [BoxedWork],
    marks: &mut Marks,
    shared: &Shared,
) -> Result<bool, Fault> {
    for unit in group {
        if !run_unit(connection, unit, marks, shared)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Runs each unit in its own savepoint, and takes back those that are not to be kept.
fn run_apart(
    connection: &Connection,
    group: &mut [BoxedWork],
    marks: &mut Marks,
    shared: &Shared,
) -> Result<(), Fault> {
    for unit in group {
        run_text(connection, "savepoint unit")?;
        if !run_unit(connection, unit, marks, shared)? {
            run_text(connection, "rollback to unit")?;
        }
        run_text(connection, "release unit")?;
    }
    Ok(())
}

/// Runs a unit and tells whether what it wrote is to be kept.
fn run_unit(
    connection: &Connection,
    unit: &mut BoxedWork,
    marks: &mut Marks,
    shared: &Shared,
) -> Result<bool, Fault> {
    let mut own = Marks::default();
    let ran = unit.run(&mut SqliteTx { connection, marks: &mut own, writes: Some(shared) });
    if ran == Ran::Panicked {
        tracing::error!(transaction.name = unit.name(), "A transaction panicked and was taken back");
    }
    if let Some(broken) = own.doomed.as_ref().filter(|fault| fault.kind == FaultKind::Broken) {
        return Err(broken.clone());
    }
    if connection.is_autocommit() {
        // A full disk or a failed read takes back the whole group, not only the statement.
        return Err(own.doomed.unwrap_or_else(|| Fault::other("the engine took the transaction back")));
    }
    if let (Ran::Keep, Some(fault)) = (ran, &own.doomed) {
        unit.overrule(fault.clone());
    }
    let kept = ran == Ran::Keep && own.doomed.is_none();
    if kept {
        marks.join(own);
    }
    Ok(kept)
}

fn rollback(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(fault) = run_text(connection, "rollback")
    {
        tracing::error!(store.fault = %fault, "A rollback failed");
    }
}

fn read_loop(connection: &Connection, takers: &Takers) {
    while let Some(mut unit) = takers.next() {
        if unit.abandoned() {
            continue;
        }
        if let Err(fault) = run_text(connection, "begin") {
            unit.overrule(fault);
            unit.answer();
            continue;
        }
        let mut marks = Marks::default();
        if unit.run(&mut SqliteTx { connection, marks: &mut marks, writes: None }) == Ran::Panicked {
            tracing::error!(transaction.name = unit.name(), "A question panicked");
        } else if let Some(fault) = marks.doomed {
            unit.overrule(fault);
        }
        rollback(connection);
        unit.answer();
    }
}

fn run_text(connection: &Connection, sql: &'static str) -> Result<(), Fault> {
    connection.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map(drop).map_err(|e| fault(&e))
}

struct SqliteTx<'a> {
    connection: &'a Connection,
    marks: &'a mut Marks,
    /// Where it writes: what lets a test fail its statements.
    writes: Option<&'a Shared>,
}

impl SqliteTx<'_> {
    fn marked<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        result.inspect_err(|fault| self.marks.doom(fault))
    }

    fn bound(&self, sql: &'static str, args: &[Value]) -> Result<CachedStatement<'_>, Fault> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| fault(&e))?;
        if statement.parameter_count() != args.len() {
            let (wanted, given) = (statement.parameter_count(), args.len());
            return Err(Fault::other(format!("{given} arguments for a statement of {wanted}")));
        }
        for (index, value) in args.iter().enumerate() {
            // `$n` is a name to this engine, numbered by first appearance: bind by name, so that both engines agree.
            let name = format!("${}", index + 1);
            let position = statement.parameter_index(&name).map_err(|e| fault(&e))?;
            let position = position.ok_or_else(|| Fault::other(format!("the statement has no {name}")))?;
            bind(&mut statement, position, value).map_err(|e| fault(&e))?;
        }
        Ok(statement)
    }

    fn try_exec(&self, sql: &'static str, args: &[Value]) -> Result<u64, Fault> {
        let changed = self.bound(sql, args)?.raw_execute().map_err(|e| fault(&e))?;
        Ok(changed as u64)
    }

    fn try_rows(&self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>, Fault> {
        let mut statement = self.bound(sql, args)?;
        let columns = statement.column_count();
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(|e| fault(&e))? {
            let mut values = Vec::with_capacity(columns);
            for column in 0..columns {
                values.push(from_column(row.get_ref(column).map_err(|e| fault(&e))?)?);
            }
            rows.push(Row::new(values));
        }
        Ok(rows)
    }
}

impl Tx for SqliteTx<'_> {
    fn exec(&mut self, sql: &'static str, args: &[Value]) -> Result<u64, Fault> {
        let struck = self.writes.map_or(Ok(()), |shared| shared.strike(Point::Statement));
        let result = struck.and_then(|()| self.try_exec(sql, args));
        self.marked(result)
    }

    fn rows(&mut self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>, Fault> {
        let struck = self.writes.map_or(Ok(()), |shared| shared.strike(Point::Statement));
        let result = struck.and_then(|()| self.try_rows(sql, args));
        self.marked(result)
    }

    fn prepare(&mut self, sql: &'static str) -> Result<usize, Fault> {
        let result = self.connection.prepare_cached(sql).map(|s| s.parameter_count()).map_err(|e| fault(&e));
        self.marked(result)
    }

    fn integrity(&mut self) -> Result<Vec<String>, Fault> {
        let rows = self.try_rows("pragma integrity_check(20)", &[])?;
        let said: Result<Vec<String>, Fault> =
            rows.iter().map(|row| row.text(0).map(str::to_owned)).collect();
        Ok(said?.into_iter().filter(|line| line != "ok").collect())
    }

    fn wake(&mut self) {
        self.marks.wake = true;
    }

    fn tally(&mut self, tally: Tally) {
        self.marks.tallies.push(tally);
    }
}

fn bind(statement: &mut CachedStatement<'_>, position: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(position, rusqlite::types::Null),
        Value::Int(number) => statement.raw_bind_parameter(position, number),
        Value::Text(text) => statement.raw_bind_parameter(position, text),
        Value::Bytes(bytes) => statement.raw_bind_parameter(position, bytes),
    }
}

fn from_column(value: ValueRef<'_>) -> Result<Value, Fault> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => String::from_utf8(text.to_vec())
            .map(Value::Text)
            .map_err(|_| Fault::other("a text column that is not UTF-8")),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(Fault::other("a column that is neither bigint nor text nor bytea; cast it")),
    }
}

fn fault(error: &rusqlite::Error) -> Fault {
    let kind = match error {
        rusqlite::Error::SqliteFailure(code, _) => kind(*code),
        _ => FaultKind::Other,
    };
    if kind == FaultKind::Connection {
        return Fault::connection(format!("{error}. {UNWRITABLE}"));
    }
    Fault::new(kind, error.to_string())
}

fn kind(error: ffi::Error) -> FaultKind {
    match (error.code, error.extended_code) {
        (
            ErrorCode::ConstraintViolation,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => FaultKind::Unique,
        (ErrorCode::ConstraintViolation, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => FaultKind::ForeignKey,
        (ErrorCode::ConstraintViolation, _) => FaultKind::Check,
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => FaultKind::Busy,
        (ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied, _) => {
            FaultKind::Connection
        }
        (ErrorCode::DiskFull, _) => FaultKind::Full,
        (ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
            FaultKind::Broken
        }
        _ => FaultKind::Other,
    }
}

/// The migrations' view of a connection.
struct Raw<'a>(&'a mut Connection);

impl migrate::Raw for Raw<'_> {
    fn begin(&mut self) -> Result<(), Fault> {
        self.run("begin immediate")
    }

    fn run(&mut self, sql: &str) -> Result<(), Fault> {
        self.0.execute_batch(sql).map_err(|e| fault(&e))
    }

    fn tx(&mut self, work: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Fault>) -> Result<(), Fault> {
        work(&mut SqliteTx { connection: self.0, marks: &mut Marks::default(), writes: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn no_statement_is_planned_anew_for_other_values() {
        let mut connection = Connection::open_in_memory().unwrap();
        pragmas(&connection).unwrap();
        migrate::run(&mut Raw(&mut connection), MIGRATIONS, 0).unwrap();
        for sql in crate::statements() {
            let mut statement = connection.prepare(sql).unwrap();
            for value in 1..4 {
                for place in 1..=statement.parameter_count() {
                    statement.raw_bind_parameter(place, value).unwrap();
                }
                // What the tables refuse does not count here.
                let mut rows = statement.raw_query();
                while let Ok(Some(_)) = rows.next() {}
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
        }
    }
}
