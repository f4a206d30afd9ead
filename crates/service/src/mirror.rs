//! What is sent in an organisation's name, before its own heads (T03): a list, and an alarm at once, in the transaction of the
//! sending, where it is unusual. An alarm has a rule, tells whom to call, and decides nothing.

use crate::act::{Attempt, Caller, Denied, Presence, settle};
use crate::source::finding::{outside_hours, unusual_volume};
use crate::{Exchange, Inner, new_uuid, notice, zone_of};
use comity_domain::id::{PersonId, RequestId};
use comity_domain::party::Organisation;
use comity_domain::refusal::Refusal;
use comity_domain::request::{Request, RequestEvent};
use comity_domain::term::{Priority, RequestKind};
use comity_domain::time::Moment;
use comity_domain::vetting::AlarmRule;
use comity_policy::{Action, Relation};
use comity_store::mirror::{self as rows, Raised, SentRow};
use comity_store::{Fault, Tx, party};
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

comity_domain::opaque!(SentView);

/// A1: a passkey is new for so long.
const NEW_S: i64 = 7 * 86_400;

/// One request that was sent in the organisation's name.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SentView {
    /// When.
    pub at: Moment,
    /// Who; nobody for another system.
    pub person: Option<PersonId>,
    /// Their name.
    pub name: String,
    /// Their accreditation number.
    pub accreditation: String,
    /// Whether they may still act.
    pub active: bool,
    /// Which request; only for readers of its dossier.
    pub request: Option<RequestId>,
    /// Its reference; only for them.
    pub reference: Option<String>,
    /// What it asks for.
    pub kind: RequestKind,
    /// How urgent.
    pub priority: Priority,
    /// To whom.
    pub addressee: String,
    /// In which State.
    pub country: String,
    /// What was unusual about it.
    pub alarms: Vec<AlarmRule>,
}

/// A page of what was sent, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SentPage {
    /// The requests.
    pub rows: Vec<SentView>,
    /// Key of the next page.
    pub next: Option<String>,
}

/// Leaves the trail entry of an act that is done, with what was unusual about it where it sent something.
pub(crate) fn record(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: &Request,
    events: &[RequestEvent],
    attempt: &Attempt<'_>,
) -> Result<(), Fault> {
    let mut attempt = attempt.clone();
    if let Some(alarms) = watch(tx, inner, request, events, &attempt)? {
        attempt.detail = alarms;
    }
    attempt.record(tx, "done", "").map(drop)
}

/// Keeps what is unusual about a request that has just been sent, and tells the heads once per rule, person and day. The
/// detail of the trail's entry, where there is something to tell.
fn watch(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: &Request,
    events: &[RequestEvent],
    attempt: &Attempt<'_>,
) -> Result<Option<String>, Fault> {
    let sent =
        events.iter().any(|event| matches!(event, RequestEvent::Sent { .. } | RequestEvent::Filed { .. }));
    if !sent {
        return Ok(None);
    }
    let Some(from) = party::organisation(tx, request.from)? else { return Ok(None) };
    let rules = unusual(tx, inner, request, &from, attempt)?;
    if rules.is_empty() {
        return Ok(None);
    }
    let sender = attempt.caller.actor();
    let person = sender.map(|actor| actor.person);
    let by = person.map_or_else(|| "system".to_owned(), |person| person.to_string());
    let day = inner.now_at(&from).date();
    for rule in &rules {
        let (id, told) = (new_uuid(attempt.now).to_string(), format!("{} {rule} {by} {day}", from.id));
        let raised =
            Raised { id: &id, organisation: from.id, person, request: request.id, rule: *rule, told: &told };
        if rows::raise(tx, &raised, attempt.now)? {
            notice::alarm(tx, (from.id, &from.code), sender, *rule, attempt.now)?;
        }
    }
    let words: Vec<&str> = rules.iter().map(|rule| rule.as_str()).collect();
    Ok(Some(serde_json::json!({ "alarms": words }).to_string()))
}

fn unusual(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: &Request,
    from: &Organisation,
    attempt: &Attempt<'_>,
) -> Result<Vec<AlarmRule>, Fault> {
    let now = attempt.now;
    let mut rules = Vec::new();
    if request.priority == Priority::Emergency
        && let Caller::Person { presence: Presence::Session { id, .. }, .. } = attempt.caller
        && rows::passkey_since(tx, *id)?.is_some_and(|since| now < since.plus_seconds(NEW_S))
    {
        rules.push(AlarmRule::NewPasskey);
    }
    if outside_hours(inner, from, now) {
        rules.push(AlarmRule::Hour);
    }
    if unusual_volume(tx, request.from, request.to, now)?.is_some() {
        rules.push(AlarmRule::Volume);
    }
    if !rows::asked(tx, request.from, request.to, request.id)? {
        rules.push(AlarmRule::NewAddressee);
    }
    Ok(rules)
}

impl Exchange {
    /// What was sent in the name of the caller's organisation, for its heads and administrators; `after` as `next` gave it.
    /// Only readers of dossiers are told which request it was.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn sent(
        &self,
        who: &Caller,
        after: Option<String>,
        limit: Option<u32>,
    ) -> Result<SentPage, Denied> {
        let own = who.organisation().ok_or(comity_domain::refusal::RefusalCode::NotPermitted)?;
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::SentView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Own, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let reads =
                inner.gate.ask(&who.subject(), Action::RequestView, Relation::Authority, facts).allowed;
            let limit = i64::from(limit.unwrap_or(50).clamp(1, 200));
            let key = after.as_deref().and_then(|key| key.split_once('~'));
            let key = key.and_then(|(at, id)| Some((at.parse().ok()?, id)));
            let found = rows::sent(tx, own, key.unwrap_or((i64::MAX, "")), limit)?;
            let full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
            let next = found.last().filter(|_| full).map(|row| format!("{}~{}", row.at.us(), row.id));
            let alarms = match (found.last(), found.first()) {
                (Some(from), Some(to)) => rows::alarms(tx, own, from.at, to.at)?,
                _ => Vec::new(),
            };
            attempt.record(tx, "viewed", "")?;
            // Hours of work are those of the organisation: so are the times beside the alarms about them.
            let zone = party::organisation(tx, own)?.map_or(TimeZone::UTC, |own| zone_of(&own));
            let shown = |row: SentRow| {
                let at = row.at.in_zone(&zone);
                SentView { at, ..view(row, &alarms, reads) }
            };
            let rows = found.into_iter().map(shown).collect();
            Ok(Ok(SentPage { rows, next }))
        };
        settle(self.store.write("sent.view", work).await)
    }
}

fn view(row: SentRow, alarms: &[(RequestId, AlarmRule)], reads: bool) -> SentView {
    let of_it = alarms.iter().filter(|(request, _)| *request == row.request);
    SentView {
        alarms: of_it.map(|(_, rule)| *rule).collect(),
        at: row.at,
        person: row.person,
        name: row.name,
        accreditation: row.accreditation,
        active: row.active,
        request: reads.then_some(row.request),
        reference: reads.then_some(row.reference),
        kind: row.kind,
        priority: row.priority,
        addressee: row.addressee,
        country: row.country,
    }
}
