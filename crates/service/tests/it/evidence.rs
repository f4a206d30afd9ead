//! The instance vouches for what it handed over: manifest, custody, receipt and time stamp, and the court bundle of all of
//! it, as its two sides take it and as a stranger checks it offline.

use crate::authority::{Authority, ECDSA};
use crate::harness::{SUBSCRIBER, Who, World, intact, person, releasing};
use comity_domain::id::{PackageId, RequestId, UploadId};
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Decision, Found, Giving, RequestCommand};
use comity_domain::term::ExportPurpose;
use comity_evidence::court::{Keys, Trust, verify};
use comity_evidence::custody::{Custody, CustodyAct};
use comity_ledger::bundle::Refusal;
use comity_service::{Caller, Denied, TimeStampSettings, TrailQuery};
use comity_store::testing::TestStore;
use comity_store::{Fault, Tx, Value, on_both_engines};
use futures_util::TryStreamExt;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NAMES: [&str; 3] = ["answer.csv", "answer.csv", "../evil\u{202e}fdp.txt"];
const CONTENTS: [&[u8]; 3] = [b"address,subscriber\n203.0.113.7,example\n", b"second\n", b""];

/// A released package of three files.
async fn released(world: &World) -> (RequestId, PackageId, Vec<UploadId>) {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.verify(id).await;
    let items: Vec<_> = world.look(Who::Analyst, id).await.items.iter().map(|item| item.id).collect();
    for item in &items {
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: *item, decision }).await;
    }
    let mut uploads = Vec::new();
    for (name, content) in NAMES.iter().zip(CONTENTS) {
        uploads.push(world.arrived(id, name, content).await);
        while world.exchange.inspect_some().await.unwrap() > 0 {}
    }
    let mut files = Vec::new();
    for upload in &uploads {
        let RequestCommand::Prepare { files: one, .. } = world.packing(id, items.clone(), *upload).await
        else {
            panic!("another act")
        };
        files.extend(one);
    }
    world.act(Who::Analyst, id, RequestCommand::Prepare { items, files, note: String::new() }).await;
    let package = world.look(Who::Reviewer, id).await.packages[0].clone();
    world.act(Who::Reviewer, id, releasing(&package)).await;
    (id, package.id, uploads)
}

fn refusal(denied: Denied) -> RefusalCode {
    match denied {
        Denied::Refused(refusals) => refusals[0].code,
        Denied::Fault(fault) => panic!("{fault}"),
    }
}

async fn taken(
    world: &World,
    who: &Caller,
    id: RequestId,
    package: PackageId,
) -> Result<Vec<u8>, RefusalCode> {
    let bundle =
        world.exchange.court_bundle(who, id, package, ExportPurpose::Court, None).await.map_err(refusal)?;
    assert!(
        bundle.name.starts_with("XA-NBP-") && bundle.name.ends_with("-court-bundle.zip"),
        "{}",
        bundle.name
    );
    let pieces: Vec<_> = bundle.content.try_collect().await.unwrap();
    let bytes = pieces.concat();
    assert_eq!(bytes.len() as u64, bundle.bytes, "as long as was said");
    Ok(bytes)
}

/// The bundle in a file of its own.
async fn bundle(store: &TestStore, world: &World, who: Who, id: RequestId, package: PackageId) -> PathBuf {
    let path = store.dir().join(format!("{who:?}.zip"));
    std::fs::write(&path, taken(world, &World::caller(who), id, package).await.unwrap()).unwrap();
    path
}

