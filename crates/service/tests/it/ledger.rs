//! What the ledger promises its users: proofs that verify alone, one history, an end that is shown, and no start on an
//! older state.

use crate::harness::{SUBSCRIBER, Who, World};
use comity_domain::id::RequestId;
use comity_domain::request::RequestCommand;
use comity_ledger::Policy;
use comity_ledger::bundle::{Bundle, agree};
use comity_service::{Cause, Denied, LogFile, OpenFault, run_sealer};
use comity_store::{Fault, Tx, ledger, on_both_engines};
use std::sync::atomic::Ordering;
use std::time::Duration;

const DAY: i64 = 86_400;
/// Stands in a field that only the dossier's key opens.
const CANARY: &[u8] = b"Harbour Fibre canary 7f3a";

async fn policy(world: &World) -> Policy {
    world.exchange.ledger_policy().await.unwrap().parse().unwrap()
}

async fn proof(world: &World, who: Who, id: RequestId) -> Bundle {
    let text = world.exchange.proof(&World::caller(who), id).await.unwrap();
    Bundle::parse(text.as_bytes()).unwrap()
}

/// The leaves of this year's log, as its checkpoint counts them.
async fn size(world: &World) -> u64 {
    let Some(LogFile::Checkpoint(note)) = world.exchange.ledger_file(2026, "checkpoint").await.unwrap()
    else {
        panic!("no checkpoint");
    };
    note.lines().nth(1).unwrap().parse().unwrap()
}

async fn findings(world: &World) -> Vec<String> {
    let report = world.exchange.check().await.unwrap();
    report.findings.into_iter().map(|found| format!("{}: {}", found.place, found.what)).collect()
}

/// A request with a question whose words are the canary, closed by its withdrawal.
async fn ended(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-1".to_owned() }).await;
    let reason = String::from_utf8(CANARY.to_vec()).unwrap();
    world.act(Who::Officer, id, RequestCommand::Withdraw { reason }).await;
    id
}

