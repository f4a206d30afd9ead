//! The invariants of the trust model that one request shows, each as a check over its record in the database.
//! I3 is held over the procedures alone. Those without a check have nothing here to be checked against yet: I4 (no review
//! of emergencies exists), I17 (a download asks for no purpose of its own), I19 (no order of silence has a clock).

use crate::harness::{Who, World};
use comity_domain::id::{ItemId, RequestId};
use comity_domain::preservation::{Hold, HoldState};
use comity_domain::procedure::Procedure;
use comity_domain::request::{Request, RequestEvent, apply};
use comity_domain::term::{ItemOutcome, Priority};
use comity_service::{Denied, Receipt};
use comity_store::request::{EventLeaf, StoredEvent};
use comity_store::seal::{InstanceKey, KeyState, dossier_key};
use comity_store::testing::TestStore;
use comity_store::{Fault, Tx, request as rows};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Questions that a procedure allows.
pub(crate) const MOST_QUESTIONS: usize = 2;

/// The record of one request as the database holds it, and its replay.
pub(crate) struct Record {
    pub(crate) events: Vec<StoredEvent>,
    pub(crate) leaves: Vec<EventLeaf>,
    pub(crate) request: Request,
}

pub(crate) async fn record(store: &TestStore, key: &InstanceKey, id: RequestId) -> Record {
    let key = key.clone();
    let read = move |tx: &mut dyn Tx| {
        let KeyState::Present(key) = dossier_key(tx, &key, &id.to_string())? else {
            return Err(Fault::other("the key of a live request is gone"));
        };
        Ok::<_, Fault>((rows::events(tx, &key, id)?, rows::event_leaves(tx, id)?))
    };
    let (events, leaves) = store.read("model.record", read).await.unwrap();
    let mut request = None;
    for event in &events {
        request = Some(apply(request, &event.event.what).unwrap());
    }
    Record { events, leaves, request: request.unwrap() }
}

/// I1: nothing is released without signature and verified source, nor while the request stands still because its source
/// lost trust, and by nobody who collected it; the signature is nobody's who drafted it. That everybody behind it is
/// accredited at that instant the model says itself.
pub(crate) fn released_by_a_second_person(record: &Record) {
    let request = &record.request;
    let signed = request.authorisation.as_ref().map(|authorisation| authorisation.by.person);
    assert!(signed.is_none_or(|person| !request.drafters.contains(&person)));
    for package in &request.packages {
        let Some(released) = &package.released else { continue };
        assert!(signed.is_some());
        assert_ne!(released.person, package.prepared.person);
    }
    let (mut verified, mut still) = (false, false);
    for event in &record.events {
        match &event.event.what {
            RequestEvent::Frozen { .. } => still = true,
            RequestEvent::Thawed { .. } => still = false,
            RequestEvent::PackagePrepared { .. } | RequestEvent::HoldStarted { .. } => assert!(!still),
            RequestEvent::SourceVerified { .. } => verified = true,
            RequestEvent::SourceDoubted { .. } => verified = false,
            RequestEvent::PackageReleased { .. } | RequestEvent::ItemAccepted { .. } => {
                assert!(verified && !still);
            }
            _ => {}
        }
    }
}

/// I6: a request that has ended has an outcome for each item.
pub(crate) fn every_item_has_its_answer(request: &Request) {
    if request.state().ended() {
        assert!(request.items.iter().all(|item| item.state.outcome().is_some()));
    }
}

/// I6 and I13: whatever was decided was decided by a person, refusals with ground and words.
pub(crate) fn decided_by_people(record: &Record) {
    for event in &record.events {
        let RequestEvent::ItemEnded { outcome, codes, explanation, by, .. } = &event.event.what else {
            continue;
        };
        assert!(by.is_some());
        assert!(*outcome != ItemOutcome::Refused || !codes.is_empty() && !explanation.is_empty());
    }
}

/// I7: what has its outcome keeps it, and the record only grows.
pub(crate) fn nothing_decided_changes(before: &Record, after: &Record) {
    assert!(after.leaves.starts_with(&before.leaves));
    let outcomes = |request: &Request| -> BTreeSet<(ItemId, String)> {
        let ended = request.items.iter().filter_map(|item| Some((item.id, item.state.outcome()?)));
        ended.map(|(id, outcome)| (id, format!("{outcome:?}"))).collect()
    };
    if before.request.received_at().is_some() {
        assert!(outcomes(&after.request).is_superset(&outcomes(&before.request)));
    }
}

/// I8: an act that was acknowledged is found once, one that was refused has left no event.
pub(crate) fn found_exactly_once(before: &Record, after: &Record, receipt: Option<&Receipt>) {
    let names: Vec<&str> = after.events[before.events.len()..].iter().map(|e| e.event.what.name()).collect();
    assert_eq!(
        names,
        receipt.map_or(Vec::new(), |receipt| receipt.events.iter().map(String::as_str).collect())
    );
    assert_eq!(after.request.version, after.events.len() as u64);
    assert!(receipt.is_none_or(|receipt| receipt.version == after.request.version));
}

