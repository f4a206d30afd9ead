//! What follows from a command: the rules of `product.md` and of the procedure, in reading order.
//! The authority's half is here, the provider's in `answer`; both only return events.

use super::answer;
use super::check::{self, Source};
use super::command::{Correction, Filing, RequestCommand};
use super::draft::{Draft, check_draft, read_item};
use super::freeze;
use super::{
    Arrived, Authorisation, Item, ItemState, Package, Request, RequestEvent, Stage, opening, receipt, watch,
};
use crate::calendar::Calendar;
use crate::clock::{Clock, CountingRule, Extension, Extent, Length, compute};
use crate::id::{ClarificationId, ContactPointId, Id, PersonId, RequestId};
use crate::party::{Actor, Organisation, OrganisationStatus, Side, Signature};
use crate::preservation::{Hold, HoldEnd, HoldState};
use crate::procedure::{DeadlineRule, PausedBy, PinnedProcedure, Procedure, Stop, Trigger};
use crate::refusal::{Refusal, RefusalCode, Refusals};
use crate::term::{ItemOutcome, Priority};
use crate::time::Moment;
use crate::vault::Vaults;
use uuid::Uuid;

/// Longest free text of a reason, question or statement, in characters.
const LONGEST_TEXT: usize = 8_000;

/// One side of a request, as far as rules need it.
#[derive(Clone, Copy)]
pub struct Party<'a> {
    /// The organisation.
    pub organisation: &'a Organisation,
    /// Its State's working days and zone.
    pub calendar: &'a Calendar,
    /// Its contact points in the directory.
    pub contact_points: &'a [ContactPointId],
    /// Whether it takes part.
    pub status: OrganisationStatus,
    /// Until when it is on probation, where it is.
    pub probation: Option<Moment>,
}

/// What a decision may look at besides the request itself.
pub struct Context<'a> {
    /// Who acts; nobody for a clock.
    pub actor: Option<&'a Actor>,
    /// The time.
    pub now: Moment,
    /// The procedure to which the request is pinned.
    pub procedure: &'a Procedure,
    /// The authority.
    pub from: Party<'a>,
    /// The addressee.
    pub to: Party<'a>,
    /// Completed uploads in this dossier.
    pub files: &'a [Arrived],
    /// What is known of the source at this instant; read only for what depends on it.
    pub source: &'a Source,
    /// How files go between the two sides; read only for what depends on it.
    pub vaults: &'a Vaults,
    /// Source of identifiers.
    pub new_id: &'a mut dyn FnMut() -> Uuid,
}

pub(super) type Events = Result<Vec<RequestEvent>, Refusals>;

pub(super) fn refuse<T>(code: RefusalCode) -> Result<T, Refusals> {
    Err(vec![Refusal::new(code)])
}

pub(super) fn refuse_field<T>(code: RefusalCode, field: &str) -> Result<T, Refusals> {
    Err(vec![Refusal::of(code, field)])
}

impl Context<'_> {
    pub(super) fn id<K>(&mut self) -> Id<K> {
        Id::new((self.new_id)())
    }

    /// The person who acts; a clock never does what only people may do (rule 15).
    pub(super) fn actor(&self) -> Result<&Actor, Refusals> {
        self.actor.ok_or_else(|| vec![Refusal::new(RefusalCode::NotPermitted)])
    }

    pub(super) fn sign(&self) -> Result<Signature, Refusals> {
        Ok(self.actor()?.signature(self.now))
    }

    pub(super) fn calendar(&self, obliged: Side) -> &Calendar {
        match obliged {
            Side::Authority => self.from.calendar,
            Side::Provider => self.to.calendar,
        }
    }

    /// The rule of the pinned procedure under which a clock runs.
    pub(super) fn rule(&self, clock: &Clock) -> Option<&DeadlineRule> {
        self.procedure.deadline(clock.id.as_str())
    }

    fn start(&self, rule: &DeadlineRule, start: Moment) -> RequestEvent {
        let calendar = self.calendar(rule.obliged);
        let counting = CountingRule {
            moves_to_working_day: rule.moves_to_working_day,
            ..CountingRule::new(rule.length)
        };
        let clock = Clock::start(rule.id.clone(), rule.obliged, start, counting, calendar);
        RequestEvent::ClockStarted { clock }
    }

    pub(super) fn start_all(&self, trigger: Trigger, priority: Priority, start: Moment) -> Vec<RequestEvent> {
        self.procedure.deadlines_on(trigger, priority).map(|rule| self.start(rule, start)).collect()
    }
}

