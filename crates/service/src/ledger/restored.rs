//! After a restore: the newest log may have signed more than was put back. Nothing is added to it; the next log begins, and
//! the record that opens it names what was lost, for everybody to see (T44). No log has two histories by that: the old one
//! stays as it is here, and what else it has signed is still the continuation of it.
//! It never begins a log that a witness has seen.

use super::{Ledger, Purpose, broken, seal, store_fault};
use crate::act::{Answer, Attempt, Caller, Denied, settle};
use crate::{ClockSource, Exchange, OpenFault, Settings};
use comity_domain::refusal::Refusal;
use comity_domain::time::Moment;
use comity_ledger::{Checkpoint, empty_root};
use comity_policy::{Action, Relation};
use comity_store::seal::InstanceKey;
use comity_store::{Store, StoreConfig, Tx, ledger as rows, request};

/// Logs that are tried at most: each that was begun before was begun by an act at the console.
const TRIED: i64 = 20;

/// Numbers of references that are left out at least, because a request that was lost may bear them.
const NUMBERS: u64 = 1_000;

/// What was said in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedLoss {
    /// The log that ends here.
    pub log: String,
    /// The leaves that it holds here.
    pub size: u64,
    /// So many leaves are in the checkpoint that lies beside the database, where one does.
    pub given_out: Option<u64>,
    /// What each witness has cosigned of it: so many leaves, or nothing where it does not cosign it.
    pub seen: Vec<(String, Option<u64>)>,
    /// The log that goes on.
    pub next: String,
}

/// Why an instance does not go on by itself.
pub(super) fn undecided(log: &rows::LogRow) -> OpenFault {
    let at = log.restored_at_us.and_then(|us| Moment::from_columns(us, 0).ok());
    let at = at.map_or_else(String::new, |at| at.to_string());
    broken(format!(
        "this state was put back from a backup at {at}, and log {} may have signed more than the {} leaves that are here. \
         `comity ledger accept-loss` says so in the ledger and begins its next log; then start again. If a newer backup \
         exists, restore that first. Until then nothing is written.",
        log.head.origin, log.head.size
    ))
}

impl Exchange {
    /// Opens what a restore has put back, before it is said how it goes on.
    ///
    /// # Errors
    /// [`OpenFault`].
    pub fn open_restored(settings: Settings, clock: ClockSource) -> Result<Self, OpenFault> {
        let key = InstanceKey::load(&settings.data.join("instance.key"))?;
        let (database, data, now_us) =
            (settings.database.clone(), settings.data.clone(), clock().as_microsecond());
        let store = Store::open(&StoreConfig::new(database, data, key, now_us))?;
        Self::with_purpose(store, settings, clock, Purpose::Restore)
    }

