//! A disk that fails (L4, L7): a failed sync or renaming stops the store for good and is never tried again, a failed
//! write or a full disk leaves nothing behind and the store goes on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use comity_store::seal::DossierKey;
use comity_store::testing::{Engine, TestStore};
use comity_store::{BlobError, Fault, FaultKind, FaultPoint, Point, Store};
use futures_util::{TryStreamExt, stream};
use sha2::{Digest, Sha256};

use crate::blob::content;
use crate::seal::new_key;

const INSERT: &str = "insert into dossier_key (dossier, wrapped, created_at_us) values ($1, $2, 1)";

/// Fails every step of one kind while armed, and counts how often that step was tried.
fn failing(point: Point, kind: FaultKind) -> (FaultPoint, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (armed, tried) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (wanted, counted) = (Arc::clone(&armed), Arc::clone(&tried));
    let strike: FaultPoint = Arc::new(move |at| {
        if at != point || !wanted.load(Ordering::SeqCst) {
            return Ok(());
        }
        counted.fetch_add(1, Ordering::SeqCst);
        Err(Fault::new(kind, format!("{at:?} is made to fail")))
    });
    (strike, armed, tried)
}

fn with(strike: FaultPoint) -> TestStore {
    Engine::Sqlite.open_with(|config| config.with_fault_point(strike))
}

async fn put(store: &Store, key: &DossierKey, path: &str) -> Result<(), BlobError> {
    let pieces = stream::iter([Ok::<_, String>(Bytes::from(content(700_000)))]);
    store.blobs().put_part(&key.blob_key(), path, pieces, 1_000_000, Sha256::new()).await.map(drop)
}

async fn insert(store: &Store, name: &'static str) -> Result<u64, Fault> {
    store.write("test.insert", move |tx| tx.exec(INSERT, &[name.into(), vec![0_u8; 8].into()])).await
}

fn files_under(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}

fn block_on(body: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().expect("a runtime starts").block_on(body);
}

/// I8, L4.
#[test]
fn a_failed_sync_or_renaming_of_a_blob_stops_the_store_and_is_tried_once() {
    for point in [Point::Sync, Point::Rename] {
        let (strike, armed, tried) = failing(point, FaultKind::Other);
        let store = with(strike);
        block_on(async {
            let key = new_key(&store, "d1").await;
            put(&store, &key, "d1/before").await.expect("stored");
            armed.store(true, Ordering::SeqCst);
            let failed = put(&store, &key, "d1/lost").await.expect_err("failed");
            assert!(
                matches!(failed, BlobError::Storage(fault) if fault.kind == FaultKind::Broken),
                "{point:?}"
            );
            assert!(*store.failed().borrow(), "{point:?}");
            armed.store(false, Ordering::SeqCst);
            assert_eq!(insert(&store, "late").await.expect_err("stopped").kind, FaultKind::Connection);
            assert!(put(&store, &key, "d1/late").await.is_err(), "{point:?}");
            assert!(store.put_file(&store.dir().join("kept"), b"late").is_err());
            assert_eq!(tried.load(Ordering::SeqCst), 1, "{point:?}");
            assert_eq!(files_under(&store.dir().join("blobs")), 1, "{point:?}");
            let before = store.blobs().get_part(&key.blob_key(), "d1/before").await.expect("it is there");
            let pieces: Vec<Bytes> = before.try_collect().await.expect("authentic");
            assert_eq!(pieces.iter().map(Bytes::len).sum::<usize>(), 700_000);
        });
    }
}

/// L4: a failed write is no failed sync.
#[test]
fn a_failed_write_of_a_file_leaves_nothing_and_the_store_goes_on() {
    let (strike, armed, _) = failing(Point::Write, FaultKind::Other);
    let store = with(strike);
    block_on(async {
        let key = new_key(&store, "d1").await;
        let place = store.dir().join("ledger/checkpoint");
        store.put_file(&place, b"old").expect("put");
        armed.store(true, Ordering::SeqCst);
        assert!(put(&store, &key, "d1/p").await.is_err());
        assert!(store.put_file(&place, b"new").is_err());
        armed.store(false, Ordering::SeqCst);
        assert!(!*store.failed().borrow());
        assert_eq!(files_under(&store.dir().join("blobs")), 0);
        assert_eq!(std::fs::read(&place).expect("the old file"), b"old");
        put(&store, &key, "d1/p").await.expect("stored");
        store.put_file(&place, b"new").expect("put");
        assert_eq!(std::fs::read(&place).expect("the new file"), b"new");
        assert_eq!(insert(&store, "next").await, Ok(1));
    });
}

/// L7.
#[test]
fn a_full_disk_at_the_commit_takes_the_group_back_and_the_store_goes_on() {
    let (strike, armed, _) = failing(Point::Commit, FaultKind::Full);
    let store = with(strike);
    block_on(async {
        armed.store(true, Ordering::SeqCst);
        assert_eq!(insert(&store, "large").await.expect_err("full").kind, FaultKind::Full);
        armed.store(false, Ordering::SeqCst);
        assert!(!*store.failed().borrow());
        assert_eq!(insert(&store, "large").await, Ok(1), "nothing of the first was kept");
    });
}

/// I8, L4: the failure that the engine itself would not tell.
#[test]
fn a_failed_checkpoint_of_the_log_stops_the_store_and_what_was_answered_is_there() {
    let (strike, armed, tried) = failing(Point::Sync, FaultKind::Other);
    let mut store = with(strike);
    armed.store(true, Ordering::SeqCst);
    let large: Result<u64, Fault> = store
        .write_blocking("test.large", |tx| tx.exec(INSERT, &["large".into(), vec![7_u8; 20_000_000].into()]));
    assert_eq!(large, Ok(1), "it is durable in the log");
    let mut failed = store.failed();
    block_on(async { drop(failed.wait_for(|failed| *failed).await) });
    assert_eq!(tried.load(Ordering::SeqCst), 1);
    armed.store(false, Ordering::SeqCst);
    store.reopen().expect("opens again");
    let find = "select created_at_us from dossier_key where dossier = 'large'";
    assert!(store.read_blocking("test.find", move |tx| tx.row(find, &[])).expect("readable").is_some());
    let written = std::fs::metadata(store.dir().join("comity.db")).expect("the database").len();
    block_on(async { assert_eq!(insert(&store, "next").await, Ok(1)) });
    assert!(written > 0);
}
