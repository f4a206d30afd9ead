//! A case file's proof: every event of one request with the proof of its leaf, in one text file that verifies alone.
//! An extract of the trail has the same form: entries instead of events, and last the entry that says what was taken.
//! So has the word of an instance which program it gives to browsers: one record.
//! It is a header, then one C2SP `tlog-proof` per leaf with salt and event as its extra data, then a digest of the whole.
//! It may assume that the reader has the keys from elsewhere. It never trusts a key or a count that it brings along.

mod chain;

use chain::{Chain, Entries, Events};

use crate::VerifierKey;
use crate::assertion::SignedAct;
use crate::checkpoint::{Checkpoint, number};
use crate::leaf::{Leaf, SALT_BYTES, commitment};
use crate::policy::{Policy, PolicyUnmet, Trusted};
use crate::proof::{PROOF_HEADER, Proof, ProofFault};
use crate::tree::{Hash, leaf_hash};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

/// The first line; a changed format takes another number.
pub const BUNDLE_HEADER: &str = "comity bundle v1";
/// The `record` of an erasure, as its JSON names it.
pub const ERASURE: &str = "erasure";

/// The `record` of an entry of the trail.
pub const TRAIL: &str = "trail";
/// The `record` of the program that browsers are given.
pub const PROGRAM: &str = "program";

/// The kind of a record that says with which key the instance signs evidence.
pub const EVIDENCE_KEY: &str = "evidence key";
/// The action of the entry that ends an extract.
pub const EXTRACT: &str = "trail.extract";

/// What a bundle is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One request.
    Request {
        /// Its identifier.
        id: String,
        /// The authority's reference.
        reference: String,
    },
    /// Entries of the trail.
    Trail {
        /// The identifier of the entry that the taking of this extract has left; it is the last of them.
        taken: String,
    },
    /// The program that an instance gives to browsers (T41).
    Program {
        /// SHA-256 of the manifest of its files, in lower-case hexadecimal.
        manifest: String,
    },
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { id, reference } => write!(f, "request {id}\nreference {reference}"),
            Self::Trail { taken } => write!(f, "trail {taken}"),
            Self::Program { manifest } => write!(f, "program {manifest}"),
        }
    }
}

/// What a leaf of a bundle opens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// Salt and canonical bytes of an event of the request.
    Event([u8; SALT_BYTES], Vec<u8>),
    /// Salt and bytes of a record of the ledger itself, such as an erasure, or of an entry of the trail.
    Record([u8; SALT_BYTES], Vec<u8>),
    /// Nothing but its commitment: salt and event were erased.
    Erased([u8; 32]),
    /// Nothing but its commitment: whoever asked for the bundle may not see this event.
    Withheld([u8; 32]),
}

impl Opening {
    /// What the leaf commits to.
    pub fn commitment(&self) -> [u8; 32] {
        match self {
            Self::Event(salt, body) | Self::Record(salt, body) => commitment(salt, body),
            Self::Erased(commitment) | Self::Withheld(commitment) => *commitment,
        }
    }

    fn to_extra(&self) -> Vec<u8> {
        match self {
            Self::Event(salt, body) => [b"e".as_slice(), salt, body].concat(),
            Self::Record(salt, body) => [b"r".as_slice(), salt, body].concat(),
            Self::Erased(commitment) => [b"x".as_slice(), commitment].concat(),
            Self::Withheld(commitment) => [b"w".as_slice(), commitment].concat(),
        }
    }

    fn from_extra(extra: &[u8]) -> Option<Self> {
        let (kind, rest) = extra.split_first()?;
        let (first, body) = rest.split_first_chunk::<32>()?;
        match kind {
            b'e' => Some(Self::Event(*first, body.to_vec())),
            b'r' => Some(Self::Record(*first, body.to_vec())),
            b'x' if body.is_empty() => Some(Self::Erased(*first)),
            b'w' if body.is_empty() => Some(Self::Withheld(*first)),
            _ => None,
        }
    }
}

/// A leaf of a bundle: what it opens to and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it opens to.
    pub opening: Opening,
    /// The proof; its extra data are written from the opening.
    pub proof: Proof,
}

/// A bundle as read or to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// What it is about.
    pub subject: Subject,
    /// The keys of the logs that it leans on, as whoever wrote it says; not proved by anything in it.
    pub keys: Vec<VerifierKey>,
    /// Events in their order, and after them the records that concern them.
    pub entries: Vec<Entry>,
}

/// Why a file is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It contradicts itself, its keys, or its log.
    #[error("{0}")]
    Invalid(String),
    /// It may be right, but this program cannot tell.
    #[error("{0}")]
    Undecided(String),
}

fn invalid<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid(why.into()))
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        writeln!(text, "{BUNDLE_HEADER}\n{}", self.subject)?;
        for key in &self.keys {
            writeln!(text, "log {key}")?;
        }
        writeln!(text, "leaves {}\n", self.entries.len())?;
        for entry in &self.entries {
            let proof = Proof { extra: Some(entry.opening.to_extra()), ..entry.proof.clone() };
            write!(text, "{proof}")?;
        }
        writeln!(f, "{text}sha256 {}", hex(&Sha256::digest(&text)))
    }
}

