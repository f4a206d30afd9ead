//! Transactions: grouped, isolated, retried, durable.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use comity_store::testing::{Engine, TestStore, run};
use comity_store::{Fault, FaultKind, Point, Store, Tx, Value, on_both_engines};

const INSERT: &str = "insert into dossier_key (dossier, created_at_us) values ($1, $2)";
const COUNT: &str = "select count(*) from dossier_key";
const READ: &str = "select created_at_us from dossier_key where dossier = $1";
const SET: &str = "update dossier_key set created_at_us = $2 where dossier = $1";

#[derive(Debug, PartialEq)]
enum Refused {
    Domain,
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

async fn insert(store: &Store, dossier: String) -> Result<(), Fault> {
    store.write("test.insert", move |tx| tx.exec(INSERT, &[(&dossier).into(), 1.into()]).map(drop)).await
}

async fn count(store: &Store) -> i64 {
    store.read("test.count", |tx| tx.row(COUNT, &[])?.expect("a count").int(0)).await.expect("counts")
}

on_both_engines! {
    async fn many_writers_at_once_all_keep_what_they_wrote(store) {
        let store: &Store = store;
        let mut tasks = Vec::new();
        for number in 0..400 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move { insert(&store, format!("d{number}")).await }));
        }
        for task in tasks {
            task.await.expect("no panic").expect("written");
        }
        assert_eq!(count(store).await, 400);
    }

    async fn a_refusal_takes_back_its_own_rows_and_nobody_elses(store) {
        let store: &Store = store;
        let mut tasks = Vec::new();
        for number in 0..60_i64 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                store.write("test.refuse", move |tx| {
                    tx.exec(INSERT, &[format!("d{number}").into(), number.into()])?;
                    if number % 3 == 0 { Err(Refused::Domain) } else { Ok(number) }
                }).await
            }));
        }
        for (task, number) in tasks.into_iter().zip(0_i64..) {
            let expected = if number % 3 == 0 { Err(Refused::Domain) } else { Ok(number) };
            assert_eq!(task.await.expect("no panic"), expected);
        }
        assert_eq!(count(store).await, 40);
    }

    async fn a_failed_statement_dooms_its_transaction_even_when_the_closure_goes_on(store) {
        insert(store, "taken".to_owned()).await.expect("written");
        let done: Result<(), Fault> = store.write("test.swallow", |tx| {
            tx.exec(INSERT, &["new".into(), 1.into()])?;
            drop(tx.exec(INSERT, &["taken".into(), 1.into()]));
            Ok(())
        }).await;
        assert_eq!(done.expect_err("doomed").kind, FaultKind::Unique);
        assert_eq!(count(store).await, 1);
    }

    async fn constraint_faults_are_told_apart_by_kind(store) {
        let kind = async |sql: &'static str, args: Vec<Value>| {
            let done = store.write("test.kind", move |tx| tx.exec(sql, &args)).await;
            done.expect_err("a constraint").kind
        };
        insert(store, "taken".to_owned()).await.expect("written");
        assert_eq!(kind(INSERT, vec!["taken".into(), 1.into()]).await, FaultKind::Unique);
        assert_eq!(kind(INSERT, vec!["other".into(), Value::Null]).await, FaultKind::Check);
        let part = "insert into upload_part (upload, number, path, bytes) values ($1, 0, 'p', 0)";
        assert_eq!(kind(part, vec!["nowhere".into()]).await, FaultKind::ForeignKey);
        assert_eq!(kind(INSERT, vec!["too few".into()]).await, FaultKind::Other);
    }

    async fn a_panic_is_answered_as_a_fault_and_the_store_goes_on(store) {
        let done: Result<(), Fault> = store.write("test.panic", |tx| {
            tx.exec(INSERT, &["d".into(), 1.into()])?;
            panic!("on purpose");
        }).await;
        assert_eq!(done.expect_err("a fault").kind, FaultKind::Other);
        let done: Result<(), Fault> = store.read("test.panic", |_| panic!("on purpose")).await;
        assert_eq!(done.expect_err("a fault").kind, FaultKind::Other);
        assert_eq!(count(store).await, 0);
        insert(store, "d".to_owned()).await.expect("the store still writes");
    }

    async fn a_question_cannot_write(store) {
        let done: Result<u64, Fault> = store.read("test.read", |tx| tx.exec(INSERT, &["d".into(), 1.into()])).await;
        assert!(done.is_err());
        assert_eq!(count(store).await, 0);
    }

    async fn a_question_sees_one_moment(store) {
        insert(store, "first".to_owned()).await.expect("written");
        let (reading, go_on) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (seen_reading, seen_go_on) = (Arc::clone(&reading), Arc::clone(&go_on));
        let asker = (**store).clone();
        let question = tokio::spawn(async move {
            asker.read("test.snapshot", move |tx: &mut dyn Tx| {
                let before = tx.row(COUNT, &[])?.expect("a count").int(0)?;
                seen_reading.store(true, Ordering::SeqCst);
                while !seen_go_on.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok::<_, Fault>((before, tx.row(COUNT, &[])?.expect("a count").int(0)?))
            }).await
        });
        while !reading.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        insert(store, "second".to_owned()).await.expect("written");
        go_on.store(true, Ordering::SeqCst);
        assert_eq!(question.await.expect("no panic"), Ok((1, 1)));
        assert_eq!(count(store).await, 2);
    }

    async fn rivals_for_one_row_lose_no_update(store) {
        insert(store, "counter".to_owned()).await.expect("written");
        let mut tasks = Vec::new();
        for _ in 0..24 {
            let store = (**store).clone();
            tasks.push(tokio::spawn(async move {
                // A caller comes again when it is told that the store was too busy, as an act does.
                loop {
                    let done: Result<u64, Fault> = store.write("test.increment", |tx| {
                        let now = tx.row(READ, &["counter".into()])?.expect("the row").int(0)?;
                        tx.exec(SET, &["counter".into(), (now + 1).into()])
                    }).await;
                    match done {
                        Err(fault) if fault.kind == FaultKind::Busy => {}
                        other => return other,
                    }
                }
            }));
        }
        for task in tasks {
            assert_eq!(task.await.expect("no panic"), Ok(1));
        }
        let end = store.read("test.end", |tx| tx.row(READ, &["counter".into()])?.expect("the row").int(0)).await;
        assert_eq!(end, Ok::<_, Fault>(25));
    }

    async fn arguments_are_matched_by_number_and_not_by_appearance(store) {
        let sql = "insert into dossier_key (created_at_us, dossier) values ($2, $1)";
        store.write("test.order", move |tx| tx.exec(sql, &["d".into(), 9.into()])).await.expect("written");
        let found = store.read("test.find", |tx| tx.row(READ, &["d".into()])?.expect("the row").int(0)).await;
        assert_eq!(found, Ok::<_, Fault>(9));
    }

    async fn what_goes_in_comes_out(store) {
        let sql = "insert into dossier_key (dossier, wrapped, destroyed_at_us, created_at_us) values ($1, $2, $3, $4)
            returning dossier, wrapped, destroyed_at_us, created_at_us, cast($3 as bigint), cast($1 as text)";
        let text = "Ünïcödé ' \" \\ $1 ; --";
        let row = store.write("test.values", move |tx| {
            tx.row(sql, &[text.into(), vec![0_u8, 255, 39].into(), Value::Null, i64::MIN.into()])
        }).await.expect("written").expect("the row");
        assert_eq!(row.text(0), Ok(text));
        assert_eq!(row.bytes(1), Ok([0_u8, 255, 39].as_slice()));
        assert_eq!(row.opt_int(2), Ok(None));
        assert_eq!(row.int(3), Ok(i64::MIN));
        assert!(row.text(3).is_err());
        assert!(row.int(2).is_err());
        assert!(row.int(9).is_err());
    }

    async fn an_engine_that_is_whole_says_so(store) {
        insert(store, "kept".to_owned()).await.expect("written");
        let whole = async || store.read("test.integrity", |tx| tx.integrity()).await;
        assert_eq!(whole().await, Ok::<_, Fault>(Vec::new()));
        // With its extension PostgreSQL looks at its indices; the embedded engine needs none.
        let extension = "create extension if not exists amcheck";
        if store.write::<_, Fault>("test.extension", move |tx| tx.exec(extension, &[])).await.is_ok() {
            assert_eq!(whole().await, Ok::<_, Fault>(Vec::new()));
        }
    }

    async fn what_was_answered_is_there_after_a_restart(store) {
        insert(store, "kept".to_owned()).await.expect("written");
        store.reopen().expect("opens again");
        assert_eq!(count(store).await, 1);
    }
}

