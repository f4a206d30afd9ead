//! PostgreSQL, and engines that speak its protocol: one writer that commits groups, and a pool of readers, each thread with
//! its own connection. Writers of one process beside each other would only lose against each other: most acts of an
//! organisation meet in its counter. It may assume that a closure can run again. It never keeps a transaction whose statements failed or whose place in the order is in doubt.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::future::{join_all, join3};
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage, Statement};

use super::migrate::{self, MIGRATIONS};
use super::queue::{BoxedWork, Takers};
use super::work::{Marks, Ran};
use super::{Point, SKIP_LOCKED, Shared, StoreConfig, Tx};
use crate::fault::{Fault, FaultKind};
use crate::measure::Tally;
use crate::value::{Row, Value};

/// How many transactions share one commit at most: the first waits for the statements of all.
const GROUP: usize = 64;
/// How often a transaction that lost against others runs again.
const RETRIES: u32 = 8;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A server that keeps commits only in memory would break the promise that an answered write is durable.
const DURABLE: &str = "select set_config('synchronous_commit', 'on', false) \
                       where current_setting('synchronous_commit') = 'off'";
/// How many statements are handed in before they are sent at the latest; more would not be polled in their order.
const HANDED_IN: usize = 24;
const AMCHECK: &str = "select 1 from pg_extension where extname = 'amcheck'";
/// Raises an error at the first index that is not as it must be, or that lacks a row of its table.
const CHECK_INDICES: &str = "select bt_index_check(i.indexrelid, true) from pg_index i
    join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
    where a.amname = 'btree' and c.relnamespace = current_schema()::regnamespace and i.indisvalid";
const BEGIN_WRITE: &str = "begin isolation level serializable";
const BEGIN_READ: &str = "begin isolation level repeatable read read only";

pub(super) fn start(
    url: &str,
    config: &StoreConfig,
    shared: &Arc<Shared>,
    writes: &Takers,
    reads: &Takers,
) -> Result<(), Fault> {
    let server =
        Config::from_str(url).map_err(|e| Fault::connection(format!("the database's address: {e}")))?;
    migrate_apart(&server, shared, config.now_us)?;
    spawn("store-writer", BEGIN_WRITE, GROUP, &server, writes, shared)?;
    for _ in 0..config.readers.max(1) {
        spawn("store-reader", BEGIN_READ, 1, &server, reads, shared)?;
    }
    Ok(())
}

/// Migrates on a thread of its own, because the driver must not block inside an asynchronous runtime.
fn migrate_apart(server: &Config, shared: &Arc<Shared>, now_us: i64) -> Result<(), Fault> {
    let (server, shared) = (server.clone(), Arc::clone(shared));
    let thread = std::thread::spawn(move || {
        let mut session = Session::connect(&server, &shared)?;
        // A migration may rewrite a large table: it takes the time it takes.
        session.batch("set statement_timeout = 0").map_err(|e| fault(&e))?;
        migrate::run(&mut Raw(&mut session), MIGRATIONS, now_us)
    });
    thread.join().unwrap_or_else(|_| Err(Fault::other("the migrations panicked")))
}

fn spawn(
    name: &str,
    begin: &'static str,
    limit: usize,
    server: &Config,
    takers: &Takers,
    shared: &Arc<Shared>,
) -> Result<(), Fault> {
    let takers = takers.clone();
    let mut worker = Worker { server: server.clone(), shared: Arc::clone(shared), session: None, begin };
    let body = move || {
        while let Some(mut group) = takers.next_group(limit) {
            group.retain(|unit| begin == BEGIN_WRITE || !unit.abandoned());
            if !group.is_empty() {
                worker.run(&mut group);
            }
            for unit in group {
                unit.answer();
            }
        }
    };
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(body).map(drop).map_err(|e| Fault::other(format!("no thread {name}: {e}")))
}

/// One thread with its connection.
struct Worker {
    server: Config,
    shared: Arc<Shared>,
    session: Option<Session>,
    begin: &'static str,
}

