//! Fault by number for everything that uses files (L4): each statement, each write, sync, renaming and removal of a file
//! fails in its turn. After each the instance is opened anew: what was there is whole, `comity check` finds nothing, and
//! the same call once more brings it about exactly once (I8, I11). A failed sync or renaming stops the instance.

use crate::fault::{MOST_STEPS, clean, failing_at};
use crate::harness::{SUBSCRIBER, Who, World, releasing};
use bytes::Bytes;
use comity_domain::id::{RequestId, UploadId};
use comity_domain::request::{Decision, Giving, RequestCommand};
use comity_service::Denied;
use comity_store::testing::TestStore;
use comity_store::{Fault, FaultPoint, Point, on_both_engines};
use futures_util::TryStreamExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const DAY: i64 = 86_400;
const CONTENT: &[u8] = b"address,subscriber\n203.0.113.7,nobody\n";

/// A file and what it belongs to.
struct Place {
    id: RequestId,
    file: UploadId,
}

/// As [`failing_at`], and whether it was a step after which nothing more may be written.
fn striking(step: usize) -> (FaultPoint, Arc<AtomicUsize>, Arc<AtomicBool>) {
    let (point, passed) = failing_at(step);
    let last = Arc::new(AtomicBool::new(false));
    let told = last.clone();
    let watched: FaultPoint = Arc::new(move |at| {
        let struck = point(at);
        if struck.is_err() && matches!(at, Point::Sync | Point::Rename) {
            told.store(true, Ordering::SeqCst);
        }
        struck
    });
    (watched, passed, last)
}

async fn accepted(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.verify(id).await;
    let item = world.look(Who::Analyst, id).await.items[0].id;
    let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
    world.act(Who::Analyst, id, RequestCommand::Decide { item, decision }).await;
    id
}

async fn begun(world: &World) -> Place {
    let id = accepted(world).await;
    let who = World::caller(Who::Analyst);
    let file = world.exchange.begin_upload(&who, id, "answer.csv", None, None).await.unwrap().id;
    Place { id, file }
}

async fn append(world: &World, place: &Place) -> Result<(), Denied> {
    let who = World::caller(Who::Analyst);
    let body = futures_util::stream::iter([Ok(Bytes::from_static(CONTENT))]);
    world.exchange.append_upload(&who, place.id, place.file, 0, body).await.map(drop)
}

async fn complete(world: &World, place: &Place) -> Result<(), Denied> {
    world.exchange.complete_upload(&World::caller(Who::Analyst), place.id, place.file).await.map(drop)
}

/// Puts the file into a package and releases it.
async fn release(world: &World, place: &Place) {
    while world.exchange.inspect_some().await.unwrap() > 0 {}
    let items = vec![world.look(Who::Analyst, place.id).await.items[0].id];
    let prepare = world.packing(place.id, items, place.file).await;
    world.act(Who::Analyst, place.id, prepare).await;
    let release = releasing(&world.look(Who::Reviewer, place.id).await.packages[0]);
    world.act(Who::Reviewer, place.id, release).await;
}

