//! The files' part of `comity check`: the content of each upload is there and is what was hashed when it arrived, each
//! file of a package is the one that the record of the request names, and the reports of inspections open.
//! It reads every byte and writes nothing. What is removed while it reads is no finding.

use crate::Exchange;
use crate::act::hex;
use comity_domain::id::RequestId;
use comity_domain::request::Request;
use comity_evidence::Digest;
use comity_store::seal::{BlobKey, DossierKey};
use comity_store::{Fault, Tx, inspection, manifest, upload};
use futures_util::TryStreamExt;
use sha2::{Digest as _, Sha256};

/// An upload whose content is to be read.
pub(crate) struct Kept {
    pub(crate) request: RequestId,
    id: String,
    digest: String,
    paths: Vec<String>,
    key: BlobKey,
}

/// Files and sealed manifests that are not those that the packages name.
fn named_otherwise(rows: &[upload::Upload], request: &Request) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in request.packages.iter().flat_map(|package| &package.files) {
        let named = file.upload.to_string();
        let same = |row: &&upload::Upload| {
            row.id == named && row.sha256.as_deref() == Some(&*file.sha256) && row.received == file.bytes
        };
        if !rows.iter().any(|row| same(&row)) {
            wrong.push(format!("file {named} is not the one that its package names"));
        }
    }
    for sealing in request.packages.iter().filter_map(|package| package.sealing.as_ref()) {
        let named = sealing.manifest.to_string();
        let same = |row: &upload::Upload| {
            row.id == named
                && row.sha256.as_deref() == Some(&*sealing.cipher)
                && row.received == sealing.bytes
        };
        if !rows.iter().any(same) {
            wrong.push(format!("manifest {named} is not the one that its package names"));
        }
    }
    wrong
}

/// Manifests that are not those of the releases.
fn manifests(tx: &mut dyn Tx, key: &DossierKey, request: &Request) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in &request.packages {
        // The manifest of what is sealed end to end lies among the files.
        let Some(named) = package.manifest.as_ref().filter(|_| package.sealing.is_none()) else { continue };
        let kept = manifest::find(tx, key, request.id, package.id);
        let found = kept.map(|kept| kept.map(|kept| Digest::of(kept.note.as_bytes()).to_string()));
        match found {
            Ok(Some(found)) if found == *named => {}
            Ok(_) => {
                wrong.push(format!("the manifest of package {} is not the one of its release", package.id));
            }
            Err(fault) => {
                wrong
                    .push(format!("the manifest of package {} does not open: {}", package.id, fault.message));
            }
        }
    }
    wrong
}

/// What is wrong with the rows of a dossier's uploads, and which contents are to be read.
pub(crate) fn uploads(
    tx: &mut dyn Tx,
    key: &DossierKey,
    request: &Request,
) -> Result<(Vec<Kept>, Vec<String>), Fault> {
    let (mut kept, mut wrong) = (Vec::new(), Vec::new());
    let rows = upload::of_dossier(tx, &request.id.to_string())?;
    if let Err(fault) = inspection::of_dossier(tx, key, &request.id.to_string()) {
        wrong.push(format!("the report on a file does not open: {}", fault.message));
    }
    wrong.extend(named_otherwise(&rows, request));
    wrong.extend(manifests(tx, key, request));
    for row in rows {
        match row.digest(key) {
            Ok(digest) if row.sha256.as_ref().is_none_or(|sha256| *sha256 == digest) => {
                match upload::blob_key(tx, key, &row) {
                    Ok(Some(key)) => {
                        let paths = upload::paths(tx, &row.id)?;
                        kept.push(Kept { request: request.id, id: row.id, digest, paths, key });
                    }
                    // Destroyed: there is nothing to be read any more.
                    Ok(None) => {}
                    Err(fault) => {
                        wrong.push(format!(
                            "the release key of file {} does not open: {}",
                            row.id, fault.message
                        ));
                    }
                }
            }
            Ok(_) => wrong.push(format!("file {} has another digest than its parts had", row.id)),
            Err(fault) => wrong.push(format!("file {} does not open: {}", row.id, fault.message)),
        }
    }
    Ok((kept, wrong))
}

impl Exchange {
    /// Reads a content to its end; what is wrong with it, if anything.
    ///
    /// # Errors
    /// A fault of the store.
    pub(crate) async fn check_content(&self, kept: &Kept) -> Result<Option<String>, Fault> {
        let read = upload::content(self.store.blobs(), &kept.key, kept.paths.clone());
        let read = read.try_fold(Sha256::new(), async |hash, piece| Ok(hash.chain_update(&piece))).await;
        let wrong = match read.map(|hash| hex(&hash.finalize())) {
            Ok(digest) if digest == kept.digest => return Ok(None),
            Ok(_) => "it is not what arrived".to_owned(),
            Err(error) => error.to_string(),
        };
        let (id, paths) = (kept.id.clone(), kept.paths.clone());
        let still = move |tx: &mut dyn Tx| Ok::<_, Fault>(upload::paths(tx, &id)? == paths);
        let still = self.store.read("check.file", still).await?;
        Ok(still.then(|| format!("the content of file {}: {wrong}", kept.id)))
    }
}