/// How one attempt ended.
enum Attempt {
    /// Each unit holds its answer.
    Done,
    /// The same units may succeed when run again; the fault is the answer if they may not.
    Again(Fault),
    /// One of them is not to be kept, or takes the others with it: each is to run alone.
    Apart,
}

impl Worker {
    /// Runs the units in one transaction and puts their answers into them.
    fn run(&mut self, group: &mut [BoxedWork]) {
        for attempt in 0..=RETRIES {
            let fault = match self.attempt(group) {
                Ok(Attempt::Done) => return,
                Ok(Attempt::Apart) => return self.run_apart(group),
                Ok(Attempt::Again(fault)) if attempt < RETRIES => {
                    tracing::debug!(transactions = group.len(), attempt, store.fault = %fault, "Retrying");
                    // No chance is needed to part two rivals: they are other processes, with other loads.
                    std::thread::sleep(Duration::from_millis(1_u64 << attempt.min(6)));
                    continue;
                }
                Ok(Attempt::Again(_)) if group.len() > 1 => return self.run_apart(group),
                Ok(Attempt::Again(fault)) | Err(fault) => fault,
            };
            for unit in group {
                unit.overrule(fault.clone());
            }
            return;
        }
    }

    fn run_apart(&mut self, group: &mut [BoxedWork]) {
        for unit in group {
            self.run(std::slice::from_mut(unit));
        }
    }

    fn attempt(&mut self, group: &mut [BoxedWork]) -> Result<Attempt, Fault> {
        let writing = self.begin == BEGIN_WRITE;
        if writing && self.shared.stopped() {
            return Err(Fault::stopped("a transaction"));
        }
        if writing && let Err(fault) = self.shared.strike(Point::Begin) {
            return again_or(fault);
        }
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session::connect(&self.server, &self.shared)?,
        };
        session.begin = Some(self.begin);
        let mut marks = Marks::default();
        let kept = self.units(&mut session, group, &mut marks);
        if marks.lost || marks.again {
            let fault = marks.doomed.unwrap_or_else(|| Fault::connection("the connection was lost"));
            if !marks.lost {
                self.take_back(session);
            }
            return Ok(Attempt::Again(fault));
        }
        match kept {
            Some(true) => self.commit(session, writing, group.len(), &marks),
            Some(false) => {
                self.take_back(session);
                Ok(if group.len() == 1 { Attempt::Done } else { Attempt::Apart })
            }
            // The session is dropped with whatever the panic interrupted.
            None => Ok(if group.len() == 1 { Attempt::Done } else { Attempt::Apart }),
        }
    }

    /// Runs the units one after the other until one is not to be kept; then false, and nothing may be. Nothing after a
    /// panic.
    fn units(&self, session: &mut Session, group: &mut [BoxedWork], marks: &mut Marks) -> Option<bool> {
        let writes = (self.begin == BEGIN_WRITE).then_some(&*self.shared);
        for unit in group.iter_mut() {
            let ran = unit.run(&mut PostgresTx { session, marks, writes });
            match ran {
                Ran::Keep if marks.doomed.is_none() => {}
                Ran::Keep => {
                    overrule(unit, marks);
                    return Some(false);
                }
                Ran::Undo => return Some(false),
                Ran::Panicked => {
                    tracing::error!(
                        transaction.name = unit.name(),
                        "A transaction panicked and was taken back"
                    );
                    return None;
                }
            }
        }
        // What was only handed in is run before anything is committed; its fault is the answer of whoever is alone.
        if (PostgresTx { session, marks, writes }).hand_over().is_err() {
            if let [unit] = group {
                overrule(unit, marks);
            }
            return Some(false);
        }
        Some(true)
    }

    fn take_back(&mut self, mut session: Session) {
        session.handed_in.clear();
        // Where not even the beginning was sent there is nothing to take back.
        if session.begin.take().is_some() || session.run("rollback") {
            self.session = Some(session);
        }
    }

    fn commit(
        &mut self,
        mut session: Session,
        writing: bool,
        transactions: usize,
        marks: &Marks,
    ) -> Result<Attempt, Fault> {
        if writing && let Err(fault) = self.shared.strike(Point::Commit) {
            return again_or(fault);
        }
        // A unit that asked nothing has not even begun.
        let committed = if session.begin.take().is_some() { Ok(()) } else { session.batch("commit") };
        match committed {
            Ok(()) => {
                self.session = Some(session);
                if writing {
                    self.shared.committed(transactions, marks);
                    self.shared.strike(Point::Answer)?;
                }
                Ok(Attempt::Done)
            }
            Err(error) if retryable(&error) => {
                if session.run("rollback") {
                    self.session = Some(session);
                }
                Ok(Attempt::Again(fault(&error)))
            }
            // Whether the server kept it is unknown, so it must not run again by itself.
            Err(error) => {
                Err(Fault::new(fault(&error).kind, format!("at commit: {}", fault(&error).message)))
            }
        }
    }
}

