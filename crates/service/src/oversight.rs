//! The trail and the figures: what an oversight body reads, without any payload (guidelines `L-audit`, `P-audit`).

use crate::act::{Attempt, Caller, Denied, settle};
use crate::{Exchange, Figures, TrailView};
use comity_domain::id::PersonId;
use comity_domain::refusal::Refusal;
use comity_policy::{Action, Facts, Relation};
use comity_store::trail::{self, TrailFilter};
use comity_store::{Tx, request as rows};
use serde::{Deserialize, Serialize};

/// What to look for in the trail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TrailQuery {
    /// Only this person.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// Only this action.
    #[serde(default)]
    pub action: Option<String>,
    /// Only this outcome.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Continue before this entry, as given by `next`.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows wanted, 1 to 200; 50 by default.
    #[serde(default)]
    pub limit: Option<u32>,
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
            let before = query.after.as_deref().and_then(|key| key.split_once('~'));
            let before = before.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
            let filter = TrailFilter {
                before,
                person: query.person,
                action: query.action.clone(),
                outcome: query.outcome.clone(),
                limit,
            };
            let found = trail::page(tx, &filter)?;
            let full = i64::try_from(found.len()).is_ok_and(|rows| rows == limit);
            let last = found.last().filter(|_| full);
            let next = last.map(|(row, _, _)| format!("{}~{}", row.at.us(), row.id));
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
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(Figures { states, procedures, priorities, overdue, refused }))
        };
        settle(self.store.write("figures.view", work).await)
    }
}

fn view((row, person, organisation): (trail::TrailRow, String, String)) -> TrailView {
    TrailView {
        id: row.id,
        at: row.at,
        person,
        organisation,
        role: row.role,
        action: row.action,
        outcome: row.outcome,
        rule: row.rule,
        code: row.code,
        about: row.about,
    }
}
