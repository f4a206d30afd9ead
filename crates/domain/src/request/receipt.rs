//! What the authority says of a package that it has opened, and what follows when it was given too much
//! (guideline `P-validate`; `legal.md` 10.5).

use super::decide::{Context, Events, refuse, refuse_field, text, with_provider};
use super::{Deletion, Found, Package, PackageReceipt, Request, RequestEvent};
use crate::id::PackageId;
use crate::refusal::RefusalCode;

/// More than was asked starts the way back: the files named are not handed out again, and nothing ends before the
/// authority has said that it deleted them.
pub(super) fn confirm(
    request: &Request,
    id: PackageId,
    found: &Found,
    remark: &str,
    ctx: &Context<'_>,
) -> Events {
    with_provider(request)?;
    let open = |package: &&Package| package.released.is_some() && package.receipt.is_none();
    let Some(package) = request.package(id).filter(open) else {
        return refuse(RefusalCode::PackageUnknown);
    };
    if let Found::OverDisclosure { files } = found {
        let named = |file| package.files.iter().any(|known| known.upload == file);
        if files.is_empty() || !files.iter().all(|file| named(*file)) {
            return refuse_field(RefusalCode::FieldMissing, "files");
        }
    }
    let remark = match found {
        Found::Intact => remark.trim().to_owned(),
        Found::Mismatch | Found::OverDisclosure { .. } => text(remark, "remark")?,
    };
    let receipt = PackageReceipt { by: ctx.sign()?, found: found.clone(), remark };
    let after = Package { receipt: Some(receipt.clone()), ..package.clone() };
    let mut events = vec![RequestEvent::ReceiptConfirmed { package: id, receipt }];
    events.extend(all_confirmed(request, &after, ctx));
    Ok(events)
}

/// The authority has deleted what it should not have been given.
pub(super) fn confirm_deletion(
    request: &Request,
    id: PackageId,
    statement: &str,
    ctx: &Context<'_>,
) -> Events {
    let open = |package: &&Package| package.awaits_deletion();
    let Some(package) = request.package(id).filter(open) else {
        return refuse(RefusalCode::PackageUnknown);
    };
    let deletion = Deletion { by: ctx.sign()?, statement: text(statement, "statement")? };
    let after = Package { deletion: Some(deletion.clone()), ..package.clone() };
    let mut events = vec![RequestEvent::DeletionConfirmed { package: id, deletion }];
    events.extend(all_confirmed(request, &after, ctx));
    Ok(events)
}

/// Whether nothing is left to be confirmed once `after` stands in the place of its package.
fn all_confirmed(request: &Request, after: &Package, ctx: &Context<'_>) -> Option<RequestEvent> {
    request.received_at()?;
    let settled = |package: &Package| {
        package.released.is_none() || (package.receipt.is_some() && !package.awaits_deletion())
    };
    let others = request.packages.iter().filter(|package| package.id != after.id);
    let decided = request.items.iter().all(|item| item.state.outcome().is_some());
    (decided && settled(after) && others.into_iter().all(settled))
        .then_some(RequestEvent::AllReceiptsConfirmed { at: ctx.now })
}
