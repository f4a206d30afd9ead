//! The certificates of Regulation (EU) 2023/1543, Annexes I to III: their sections with their letters, filled from the
//! dossier and marked where it is silent (`legal.md` 3.7, 3.8). Section M of Annex I holds fields that the procedure keeps
//! from the addressee; its copy says only that they are there.

use super::not_executed;
use super::sheet::{Body, Sheet};
use crate::ItemView;
use comity_domain::party::Signature;
use comity_domain::procedure::CategoryRule;
use comity_domain::refusal::NonExecutionCode;
use comity_domain::term::{AuthoriserType, Certainty, ItemOutcome, Priority};
use comity_formats::paper::{Block, Form, Line, Tick};

/// Annex I: European production order certificate.
pub(super) fn epoc(sheet: &Sheet<'_>) -> Vec<Block> {
    let mut body = Body::new(sheet);
    notice(&mut body, sheet, "paper-epoc-preamble");
    body.section("A", "paper-eu-authorities");
    authorities(&mut body, sheet);
    body.section("B", "paper-eu-addressee");
    addressee(&mut body, sheet);
    body.section("C", "paper-eu-deadlines");
    deadlines(&mut body, sheet);
    body.section("D", "paper-eu-earlier");
    body.ticks("earlier_request");
    body.field("previous_reference");
    body.section("E", "paper-eu-identification");
    identification(&mut body, sheet);
    body.section("F", "paper-eu-data");
    data(&mut body, sheet);
    body.section("G", "paper-eu-conditions");
    conditions(&mut body, sheet);
    body.section("H", "paper-eu-user-information");
    body.ticks("user_notice");
    body.fields(&["user_notice_reason", "confidentiality_until"]);
    body.section("I", "paper-eu-issuing");
    issuing(&mut body, sheet);
    body.section("J", "paper-eu-validating");
    validating(&mut body);
    body.section("K", "paper-eu-enforcing");
    body.text("paper-eu-not-notified");
    body.rests_on(Certainty::Unreviewed);
    body.section("L", "paper-eu-transfer");
    body.ticks("data_receiver");
    body.ticks("delivery_format");
    body.field("remarks");
    body.section("M", "paper-eu-only-enforcing");
    body.fields(&["necessity", "proportionality", "facts_internal"]);
    statement(&mut body, sheet);
    body.finish()
}

/// Annex II: European preservation order certificate.
pub(super) fn epoc_pr(sheet: &Sheet<'_>) -> Vec<Block> {
    let mut body = Body::new(sheet);
    notice(&mut body, sheet, "paper-epoc-pr-preamble");
    body.section("A", "paper-eu-authorities");
    authorities(&mut body, sheet);
    body.section("B", "paper-eu-addressee");
    addressee(&mut body, sheet);
    body.section("C", "paper-eu-identification");
    identification(&mut body, sheet);
    body.section("D", "paper-eu-data-preserved");
    data(&mut body, sheet);
    body.section("E", "paper-eu-conditions");
    conditions(&mut body, sheet);
    body.ticks("production_intended");
    body.section("F", "paper-eu-issuing");
    issuing(&mut body, sheet);
    body.section("G", "paper-eu-validating");
    validating(&mut body);
    body.finish()
}

