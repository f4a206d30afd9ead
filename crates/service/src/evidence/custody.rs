//! The custody of a package as the events of its request and the trail tell it. The common part of the way is the same for
//! both sides; who opened or took a copy is each side's own and stands in its bundle alone.
//! Entries are made anew for each bundle, from what does not change and with keys that give the same signatures, so that a
//! later bundle continues an earlier one.

use super::{digest, when};
use crate::Inner;
use comity_domain::id::{PackageId, UploadId};
use comity_domain::party::Signature;
use comity_domain::request::{Found, Package};
use comity_domain::term::ExportPurpose;
use comity_domain::time::Moment;
use comity_evidence::custody::{
    Custody, CustodyAct, Entry, FileState, MAX_ENTRIES, Receipt, ReceivedFile, Who,
};
use comity_evidence::manifest::Manifest;
use comity_evidence::signed::{self, Signed};
use comity_evidence::{case, seen};
use comity_store::Fault;
use comity_store::manifest::Taken;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What stands for a purpose that nobody was asked for.
const OPENED_FOR: &str = "download; no other purpose was stated than that of the request";
/// Who receives: both sides are served by one instance, so that what is released has arrived.
const INSTANCE: &str = "the instance";
/// The most acts of one file beside its openings and copies.
const ACTS: usize = 6;

/// What the trail keeps of an export.
#[derive(Serialize, Deserialize)]
pub(super) struct Exported {
    pub(super) package: PackageId,
    pub(super) purpose: ExportPurpose,
    pub(super) files: Vec<UploadId>,
}

/// What the trail keeps of a download.
#[derive(Deserialize)]
struct Downloaded {
    file: UploadId,
}

/// Everything of a package from which its custody follows.
pub(super) struct Course {
    pub(super) package: Package,
    pub(super) manifest: Signed<Manifest>,
    /// The provider's name, and the authority's.
    pub(super) provider: String,
    pub(super) authority: String,
    /// Who takes the bundle.
    pub(super) own: String,
    pub(super) basis: String,
    /// What people of the own side have taken, oldest first.
    pub(super) taken: Vec<Taken>,
}

/// An act of the course: when, in which order within an instant, and with what.
struct Step {
    at: Moment,
    rank: u8,
    file: u64,
    act: CustodyAct,
    who: Who,
    purpose: Option<String>,
}

/// Whether so much fits into one chain.
pub(super) fn fits(files: usize, taken: &[Taken]) -> bool {
    let exports = taken.iter().map(|taken| {
        serde_json::from_str::<Exported>(&taken.detail).map_or(1, |exported| exported.files.len())
    });
    files.saturating_mul(ACTS) + exports.sum::<usize>() <= MAX_ENTRIES
}

impl Course {
    fn who(&self, by: &Signature) -> Who {
        let organisation = if by.organisation == self.package.prepared.organisation {
            &self.provider
        } else {
            &self.authority
        };
        Who { person: by.person.to_string(), organisation: organisation.clone() }
    }

    fn beyond(&self) -> BTreeSet<UploadId> {
        match self.package.receipt.as_ref().map(|receipt| &receipt.found) {
            Some(Found::OverDisclosure { files }) => files.iter().copied().collect(),
            Some(Found::Intact | Found::Mismatch) | None => BTreeSet::new(),
        }
    }

    /// The chain as it is written, as linked data, and the moments at which its entries were signed.
    pub(super) fn chain(&self, inner: &Inner) -> Result<(String, String, Vec<Moment>), Fault> {
        let mut steps = self.common()?;
        steps.extend(self.own()?);
        steps.sort_by_key(|step| (step.at, step.rank));
        let (mut chain, mut text) = (Custody::default(), String::new());
        for step in &steps {
            let key = inner.ledger.evidence_key(step.at)?;
            let entry = self.entry(step, key.verifier().name())?;
            text += &chain.add(&entry, &key).map_err(|refusal| Fault::other(refusal.to_string()))?;
        }
        let linked = case::export(&self.manifest, &chain).map_err(Fault::other)?;
        Ok((text, linked, steps.into_iter().map(|step| step.at).collect()))
    }

    fn entry(&self, step: &Step, instance: &str) -> Result<Entry, Fault> {
        let file = self.manifest.body.files.iter().find(|file| file.number == step.file);
        let hash = file.map(|file| file.sha256_plain);
        let (before, after) = match step.act {
            CustodyAct::Acquired => (None, hash),
            CustodyAct::Erased => (hash, None),
            _ => (hash, hash),
        };
        Ok(Entry {
            delivery: self.manifest.body.delivery.clone(),
            sequence: 0,
            previous: None,
            act: step.act,
            file: step.file,
            who: step.who.clone(),
            at: when(step.at)?,
            instance: instance.to_owned(),
            basis: seen(&self.basis),
            purpose: step.purpose.clone(),
            before,
            after,
        })
    }

