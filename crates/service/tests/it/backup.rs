//! A backup holds everything that was acknowledged before it, whatever is written meanwhile; it goes from either engine
//! to either; what was erased before the archive of keys stays erased (T38); and nobody goes on in a log that may have
//! signed more than was put back (T44).

use crate::harness::{SUBSCRIBER, Who, World, intact, releasing};
use comity_domain::id::RequestId;
use comity_domain::request::RequestCommand;
use comity_ledger::Policy;
use comity_ledger::bundle::Bundle;
use comity_service::{
    ArchiveFault, Caller, Case, Denied, Exchange, OpenFault, QueueQuery, Restored, Restoring, TrailQuery,
};
use comity_store::backup::{Absence, ArchiveKind, Manifest, STAGING, TABLES};
use comity_store::seal::InstanceKey;
use comity_store::testing::{Engine, TestStore};
use comity_store::{Database, Fault, Row, Store, StoreConfig, Tx, on_both_engines};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use tokio::task::block_in_place;

const DAY: i64 = 86_400;
/// Longer than the record of a closed dossier is kept.
const RETENTION: i64 = 1_827 * DAY;

async fn archive(world: &World, kind: ArchiveKind) -> (Vec<u8>, Manifest) {
    let to = ["age1example".to_owned()];
    world.exchange.back_up(&Caller::Operator, kind, &to, Vec::new()).await.unwrap()
}

async fn archives(world: &World) -> (Vec<u8>, Vec<u8>) {
    (archive(world, ArchiveKind::Data).await.0, archive(world, ArchiveKind::Keys).await.0)
}

/// An empty place on an engine, and how an instance is set up there.
struct Place {
    store: TestStore,
    data: PathBuf,
}

impl Place {
    fn on(engine: Engine) -> Self {
        let store = block_in_place(|| engine.open());
        let data = store.dir().join("restored");
        Self { store, data }
    }

    fn settings(&self) -> comity_service::Settings {
        let mut settings = World::settings(&self.store);
        settings.data.clone_from(&self.data);
        if let Database::Sqlite(path) = &mut settings.database {
            *path = self.data.join("comity.sqlite");
        }
        settings
    }

    /// How its database is opened beside the instance.
    fn store_config(&self) -> StoreConfig {
        let settings = self.settings();
        let key = InstanceKey::load(&settings.data.join("instance.key")).unwrap();
        StoreConfig::new(settings.database, settings.data, key, 0)
    }

    fn load(&self, world: &World, data: &[u8], keys: &[u8]) -> Result<Restoring, ArchiveFault> {
        let (data, keys) = (std::io::Cursor::new(data.to_vec()), std::io::Cursor::new(keys.to_vec()));
        block_in_place(|| Restoring::load(self.settings(), World::clock(&world.now_us), data, keys))
    }

    /// Loads, checks and puts it in its place.
    async fn restore(&self, world: &World, data: &[u8], keys: &[u8], stopped_before: bool) -> Restored {
        let restoring = self.load(world, data, keys).unwrap();
        let restored = restoring.check(&Caller::Operator, stopped_before).await.unwrap();
        restoring.promote(stopped_before).await.unwrap();
        restored
    }

    fn open(&self, world: &World) -> Result<World, OpenFault> {
        let open = || Exchange::open(self.settings(), World::clock(&world.now_us));
        Ok(World { exchange: block_in_place(open)?, now_us: world.now_us.clone() })
    }

    fn open_restored(&self, world: &World) -> Exchange {
        let open = || Exchange::open_restored(self.settings(), World::clock(&world.now_us));
        block_in_place(open).unwrap()
    }

    fn accept_loss(&self, world: &World) -> Result<comity_service::AcceptedLoss, String> {
        let exchange = self.open_restored(world);
        block_in_place(|| exchange.accept_loss(&Caller::Operator, None))
    }
}

fn other(store: &TestStore) -> Engine {
    match store.config().database {
        Database::Sqlite(_) => Engine::Postgres,
        Database::Postgres(_) => Engine::Sqlite,
    }
}

async fn findings(world: &World) -> Vec<String> {
    let report = world.exchange.check().await.unwrap();
    report.findings.into_iter().map(|found| format!("{}: {}", found.place, found.what)).collect()
}

