//! What a provider says about one delivery: for which request, on which basis, which files with which hashes, when and
//! with what they were taken, for whom they are sealed and how long they are kept. Each manifest names the one before it
//! of the same request, so that none can be left out unseen.
//! It holds the names of files: it travels and is stored sealed, and stands in clear only in a court bundle.

use crate::hash::Digest;
use crate::json::MAX_NUMBER;
use crate::signed::Statement;
use crate::word::{When, check, check_id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

opaque!(FileEntry, Manifest);

/// The most files of one delivery; with names of a usual length they stay below the longest note. More go into an archive.
pub const MAX_FILES: usize = 1_000;
/// The most items of a request that one file answers.
const MAX_ITEMS: usize = 100;
/// The longest name of a file, in bytes, as most file systems have it.
const MAX_NAME: usize = 255;

/// The request that is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestName {
    /// Its identifier.
    pub id: String,
    /// The authority's reference, such as `XA-NBP-2026-000147`.
    pub reference: String,
}

/// The legal basis: the procedure under which the request runs, by its pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The procedure's identifier.
    pub procedure: String,
    /// Its version.
    pub version: String,
    /// Its hash.
    pub sha256: Digest,
}

/// Who has made the delivery, with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// The organisation.
    pub organisation: String,
    /// The system from which the data come.
    pub system: String,
    /// The program that has taken and sealed them, with its version.
    pub tool: String,
}

/// Who can read the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Only whoever holds a vault key of the recipients.
    EndToEnd,
    /// The instance that stores them, too.
    SealedByServer,
}

impl Mode {
    /// The mode in words, as the manifest says it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::EndToEnd => {
                "The files were sealed before they were sent. Only holders of a vault key of the recipients can read \
                 them; the instances that carry and store them cannot."
            }
            Self::SealedByServer => {
                "The files were sealed by the instance that stores them. Whoever runs that instance can read them; a \
                 stolen disk or backup cannot be read."
            }
        }
    }
}

/// How the files are encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// Who can read them.
    pub mode: Mode,
    /// The same in words, exactly [`Mode::words`].
    pub meaning: String,
    /// The keys they are sealed to, by [`crate::VaultRecipient::id`], in order; none of [`Mode::SealedByServer`].
    pub recipients: BTreeSet<Digest>,
}

/// How long the delivery is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The rule, as its procedure or law names it.
    pub rule: String,
    /// Until when, where that is known already.
    pub until: Option<When>,
}

/// One file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// 1, 2, 3 … within the delivery; the only name that goes outside the manifest.
    pub number: u64,
    /// Its name; no path.
    pub name: String,
    /// Media type, such as `text/csv`.
    pub media_type: String,
    /// Its bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub sha256_plain: Digest,
    /// SHA-256 of its inner envelope; nothing of [`Mode::SealedByServer`], where there is none.
    pub sha256_cipher: Option<Digest>,
    /// The items of the request that it answers, by their identifiers, in order.
    pub items: BTreeSet<String>,
    /// When its data were taken from the producer's system; of [`Mode::SealedByServer`], when they had come from it into
    /// the instance.
    pub acquired: When,
}

/// A manifest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The delivery's identifier, unique for the provider.
    pub delivery: String,
    /// [`crate::signed::Signed::sha256`] of the manifest before, of the same request; nothing for the first.
    pub previous: Option<Digest>,
    /// The request.
    pub request: RequestName,
    /// The legal basis.
    pub basis: Basis,
    /// What the data may be used for.
    pub purpose: String,
    /// Who has made it.
    pub producer: Producer,
    /// When it was made.
    pub made: When,
    /// How the files are encrypted.
    pub encryption: Encryption,
    /// How long they are kept.
    pub retention: Retention,
    /// The files, 1 to [`MAX_FILES`].
    pub files: Vec<FileEntry>,
}

impl FileEntry {
    fn check(&self, number: usize) -> Result<(), String> {
        if usize::try_from(self.number) != Ok(number) {
            return Err(format!("files: number {} where {number} is next", self.number));
        }
        check("files.name", &self.name)?;
        if self.name.len() > MAX_NAME
            || self.name.contains(['/', '\\'])
            || self.name.trim_matches('.').is_empty()
        {
            return Err(format!("files.name: a name of at most {MAX_NAME} bytes and no path"));
        }
        check_id("files.media_type", &self.media_type)?;
        if self.media_type.split('/').filter(|part| !part.is_empty()).count() != 2 {
            return Err("files.media_type: a type and a subtype, such as text/csv".to_owned());
        }
        if self.size > MAX_NUMBER {
            return Err(format!("files.size: at most {MAX_NUMBER}"));
        }
        if self.items.is_empty() || self.items.len() > MAX_ITEMS {
            return Err(format!("files.items: 1 to {MAX_ITEMS} items that the file answers"));
        }
        self.items.iter().try_for_each(|item| check_id("files.items", item))
    }
}

impl Manifest {
    /// Keys and inner envelopes are named where there are some, and nowhere else.
    fn check_envelopes(&self) -> Result<(), String> {
        let sealed_to = self.encryption.recipients.len();
        let named = |file: &FileEntry| file.sha256_cipher.is_some();
        match self.encryption.mode {
            Mode::EndToEnd if sealed_to == 0 || sealed_to > crate::MAX_RECIPIENTS => {
                Err(format!("encryption.recipients: 1 to {} keys", crate::MAX_RECIPIENTS))
            }
            Mode::EndToEnd if !self.files.iter().all(named) => {
                Err("files.sha256_cipher: a file that is sealed end to end has an inner envelope".to_owned())
            }
            Mode::SealedByServer if sealed_to > 0 || self.files.iter().any(named) => {
                Err("encryption.recipients, files.sha256_cipher: a file that the server seals has no inner envelope"
                    .to_owned())
            }
            Mode::EndToEnd | Mode::SealedByServer => Ok(()),
        }
    }
}

impl Statement for Manifest {
    const TYPE: &'static str = "comity manifest v1";

    fn check(&self) -> Result<(), String> {
        check_id("delivery", &self.delivery)?;
        check_id("request.id", &self.request.id)?;
        check("request.reference", &self.request.reference)?;
        check_id("basis.procedure", &self.basis.procedure)?;
        check_id("basis.version", &self.basis.version)?;
        check("purpose", &self.purpose)?;
        check("producer.organisation", &self.producer.organisation)?;
        check("producer.system", &self.producer.system)?;
        check("producer.tool", &self.producer.tool)?;
        check("retention.rule", &self.retention.rule)?;
        if self.encryption.meaning != self.encryption.mode.words() {
            return Err("encryption.meaning: not the words of its mode".to_owned());
        }
        self.check_envelopes()?;
        if self.files.is_empty() || self.files.len() > MAX_FILES {
            return Err(format!("files: 1 to {MAX_FILES}"));
        }
        let names: BTreeSet<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        if names.len() < self.files.len() {
            return Err("files.name: two files of one name".to_owned());
        }
        (1..).zip(&self.files).try_for_each(|(number, file)| file.check(number))
    }
}