    /// What both sides may know of the way.
    fn common(&self) -> Result<Vec<Step>, Fault> {
        let (mut steps, beyond) = (Vec::new(), self.beyond());
        for (number, file) in (1..).zip(&self.package.files) {
            let mut step = |at, rank, act, who| {
                steps.push(Step { at, rank, file: number, act, who, purpose: None });
            };
            let acquired = self.manifest.body.files.iter().find(|entry| entry.number == number);
            let acquired =
                acquired.ok_or_else(|| Fault::other("a manifest of other files than its package"))?;
            let at = Moment::utc(acquired.acquired.moment());
            step(at, 0, CustodyAct::Acquired, self.who(&self.package.prepared));
            if let Some(by) = &self.package.released {
                step(by.at, 1, CustodyAct::Sent, self.who(by));
                let receiver = Who { person: INSTANCE.to_owned(), organisation: self.authority.clone() };
                step(by.at, 2, CustodyAct::Received, receiver);
            }
            if let Some(receipt) = &self.package.receipt {
                if receipt.found != Found::Mismatch {
                    step(receipt.by.at, 4, CustodyAct::Verified, self.who(&receipt.by));
                }
                if beyond.contains(&file.upload) {
                    step(receipt.by.at, 5, CustodyAct::Returned, self.who(&receipt.by));
                }
            }
            if let Some(deletion) = self.package.deletion.as_ref().filter(|_| beyond.contains(&file.upload)) {
                step(deletion.by.at, 6, CustodyAct::Erased, self.who(&deletion.by));
            }
        }
        Ok(steps)
    }

    /// What the own side has opened and taken.
    fn own(&self) -> Result<Vec<Step>, Fault> {
        let mut steps = Vec::new();
        for taken in &self.taken {
            let at = Moment::from_columns(taken.at_us, 0).map_err(|fault| Fault::other(fault.to_string()))?;
            let who = Who { person: seen(&taken.person), organisation: self.own.clone() };
            let opened = serde_json::from_str::<Downloaded>(&taken.detail).map(|one| vec![one.file]);
            let exported = serde_json::from_str::<Exported>(&taken.detail);
            let (act, purpose, files) = match (opened, exported) {
                (Ok(files), _) => (CustodyAct::Opened, OPENED_FOR, files),
                (_, Ok(exported)) if exported.package == self.package.id => {
                    (CustodyAct::Exported, exported.purpose.sentence(), exported.files)
                }
                _ => continue,
            };
            for (number, file) in (1..).zip(&self.package.files) {
                if files.contains(&file.upload) {
                    let purpose = Some(purpose.to_owned());
                    steps.push(Step { at, rank: 3, file: number, act, who: who.clone(), purpose });
                }
            }
        }
        Ok(steps)
    }

    /// The receipt as the authority has confirmed it, where it has.
    pub(super) fn receipt(&self, inner: &Inner) -> Result<Option<String>, Fault> {
        let Some(receipt) = &self.package.receipt else { return Ok(None) };
        let beyond = self.beyond();
        let mut files = Vec::new();
        for (number, file) in (1..).zip(&self.package.files) {
            let found = match &receipt.found {
                Found::Intact => FileState::Intact,
                Found::OverDisclosure { .. } if !beyond.contains(&file.upload) => FileState::Intact,
                Found::OverDisclosure { .. } => FileState::OverDisclosure,
                Found::Mismatch => FileState::Mismatch,
            };
            files.push(ReceivedFile {
                number,
                found,
                sha256_cipher: None,
                sha256_plain: (found != FileState::Mismatch).then(|| digest(&file.sha256)).transpose()?,
                remark: (found != FileState::Intact).then(|| seen(&receipt.remark)),
            });
        }
        let key = inner.ledger.evidence_key(receipt.by.at)?;
        let said = Receipt {
            delivery: self.manifest.body.delivery.clone(),
            manifest: self.manifest.sha256,
            who: self.who(&receipt.by),
            at: when(receipt.by.at)?,
            instance: key.verifier().name().to_owned(),
            files,
        };
        signed::sign(&said, &key).map(Some).map_err(|refusal| Fault::other(refusal.to_string()))
    }
}
