//! `make bench`: what users wait for, each against a named floor or peer measured in the same run.
//! Load is counted and ends by itself; everything happens on loopback, in a folder of its own; nothing is asserted.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends where something is not as it must be"
)]

mod client;
mod floor;
mod instance;
mod table;

use client::Client;
use floor::Floor;
use instance::Instance;
use std::path::Path;
use std::time::{Duration, Instant};
use table::Table;

/// Requests that the queue holds.
const QUEUE: usize = 100_000;

/// Submissions, and how many of them wait at once.
const SUBMISSIONS: usize = 2_000;
const AT_ONCE: usize = 16;

/// How often a page or an answer is asked for.
const READS: usize = 200;

fn main() {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut table = Table::default();
    {
        let demo = Instance::start(&data);
        runtime.block_on(submissions(&demo, &mut table));
        runtime.block_on(reads(&demo, &mut table));
    }
    runtime.block_on(Floor::open(&data).fill(QUEUE));
    {
        let demo = Instance::start(&data);
        runtime.block_on(queue(&demo, &mut table));
    }
    beginnings(&data, &mut table);
    println!("{table}");
    std::fs::remove_dir_all(&data).unwrap();
}

/// New drafts over the API by many clients, against the same rows written by the store alone.
async fn submissions(demo: &Instance, table: &mut Table) {
    let client = Client::new(demo.base_url());
    let token = demo.token("Amélie Laurent");
    let analyst = client.organisation(&demo.token("Erik Lindqvist")).await;
    let body = Instance::new_request(&analyst);
    let begun = Instant::now();
    let each = (0..AT_ONCE).map(|_| {
        let (client, token, body) = (client.clone(), token.clone(), body.clone());
        tokio::spawn(async move {
            for _ in 0..SUBMISSIONS / AT_ONCE {
                client.post("/api/v1/requests", &token, &body).await;
            }
        })
    });
    for task in each.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let over_http = per_second(SUBMISSIONS, begun.elapsed());
    let begun = Instant::now();
    Floor::open(demo.data()).submit(SUBMISSIONS, AT_ONCE).await;
    let bare = per_second(SUBMISSIONS, begun.elapsed());
    table.rate("submissions over HTTP, SQLite", over_http, "the same rows, store alone", bare);
}

/// A dossier as a page and over the API, against the reads that it needs.
async fn reads(demo: &Instance, table: &mut Table) {
    let client = Client::new(demo.base_url());
    let session = client.sign_in(&demo.persona("Erik Lindqvist")).await;
    let token = demo.token("Erik Lindqvist");
    let id = client.first_request(&token).await;
    let floor = Floor::open(demo.data());
    let bare = spread(|| floor.dossier(&id)).await;
    let (path, api_path) = (format!("/requests/{id}"), format!("/api/v1/requests/{id}"));
    let page = spread(|| client.page(&path, &session)).await;
    table.time("dossier page", page, "row, key and events from the store", bare);
    let api = spread(|| client.get(&api_path, &token)).await;
    table.time("dossier over the API", api, "row, key and events from the store", bare);
}

/// The queue at full size, against its two queries.
async fn queue(demo: &Instance, table: &mut Table) {
    let client = Client::new(demo.base_url());
    let session = client.sign_in(&demo.persona("Erik Lindqvist")).await;
    let token = demo.token("Erik Lindqvist");
    let provider = client.organisation(&token).await;
    let floor = Floor::open(demo.data());
    let bare = spread(|| floor.queue(&provider)).await;
    let page = spread(|| client.page("/requests", &session)).await;
    table.time("queue page over 100,000 requests", page, "its page and counts from the store", bare);
    let api = spread(|| client.get("/api/v1/requests", &token)).await;
    table.time("queue over the API, 100,000 requests", api, "its page and counts from the store", bare);
}

/// From the start of the process to the first answer, and what it holds when nobody asks.
fn beginnings(data: &Path, table: &mut Table) {
    let mut starts = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let demo = Instance::start(data);
        starts.push(begun.elapsed());
        drop(demo);
    }
    let bare: Vec<Duration> = (0..5).map(|_| instance::version()).collect();
    table.time("start to first answer, 100,000 requests", middle(starts), "`comity --version`", middle(bare));
    let demo = Instance::start(data);
    std::thread::sleep(Duration::from_secs(3));
    let peer = instance::postgres_memory();
    table.memory("idle memory, 100,000 requests", demo.memory(), "idle PostgreSQL, all processes", peer);
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench are small")]
fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The median and the 95th percentile of asking many times, after a few to warm up.
async fn spread<F: Future>(mut ask: impl FnMut() -> F) -> (Duration, Duration) {
    let mut times = Vec::new();
    for round in 0..READS + 10 {
        let begun = Instant::now();
        ask().await;
        if round >= 10 {
            times.push(begun.elapsed());
        }
    }
    middle(times)
}

/// The median and the 95th percentile.
fn middle(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 95 / 100])
}
