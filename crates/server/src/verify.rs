//! `comity verify`: whether a proof, a log, an instance or two copies hold what they claim. Proofs and logs need no
//! database and no network. Nothing is ever repaired here.

mod program;

use crate::config::system_clock;
use crate::evidence::{self, keys_of};
use crate::instance::InstanceArguments;
use crate::ledger::{Fetched, saved};
use crate::serve::{runtime, said};
use clap::{Args, Subcommand};
use comity_evidence::{court, stamp};
use comity_ledger::bundle::{self, Bundle, Refusal, Report, Subject};
use comity_ledger::verify::{self, Source};
use comity_ledger::{Policy, Trusted};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How the process ends: what was shown is valid, it is not, or nobody can tell.
const INVALID: u8 = 1;
const UNDECIDED: u8 = 2;
/// Largest proof that is read, in bytes.
const MAX_BUNDLE: u64 = 256 * 1024 * 1024;
/// How a proof's name ends, in a folder of them.
const ENDING: &str = "comity-proof";

/// The logs and witnesses that are trusted.
#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// A C2SP policy: the keys of the logs and witnesses that you trust. `comity ledger policy` and `/ledger/policy` of
    /// an instance give its keys; take it from a source of your own. Without it the keys that the proof names itself
    /// are used, and printed to be compared.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Where the cosignatures of the last so many hours are no quorum, it cannot be told whether the log still goes on.
    #[arg(long, requires = "policy")]
    fresh_hours: Option<u64>,
}

/// A court bundle, and what is trusted in the place of what it brings along.
#[derive(Debug, Args)]
pub(crate) struct CourtArguments {
    /// The folder, or the archive as an instance gives it.
    bundle: PathBuf,
    /// The keys of those who have signed, from a source of your own, in the form of the bundle's file `keys`.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// A C2SP policy with the keys of the ledger that you trust.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// The root certificates, in PEM, of the authorities for time stamps that you trust.
    #[arg(long)]
    tsa: Option<PathBuf>,
    /// A file of vault keys: each file is opened, and its content compared too.
    #[arg(short = 'i', long = "identity")]
    vault: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VerifyCommand {
    /// The proof of a request, an extract of the trail, or every `*.comity-proof` of a folder.
    Bundle {
        /// The file or folder.
        path: PathBuf,
        #[command(flatten)]
        trust: Trust,
    },
    /// A whole log: every tile to the root, and that every saved checkpoint is a beginning of it.
    Log {
        /// A folder made by `comity ledger mirror`, or the address of a log such as `https://a.example/ledger/2026`.
        place: String,
        /// Checkpoints that were kept from before; those in the folder are checked too.
        #[arg(long = "checkpoint")]
        checkpoints: Vec<PathBuf>,
        /// Where the cosignatures of the last so many hours are no quorum, it cannot be told whether the log still goes on.
        #[arg(long)]
        fresh_hours: Option<u64>,
        /// A C2SP policy with the keys of the log and of the witnesses that you trust.
        #[arg(long)]
        policy: PathBuf,
    },
    /// A court bundle: a delivery of evidence with its manifest, stamp, custody, receipt and proof.
    Court(CourtArguments),
    /// The database of an instance against its ledger; the same as `comity check`.
    Store(InstanceArguments),
    /// That an instance gives browsers the program that its ledger tells of, and its pages load no other script.
    Program {
        /// The address of the instance, such as `https://a.example`.
        address: String,
        #[command(flatten)]
        trust: Trust,
    },
    /// Two parties' proofs of one request: each is valid, and they tell the same.
    Pair {
        /// One.
        one: PathBuf,
        /// The other.
        other: PathBuf,
        #[command(flatten)]
        trust: Trust,
    },
}

type Verdict = Result<(), Refusal>;

fn undecided(why: impl std::fmt::Display) -> Refusal {
    Refusal::Undecided(why.to_string())
}

/// Runs `comity verify …`; ends with 0 for valid, 1 for invalid, 2 where that cannot be decided.
pub(crate) fn run(command: &VerifyCommand) -> ExitCode {
    ended(match command {
        VerifyCommand::Bundle { path, trust } => bundles(path, trust),
        VerifyCommand::Log { place, checkpoints, fresh_hours, policy } => {
            log(place, checkpoints, *fresh_hours, policy)
        }
        VerifyCommand::Court(arguments) => in_court(arguments),
        VerifyCommand::Store(instance) => store(instance),
        VerifyCommand::Program { address, trust } => program::run(address, trust),
        VerifyCommand::Pair { one, other, trust } => pair(one, other, trust),
    })
}

/// Runs `comity check`.
pub(crate) fn check(instance: &InstanceArguments) -> ExitCode {
    ended(store(instance))
}

fn ended(verdict: Verdict) -> ExitCode {
    match verdict {
        Ok(()) => {
            println!("Valid.");
            ExitCode::SUCCESS
        }
        Err(Refusal::Invalid(why)) => {
            eprintln!("comity: INVALID: {why}");
            ExitCode::from(INVALID)
        }
        Err(Refusal::Undecided(why)) => {
            eprintln!("comity: cannot decide: {why}");
            ExitCode::from(UNDECIDED)
        }
    }
}

fn text(path: &Path) -> Result<String, Refusal> {
    evidence::text(path).map_err(undecided)
}

fn policy(path: &Path) -> Result<Policy, Refusal> {
    let text =
        std::fs::read_to_string(path).map_err(|error| undecided(format!("{}: {error}", path.display())))?;
    text.parse().map_err(|fault| undecided(format!("{}: {fault}", path.display())))
}

fn read(path: &Path) -> Result<Bundle, Refusal> {
    let said = |error: std::io::Error| undecided(format!("{}: {error}", path.display()));
    let size = std::fs::metadata(path).map_err(said)?.len();
    if size > MAX_BUNDLE {
        return Err(undecided(format!("{}: {size} bytes; at most {MAX_BUNDLE} are read", path.display())));
    }
    Bundle::parse(&std::fs::read(path).map_err(said)?)
}

fn bundles(path: &Path, trust: &Trust) -> Verdict {
    if !path.is_dir() {
        return one(path, trust).map(drop);
    }
    let listed =
        std::fs::read_dir(path).map_err(|error| undecided(format!("{}: {error}", path.display())))?;
    let mut files: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == ENDING));
    files.sort();
    if files.is_empty() {
        return Err(undecided(format!("{}: no file whose name ends with .{ENDING}", path.display())));
    }
    // All are read before the verdict; what is invalid counts more than what cannot be decided.
    let mut worst = Ok(());
    for file in files {
        match one(&file, trust) {
            Ok(_) => {}
            Err(refusal) => {
                eprintln!("comity: {}: {refusal}", file.display());
                if worst.is_ok() || matches!(refusal, Refusal::Invalid(_)) {
                    worst = Err(refusal);
                }
            }
        }
    }
    worst
}