fn unpacked(store: &TestStore, archive: &Path, name: &str) -> PathBuf {
    let folder = store.dir().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let output = Command::new("unzip").arg("-q").arg(archive).arg("-d").arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

fn is_valid(path: &Path) -> bool {
    verify(path, &Trust::default()).is_ok_and(|report| report.open.is_empty())
}

/// The acts of a chain with their organisations, of one file.
fn acts(folder: &Path, file: u64) -> Vec<(CustodyAct, String)> {
    let keys: Keys = std::fs::read_to_string(folder.join("keys")).unwrap().parse().unwrap();
    let chain = Custody::read(&std::fs::read(folder.join("custody")).unwrap(), &keys.all()).unwrap();
    let entries = chain.entries().iter().filter(|entry| entry.body.file == file);
    entries.map(|entry| (entry.body.act, entry.body.who.organisation.clone())).collect()
}

/// What an authority for time stamps does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Honest,
    /// It stamps other bytes.
    Lies,
    /// It gives again what it gave first.
    Repeats,
    /// It stamps an hour that is not.
    Late,
    /// It ends in the middle of its answer.
    Dies,
    /// It answers with status 500.
    Fails,
    /// It answers something without end.
    Floods,
    /// It says nothing.
    Silent,
    /// It sends elsewhere.
    Redirects,
}

/// An authority for time stamps on this machine.
struct Stamps {
    mood: Arc<Mutex<Mood>>,
    settings: TimeStampSettings,
    authority: Arc<Authority>,
}

impl Stamps {
    fn start() -> Self {
        let (mood, authority) = (Arc::new(Mutex::new(Mood::Honest)), Arc::new(Authority::new(ECDSA)));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/stamps", listener.local_addr().unwrap());
        let settings = TimeStampSettings { url, roots: authority.root() };
        let (told, own) = (mood.clone(), authority.clone());
        std::thread::spawn(move || {
            let mut first = Vec::new();
            for stream in listener.incoming().flatten() {
                let mood = *told.lock().unwrap();
                answer(stream, mood, &own, &mut first);
            }
        });
        Self { mood, settings, authority }
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

fn answer(mut stream: TcpStream, mood: Mood, authority: &Authority, first: &mut Vec<u8>) {
    let Some(request) = posted(&mut stream) else { return };
    let body = match mood {
        Mood::Lies => {
            let other = comity_evidence::stamp::request(&comity_evidence::Digest::of(b"else"), 1).unwrap();
            authority.answer(&other, None)
        }
        Mood::Late => authority.answer(&request, Some("+2h")),
        Mood::Repeats => first.clone(),
        _ => authority.answer(&request, None),
    };
    if first.is_empty() {
        first.clone_from(&body);
    }
    let head = |status: &str, length: usize| {
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {length}\r\n"
        )
    };
    let sent = match mood {
        Mood::Fails => stream.write_all(format!("{}\r\n", head("500 Wrong", 0)).as_bytes()),
        Mood::Redirects => stream
            .write_all(format!("{}Location: http://203.0.113.1/\r\n\r\n", head("307 Else", 0)).as_bytes()),
        Mood::Silent => {
            std::thread::sleep(Duration::from_secs(15));
            Ok(())
        }
        Mood::Dies => {
            let start = stream.write_all(format!("{}\r\n", head("200 OK", body.len())).as_bytes());
            start.and_then(|()| stream.write_all(&body[..body.len() / 2]))
        }
        Mood::Floods => {
            let start = stream.write_all(format!("{}\r\n", head("200 OK", 1 << 30)).as_bytes());
            start.and_then(|()| (0..256).try_for_each(|_| stream.write_all(&[0x30; 16_384])))
        }
        Mood::Honest | Mood::Lies | Mood::Repeats | Mood::Late => {
            let start = stream.write_all(format!("{}\r\n", head("200 OK", body.len())).as_bytes());
            start.and_then(|()| stream.write_all(&body))
        }
    };
    // Who asked may have gone.
    drop(sent);
}

/// The body of a request for a stamp.
fn posted(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut bytes, mut block) = (Vec::new(), [0; 4_096]);
    loop {
        let read = stream.read(&mut block).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&block[..read]);
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        assert!(text.contains("content-type: application/timestamp-query"), "{text}");
        let length: usize = text.split("content-length: ").nth(1)?.lines().next()?.trim().parse().ok()?;
        if bytes.len() >= end + 4 + length {
            return Some(bytes[end + 4..end + 4 + length].to_vec());
        }
    }
}

