//! Witnesses outside: what is sealed is cosigned, nothing waits for them, what is missing is known, and what they remember
//! exposes a database that is older or tells another history (T44).

use crate::harness::{SUBSCRIBER, Who, World};
use comity_domain::id::RequestId;
use comity_ledger::bundle::{Bundle, Refusal};
use comity_ledger::witness::{AddCheckpoint, Last, Refused, consider, cosign};
use comity_ledger::{Algorithm, Policy, SigningKey, VerifierKey};
use comity_service::{OpenFault, Settings, WitnessDebt, WitnessSettings, WitnessTrouble, run_witnessing};
use comity_store::testing::{Engine, TestStore};
use comity_store::{Fault, Tx, ledger, on_both_engines};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

const DAY: i64 = 86_400;
const TIME: u64 = 1_790_000_000;

/// What a witness of a test does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Honest,
    /// Hangs up.
    Down,
    /// Cosigns with a key that nobody has configured, under its own name.
    Impostor,
    /// Answers with this status and nothing of use.
    Says(u16),
}

struct Memory {
    mood: Mood,
    logs: Vec<VerifierKey>,
    last: BTreeMap<String, Last>,
    /// The old size of each request.
    asked: Vec<u64>,
}

/// A witness on a port of this machine, for as long as the test runs.
struct Witness {
    name: String,
    url: String,
    memory: Arc<Mutex<Memory>>,
}

/// The key of that number of a witness; each name has others.
fn key(name: &str, number: u8) -> SigningKey {
    let mut seed = [number; 32];
    seed[0] = *name.as_bytes().last().unwrap();
    SigningKey::from_seed(name, Algorithm::CosignatureEd25519, &seed).unwrap()
}

impl Witness {
    fn start(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/below/", listener.local_addr().unwrap());
        let memory =
            Memory { mood: Mood::Honest, logs: Vec::new(), last: BTreeMap::new(), asked: Vec::new() };
        let memory = Arc::new(Mutex::new(memory));
        let (own, shared) = (name.to_owned(), memory.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &own, &mut shared.lock().unwrap());
            }
        });
        Self { name: name.to_owned(), url, memory }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    fn settings(&self) -> WitnessSettings {
        WitnessSettings { key: key(&self.name, 1).verifier().clone(), url: self.url.clone() }
    }

    fn last(&self, origin: &str) -> u64 {
        self.memory().last.get(origin).map_or(0, |last| last.size)
    }
}

/// One request on its own connection.
fn answer(mut stream: TcpStream, name: &str, memory: &mut Memory) {
    if memory.mood == Mood::Down {
        return;
    }
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut length) = (String::new(), 0);
    let mut first = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        if first.is_empty() {
            first.clone_from(&line);
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    assert!(first.starts_with("POST /below/add-checkpoint "), "{first}");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let (status, said) = decide(&body, name, memory);
    let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", said.len());
    stream.write_all((head + &said).as_bytes()).unwrap();
}

fn decide(body: &[u8], name: &str, memory: &mut Memory) -> (u16, String) {
    let request = AddCheckpoint::parse(body).unwrap();
    memory.asked.push(request.old);
    if let Mood::Says(status) = memory.mood {
        return (status, "nothing\n".to_owned());
    }
    let last = |origin: &str| memory.last.get(origin).copied().unwrap_or_default();
    match consider(&request, &memory.logs, last) {
        Ok(head) => {
            memory.last.insert(head.origin, Last { size: head.size, root: head.root });
            let number = if memory.mood == Mood::Impostor { 2 } else { 1 };
            // Cosignatures of others are no harm.
            let keys = [key("stranger.example", 3), key(name, number)];
            let lines = cosign(&request, &keys, TIME).unwrap();
            (200, lines.iter().map(|line| format!("{line}\n")).collect::<Vec<_>>().concat())
        }
        Err(Refused::Conflict(size)) => (409, format!("{size}\n")),
        Err(refused) => (refused.status(), format!("{refused}\n")),
    }
}

async fn policy(world: &World) -> Policy {
    world.exchange.ledger_policy().await.unwrap().parse().unwrap()
}

