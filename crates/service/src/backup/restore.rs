//! A backup is put back: into an empty folder and an empty database, checked as a whole, and only then put in its place.
//! It never opens what was erased after the backup of the data and before that of the keys, and it never lets the instance
//! go on in a log that may have signed more than was put back.

use super::{ArchiveFault, Once};
use crate::act::{Attempt, Caller, settle};
use crate::digest::digests;
use crate::file::expiry;
use crate::ledger::{CheckReport, Purpose, erase_again};
use crate::{ClockSource, Exchange, Inner, Settings};
use comity_domain::id::RequestId;
use comity_domain::refusal::Refusal;
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::backup::{self, Absence, BackupFault, Header, Loaded, Manifest, Staging};
use comity_store::{Database, Fault, Store, StoreConfig, Tx, ledger as rows, request, upload};
use std::io::Read;

/// Requests that are gone through in one transaction.
const PAGE: i64 = 100;

/// An instance that lies where nobody serves it yet.
pub struct Restoring {
    exchange: Exchange,
    staging: Staging,
    loaded: Loaded,
    /// The database's file, where it is one.
    database: Option<String>,
}

/// What has been put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Dossiers that were erased after the backup of the data, and are again.
    pub erased_again: u64,
    /// Files that were removed while the backup ran, and are again.
    pub files_removed: u64,
    /// What `comity check` says of all of it.
    pub report: CheckReport,
}

impl Restoring {
    /// Puts both archives into a folder inside the data folder and, where that is one, into the database's server. Blocks.
    ///
    /// # Errors
    /// [`ArchiveFault`]; nothing is left then.
    pub fn load(
        mut settings: Settings,
        clock: ClockSource,
        data: impl Read + Send + 'static,
        keys: impl Read + Send + 'static,
    ) -> Result<Self, ArchiveFault> {
        let (keys, header, files) = backup::key_files(keys)?;
        of_instance(&header, &settings)?;
        let key = backup::instance_key(&files)?;
        let staging = Staging::begin(&settings.data)?;
        staging.put_keys(&files)?;
        drop(files);
        staging.folder().clone_into(&mut settings.data);
        let database = match &mut settings.database {
            Database::Postgres(_) => None,
            Database::Sqlite(path) => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                let name = name.ok_or_else(|| Fault::other("a database without a name"))?;
                *path = staging.folder().join(&name);
                Some(name)
            }
        };
        let now_us = clock().as_microsecond();
        let config = StoreConfig::new(settings.database.clone(), settings.data.clone(), key, now_us);
        let store = Store::open(&config)?;
        let (own, once) = (store.clone(), Once::new((data, keys)));
        let load = move |tx: &mut dyn Tx| {
            let (data, keys) = once.take()?;
            backup::load(tx, &own, data, keys, now_us)
        };
        let loaded = store.write_blocking("restore.load", load)?;
        of_instance(&loaded.header, &settings)?;
        let exchange = Exchange::with_purpose(store, settings, clock, Purpose::Restore)?;
        Ok(Self { exchange, staging, loaded, database })
    }

    /// What the archive of data says of itself.
    pub fn header(&self) -> &Header {
        &self.loaded.header
    }

    /// What the archive of data counts.
    pub fn manifest(&self) -> &Manifest {
        &self.loaded.manifest
    }

    /// Makes again what the archive leaves out, removes what was erased, leaves an entry in the trail, and checks all of
    /// it.
    ///
    /// # Errors
    /// [`ArchiveFault`]; what does not fit is no error but a finding of the report.
    pub async fn check(&self, who: &Caller, stopped_before: bool) -> Result<Restored, ArchiveFault> {
        self.rebuild().await?;
        let erased_again = self.erase_again().await?;
        let files_removed = self.remove_files().await?;
        let heads = &self.loaded.manifest.logs;
        let detail = serde_json::json!({
            "backup_of": self.loaded.header.made_at,
            "logs": heads.iter().map(|head| format!("{} {}", head.origin, head.size)).collect::<Vec<_>>(),
            "erased_again": erased_again,
            "files_removed": files_removed,
            "stopped_before": stopped_before,
        });
        self.note(who, detail.to_string()).await?;
        let report = self.exchange.check().await?;
        Ok(Restored { erased_again, files_removed, report })
    }

    /// Puts it in its place. Where the instance was `stopped_before` the backup, and not started since, its newest log
    /// goes on; otherwise it waits for [`Exchange::accept_loss`].
    ///
    /// # Errors
    /// [`ArchiveFault`].
    pub async fn promote(self, stopped_before: bool) -> Result<(), ArchiveFault> {
        let Self { exchange, staging, database, .. } = self;
        let logs = exchange.store.read("ledger.logs", rows::logs).await?;
        for log in &logs {
            exchange.put_checkpoint(log).await?;
        }
        if let (true, Some(newest)) = (stopped_before, logs.into_iter().next_back()) {
            let go_on = move |tx: &mut dyn Tx| rows::put_back(tx, &newest.head.origin, None);
            exchange.store.write("restore.go_on", go_on).await?;
        }
        // The database goes to its place as one file.
        exchange.store.scrub().await?;
        let promote = move || staging.promote(database.as_deref());
        let promoted = tokio::task::spawn_blocking(promote).await;
        Ok(promoted.map_err(|_| Fault::other("the files were not put in their places"))??)
    }

    /// What the keys open is read, and what was left out beside it is written. What does not open is left: the check
    /// finds it.
    async fn rebuild(&self) -> Result<(), Fault> {
        let mut after = String::new();
        loop {
            let (store, from) = (self.exchange.store.clone(), after);
            let page = move |tx: &mut dyn Tx| {
                let ids = request::ids_after(tx, &from, PAGE)?;
                for id in &ids {
                    rebuild(tx, &store, *id)?;
                }
                Ok::<_, Fault>(ids)
            };
            let ids = self.exchange.store.write("restore.rebuild", page).await?;
            match ids.last() {
                Some(last) => after = last.to_string(),
                None => return Ok(()),
            }
        }
    }

    async fn erase_again(&self) -> Result<u64, Fault> {
        let (mut after, mut count) = (String::new(), 0);
        loop {
            let (inner, from) = (self.exchange.inner.clone(), after);
            let page = move |tx: &mut dyn Tx| erase_page(tx, &inner, &from);
            let (erased, last) = self.exchange.store.write("restore.erase", page).await?;
            count += erased;
            match last {
                Some(last) => after = last,
                None => return Ok(count),
            }
        }
    }

    async fn remove_files(&self) -> Result<u64, Fault> {
        let gone = self.loaded.manifest.gone.iter().filter(|gone| gone.absence == Absence::Removed);
        let gone: std::collections::BTreeSet<String> = gone.map(|gone| gone.upload.clone()).collect();
        let now = self.exchange.now();
        let work = move |tx: &mut dyn Tx| {
            let mut removed = 0;
            for file in &gone {
                let paths = upload::paths(tx, file)?;
                removed += u64::from(upload::remove(tx, file, now.us())?);
                expiry::delete_later(tx, &paths, now)?;
            }
            Ok(removed)
        };
        self.exchange.store.write("restore.files", work).await
    }

    async fn note(&self, who: &Caller, detail: String) -> Result<(), ArchiveFault> {
        let (inner, who) = (self.exchange.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::InstanceRestore, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Own, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            attempt.detail.clone_from(&detail);
            attempt.record(tx, "done", "")?;
            Ok(Ok(()))
        };
        Ok(settle(self.exchange.store.write("restore.note", work).await)?)
    }
}