/// Non-empty text of bearable length.
pub(super) fn text(value: &str, field: &str) -> Result<String, Refusals> {
    let trimmed = value.trim();
    if trimmed.is_empty() {
        return refuse_field(RefusalCode::ReasonMissing, field);
    }
    if trimmed.chars().count() > LONGEST_TEXT {
        return Err(vec![Refusal::of(RefusalCode::FieldTooLong, field).with("max", LONGEST_TEXT)]);
    }
    Ok(trimmed.to_owned())
}

/// Nothing is asked by or of an organisation that takes no part.
fn both_take_part(ctx: &Context<'_>) -> Result<(), Refusals> {
    let away = [&ctx.from, &ctx.to].into_iter().find(|party| !party.status.takes_part());
    match away {
        None => Ok(()),
        Some(party) => Err(vec![
            Refusal::new(RefusalCode::OrganisationSuspended).with("organisation", &party.organisation.code),
        ]),
    }
}

/// An organisation on probation sends no emergency: that class is what false agencies ask for (T02; `legal.md` 7.3).
fn no_emergency_on_probation(priority: Priority, ctx: &Context<'_>) -> Result<(), Refusals> {
    match ctx.from.probation.filter(|until| ctx.now < *until) {
        Some(until) if priority == Priority::Emergency => {
            Err(vec![Refusal::of(RefusalCode::ProbationEmergency, "priority").with("until", until.date())])
        }
        Some(_) | None => Ok(()),
    }
}

/// Begins a draft.
///
/// # Errors
/// When the procedure does not apply between the parties today (rules 1 and 12).
pub fn begin(
    request: RequestId,
    reference: String,
    procedure: &PinnedProcedure,
    draft: Draft,
    ctx: &Context<'_>,
) -> Events {
    let (from, to) = (ctx.from.organisation, ctx.to.organisation);
    both_take_part(ctx)?;
    procedure.procedure.applies(from, to, ctx.now.date()).map_err(|refusal| vec![refusal])?;
    bounded(&draft)?;
    Ok(vec![RequestEvent::Drafted {
        request,
        reference,
        procedure: procedure.pin(),
        kind: procedure.procedure.kind,
        compulsion: procedure.procedure.compulsion,
        from: from.id,
        to: to.id,
        draft,
        by: ctx.sign()?,
    }])
}

/// Files a request that arrived over a standard interface: received at once, verified never by itself.
///
/// # Errors
/// When the procedure does not apply between the parties today.
pub fn file(
    request: RequestId,
    reference: String,
    procedure: &PinnedProcedure,
    filing: Filing,
    ctx: &Context<'_>,
) -> Events {
    let (from, to) = (ctx.from.organisation, ctx.to.organisation);
    both_take_part(ctx)?;
    procedure.procedure.applies(from, to, ctx.now.date()).map_err(|refusal| vec![refusal])?;
    no_emergency_on_probation(filing.priority, ctx)?;
    if filing.items.is_empty() {
        return refuse_field(RefusalCode::NoItems, "items");
    }
    if filing.items.len() > super::MAX_ITEMS {
        return Err(vec![Refusal::of(RefusalCode::TooManyItems, "items").with("max", super::MAX_ITEMS)]);
    }
    let long = |(name, text): (&String, &String)| {
        let path = format!("answers.{name}");
        (text.chars().count() > super::LONGEST_ANSWER)
            .then(|| Refusal::of(RefusalCode::FieldTooLong, path).with("max", super::LONGEST_ANSWER))
    };
    let long: Refusals = filing.answers.iter().filter_map(long).collect();
    if !long.is_empty() {
        return Err(long);
    }
    let items = filing.items.into_iter().zip(1..).map(|(item, number)| Item {
        id: item.id,
        number,
        identifier: item.identifier,
        category: item.category,
        elements: Vec::new(),
        window: item.window,
        limit: item.limit,
        state: ItemState::Open,
    });
    let mut events = vec![RequestEvent::Filed {
        request,
        reference,
        procedure: procedure.pin(),
        kind: procedure.procedure.kind,
        compulsion: procedure.procedure.compulsion,
        priority: filing.priority,
        from: from.id,
        to: to.id,
        intake: filing.intake,
        answers: filing.answers,
        items: items.collect(),
        at: ctx.now,
    }];
    events.extend(receive(filing.priority, ctx));
    Ok(events)
}

