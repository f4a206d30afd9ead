//! Fault by number: the n-th step of an act fails, for n = 1, 2, 3 … until it is done without. Steps are the begin, each
//! statement, the commit, and the moment after the commit before anybody was told. After each failure the instance is
//! opened anew: the act is there whole or not at all, the database holds what its ledger says, and the same call with
//! the same key is done exactly once (I8, I9).

use crate::harness::{SUBSCRIBER, Who, World, intact, releasing};
use comity_domain::id::RequestId;
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{Decision, Giving, RequestCommand};
use comity_service::{Denied, IdempotencyKey};
use comity_store::testing::TestStore;
use comity_store::{Fault, FaultPoint, on_both_engines};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// No act has so many steps; one that does is not found to end.
pub(crate) const MOST_STEPS: usize = 300;
const DAY: i64 = 86_400;

/// Fails the n-th step and no other.
pub(crate) fn failing_at(step: usize) -> (FaultPoint, Arc<AtomicUsize>) {
    let passed = Arc::new(AtomicUsize::new(0));
    let counted = passed.clone();
    let point: FaultPoint = Arc::new(move |at| match counted.fetch_add(1, Ordering::SeqCst) + 1 {
        count if count == step => Err(Fault::other(format!("step {step}, {at:?}, is made to fail"))),
        _ => Ok(()),
    });
    (point, passed)
}

/// A request that waits for the command, and who gives it.
struct Waiting {
    id: RequestId,
    who: Who,
    command: RequestCommand,
}

/// Every kind of act of the main job, each on a request that waits for it.
async fn waiting(world: &World, kind: &str) -> Waiting {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    let give = |who, command| Waiting { id, who, command };
    let reason = || "No longer needed.".to_owned();
    match kind {
        "submit" => return give(Who::Officer, RequestCommand::Submit),
        "withdraw" => return give(Who::Officer, RequestCommand::Withdraw { reason: reason() }),
        _ => {}
    }
    if kind == "forward" {
        world.act(Who::Officer, id, RequestCommand::Submit).await;
        return give(Who::Gatekeeper, RequestCommand::Forward);
    }
    if kind == "authorise" {
        world.act(Who::Officer, id, RequestCommand::Submit).await;
        world.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
        return give(Who::Judge, RequestCommand::Authorise { statement: "Necessary.".to_owned() });
    }
    world.send(id).await;
    let acknowledge = RequestCommand::Acknowledge { reference: "HBT-1".to_owned() };
    if kind == "acknowledge" {
        return give(Who::Analyst, acknowledge);
    }
    world.act(Who::Analyst, id, acknowledge).await;
    if kind == "ask" {
        let (code, items) = (NonExecutionCode::InsufficientIdentifier, Vec::new());
        return give(
            Who::Analyst,
            RequestCommand::Ask { code, items, question: "Which service?".to_owned() },
        );
    }
    world.verify(id).await;
    let item = world.look(Who::Analyst, id).await.items[0].id;
    let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
    let decide = RequestCommand::Decide { item, decision };
    if kind == "decide" {
        return give(Who::Analyst, decide);
    }
    world.act(Who::Analyst, id, decide).await;
    let file = world.upload(id, b"address,subscriber\n").await;
    let prepare = world.packing(id, vec![item], file).await;
    if kind == "prepare" {
        return give(Who::Analyst, prepare);
    }
    world.act(Who::Analyst, id, prepare).await;
    let package = world.look(Who::Reviewer, id).await.packages[0].clone();
    let release = releasing(&package);
    if kind == "release" {
        return give(Who::Reviewer, release);
    }
    world.act(Who::Reviewer, id, release).await;
    assert_eq!(kind, "confirm", "a kind that nobody has described");
    give(Who::Officer, intact(package.id))
}

pub(crate) async fn clean(world: &World, what: &str) {
    let report = world.exchange.check().await.unwrap();
    assert_eq!(report.findings, Vec::new(), "{what}");
}