/// The same instance with these witnesses, all of whom must cosign and know its logs.
async fn with(world: &World, store: &TestStore, witnesses: &[&Witness]) -> Result<World, OpenFault> {
    let logs: Vec<VerifierKey> = policy(world).await.logs().iter().map(|log| log.key.clone()).collect();
    for witness in witnesses {
        witness.memory().logs.clone_from(&logs);
    }
    world.again(store, configured(witnesses)).await
}

fn configured(witnesses: &[&Witness]) -> impl FnOnce(&mut Settings) {
    let all: Vec<WitnessSettings> = witnesses.iter().map(|witness| witness.settings()).collect();
    move |settings| {
        settings.ledger.quorum = all.len();
        settings.ledger.witnesses = all;
    }
}

async fn sealed(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    while world.exchange.seal().await.unwrap() > 0 {}
    id
}

async fn debt(world: &World) -> WitnessDebt {
    let mut debts = world.exchange.witness_debt().await.unwrap();
    assert_eq!(debts.len(), 1);
    debts.remove(0)
}

async fn proof(world: &World, id: RequestId) -> Bundle {
    let text = world.exchange.proof(&World::caller(Who::Officer), id).await.unwrap();
    Bundle::parse(text.as_bytes()).unwrap()
}

async fn run(store: &TestStore, statement: &'static str) {
    store.write("test.run", move |tx: &mut dyn Tx| tx.exec(statement, &[])).await.unwrap();
}

