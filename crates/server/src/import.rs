//! `comity import`: a message that came as a file, taken exactly as one that comes over the standard interface.

use crate::config::system_clock;
use crate::demo;
use crate::instance::{InstanceArguments, NOWHERE};
use crate::serve::{runtime, said};
use clap::Args;
use comity_domain::id::OrganisationId;
use comity_domain::party::Organisation;
use comity_formats::etsi_103120::{ActionResult, Encoding, Payload, read};
use comity_service::{Caller, Exchange, PeerProcedures, Settings};
use comity_web::{WebSettings, import_etsi_103120};
use std::path::PathBuf;
use std::process::ExitCode;

/// Longest message that is read, in bytes; the same as over HTTP.
const MAX_MESSAGE: u64 = 2 * 1024 * 1024;

/// How the process ends when the answer states an error.
const REFUSED: u8 = 1;
/// How the process ends when there is no answer; the same as for arguments that cannot be read.
const UNUSABLE: u8 = 2;

/// What is taken, from whom, and where it goes.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The message, XML or JSON.
    file: PathBuf,
    #[command(flatten)]
    instance: InstanceArguments,
    /// Code of the authority from which the message is known to come, such as `NBP`.
    #[arg(long)]
    from: String,
    /// Code of the provider to which it goes, such as `HBT`.
    #[arg(long)]
    to: String,
    /// Procedure of its disclosure tasks.
    #[arg(long, default_value = "bud.18_subscriber")]
    disclosure: String,
    /// Procedure of its preservation tasks.
    #[arg(long, default_value = "bud.16_preservation")]
    preservation: String,
}

/// Runs `comity import`: the answer goes to standard output.
///
/// The process ends with 0 when everything in the message was taken, with 1 when the answer states an error, and with
/// 2 when there is no answer: a file, an argument or an instance that cannot be used.
pub(crate) fn run(arguments: &ImportArguments) -> ExitCode {
    let path = arguments.file.display();
    match answer(arguments) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(why)) => {
            eprintln!("comity: {path}: refused: {why}");
            ExitCode::from(REFUSED)
        }
        Err(why) => {
            eprintln!("comity: {why}");
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Prints the answer to the message and gives the first error that it states.
fn answer(arguments: &ImportArguments) -> Result<Option<String>, String> {
    let path = arguments.file.display();
    let size = std::fs::metadata(&arguments.file).map_err(|error| format!("{path}: {error}"))?.len();
    if size > MAX_MESSAGE {
        return Err(format!("{path}: {size} bytes; a message has at most {MAX_MESSAGE}"));
    }
    let message = std::fs::read(&arguments.file).map_err(|error| format!("{path}: {error}"))?;
    let encoding = encoding(&message).ok_or_else(|| {
        format!("{path}: neither XML nor JSON; a message of ETSI TS 103 120 is one of them")
    })?;
    let (settings, web, known, own) = instance(arguments)?;
    let who = Caller::Peer {
        organisation: by_code(&known, "--from", &arguments.from)?,
        addressee: by_code(&known, "--to", &arguments.to)?,
        procedures: PeerProcedures {
            disclosure: arguments.disclosure.clone(),
            preservation: arguments.preservation.clone(),
        },
    };
    let exchange = Exchange::open(settings, system_clock()).map_err(|fault| fault.to_string())?;
    let answer = runtime()?.block_on(async {
        // The instance may never have been served: its organisations are set up here as at its start.
        for organisation in own {
            exchange.put_organisation(&Caller::Operator, organisation).await.map_err(said)?;
        }
        import_etsi_103120(exchange, web, who, encoding, &message).await
    })?;
    println!("{}", String::from_utf8_lossy(&answer));
    Ok(refused(encoding, &answer))
}

/// Told by the first character that is none of space: a message over HTTP has a content type, a file has none.
fn encoding(message: &[u8]) -> Option<Encoding> {
    let text = message.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(message);
    match text.iter().find(|byte| !byte.is_ascii_whitespace())? {
        b'<' => Some(Encoding::Xml),
        b'{' => Some(Encoding::Json),
        _ => None,
    }
}

/// Organisations by their codes.
type Codes = Vec<(String, OrganisationId)>;

/// How the instance is set up, the organisations it knows, and those that its configuration sets up.
type Instance = (Settings, WebSettings, Codes, Vec<Organisation>);

fn instance(arguments: &ImportArguments) -> Result<Instance, String> {
    match arguments.instance.settings()? {
        (settings, Some(config)) => {
            let known = config.organisation.iter().map(|known| (known.code.clone(), known.id)).collect();
            Ok((settings, config.web_settings(), known, config.organisation))
        }
        (settings, None) => Ok((settings, demo::web_settings(NOWHERE), demo::organisations(), Vec::new())),
    }
}

fn by_code(known: &Codes, argument: &str, code: &str) -> Result<OrganisationId, String> {
    known.iter().find(|(own, _)| own == code).map(|(_, id)| *id).ok_or_else(|| {
        let codes: Vec<&str> = known.iter().map(|(own, _)| own.as_str()).collect();
        format!("{argument} {code}: no such organisation; known are {}", codes.join(", "))
    })
}

/// Why the message, or a part of it, was refused: the first error that the answer states.
fn refused(encoding: Encoding, answer: &[u8]) -> Option<String> {
    let read = match read(encoding, answer, usize::MAX) {
        Ok(read) => read,
        Err(error) => return Some(error.fault.to_string()),
    };
    match read.message.payload {
        Payload::Error(error) => Some(format!("{} {}", error.code, error.description)),
        Payload::Response(responses) => responses.into_iter().find_map(|response| match response.result {
            ActionResult::Error(error) => Some(format!("{} {}", error.code, error.description)),
            _ => None,
        }),
        Payload::Request(_) => None,
    }
}