impl Bundle {
    /// Reads a bundle and checks its digest; nothing in it is proved yet.
    ///
    /// # Errors
    /// [`Refusal::Undecided`] for another version, [`Refusal::Invalid`] for a file that was changed or cut.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let Ok(whole) = std::str::from_utf8(bytes) else { return invalid("the file is not UTF-8") };
        let first = whole.lines().next().unwrap_or("");
        if first != BUNDLE_HEADER {
            return Err(Refusal::Undecided(format!("not a bundle of a known version: {first:?}")));
        }
        let cut = whole.strip_suffix('\n').and_then(|all| all.rfind('\n'));
        let (text, last) = whole.split_at(cut.map_or(0, |at| at + 1));
        if last != format!("sha256 {}\n", hex(&Sha256::digest(text))) {
            return invalid("the digest at its end is not that of the file: it was changed or cut");
        }
        let bundle = Self::parse_parts(text)?;
        if bundle.to_string() == whole { Ok(bundle) } else { invalid("it is not written as a bundle is") }
    }

    fn parse_parts(text: &str) -> Result<Self, Refusal> {
        let Some((head, body)) = text.split_once("\n\n") else { return invalid("it has no header") };
        let (subject, keys, leaves) = header(head)?;
        let mut entries = Vec::new();
        let separator = format!("{PROOF_HEADER}\n");
        for part in body.split(separator.as_str()).skip(1) {
            let proof = Proof::parse(&format!("{separator}{part}"));
            let proof =
                proof.map_err(|fault| Refusal::Invalid(format!("leaf {}: {fault}", entries.len())))?;
            let opening = proof.extra.as_deref().and_then(Opening::from_extra);
            let Some(opening) = opening else { return invalid("a leaf opens to nothing that is known") };
            entries.push(Entry { opening, proof });
        }
        if number(&leaves) != u64::try_from(entries.len()).ok() {
            return invalid("its header counts other leaves than it has");
        }
        Ok(Self { subject, keys, entries })
    }

    /// The policy of whoever takes the keys that the bundle names itself for those of its logs.
    pub fn own_policy(&self) -> Policy {
        Policy::of_logs(self.keys.iter().cloned())
    }

    /// Checks every leaf against the policy, and that the events are those of one request without a gap; of an extract,
    /// that the entries are those that its last says were taken.
    ///
    /// # Errors
    /// [`Refusal`], with the sentence to be shown.
    pub fn verify(&self, policy: &Policy) -> Result<Report, Refusal> {
        let mut report = Report::default();
        let mut chain = match &self.subject {
            Subject::Request { id, .. } => Chain::Events(Events::of(id, self.erased_by_record())),
            Subject::Trail { taken } => Chain::Entries(Entries::of(taken)),
            Subject::Program { manifest } => Chain::Program { manifest, told: false },
        };
        let mut places = Places::default();
        for (number, entry) in self.entries.iter().enumerate() {
            let said = |why: String| Refusal::Invalid(format!("leaf {}: {why}", number + 1));
            let leaf = Leaf::from_commitment(&entry.opening.commitment());
            let checkpoint = entry.proof.verify(&leaf_hash(leaf.as_bytes()));
            checkpoint.map_err(|fault: ProofFault| said(fault.to_string()))?;
            let trusted = policy.check(&entry.proof.checkpoint).map_err(|unmet| match unmet {
                PolicyUnmet::UnknownLog(_) | PolicyUnmet::Quorum(..) => {
                    Refusal::Undecided(format!("leaf {}: {unmet}", number + 1))
                }
                PolicyUnmet::NotACheckpoint | PolicyUnmet::Signature(..) => said(unmet.to_string()),
            })?;
            chain.take(&entry.opening).map_err(said)?;
            places.take(entry.proof.index, &trusted.checkpoint)?;
            report.take(entry, trusted);
        }
        (report.signed, report.unsigned) = chain.end().map_err(Refusal::Invalid)?;
        Ok(report)
    }

    /// The commitments that erasure records of this bundle name.
    fn erased_by_record(&self) -> BTreeSet<String> {
        let bodies = self.entries.iter().filter_map(|entry| match &entry.opening {
            Opening::Record(_, body) => serde_json::from_slice::<Value>(body).ok(),
            Opening::Event(..) | Opening::Erased(_) | Opening::Withheld(_) => None,
        });
        let named = bodies.filter(|body| body["record"] == ERASURE).flat_map(|body| {
            let list = body["commitments"].as_array().cloned().unwrap_or_default();
            list.into_iter().filter_map(|value| value.as_str().map(str::to_owned))
        });
        named.collect()
    }
}

/// Subject, keys and number of leaves.
type Header = (Subject, Vec<VerifierKey>, String);

