//! Resumable uploads: however a file comes in, it is the file, and its hash is the file's hash.

use bytes::Bytes;
use comity_store::seal::DossierKey;
use comity_store::testing::NOW_US;
use comity_store::upload::{self, NewUpload, Upload, UploadError, UploadLimits};
use comity_store::{BlobError, Fault, FaultKind, Store, on_both_engines};
use futures_util::{TryStreamExt, stream};
use sha2::{Digest, Sha256};

use crate::blob::content;
use crate::seal::new_key;

const LIMITS: UploadLimits = UploadLimits { part_bytes: 1_000_000, total_bytes: 2_000_000, parts: 20 };

async fn begin(
    store: &Store,
    key: &DossierKey,
    id: &'static str,
    declared_size: Option<u64>,
) -> Result<(), Fault> {
    let new = NewUpload {
        id: id.to_owned(),
        dossier: "d1".to_owned(),
        name: "log of 203.0.113.7.csv".to_owned(),
        media_type: Some("text/csv".to_owned()),
        declared_size,
        sealed: false,
        now_us: NOW_US,
    };
    let key = key.clone();
    store.write("test.begin", move |tx| upload::begin(tx, &key, &new)).await
}

async fn append(
    store: &Store,
    key: &DossierKey,
    id: &str,
    offset: u64,
    part: &[u8],
    limits: UploadLimits,
) -> Result<u64, UploadError> {
    let pieces: Vec<Result<Bytes, String>> =
        part.chunks(1000).map(|p| Ok(Bytes::copy_from_slice(p))).collect();
    upload::append(store, key, id, offset, stream::iter(pieces), limits).await
}

async fn complete(
    store: &Store,
    key: &DossierKey,
    id: &'static str,
    now_us: i64,
) -> Result<Upload, UploadError> {
    let key = key.clone();
    store.write("test.complete", move |tx| upload::complete(tx, &key, id, now_us)).await
}

async fn paths(store: &Store, id: &'static str) -> Vec<String> {
    store.read("test.paths", move |tx| upload::paths(tx, id)).await.expect("readable")
}

async fn read_back(store: &Store, key: &DossierKey, id: &'static str) -> Result<Vec<u8>, BlobError> {
    let pieces = upload::content(store.blobs(), &key.blob_key(), paths(store, id).await);
    pieces
        .try_fold(Vec::new(), async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes it");
        text
    })
}

