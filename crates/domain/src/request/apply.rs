//! What an event makes of a request. It never refuses: what happened has happened.

use super::{Answer, Draft, Intake, Item, ItemState, Request, RequestEvent, Return, Stage};
use crate::clock::Clock;
use crate::preservation::{Hold, HoldState};
use crate::term::Priority;
use crate::time::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// The event does not belong to this request: a fault of the record, never of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the first event of a dossier, and only the first, creates the request")]
pub struct OutOfOrder;

/// The request after `event`; `None` stands for a dossier without events.
///
/// # Errors
/// When a first event meets an existing request or a later event meets none.
pub fn apply(request: Option<Request>, event: &RequestEvent) -> Result<Request, OutOfOrder> {
    match (request, event) {
        (None, RequestEvent::Drafted { .. } | RequestEvent::Filed { .. }) => create(event).ok_or(OutOfOrder),
        (None, _) | (Some(_), RequestEvent::Drafted { .. } | RequestEvent::Filed { .. }) => Err(OutOfOrder),
        (Some(mut request), event) => {
            request.version += 1;
            change(&mut request, event);
            Ok(request)
        }
    }
}

fn create(event: &RequestEvent) -> Option<Request> {
    if let RequestEvent::Drafted { request, reference, procedure, kind, compulsion, from, to, draft, by } =
        event
    {
        return Some(Request {
            id: *request,
            version: 1,
            reference: reference.clone(),
            provider_reference: None,
            procedure: procedure.clone(),
            kind: *kind,
            compulsion: *compulsion,
            priority: draft.priority,
            from: *from,
            to: *to,
            intake: Intake::Desk,
            draft: draft.clone(),
            drafters: BTreeSet::from([by.person]),
            ..blank(event, by.at)?
        });
    }
    blank_filed(event)
}

fn blank_filed(event: &RequestEvent) -> Option<Request> {
    let RequestEvent::Filed { priority, intake, answers, items, at, .. } = event else { return None };
    let blank = blank(event, *at)?;
    Some(Request {
        priority: *priority,
        intake: intake.clone(),
        answers: answers.clone(),
        items: items.clone(),
        edition: 1,
        ..blank
    })
}

/// A request of which nothing but its first event's head is known.
fn blank(event: &RequestEvent, created_at: Moment) -> Option<Request> {
    let (RequestEvent::Drafted { request, reference, procedure, kind, compulsion, from, to, .. }
    | RequestEvent::Filed { request, reference, procedure, kind, compulsion, from, to, .. }) = event
    else {
        return None;
    };
    let draft = Draft { priority: Priority::Normal, answers: BTreeMap::new(), items: Vec::new() };
    Some(Request {
        id: *request,
        version: 1,
        reference: reference.clone(),
        provider_reference: None,
        procedure: procedure.clone(),
        kind: *kind,
        compulsion: *compulsion,
        priority: Priority::Normal,
        from: *from,
        to: *to,
        intake: Intake::Desk,
        draft,
        answers: BTreeMap::new(),
        items: Vec::new(),
        edition: 0,
        stage: Stage::Draft,
        drafters: BTreeSet::new(),
        created_at,
        returns: Vec::new(),
        vouched: None,
        authorisation: None,
        sent: None,
        frozen: Vec::new(),
        cleared: BTreeSet::new(),
        fraud: None,
        checks: Vec::new(),
        verified_at: None,
        clarifications: Vec::new(),
        clocks: Vec::new(),
        hold: None,
        packages: Vec::new(),
    })
}

#[expect(clippy::too_many_lines, reason = "a table of all events, in their order")]
fn change(request: &mut Request, event: &RequestEvent) {
    match event {
        RequestEvent::Drafted { .. } | RequestEvent::Filed { .. } => {}
        RequestEvent::Revised { draft, by } => {
            request.draft = draft.clone();
            request.priority = draft.priority;
            request.drafters.insert(by.person);
        }
        RequestEvent::Submitted { answers, items, priority, by } => {
            request.answers.clone_from(answers);
            request.items.clone_from(items);
            request.priority = *priority;
            request.edition = 1;
            request.drafters.insert(by.person);
            request.stage = Stage::GatekeeperReview { submitted: by.clone() };
        }
        RequestEvent::Returned { by, reason } => {
            let draft = request.draft.clone();
            request.returns.push(Return { by: by.clone(), reason: reason.clone(), draft });
            request.vouched = None;
            request.stage = Stage::Draft;
        }
        RequestEvent::Forwarded { by } => {
            request.vouched = Some(by.clone());
            request.stage = Stage::AwaitingAuthorisation;
        }
        RequestEvent::Authorised { authorisation } => {
            request.authorisation = Some(authorisation.clone());
            request.stage = Stage::Authorised;
        }
        RequestEvent::Sent { by } => {
            request.sent = Some(by.clone());
            request.stage = Stage::Sent { sent: by.clone() };
        }
        RequestEvent::Received { at } => request.stage = Stage::WithProvider { received_at: *at },
        RequestEvent::Acknowledged { reference, .. } => request.provider_reference = Some(reference.clone()),
        RequestEvent::Checked { check } => request.checks.push(check.clone()),
        RequestEvent::SourceVerified { at } => request.verified_at = Some(*at),
        RequestEvent::SourceDoubted { .. } => request.verified_at = None,
        RequestEvent::Frozen { freeze } => request.frozen.push(freeze.clone()),
        RequestEvent::Thawed { cleared, authorisation, .. } => {
            request.frozen.clear();
            request.cleared.extend(cleared.iter().copied());
            if let Some(authorisation) = authorisation {
                request.authorisation = Some(authorisation.clone());
            }
        }
        RequestEvent::FraudFound { fraud } => request.fraud = Some(fraud.clone()),
        RequestEvent::AllReceiptsConfirmed { .. } => {
            if let Some(received_at) = request.received_at() {
                request.stage = Stage::ReceiptConfirmed { received_at };
            }
        }
        RequestEvent::Withdrawn { by, reason } => {
            request.stage = Stage::Withdrawn { by: by.clone(), reason: reason.clone() };
        }
        RequestEvent::Closed { by } => request.stage = Stage::Closed { at: by.at },
        RequestEvent::Asked { .. }
        | RequestEvent::Answered { .. }
        | RequestEvent::Amended { .. }
        | RequestEvent::ItemAccepted { .. }
        | RequestEvent::ItemEnded { .. } => change_items(request, event),
        RequestEvent::PackagePrepared { .. }
        | RequestEvent::PackageDiscarded { .. }
        | RequestEvent::PackageReleased { .. }
        | RequestEvent::ReceiptConfirmed { .. }
        | RequestEvent::DeletionConfirmed { .. } => change_packages(request, event),
        RequestEvent::ClockStarted { clock }
        | RequestEvent::ClockPaused { clock }
        | RequestEvent::ClockResumed { clock }
        | RequestEvent::ClockExtended { clock, .. }
        | RequestEvent::ClockStopped { clock }
        | RequestEvent::ClockExpired { clock, .. } => put_clock(&mut request.clocks, clock),
        RequestEvent::HoldStarted { hold } => request.hold = Some(hold.clone()),
        RequestEvent::HoldExtended { .. }
        | RequestEvent::ConversionAnnounced { .. }
        | RequestEvent::HoldReminded { .. }
        | RequestEvent::HoldEnded { .. } => {
            if let Some(hold) = &mut request.hold {
                change_hold(hold, event);
            }
        }
    }
}

