//! Blobs: what comes out is what went in, or an error before the first wrong byte.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use comity_store::seal::DossierKey;
use comity_store::testing::{Engine, TestStore, run};
use comity_store::{BlobError, PartStored, Store};
use futures_util::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};

use crate::seal::new_key;

const CHUNK: usize = 64 * 1024;
const SEALED_CHUNK: usize = CHUNK + 16;
const HEADER: usize = 20;

/// Bytes that differ from chunk to chunk.
pub(crate) fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at / 251 + at) % 251).expect("below 251")).collect()
}

async fn put(store: &Store, key: &DossierKey, path: &str, content: &[u8], piece: usize) -> PartStored {
    let pieces: Vec<Result<Bytes, String>> =
        content.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let limit = content.len() as u64;
    store
        .blobs()
        .put_part(&key.blob_key(), path, stream::iter(pieces), limit, Sha256::new())
        .await
        .expect("stored")
}

/// All pieces that come before the end or the first error.
async fn get(store: &Store, key: &DossierKey, path: &str) -> (Vec<u8>, Option<BlobError>) {
    let mut pieces = match store.blobs().get_part(&key.blob_key(), path).await {
        Ok(pieces) => pieces,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut read = Vec::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => read.extend_from_slice(&piece),
            Err(error) => return (read, Some(error)),
        }
    }
    (read, None)
}

fn file(store: &TestStore, path: &str) -> PathBuf {
    store.dir().join("blobs").join(path)
}

fn files_under(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}

fn with_key(body: impl AsyncFnOnce(&TestStore, &DossierKey)) {
    run(Engine::Sqlite, async |store: &mut TestStore| {
        let key = new_key(store, "d1").await;
        body(store, &key).await;
    });
}

#[test]
fn contents_of_every_length_around_a_chunk_come_back() {
    with_key(async |store, key| {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7, 11 * CHUNK + 1] {
            for piece in [977, CHUNK, 3 * CHUNK] {
                let (path, content) = (format!("d1/{length}-{piece}"), content(length));
                let stored = put(store, key, &path, &content, piece).await;
                assert_eq!(stored.bytes, length as u64);
                assert_eq!(stored.hash.finalize(), Sha256::digest(&content));
                assert_eq!(get(store, key, &path).await, (content, None), "{path}");
            }
        }
    });
}

#[test]
fn no_plaintext_reaches_the_disk() {
    with_key(async |store, key| {
        let content = b"subscriber of 203.0.113.7 ".repeat(9_000);
        put(store, key, "d1/p", &content, 4096).await;
        let bytes = std::fs::read(file(store, "d1/p")).expect("the file");
        assert!(bytes.windows(10).all(|window| window != &content[..10]));
    });
}

#[test]
fn a_changed_byte_anywhere_is_found_before_it_is_yielded() {
    with_key(async |store, key| {
        let content = content(3 * CHUNK + 100);
        put(store, key, "d1/p", &content, CHUNK).await;
        let good = std::fs::read(file(store, "d1/p")).expect("the file");
        for at in [0, 1, HEADER - 1, HEADER, HEADER + SEALED_CHUNK, good.len() - 117, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(file(store, "d1/p"), &bad).expect("written");
            let (read, error) = get(store, key, "d1/p").await;
            assert_eq!(error, Some(BlobError::Corrupt), "byte {at}");
            let whole_chunks = at.saturating_sub(HEADER) / SEALED_CHUNK * CHUNK;
            assert_eq!(read, content[..whole_chunks], "byte {at}");
        }
    });
}

#[test]
fn a_cut_at_any_place_is_found() {
    with_key(async |store, key| {
        let content = content(2 * CHUNK);
        put(store, key, "d1/p", &content, CHUNK).await;
        let good = std::fs::read(file(store, "d1/p")).expect("the file");
        assert_eq!(good.len(), HEADER + 2 * SEALED_CHUNK);
        let chunk_end = HEADER + SEALED_CHUNK;
        for length in [0, 1, HEADER, HEADER + 1, chunk_end - 1, chunk_end, chunk_end + 16, good.len() - 1] {
            std::fs::write(file(store, "d1/p"), &good[..length]).expect("written");
            let (read, error) = get(store, key, "d1/p").await;
            assert_eq!(error, Some(BlobError::Corrupt), "cut to {length}");
            assert!(content.starts_with(&read) && read.len() < content.len(), "cut to {length}");
        }
        let longer = [good.as_slice(), &[0; 40]].concat();
        std::fs::write(file(store, "d1/p"), longer).expect("written");
        assert_eq!(get(store, key, "d1/p").await.1, Some(BlobError::Corrupt));
    });
}

