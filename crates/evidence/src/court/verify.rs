//! Whether a court bundle holds what it claims: every part against its signature, and all against each other.

use super::keys::MAX_KEYS;
use super::place::{Place, invalid, unreadable};
use super::{
    CASE, CUSTODY, EXPLAINED, INDEX, Index, KEYS, Keys, Listed, MANIFEST, PAPER, POLICY, PROOF, RECEIPT,
    STAMP, STAMP_ROOTS, file_name,
};
use crate::case as linked;
use crate::custody::{Custody, FileState, MAX_CHAIN, Receipt, ReceivedFile};
use crate::hash::{Digest, Weighed};
use crate::inner::{self, InnerFault};
use crate::manifest::{FileEntry, Manifest, Mode};
use crate::signed::{self, MAX_STATEMENT, Signed};
use crate::stamp::{self, MAX_ANSWER};
use crate::vault::VaultKey;
use comity_ledger::Policy;
use comity_ledger::bundle::{Bundle, Opening, Refusal, Subject};
use rustls_pki_types::CertificateDer;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// The longest proof that is read, in bytes.
const MAX_PROOF: usize = 64 << 20;
/// The longest explanation, policy or file of roots that is read, in bytes.
const MAX_TEXT: usize = 64 * 1024;
/// What no bundle is without.
const NEEDED: [&str; 5] = [EXPLAINED[0].0, EXPLAINED[1].0, KEYS, MANIFEST, CUSTODY];
/// What else may stand in one, beside the files of the delivery.
const MORE: [&str; 7] = [RECEIPT, STAMP, STAMP_ROOTS, PROOF, POLICY, PAPER, CASE];

/// What a reader trusts, in the place of what the bundle brings along.
#[derive(Debug, Default)]
pub struct Trust {
    /// The keys of the two sides.
    pub keys: Option<Keys>,
    /// The keys of logs and witnesses.
    pub policy: Option<Policy>,
    /// The roots of authorities for time stamps.
    pub roots: Option<Vec<CertificateDer<'static>>>,
    /// Keys of a vault: with one, the content of each file is compared too.
    pub vault: Vec<VaultKey>,
}

/// What a bundle shows in which nothing is wrong.
#[derive(Debug, Default)]
pub struct Report {
    /// What was shown, in sentences.
    pub shown: Vec<String>,
    /// What could not be decided, in sentences; the bundle is valid where there is none.
    pub open: Vec<String>,
    /// What was taken from the bundle itself and is to be compared with what others publish.
    pub compare: Vec<String>,
}

/// Verifies a bundle.
///
/// # Errors
/// [`Refusal::Invalid`] with the first thing that is not as it must be; [`Refusal::Undecided`] where the bundle cannot be
/// read or its list is of an unknown version.
pub fn verify(path: &Path, trust: &Trust) -> Result<Report, Refusal> {
    whole(path, trust).map(|(report, _)| report)
}

/// The custody of a bundle in which nothing is wrong, as [`crate::case::export`] writes it.
///
/// # Errors
/// As of [`verify`].
pub fn case(path: &Path, trust: &Trust) -> Result<String, Refusal> {
    whole(path, trust).map(|(_, case)| case)
}

