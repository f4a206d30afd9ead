//! What went wrong below the domain, told apart by kind and never by constraint name, so that both engines answer alike.
//! It may assume nothing about its reader. It never carries a row's values, because faults are logged.

/// A failure of the database or of the storage beneath it; expected outcomes are the domain's refusals instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct Fault {
    /// What kind of failure it is, the only part a caller may decide on.
    pub kind: FaultKind,
    /// Text for the operator's log, without values of rows.
    pub message: String,
}

/// The kinds of failure that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A row with the same key exists.
    Unique,
    /// A row that is referred to does not exist, or one that is to go is still referred to.
    ForeignKey,
    /// A column's rule (not null, check) does not hold.
    Check,
    /// The transaction lost against others too often, or waited too long for a lock; it may be tried again.
    Busy,
    /// The database cannot be reached or has stopped accepting work; whether the transaction was kept may be unknown.
    Connection,
    /// The disk is full: nothing was kept, and what fits again when there is room may be tried again.
    Full,
    /// The storage failed, or holds what was never written; a store that meets it while it writes has stopped.
    Broken,
    /// The machine's clock stands before what was already recorded.
    Clock,
    /// Anything else: a mistake in a statement, an unreadable value, a panic.
    Other,
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unique => "unique",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
            Self::Busy => "busy",
            Self::Connection => "connection",
            Self::Full => "disk full",
            Self::Broken => "storage",
            Self::Clock => "clock",
            Self::Other => "fault",
        })
    }
}

impl Fault {
    /// A fault of the given kind.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A fault of the kind [`FaultKind::Other`].
    pub fn other(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Other, message)
    }

    /// JSON that cannot be read or written: where and of which sort, because the message of the reader repeats values.
    pub fn json(what: &str, error: &serde_json::Error) -> Self {
        let (sort, line, column) = (error.classify(), error.line(), error.column());
        Self::other(format!("{what}: JSON with a fault of the sort {sort:?}, line {line}, column {column}"))
    }

    pub(crate) fn connection(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Connection, message)
    }

    pub(crate) fn stopped(name: &str) -> Self {
        Self::connection(format!("{name}: the store has stopped accepting work"))
    }
}