fn receive(priority: Priority, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let mut events = vec![RequestEvent::Received { at: ctx.now }];
    events.extend(ctx.start_all(Trigger::Receipt, priority, ctx.now));
    events
}

/// What follows from `command`.
///
/// # Errors
/// Everything that stands against it, each with its field, rule and remedy.
pub fn decide(request: &Request, command: &RequestCommand, ctx: &mut Context<'_>) -> Events {
    match command {
        RequestCommand::Revise { draft } => revise(request, draft, ctx),
        RequestCommand::Submit => submit(request, ctx),
        RequestCommand::Return { reason } => return_draft(request, reason, ctx),
        RequestCommand::Forward => forward(request, ctx),
        RequestCommand::Authorise { statement } => authorise(request, statement, ctx),
        RequestCommand::Send => send(request, ctx),
        RequestCommand::Acknowledge { reference } => answer::acknowledge(request, reference, ctx),
        RequestCommand::Check { observed, passed, note } => {
            check::check(request, observed, *passed, note, ctx)
        }
        RequestCommand::Thaw { reason } => freeze::thaw(request, reason, ctx),
        RequestCommand::Reauthorise { statement } => freeze::reauthorise(request, statement, ctx),
        RequestCommand::FindFraud { reason } => freeze::find_fraud(request, reason, ctx),
        RequestCommand::Freeze { revocation, cause, person } => {
            Ok(freeze::freeze(request, *revocation, *cause, *person, ctx))
        }
        RequestCommand::Ask { code, items, question } => answer::ask(request, *code, items, question, ctx),
        RequestCommand::Answer { clarification, text } => reply(request, *clarification, text, ctx),
        RequestCommand::Amend { corrections, reason } => amend(request, corrections, reason, ctx),
        RequestCommand::Decide { item, decision } => answer::decide_item(request, *item, decision, ctx),
        RequestCommand::Prepare { items, files, note, sealing } => {
            answer::prepare(request, items, files, note, sealing.as_ref(), ctx)
        }
        RequestCommand::Discard { package, reason } => answer::discard(request, *package, reason, ctx),
        RequestCommand::Release { package, comparison } => {
            answer::release(request, *package, comparison, ctx)
        }
        RequestCommand::Open { package, purpose } => opening::open(request, *package, purpose, ctx),
        RequestCommand::Confirm { package, found, remark } => {
            receipt::confirm(request, *package, found, remark, ctx)
        }
        RequestCommand::ConfirmDeletion { package, statement } => {
            receipt::confirm_deletion(request, *package, statement, ctx)
        }
        RequestCommand::Withdraw { reason } => withdraw(request, reason, ctx),
        RequestCommand::Close => close(request, ctx),
        RequestCommand::Postpone { clock, days, reason } => postpone(request, clock, *days, reason, ctx),
        RequestCommand::ExtendHold { reason } => extend_hold(request, reason, ctx),
        RequestCommand::AnnounceConversion { reference } => announce_conversion(request, reference, ctx),
        RequestCommand::ConvertHold { reference } => convert_hold(request, reference, ctx),
        RequestCommand::ReleaseHold { reason } => release_hold(request, reason, ctx),
        RequestCommand::Tick => Ok(watch::tick(request, ctx)),
    }
}

