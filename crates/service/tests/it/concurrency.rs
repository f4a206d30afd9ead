//! Many at once on one request: at most one end, distinct people, nothing after a withdrawal, nothing twice
//! (invariants I1, I7, I8 and I9 of the trust model).

use crate::harness::{SUBSCRIBER, Who, World, organisation};
use comity_domain::id::RequestId;
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{Decision, RequestCommand};
use comity_service::{Denied, Exchange, IdempotencyKey, Receipt};
use comity_store::{FaultPoint, Point, on_both_engines};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many act at the same moment.
const AT_ONCE: usize = 64;

type Answer = Result<Receipt, Denied>;

/// Sends each command at the same moment and gives the answers in their order.
async fn at_once(world: &World, id: RequestId, calls: Vec<(Who, RequestCommand)>) -> Vec<Answer> {
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(calls.len()));
    let tasks: Vec<_> = calls
        .into_iter()
        .map(|(who, command)| {
            let (exchange, start, who): (Exchange, _, _) =
                (world.exchange.clone(), start.clone(), World::caller(who));
            tokio::spawn(async move {
                start.wait().await;
                exchange.act(&who, id, command, None, None).await
            })
        })
        .collect();
    let mut answers = Vec::with_capacity(tasks.len());
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Each kind of call in turn, until there are so many.
fn mixed(kinds: &[(Who, RequestCommand)]) -> Vec<(Who, RequestCommand)> {
    kinds.iter().cloned().cycle().take(AT_ONCE).collect()
}

/// How many were done; nobody meets a fault.
fn done(answers: &[Answer]) -> usize {
    for answer in answers {
        assert!(!matches!(answer, Err(Denied::Fault(_))), "{answer:?}");
    }
    answers.iter().filter(|answer| answer.is_ok()).count()
}

/// Events by name, in their order, without a gap; and the ledger agrees with the rows.
async fn events(world: &World, id: RequestId) -> Vec<&'static str> {
    while world.exchange.seal().await.unwrap() > 0 {}
    let report = world.exchange.check().await.unwrap();
    assert_eq!(report.findings, Vec::new());
    let history = world.look(Who::Officer, id).await.history;
    history.into_iter().map(|entry| &*Box::leak(entry.event.to_string().into_boxed_str())).collect()
}

fn count(events: &[&str], wanted: &str) -> usize {
    events.iter().filter(|event| **event == wanted).count()
}