/// I9 and I10: one leaf for each event, numbered without a gap, in the order of time.
pub(crate) fn every_event_has_its_leaf(record: &Record) {
    assert_eq!(record.events.len(), record.leaves.len());
    let mut last = i64::MIN;
    for (number, (event, leaf)) in (1..).zip(record.events.iter().zip(&record.leaves)) {
        assert_eq!((event.event.sequence, leaf.sequence), (number, number));
        assert_eq!(comity_ledger::commitment(&event.salt, &event.canonical), leaf.commitment);
        assert!(leaf.at_us >= last);
        last = leaf.at_us;
    }
}

/// I12 and I14: neither another organisation nor whoever administers reads the dossier.
pub(crate) async fn closed_to_others(world: &World, id: RequestId) {
    for who in [Who::Stranger, Who::Administrator, Who::Auditor] {
        assert!(matches!(world.exchange.dossier(&World::caller(who), id).await, Err(Denied::Refused(_))));
    }
}

/// I16: clocks stand still for as many questions as the procedure allows, for each once, and once more for each time that
/// the request stood still.
pub(crate) fn pauses_are_bounded(record: &Record) {
    let request = &record.request;
    assert!(request.clarifications.len() <= MOST_QUESTIONS);
    let frozen = |event: &&StoredEvent| matches!(event.event.what, RequestEvent::Frozen { .. });
    let freezes = record.events.iter().filter(frozen).count();
    let open = request.open_clarification().is_some() || !request.frozen.is_empty();
    for clock in &request.clocks {
        // A question asked or answered while it stands still cuts one standstill in two.
        assert!(clock.pauses.len() <= 2 * request.clarifications.len() + freezes);
        assert!(open || !clock.is_open() || !clock.is_paused(), "{} stands still for nothing", clock.id);
    }
}

/// I5: a hold ends once, in one of its ways, and no later than its request.
pub(crate) fn a_hold_ends_once(record: &Record) {
    let ends = |event: &&StoredEvent| matches!(event.event.what, RequestEvent::HoldEnded { .. });
    let ended = record.events.iter().filter(ends).count();
    match &record.request.hold {
        None => assert_eq!(ended, 0),
        Some(Hold { state: HoldState::Ended { .. }, .. }) => assert_eq!(ended, 1),
        Some(Hold { state: HoldState::Held | HoldState::ConversionAnnounced { .. }, .. }) => {
            assert_eq!(ended, 0);
            assert!(!record.request.state().ended());
        }
    }
}

/// I13: time alone reminds, notes and lets a hold lapse; it decides and gives nothing.
pub(crate) fn time_decides_nothing(before: &Record, after: &Record) {
    for event in &after.events[before.events.len()..] {
        let name = event.event.what.name();
        assert!(["clock_expired", "hold_reminded", "hold_ended"].contains(&name), "time alone: {name}");
    }
}

/// I2: whoever reads a dossier leaves an entry, and whoever may not leaves one too.
pub(crate) async fn each_view_leaves_an_entry(world: &World, store: &TestStore, id: RequestId) {
    let count = async || {
        let entries = "select count(*) from trail where request = $1 and action = 'request.view'";
        let count = move |tx: &mut dyn Tx| tx.row(entries, &[id.to_string().into()])?.unwrap().int(0);
        store.read::<_, Fault>("model.views", count).await.unwrap()
    };
    let before = count().await;
    for (who, views) in [(Who::Officer, 1), (Who::Stranger, 2), (Who::Gatekeeper, 3)] {
        let _ = world.exchange.dossier(&World::caller(who), id).await;
        assert_eq!(count().await, before + views);
    }
}

/// I11: after the retention neither key nor content is left, the leaves are the same, and a record names them.
pub(crate) async fn erased(world: &World, store: &TestStore, key: &InstanceKey, before: &Record) {
    let (id, key) = (before.request.id, key.clone());
    let read = move |tx: &mut dyn Tx| {
        let gone = matches!(dossier_key(tx, &key, &id.to_string())?, KeyState::Destroyed(_));
        let left =
            rows::content_left(tx, id)? || !comity_store::upload::of_dossier(tx, &id.to_string())?.is_empty();
        let records = comity_store::ledger::records(tx, &id.to_string())?;
        Ok::<_, Fault>((gone, left, records, rows::event_leaves(tx, id)?))
    };
    let (gone, left, records, leaves) = store.read("model.erased", read).await.unwrap();
    assert!(gone && !left);
    let commitments =
        |leaves: &[EventLeaf]| -> Vec<[u8; 32]> { leaves.iter().map(|leaf| leaf.commitment).collect() };
    assert_eq!(commitments(&leaves), commitments(&before.leaves));
    assert_eq!(records.len(), 1);
    for leaf in &before.leaves {
        let named = leaf.commitment.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        assert!(records[0].body.contains(&named));
    }
    assert!(world.exchange.dossier(&World::caller(Who::Officer), id).await.is_err());
}

/// I3: an emergency is checked at least as an ordinary request is.
pub(crate) fn an_emergency_is_checked_more(procedure: &Procedure) {
    let (emergency, ordinary) = (procedure.checks(Priority::Emergency), procedure.checks(Priority::Normal));
    assert!(ordinary.iter().all(|check| emergency.contains(check)) && emergency.len() > ordinary.len());
}