fn why(opened: Result<World, OpenFault>) -> String {
    match opened {
        Err(OpenFault::Ledger(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

on_both_engines! {
    async fn a_proof_meets_the_quorum_once_its_leaves_are_cosigned(store) {
        let (one, other) = (Witness::start("w.example/1"), Witness::start("w.example/2"));
        let world = with(&World::open(store).await, store, &[&one, &other]).await.unwrap();
        let policy = policy(&world).await;
        assert_eq!(policy.witnesses().len(), 2);
        let id = sealed(&world).await;
        let bundle = proof(&world, id).await;
        assert!(matches!(bundle.verify(&policy), Err(Refusal::Undecided(_))));
        assert!(bundle.verify(&bundle.own_policy()).is_ok());
        assert!(world.exchange.witness_debt().await.unwrap().iter().all(|debt| debt.leaves > 0));

        world.exchange.ask_witnesses().await.unwrap();
        assert!(world.exchange.witness_debt().await.unwrap().iter().all(|debt| debt.leaves == 0 && debt.seconds == 0));
        let report = proof(&world, id).await.verify(&policy).unwrap();
        let trusted = report.logs.values().next().unwrap();
        let both = ["w.example/1", "w.example/2"].map(|name| (name.to_owned(), TIME));
        assert_eq!(trusted.witnesses, both);
        // What was cosigned stays the proof of its leaves, though the log has grown without a witness since.
        let later = sealed(&world).await;
        assert!(proof(&world, id).await.verify(&policy).is_ok());
        assert!(matches!(proof(&world, later).await.verify(&policy), Err(Refusal::Undecided(_))));
    }

    async fn work_goes_on_without_a_witness_and_the_debt_is_known(store) {
        let witness = Witness::start("w.example");
        witness.memory().mood = Mood::Down;
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        let first = debt(&world).await;
        assert!(first.leaves > 0);
        assert_eq!((first.seconds, first.trouble), (0, Some(WitnessTrouble::Unreachable)));
        world.pass(90).await;
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        let later = debt(&world).await;
        assert!(later.leaves > first.leaves);
        assert_eq!(later.seconds, 90);
        witness.memory().mood = Mood::Honest;
        world.exchange.ask_witnesses().await.unwrap();
        assert_eq!(debt(&world).await, later, "one that has failed is left alone for some seconds");
        world.pass(5).await;
        world.exchange.ask_witnesses().await.unwrap();
        let paid = WitnessDebt { witness: "w.example".to_owned(), leaves: 0, seconds: 0, trouble: None };
        assert_eq!(debt(&world).await, paid);
    }

    async fn each_seal_is_cosigned_without_being_asked(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let witnessing = tokio::spawn(run_witnessing(world.exchange.clone(), async {
            let _ = stopped.await;
        }));
        for _ in 0..3 {
            sealed(&world).await;
            let paid = async {
                while debt(&world).await.leaves > 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(20), paid).await.unwrap();
        }
        drop(stop);
        witnessing.await.unwrap();
    }

    async fn the_size_that_a_witness_names_is_gone_on_from(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        let size = witness.last("log.example/2026");
        assert!(size > 0);
        run(store, "delete from cosignature").await;
        sealed(&world).await;
        witness.memory().asked.clear();
        world.exchange.ask_witnesses().await.unwrap();
        assert_eq!(witness.memory().asked, [0, size]);
        assert_eq!(debt(&world).await.leaves, 0);
    }

    async fn the_old_log_is_cosigned_to_its_end_and_an_idle_one_anew(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        sealed(&world).await;
        world.pass(60 * DAY).await;
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        assert_eq!(debt(&world).await, WitnessDebt { witness: "w.example".to_owned(), leaves: 0, seconds: 0, trouble: None });
        assert!(witness.last("log.example/2026") > 0 && witness.last("log.example/2027") > 0);
        witness.memory().asked.clear();
        world.pass(3_599).await;
        world.exchange.ask_witnesses().await.unwrap();
        assert_eq!(witness.memory().asked, [0; 0]);
        world.pass(1).await;
        world.exchange.ask_witnesses().await.unwrap();
        assert_eq!(witness.memory().asked.len(), 2);
    }

    async fn what_does_not_hold_is_not_kept(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        sealed(&world).await;
        let moods = [
            (Mood::Impostor, WitnessTrouble::Refuses),
            (Mood::Says(200), WitnessTrouble::Refuses),
            (Mood::Says(403), WitnessTrouble::Refuses),
            (Mood::Says(404), WitnessTrouble::Refuses),
            (Mood::Says(409), WitnessTrouble::Refuses),
            (Mood::Says(302), WitnessTrouble::Unreachable),
            (Mood::Says(500), WitnessTrouble::Unreachable),
        ];
        for (mood, trouble) in moods {
            witness.memory().mood = mood;
            world.pass(5).await;
            world.exchange.ask_witnesses().await.unwrap();
            let debt = debt(&world).await;
            assert_eq!(debt.trouble, Some(trouble), "{mood:?}");
            assert!(debt.leaves > 0);
        }
    }

    async fn a_changed_cosignature_is_found(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        sealed(&world).await;
        assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
        let row = store.read("test.cosigned", |tx: &mut dyn Tx| ledger::cosigned(tx, "log.example/2026")).await.unwrap().remove(0);
        let put = |row: ledger::Cosigned| store.write("test.put", move |tx: &mut dyn Tx| ledger::put_cosigned(tx, "log.example/2026", &row));
        for at in (0..row.checkpoint.len()).step_by(7) {
            let mut bytes = row.checkpoint.clone().into_bytes();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let Ok(checkpoint) = String::from_utf8(bytes) else { continue };
            put(ledger::Cosigned { checkpoint, ..row.clone() }).await.unwrap();
            assert_eq!(world.exchange.check().await.unwrap().findings.len(), 1, "byte {at}");
        }
        put(row.clone()).await.unwrap();
        assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
        put(ledger::Cosigned { size: row.size + 1, ..row.clone() }).await.unwrap();
        assert_eq!(world.exchange.check().await.unwrap().findings.len(), 1);
    }

    async fn another_history_is_noticed_while_it_runs_and_at_the_start(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        let origin = "log.example/2026";
        let size = witness.last(origin);
        for other in [Last { size, root: [7; 32] }, Last { size: size + 1_000, root: [7; 32] }] {
            let before = witness.memory().last.insert(origin.to_owned(), other).unwrap();
            world.pass(5).await;
            sealed(&world).await;
            world.exchange.ask_witnesses().await.unwrap();
            let debt = debt(&world).await;
            assert_eq!(debt.trouble, Some(WitnessTrouble::OtherHistory));
            assert!(debt.leaves > 0);
            let why = why(world.again(store, configured(&[&witness])).await);
            assert!(why.contains("w.example") && why.contains(origin) && why.contains("Restore"), "{why}");
            witness.memory().last.insert(origin.to_owned(), before);
        }
        world.pass(5).await;
        world.exchange.ask_witnesses().await.unwrap();
        assert_eq!(debt(&world).await.trouble, None);
        assert!(world.again(store, configured(&[&witness])).await.is_ok());
    }

    async fn an_older_database_is_refused_though_its_checkpoint_file_is_older_too(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        let old = store.read("test.log", |tx: &mut dyn Tx| ledger::newest_log(tx)).await.unwrap().unwrap();
        let cosigned = store.read("test.cosigned", |tx: &mut dyn Tx| ledger::cosigned(tx, "log.example/2026")).await.unwrap().remove(0);
        assert_eq!(u64::try_from(cosigned.size), Ok(old.head.size));
        world.pass(5).await;
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        let back = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let size = i64::try_from(old.head.size).unwrap();
            tx.exec("update leaf set log = null, position = null where position >= $1", &[size.into()])?;
            tx.exec("delete from cosignature", &[])?;
            // All that the old database knew was cosigned.
            ledger::put_cosigned(tx, &old.head.origin, &cosigned)?;
            let restored = [size.into(), old.head.root.into(), (&old.checkpoint).into()];
            tx.exec("update log set size = $1, root = $2, checkpoint = $3", &restored).map(drop)
        };
        store.write("test.back", back).await.unwrap();
        std::fs::remove_file(store.dir().join("ledger/checkpoint-2026")).unwrap();
        let why = why(world.again(store, configured(&[&witness])).await);
        assert!(why.contains("older than what has been signed") && why.contains("Restore"), "{why}");
        // Whoever cannot be asked keeps nobody from starting.
        witness.memory().mood = Mood::Down;
        assert!(world.again(store, configured(&[&witness])).await.is_ok());
    }

    async fn an_emptied_database_is_refused(store) {
        let witness = Witness::start("w.example");
        let world = with(&World::open(store).await, store, &[&witness]).await.unwrap();
        let empty = Engine::Sqlite.open();
        std::fs::copy(store.dir().join("ledger.key"), empty.dir().join("ledger.key")).unwrap();
        // Before anything was cosigned it is a new instance, and a witness cosigns that it holds nothing.
        assert!(world.again(&empty, configured(&[&witness])).await.is_ok());
        assert_eq!(witness.last("log.example/2026"), 0);
        sealed(&world).await;
        world.exchange.ask_witnesses().await.unwrap();
        let why = why(world.again(&empty, configured(&[&witness])).await);
        assert!(why.contains("the database holds 0"), "{why}");
    }

    async fn witnesses_that_make_no_policy_are_refused(store) {
        let world = World::open(store).await;
        let own = |name: &str, algorithm| {
            let key = SigningKey::from_seed(name, algorithm, &[1; 32]).unwrap().verifier().clone();
            WitnessSettings { key, url: "http://127.0.0.1:1".to_owned() }
        };
        let good = own("w.example", Algorithm::CosignatureEd25519);
        let second = own("w.example", Algorithm::CosignatureMlDsa44);
        let signer = own("w.example", Algorithm::Ed25519);
        let none = own("none", Algorithm::CosignatureEd25519);
        for (witnesses, quorum) in [
            (vec![], 1),
            (vec![good.clone()], 2),
            (vec![good.clone(), good.clone()], 1),
            (vec![good, second], 1),
            (vec![signer], 1),
            (vec![none], 1),
        ] {
            let change = |settings: &mut Settings| {
                settings.ledger.witnesses.clone_from(&witnesses);
                settings.ledger.quorum = quorum;
            };
            let why = why(world.again(store, change).await);
            assert!(why.contains("make no policy"), "{witnesses:?}: {why}");
        }
    }
}