fn one(path: &Path, trust: &Trust) -> Result<Bundle, Refusal> {
    shown(&path.display().to_string(), read(path)?, trust)
}

/// Checks a bundle that is called so, and says what it shows.
fn shown(name: &str, bundle: Bundle, trust: &Trust) -> Result<Bundle, Refusal> {
    let policy = match &trust.policy {
        Some(file) => policy(file)?,
        None => bundle.own_policy(),
    };
    let report = bundle.verify(&policy)?;
    match &bundle.subject {
        Subject::Request { id, reference } => {
            println!("{name}: request {reference} ({id})");
            println!(
                "  {} events, {} withheld, {} erased, {} records of the ledger",
                report.events, report.withheld, report.erased, report.records
            );
            signatures(&report);
        }
        Subject::Trail { taken } => {
            println!("{name}: extract {taken} of the trail");
            println!("  {} entries, the last of them that of its own taking", report.records);
        }
        Subject::Program { manifest } => println!("{name}: program for browsers, manifest {manifest}"),
    }
    report.logs.values().for_each(trusted);
    if trust.policy.is_none() {
        println!("  These keys are the file's own word. Compare them with those the instance publishes:");
        bundle.keys.iter().for_each(|key| println!("    {key}"));
    }
    for trusted in report.logs.values() {
        fresh(&policy, trusted, trust.fresh_hours)?;
    }
    Ok(bundle)
}

/// Who has signed what with a passkey. Whose key it is, is the word of the instance; its trail says when it was enrolled.
fn signatures(report: &Report) {
    for act in &report.signed {
        println!(
            "  event {}, {}: signed at {} with a passkey of {} (organisation {}) on {}, key sha256 {}",
            act.sequence, act.event, act.at, act.name, act.organisation, act.origin, act.key
        );
    }
    for number in &report.unsigned {
        println!("  event {number}: not signed with a passkey");
    }
}

