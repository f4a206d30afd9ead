//! The database, its migrations, the job table, sealing and blobs: the only crate that knows SQL.
//! It may assume that its callers decide what is allowed. It never decides, and it never keeps personal data unsealed on its own account.

/// Names a module's statements and lists them all, so that none escapes the test that prepares each on both engines.
macro_rules! sql {
    ($($(#[$meta:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$meta])* const $name: &str = $text;)+
        /// Every statement of this module.
        pub(crate) const STATEMENTS: &[&str] = &[$($name),+];
    };
}
pub(crate) use sql;

pub mod authenticator;
pub mod backup;
mod blob;
pub mod credential;
mod disk;
mod engine;
mod fault;
pub mod federation;
mod hex;
pub mod inspection;
pub mod job;
pub mod ledger;
pub mod manifest;
mod measure;
pub mod mirror;
pub mod notice;
pub mod party;
pub mod queue;
pub mod request;
pub mod seal;
pub mod source;
#[cfg(feature = "testing")]
pub mod testing;
pub mod trail;
pub mod upload;
mod value;
pub mod vault;
pub mod vetting;

pub use blob::{BlobError, BlobStore, PartStored};
pub use engine::{Database, FaultPoint, MIGRATIONS, Migration, Point, SKIP_LOCKED, Store, StoreConfig, Tx};
pub use fault::{Fault, FaultKind};
pub use measure::Tally;
pub use value::{Row, Value};

/// Every statement the store can run, for the test that prepares them on both engines.
pub fn statements() -> Vec<&'static str> {
    let backup = backup::statements();
    [
        authenticator::STATEMENTS,
        federation::STATEMENTS,
        &backup,
        credential::STATEMENTS,
        engine::STATEMENTS,
        inspection::STATEMENTS,
        job::STATEMENTS,
        ledger::STATEMENTS,
        manifest::STATEMENTS,
        mirror::STATEMENTS,
        notice::STATEMENTS,
        party::STATEMENTS,
        queue::STATEMENTS,
        request::STATEMENTS,
        seal::STATEMENTS,
        source::STATEMENTS,
        trail::STATEMENTS,
        upload::STATEMENTS,
        vault::STATEMENTS,
        vetting::STATEMENTS,
    ]
    .concat()
}