#[test]
fn a_serialisation_conflict_runs_the_closure_again() {
    run(Engine::Postgres, async |store: &mut TestStore| {
        insert(store, "counter".to_owned()).await.expect("written");
        // One store has one writer, so the rival is another process's.
        let config = store.config().clone();
        let rival = tokio::task::spawn_blocking(move || Store::open(&config)).await.expect("no panic");
        let (runs, rival) = (Arc::new(AtomicU32::new(0)), rival.expect("opens"));
        let seen = Arc::clone(&runs);
        let done: Result<u64, Fault> = store
            .write("test.conflict", move |tx| {
                let now = tx.row(READ, &["counter".into()])?.expect("the row").int(0)?;
                if seen.fetch_add(1, Ordering::SeqCst) == 0 {
                    // Between this transaction's reading and its writing, a rival changes the row.
                    let rival = rival.clone();
                    let work = move || {
                        rival.write_blocking("test.rival", |tx| tx.exec(SET, &["counter".into(), 100.into()]))
                    };
                    std::thread::spawn(work).join().expect("no panic").map_err(|fault: Fault| fault)?;
                }
                tx.exec(SET, &["counter".into(), (now + 1).into()])
            })
            .await;
        assert_eq!(done, Ok(1));
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        let end =
            store.read("test.end", |tx| tx.row(READ, &["counter".into()])?.expect("the row").int(0)).await;
        assert_eq!(end, Ok::<_, Fault>(101));
    });
}

