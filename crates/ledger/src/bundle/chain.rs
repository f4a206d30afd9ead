//! What the leaves of a bundle must be to each other, whatever each of them proves alone: the events of one request
//! without a gap, the entries of the trail that were taken and no others, or the one record of a program.

use super::{EXTRACT, Opening, PROGRAM, TRAIL, hex};
use crate::assertion::{self, SignedAct};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// What has been seen of the leaves.
pub(super) enum Chain<'a> {
    Events(Events<'a>),
    Entries(Entries<'a>),
    /// The manifest that the one record must name.
    Program {
        manifest: &'a str,
        told: bool,
    },
}

impl Chain<'_> {
    pub(super) fn take(&mut self, opening: &Opening) -> Result<(), String> {
        match self {
            Self::Events(events) => events.take(opening),
            Self::Entries(entries) => entries.take(opening),
            Self::Program { manifest, told } => {
                if std::mem::replace(told, true) {
                    return Err("more than one record of the program".to_owned());
                }
                take_program(manifest, opening)
            }
        }
    }

    /// Whether all that must be there was; answers the acts that were signed, and the numbers of those that could have
    /// been and were not.
    pub(super) fn end(self) -> Result<(Vec<SignedAct>, Vec<u64>), String> {
        match self {
            Self::Events(events) if events.sequence == 0 => Err("it has no event".to_owned()),
            Self::Events(events) => Ok((events.signed, events.unsigned)),
            Self::Program { told: true, .. } => Ok(Default::default()),
            Self::Entries(entries) if entries.ended => Ok(Default::default()),
            Self::Entries(_) => Err("it does not end with the entry of its own taking".to_owned()),
            Self::Program { .. } => Err("it has no record of the program".to_owned()),
        }
    }
}

fn take_program(manifest: &str, opening: &Opening) -> Result<(), String> {
    let Opening::Record(_, body) = opening else { return Err("not a record of the ledger".to_owned()) };
    let record: Value = serde_json::from_slice(body).map_err(|_| "the record is not JSON".to_owned())?;
    if record["record"] != PROGRAM || record["manifest"] != manifest {
        return Err("the record is not of that program".to_owned());
    }
    Ok(())
}

/// The chain of events of one request.
pub(super) struct Events<'a> {
    request: &'a str,
    erased: BTreeSet<String>,
    sequence: u64,
    last: Option<[u8; 32]>,
    ended: bool,
    pub(super) signed: Vec<SignedAct>,
    pub(super) unsigned: Vec<u64>,
}

impl<'a> Events<'a> {
    /// `erased` are the commitments that erasures name.
    pub(super) fn of(request: &'a str, erased: BTreeSet<String>) -> Self {
        let (signed, unsigned) = (Vec::new(), Vec::new());
        Self { request, erased, sequence: 0, last: None, ended: false, signed, unsigned }
    }

    fn take(&mut self, opening: &Opening) -> Result<(), String> {
        match opening {
            Opening::Record(_, body) => {
                // Otherwise the last events could be passed off as records, and would be missed nowhere.
                let record = serde_json::from_slice::<Value>(body).ok();
                let kind = record.as_ref().and_then(|record| record["record"].as_str());
                if kind.is_none_or(|kind| kind == TRAIL) {
                    return Err("not a record of the ledger".to_owned());
                }
                self.ended = true;
                return Ok(());
            }
            _ if self.ended => return Err("an event after the records".to_owned()),
            Opening::Erased(commitment) => {
                if !self.erased.contains(&hex(commitment)) {
                    return Err("its content is missing, and no erasure names it".to_owned());
                }
            }
            Opening::Withheld(_) => {}
            Opening::Event(_, body) => self.take_event(body)?,
        }
        self.sequence += 1;
        self.last = Some(opening.commitment());
        Ok(())
    }

    fn take_event(&mut self, body: &[u8]) -> Result<(), String> {
        let event: Value = serde_json::from_slice(body).map_err(|_| "the event is not JSON".to_owned())?;
        if event["request"] != self.request {
            return Err("the event is of another request".to_owned());
        }
        if event["sequence"].as_u64() != Some(self.sequence + 1) {
            return Err(format!("event {} of the request is missing", self.sequence + 1));
        }
        let previous = self.last.map_or(Value::Null, |last| Value::String(hex(&last)));
        if event["previous"] != previous {
            return Err("the event does not follow the one before it".to_owned());
        }
        match assertion::of_event(&event)? {
            Some(signed) => self.signed.push(signed),
            None if assertion::could_be_signed(&event) => self.unsigned.push(self.sequence + 1),
            None => {}
        }
        Ok(())
    }
}

/// The entries of an extract. The last is the one that the taking has left; it says how many the others are, and the
/// SHA-256 of their commitments one after the other, so that none can be taken out or put in.
pub(super) struct Entries<'a> {
    taken: &'a str,
    count: u64,
    digest: Sha256,
    ended: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn of(taken: &'a str) -> Self {
        Self { taken, count: 0, digest: Sha256::new(), ended: false }
    }

    fn take(&mut self, opening: &Opening) -> Result<(), String> {
        let Opening::Record(_, body) = opening else {
            return Err("not an entry of the trail".to_owned());
        };
        let entry: Value = serde_json::from_slice(body).map_err(|_| "the entry is not JSON".to_owned())?;
        if entry["record"] != TRAIL {
            return Err("not an entry of the trail".to_owned());
        }
        if self.ended {
            return Err("an entry after the one of its own taking".to_owned());
        }
        if entry["id"] == self.taken {
            return self.end(&entry);
        }
        self.count += 1;
        self.digest.update(opening.commitment());
        Ok(())
    }

    fn end(&mut self, entry: &Value) -> Result<(), String> {
        let detail: Value = serde_json::from_str(entry["detail"].as_str().unwrap_or("")).unwrap_or_default();
        let digest = hex(&self.digest.clone().finalize());
        if entry["action"] != EXTRACT || entry["outcome"] != "viewed" {
            return Err("the entry that it names has taken no extract".to_owned());
        }
        if detail["entries"].as_u64() != Some(self.count) || detail["sha256"] != digest.as_str() {
            return Err("these are not the entries that were taken".to_owned());
        }
        self.ended = true;
        Ok(())
    }
}