/// Annex III: impossibility to execute; reasons and preservation stand for each identifier.
pub(super) fn non_execution(sheet: &Sheet<'_>) -> Vec<Block> {
    let (pen, d) = (&sheet.pen, sheet.d);
    let mut body = Body::new(sheet);
    section(&mut body, "A", "paper-eu3-certificate");
    let preserves = sheet.rules().instrument == "EU_EPOC_PR";
    body.boxes("", &[("paper-epoc", !preserves), ("paper-epoc-pr", preserves)]);
    section(&mut body, "B", "paper-eu-authorities");
    authorities(&mut body, sheet);
    body.moment("paper-eu3-issued", d.authorised.as_ref().map(|authorised| authorised.by.at));
    body.moment("paper-received", d.received_at);
    body.say("paper-eu3-enforcing", "");
    section(&mut body, "C", "paper-eu3-addressee");
    body.say("paper-name", &format!("{} ({})", d.to.name, d.to.country));
    body.say("paper-file-number", d.provider_reference.as_deref().unwrap_or_default());
    section(&mut body, "D", "paper-eu3-reasons");
    reasons(&mut body, sheet);
    section(&mut body, "E", "paper-eu3-conflict");
    conflict(&mut body, sheet);
    section(&mut body, "F", "paper-eu3-needed");
    let questions: Vec<Line> = d
        .clarifications
        .iter()
        .map(|round| pen.plain(&format!("{}: {}", round.code, round.question)))
        .collect();
    body.lines("paper-eu3-needed-what", if questions.is_empty() { vec![pen.plain("")] } else { questions });
    section(&mut body, "G", "paper-eu3-preservation");
    preservation(&mut body, sheet);
    section(&mut body, "H", "paper-eu3-signed");
    let mut people: Vec<&Signature> = Vec::new();
    for by in refused(sheet).filter_map(|item| item.decided.as_ref()) {
        if !people.iter().any(|known| known.person == by.person) {
            people.push(by);
        }
    }
    for by in people {
        let mut rows = vec![pen.entry("paper-addressee", vec![pen.plain(&d.to.name)])];
        rows.extend(sheet.signed(by));
        rows.push(pen.entry("paper-switchboard", vec![pen.plain(&d.to.switchboard)]));
        body.signature("paper-eu3-authorised-person", rows, true);
    }
    body.finish()
}

/// A section of a form that is known from a secondary account only (`legal.md` 3.8).
fn section(body: &mut Body<'_>, letter: &str, key: &str) {
    body.section(letter, key);
    body.rests_on(Certainty::Unreviewed);
}

fn notice(body: &mut Body<'_>, sheet: &Sheet<'_>, key: &str) {
    let pen = &sheet.pen;
    body.put(Block::Notice { title: pen.t("paper-eu-preamble"), text: pen.t(key) });
}

fn authorities(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let d = sheet.d;
    body.say("paper-eu-issuing-state", &d.from.country);
    body.say("paper-eu-issuing-authority", &d.from.name);
    body.lines("paper-file-number", vec![Line::new(Form::Strong, &d.reference)]);
    body.fields(&["case_number", "validating_authority"]);
}

fn addressee(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let d = sheet.d;
    body.say("paper-name", &format!("{} ({})", d.to.name, d.to.country));
    body.ticks("addressee_capacity");
    body.say("paper-address", "");
    body.say("paper-switchboard", &d.to.switchboard);
    body.say("paper-email", "");
    body.say("paper-contact-person", "");
    body.say("paper-eu-addressee-file", d.provider_reference.as_deref().unwrap_or_default());
    body.field("provider_concerned");
}

fn deadlines(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let emergency = sheet.d.priority == Priority::Emergency;
    // These procedures cover no category for which the enforcing authority is notified.
    let boxes = [
        ("paper-eu-ten-days", !emergency),
        ("paper-eu-ten-days-notified", false),
        ("paper-eu-eight-hours", emergency),
    ];
    body.boxes("paper-eu-deadline", &boxes);
    body.ticks("emergency_basis");
    body.fields(&["urgency_reason", "deadline_to_respect"]);
}

fn identification(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let pen = &sheet.pen;
    let row = |item: &ItemView| {
        vec![vec![pen.plain(&item.number.to_string())], sheet.identifier(item), sheet.period(item)]
    };
    body.put(Block::Table {
        summary: pen.t("paper-identification-summary"),
        columns: vec![
            pen.column("paper-item", 2),
            pen.column("paper-identifier", 10),
            pen.column("paper-period", 9),
        ],
        rows: sheet.d.items.iter().map(row).collect(),
    });
    body.field("facts");
}

