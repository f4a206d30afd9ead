//! The ledger alone: from a leaf that is handed in to a proof that was verified, and a whole log verified from files.

use crate::ROUNDS;
use crate::load::Loaded;
use crate::table::{Bar, Table};
use comity_ledger::verify::Source;
use comity_ledger::{
    Algorithm, Checkpoint, Edge, Hash, Leaf, NotATile, Note, Policy, Proof, SigningKey, TileKind, TilePath,
    TileReader, entry_bundle, inclusion, leaf_hash, verify,
};
use comity_service::Exchange;
use comity_store::ledger::{self as rows, LeafKind};
use comity_store::{Fault, Store, Tx};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Leaves of the log that is verified whole; `COMITY_BENCH_LEAVES` asks for another number.
const LEAVES: u64 = 10_000_000;
/// Seconds that each number of writers writes, about.
const SECONDS: u64 = 5;

/// From leaf to verified proof, by so many writers at once.
pub(crate) async fn proofs(store: &Store, exchange: &Exchange, table: &mut Table) {
    let policy: Policy = exchange.ledger_policy().await.unwrap().parse().unwrap();
    let policy = Arc::new(policy);
    for writers in [1, 16, 64] {
        let loaded = write(store, exchange, &policy, writers).await;
        table.figure(
            &format!("leaf to verified proof, p50, {writers} writers"),
            loaded.percentile(50),
            "ms",
            Bar::AtMost(10.0),
        );
    }
    for (writers, bar) in [(256, 10_000.0), (1_024, 15_000.0)] {
        let loaded = write(store, exchange, &policy, writers).await;
        let name = format!("leaf to verified proof, {writers} writers");
        table.figure(&name, loaded.per_second, "/s", Bar::AtLeast(bar));
    }
}

