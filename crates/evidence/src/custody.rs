//! Who had a file in hand, when, where, on which basis, and that it stayed what it was: signed entries, each of which names
//! the one before; and the receipt, in which the receiver says what it got.
//! A chain begins where the data are taken and goes with the delivery; each side adds its entries and signs them with its
//! own key, so that neither can write the other's, leave one out or change one afterwards. What a side does later with a
//! copy of its own stands in a chain of its own.

use crate::hash::Digest;
use crate::manifest::{MAX_FILES, Manifest};
use crate::signed::{self, Signed, Statement};
use crate::word::{When, check, check_id};
use comity_ledger::bundle::Refusal;
use comity_ledger::{SigningKey, VerifierKey};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

opaque!(Who, Entry, ReceivedFile, Receipt);

/// The longest chain that is read, in entries.
pub const MAX_ENTRIES: usize = 10_000;
/// The longest chain that is read, in bytes.
pub const MAX_CHAIN: usize = 16 << 20;
/// Lines of one entry: its text, nothing, its signature.
const LINES: usize = 3;

/// What was done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustodyAct {
    /// Its data were taken from the producer's system.
    Acquired,
    /// Its inner envelope was made: the one act that changes its bytes.
    Sealed,
    /// It was handed on.
    Sent,
    /// It came in.
    Received,
    /// Its hash was compared with the manifest.
    Verified,
    /// Somebody read its content.
    Opened,
    /// A copy left the instance.
    Exported,
    /// It was given back.
    Returned,
    /// The copy of that organisation at this instance was destroyed.
    Erased,
}

impl CustodyAct {
    /// Whether it is done for a purpose, which the entry then states.
    pub const fn has_purpose(self) -> bool {
        matches!(self, Self::Opened | Self::Exported)
    }
}

/// Who did something.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// The person as its organisation knows it.
    pub person: String,
    /// On whose behalf.
    pub organisation: String,
}

/// One entry.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The delivery.
    pub delivery: String,
    /// 1, 2, 3 … within the chain, without gaps.
    pub sequence: u64,
    /// SHA-256 of the entry before; nothing for the first.
    pub previous: Option<Digest>,
    /// What.
    pub act: CustodyAct,
    /// With which file, by its number in the manifest.
    pub file: u64,
    /// Who.
    pub who: Who,
    /// When, by the clock of the instance.
    pub at: When,
    /// Where: the name of the instance's key.
    pub instance: String,
    /// Why: the rule that allowed it.
    pub basis: String,
    /// What for; of [`CustodyAct::has_purpose`] alone.
    pub purpose: Option<String>,
    /// The file's hash before; nothing where it began.
    pub before: Option<Digest>,
    /// The file's hash after; nothing where it ended.
    pub after: Option<Digest>,
}

impl Statement for Entry {
    const TYPE: &'static str = "comity custody v1";

    fn check(&self) -> Result<(), String> {
        check_id("delivery", &self.delivery)?;
        check("who.person", &self.who.person)?;
        check("who.organisation", &self.who.organisation)?;
        check_id("instance", &self.instance)?;
        check("basis", &self.basis)?;
        if self.purpose.is_some() != self.act.has_purpose() {
            return Err("purpose: stated where a file is opened or exported, and nowhere else".to_owned());
        }
        self.purpose.as_ref().map_or(Ok(()), |purpose| check("purpose", purpose))?;
        let changes = match self.act {
            CustodyAct::Acquired => self.before.is_none() && self.after.is_some(),
            CustodyAct::Erased => self.before.is_some() && self.after.is_none(),
            CustodyAct::Sealed => self.before.is_some() && self.after.is_some() && self.before != self.after,
            CustodyAct::Sent
            | CustodyAct::Received
            | CustodyAct::Verified
            | CustodyAct::Opened
            | CustodyAct::Exported
            | CustodyAct::Returned => self.before.is_some() && self.before == self.after,
        };
        if changes { Ok(()) } else { Err("before, after: not those of such an act".to_owned()) }
    }
}

/// A file on its way.
#[derive(Default)]
struct Course {
    now: Option<Digest>,
    plain: Option<Digest>,
    cipher: Option<Digest>,
    /// Something was done with it before it was sealed: it is not sealed any more.
    plainly: bool,
    sent: bool,
    /// Instance and organisation.
    erased: BTreeSet<(String, String)>,
}