#[test]
fn a_lost_connection_is_made_anew() {
    run(Engine::Postgres, async |store: &mut TestStore| {
        insert(store, "before".to_owned()).await.expect("written");
        let kill = "select cast(count(pg_terminate_backend(pid)) as bigint) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()";
        store.read("test.kill", move |tx| tx.row(kill, &[])).await.expect("killed");
        for number in 0..8 {
            insert(store, format!("after{number}")).await.expect("a new connection");
        }
        assert_eq!(count(store).await, 9);
    });
}

fn failing_at(point: Point, armed: &Arc<AtomicBool>) -> comity_store::FaultPoint {
    let armed = Arc::clone(armed);
    Arc::new(move |at| {
        if at == point && armed.load(Ordering::SeqCst) {
            Err(Fault::other("struck by the test"))
        } else {
            Ok(())
        }
    })
}

#[test]
fn a_failed_commit_answers_faults_keeps_nothing_and_stops_the_embedded_engine() {
    let armed = Arc::new(AtomicBool::new(false));
    let mut store =
        Engine::Sqlite.open_with(|config| config.with_fault_point(failing_at(Point::Commit, &armed)));
    let put = |store: &Store, name: &'static str| -> Result<u64, Fault> {
        store.write_blocking("test.put", move |tx| tx.exec(INSERT, &[name.into(), 1.into()]))
    };
    put(&store, "before").expect("written");
    assert!(!*store.failed().borrow());
    armed.store(true, Ordering::SeqCst);
    assert!(put(&store, "lost").is_err());
    assert!(*store.failed().borrow());
    armed.store(false, Ordering::SeqCst);
    assert_eq!(put(&store, "late").expect_err("stopped").kind, FaultKind::Connection);
    store.reopen().expect("opens again");
    let left = store.read_blocking("test.count", |tx| tx.row(COUNT, &[])?.expect("a count").int(0));
    assert_eq!(left, Ok::<_, Fault>(1));
}

