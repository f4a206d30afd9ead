//! The provider's half of `decide`: acknowledge, verify, ask, decide item by item, answer.

use super::command::Decision;
use super::decide::{
    Context, Events, end_of, pause_clocks, refuse, refuse_field, stop_clocks, text, with_provider,
};
use super::freeze::stands;
use super::scope::{self, Column, Comparison, FileContents};
use super::{Clarification, Giving, Item, ItemState, Package, Request, RequestEvent};
use crate::clock::{Clock, ClockReading};
use crate::id::{ItemId, PackageId, UploadId};
use crate::inspection::Finding;
use crate::party::OrganisationKind;
use crate::preservation::{Hold, HoldState};
use crate::procedure::{PausedBy, Stop, Trigger, VerificationGate};
use crate::refusal::{NonExecutionCode, Refusal, RefusalCode, Refusals};
use crate::term::{DataCategory, ItemOutcome, RequestKind};
use serde::{Deserialize, Serialize};

crate::opaque!(PackageFile);

/// A file of a package.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFile {
    /// The upload that brought it.
    pub upload: UploadId,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, in lower-case hexadecimal.
    pub sha256: String,
    /// Its media type by content.
    pub media_type: String,
    /// What its inspection remarked; whoever releases it has to see each.
    pub remarks: Vec<Finding>,
    /// The items that it answers.
    pub items: Vec<ItemId>,
    /// Of a table, its columns and what stands in them.
    pub columns: Vec<Column>,
}

pub(super) fn acknowledge(request: &Request, reference: &str, ctx: &Context<'_>) -> Events {
    with_provider(request)?;
    if request.provider_reference.is_some() {
        return refuse(RefusalCode::NotInThisState);
    }
    let reference = text(reference, "reference")?;
    if reference.chars().count() > 100 {
        return Err(vec![Refusal::of(RefusalCode::FieldTooLong, "reference").with("max", 100)]);
    }
    let mut events = vec![RequestEvent::Acknowledged { reference, by: ctx.sign()? }];
    events.extend(stop_clocks(request, Stop::Acknowledgement, ctx));
    Ok(events)
}

pub(super) fn ask(
    request: &Request,
    code: NonExecutionCode,
    items: &[ItemId],
    question: &str,
    ctx: &mut Context<'_>,
) -> Events {
    with_provider(request)?;
    if request.open_clarification().is_some() {
        return refuse(RefusalCode::ClarificationOpen);
    }
    let rule = &ctx.procedure.clarification;
    if request.clarifications.len() >= rule.max_rounds as usize {
        return Err(vec![Refusal::new(RefusalCode::ClarificationRounds).with("max", rule.max_rounds)]);
    }
    if !rule.codes.contains(&code) {
        return refuse_field(RefusalCode::CodeNotAllowed, "code");
    }
    if items.iter().any(|id| request.item(*id).is_none()) {
        return refuse_field(RefusalCode::ItemUnknown, "items");
    }
    let clarification = Clarification {
        id: ctx.id(),
        code,
        items: items.to_vec(),
        question: text(question, "question")?,
        asked: ctx.sign()?,
        answer: None,
    };
    let mut events = vec![RequestEvent::Asked { clarification }];
    events.extend(pause_clocks(request, PausedBy::Clarification, ctx));
    events.extend(ctx.start_all(Trigger::Question, request.priority, ctx.now));
    Ok(events)
}

pub(super) fn decide_item(request: &Request, id: ItemId, decision: &Decision, ctx: &Context<'_>) -> Events {
    let received_at = with_provider(request)?;
    if request.open_clarification().is_some() && !reply_failed(request, decision, ctx) {
        return refuse(RefusalCode::ClarificationOpen);
    }
    let Some(item) = request.item(id) else {
        return refuse_field(RefusalCode::ItemUnknown, "item");
    };
    match &item.state {
        ItemState::Open => {}
        ItemState::Accepted { .. } if !in_package(request, id) => {}
        ItemState::Accepted { .. } | ItemState::Ended { .. } => {
            return refuse_field(RefusalCode::ItemDecided, "item");
        }
    }
    match decision {
        Decision::Produce { giving, explanation } => accept(request, item, *giving, explanation, ctx),
        Decision::Preserve { explanation } => preserve(request, item, explanation, received_at, ctx),
        Decision::Refuse { codes, explanation } => {
            end_coded(request, item, ItemOutcome::Refused, codes, explanation, ctx)
        }
        Decision::Object { codes, explanation } => {
            let mut events = end_coded(request, item, ItemOutcome::Objected, codes, explanation, ctx)?;
            // With the last item the clocks have stopped; only what is still due can stand still.
            if request.items.iter().any(|other| other.id != id && other.state.outcome().is_none()) {
                events.extend(pause_clocks(request, PausedBy::Objection, ctx));
            }
            Ok(events)
        }
        Decision::Redirect { explanation } => {
            let explanation = text(explanation, "decision.explanation")?;
            Ok(end(request, item, ItemOutcome::Redirected, &[], explanation, ctx)?)
        }
    }
}

