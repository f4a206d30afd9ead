//! What is wrong with a written procedure before anybody uses it: each finding names the line, the rule and the remedy.
//! A file without findings makes sense in itself; whether it says what the law says is for its reviewer.
//! It never changes a file.

mod answer;
mod form;
mod place;

use super::{PinnedProcedure, Procedure};
use crate::term::Certainty;
use place::{At, Lines};
use std::collections::BTreeSet;
use std::fmt;

/// Every rule of the linter with what it demands, in the order of `docs/adding-a-procedure.md`.
pub const RULES: &[(&str, &str)] = &[
    ("toml", "the file can be read as a procedure"),
    ("id-path", "the identifier is the file's path in dots"),
    ("version", "versions count from 1"),
    ("source", "every rule names where it is taken from"),
    ("mark", "the source of an unreviewed rule ends with the mark [R], [R2] or [M]"),
    ("text", "every text stands in both languages"),
    ("translation", "the French text is not the English one"),
    ("personal", "no text carries an address, a link or a telephone number"),
    ("duplicate", "nothing is named twice"),
    ("status", "the last day is not before the first"),
    ("parties", "the parties can meet under the relation"),
    ("category-authority", "every category has exactly one rule on who may issue"),
    ("authority-issuer", "every rule on who may issue names a signatory and covered categories"),
    ("threshold", "a threshold reads a number field and covers categories of the procedure"),
    ("window", "data about use, place or content are asked for a bounded period (rule 9)"),
    ("field-choice", "choices stand with choice fields and only there"),
    ("field-hidden", "what must be filled in can be read by somebody besides its author"),
    ("priority-reason", "emergency and urgent requests must state a reason (guideline L-priority)"),
    ("confidentiality-end", "a duty of silence has a field for its end"),
    ("clock", "a clock stops with what its start calls for, and binds who has to act"),
    ("clock-missing", "requests of every priority have a clock for the answer"),
    ("hold", "a procedure that preserves says how long, one that produces does not"),
    ("refusal-kind", "a ground of refusal can be used for the kind of request"),
    ("refusal-state", "a ground that only a State may use needs a contact point as addressee"),
    ("clarification", "questions are asked for grounds on which an item can be refused"),
    ("verification", "every priority has exactly one set of checks"),
    ("verification-source", "every set of checks proves the sender by signature or call-back (rule 3)"),
    ("verification-emergency", "an emergency is verified more than an ordinary request (rule 14)"),
    ("gate", "what must wait for verification exists in this kind of request"),
    ("training", "gatekeeper, authoriser and analyst have something to learn"),
];

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line of the file, from 1.
    pub line: usize,
    /// The rule, one of [`RULES`].
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {} [{}] {}", self.line, self.message, self.rule, self.remedy)
    }
}

/// Reads and checks a file; `path` is relative to the folder of procedures, such as `eu/epoc_subscriber.toml`.
///
/// The findings stand in the order of the file. A file that cannot be read has exactly one.
pub fn lint(path: &str, text: &str) -> Vec<Finding> {
    match PinnedProcedure::from_toml(text) {
        Ok(pinned) => lint_pinned(path, &pinned),
        Err(fault) => {
            let line = fault.offset.map_or(1, |offset| place::line_of(text, offset));
            let message = fault.message.lines().next().unwrap_or_default().to_owned();
            let remedy = "Mend the line; crates/domain/src/procedure/rule.rs lists every key.".to_owned();
            vec![Finding { line, rule: "toml", message, remedy }]
        }
    }
}

/// Checks a procedure that has been read.
pub fn lint_pinned(path: &str, pinned: &PinnedProcedure) -> Vec<Finding> {
    let mut desk = Desk { lines: Lines::of(&pinned.text), findings: Vec::new() };
    let procedure = &pinned.procedure;
    head(path, procedure, &mut desk);
    provenance(procedure, &mut desk);
    form::texts(procedure, &mut desk);
    form::names(procedure, &mut desk);
    form::parties(procedure, &mut desk);
    form::categories(procedure, &mut desk);
    form::fields(procedure, &mut desk);
    answer::clocks(procedure, &mut desk);
    answer::hold(procedure, &mut desk);
    answer::refusals(procedure, &mut desk);
    answer::verification(procedure, &mut desk);
    answer::training(procedure, &mut desk);
    desk.findings.sort();
    desk.findings
}

struct Desk<'a> {
    lines: Lines<'a>,
    findings: Vec<Finding>,
}

impl Desk<'_> {
    fn note(
        &mut self,
        rule: &'static str,
        at: At<'_>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        debug_assert!(RULES.iter().any(|(known, _)| *known == rule), "{rule} is not listed");
        let line = self.lines.find(at);
        self.findings.push(Finding { line, rule, message: message.into(), remedy: remedy.into() });
    }
}

fn head(path: &str, procedure: &Procedure, desk: &mut Desk<'_>) {
    let expected = path.trim_end_matches(".toml").replace(['/', '\\'], ".");
    if procedure.id != expected {
        let message = format!("the identifier is `{}`, the file says `{expected}`", procedure.id);
        desk.note("id-path", At::top("id"), message, "Rename one of the two.");
    }
    if procedure.version == 0 {
        desk.note("version", At::top("version"), "version 0", "Begin with 1 and count up with each change.");
    }
    if procedure.status.until.is_some_and(|until| until < procedure.status.from) {
        let at = At::of("status", 0, "until");
        desk.note("status", at, "the last day is before the first", "Correct one of the two dates.");
    }
}

/// Every rule says where it is taken from, and how that was learnt (`legal.md`, marks).
fn provenance(procedure: &Procedure, desk: &mut Desk<'_>) {
    let mut counted: Vec<&'static str> = Vec::new();
    for rule in procedure.provenance() {
        let index = counted.iter().filter(|kind| **kind == rule.kind).count();
        counted.push(rule.kind);
        let table = if rule.kind == "verification" { "verification.class" } else { rule.kind };
        let at = At::of(table, index, "source");
        let source = rule.source.trim();
        if source.is_empty() {
            let message = format!("{} has no source", rule.kind);
            desk.note(
                "source",
                at,
                message,
                "Name provision and document, or call it a value of this procedure.",
            );
        } else if rule.certainty == Certainty::Unreviewed
            && !["[R]", "[R2]", "[M]"].iter().any(|m| source.ends_with(m))
        {
            let message = format!("{} does not say how its source was learnt", rule.kind);
            desk.note("mark", at, message, "End the source with [R], [R2] or [M].");
        }
    }
}

/// Notes each name that occurs a second time in a table.
fn once<'n>(table: &'static str, key: &str, names: impl Iterator<Item = &'n str>, desk: &mut Desk<'_>) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        if !seen.insert(name) {
            let message = format!("{table} `{name}` stands there twice");
            desk.note("duplicate", At::of(table, index, key), message, "Rename or remove one of them.");
        }
    }
}
