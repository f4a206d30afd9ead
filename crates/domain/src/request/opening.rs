//! Somebody opens a sealed package: the person, the purpose and the time stand in the record of the request, and only then
//! does the instance take its envelope off for a while (T05, T06).

use super::decide::{Context, Events, refuse, text};
use super::freeze::may_be_fetched;
use super::{Found, Request, RequestEvent};
use crate::id::PackageId;
use crate::party::Side;
use crate::refusal::RefusalCode;

/// Each side opens for itself: the authority what was released to it, the provider what it compares before a release.
pub(super) fn open(request: &Request, id: PackageId, purpose: &str, ctx: &Context<'_>) -> Events {
    let actor = ctx.actor()?;
    let side = if actor.organisation == request.from { Side::Authority } else { Side::Provider };
    let visible = |package: &&super::Package| side == Side::Provider || package.released.is_some();
    let Some(package) = request.package(id).filter(visible) else {
        return refuse(RefusalCode::PackageUnknown);
    };
    if package.sealing.is_none() {
        return refuse(RefusalCode::NotInThisState);
    }
    if side == Side::Authority {
        may_be_fetched(request, ctx.source, ctx.now)?;
    }
    let all_taken_back = package.receipt.as_ref().is_some_and(|receipt| match &receipt.found {
        Found::OverDisclosure { files } => package.files.iter().all(|file| files.contains(&file.upload)),
        Found::Intact | Found::Mismatch => false,
    });
    if side == Side::Authority && all_taken_back {
        return refuse(RefusalCode::FileTakenBack);
    }
    let purpose = text(purpose, "purpose")?;
    Ok(vec![RequestEvent::PackageOpened { package: id, side, purpose, by: ctx.sign()? }])
}