/// A question that was not answered in time no longer keeps its items open (N23; EU Art. 10(6)).
fn reply_failed(request: &Request, decision: &Decision, ctx: &Context<'_>) -> bool {
    let for_no_reply =
        matches!(decision, Decision::Refuse { codes, .. } if codes.contains(&NonExecutionCode::NoReply));
    let over = |clock: &Clock| matches!(clock.reading(ctx.now), ClockReading::Overdue { .. });
    let replies = |clock: &Clock| ctx.rule(clock).is_some_and(|rule| rule.stops == Stop::Reply);
    for_no_reply && request.clocks.iter().any(|clock| replies(clock) && over(clock))
}

fn in_package(request: &Request, item: ItemId) -> bool {
    request.packages.iter().any(|package| package.items.contains(&item))
}

fn executable(request: &Request, item: &Item, kind: RequestKind) -> Result<(), Refusals> {
    if request.kind != kind {
        return refuse_field(RefusalCode::DecisionNotForKind, "decision");
    }
    if item.category == DataCategory::Unspecified {
        return refuse_field(RefusalCode::CategoryUnspecified, "item");
    }
    Ok(())
}

fn accept(request: &Request, item: &Item, giving: Giving, explanation: &str, ctx: &Context<'_>) -> Events {
    executable(request, item, RequestKind::Produce)?;
    stands(request, ctx)?;
    verified(request)?;
    let explanation = match giving {
        Giving::Full => String::new(),
        Giving::Partial => text(explanation, "decision.explanation")?,
    };
    let by = ctx.sign()?;
    Ok(vec![RequestEvent::ItemAccepted { item: item.id, outcome: giving, explanation, by }])
}

/// Rule 3.
fn verified(request: &Request) -> Result<(), Refusals> {
    if request.verified_at.is_some() { Ok(()) } else { refuse(RefusalCode::SourceNotVerified) }
}

/// Data are put on hold for the procedure's time, counted from the receipt (`legal.md` 10.6).
fn preserve(
    request: &Request,
    item: &Item,
    explanation: &str,
    received_at: crate::time::Moment,
    ctx: &Context<'_>,
) -> Events {
    executable(request, item, RequestKind::Preserve)?;
    stands(request, ctx)?;
    if ctx.procedure.verification.before.contains(&VerificationGate::Preserve) {
        verified(request)?;
    }
    let Some(rule) = &ctx.procedure.hold else {
        return refuse_field(RefusalCode::DecisionNotForKind, "decision");
    };
    let mut events = end(request, item, ItemOutcome::Preserved, &[], explanation.trim().to_owned(), ctx)?;
    if request.hold.is_none() {
        events.push(RequestEvent::HoldStarted {
            hold: Hold {
                since: ctx.now,
                until: end_of(rule.initial, received_at, ctx.to.calendar),
                extensions: 0,
                on_expiry: rule.on_expiry,
                reminded: Vec::new(),
                state: HoldState::Held,
            },
        });
        events.extend(ctx.start_all(Trigger::Hold, request.priority, ctx.now));
    }
    Ok(events)
}

/// Rule 6 and guideline `P-explain`: each ground is one that the procedure knows, and is explained.
fn end_coded(
    request: &Request,
    item: &Item,
    outcome: ItemOutcome,
    codes: &[NonExecutionCode],
    explanation: &str,
    ctx: &Context<'_>,
) -> Events {
    if codes.is_empty() {
        return refuse_field(RefusalCode::ReasonMissing, "decision.codes");
    }
    for code in codes {
        if code.for_state_only() && ctx.to.organisation.kind != OrganisationKind::ContactPoint {
            return Err(vec![Refusal::of(RefusalCode::CodeForState, "decision.codes").with("code", code)]);
        }
        if ctx.procedure.refusal(*code).is_none() {
            return Err(vec![Refusal::of(RefusalCode::CodeNotAllowed, "decision.codes").with("code", code)]);
        }
    }
    end(request, item, outcome, codes, text(explanation, "decision.explanation")?, ctx)
}