/// What befalls a file that somebody of the side opens, and one that nobody does.
const OPENED: [CustodyAct; 6] = [
    CustodyAct::Acquired,
    CustodyAct::Sent,
    CustodyAct::Received,
    CustodyAct::Opened,
    CustodyAct::Verified,
    CustodyAct::Exported,
];
const UNOPENED: [CustodyAct; 5] = [
    CustodyAct::Acquired,
    CustodyAct::Sent,
    CustodyAct::Received,
    CustodyAct::Verified,
    CustodyAct::Exported,
];

/// The same instance with an authority for time stamps, and a clock that is right.
#[expect(clippy::disallowed_methods, reason = "OpenSSL stamps with the time that it is")]
async fn stamped_by(store: &mut TestStore, stamps: &Stamps) -> World {
    let world = World::open(store).await;
    let real = jiff::Timestamp::now().as_microsecond();
    world.now_us.store(real, std::sync::atomic::Ordering::SeqCst);
    let settings = stamps.settings.clone();
    world.again(store, |all| all.time_stamps = Some(settings)).await.unwrap()
}

on_both_engines! {
    async fn both_sides_take_a_bundle_that_a_stranger_finds_valid(store) {
        let stamps = Stamps::start();
        let world = stamped_by(store, &stamps).await;
        let (id, package, uploads) = released(&world).await;
        assert!(world.exchange.stamp_one().await.unwrap());
        assert!(!world.exchange.stamp_one().await.unwrap());
        let seen = world.look(Who::Officer, id).await.packages[0].clone();
        let stamped = seen.stamped_at.unwrap();
        assert!((stamped.us() - world.exchange.now().us()).abs() < 60_000_000, "{stamped}");
        drop(world.exchange.download(&World::caller(Who::Officer), id, uploads[1]).await.unwrap());
        drop(world.exchange.download(&World::caller(Who::Reviewer), id, uploads[0]).await.unwrap());
        world.act(Who::Officer, id, intact(package)).await;
        world.pass(1).await;

        let archive = bundle(store, &world, Who::Officer, id, package).await;
        let report = verify(&archive, &Trust::default()).unwrap();
        assert!(report.open.is_empty(), "{:?}", report.open);
        let shown = report.shown.join("\n");
        for words in ["3 files", "can read them", "every file intact", "the files are those", "stamped 20"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        // The instance publishes the keys that it brings, and they decide.
        let published: Keys = world.exchange.evidence_keys().await.unwrap().parse().unwrap();
        let policy = world.exchange.ledger_policy().await.unwrap().parse().unwrap();
        let trust = Trust { keys: Some(published), policy: Some(policy), ..Trust::default() };
        assert!(verify(&archive, &trust).unwrap().open.is_empty());

        let folder = unpacked(store, &archive, "authority");
        for (number, content) in (1..).zip(CONTENTS) {
            assert_eq!(std::fs::read(folder.join(format!("files/{number:04}.bin"))).unwrap(), content);
        }
        let manifest = std::fs::read(folder.join("manifest.note")).unwrap();
        assert_eq!(seen.manifest.unwrap(), comity_evidence::Digest::of(&manifest).to_string());
        // No name leads anywhere or looks like another, and none stands there twice.
        let text = String::from_utf8_lossy(&manifest).into_owned();
        assert!(text.contains("\"answer.csv\"") && text.contains("\"0002 answer.csv\"") && !text.contains('\u{202e}'));
        // OpenSSL accepts the stamp.
        stamps.authority.accepts(&std::fs::read(folder.join("manifest.tsr")).unwrap(), &manifest);

        let (nbp, hbt) = ("Organisation NBP".to_owned(), "Organisation HBT".to_owned());
        let names: Vec<String> = acts(&folder, 2).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, [&hbt, &hbt, &nbp, &nbp, &nbp, &nbp].map(Clone::clone));
        let only = |file| acts(&folder, file).into_iter().map(|(act, _)| act).collect::<Vec<_>>();
        assert_eq!(only(2), OPENED);
        assert_eq!(only(1), UNOPENED, "what the other side opens is its own");
        let other = unpacked(store, &bundle(store, &world, Who::Reviewer, id, package).await, "provider");
        assert!(is_valid(&other));
        let only = |file| acts(&other, file).into_iter().map(|(act, _)| act).collect::<Vec<_>>();
        assert_eq!(only(1), OPENED);
        // A later bundle goes on where the earlier one ended.
        let again = unpacked(store, &bundle(store, &world, Who::Officer, id, package).await, "again");
        let (before, after) = (std::fs::read_to_string(folder.join("custody")), std::fs::read_to_string(again.join("custody")));
        assert!(after.unwrap().starts_with(&before.unwrap()));
        // The trail knows who took it and what for.
        let query = TrailQuery { action: Some("package.export".to_owned()), ..TrailQuery::default() };
        let rows = world.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap().rows;
        assert!(rows.len() >= 2 && rows.iter().all(|row| row.detail.contains("COURT")), "{}", rows.len());
        assert!(world.exchange.check().await.unwrap().findings.is_empty());
    }

    async fn no_byte_of_a_bundle_that_the_server_made_can_be_changed(store) {
        let stamps = Stamps::start();
        let world = stamped_by(store, &stamps).await;
        let (id, package, _) = released(&world).await;
        world.exchange.stamp_one().await.unwrap();
        world.act(Who::Officer, id, intact(package)).await;
        let archive = bundle(store, &world, Who::Officer, id, package).await;
        assert!(is_valid(&archive));
        let bytes = std::fs::read(&archive).unwrap();
        let folder = unpacked(store, &archive, "folder");
        assert!(is_valid(&folder));
        // Every byte takes minutes on both engines: each 31st; `evidence` tries all.
        let start = if bytes.len() % 2 == 0 { 0 } else { 3 };
        for at in (start..bytes.len()).step_by(31) {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            std::fs::write(&archive, &other).unwrap();
            assert!(!is_valid(&archive), "byte {at}");
        }
        for entry in ["index.note", "keys", "policy", "manifest.note", "manifest.tsr", "tsa.pem", "custody",
            "receipt.note", "request.comity-proof", "files/0001.bin", "README.en.md"] {
            let path = folder.join(entry);
            let bytes = std::fs::read(&path).unwrap();
            for at in (0..bytes.len()).step_by(29) {
                let mut other = bytes.clone();
                other[at] ^= 1 << (at % 8);
                std::fs::write(&path, &other).unwrap();
                assert!(!is_valid(&folder), "{entry}: byte {at}");
            }
            std::fs::write(&path, &bytes).unwrap();
        }
        assert!(is_valid(&folder));
    }

    async fn what_is_not_there_yet_is_said_and_nothing_waits_for_it(store) {
        let world = World::open(store).await;
        let (id, package, _) = released(&world).await;
        let seen = world.look(Who::Officer, id).await.packages[0].clone();
        assert!(seen.manifest.is_some() && seen.stamped_at.is_none());
        let archive = bundle(store, &world, Who::Officer, id, package).await;
        let report = verify(&archive, &Trust::default()).unwrap();
        let open = report.open.join("; ");
        assert!(open.contains("no receipt") && open.contains("no time stamp") && report.open.len() == 2, "{open}");
    }

    async fn an_authority_for_time_stamps_that_is_not_honest_gets_nothing_stored(store) {
        let stamps = Stamps::start();
        let world = stamped_by(store, &stamps).await;
        let (first, _, _) = released(&world).await;
        assert!(world.exchange.stamp_one().await.unwrap());
        assert!(world.look(Who::Officer, first).await.packages[0].stamped_at.is_some());
        // What was released meanwhile was never kept waiting: the page says that there is no stamp yet.
        let (id, package, _) = released(&world).await;
        let moods = [Mood::Lies, Mood::Repeats, Mood::Late, Mood::Dies, Mood::Fails, Mood::Floods, Mood::Redirects,
            Mood::Silent];
        for mood in moods {
            stamps.is(mood);
            assert!(world.exchange.stamp_one().await.unwrap(), "{mood:?}");
            assert!(world.look(Who::Officer, id).await.packages[0].stamped_at.is_none(), "{mood:?}");
            // Not at once again: it waits longer each time.
            assert!(!world.exchange.stamp_one().await.unwrap(), "{mood:?}");
            let waiting = move |tx: &mut dyn Tx| -> Result<(), Fault> {
                tx.exec("update job set run_at_us = 0 where kind = $1 and finished_at_us is null",
                    &[Value::from("package.stamp")]).map(drop)
            };
            store.write("test.now", waiting).await.unwrap();
        }
        stamps.is(Mood::Honest);
        assert!(world.exchange.stamp_one().await.unwrap());
        let seen = world.look(Who::Officer, id).await.packages[0].clone();
        assert!(seen.stamped_at.is_some());
        let archive = bundle(store, &world, Who::Officer, id, package).await;
        assert_eq!(verify(&archive, &Trust::default()).unwrap().open.len(), 1, "no receipt, and nothing else");
    }

    async fn only_who_may_have_the_files_takes_the_bundle(store) {
        let world = World::open(store).await;
        let (id, package, _) = released(&world).await;
        let refused = async |who| taken(&world, &World::caller(who), id, package).await.unwrap_err();
        for who in [Who::Gatekeeper, Who::Judge, Who::Analyst] {
            assert_eq!(refused(who).await, RefusalCode::NotPermitted, "{who:?}");
        }
        assert_eq!(refused(Who::Auditor).await, RefusalCode::NotPermitted);
        let officer = World::caller(Who::Officer);
        let other = PackageId::new(uuid::Uuid::from_u128(9));
        assert_eq!(taken(&world, &officer, id, other).await.unwrap_err(), RefusalCode::NotPermitted);
        let reviewer = World::caller(Who::Reviewer);
        assert_eq!(taken(&world, &reviewer, id, other).await.unwrap_err(), RefusalCode::PackageUnknown);
        // Nothing refused stands in the custody of what is taken later.
        let folder = unpacked(store, &bundle(store, &world, Who::Officer, id, package).await, "one");
        assert_eq!(acts(&folder, 1).iter().filter(|(act, _)| *act == CustodyAct::Exported).count(), 1);
    }

    async fn who_lost_trust_gets_no_bundle(store) {
        let world = World::open(store).await;
        let (id, package, _) = released(&world).await;
        assert!(taken(&world, &World::caller(Who::Officer), id, package).await.is_ok());
        // The judge who signed is suspended: the request stands still for all of the authority.
        world.exchange.set_active(&World::caller(Who::Head), person(Who::Judge), false).await.unwrap();
        let refused = taken(&world, &World::caller(Who::Officer), id, package).await.unwrap_err();
        assert_eq!(refused, RefusalCode::RequestFrozen);
        assert!(taken(&world, &World::caller(Who::Reviewer), id, package).await.is_ok(), "its own files");
    }

    async fn what_went_too_far_is_in_no_bundle_of_the_authority(store) {
        let world = World::open(store).await;
        let (id, package, uploads) = released(&world).await;
        let (found, remark) =
            (Found::OverDisclosure { files: vec![uploads[1]] }, "Another subscriber.".to_owned());
        world.act(Who::Officer, id, RequestCommand::Confirm { package, found, remark }).await;
        for (deleted, ends) in [(false, CustodyAct::Returned), (true, CustodyAct::Erased)] {
            if deleted {
                let statement = "Deleted.".to_owned();
                world.act(Who::Officer, id, RequestCommand::ConfirmDeletion { package, statement }).await;
            }
            let archive = bundle(store, &world, Who::Officer, id, package).await;
            let report = verify(&archive, &Trust::default()).unwrap();
            assert_eq!(report.open, ["there is no time stamp: when the manifest existed is its maker's word"]);
            let shown = report.shown.join("\n");
            assert!(shown.contains("files/0002.bin is left out") && shown.contains("NOT every file"), "{shown}");
            let folder = unpacked(store, &archive, "authority");
            assert!(!folder.join("files/0002.bin").exists() && folder.join("files/0001.bin").exists());
            assert_eq!(acts(&folder, 2).last().unwrap().0, ends);
            let own = unpacked(store, &bundle(store, &world, Who::Reviewer, id, package).await, "provider");
            assert!(own.join("files/0002.bin").exists(), "its own file");
        }
    }

    async fn a_mismatch_is_the_receivers_word(store) {
        let world = World::open(store).await;
        let (id, package, _) = released(&world).await;
        let remark = "Not the account that was asked for.".to_owned();
        world.act(Who::Officer, id, RequestCommand::Confirm { package, found: Found::Mismatch, remark }).await;
        let archive = bundle(store, &world, Who::Officer, id, package).await;
        let report = verify(&archive, &Trust::default()).unwrap();
        assert!(report.shown.join("\n").contains("NOT every file intact"));
    }

    async fn nothing_of_an_erased_request_is_bundled(store) {
        let world = World::open(store).await;
        let (id, package, _) = released(&world).await;
        world.act(Who::Officer, id, intact(package)).await;
        world.act(Who::Officer, id, RequestCommand::Close).await;
        assert!(taken(&world, &World::caller(Who::Officer), id, package).await.is_ok());
        world.pass(40 * 366 * 86_400).await;
        for who in [Who::Officer, Who::Reviewer] {
            let caller = world.accredited_again(who);
            let refused = taken(&world, &caller, id, package).await.unwrap_err();
            assert!([RefusalCode::Erased, RefusalCode::NotPermitted].contains(&refused), "{who:?}: {refused:?}");
        }
        let left = |tx: &mut dyn Tx| -> Result<i64, Fault> {
            tx.row("select count(*) from manifest", &[])?.map_or(Ok(-1), |row| row.int(0))
        };
        assert_eq!(store.read("test.left", left).await.unwrap(), 0);
    }

    async fn a_manifest_that_was_changed_in_the_database_is_found(store) {
        let world = World::open(store).await;
        let (id, package, _) = released(&world).await;
        assert!(world.exchange.check().await.unwrap().findings.is_empty());
        let change = |tx: &mut dyn Tx| -> Result<u64, Fault> {
            tx.exec("update manifest set note_sealed = $1", &[vec![7_u8; 60].into()])
        };
        store.write("test.change", change).await.unwrap();
        assert_eq!(world.exchange.check().await.unwrap().findings.len(), 1);
        let caller = World::caller(Who::Officer);
        let refused = world.exchange.court_bundle(&caller, id, package, ExportPurpose::Records, None).await;
        assert!(matches!(refused, Err(Denied::Fault(_))));
        let gone = |tx: &mut dyn Tx| -> Result<u64, Fault> { tx.exec("delete from manifest", &[]) };
        store.write("test.gone", gone).await.unwrap();
        assert_eq!(taken(&world, &caller, id, package).await.unwrap_err(), RefusalCode::ManifestMissing);
        assert_eq!(world.exchange.check().await.unwrap().findings.len(), 1);
    }

    async fn a_content_that_rots_is_no_valid_bundle(store) {
        let world = World::open(store).await;
        let (id, package, uploads) = released(&world).await;
        let wanted = uploads[0].to_string();
        let find = move |tx: &mut dyn Tx| comity_store::upload::paths(tx, &wanted);
        let paths = store.read("test.paths", find).await.unwrap();
        let path = store.dir().join("blobs").join(&paths[0]);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let caller = World::caller(Who::Officer);
        let bundle = world.exchange.court_bundle(&caller, id, package, ExportPurpose::Court, Some(b"%PDF-1.7".to_vec())).await.unwrap();
        let pieces: Result<Vec<_>, _> = bundle.content.try_collect().await;
        assert!(pieces.is_err(), "the archive breaks off");
    }
}

#[test]
fn roots_that_are_none_are_refused_at_the_start() {
    comity_store::testing::run(comity_store::testing::Engine::Sqlite, async |store: &mut TestStore| {
        let world = World::open(store).await;
        let settings = TimeStampSettings { url: "http://127.0.0.1:1/".to_owned(), roots: "none".to_owned() };
        let opened = world.again(store, |all| all.time_stamps = Some(settings)).await;
        assert!(opened.is_err_and(|fault| fault.to_string().contains("evidence.time_stamp_roots")));
    });
}

#[test]
fn an_archive_that_is_no_bundle_is_refused() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("none.zip");
    std::fs::write(&path, b"PK").unwrap();
    assert!(matches!(verify(&path, &Trust::default()), Err(Refusal::Invalid(_))));
}
