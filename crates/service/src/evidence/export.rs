//! The court bundle of a released package, as one archive that is made while it goes out: the parts are in memory, the
//! files pass through. Taking it is a consultation with its entry in the trail, and stands in the custody that it brings.

use super::custody::{Course, Exported, fits};
use crate::act::{Answer, Attempt, Caller, Denied, settle};
use crate::dossier::reader_of;
use crate::file::Content;
use crate::ledger::{Ledger, request_bundle};
use crate::request::both;
use crate::{Exchange, Inner};
use bytes::Bytes;
use comity_domain::id::{PackageId, RequestId, UploadId};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Package, Request, Source, may_be_fetched};
use comity_domain::term::ExportPurpose;
use comity_domain::time::Moment;
use comity_evidence::court::{Keys, Parts, ZipWriter, file_name};
use comity_evidence::manifest::{Manifest, Mode};
use comity_evidence::{Weighed, seen, signed};
use comity_policy::{Action, Facts, Relation};
use comity_store::manifest::{ManifestRow, Taken};
use comity_store::seal::DossierKey;
use comity_store::{BlobStore, Fault, Store, Tx, manifest, request as rows, source, upload};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most openings and copies that one custody tells of.
const MOST_TAKEN: i64 = 5_000;

/// A court bundle on its way out.
pub struct CourtBundle {
    /// What the archive is called.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The archive.
    pub content: Content,
}

/// Everything that a transaction gathers for a bundle.
struct Gathered {
    course: Course,
    reference: String,
    kept: ManifestRow,
    proof: String,
    key: DossierKey,
    /// Number, length, hash and paths of each file that goes along.
    files: Vec<(u64, Weighed, Vec<String>)>,
    now: Moment,
}

impl Exchange {
    /// The court bundle of a released package; `paper` is its printed certificate, where there is one.
    ///
    /// # Errors
    /// Not permitted, not released, frozen, erased, released without a manifest, or a fault; a broken file ends the stream
    /// with an error.
    pub async fn court_bundle(
        &self,
        who: &Caller,
        id: RequestId,
        package: PackageId,
        purpose: ExportPurpose,
        paper: Option<Vec<u8>>,
    ) -> Result<CourtBundle, Denied> {
        self.seal_waiting().await?;
        let policy = self.ledger_policy().await?;
        let (store, inner, caller) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| gather(tx, &store, &inner, &caller, id, package, purpose);
        let gathered = settle(self.store.write("package.export", work).await)?;
        let (inner, blobs) = (self.inner.clone(), self.store.blobs().clone());
        // Thousands of signatures may be made: not where others wait.
        let made =
            tokio::task::spawn_blocking(move || made(&inner, &blobs, &gathered, &policy, paper.as_deref()));
        Ok(made.await.map_err(|_| Fault::other("making a court bundle panicked"))??)
    }
}

fn gather(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    who: &Caller,
    id: RequestId,
    package: PackageId,
    purpose: ExportPurpose,
) -> Answer<Gathered> {
    let mut attempt = Attempt::new(who, Action::PackageExport, inner.now());
    let Some(parties) = rows::parties(tx, id)? else {
        return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
    };
    attempt.request = Some(id);
    let relation = attempt.concerns(inner, &parties);
    let loaded = rows::load(tx, store.instance_key(), id)?;
    let found = loaded.as_ref().and_then(|(request, _)| request.package(package)).cloned();
    let released = found.as_ref().is_some_and(|package| package.released.is_some());
    let facts = Facts { released, ..attempt.facts(parties.arrived, parties.ended) };
    if let Err(code) = attempt.ask(inner, relation, facts) {
        return attempt.refuse(tx, vec![Refusal::new(code)]);
    }
    let Some((request, key)) = loaded else {
        return attempt.refuse(tx, vec![Refusal::new(RefusalCode::Erased)]);
    };
    let Some(found) = found.filter(|_| released) else {
        return attempt.refuse(tx, vec![Refusal::of(RefusalCode::PackageUnknown, "package")]);
    };
    if relation == Relation::Authority {
        let people = Source { people: source::people(tx, id)?, ..Source::default() };
        if let Err(refusals) = may_be_fetched(&request, &people, attempt.now) {
            return attempt.refuse(tx, refusals);
        }
    }
    let Some(kept) = manifest::find(tx, &key, id, package)? else {
        return attempt.refuse(tx, vec![Refusal::of(RefusalCode::ManifestMissing, "package")]);
    };
    let own = who.organisation().ok_or_else(|| Fault::other("a bundle for nobody"))?;
    let mut taken = manifest::taken(tx, id, own, MOST_TAKEN + 1)?;
    let going = going(&found, relation);
    taken.push(told(&mut attempt, package, purpose, &going)?);
    if taken.len() > usize::try_from(MOST_TAKEN).unwrap_or(usize::MAX) || !fits(found.files.len(), &taken) {
        return attempt
            .refuse(tx, vec![Refusal::of(RefusalCode::TooMuch, "package").with("max", MOST_TAKEN)]);
    }
    let course = match course(tx, inner, &attempt, &request, found, &kept, taken)? {
        Ok(course) => course,
        Err(refusals) => return attempt.refuse(tx, refusals),
    };
    let files = content(tx, id, &course.package, &going)?;
    let reader = reader_of(relation).0;
    let proof = request_bundle(tx, store, id, parties.reference.clone(), Some(reader))?.to_string();
    attempt.record(tx, "viewed", "")?;
    let now = attempt.now;
    Ok(Ok(Gathered { course, reference: parties.reference, kept, proof, key, files, now }))
}