on_both_engines! {
    async fn a_request_is_signed_once_and_not_by_its_author(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.act(Who::Officer, id, RequestCommand::Submit).await;
        world.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
        let sign = RequestCommand::Authorise { statement: "Necessary.".to_owned() };
        let calls = mixed(&[(Who::Judge, sign.clone()), (Who::Officer, sign.clone()), (Who::Gatekeeper, sign)]);
        assert_eq!(done(&at_once(&world, id, calls).await), 1);
        assert_eq!(count(&events(&world, id).await, "authorised"), 1);
        let dossier = world.look(Who::Officer, id).await;
        let signed = dossier.authorised.unwrap().by;
        assert_ne!(signed.person, dossier.vouched.unwrap().person);
    }

    async fn nothing_follows_a_withdrawal(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(id).await;
        let acknowledge = RequestCommand::Acknowledge { reference: "HBT-1".to_owned() };
        let withdraw = RequestCommand::Withdraw { reason: "No longer needed.".to_owned() };
        let ask = RequestCommand::Ask {
            code: NonExecutionCode::InsufficientIdentifier,
            items: Vec::new(),
            question: "Which service?".to_owned(),
        };
        let calls = mixed(&[(Who::Analyst, acknowledge), (Who::Officer, withdraw), (Who::Analyst, ask)]);
        assert!(done(&at_once(&world, id, calls).await) >= 1);
        let events = events(&world, id).await;
        assert_eq!(count(&events, "withdrawn"), 1, "{events:?}");
        assert!(count(&events, "acknowledged") <= 1, "{events:?}");
        assert_eq!(events.last(), Some(&"withdrawn"), "{events:?}");
    }

    async fn an_item_is_decided_once(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(id).await;
        world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-1".to_owned() }).await;
        world.verify(id).await;
        let item = world.look(Who::Analyst, id).await.items[0].id;
        let refuse = |text: &str| RequestCommand::Decide {
            item,
            decision: Decision::Refuse { codes: vec![NonExecutionCode::NoLongerHeld], explanation: text.to_owned() },
        };
        let calls = mixed(&[(Who::Analyst, refuse("Deleted.")), (Who::Analyst, refuse("Deleted long ago."))]);
        assert_eq!(done(&at_once(&world, id, calls).await), 1);
        let outcomes = world.look(Who::Officer, id).await.items;
        assert_eq!(outcomes.iter().filter(|item| item.outcome.is_some()).count(), 1);
        events(&world, id).await;
    }

    async fn a_call_repeated_at_once_is_one_act_with_one_receipt(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        let calls = (0..16).map(|_| {
            let (exchange, who) = (world.exchange.clone(), World::caller(Who::Officer));
            tokio::spawn(async move {
                exchange.act(&who, id, RequestCommand::Submit, None, IdempotencyKey::new("once")).await.unwrap()
            })
        });
        let mut receipts = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            receipts.push(call.await.unwrap());
        }
        assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(count(&events(&world, id).await, "submitted"), 1);
    }

    async fn sealing_beside_acts_loses_and_doubles_nothing(store) {
        let world = World::open(store).await;
        let sealers: Vec<_> = (0..2).map(|_| {
            let exchange = world.exchange.clone();
            tokio::spawn(async move {
                for _ in 0..60 {
                    // Whoever comes second is taken back and finds the rest the next time.
                    let _ = exchange.seal().await;
                    tokio::task::yield_now().await;
                }
            })
        }).collect();
        let mut ids = Vec::new();
        for _ in 0..24 {
            let id = world.draft(Who::Officer, SUBSCRIBER).await;
            world.act(Who::Officer, id, RequestCommand::Submit).await;
            ids.push(id);
        }
        for sealer in sealers {
            sealer.await.unwrap();
        }
        for id in ids {
            events(&world, id).await;
        }
        while world.exchange.seal().await.unwrap() > 0 {}
        let report = world.exchange.check().await.unwrap();
        assert_eq!((report.requests, report.events, report.pending), (24, 48, 0));
        let once = 1 + report.events + report.entries;
        assert_eq!(report.leaves, once, "the record that began the log, every event and every entry of the trail");
    }

    async fn seals_at_once_write_the_checkpoint_one_after_the_other(store) {
        let (writing, overlapped) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
        let seen = overlapped.clone();
        let slow: FaultPoint = Arc::new(move |at| {
            match at {
                Point::Write => {
                    seen.fetch_or(writing.fetch_add(1, Ordering::SeqCst) > 0, Ordering::SeqCst);
                    std::thread::sleep(std::time::Duration::from_millis(100));
                }
                Point::Rename => drop(writing.fetch_sub(1, Ordering::SeqCst)),
                _ => {}
            }
            Ok(())
        });
        let world = World::open(store).await.failing(store, slow).await.unwrap();
        let acts = (0..AT_ONCE / 4).map(|_| {
            let (exchange, draft) = (world.exchange.clone(), world.complete_draft(SUBSCRIBER));
            tokio::spawn(async move {
                let (who, to) = (World::caller(Who::Officer), organisation(2));
                exchange.draft(&who, to, SUBSCRIBER, draft, None).await.unwrap();
                // Of sealers at once some find that another was first.
                drop(exchange.seal().await);
            })
        });
        for act in acts.collect::<Vec<_>>() {
            act.await.unwrap();
        }
        assert!(!overlapped.load(Ordering::SeqCst), "two wrote one file at once");
        let kept = std::fs::read(store.dir().join("ledger/checkpoint-2026")).unwrap();
        comity_ledger::Note::parse(&kept).unwrap();
    }
}