/// The content as the authority reads it.
async fn read(world: &World, place: &Place) -> Result<Vec<u8>, String> {
    let who = World::caller(Who::Officer);
    let opened = world.exchange.download(&who, place.id, place.file).await;
    let (_, content) = opened.map_err(|denied| format!("{denied:?}"))?;
    let pieces: Vec<Bytes> = content.try_collect().await.map_err(|error| error.to_string())?;
    Ok(pieces.concat())
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let each = entries.map(|entry| entry.unwrap().path());
    each.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Tries one kind of work until no step of it is left that could fail. `prepare` brings a place about that waits for
/// it, `work` does it, and `done` looks at the place after it was done a second time.
async fn every_step<P>(
    world: &World,
    store: &TestStore,
    prepare: impl AsyncFn() -> P,
    work: impl AsyncFn(&World, &P) -> Result<(), String>,
    done: impl AsyncFn(&World, &P, &str),
) {
    for step in 1..MOST_STEPS {
        let place = prepare().await;
        let (point, passed, last) = striking(step);
        let faulty = world.failing(store, point).await.unwrap();
        passed.store(0, Ordering::SeqCst);
        let answer = work(&faulty, &place).await;
        let struck = passed.load(Ordering::SeqCst) >= step;
        let what = format!("step {step}: {answer:?}");
        assert!(struck || answer.is_ok(), "{what}");
        assert!(!last.load(Ordering::SeqCst) || *faulty.exchange.failed().borrow(), "{what}: it went on");
        drop(faulty);
        let again = world.again(store, |_| {}).await.unwrap();
        clean(&again, &what).await;
        work(&again, &place).await.unwrap_or_else(|why| panic!("{what}, once more: {why}"));
        done(&again, &place, &what).await;
        clean(&again, &what).await;
        if !struck {
            println!("{} steps failed, one after the other", step - 1);
            assert!(step > 5, "only {step} steps were seen");
            return;
        }
    }
    panic!("more than {MOST_STEPS} steps");
}

/// Runs what is due after so many days, and on the days after that, when a job that failed is tried again. The time
/// is put back then: people are accredited for a year.
async fn jobs_after(world: &World, days: i64) -> Result<(), String> {
    let now = world.now_us.fetch_add(days * DAY * 1_000_000, Ordering::SeqCst);
    let mut worked = Ok(());
    for _ in 0..3 {
        while worked.is_ok() {
            match world.exchange.run_jobs(100).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(denied) => worked = Err(said(&denied)),
            }
        }
        world.now_us.fetch_add(DAY / 2 * 1_000_000, Ordering::SeqCst);
    }
    world.now_us.store(now, Ordering::SeqCst);
    worked
}

fn said(denied: &Denied) -> String {
    format!("{denied:?}")
}

on_both_engines! {
    /// I8.
    async fn a_part_of_an_upload_is_counted_once_and_whole(store) {
        let world = World::open(store).await;
        let work = async |world: &World, place: &Place| match append(world, place).await {
            // It was counted before anybody was told: the next part begins behind it.
            Err(Denied::Refused(refusals)) if refusals[0].values == [("offset".to_owned(), CONTENT.len().to_string())] => {
                Ok(())
            }
            other => other.map_err(|denied| said(&denied)),
        };
        let done = async |world: &World, place: &Place, what: &str| {
            complete(world, place).await.unwrap();
            release(world, place).await;
            assert_eq!(read(world, place).await.as_deref(), Ok(CONTENT), "{what}");
        };
        every_step(&world, store, async || begun(&world).await, work, done).await;
    }

    /// I8.
    async fn an_upload_is_completed_once(store) {
        let world = World::open(store).await;
        let prepare = async || {
            let place = begun(&world).await;
            append(&world, &place).await.unwrap();
            place
        };
        let work = async |world: &World, place: &Place| complete(world, place).await.map_err(|denied| said(&denied));
        let done = async |world: &World, place: &Place, what: &str| {
            release(world, place).await;
            assert_eq!(read(world, place).await.as_deref(), Ok(CONTENT), "{what}");
        };
        every_step(&world, store, prepare, work, done).await;
    }

    /// I1, I8: never a part as if it were all.
    async fn a_download_is_whole_or_ends_with_an_error(store) {
        let world = World::open(store).await;
        let prepare = async || {
            let id = accepted(&world).await;
            let place = Place { id, file: world.upload(id, CONTENT).await };
            release(&world, &place).await;
            place
        };
        let work = async |world: &World, place: &Place| {
            let content = read(world, place).await?;
            if content == CONTENT { Ok(()) } else { Err("another content".to_owned()) }
        };
        every_step(&world, store, prepare, work, async |_: &World, _: &Place, _: &str| {}).await;
    }

    /// I8: what a crash has left beside it goes too.
    async fn a_forgotten_file_goes_with_row_and_content(store) {
        let world = World::open(store).await;
        let (blobs, begun) = (store.dir().join("blobs"), world.now_us.load(Ordering::SeqCst));
        let prepare = async || {
            world.now_us.store(begun, Ordering::SeqCst);
            let id = accepted(&world).await;
            let place = Place { id, file: world.upload(id, CONTENT).await };
            assert_eq!(files(&blobs).len(), 1);
            // What a crash in the middle of another part would have left.
            std::fs::write(files(&blobs)[0].with_extension("new"), b"torn").unwrap();
            // What else is due before is not what is tried here.
            world.pass(6 * DAY).await;
            place
        };
        let work = async |world: &World, _: &Place| jobs_after(world, 1).await;
        let done = async |world: &World, place: &Place, what: &str| {
            assert_eq!(world.look(Who::Analyst, place.id).await.uploads.len(), 0, "{what}");
            assert_eq!(files(&blobs), Vec::<PathBuf>::new(), "{what}");
        };
        every_step(&world, store, prepare, work, done).await;
    }

    /// I11.
    async fn an_erased_dossier_leaves_no_file(store) {
        let world = World::open(store).await;
        let (blobs, begun) = (store.dir().join("blobs"), world.now_us.load(Ordering::SeqCst));
        let prepare = async || {
            world.now_us.store(begun, Ordering::SeqCst);
            let id = accepted(&world).await;
            let place = Place { id, file: world.upload(id, CONTENT).await };
            release(&world, &place).await;
            let reason = "No longer needed.".to_owned();
            world.act(Who::Officer, id, RequestCommand::Withdraw { reason }).await;
            world.pass(8 * DAY).await;
            place
        };
        let work = async |world: &World, _: &Place| jobs_after(world, 1_820).await;
        let done = async |world: &World, place: &Place, what: &str| {
            assert!(world.exchange.dossier(&World::caller(Who::Officer), place.id).await.is_err(), "{what}");
            assert_eq!(files(&blobs), Vec::<PathBuf>::new(), "{what}");
        };
        every_step(&world, store, prepare, work, done).await;
    }

    /// I8, T44.
    async fn the_checkpoint_beside_the_database_is_the_old_one_or_the_new_one(store) {
        let world = World::open(store).await;
        let file = store.dir().join("ledger/checkpoint-2026");
        let prepare = async || {
            world.now_us.fetch_add(2_000_000, Ordering::SeqCst);
            world.draft(Who::Officer, SUBSCRIBER).await
        };
        let work = async |world: &World, _: &RequestId| world.exchange.seal().await.map(drop).map_err(|denied| said(&denied));
        let done = async |world: &World, id: &RequestId, what: &str| {
            let proof = world.exchange.bare_proof(*id).await.unwrap();
            assert!(proof.contains("tlog-proof"), "{what}");
            let text = std::fs::read(&file).unwrap();
            assert!(comity_ledger::Note::parse(&text).is_ok(), "{what}");
        };
        every_step(&world, store, prepare, work, done).await;
    }
}