#[test]
fn a_crash_after_the_commit_leaves_the_rows_though_nobody_was_told() {
    for engine in Engine::ALL {
        let armed = Arc::new(AtomicBool::new(true));
        let store = engine.open_with(|config| config.with_fault_point(failing_at(Point::Answer, &armed)));
        let done: Result<u64, Fault> =
            store.write_blocking("test.put", |tx| tx.exec(INSERT, &["d".into(), 1.into()]));
        assert!(done.is_err(), "{engine:?}");
        let left = store.read_blocking("test.count", |tx| tx.row(COUNT, &[])?.expect("a count").int(0));
        assert_eq!(left, Ok::<_, Fault>(1), "{engine:?}");
    }
}

/// Starts all writes while the writer is held, so that they wait together, and gives their answers in order.
async fn together<T: Send + 'static>(
    store: &Store,
    writes: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let gate = Arc::new(AtomicBool::new(false));
    let (closed, holder) = (Arc::clone(&gate), store.clone());
    let first = tokio::spawn(async move {
        let held = move |_: &mut dyn Tx| {
            while !closed.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok::<_, Fault>(())
        };
        holder.write("test.hold", held).await
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let all: Vec<_> = writes.map(tokio::spawn).collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    gate.store(true, Ordering::SeqCst);
    first.await.expect("no panic").expect("committed");
    let mut answers = Vec::with_capacity(all.len());
    for write in all {
        answers.push(write.await.expect("no panic"));
    }
    answers
}

/// One sync for those who wait together, on both engines.
#[test]
fn waiting_writes_share_a_commit() {
    for engine in Engine::ALL {
        let commits = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&commits);
        let store = engine.open_with(|config| {
            config.with_fault_point(Arc::new(move |at| {
                counted.fetch_add(u32::from(at == Point::Commit), Ordering::SeqCst);
                Ok(())
            }))
        });
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        runtime.block_on(async {
            let writes = (0..60).map(|number| {
                let store = (*store).clone();
                async move { insert(&store, format!("d{number}")).await }
            });
            assert!(together(&store, writes).await.into_iter().all(|done| done.is_ok()));
        });
        assert_eq!(commits.load(Ordering::SeqCst), 2, "{engine:?}");
    }
}

/// I8, L9: a group is many transactions.
#[test]
fn in_a_group_a_panic_a_refusal_and_a_failed_statement_take_nobody_with_them() {
    for engine in Engine::ALL {
        run(engine, async |store: &mut TestStore| {
            insert(store, "taken".to_owned()).await.expect("written");
            let writes = (0..40_i64).map(|number| {
                let store = (**store).clone();
                async move {
                    let work = move |tx: &mut dyn Tx| {
                        tx.exec(INSERT, &[format!("d{number}").into(), number.into()])?;
                        match number % 4 {
                            0 => panic!("on purpose"),
                            1 => Err(Refused::Domain),
                            2 => Ok(tx.exec(INSERT, &["taken".into(), 1.into()])?),
                            _ => Ok(1),
                        }
                    };
                    store.write("test.group", work).await
                }
            });
            for (answer, number) in together(store, writes).await.into_iter().zip(0..) {
                match (number % 4, answer) {
                    (0, Err(Refused::Fault(fault))) => assert_eq!(fault.kind, FaultKind::Other),
                    (1, Err(Refused::Domain)) | (3, Ok(1)) => {}
                    (2, Err(Refused::Fault(fault))) => assert_eq!(fault.kind, FaultKind::Unique),
                    (_, other) => panic!("{engine:?}, {number}: {other:?}"),
                }
            }
            assert_eq!(count(store).await, 1 + 10, "{engine:?}");
        });
    }
}

