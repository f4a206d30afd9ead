//! What the store is opened with: which database, where the blobs lie, which key, how many threads.
//! It may assume that the caller has read it from its own configuration. It never reads files or the environment.

use std::path::PathBuf;
use std::sync::Arc;

use crate::fault::Fault;
use crate::seal::InstanceKey;

/// Which database holds the rows.
#[derive(Clone)]
pub enum Database {
    /// A file of the embedded engine, made when it is missing.
    Sqlite(PathBuf),
    /// A server, as a connection URL or as `key=value` pairs.
    Postgres(String),
}

/// A moment of a write, to the database or to a file beside it, at which a test may let the store fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before the transaction (or the group of transactions) begins.
    Begin,
    /// Instead of a statement of the transaction.
    Statement,
    /// Instead of the commit: nothing becomes durable.
    Commit,
    /// After the commit and before any answer: all of it is durable and nobody was told.
    Answer,
    /// Instead of writing bytes to a file.
    Write,
    /// Instead of syncing a file or its folder.
    Sync,
    /// Instead of putting a file in its place.
    Rename,
    /// Instead of removing a file.
    Remove,
}

/// Called at each [`Point`]; an error is taken as the failure of that step, one of the kind [`crate::FaultKind::Busy`] as
/// one that PostgreSQL would have the transaction run again for.
pub type FaultPoint = Arc<dyn Fn(Point) -> Result<(), Fault> + Send + Sync>;

/// Everything [`crate::Store::open`] needs to know.
#[derive(Clone)]
pub struct StoreConfig {
    /// The database.
    pub database: Database,
    /// The folder under which `blobs/` lies; made when it is missing, readable by its owner only.
    pub data_dir: PathBuf,
    /// The key that wraps the dossiers' keys.
    pub instance_key: InstanceKey,
    /// The time of opening in microseconds since 1970, written beside each new migration.
    pub now_us: i64,
    /// How many connections answer questions.
    pub readers: usize,
    /// How many transactions may wait for a thread before callers are held back.
    pub waiting: usize,
    /// The longest a statement may run on PostgreSQL, in milliseconds.
    pub statement_timeout_ms: Option<u64>,
    pub(crate) fault_point: Option<FaultPoint>,
}

impl StoreConfig {
    /// A configuration with one reader per processor core, 1024 waiting and statements of at most 30 s.
    pub fn new(database: Database, data_dir: PathBuf, instance_key: InstanceKey, now_us: i64) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            database,
            data_dir,
            instance_key,
            now_us,
            readers: cores,
            waiting: 1024,
            statement_timeout_ms: Some(30_000),
            fault_point: None,
        }
    }

    /// Lets a test decide at which point of a write the store fails.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn with_fault_point(mut self, fault_point: FaultPoint) -> Self {
        self.fault_point = Some(fault_point);
        self
    }
}
