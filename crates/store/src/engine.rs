//! The store's engine: closures in, durable transactions out, on SQLite or PostgreSQL; only this file and its folder know which.
//! It may assume that a closure is repeatable and that its statements keep to the nine SQL rules. It never answers a write before it is durable.

mod config;
mod migrate;
mod postgres;
mod queue;
mod sqlite;
mod work;

pub use config::{Database, FaultPoint, Point, StoreConfig};
pub(crate) use migrate::STATEMENTS;
pub use migrate::{MIGRATIONS, Migration};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use prometheus_client::registry::Registry;
use tokio::sync::{Notify, watch};
use tracing::Instrument as _;

use crate::blob::BlobStore;
use crate::disk::Disk;
use crate::fault::Fault;
use crate::measure::{Measures, Tally};
use crate::seal::InstanceKey;
use crate::value::{Row, Value};
use queue::{Queue, Takers};
use work::{Marks, Unit};

/// The literal that a statement carries where PostgreSQL is to pass over rows that another transaction holds.
///
/// The engine replaces it by `for update skip locked` there; on SQLite, with its one writer, it stays a comment.
pub const SKIP_LOCKED: &str = "/*skip-locked*/";

/// A running transaction: statement text and values in, rows out.
///
/// A statement that fails dooms its transaction on both engines: whatever the closure then returns, nothing is kept and
/// the caller gets the fault. Use `on conflict … do nothing` where a conflict is expected.
pub trait Tx {
    /// Runs a statement that returns no rows and tells how many it changed. *Errors*: any [`Fault`].
    fn exec(&mut self, sql: &'static str, args: &[Value]) -> Result<u64, Fault>;

    /// Hands in a statement that returns no rows and whose count nobody asks for. It runs before the next statement that
    /// is asked something and before the commit. *Errors*: any [`Fault`], of this one or of one handed in before.
    fn put(&mut self, sql: &'static str, args: &[Value]) -> Result<(), Fault> {
        self.exec(sql, args).map(drop)
    }

    /// Runs a statement to its end and returns all its rows. *Errors*: any [`Fault`].
    fn rows(&mut self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>, Fault>;

    /// Runs a statement and returns its first row, if there is one. *Errors*: any [`Fault`].
    fn row(&mut self, sql: &'static str, args: &[Value]) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, args)?.into_iter().next())
    }

    /// Prepares a statement without running it and tells how many arguments it takes. *Errors*: the engine refuses it.
    fn prepare(&mut self, sql: &'static str) -> Result<usize, Fault>;

    /// Asks the engine whether its own structures hold, and gives what it says against them: SQLite looks at every page;
    /// PostgreSQL at its indices and the rows behind them where its extension `amcheck` is installed, else at nothing.
    ///
    /// *Errors*: the check itself cannot be made.
    fn integrity(&mut self) -> Result<Vec<String>, Fault>;

    /// Asks for [`Store::job_wake`] to be signalled once this transaction is committed.
    fn wake(&mut self);

    /// Lets this be counted once this transaction is committed, however often it ran before.
    fn tally(&mut self, tally: Tally);
}

/// A handle on the database, its keys and its blobs; cloning it is cheap, and the last clone's end stops the threads.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writes: Queue,
    reads: Queue,
    shared: Arc<Shared>,
    instance_key: InstanceKey,
    blobs: BlobStore,
    disk: Disk,
    data_dir: PathBuf,
    database: Database,
}

/// What the threads tell the callers besides their answers.
pub(crate) struct Shared {
    wake: Notify,
    failed: watch::Sender<bool>,
    stopped: AtomicBool,
    fault_point: Option<FaultPoint>,
    statement_timeout_ms: Option<u64>,
    measures: Measures,
}

impl Shared {
    /// Tells and counts what a durable commit has brought.
    fn committed(&self, transactions: usize, marks: &Marks) {
        if marks.wake {
            self.wake.notify_one();
        }
        self.measures.committed(transactions, &marks.tallies);
    }

    /// Stops accepting work for good: after a failed sync nobody knows what the disk holds. The first cause is told.
    pub(crate) fn fail(&self, why: &Fault) {
        if !self.stopped.swap(true, Ordering::SeqCst) {
            tracing::error!(store.fault = %why, "The store has stopped: the storage under it failed");
        }
        self.failed.send_replace(true);
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    pub(crate) fn strike(&self, point: Point) -> Result<(), Fault> {
        self.fault_point.as_ref().map_or(Ok(()), |strike| strike(point))
    }
}

impl Store {
    /// Opens the database, brings its tables to this program's version, and starts the threads.
    ///
    /// *Errors*: the database cannot be reached, or its tables were made by a newer or by a changed program. Blocks
    /// until the migrations are done.
    pub fn open(config: &StoreConfig) -> Result<Self, Fault> {
        let (writes, write_takers) = Queue::new(config.waiting);
        let (reads, read_takers) = Queue::new(config.waiting);
        let shared = Arc::new(Shared {
            wake: Notify::new(),
            failed: watch::Sender::new(false),
            stopped: AtomicBool::new(false),
            fault_point: config.fault_point.clone(),
            statement_timeout_ms: config.statement_timeout_ms,
            measures: Measures::new(),
        });
        let disk = Disk::new(Arc::clone(&shared));
        let blobs = BlobStore::open(&config.data_dir, disk.clone())?;
        start(config, &shared, write_takers, read_takers)?;
        let instance_key = config.instance_key.clone();
        let (data_dir, database) = (config.data_dir.clone(), config.database.clone());
        let inner = Inner { writes, reads, shared, instance_key, blobs, disk, data_dir, database };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs the closure in a transaction and answers once what it did is durable.
    ///
    /// The closure may run more than once and must have no effect but its statements; an error it returns (or a panic)
    /// takes back its own statements and nobody else's. *Errors*: the closure's, or the [`Fault`] that prevented it.
    pub async fn write<T, E>(
        &self,
        name: &'static str,
        work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.measured("write", name, ask(&self.inner.writes, name, work)).await
    }

    /// Runs the closure on a snapshot of the database that no write disturbs; it cannot write.
    ///
    /// *Errors*: the closure's, or the [`Fault`] that prevented it.
    pub async fn read<T, E>(
        &self,
        name: &'static str,
        work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.measured("read", name, ask(&self.inner.reads, name, work)).await
    }

    /// Counts a transaction and times it from here to its answer, as a span of the trace too.
    async fn measured<T>(&self, kind: &'static str, name: &'static str, asked: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let answer = asked.instrument(tracing::debug_span!("transaction", kind, name)).await;
        self.inner.shared.measures.answered(kind, name, begun.elapsed());
        answer
    }

    /// [`Store::write`] for the command line. *Panics* when called from an asynchronous task.
    pub fn write_blocking<T, E>(
        &self,
        name: &'static str,
        work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        ask_blocking(&self.inner.writes, name, work)
    }

    /// [`Store::read`] for the command line. *Panics* when called from an asynchronous task.
    pub fn read_blocking<T, E>(
        &self,
        name: &'static str,
        work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        ask_blocking(&self.inner.reads, name, work)
    }

    /// Takes what was erased out of the embedded engine's files too: its write-ahead log holds pages as they were
    /// before. A server's files are its operator's (`vacuum`). *Errors*: somebody reads at this moment; try again later.
    pub async fn scrub(&self) -> Result<(), Fault> {
        let path = match &self.inner.database {
            Database::Sqlite(path) => path.clone(),
            Database::Postgres(_) => return Ok(()),
        };
        let scrubbed = tokio::task::spawn_blocking(move || sqlite::scrub(&path)).await;
        scrubbed.unwrap_or_else(|error| Err(Fault::other(error.to_string())))
    }

    /// Signalled after the commit of a transaction of this process that enqueued a job; other nodes' jobs need a poll.
    pub fn job_wake(&self) -> &Notify {
        &self.inner.shared.wake
    }

    /// Becomes true when the storage has failed and the store has stopped for good; the server then ends the process.
    pub fn failed(&self) -> watch::Receiver<bool> {
        self.inner.shared.failed.subscribe()
    }

    /// The key that wraps the dossiers' keys and makes the search digests.
    pub fn instance_key(&self) -> &InstanceKey {
        &self.inner.instance_key
    }

    /// Puts a whole file in its place, durable when this returns; a crash leaves the old one or the new one.
    ///
    /// Blocks. *Errors*: [`crate::FaultKind::Full`]; any failure of a sync or of the renaming stops the store.
    pub fn put_file(&self, path: &Path, bytes: &[u8]) -> Result<(), Fault> {
        self.inner.disk.put(path, bytes)
    }

    /// Adds what the store counts to a registry.
    pub fn register(&self, registry: &mut Registry) {
        self.inner.shared.measures.register(registry);
    }

    /// Whether the rows are in a file of this process, rather than on a database server.
    pub fn embedded(&self) -> bool {
        matches!(self.inner.database, Database::Sqlite(_))
    }

    /// Bytes that may still be written to the disk of the data folder; nothing where the system does not say.
    pub fn free_bytes(&self) -> Option<u64> {
        let found = nix::sys::statvfs::statvfs(&self.inner.data_dir).ok()?;
        Some(found.blocks_available().saturating_mul(found.fragment_size()))
    }

    /// The folder of key files and blobs.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// The folder of sealed blobs beside the database.
    pub fn blobs(&self) -> &BlobStore {
        &self.inner.blobs
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "one engine keeps the takers, and the other must not outlive them"
)]
fn start(config: &StoreConfig, shared: &Arc<Shared>, writes: Takers, reads: Takers) -> Result<(), Fault> {
    match &config.database {
        Database::Sqlite(path) => sqlite::start(path, config, shared, writes, &reads),
        Database::Postgres(url) => postgres::start(url, config, shared, &writes, &reads),
    }
}

async fn ask<T, E>(
    queue: &Queue,
    name: &'static str,
    work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    let (unit, answer) = Unit::new(name, work);
    if !queue.send(unit).await {
        return Err(Fault::stopped(name).into());
    }
    answer.await.unwrap_or_else(|_| Err(Fault::stopped(name).into()))
}

fn ask_blocking<T, E>(
    queue: &Queue,
    name: &'static str,
    work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    let (unit, answer) = Unit::new(name, work);
    if !queue.send_blocking(unit) {
        return Err(Fault::stopped(name).into());
    }
    answer.blocking_recv().unwrap_or_else(|_| Err(Fault::stopped(name).into()))
}
