//! What came of a request on paper: what was not executed, what happened, and the certificate of an answer for a court.

use super::not_executed;
use super::proof::Places;
use super::sheet::{Body, Sheet, code};
use crate::ledger::Ledger;
use crate::{HistoryView, ItemView, PackageView, PackedView};
use comity_domain::request::{Found, PackageReceipt};
use comity_formats::paper::{Block, Form, Line};
use comity_store::Fault;

/// The parties and references, as every paper about an answer begins.
fn face(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let (pen, d) = (&sheet.pen, sheet.d);
    body.lines("paper-reference", vec![Line::new(Form::Strong, &d.reference)]);
    body.say("paper-provider-reference", d.provider_reference.as_deref().unwrap_or_default());
    body.say("paper-authority", &format!("{} ({})", d.from.name, d.from.country));
    body.say("paper-addressee", &format!("{} ({})", d.to.name, d.to.country));
    let basis = d.procedure.citations.iter().map(|text| pen.plain(pen.text(text))).collect();
    body.lines("paper-legal-basis", basis);
    body.moment("paper-received", d.received_at);
    body.say("paper-state", &pen.w("state", d.state));
}

/// Items that were not executed: decision, grounds with their codes, explanation, and what would make them succeed.
pub(super) fn non_execution(sheet: &Sheet<'_>) -> Vec<Block> {
    let (pen, d) = (&sheet.pen, sheet.d);
    let mut body = Body::new(sheet);
    face(&mut body, sheet);
    body.section("1", "paper-not-executed");
    body.put(Block::Table {
        summary: pen.t("paper-not-executed-summary"),
        columns: vec![
            pen.column("paper-item", 2),
            pen.column("paper-what", 7),
            pen.column("paper-decision", 8),
            pen.column("paper-remedy", 8),
        ],
        rows: d
            .items
            .iter()
            .filter(|item| not_executed(item.outcome))
            .map(|item| refused(sheet, item))
            .collect(),
    });
    let grounds = d.items.iter().flat_map(|item| &item.grounds);
    for rule in grounds.filter_map(|ground| sheet.rules().refusal(ground.code)) {
        body.rests_on(rule.certainty);
    }
    let open = d.items.iter().filter(|item| item.outcome.is_none()).count();
    if open > 0 {
        body.put(Block::Text { text: pen.with("paper-items-open", &[("count", &open.to_string())]) });
    }
    body.section("2", "paper-decided");
    let mut deciders = Vec::new();
    for by in d.items.iter().filter(|item| not_executed(item.outcome)).filter_map(|i| i.decided.as_ref()) {
        if !deciders.contains(&&by.person) {
            deciders.push(&by.person);
            body.signature("paper-decided-by", sheet.signed(by), false);
        }
    }
    body.text("paper-signed-how");
    sheet.verify(&mut body);
    body.finish()
}

fn refused(sheet: &Sheet<'_>, item: &ItemView) -> Vec<Vec<Line>> {
    let pen = &sheet.pen;
    let mut what = sheet.identifier(item);
    what.push(pen.plain(pen.text(&item.term)));
    what.extend(sheet.period(item));
    let outcome = item.outcome.map(|outcome| pen.w("outcome", outcome)).unwrap_or_default();
    let mut decision = vec![Line::new(Form::Strong, outcome)];
    decision.extend(
        item.grounds.iter().map(|ground| pen.plain(&format!("{}: {}", ground.code, pen.text(&ground.label)))),
    );
    if !item.explanation.is_empty() {
        decision.push(pen.plain(&item.explanation));
    }
    if let Some(by) = &item.decided {
        decision.push(pen.plain(&pen.moment(by.at)));
    }
    let mut remedies: Vec<Line> =
        item.grounds.iter().map(|ground| pen.plain(pen.text(&ground.remedy))).collect();
    if remedies.is_empty() {
        remedies.push(pen.absent("paper-no-remedy"));
    }
    vec![vec![pen.plain(&item.number.to_string())], what, decision, remedies]
}

/// What happened, event by event, with the commitment and the leaf of each, and a promise for what is not sealed yet.
pub(super) fn receipt(sheet: &Sheet<'_>, ledger: &Ledger) -> Result<Vec<Block>, Fault> {
    let (pen, d) = (&sheet.pen, sheet.d);
    let mut body = Body::new(sheet);
    face(&mut body, sheet);
    body.section("1", "paper-events");
    body.text("paper-events-lead");
    body.put(Block::Table {
        summary: pen.t("paper-events-summary"),
        columns: vec![
            pen.column("paper-number", 2),
            pen.column("paper-when", 6),
            pen.column("paper-event", 8),
            pen.column("paper-commitment", 11),
        ],
        rows: d.history.iter().map(|entry| event(sheet, sheet.places, entry)).collect(),
    });
    let unsealed: Vec<&HistoryView> =
        d.history.iter().filter(|entry| sheet.places.leaf(entry.sequence).is_none()).collect();
    if let Some(last) = unsealed.last() {
        body.section("2", "paper-promise");
        body.text("paper-promise-lead");
        let commitments: Vec<String> = unsealed.iter().map(|entry| entry.commitment.clone()).collect();
        let text = ledger.promise(d.id, last.at, &commitments)?;
        body.put(Block::Verbatim { label: pen.t("paper-promise-note"), text });
        let key = ledger.receipts_key();
        body.put(Block::Verbatim { label: pen.t("paper-promise-key"), text: key });
    }
    if d.packages.iter().any(|package| package.receipt.is_some()) {
        body.section("3", "paper-packages-received");
        for (index, package) in d.packages.iter().enumerate() {
            received(&mut body, sheet, index, package);
        }
    }
    sheet.verify(&mut body);
    Ok(body.finish())
}