#[test]
fn chunks_in_another_order_are_found() {
    with_key(async |store, key| {
        put(store, key, "d1/p", &content(3 * CHUNK), CHUNK).await;
        let good = std::fs::read(file(store, "d1/p")).expect("the file");
        let (head, chunks) = good.split_at(HEADER);
        let chunks: Vec<&[u8]> = chunks.chunks(SEALED_CHUNK).collect();
        for order in [[1, 0, 2], [0, 2, 1], [0, 0, 2]] {
            let bytes = [head, chunks[order[0]], chunks[order[1]], chunks[order[2]]].concat();
            std::fs::write(file(store, "d1/p"), bytes).expect("written");
            assert_eq!(get(store, key, "d1/p").await.1, Some(BlobError::Corrupt), "{order:?}");
        }
    });
}

#[test]
fn a_blob_moved_to_another_path_or_opened_with_another_key_is_refused() {
    with_key(async |store, key| {
        put(store, key, "d1/p", b"content", 7).await;
        std::fs::copy(file(store, "d1/p"), file(store, "d1/q")).expect("copied");
        assert_eq!(get(store, key, "d1/q").await, (Vec::new(), Some(BlobError::Corrupt)));
        let other = new_key(store, "d2").await;
        assert_eq!(get(store, &other, "d1/p").await, (Vec::new(), Some(BlobError::Corrupt)));
    });
}

#[test]
fn a_content_beyond_the_limit_or_one_that_breaks_off_leaves_nothing() {
    with_key(async |store, key| {
        let piece = || Ok::<_, String>(Bytes::from(content(CHUNK)));
        let long = stream::iter((0..20).map(|_| piece()));
        let limit = 20 * CHUNK as u64 - 1;
        let refused = store.blobs().put_part(&key.blob_key(), "d1/long", long, limit, Sha256::new()).await;
        assert_eq!(refused.map(|stored| stored.bytes), Err(BlobError::TooLarge(limit)));
        let broken = stream::iter((0..20).map(|_| piece()).chain([Err("connection reset".to_owned())]));
        let refused =
            store.blobs().put_part(&key.blob_key(), "d1/broken", broken, u64::MAX, Sha256::new()).await;
        assert_eq!(refused.map(|stored| stored.bytes), Err(BlobError::Source("connection reset".to_owned())));
        assert_eq!(files_under(&store.dir().join("blobs")), 0);
    });
}

#[test]
fn a_deleted_blob_is_missing_and_deleting_it_again_is_no_error() {
    with_key(async |store, key| {
        put(store, key, "d1/p", b"content", 7).await;
        store.blobs().delete("d1/p").await.expect("deleted");
        store.blobs().delete("d1/p").await.expect("deleted");
        assert_eq!(get(store, key, "d1/p").await, (Vec::new(), Some(BlobError::Missing)));
    });
}

#[test]
fn a_path_cannot_leave_the_folder() {
    with_key(async |store, key| {
        for path in ["../outside", "a/../../outside", "/../outside", "a//b", "."] {
            let empty = stream::empty::<Result<Bytes, String>>();
            let stored = store.blobs().put_part(&key.blob_key(), path, empty, 0, Sha256::new()).await;
            assert!(stored.is_err() || !path.contains(".."), "{path}");
        }
        assert!(!store.dir().join("outside").exists());
    });
}

#[test]
fn pieces_are_no_longer_than_a_chunk() {
    with_key(async |store, key| {
        put(store, key, "d1/p", &content(9 * CHUNK + 5), 5 * CHUNK).await;
        let pieces = store.blobs().get_part(&key.blob_key(), "d1/p").await.expect("opened");
        let lengths: Vec<usize> = pieces.map_ok(|piece| piece.len()).try_collect().await.expect("authentic");
        assert_eq!(lengths.len(), 10);
        assert!(lengths.iter().all(|length| *length <= CHUNK));
    });
}
