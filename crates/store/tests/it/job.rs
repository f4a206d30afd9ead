//! The job table: one effect per key, one holder per lease, no job lost.

use std::collections::HashSet;
use std::time::Duration;

use comity_store::job::{self, Job, Lane, NewJob, Retry};
use comity_store::testing::NOW_US;
use comity_store::{Fault, Store, Tx, on_both_engines};

const LEASE_US: i64 = 60_000_000;

fn job(id: &str, key: Option<&str>, run_at_us: i64) -> NewJob {
    NewJob {
        id: id.to_owned(),
        kind: "deliver".to_owned(),
        unique_key: key.map(str::to_owned),
        run_at_us,
        payload: "{}".to_owned(),
        max_attempts: 2,
    }
}

async fn enqueue(store: &Store, new: NewJob) -> bool {
    store.write("test.enqueue", move |tx| job::enqueue(tx, &new)).await.expect("enqueued")
}

async fn claim(store: &Store, now_us: i64, token: &'static str, limit: i64) -> Vec<Job> {
    store
        .write("test.claim", move |tx| {
            job::claim(tx, now_us, LEASE_US, token, limit, Lane::Beside("inspect", "stamp"))
        })
        .await
        .expect("claimed")
}

async fn act<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
) -> T {
    store.write("test.act", work).await.expect("done")
}

fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}

