//! Files of an answer: streamed in and out, hashed on the way, sealed with the dossier's key at rest.
//! A file is the provider's own until its package is released; then the authority may fetch it.

pub(crate) mod check;
pub(crate) mod expiry;
pub(crate) mod inspection;
mod sealed;

use crate::act::{Attempt, Caller, Denied, settle};
use crate::{Exchange, FileView, new_id, vault};
use bytes::Bytes;
use comity_domain::id::{RequestId, UploadId};
use comity_domain::inspection::Inspection;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Request, Source, may_be_fetched};
use comity_policy::{Action, Facts, Relation};
use comity_store::seal::DossierKey;
use comity_store::upload::{self, NewUpload, Upload, UploadError, UploadLimits};
use comity_store::{Fault, Tx, inspection as reports, request as rows, source};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};

/// The content of a file, as it is read.
pub type Content = BoxStream<'static, Result<Bytes, std::io::Error>>;

/// One part of an upload may be so long, in bytes; longer files come in several parts.
const PART_BYTES: u64 = 64 * 1024 * 1024;
/// One file may have so many parts.
const PARTS: u64 = 10_000;
/// So much is kept of the media type that a sender states, in characters.
const LONGEST_TYPE: usize = 200;

fn refused(error: UploadError) -> Result<Refusal, Fault> {
    Ok(match error {
        UploadError::Missing => Refusal::of(RefusalCode::NotFound, "file"),
        UploadError::WrongOffset { received } => {
            Refusal::of(RefusalCode::VersionConflict, "offset").with("offset", received)
        }
        UploadError::Completed => Refusal::of(RefusalCode::NotInThisState, "file"),
        UploadError::TooLarge(max) => Refusal::of(RefusalCode::FileTooLarge, "file").with("max", max),
        UploadError::TooManyParts(max) => Refusal::of(RefusalCode::TooMuch, "file").with("max", max),
        UploadError::SizeDiffers { .. } | UploadError::Source(_) => {
            Refusal::of(RefusalCode::FileIncomplete, "file")
        }
        UploadError::Fault(fault) => return Err(fault),
    })
}

fn denied(error: UploadError) -> Denied {
    match refused(error) {
        Ok(refusal) => refusal.into(),
        Err(fault) => fault.into(),
    }
}

fn view(upload: &Upload, key: &DossierKey, inspection: Option<Inspection>) -> Result<FileView, Fault> {
    let id = upload.id.parse().map_err(|_| Fault::other("an upload without an identifier"))?;
    let (name, sha256) = (upload.name(key)?, upload.sha256.clone());
    Ok(FileView { id, name, bytes: upload.received, sha256, inspection, sealed: upload.sealed })
}

/// The uploads of a dossier that belong to no package.
pub(crate) fn loose(tx: &mut dyn Tx, key: &DossierKey, request: &Request) -> Result<Vec<FileView>, Fault> {
    let packed = |id: &UploadId| request.packages.iter().any(|package| package.holds(*id));
    let uploads = upload::of_dossier(tx, &request.id.to_string())?;
    let mut reports = reports::of_dossier(tx, key, &request.id.to_string())?;
    let views: Result<Vec<FileView>, Fault> =
        uploads.iter().map(|upload| view(upload, key, reports.remove(&upload.id))).collect();
    Ok(views?.into_iter().filter(|file| !packed(&file.id)).collect())
}

impl Exchange {
    /// Opens an upload into a dossier.
    ///
    /// # Errors
    /// Not permitted, a name that is none, a size beyond the limit, or a fault.
    pub async fn begin_upload(
        &self,
        who: &Caller,
        request: RequestId,
        name: &str,
        size: Option<u64>,
        media_type: Option<&str>,
    ) -> Result<FileView, Denied> {
        let new = New { name: clean(name)?, size, media_type, sealed: false };
        self.begin_file(who, request, new).await
    }

