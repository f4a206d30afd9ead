//! The oversight desk: filters, samples that can be drawn again, extracts that verify alone, and no payload anywhere
//! (guidelines `L-audit`, `P-audit`; T47).

use crate::harness::{SUBSCRIBER, Who, World, organisation};
use comity_domain::id::{PersonId, TrailId};
use comity_domain::refusal::RefusalCode;
use comity_domain::request::RequestCommand;
use comity_domain::term::Processing;
use comity_ledger::Policy;
use comity_ledger::bundle::{Bundle, Opening, Subject};
use comity_service::{Denied, NewExtract, NewSample, TrailQuery, TrailShow, TrailView};
use comity_store::testing::TestStore;
use comity_store::trail::{self, TrailRow};
use comity_store::{Fault, Tx, on_both_engines};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const REASON: &str = "Review 2026/4";

async fn rows(world: &World, query: TrailQuery) -> Vec<TrailView> {
    world.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap().rows
}

/// A request at the provider, read by both, with a refused attempt and one that a stranger made.
async fn story(world: &World) -> String {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.pass(60).await;
    world.look(Who::Analyst, id).await;
    world.exchange.proof(&World::caller(Who::Officer), id).await.unwrap();
    world.refused(Who::Officer, id, RequestCommand::Submit).await;
    assert!(world.exchange.dossier(&World::caller(Who::Stranger), id).await.is_err());
    world.look(Who::Officer, id).await.reference
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Denied>) -> RefusalCode {
    match answer {
        Err(Denied::Refused(refusals)) => refusals[0].code,
        other => panic!("not refused: {other:?}"),
    }
}

fn sample_of(size: u32, filter: TrailQuery) -> NewSample {
    NewSample { size, reason: REASON.to_owned(), filter }
}

fn extract_of(filter: TrailQuery) -> NewExtract {
    NewExtract { reason: REASON.to_owned(), filter }
}

/// What the entries of an extract say.
fn bodies(bundle: &Bundle) -> Vec<String> {
    let said = |opening: &Opening| match opening {
        Opening::Record(_, body) => String::from_utf8(body.clone()).unwrap(),
        other => panic!("not an entry: {other:?}"),
    };
    bundle.entries.iter().map(|entry| said(&entry.opening)).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// What the description of a sample says is drawn, by somebody who has only that and the trail.
async fn drawn_by_hand(store: &TestStore, seed: &str, until: i64, size: usize) -> Vec<TrailId> {
    let read = |tx: &mut dyn Tx| -> Result<Vec<TrailRow>, Fault> {
        trail::after(tx, "", 100_000)?.into_iter().map(|(_, kept)| Ok(kept?.entry)).collect()
    };
    let all = store.read("test.entries", read).await.unwrap();
    let mut near: Vec<(Vec<u8>, TrailId)> = all
        .iter()
        .filter(|entry| entry.at.us() < until)
        .map(|entry| {
            let hash = Sha256::new().chain_update(unhex(seed)).chain_update(entry.id.to_string());
            (hash.finalize().to_vec(), entry.id)
        })
        .collect();
    near.sort();
    near.truncate(size);
    near.into_iter().map(|(_, id)| id).collect()
}

async fn many(store: &TestStore, count: u32) {
    let add = move |tx: &mut dyn Tx| -> Result<(), Fault> {
        let like = trail::after(tx, "", 1)?.into_iter().next().unwrap().1?.entry;
        for number in 0..count {
            let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number));
            let entry = TrailRow { id: TrailId::new(id), action: "request.list".to_owned(), ..like.clone() };
            trail::add(tx, &entry, &[7; 32])?;
        }
        Ok(())
    };
    store.write("test.many", add).await.unwrap();
}