fn header(head: &str) -> Result<Header, Refusal> {
    let mut lines = head.lines().skip(1).peekable();
    let mut field = |name: &str, wanted: bool| {
        let value = lines.next_if(|line| wanted || line.starts_with(name));
        let value = value.and_then(|line| line.strip_prefix(name)?.strip_prefix(' ')).map(str::to_owned);
        let missing = value.is_none() && wanted;
        if missing { invalid(format!("its header has no {name}")) } else { Ok(value) }
    };
    let subject = if let Some(taken) = field(TRAIL, false)? {
        Subject::Trail { taken }
    } else if let Some(manifest) = field(PROGRAM, false)? {
        Subject::Program { manifest }
    } else {
        Subject::Request {
            id: field("request", true)?.unwrap_or_default(),
            reference: field("reference", true)?.unwrap_or_default(),
        }
    };
    let mut keys = Vec::new();
    while let Some(key) = field("log", false)? {
        let key =
            key.parse().map_err(|_| Refusal::Invalid("its header has a key that is none".to_owned()))?;
        keys.push(key);
    }
    let leaves = field("leaves", true)?;
    Ok((subject, keys, leaves.unwrap_or_default()))
}

/// What a verified bundle shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Events that open.
    pub events: usize,
    /// Events that were erased, each named by an erasure.
    pub erased: usize,
    /// Events that are proved to stand there and are not shown to whoever asked for the bundle.
    pub withheld: usize,
    /// Records of the ledger itself; in an extract, entries of the trail.
    pub records: usize,
    /// Events whose act was signed with a passkey, each with what that shows.
    pub signed: Vec<SignedAct>,
    /// Numbers of the events whose act could have been signed and was not.
    pub unsigned: Vec<u64>,
    /// By origin: the largest checkpoint, and who has cosigned it.
    pub logs: BTreeMap<String, Trusted>,
}

impl Report {
    fn take(&mut self, entry: &Entry, trusted: Trusted) {
        match entry.opening {
            Opening::Event(..) => self.events += 1,
            Opening::Erased(_) => self.erased += 1,
            Opening::Withheld(_) => self.withheld += 1,
            Opening::Record(..) => self.records += 1,
        }
        let origin = trusted.checkpoint.origin.clone();
        if self.logs.get(&origin).is_none_or(|known| known.checkpoint.size < trusted.checkpoint.size) {
            self.logs.insert(origin, trusted);
        }
    }
}

/// Where leaves stand and what their checkpoints say.
#[derive(Default)]
struct Places {
    leaves: BTreeSet<(String, u64)>,
    roots: BTreeMap<(String, u64), Hash>,
}

impl Places {
    fn take(&mut self, index: u64, checkpoint: &Checkpoint) -> Result<(), Refusal> {
        let origin = &checkpoint.origin;
        // A withheld leaf opens to nothing, so shown twice it would count as two events.
        if !self.leaves.insert((origin.clone(), index)) {
            return invalid(format!("leaf {index} of log {origin} stands there twice"));
        }
        let root = self.roots.entry((origin.clone(), checkpoint.size)).or_insert(checkpoint.root);
        if *root != checkpoint.root {
            return invalid(format!("log {origin} has signed two histories of one size"));
        }
        Ok(())
    }
}

/// Whether two verified copies tell the same: every event that both have stands at the same place with the same content,
/// and no log shows each of them another history.
///
/// # Errors
/// [`Refusal::Invalid`] where they contradict each other; [`Refusal::Undecided`] where they are of different requests.
pub fn agree(one: &Bundle, other: &Bundle) -> Result<usize, Refusal> {
    match (&one.subject, &other.subject) {
        (Subject::Request { id, .. }, Subject::Request { id: same, .. }) if id == same => {}
        (Subject::Request { .. } | Subject::Trail { .. } | Subject::Program { .. }, _) => {
            return Err(Refusal::Undecided("the two are not of one request".to_owned()));
        }
    }
    let mut common = 0;
    let events = |bundle: &Bundle| -> Vec<(usize, [u8; 32], u64, String)> {
        let all = bundle.entries.iter().enumerate();
        let events = all.filter(|(_, entry)| !matches!(entry.opening, Opening::Record(..)));
        let place = |entry: &Entry| entry.proof.checkpoint().map_or(String::new(), |c| c.origin);
        events.map(|(n, e)| (n, e.opening.commitment(), e.proof.index, place(e))).collect()
    };
    for (left, right) in events(one).iter().zip(events(other).iter()) {
        if left != right {
            return invalid(format!("event {} differs between the two", left.0 + 1));
        }
        common += 1;
    }
    for left in &one.entries {
        for right in &other.entries {
            let (Ok(l), Ok(r)) = (left.proof.checkpoint(), right.proof.checkpoint()) else {
                return invalid("a checkpoint cannot be read");
            };
            if l.origin == r.origin && l.size == r.size && l.root != r.root {
                return invalid(format!("log {} has shown each side another history", l.origin));
            }
        }
    }
    Ok(common)
}

/// Lower-case hexadecimal, as bundles and their digests are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