async fn write(store: &Store, exchange: &Exchange, policy: &Arc<Policy>, writers: u64) -> Loaded {
    let begun = Instant::now();
    let verified: Arc<Mutex<String>> = Arc::default();
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (store, exchange, policy) = (store.clone(), exchange.clone(), policy.clone());
            let verified = verified.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < Duration::from_secs(SECONDS) {
                    let begun = Instant::now();
                    one(&store, &exchange, &policy, &verified).await;
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let elapsed = begun.elapsed();
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench are small")]
    let per_second = times.len() as f64 / elapsed.as_secs_f64();
    Loaded { per_second, times }
}

/// One leaf: handed in, durable, sealed, proved, verified under the log's key.
async fn one(store: &Store, exchange: &Exchange, policy: &Policy, verified: &Mutex<String>) {
    let mut random = [0; 48];
    getrandom::fill(&mut random).unwrap();
    let millis = u64::try_from(exchange.now().us() / 1_000).unwrap();
    let tail = *random.last_chunk::<10>().unwrap();
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid();
    let (id, commitment) = (id.to_string(), *random.first_chunk::<32>().unwrap());
    let added = id.clone();
    let add = move |tx: &mut dyn Tx| rows::add_leaf(tx, &added, LeafKind::Event, &commitment);
    store.write::<_, Fault>("bench.leaf", add).await.unwrap();
    let prove = move |tx: &mut dyn Tx| prove(tx, &id);
    let proof = exchange.sealed(prove).await.unwrap().unwrap();
    let leaf = Leaf::from_commitment(&commitment);
    proof.verify(&leaf_hash(leaf.as_bytes())).unwrap();
    // Whoever has verified a checkpoint need not verify its signature again for the next leaf under it.
    if *verified.lock().unwrap() != proof.checkpoint.text {
        policy.check(&proof.checkpoint).unwrap();
        *verified.lock().unwrap() = proof.checkpoint.text;
    }
}

/// The proof of a leaf under the newest checkpoint, once it stands in the log.
fn prove(tx: &mut dyn Tx, id: &str) -> Result<Option<Proof>, Fault> {
    struct Unread(Fault);
    impl From<NotATile> for Unread {
        fn from(fault: NotATile) -> Self {
            Self(Fault::other(fault.to_string()))
        }
    }
    let Some((origin, index)) = rows::leaf(tx, id)?.and_then(|leaf| leaf.place) else { return Ok(None) };
    let log = rows::log(tx, &origin)?.unwrap();
    let mut tiles = TileReader::new(log.head.size, |path| -> Result<Vec<u8>, Unread> {
        Ok(rows::file(tx, &origin, path).map_err(Unread)?.unwrap())
    });
    let path = inclusion(&mut tiles, index, log.head.size).map_err(|Unread(fault)| fault)?.unwrap();
    let checkpoint = Note::parse(log.checkpoint.as_bytes()).unwrap();
    Ok(Some(Proof { extra: None, index, path, checkpoint }))
}

/// A log's folder.
struct Folder(PathBuf);

impl Source for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A whole log from cold files, beside the SHA-256 of the same bytes.
pub(crate) fn whole(data: &Path, table: &mut Table) {
    let leaves = crate::number("COMITY_BENCH_LEAVES", LEAVES);
    let folder = data.join("log");
    let (key, files) = make(&folder, leaves);
    let policy = Policy::of_logs([key.verifier().clone()]);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let source = Folder(folder.clone());
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    let mut cold = true;
    for _ in 0..ROUNDS {
        cold &= forget_files();
        let begun = Instant::now();
        let report = verify::log(&source, &policy, &[], threads).unwrap();
        ours.push(begun.elapsed().as_secs_f64());
        assert_eq!(report.trusted.checkpoint.size, leaves);
        cold &= forget_files();
        let begun = Instant::now();
        let mut digest = Sha256::new();
        for file in &files {
            digest.update(std::fs::read(folder.join(file)).unwrap());
        }
        assert_ne!(digest.finalize().as_slice(), [0; 32]);
        floor.push(begun.elapsed().as_secs_f64());
    }
    let name = format!("verify {leaves} leaves, {}", if cold { "cold" } else { "warm" });
    table.beside(&name, &ours, "s", "SHA-256 of the same files", &floor, Bar::RatioAtMost(3.0));
    std::fs::remove_dir_all(folder).unwrap();
}

/// Makes the kernel forget what it has read; false where that is not allowed.
fn forget_files() -> bool {
    let synced = std::process::Command::new("sync").status().is_ok_and(|status| status.success());
    synced && std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}

/// Writes a log of random leaves, and answers its key and the paths of its files.
fn make(folder: &Path, leaves: u64) -> (SigningKey, Vec<String>) {
    let key = SigningKey::from_seed("bench.example/log", Algorithm::Ed25519, &[7; 32]).unwrap();
    let mut files = Vec::new();
    let mut put = |path: TilePath, bytes: &[u8]| {
        let text = path.to_string();
        let file = folder.join(&text);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
        files.push(text);
    };
    let mut edge = Edge::default();
    let hashes = (0..leaves.div_ceil(256)).flat_map(|index| {
        let width = (leaves - index * 256).min(256);
        let mut random = vec![0; usize::try_from(width).unwrap() * 32];
        getrandom::fill(&mut random).unwrap();
        let bundle: Vec<Leaf> = random.as_chunks::<32>().0.iter().map(Leaf::from_commitment).collect();
        let path = TilePath { kind: TileKind::Entries, index, width: u16::try_from(width).unwrap() };
        put(path, &entry_bundle(bundle.iter().map(|leaf| leaf.as_bytes().as_slice())));
        bundle.into_iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect::<Vec<Hash>>()
    });
    let tiles = edge.append(hashes);
    for tile in tiles {
        let width = u16::try_from(tile.hashes.len()).unwrap();
        let path = TilePath { kind: TileKind::Hashes(tile.level), index: tile.index, width };
        put(path, &tile.hashes.concat());
    }
    let head = Checkpoint { origin: "bench.example/log".to_owned(), size: leaves, root: edge.root() };
    let text = head.to_string();
    let note = Note { signatures: vec![key.sign(&text, 0).unwrap()], text };
    std::fs::write(folder.join("checkpoint"), note.to_string()).unwrap();
    files.push("checkpoint".to_owned());
    (key, files)
}
