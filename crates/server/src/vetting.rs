//! `comity organisation vetting`, `domain`, `admit` and `probation`: what only the console does about newcomers (T02).

use crate::config::{Config, system_clock};
use crate::serve::{runtime, said};
use clap::Args;
use comity_domain::id::OrganisationId;
use comity_domain::time::Moment;
use comity_service::{Caller, Exchange};
use std::path::PathBuf;

/// Which organisation.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The configuration file of the instance.
    #[arg(long)]
    config: PathBuf,
    /// The organisation's code, such as `NBP`.
    #[arg(long)]
    organisation: String,
}

/// How a mail domain is proved.
#[derive(Debug, Args)]
pub(crate) struct DomainArguments {
    #[command(flatten)]
    named: Named,
    /// SHA-256 of a signed letter; without it the DNS is asked.
    #[arg(long, requires = "seen_by", requires = "seen_on")]
    letter: Option<String>,
    /// Who saw the letter.
    #[arg(long, default_value = "")]
    seen_by: String,
    /// When, such as `2026-11-23T14:00:00+01:00`.
    #[arg(long)]
    seen_on: Option<String>,
}

/// An admission.
#[derive(Debug, Args)]
pub(crate) struct AdmitArguments {
    #[command(flatten)]
    named: Named,
    /// Why; it is kept.
    #[arg(long)]
    reason: String,
    /// Days of probation; as configured without it, none with 0.
    #[arg(long)]
    probation_days: Option<u32>,
}

/// Another end of a probation.
#[derive(Debug, Args)]
pub(crate) struct ProbationArguments {
    #[command(flatten)]
    named: Named,
    /// Until when, such as `2027-05-30T09:30:00+02:00`.
    #[arg(long, conflicts_with = "end", required_unless_present = "end")]
    until: Option<String>,
    /// End it now.
    #[arg(long)]
    end: bool,
    /// Why; it is kept.
    #[arg(long)]
    reason: String,
}

impl Named {
    fn open(&self) -> Result<(Exchange, OrganisationId), String> {
        let config = Config::read(&self.config)?;
        let found = config.organisation.iter().find(|known| known.code == self.organisation);
        let found =
            found.ok_or_else(|| format!("organisation {}: not in the configuration", self.organisation))?;
        let exchange =
            Exchange::open(config.settings()?, system_clock()).map_err(|fault| fault.to_string())?;
        Ok((exchange, found.id))
    }
}

fn moment(text: &str, name: &str) -> Result<Moment, String> {
    text.parse().map_err(|fault| format!("{name}: {fault}"))
}

/// Prints how far the vetting is.
pub(crate) fn state(named: &Named) -> Result<(), String> {
    let (exchange, id) = named.open()?;
    let state = runtime()?.block_on(exchange.vetting(&Caller::Operator, id)).map_err(said)?;
    println!("{}: {}", named.organisation, state.status);
    if let Some((name, text)) = state.record {
        println!("record: {name} TXT \"{text}\"");
        println!("mail domain: {}", state.proof.map_or("not proved", |proof| proof.as_str()));
        println!("admitted by the console: {}", if state.admitted { "yes" } else { "no" });
        println!("vouch for it: {}", state.vouchers.join(", "));
    }
    if let Some(until) = state.probation_until {
        println!("on probation until {until}");
    }
    Ok(())
}

/// Proves a mail domain.
pub(crate) fn domain(arguments: &DomainArguments) -> Result<(), String> {
    let (exchange, id) = arguments.named.open()?;
    let runtime = runtime()?;
    match (&arguments.letter, &arguments.seen_on) {
        (Some(letter), Some(on)) => {
            let on = moment(on, "seen-on")?;
            let done = exchange.prove_by_letter(&Caller::Operator, id, letter, &arguments.seen_by, on);
            runtime.block_on(done).map_err(said)
        }
        _ => runtime.block_on(exchange.prove_by_dns(&Caller::Operator, id)).map_err(said),
    }
}

/// Admits an organisation.
pub(crate) fn admit(arguments: &AdmitArguments) -> Result<(), String> {
    let (exchange, id) = arguments.named.open()?;
    let days = arguments.probation_days;
    runtime()?.block_on(exchange.admit(&Caller::Operator, id, &arguments.reason, days)).map_err(said)
}

/// Prolongs or ends a probation.
pub(crate) fn probation(arguments: &ProbationArguments) -> Result<(), String> {
    let (exchange, id) = arguments.named.open()?;
    let until = arguments.until.as_deref().map(|until| moment(until, "until")).transpose()?;
    let done = exchange.change_probation(&Caller::Operator, id, until, &arguments.reason);
    runtime()?.block_on(done).map_err(said)
}
