//! A request stands still when somebody behind it, or their organisation, is no longer trusted (T02, T04, T07). Nothing is
//! accepted, prepared, released or downloaded then; a person reviews it, another authoriser signs it anew, or it ends as a
//! fraud. The clocks wait meanwhile. Data on hold stay on hold: a freeze destroys nothing.

use super::check::standing;
use super::decide::{Context, Events, authorisation, refuse, stop_all, text};
use super::{Authorisation, ItemState, Request, RequestEvent, Stage, Standing};
use crate::clock::Clock;
use crate::id::{PersonId, RevocationId};
use crate::party::{AccreditationState, Signature};
use crate::preservation::{Hold, HoldEnd};
use crate::procedure::PausedBy;
use crate::refusal::{NonExecutionCode, Refusal, RefusalCode, Refusals};
use crate::term::{ItemOutcome, vocabulary};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

crate::opaque!(Freeze, Fraud);

/// The coded reason with which clocks stand still while a request is frozen.
const PAUSE_REASON: &str = "clock-pause-frozen";

vocabulary! {
    /// Why trust was withdrawn.
    RevocationCause {
        /// A person was suspended.
        PersonSuspended = "person_suspended",
        /// An accreditation was withdrawn.
        AccreditationWithdrawn = "accreditation_withdrawn",
        /// An accreditation has come to its end.
        AccreditationEnded = "accreditation_ended",
        /// An organisation was suspended.
        OrganisationSuspended = "organisation_suspended",
        /// An organisation has left.
        OrganisationLeft = "organisation_left",
        /// Those who vouched for an organisation on probation no longer suffice.
        VouchersFell = "vouchers_fell",
    }
}

/// Why a request stands still.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The recorded withdrawal of trust.
    pub revocation: RevocationId,
    /// Why.
    pub cause: RevocationCause,
    /// Those behind the request whom it concerns.
    pub people: Vec<PersonId>,
    /// Since when.
    pub at: Moment,
}

/// That the source was false.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Fraud {
    /// Who found it.
    pub by: Signature,
    /// On what grounds.
    pub reason: String,
}

impl Request {
    /// Everybody who stands behind it now: who drafted it, vouched for it, signed it, sent it, or was named by its message
    /// and looked up.
    pub fn people(&self) -> BTreeSet<PersonId> {
        let signed = self.authorisation.as_ref().map(|authorisation| authorisation.by.person);
        let vouched = self.vouched.as_ref().map(|vouched| vouched.person);
        let sent = self.sent.as_ref().map(|sent| sent.person);
        let mut people = self.drafters.clone();
        people.extend([signed, vouched, sent].into_iter().flatten());
        if let Some(super::Check { evidence: super::Evidence::Accreditation { people: looked_up }, .. }) =
            super::latest(self, crate::procedure::CheckKind::Accreditation)
        {
            let named = looked_up.iter().map(|standing| standing.person);
            // Who is not of this instance's making was named by a message; the others stand here already.
            people.extend(named.filter(|_| matches!(self.intake, super::Intake::Standard { .. })));
        }
        people
    }
}

/// How everybody behind the request stands at this instant; whoever was reviewed since is left out, the signer never.
pub(super) fn standings(request: &Request, ctx: &Context<'_>) -> Vec<Standing> {
    let signer = request.authorisation.as_ref().map(|authorisation| authorisation.by.person);
    let counts = |person: &PersonId| Some(*person) == signer || !request.cleared.contains(person);
    let people = request.people().into_iter().filter(counts);
    people
        .filter_map(|person| {
            let vouch = ctx.source.of(person)?;
            let may_sign = (Some(person) == signer).then(|| may_sign(request, vouch.authoriser, ctx));
            Some(standing(vouch, may_sign, ctx.now))
        })
        .collect()
}

/// Whether a capacity may still sign what is not yet answered.
fn may_sign(request: &Request, mandate: Option<crate::party::AuthoriserMandate>, ctx: &Context<'_>) -> bool {
    let open = request.items.iter().filter(|item| item.state.outcome().is_none());
    mandate.is_some_and(|mandate| {
        open.into_iter().all(|item| {
            ctx.procedure.authority(item.category).is_some_and(|rule| {
                rule.issue.contains(&mandate.kind) && rule.independent_enough(mandate.independence)
            })
        })
    })
}

/// What must be so at the instant in which something is accepted, prepared or given: the request does not stand still, and
/// everybody behind it is accredited now, not only when they acted (T07).
pub(super) fn stands(request: &Request, ctx: &Context<'_>) -> Result<(), Refusals> {
    not_frozen(request)?;
    source_holds(request, ctx)
}

