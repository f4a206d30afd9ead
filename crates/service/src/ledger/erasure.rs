//! Erasure at the end of the retention that the procedure states: the dossier's key is destroyed and its content
//! removed; the leaves stay, and a record says which of them were erased, when, and under which rule (GDPR Art. 17,
//! LED Art. 5 and 16; T38).
//! It never erases an open request, and it never touches a leaf.

use super::store_fault;
use crate::act::{Answer, Attempt, Caller, hex, settle};
use crate::{Exchange, Inner, new_uuid};
use comity_domain::clock::Length;
use comity_domain::id::RequestId;
use comity_domain::procedure::PinnedProcedure;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Request, RequestEvent};
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::job::{self, NewJob};
use comity_store::{Fault, Store, Tx, manifest, request, seal, upload, vault};

/// Erases a dossier whose retention is over.
pub(crate) const ERASE: &str = "request.erase";
/// Takes what was erased out of the database's files.
pub(crate) const SCRUB: &str = "store.scrub";
/// A working day of retention counts as two, so that it never ends early whatever the calendar says.
const DAYS_PER_WORKING_DAY: i64 = 2;
const DAY_S: i64 = 86_400;

fn seconds(length: Length) -> i64 {
    match length {
        Length::CalendarDays(days) => i64::from(days) * DAY_S,
        Length::WorkingDays(days) => i64::from(days) * DAYS_PER_WORKING_DAY * DAY_S,
        Length::Hours(hours) => i64::from(hours) * 3_600,
    }
}

/// Has a closed dossier erased when the retention of its record is over.
pub(crate) fn erase_later(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: &Request,
    events: &[RequestEvent],
    now: Moment,
) -> Result<(), Fault> {
    if !request.state().ended() || !events.iter().any(ends) {
        return Ok(());
    }
    let Some(pinned) = inner.pinned(&request.procedure) else { return Ok(()) };
    let at_us = now.plus_seconds(seconds(pinned.procedure.retention.record)).us();
    let wanted = NewJob {
        id: new_uuid(now).to_string(),
        kind: ERASE.to_owned(),
        unique_key: Some(format!("{ERASE} {}", request.id)),
        run_at_us: at_us,
        payload: request.id.to_string(),
        max_attempts: 1_000,
    };
    job::enqueue(tx, &wanted).map(drop)
}

const fn ends(event: &RequestEvent) -> bool {
    matches!(
        event,
        RequestEvent::Closed { .. } | RequestEvent::Withdrawn { .. } | RequestEvent::HoldEnded { .. }
    )
}

impl Exchange {
    /// Erases a dossier; one that is open again or gone is left alone.
    pub(crate) async fn erase(&self, payload: &str) -> Result<(), String> {
        let id: RequestId = payload.parse().map_err(|_| "an erasure without a request".to_owned())?;
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| erase(tx, &store, &inner, id);
        match settle(self.store.write("request.erase", work).await) {
            Ok(()) | Err(crate::Denied::Refused(_)) => Ok(()),
            Err(crate::Denied::Fault(fault)) => Err(fault.to_string()),
        }
    }
}

fn erase(tx: &mut dyn Tx, store: &Store, inner: &Inner, id: RequestId) -> Answer<()> {
    let now = inner.now();
    let mut attempt = Attempt::new(&Caller::System, Action::RequestErase, now);
    let Some(parties) = request::parties(tx, id)? else {
        return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
    };
    attempt.request = Some(id);
    if let Err(code) = attempt.ask_request(inner, &parties) {
        return attempt.refuse(tx, vec![Refusal::new(code)]);
    }
    inner.ledger.clock_holds(now)?;
    if request::load(tx, store.instance_key(), id)?.is_none() {
        return Ok(Ok(()));
    }
    attempt.basis = rule(inner, &parties.procedure_hash)?;
    remove(tx, id, &attempt.basis, now, now)?;
    seal::destroy_dossier_key(tx, &id.to_string(), now.us())?;
    attempt.record(tx, "done", "")?;
    Ok(Ok(()))
}

/// Why a dossier under that procedure is erased when it is.
fn rule(inner: &Inner, procedure_hash: &str) -> Result<String, Fault> {
    let pinned = inner.pinned.by_hash(procedure_hash).ok_or_else(|| store_fault("an unknown procedure"))?;
    Ok(retention(pinned))
}

/// How long the record of a request under that procedure is kept, and where that is taken from.
pub(crate) fn retention(pinned: &PinnedProcedure) -> String {
    let rule = &pinned.procedure.retention;
    format!("{}, retention of the record: {} ({})", pinned.pin(), rule.record, rule.source)
}

/// Removes what a restore has brought back of a dossier that had been erased at `at`, as far as that can be: its key is
/// not among those that were restored, so that nothing of it opens (T38).
pub(crate) fn erase_again(tx: &mut dyn Tx, inner: &Inner, id: RequestId, at: Moment) -> Result<(), Fault> {
    let now = inner.now();
    let mut attempt = Attempt::new(&Caller::System, Action::RequestErase, now);
    let Some(parties) = request::parties(tx, id)? else { return Ok(()) };
    attempt.request = Some(id);
    attempt.concerns(inner, &parties);
    attempt.basis =
        format!("{}; before a restore, which has kept to it", rule(inner, &parties.procedure_hash)?);
    remove(tx, id, &attempt.basis, at, now)?;
    attempt.record(tx, "done", "")?;
    Ok(())
}

/// Removes the content, and names its leaves in a record; the key is the caller's to destroy.
fn remove(tx: &mut dyn Tx, id: RequestId, rule: &str, at: Moment, now: Moment) -> Result<(), Fault> {
    let text = id.to_string();
    let leaves = request::event_leaves(tx, id)?;
    let body = serde_json::json!({
        "record": comity_ledger::bundle::ERASURE,
        "request": text,
        "at": at.to_string(),
        "rule": rule,
        "commitments": leaves.iter().map(|leaf| hex(&leaf.commitment)).collect::<Vec<_>>(),
    });
    super::record(tx, Some(&text), body.to_string(), now)?;
    for file in upload::of_dossier(tx, &text)? {
        let paths = upload::paths(tx, &file.id)?;
        upload::remove(tx, &file.id, now.us())?;
        crate::file::expiry::delete_later(tx, &paths, now)?;
    }
    manifest::remove(tx, id)?;
    vault::end_openings(tx, id)?;
    request::erase(tx, id)?;
    scrub_soon(tx, now)
}

/// Has what was destroyed overwritten where it lay in the database.
pub(crate) fn scrub_soon(tx: &mut dyn Tx, now: Moment) -> Result<(), Fault> {
    let scrub = NewJob {
        id: new_uuid(now).to_string(),
        kind: SCRUB.to_owned(),
        unique_key: None,
        run_at_us: now.us(),
        payload: String::new(),
        max_attempts: 1_000,
    };
    job::enqueue(tx, &scrub).map(drop)
}
