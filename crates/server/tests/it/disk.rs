//! The real binary on a disk, a clock and a database that fail (I8, I10; L5, L7): a failed sync ends it, a full or a
//! read-only disk is told, a clock that goes back stops the record and not the reading, and lost connections lose nothing.
//! After each of it every act that was acknowledged is there once: the same call is answered with the first receipt.

use crate::crash::{OFFICER, checked, provider};
use crate::demo::Demo;
use crate::verify::{VALID, ends};
use bytes::Bytes;
use comity_store::testing::OwnServer;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const DAY_S: i64 = 86_400;

/// One caller, and what it was told.
struct Client {
    http: Http<HttpConnector, Full<Bytes>>,
    base_url: String,
    token: String,
    provider: String,
}

/// An answer's status and body; nothing where the connection ended before it.
type Answer = Option<(u16, Value)>;

impl Client {
    async fn of(demo: &Demo) -> Self {
        Self::to(demo, provider(demo).await)
    }

    /// One that asks nothing before it drafts.
    fn to(demo: &Demo, provider: String) -> Self {
        let http = Http::builder(TokioExecutor::new()).build_http();
        let (base_url, token) = (demo.base_url().to_owned(), demo.token(OFFICER).to_owned());
        Self { http, base_url, token, provider }
    }

    async fn call(&self, method: &str, path: &str, key: &str, body: Bytes) -> Answer {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let request = if key.is_empty() { request } else { request.header("idempotency-key", key) };
        let answer = self.http.request(request.body(Full::new(body)).unwrap()).await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// Begins a draft under a key.
    async fn draft(&self, key: &str) -> Answer {
        let draft = json!({ "priority": "P2_NORMAL", "answers": { "case_number": "NB-1" }, "items": [] });
        let body = json!({ "to": self.provider, "procedure": "bud.18_subscriber", "draft": draft });
        self.call("POST", "/api/v1/requests", key, Bytes::from(body.to_string())).await
    }

    /// Drafts one after the other until one is not acknowledged.
    async fn work(self: Arc<Self>, number: String) -> Told {
        let mut told = Told::default();
        for made in 0.. {
            let key = format!("{number}-{made}");
            match self.draft(&key).await {
                Some((status, receipt)) if status < 300 => {
                    told.acknowledged.insert(key, receipt);
                }
                other => {
                    told.refused = other;
                    told.open.push(key);
                    return told;
                }
            }
        }
        told
    }
}

/// What was acknowledged, by key, and what was not.
#[derive(Default)]
struct Told {
    acknowledged: BTreeMap<String, Value>,
    open: Vec<String>,
    refused: Answer,
}

impl Told {
    fn add(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.open.extend(other.open);
        self.refused = other.refused.or(self.refused.take());
    }