    /// Accepts that what the newest log has signed after a restored backup is lost, and begins the log of `year`, or of
    /// the first year that was certainly never begun. Every configured witness is asked before. Blocks.
    ///
    /// # Errors
    /// Words that say what to do: nothing was put back, a witness does not answer, the year was begun; not permitted, or
    /// a fault.
    pub fn accept_loss(&self, who: &Caller, year: Option<i64>) -> Result<AcceptedLoss, String> {
        let ledger = &self.inner.ledger;
        let newest =
            self.store.read_blocking("ledger.newest", rows::newest_log).map_err(|f| f.to_string())?;
        let log = newest.ok_or("there is no log; nothing can be lost")?;
        let given_out = ledger.given_out(&log).map_err(|fault| fault.to_string())?.map(|kept| kept.size);
        let now = self.now();
        let unasked = |why| {
            format!(
                "{why}. Every witness must be asked before another log is begun; one that is gone for good is taken out \
                 of the configuration"
            )
        };
        let seen = ledger.last_seen(&log.head, &log.checkpoint).map_err(unasked)?;
        let more = |size: Option<u64>| size.is_some_and(|size| size > log.head.size);
        if log.restored_at_us.is_none() && !more(given_out) && !seen.iter().any(|(_, size)| more(*size)) {
            return Err(format!(
                "no backup was put back here since log {} was begun, and nobody has seen more of it; there is nothing to \
                 accept",
                log.head.origin
            ));
        }
        let never = log.year.max(i64::from(now.date().year())) + 1;
        let year = match year {
            Some(year) if year <= log.year => {
                return Err(format!("--year {year}: the log that was put back is of {}", log.year));
            }
            Some(year) => ledger.never_begun(year..=year, now).map_err(unasked)?,
            None => ledger.never_begun(never..=never + TRIED, now).map_err(unasked)?,
        };
        let Some(year) = year else {
            return Err(
                "a witness has cosigned that log: it was begun before, after another restore. Give a later \
                        --year"
                    .to_owned(),
            );
        };
        let accepted = AcceptedLoss {
            log: log.head.origin.clone(),
            size: log.head.size,
            given_out,
            seen,
            next: ledger.origin(year),
        };
        let (inner, who, told) = (self.inner.clone(), who.clone(), accepted.clone());
        let work = move |tx: &mut dyn Tx| accept(tx, &inner, &who, &log, &told, year);
        match settle(self.store.write_blocking("ledger.accept_loss", work)) {
            Ok(()) => Ok(accepted),
            Err(Denied::Refused(refusals)) => {
                let codes: Vec<&str> = refusals.iter().map(|refusal| refusal.code.as_str()).collect();
                Err(codes.join(", "))
            }
            Err(Denied::Fault(fault)) => Err(fault.to_string()),
        }
    }
}

impl Ledger {
    /// The first of these years whose log no witness has seen begun.
    fn never_begun(&self, years: std::ops::RangeInclusive<i64>, now: Moment) -> Result<Option<i64>, String> {
        for year in years {
            let head = Checkpoint { origin: self.origin(year), size: 0, root: empty_root() };
            let checkpoint = self.sign(year, &head, now).map_err(|fault| fault.to_string())?.to_string();
            let seen = self.last_seen(&head, &checkpoint)?;
            if seen.iter().all(|(_, last)| last.unwrap_or(0) == 0) {
                return Ok(Some(year));
            }
        }
        Ok(None)
    }
}

fn accept(
    tx: &mut dyn Tx,
    inner: &crate::Inner,
    who: &Caller,
    log: &rows::LogRow,
    told: &AcceptedLoss,
    year: i64,
) -> Answer<()> {
    let now = inner.now();
    let mut attempt = Attempt::new(who, Action::InstanceRestore, now);
    let facts = attempt.facts(false, false);
    if let Err(code) = attempt.ask(inner, Relation::Own, facts) {
        return attempt.refuse(tx, vec![Refusal::new(code)]);
    }
    if rows::newest_log(tx)?.is_none_or(|newest| newest != *log) {
        return Err(store_fault("another process was first"));
    }
    let seen: Vec<_> = told
        .seen
        .iter()
        .map(|(witness, size)| serde_json::json!({ "witness": witness, "size": size }))
        .collect();
    let restored = log.restored_at_us.and_then(|us| Moment::from_columns(us, 0).ok());
    // Each request has left a leaf at least, so that no more numbers were given than leaves are lost.
    let most = told.seen.iter().filter_map(|(_, size)| *size).chain(told.given_out).max().unwrap_or(0);
    let skipped = most.saturating_sub(told.size).max(NUMBERS);
    let lost = serde_json::json!({
        "references_skipped": skipped,
        "log": told.log, "from": told.size, "seen": seen, "given_out": told.given_out, "restored_at": restored.map(|at| at.to_string()),
    });
    attempt.detail = lost.to_string();
    request::skip_numbers(tx, i64::try_from(skipped).unwrap_or(i64::MAX))?;
    rows::put_back(tx, &log.head.origin, Some(log.restored_at_us.unwrap_or(now.us())))?;
    seal::begin(tx, &inner.ledger, year, Some(log), Some(lost), now)?;
    attempt.record(tx, "done", "")?;
    Ok(Ok(()))
}
