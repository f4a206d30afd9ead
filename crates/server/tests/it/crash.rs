//! The server is killed at random moments while 64 clients draft, revise and withdraw requests over HTTP (I8). What was
//! acknowledged is found once and as it was acknowledged, what was not is done once when it is asked for again, every
//! proof verifies, and every checkpoint that was ever given out is a beginning of the log in the end.
//! 50 rounds; `COMITY_CRASH_ROUNDS` asks for another number.

use crate::demo::Demo;
use crate::verify::{VALID, ends, kept, year};
use bytes::Bytes;
use comity_ledger::bundle::Bundle;
use comity_ledger::{Checkpoint, Policy};
use comity_store::Database;
use comity_store::testing::Engine;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 50;
const CLIENTS: usize = 64;
pub(crate) const OFFICER: &str = "Amélie Laurent";
const ANALYST: &str = "Erik Lindqvist";

/// The server as it is between two kills.
struct Life {
    http: Http<HttpConnector, Full<Bytes>>,
    base_url: String,
    token: String,
    policy: Policy,
}

impl Life {
    async fn of(demo: &Demo) -> Self {
        let http = Http::builder(TokioExecutor::new()).build_http();
        let (base_url, token) = (demo.base_url().to_owned(), demo.token(OFFICER).to_owned());
        let mut life = Self { http, base_url, token, policy: Policy::of_logs([]) };
        let text = life.call("GET", "/ledger/policy", "", None).await.unwrap();
        life.policy = text.parse().unwrap();
        life
    }

    /// The answer's body; nothing where the connection ended before it. Every answer is a success.
    async fn call(&self, method: &str, path: &str, key: &str, body: Option<&Value>) -> Option<String> {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let request = if key.is_empty() { request } else { request.header("idempotency-key", key) };
        let request = if key.ends_with("wait") { request.header("prefer", "wait") } else { request };
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let answer = self.http.request(request.body(Full::new(body)).unwrap()).await.ok()?;
        let status = answer.status();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(status.is_success(), "{path}: {status}: {text}");
        Some(text)
    }
}

/// A call that is made until it is answered.
#[derive(Clone)]
struct Wish {
    key: String,
    path: String,
    body: Value,
}

/// Where a client's newest request stands.
#[derive(Clone, Copy)]
enum Next {
    Draft,
    Revise,
    Withdraw,
}

/// One client and all that was ever acknowledged to it.
struct Client {
    number: usize,
    made: usize,
    next: Next,
    newest: String,
    pending: Option<Wish>,
    answered: Option<(Wish, Value)>,
    versions: BTreeMap<String, u64>,
    checkpoints: BTreeMap<u64, String>,
    provider: Arc<str>,
}

impl Client {
    fn new(number: usize, provider: &Arc<str>) -> Self {
        Self {
            number,
            made: 0,
            next: Next::Draft,
            newest: String::new(),
            pending: None,
            answered: None,
            versions: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            provider: provider.clone(),
        }
    }

    fn wish(&mut self) -> Wish {
        self.made += 1;
        let draft = json!({ "priority": "P2_NORMAL", "answers": { "case_number": "NB-1" }, "items": [] });
        let acts = format!("/api/v1/requests/{}/acts", self.newest);
        let (path, body, wait) = match self.next {
            Next::Draft => {
                let body = json!({ "to": &*self.provider, "procedure": "bud.18_subscriber", "draft": draft });
                ("/api/v1/requests".to_owned(), body, "")
            }
            Next::Revise => {
                let wait = if self.number.is_multiple_of(2) { "wait" } else { "" };
                (acts, json!({ "act": "revise", "draft": draft }), wait)
            }
            Next::Withdraw => (acts, json!({ "act": "withdraw", "reason": "Not needed." }), ""),
        };
        Wish { key: format!("{}-{}-{wait}", self.number, self.made), path, body }
    }