    /// All of it once more: what was acknowledged is answered as it was, and the rest is done.
    async fn again(&mut self, client: &Client) {
        for (key, receipt) in &self.acknowledged {
            let answer = client.draft(key).await.unwrap();
            assert!(answer.0 < 300 && answer.1 == *receipt, "{key}: {receipt} became {answer:?}");
        }
        for key in std::mem::take(&mut self.open) {
            let answer = client.draft(&key).await.unwrap();
            assert!(answer.0 < 300, "{key}: {answer:?}");
            self.acknowledged.insert(key, answer.1);
        }
    }
}

/// Several clients at once, until each has met a failure.
async fn all_work(client: Client, clients: usize, round: usize) -> Told {
    let client = Arc::new(client);
    let tasks: Vec<_> =
        (0..clients).map(|number| tokio::spawn(client.clone().work(format!("{round}-{number}")))).collect();
    let mut told = Told::default();
    for task in tasks {
        told.add(task.await.unwrap());
    }
    told
}

/// A small disk of its own, where this user may have one.
pub(crate) struct SmallDisk(pub(crate) PathBuf);

impl SmallDisk {
    pub(crate) fn mounted(name: &str, size: &str) -> Option<Self> {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&place).unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&place)
            .status();
        if done.is_ok_and(|status| status.success()) {
            return Some(Self(place));
        }
        println!("skipped: {name} needs a disk of its own, and this user may not mount one");
        None
    }

    fn again(&self, how: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status();
        assert!(done.unwrap().success(), "remounted {how}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Ends the server, and holds the instance against all that was ever told.
async fn kept(demo: &mut Demo, told: &mut Told, before: usize, arguments: &[&str]) {
    demo.again();
    told.again(&Client::of(demo).await).await;
    demo.kill();
    let data = demo.data().to_str().unwrap().to_owned();
    let instance = [&["--data", &data], arguments].concat();
    assert_eq!(checked(&instance), before + told.acknowledged.len(), "nothing lost, nothing twice");
}

/// What the tracer has written once it has ended too.
fn written(log: &Path) -> String {
    let mut length = 0;
    loop {
        std::thread::sleep(Duration::from_millis(200));
        let text = std::fs::read_to_string(log).unwrap();
        if text.len() == length {
            return text;
        }
        length = text.len();
    }
}

/// How many syncs the thread makes that makes most.
fn most_syncs(text: &str) -> usize {
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains("sync(")) {
        *of.entry(line.split(' ').next().unwrap()).or_default() += 1;
    }
    of.into_values().max().unwrap()
}

/// The syncs that were made to fail, each by its file; nothing is synced twice.
fn failed_syncs(text: &str) -> Vec<String> {
    let failed = text.lines().filter(|line| line.contains("(INJECTED)"));
    failed.filter_map(|line| Some(line.split_once('<')?.1.split_once('>')?.0.to_owned())).collect()
}

/// I8, L7: the disk refuses a sync of the database while clients write; nothing is tried twice, nothing acknowledged is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_sync_ends_the_server_and_loses_nothing() {
    let mut demo = Demo::start("disk-sync");
    let provider = provider(&demo).await;
    demo.kill();
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-sync.strace");
    let before = checked(&["--data", demo.data().to_str().unwrap()]);
    let mut told = Told::default();
    let out = log.to_str().unwrap();
    // With -D it is the server that is started here and not its tracer, so that it is the server that is killed.
    let strace = ["strace", "-D", "-f", "-y", "-o", out, "-e", "trace=fsync,fdatasync"];
    demo.under(&strace);
    demo.again();
    demo.kill();
    // How many a start takes differs by a few, because transactions are committed in groups.
    let at_start = most_syncs(&written(&log));
    for (round, later) in [8, 15, 30].into_iter().enumerate() {
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={}+", at_start + later);
        demo.under(&[&strace[..], &["-e", &inject]].concat());
        demo.again();
        let mut round_told = all_work(Client::to(&demo, provider.clone()), 8, round).await;
        let status = demo.ended().expect("it ends by itself");
        assert!(!status.success(), "it says that it failed: {status}");
        let failed = failed_syncs(&written(&log));
        assert!(!failed.is_empty(), "no sync has failed");
        let mut once = failed.clone();
        once.sort();
        once.dedup();
        assert_eq!(failed.len(), once.len(), "a failed sync was tried again: {failed:?}");
        if let Some((status, problem)) = &round_told.refused {
            assert_eq!(
                (*status, problem["type"].as_str()),
                (503, Some("/problems/unavailable")),
                "{problem}"
            );
        }
        demo.under(&[]);
        demo.again();
        let client = Client::of(&demo).await;
        round_told.again(&client).await;
        told.add(round_told);
        demo.kill();
    }
    kept(&mut demo, &mut told, before, &[]).await;
    let _ = std::fs::remove_file(log);
}

