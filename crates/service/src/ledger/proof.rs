//! What the ledger shows: its files to anybody, and the proof of one request to those who may see it.
//! The files hold hashes and salted commitments only. A proof opens to its reader only what they see in full anyway.

use super::{Unread, reader, store_fault};
use crate::Exchange;
use crate::act::{Attempt, Caller, Denied, settle};
use crate::dossier::{ask_case, reader_of};
use comity_domain::audience::{self, Reader};
use comity_domain::id::RequestId;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_ledger::bundle::{Bundle, Entry, Opening, Subject};
use comity_ledger::{Checkpoint, Note, Proof, TilePath, inclusion};
use comity_policy::Action;
use comity_store::request::StoredEvent;
use comity_store::seal::{KeyState, dossier_key};
use comity_store::{Fault, Store, Tx, ledger as rows, request};
use std::collections::{BTreeMap, HashMap};

/// A file of a log, as anybody may fetch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFile {
    /// The newest checkpoint, with all cosignatures of its size; another one soon.
    Checkpoint(String),
    /// A tile or bundle of entries; never another.
    Tile(Vec<u8>),
}

impl Exchange {
    /// A file of the log of a year, by its path in the layout of C2SP `tlog-tiles`; nothing where there is none (yet).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ledger_file(&self, year: i64, path: &str) -> Result<Option<LogFile>, Denied> {
        let origin = self.inner.ledger.origin(year);
        let path = path.to_owned();
        let read = move |tx: &mut dyn Tx| -> Result<Option<LogFile>, Fault> {
            let Some(log) = rows::log(tx, &origin)? else { return Ok(None) };
            if path == "checkpoint" {
                let note = cosigned_note(tx, &log, log.head.size)?;
                return Ok(Some(LogFile::Checkpoint(note.to_string())));
            }
            let Ok(path) = path.parse::<TilePath>() else { return Ok(None) };
            let largest = TilePath::in_tree(path.kind, path.index, log.head.size);
            if largest.is_none_or(|largest| largest.width < path.width) {
                return Ok(None);
            }
            Ok(rows::file(tx, &origin, path)?.map(LogFile::Tile))
        };
        Ok(self.store.read("ledger.file", read).await?)
    }

    /// The years that have a log.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ledger_years(&self) -> Result<Vec<i64>, Denied> {
        let logs = self.store.read("ledger.logs", rows::logs).await?;
        Ok(logs.into_iter().map(|log| log.year).collect())
    }

    /// The proof of a request's events, as one file that verifies alone. What waits is sealed first.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn proof(&self, who: &Caller, id: RequestId) -> Result<String, Denied> {
        self.seal_waiting().await?;
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RequestProve, inner.now());
            let Some(parties) = request::parties(tx, id)? else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
            };
            attempt.request = Some(id);
            let relation = match ask_case(tx, &store, &inner, &mut attempt, &parties)? {
                Ok(relation) => relation,
                Err(code) => return attempt.refuse(tx, vec![Refusal::new(code)]),
            };
            let bundle = request_bundle(tx, &store, id, parties.reference, Some(reader_of(relation).0))?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(bundle.to_string()))
        };
        settle(self.store.write("request.prove", work).await)
    }

    /// The proof of a request for the console: that its events stand in the log, and none of their content. Whoever
    /// administers an instance is no party to its requests (T18).
    ///
    /// # Errors
    /// No such request, or a fault.
    pub async fn bare_proof(&self, id: RequestId) -> Result<String, Denied> {
        self.seal_waiting().await?;
        let store = self.store.clone();
        let work = move |tx: &mut dyn Tx| -> Result<Option<Bundle>, Fault> {
            let Some(parties) = request::parties(tx, id)? else { return Ok(None) };
            request_bundle(tx, &store, id, parties.reference, None).map(Some)
        };
        let bundle = self.store.read("request.bare_proof", work).await?;
        let bundle = bundle.ok_or_else(|| Refusal::new(RefusalCode::NotFound))?;
        Ok(bundle.to_string())
    }

    /// The identifier of the request with that reference, for the console.
    ///
    /// # Errors
    /// No request has it, or a fault.
    pub async fn by_reference(&self, reference: &str) -> Result<RequestId, Denied> {
        let wanted = reference.to_owned();
        let find = move |tx: &mut dyn Tx| request::by_reference(tx, &wanted);
        let found = self.store.read("request.by_reference", find).await?;
        found.ok_or_else(|| Refusal::of(RefusalCode::NotFound, "reference").into())
    }
}

/// The proof of a request whose leaves are all sealed, with what this reader may open of it.
pub(crate) fn request_bundle(
    tx: &mut dyn Tx,
    store: &Store,
    id: RequestId,
    reference: String,
    reader: Option<Reader>,
) -> Result<Bundle, Fault> {
    let openings = openings(tx, store, id, reader)?;
    bundle(tx, Subject::Request { id: id.to_string(), reference }, openings)
}