fn of_instance(header: &Header, settings: &Settings) -> Result<(), BackupFault> {
    if header.instance == settings.ledger.name {
        return Ok(());
    }
    Err(BackupFault::Refused(format!(
        "the archive is of the instance whose ledger is {}, and the configuration names {}",
        header.instance, settings.ledger.name
    )))
}

fn rebuild(tx: &mut dyn Tx, store: &Store, id: RequestId) -> Result<(), Fault> {
    let keys = store.instance_key();
    let Ok(Some((found, key))) = request::load(tx, keys, id) else { return Ok(()) };
    request::put_provider_reference(tx, &found)?;
    if let Ok(events) = request::events(tx, &key, id) {
        for (kind, digest) in events.iter().flat_map(|event| digests(keys, &event.event.what)) {
            request::add_digest(tx, digest, id, kind)?;
        }
    }
    upload::put_digests(tx, &key, &id.to_string())
}

/// How many were erased, and the last of them while there may be more.
fn erase_page(tx: &mut dyn Tx, inner: &Inner, after: &str) -> Result<(u64, Option<String>), Fault> {
    let page = backup::erased_with_content(tx, after, PAGE)?;
    for (dossier, at_us) in &page {
        let id = dossier.parse().map_err(|_| Fault::other("a dossier that is no request"))?;
        let at = Moment::from_columns(*at_us, 0).map_err(|error| Fault::other(error.to_string()))?;
        erase_again(tx, inner, id, at)?;
    }
    let last = page.last().map(|(dossier, _)| dossier.clone());
    Ok((u64::try_from(page.len()).unwrap_or(0), last))
}