/// I8, L7: callers of a full disk get 507, readers their answer, and all of it goes on when there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_when_there_is_room_it_goes_on() {
    let Some(disk) = SmallDisk::mounted("disk-full", "40m") else { return };
    let data = disk.0.join("data");
    std::fs::create_dir(&data).unwrap();
    let mut demo = Demo::start_in(&data, &[]);
    let before = checked(&["--data", data.to_str().unwrap()]);
    let client = Client::of(&demo).await;
    let first = client.draft("first").await.unwrap();
    let ballast = disk.0.join("ballast");
    // What is left over is less than a page.
    let filled = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096"])
        .arg(format!("of={}", ballast.display()))
        .output();
    assert!(!filled.unwrap().status.success(), "the disk is full");
    let mut told = all_work(Client::of(&demo).await, 8, 0).await;
    let (status, problem) = told.refused.take().expect("it is told");
    assert_eq!((status, problem["type"].as_str()), (507, Some("/problems/storage-full")), "{problem}");
    let id = first.1["request"].as_str().unwrap();
    let read = client.call("GET", &format!("/api/v1/requests/{id}"), "", Bytes::new()).await.unwrap();
    assert!(matches!(read.0, 200 | 507), "{read:?}");
    let health = client.call("GET", "/api/v1/me", "", Bytes::new()).await.unwrap();
    assert_eq!(health.0, 200, "what needs no room is answered: {health:?}");

    std::fs::remove_file(&ballast).unwrap();
    told.acknowledged.insert("first".to_owned(), first.1);
    told.again(&client).await;
    demo.kill();
    kept(&mut demo, &mut told, before, &[]).await;
    drop(demo);
}

/// L7: a start on a disk that cannot be written says whose business it is, and harms nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_disk_is_told_with_what_to_do() {
    let Some(disk) = SmallDisk::mounted("disk-read-only", "40m") else { return };
    let data = disk.0.join("data");
    std::fs::create_dir(&data).unwrap();
    let mut demo = Demo::start_in(&data, &[]);
    demo.kill();
    disk.again("ro");
    let (status, said) = demo.fails();
    assert!(!status.success());
    assert!(said.contains("read-only") && said.contains("must be able to write"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    disk.again("rw");
    demo.again();
    drop(demo);
}

/// Where the library lies that shows another time.
fn faketime() -> String {
    let folders = std::fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path());
    let found = folders.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|path| path.exists());
    found.expect("faketime is installed by `make packages`").display().to_string()
}

/// Has the server see the time that stands in a file, which may change while it runs.
fn with_clock(demo: &mut Demo, file: &Path) {
    let preload = format!("LD_PRELOAD={}", faketime());
    let stamp = format!("FAKETIME_TIMESTAMP_FILE={}", file.display());
    demo.under(&["env", &preload, &stamp, "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"]);
}

fn set_clock(file: &Path, seconds: i64) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, format!("{seconds:+}\n")).unwrap();
    std::fs::rename(beside, file).unwrap();
}

/// A command of the console under that clock.
fn console(file: &Path, arguments: &[&str]) {
    let done = Command::new(env!("CARGO_BIN_EXE_comity"))
        .args(arguments)
        .env("LD_PRELOAD", faketime())
        .env("FAKETIME_TIMESTAMP_FILE", file)
        .status();
    assert!(done.unwrap().success(), "{arguments:?}");
}

/// A draft that has been sealed, so that the time of its checkpoint binds.
async fn sealed_draft(client: &Client, told: &mut Told, key: &str) {
    let answer = client.draft(key).await.unwrap();
    assert!(answer.0 < 300, "{key}: {answer:?}");
    told.acknowledged.insert(key.to_owned(), answer.1);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
}

async fn too_early(client: &Client, key: &str) {
    let (status, problem) = client.draft(key).await.unwrap();
    assert_eq!((status, problem["type"].as_str()), (503, Some("/problems/clock-behind")), "{key}: {problem}");
}

