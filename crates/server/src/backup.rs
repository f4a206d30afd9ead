//! `comity backup` and `comity restore`: archives are encrypted to people whose private keys are not on the server, and
//! come to their names only once they are whole on the disk (T38, T39).
//! It never leaves half an archive under its name, and never takes more of the disk's time than it is told.

use crate::config::system_clock;
use crate::instance::InstanceArguments;
use crate::serve::{runtime, said};
use age::stream::StreamWriter;
use age::x25519::Recipient;
use age::{Decryptor, Encryptor, IdentityFile};
use clap::{Args, ValueEnum};
use comity_service::{ArchiveFault, Caller, CheckReport, Restored, Restoring};
use comity_store::backup::{Absence, ArchiveKind, Head, Manifest};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Stdout, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The work of so much time is done before it is seen whether it was too fast.
const STRIDE: Duration = Duration::from_millis(50);
const MIB: f64 = 1024.0 * 1024.0;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Rows and files, without the keys that open them.
    Data,
    /// The keys: of the instance, of its logs, of every dossier that is not erased.
    Keys,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    #[arg(value_enum, default_value = "data")]
    what: What,
    #[command(flatten)]
    instance: InstanceArguments,
    /// Who can open it: a recipient of `age`, such as `age1…`; as often as there are. Its private key is kept elsewhere.
    #[arg(long = "to", required = true)]
    to: Vec<String>,
    /// The file; `-` for standard output. One that is there is replaced once the new one is whole.
    #[arg(short, long)]
    output: PathBuf,
    /// Write so many MiB a second at most, so that whoever works does not wait.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    /// The archive of data.
    archive: PathBuf,
    /// The archive of keys, made after that of the data.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// The file of the private key, as `age-keygen` writes it.
    #[arg(long)]
    identity: PathBuf,
    #[command(flatten)]
    instance: InstanceArguments,
    /// The instance was stopped before the backup was made and has not been started since: its log goes on.
    #[arg(long)]
    stopped_before: bool,
    /// Put it in its place although the check has findings.
    #[arg(long)]
    despite_findings: bool,
}

/// Where an archive goes.
enum Target {
    /// A file beside its name, until it is whole.
    File {
        file: File,
        beside: PathBuf,
        place: PathBuf,
        whole: bool,
    },
    Stdout(Stdout),
}

impl Target {
    fn begin(place: &Path) -> Result<Self, String> {
        if place.as_os_str() == "-" {
            return Ok(Self::Stdout(std::io::stdout()));
        }
        let mut name = place.as_os_str().to_owned();
        name.push(".new");
        let beside = PathBuf::from(name);
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", beside.display());
        // What a backup that was killed has left is written over; one that runs holds the lock.
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&beside);
        let file = file.map_err(|error| told(&error))?;
        file.try_lock().map_err(|_| told(&"another backup is being written here"))?;
        file.set_len(0).map_err(|error| told(&error))?;
        Ok(Self::File { file, beside: beside.clone(), place: place.to_owned(), whole: false })
    }

    /// Gives the file its name, durable when this returns.
    fn finish(mut self) -> std::io::Result<()> {
        match &mut self {
            Self::File { file, beside, place, whole } => {
                file.sync_all()?;
                std::fs::rename(beside.as_path(), place.as_path())?;
                *whole = true;
                let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
                File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
            }
            Self::Stdout(out) => out.flush(),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::File { file, .. } => file.write(bytes),
            Self::Stdout(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::File { file, .. } => file.flush(),
            Self::Stdout(out) => out.flush(),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Self::File { beside, whole: false, .. } = self
            && let Err(error) = std::fs::remove_file(&beside)
        {
            eprintln!("comity: {}: {error}", beside.display());
        }
    }
}

/// Writes no faster than so many bytes a second.
struct Paced<W> {
    out: W,
    per_second: f64,
    since: Instant,
    written: f64,
}

impl<W: Write> Write for Paced<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.written += f64::from(u32::try_from(written).unwrap_or(u32::MAX));
        let due = Duration::from_secs_f64(self.written / self.per_second);
        if let Some(early) = due.checked_sub(self.since.elapsed()).filter(|early| *early > STRIDE) {
            std::thread::sleep(early);
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

type Sink = StreamWriter<Paced<BufWriter<Target>>>;

/// Everything that is written into it is encrypted to the recipients.
fn sink(arguments: &BackupArguments) -> Result<Sink, String> {
    let recipients: Result<Vec<Recipient>, String> = arguments
        .to
        .iter()
        .map(|to| to.parse().map_err(|why| format!("--to {to}: not a recipient of age (age1…): {why}")))
        .collect();
    let recipients = recipients?;
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|to| to as &dyn age::Recipient));
    let encryptor = encryptor.map_err(|error| format!("--to: {error}"))?;
    let out = BufWriter::with_capacity(256 * 1024, Target::begin(&arguments.output)?);
    let per_second = f64::from(arguments.rate) * MIB;
    let paced = Paced { out, per_second, since: Instant::now(), written: 0.0 };
    encryptor.wrap_output(paced).map_err(|error| format!("{}: {error}", arguments.output.display()))
}