fn overrule(unit: &mut BoxedWork, marks: &Marks) {
    if let Some(fault) = &marks.doomed {
        unit.overrule(fault.clone());
    }
}

/// What a fault that a test wants stands for.
fn again_or(fault: Fault) -> Result<Attempt, Fault> {
    if fault.kind == FaultKind::Busy { Ok(Attempt::Again(fault)) } else { Err(fault) }
}

/// A connection and its prepared statements. What is handed in is sent together with the next question, so that many
/// statements cost one exchange of messages.
struct Session {
    runtime: Runtime,
    client: Client,
    /// Keyed by the text's place in the program: every text is a constant.
    statements: HashMap<(usize, usize), Statement>,
    /// Sent before the next statement.
    begin: Option<&'static str>,
    /// Sent before the next question and before the commit.
    handed_in: Vec<(Statement, Vec<Value>)>,
}

impl Session {
    fn connect(server: &Config, shared: &Shared) -> Result<Self, Fault> {
        let mut server = server.clone();
        server.connect_timeout(CONNECT_TIMEOUT).application_name("comity");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Fault::other(format!("no runtime: {e}")))?;
        let connected = runtime.block_on(server.connect(NoTls));
        let (client, connection) = connected.map_err(|e| Fault::connection(e.to_string()))?;
        // It is driven by this thread, whenever that waits for an answer.
        runtime.spawn(connection);
        let mut session =
            Self { runtime, client, statements: HashMap::new(), begin: None, handed_in: Vec::new() };
        session.batch(DURABLE).map_err(|e| fault(&e))?;
        if let Some(limit) = shared.statement_timeout_ms {
            session.batch(&format!("set statement_timeout = {limit}")).map_err(|e| fault(&e))?;
        }
        Ok(session)
    }

    fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.runtime.block_on(self.client.batch_execute(sql))
    }

    /// False when the connection is of no more use.
    fn run(&mut self, sql: &str) -> bool {
        self.batch(sql).is_ok()
    }

    fn prepared(&mut self, sql: &'static str) -> Result<Statement, Error> {
        let key = (sql.as_ptr().addr(), sql.len());
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let text = sql.replace(SKIP_LOCKED, "for update skip locked");
        let statement = self.runtime.block_on(self.client.prepare(&text))?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    /// Sends the beginning, what was handed in, and the question that `ask` makes, all in one go; answers its answer.
    /// Of several errors the first counts: those after it only say that the transaction has failed.
    fn exchange<T>(&mut self, ask: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T, Error> {
        let (begin, handed_in) = (self.begin.take(), std::mem::take(&mut self.handed_in));
        let client = &self.client;
        // Each future sends its message when it is first polled; they are polled in their order.
        let beginning = async {
            match begin {
                Some(sql) => client.batch_execute(sql).await,
                None => Ok(()),
            }
        };
        let each = handed_in
            .iter()
            .map(|(statement, args)| async move { client.execute(statement, &params(args)).await });
        let all = join3(beginning, join_all(each), ask(client));
        let (opened, done, answer) = self.runtime.block_on(all);
        opened?;
        for one in done {
            one?;
        }
        answer
    }
}

struct PostgresTx<'a> {
    session: &'a mut Session,
    marks: &'a mut Marks,
    /// Where it writes: what lets a test fail its statements.
    writes: Option<&'a Shared>,
}