/// I10: days forward and back, at a start and while it runs, over the turn of a year and with first receipts repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_breaks_no_record() {
    let mut demo = Demo::start("disk-clock");
    demo.kill();
    let data = demo.data().to_str().unwrap().to_owned();
    let before = checked(&["--data", &data]);
    let (clock, mut told) = (demo.data().join("clock"), Told::default());
    with_clock(&mut demo, &clock);
    // A day ahead from the start, and another day while it runs.
    set_clock(&clock, DAY_S);
    demo.again();
    let client = Client::of(&demo).await;
    sealed_draft(&client, &mut told, "ahead").await;
    set_clock(&clock, 2 * DAY_S);
    sealed_draft(&client, &mut told, "further").await;
    // Back within what clocks may differ: nothing happens.
    set_clock(&clock, 2 * DAY_S - 300);
    sealed_draft(&client, &mut told, "within").await;
    // Back by days while it runs, and over a restart: it reads and does not write.
    set_clock(&clock, -DAY_S);
    too_early(&client, "early").await;
    let id = told.acknowledged["ahead"]["request"].as_str().unwrap();
    let read = client.call("GET", &format!("/api/v1/requests/{id}"), "", Bytes::new()).await.unwrap();
    assert_eq!(read.0, 200, "{read:?}");
    demo.kill();
    demo.again();
    let client = Client::of(&demo).await;
    too_early(&client, "early").await;
    for (key, receipt) in &told.acknowledged {
        assert_eq!(client.draft(key).await.unwrap().1, *receipt, "a first receipt is older than the jump");
    }
    demo.kill();
    // The clock was wrong before: whoever keeps the machine accepts that, and the log says so.
    set_clock(&clock, 0);
    console(&clock, &["ledger", "accept-clock", "--data", &data]);
    demo.again();
    let client = Client::of(&demo).await;
    sealed_draft(&client, &mut told, "early").await;
    // The turn of the year, and back.
    demo.kill();
    set_clock(&clock, 400 * DAY_S);
    demo.again();
    sealed_draft(&Client::of(&demo).await, &mut told, "next-year").await;
    demo.kill();
    set_clock(&clock, 0);
    demo.again();
    too_early(&Client::of(&demo).await, "last-year").await;
    demo.kill();
    console(&clock, &["ledger", "accept-clock", "--data", &data]);
    told.open.push("last-year".to_owned());
    kept(&mut demo, &mut told, before, &[]).await;
    ends(&["check", "--data", &data], VALID);
}

/// Drafts until told to stop; what is not acknowledged is asked for again under its key.
async fn persist(client: Arc<Client>, number: usize, stop: Arc<AtomicBool>) -> Told {
    let mut told = Told::default();
    for made in 0.. {
        let key = format!("{number}-{made}");
        while !told.acknowledged.contains_key(&key) {
            match client.draft(&key).await {
                Some((status, receipt)) if status < 300 => {
                    told.acknowledged.insert(key.clone(), receipt);
                }
                Some((503, problem)) => {
                    assert_eq!(problem["type"], "/problems/unavailable", "{problem}");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                other => panic!("{key}: {other:?}"),
            }
        }
        if stop.load(Ordering::SeqCst) {
            return told;
        }
    }
    told
}

/// I8, L9: PostgreSQL ends connections under 64 clients, and crashes twice; each act is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_and_a_server_that_crashes_lose_nothing() {
    let server = OwnServer::start("disk");
    let url = server.url();
    let arguments = ["--database-url", &url];
    let mut demo = Demo::start_with("disk-postgres", &arguments);
    let data = demo.data().to_str().unwrap().to_owned();
    let before = checked(&[&["--data", &data], arguments.as_slice()].concat());
    let client = Arc::new(Client::of(&demo).await);
    let stop = Arc::new(AtomicBool::new(false));
    let working: Vec<_> =
        (0..64).map(|number| tokio::spawn(persist(client.clone(), number, stop.clone()))).collect();
    for round in 0..30_u64 {
        tokio::time::sleep(Duration::from_millis(40 + getrandom::u64().unwrap() % 200)).await;
        if round % 15 == 7 {
            server.stop();
            tokio::time::sleep(Duration::from_millis(300)).await;
            server.again();
        } else {
            server.disconnect();
        }
    }
    stop.store(true, Ordering::SeqCst);
    let mut told = Told::default();
    for client in working {
        told.add(client.await.unwrap());
    }
    println!(
        "{} drafts in spite of 28 cut connections and two crashes of the database",
        told.acknowledged.len()
    );
    assert!(told.acknowledged.len() >= 64);
    demo.kill();
    kept(&mut demo, &mut told, before, &arguments).await;
    drop(demo);
    drop(server);
}