/// A chain whose every entry has been checked.
#[derive(Default)]
pub struct Custody {
    entries: Vec<Signed<Entry>>,
    files: BTreeMap<u64, Course>,
    /// By instance, the time of its last entry.
    clocks: BTreeMap<String, jiff::Timestamp>,
}

impl Custody {
    /// The entries in their order.
    pub fn entries(&self) -> &[Signed<Entry>] {
        &self.entries
    }

    /// Reads a chain to its end.
    ///
    /// # Errors
    /// [`Refusal`]; no entry counts then.
    pub fn read(bytes: &[u8], keys: &[VerifierKey]) -> Result<Self, Refusal> {
        let invalid = |why: String| Refusal::Invalid(format!("custody: {why}"));
        if bytes.len() > MAX_CHAIN {
            return Err(invalid(format!("longer than {MAX_CHAIN} bytes")));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| invalid("not UTF-8".to_owned()))?;
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut custody = Self::default();
        for note in lines.chunks(LINES) {
            custody.take(signed::read(note.concat().as_bytes(), keys)?).map_err(invalid)?;
        }
        Ok(custody)
    }

    /// Adds what happened as the next entry and answers it as it is written behind the others; `entry`'s sequence and
    /// previous hash are set here.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where it cannot follow.
    pub fn add(&mut self, entry: &Entry, key: &SigningKey) -> Result<String, Refusal> {
        let sequence = self.entries.len() as u64 + 1;
        let previous = self.entries.last().map(|last| last.sha256);
        let entry = Entry { sequence, previous, ..entry.clone() };
        let note = signed::sign(&entry, key)?;
        let read = signed::read(note.as_bytes(), std::slice::from_ref(key.verifier()))?;
        self.take(read).map_err(Refusal::Invalid)?;
        Ok(note)
    }

    fn take(&mut self, signed: Signed<Entry>) -> Result<(), String> {
        let entry = &signed.body;
        let number = entry.sequence;
        let said = |why: &str| Err(format!("entry {number}: {why}"));
        if self.entries.len() >= MAX_ENTRIES {
            return said("the chain is too long");
        }
        let last = self.entries.last();
        if number != self.entries.len() as u64 + 1 || entry.previous != last.map(|last| last.sha256) {
            return said("it does not follow the one before");
        }
        if last.is_some_and(|last| last.body.delivery != entry.delivery) {
            return said("it is of another delivery");
        }
        if signed.by.name() != entry.instance {
            return said("another instance has signed it than the one it names");
        }
        let moment = entry.at.moment();
        if self.clocks.get(&entry.instance).is_some_and(|before| *before > moment) {
            return said("its instance's clock went back");
        }
        if let Err(why) = self.files.entry(entry.file).or_default().take(entry) {
            return said(why);
        }
        self.clocks.insert(entry.instance.clone(), moment);
        self.entries.push(signed);
        Ok(())
    }

    /// Whether the chain is that of this manifest: it begins with the hashes that the manifest names, is sealed with those
    /// that it names or not at all where it names none, for each of its files and no other.
    ///
    /// # Errors
    /// The sentence that tells what is not.
    pub fn agrees(&self, manifest: &Manifest) -> Result<(), String> {
        if self.entries.iter().any(|entry| entry.body.delivery != manifest.delivery) {
            return Err("custody: it is of another delivery".to_owned());
        }
        if self.files.len() != manifest.files.len() {
            return Err("custody: it is of other files than the manifest".to_owned());
        }
        for file in &manifest.files {
            let course = self.files.get(&file.number).filter(|course| {
                course.plain == Some(file.sha256_plain) && course.cipher == file.sha256_cipher
            });
            if course.is_none() {
                return Err(format!(
                    "custody: file {} was acquired or sealed with another hash",
                    file.number
                ));
            }
        }
        Ok(())
    }
}

