//! `comity proof` and `comity ledger`: proofs from the console, the keys of the logs, and copies of a log kept elsewhere.
//! A copy is only ever added to: a checkpoint that was saved once is kept, so that another history would show.

use crate::config::system_clock;
use crate::instance::InstanceArguments;
use crate::serve::{runtime, said};
use clap::{Args, Subcommand};
use comity_ledger::verify::Source;
use comity_ledger::{Checkpoint, Note, TileKind, TilePath};
use comity_service::{Caller, Exchange};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest wait for one file of a log.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest file of a log: 256 leaves of 33 bytes with their lengths, or a checkpoint with many signatures.
const MAX_FILE: u64 = 1024 * 1024;
/// Where a copy keeps the checkpoints it has seen.
const SAVED: &str = "checkpoints";

#[derive(Debug, Args)]
pub(crate) struct ProofArguments {
    /// The request's reference, as on its dossier.
    reference: String,
    #[command(flatten)]
    instance: InstanceArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Print the keys of the instance's logs as a C2SP policy.
    Policy(InstanceArguments),
    /// Accept that the newest checkpoint was signed by a clock that was ahead and has been set right since; the log
    /// says so. Stop the server before.
    AcceptClock(InstanceArguments),
    /// Accept that what was signed after a restored backup is lost: the next log begins, and says so. Stop the server
    /// before.
    AcceptLoss {
        #[command(flatten)]
        instance: InstanceArguments,
        /// The year in the name of the log that begins; by default the first that was certainly never begun.
        #[arg(long)]
        year: Option<i64>,
    },
    /// Copy a log into a folder, or bring the copy up to date.
    Mirror {
        /// The log's address, such as `https://a.example/ledger/2026`.
        url: String,
        /// The folder.
        folder: PathBuf,
    },
}

/// Runs `comity proof`: the proof goes to standard output. It shows that the request's events stand in the log, and
/// nothing of their content: that is for the parties, who take their proof from the dossier or the API.
pub(crate) fn proof(arguments: &ProofArguments) -> Result<(), String> {
    let exchange = arguments.instance.open()?;
    let bundle = runtime()?.block_on(async {
        let id = exchange.by_reference(&arguments.reference).await.map_err(said)?;
        exchange.bare_proof(id).await.map_err(said)
    })?;
    std::io::stdout().write_all(bundle.as_bytes()).map_err(|error| error.to_string())
}

/// Runs `comity ledger …`.
pub(crate) fn run(command: &LedgerCommand) -> Result<(), String> {
    match command {
        LedgerCommand::Policy(instance) => {
            let exchange = instance.open()?;
            print!("{}", runtime()?.block_on(exchange.ledger_policy()).map_err(said)?);
            Ok(())
        }
        LedgerCommand::AcceptClock(instance) => {
            let exchange = instance.open()?;
            runtime()?.block_on(exchange.accept_clock()).map_err(said)
        }
        LedgerCommand::AcceptLoss { instance, year } => accept_loss(instance, *year),
        LedgerCommand::Mirror { url, folder } => mirror(&Fetched::new(url), folder),
    }
}

fn accept_loss(instance: &InstanceArguments, year: Option<i64>) -> Result<(), String> {
    let exchange = Exchange::open_restored(instance.settings()?.0, system_clock());
    let accepted = exchange.map_err(|fault| fault.to_string())?.accept_loss(&Caller::Operator, year)?;
    println!("log {} ends here with {} leaves", accepted.log, accepted.size);
    if let Some(given_out) = accepted.given_out.filter(|given_out| *given_out > accepted.size) {
        println!(
            "a checkpoint over {given_out} was given out: {} of them are not here",
            given_out - accepted.size
        );
    }
    for (witness, seen) in &accepted.seen {
        match seen {
            Some(seen) => println!(
                "witness {witness} has cosigned {seen}: {} of them are not here",
                seen.saturating_sub(accepted.size)
            ),
            None => println!("witness {witness} does not cosign it"),
        }
    }
    println!("log {} begins with a record of this. The server may be started.", accepted.next);
    Ok(())
}

/// A log that is read from its address.
pub(crate) struct Fetched {
    prefix: String,
    agent: ureq::Agent,
}

impl Fetched {
    pub(crate) fn new(url: &str) -> Self {
        let settings =
            ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        Self { prefix: url.trim_end_matches('/').to_owned(), agent: settings.build().new_agent() }
    }
}

impl Source for Fetched {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let url = format!("{}/{path}", self.prefix);
        let mut answer = self.agent.get(&url).call().map_err(|error| format!("{url}: {error}"))?;
        match answer.status().as_u16() {
            200 => {
                let bytes = answer.body_mut().with_config().limit(MAX_FILE).read_to_vec();
                bytes.map(Some).map_err(|error| format!("{url}: {error}"))
            }
            404 => Ok(None),
            status => Err(format!("{url}: status {status}")),
        }
    }
}

/// The checkpoints that a copy has kept.
pub(crate) fn saved(folder: &Path) -> Result<Vec<PathBuf>, String> {
    match std::fs::read_dir(folder.join(SAVED)) {
        Ok(listed) => Ok(listed.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("{}: {error}", folder.display())),
    }
}

/// Every tile and bundle of a tree of that size.
fn files(size: u64) -> Vec<TilePath> {
    let kinds = [TileKind::Entries].into_iter().chain((0..8).map(TileKind::Hashes));
    kinds.flat_map(|kind| TilePath::all_in_tree(kind, size)).collect()
}

/// Tiles first and the checkpoint last, so that a copy that was cut off is never taken for a whole one.
fn mirror(source: &Fetched, folder: &Path) -> Result<(), String> {
    let missing = |path: &str| format!("{}/{path}: there is no such file", source.prefix);
    let bytes = source.read("checkpoint")?.ok_or_else(|| missing("checkpoint"))?;
    let note = Note::parse(&bytes).map_err(|fault| format!("checkpoint: {fault}"))?;
    let head = Checkpoint::from_text(&note.text).ok_or("checkpoint: not one of a known form")?;
    let mut fetched = 0_u64;
    for path in files(head.size) {
        let path = path.to_string();
        let place = folder.join(&path);
        if place.exists() {
            continue;
        }
        let bytes = source.read(&path)?.ok_or_else(|| missing(&path))?;
        write_whole(&place, &bytes)?;
        fetched += 1;
    }
    keep(&folder.join(SAVED).join(head.size.to_string()), &note, &bytes)?;
    write_whole(&folder.join("checkpoint"), &bytes)?;
    println!("{}: {} leaves, {fetched} new files", head.origin, head.size);
    Ok(())
}

/// Keeps a checkpoint; one of that size that says something else stays, and the new one is laid beside it.
fn keep(place: &Path, note: &Note, bytes: &[u8]) -> Result<(), String> {
    let kept = std::fs::read(place).ok().and_then(|kept| Note::parse(&kept).ok());
    if kept.is_none_or(|kept| kept.text == note.text) {
        return write_whole(place, bytes);
    }
    let other = place.with_extension("other");
    write_whole(&other, bytes)?;
    Err(format!(
        "the log has signed two histories of one size: {} and {}. Keep both and tell the other parties.",
        place.display(),
        other.display()
    ))
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(said)?;
    }
    let beside = path.with_extension("new");
    std::fs::write(&beside, bytes).map_err(said)?;
    std::fs::rename(&beside, path).map_err(said)
}