/// The categories of the procedure that are asked for, each with its boxes and the items that tick them.
fn data(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let pen = &sheet.pen;
    for rule in &sheet.rules().category {
        let items: Vec<&ItemView> =
            sheet.d.items.iter().filter(|item| item.category == rule.category).collect();
        if items.is_empty() {
            continue;
        }
        let label = pen.with(
            "paper-eu-data-of",
            &[("term", pen.text(&rule.term)), ("items", &numbers(items.iter().copied()))],
        );
        body.put(Block::Ticks { label, rows: elements(sheet, rule, &items) });
        body.rests_on(rule.certainty);
    }
    let limits: Vec<Line> = sheet
        .d
        .items
        .iter()
        .filter(|item| !item.limit.is_empty())
        .map(|item| pen.plain(&format!("{}: {}", item.number, item.limit)))
        .collect();
    body.lines("paper-eu-limits", if limits.is_empty() { vec![pen.plain("")] } else { limits });
}

fn elements(sheet: &Sheet<'_>, rule: &CategoryRule, items: &[&ItemView]) -> Vec<Tick> {
    let pen = &sheet.pen;
    let mut ticks: Vec<Tick> = rule
        .element
        .iter()
        .map(|element| {
            let asked: Vec<&ItemView> = items
                .iter()
                .copied()
                .filter(|item| item.elements.is_empty() || item.elements.contains(&element.label))
                .collect();
            let label = pen.text(&element.label).to_owned();
            let some = !asked.is_empty() && asked.len() < items.len();
            let text = if some {
                pen.with(
                    "paper-eu-element-of",
                    &[("label", &label), ("items", &numbers(asked.iter().copied()))],
                )
            } else {
                label
            };
            Tick { ticked: !asked.is_empty(), text }
        })
        .collect();
    if ticks.is_empty() {
        ticks.push(Tick { ticked: true, text: pen.t("paper-all-elements") });
    }
    ticks
}

fn numbers<'i>(items: impl Iterator<Item = &'i ItemView>) -> String {
    items.map(|item| item.number.to_string()).collect::<Vec<_>>().join(", ")
}

fn conditions(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    body.ticks("stage");
    body.fields(&["sentence_months", "offence", "offence_provision", "max_penalty_months", "legal_power"]);
    body.ticks("addressee_role");
    body.field("processor_reason");
    body.ticks("processor_may_inform");
    if sheet.rules().field("privilege_checked").is_some() {
        body.ticks("privilege_checked");
    }
}

/// Section I, in Annex II section F: who issues it, with what entitles them.
fn issuing(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let (pen, d) = (&sheet.pen, sheet.d);
    let kind = d.authorised.as_ref().map(|authorised| authorised.mandate.kind);
    let court = matches!(
        kind,
        Some(AuthoriserType::Judge | AuthoriserType::Court | AuthoriserType::InvestigatingJudge)
    );
    let prosecutor = kind == Some(AuthoriserType::Prosecutor);
    body.boxes(
        "paper-eu-issuing-type",
        &[
            ("paper-eu-court", court),
            ("paper-eu-prosecutor", prosecutor),
            ("paper-eu-other", kind.is_some() && !court && !prosecutor),
        ],
    );
    body.boxes("", &[("paper-eu-unvalidated", false)]);
    body.say("paper-name", &d.from.name);
    body.say("paper-address", "");
    body.say("paper-switchboard", &d.from.switchboard);
    body.field("languages");
    body.fields(&[
        "investigating_unit",
        "confirm_name",
        "confirm_function",
        "confirm_telephone",
        "confirm_email",
    ]);
    match &d.authorised {
        Some(authorised) => {
            let mut rows = sheet.signed(&authorised.by);
            rows.push(
                pen.entry("paper-capacity", vec![pen.plain(&pen.w("authoriser", authorised.mandate.kind))]),
            );
            body.signature("paper-eu-issued-by", rows, true);
        }
        None => body.text("paper-not-authorised"),
    }
}

fn validating(body: &mut Body<'_>) {
    body.field("validating_authority");
    body.say("paper-eu-validated", "");
}

/// The authoriser's grounds, for the enforcing authority.
fn statement(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let pen = &sheet.pen;
    let line = match sheet.d.authorised.as_ref().map(|authorised| &authorised.statement) {
        None => pen.plain(""),
        Some(None) => pen.absent("paper-withheld"),
        Some(Some(statement)) => pen.plain(statement),
    };
    body.lines("paper-statement", vec![line]);
}

