//! `comity-papers`: reads one paper as JSON on its standard input and writes one PDF to its standard output. Where that
//! fails it ends with 1 and says why in one line, without a word of the content.

use comity_papers::paper::MAX_PAPER;
use comity_papers::{Fault, read, set};
use nix::sys::resource::{Resource, rlim_t, setrlimit};
use std::io::{Read as _, Write as _};
use std::process::ExitCode;

/// What the process may take at most. No file can be opened after this, and nothing of a paper is left in a core file.
const LIMITS: [(Resource, rlim_t); 5] = [
    (Resource::RLIMIT_AS, 512 * 1024 * 1024),
    (Resource::RLIMIT_CPU, 10),
    (Resource::RLIMIT_NOFILE, 3),
    (Resource::RLIMIT_FSIZE, 16 * 1024 * 1024),
    (Resource::RLIMIT_CORE, 0),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("comity-papers: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    for (resource, most) in LIMITS {
        setrlimit(resource, most, most).map_err(|error| format!("a limit could not be set: {error}"))?;
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_PAPER).unwrap_or(u64::MAX).saturating_add(1);
    std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let said = |fault: Fault| fault.to_string();
    let pdf = set(&read(&bytes).map_err(said)?).map_err(said)?;
    let mut out = std::io::stdout().lock();
    out.write_all(&pdf).and_then(|()| out.flush()).map_err(|error| error.to_string())
}
