//! A case file's proof: every event of one request with the proof of its leaf, in one text file that verifies alone.
//! It is a header, then one C2SP `tlog-proof` per leaf with salt and event as its extra data, then a digest of the whole.
//! It may assume that the reader has the keys from elsewhere. It never trusts a key or a count that it brings along.

use crate::VerifierKey;
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

/// What a leaf of a bundle opens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// Salt and canonical bytes of an event of the request.
    Event([u8; SALT_BYTES], Vec<u8>),
    /// Salt and bytes of a record of the ledger itself, such as an erasure.
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
    /// The request's identifier.
    pub request: String,
    /// The authority's reference.
    pub reference: String,
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
        writeln!(text, "{BUNDLE_HEADER}\nrequest {}\nreference {}", self.request, self.reference)?;
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
        let (request, reference, keys, leaves) = header(head)?;
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
        Ok(Self { request, reference, keys, entries })
    }

    /// The policy of whoever takes the keys that the bundle names itself for those of its logs.
    pub fn own_policy(&self) -> Policy {
        Policy::of_logs(self.keys.iter().cloned())
    }

    /// Checks every leaf against the policy, and that the events are those of one request without a gap.
    ///
    /// # Errors
    /// [`Refusal`], with the sentence to be shown.
    pub fn verify(&self, policy: &Policy) -> Result<Report, Refusal> {
        let mut report = Report::default();
        let mut chain = Chain::default();
        let mut places = Places::default();
        let erased = self.erased_by_record();
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
            chain.take(&self.request, &entry.opening, &erased).map_err(said)?;
            places.take(entry.proof.index, &trusted.checkpoint)?;
            report.take(entry, trusted);
        }
        if report.events + report.erased + report.withheld == 0 {
            return invalid("it has no event");
        }
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

/// What has been seen of the request's chain of events.
#[derive(Default)]
struct Chain {
    sequence: u64,
    last: Option<[u8; 32]>,
    ended: bool,
}

impl Chain {
    fn take(&mut self, request: &str, opening: &Opening, erased: &BTreeSet<String>) -> Result<(), String> {
        match opening {
            Opening::Record(_, body) => {
                // Otherwise the last events could be passed off as records, and would be missed nowhere.
                let record = serde_json::from_slice::<Value>(body).ok();
                if !record.is_some_and(|record| record["record"].is_string()) {
                    return Err("not a record of the ledger".to_owned());
                }
                self.ended = true;
                return Ok(());
            }
            _ if self.ended => return Err("an event after the records".to_owned()),
            Opening::Erased(commitment) => {
                if !erased.contains(&hex(commitment)) {
                    return Err("its content is missing, and no erasure names it".to_owned());
                }
            }
            Opening::Withheld(_) => {}
            Opening::Event(_, body) => self.take_event(request, body)?,
        }
        self.sequence += 1;
        self.last = Some(opening.commitment());
        Ok(())
    }

    fn take_event(&self, request: &str, body: &[u8]) -> Result<(), String> {
        let event: Value = serde_json::from_slice(body).map_err(|_| "the event is not JSON".to_owned())?;
        if event["request"] != request {
            return Err("the event is of another request".to_owned());
        }
        if event["sequence"].as_u64() != Some(self.sequence + 1) {
            return Err(format!("event {} of the request is missing", self.sequence + 1));
        }
        let previous = self.last.map_or(Value::Null, |last| Value::String(hex(&last)));
        if event["previous"] != previous {
            return Err("the event does not follow the one before it".to_owned());
        }
        Ok(())
    }
}

/// Request, reference, keys and number of leaves.
type Header = (String, String, Vec<VerifierKey>, String);

fn header(head: &str) -> Result<Header, Refusal> {
    let mut lines = head.lines().skip(1).peekable();
    let mut field = |name: &str, wanted: bool| {
        let value = lines.next_if(|line| wanted || line.starts_with(name));
        let value = value.and_then(|line| line.strip_prefix(name)?.strip_prefix(' ')).map(str::to_owned);
        let missing = value.is_none() && wanted;
        if missing { invalid(format!("its header has no {name}")) } else { Ok(value) }
    };
    let (request, reference) = (field("request", true)?, field("reference", true)?);
    let mut keys = Vec::new();
    while let Some(key) = field("log", false)? {
        let key =
            key.parse().map_err(|_| Refusal::Invalid("its header has a key that is none".to_owned()))?;
        keys.push(key);
    }
    let leaves = field("leaves", true)?;
    Ok((request.unwrap_or_default(), reference.unwrap_or_default(), keys, leaves.unwrap_or_default()))
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
    /// Records of the ledger itself.
    pub records: usize,
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
    if one.request != other.request {
        return Err(Refusal::Undecided("the two are of different requests".to_owned()));
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

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