impl PostgresTx<'_> {
    fn marked<T>(&mut self, result: Result<T, Failure>) -> Result<T, Fault> {
        result.map_err(|failure| {
            let fault = match failure {
                Failure::Here(fault) => {
                    self.marks.again |= fault.kind == FaultKind::Busy;
                    fault
                }
                Failure::Server(error) => {
                    if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
                        // A migration on another node has changed the tables under a prepared statement.
                        self.session.statements.clear();
                    }
                    self.marks.again |= retryable(&error);
                    self.marks.lost |= lost(&error);
                    fault(&error)
                }
            };
            self.marks.doom(&fault);
            fault
        })
    }

    fn prepared(&mut self, sql: &'static str, args: &[Value]) -> Result<Statement, Failure> {
        let statement = self.session.prepared(sql)?;
        let wanted = statement.params().len();
        if wanted != args.len() {
            return Err(Fault::other(format!("{} arguments for a statement of {wanted}", args.len())).into());
        }
        Ok(statement)
    }

    fn try_exec(&mut self, sql: &'static str, args: &[Value]) -> Result<u64, Failure> {
        let statement = self.prepared(sql, args)?;
        let ask = async |client: &Client| client.execute(&statement, &params(args)).await;
        Ok(self.session.exchange(ask)?)
    }

    fn try_put(&mut self, sql: &'static str, args: &[Value]) -> Result<(), Failure> {
        let statement = self.prepared(sql, args)?;
        self.session.handed_in.push((statement, args.to_vec()));
        if self.session.handed_in.len() < HANDED_IN { Ok(()) } else { self.try_hand_over() }
    }

    fn try_hand_over(&mut self) -> Result<(), Failure> {
        if self.session.handed_in.is_empty() {
            return Ok(());
        }
        Ok(self.session.exchange(async |_| Ok(()))?)
    }

    /// Runs what was handed in.
    fn hand_over(&mut self) -> Result<(), Fault> {
        let result = self.try_hand_over();
        self.marked(result)
    }

    fn try_rows(&mut self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>, Failure> {
        let statement = self.prepared(sql, args)?;
        let ask = async |client: &Client| client.query(&statement, &params(args)).await;
        let found = self.session.exchange(ask)?;
        found.iter().map(from_row).collect::<Result<_, _>>().map_err(Into::into)
    }
}

impl Tx for PostgresTx<'_> {
    fn exec(&mut self, sql: &'static str, args: &[Value]) -> Result<u64, Fault> {
        let struck = self.writes.map_or(Ok(()), |shared| shared.strike(Point::Statement));
        let result = struck.map_err(Failure::Here).and_then(|()| self.try_exec(sql, args));
        self.marked(result)
    }

    fn put(&mut self, sql: &'static str, args: &[Value]) -> Result<(), Fault> {
        let struck = self.writes.map_or(Ok(()), |shared| shared.strike(Point::Statement));
        let result = struck.map_err(Failure::Here).and_then(|()| self.try_put(sql, args));
        self.marked(result)
    }

    fn rows(&mut self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>, Fault> {
        let struck = self.writes.map_or(Ok(()), |shared| shared.strike(Point::Statement));
        let result = struck.map_err(Failure::Here).and_then(|()| self.try_rows(sql, args));
        self.marked(result)
    }

    fn prepare(&mut self, sql: &'static str) -> Result<usize, Fault> {
        let result = self.session.prepared(sql).map(|s| s.params().len()).map_err(Into::into);
        self.marked(result)
    }

    fn integrity(&mut self) -> Result<Vec<String>, Fault> {
        let session = &self.session;
        let ask = |sql| session.runtime.block_on(session.client.simple_query(sql));
        let found = ask(AMCHECK).map_err(|e| fault(&e))?;
        if !found.iter().any(|message| matches!(message, SimpleQueryMessage::Row(_))) {
            return Ok(Vec::new());
        }
        Ok(ask(CHECK_INDICES).err().iter().map(|e| fault(e).message).collect())
    }

    fn wake(&mut self) {
        self.marks.wake = true;
    }

    fn tally(&mut self, tally: Tally) {
        self.marks.tallies.push(tally);
    }
}

