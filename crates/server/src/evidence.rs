//! `comity evidence`: keys of a vault, and files sealed to one and opened with one, without an instance or a network.
//! What is written stands under its name only once it is whole and on the disk; nothing that exists is written over.

use clap::{Args, Subcommand};
use comity_evidence::court;
use comity_evidence::inner::{self, InnerFault, Sealed};
use comity_evidence::{KeyKind, VaultKey, VaultRecipient, read_keys, read_recipients};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The longest file of keys that is read, in bytes.
const MAX_KEY_FILE: u64 = 256 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Make a vault key in a file that only you can read; prints its recipient. `age -i` reads the file.
    Keygen {
        /// ML-KEM-768 and X25519 together, instead of X25519 alone: what is recorded today stays closed to a quantum
        /// computer of tomorrow. It needs `age` 1.3 or later to be opened elsewhere.
        #[arg(long)]
        post_quantum: bool,
        /// The file; it must not exist.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Print the recipients of a file of keys: what others need in order to seal to them.
    Recipient {
        /// The file of keys.
        #[arg(short = 'i', long = "identity")]
        keys: PathBuf,
    },
    /// Seal a file to one or more vaults: a standard `age` file. Prints length and SHA-256 of both files.
    Seal(SealArguments),
    /// Print the custody of a court bundle as linked data (CASE/UCO, JSON-LD), after the bundle was checked.
    Case {
        /// The folder, or the archive as an instance gives it.
        bundle: PathBuf,
    },
    /// Open a file with the key of a vault; its text form (armor) is not taken. Prints length and SHA-256 of both files.
    Open {
        /// The file of keys.
        #[arg(short = 'i', long = "identity")]
        keys: PathBuf,
        /// The opened file; it must not exist, and only you can read it.
        #[arg(short, long)]
        output: PathBuf,
        /// The sealed file.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SealArguments {
    /// A recipient, `age1…` or `age1pq1…`, as often as there are; never one of each kind.
    #[arg(short, long = "recipient", required_unless_present = "recipients_files")]
    recipients: Vec<VaultRecipient>,
    /// A file of recipients, one a line.
    #[arg(short = 'R', long = "recipients-file")]
    recipients_files: Vec<PathBuf>,
    /// The sealed file; it must not exist.
    #[arg(short, long)]
    output: PathBuf,
    /// The file to seal.
    file: PathBuf,
}

/// Runs `comity evidence …`.
///
/// # Errors
/// The sentence to show; nothing was left behind.
pub(crate) fn run(command: &EvidenceCommand) -> Result<(), String> {
    match command {
        EvidenceCommand::Keygen { post_quantum, output } => {
            keygen(if *post_quantum { KeyKind::PostQuantum } else { KeyKind::Classic }, output)
        }
        EvidenceCommand::Recipient { keys } => {
            keys_of(keys)?.iter().for_each(|key| println!("{}", key.recipient()));
            Ok(())
        }
        EvidenceCommand::Seal(arguments) => seal(arguments),
        EvidenceCommand::Case { bundle } => {
            let case = court::case(bundle, &court::Trust::default());
            print!("{}", case.map_err(|refusal| format!("{}: {refusal}", bundle.display()))?);
            Ok(())
        }
        EvidenceCommand::Open { keys, output, file } => open(&keys_of(keys)?, file, output),
    }
}

fn keygen(kind: KeyKind, output: &Path) -> Result<(), String> {
    let key = VaultKey::generate(kind).map_err(|error| error.to_string())?;
    let recipient = key.recipient();
    let mut target = Target::new(output)?;
    let text = format!("# public key: {recipient}\n");
    let written = target.file.write_all(text.as_bytes());
    let written = written.and_then(|()| target.file.write_all(key.to_text().as_bytes()));
    written.and_then(|()| target.file.write_all(b"\n")).map_err(|error| target.failed(error))?;
    target.keep()?;
    println!("{recipient}");
    Ok(())
}

fn seal(arguments: &SealArguments) -> Result<(), String> {
    let mut recipients = arguments.recipients.clone();
    for path in &arguments.recipients_files {
        let read = read_recipients(&text(path)?).map_err(|fault| format!("{}: {fault}", path.display()))?;
        recipients.extend(read);
    }
    VaultRecipient::check(&recipients).map_err(|fault| fault.to_string())?;
    let content = opened(&arguments.file)?;
    let mut target = Target::new(&arguments.output)?;
    let sealed = inner::seal(&recipients, content, &mut target.file);
    let sealed = sealed.map_err(|fault| target.failed(fault))?;
    target.keep()?;
    told(&arguments.file, &arguments.output, &sealed);
    Ok(())
}

fn open(keys: &[VaultKey], path: &Path, output: &Path) -> Result<(), String> {
    let file = opened(path)?;
    let mut target = Target::new(output)?;
    let sealed = inner::open(keys, file, &mut target.file).map_err(|fault| match fault {
        InnerFault::Io(error) => target.failed(error),
        other => format!("{}: {other}", path.display()),
    })?;
    target.keep()?;
    told(output, path, &sealed);
    Ok(())
}

fn told(content: &Path, file: &Path, sealed: &Sealed) {
    for (path, weighed) in [(content, sealed.plain), (file, sealed.cipher)] {
        println!("{}  {} ({} bytes)", weighed.sha256, path.display(), weighed.bytes);
    }
}

fn opened(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A small text file.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = opened(path)?.take(MAX_KEY_FILE + 1).read_to_string(&mut text);
    match read.map_err(|error| format!("{}: {error}", path.display()))? {
        read if read as u64 > MAX_KEY_FILE => {
            Err(format!("{}: longer than {MAX_KEY_FILE} bytes", path.display()))
        }
        _ => Ok(text),
    }
}

/// The keys of a file.
pub(crate) fn keys_of(path: &Path) -> Result<Vec<VaultKey>, String> {
    let text = zeroize::Zeroizing::new(text(path)?);
    read_keys(&text).map_err(|fault| format!("{}: {fault}", path.display()))
}

/// A file in the making: its name is taken from the beginning by an empty file, so that nobody's is written over; its
/// content lies beside until it is whole. Goes without a trace unless it is kept.
struct Target {
    path: PathBuf,
    beside: PathBuf,
    file: File,
    kept: bool,
}

impl Target {
    fn new(path: &Path) -> Result<Self, String> {
        let made = |path: &Path| {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            file.map_err(|error| format!("{}: {error}; nothing is written over", path.display()))
        };
        let mut name = path.file_name().map(OsString::from).ok_or("the output is no name of a file")?;
        name.push(".part");
        let beside = path.with_file_name(name);
        drop(made(path)?);
        match made(&beside) {
            Ok(file) => Ok(Self { path: path.to_owned(), beside, file, kept: false }),
            Err(why) => {
                // What cannot be removed is empty.
                let _ = fs::remove_file(path);
                Err(why)
            }
        }
    }

    fn failed(&self, why: impl std::fmt::Display) -> String {
        format!("{}: {why}", self.path.display())
    }

    fn keep(mut self) -> Result<(), String> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let kept = self.file.sync_all().and_then(|()| fs::rename(&self.beside, &self.path));
        let kept = kept.and_then(|()| File::open(folder)?.sync_all());
        kept.map_err(|error| self.failed(error))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.kept {
            // The fault that led here is told already.
            let _ = fs::remove_file(&self.beside);
            let _ = fs::remove_file(&self.path);
        }
    }
}
