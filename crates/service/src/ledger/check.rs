//! `comity check`: whether database and ledger tell the same. Every event opens its leaf and follows the one before it,
//! every entry of the trail its own, every leaf is explained, every row equals the replay of its events, the tiles lead to
//! the signed checkpoint, every file is what arrived, and the engine says that its own structures hold.
//! It reads in pages and never writes. It names what is wrong by identifiers, never by content.

use super::{root_at, store_fault};
use crate::Exchange;
use crate::act::{Denied, hex};
use crate::file::check::{Kept, uploads};
use comity_domain::id::{PersonId, RequestId};
use comity_domain::request::{Request, RequestEvent, apply};
use comity_ledger::{Leaf, Note, Policy, TILE_WIDTH, TileKind, TilePath, VerifierKey, leaf_hash};
use comity_store::request::EventLeaf;
use comity_store::seal::{KeyState, dossier_key};
use comity_store::{Fault, Store, Tx, ledger as rows, request, source, trail};
use std::collections::BTreeSet;

/// Requests that are read in one transaction.
const PAGE: i64 = 100;
/// Entries of the trail that are read in one transaction.
const ENTRIES: i64 = 1_000;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: a request, a log, a leaf.
    pub place: String,
    /// What.
    pub what: String,
}

/// What was checked and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Requests whose content is there.
    pub requests: u64,
    /// Requests that were erased.
    pub erased: u64,
    /// Events that open their leaf.
    pub events: u64,
    /// Files whose content was read.
    pub files: u64,
    /// Entries of the trail that open their leaf.
    pub entries: u64,
    /// Entries that were written before the ledger held the trail.
    pub entries_before: u64,
    /// Leaves with a position.
    pub leaves: u64,
    /// Leaves that wait for theirs.
    pub pending: u64,
    /// What does not fit; nothing where all is well.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    fn add(&mut self, place: impl std::fmt::Display, what: impl Into<String>) {
        self.findings.push(Finding { place: place.to_string(), what: what.into() });
    }
}