/// All rows of all tables, in the order of their keys; a row that the archive leaves out is among them.
fn rows(store: &Store) -> BTreeMap<&'static str, Vec<Row>> {
    let read = |name: &'static str, columns: &[&str], key: &str| {
        let text = format!("select {} from {name} order by {key}", columns.join(", "));
        let text: &'static str = Box::leak(text.into_boxed_str());
        let mut found: Vec<Row> = store.read_blocking("test.rows", move |tx| tx.rows(text, &[])).unwrap();
        found.sort_by_key(|row| {
            format!("{:?}", (0..).map_while(|at| row.value(at).ok().cloned()).map(shown).collect::<Vec<_>>())
        });
        found
    };
    let mut all = BTreeMap::new();
    for table in TABLES {
        let columns = [table.columns(), table.withheld.to_vec()].concat();
        all.insert(table.name, read(table.name, &columns, table.key[0].name()));
    }
    all.insert("request_digest", read("request_digest", &["digest", "request"], "digest"));
    all
}

fn shown(value: comity_store::Value) -> String {
    match value {
        comity_store::Value::Null => "-".to_owned(),
        comity_store::Value::Int(number) => number.to_string(),
        comity_store::Value::Text(text) => text,
        comity_store::Value::Bytes(bytes) => format!("{bytes:02x?}"),
    }
}

/// A request with an answer in a released package, closed.
async fn closed(world: &World) -> RequestId {
    use comity_domain::request::{Decision, Giving};
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-1".to_owned() }).await;
    world.verify(id).await;
    let items: Vec<_> = world.look(Who::Analyst, id).await.items.iter().map(|item| item.id).collect();
    for &item in &items {
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item, decision }).await;
    }
    let file = world.upload(id, b"subscriber;name\n1;canary\n").await;
    let prepare = world.packing(id, items, file).await;
    world.act(Who::Analyst, id, prepare).await;
    let package = world.look(Who::Reviewer, id).await.packages[0].clone();
    world.act(Who::Reviewer, id, releasing(&package)).await;
    world.act(Who::Officer, id, intact(package.id)).await;
    world.act(Who::Officer, id, RequestCommand::Close).await;
    id
}

async fn found(world: &World, who: Who, search: &str) -> usize {
    let query = QueueQuery { search: Some(search.to_owned()), ended: true, ..QueueQuery::default() };
    world.exchange.queue(&world.accredited_again(who), query).await.unwrap().rows.len()
}

/// Drafts, submits and uploads until it is told to stop; what was acknowledged, with its version.
async fn write(world: Arc<World>, acknowledged: Arc<Mutex<BTreeMap<RequestId, u64>>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        acknowledged.lock().unwrap().insert(id, 1);
        let receipt = world.act(Who::Officer, id, RequestCommand::Submit).await;
        acknowledged.lock().unwrap().insert(id, receipt.version);
        world.exchange.seal().await.ok();
    }
}

