//! Evidence as the instance vouches for it: the signed manifest of each released package, its custody, its time stamp, and
//! the court bundle of all of it. For files that the instance seals itself, and can therefore read: it says so in each.
//! It signs what this database says happened; it never says that anybody else has signed.

mod custody;
mod export;
mod stamp;

pub use export::CourtBundle;
pub(crate) use stamp::{STAMP, Stamper};
pub use stamp::{TimeStampSettings, run_stamps};

use crate::act::{Denied, hex};
use crate::ledger::{Ledger, record, retention};
use crate::request::Parties;
use crate::{Exchange, Inner, fill, zone_of};
use comity_domain::id::{PackageId, RequestId};
use comity_domain::procedure::PinnedProcedure;
use comity_domain::request::{Package, PackageFile, Request, RequestEvent};
use comity_domain::time::Moment;
use comity_evidence::manifest::{
    Basis, Encryption, FileEntry, Manifest, Mode, Producer, RequestName, Retention,
};
use comity_evidence::{Digest, When, seen, signed};
use comity_ledger::SigningKey;
use comity_ledger::bundle::EVIDENCE_KEY;
use comity_store::seal::DossierKey;
use comity_store::{Fault, Tx, ledger as rows, manifest, upload};
use std::collections::{BTreeMap, BTreeSet};

/// The longest name of a file in a manifest, in bytes, before a number is put in front of one that stands there twice.
const LONGEST_NAME: usize = 200;
/// The most items that one file is said to answer.
const MOST_ITEMS: usize = 100;
/// Newest records of the ledger itself among which that of the key is looked for.
const LOOKED_AT: i64 = 1_000;
/// What stands for a media type that nobody knows.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The manifest of a package that is being released, signed and not yet stored.
pub(crate) struct Attested {
    request: RequestId,
    package: PackageId,
    note: String,
    at: Moment,
}

/// A moment as statements write it: to the second, with its offset.
fn when(at: Moment) -> Result<When, Fault> {
    let minutes = at.offset().seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    let text = format!("{}{sign}{hours:02}:{minutes:02}", at.civil().strftime("%Y-%m-%dT%H:%M:%S"));
    text.parse().map_err(Fault::other)
}

fn digest(hex: &str) -> Result<Digest, Fault> {
    hex.parse().map_err(Fault::other)
}

/// Signs the manifest of what is released by these events, and has its hash stand in the event. Where none can be made,
/// as of more files than one manifest holds, the release goes on without, and its page says so. The moment of the release is
/// the one that counts, for the key of its year too.
pub(crate) fn attest(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: &Request,
    parties: &Parties,
    events: &mut [RequestEvent],
) -> Result<Option<Attested>, Fault> {
    let released = events.iter_mut().find_map(|event| match event {
        RequestEvent::PackageReleased { package, manifest, by, .. } => Some((*package, manifest, by.at)),
        _ => None,
    });
    let Some((id, named, at)) = released else { return Ok(None) };
    let Some(package) = request.package(id) else { return Ok(None) };
    let pinned = inner.pinned(&request.procedure).ok_or_else(|| Fault::other("an unknown procedure"))?;
    let manifest = manifest_of(tx, request, package, parties, pinned, at)?;
    let key = inner.ledger.evidence_key(at)?;
    match signed::sign(&manifest, &key) {
        Ok(note) => {
            *named = Some(Digest::of(note.as_bytes()).to_string());
            record_key(tx, &key, at)?;
            Ok(Some(Attested { request: request.id, package: id, note, at }))
        }
        Err(refusal) => {
            tracing::warn!(package = %id, why = %refusal, "A package is released without a manifest");
            Ok(None)
        }
    }
}

impl Attested {
    /// Stores it, and has it stamped where there is an authority for that.
    pub(crate) fn keep(&self, tx: &mut dyn Tx, inner: &Inner, key: &DossierKey) -> Result<(), Fault> {
        manifest::put(tx, key, self.request, self.package, &self.note, self.at.us())?;
        stamp::ask_soon(tx, inner, self.request, self.package, self.at)
    }
}