fn whole(path: &Path, trust: &Trust) -> Result<(Report, String), Refusal> {
    let place = Place::at(path)?;
    let names = place.names()?;
    let keys = match &trust.keys {
        Some(keys) => keys.clone(),
        None => text(&place.small(KEYS, MAX_KEYS)?)?.parse().map_err(Refusal::Invalid)?,
    };
    let index: Signed<Index> = signed::read(&place.small(INDEX, MAX_STATEMENT)?, &keys.all())?;
    let listed: BTreeSet<&str> = index.body.files.keys().map(String::as_str).chain([INDEX]).collect();
    if let Some(name) = names.iter().find(|name| !listed.contains(name.as_str())) {
        return invalid(format!("{name}: it is not in the list of the bundle"));
    }
    if let Some(name) = listed.iter().find(|name| !names.contains(**name)) {
        return invalid(format!("{name}: it is missing"));
    }
    if let Some(name) = NEEDED.iter().find(|name| !index.body.files.contains_key(**name)) {
        return invalid(format!("{name}: no bundle is without it"));
    }
    let mut check = Check { place: &place, files: &index.body.files, trust, keys, report: Report::default() };
    check.unchanged()?;
    check.explained()?;
    let manifest = check.manifest(&index.body.delivery)?;
    let receipt = check.receipt(&manifest)?;
    check.delivered(&manifest.body, receipt.as_ref())?;
    let case = check.custody(&manifest)?;
    check.stamp(&manifest)?;
    check.proof(&manifest)?;
    if trust.keys.is_none() {
        check.report.compare.extend(check.keys.to_string().lines().map(str::to_owned));
    }
    Ok((check.report, case))
}

fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes).map_err(|_| Refusal::Invalid("a text that is not UTF-8".to_owned()))
}

struct Check<'a> {
    place: &'a Place,
    files: &'a BTreeMap<String, Listed>,
    trust: &'a Trust,
    keys: Keys,
    report: Report,
}

