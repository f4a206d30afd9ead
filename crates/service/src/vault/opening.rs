//! The opening of a sealed package: who, what for and when stand in the record of the request, and for a quarter of an hour
//! the instance takes its envelope off for that person. What went too far is destroyed once its deletion is confirmed.

use super::person_is_entitled;
use crate::act::{Attempt, Caller, Denied};
use crate::file::expiry;
use crate::ledger::scrub_soon;
use crate::{Exchange, Inner, new_uuid};
use comity_domain::id::{PackageId, RequestId, UploadId};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Package, Request, RequestCommand, RequestEvent};
use comity_domain::time::Moment;
use comity_domain::vault::OPENING_S;
use comity_store::{Fault, Tx, request as requests, upload, vault as rows};
use serde::Serialize;

/// A package that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// Until when its files are given out to this person.
    pub until: Moment,
    /// The sealed manifest.
    pub manifest: UploadId,
    /// The sealed files.
    pub files: Vec<OpenedFile>,
    /// The verifier key of the epoch in which the provider has signed the manifest.
    pub signer: String,
}

/// A sealed file of an opened package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenedFile {
    /// Its identifier.
    pub file: UploadId,
    /// Its number in the manifest.
    pub number: u32,
    /// Its size, sealed.
    pub bytes: u64,
    /// SHA-256 of it as it is sealed, in hexadecimal.
    pub sha256: String,
}

impl Exchange {
    /// Opens a sealed package for a purpose.
    ///
    /// # Errors
    /// Not entitled, no passkey shown lately, no purpose, a package that is not there, not sealed or stands still; a fault.
    pub async fn open_package(
        &self,
        who: &Caller,
        id: RequestId,
        package: PackageId,
        purpose: &str,
    ) -> Result<Opened, Denied> {
        let command = RequestCommand::Open { package, purpose: purpose.to_owned() };
        let receipt = self.act(who, id, command, None, None).await?;
        let (store, own) = (self.store.clone(), who.organisation());
        let find = move |tx: &mut dyn Tx| -> Result<Option<(Package, bool)>, Fault> {
            let found = requests::load(tx, store.instance_key(), id)?;
            Ok(found.and_then(|(request, _)| {
                Some((request.package(package)?.clone(), own == Some(request.from)))
            }))
        };
        let found = self.store.read("request.open", find).await?;
        let (package, receives) = found.ok_or(RefusalCode::PackageUnknown)?;
        opened(&package, receives, receipt.at.plus_seconds(OPENING_S))
    }
}

fn opened(package: &Package, receives: bool, until: Moment) -> Result<Opened, Denied> {
    let sealing = package.sealing.as_ref().ok_or(RefusalCode::NotInThisState)?;
    let kept = package.files.iter().filter(|file| !(receives && package.went_too_far(file.upload)));
    let number = |name: &str| name.split('.').next().and_then(|stem| stem.parse().ok()).unwrap_or(0);
    Ok(Opened {
        until,
        manifest: sealing.manifest,
        files: kept
            .map(|file| OpenedFile {
                file: file.upload,
                number: number(&file.name),
                bytes: file.bytes,
                sha256: file.sha256.clone(),
            })
            .collect(),
        signer: sealing.signer.clone(),
    })
}

/// Keeps who has opened what, and until when.
pub(crate) fn note_opening(
    tx: &mut dyn Tx,
    request: &Request,
    events: &[RequestEvent],
    now: Moment,
) -> Result<(), Fault> {
    for event in events {
        if let RequestEvent::PackageOpened { package, by, .. } = event {
            let id = new_uuid(now).to_string();
            let until = now.plus_seconds(OPENING_S);
            rows::add_opening(tx, &id, (request.id, *package), by.person, now, until)?;
        }
    }
    Ok(())
}

/// Whether the caller may have the sealed files of a package now: entitled at this instant, and opened by themselves.
pub(crate) fn valid_opening(
    tx: &mut dyn Tx,
    inner: &Inner,
    attempt: &Attempt<'_>,
    request: RequestId,
    package: Option<PackageId>,
) -> Result<Result<(), Refusal>, Fault> {
    let Some(actor) = attempt.caller.actor() else { return Ok(Err(RefusalCode::NotPermitted.into())) };
    if !person_is_entitled(tx, inner, actor.organisation, actor.person, attempt.now)? {
        return Ok(Err(RefusalCode::NotPermitted.into()));
    }
    let required = || Err(Refusal::of(RefusalCode::OpeningRequired, "file"));
    let Some(package) = package else { return Ok(required()) };
    let until = rows::opened(tx, (request, package), actor.person, attempt.now)?;
    Ok(if until.is_some() { Ok(()) } else { required() })
}

/// Destroys the release keys of the files that gave too much, once the authority says that it has deleted them: whoever has
/// kept a copy of what lies here, and the keys of the vault, reads nothing more (T38).
pub(crate) fn destroy_taken_back(
    tx: &mut dyn Tx,
    request: &Request,
    events: &[RequestEvent],
    now: Moment,
) -> Result<(), Fault> {
    let mut destroyed = false;
    for event in events {
        let RequestEvent::DeletionConfirmed { package, .. } = event else { continue };
        let Some(package) = request.package(*package) else { continue };
        for file in package.files.iter().filter(|file| package.went_too_far(file.upload)) {
            let paths = upload::destroy(tx, &file.upload.to_string(), now.us())?;
            destroyed |= !paths.is_empty();
            expiry::delete_later(tx, &paths, now)?;
        }
    }
    if destroyed { scrub_soon(tx, now) } else { Ok(()) }
}

/// Whether a caller may open at all: entitled at this instant, whatever their session was begun as.
pub(crate) fn may_open(
    tx: &mut dyn Tx,
    inner: &Inner,
    who: &Caller,
    now: Moment,
) -> Result<Result<(), Refusal>, Fault> {
    let Some(actor) = who.actor() else { return Ok(Err(RefusalCode::NotPermitted.into())) };
    let entitled = person_is_entitled(tx, inner, actor.organisation, actor.person, now)?;
    Ok(if entitled { Ok(()) } else { Err(RefusalCode::NotPermitted.into()) })
}
