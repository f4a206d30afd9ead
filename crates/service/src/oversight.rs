//! The trail and the figures: what an oversight body reads, without any payload (guidelines `L-audit`, `P-audit`).
//! Whatever it reads, draws or takes leaves an entry of its own.

mod extract;
mod sample;

pub use extract::NewExtract;
pub(crate) use sample::unhex;
pub use sample::{NewSample, Sample};

use crate::act::{Attempt, Caller, Denied, settle};
use crate::party::short;
use crate::{Exchange, Figures};
use comity_domain::id::{OrganisationId, PersonId, RequestId, TrailId};
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::term::Processing;
use comity_domain::time::Moment;
use comity_policy::{Action, Facts, Relation};
use comity_store::trail::{self, Named, TrailFilter};
use comity_store::{Fault, Tx, mirror, request as rows};
use serde::{Deserialize, Serialize};

/// A choice of entries that is asked for often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrailShow {
    /// Reads of a dossier, its files or its proof.
    Sensitive,
    /// What was refused, and what was done at the console: no rule overrides another.
    Exceptions,
}

/// What to look for in the trail.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams, utoipa::ToSchema,
)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TrailQuery {
    /// Only this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Only on behalf of this organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// Only from this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// Only before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Only this action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only what does this with personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing: Option<Processing>,
    /// Only this outcome: `done`, `refused` or `viewed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Only what this rule of the permission table decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Only about this reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Only one of these choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<TrailShow>,
    /// Continue before this entry, as given by `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Rows wanted, 1 to 200; 50 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl TrailQuery {
    fn filter(&self, limit: i64) -> TrailFilter {
        let until = self.until.map(|until| (until.us(), String::new()));
        let after = self.after.as_deref().and_then(|key| key.split_once('~'));
        let after = after.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
        let before = match (until, after) {
            (Some(until), Some(after)) => Some(until.min(after)),
            (until, after) => until.or(after),
        };
        TrailFilter {
            before,
            from_us: self.from.map(Moment::us),
            person: self.person,
            organisation: self.organisation,
            action: self.action.clone(),
            processing: self.processing,
            outcome: self.outcome.clone(),
            rule: self.rule.clone(),
            about: self.reference.clone(),
            sensitive: self.show == Some(TrailShow::Sensitive),
            exceptions: self.show == Some(TrailShow::Exceptions),
            limit,
        }
    }

    /// The same as a whole, not from some page on, and nothing after `now`: so it always finds the same entries.
    fn settled(self, now: Moment) -> Self {
        let until = self.until.filter(|until| until.us() < now.us()).unwrap_or(now);
        Self { until: Some(until), after: None, limit: None, ..self }
    }
}

comity_domain::opaque!(TrailView);

/// One entry of the trail; carries nothing personal about those whom a request concerns.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrailView {
    /// Its identifier.
    pub id: TrailId,
    /// When.
    pub at: Moment,
    /// Who; empty for a clock or peer.
    pub person: String,
    /// The same, to look for.
    pub person_id: Option<PersonId>,
    /// On whose behalf.
    pub organisation: String,
    /// The same, to look for.
    pub organisation_id: Option<OrganisationId>,
    /// In which role.
    pub role: String,
    /// Through which door: `page`, `api`, `interop`, `console`, `job`.
    pub via: String,
    /// What, such as `request.release` or `request.view`.
    pub action: String,
    /// What that does with personal data; nothing where it touches none.
    pub processing: Option<Processing>,
    /// To whom data were disclosed; empty where none were.
    pub recipient: String,
    /// `done`, `refused` or `viewed`.
    pub outcome: String,
    /// The rule that decided.
    pub rule: String,
    /// What entitles to it: the procedure of the request, a rule of retention, an accreditation.
    pub basis: String,
    /// The refusal's code, if refused.
    pub code: String,
    /// The request's reference, or what else it was about.
    pub about: String,
    /// The request.
    pub request: Option<RequestId>,
    /// What else belongs to it, as JSON, such as the filter and seed of a sample.
    pub detail: String,
    /// Whether it is a leaf of the ledger; older entries are not.
    pub in_ledger: bool,
}

/// A page of the trail, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrailPage {
    /// The entries.
    pub rows: Vec<TrailView>,
    /// Key of the next page.
    pub next: Option<String>,
}

impl Exchange {
    /// Reads the trail; reading it leaves an entry too.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn trail(&self, who: &Caller, query: TrailQuery) -> Result<TrailPage, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::TrailView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Oversight, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let limit = i64::from(query.limit.unwrap_or(50).clamp(1, 200));
            let found = trail::page(tx, &query.filter(limit))?;
            let full = i64::try_from(found.len()).is_ok_and(|rows| rows == limit);
            let last = found.last().map(|named| &named.kept.entry).filter(|_| full);
            let next = last.map(|entry| format!("{}~{}", entry.at.us(), entry.id));
            attempt.detail = detail(&query)?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(TrailPage { rows: found.into_iter().map(view).collect(), next }))
        };
        settle(self.store.write("trail.view", work).await)
    }

    /// Figures of the whole instance, without payload.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn figures(&self, who: &Caller) -> Result<Figures, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::FiguresView, inner.now());
            let facts = Facts { ..attempt.facts(false, false) };
            if let Err(code) = attempt.ask(&inner, Relation::Oversight, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let (states, procedures, priorities) = rows::counts(tx)?;
            let overdue = rows::count_events(tx, "clock_expired")?;
            let refused = u64::try_from(trail::count(tx, "refused")?).unwrap_or(0);
            let alarms = mirror::counts(tx)?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(Figures { states, procedures, priorities, overdue, refused, alarms }))
        };
        settle(self.store.write("figures.view", work).await)
    }
}

/// What a sample or extract is for; never nothing.
fn reason(text: &str) -> Result<String, Refusals> {
    if text.trim().is_empty() {
        return Err(vec![Refusal::of(RefusalCode::ReasonMissing, "reason")]);
    }
    short(text, "reason")
}

/// What an entry keeps besides its columns.
fn detail(what: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(what).map_err(|error| Fault::other(format!("a detail as JSON: {error}")))
}

fn view(named: Named) -> TrailView {
    let entry = named.kept.entry;
    let discloses = entry.processing == Some(Processing::Disclosure) && entry.outcome == "done";
    TrailView {
        id: entry.id,
        at: entry.at,
        person: if entry.name.is_empty() { named.person } else { entry.name },
        person_id: entry.person,
        organisation: named.organisation,
        organisation_id: entry.organisation,
        role: entry.role,
        via: entry.via,
        action: entry.action,
        processing: entry.processing,
        recipient: if discloses { named.counterpart } else { String::new() },
        outcome: entry.outcome,
        rule: entry.rule,
        basis: entry.basis,
        code: entry.code,
        about: entry.about,
        request: entry.request,
        detail: entry.detail,
        in_ledger: named.kept.salt.is_some(),
    }
}