on_both_engines! {
    async fn both_sides_hold_proofs_that_verify_and_agree(store) {
        let world = World::open(store).await;
        let id = ended(&world).await;
        let policy = policy(&world).await;
        let (asking, answering) = (proof(&world, Who::Officer, id).await, proof(&world, Who::Analyst, id).await);
        let (one, other) = (asking.verify(&policy).unwrap(), answering.verify(&policy).unwrap());
        assert!(one.events > 0 && other.events > 0);
        assert!(other.withheld > 0, "the provider holds what the authority did before it was sent as commitments only");
        assert_eq!(one.events + one.withheld, other.events + other.withheld);
        assert!(agree(&asking, &answering).unwrap() >= other.events.min(one.events));
        assert!(asking.verify(&asking.own_policy()).is_ok());
        assert_eq!(findings(&world).await, Vec::<String>::new());
        let bare = world.exchange.bare_proof(id).await.unwrap();
        assert!(!bare.as_bytes().windows(CANARY.len()).any(|window| window == CANARY));
        let bare = Bundle::parse(bare.as_bytes()).unwrap().verify(&policy).unwrap();
        assert_eq!((bare.events, bare.withheld), (0, one.events + one.withheld));
    }

    async fn a_stranger_gets_no_proof_and_an_auditor_no_content(store) {
        let world = World::open(store).await;
        let id = ended(&world).await;
        let denied = world.exchange.proof(&World::caller(Who::Auditor), id).await;
        match denied {
            Err(Denied::Refused(_)) => {}
            Ok(text) => assert_eq!(Bundle::parse(text.as_bytes()).unwrap().verify(&policy(&world).await).unwrap().events, 0),
            Err(Denied::Fault(fault)) => panic!("{fault}"),
        }
    }

    async fn whoever_waits_is_sealed_at_once(store) {
        let world = World::open(store).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let slow = world.again(store, |settings| settings.ledger.interval = Duration::from_hours(1)).await.unwrap();
        let sealer = tokio::spawn(run_sealer(slow.exchange.clone(), async {
            let _ = stopped.await;
        }));
        let id = slow.draft(Who::Officer, SUBSCRIBER).await;
        let receipt = slow.act(Who::Officer, id, RequestCommand::Submit).await;
        assert!(slow.exchange.wait_sealed(&receipt).await.unwrap());
        // Who asks again is answered too, though nothing waits.
        assert!(slow.exchange.wait_sealed(&receipt).await.unwrap());
        let promise = comity_ledger::Note::parse(receipt.promise.as_bytes()).unwrap();
        let key: comity_ledger::VerifierKey = slow.exchange.receipts_key().parse().unwrap();
        assert!(promise.signatures.iter().any(|line| key.verify(&promise.text, &line.bytes).is_ok()));
        assert!(receipt.commitments.iter().all(|commitment| promise.text.contains(commitment)));
        drop(stop);
        sealer.await.unwrap();
    }

    async fn a_year_turns_into_a_log_of_its_own_that_names_the_old(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.exchange.seal().await.unwrap();
        world.pass(60 * DAY).await;
        // What waited at the turn still goes to the old log.
        world.draft(Who::Officer, SUBSCRIBER).await;
        world.exchange.seal().await.unwrap();
        let reason = "No longer needed.".to_owned();
        world.act(Who::Officer, id, RequestCommand::Withdraw { reason }).await;
        world.exchange.seal().await.unwrap();
        assert_eq!(world.exchange.ledger_years().await.unwrap(), [2026, 2027]);
        let report = proof(&world, Who::Officer, id).await.verify(&policy(&world).await).unwrap();
        assert_eq!(report.logs.len(), 2);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn two_sealers_at_once_make_one_history(store) {
        let world = World::open(store).await;
        let other = world.again(store, |_| {}).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(world.draft(Who::Officer, SUBSCRIBER).await);
            // One may lose against the other and is taken back then; none signs a second history.
            let _ = tokio::join!(world.exchange.seal(), other.exchange.seal());
        }
        while world.exchange.seal().await.unwrap() > 0 {}
        assert_eq!(findings(&world).await, Vec::<String>::new());
        let policy = policy(&world).await;
        for id in ids {
            assert!(proof(&world, Who::Officer, id).await.verify(&policy).is_ok());
        }
    }

    async fn cover_leaves_fill_each_seal_and_are_no_gap(store) {
        let world = World::open(store).await;
        let covered = world.again(store, |settings| settings.ledger.cover = 16).await.unwrap();
        covered.exchange.seal().await.unwrap();
        let before = size(&covered).await;
        covered.draft(Who::Officer, SUBSCRIBER).await;
        covered.exchange.seal().await.unwrap();
        covered.exchange.seal().await.unwrap();
        assert_eq!(size(&covered).await, before + 32, "twice sixteen");
        assert_eq!(findings(&covered).await, Vec::<String>::new());
    }

    async fn a_database_older_than_what_was_signed_is_refused(store) {
        let world = World::open(store).await;
        world.draft(Who::Officer, SUBSCRIBER).await;
        world.exchange.seal().await.unwrap();
        let old = store.read("test.log", |tx: &mut dyn Tx| ledger::newest_log(tx)).await.unwrap().unwrap();
        world.pass(5).await;
        world.draft(Who::Officer, SUBSCRIBER).await;
        world.exchange.seal().await.unwrap();
        assert!(world.again(store, |_| {}).await.is_ok());
        let back = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let size = i64::try_from(old.head.size).unwrap();
            tx.exec("update leaf set log = null, position = null where position >= $1", &[size.into()])?;
            let restored = [size.into(), old.head.root.into(), (&old.checkpoint).into()];
            tx.exec("update log set size = $1, root = $2, checkpoint = $3", &restored).map(drop)
        };
        store.write("test.back", back).await.unwrap();
        let Err(OpenFault::Ledger(why)) = world.again(store, |_| {}).await else { panic!("it was opened") };
        assert!(why.contains("older than what has been signed") && why.contains("Restore"), "{why}");
    }

    /// I10.
    async fn a_clock_that_goes_back_stops_the_record_until_it_is_right_or_accepted(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.exchange.seal().await.unwrap();
        let signed = world.now_us.load(Ordering::SeqCst);
        world.now_us.store(signed - 600_000_000, Ordering::SeqCst);
        world.act(Who::Officer, id, RequestCommand::Submit).await;
        world.now_us.store(signed - 600_000_001, Ordering::SeqCst);
        let again = world.again(store, |_| {}).await.unwrap();
        for world in [&world, &again] {
            let denied = world.exchange.act(&World::caller(Who::Gatekeeper), id, RequestCommand::Forward, None, None).await;
            assert!(matches!(&denied, Err(Denied::Fault(fault)) if fault.cause == Cause::Clock), "{denied:?}");
            assert!(world.exchange.seal().await.is_err(), "what waits is not signed with that time either");
            assert_eq!(world.look(Who::Officer, id).await.version, 2, "reading goes on");
        }
        // The clock was ahead when it signed; now it is right.
        world.exchange.accept_clock().await.unwrap();
        world.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
        while world.exchange.seal().await.unwrap() > 0 {}
        assert_eq!(findings(&world).await, Vec::<String>::new());
        assert!(proof(&world, Who::Officer, id).await.verify(&policy(&world).await).is_ok());
    }

    async fn a_lost_key_or_an_emptied_database_is_refused(store) {
        let world = World::open(store).await;
        world.draft(Who::Officer, SUBSCRIBER).await;
        world.exchange.seal().await.unwrap();
        let key = store.dir().join("ledger.key");
        let aside = store.dir().join("aside");
        std::fs::rename(&key, &aside).unwrap();
        let Err(OpenFault::Ledger(why)) = world.again(store, |_| {}).await else { panic!("it was opened") };
        assert!(why.contains("ledger.key") && why.contains("backup"), "{why}");
        std::fs::rename(&aside, &key).unwrap();
        let other_year = store.dir().join("ledger/checkpoint-2025");
        std::fs::copy(store.dir().join("ledger/checkpoint-2026"), &other_year).unwrap();
        let Err(OpenFault::Ledger(why)) = world.again(store, |_| {}).await else { panic!("it was opened") };
        assert!(why.contains("2025") && why.contains("Restore"), "{why}");
    }
}