/// See [`stands`].
pub(super) fn not_frozen(request: &Request) -> Result<(), Refusals> {
    match request.frozen.last() {
        None => Ok(()),
        Some(freeze) => Err(vec![Refusal::new(RefusalCode::RequestFrozen).with("cause", freeze.cause)]),
    }
}

fn source_holds(request: &Request, ctx: &Context<'_>) -> Result<(), Refusals> {
    takes_part(ctx)?;
    let standings = standings(request, ctx);
    let signer = request.authorisation.as_ref().map(|authorisation| authorisation.by.person);
    let known = request.people();
    let missing = known.iter().any(|person| {
        (Some(*person) == signer || !request.cleared.contains(person)) && ctx.source.of(*person).is_none()
    });
    match standings.iter().find(|standing| !standing.holds()) {
        Some(standing) => Err(vec![Refusal::new(RefusalCode::SourceRevoked).with("state", standing.state)]),
        None if missing => Err(vec![Refusal::new(RefusalCode::SourceRevoked).with("state", "withdrawn")]),
        None => Ok(()),
    }
}

/// What must be so when the authority fetches a file that was released: the request does not stand still, and nobody behind it
/// has lost trust meanwhile. What has ended is not asked again, unless it ended as a fraud.
///
/// # Errors
/// It stands still, or somebody behind it is no longer accredited.
pub fn may_be_fetched(request: &Request, source: &super::Source, now: Moment) -> Result<(), Refusals> {
    not_frozen(request)?;
    if request.state().ended() {
        return Ok(());
    }
    let left = request.people().into_iter().filter(|person| !request.cleared.contains(person));
    let fallen = left.filter_map(|person| source.of(person)).map(|vouch| vouch.state(now));
    match fallen.into_iter().find(|state| *state != AccreditationState::Valid) {
        None => Ok(()),
        Some(state) => Err(vec![Refusal::new(RefusalCode::SourceRevoked).with("state", state)]),
    }
}

fn takes_part(ctx: &Context<'_>) -> Result<(), Refusals> {
    if ctx.from.status.takes_part() {
        return Ok(());
    }
    let code = &ctx.from.organisation.code;
    Err(vec![Refusal::new(RefusalCode::OrganisationSuspended).with("organisation", code)])
}

/// The system only: trust was withdrawn from somebody behind the request, or from all of its organisation.
pub(super) fn freeze(
    request: &Request,
    revocation: RevocationId,
    cause: RevocationCause,
    person: Option<PersonId>,
    ctx: &Context<'_>,
) -> Vec<RequestEvent> {
    let concerned: Vec<PersonId> =
        request.people().into_iter().filter(|known| person.is_none_or(|person| person == *known)).collect();
    let known = request.frozen.iter().any(|freeze| freeze.revocation == revocation);
    let beside = person.is_some() && concerned.is_empty();
    if request.state().ended() || known || beside {
        return Vec::new();
    }
    let freeze = Freeze { revocation, cause, people: concerned, at: ctx.now };
    let mut events = vec![RequestEvent::Frozen { freeze }];
    events.extend(pause_all(request, ctx));
    events
}

fn pause_all(request: &Request, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let open = request.clocks.iter().filter(|clock| clock.is_open() && !clock.is_paused());
    open.filter_map(|clock| pause(clock, PAUSE_REASON, ctx)).collect()
}

fn pause(clock: &Clock, reason: &str, ctx: &Context<'_>) -> Option<RequestEvent> {
    let mut paused = clock.clone();
    paused.pause(ctx.now, reason.to_owned(), ctx.calendar(clock.obliged)).ok()?;
    Some(RequestEvent::ClockPaused { clock: paused })
}

/// Clocks that a question's answer lets go stand still on while the request is frozen.
pub(super) fn keep_paused(request: &Request, events: &mut Vec<RequestEvent>, ctx: &Context<'_>) {
    if request.frozen.is_empty() {
        return;
    }
    let resumed: Vec<Clock> = events
        .iter()
        .filter_map(|event| match event {
            RequestEvent::ClockResumed { clock } => Some(clock.clone()),
            _ => None,
        })
        .collect();
    events.extend(resumed.iter().filter_map(|clock| pause(clock, PAUSE_REASON, ctx)));
}

/// Clocks that stand still for the freeze run again; for an open question they go on standing still.
fn resume_all(request: &Request, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let question = request.open_clarification().is_some();
    let frozen = |clock: &&Clock| {
        clock.is_open() && clock.pauses.iter().any(|p| p.until.is_none() && p.reason_key == PAUSE_REASON)
    };
    let mut events = Vec::new();
    for clock in request.clocks.iter().filter(frozen) {
        let mut running = clock.clone();
        if running.resume(ctx.now, ctx.calendar(clock.obliged)).is_err() {
            continue;
        }
        events.push(RequestEvent::ClockResumed { clock: running.clone() });
        let waits = ctx.rule(clock).is_some_and(|rule| rule.paused_by.contains(&PausedBy::Clarification));
        if question && waits {
            events.extend(pause(&running, &format!("clock-pause-{}", PausedBy::Clarification), ctx));
        }
    }
    events
}