fn event(sheet: &Sheet<'_>, places: &Places, entry: &HistoryView) -> Vec<Vec<Line>> {
    let pen = &sheet.pen;
    let sentence = entry.sentence(pen.words, pen.language, &sheet.d.clocks, |at| pen.moment(at));
    let mut what = vec![pen.plain(&sentence)];
    let by: Vec<&str> =
        [entry.by.as_str(), entry.organisation.as_str()].into_iter().filter(|t| !t.is_empty()).collect();
    if !by.is_empty() {
        what.push(pen.plain(&by.join(", ")));
    }
    let place = match places.leaf(entry.sequence) {
        Some((log, leaf)) => pen.plain(&pen.with("paper-leaf", &[("log", log), ("leaf", &leaf.to_string())])),
        None => pen.absent("paper-leaf-unsealed"),
    };
    vec![
        vec![pen.plain(&entry.sequence.to_string())],
        vec![pen.plain(&pen.moment(entry.at))],
        what,
        vec![code(&entry.commitment), place],
    ]
}

fn package_title(sheet: &Sheet<'_>, index: usize) -> String {
    sheet.pen.with("paper-package", &[("number", &(index + 1).to_string())])
}

/// The authority's confirmation of one package.
fn received(body: &mut Body<'_>, sheet: &Sheet<'_>, index: usize, package: &PackageView) {
    if let Some(receipt) = &package.receipt {
        body.put(confirmation(sheet, package_title(sheet, index), receipt));
    }
}

fn confirmation(sheet: &Sheet<'_>, title: String, receipt: &PackageReceipt) -> Block {
    let pen = &sheet.pen;
    let said = match receipt.found {
        Found::Intact => "paper-receipt-intact",
        Found::Mismatch => "paper-receipt-broken",
        Found::OverDisclosure { .. } => "paper-receipt-over",
    };
    let mut rows = vec![pen.entry("paper-confirmation", vec![pen.plain(&pen.t(said))])];
    if !receipt.remark.is_empty() {
        rows.push(pen.entry("paper-remark", vec![pen.plain(&receipt.remark)]));
    }
    rows.extend(sheet.signed(&receipt.by));
    Block::Signature { title, rows, line: String::new() }
}

/// The certificate of an answer: what was given, who gave it, and how anybody tells that it is still the same.
pub(super) fn certificate(sheet: &Sheet<'_>) -> Vec<Block> {
    let (pen, d) = (&sheet.pen, sheet.d);
    let mut body = Body::new(sheet);
    face(&mut body, sheet);
    body.moment("paper-verified", d.verified_at);
    body.section("1", "paper-certified");
    body.text("paper-certified-lead");
    body.section("2", "paper-items");
    body.put(sheet.items());
    let mut number = 2;
    for (index, package) in d.packages.iter().enumerate().filter(|(_, package)| package.released.is_some()) {
        number += 1;
        body.titled(&number.to_string(), package_title(sheet, index));
        contents(&mut body, sheet, package);
        custody(&mut body, sheet, package);
    }
    body.text("paper-signed-how");
    body.titled(&(number + 1).to_string(), pen.t("paper-verify-files"));
    body.text("paper-verify-files-lead");
    body.put(Block::Steps {
        rows: vec![
            vec![pen.plain(&pen.t("paper-verify-digest")), code("sha256sum FILE")],
            vec![pen.plain(&pen.t("paper-verify-compare"))],
        ],
    });
    sheet.verify(&mut body);
    body.finish()
}

fn contents(body: &mut Body<'_>, sheet: &Sheet<'_>, package: &PackageView) {
    let pen = &sheet.pen;
    let numbers: Vec<String> = package.items.iter().map(u32::to_string).collect();
    body.say("paper-answers-items", &numbers.join(", "));
    if !package.note.is_empty() {
        body.say("paper-note", &package.note);
    }
    let row = |file: &PackedView| {
        vec![
            vec![Line::new(Form::Strong, &file.name)],
            vec![pen.plain(&grouped(file.bytes))],
            vec![code(file.sha256.as_str())],
        ]
    };
    body.put(Block::Table {
        summary: pen.t("paper-files-summary"),
        columns: vec![
            pen.column("paper-file", 8),
            pen.column("paper-bytes", 4),
            pen.column("paper-sha256", 12),
        ],
        rows: package.files.iter().map(row).collect(),
    });
}

fn custody(body: &mut Body<'_>, sheet: &Sheet<'_>, package: &PackageView) {
    body.signature("paper-prepared", sheet.signed(&package.prepared), false);
    if let Some(by) = &package.released {
        body.signature("paper-released", sheet.signed(by), false);
    }
    match &package.receipt {
        Some(receipt) => body.put(confirmation(sheet, sheet.pen.t("paper-received-by"), receipt)),
        None => body.text("paper-not-received"),
    }
}

/// A number in groups of three, with spaces that do not break.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{A0}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_exactly_in_groups_of_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{A0}234\u{A0}567");
    }
}