/// The files that go along: to the authority none that was given beyond the request.
fn going(package: &Package, relation: Relation) -> Vec<UploadId> {
    let beyond = |file: &UploadId| relation == Relation::Authority && package.went_too_far(*file);
    package.files.iter().map(|file| file.upload).filter(|file| !beyond(file)).collect()
}

/// This export as the trail will tell it.
fn told(
    attempt: &mut Attempt<'_>,
    package: PackageId,
    purpose: ExportPurpose,
    files: &[UploadId],
) -> Result<Taken, Fault> {
    let detail = Exported { package, purpose, files: files.to_vec() };
    attempt.detail = serde_json::to_string(&detail).map_err(|error| Fault::json("an export", &error))?;
    Ok(Taken {
        at_us: attempt.now.us(),
        person: attempt.caller.actor().map_or_else(|| "-".to_owned(), |actor| actor.person.to_string()),
        action: attempt.action.as_str().to_owned(),
        basis: attempt.basis.clone(),
        detail: attempt.detail.clone(),
    })
}

fn course(
    tx: &mut dyn Tx,
    inner: &Inner,
    attempt: &Attempt<'_>,
    request: &Request,
    package: Package,
    kept: &ManifestRow,
    taken: Vec<Taken>,
) -> Answer<Course> {
    let parties = match both(tx, request.from, request.to)? {
        Ok(parties) => parties,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let released = package.released.as_ref().map_or(attempt.now, |by| by.at);
    let keys = [inner.ledger.evidence_key(released)?.verifier().clone()];
    let manifest = signed::read::<Manifest>(kept.note.as_bytes(), &keys);
    let manifest = manifest.map_err(|refusal| Fault::other(format!("a stored manifest: {refusal}")))?;
    if package.manifest.as_deref() != Some(manifest.sha256.to_string().as_str()) {
        return Err(Fault::other("a stored manifest that is not the one of its release"));
    }
    let (provider, authority) = (seen(&parties.to.name), seen(&parties.from.name));
    let own = if attempt.caller.organisation() == Some(request.to) { &provider } else { &authority };
    Ok(Ok(Course {
        own: own.clone(),
        package,
        manifest,
        provider,
        authority,
        basis: attempt.basis.clone(),
        taken,
    }))
}

fn content(
    tx: &mut dyn Tx,
    id: RequestId,
    package: &Package,
    going: &[UploadId],
) -> Result<Vec<(u64, Weighed, Vec<String>)>, Fault> {
    let mut files = Vec::new();
    for (number, file) in (1..).zip(&package.files).filter(|(_, file)| going.contains(&file.upload)) {
        let upload = upload::find(tx, &file.upload.to_string())?.filter(|u| u.dossier == id.to_string());
        let upload = upload.ok_or_else(|| Fault::other("a released file that is gone"))?;
        let sha256 = file.sha256.parse().map_err(|why: &str| Fault::other(why))?;
        files.push((number, Weighed { bytes: file.bytes, sha256 }, upload::paths(tx, &upload.id)?));
    }
    Ok(files)
}

/// The keys with which something was signed at these moments.
fn keys_of(inner: &Inner, signed_at: &[Moment]) -> Result<Keys, Fault> {
    let years: BTreeSet<i64> = signed_at.iter().map(|at| Ledger::year_of(*at)).collect();
    let key = |year| inner.ledger.evidence_key_of(year).map(|key| key.verifier().clone());
    let instance: Result<Vec<_>, Fault> = years.into_iter().map(key).collect();
    Ok(Keys { provider: Vec::new(), authority: Vec::new(), instance: instance? })
}

fn made(
    inner: &Inner,
    blobs: &BlobStore,
    gathered: &Gathered,
    policy: &str,
    paper: Option<&[u8]>,
) -> Result<CourtBundle, Fault> {
    let Gathered { course, reference, kept, proof, key, files, now } = gathered;
    let (custody, case, mut signed_at) = course.chain(inner)?;
    let receipt = course.receipt(inner)?;
    let moments = [course.package.released.as_ref().map(|by| by.at), Some(*now)];
    signed_at.extend(moments.into_iter().flatten());
    signed_at.extend(course.package.receipt.as_ref().map(|receipt| receipt.by.at));
    let keys = keys_of(inner, &signed_at)?;
    let parts = Parts {
        delivery: &course.manifest.body.delivery,
        mode: Mode::SealedByServer,
        manifest: &kept.note,
        stamp: kept.stamp.as_ref().map(|stamp| (stamp.answer.as_slice(), stamp.roots.as_str())),
        custody: &custody,
        case: Some(&case),
        receipt: receipt.as_deref(),
        proof: Some((proof, policy)),
        paper,
        keys: &keys,
    };
    let weighed: Vec<(u64, Weighed)> = files.iter().map(|(number, weighed, _)| (*number, *weighed)).collect();
    let texts = parts.texts(&weighed, &inner.ledger.evidence_key(*now)?);
    let texts = texts.map_err(|refusal| Fault::other(refusal.to_string()))?;
    let mut members: VecDeque<Member> = VecDeque::new();
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for (name, bytes) in texts {
        sizes.insert(name.to_owned(), bytes.len() as u64);
        let bytes = Bytes::from(bytes);
        members.push_back(Member { name: name.to_owned(), content: stream::iter([Ok(bytes)]).boxed() });
    }
    for (number, weighed, paths) in files {
        let name = file_name(Mode::SealedByServer, *number);
        sizes.insert(name.clone(), weighed.bytes);
        let content = upload::content(blobs, key, paths.clone());
        let content = content.map(|part| part.map_err(std::io::Error::other)).boxed();
        members.push_back(Member { name, content });
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    Ok(CourtBundle {
        name: format!("{}-court-bundle.zip", reference.chars().map(plain).collect::<String>()),
        bytes: ZipWriter::total(sizes.iter().map(|(name, bytes)| (name.as_str(), *bytes))),
        content: archive(members),
    })
}

/// A file of the archive with its content as it comes.
struct Member {
    name: String,
    content: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

/// The archive of these files, piece by piece.
fn archive(members: VecDeque<Member>) -> Content {
    struct Going {
        zip: Option<ZipWriter>,
        members: VecDeque<Member>,
        open: Option<BoxStream<'static, Result<Bytes, std::io::Error>>>,
    }
    let start = Going { zip: Some(ZipWriter::default()), members, open: None };
    let pieces = stream::try_unfold(start, async |mut going: Going| {
        let Some(mut zip) = going.zip.take() else { return Ok(None) };
        if let Some(mut content) = going.open.take() {
            let piece = match content.next().await {
                Some(piece) => {
                    let piece = piece?;
                    zip.content(&piece);
                    going.open = Some(content);
                    piece
                }
                None => Bytes::from(zip.end()),
            };
            going.zip = Some(zip);
            return Ok(Some((piece, going)));
        }
        let Some(member) = going.members.pop_front() else {
            return Ok(Some((Bytes::from(zip.finish()), going)));
        };
        let piece = Bytes::from(zip.begin(&member.name));
        (going.open, going.zip) = (Some(member.content), Some(zip));
        Ok(Some((piece, going)))
    });
    pieces.boxed()
}