fn frozen(request: &Request) -> Result<Vec<PersonId>, Refusals> {
    if request.state().ended() {
        return refuse(RefusalCode::AlreadyEnded);
    }
    if request.frozen.is_empty() {
        return refuse(RefusalCode::NotFrozen);
    }
    let concerned: BTreeSet<PersonId> =
        request.frozen.iter().flat_map(|freeze| freeze.people.iter().copied()).collect();
    Ok(concerned.into_iter().collect())
}

/// A reviewer of the addressee looked into it. That clears whoever drafted, vouched or sent; a signature that no longer
/// holds only another signature replaces (T07).
pub(super) fn thaw(request: &Request, reason: &str, ctx: &Context<'_>) -> Events {
    let cleared = frozen(request)?;
    request.received_at().ok_or_else(|| vec![Refusal::new(RefusalCode::NotInThisState)])?;
    takes_part(ctx)?;
    let reason = text(reason, "reason")?;
    let mut reviewed = request.clone();
    reviewed.frozen.clear();
    reviewed.cleared.extend(cleared.iter().copied());
    if source_holds(&reviewed, ctx).is_err() {
        return refuse(RefusalCode::NeedsNewSignature);
    }
    let mut events = vec![RequestEvent::Thawed { by: ctx.sign()?, reason, cleared, authorisation: None }];
    events.extend(resume_all(request, ctx));
    Ok(events)
}

/// Another authoriser signs anew and answers for it from now on; before the first signature they take over the draft.
pub(super) fn reauthorise(request: &Request, statement: &str, ctx: &Context<'_>) -> Events {
    if request.state().ended() {
        return refuse(RefusalCode::AlreadyEnded);
    }
    let signed = request.authorisation.as_ref().map(|authorisation| authorisation.by.person);
    let cleared = match frozen(request) {
        Ok(concerned) => concerned,
        // The gate may refuse before anything was frozen: a capacity that was lost, for one.
        Err(_) if signed.is_some() && source_holds(request, ctx).is_err() => Vec::new(),
        Err(refusals) => return Err(refusals),
    };
    let person = ctx.actor()?.person;
    let vouched = request.vouched.as_ref().map(|vouched| vouched.person);
    if cleared.contains(&person) || signed == Some(person) || vouched == Some(person) {
        return refuse(RefusalCode::OwnDraft);
    }
    let open: Vec<_> = request.items.iter().filter(|item| item.state.outcome().is_none()).cloned().collect();
    let signature: Authorisation = authorisation(request, &open, statement, ctx)?;
    let reason = signature.statement.clone();
    let by = signature.by.clone();
    let fresh = !matches!(
        request.stage,
        Stage::Draft | Stage::GatekeeperReview { .. } | Stage::AwaitingAuthorisation
    );
    let mut events =
        vec![RequestEvent::Thawed { by, reason, cleared, authorisation: fresh.then_some(signature) }];
    events.extend(resume_all(request, ctx));
    Ok(events)
}

/// The source was false: nothing more leaves, and everything that is open ends (`legal.md` 7.3, check 11).
pub(super) fn find_fraud(request: &Request, reason: &str, ctx: &Context<'_>) -> Events {
    frozen(request)?;
    request.received_at().ok_or_else(|| vec![Refusal::new(RefusalCode::NotInThisState)])?;
    let (by, reason) = (ctx.sign()?, text(reason, "reason")?);
    let mut events =
        vec![RequestEvent::FraudFound { fraud: Fraud { by: by.clone(), reason: reason.clone() } }];
    for package in request.packages.iter().filter(|package| package.released.is_none()) {
        let reason = reason.clone();
        events.push(RequestEvent::PackageDiscarded { package: package.id, by: by.clone(), reason });
    }
    let open = request.items.iter().filter(|item| !matches!(item.state, ItemState::Ended { .. }));
    events.extend(open.map(|item| RequestEvent::ItemEnded {
        item: item.id,
        outcome: ItemOutcome::Refused,
        codes: vec![NonExecutionCode::Authenticity],
        explanation: reason.clone(),
        by: Some(by.clone()),
        at: ctx.now,
    }));
    events.extend(stop_all(request, ctx));
    if request.hold.as_ref().is_some_and(Hold::is_open) {
        let end = HoldEnd::Released { reason: reason.clone(), by: by.clone() };
        events.push(RequestEvent::HoldEnded { end });
    }
    events.push(RequestEvent::Closed { by });
    Ok(events)
}