/// Tries one kind of act until no step of it is left that could fail, and tells how many there were.
async fn every_step(world: &World, store: &TestStore, kind: &str) -> usize {
    for step in 1..MOST_STEPS {
        let Waiting { id, who, command } = waiting(world, kind).await;
        let before = world.look(Who::Officer, id).await.version;
        let (point, passed) = failing_at(step);
        let faulty = world.failing(store, point).await.unwrap();
        passed.store(0, Ordering::SeqCst);
        let key = || IdempotencyKey::new(&format!("{kind}-{step}"));
        let caller = World::caller(who);
        let answer = faulty.exchange.act(&caller, id, command.clone(), None, key()).await;
        drop(faulty);
        let what = format!("{kind}, step {step}");
        let again = world.again(store, |_| {}).await.unwrap();
        clean(&again, &what).await;
        let now = again.look(Who::Officer, id).await.version;
        if let Ok(receipt) = answer {
            assert_eq!(now, receipt.version, "{what}");
            return step - 1;
        }
        assert!(matches!(answer, Err(Denied::Fault(_))), "{what}: {answer:?}");
        let receipt = again.exchange.act(&caller, id, command, None, key()).await.unwrap();
        let events = receipt.events.len() as u64;
        assert!(events > 0, "{what}");
        // Whole or not at all: the retry has found it done, or has done it.
        assert!(now == before || now == receipt.version, "{what}: {before}, {now}, {}", receipt.version);
        let last = again.look(Who::Officer, id).await.version;
        assert_eq!(last, receipt.version, "{what}: it was done twice");
    }
    panic!("{kind}: more than {MOST_STEPS} steps");
}

async fn every_step_of(world: &World, store: &TestStore, kinds: &[&str]) {
    for kind in kinds {
        let steps = every_step(world, store, kind).await;
        println!("{kind}: {steps} steps failed, one after the other");
        assert!(steps >= 5, "{kind}: only {steps} steps were seen");
    }
    clean(world, "after every step was tried").await;
}

on_both_engines! {
    async fn an_act_of_the_authority_is_whole_or_not_at_all(store) {
        let world = World::open(store).await;
        every_step_of(&world, store, &["submit", "forward", "authorise", "withdraw"]).await;
    }

    async fn an_act_of_the_provider_is_whole_or_not_at_all(store) {
        let world = World::open(store).await;
        every_step_of(&world, store, &["acknowledge", "ask", "decide"]).await;
    }

    async fn an_act_on_a_package_is_whole_or_not_at_all(store) {
        let world = World::open(store).await;
        every_step_of(&world, store, &["prepare", "release", "confirm"]).await;
    }

    async fn a_seal_is_whole_or_not_at_all(store) {
        let world = World::open(store).await;
        for step in 1..MOST_STEPS {
            let id = world.draft(Who::Officer, SUBSCRIBER).await;
            let (point, passed) = failing_at(step);
            let faulty = world.failing(store, point).await.unwrap();
            passed.store(0, Ordering::SeqCst);
            let _ = faulty.exchange.seal().await;
            // Also the writing of the checkpoint beside the database is a step; its failure is not the seal's.
            let struck = passed.load(Ordering::SeqCst) >= step;
            drop(faulty);
            let again = world.again(store, |_| {}).await.unwrap();
            clean(&again, &format!("step {step}")).await;
            let proof = again.exchange.bare_proof(id).await.unwrap();
            assert!(proof.contains("tlog-proof"));
            clean(&again, &format!("step {step}, sealed again")).await;
            // The next checkpoint is written too only when some time has passed.
            world.now_us.fetch_add(2_000_000, Ordering::SeqCst);
            if !struck {
                assert!(step > 5, "only {step} steps were seen");
                return;
            }
        }
        panic!("more than {MOST_STEPS} steps");
    }

    async fn an_erasure_is_whole_or_not_at_all(store) {
        let world = World::open(store).await;
        for step in 1..MOST_STEPS {
            let id = world.draft(Who::Officer, SUBSCRIBER).await;
            let reason = "No longer needed.".to_owned();
            world.act(Who::Officer, id, RequestCommand::Withdraw { reason }).await;
            world.now_us.fetch_add(1_827 * DAY * 1_000_000, Ordering::SeqCst);
            let erased = world.exchange.check().await.unwrap().erased;
            let (point, passed) = failing_at(step);
            let faulty = world.failing(store, point).await.unwrap();
            passed.store(0, Ordering::SeqCst);
            let _ = faulty.exchange.run_jobs(100).await;
            let struck = passed.load(Ordering::SeqCst) >= step;
            drop(faulty);
            let again = world.again(store, |_| {}).await.unwrap();
            clean(&again, &format!("step {step}")).await;
            // A job that failed is tried again later.
            again.pass(2 * DAY).await;
            let report = again.exchange.check().await.unwrap();
            assert_eq!(report.findings, Vec::new(), "step {step}");
            assert_eq!(report.erased, erased + 1, "step {step}");
            // Members are accredited for a year: each round begins at the first moment again.
            world.now_us.fetch_sub(1_829 * DAY * 1_000_000, Ordering::SeqCst);
            if !struck {
                assert!(step > 5, "only {step} steps were seen");
                return;
            }
        }
        panic!("more than {MOST_STEPS} steps");
    }
}