/// The same deadline may run once per question, so a clock is known by its rule and its start.
fn put_clock(clocks: &mut Vec<Clock>, clock: &Clock) {
    let known = |other: &&mut Clock| other.id == clock.id && other.started_at == clock.started_at;
    match clocks.iter_mut().find(known) {
        Some(place) => place.clone_from(clock),
        None => clocks.push(clock.clone()),
    }
}

fn change_items(request: &mut Request, event: &RequestEvent) {
    match event {
        RequestEvent::Asked { clarification } => request.clarifications.push(clarification.clone()),
        RequestEvent::Answered { clarification, text, by } => {
            let answer = Answer { text: text.clone(), by: by.clone() };
            let round = request.clarifications.iter_mut().find(|round| round.id == *clarification);
            if let Some(round) = round {
                round.answer = Some(answer);
            }
        }
        RequestEvent::Amended { items, authorisation, .. } => {
            for corrected in items {
                if let Some(item) = find(&mut request.items, corrected.id) {
                    item.clone_from(corrected);
                }
            }
            request.edition += 1;
            request.authorisation = Some(authorisation.clone());
        }
        RequestEvent::ItemAccepted { item, outcome, explanation, by } => {
            if let Some(item) = find(&mut request.items, *item) {
                let (explanation, by) = (explanation.clone(), by.clone());
                item.state = ItemState::Accepted { outcome: *outcome, explanation, by };
            }
        }
        RequestEvent::ItemEnded { item, outcome, codes, explanation, by, at } => {
            if let Some(item) = find(&mut request.items, *item) {
                item.state = ItemState::Ended {
                    outcome: *outcome,
                    codes: codes.clone(),
                    explanation: explanation.clone(),
                    by: by.clone(),
                    at: *at,
                };
            }
        }
        _ => {}
    }
}

fn find(items: &mut [Item], id: crate::id::ItemId) -> Option<&mut Item> {
    items.iter_mut().find(|item| item.id == id)
}

fn change_packages(request: &mut Request, event: &RequestEvent) {
    match event {
        RequestEvent::PackagePrepared { package } => request.packages.push(*package.clone()),
        RequestEvent::PackageDiscarded { package, .. } => request.packages.retain(|p| p.id != *package),
        RequestEvent::PackageReleased { package, comparison, by, manifest } => {
            if let Some(found) = request.packages.iter_mut().find(|p| p.id == *package) {
                found.released = Some(by.clone());
                found.comparison = Some(comparison.clone());
                found.manifest.clone_from(manifest);
            }
        }
        RequestEvent::DeletionConfirmed { package, deletion } => {
            if let Some(found) = request.packages.iter_mut().find(|p| p.id == *package) {
                found.deletion = Some(deletion.clone());
            }
        }
        RequestEvent::ReceiptConfirmed { package, receipt } => {
            if let Some(found) = request.packages.iter_mut().find(|p| p.id == *package) {
                found.receipt = Some(receipt.clone());
            }
        }
        _ => {}
    }
}

fn change_hold(hold: &mut Hold, event: &RequestEvent) {
    match event {
        RequestEvent::HoldExtended { until, .. } => {
            hold.until = *until;
            hold.extensions += 1;
            hold.reminded.clear();
        }
        RequestEvent::ConversionAnnounced { reference, by } => {
            hold.state = HoldState::ConversionAnnounced { reference: reference.clone(), by: by.clone() };
        }
        RequestEvent::HoldReminded { days, .. } => hold.reminded.push(*days),
        RequestEvent::HoldEnded { end } => hold.state = HoldState::Ended { end: end.clone() },
        _ => {}
    }
}
