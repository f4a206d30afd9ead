//! The steps of the model, and the command that each is on a real request.

use super::{ANSWER_CLOCK, CHECKS, ITEMS};
use crate::harness::{PRESERVATION, SUBSCRIBER, World};
use comity_domain::id::{ClarificationId, ItemId, PackageId, UploadId};
use comity_domain::procedure::CheckKind;
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{
    Column, Comparison, Correction, Decision, FileContents, Found, Giving, Holds, Request, RequestCommand,
    Seen,
};
use comity_domain::term::RequestKind;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Revise,
    Submit,
    Return,
    Forward,
    Authorise,
    Send,
    Acknowledge,
    Check(usize, bool),
    Ask,
    Answer,
    Accept(usize),
    Refuse(usize),
    Prepare(usize),
    Discard,
    Release,
    Confirm,
    Withdraw,
    Close,
    Amend(usize),
    Postpone,
    Preserve(usize),
    Extend,
    Announce,
    Convert,
    LetGo,
    Thaw,
    Reauthorise,
    FindFraud,
}

pub(super) fn every_step() -> Vec<Step> {
    let mut steps = vec![
        Step::Revise,
        Step::Submit,
        Step::Return,
        Step::Forward,
        Step::Authorise,
        Step::Send,
        Step::Acknowledge,
        Step::Ask,
        Step::Answer,
        Step::Discard,
        Step::Release,
        Step::Confirm,
        Step::Withdraw,
        Step::Close,
        Step::Postpone,
        Step::Extend,
        Step::Announce,
        Step::Convert,
        Step::LetGo,
        Step::Thaw,
        Step::Reauthorise,
        Step::FindFraud,
    ];
    steps.extend((0..CHECKS).map(|check| Step::Check(check, true)));
    steps.push(Step::Check(0, false));
    steps.extend((0..ITEMS).flat_map(|item| {
        [Step::Accept(item), Step::Refuse(item), Step::Prepare(item), Step::Preserve(item), Step::Amend(item)]
    }));
    steps
}

#[expect(clippy::too_many_lines, reason = "a table of all steps")]
pub(super) async fn command(world: &World, request: &Request, step: Step, permitted: bool) -> RequestCommand {
    let text = || "Said in words.".to_owned();
    let item =
        |at: usize| request.items.get(at).map_or_else(|| ItemId::new(Uuid::from_u128(1)), |item| item.id);
    let package = |released: bool| {
        let found = request.packages.iter().find(|p| p.released.is_some() == released && p.receipt.is_none());
        found.map_or_else(|| PackageId::new(Uuid::from_u128(1)), |package| package.id)
    };
    match step {
        Step::Revise => RequestCommand::Revise { draft: request.draft.clone() },
        Step::Submit => RequestCommand::Submit,
        Step::Return => RequestCommand::Return { reason: text() },
        Step::Forward => RequestCommand::Forward,
        Step::Authorise => RequestCommand::Authorise { statement: text() },
        Step::Send => RequestCommand::Send,
        Step::Acknowledge => RequestCommand::Acknowledge { reference: "HBT-1".to_owned() },
        Step::Check(check, passed) => {
            let preserves = request.kind == RequestKind::Preserve;
            let procedure = if preserves { PRESERVATION } else { SUBSCRIBER };
            let rules = world.exchange.procedures().newest(procedure).unwrap();
            // The last is one that a preservation does not ask for.
            let kinds = rules.procedure.checks(request.priority);
            let kind = kinds.get(check).copied().unwrap_or(CheckKind::Documents);
            world.check(kind, passed)
        }
        Step::Ask => {
            let code = NonExecutionCode::InsufficientIdentifier;
            RequestCommand::Ask { code, items: Vec::new(), question: text() }
        }
        Step::Answer => {
            let open = request.open_clarification().map(|round| round.id);
            let clarification = open.unwrap_or_else(|| ClarificationId::new(Uuid::from_u128(1)));
            RequestCommand::Answer { clarification, text: text() }
        }
        Step::Accept(at) => {
            let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
            RequestCommand::Decide { item: item(at), decision }
        }
        Step::Refuse(at) => {
            let codes = vec![NonExecutionCode::NoLongerHeld];
            RequestCommand::Decide {
                item: item(at),
                decision: Decision::Refuse { codes, explanation: text() },
            }
        }
        Step::Prepare(at) => {
            let file = if permitted {
                world.upload(request.id, b"address,subscriber\n").await
            } else {
                UploadId::new(Uuid::from_u128(1))
            };
            let columns = ["address", "subscriber"]
                .map(|name| Column { name: name.to_owned(), holds: Holds::Identifier });
            let files = vec![FileContents { file, items: vec![item(at)], columns: columns.to_vec() }];
            RequestCommand::Prepare { items: vec![item(at)], files, note: String::new(), sealing: None }
        }
        Step::Discard => RequestCommand::Discard { package: package(false), reason: text() },
        Step::Release => {
            let found = request.package(package(false));
            let files = found.map_or(&[][..], |package| &package.files);
            let seen = files.iter().map(|file| Seen { file: file.upload, remarks: file.remarks.clone() });
            let comparison = Comparison { seen: seen.collect(), ..Comparison::default() };
            RequestCommand::Release { package: package(false), comparison }
        }
        Step::Confirm => {
            RequestCommand::Confirm { package: package(true), found: Found::Intact, remark: String::new() }
        }
        Step::Withdraw => RequestCommand::Withdraw { reason: text() },
        Step::Close => RequestCommand::Close,
        Step::Amend(at) => {
            let mut content = request.draft.items[at].clone();
            content.value = format!("{}@mail.example", if at == 0 { "first" } else { "second" });
            let corrections = vec![Correction { item: item(at), content }];
            RequestCommand::Amend { corrections, reason: text() }
        }
        Step::Postpone => {
            RequestCommand::Postpone { clock: ANSWER_CLOCK.to_owned(), days: 5, reason: text() }
        }
        Step::Preserve(at) => {
            let decision = Decision::Preserve { explanation: String::new() };
            RequestCommand::Decide { item: item(at), decision }
        }
        Step::Extend => RequestCommand::ExtendHold { reason: text() },
        Step::Announce => RequestCommand::AnnounceConversion { reference: "NBP-2".to_owned() },
        Step::Convert => RequestCommand::ConvertHold { reference: "NBP-2".to_owned() },
        Step::LetGo => RequestCommand::ReleaseHold { reason: text() },
        Step::Thaw => RequestCommand::Thaw { reason: text() },
        Step::Reauthorise => RequestCommand::Reauthorise { statement: text() },
        Step::FindFraud => RequestCommand::FindFraud { reason: text() },
    }
}
