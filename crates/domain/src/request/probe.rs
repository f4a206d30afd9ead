//! The question "could this be done now, and why not": the act with blameless content, for the real `decide`.
//! So the page's reasons are the rule's own and can never drift from it.

use super::command::{Decision, RequestAct, RequestCommand};
use super::scope::{self, Column, FileContents, Holds};
use super::{Arrived, Context, Found, Giving, ItemState, Request, decide};
use crate::procedure::CheckKind;
use crate::refusal::{Refusal, RefusalCode, Refusals};
use crate::term::RequestKind;

/// Blameless content for a text field.
const TEXT: &str = "-";

/// What stands against an act now; empty when it can be done with the right content.
pub fn why_not(request: &Request, act: RequestAct, ctx: &mut Context<'_>) -> Refusals {
    match probe(request, act, ctx) {
        Ok(command) => decide(request, &command, ctx).err().unwrap_or_default(),
        Err(refusal) => vec![refusal],
    }
}

fn probe(request: &Request, act: RequestAct, ctx: &Context<'_>) -> Result<RequestCommand, Refusal> {
    let text = TEXT.to_owned();
    let refusal = |code: RefusalCode| Refusal::new(code);
    Ok(match act {
        RequestAct::Draft | RequestAct::File => return Err(refusal(RefusalCode::NotInThisState)),
        RequestAct::Revise => RequestCommand::Revise { draft: request.draft.clone() },
        RequestAct::Submit => RequestCommand::Submit,
        RequestAct::Return => RequestCommand::Return { reason: text },
        RequestAct::Forward => RequestCommand::Forward,
        RequestAct::Authorise => RequestCommand::Authorise { statement: text },
        RequestAct::Send => RequestCommand::Send,
        RequestAct::Acknowledge => RequestCommand::Acknowledge { reference: text },
        RequestAct::Check => check(request, ctx)?,
        RequestAct::Ask => RequestCommand::Ask {
            code: *ctx.procedure.clarification.codes.first().ok_or(refusal(RefusalCode::CodeNotAllowed))?,
            items: Vec::new(),
            question: text,
        },
        RequestAct::Answer => RequestCommand::Answer {
            clarification: request.open_clarification().ok_or(refusal(RefusalCode::ClarificationUnknown))?.id,
            text,
        },
        RequestAct::Amend => amend(request)?,
        RequestAct::Decide => decide_one(request)?,
        RequestAct::Prepare => prepare(request, ctx)?,
        RequestAct::Discard => RequestCommand::Discard { package: unreleased(request)?, reason: text },
        RequestAct::Release => {
            let id = unreleased(request)?;
            let package = request.package(id).ok_or(refusal(RefusalCode::PackageUnknown))?;
            let comparison = scope::blameless(request, package, ctx.procedure, TEXT);
            RequestCommand::Release { package: id, comparison }
        }
        RequestAct::Confirm => {
            let waits = |p: &&super::Package| p.released.is_some() && p.receipt.is_none();
            let package = request.packages.iter().find(waits).ok_or(refusal(RefusalCode::PackageUnknown))?;
            RequestCommand::Confirm { package: package.id, found: Found::Intact, remark: String::new() }
        }
        RequestAct::ConfirmDeletion => {
            let package = request.packages.iter().find(|package| package.awaits_deletion());
            let package = package.ok_or(refusal(RefusalCode::PackageUnknown))?.id;
            RequestCommand::ConfirmDeletion { package, statement: text }
        }
        RequestAct::Withdraw => RequestCommand::Withdraw { reason: text },
        RequestAct::Close => RequestCommand::Close,
        RequestAct::Postpone => {
            let clock = request.next_clock().ok_or(refusal(RefusalCode::ClockNotOpen))?;
            RequestCommand::Postpone { clock: clock.id.to_string(), days: 1, reason: text }
        }
        RequestAct::ExtendHold => RequestCommand::ExtendHold { reason: text },
        RequestAct::AnnounceConversion => RequestCommand::AnnounceConversion { reference: text },
        RequestAct::ConvertHold => RequestCommand::ConvertHold { reference: text },
        RequestAct::ReleaseHold => RequestCommand::ReleaseHold { reason: text },
        RequestAct::Tick => RequestCommand::Tick,
    })
}

fn check(request: &Request, ctx: &Context<'_>) -> Result<RequestCommand, Refusal> {
    let required = ctx.procedure.checks(request.priority);
    let kind = required.iter().find(|kind| **kind != CheckKind::CallBack).or(required.first());
    Ok(RequestCommand::Check {
        kind: *kind.ok_or(Refusal::new(RefusalCode::CheckUnknown))?,
        passed: true,
        note: TEXT.to_owned(),
        contact_point: ctx.from.contact_points.first().copied(),
    })
}

/// Whether a correction would be accepted depends on its content; only what does not is asked here.
fn amend(request: &Request) -> Result<RequestCommand, Refusal> {
    let open = request.items.iter().any(|item| item.state == ItemState::Open);
    if request.received_at().is_none() {
        return Err(Refusal::new(RefusalCode::NotInThisState));
    }
    if !open {
        return Err(Refusal::new(RefusalCode::ItemDecided));
    }
    Ok(RequestCommand::Tick)
}

fn decide_one(request: &Request) -> Result<RequestCommand, Refusal> {
    let undecided = request.items.iter().find(|item| item.state == ItemState::Open);
    let item = undecided.ok_or(Refusal::new(RefusalCode::ItemDecided))?.id;
    let decision = match request.kind {
        RequestKind::Produce => Decision::Produce { giving: Giving::Full, explanation: String::new() },
        RequestKind::Preserve => Decision::Preserve { explanation: String::new() },
    };
    Ok(RequestCommand::Decide { item, decision })
}

fn prepare(request: &Request, ctx: &Context<'_>) -> Result<RequestCommand, Refusal> {
    let packed = |id: &crate::id::ItemId| request.packages.iter().any(|package| package.items.contains(id));
    let accepted = request.items.iter().filter(|item| matches!(item.state, ItemState::Accepted { .. }));
    let items: Vec<_> = accepted.map(|item| item.id).filter(|id| !packed(id)).collect();
    if items.is_empty() {
        return Err(Refusal::new(RefusalCode::PackageEmpty));
    }
    let used = |id| request.packages.iter().any(|p| p.files.iter().any(|file| file.upload == id));
    let free = || ctx.files.iter().filter(|file| !used(file.upload));
    let fit = |file: &&Arrived| file.inspection.as_ref().is_some_and(|report| report.refused().is_none());
    // Where no file can leave, the first one says why.
    let some: Vec<&Arrived> = match free().find(fit) {
        Some(file) => vec![file],
        None => free().take(1).collect(),
    };
    let files = some.into_iter().map(|file| blameless(file, &items)).collect();
    Ok(RequestCommand::Prepare { items, files, note: String::new() })
}

fn blameless(file: &Arrived, items: &[crate::id::ItemId]) -> FileContents {
    let table = file.inspection.iter().filter_map(|report| report.table.as_ref());
    let columns = table.flat_map(|table| &table.columns);
    let columns = columns.map(|name| Column { name: name.clone(), holds: Holds::Other });
    FileContents { file: file.upload, items: items.to_vec(), columns: columns.collect() }
}

fn unreleased(request: &Request) -> Result<crate::id::PackageId, Refusal> {
    let package = request.packages.iter().find(|package| package.released.is_none());
    Ok(package.ok_or(Refusal::new(RefusalCode::PackageUnknown))?.id)
}