    async fn begin_file(&self, who: &Caller, request: RequestId, new: New<'_>) -> Result<FileView, Denied> {
        let New { name, size, media_type, sealed } = new;
        let media_type = media_type.map(|stated| stated.chars().take(LONGEST_TYPE).collect::<String>());
        let limit = self.inner.upload_limit;
        if size.is_some_and(|size| size > limit) {
            return Err(Refusal::of(RefusalCode::FileTooLarge, "size").with("max", limit).into());
        }
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::FileUpload, inner.now());
            let (found, key) = match open(tx, &store, &inner, &mut attempt, request)? {
                Ok(opened) => opened,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            if let Err(refusals) = sealed::admit(tx, &inner, &found, sealed, None, attempt.now)? {
                return attempt.refuse(tx, refusals);
            }
            let id: UploadId = new_id(attempt.now);
            let new = NewUpload {
                id: id.to_string(),
                dossier: request.to_string(),
                name: name.clone(),
                media_type: media_type.clone(),
                declared_size: size,
                sealed,
                now_us: attempt.now.us(),
            };
            upload::begin(tx, &key, &new)?;
            expiry::look_later(tx, &inner, request, id, attempt.now)?;
            attempt.record(tx, "done", "")?;
            Ok(Ok(FileView { id, name: name.clone(), bytes: 0, sha256: None, inspection: None, sealed }))
        };
        settle(self.store.write("file.begin", work).await)
    }

    /// Adds a part that begins at `offset`; a part that breaks off is sent again from the same offset.
    ///
    /// # Errors
    /// Not permitted, another offset (the refusal says which), too large, complete already, or a fault.
    pub async fn append_upload(
        &self,
        who: &Caller,
        request: RequestId,
        file: UploadId,
        offset: u64,
        body: impl Stream<Item = Result<Bytes, std::io::Error>> + Send,
    ) -> Result<FileView, Denied> {
        let key = self.upload_key(who, request, file).await?;
        let limits =
            UploadLimits { total_bytes: self.inner.upload_limit, part_bytes: PART_BYTES, parts: PARTS };
        let id = file.to_string();
        upload::append(&self.store, &key, &id, offset, body, limits).await.map_err(denied)?;
        let find = move |tx: &mut dyn Tx| -> Result<FileView, Fault> {
            let found = upload::find(tx, &id)?.ok_or_else(|| Fault::other("an upload that is gone"))?;
            view(&found, &key, None)
        };
        Ok(self.store.read("file.find", find).await?)
    }

    /// Completes an upload; once it has been inspected it can be put into a package.
    ///
    /// # Errors
    /// Not permitted, not as long as announced, or a fault.
    pub async fn complete_upload(
        &self,
        who: &Caller,
        request: RequestId,
        file: UploadId,
    ) -> Result<FileView, Denied> {
        let key = self.upload_key(who, request, file).await?;
        let header = self.sealed_header(&key, file).await?;
        let (id, now) = (file.to_string(), self.now());
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| {
            let Some((found, _)) = rows::load(tx, store.instance_key(), request)? else {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotFound)]));
            };
            if let Err(refusals) =
                sealed::admit(tx, &inner, &found, header.is_some(), header.as_deref(), now)?
            {
                return Ok(Err(refusals));
            }
            match upload::complete(tx, &key, &id, now.us()) {
                Ok(done) => {
                    match &header {
                        None => inspection::look_soon(tx, request, file, now)?,
                        Some(_) => sealed::accept(tx, &found, &key, &done, now)?,
                    }
                    let report = reports::find(tx, &key, &id)?;
                    Ok(Ok(view(&done, &key, report)?))
                }
                Err(error) => Ok(Err(vec![refused(error)?])),
            }
        };
        let completed = settle(self.store.write("file.complete", work).await)?;
        self.inner.arrived.notify_one();
        Ok(completed)
    }

    async fn upload_key(
        &self,
        who: &Caller,
        request: RequestId,
        file: UploadId,
    ) -> Result<DossierKey, Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::FileUpload, inner.now());
            let key = match open(tx, &store, &inner, &mut attempt, request)? {
                Ok((_, key)) => key,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            let belongs =
                upload::find(tx, &file.to_string())?.is_some_and(|u| u.dossier == request.to_string());
            if !belongs {
                return attempt.refuse(tx, vec![Refusal::of(RefusalCode::NotFound, "file")]);
            }
            attempt.record(tx, "done", "")?;
            Ok(Ok(key))
        };
        settle(self.store.write("file.upload", work).await)
    }

    /// Reads a file: the provider its own, the authority what was released to it. Leaves a trail entry.
    ///
    /// # Errors
    /// Not permitted, not found, not complete, or a fault; a broken file ends the stream with an error.
    pub async fn download(
        &self,
        who: &Caller,
        request: RequestId,
        file: UploadId,
    ) -> Result<(FileView, Content), Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::FileDownload, inner.now());
            let (opened, key) = match open_file(tx, &store, &inner, &mut attempt, request, file)? {
                Ok(opened) => opened,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            let found = upload::find(tx, &file.to_string())?.filter(|u| u.dossier == request.to_string());
            let Some(found) = found.filter(|upload| upload.sha256.is_some()) else {
                return attempt.refuse(tx, vec![Refusal::of(RefusalCode::NotFound, "file")]);
            };
            if found.sealed {
                let package = opened.packages.iter().find(|package| package.holds(file));
                let package = package.map(|package| package.id);
                if let Err(refusal) = vault::valid_opening(tx, &inner, &attempt, request, package)? {
                    return attempt.refuse(tx, vec![refusal]);
                }
            }
            let Some(blob_key) = upload::blob_key(tx, &key, &found)? else {
                return attempt.refuse(tx, vec![Refusal::of(RefusalCode::FileDestroyed, "file")]);
            };
            attempt.record(tx, "viewed", "")?;
            let paths = upload::paths(tx, &found.id)?;
            let report = reports::find(tx, &key, &found.id)?;
            Ok(Ok((view(&found, &key, report)?, blob_key, paths)))
        };
        let (file, key, paths) = settle(self.store.write("file.download", work).await)?;
        let content = upload::content(self.store.blobs(), &key, paths);
        Ok((file, content.map(|part| part.map_err(std::io::Error::other)).boxed()))
    }
}