/// Refuses every `every`-th of these steps as PostgreSQL refuses a transaction that lost against another.
fn losing(every: u32) -> comity_store::FaultPoint {
    let steps = AtomicU32::new(0);
    Arc::new(move |at| {
        let step = steps.fetch_add(1, Ordering::SeqCst) + 1;
        if at != Point::Answer && step.is_multiple_of(every) {
            return Err(Fault::new(FaultKind::Busy, "made to lose"));
        }
        Ok(())
    })
}

/// I8, L9: serialisation failures at every kind of step.
#[test]
fn groups_that_lose_again_and_again_run_from_their_start_and_keep_each_write_once() {
    for every in [7, 31, 101] {
        let mut store = Engine::Postgres.open();
        let config = store.config().clone().with_fault_point(losing(every));
        let faulty = Store::open(&config).expect("opens");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let kept = runtime.block_on(async {
            insert(&faulty, "counter".to_owned()).await.ok();
            let writes = (0..64).map(|_| {
                let store = faulty.clone();
                async move {
                    let add = |tx: &mut dyn Tx| {
                        let now = tx.row(READ, &["counter".into()])?.expect("the row").int(0)?;
                        tx.exec(SET, &["counter".into(), (now + 1).into()])
                    };
                    store.write::<_, Fault>("test.add", add).await
                }
            });
            let answers = together(&faulty, writes).await;
            for answer in &answers {
                assert!(
                    answer.as_ref().map_or_else(|fault| fault.kind == FaultKind::Busy, |done| *done == 1)
                );
            }
            answers.into_iter().flatten().count()
        });
        drop(faulty);
        store.reopen().expect("opens again");
        let end =
            store.read_blocking("test.end", |tx| tx.row(READ, &["counter".into()])?.expect("the row").int(0));
        assert_eq!(end, Ok::<_, Fault>(1 + i64::try_from(kept).expect("few")), "every {every}th step");
        assert_eq!(kept, 64, "every {every}th step: each was run until it was kept");
    }
}

/// I8, L9: the server may or may not have kept it.
#[test]
fn a_connection_lost_at_the_commit_is_answered_as_unknown_and_not_run_again() {
    let mut store = Engine::Postgres.open();
    let killer = Store::open(store.config()).expect("opens");
    let armed = Arc::new(AtomicBool::new(false));
    let wanted = Arc::clone(&armed);
    let config = store.config().clone().with_fault_point(Arc::new(move |at| {
        if at == Point::Commit && wanted.swap(false, Ordering::SeqCst) {
            let kill = "select cast(count(pg_terminate_backend(pid)) as bigint) from pg_stat_activity
                where datname = current_database() and state = 'idle in transaction' and pid <> pg_backend_pid()";
            killer.read_blocking("test.kill", move |tx| tx.row(kill, &[])).map(drop)?;
        }
        Ok(())
    }));
    let faulty = Store::open(&config).expect("opens");
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    armed.store(true, Ordering::SeqCst);
    let lost: Result<u64, Fault> = faulty.write_blocking("test.lost", move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.exec(INSERT, &["lost".into(), 1.into()])
    });
    assert_eq!(lost.expect_err("unknown").kind, FaultKind::Connection);
    assert_eq!(runs.load(Ordering::SeqCst), 1, "nobody knows whether it was kept, so it does not run again");
    let next: Result<u64, Fault> =
        faulty.write_blocking("test.next", |tx| tx.exec(INSERT, &["next".into(), 1.into()]));
    assert_eq!(next, Ok(1));
    drop(faulty);
    store.reopen().expect("opens again");
    let left = store.read_blocking("test.count", |tx| tx.row(COUNT, &[])?.expect("a count").int(0));
    assert_eq!(left, Ok::<_, Fault>(1));
}
