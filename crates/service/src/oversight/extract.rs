//! A provable extract of the trail: the entries that a filter lets through, each with the proof that it stands in the
//! log, in one file that verifies alone. Last comes the entry that the taking has left: it says how many were taken and
//! their digest, so that nobody can leave one out later (T47).

use super::{TrailQuery, detail, reason};
use crate::Exchange;
use crate::act::{Attempt, Caller, Denied, hex, settle};
use crate::ledger::bundle;
use comity_domain::id::TrailId;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_ledger::bundle::{Opening, Subject};
use comity_policy::{Action, Relation};
use comity_store::trail::Kept;
use comity_store::{Fault, Tx, trail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Entries of one extract at most.
const MAX_ENTRIES: i64 = 10_000;

comity_domain::opaque!(NewExtract);

/// An extract to be taken.
#[derive(Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExtract {
    /// What for: the reviewer's own file or occasion, without names of people. Kept in the trail.
    pub reason: String,
    /// Of which entries, at most 10,000; a page of them is no filter.
    #[serde(default)]
    pub filter: TrailQuery,
}

impl Exchange {
    /// Takes an extract and answers its file with the identifier of the entry that the taking has left. Entries from
    /// before the ledger held the trail cannot be proved; that entry counts them.
    ///
    /// # Errors
    /// Not permitted, no reason, too many entries, or a fault.
    pub async fn take_extract(&self, who: &Caller, new: NewExtract) -> Result<(TrailId, String), Denied> {
        self.ask_oversight(who, Action::TrailExtract).await?;
        let reason = match reason(&new.reason) {
            Ok(reason) => reason,
            Err(refusals) => return Err(self.refuse_oversight(who, Action::TrailExtract, refusals).await),
        };
        let filter = new.filter.settled(self.now());
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::TrailExtract, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Oversight, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let found = trail::page(tx, &filter.filter(MAX_ENTRIES + 1))?;
            if i64::try_from(found.len()).unwrap_or(i64::MAX) > MAX_ENTRIES {
                let refusal = Refusal::of(RefusalCode::TrailTooMany, "filter").with("max", MAX_ENTRIES);
                return attempt.refuse(tx, vec![refusal]);
            }
            let all = found.len();
            let mut openings = Vec::with_capacity(all + 1);
            for named in found {
                openings.extend(opening(&named.kept)?);
            }
            let mut digest = Sha256::new();
            for (_, opening) in &openings {
                digest.update(opening.commitment());
            }
            attempt.detail = detail(&serde_json::json!({
                "filter": filter,
                "reason": reason,
                "entries": openings.len(),
                "before_the_ledger": all - openings.len(),
                "sha256": hex(&digest.finalize()),
            }))?;
            let id = attempt.record(tx, "viewed", "")?;
            let own = trail::one(tx, &id.to_string())?.ok_or_else(|| Fault::other("no entry was left"))?;
            openings.extend(opening(&own.kept)?);
            Ok(Ok((id, openings)))
        };
        let (taken, openings) = settle(self.store.write("trail.extract", work).await)?;
        self.seal_waiting().await?;
        let subject = Subject::Trail { taken: taken.to_string() };
        let work = move |tx: &mut dyn Tx| bundle(tx, subject.clone(), openings.clone());
        let bundle = self.store.read("trail.extract", work).await?;
        Ok((taken, bundle.to_string()))
    }
}

/// The leaf of an entry and what it opens to; nothing for one that is none.
fn opening(kept: &Kept) -> Result<Option<(String, Opening)>, Fault> {
    let Some(salt) = kept.salt else { return Ok(None) };
    let body = kept.entry.canonical()?;
    Ok(Some((kept.entry.id.to_string(), Opening::Record(salt, body))))
}