/// A file that is announced.
struct New<'a> {
    name: String,
    size: Option<u64>,
    media_type: Option<&'a str>,
    sealed: bool,
}

/// A file name for people: no path, no control characters, 200 characters at most.
fn clean(name: &str) -> Result<String, Denied> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    let kept = kept.trim().trim_start_matches('.').to_owned();
    if kept.is_empty() { Err(Refusal::of(RefusalCode::FieldMissing, "name").into()) } else { Ok(kept) }
}

type Opened = crate::act::Answer<(Request, DossierKey)>;

fn open(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    inner: &crate::Inner,
    attempt: &mut Attempt<'_>,
    id: RequestId,
) -> Opened {
    let Some(parties) = rows::parties(tx, id)? else {
        return Ok(Err(vec![Refusal::new(RefusalCode::NotFound)]));
    };
    attempt.request = Some(id);
    if let Err(code) = attempt.ask_request(inner, &parties) {
        return Ok(Err(vec![Refusal::new(code)]));
    }
    match rows::load(tx, store.instance_key(), id)? {
        Some(loaded) => Ok(Ok(loaded)),
        None => Ok(Err(vec![Refusal::new(RefusalCode::NotFound)])),
    }
}

/// As `open`, with the fact whether the file has been released to the authority.
fn open_file(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    inner: &crate::Inner,
    attempt: &mut Attempt<'_>,
    id: RequestId,
    file: UploadId,
) -> Opened {
    let missing = || Ok(Err(vec![Refusal::new(RefusalCode::NotFound)]));
    let Some(parties) = rows::parties(tx, id)? else { return missing() };
    attempt.request = Some(id);
    let relation = attempt.concerns(inner, &parties);
    let Some((request, key)) = rows::load(tx, store.instance_key(), id)? else { return missing() };
    let package = request.packages.iter().find(|package| package.holds(file));
    let released = package.is_some_and(|p| p.released.is_some());
    let taken_back = relation == Relation::Authority && package.is_some_and(|p| p.went_too_far(file));
    let facts = Facts { released, ..attempt.facts(parties.arrived, parties.ended) };
    if let Err(code) = attempt.ask(inner, relation, facts) {
        return Ok(Err(vec![Refusal::new(code)]));
    }
    if taken_back {
        return Ok(Err(vec![Refusal::of(RefusalCode::FileTakenBack, "file")]));
    }
    attempt.detail = format!("{{\"file\":\"{file}\"}}");
    if relation == Relation::Authority {
        let source = Source { people: source::people(tx, id)?, ..Source::default() };
        if let Err(refusals) = may_be_fetched(&request, &source, attempt.now) {
            return Ok(Err(refusals));
        }
    }
    Ok(Ok((request, key)))
}
