//! The question "could this be done now, and why not": the act with blameless content, for the real `decide`.
//! So the page's reasons are the rule's own and can never drift from it.

use super::command::{Decision, RequestAct, RequestCommand};
use super::scope::{self, Column, FileContents, Holds};
use super::{Arrived, Context, Found, Giving, ItemState, Observation, Request, SignedBy, decide};
use crate::procedure::CheckKind;
use crate::refusal::{Refusal, RefusalCode, Refusals};
use crate::term::RequestKind;
use crate::vault::Mode;

/// Blameless content for a text field.
const TEXT: &str = "-";

/// What stands against an act now; empty when it can be done with the right content.
pub fn why_not(request: &Request, act: RequestAct, ctx: &mut Context<'_>) -> Refusals {
    let command = match probe(request, act, ctx) {
        Ok(command) => command,
        Err(refusal) => return vec![refusal],
    };
    let mut refusals = decide(request, &command, ctx).err().unwrap_or_default();
    if act == RequestAct::Prepare && ctx.vaults.mode() == Mode::EndToEnd {
        // Files that are sealed are chosen and sent with the act itself: that none is here yet stands against nothing.
        refusals.retain(|refusal| refusal.code != RefusalCode::PackageEmpty);
    }
    refusals
}

fn probe(request: &Request, act: RequestAct, ctx: &Context<'_>) -> Result<RequestCommand, Refusal> {
    let text = TEXT.to_owned();
    let refusal = |code: RefusalCode| Refusal::new(code);
    Ok(match act {
        RequestAct::Draft | RequestAct::File | RequestAct::Freeze => {
            return Err(refusal(RefusalCode::NotInThisState));
        }
        RequestAct::Revise => RequestCommand::Revise { draft: request.draft.clone() },
        RequestAct::Submit => RequestCommand::Submit,
        RequestAct::Return => RequestCommand::Return { reason: text },
        RequestAct::Forward => RequestCommand::Forward,
        RequestAct::Authorise => RequestCommand::Authorise { statement: text },
        RequestAct::Send => RequestCommand::Send,
        RequestAct::Acknowledge => RequestCommand::Acknowledge { reference: text },
        RequestAct::Check => check(request, ctx)?,
        RequestAct::Thaw => RequestCommand::Thaw { reason: text },
        RequestAct::Reauthorise => RequestCommand::Reauthorise { statement: text },
        RequestAct::FindFraud => RequestCommand::FindFraud { reason: text },
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
        RequestAct::Open => RequestCommand::Open { package: sealed(request)?, purpose: text },
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

fn sealed(request: &Request) -> Result<crate::id::PackageId, Refusal> {
    let found = request.packages.iter().find(|package| package.sealing.is_some());
    Ok(found.ok_or(RefusalCode::PackageUnknown)?.id)
}

fn check(request: &Request, ctx: &Context<'_>) -> Result<RequestCommand, Refusal> {
    let required = ctx.procedure.checks(request.priority);
    // What the system finds itself may not be to be had; whether a person may record anything does not depend on it.
    let other = |kind: &&CheckKind| {
        matches!(kind, CheckKind::Signature | CheckKind::Documents | CheckKind::Plausibility)
    };
    let kind = required.iter().find(other).or(required.first());
    let point = ctx.from.contact_points.first().copied().ok_or(Refusal::new(RefusalCode::CallBackNumber));
    let observed = match kind.ok_or(Refusal::new(RefusalCode::CheckUnknown))? {
        CheckKind::Accreditation => Observation::Accreditation { number: None },
        CheckKind::Signature => {
            let signed = SignedBy::File { sha256: "0".repeat(64), signer: TEXT.to_owned() };
            Observation::Signature { signed }
        }
        CheckKind::Documents => {
            let sha256 = vec!["0".repeat(64)];
            Observation::Documents { files: Vec::new(), sha256, request_itself: false }
        }
        CheckKind::Plausibility => Observation::Plausibility {},
        CheckKind::CallBack | CheckKind::Supervisor => {
            Observation::CallBack { contact_point: point?, reached: TEXT.to_owned(), called_at: ctx.now }
        }
    };
    Ok(RequestCommand::Check { observed, passed: false, note: TEXT.to_owned() })
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
    if ctx.vaults.mode() == Mode::EndToEnd {
        ctx.vaults.both()?;
        return Ok(RequestCommand::Prepare { items, files: Vec::new(), note: String::new(), sealing: None });
    }
    let used = |id| request.packages.iter().any(|package| package.holds(id));
    let free = || ctx.files.iter().filter(|file| !used(file.upload));
    let fit = |file: &&Arrived| file.inspection.as_ref().is_some_and(|report| report.refused().is_none());
    // Where no file can leave, the first one says why.
    let some: Vec<&Arrived> = match free().find(fit) {
        Some(file) => vec![file],
        None => free().take(1).collect(),
    };
    let files = some.into_iter().map(|file| blameless(file, &items)).collect();
    Ok(RequestCommand::Prepare { items, files, note: String::new(), sealing: None })
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