on_both_engines! {
    async fn parts_sent_across_restarts_make_the_file_and_its_hash(store) {
        let key = new_key(store, "d1").await;
        let file = content(300_001);
        begin(store, &key, "u1", Some(300_001)).await.expect("begun");
        let mut offset = 0;
        for length in [1, 62, 64, 65_536, 131_073, 0, 103_265] {
            let from = usize::try_from(offset).expect("small");
            offset = append(store, &key, "u1", offset, &file[from..from + length], LIMITS).await.expect("appended");
            store.reopen().expect("opens again");
        }
        assert_eq!(offset, 300_001);
        let done = complete(store, &key, "u1", NOW_US + 1).await.expect("complete");
        assert_eq!(done.sha256, Some(hex(&Sha256::digest(&file))));
        assert_eq!((done.received, done.parts, done.completed_at_us), (300_001, 7, Some(NOW_US + 1)));
        assert_eq!(done.name(&key), Ok("log of 203.0.113.7.csv".to_owned()));
        assert_eq!(read_back(store, &key, "u1").await, Ok(file));
        let again = complete(store, &key, "u1", NOW_US + 9).await.expect("complete");
        assert_eq!((again.sha256, again.completed_at_us), (done.sha256, Some(NOW_US + 1)));
    }

    async fn an_empty_file_is_a_file(store) {
        let key = new_key(store, "d1").await;
        begin(store, &key, "u1", Some(0)).await.expect("begun");
        let done = complete(store, &key, "u1", NOW_US).await.expect("complete");
        assert_eq!(done.sha256, Some(hex(&Sha256::digest(b""))));
    }

    async fn a_part_at_another_offset_is_refused_with_the_right_one(store) {
        let key = new_key(store, "d1").await;
        begin(store, &key, "u1", None).await.expect("begun");
        append(store, &key, "u1", 0, b"0123456789", LIMITS).await.expect("appended");
        for offset in [0, 9, 11, u64::MAX] {
            let refused = append(store, &key, "u1", offset, b"x", LIMITS).await;
            assert_eq!(refused, Err(UploadError::WrongOffset { received: 10 }));
        }
        assert_eq!(append(store, &key, "other", 0, b"x", LIMITS).await, Err(UploadError::Missing));
        assert_eq!(begin(store, &key, "u1", None).await.expect_err("taken").kind, FaultKind::Unique);
    }

    async fn rivals_for_one_offset_leave_one_part_and_no_stray_blob(store) {
        let key = new_key(store, "d1").await;
        begin(store, &key, "u1", None).await.expect("begun");
        let sent = (0..8_u8).map(|rival| {
            let (store, key) = ((**store).clone(), key.clone());
            async move { append(&store, &key, "u1", 0, &[rival; 5000], LIMITS).await }
        });
        let answers = futures_util::future::join_all(sent).await;
        assert_eq!(answers.iter().filter(|answer| **answer == Ok(5000)).count(), 1);
        for answer in answers.into_iter().filter_map(Result::err) {
            let busy = matches!(&answer, UploadError::Fault(fault) if fault.kind == FaultKind::Busy);
            assert!(busy || answer == UploadError::WrongOffset { received: 5000 }, "{answer:?}");
        }
        let file = read_back(store, &key, "u1").await.expect("authentic");
        assert!(file.len() == 5000 && file.iter().all(|byte| *byte == file[0]));
        let done = complete(store, &key, "u1", NOW_US).await.expect("complete");
        assert_eq!(done.sha256, Some(hex(&Sha256::digest(&file))));
    }

    async fn a_part_that_breaks_off_counts_for_nothing_and_is_sent_again(store) {
        let key = new_key(store, "d1").await;
        begin(store, &key, "u1", None).await.expect("begun");
        let broken = stream::iter([Ok(Bytes::from_static(b"01234")), Err("reset")]);
        let refused = upload::append(store, &key, "u1", 0, broken, LIMITS).await;
        assert_eq!(refused, Err(UploadError::Source("reset".to_owned())));
        assert_eq!(append(store, &key, "u1", 0, b"0123456789", LIMITS).await, Ok(10));
        assert_eq!(read_back(store, &key, "u1").await.as_deref(), Ok(b"0123456789".as_slice()));
    }

    async fn limits_hold_for_parts_files_and_counts(store) {
        let key = new_key(store, "d1").await;
        let limits = UploadLimits { part_bytes: 10, total_bytes: 25, parts: 4 };
        begin(store, &key, "u1", None).await.expect("begun");
        assert_eq!(append(store, &key, "u1", 0, &[0; 11], limits).await, Err(UploadError::TooLarge(10)));
        assert_eq!(append(store, &key, "u1", 0, &[0; 10], limits).await, Ok(10));
        assert_eq!(append(store, &key, "u1", 10, &[0; 10], limits).await, Ok(20));
        assert_eq!(append(store, &key, "u1", 20, &[0; 6], limits).await, Err(UploadError::TooLarge(25)));
        assert_eq!(append(store, &key, "u1", 20, &[0; 3], limits).await, Ok(23));
        assert_eq!(append(store, &key, "u1", 23, &[0; 1], limits).await, Ok(24));
        assert_eq!(append(store, &key, "u1", 24, &[0; 1], limits).await, Err(UploadError::TooManyParts(4)));
        begin(store, &key, "u2", Some(5)).await.expect("begun");
        assert_eq!(append(store, &key, "u2", 0, &[0; 6], limits).await, Err(UploadError::TooLarge(5)));
        assert_eq!(append(store, &key, "u2", 0, &[0; 4], limits).await, Ok(4));
        let short = complete(store, &key, "u2", NOW_US).await.map(drop);
        assert_eq!(short, Err(UploadError::SizeDiffers { declared: 5, received: 4 }));
    }

    async fn a_complete_file_takes_no_more(store) {
        let key = new_key(store, "d1").await;
        begin(store, &key, "u1", None).await.expect("begun");
        complete(store, &key, "u1", NOW_US).await.expect("complete");
        assert_eq!(append(store, &key, "u1", 0, b"x", LIMITS).await, Err(UploadError::Completed));
        assert_eq!(complete(store, &key, "none", NOW_US).await.map(drop), Err(UploadError::Missing));
    }

    async fn a_forgotten_upload_is_found_and_removed(store) {
        let key = new_key(store, "d1").await;
        begin(store, &key, "u1", None).await.expect("begun");
        append(store, &key, "u1", 0, b"0123456789", LIMITS).await.expect("appended");
        let stale = async |before_us| {
            store.read("test.stale", move |tx| upload::stale(tx, before_us, 10)).await.expect("readable")
        };
        assert_eq!(stale(NOW_US).await, Vec::<String>::new());
        assert_eq!(stale(NOW_US + 1).await, ["u1"]);
        assert_eq!(store.write("test.remove", |tx| upload::remove(tx, "u1", NOW_US)).await, Ok::<_, Fault>(true));
        assert_eq!(store.write("test.remove", |tx| upload::remove(tx, "u1", NOW_US)).await, Ok::<_, Fault>(false));
        assert_eq!(paths(store, "u1").await, Vec::<String>::new());
    }

    async fn neither_the_name_nor_the_hash_state_is_readable_in_the_row(store) {
        let key = new_key(store, "d1").await;
        begin(store, &key, "u1", None).await.expect("begun");
        append(store, &key, "u1", 0, b"203.0.113.7 belongs to nobody", LIMITS).await.expect("appended");
        let sql = "select name_sealed, hash_state from upload where id = $1";
        let row = store.read("test.row", move |tx| tx.row(sql, &["u1".into()])).await.expect("readable");
        let row = row.expect("the row");
        for column in [0, 1] {
            let bytes = row.bytes(column).expect("bytes");
            assert!(bytes.windows(9).all(|window| window != b"203.0.113"));
        }
    }
}
