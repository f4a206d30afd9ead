//! `comity procedure …`: check, test and show written procedures, shipped or from a folder.

use crate::config::{SHIPPED, shipped_calendars};
use clap::Subcommand;
use comity_domain::calendar::Calendar;
use comity_domain::procedure::{PinnedProcedure, case, lint, written};
use comity_domain::term::Language;
use comity_service::translation::Translator;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum ProcedureCommand {
    /// Check the files of a folder: file, line, rule, remedy.
    Check {
        /// The folder.
        #[arg(default_value = "procedures")]
        folder: PathBuf,
    },
    /// Run the worked cases beside the files of a folder.
    Test {
        /// The folder.
        #[arg(default_value = "procedures")]
        folder: PathBuf,
    },
    /// Print a shipped procedure as a written procedure.
    Show {
        /// Its identifier, such as `eu.epoc_subscriber`.
        id: String,
        /// `en` or `fr`.
        #[arg(long, default_value = "en")]
        language: String,
    },
}

/// Runs a sub-command.
pub(crate) fn run(command: &ProcedureCommand) -> Result<(), String> {
    match command {
        ProcedureCommand::Check { folder } => check(folder),
        ProcedureCommand::Test { folder } => test(folder),
        ProcedureCommand::Show { id, language } => show(id, language),
    }
}

/// Every procedure file below a folder, in order.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next).map_err(|error| format!("{}: {error}", next.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                if name != "calendars" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|ending| ending == "toml") && !name.contains(".tests.") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn check(folder: &Path) -> Result<(), String> {
    let mut findings = 0;
    let files = files(folder)?;
    for path in &files {
        let below = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
        for finding in lint::lint(&below, &read(path)?) {
            println!("{}: {finding}", path.display());
            findings += 1;
        }
    }
    println!("{} procedures checked, {findings} findings", files.len());
    if findings == 0 { Ok(()) } else { Err("the procedures have findings".to_owned()) }
}

fn calendars(folder: &Path) -> Result<BTreeMap<String, Calendar>, String> {
    let mut known: BTreeMap<String, Calendar> =
        shipped_calendars()?.into_iter().map(|calendar| (calendar.id().to_owned(), calendar)).collect();
    let own = folder.join("calendars");
    if own.is_dir() {
        for path in files(&own)? {
            let calendar =
                Calendar::from_toml(&read(&path)?).map_err(|f| format!("{}: {f}", path.display()))?;
            known.insert(calendar.id().to_owned(), calendar);
        }
    }
    Ok(known)
}

fn test(folder: &Path) -> Result<(), String> {
    let calendars = calendars(folder)?;
    let (mut cases, mut expectations, mut failures, mut without) = (0, 0, 0, 0);
    for path in files(folder)? {
        let pinned =
            PinnedProcedure::from_toml(&read(&path)?).map_err(|f| format!("{}: {f}", path.display()))?;
        let beside = path.with_extension("tests.toml");
        if !beside.exists() {
            println!("{}: no worked cases beside it", path.display());
            without += 1;
            continue;
        }
        let report = case::run(&beside.to_string_lossy(), &read(&beside)?, &pinned, &calendars);
        let report = report.map_err(|fault| format!("{}: {fault}", beside.display()))?;
        report.failures.iter().for_each(|failure| println!("{failure}"));
        cases += report.cases;
        expectations += report.expectations;
        failures += report.failures.len();
    }
    println!(
        "{cases} cases, {expectations} expectations, {failures} not met, {without} procedures without cases"
    );
    if failures + without == 0 { Ok(()) } else { Err("the worked cases do not hold".to_owned()) }
}

fn show(id: &str, language: &str) -> Result<(), String> {
    let language: Language = language.parse().map_err(|_| "language: en or fr".to_owned())?;
    let texts = SHIPPED.iter().map(|(_, text)| PinnedProcedure::from_toml(text));
    let mut known = texts.collect::<Result<Vec<_>, _>>().map_err(|fault| fault.to_string())?.into_iter();
    let pinned = known.find(|pinned| pinned.procedure.id == id);
    let pinned = pinned.ok_or_else(|| format!("{id}: no such procedure is shipped"))?;
    let words = Translator::embedded();
    print!("{}", written::text(&pinned, language, &|key| words.text(language, key, &[])));
    Ok(())
}