fn end(
    request: &Request,
    item: &Item,
    outcome: ItemOutcome,
    codes: &[NonExecutionCode],
    explanation: String,
    ctx: &Context<'_>,
) -> Events {
    let mut events = vec![RequestEvent::ItemEnded {
        item: item.id,
        outcome,
        codes: codes.to_vec(),
        explanation,
        by: Some(ctx.sign()?),
        at: ctx.now,
    }];
    let others = request.items.iter().filter(|other| other.id != item.id);
    if others.clone().all(|other| other.state.outcome().is_some()) {
        events.extend(stop_clocks(request, Stop::Answer, ctx));
    }
    Ok(events)
}

pub(super) fn prepare(
    request: &Request,
    items: &[ItemId],
    files: &[FileContents],
    note: &str,
    ctx: &mut Context<'_>,
) -> Events {
    with_provider(request)?;
    stands(request, ctx)?;
    if items.is_empty() || files.is_empty() {
        return refuse(RefusalCode::PackageEmpty);
    }
    for id in items {
        let accepted = request.item(*id).is_some_and(|item| matches!(item.state, ItemState::Accepted { .. }));
        if !accepted || in_package(request, *id) {
            return refuse_field(RefusalCode::ItemDecided, "items");
        }
    }
    let files = scope::contents(items, files, ctx)?;
    let package = Package {
        id: ctx.id(),
        items: items.to_vec(),
        files,
        note: note.trim().chars().take(4_000).collect(),
        prepared: ctx.sign()?,
        released: None,
        comparison: None,
        receipt: None,
        deletion: None,
        manifest: None,
    };
    Ok(vec![RequestEvent::PackagePrepared { package: Box::new(package) }])
}

fn unreleased(request: &Request, id: PackageId) -> Result<&Package, Refusals> {
    match request.package(id) {
        Some(package) if package.released.is_none() => Ok(package),
        Some(_) | None => refuse_field(RefusalCode::PackageUnknown, "package"),
    }
}

pub(super) fn discard(request: &Request, id: PackageId, reason: &str, ctx: &Context<'_>) -> Events {
    with_provider(request)?;
    unreleased(request, id)?;
    Ok(vec![RequestEvent::PackageDiscarded { package: id, by: ctx.sign()?, reason: text(reason, "reason")? }])
}

/// Rules 2, 3 and 15: a verified source that is still trusted, and a second person who neither decided nor collected;
/// guideline `P-validate`: that person's comparison of what was asked with what is given.
pub(super) fn release(
    request: &Request,
    id: PackageId,
    comparison: &Comparison,
    ctx: &Context<'_>,
) -> Events {
    with_provider(request)?;
    let package = unreleased(request, id)?;
    stands(request, ctx)?;
    verified(request)?;
    if request.open_clarification().is_some() {
        return refuse(RefusalCode::ClarificationOpen);
    }
    let person = ctx.actor()?.person;
    let decided_by = |item: &ItemId| match request.item(*item).map(|item| &item.state) {
        Some(ItemState::Accepted { by, .. }) => Some(by.person),
        Some(ItemState::Open | ItemState::Ended { .. }) | None => None,
    };
    if package.prepared.person == person || package.items.iter().any(|item| decided_by(item) == Some(person))
    {
        return refuse(RefusalCode::OwnCollection);
    }
    let comparison = scope::checked(request, package, comparison, ctx.procedure)?;
    let mut events =
        vec![RequestEvent::PackageReleased { package: id, comparison, by: ctx.sign()?, manifest: None }];
    let mut remaining: Vec<&Item> =
        request.items.iter().filter(|item| item.state.outcome().is_none()).collect();
    for item_id in &package.items {
        let Some(item) = request.item(*item_id) else { continue };
        let ItemState::Accepted { outcome, explanation, by } = &item.state else { continue };
        remaining.retain(|other| other.id != item.id);
        events.push(RequestEvent::ItemEnded {
            item: item.id,
            outcome: match outcome {
                Giving::Full => ItemOutcome::Full,
                Giving::Partial => ItemOutcome::Partial,
            },
            codes: Vec::new(),
            explanation: explanation.clone(),
            by: Some(by.clone()),
            at: ctx.now,
        });
    }
    if remaining.is_empty() {
        events.extend(stop_clocks(request, Stop::Answer, ctx));
    }
    Ok(events)
}