/// Lets a backup run on until the first piece of a file is to be written, and then waits.
struct Gate {
    out: Vec<u8>,
    reached: Sender<()>,
    go: Receiver<()>,
    passed: bool,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.passed && bytes.windows(13).any(|window| window == br#""part":"blob""#) {
            self.passed = true;
            self.reached.send(()).unwrap();
            self.go.recv().unwrap();
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}

on_both_engines! {
    async fn it_goes_to_the_other_engine_and_back_and_is_the_same(store) {
        let world = World::open(store).await;
        let done = closed(&world).await;
        let open = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(open).await;
        world.pass(1).await;
        while world.exchange.seal().await.unwrap() > 0 {}
        let (data, keys) = archives(&world).await;
        let there = Place::on(other(store));
        let restored = there.restore(&world, &data, &keys, true).await;
        assert_eq!(restored.report.findings, Vec::new());
        assert_eq!((restored.report.requests, restored.report.files, restored.erased_again), (2, 1, 0));
        let (before, mut after) = block_in_place(|| (rows(store), rows(&Store::open(&there.store_config()).unwrap())));
        // Beyond what was backed up there is the entry of the restore, with its leaf; the entry of the backup of keys came
        // after the snapshot.
        for (table, was) in before {
            let is = after.remove(table).unwrap();
            match table {
                "trail" | "leaf" => assert_eq!(was.len(), is.len(), "{table}"),
                _ => assert!(was == is, "{table} is not as it was"),
            }
        }
        let moved = there.open(&world).unwrap();
        assert_eq!(found(&moved, Who::Officer, "one@mail.example").await, 2);
        assert_eq!(found(&moved, Who::Analyst, "HBT-1").await, 1);
        assert_eq!(moved.look(Who::Officer, open).await.version, world.look(Who::Officer, open).await.version);
        moved.act(Who::Analyst, open, RequestCommand::Acknowledge { reference: "HBT-2".to_owned() }).await;
        moved.exchange.seal().await.unwrap();
        assert_eq!(moved.exchange.ledger_years().await.unwrap(), [2026], "its log goes on");
        let (data, keys) = archives(&moved).await;
        let back = Place::on(match other(store) { Engine::Sqlite => Engine::Postgres, Engine::Postgres => Engine::Sqlite });
        let restored = back.restore(&moved, &data, &keys, true).await;
        assert_eq!(restored.report.findings, Vec::new());
        let home = back.open(&moved).unwrap();
        let policy: Policy = home.exchange.ledger_policy().await.unwrap().parse().unwrap();
        for id in [done, open] {
            let proof = home.exchange.proof(&World::caller(Who::Officer), id).await.unwrap();
            Bundle::parse(proof.as_bytes()).unwrap().verify(&policy).unwrap();
        }
        assert_eq!(names(&back.data), match other(store) {
            Engine::Postgres => vec!["blobs", "comity.sqlite", "instance.key", "ledger", "ledger.key"],
            Engine::Sqlite => vec!["blobs", "instance.key", "ledger", "ledger.key"],
        });
    }

    async fn everything_acknowledged_before_it_is_in_it_while_eight_write(store) {
        let world = Arc::new(World::open(store).await);
        closed(&world).await;
        let acknowledged: Arc<Mutex<BTreeMap<RequestId, u64>>> = Arc::default();
        for _ in 0..3 {
            let stop = Arc::new(AtomicBool::new(false));
            let writers: Vec<_> =
                (0..8).map(|_| tokio::spawn(write(world.clone(), acknowledged.clone(), stop.clone()))).collect();
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let before = acknowledged.lock().unwrap().clone();
            let (data, keys) = archives(&world).await;
            let after = acknowledged.lock().unwrap().clone();
            stop.store(true, Ordering::SeqCst);
            for writer in writers {
                writer.await.unwrap();
            }
            assert!(!before.is_empty() && before != after, "they wrote before it and meanwhile");
            let there = Place::on(other(store));
            let restored = there.restore(&world, &data, &keys, false).await;
            assert_eq!(restored.report.findings, Vec::new());
            there.accept_loss(&world).unwrap();
            let restored = there.open(&world).unwrap();
            for (id, version) in before {
                assert!(restored.look(Who::Officer, id).await.version >= version, "{id}");
            }
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    /// T38.
    async fn what_was_erased_before_the_keys_were_archived_stays_erased(store) {
        let world = World::open(store).await;
        let (gone, kept) = (closed(&world).await, world.draft(Who::Officer, SUBSCRIBER).await);
        let (data, old_keys) = archives(&world).await;
        let names_of_it: [&[u8]; 3] = [b"one@mail.example", b"canary", b"HBT-1"];
        for wanted in names_of_it {
            assert!(!contains(&data, wanted), "the archive of data shows content");
        }
        world.pass(RETENTION).await;
        let (keys, _) = archive(&world, ArchiveKind::Keys).await;
        let there = Place::on(other(store));
        let restored = there.restore(&world, &data, &keys, false).await;
        assert_eq!(restored.report.findings, Vec::new());
        assert_eq!((restored.erased_again, restored.report.erased, restored.report.requests), (1, 1, 1));
        there.accept_loss(&world).unwrap();
        let again = there.open(&world).unwrap();
        let officer = again.accredited_again(Who::Officer);
        let Case::Erased(erased) = again.exchange.case(&officer, gone).await.unwrap() else { panic!("not erased") };
        assert!(erased.rule.contains("retention") && erased.rule.contains("restore"), "{}", erased.rule);
        let digests: Result<Vec<Row>, Fault> = block_in_place(|| {
            let opened = Store::open(&there.store_config()).unwrap();
            opened.read_blocking("test.digests", move |tx: &mut dyn Tx| {
                tx.rows("select request from request_digest where request = $1", &[gone.to_string().into()])
            })
        });
        assert_eq!(digests.unwrap(), Vec::new());
        again.pass(1).await;
        assert!(files(&there.data.join("blobs")).is_empty(), "its files are gone too");
        let proof = again.exchange.proof(&officer, gone).await.unwrap();
        let policy: Policy = again.exchange.ledger_policy().await.unwrap().parse().unwrap();
        assert!(Bundle::parse(proof.as_bytes()).unwrap().verify(&policy).unwrap().erased > 0);
        assert!(again.exchange.dossier(&officer, kept).await.is_ok());
        assert_eq!(findings(&again).await, Vec::<String>::new());
        // As long as an older archive of keys is kept it does come back: until the job that was due erases it once more.
        let there = Place::on(other(store));
        assert_eq!(there.restore(&world, &data, &old_keys, false).await.erased_again, 0);
        there.accept_loss(&world).unwrap();
        let again = there.open(&world).unwrap();
        assert!(matches!(again.exchange.case(&officer, gone).await.unwrap(), Case::Whole(_)));
        again.pass(1).await;
        assert!(matches!(again.exchange.case(&officer, gone).await.unwrap(), Case::Erased(_)));
    }

    async fn a_file_that_goes_while_it_is_backed_up_is_named(store) {
        let world = World::open(store).await;
        let first = closed(&world).await;
        let second = closed(&world).await;
        let (reached, at_gate) = channel();
        let (go, gone) = channel();
        let gate = Gate { out: Vec::new(), reached, go: gone, passed: false };
        let exchange = world.exchange.clone();
        let backup = tokio::spawn(async move {
            exchange.back_up(&Caller::Operator, ArchiveKind::Data, &[], gate).await
        });
        block_in_place(|| at_gate.recv().unwrap());
        // Both are erased while the first piece of a file is read.
        world.pass(RETENTION).await;
        go.send(()).unwrap();
        let (gate, manifest) = backup.await.unwrap().unwrap();
        assert_eq!(manifest.gone.len() + usize::try_from(manifest.blobs.count).unwrap(), 2, "{manifest:?}");
        assert!(!manifest.gone.is_empty());
        assert!(manifest.gone.iter().all(|gone| matches!(gone.absence, Absence::Erased { .. })), "{manifest:?}");
        let (keys, _) = archive(&world, ArchiveKind::Keys).await;
        let there = Place::on(other(store));
        let restored = there.restore(&world, &gate.out, &keys, false).await;
        assert_eq!((restored.erased_again, restored.report.findings), (2, Vec::new()));
        for id in [first, second] {
            there.accept_loss(&world).ok();
            let again = there.open(&world).unwrap();
            let officer = again.accredited_again(Who::Officer);
            assert!(matches!(again.exchange.case(&officer, id).await.unwrap(), Case::Erased(_)));
        }
    }

    async fn a_file_that_is_lost_in_the_instance_is_said_to_be_missing(store) {
        let world = World::open(store).await;
        closed(&world).await;
        for path in files(&store.dir().join("blobs")) {
            std::fs::remove_file(path).unwrap();
        }
        let (data, manifest) = archive(&world, ArchiveKind::Data).await;
        assert_eq!(manifest.gone.iter().map(|gone| gone.absence).collect::<Vec<_>>(), [Absence::Missing]);
        let (keys, _) = archive(&world, ArchiveKind::Keys).await;
        let there = Place::on(other(store));
        let restored = there.restore(&world, &data, &keys, false).await;
        assert_eq!(restored.report.findings.len(), 1, "{:?}", restored.report.findings);
    }

    /// T44.
    async fn a_restored_instance_waits_until_somebody_accepts_the_loss(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.exchange.seal().await.unwrap();
        let (data, keys) = archives(&world).await;
        let lost = world.draft(Who::Officer, SUBSCRIBER).await;
        let there = Place::on(other(store));
        there.restore(&world, &data, &keys, false).await;
        let Err(OpenFault::Ledger(why)) = there.open(&world) else { panic!("it was opened") };
        assert!(why.contains("put back from a backup") && why.contains("accept-loss"), "{why}");
        let accepted = there.accept_loss(&world).unwrap();
        assert_eq!((accepted.log.as_str(), accepted.next.as_str()), ("log.example/2026", "log.example/2027"));
        let again = there.open(&world).unwrap();
        assert!(again.exchange.dossier(&World::caller(Who::Officer), lost).await.is_err(), "it was done later");
        again.act(Who::Officer, id, RequestCommand::Submit).await;
        again.exchange.seal().await.unwrap();
        assert_eq!(again.exchange.ledger_years().await.unwrap(), [2026, 2027]);
        let text = again.exchange.ledger_policy().await.unwrap();
        assert!(text.contains("log.example/2028"), "witnesses learn the next key before it is used: {text}");
        let proof = again.exchange.proof(&World::caller(Who::Officer), id).await.unwrap();
        let report = Bundle::parse(proof.as_bytes()).unwrap().verify(&text.parse().unwrap()).unwrap();
        assert_eq!(report.logs.len(), 2);
        assert_eq!(findings(&again).await, Vec::<String>::new());
        let Err(why) = there.accept_loss(&world) else { panic!("accepted twice") };
        assert!(why.contains("nothing to accept"), "{why}");
        let query = TrailQuery { action: Some("instance.restore".to_owned()), ..TrailQuery::default() };
        let entries = again.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap().rows;
        assert_eq!(entries.len(), 2, "the restore and what was accepted");
        // The mark of the old log cannot be taken away unseen.
        let tampered: Result<u64, Fault> = block_in_place(|| {
            let opened = Store::open(&there.store_config()).unwrap();
            opened.write_blocking("test.unmark", |tx| tx.exec("update log set restored_at_us = null", &[]))
        });
        assert_eq!(tampered.unwrap(), 2);
        assert_eq!(findings(&again).await.len(), 1);
    }

    async fn what_does_not_belong_together_is_refused_and_leaves_nothing(store) {
        let world = World::open(store).await;
        world.draft(Who::Officer, SUBSCRIBER).await;
        let (data, old_keys) = archives(&world).await;
        world.draft(Who::Officer, SUBSCRIBER).await;
        let (newer, keys) = archives(&world).await;
        let there = Place::on(other(store));
        let refused = |data: &[u8], keys: &[u8], word: &str| {
            let Err(fault) = there.load(&world, data, keys) else { panic!("{word}: it was loaded") };
            assert!(fault.to_string().contains(word), "{fault}");
            assert_eq!(names(&there.data), Vec::<String>::new(), "{word}");
        };
        std::fs::create_dir_all(&there.data).unwrap();
        refused(&newer, &old_keys, "has no key for 1 dossiers");
        refused(&keys, &keys, "it holds keys, and data is wanted");
        refused(&data, &data, "it holds data, and keys is wanted");
        refused(&data[..data.len() - 1], &keys, "ends early");
        refused(&[&data[..], b"x"].concat(), &keys, "after its end");
        let mut other_key = keys.clone();
        let at = data_at(&other_key, b"instance.key") + 60;
        other_key[at] = if other_key[at] == b'0' { b'1' } else { b'0' };
        refused(&data, &other_key, "not what its digest says");
        let mut stranger = Place::on(Engine::Sqlite);
        let strange = World::open(&mut stranger.store).await;
        let (_, strange_keys) = archives(&strange).await;
        refused(&data, &strange_keys, "made by another instance");
        // What is there is not written over.
        there.restore(&world, &data, &old_keys, false).await;
        let Err(fault) = there.load(&world, &data, &old_keys) else { panic!("loaded over another") };
        assert!(fault.to_string().contains("is not empty"), "{fault}");
    }

    async fn a_restore_that_was_broken_off_is_neither_served_nor_written_over(store) {
        let world = World::open(store).await;
        world.draft(Who::Officer, SUBSCRIBER).await;
        let (data, keys) = archives(&world).await;
        let there = Place::on(other(store));
        std::fs::create_dir_all(there.data.join(STAGING)).unwrap();
        let Err(OpenFault::Restoring(_)) = there.open(&world) else { panic!("it was opened") };
        let Err(fault) = there.load(&world, &data, &keys) else { panic!("it was loaded") };
        assert!(fault.to_string().contains("was broken off here"), "{fault}");
        std::fs::remove_dir(there.data.join(STAGING)).unwrap();
        // Loaded and then given up: nothing is left in the folder.
        drop(there.load(&world, &data, &keys).unwrap());
        assert_eq!(names(&there.data), Vec::<String>::new());
    }

    async fn only_the_console_makes_backups_and_each_leaves_an_entry(store) {
        let world = World::open(store).await;
        for who in [Who::Administrator, Who::Auditor, Who::OfficerWithEveryRole] {
            let made = world.exchange.back_up(&World::caller(who), ArchiveKind::Keys, &[], Vec::new()).await;
            assert!(matches!(made, Err(ArchiveFault::Denied(Denied::Refused(_)))), "{who:?}");
        }
        archives(&world).await;
        let query = TrailQuery { action: Some("instance.backup".to_owned()), ..TrailQuery::default() };
        let entries = world.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap().rows;
        let mut told: Vec<&str> = entries.iter().map(|entry| entry.outcome.as_str()).collect();
        told.sort_unstable();
        assert_eq!(told, ["done", "done", "refused", "refused", "refused"]);
        let of_keys = |detail: &str| detail.contains("keys") && detail.contains("age1example");
        assert_eq!(entries.iter().filter(|entry| of_keys(&entry.detail)).count(), 1, "who can open it is kept");
    }
}

/// Where these bytes begin.
fn data_at(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