fn trusted(trusted: &Trusted) {
    let head = &trusted.checkpoint;
    let witnesses: Vec<String> =
        trusted.witnesses.iter().map(|(name, at)| format!("{name} at {}", time(*at))).collect();
    let by = if witnesses.is_empty() { "no witness".to_owned() } else { witnesses.join(", ") };
    println!("  log {}: checkpoint over {} leaves, cosigned by {by}", head.origin, head.size);
}

fn pair(first: &Path, second: &Path, trust: &Trust) -> Verdict {
    let common = bundle::agree(&one(first, trust)?, &one(second, trust)?)?;
    println!("They agree in {common} events.");
    Ok(())
}

fn in_court(arguments: &CourtArguments) -> Verdict {
    let CourtArguments { bundle, keys, policy: policy_file, tsa, vault } = arguments;
    let keys = keys.as_ref().map(|path| text(path).and_then(|text| text.parse().map_err(undecided)));
    let roots = tsa.as_ref().map(|path| text(path).and_then(|pem| stamp::roots(pem.as_bytes())));
    let trust = court::Trust {
        keys: keys.transpose()?,
        policy: policy_file.as_deref().map(policy).transpose()?,
        roots: roots.transpose()?,
        vault: vault.as_deref().map(keys_of).transpose().map_err(undecided)?.unwrap_or_default(),
    };
    let report = court::verify(bundle, &trust)?;
    println!("{}:", bundle.display());
    report.shown.iter().for_each(|sentence| println!("  {sentence}"));
    if !report.compare.is_empty() {
        println!("  These are the bundle's own word. Compare them with those that their owners publish:");
        report.compare.iter().for_each(|key| println!("    {key}"));
    }
    if report.open.is_empty() { Ok(()) } else { Err(undecided(report.open.join("; "))) }
}

/// The files of a mirrored log.
struct Folder(PathBuf);

impl Source for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn log(place: &str, checkpoints: &[PathBuf], fresh_hours: Option<u64>, policy_file: &Path) -> Verdict {
    let policy = policy(policy_file)?;
    let mut files = checkpoints.to_vec();
    let source: Box<dyn Source> = if place.contains("://") {
        Box::new(Fetched::new(place))
    } else {
        files.extend(saved(Path::new(place)).map_err(undecided)?);
        Box::new(Folder(PathBuf::from(place)))
    };
    let mut older = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).map_err(|error| undecided(format!("{}: {error}", file.display())))?;
        let note = comity_ledger::Note::parse(&bytes);
        older.push(note.map_err(|fault| Refusal::Invalid(format!("{}: {fault}", file.display())))?);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let report = verify::log(source.as_ref(), &policy, &older, threads)?;
    println!("{place}: {} kept checkpoints are beginnings of it", report.older);
    trusted(&report.trusted);
    fresh(&policy, &report.trusted, fresh_hours)
}

/// A time of a cosignature, in seconds since 1970, as people read it.
fn time(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    moment.map_or_else(|| "no time that there is".to_owned(), |moment| moment.to_string())
}

/// Whether enough witnesses have cosigned lately; a cosignature of more than five minutes in the future says nothing.
fn fresh(policy: &Policy, trusted: &Trusted, hours: Option<u64>) -> Verdict {
    let Some(hours) = hours else { return Ok(()) };
    let now = u64::try_from((system_clock())().as_second()).unwrap_or(0);
    let lately = now.saturating_sub(hours.saturating_mul(3_600))..=now.saturating_add(300);
    if policy.is_fresh(trusted, &lately) {
        return Ok(());
    }
    Err(undecided(format!(
        "the cosignatures of the last {hours} hours under log {} are no quorum",
        trusted.checkpoint.origin
    )))
}

fn store(instance: &InstanceArguments) -> Verdict {
    let exchange = instance.open().map_err(undecided)?;
    let report = runtime().map_err(undecided)?.block_on(exchange.check());
    let report = report.map_err(|denied| undecided(said(denied)))?;
    println!(
        "{} requests, {} erased, {} events, {} entries of the trail, {} files, {} leaves, {} waiting to be sealed",
        report.requests,
        report.erased,
        report.events,
        report.entries,
        report.files,
        report.leaves,
        report.pending
    );
    if report.entries_before > 0 {
        println!("{} entries were written before the ledger held the trail", report.entries_before);
    }
    for finding in &report.findings {
        println!("{}: {}", finding.place, finding.what);
    }
    match report.findings.len() {
        0 => Ok(()),
        count => Err(Refusal::Invalid(format!("{count} things do not fit; nothing was changed"))),
    }
}