impl Exchange {
    /// Checks everything. It takes as long as reading everything does; the server may run meanwhile.
    ///
    /// # Errors
    /// A fault of the store; what does not fit is no error but a finding.
    pub async fn check(&self) -> Result<CheckReport, Denied> {
        let mut report = CheckReport::default();
        let mut after = String::new();
        loop {
            let (store, from) = (self.store.clone(), after.clone());
            let page = move |tx: &mut dyn Tx| check_page(tx, &store, &from);
            let (part, kept, last) = self.store.read("check.requests", page).await?;
            for file in kept {
                report.files += 1;
                if let Some(wrong) = self.check_content(&file).await? {
                    report.add(file.request, wrong);
                }
            }
            report.requests += part.requests;
            report.erased += part.erased;
            report.events += part.events;
            report.findings.extend(part.findings);
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        self.check_trail(&mut report).await?;
        let inner = self.inner.clone();
        let logs = move |tx: &mut dyn Tx| {
            let mut report = CheckReport::default();
            for log in rows::logs(tx)? {
                check_log(tx, &inner.ledger, &log, &mut report)?;
                check_cosigned(tx, &inner.ledger, &log, &mut report)?;
            }
            for (place, wrong) in crate::vault::check(tx)? {
                report.add(place, wrong);
            }
            unexplained(tx, &mut report)?;
            check_restored(tx, &mut report)?;
            for wrong in tx.integrity()? {
                report.add("database", wrong);
            }
            Ok::<_, Fault>(report)
        };
        let part = self.store.read("check.logs", logs).await?;
        (report.leaves, report.pending) = (part.leaves, part.pending);
        report.findings.extend(part.findings);
        Ok(report)
    }

    async fn check_trail(&self, report: &mut CheckReport) -> Result<(), Denied> {
        let mut last = String::new();
        loop {
            let (from, seen) = (last, CheckReport { entries: report.entries, ..CheckReport::default() });
            let page = move |tx: &mut dyn Tx| {
                let mut part = seen.clone();
                let last = check_entries(tx, &from, &mut part)?;
                Ok::<_, Fault>((part, last))
            };
            let (part, more) = self.store.read("check.trail", page).await?;
            report.entries = part.entries;
            report.entries_before += part.entries_before;
            report.findings.extend(part.findings);
            match more {
                Some(more) => last = more,
                None => return Ok(()),
            }
        }
    }
}

/// Up to a page of entries after `last`, and the identifier of its last while there may be more. Entries without a salt
/// are older than all that have one, because identifiers begin with the time.
fn check_entries(tx: &mut dyn Tx, last: &str, report: &mut CheckReport) -> Result<Option<String>, Fault> {
    let page = trail::after(tx, last, ENTRIES)?;
    for (id, kept) in &page {
        let place = format!("trail entry {id}");
        let (entry, salt) = match kept {
            Ok(trail::Kept { entry, salt: Some(salt) }) => (entry, salt),
            Ok(trail::Kept { salt: None, .. }) if report.entries == 0 => {
                report.entries_before += 1;
                continue;
            }
            Ok(trail::Kept { salt: None, .. }) => {
                report.add(place, "it was written while the ledger held the trail, and has no salt");
                continue;
            }
            Err(fault) => {
                report.add(place, format!("it cannot be read: {}", fault.message));
                continue;
            }
        };
        report.entries += 1;
        let commitment = comity_ledger::commitment(salt, &entry.canonical()?);
        if rows::leaf(tx, id)?.is_none_or(|leaf| leaf.commitment != commitment) {
            report.add(place, "it does not open its leaf");
        }
    }
    let more = i64::try_from(page.len()).unwrap_or(0) == ENTRIES;
    Ok(page.into_iter().next_back().map(|(id, _)| id).filter(|_| more))
}

/// What a page of requests shows, the contents that are still to be read, and the last request of it if there are more.
type Page = (CheckReport, Vec<Kept>, Option<String>);

fn check_page(tx: &mut dyn Tx, store: &Store, after: &str) -> Result<Page, Fault> {
    let (mut report, mut kept) = (CheckReport::default(), Vec::new());
    let ids = request::ids_after(tx, after, PAGE)?;
    for id in &ids {
        let leaves = request::event_leaves(tx, *id)?;
        let key = match dossier_key(tx, store.instance_key(), &id.to_string()) {
            Ok(key) => key,
            Err(fault) => {
                report.add(id, format!("its key does not open: {}", fault.message));
                continue;
            }
        };
        match key {
            KeyState::Present(key) => {
                report.requests += 1;
                match request::events(tx, &key, *id) {
                    Ok(events) => {
                        let replayed = check_request(tx, store, *id, &events, &leaves, &mut report)?;
                        if let Some(replayed) = replayed {
                            let (files, wrong) = uploads(tx, &key, &replayed)?;
                            kept.extend(files);
                            for what in wrong {
                                report.add(id, what);
                            }
                        }
                    }
                    Err(fault) => report.add(id, format!("an event does not open: {}", fault.message)),
                }
            }
            KeyState::Destroyed(_) => {
                report.erased += 1;
                check_erased(tx, *id, &leaves, &mut report)?;
            }
            KeyState::Missing => report.add(id, "it has no key"),
        }
    }
    let more = i64::try_from(ids.len()).unwrap_or(0) == PAGE;
    Ok((report, kept, ids.last().filter(|_| more).map(ToString::to_string)))
}

/// The request as its events make it, where they do.
fn check_request(
    tx: &mut dyn Tx,
    store: &Store,
    id: RequestId,
    events: &[request::StoredEvent],
    leaves: &[EventLeaf],
    report: &mut CheckReport,
) -> Result<Option<Request>, Fault> {
    if events.len() != leaves.len() {
        report.add(id, "events and leaves are not as many");
    }
    let (mut state, mut previous) = (None, None);
    let mut behind = BTreeSet::new();
    for (number, (event, leaf)) in (1..).zip(events.iter().zip(leaves)) {
        let commitment = comity_ledger::commitment(&event.salt, &event.canonical);
        if commitment != leaf.commitment || event.commitment != leaf.commitment {
            report.add(id, format!("event {number} does not open its leaf"));
        }
        let follows = event.event.sequence == number
            && event.event.request == id
            && event.event.previous == previous
            && leaf.sequence == number
            && leaf.at_us == event.event.at.us()
            && leaf.name == event.event.what.name();
        if !follows {
            report.add(id, format!("event {number} does not follow the one before it"));
        }
        previous = Some(hex(&leaf.commitment));
        match apply(state, &event.event.what) {
            Ok(next) => {
                let known = |person: &PersonId| (person.to_string(), next.from.to_string());
                behind.extend(next.people().iter().map(known));
                state = Some(next);
            }
            Err(error) => {
                report.add(id, format!("event {number} cannot follow: {error}"));
                return Ok(None);
            }
        }
        report.events += 1;
    }
    let Some(replayed) = state else {
        report.add(id, "it has no events");
        return Ok(None);
    };
    let last = events.last().map_or(replayed.created_at, |event| event.event.at);
    let arrived = events.iter().any(|event| matches!(event.event.what, RequestEvent::Received { .. }));
    match request::differs(tx, store.instance_key(), &replayed, arrived, last) {
        Ok(None) => {}
        Ok(Some(what)) => report.add(id, format!("its row is not the replay of its events: {what}")),
        Err(fault) => report.add(id, format!("its row does not open: {}", fault.message)),
    }
    // Whoever is missing there would lose their trust without this request standing still.
    if source::behind(tx, id)? != behind {
        report.add(id, "those who stand behind it are not the ones that its events name");
    }
    Ok(Some(replayed))
}

/// An erased dossier: nothing of its content is left, and a record names each of its leaves.
fn check_erased(
    tx: &mut dyn Tx,
    id: RequestId,
    leaves: &[EventLeaf],
    report: &mut CheckReport,
) -> Result<(), Fault> {
    let mut named = BTreeSet::new();
    for record in rows::records(tx, &id.to_string())? {
        let body: serde_json::Value = serde_json::from_str(&record.body).unwrap_or_default();
        let list = body["commitments"].as_array().cloned().unwrap_or_default();
        named.extend(list.into_iter().filter_map(|value| value.as_str().map(str::to_owned)));
    }
    for leaf in leaves {
        if !named.contains(&hex(&leaf.commitment)) {
            report.add(id, format!("event {} was erased, and no erasure names it", leaf.sequence));
        }
    }
    if request::content_left(tx, id)? {
        report.add(id, "its key is destroyed, and sealed content of it is left");
    }
    Ok(())
}

/// One log: its signature, and every leaf, tile and root.
fn check_log(
    tx: &mut dyn Tx,
    ledger: &super::Ledger,
    log: &rows::LogRow,
    report: &mut CheckReport,
) -> Result<(), Fault> {
    let origin = &log.head.origin;
    let key: Option<VerifierKey> = log.key.parse().ok();
    let key = key.filter(|key| ledger.log_key(log.year).is_ok_and(|own| own == *key));
    let note = Note::parse(log.checkpoint.as_bytes()).ok();
    let signed = key.zip(note).and_then(|(key, note)| Policy::of_logs([key]).check(&note).ok());
    if signed.is_none_or(|trusted| trusted.checkpoint != log.head) {
        report.add(origin, "its checkpoint is not signed with its key, or says something else than its row");
    }
    let count = u64::try_from(rows::count(tx, origin)?).unwrap_or(0);
    report.leaves += count;
    if count != log.head.size {
        report.add(
            origin,
            format!("{count} leaves have a position, and its checkpoint counts {}", log.head.size),
        );
    }
    for entries in TilePath::all_in_tree(TileKind::Entries, log.head.size) {
        let Some(bundle) = rows::file(tx, origin, entries)? else {
            report.add(origin, format!("leaves from {} on have gaps", entries.index * TILE_WIDTH));
            continue;
        };
        let leaves = comity_ledger::entries_of(&bundle).unwrap_or_default();
        let hashes: Vec<_> = leaves.into_iter().map(leaf_hash).collect();
        let path = TilePath { kind: TileKind::Hashes(0), ..entries };
        if rows::file(tx, origin, path)?.as_deref() != Some(hashes.concat().as_slice()) {
            report.add(origin, format!("{path} does not hold the hashes of its leaves"));
        }
    }
    for level in 1..8 {
        for path in TilePath::all_in_tree(TileKind::Hashes(level), log.head.size) {
            check_upper(tx, origin, level, path, log.head.size, report)?;
        }
    }
    match root_at(tx, origin, log.head.size) {
        Ok(root) if root == log.head.root => {}
        Ok(_) => report.add(origin, "its tiles do not lead to its root"),
        Err(fault) => report.add(origin, fault.message),
    }
    Ok(())
}

/// A log that was put back from a backup is the newest, or the record that opens the next one names what was lost of it;
/// and no other log is said to have lost anything.
fn check_restored(tx: &mut dyn Tx, report: &mut CheckReport) -> Result<(), Fault> {
    let bodies = rows::all_records(tx)?.into_iter().map(|(_, record)| record.body);
    let says = bodies.filter_map(|body| serde_json::from_str::<serde_json::Value>(&body).ok());
    let lost: BTreeSet<String> = says
        .filter(|record| record["record"] == "log-opened")
        .filter_map(|record| Some(format!("{} {}", record["lost"]["log"].as_str()?, record["lost"]["from"])))
        .collect();
    let logs = rows::logs(tx)?;
    let newest = logs.last().map(|log| log.year);
    for log in logs.iter().filter(|log| Some(log.year) != newest) {
        let named = lost.contains(&format!("{} {}", log.head.origin, log.head.size));
        if named != log.restored_at_us.is_some() {
            report.add(
                &log.head.origin,
                "it was put back from a backup, or not, otherwise than the next log says",
            );
        }
    }
    Ok(())
}

/// What witnesses have cosigned: signed by the log and by the witness, where its key is configured still, and a beginning
/// of the log.
fn check_cosigned(
    tx: &mut dyn Tx,
    ledger: &super::Ledger,
    log: &rows::LogRow,
    report: &mut CheckReport,
) -> Result<(), Fault> {
    let origin = &log.head.origin;
    for row in rows::cosigned(tx, origin)? {
        let place = format!("{origin}, cosigned by {}", row.witness);
        let note = Note::parse(row.checkpoint.as_bytes()).ok();
        let by_witness =
            |note: &Note| ledger.witnesses.key(&row.witness).is_none_or(|key| note.verify([key]).is_ok());
        let signed = note.filter(by_witness).zip(ledger.log_key(log.year).ok());
        let head = signed.and_then(|(note, key)| Policy::of_logs([key]).check(&note).ok());
        let head = head.map(|trusted| trusted.checkpoint);
        let Some(head) = head.filter(|head| i64::try_from(head.size) == Ok(row.size)) else {
            report.add(place, "the checkpoint is not signed by both, or says something else than its row");
            continue;
        };
        if head.size > log.head.size || root_at(tx, origin, head.size)? != head.root {
            report.add(place, "the checkpoint is no beginning of the log");
        }
    }
    Ok(())
}

/// Each hash of a tile above level 0 is the root of a full tile below it.
fn check_upper(
    tx: &mut dyn Tx,
    origin: &str,
    level: u8,
    path: TilePath,
    size: u64,
    report: &mut CheckReport,
) -> Result<(), Fault> {
    let found = rows::file(tx, origin, path)?.and_then(|bytes| comity_ledger::hashes_of(&bytes, path.width));
    let mut expected = Vec::new();
    for child in (path.index * TILE_WIDTH..).take(usize::from(path.width)) {
        let below = TilePath::in_tree(TileKind::Hashes(level - 1), child, size);
        let bytes = below.map(|below| rows::file(tx, origin, below)).transpose()?.flatten();
        let hashes = bytes.and_then(|bytes| comity_ledger::hashes_of(&bytes, 256));
        expected.extend(hashes.map(|hashes| comity_ledger::tile_root(&hashes)));
    }
    if found != Some(expected) {
        report.add(origin, format!("{path} does not hold the roots of the tiles below it"));
    }
    Ok(())
}

/// Leaves that nothing explains: no event, no trail entry, no record, and not cover.
fn unexplained(tx: &mut dyn Tx, report: &mut CheckReport) -> Result<(), Fault> {
    for id in rows::unexplained(tx)? {
        report.add(
            format!("leaf {id}"),
            "it is neither an event, nor an entry of the trail, nor a record, nor cover",
        );
    }
    for (request, rows::Record { id, salt, body }) in rows::all_records(tx)? {
        let leaf = rows::leaf(tx, &id)?.ok_or_else(|| store_fault("a record without a leaf"))?;
        if Leaf::of(&salt, body.as_bytes()) != Leaf::from_commitment(&leaf.commitment) {
            report.add(format!("record {id}"), "it does not open its leaf");
        }
        let says: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        if says["request"].as_str() != request.as_deref() {
            report.add(format!("record {id}"), "it is filed under another request than it names");
        }
    }
    report.pending = u64::try_from(rows::pending_count(tx)?).unwrap_or(0);
    Ok(())
}