fn refused<'s>(sheet: &'s Sheet<'_>) -> impl Iterator<Item = &'s ItemView> {
    sheet.d.items.iter().filter(|item| not_executed(item.outcome))
}

/// The boxes of section D and the codes behind each (`legal.md` 3.8, 10.3).
const REASONS: [(&str, &[NonExecutionCode]); 11] = [
    ("paper-eu3-incomplete", &[NonExecutionCode::Incomplete]),
    ("paper-eu3-error", &[NonExecutionCode::ManifestError]),
    ("paper-eu3-insufficient", &[NonExecutionCode::InsufficientIdentifier]),
    ("paper-eu3-not-stored", &[NonExecutionCode::NotHeld]),
    ("paper-eu3-impossible", &[NonExecutionCode::Impossible]),
    ("paper-eu3-authority", &[NonExecutionCode::WrongAuthority]),
    ("paper-eu3-offence", &[NonExecutionCode::OffenceThreshold]),
    ("paper-eu3-service", &[NonExecutionCode::ServiceOutOfScope]),
    ("paper-eu3-immunity", &[NonExecutionCode::PrivilegePress]),
    ("paper-eu3-third-country", &[NonExecutionCode::ConflictOfLaw]),
    ("paper-eu3-no-longer", &[NonExecutionCode::NoLongerHeld]),
];

fn reasons(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let pen = &sheet.pen;
    let given = |codes: &[NonExecutionCode]| {
        refused(sheet).any(|item| item.grounds.iter().any(|ground| codes.contains(&ground.code)))
    };
    let boxes: Vec<(&str, bool)> = REASONS.iter().map(|(key, codes)| (*key, given(codes))).collect();
    body.boxes("paper-eu3-reasons-tick", &boxes);
    let row = |item: &ItemView| {
        let mut grounds: Vec<Line> = item
            .grounds
            .iter()
            .map(|ground| pen.plain(&format!("{}: {}", ground.code, pen.text(&ground.label))))
            .collect();
        if grounds.is_empty() {
            grounds.push(pen.plain(&item.outcome.map(|o| pen.w("outcome", o)).unwrap_or_default()));
        }
        let identifier = [vec![pen.plain(&item.number.to_string())], sheet.identifier(item)]
            .into_iter()
            .flatten()
            .collect();
        vec![identifier, grounds, vec![pen.plain(&item.explanation)]]
    };
    body.put(Block::Table {
        summary: pen.t("paper-eu3-reasons-summary"),
        columns: vec![
            pen.column("paper-identifier", 8),
            pen.column("paper-eu3-ground", 8),
            pen.column("paper-explanation", 9),
        ],
        rows: refused(sheet).map(row).collect(),
    });
}

fn conflict(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let conflicts =
        |item: &&ItemView| item.grounds.iter().any(|ground| ground.code == NonExecutionCode::ConflictOfLaw);
    let pen = &sheet.pen;
    let said: Vec<Line> = refused(sheet)
        .filter(conflicts)
        .map(|item| pen.plain(&format!("{}: {}", item.number, item.explanation)))
        .collect();
    if said.is_empty() {
        body.text("paper-eu3-no-conflict");
    } else {
        body.lines("paper-explanation", said);
    }
}

/// Whether the data of each identifier are kept meanwhile.
fn preservation(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let pen = &sheet.pen;
    let row = |item: &ItemView| {
        let kept = match (item.outcome, &sheet.d.hold) {
            (Some(ItemOutcome::Preserved), Some(hold)) => {
                pen.plain(&format!("{} {}", pen.w("hold", hold.state), pen.moment(hold.until)))
            }
            _ => pen.absent("paper-not-stated"),
        };
        let identifier = [vec![pen.plain(&item.number.to_string())], sheet.identifier(item)]
            .into_iter()
            .flatten()
            .collect();
        vec![identifier, vec![kept]]
    };
    body.put(Block::Table {
        summary: pen.t("paper-eu3-preservation-summary"),
        columns: vec![pen.column("paper-identifier", 10), pen.column("paper-eu3-preservation", 12)],
        rows: refused(sheet).map(row).collect(),
    });
}