/// A failure of the server, which knows more than its fault tells, or one of ours.
enum Failure {
    Server(Error),
    Here(Fault),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Here(fault)
    }
}

fn params(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    args.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Self::Int(number) if *ty == Type::INT8 => number.to_sql(ty, out),
            Self::Text(text) if *ty == Type::TEXT || *ty == Type::VARCHAR => text.to_sql(ty, out),
            Self::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Self::Int(_) | Self::Text(_) | Self::Bytes(_) => Err(format!("{self:?} given for {ty}").into()),
        }
    }

    // Null fits every type, which only the value knows; `to_sql` refuses what does not fit.
    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

fn from_row(row: &tokio_postgres::Row) -> Result<Row, Fault> {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(index, column)| from_column(row, index, column.type_()))
        .collect::<Result<_, _>>()
        .map(Row::new)
}

fn from_column(row: &tokio_postgres::Row, index: usize, ty: &Type) -> Result<Value, Fault> {
    let value = match *ty {
        Type::INT8 => row.try_get::<_, Option<i64>>(index).map(Value::from),
        Type::INT4 => row.try_get::<_, Option<i32>>(index).map(|n| n.map(i64::from).into()),
        Type::TEXT | Type::VARCHAR => row.try_get::<_, Option<String>>(index).map(Value::from),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index).map(Value::from),
        _ => {
            return Err(Fault::other(format!(
                "column {index} is {ty}: neither bigint nor text nor bytea; cast it"
            )));
        }
    };
    value.map_err(|e| fault(&e))
}

fn retryable(error: &Error) -> bool {
    let Some(code) = error.code() else { return false };
    *code == SqlState::T_R_SERIALIZATION_FAILURE
        || *code == SqlState::T_R_DEADLOCK_DETECTED
        // "cached plan must not change result type"
        || *code == SqlState::FEATURE_NOT_SUPPORTED
}

fn lost(error: &Error) -> bool {
    match error.code() {
        // Classes 08 (connection) and 57P0x (server going down) end the session.
        Some(code) => code.code().starts_with("08") || code.code().starts_with("57P"),
        None => {
            error.is_closed()
                || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
        }
    }
}

fn fault(error: &Error) -> Fault {
    let Some(db) = error.as_db_error() else {
        let kind = if lost(error) { FaultKind::Connection } else { FaultKind::Other };
        return Fault::new(kind, error.to_string());
    };
    let code = db.code();
    let kind = if *code == SqlState::UNIQUE_VIOLATION {
        FaultKind::Unique
    } else if *code == SqlState::FOREIGN_KEY_VIOLATION {
        FaultKind::ForeignKey
    } else if *code == SqlState::CHECK_VIOLATION || *code == SqlState::NOT_NULL_VIOLATION {
        FaultKind::Check
    } else if retryable(error) || *code == SqlState::LOCK_NOT_AVAILABLE {
        FaultKind::Busy
    } else if lost(error) {
        FaultKind::Connection
    } else if *code == SqlState::DISK_FULL {
        FaultKind::Full
    } else if [SqlState::IO_ERROR, SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) {
        FaultKind::Broken
    } else {
        FaultKind::Other
    };
    // The server's detail line repeats the row's values; the message and the code do not.
    Fault::new(kind, format!("{} ({})", db.message(), code.code()))
}

/// The migrations' view of a connection.
struct Raw<'a>(&'a mut Session);

impl migrate::Raw for Raw<'_> {
    fn begin(&mut self) -> Result<(), Fault> {
        self.run("begin")
    }

    fn run(&mut self, sql: &str) -> Result<(), Fault> {
        self.0.batch(sql).map_err(|e| fault(&e))
    }

    fn tx(&mut self, work: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Fault>) -> Result<(), Fault> {
        work(&mut PostgresTx { session: self.0, marks: &mut Marks::default(), writes: None })
    }
}
