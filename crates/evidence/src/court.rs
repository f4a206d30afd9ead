//! A court bundle: one folder, or one archive of it, that an expert checks offline, with this program or with `age`,
//! `openssl` and `sha256sum`.
//! Its list `index.note` names every other file with length and hash and is signed by whoever made the bundle; the parts
//! have the signatures of those whose word they are, so that the maker cannot change them either.
//! It may assume nothing of the folder. It never follows a link, and never reads a file whole whose length it has not
//! bounded.

mod keys;
mod place;
mod verify;
mod zip;

pub use keys::Keys;
pub use verify::{Report, Trust, case, verify};
pub use zip::ZipWriter;

use crate::hash::{Digest, Weighed};
use crate::manifest::{MAX_FILES, Mode};
use crate::signed::{self, Statement};
use comity_ledger::SigningKey;
use comity_ledger::bundle::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The list.
const INDEX: &str = "index.note";
const KEYS: &str = "keys";
const POLICY: &str = "policy";
const MANIFEST: &str = "manifest.note";
const STAMP: &str = "manifest.tsr";
const STAMP_ROOTS: &str = "tsa.pem";
const CUSTODY: &str = "custody";
const RECEIPT: &str = "receipt.note";
const PROOF: &str = "request.comity-proof";
/// The chain once more, as linked data.
const CASE: &str = "custody.jsonld";
/// The printed certificate of the answer; hashed like every file, and otherwise paper.
const PAPER: &str = "certificate.pdf";
/// The folder of the delivered files.
const FILES: &str = "files";
/// The most files of a bundle.
const MAX_NAMES: usize = MAX_FILES + 16;
/// What explains the bundle, in each language.
const EXPLAINED: [(&str, &str); 2] = [
    ("README.en.md", include_str!("court/README.en.md")),
    ("README.fr.md", include_str!("court/README.fr.md")),
];

/// Where the file with that number lies: its inner envelope, or the file itself where it has none.
pub fn file_name(mode: Mode, number: u64) -> String {
    match mode {
        Mode::EndToEnd => format!("{FILES}/{number:04}.age"),
        Mode::SealedByServer => format!("{FILES}/{number:04}.bin"),
    }
}

/// One file of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    bytes: u64,
    sha256: Digest,
}

/// The list of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    delivery: String,
    files: BTreeMap<String, Listed>,
}

impl Statement for Index {
    const TYPE: &'static str = "comity court bundle v1";

    fn check(&self) -> Result<(), String> {
        crate::word::check_id("delivery", &self.delivery)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-/".contains(&byte);
        match self.files.keys().find(|name| name.is_empty() || !name.bytes().all(plain)) {
            Some(name) => Err(format!("files: {name:?} is no name of a file of a bundle")),
            None => Ok(()),
        }
    }
}

/// What a bundle is made of beside its files; each part as it was made and kept.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The delivery's identifier.
    pub delivery: &'a str,
    /// How its files are encrypted.
    pub mode: Mode,
    /// The signed manifest.
    pub manifest: &'a str,
    /// The authority's answer to the request for a stamp over [`Parts::manifest`], with its roots in PEM.
    pub stamp: Option<(&'a [u8], &'a str)>,
    /// The chain.
    pub custody: &'a str,
    /// The chain as [`crate::case::export`] writes it.
    pub case: Option<&'a str>,
    /// The signed receipt.
    pub receipt: Option<&'a str>,
    /// The proof of the request's events, with the C2SP policy for its logs.
    pub proof: Option<(&'a str, &'a str)>,
    /// The printed certificate, a PDF.
    pub paper: Option<&'a [u8]>,
    /// The keys of those who have signed.
    pub keys: &'a Keys,
}

impl Parts<'_> {
    /// Every part with its name, the list at the end. `files` are those of the delivery by their numbers; `maker` is the
    /// key of one of those who sign.
    ///
    /// # Errors
    /// Of signing.
    pub fn texts(
        &self,
        files: &[(u64, Weighed)],
        maker: &SigningKey,
    ) -> Result<Vec<(&'static str, Vec<u8>)>, Refusal> {
        let keys = self.keys.to_string();
        let mut texts: Vec<(&str, &[u8])> = EXPLAINED.map(|(name, text)| (name, text.as_bytes())).to_vec();
        texts.extend([(KEYS, keys.as_bytes()), (MANIFEST, self.manifest.as_bytes())]);
        texts.push((CUSTODY, self.custody.as_bytes()));
        if let Some((answer, roots)) = self.stamp {
            texts.extend([(STAMP, answer), (STAMP_ROOTS, roots.as_bytes())]);
        }
        texts.extend(self.case.map(|case| (CASE, case.as_bytes())));
        texts.extend(self.receipt.map(|receipt| (RECEIPT, receipt.as_bytes())));
        if let Some((proof, policy)) = self.proof {
            texts.extend([(PROOF, proof.as_bytes()), (POLICY, policy.as_bytes())]);
        }
        texts.extend(self.paper.map(|paper| (PAPER, paper)));
        let listed = |bytes: &[u8]| Listed { bytes: bytes.len() as u64, sha256: Digest::of(bytes) };
        let mut list: BTreeMap<String, Listed> =
            texts.iter().map(|(name, bytes)| ((*name).to_owned(), listed(bytes))).collect();
        list.extend(files.iter().map(|(number, weighed)| {
            let Weighed { bytes, sha256 } = *weighed;
            (file_name(self.mode, *number), Listed { bytes, sha256 })
        }));
        let index = signed::sign(&Index { delivery: self.delivery.to_owned(), files: list }, maker)?;
        let mut texts: Vec<_> = texts.into_iter().map(|(name, bytes)| (name, bytes.to_vec())).collect();
        texts.push((INDEX, index.into_bytes()));
        Ok(texts)
    }
}

/// Writes a bundle into a new folder, with these files by their numbers; what is there already is left alone.
///
/// # Errors
/// Of reading, writing or signing; the folder is then to be thrown away.
pub fn write(folder: &Path, parts: &Parts<'_>, files: &[(u64, &Path)], maker: &SigningKey) -> io::Result<()> {
    fs::create_dir(folder)?;
    fs::create_dir(folder.join(FILES))?;
    let mut weighed = Vec::new();
    for (number, from) in files {
        let path = folder.join(file_name(parts.mode, *number));
        let mut to = File::create_new(&path)?;
        io::copy(&mut File::open(from)?, &mut to)?;
        to.sync_all()?;
        weighed.push((*number, Weighed::of(File::open(&path)?)?));
    }
    let texts = parts.texts(&weighed, maker).map_err(|refusal| io::Error::other(refusal.to_string()))?;
    for (name, bytes) in texts {
        let mut file = File::create_new(folder.join(name))?;
        io::Write::write_all(&mut file, &bytes)?;
        file.sync_all()?;
    }
    File::open(folder)?.sync_all()
}
