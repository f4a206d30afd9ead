//! A random sample of the trail for review (guidelines `L-audit`, `P-audit`). Its seed stands in the entry that the
//! drawing leaves, so that anybody can draw it again and see that nobody has chosen.

use super::{TrailQuery, TrailView, detail, reason, view};
use crate::act::{Attempt, Caller, Denied, hex, settle};
use crate::{Exchange, fill};
use comity_domain::id::TrailId;
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::{Fault, Tx, trail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Entries of one sample at most.
const MAX_SIZE: u32 = 500;
/// Entries that a sample is drawn from at most.
const MAX_POPULATION: u64 = 1_000_000;
/// Entries that are read in one transaction.
const AT_ONCE: i64 = 5_000;

comity_domain::opaque!(NewSample, Sample);

/// A sample to be drawn.
#[derive(Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSample {
    /// How many entries, 1 to 500.
    pub size: u32,
    /// What for: the reviewer's own file or occasion, without names of people. Kept in the trail.
    pub reason: String,
    /// Of which entries; a page of them is no filter.
    #[serde(default)]
    pub filter: TrailQuery,
}

/// A sample, as it was drawn and as it is drawn again from its seed.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sample {
    /// The entry that its drawing has left.
    pub id: TrailId,
    /// When it was drawn.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// What for.
    pub reason: String,
    /// How many entries were wanted.
    pub size: u32,
    /// Of which entries.
    pub filter: TrailQuery,
    /// The seed, in hexadecimal. Drawn are the entries of which SHA-256 over seed and identifier is smallest.
    pub seed: String,
    /// How many entries the filter had let through.
    pub population: u64,
    /// SHA-256 over their identifiers, newest first, each with a line's end.
    pub sha256: String,
    /// Whether the filter lets the same entries through today.
    pub unchanged: bool,
    /// The entries that were drawn, newest first.
    pub rows: Vec<TrailView>,
}

/// What the drawing leaves in its entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Drawn {
    filter: TrailQuery,
    reason: String,
    size: u32,
    seed: String,
    population: u64,
    sha256: String,
}

/// A drawing: the entries that are nearest to the seed, and a digest of all that were there to be drawn.
#[derive(Clone)]
struct Drawing {
    seed: [u8; 32],
    size: usize,
    nearest: BTreeSet<([u8; 32], String)>,
    population: u64,
    digest: Sha256,
}

impl Drawing {
    fn new(seed: [u8; 32], size: u32) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        Self { seed, size, nearest: BTreeSet::new(), population: 0, digest: Sha256::new() }
    }

    fn take(&mut self, id: String) {
        self.population += 1;
        self.digest.update(id.as_bytes());
        self.digest.update(b"\n");
        let distance = Sha256::new().chain_update(self.seed).chain_update(id.as_bytes()).finalize();
        self.nearest.insert((distance.into(), id));
        if self.nearest.len() > self.size {
            self.nearest.pop_last();
        }
    }

    fn sha256(&self) -> String {
        hex(&self.digest.clone().finalize())
    }
}

