//! Backups at the console: two archives, one of data and one of keys, so that what was erased stays so when the data are
//! put back (T38, T39). Each is of one snapshot, made while the instance is served, and leaves an entry in the trail before
//! anything is written.
//! It may assume that its caller encrypts what it writes. It never puts a key into the archive of data.

mod restore;

pub use restore::{Restored, Restoring};

use crate::Exchange;
use crate::act::{Attempt, Caller, Denied, settle};
use comity_domain::refusal::Refusal;
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::backup::{self, ArchiveKind, BackupFault, Head, Header, Manifest, Writer};
use comity_store::{Fault, Tx, ledger as rows};
use std::io::Write;
use std::sync::Mutex;

/// Why there is no archive, or why none is put back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFault {
    /// Not permitted, or a fault.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// In words for the operator.
    #[error(transparent)]
    Backup(#[from] BackupFault),
    /// What was put back does not open.
    #[error(transparent)]
    Open(#[from] crate::OpenFault),
}

impl From<Fault> for ArchiveFault {
    fn from(fault: Fault) -> Self {
        Self::Backup(fault.into())
    }
}

/// What a transaction that writes an archive may take once: it would write it twice if it ran again.
struct Once<T>(Mutex<Option<T>>);

impl<T> Once<T> {
    fn new(value: T) -> Self {
        Self(Mutex::new(Some(value)))
    }

    fn take(&self) -> Result<T, Fault> {
        let taken = self.0.lock().ok().and_then(|mut value| value.take());
        taken.ok_or_else(|| Fault::other("the connection to the database was lost; begin again"))
    }
}

impl Exchange {
    /// Writes an archive, which everything that was acknowledged before this call is in, and gives back what it was
    /// written to with its manifest. `to` are those who can open it, as the trail keeps them.
    ///
    /// # Errors
    /// [`ArchiveFault`]; what was written until then is no archive.
    pub async fn back_up<W: Write + Send + 'static>(
        &self,
        who: &Caller,
        kind: ArchiveKind,
        to: &[String],
        out: W,
    ) -> Result<(W, Manifest), ArchiveFault> {
        self.note_backup(who, kind, to).await?;
        // A log is begun by its first seal, and a restore marks the newest.
        if self.store.read("ledger.newest", rows::newest_log).await?.is_none() {
            self.seal_waiting().await?;
        }
        let header = Header {
            kind,
            instance: self.inner.ledger.name().to_owned(),
            made_at: self.now().to_string(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: backup::schema(),
        };
        let (store, once) = (self.store.clone(), Once::new(Writer::new(out, &header)?));
        let snapshot = move |tx: &mut dyn Tx| -> Result<_, BackupFault> {
            let mut out = once.take()?;
            let gone = match kind {
                ArchiveKind::Data => backup::data(tx, &store, &mut out)?,
                ArchiveKind::Keys => {
                    backup::keys(tx, &store, &mut out)?;
                    Vec::new()
                }
            };
            let heads: Result<Vec<Head>, Fault> = rows::logs(tx)?.into_iter().map(head).collect();
            Ok((out, heads?, gone))
        };
        let (out, heads, gone) = self.store.read("backup.snapshot", snapshot).await?;
        let explain = move |tx: &mut dyn Tx| {
            let mut gone = gone.clone();
            backup::absent(tx, &mut gone).map(|()| gone)
        };
        let gone = self.store.read("backup.absent", explain).await?;
        let key = self.store.instance_key().clone();
        let finish = move || out.finish(&key, heads, gone);
        let finished = tokio::task::spawn_blocking(finish).await;
        Ok(finished.map_err(|_| Fault::other("the end of the archive was not written"))??)
    }

    async fn note_backup(&self, who: &Caller, kind: ArchiveKind, to: &[String]) -> Result<(), Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let detail = serde_json::json!({ "archive": kind, "to": to }).to_string();
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::InstanceBackup, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Own, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            attempt.detail.clone_from(&detail);
            attempt.record(tx, "done", "")?;
            Ok(Ok(()))
        };
        settle(self.store.write("backup.note", work).await)
    }
}

fn head(log: rows::LogRow) -> Result<Head, Fault> {
    let sealed_at =
        Moment::from_columns(log.sealed_at_us, 0).map_err(|error| Fault::other(error.to_string()))?;
    let (origin, size) = (log.head.origin, log.head.size);
    Ok(Head { origin, size, sealed_at: sealed_at.to_string(), checkpoint: log.checkpoint })
}