on_both_engines! {
    async fn the_trail_is_filtered_by_who_when_what_and_why(store) {
        let world = World::open(store).await;
        let start = world.exchange.now();
        let reference = story(&world).await;
        let query = TrailQuery::default;
        let analyst = PersonId::new(Uuid::from_u128(21));
        let by = rows(&world, TrailQuery { person: Some(analyst), ..query() }).await;
        assert!(!by.is_empty() && by.iter().all(|row| row.person == "Person 21"));
        let of = rows(&world, TrailQuery { organisation: Some(organisation(1)), ..query() }).await;
        assert!(!of.is_empty() && of.iter().all(|row| row.organisation == "Organisation NBP"));
        let early = rows(&world, TrailQuery { until: Some(start.plus_seconds(1)), ..query() }).await;
        assert!(early.iter().any(|row| row.action == "request.send"));
        assert!(early.iter().all(|row| row.action != "request.view"));
        let late = rows(&world, TrailQuery { from: Some(start.plus_seconds(1)), ..query() }).await;
        assert!(!late.is_empty() && late.iter().all(|row| row.at.us() > start.us()));
        let what = rows(&world, TrailQuery { action: Some("request.send".to_owned()), ..query() }).await;
        assert_eq!(what.len(), 1);
        assert_eq!((what[0].recipient.as_str(), what[0].in_ledger), ("Organisation HBT", true));
        let disclosed = TrailQuery { processing: Some(Processing::Disclosure), ..query() };
        assert!(rows(&world, disclosed).await.iter().all(|row| row.action == "request.send"));
        let rule = rows(&world, TrailQuery { rule: Some("addressee-views".to_owned()), ..query() }).await;
        assert!(!rule.is_empty() && rule.iter().all(|row| row.role == "analyst"));
        let about = rows(&world, TrailQuery { reference: Some(reference), ..query() }).await;
        assert!(about.iter().any(|row| row.action == "request.draft") && about.iter().all(|row| row.request.is_some()));
        let sensitive = rows(&world, TrailQuery { show: Some(TrailShow::Sensitive), ..query() }).await;
        let mut read: Vec<&str> = sensitive.iter().map(|row| row.action.as_str()).collect();
        read.sort_unstable();
        assert_eq!(read, ["request.prove", "request.view", "request.view"]);
        let odd = rows(&world, TrailQuery { show: Some(TrailShow::Exceptions), ..query() }).await;
        assert!(odd.iter().any(|row| row.outcome == "refused") && odd.iter().any(|row| row.via == "console"));
        assert!(odd.iter().all(|row| row.outcome == "refused" || row.via == "console"));
        assert!(rows(&world, TrailQuery { outcome: Some("' or 1=1 --".to_owned()), ..query() }).await.is_empty());
    }

    async fn pages_of_a_filter_hold_each_entry_once(store) {
        let world = World::open(store).await;
        story(&world).await;
        let auditor = World::caller(Who::Auditor);
        let filter = TrailQuery { until: Some(world.exchange.now()), limit: Some(3), ..TrailQuery::default() };
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let query = TrailQuery { after, ..filter.clone() };
            let page = world.exchange.trail(&auditor, query).await.unwrap();
            seen.extend(page.rows.into_iter().map(|row| row.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let whole = rows(&world, TrailQuery { limit: Some(200), ..filter }).await;
        assert_eq!(seen, whole.into_iter().map(|row| row.id).collect::<Vec<_>>());
    }

    async fn a_sample_can_be_drawn_again_from_its_seed(store) {
        let world = World::open(store).await;
        story(&world).await;
        let auditor = World::caller(Who::Auditor);
        let first = world.exchange.draw_sample(&auditor, sample_of(5, TrailQuery::default())).await.unwrap();
        assert_eq!((first.rows.len(), first.unchanged, first.reason.as_str()), (5, true, REASON));
        assert!(first.population > 5);
        let until = first.filter.until.unwrap().us();
        let by_hand = drawn_by_hand(store, &first.seed, until, 5).await;
        assert!(first.rows.iter().all(|row| by_hand.contains(&row.id)));
        story(&world).await;
        let again = world.exchange.sample(&auditor, first.id).await.unwrap();
        assert_eq!(again, first, "what came later changes nothing");
        let other = world.exchange.draw_sample(&auditor, sample_of(5, first.filter.clone())).await.unwrap();
        assert_ne!(other.seed, first.seed);
        assert_eq!((other.population, &other.sha256), (first.population, &first.sha256));
        let kept = rows(&world, TrailQuery { action: Some("trail.sample".to_owned()), ..TrailQuery::default() }).await;
        assert!(kept.iter().any(|row| row.id == first.id && row.detail.contains(&first.seed)));
        let gone = "delete from trail where action = 'request.draft'";
        store.write("test.gone", move |tx: &mut dyn Tx| tx.exec(gone, &[])).await.unwrap();
        assert!(!world.exchange.sample(&auditor, first.id).await.unwrap().unchanged);
    }

    async fn a_sample_of_no_size_or_without_a_reason_is_refused_and_kept(store) {
        let world = World::open(store).await;
        let auditor = World::caller(Who::Auditor);
        for (size, reason, code) in [
            (0, REASON, RefusalCode::FieldMalformed),
            (501, REASON, RefusalCode::FieldMalformed),
            (5, " ", RefusalCode::ReasonMissing),
        ] {
            let new = NewSample { reason: reason.to_owned(), ..sample_of(size, TrailQuery::default()) };
            assert_eq!(refusal(world.exchange.draw_sample(&auditor, new).await), code);
        }
        let long = NewExtract { reason: "x".repeat(201), ..extract_of(TrailQuery::default()) };
        assert_eq!(refusal(world.exchange.take_extract(&auditor, long).await), RefusalCode::FieldTooLong);
        let missing = TrailId::new(Uuid::from_u128(1));
        assert_eq!(refusal(world.exchange.sample(&auditor, missing).await), RefusalCode::NotFound);
        let officer = World::caller(Who::Officer);
        let draw = world.exchange.draw_sample(&officer, sample_of(5, TrailQuery::default())).await;
        assert_eq!(refusal(draw), RefusalCode::NotPermitted);
        let take = world.exchange.take_extract(&officer, extract_of(TrailQuery::default())).await;
        assert_eq!(refusal(take), RefusalCode::NotPermitted);
        let refused = TrailQuery { outcome: Some("refused".to_owned()), ..TrailQuery::default() };
        assert_eq!(rows(&world, refused).await.len(), 7);
    }

    async fn an_extract_verifies_alone_and_not_with_a_byte_changed(store) {
        let world = World::open(store).await;
        story(&world).await;
        world.pass(1).await;
        let auditor = World::caller(Who::Auditor);
        let filter = TrailQuery { show: Some(TrailShow::Sensitive), ..TrailQuery::default() };
        let (taken, text) = world.exchange.take_extract(&auditor, extract_of(filter)).await.unwrap();
        let bundle = Bundle::parse(text.as_bytes()).unwrap();
        assert_eq!(bundle.subject, Subject::Trail { taken: taken.to_string() });
        let policy: Policy = world.exchange.ledger_policy().await.unwrap().parse().unwrap();
        assert_eq!(bundle.verify(&policy).unwrap().records, 4);
        let body = bodies(&bundle).concat();
        for said in ["\"name\":\"Person 11\"", "\"action\":\"request.view\"", "\"basis\":\"bud.18_subscriber v1\""] {
            assert!(body.contains(said), "{said} in {body}");
        }
        for at in (0..text.len()).step_by(97) {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            assert!(Bundle::parse(&changed).and_then(|bundle| bundle.verify(&policy)).is_err(), "byte {at}");
        }
        let mut cut = bundle.clone();
        cut.entries.remove(1);
        assert!(cut.verify(&policy).is_err(), "an entry was left out");
        assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
    }

    async fn an_extract_has_an_end(store) {
        let world = World::open(store).await;
        many(store, 10_001).await;
        world.pass(1).await;
        let auditor = World::caller(Who::Auditor);
        let all = TrailQuery { action: Some("request.list".to_owned()), ..TrailQuery::default() };
        let denied = world.exchange.take_extract(&auditor, extract_of(all.clone())).await;
        assert_eq!(refusal(denied), RefusalCode::TrailTooMany);
        let sample = world.exchange.draw_sample(&auditor, sample_of(500, all)).await.unwrap();
        assert_eq!((sample.population, sample.rows.len()), (10_001, 500));
    }

    async fn no_entry_of_the_trail_holds_payload(store) {
        let world = World::open(store).await;
        story(&world).await;
        world.pass(1).await;
        let (_, text) = world
            .exchange
            .take_extract(&World::caller(Who::Auditor), extract_of(TrailQuery::default()))
            .await
            .unwrap();
        let bundle = Bundle::parse(text.as_bytes()).unwrap();
        for body in bodies(&bundle) {
            for payload in ["mail.example", "case file", "Necessary."] {
                assert!(!body.contains(payload), "{payload} in {body}");
            }
        }
    }
}
