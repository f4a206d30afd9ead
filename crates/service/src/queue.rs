//! Lists of requests: the queue, one's own work, and what can be asked of whom. Nothing in a list is sealed.

use crate::act::{Attempt, Caller, Denied, settle};
use crate::request::both;
use crate::{Exchange, Inner, OfferView, ProcedureView, QueuePage, QueueQuery, QueueRow, Work};
use comity_domain::id::{ItemId, OrganisationId};
use comity_domain::party::{Organisation, OrganisationKind, Role, Side};
use comity_domain::procedure::PinnedProcedure;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Completeness, Draft, RequestState, check_draft};
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::queue::{self as rows, NEVER_DUE, QueueFilter, RequestRow};
use comity_store::{Fault, Tx, party};
use std::collections::BTreeMap;

/// Requests of one state are counted up to this number; a list says that there are more.
pub const MOST_COUNTED: u32 = 1_000;

/// Rows of one's own work at most.
const WORK_ROWS: i64 = 50;

pub(crate) fn procedure_view(pinned: &PinnedProcedure) -> ProcedureView {
    let p = &pinned.procedure;
    ProcedureView {
        id: p.id.clone(),
        version: p.version,
        hash: pinned.hash.clone(),
        title: p.title.clone(),
        citations: p.citation.iter().map(|citation| citation.text.clone()).collect(),
        unreviewed: p.has_unreviewed(),
    }
}

/// On which side of requests an organisation stands by default.
const fn side(kind: OrganisationKind) -> Side {
    match kind {
        OrganisationKind::Authority | OrganisationKind::Oversight => Side::Authority,
        OrganisationKind::Provider | OrganisationKind::ContactPoint => Side::Provider,
    }
}

struct Names(BTreeMap<OrganisationId, Organisation>);

impl Names {
    fn load(tx: &mut dyn Tx) -> Result<Self, Fault> {
        Ok(Self(party::organisations(tx)?.into_iter().map(|o| (o.id, o)).collect()))
    }

    fn name(&self, id: OrganisationId) -> String {
        self.0.get(&id).map_or_else(String::new, |organisation| organisation.name.clone())
    }
}

fn row(inner: &Inner, names: &Names, row: RequestRow) -> Result<QueueRow, Fault> {
    let (procedure, title) = inner.pinned_title(&row.procedure_hash).unwrap_or_default();
    let due = (row.due_us != NEVER_DUE).then(|| Moment::from_columns(row.due_us, 0)).transpose();
    let obliged = names.0.get(&row.to);
    let zone = obliged.map(|o| inner.calendar(o).zone().clone());
    let due = due.map_err(|error| Fault::other(error.to_string()))?;
    Ok(QueueRow {
        id: row.id,
        reference: row.reference,
        provider_reference: row.provider_reference,
        priority: row.priority,
        state: row.state,
        procedure,
        title,
        kind: row.kind.parse().map_err(|_| Fault::other("an unknown kind of request"))?,
        from: names.name(row.from),
        to: names.name(row.to),
        items: u32::try_from(row.items).unwrap_or(u32::MAX),
        categories: row.categories,
        due: due.map(|due| zone.as_ref().map_or(due, |zone| due.in_zone(zone))),
        paused: row.paused,
        frozen: row.frozen,
        updated_at: row.updated_at,
    })
}

fn key_of(row: &RequestRow) -> String {
    format!("{}~{}~{}~{}", i64::from(row.ended), row.priority, row.due_us, row.id)
}

fn read_key(key: &str) -> Option<(i64, String, i64, String)> {
    let mut parts = key.splitn(4, '~');
    let ended = parts.next()?.parse().ok()?;
    let priority = parts.next()?.to_owned();
    let due = parts.next()?.parse().ok()?;
    Some((ended, priority, due, parts.next()?.to_owned()))
}

/// What each state wants of whom.
fn task(state: RequestState, side: Side, roles: &[Role]) -> Option<&'static str> {
    let any = |wanted: &[Role]| roles.iter().any(|role| wanted.contains(role));
    let task = match (state, side) {
        (RequestState::Draft, Side::Authority) => ("write", any(&[Role::Officer])),
        (RequestState::GatekeeperReview, Side::Authority) => ("review", any(&[Role::Gatekeeper])),
        (RequestState::AwaitingAuthorisation, Side::Authority) => ("authorise", any(&[Role::Authoriser])),
        (RequestState::Authorised, Side::Authority) => ("send", any(&[Role::Officer, Role::Gatekeeper])),
        (RequestState::Clarifying, Side::Authority) => ("answer", any(&[Role::Officer, Role::Gatekeeper])),
        (RequestState::Delivered | RequestState::PartiallyDelivered, Side::Authority) => {
            ("confirm", any(&[Role::Officer]))
        }
        (RequestState::Held, Side::Authority) => ("follow_up", any(&[Role::Officer])),
        (RequestState::ReceiptConfirmed | RequestState::Rejected, Side::Authority) => {
            ("close", any(&[Role::Officer]))
        }
        (RequestState::Received, Side::Provider) => ("acknowledge", any(&[Role::Analyst])),
        (RequestState::Acknowledged | RequestState::Verifying, Side::Provider) => {
            ("verify", any(&[Role::Analyst]))
        }
        (RequestState::LegalReview, Side::Provider) => ("decide", any(&[Role::Analyst])),
        (RequestState::InExecution | RequestState::PartiallyDelivered, Side::Provider) => {
            ("release", any(&[Role::Analyst, Role::Reviewer]))
        }
        _ => return None,
    };
    task.1.then_some(task.0)
}