impl Exchange {
    /// Draws a sample with randomness of the operating system, and keeps how in the trail.
    ///
    /// # Errors
    /// Not permitted, no reason, a size that is none, too many entries, or a fault.
    pub async fn draw_sample(&self, who: &Caller, new: NewSample) -> Result<Sample, Denied> {
        self.ask_oversight(who, Action::TrailSample).await?;
        let reason = match reason(&new.reason) {
            Ok(_) if !(1..=MAX_SIZE).contains(&new.size) => {
                let refusal =
                    Refusal::of(RefusalCode::FieldMalformed, "size").because("refusal-field-number");
                return Err(self.refuse_oversight(who, Action::TrailSample, vec![refusal]).await);
            }
            Ok(reason) => reason,
            Err(refusals) => return Err(self.refuse_oversight(who, Action::TrailSample, refusals).await),
        };
        let filter = new.filter.settled(self.now());
        let mut seed = [0; 32];
        fill(&mut seed);
        let drawing = self.draw(&filter, Drawing::new(seed, new.size)).await?;
        if drawing.population > MAX_POPULATION {
            let refusal = Refusal::of(RefusalCode::TrailTooMany, "filter").with("max", MAX_POPULATION);
            return Err(self.refuse_oversight(who, Action::TrailSample, vec![refusal]).await);
        }
        let (population, sha256) = (drawing.population, drawing.sha256());
        let drawn = Drawn { filter, reason, size: new.size, seed: hex(&seed), population, sha256 };
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::TrailSample, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Oversight, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            attempt.detail = detail(&drawn)?;
            let id = attempt.record(tx, "viewed", "")?;
            let own = trail::one(tx, &id.to_string())?.ok_or_else(|| Fault::other("no entry was left"))?;
            Ok(Ok(sample(tx, view(own), drawn.clone(), &drawing)?))
        };
        settle(self.store.write("trail.sample", work).await)
    }

    /// Draws a sample again from the seed that is kept, and says whether the same entries were there to be drawn.
    ///
    /// # Errors
    /// Not permitted, no such sample, or a fault.
    pub async fn sample(&self, who: &Caller, id: TrailId) -> Result<Sample, Denied> {
        self.ask_oversight(who, Action::TrailView).await?;
        let find = move |tx: &mut dyn Tx| trail::one(tx, &id.to_string());
        let found = self.store.read("trail.one", find).await?.map(view);
        let found = found.filter(|entry| entry.action == Action::TrailSample.as_str());
        let drawn = found.as_ref().and_then(|entry| serde_json::from_str::<Drawn>(&entry.detail).ok());
        let seed = drawn.as_ref().and_then(|drawn| unhex(&drawn.seed));
        let (Some(own), Some(drawn), Some(seed)) = (found, drawn, seed) else {
            let refusals = vec![RefusalCode::NotFound.into()];
            return Err(self.refuse_oversight(who, Action::TrailView, refusals).await);
        };
        let drawing = self.draw(&drawn.filter, Drawing::new(seed, drawn.size)).await?;
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::TrailView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Oversight, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            attempt.detail = detail(&serde_json::json!({ "sample": id }))?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(sample(tx, own.clone(), drawn.clone(), &drawing)?))
        };
        settle(self.store.write("trail.sample", work).await)
    }

    /// Refuses whoever may not, and leaves the entry of that, before anything is read for them.
    pub(super) async fn ask_oversight(&self, who: &Caller, action: Action) -> Result<(), Denied> {
        let asked = {
            let mut attempt = Attempt::new(who, action, self.now());
            let facts = attempt.facts(false, false);
            attempt.ask(&self.inner, Relation::Oversight, facts)
        };
        match asked {
            Ok(()) => Ok(()),
            Err(code) => Err(self.refuse_oversight(who, action, vec![code.into()]).await),
        }
    }

    /// Leaves the entry of what is refused at the desk, and answers the refusal.
    pub(super) async fn refuse_oversight(&self, who: &Caller, action: Action, refusals: Refusals) -> Denied {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, action, inner.now());
            let facts = attempt.facts(false, false);
            // Only for the rule that it names.
            let _ = attempt.ask(&inner, Relation::Oversight, facts);
            attempt.refuse::<()>(tx, refusals.clone())
        };
        match settle(self.store.write(action.as_str(), work).await) {
            Ok(()) => RefusalCode::NotPermitted.into(),
            Err(denied) => denied,
        }
    }

    async fn draw(&self, filter: &TrailQuery, mut drawing: Drawing) -> Result<Drawing, Denied> {
        let mut filter = filter.filter(AT_ONCE);
        loop {
            let wanted = filter.clone();
            let keys = self.store.read("trail.keys", move |tx: &mut dyn Tx| trail::keys(tx, &wanted)).await?;
            let last = keys.last().cloned();
            let full = i64::try_from(keys.len()).is_ok_and(|keys| keys == AT_ONCE);
            for (_, id) in keys {
                drawing.take(id);
            }
            match last {
                Some(last) if full && drawing.population <= MAX_POPULATION => filter.before = Some(last),
                Some(_) | None => return Ok(drawing),
            }
        }
    }
}

fn sample(tx: &mut dyn Tx, own: TrailView, drawn: Drawn, drawing: &Drawing) -> Result<Sample, Fault> {
    let mut rows = Vec::with_capacity(drawing.nearest.len());
    for (_, id) in &drawing.nearest {
        rows.extend(trail::one(tx, id)?.map(view));
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.at.us(), row.id)));
    Ok(Sample {
        id: own.id,
        at: own.at,
        by: own.person,
        unchanged: drawn.population == drawing.population && drawn.sha256 == drawing.sha256(),
        reason: drawn.reason,
        size: drawn.size,
        filter: drawn.filter,
        seed: drawn.seed,
        population: drawn.population,
        sha256: drawn.sha256,
        rows,
    })
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        let pair = text.get(2 * at..2 * at + 2).filter(|pair| !pair.starts_with('+'))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}