    /// Works until the server is gone.
    async fn work(mut self, life: Arc<Life>) -> Self {
        if let Some((wish, receipt)) = self.answered.take() {
            // The repeated call answers the first receipt, also after the kill.
            let Some(text) = life.call("POST", &wish.path, &wish.key, Some(&wish.body)).await else {
                self.answered = Some((wish, receipt));
                return self;
            };
            assert_eq!(self.take(&text, &life), receipt, "{} answered another receipt", wish.key);
        }
        loop {
            let wish = match self.pending.take() {
                Some(wish) => wish,
                None => self.wish(),
            };
            let Some(text) = life.call("POST", &wish.path, &wish.key, Some(&wish.body)).await else {
                self.pending = Some(wish);
                return self;
            };
            let receipt = self.take(&text, &life);
            self.acknowledged(&receipt);
            self.answered = Some((wish, receipt));
        }
    }

    /// Reads an answer; a proof in it is verified.
    fn take(&mut self, text: &str, life: &Life) -> Value {
        let mut receipt: Value = serde_json::from_str(text).unwrap();
        let proof = receipt.as_object_mut().unwrap().remove("proof");
        let Some(proof) = proof.as_ref().and_then(Value::as_str) else { return receipt };
        let bundle = Bundle::parse(proof.as_bytes()).unwrap();
        bundle.verify(&life.policy).unwrap();
        for entry in bundle.entries {
            let note = entry.proof.checkpoint;
            let size = Checkpoint::from_text(&note.text).unwrap().size;
            self.checkpoints.insert(size, note.to_string());
        }
        receipt
    }

    fn acknowledged(&mut self, receipt: &Value) {
        let (id, version) = (receipt["request"].as_str().unwrap(), receipt["version"].as_u64().unwrap());
        let before = self.versions.insert(id.to_owned(), version);
        assert_eq!(version, before.unwrap_or(0) + 1, "{id}: every act of this client is there once");
        self.next = match self.next {
            Next::Draft => Next::Revise,
            Next::Revise => Next::Withdraw,
            Next::Withdraw => Next::Draft,
        };
        id.clone_into(&mut self.newest);
    }

    /// Asks once more for what was not answered, and looks at everything that was.
    async fn settle(mut self, life: Arc<Life>) -> Self {
        if let Some(wish) = self.pending.take() {
            let text = life.call("POST", &wish.path, &wish.key, Some(&wish.body)).await.unwrap();
            let receipt = self.take(&text, &life);
            self.acknowledged(&receipt);
        }
        for (id, version) in &self.versions {
            let text = life.call("GET", &format!("/api/v1/requests/{id}"), "", None).await.unwrap();
            let dossier: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(dossier["version"].as_u64(), Some(*version), "{id}");
        }
        self
    }
}

fn random(below: u64) -> Duration {
    Duration::from_millis(getrandom::u64().unwrap() % below)
}

