//! How the instance itself does: what a probe asks, what an administrator reads on one page, what a collector of metrics
//! takes. It is about this program and its disk; it never tells of a case, a person or an organisation (rule 10, T18).

use crate::act::{Attempt, Caller, Denied, settle};
use crate::sign_in::IDLE_S;
use crate::{Exchange, Inner};
use comity_domain::refusal::Refusal;
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::{Fault, Tx, credential, job, ledger as rows, notice};
use prometheus_client::registry::Registry;
use serde::Serialize;
use std::time::Duration;

/// A due job may wait so long for a worker; twice the lease, so that one lost worker is no alarm.
const LATE_US: i64 = 120_000_000;
/// A leaf may wait so long beyond the sealer's interval: five seconds in all at the usual interval of one.
const UNSEALED_US: i64 = 4_000_000;
/// A probe waits so long for the store.
const PATIENCE: Duration = Duration::from_secs(2);
/// Jobs that were given up and are shown one by one.
const SHOWN: i64 = 50;

/// Whether the instance does its work, part by part; says nothing of what the work is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each part is well or it is not")]
pub struct Health {
    /// The store answers, and no commit has failed.
    pub ready: bool,
    /// Nothing has waited longer for its place in the ledger than it may.
    pub sealed: bool,
    /// No job has been due for more than two minutes without a worker.
    pub jobs_on_time: bool,
    /// An administrator has seen every job that was given up.
    pub failures_noticed: bool,
}

impl Health {
    /// Whether all is well.
    pub const fn is_well(self) -> bool {
        self.ready && self.sealed && self.jobs_on_time && self.failures_noticed
    }
}

/// A log of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// Its origin.
    pub origin: String,
    /// How many leaves stand in it.
    pub size: u64,
    /// When its newest checkpoint was signed.
    pub sealed_at: Moment,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedJob {
    /// What was to be done.
    pub kind: String,
    /// When it was given up.
    pub at: Moment,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed; written by this program, without values of a case.
    pub error: String,
}

/// How the instance does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceState {
    /// When this was read.
    pub at: Moment,
    /// Since when this process serves.
    pub since: Moment,
    /// Whether all is well.
    pub health: Health,
    /// Whether the rows are in a file of this process, rather than on a database server.
    pub embedded: bool,
    /// The logs, oldest first.
    pub logs: Vec<LogState>,
    /// Leaves that wait for their place, and since when the first of them waits.
    pub unsealed: (i64, Option<Moment>),
    /// Jobs that are due and held by nobody, and since when the first of them has been due.
    pub due: (i64, Option<Moment>),
    /// How many jobs were given up.
    pub failed: i64,
    /// Those that were given up longest ago.
    pub failures: Vec<FailedJob>,
    /// Sessions that are live.
    pub sessions: i64,
    /// Notices that wait for the mail server.
    pub unsent: i64,
    /// Bytes that may still be written to the disk of the data folder.
    pub free_bytes: Option<u64>,
}

impl Exchange {
    /// Whether the instance does its work. It answers in time even where the store does not.
    pub async fn health(&self) -> Health {
        let inner = self.inner.clone();
        let probe = move |tx: &mut dyn Tx| health(tx, &inner, inner.now());
        let asked = tokio::time::timeout(PATIENCE, self.store.read("instance.health", probe)).await;
        match asked {
            Ok(Ok(health)) => Health { ready: !*self.store.failed().borrow(), ..health },
            Ok(Err(_)) | Err(_) => Health::default(),
        }
    }

    /// How the instance does, for its administrators; a job that was given up counts as noticed from here on.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn instance(&self, who: &Caller) -> Result<InstanceState, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::InstanceView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Own, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let state = state(tx, &inner, attempt.now)?;
            job::note_failed(tx, attempt.now.us())?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(state))
        };
        let state = settle(self.store.write("instance.view", work).await)?;
        Ok(self.with_store(state))
    }

    /// The same for a collector on this machine: nobody has seen anything by that.
    ///
    /// # Errors
    /// A fault.
    pub async fn measured(&self) -> Result<InstanceState, Denied> {
        let inner = self.inner.clone();
        let found = self.store.read("instance.measure", move |tx| state(tx, &inner, inner.now())).await?;
        Ok(self.with_store(found))
    }

    fn with_store(&self, state: InstanceState) -> InstanceState {
        InstanceState { embedded: self.store.embedded(), free_bytes: self.store.free_bytes(), ..state }
    }

    /// Adds what is counted below the web to a registry.
    pub fn register(&self, registry: &mut Registry) {
        self.store.register(registry);
    }
}

fn health(tx: &mut dyn Tx, inner: &Inner, now: Moment) -> Result<Health, Fault> {
    let interval = i64::try_from(inner.ledger.interval().as_micros()).unwrap_or(i64::MAX);
    let patience = interval.saturating_add(UNSEALED_US);
    let oldest = oldest_leaf(tx)?;
    Ok(Health {
        ready: true,
        sealed: oldest.is_none_or(|since| now.us().saturating_sub(since.us()) <= patience),
        jobs_on_time: !job::any_late(tx, now.us().saturating_sub(LATE_US), now.us())?,
        failures_noticed: !job::any_unnoticed(tx)?,
    })
}

/// Since when the first of the waiting leaves waits: the first 48 bits of its identifier are milliseconds since 1970.
fn oldest_leaf(tx: &mut dyn Tx) -> Result<Option<Moment>, Fault> {
    let Some(id) = rows::oldest_pending(tx)? else { return Ok(None) };
    let id: uuid::Uuid = id.parse().map_err(|_| Fault::other("a leaf without an identifier"))?;
    let millis = i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX);
    moment(millis.saturating_mul(1_000)).map(Some)
}

fn moment(us: i64) -> Result<Moment, Fault> {
    Moment::from_columns(us, 0).map_err(|error| Fault::other(error.to_string()))
}

fn state(tx: &mut dyn Tx, inner: &Inner, now: Moment) -> Result<InstanceState, Fault> {
    let mut logs = Vec::new();
    for log in rows::logs(tx)? {
        let (origin, size) = (log.head.origin, log.head.size);
        logs.push(LogState { origin, size, sealed_at: moment(log.sealed_at_us)? });
    }
    let mut failures = Vec::new();
    for job in job::failed(tx, SHOWN)? {
        let (at, error) = (moment(job.failed_at_us)?, job.last_error.unwrap_or_default());
        failures.push(FailedJob { kind: job.kind, at, attempts: job.attempts, error });
    }
    let (due, since) = job::backlog(tx, now.us())?;
    Ok(InstanceState {
        at: now,
        since: inner.opened,
        health: health(tx, inner, now)?,
        embedded: false,
        logs,
        unsealed: (rows::pending_count(tx)?, oldest_leaf(tx)?),
        due: (due, since.map(moment).transpose()?),
        failed: job::failed_count(tx)?,
        failures,
        sessions: credential::sessions(tx, now, now.plus_seconds(-IDLE_S))?,
        unsent: notice::unsent(tx)?,
        free_bytes: None,
    })
}
