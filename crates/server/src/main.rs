//! The binary `comity`: configuration, assembly, and the command line.
//! It puts the floors together and starts them; it decides nothing.

mod backup;
mod config;
mod demo;
mod evidence;
mod import;
mod inspection;
mod instance;
mod ledger;
mod procedure;
mod serve;
mod telemetry;
mod tls;
mod verify;
mod vetting;
mod witness;

use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "comity", version, about = "Requests between law enforcement and service providers")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve an instance.
    Serve {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
    /// Serve a demonstration with fictional organisations and people, on this machine only.
    Demo {
        /// Where to listen; a loopback address. Port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Where the data are kept; `demo.json` in it tells the addresses and tokens.
        #[arg(long, default_value = ".work/demo")]
        data: PathBuf,
        /// Address of an empty PostgreSQL database to keep the rows in; without one they are a file in `data`.
        #[arg(long)]
        database_url: Option<String>,
        /// Folder of procedures to try, taken in place of shipped ones of the same identifier and version.
        #[arg(long)]
        procedures: Option<PathBuf>,
    },
    /// File the requests of a message (ETSI TS 103 120, XML or JSON) that came as a file; prints the answer to it.
    Import(import::ImportArguments),
    /// Look at one file on standard input, within hard bounds; the server runs it for each file that arrives.
    #[command(hide = true)]
    Inspect(inspection::InspectArguments),
    /// Check a proof, a log, an instance or two copies: ends with 0 for valid, 1 for invalid, 2 where nobody can tell.
    Verify {
        #[command(subcommand)]
        command: verify::VerifyCommand,
    },
    /// Seal files to the vault of whoever may read them, and open them with its key; needs no instance.
    Evidence {
        #[command(subcommand)]
        command: evidence::EvidenceCommand,
    },
    /// Check the database of an instance against its ledger; it may be served meanwhile.
    Check(instance::InstanceArguments),
    /// Write an encrypted archive of an instance, or of its keys; it may be served meanwhile.
    Backup(backup::BackupArguments),
    /// Put a backup back into an empty data folder and an empty database.
    Restore(backup::RestoreArguments),
    /// Print the proof that a request's events stand in the log, without their content.
    Proof(ledger::ProofArguments),
    /// The keys and copies of the logs.
    Ledger {
        #[command(subcommand)]
        command: ledger::LedgerCommand,
    },
    /// Cosign the checkpoints of other instances' logs; needs a key file and a folder, and no database.
    Witness(witness::WitnessArguments),
    /// The written procedures.
    Procedure {
        #[command(subcommand)]
        command: procedure::ProcedureCommand,
    },
    /// Organisations.
    Organisation {
        #[command(subcommand)]
        command: OrganisationCommand,
    },
    /// People.
    Person {
        #[command(subcommand)]
        command: PersonCommand,
    },
}

#[derive(Subcommand)]
enum OrganisationCommand {
    /// Say where an organisation stands: active, suspended or left. One that takes no part any more has no sessions and no
    /// tokens from that instant on, and every open request of its people stands still.
    Status {
        /// The configuration file of the instance.
        #[arg(long)]
        config: PathBuf,
        /// The organisation's code, such as `NBP`.
        #[arg(long)]
        organisation: String,
        /// `active`, `suspended` or `left`.
        #[arg(long)]
        status: String,
        /// Why; it is kept.
        #[arg(long)]
        reason: String,
    },
    /// How far the vetting of an organisation is, and what it has to publish in its DNS.
    Vetting(vetting::Named),
    /// Prove an organisation's mail domain: by its DNS, or by a signed letter that somebody saw.
    Domain(vetting::DomainArguments),
    /// Admit an organisation in the place of members that vouch.
    Admit(vetting::AdmitArguments),
    /// Prolong a probation, or end it before its day.
    Probation(vetting::ProbationArguments),
}

#[derive(Subcommand)]
enum PersonCommand {
    /// Print a single-use link with which the person enrols a passkey, valid for ten minutes.
    Invite {
        /// The configuration file of the instance.
        #[arg(long)]
        config: PathBuf,
        /// Official mail address; the person is created from the other options if not known yet.
        #[arg(long)]
        email: String,
        /// The organisation's code, such as `NBP`.
        #[arg(long)]
        organisation: String,
        /// Name as it appears on documents.
        #[arg(long, default_value = "")]
        name: String,
        /// Function or rank.
        #[arg(long, default_value = "")]
        function: String,
        /// Roles, such as `administrator`.
        #[arg(long = "role")]
        roles: Vec<String>,
        /// Accreditation number.
        #[arg(long, default_value = "")]
        accreditation: String,
    },
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    // It bounds itself before anything else of the program begins.
    if let Command::Inspect(arguments) = &command {
        return inspection::run(arguments);
    }
    let traces = match telemetry::start() {
        Ok(traces) => traces,
        Err(message) => {
            eprintln!("comity: {message}");
            return ExitCode::FAILURE;
        }
    };
    let ended = run(command);
    drop(traces);
    ended
}

fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::Serve { config } => serve::run(&config),
        Command::Demo { listen, data, database_url, procedures } => {
            demo::run(listen, &data, database_url.as_deref(), procedures.as_deref())
        }
        Command::Import(arguments) => return import::run(&arguments),
        Command::Inspect(arguments) => return inspection::run(&arguments),
        Command::Verify { command } => return verify::run(&command),
        Command::Evidence { command } => evidence::run(&command),
        Command::Check(instance) => return verify::check(&instance),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Proof(arguments) => ledger::proof(&arguments),
        Command::Ledger { command } => ledger::run(&command),
        Command::Witness(arguments) => witness::run(arguments),
        Command::Procedure { command } => procedure::run(&command),
        Command::Organisation { command } => serve::organisation(&command),
        Command::Person { command } => serve::person(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("comity: {message}");
            ExitCode::FAILURE
        }
    }
}
