//! A court bundle: one folder that an expert checks offline, with this program or with `age`, `openssl` and `sha256sum`.
//! Its list `index.note` names every other file with length and hash and is signed by whoever made the bundle; the parts
//! have the signatures of those whose word they are, so that the maker cannot change them either.
//! It may assume nothing of the folder. It never follows a link, and never reads a file whole whose length it has not
//! bounded.

mod keys;
mod verify;

pub use keys::Keys;
pub use verify::{Report, Trust, verify};

use crate::hash::{Digest, Weighed};
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
/// The folder of the inner files.
const FILES: &str = "files";
/// What explains the bundle, in each language.
const EXPLAINED: [(&str, &str); 2] = [
    ("README.en.md", include_str!("court/README.en.md")),
    ("README.fr.md", include_str!("court/README.fr.md")),
];

/// Where the inner file with that number lies.
fn inner_file(number: u64) -> String {
    format!("{FILES}/{number:04}.age")
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

/// What a bundle is made of; each part as it was made and kept.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The delivery's identifier.
    pub delivery: &'a str,
    /// The signed manifest.
    pub manifest: &'a str,
    /// The authority's answer to the request for a stamp over [`Parts::manifest`], with its roots in PEM.
    pub stamp: Option<(&'a [u8], &'a str)>,
    /// The chain.
    pub custody: &'a str,
    /// The signed receipt.
    pub receipt: Option<&'a str>,
    /// The proof of the request's events, with the C2SP policy for its logs.
    pub proof: Option<(&'a str, &'a str)>,
    /// The keys of both sides.
    pub keys: &'a Keys,
    /// The inner files, by the order of the manifest.
    pub files: &'a [&'a Path],
}

/// Writes a bundle into a new folder; what is there already is left alone. `maker` is the key of one of the sides.
///
/// # Errors
/// Of reading, writing or signing; the folder is then to be thrown away.
pub fn write(folder: &Path, parts: &Parts<'_>, maker: &SigningKey) -> io::Result<()> {
    fs::create_dir(folder)?;
    fs::create_dir(folder.join(FILES))?;
    let keys = parts.keys.to_string();
    let mut texts: Vec<(&str, &[u8])> = EXPLAINED.map(|(name, text)| (name, text.as_bytes())).to_vec();
    texts.extend([(KEYS, keys.as_bytes()), (MANIFEST, parts.manifest.as_bytes())]);
    texts.push((CUSTODY, parts.custody.as_bytes()));
    if let Some((answer, roots)) = parts.stamp {
        texts.extend([(STAMP, answer), (STAMP_ROOTS, roots.as_bytes())]);
    }
    texts.extend(parts.receipt.map(|receipt| (RECEIPT, receipt.as_bytes())));
    if let Some((proof, policy)) = parts.proof {
        texts.extend([(PROOF, proof.as_bytes()), (POLICY, policy.as_bytes())]);
    }
    let mut files = BTreeMap::new();
    for (name, bytes) in texts {
        new(&folder.join(name), bytes)?;
        files.insert(name.to_owned(), Listed { bytes: bytes.len() as u64, sha256: Digest::of(bytes) });
    }
    for (number, from) in (1..).zip(parts.files) {
        let name = inner_file(number);
        let mut to = File::create_new(folder.join(&name))?;
        io::copy(&mut File::open(from)?, &mut to)?;
        to.sync_all()?;
        let Weighed { bytes, sha256 } = Weighed::of(File::open(folder.join(&name))?)?;
        files.insert(name, Listed { bytes, sha256 });
    }
    let index = Index { delivery: parts.delivery.to_owned(), files };
    let index =
        signed::sign(&index, maker).map_err(|refusal: Refusal| io::Error::other(refusal.to_string()))?;
    new(&folder.join(INDEX), index.as_bytes())?;
    File::open(folder)?.sync_all()
}

fn new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}