fn bounded(draft: &Draft) -> Result<(), Refusals> {
    let refusals = draft.too_large();
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

fn revise(request: &Request, draft: &Draft, ctx: &Context<'_>) -> Events {
    in_draft(request)?;
    bounded(draft)?;
    Ok(vec![RequestEvent::Revised { draft: draft.clone(), by: ctx.sign()? }])
}

fn in_draft(request: &Request) -> Result<(), Refusals> {
    if matches!(request.stage, Stage::Draft) { Ok(()) } else { refuse(RefusalCode::AlreadySent) }
}

/// The draft leaves its author only when nothing is missing (guidelines `L-format`, `L-specific`).
fn submit(request: &Request, ctx: &mut Context<'_>) -> Events {
    in_draft(request)?;
    let now = ctx.now;
    let today = now.date();
    ctx.procedure
        .applies(ctx.from.organisation, ctx.to.organisation, today)
        .map_err(|refusal| vec![refusal])?;
    no_emergency_on_probation(request.draft.priority, ctx)?;
    let procedure = ctx.procedure;
    let read = check_draft(procedure, &request.draft, now, &mut || Id::new((ctx.new_id)()));
    if !read.refusals.is_empty() {
        return Err(read.refusals);
    }
    Ok(vec![RequestEvent::Submitted {
        answers: read.answers,
        items: read.items,
        priority: request.draft.priority,
        by: ctx.sign()?,
    }])
}

/// Rule 2: whoever wrote in the draft neither vouches for it nor signs it.
fn not_the_drafter(request: &Request, person: PersonId) -> Result<(), Refusals> {
    if request.drafters.contains(&person) { refuse(RefusalCode::OwnDraft) } else { Ok(()) }
}

fn return_draft(request: &Request, reason: &str, ctx: &Context<'_>) -> Events {
    match request.stage {
        Stage::GatekeeperReview { .. } | Stage::AwaitingAuthorisation => {
            Ok(vec![RequestEvent::Returned { by: ctx.sign()?, reason: text(reason, "reason")? }])
        }
        Stage::Draft
        | Stage::Authorised
        | Stage::Sent { .. }
        | Stage::WithProvider { .. }
        | Stage::ReceiptConfirmed { .. }
        | Stage::Withdrawn { .. }
        | Stage::Closed { .. } => refuse(RefusalCode::NotInThisState),
    }
}

fn forward(request: &Request, ctx: &Context<'_>) -> Events {
    if !matches!(request.stage, Stage::GatekeeperReview { .. }) {
        return refuse(RefusalCode::NotInThisState);
    }
    freeze::not_frozen(request)?;
    not_the_drafter(request, ctx.actor()?.person)?;
    Ok(vec![RequestEvent::Forwarded { by: ctx.sign()? }])
}

fn authorise(request: &Request, statement: &str, ctx: &Context<'_>) -> Events {
    if !matches!(request.stage, Stage::AwaitingAuthorisation) {
        return refuse(RefusalCode::NotInThisState);
    }
    freeze::not_frozen(request)?;
    if request.vouched.as_ref().map(|vouched| vouched.person) == Some(ctx.actor()?.person) {
        return refuse(RefusalCode::OwnDraft);
    }
    Ok(vec![RequestEvent::Authorised {
        authorisation: authorisation(request, &request.items, statement, ctx)?,
    }])
}

/// The signature under a request: by somebody who did not write it, of a type and independence that the
/// procedure accepts for each category (N07; CJEU C-746/18).
pub(super) fn authorisation(
    request: &Request,
    items: &[Item],
    statement: &str,
    ctx: &Context<'_>,
) -> Result<Authorisation, Refusals> {
    let actor = ctx.actor()?;
    not_the_drafter(request, actor.person)?;
    let Some(mandate) = actor.authoriser else {
        return refuse(RefusalCode::AuthoriserType);
    };
    for item in items {
        let field = format!("items.{}.category", item.number);
        let Some(rule) = ctx.procedure.authority(item.category) else {
            return refuse_field(RefusalCode::CategoryNotCovered, &field);
        };
        if !rule.issue.contains(&mandate.kind) {
            return refuse_field(RefusalCode::AuthoriserType, &field);
        }
        if !rule.independent_enough(mandate.independence) {
            return refuse_field(RefusalCode::AuthoriserIndependence, &field);
        }
    }
    Ok(Authorisation {
        by: ctx.sign()?,
        kind: mandate.kind,
        independence: mandate.independence,
        statement: text(statement, "statement")?,
    })
}

fn send(request: &Request, ctx: &Context<'_>) -> Events {
    if !matches!(request.stage, Stage::Authorised) {
        return refuse(RefusalCode::NotInThisState);
    }
    freeze::not_frozen(request)?;
    both_take_part(ctx)?;
    let (from, to) = (ctx.from.organisation, ctx.to.organisation);
    ctx.procedure.applies(from, to, ctx.now.date()).map_err(|refusal| vec![refusal])?;
    no_emergency_on_probation(request.priority, ctx)?;
    let mut events = vec![RequestEvent::Sent { by: ctx.sign()? }];
    events.extend(receive(request.priority, ctx));
    Ok(events)
}

pub(super) fn with_provider(request: &Request) -> Result<Moment, Refusals> {
    match &request.stage {
        Stage::WithProvider { received_at } => Ok(*received_at),
        Stage::Withdrawn { .. } | Stage::Closed { .. } => refuse(RefusalCode::AlreadyEnded),
        Stage::Draft
        | Stage::GatekeeperReview { .. }
        | Stage::AwaitingAuthorisation
        | Stage::Authorised
        | Stage::Sent { .. }
        | Stage::ReceiptConfirmed { .. } => refuse(RefusalCode::NotInThisState),
    }
}

fn reply(request: &Request, id: ClarificationId, answer: &str, ctx: &Context<'_>) -> Events {
    with_provider(request)?;
    if request.open_clarification().is_none_or(|round| round.id != id) {
        return refuse(RefusalCode::ClarificationUnknown);
    }
    let mut events =
        vec![RequestEvent::Answered { clarification: id, text: text(answer, "text")?, by: ctx.sign()? }];
    events.extend(stop_clocks(request, Stop::Reply, ctx));
    events.extend(resume_clocks(request, PausedBy::Clarification, ctx));
    freeze::keep_paused(request, &mut events, ctx);
    Ok(events)
}

/// A correction is a new edition under a new signature; what already has its outcome stays.
fn amend(request: &Request, corrections: &[Correction], reason: &str, ctx: &Context<'_>) -> Events {
    with_provider(request)?;
    let mut items = Vec::new();
    let mut refusals = Vec::new();
    if corrections.is_empty() {
        return refuse_field(RefusalCode::NoItems, "corrections");
    }
    for (index, correction) in corrections.iter().enumerate() {
        match request.item(correction.item) {
            None => refusals.push(Refusal::of(RefusalCode::ItemUnknown, format!("corrections.{index}.item"))),
            Some(item) if item.state != ItemState::Open => {
                refusals.push(Refusal::of(RefusalCode::ItemDecided, format!("corrections.{index}.item")));
            }
            Some(item) => match read_item(ctx.procedure, &correction.content, index, ctx.now) {
                Ok(read) => items.push(read.into_item(item.id, item.number)),
                Err(found) => refusals.extend(found),
            },
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let reason = text(reason, "reason")?;
    let authorisation = authorisation(request, &items, &reason, ctx)?;
    Ok(vec![RequestEvent::Amended { items, reason, authorisation }])
}

fn withdraw(request: &Request, reason: &str, ctx: &Context<'_>) -> Events {
    if request.state().ended() {
        return refuse(RefusalCode::AlreadyEnded);
    }
    let (by, reason) = (ctx.sign()?, text(reason, "reason")?);
    let mut events = Vec::new();
    for item in request.items.iter().filter(|item| item.state.outcome().is_none()) {
        events.push(RequestEvent::ItemEnded {
            item: item.id,
            outcome: ItemOutcome::Withdrawn,
            codes: Vec::new(),
            explanation: String::new(),
            by: Some(by.clone()),
            at: ctx.now,
        });
    }
    events.extend(stop(request.clocks.iter(), ctx.now));
    if request.hold.as_ref().is_some_and(Hold::is_open) {
        let end = HoldEnd::Released { reason: reason.clone(), by: by.clone() };
        events.push(RequestEvent::HoldEnded { end });
    }
    events.push(RequestEvent::Withdrawn { by, reason });
    Ok(events)
}

/// Rule 6 and rule 5: nothing is closed while an item, a question, a hold or a receipt is open.
fn close(request: &Request, ctx: &Context<'_>) -> Events {
    if request.state().ended() {
        return refuse(RefusalCode::AlreadyEnded);
    }
    if request.received_at().is_none() {
        return refuse(RefusalCode::NotInThisState);
    }
    freeze::not_frozen(request)?;
    let mut refusals = Vec::new();
    if request.items.iter().any(|item| item.state.outcome().is_none()) {
        refusals.push(Refusal::new(RefusalCode::ItemsOpen));
    }
    if request.hold.as_ref().is_some_and(Hold::is_open) {
        refusals.push(Refusal::new(RefusalCode::HoldOpen));
    }
    if request.packages.iter().any(|p| p.released.is_some() && p.receipt.is_none()) {
        refusals.push(Refusal::of(RefusalCode::NotInThisState, "packages").because("refusal-receipt-open"));
    }
    if request.packages.iter().any(Package::awaits_deletion) {
        refusals.push(Refusal::of(RefusalCode::DeletionOpen, "packages"));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut events = stop(request.clocks.iter(), ctx.now);
    events.push(RequestEvent::Closed { by: ctx.sign()? });
    Ok(events)
}

/// The authority may give the provider more time, never less (EU Art. 10(8)).
fn postpone(request: &Request, id: &str, days: u32, reason: &str, ctx: &Context<'_>) -> Events {
    with_provider(request)?;
    let open = |clock: &&Clock| clock.id.as_str() == id && clock.is_open() && clock.obliged == Side::Provider;
    let Some(clock) = request.clocks.iter().find(open) else {
        return refuse_field(RefusalCode::ClockNotOpen, "clock");
    };
    if days == 0 || days > 365 {
        return refuse_field(RefusalCode::FieldMalformed, "days");
    }
    let reason = text(reason, "reason")?;
    let extension = Extension {
        extent: Extent::By(Length::CalendarDays(days)),
        granted_at: ctx.now,
        reason_key: "clock-extension-by-authority".to_owned(),
    };
    let mut extended = clock.clone();
    match extended.extend(extension, ctx.calendar(clock.obliged)) {
        Ok(()) => Ok(vec![RequestEvent::ClockExtended { clock: extended, by: ctx.sign()?, reason }]),
        Err(_) => refuse_field(RefusalCode::ClockNotOpen, "clock"),
    }
}

fn running_hold(request: &Request) -> Result<&Hold, Refusals> {
    match &request.hold {
        Some(hold) if hold.is_open() => Ok(hold),
        Some(_) | None => refuse(RefusalCode::HoldEnded),
    }
}

/// Before its end, and no more often than the procedure allows (EU Art. 11; 18 U.S.C. 2703(f)).
fn extend_hold(request: &Request, reason: &str, ctx: &Context<'_>) -> Events {
    let hold = running_hold(request)?;
    let Some(rule) = &ctx.procedure.hold else {
        return refuse(RefusalCode::HoldEnded);
    };
    if hold.extensions >= rule.max_extensions {
        return Err(vec![Refusal::new(RefusalCode::ExtensionsUsedUp).with("max", rule.max_extensions)]);
    }
    if ctx.now >= hold.until {
        return refuse(RefusalCode::HoldEnded);
    }
    // The end of a day is the first instant of the next; counting goes on from the day that ended.
    let until = end_of(rule.extension, hold.until.plus_seconds(-1), ctx.to.calendar);
    Ok(vec![RequestEvent::HoldExtended { until, reason: text(reason, "reason")?, by: ctx.sign()? }])
}

fn announce_conversion(request: &Request, reference: &str, ctx: &Context<'_>) -> Events {
    let hold = running_hold(request)?;
    if !hold.runs_out() {
        return refuse(RefusalCode::NotInThisState);
    }
    if ctx.now >= hold.until {
        return refuse(RefusalCode::HoldEnded);
    }
    let reference = text(reference, "reference")?;
    Ok(vec![RequestEvent::ConversionAnnounced { reference, by: ctx.sign()? }])
}

fn convert_hold(request: &Request, reference: &str, ctx: &Context<'_>) -> Events {
    let hold = running_hold(request)?;
    if !matches!(hold.state, HoldState::ConversionAnnounced { .. }) {
        return refuse(RefusalCode::NotInThisState);
    }
    Ok(end_hold(
        request,
        HoldEnd::Converted { reference: text(reference, "reference")?, by: ctx.sign()? },
        ctx,
    ))
}

fn release_hold(request: &Request, reason: &str, ctx: &Context<'_>) -> Events {
    running_hold(request)?;
    Ok(end_hold(request, HoldEnd::Released { reason: text(reason, "reason")?, by: ctx.sign()? }, ctx))
}

fn end_hold(request: &Request, end: HoldEnd, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let mut events = vec![RequestEvent::HoldEnded { end }];
    events.extend(stop_clocks(request, Stop::HoldEnd, ctx));
    events
}

/// The end of a period that starts at `start`, counted by the calendar of the one who is bound.
pub(super) fn end_of(length: Length, start: Moment, calendar: &Calendar) -> Moment {
    compute(&CountingRule::new(length), start, &[], &[], calendar).due
}

/// Stops those of `clocks` that are open.
fn stop<'a>(clocks: impl Iterator<Item = &'a Clock>, now: Moment) -> Vec<RequestEvent> {
    let stopped = clocks.filter(|clock| clock.is_open()).filter_map(|clock| {
        let mut stopped = clock.clone();
        stopped.stop(now).ok().map(|()| RequestEvent::ClockStopped { clock: stopped })
    });
    stopped.collect()
}

/// Stops every clock that is open.
pub(super) fn stop_all(request: &Request, ctx: &Context<'_>) -> Vec<RequestEvent> {
    stop(request.clocks.iter(), ctx.now)
}

pub(super) fn stop_clocks(request: &Request, reason: Stop, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let waits = |clock: &&Clock| ctx.rule(clock).is_some_and(|rule| rule.stops == reason);
    stop(request.clocks.iter().filter(waits), ctx.now)
}

fn pausable<'a>(
    request: &'a Request,
    cause: PausedBy,
    ctx: &'a Context<'_>,
) -> impl Iterator<Item = &'a Clock> {
    let caused = move |clock: &&Clock| ctx.rule(clock).is_some_and(|rule| rule.paused_by.contains(&cause));
    request.clocks.iter().filter(|clock| clock.is_open()).filter(caused)
}

/// Clocks that are already over are not paused: they stay overdue (T15).
pub(super) fn pause_clocks(request: &Request, cause: PausedBy, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let paused = pausable(request, cause, ctx).filter_map(|clock| {
        let mut paused = clock.clone();
        let reason = format!("clock-pause-{cause}");
        paused.pause(ctx.now, reason, ctx.calendar(clock.obliged)).ok()?;
        Some(RequestEvent::ClockPaused { clock: paused })
    });
    paused.collect()
}

fn resume_clocks(request: &Request, cause: PausedBy, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let resumed = pausable(request, cause, ctx).filter_map(|clock| {
        let mut resumed = clock.clone();
        resumed.resume(ctx.now, ctx.calendar(clock.obliged)).ok()?;
        Some(RequestEvent::ClockResumed { clock: resumed })
    });
    resumed.collect()
}