impl Check<'_> {
    /// A part that is in the list, with the bytes that the list names; nothing where the list has none.
    fn part(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(listed) = self.files.get(name) else { return Ok(None) };
        let bytes = self.place.small(name, most)?;
        let found = Listed { bytes: bytes.len() as u64, sha256: Digest::of(&bytes) };
        if found == *listed { Ok(Some(bytes)) } else { invalid(format!("{name}: it was changed")) }
    }

    fn needed(&self, name: &str, most: usize) -> Result<Vec<u8>, Refusal> {
        self.part(name, most)?.ok_or_else(|| Refusal::Invalid(format!("{name}: no bundle is without it")))
    }

    fn shown(&mut self, sentence: String) {
        self.report.shown.push(sentence);
    }

    /// Every part but the delivered files, before anything is read into them.
    fn unchanged(&self) -> Result<(), Refusal> {
        NEEDED.into_iter().chain(MORE).try_for_each(|name| self.part(name, MAX_PROOF).map(drop))
    }

    fn explained(&mut self) -> Result<(), Refusal> {
        // The keys that count may be another file's; this one still stands in the list.
        self.needed(KEYS, MAX_KEYS)?;
        for (name, own) in EXPLAINED {
            if self.needed(name, MAX_TEXT)? != own.as_bytes() {
                self.shown(format!("{name} is not as this program writes it: do nothing because it says so"));
            }
        }
        Ok(())
    }

    fn manifest(&mut self, delivery: &str) -> Result<Signed<Manifest>, Refusal> {
        let bytes = self.needed(MANIFEST, MAX_STATEMENT)?;
        let manifest: Signed<Manifest> = signed::read(&bytes, &self.keys.all())?;
        let mode = manifest.body.encryption.mode;
        if !self.keys.of_manifest(mode).contains(&manifest.by) {
            return invalid(format!("{MANIFEST}: {} has signed, whose word it is not", manifest.by.name()));
        }
        if manifest.body.delivery != delivery {
            return invalid("the list and the manifest are of different deliveries");
        }
        let Manifest { request, producer, made, .. } = &manifest.body;
        self.shown(format!("delivery {delivery} for request {} ({})", request.reference, request.id));
        self.shown(format!(
            "{} files of {}, made {made}, signed by {}",
            manifest.body.files.len(),
            producer.organisation,
            manifest.by.name()
        ));
        self.shown(mode.words().to_owned());
        Ok(manifest)
    }

    /// The files, each as the manifest and the list name it. One may be left out where the receiver said that it was given
    /// beyond the request: it is not handed on.
    fn delivered(&mut self, manifest: &Manifest, receipt: Option<&Receipt>) -> Result<(), Refusal> {
        let mode = manifest.encryption.mode;
        let wanted: BTreeSet<String> =
            manifest.files.iter().map(|file| file_name(mode, file.number)).collect();
        let known = |name: &str| wanted.contains(name) || NEEDED.contains(&name) || MORE.contains(&name);
        if let Some(name) = self.files.keys().find(|name| !known(name)) {
            return invalid(format!("{name}: neither the manifest nor any bundle has such a file"));
        }
        for file in &manifest.files {
            let name = file_name(mode, file.number);
            let beyond = receipt.is_some_and(|receipt| {
                let found = |received: &&ReceivedFile| received.number == file.number;
                receipt.files.iter().find(found).is_some_and(|found| found.found == FileState::OverDisclosure)
            });
            match self.files.get(&name) {
                Some(listed) => self.one(&name, file, *listed, mode)?,
                None if beyond => self.shown(format!("{name} is left out: it was given beyond the request")),
                None => return invalid(format!("{name}: it is missing")),
            }
        }
        match mode {
            Mode::EndToEnd if self.trust.vault.is_empty() => self.shown(
                "the files were not opened: without the key of a vault only their envelopes are compared"
                    .to_owned(),
            ),
            Mode::SealedByServer => self.shown("the files are those of the manifest".to_owned()),
            Mode::EndToEnd => {}
        }
        Ok(())
    }

    fn one(&mut self, name: &str, file: &FileEntry, listed: Listed, mode: Mode) -> Result<(), Refusal> {
        let opened = match mode {
            Mode::EndToEnd => self.content(name, file)?,
            Mode::SealedByServer => None,
        };
        let again = || self.place.open(name).and_then(Weighed::of);
        let found = opened.map_or_else(again, Ok).map_err(|error| unreadable(name, &error))?;
        let named = match (mode, file.sha256_cipher) {
            (Mode::EndToEnd, cipher) => cipher == Some(found.sha256),
            (Mode::SealedByServer, _) => found.sha256 == file.sha256_plain && found.bytes == file.size,
        };
        let found = Listed { bytes: found.bytes, sha256: found.sha256 };
        if named && found == listed {
            Ok(())
        } else {
            invalid(format!("{name}: it is not the file of the manifest"))
        }
    }

    /// Opens one file where there is a key for it, and compares its content; answers what was read of its envelope.
    fn content(&mut self, name: &str, file: &FileEntry) -> Result<Option<Weighed>, Refusal> {
        if self.trust.vault.is_empty() {
            return Ok(None);
        }
        let opened = self.place.open(name).map_err(|error| unreadable(name, &error))?;
        match inner::open(&self.trust.vault, opened, io::sink()) {
            Ok(sealed) if sealed.plain.sha256 == file.sha256_plain && sealed.plain.bytes == file.size => {
                self.shown(format!("{name} opens to the content that the manifest names"));
                Ok(Some(sealed.cipher))
            }
            Ok(_) => invalid(format!("{name}: its content is not that of the manifest")),
            Err(InnerFault::NotForThisKey) => {
                self.report.open.push(format!("{name}: it is not sealed to the key that was given"));
                Ok(None)
            }
            Err(InnerFault::Io(error)) => Err(unreadable(name, &error)),
            Err(fault) => invalid(format!("{name}: {fault}")),
        }
    }

    fn custody(&mut self, manifest: &Signed<Manifest>) -> Result<String, Refusal> {
        let mode = manifest.body.encryption.mode;
        let all = self.keys.all();
        let keys = if mode == Mode::SealedByServer { &self.keys.instance } else { &all };
        let custody = Custody::read(&self.needed(CUSTODY, MAX_CHAIN)?, keys)?;
        custody.agrees(&manifest.body).map_err(Refusal::Invalid)?;
        self.shown(format!("custody: {} entries without a gap", custody.entries().len()));
        let case = linked::export(manifest, &custody).map_err(Refusal::Invalid)?;
        match self.part(CASE, MAX_PROOF)? {
            Some(found) if found != case.as_bytes() => {
                return invalid(format!("{CASE}: it says something else than {CUSTODY}"));
            }
            Some(_) => self.shown(format!("{CASE} says what {CUSTODY} says")),
            None => {}
        }
        Ok(case)
    }

    fn receipt(&mut self, manifest: &Signed<Manifest>) -> Result<Option<Receipt>, Refusal> {
        let Some(bytes) = self.part(RECEIPT, MAX_STATEMENT)? else {
            self.report.open.push("there is no receipt: what the receiver found is not shown".to_owned());
            return Ok(None);
        };
        let keys = self.keys.of_receipt(manifest.body.encryption.mode);
        let receipt: Signed<Receipt> = signed::read(&bytes, keys)?;
        receipt.body.agrees(manifest).map_err(Refusal::Invalid)?;
        let found = if receipt.body.is_intact() { "every file intact" } else { "NOT every file intact" };
        self.shown(format!("receipt of {}, signed by {}: {found}", receipt.body.at, receipt.by.name()));
        Ok(Some(receipt.body))
    }

    fn stamp(&mut self, manifest: &Signed<Manifest>) -> Result<(), Refusal> {
        let parts = (self.part(STAMP, MAX_ANSWER)?, self.part(STAMP_ROOTS, MAX_TEXT)?);
        let (Some(answer), Some(own)) = parts else {
            self.report
                .open
                .push("there is no time stamp: when the manifest existed is its maker's word".to_owned());
            return Ok(());
        };
        let roots = match &self.trust.roots {
            Some(roots) => Ok(roots.clone()),
            None => stamp::roots(&own),
        };
        match roots.and_then(|roots| stamp::verify(&answer, &manifest.sha256, None, &roots)) {
            Ok(stamp) => {
                self.shown(format!(
                    "stamped {} by {} under policy {}",
                    stamp.time, stamp.authority, stamp.policy
                ));
                if self.trust.roots.is_none() {
                    let root = Digest::of(&own);
                    self.report.compare.push(format!("{STAMP_ROOTS}, SHA-256 {root}"));
                }
                Ok(())
            }
            Err(Refusal::Undecided(why)) => {
                self.report.open.push(why);
                Ok(())
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn proof(&mut self, manifest: &Signed<Manifest>) -> Result<(), Refusal> {
        let parts = (self.part(PROOF, MAX_PROOF)?, self.part(POLICY, MAX_TEXT)?);
        let (Some(proof), Some(own)) = parts else {
            self.report.open.push("there is no proof of the ledger".to_owned());
            return Ok(());
        };
        let policy = match &self.trust.policy {
            Some(policy) => policy.clone(),
            None => text(&own)?.parse().map_err(|fault| Refusal::Invalid(format!("{POLICY}: {fault}")))?,
        };
        let checked = Bundle::parse(&proof).and_then(|bundle| Ok((bundle.verify(&policy)?, bundle)));
        let (report, bundle) = match checked {
            Ok(both) => both,
            Err(Refusal::Undecided(why)) => {
                self.report.open.push(format!("{PROOF}: {why}"));
                return Ok(());
            }
            Err(Refusal::Invalid(why)) => return invalid(format!("{PROOF}: {why}")),
        };
        let request = &manifest.body.request;
        let same = matches!(&bundle.subject, Subject::Request { id, reference }
            if *id == request.id && *reference == request.reference);
        if !same {
            return invalid(format!("{PROOF}: it is of another request than the manifest"));
        }
        let hash = manifest.sha256.to_string();
        let names = |opening: &Opening| match opening {
            Opening::Event(_, body) => body.windows(hash.len()).any(|window| window == hash.as_bytes()),
            Opening::Record(..) | Opening::Erased(_) | Opening::Withheld(_) => false,
        };
        if !bundle.entries.iter().any(|entry| names(&entry.opening)) {
            self.report
                .open
                .push("no event of the request that is shown names the manifest's hash".to_owned());
        }
        self.shown(format!("ledger: {} events proved, {} withheld", report.events, report.withheld));
        if self.trust.policy.is_none() {
            self.report.compare.extend(bundle.keys.iter().map(|key| format!("log {key}")));
        }
        Ok(())
    }
}
