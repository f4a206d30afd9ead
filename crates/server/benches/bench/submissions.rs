//! New requests over HTTP, each durable, audited and answered with its receipt, by clients that wait for each answer.

use crate::ROUNDS;
use crate::client::Client;
use crate::instance::Instance;
use crate::load::{self, Loaded};
use crate::table::{Bar, Table, median};
use comity_store::testing::{self, OwnServer, bench};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::runtime::Runtime;

const CALLS: usize = 10_000;
const SINGLE_COMMITS: u32 = 1_000;
const CLIENTS: usize = 128;

struct Target {
    address: String,
    token: String,
    body: Vec<u8>,
}

impl Target {
    async fn of(demo: &Instance) -> Self {
        let client = Client::new(demo.base_url());
        let provider = client.organisation(&demo.token("Erik Lindqvist")).await;
        Self {
            address: demo.base_url().trim_start_matches("http://").to_owned(),
            token: demo.token("Amélie Laurent"),
            body: Instance::new_request(&provider).to_vec(),
        }
    }

    /// Each call has a key of its own, under which its receipt is remembered.
    async fn load(&self, clients: usize, calls: usize) -> Loaded {
        static LOADS: AtomicUsize = AtomicUsize::new(0);
        let round = LOADS.fetch_add(1, Ordering::Relaxed);
        let (address, body) = (self.address.clone(), self.body.clone());
        let token = format!("Bearer {}", self.token);
        load::run(&self.address, clients, calls, move |client, number| {
            let key = format!("{round}-{client}-{number}");
            let headers = [
                ("authorization", token.as_str()),
                ("content-type", "application/json"),
                ("idempotency-key", key.as_str()),
            ];
            load::call("POST", &address, "/api/v1/requests", &headers, &body)
        })
        .await
    }
}

/// How long the disk takes to keep 8 KiB, in milliseconds.
fn sync(folder: &Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("sync")).unwrap();
    file.write_all(&vec![7; 1024 * 1024]).unwrap();
    file.sync_all().unwrap();
    let mut times = Vec::new();
    for _ in 0..100 {
        file.write_all(&[7; 8192]).unwrap();
        let begun = Instant::now();
        file.sync_data().unwrap();
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    median(&times)
}

/// On the embedded engine.
pub(crate) fn sqlite(runtime: &Runtime, data: &Path, table: &mut Table) {
    let demo = Instance::start(data, &[]);
    let target = runtime.block_on(Target::of(&demo));
    let run = |clients, calls| runtime.block_on(target.load(clients, calls));
    run(CLIENTS, CALLS / 2);
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    let (mut few, mut more, mut syncs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(run(CLIENTS, CALLS).per_second);
        floor.push(f64::from(SINGLE_COMMITS) / bench::single_commits(data, SINGLE_COMMITS).as_secs_f64());
        few.push(run(8, CALLS / 2));
        more.push(run(64, CALLS));
        syncs.push(sync(data));
    }
    let each = |loads: &[Loaded], figure: fn(&Loaded) -> f64| -> f64 {
        median(&loads.iter().map(figure).collect::<Vec<_>>())
    };
    let name = "durable audited submissions, SQLite, 128 clients";
    table.beside(name, &ours, "/s", "one commit per row, same disk", &floor, Bar::RatioAtLeast(5.0));
    table.figure("one sync of this disk, p50", median(&syncs), "ms", Bar::None);
    table.figure("submissions, 8 clients", each(&few, |l| l.per_second), "/s", Bar::AtLeast(1_000.0));
    let p50 = each(&few, |load| load.percentile(50));
    table.figure("submissions, 8 clients, p50", p50, "ms", Bar::AtMost(5.0 + median(&syncs)));
    let p99 = each(&few, |load| load.percentile(99));
    table.figure("submissions, 8 clients, p99", p99, "ms", Bar::AtMost(30.0));
    table.figure("submissions, 64 clients", each(&more, |l| l.per_second), "/s", Bar::AtLeast(5_000.0));
    table.figure("submissions, 64 clients, p50", each(&more, |l| l.percentile(50)), "ms", Bar::None);
}

/// Beside a build without gate, audit and audiences, which `COMITY_BENCH_STUBBED` names; nothing without it.
pub(crate) fn cost(runtime: &Runtime, data: &Path, table: &mut Table) {
    let Ok(program) = std::env::var("COMITY_BENCH_STUBBED") else {
        eprintln!(
            "COMITY_BENCH_STUBBED names no program: the cost of gate, audit and audiences was not measured"
        );
        return;
    };
    let folders = [data.join("whole"), data.join("stubbed")];
    for folder in &folders {
        std::fs::create_dir_all(folder).unwrap();
    }
    let demos = [Instance::start(&folders[0], &[]), Instance::start_program(&program, &folders[1], &[])];
    let targets = demos.each_ref().map(|demo| runtime.block_on(Target::of(demo)));
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (target, rates) in targets.iter().zip(&mut rates) {
            let rate = runtime.block_on(target.load(64, CALLS)).per_second;
            // The first round only warms up.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    let name = "submissions with gate, audit and audiences, 64 clients";
    table.beside(name, &rates[0], "/s", "the same with them stubbed", &rates[1], Bar::RatioAtLeast(0.8));
}

/// On PostgreSQL, beside single-row inserts by pgbench with as many clients.
pub(crate) fn postgres(runtime: &Runtime, data: &Path, table: &mut Table) {
    let server = OwnServer::start("bench");
    let url = testing::new_database(&server.url(), "comity_bench");
    let demo = Instance::start(data, &["--database-url", &url]);
    let target = runtime.block_on(Target::of(&demo));
    let raw = testing::new_database(&server.url(), "comity_bench_raw");
    let mut pgbench = Pgbench::new(data, &raw);
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    runtime.block_on(target.load(CLIENTS, CALLS / 4));
    for _ in 0..ROUNDS {
        ours.push(runtime.block_on(target.load(CLIENTS, CALLS)).per_second);
        floor.push(pgbench.per_second());
    }
    let name = "durable audited submissions, PostgreSQL, 128 clients";
    table.beside(name, &ours, "/s", "pgbench, single-row inserts", &floor, Bar::RatioAtLeast(0.40));
}

struct Pgbench {
    command: Command,
}

impl Pgbench {
    fn new(data: &Path, url: &str) -> Self {
        let folder = testing::programs().unwrap();
        let made = Command::new(folder.join("psql"))
            .args([url, "-qc", "create table one (id bigserial primary key, body text not null)"])
            .status()
            .unwrap();
        assert!(made.success());
        let script = data.join("insert.sql");
        std::fs::write(&script, format!("insert into one (body) values ('{}');\n", "x".repeat(800))).unwrap();
        let mut command = Command::new(folder.join("pgbench"));
        command.args(["-n", "-M", "prepared", "-c", &CLIENTS.to_string(), "-j", "2", "-t"]);
        command.arg((CALLS / CLIENTS).to_string()).arg("-f").arg(script).arg(url);
        Self { command }
    }

    fn per_second(&mut self) -> f64 {
        let output = self.command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap_or_else(|| {
            panic!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
        });
        line.split_whitespace().next().unwrap().parse().unwrap()
    }
}