/// Runs `comity backup`. It ends with a failure, and leaves the archive, where files are missing in the instance itself.
pub(crate) fn run(arguments: &BackupArguments) -> Result<(), String> {
    let kind = match arguments.what {
        What::Data => ArchiveKind::Data,
        What::Keys => ArchiveKind::Keys,
    };
    let sink = sink(arguments)?;
    let exchange = arguments.instance.open()?;
    let written = runtime()?.block_on(exchange.back_up(&Caller::Operator, kind, &arguments.to, sink));
    let (sink, manifest) = written.map_err(|fault| told(&fault))?;
    let place = arguments.output.display();
    let finished = sink.finish().and_then(|paced| paced.out.into_inner().map_err(std::io::Error::from));
    finished.and_then(Target::finish).map_err(|error| format!("{place}: {error}"))?;
    tell(&manifest);
    let missing = manifest.gone.iter().filter(|gone| gone.absence == Absence::Missing).count();
    if missing == 0 {
        return Ok(());
    }
    Err(format!(
        "{place} is written, without {missing} pieces of files that the database names and the folder of blobs does not \
         hold. `comity check` says whose they are; keep older backups until they are found"
    ))
}

/// What is in an archive, in words for whoever keeps it. Standard output may be the archive.
fn tell(manifest: &Manifest) {
    let rows: u64 = manifest.parts.iter().map(|part| part.rows).sum();
    let (blobs, mib) = (manifest.blobs.count, manifest.blobs.bytes / (1024 * 1024));
    eprintln!("{rows} rows, {blobs} pieces of files with {mib} MiB");
    heads(&manifest.logs);
    let removed = manifest.gone.iter().filter(|gone| gone.absence != Absence::Missing).count();
    if removed > 0 {
        eprintln!("{removed} pieces of files were erased or removed while it was made, and are not in it");
    }
}

fn heads(logs: &[Head]) {
    for head in logs {
        eprintln!("log {}: {} leaves, signed at {}", head.origin, head.size, head.sealed_at);
    }
}

fn told(fault: &ArchiveFault) -> String {
    match fault {
        ArchiveFault::Denied(denied) => said(denied.clone()),
        other => other.to_string(),
    }
}

/// A decrypted archive.
fn opened(path: &Path, identity: &Path) -> Result<impl Read + Send + 'static, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| told(&error))?;
    let identities =
        IdentityFile::from_file(identity.display().to_string()).map_err(|error| error.to_string())?;
    let identities = identities.into_identities().map_err(|error| error.to_string())?;
    let decryptor = Decryptor::new_buffered(BufReader::with_capacity(256 * 1024, file));
    let decryptor =
        decryptor.map_err(|error| told(&format!("not an encrypted archive, or damaged: {error}")))?;
    let opened = decryptor.decrypt(identities.iter().map(|identity| &**identity));
    opened.map_err(|error| {
        told(&format!("the private key in {} does not open it: {error}", identity.display()))
    })
}

/// Runs `comity restore`.
pub(crate) fn restore(arguments: &RestoreArguments) -> Result<(), String> {
    let Some(keys) = &arguments.keys else {
        return Err(
            "--keys is missing: an archive of data opens nothing without the archive of keys that belongs to it \
             (`comity backup keys`). If there is none any more, the content of all dossiers is lost; nothing was changed."
                .to_owned(),
        );
    };
    let data = opened(&arguments.archive, &arguments.identity)?;
    let keys = opened(keys, &arguments.identity)?;
    let settings = arguments.instance.settings_to_be()?;
    let restoring = Restoring::load(settings, system_clock(), data, keys).map_err(|fault| told(&fault))?;
    eprintln!("backup of {} at {}", restoring.header().instance, restoring.header().made_at);
    tell(restoring.manifest());
    let logs = restoring.manifest().logs.clone();
    let stopped_before = arguments.stopped_before;
    let restored = runtime()?.block_on(async {
        let restored =
            restoring.check(&Caller::Operator, stopped_before).await.map_err(|fault| told(&fault))?;
        allowed(&restored.report, arguments.despite_findings)?;
        restoring.promote(stopped_before).await.map_err(|fault| told(&fault))?;
        Ok::<_, String>(restored)
    })?;
    next(&restored, &logs, stopped_before);
    Ok(())
}

fn allowed(report: &CheckReport, despite_findings: bool) -> Result<(), String> {
    for finding in &report.findings {
        eprintln!("{}: {}", finding.place, finding.what);
    }
    match report.findings.len() {
        0 => Ok(()),
        _ if despite_findings => Ok(()),
        count => Err(format!(
            "{count} things do not fit, and nothing was put in its place. Take another backup; or, where this is the \
             best there is, empty the database if it is on a server, and restore with --despite-findings"
        )),
    }
}

/// What was restored, and what an operator does next.
fn next(restored: &Restored, logs: &[Head], stopped_before: bool) {
    let report = &restored.report;
    println!(
        "{} requests, {} erased, {} files, {} leaves",
        report.requests, report.erased, report.files, report.leaves
    );
    if restored.erased_again > 0 {
        println!("{} dossiers had been erased after the backup, and are again", restored.erased_again);
    }
    if restored.files_removed > 0 {
        println!("{} files had been removed while it was made, and are again", restored.files_removed);
    }
    if let Some(head) = logs.last() {
        println!(
            "the last checkpoint is of log {} over {} leaves, of {}",
            head.origin, head.size, head.sealed_at
        );
    }
    if stopped_before {
        println!("Start the server: the log goes on.");
        return;
    }
    println!(
        "What was done after the backup is not here, and receipts of it are with their holders. Next:\n\
         1. If there is a newer backup, restore that instead.\n\
         2. `comity ledger accept-loss` with the same --config; it says what witnesses have seen and is not here.\n\
         3. Look through tokens and people: what was revoked after the backup is valid again.\n\
         4. Start the server, and tell the parties from when on they must ask again."
    );
}
