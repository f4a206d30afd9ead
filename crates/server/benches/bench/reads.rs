//! Pages and answers that are read, the start of the program, and the memory it holds.

use crate::client::Client;
use crate::floor::{Floor, LISTS};
use crate::instance::{Instance, version};
use crate::load::{self, Loaded};
use crate::table::{Bar, Table, median};
use crate::{ROUNDS, number};
use comity_store::testing::bench;
use std::future::Future;
use std::path::Path;
use std::time::Instant;
use tokio::runtime::Runtime;

const READS: usize = 200;
/// Sizes of the lists; the last is `COMITY_BENCH_REQUESTS`.
const LISTED: [u64; 3] = [10_000, 100_000, 10_000_000];
/// Authorities, and as many providers.
const ORGANISATIONS: u32 = 100;

/// The median time of asking many times, in milliseconds.
async fn middle<F: Future>(mut ask: impl FnMut(usize) -> F) -> f64 {
    let mut times = Vec::new();
    for number in 0..READS {
        let begun = Instant::now();
        ask(number).await;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    median(&times)
}

async fn calls(demo: &Instance, path: &str, token: &str) -> Loaded {
    let address = demo.base_url().trim_start_matches("http://").to_owned();
    let (path, token, host) = (path.to_owned(), format!("Bearer {token}"), address.clone());
    load::run(&address, 1, READS * 5, move |_, _| {
        load::call("GET", &host, &path, &[("authorization", &token)], b"")
    })
    .await
}

/// A dossier as a page, and reading over the API.
pub(crate) fn dossier(runtime: &Runtime, data: &Path, table: &mut Table) {
    let demo = Instance::start(data, &[]);
    runtime.block_on(async {
        let client = Client::new(demo.base_url());
        let session = client.sign_in(&demo.persona("Erik Lindqvist")).await;
        let token = demo.token("Erik Lindqvist");
        let id = client.first_request(&token).await;
        let floor = Floor::open(data);
        let path = format!("/requests/{id}");
        let (mut pages, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            pages.push(middle(|_| client.page(&path, &session)).await);
            bare.push(middle(|_| floor.dossier(&id)).await);
        }
        table.figure("dossier page, p50", median(&pages), "ms", Bar::AtMost(10.0));
        table.beside("dossier page", &pages, "ms", "row, key and events from the store", &bare, Bar::None);
        let page = client.page(&path, &session).await;
        table.figure("dossier page, size without script", kilobytes(page.len()), "kB", Bar::AtMost(40.0));
        for (name, path) in [
            ("API read, list of 50", "/api/v1/requests".to_owned()),
            ("API read, one procedure", "/api/v1/procedures/bud.18_subscriber".to_owned()),
            ("API read, a dossier, whose view is made durable first", format!("/api/v1/requests/{id}")),
        ] {
            let loaded = calls(&demo, &path, &token).await;
            table.figure(&format!("{name}, p50"), loaded.percentile(50), "ms", Bar::AtMost(1.0));
            table.figure(&format!("{name}, p99"), loaded.percentile(99), "ms", Bar::AtMost(5.0));
        }
    });
}

#[expect(clippy::cast_precision_loss, reason = "a page is far below 2^53 bytes")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1_000.0
}

/// The queue at growing sizes; at the second, the start and the idle memory.
pub(crate) fn queues(runtime: &Runtime, data: &Path, table: &mut Table) {
    let largest = number("COMITY_BENCH_REQUESTS", LISTED[2]);
    let (mut first, mut held) = (None, 0);
    for size in [LISTED[0], LISTED[1], largest] {
        let (authority, provider, procedure) = {
            let demo = Instance::start(data, &[]);
            runtime.block_on(parties(&demo))
        };
        let floor = Floor::open(data);
        let begun = Instant::now();
        bench::fill(
            &floor.store,
            authority.parse().unwrap(),
            provider.parse().unwrap(),
            ORGANISATIONS,
            size.saturating_sub(held),
        )
        .unwrap();
        held = size;
        eprintln!("filled to {size} requests in {:.0} s", begun.elapsed().as_secs_f64());
        let demo = Instance::start(data, &[]);
        let (pages, bare) =
            runtime.block_on(queue(&demo, &floor, [authority.as_str(), &provider, &procedure]));
        let name = format!("queue page with filters and counts, 50 of {size} requests");
        table.figure(&format!("{name}, p50"), median(&pages), "ms", Bar::AtMost(20.0));
        table.beside(&name, &pages, "ms", "the same statements, store alone", &bare, Bar::RatioAtMost(2.0));
        match &first {
            None => first = Some(pages),
            Some(first) if size == largest => {
                let name = format!("queue page, growth from {} to {size}", LISTED[0]);
                let floor = "the page at the first size";
                table.beside(&name, &pages, "ms", floor, first, Bar::RatioAtMost(1.5));
            }
            Some(_) => {
                drop(demo);
                beginnings(data, table);
            }
        }
    }
}

async fn parties(demo: &Instance) -> (String, String, String) {
    let client = Client::new(demo.base_url());
    let authority = client.organisation(&demo.token("Amélie Laurent")).await;
    let provider = client.organisation(&demo.token("Erik Lindqvist")).await;
    let page = client.get("/api/v1/requests", &demo.token("Erik Lindqvist")).await;
    let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
    (authority, provider, page["rows"][0]["procedure"].as_str().unwrap().to_owned())
}

async fn queue(
    demo: &Instance,
    floor: &Floor,
    [authority, provider, procedure]: [&str; 3],
) -> (Vec<f64>, Vec<f64>) {
    let client = Client::new(demo.base_url());
    let token = demo.token("Erik Lindqvist");
    let session = client.sign_in(&demo.persona("Erik Lindqvist")).await;
    let paths: Vec<String> = LISTS
        .iter()
        .enumerate()
        .map(|(number, query)| match number {
            2 => format!("/requests?{query}{procedure}"),
            // The page has no filter for the other side: that is asked over the API.
            3 => format!("/api/v1/requests?{query}{authority}"),
            _ => format!("/requests?{query}"),
        })
        .collect();
    let ask = |number: usize| {
        let (client, path, token, session) = (&client, &paths[number % paths.len()], &token, &session);
        async move {
            if path.starts_with("/api") {
                client.get(path, token).await
            } else {
                client.page(path, session).await
            }
        }
    };
    let (mut pages, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let page = middle(ask).await;
        let alone = middle(|number| floor.list(number, provider, authority, procedure)).await;
        // The first round only warms up.
        if round > 0 {
            pages.push(page);
            bare.push(alone);
        }
    }
    (pages, bare)
}

/// From the start of the process to the first answer, and what it holds when nobody asks.
fn beginnings(data: &Path, table: &mut Table) {
    let (mut starts, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let demo = Instance::start(data, &[]);
        starts.push(begun.elapsed().as_secs_f64());
        drop(demo);
        bare.push(version().as_secs_f64());
    }
    table.figure("start to first answer, 100,000 requests", median(&starts), "s", Bar::AtMost(0.5));
    table.beside("start to first answer", &starts, "s", "`comity --version`", &bare, Bar::None);
    let demo = Instance::start(data, &[]);
    std::thread::sleep(std::time::Duration::from_secs(3));
    table.figure("idle memory, 100,000 requests", demo.mebibytes(), "MiB", Bar::AtMost(60.0));
}