async fn all<F: Future<Output = Client> + Send + 'static>(
    clients: Vec<Client>,
    each: impl Fn(Client) -> F,
) -> Vec<Client> {
    let tasks: Vec<_> = clients.into_iter().map(|client| tokio::spawn(each(client))).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

/// Kills it at a random moment of the work, and now and then also while it starts.
async fn killed(demo: &mut Demo, clients: Vec<Client>, round: u32) -> Vec<Client> {
    let life = Arc::new(Life::of(demo).await);
    let working = tokio::spawn(all(clients, move |client| client.work(life.clone())));
    tokio::time::sleep(random(400)).await;
    demo.kill();
    let clients = working.await.unwrap();
    if round.is_multiple_of(5) {
        demo.begin_again();
        tokio::time::sleep(random(300)).await;
        demo.kill();
    }
    clients
}

/// The number of requests of the instance, all of whose rows, leaves and tiles fit together.
pub(crate) fn checked(instance: &[&str]) -> usize {
    let said = ends(&[&["check"], instance].concat(), VALID);
    said.lines().find_map(|line| line.split_once(" requests, ")?.0.parse().ok()).unwrap()
}

/// Every checkpoint that any client was ever given is a beginning of the log as it is now.
fn one_history(demo: &Demo, clients: &[Client], instance: &[&str]) -> usize {
    let policy = kept(demo.data(), "policy", &[&["ledger", "policy"], instance].concat());
    let url = format!("{}/ledger/{}", demo.base_url(), year(&policy));
    let copy = demo.data().join("copy");
    let mut given: BTreeMap<u64, &String> = BTreeMap::new();
    for (size, note) in clients.iter().flat_map(|client| &client.checkpoints) {
        let other = given.insert(*size, note);
        assert!(other.is_none_or(|other| text_of(other) == text_of(note)), "two histories of size {size}");
    }
    std::fs::create_dir_all(copy.join("checkpoints")).unwrap();
    for (size, note) in &given {
        std::fs::write(copy.join("checkpoints").join(size.to_string()), note).unwrap();
    }
    let folder = copy.to_str().unwrap();
    ends(&["ledger", "mirror", &url, folder], VALID);
    ends(&["verify", "log", folder, "--policy", policy.to_str().unwrap()], VALID);
    given.len()
}

/// What a checkpoint says, without its signatures.
fn text_of(note: &str) -> &str {
    note.split("\n\n").next().unwrap()
}

async fn rounds(name: &str, arguments: &[&str]) {
    let mut demo = Demo::start_with(name, arguments);
    let rounds = std::env::var("COMITY_CRASH_ROUNDS").ok().and_then(|text| text.parse().ok());
    let data = demo.data().to_str().unwrap().to_owned();
    let instance = [&["--data", &data], arguments].concat();
    let told = checked(&instance);
    let provider: Arc<str> = provider(&demo).await.into();
    let mut clients: Vec<Client> = (0..CLIENTS).map(|number| Client::new(number, &provider)).collect();
    let mut slowest = Duration::ZERO;
    for round in 0..rounds.unwrap_or(ROUNDS) {
        clients = killed(&mut demo, clients, round).await;
        let begun = Instant::now();
        demo.again();
        first_write(&demo, &mut clients[0]).await;
        slowest = slowest.max(begun.elapsed());
    }
    let life = Arc::new(Life::of(&demo).await);
    let clients = all(clients, |client| client.settle(life.clone())).await;
    let known: usize = clients.iter().map(|client| client.versions.len()).sum();
    let acts: u64 = clients.iter().flat_map(|client| client.versions.values()).sum();
    assert!(known > CLIENTS, "the clients got something done");
    let checkpoints = one_history(&demo, &clients, &instance);
    demo.kill();
    assert_eq!(checked(&instance), told + known, "nothing lost, nothing twice");
    println!(
        "{acts} acts on {known} requests, {checkpoints} checkpoints; slowest restart to first write {slowest:?}"
    );
}

/// The first act after a restart is the one whose answer the kill may have cut off.
async fn first_write(demo: &Demo, client: &mut Client) {
    let life = Life::of(demo).await;
    let wish = match client.pending.take() {
        Some(wish) => wish,
        None => client.wish(),
    };
    let text = life.call("POST", &wish.path, &wish.key, Some(&wish.body)).await.unwrap();
    let receipt = client.take(&text, &life);
    client.acknowledged(&receipt);
    client.answered = Some((wish, receipt));
}

pub(crate) async fn provider(demo: &Demo) -> String {
    let mut life = Life::of(demo).await;
    demo.token(ANALYST).clone_into(&mut life.token);
    let text = life.call("GET", "/api/v1/me", "", None).await.unwrap();
    let me: Value = serde_json::from_str(&text).unwrap();
    me["organisation"]["id"].as_str().or(me["organisation"].as_str()).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_it_is_killed_on_sqlite() {
    rounds("crash-sqlite", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_it_is_killed_on_postgres() {
    let store = tokio::task::block_in_place(|| Engine::Postgres.open());
    let Database::Postgres(url) = &store.config().database else { unreachable!() };
    rounds("crash-postgres", &["--database-url", url]).await;
    assert!(!Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash-postgres/comity.sqlite").exists());
    tokio::task::block_in_place(|| drop(store));
}
