//! The request on paper: every part of the dossier's form in the order in which its procedure publishes it.

use super::sheet::{Body, Sheet, code};
use crate::ClockView;
use comity_domain::procedure::Section;
use comity_domain::term::Certainty;
use comity_formats::paper::{Block, Form, Line};

pub(super) fn body(sheet: &Sheet<'_>) -> Vec<Block> {
    let (pen, d) = (&sheet.pen, sheet.d);
    let mut body = Body::new(sheet);
    face(&mut body, sheet);
    body.section("1", "paper-who");
    body.say("paper-authority", &format!("{} ({})", d.from.name, d.from.country));
    body.say("paper-switchboard", &d.from.switchboard);
    body.say("paper-addressee", &format!("{} ({})", d.to.name, d.to.country));
    if let Some((format, sender)) = &d.channel {
        body.say("paper-channel", format);
        body.lines("paper-claimed-sender", vec![code(sender)]);
    }
    if !d.deficits.is_empty() {
        body.lines("paper-deficits", d.deficits.iter().map(|deficit| pen.plain(deficit)).collect());
    }
    body.part(Section::Authority);
    body.section("2", "paper-law");
    basis(&mut body, sheet);
    body.part(Section::Legal);
    body.section("3", "paper-items");
    body.put(sheet.items());
    for (number, section) in [
        ("4", Section::Case),
        ("5", Section::Justification),
        ("6", Section::Confidentiality),
        ("7", Section::Delivery),
    ] {
        body.titled(number, pen.w("section", section));
        if d.fields.iter().any(|field| field.section == section) {
            body.part(section);
        } else {
            body.text("paper-nothing-stated");
        }
    }
    body.section("8", "paper-clocks");
    clocks(&mut body, sheet);
    body.section("9", "paper-signatures");
    signatures(&mut body, sheet);
    sheet.verify(&mut body);
    body.finish()
}

/// What the request is at a glance.
fn face(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let (pen, d) = (&sheet.pen, sheet.d);
    body.lines("paper-reference", vec![Line::new(Form::Strong, &d.reference)]);
    body.say("paper-provider-reference", d.provider_reference.as_deref().unwrap_or_default());
    body.say("paper-kind", &format!("{} · {}", pen.w("kind", d.kind), pen.w("compulsion", d.compulsion)));
    body.say("paper-priority", &pen.w("priority", d.priority));
    body.say("paper-state", &pen.w("state", d.state));
    if d.edition > 1 {
        body.say("paper-edition", &d.edition.to_string());
    }
    body.moment("paper-received", d.received_at);
}

/// Procedure and provisions.
pub(super) fn basis(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let (pen, d) = (&sheet.pen, sheet.d);
    let citations: Vec<Line> = d.procedure.citations.iter().map(|text| pen.plain(pen.text(text))).collect();
    body.lines("paper-legal-basis", citations);
    let version = d.procedure.version.to_string();
    let named = pen.with("paper-procedure-version", &[("id", &d.procedure.id), ("version", &version)]);
    body.lines(
        "paper-procedure",
        vec![pen.plain(pen.text(&d.procedure.title)), pen.plain(&named), code(&d.procedure.hash)],
    );
    if sheet.rules().citation.iter().any(|citation| citation.certainty == Certainty::Unreviewed) {
        body.rests_on(Certainty::Unreviewed);
    }
}

fn clocks(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let (pen, d) = (&sheet.pen, sheet.d);
    if let Some(hold) = &d.hold {
        body.moment("paper-held-since", Some(hold.since));
        body.lines(
            "paper-held",
            vec![pen.plain(&format!("{} {}", pen.w("hold", hold.state), pen.moment(hold.until)))],
        );
    }
    if d.clocks.is_empty() {
        body.text("paper-no-clocks");
        return;
    }
    let row = |clock: &ClockView| {
        let stopped = match clock.stopped_at {
            Some(at) => pen.plain(&pen.moment(at)),
            None => pen.absent("paper-clock-open"),
        };
        let mut rule = vec![pen.plain(pen.text(&clock.label))];
        if clock.certainty == Certainty::Unreviewed {
            rule.push(pen.absent("paper-unreviewed"));
        }
        vec![
            rule,
            vec![pen.plain(&pen.w("side", clock.obliged))],
            vec![pen.plain(&pen.moment(clock.due))],
            vec![stopped],
        ]
    };
    let mut clocks: Vec<&ClockView> = d.clocks.iter().collect();
    clocks.sort_by_key(|clock| (clock.due, clock.id.clone()));
    body.put(Block::Table {
        summary: pen.t("paper-clocks-summary"),
        columns: vec![
            pen.column("paper-clock", 9),
            pen.column("paper-clock-obliged", 4),
            pen.column("paper-clock-due", 7),
            pen.column("paper-clock-stopped", 7),
        ],
        rows: clocks.into_iter().map(row).collect(),
    });
}

/// Gatekeeper and authoriser, each with what entitles them.
pub(super) fn signatures(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let (pen, d) = (&sheet.pen, sheet.d);
    match &d.vouched {
        Some(by) => body.signature("paper-gatekeeper", sheet.signed(by), false),
        None => body.text("paper-not-vouched"),
    }
    let Some(authorised) = &d.authorised else {
        body.text("paper-not-authorised");
        return;
    };
    let mut rows = sheet.signed(&authorised.by);
    let capacity = format!(
        "{} · {}",
        pen.w("authoriser", authorised.mandate.kind),
        pen.w("independence", authorised.mandate.independence)
    );
    rows.push(pen.entry("paper-capacity", vec![pen.plain(&capacity)]));
    let statement = match &authorised.statement {
        Some(statement) => pen.plain(statement),
        None => pen.absent("paper-withheld"),
    };
    rows.push(pen.entry("paper-statement", vec![statement]));
    body.signature("paper-authoriser", rows, false);
    body.text("paper-signed-how");
}