fn manifest_of(
    tx: &mut dyn Tx,
    request: &Request,
    package: &Package,
    parties: &Parties,
    pinned: &PinnedProcedure,
    at: Moment,
) -> Result<Manifest, Fault> {
    let zone = zone_of(&parties.to);
    let mut delivery = [0; 16];
    fill(&mut delivery);
    let before = request.packages.iter().filter(|other| other.id != package.id && other.manifest.is_some());
    let before = before.max_by_key(|other| other.released.as_ref().map(|by| by.at));
    let pin = pinned.pin();
    Ok(Manifest {
        delivery: hex(&delivery),
        previous: before.and_then(|other| other.manifest.as_deref()).map(digest).transpose()?,
        request: RequestName { id: request.id.to_string(), reference: request.reference.clone() },
        basis: Basis {
            procedure: pin.id.clone(),
            version: pin.version.to_string(),
            sha256: digest(&pin.hash)?,
        },
        purpose: seen(&format!("request {}: {}", request.reference, pinned.procedure.title.en)),
        producer: Producer {
            organisation: seen(&parties.to.name),
            system: "not stated to this instance".to_owned(),
            tool: format!("comity {}", env!("CARGO_PKG_VERSION")),
        },
        made: when(at.in_zone(&zone))?,
        encryption: Encryption {
            mode: Mode::SealedByServer,
            meaning: Mode::SealedByServer.words().to_owned(),
            recipients: BTreeSet::new(),
        },
        retention: Retention { rule: seen(&retention(pinned)), until: None },
        files: files_of(tx, request, package, &zone)?,
    })
}

fn files_of(
    tx: &mut dyn Tx,
    request: &Request,
    package: &Package,
    zone: &jiff::tz::TimeZone,
) -> Result<Vec<FileEntry>, Fault> {
    let uploads = upload::of_dossier(tx, &request.id.to_string())?.into_iter();
    let arrived: BTreeMap<String, i64> =
        uploads.filter_map(|upload| Some((upload.id, upload.completed_at_us?))).collect();
    let mut names = BTreeSet::new();
    let mut entries = Vec::new();
    for (number, file) in (1..).zip(&package.files) {
        let arrived_us = arrived.get(&file.upload.to_string());
        let arrived_us =
            arrived_us.ok_or_else(|| Fault::other("a package with a file that did not arrive"))?;
        let arrived =
            Moment::from_columns(*arrived_us, 0).map_err(|fault| Fault::other(fault.to_string()))?;
        let mut name = file_name(&file.name);
        if !names.insert(name.clone()) {
            name = format!("{number:04} {name}");
            names.insert(name.clone());
        }
        entries.push(FileEntry {
            number,
            name,
            media_type: media_type(file),
            size: file.bytes,
            sha256_plain: digest(&file.sha256)?,
            sha256_cipher: None,
            items: items_of(package, file),
            acquired: when(arrived.in_zone(zone))?,
        });
    }
    Ok(entries)
}

/// A name as a manifest has it: no path, nothing that is not seen.
fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if matches!(c, '/' | '\\') { '_' } else { c }).collect();
    let mut name = seen(&plain);
    name.truncate(name.floor_char_boundary(LONGEST_NAME));
    let name = name.trim().to_owned();
    if name.trim_matches('.').is_empty() { "file".to_owned() } else { name }
}

fn media_type(file: &PackageFile) -> String {
    let known = &file.media_type;
    let parts = known.split('/').filter(|part| !part.is_empty()).count();
    let plain = known.len() <= 100 && known.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && parts == 2 && known.matches('/').count() == 1 {
        known.clone()
    } else {
        UNKNOWN_TYPE.to_owned()
    }
}

fn items_of(package: &Package, file: &PackageFile) -> BTreeSet<String> {
    let items = if file.items.is_empty() { &package.items } else { &file.items };
    items.iter().take(MOST_ITEMS).map(ToString::to_string).collect()
}

/// Puts on record with which key manifests of this year are signed, once.
fn record_key(tx: &mut dyn Tx, key: &SigningKey, now: Moment) -> Result<(), Fault> {
    let verifier = key.verifier().to_string();
    let says = |record: &rows::Record| {
        let body: serde_json::Value = serde_json::from_str(&record.body).unwrap_or_default();
        body["record"] == EVIDENCE_KEY && body["key"] == verifier
    };
    if rows::own_records(tx, LOOKED_AT)?.iter().any(says) {
        return Ok(());
    }
    let body = serde_json::json!({ "record": EVIDENCE_KEY, "key": verifier, "at": now.to_string() });
    record(tx, None, body.to_string(), now).map(drop)
}

impl Exchange {
    /// The keys that sign manifests, custody and receipts of this instance, one line each as `comity verify court --keys`
    /// reads them: of every year that has a log, and of this one. Public.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn evidence_keys(&self) -> Result<String, Denied> {
        let mut years: BTreeSet<i64> = self.ledger_years().await?.into_iter().collect();
        years.insert(Ledger::year_of(self.now()));
        let ledger = &self.inner.ledger;
        let keys: Result<Vec<_>, Fault> =
            years.into_iter().map(|year| Ok(ledger.evidence_key_of(year)?.verifier().clone())).collect();
        let keys =
            comity_evidence::court::Keys { provider: Vec::new(), authority: Vec::new(), instance: keys? };
        Ok(keys.to_string())
    }
}