impl Exchange {
    /// The requests of the caller's organisation, most urgent first, by key.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn queue(&self, who: &Caller, query: QueueQuery) -> Result<QueuePage, Denied> {
        let (inner, who, keys) = (self.inner.clone(), who.clone(), self.store.instance_key().clone());
        let searches = query.search.as_deref().is_some_and(|text| !text.trim().is_empty());
        let work = move |tx: &mut dyn Tx| {
            let (attempt, asked) = permitted(&inner, &who);
            let (Ok(()), Some(organisation)) = (asked, who.organisation()) else {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotPermitted)]));
            };
            let kind = who.actor().map_or(OrganisationKind::Authority, |actor| actor.organisation_kind);
            let side = query.side.unwrap_or(side(kind));
            let limit = i64::from(query.limit.unwrap_or(50).clamp(1, 200));
            let found = if let Some(text) = query.search.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
                // A list holds nothing personal, but whoever looks for an address or number asks about somebody. The
                // trail keeps that they did, and never for what.
                attempt.record(tx, "viewed", "")?;
                search(tx, &keys, organisation, text, limit)?
            } else {
                let filter = QueueFilter {
                    organisation,
                    side,
                    after: query.after.as_deref().and_then(read_key),
                    ended: query.ended || query.state.is_some_and(RequestState::ended),
                    state: query.state,
                    priority: query.priority,
                    procedure: query.procedure.clone(),
                    counterpart: query.organisation,
                    limit,
                };
                rows::queue(tx, &filter)?
            };
            let full = i64::try_from(found.len()).is_ok_and(|rows| rows == limit) && query.search.is_none();
            let next = found.last().filter(|_| full).map(key_of);
            let names = Names::load(tx)?;
            let states = rows::states(tx, organisation, side, MOST_COUNTED)?;
            let rows: Result<Vec<_>, Fault> = found.into_iter().map(|r| row(&inner, &names, r)).collect();
            Ok(Ok(QueuePage { rows: rows?, next, states }))
        };
        settle(if searches {
            self.store.write("request.list", work).await
        } else {
            self.store.read("request.list", work).await
        })
    }

    /// What waits for the caller.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn work(&self, who: &Caller) -> Result<Vec<Work>, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let asked = permitted(&inner, &who).1;
            let (Ok(()), Some(organisation), Some(actor)) = (asked, who.organisation(), who.actor()) else {
                return Ok(Ok(Vec::new()));
            };
            let names = Names::load(tx)?;
            let mut all = Vec::new();
            for side in [Side::Provider, Side::Authority] {
                for state in RequestState::ALL.iter().copied() {
                    let Some(task) = task(state, side, &actor.roles) else { continue };
                    let filter = QueueFilter {
                        organisation,
                        side,
                        after: None,
                        ended: false,
                        state: Some(state),
                        priority: None,
                        procedure: None,
                        counterpart: None,
                        limit: WORK_ROWS,
                    };
                    for found in rows::queue(tx, &filter)? {
                        // What stands still waits for nobody but its review.
                        let reviews = side == Side::Provider && actor.has(Role::Reviewer);
                        let task = match (found.frozen, reviews) {
                            (false, _) => task,
                            (true, true) => "review_freeze",
                            (true, false) => continue,
                        };
                        all.push((
                            (found.priority, found.due_us),
                            Work { task, row: row(&inner, &names, found)? },
                        ));
                    }
                }
            }
            all.sort_by_key(|(urgency, _)| *urgency);
            Ok(Ok(all.into_iter().map(|(_, work)| work).collect()))
        };
        settle(self.store.read("request.work", work).await)
    }

    /// The procedures under which the caller's organisation may ask an addressee today, and why not the others.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn offers(&self, who: &Caller, to: OrganisationId) -> Result<Vec<OfferView>, Denied> {
        let Some(from) = who.organisation() else { return Ok(Vec::new()) };
        let today = self.now().date();
        let parties = settle(self.store.read("parties", move |tx: &mut dyn Tx| both(tx, from, to)).await)?;
        let offers = self.procedures().all().map(|pinned| OfferView {
            procedure: procedure_view(pinned),
            kind: pinned.procedure.kind,
            summary: pinned.procedure.summary.clone(),
            why_not: pinned.procedure.applies(&parties.from, &parties.to, today).err(),
        });
        let mut offers: Vec<OfferView> = offers.collect();
        offers.sort_by_key(|offer| offer.why_not.is_some());
        Ok(offers)
    }

    /// The live check of a form.
    ///
    /// # Errors
    /// Unknown procedure.
    pub fn check_draft(&self, procedure: &str, draft: &Draft) -> Result<Completeness, Denied> {
        let pinned = self.procedures().newest(procedure);
        let pinned = pinned.ok_or_else(|| Refusal::of(RefusalCode::NotFound, "procedure"))?;
        let now = self.now();
        let mut new_id = || -> ItemId { crate::new_id(now) };
        Ok(check_draft(&pinned.procedure, draft, now, &mut new_id))
    }
}

fn permitted<'a>(inner: &Inner, who: &'a Caller) -> (Attempt<'a>, Result<(), RefusalCode>) {
    let mut attempt = Attempt::new(who, Action::RequestList, inner.now());
    let facts = attempt.facts(false, false);
    let asked = attempt.ask(inner, Relation::Own, facts);
    (attempt, asked)
}

/// By exact reference of either side, or by an identifier as it is written canonically.
fn search(
    tx: &mut dyn Tx,
    keys: &comity_store::seal::InstanceKey,
    organisation: OrganisationId,
    text: &str,
    limit: i64,
) -> Result<Vec<RequestRow>, Fault> {
    let mut found = rows::found(tx, keys.digest("reference", text.as_bytes()), organisation, limit)?;
    if found.is_empty() {
        found = rows::found(tx, keys.digest("identifier", text.as_bytes()), organisation, limit)?;
    }
    Ok(found)
}
