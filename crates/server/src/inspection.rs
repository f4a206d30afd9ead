//! `comity inspect`: looks at one file on standard input and writes one line of JSON on standard output (T28). The server
//! runs it for each file that arrives. Before it reads a byte it gives up everything that it does not need, for good.

use clap::Args;
use comity_formats::inspection::{Claims, inspect};
use comity_service::UNBOUNDED;
use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};
use std::io::{self, BufReader, Write};
use std::process::ExitCode;

/// Memory that the process may have, in bytes.
const MEMORY: u64 = 256 * 1024 * 1024;
/// Processor time that it may take, in seconds.
const PROCESSOR: u64 = 5;
/// Standard input, output and error are open already; nothing else can be opened.
const FILES: u64 = 3;
/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// What a process needs that reads a pipe, keeps memory, writes a pipe and ends, be it by a failure of its own.
/// Whatever else it asks the kernel for, ends it.
const NEEDED: [i64; 21] = [
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_tgkill,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What the server knows of the file.
#[derive(Args)]
pub(crate) struct InspectArguments {
    /// Bytes that may come out of all archives in it.
    #[arg(long)]
    most_unpacked: u64,
    /// The ending of its name.
    #[arg(long, default_value = "")]
    extension: String,
    /// The media type that its sender stated.
    #[arg(long, default_value = "")]
    media_type: String,
}

/// Runs `comity inspect`.
pub(crate) fn run(arguments: &InspectArguments) -> ExitCode {
    if bound().is_err() {
        return ExitCode::from(u8::try_from(UNBOUNDED).unwrap_or(u8::MAX));
    }
    let mut content = BufReader::with_capacity(PIECE, io::stdin().lock());
    let claims = Claims { extension: &arguments.extension, media_type: &arguments.media_type };
    let report = inspect(&mut content, claims, arguments.most_unpacked);
    let told = serde_json::to_vec(&report).map_err(io::Error::from);
    match told.and_then(|line| io::stdout().write_all(&line)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Bounds this process; none of it can be taken back.
fn bound() -> Result<(), String> {
    let limits = [
        (Resource::RLIMIT_AS, MEMORY),
        (Resource::RLIMIT_CPU, PROCESSOR),
        (Resource::RLIMIT_NOFILE, FILES),
        (Resource::RLIMIT_NPROC, 0),
        (Resource::RLIMIT_FSIZE, 0),
        (Resource::RLIMIT_CORE, 0),
    ];
    for (resource, most) in limits {
        setrlimit(resource, most, most).map_err(|error| error.to_string())?;
    }
    let machine = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let needed = NEEDED.into_iter().map(|call| (call, Vec::new())).collect();
    let filter = SeccompFilter::new(needed, SeccompAction::KillProcess, SeccompAction::Allow, machine);
    let program: BpfProgram = filter.and_then(BpfProgram::try_from).map_err(|error| error.to_string())?;
    apply_filter(&program).map_err(|error| error.to_string())
}