/// Each event's leaf with what this reader may open of it, then the records that concern the request. Without a reader
/// no event is opened.
fn openings(
    tx: &mut dyn Tx,
    store: &Store,
    id: RequestId,
    reader: Option<Reader>,
) -> Result<Vec<(String, Opening)>, Fault> {
    let leaves = request::event_leaves(tx, id)?;
    let stored: Option<Vec<StoredEvent>> = match dossier_key(tx, store.instance_key(), &id.to_string())? {
        KeyState::Present(key) => Some(request::events(tx, &key, id)?),
        KeyState::Destroyed(_) | KeyState::Missing => None,
    };
    let mut openings = Vec::with_capacity(leaves.len());
    for (number, leaf) in leaves.iter().enumerate() {
        let opening = match stored.as_ref().map(|events| events.get(number)) {
            None => Opening::Erased(leaf.commitment),
            Some(Some(event))
                if reader.is_some_and(|reader| audience::may_hold(reader, &event.event.what)) =>
            {
                Opening::Event(event.salt, event.canonical.clone())
            }
            Some(_) => Opening::Withheld(leaf.commitment),
        };
        openings.push((leaf.id.clone(), opening));
    }
    for record in rows::records(tx, &id.to_string())? {
        openings.push((record.id, Opening::Record(record.salt, record.body.into_bytes())));
    }
    Ok(openings)
}

pub(crate) fn bundle(
    tx: &mut dyn Tx,
    subject: Subject,
    openings: Vec<(String, Opening)>,
) -> Result<Bundle, Fault> {
    let mut places = Vec::new();
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for (leaf, _) in &openings {
        let place = rows::leaf(tx, leaf)?.and_then(|leaf| leaf.place);
        let (origin, index) = place.ok_or_else(|| store_fault("a leaf that is not sealed yet"))?;
        let furthest = last.entry(origin.clone()).or_insert(index);
        *furthest = index.max(*furthest);
        places.push((origin, index));
    }
    let mut keys = Vec::new();
    let mut proofs: HashMap<usize, Proof> = HashMap::new();
    for (origin, furthest) in last {
        let log = rows::log(tx, &origin)?.ok_or_else(|| store_fault("a leaf of no log"))?;
        let note = best_note(tx, &log, furthest)?;
        keys.push(log.key.parse().map_err(store_fault)?);
        let size = Checkpoint::from_text(&note.text).map_or(0, |head| head.size);
        let mut subtrees = reader(tx, &origin, size);
        for (number, (_, index)) in places.iter().enumerate().filter(|(_, place)| place.0 == origin) {
            let path = inclusion(&mut subtrees, *index, size).map_err(|Unread(fault)| fault)?;
            let path = path.ok_or_else(|| store_fault("a leaf beyond its checkpoint"))?;
            proofs.insert(number, Proof { extra: None, index: *index, path, checkpoint: note.clone() });
        }
    }
    let entries = openings
        .into_iter()
        .enumerate()
        .filter_map(|(number, (_, opening))| Some(Entry { opening, proof: proofs.remove(&number)? }));
    let entries = entries.collect();
    Ok(Bundle { subject, keys, entries })
}

/// The checkpoint over at least the leaf at `furthest` that most witnesses have cosigned; without any, the newest.
fn best_note(tx: &mut dyn Tx, log: &rows::LogRow, furthest: u64) -> Result<Note, Fault> {
    let mut sizes: BTreeMap<i64, usize> = BTreeMap::new();
    for cosigned in rows::cosigned(tx, &log.head.origin)? {
        if u64::try_from(cosigned.size).is_ok_and(|size| size > furthest) {
            *sizes.entry(cosigned.size).or_default() += 1;
        }
    }
    let best = sizes.into_iter().max_by_key(|(size, count)| (*count, *size));
    let size = best.and_then(|(size, _)| u64::try_from(size).ok()).unwrap_or(log.head.size);
    cosigned_note(tx, log, size)
}

/// The checkpoint of that size with every cosignature that is kept for it.
fn cosigned_note(tx: &mut dyn Tx, log: &rows::LogRow, size: u64) -> Result<Note, Fault> {
    let parse = |text: &str| Note::parse(text.as_bytes()).map_err(store_fault);
    let mut note = if size == log.head.size { Some(parse(&log.checkpoint)?) } else { None };
    for cosigned in rows::cosigned(tx, &log.head.origin)? {
        if u64::try_from(cosigned.size) != Ok(size) {
            continue;
        }
        let other = parse(&cosigned.checkpoint)?;
        match &mut note {
            None => note = Some(other),
            Some(note) => {
                let new = other.signatures.into_iter().filter(|line| !note.signatures.contains(line));
                let new: Vec<_> = new.collect();
                note.signatures.extend(new);
            }
        }
    }
    note.ok_or_else(|| store_fault("no checkpoint of that size is kept"))
}