/// Fails as a disk does that is full, whatever is written.
fn full(armed: &Arc<AtomicBool>) -> FaultPoint {
    let armed = armed.clone();
    Arc::new(move |at| {
        if armed.load(Ordering::SeqCst) && matches!(at, Point::Commit | Point::Write) {
            return Err(Fault::new(comity_store::FaultKind::Full, "no space is left"));
        }
        Ok(())
    })
}

on_both_engines! {
    /// I8, L7.
    async fn a_full_disk_is_told_and_acts_go_on_when_there_is_room(store) {
        let world = World::open(store).await;
        let place = begun(&world).await;
        let armed = Arc::new(AtomicBool::new(false));
        let small = world.failing(store, full(&armed)).await.unwrap();
        armed.store(true, Ordering::SeqCst);
        let acknowledge = RequestCommand::Acknowledge { reference: "HBT-1".to_owned() };
        let analyst = World::caller(Who::Analyst);
        let denied = small.exchange.act(&analyst, place.id, acknowledge.clone(), None, None).await;
        let Err(Denied::Fault(fault)) = denied else { panic!("{denied:?}") };
        assert_eq!(fault.cause, comity_service::Cause::Full);
        assert!(append(&small, &place).await.is_err());
        assert!(!*small.exchange.failed().borrow());
        armed.store(false, Ordering::SeqCst);
        small.act(Who::Analyst, place.id, acknowledge).await;
        append(&small, &place).await.unwrap();
        complete(&small, &place).await.unwrap();
        release(&small, &place).await;
        assert_eq!(read(&small, &place).await.as_deref(), Ok(CONTENT));
        clean(&small, "after there was room").await;
    }
}
