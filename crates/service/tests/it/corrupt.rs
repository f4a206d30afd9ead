//! A wrong byte in any file of the data folder (L7, T20, T44): it is found at the start, when it is read, or by
//! `comity check`, and is never served as if nothing were wrong.
//!
//! Blobs, the checkpoint and both keys are tried in every byte, rows in `tampered`. Of the database's pages SQLite finds
//! broken structure (`cell_size_check` while reading, `integrity_check` in `comity check`). What no signature and no seal
//! speaks for (the directory, jobs, notices, receipts kept for repetition) is found only where the structure
//! breaks. Of the log beside the database SQLite drops everything from the first wrong byte on, as after a power cut: that
//! is noticed by the checkpoint beside it, which is written within two seconds of each seal.

use crate::harness::{SUBSCRIBER, Who, World, releasing};
use bytes::Bytes;
use comity_domain::id::{RequestId, UploadId};
use comity_domain::request::{Decision, Giving, RequestCommand};
use comity_service::{CheckReport, OpenFault, Settings};
use comity_store::testing::{Engine, TestStore, run};
use comity_store::{Database, Fault, Tx, on_both_engines};
use futures_util::TryStreamExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

const CONTENT: &[u8] = b"address,subscriber\n203.0.113.7,nobody\n";
/// A request whose answer was released.
async fn answered(world: &World) -> (RequestId, UploadId) {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.verify(id).await;
    let item = world.look(Who::Analyst, id).await.items[0].id;
    let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
    world.act(Who::Analyst, id, RequestCommand::Decide { item, decision }).await;
    let file = world.upload(id, CONTENT).await;
    let prepare = world.packing(id, vec![item], file).await;
    world.act(Who::Analyst, id, prepare).await;
    let release = releasing(&world.look(Who::Reviewer, id).await.packages[0]);
    world.act(Who::Reviewer, id, release).await;
    (id, file)
}

/// What the authority is given: all of it, or an error.
async fn served(world: &World, id: RequestId, file: UploadId) -> Result<Vec<u8>, String> {
    let opened = world.exchange.download(&World::caller(Who::Officer), id, file).await;
    let (_, content) = opened.map_err(|denied| format!("{denied:?}"))?;
    let pieces: Vec<Bytes> = content.try_collect().await.map_err(|error| error.to_string())?;
    Ok(pieces.concat())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let each = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    each.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

async fn findings(world: &World) -> Vec<String> {
    match world.exchange.check().await {
        Ok(CheckReport { findings, .. }) => {
            findings.into_iter().map(|found| format!("{}: {}", found.place, found.what)).collect()
        }
        Err(denied) => vec![format!("{denied:?}")],
    }
}

on_both_engines! {
    /// L7, T20: every byte of a blob.
    async fn a_wrong_byte_of_a_blob_is_found_and_never_served(store) {
        let world = World::open(store).await;
        let (id, file) = answered(&world).await;
        let blobs = files(&store.dir().join("blobs"));
        assert_eq!(blobs.len(), 1);
        let good = std::fs::read(&blobs[0]).unwrap();
        for at in 0..good.len() {
            std::fs::write(&blobs[0], flipped(&good, at)).unwrap();
            assert!(served(&world, id, file).await.is_err(), "byte {at} was served");
            assert_eq!(findings(&world).await.len(), 1, "byte {at}");
        }
        std::fs::remove_file(&blobs[0]).unwrap();
        assert!(served(&world, id, file).await.is_err());
        assert!(findings(&world).await[0].contains("there is no such blob"));
        std::fs::write(&blobs[0], &good).unwrap();
        assert_eq!(served(&world, id, file).await.as_deref(), Ok(CONTENT));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    /// T20: the rows of uploads, which no leaf holds, against the package, which one does.
    async fn a_file_that_its_package_does_not_name_is_found(store) {
        let world = World::open(store).await;
        answered(&world).await;
        for change in [
            "update upload set sha256 = 'ab'",
            "update upload set received = received + 1",
            "delete from upload_part",
            "delete from upload",
        ] {
            let done = store.write::<_, Fault>("test.change", move |tx: &mut dyn Tx| tx.exec(change, &[])).await;
            assert_eq!(done, Ok(1), "{change}");
            assert!(!findings(&world).await.is_empty(), "{change}");
        }
    }

    /// L7, T44: every byte of each.
    async fn a_wrong_byte_of_the_checkpoint_or_of_a_key_is_found(store) {
        let world = World::open(store).await;
        answered(&world).await;
        while world.exchange.seal().await.unwrap() > 0 {}
        let mut same = 0;
        for name in ["ledger/checkpoint-2026", "ledger.key", "instance.key"] {
            let path = store.dir().join(name);
            let good = std::fs::read(&path).unwrap();
            for at in 0..good.len() {
                std::fs::write(&path, flipped(&good, at)).unwrap();
                match world.again(store, |_| {}).await {
                    Err(_) => {}
                    Ok(_) if at + 1 == good.len() && name.ends_with("key") => same += 1,
                    Ok(other) => assert!(!findings(&other).await.is_empty(), "{name}, byte {at}"),
                }
            }
            std::fs::write(&path, &good).unwrap();
        }
        assert_eq!(same, 2, "only the line's end of a key says nothing");
        assert_eq!(findings(&world.again(store, |_| {}).await.unwrap()).await, Vec::<String>::new());
    }
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let name = path.strip_prefix(from).unwrap();
        // What the other process keeps to itself, and copies.
        if name.ends_with("comity.db-shm") || name.starts_with("torn") {
            continue;
        }
        std::fs::create_dir_all(to.join(name).parent().unwrap()).unwrap();
        std::fs::copy(&path, to.join(name)).unwrap();
    }
}

fn at(folder: &Path) -> impl FnOnce(&mut Settings) + use<> {
    let folder = folder.to_owned();
    move |settings| {
        settings.database = Database::Sqlite(folder.join("comity.db"));
        settings.data = folder;
    }
}

/// L7, T44: bytes of the log beside the database, a sample.
#[test]
fn a_torn_log_beside_the_database_loses_nothing_unnoticed() {
    run(Engine::Sqlite, async |store: &mut TestStore| {
        let world = World::open(store).await;
        answered(&world).await;
        world.now_us.fetch_add(2_000_000, Ordering::SeqCst);
        while world.exchange.seal().await.unwrap() > 0 {}
        let events = world.exchange.check().await.unwrap().events;
        let log = std::fs::read(store.dir().join("comity.db-wal")).unwrap();
        assert!(log.len() > 100_000, "the log holds what was done");
        let (mut refused, mut whole) = (0, 0);
        for sample in 0..40 {
            let folder = store.dir().join(format!("torn-{sample}"));
            copy(store.dir(), &folder);
            std::fs::write(folder.join("comity.db-wal"), flipped(&log, log.len() / 40 * sample + sample))
                .unwrap();
            match world.again(store, at(&folder)).await {
                Err(OpenFault::Ledger(why)) => {
                    assert!(why.contains("Restore"), "{why}");
                    refused += 1;
                }
                Err(_) => refused += 1,
                Ok(other) => {
                    let report = other.exchange.check().await.unwrap();
                    assert!(
                        report.events == events || !report.findings.is_empty(),
                        "sample {sample}: events are gone"
                    );
                    whole += usize::from(report.events == events);
                }
            }
            std::fs::remove_dir_all(&folder).unwrap();
        }
        println!("of 40 torn logs {refused} were refused at the start, {whole} lost nothing");
        assert!(refused > 10);
    });
}