on_both_engines! {
    async fn a_lane_takes_its_kind_and_the_other_lane_everything_else(store) {
        for (id, kind) in [("j1", "inspect"), ("j2", "deliver"), ("j3", "inspect")] {
            let new = NewJob { kind: kind.to_owned(), ..job(id, None, NOW_US) };
            assert!(enqueue(store, new).await);
        }
        let only = |tx: &mut dyn Tx| job::claim(tx, NOW_US, LEASE_US, "a", 9, Lane::Only("inspect"));
        assert_eq!(ids(&act(store, only).await), ["j1", "j3"]);
        assert_eq!(ids(&claim(store, NOW_US, "b", 9).await), ["j2"]);
    }

    async fn a_key_is_enqueued_once_until_it_is_cancelled_or_forgotten(store) {
        assert!(enqueue(store, job("a", Some("clock 1"), NOW_US)).await);
        assert!(!enqueue(store, job("b", Some("clock 1"), NOW_US)).await);
        assert!(enqueue(store, job("c", None, NOW_US)).await);
        assert!(enqueue(store, job("d", None, NOW_US)).await);
        assert_eq!(act(store, |tx| job::backlog(tx, NOW_US)).await, (3, Some(NOW_US)));
        assert!(act(store, |tx| job::cancel(tx, "clock 1")).await);
        assert!(!act(store, |tx| job::cancel(tx, "clock 1")).await);
        assert!(enqueue(store, job("e", Some("clock 1"), NOW_US)).await);
        assert_eq!(claim(store, NOW_US, "t", 10).await.len(), 3);
        assert!(act(store, |tx| job::finish(tx, "e", "t", NOW_US)).await);
        assert!(!act(store, |tx| job::cancel(tx, "clock 1")).await, "a finished job is not cancelled");
        assert!(!enqueue(store, job("f", Some("clock 1"), NOW_US)).await);
        assert_eq!(act(store, |tx| job::forget_finished(tx, NOW_US + 1)).await, 1);
        assert!(enqueue(store, job("f", Some("clock 1"), NOW_US)).await);
    }

    async fn jobs_are_claimed_when_due_earliest_first_and_by_one_holder(store) {
        enqueue(store, job("late", None, NOW_US + 5)).await;
        enqueue(store, job("early", None, NOW_US - 5)).await;
        enqueue(store, job("tomorrow", None, NOW_US + 86_400_000_000)).await;
        assert_eq!(act(store, job::next_run_at).await, Some(NOW_US - 5));
        assert_eq!(ids(&claim(store, NOW_US - 6, "t", 10).await), Vec::<&str>::new());
        let held = claim(store, NOW_US + 5, "t", 10).await;
        assert_eq!(ids(&held), ["early", "late"]);
        assert_eq!((held[0].attempts, held[0].lease_until_us), (1, NOW_US + 5 + LEASE_US));
        assert_eq!(ids(&claim(store, NOW_US + 5, "other", 10).await), Vec::<&str>::new());
        assert_eq!(act(store, job::next_run_at).await, Some(NOW_US + 5 + LEASE_US));
    }

    async fn a_limit_takes_the_earliest(store) {
        for number in 0..5_i64 {
            enqueue(store, job(&format!("j{number}"), None, NOW_US - number)).await;
        }
        assert_eq!(ids(&claim(store, NOW_US, "t", 2).await), ["j4", "j3"]);
        assert_eq!(ids(&claim(store, NOW_US, "t", 9).await), ["j2", "j1", "j0"]);
    }

    async fn a_lease_that_ended_passes_to_the_next_and_the_first_holder_is_told(store) {
        enqueue(store, job("j", None, NOW_US)).await;
        claim(store, NOW_US, "first", 1).await;
        assert!(act(store, |tx| job::extend(tx, "j", "first", NOW_US + 2 * LEASE_US)).await);
        assert!(claim(store, NOW_US + LEASE_US, "second", 1).await.is_empty());
        let held = claim(store, NOW_US + 2 * LEASE_US, "second", 1).await;
        assert_eq!((ids(&held), held[0].attempts), (vec!["j"], 2));
        assert!(!act(store, |tx| job::finish(tx, "j", "first", NOW_US)).await);
        assert!(!act(store, |tx| job::extend(tx, "j", "first", NOW_US)).await);
        assert!(!act(store, |tx| job::fail(tx, "j", "first", "?", NOW_US)).await);
        assert_eq!(act(store, |tx| job::retry(tx, "j", "first", 0, "?", NOW_US)).await, Retry::LeaseLost);
        assert!(act(store, |tx| job::finish(tx, "j", "second", NOW_US)).await);
        assert_eq!(act(store, |tx| job::backlog(tx, i64::MAX)).await, (0, None));
        assert_eq!(act(store, job::next_run_at).await, None);
    }

    async fn a_failed_attempt_runs_again_later_until_the_last(store) {
        enqueue(store, job("j", None, NOW_US)).await;
        claim(store, NOW_US, "t", 1).await;
        let again = act(store, |tx| job::retry(tx, "j", "t", NOW_US + 10, "no answer", NOW_US)).await;
        assert_eq!(again, Retry::Again);
        assert!(claim(store, NOW_US + 9, "t", 1).await.is_empty());
        assert_eq!(claim(store, NOW_US + 10, "t", 1).await.len(), 1);
        let long = "é".repeat(5_000);
        let last = act(store, move |tx| job::retry(tx, "j", "t", NOW_US + 20, &long, NOW_US + 11)).await;
        assert_eq!(last, Retry::GivenUp);
        let failed = act(store, |tx| job::failed(tx, 10)).await;
        assert_eq!((failed.len(), failed[0].failed_at_us, failed[0].attempts), (1, NOW_US + 11, 2));
        assert!(failed[0].last_error.as_ref().is_some_and(|e| e.len() == 2_000));
        assert!(claim(store, NOW_US + 99, "t", 1).await.is_empty());
        assert!(act(store, |tx| job::revive(tx, "j", NOW_US + 100)).await);
        assert_eq!(claim(store, NOW_US + 100, "t", 1).await.len(), 1);
    }

    async fn a_job_that_kills_its_holder_is_given_up_after_its_last_attempt(store) {
        enqueue(store, job("j", None, NOW_US)).await;
        assert_eq!(claim(store, NOW_US, "t", 1).await.len(), 1);
        assert_eq!(claim(store, NOW_US + LEASE_US, "t", 1).await.len(), 1);
        assert!(claim(store, NOW_US + 2 * LEASE_US, "t", 1).await.is_empty());
        assert_eq!(act(store, |tx| job::failed(tx, 10)).await.len(), 1);
        assert_eq!(act(store, job::failed_count).await, 1);
        assert_eq!(act(store, |tx| job::backlog(tx, i64::MAX)).await, (0, None));
    }

    async fn a_due_job_is_late_unless_somebody_holds_it(store) {
        let late = async |due_us, now_us| act(store, move |tx| job::any_late(tx, due_us, now_us)).await;
        enqueue(store, job("j", None, NOW_US)).await;
        assert!(!late(NOW_US - 1, NOW_US + 60).await, "it is not due so long");
        assert!(late(NOW_US, NOW_US + 60).await);
        claim(store, NOW_US + 60, "t", 1).await;
        assert!(!late(NOW_US, NOW_US + 61).await, "it is being done");
        assert_eq!(act(store, |tx| job::backlog(tx, NOW_US + 61)).await.0, 0);
        assert!(late(NOW_US, NOW_US + 60 + LEASE_US).await, "its holder is gone");
    }

    async fn a_job_that_was_given_up_waits_for_somebody_to_notice(store) {
        enqueue(store, job("j", None, NOW_US)).await;
        assert!(!act(store, job::any_unnoticed).await);
        claim(store, NOW_US, "t", 1).await;
        assert!(act(store, |tx| job::fail(tx, "j", "t", "no answer", NOW_US)).await);
        assert!(act(store, job::any_unnoticed).await);
        assert_eq!(act(store, |tx| job::note_failed(tx, NOW_US + 1)).await, 1);
        assert!(!act(store, job::any_unnoticed).await);
        assert_eq!(act(store, |tx| job::note_failed(tx, NOW_US + 2)).await, 0);
        assert!(act(store, |tx| job::revive(tx, "j", NOW_US + 3)).await);
        claim(store, NOW_US + 3, "t", 1).await;
        assert!(act(store, |tx| job::fail(tx, "j", "t", "no answer", NOW_US + 4)).await);
        assert!(act(store, job::any_unnoticed).await, "it failed anew");
    }

    async fn a_commit_with_a_new_job_wakes_the_runner_and_no_other_commit_does(store) {
        let woken = async |store: &Store| {
            tokio::time::timeout(Duration::from_millis(150), store.job_wake().notified()).await.is_ok()
        };
        enqueue(store, job("a", Some("k"), NOW_US)).await;
        assert!(woken(store).await);
        enqueue(store, job("b", Some("k"), NOW_US)).await;
        assert!(!woken(store).await, "the key was taken, so nothing was enqueued");
        let refused = store.write("test.refused", |tx| {
            job::enqueue(tx, &job("c", None, NOW_US))?;
            Err::<(), _>(Fault::other("refused"))
        }).await;
        assert!(refused.is_err());
        assert!(!woken(store).await, "the job was taken back");
    }

    async fn rival_runners_share_the_jobs_without_overlap(store) {
        for number in 0..40_i64 {
            enqueue(store, job(&format!("j{number:02}"), None, NOW_US + number)).await;
        }
        let mut runners = Vec::new();
        for token in ["r1", "r2", "r3", "r4"] {
            let store = (**store).clone();
            runners.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let work = move |tx: &mut dyn Tx| job::claim(tx, NOW_US + 99, LEASE_US, token, 3, Lane::Beside("inspect", "stamp"));
                    match store.write("test.claim", work).await {
                        Ok(held) if held.is_empty() => return mine,
                        Ok(held) => mine.extend(held.into_iter().map(|job| job.id)),
                        Err(fault) => assert_eq!(fault.kind, comity_store::FaultKind::Busy),
                    }
                }
            }));
        }
        let mut all = Vec::new();
        for runner in runners {
            all.extend(runner.await.expect("no panic"));
        }
        assert_eq!(all.len(), 40);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 40);
    }
}