impl Course {
    fn take(&mut self, entry: &Entry) -> Result<(), &'static str> {
        if entry.before != self.now {
            return Err("the file was another before");
        }
        let place = (entry.instance.clone(), entry.who.organisation.clone());
        if self.erased.contains(&place) {
            return Err("this organisation had erased the file at this instance");
        }
        if self.now.is_some() && self.cipher.is_none() && entry.act != CustodyAct::Sealed {
            self.plainly = true;
        }
        match entry.act {
            // `check` has it that what has a hash before is not acquired.
            CustodyAct::Acquired => self.plain = entry.after,
            CustodyAct::Sealed if self.sent || self.plainly => {
                return Err("a file is sealed before anything else is done with it, or never");
            }
            CustodyAct::Sealed => self.cipher = entry.after,
            CustodyAct::Sent => self.sent = true,
            CustodyAct::Received if !self.sent => return Err("the file was not sent yet"),
            CustodyAct::Erased => {
                self.erased.insert(place);
                return Ok(());
            }
            CustodyAct::Received
            | CustodyAct::Verified
            | CustodyAct::Opened
            | CustodyAct::Exported
            | CustodyAct::Returned => {}
        }
        self.now = entry.after;
        Ok(())
    }
}

/// What the receiver found of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// The hashes are those of the manifest.
    Intact,
    /// A hash is another, or the receiver says in words that it is not what was asked and states none.
    Mismatch,
    /// The hashes fit, and the file holds more than was asked for.
    OverDisclosure,
}

/// One file of a receipt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivedFile {
    /// Its number in the manifest.
    pub number: u64,
    /// What was found.
    pub found: FileState,
    /// SHA-256 of the inner envelope that came in; nothing where there is none.
    pub sha256_cipher: Option<Digest>,
    /// SHA-256 of its content; nothing where it did not open, or the receiver states none.
    pub sha256_plain: Option<Digest>,
    /// In words; wherever it is not intact.
    pub remark: Option<String>,
}

/// The receiver's word on a delivery.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The delivery.
    pub delivery: String,
    /// SHA-256 of its manifest.
    pub manifest: Digest,
    /// Who has received it.
    pub who: Who,
    /// When.
    pub at: When,
    /// Where: the name of the receiver's key.
    pub instance: String,
    /// Every file of the manifest.
    pub files: Vec<ReceivedFile>,
}

impl Statement for Receipt {
    const TYPE: &'static str = "comity receipt v1";

    fn check(&self) -> Result<(), String> {
        check_id("delivery", &self.delivery)?;
        check("who.person", &self.who.person)?;
        check("who.organisation", &self.who.organisation)?;
        check_id("instance", &self.instance)?;
        if self.files.is_empty() || self.files.len() > MAX_FILES {
            return Err(format!("files: 1 to {MAX_FILES}"));
        }
        for file in &self.files {
            if file.remark.is_none() != (file.found == FileState::Intact) {
                return Err("files.remark: said where a file is not intact, and nowhere else".to_owned());
            }
            file.remark.as_ref().map_or(Ok(()), |remark| check("files.remark", remark))?;
        }
        Ok(())
    }
}

impl Receipt {
    /// Whether the receipt is for this manifest, and what it says of each file follows from the hashes.
    ///
    /// # Errors
    /// The sentence that tells what does not.
    pub fn agrees(&self, manifest: &Signed<Manifest>) -> Result<(), String> {
        let (hash, manifest) = (manifest.sha256, &manifest.body);
        if self.manifest != hash || self.delivery != manifest.delivery {
            return Err("receipt: it is for another manifest".to_owned());
        }
        if self.files.len() != manifest.files.len() {
            return Err("receipt: it does not name the files of the manifest".to_owned());
        }
        for (received, sent) in self.files.iter().zip(&manifest.files) {
            let number = sent.number;
            if received.number != number {
                return Err(format!("receipt: file {} where file {number} is next", received.number));
            }
            let same = received.sha256_cipher == sent.sha256_cipher
                && received.sha256_plain == Some(sent.sha256_plain);
            if same != (received.found != FileState::Mismatch) {
                return Err(format!(
                    "receipt: file {number}: what is said of it does not follow from its hashes"
                ));
            }
        }
        Ok(())
    }

    /// Whether every file came as it was sent.
    pub fn is_intact(&self) -> bool {
        self.files.iter().all(|file| file.found == FileState::Intact)
    }
}
