//! `make bench`: what users wait for and what the ledger costs, each against a floor or peer of the same run, in turns.
//! Load is counted and ends by itself; everything happens on loopback, in a folder of its own; nothing is asserted.
//! Words on the command line choose sections: `cargo bench -p comity-server --bench bench -- submissions queue`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench ends where something is not as it must be"
)]

mod client;
mod corpus;
mod files;
mod floor;
mod instance;
mod ledger;
mod load;
#[path = "../../../service/tests/it/passkey.rs"]
mod passkey;
mod passkeys;
mod random;
mod reads;
mod submissions;
mod table;
mod wire;

use comity_domain::procedure::ProcedureSet;
use comity_service::{Exchange, LedgerSettings, Settings, run_sealer};
use comity_store::{Database, Store, StoreConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use table::Table;

/// How often each thing is measured in turn with its floor.
const ROUNDS: usize = 5;

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |section: &str| chosen.is_empty() || chosen.iter().any(|word| word == section);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let _ = std::fs::remove_dir_all(&root);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut table = Table::default();
    if wanted("submissions") {
        submissions::sqlite(&runtime, &new(&root, "submissions"), &mut table);
    }
    if wanted("postgres") {
        submissions::postgres(&runtime, &new(&root, "postgres"), &mut table);
    }
    if wanted("cost") {
        submissions::cost(&runtime, &new(&root, "cost"), &mut table);
    }
    if wanted("proofs") {
        proofs(&runtime, &new(&root, "proofs"), &mut table);
    }
    if wanted("log") {
        ledger::whole(&new(&root, "log"), &mut table);
    }
    if wanted("reads") {
        reads::dossier(&runtime, &new(&root, "reads"), &mut table);
    }
    if wanted("passkeys") {
        passkeys::shown(&runtime, &new(&root, "passkeys"), &mut table);
    }
    if wanted("files") {
        files::measured(&mut table);
    }
    if wanted("queue") {
        reads::queues(&runtime, &new(&root, "queue"), &mut table);
    }
    if wanted("corpus") {
        corpus::run(&runtime, &new(&root, "corpus"), &mut table);
    }
    println!("{table}");
    table.keep(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/results/latest.json"));
    std::fs::remove_dir_all(&root).unwrap();
}

fn new(root: &Path, name: &str) -> PathBuf {
    let folder = root.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// An exchange in this process, on the embedded engine.
fn settings(data: &Path) -> Settings {
    Settings {
        database: Database::Sqlite(data.join("comity.sqlite")),
        data: data.to_owned(),
        procedures: ProcedureSet::default(),
        calendars: Vec::new(),
        permissions: None,
        smtp: None,
        base_url: "http://127.0.0.1".to_owned(),
        upload_limit: 0,
        loose_file_days: 1,
        vetting: comity_service::VettingSettings::default(),
        inspector: comity_service::Inspector::Program("/proc/self/exe".into()),
        time_stamps: None,
        device_bound: Vec::new(),
        identity_providers: Vec::new(),
        demo: false,
        ledger: LedgerSettings::named("bench.example/ledger"),
    }
}

/// The ledger of an exchange in this process, on the embedded engine.
#[expect(clippy::disallowed_methods, reason = "the clock of the exchange that is measured")]
fn proofs(runtime: &tokio::runtime::Runtime, data: &Path, table: &mut Table) {
    let settings = settings(data);
    let database = settings.database.clone();
    let key = comity_store::seal::InstanceKey::load_or_create(&data.join("instance.key")).unwrap();
    let store = Store::open(&StoreConfig::new(database, data.to_owned(), key, 0)).unwrap();
    let exchange = Exchange::on(store.clone(), settings, Arc::new(jiff::Timestamp::now)).unwrap();
    runtime.block_on(async {
        let sealer = tokio::spawn(run_sealer(exchange.clone(), std::future::pending()));
        ledger::proofs(&store, &exchange, table).await;
        sealer.abort();
    });
}
