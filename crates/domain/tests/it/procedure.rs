//! Written procedures from outside: the shipped files, the linter on faulty ones, the text people read.

#![expect(clippy::unwrap_used, reason = "what cannot be read here is a failure of the test")]

use comity_domain::calendar::Calendar;
use comity_domain::procedure::PinnedProcedure;
use comity_domain::procedure::case::{CaseFailure, CaseReport, run};
use comity_domain::procedure::lint::{Finding, RULES, lint};
use comity_domain::procedure::written::{KEYS, Piece, sections, term_keys, text};
use comity_domain::term::{Certainty, Language};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const PLAIN: &str = include_str!("procedure/plain.toml");
const HOLD: &str = r#"
[hold]
initial = "60 days"
extension = "30 days"
max_extensions = 1
extension_form = { en = "Letter", fr = "Lettre" }
conversion_form = { en = "Notice", fr = "Avis" }
on_expiry = "MUST_CEASE"
source = "Act 1 [M]"
certainty = "unreviewed"
"#;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../procedures")
}

/// The shipped procedures: path within the folder, and text.
fn shipped() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for instrument in ["bud", "eu", "us"] {
        for entry in std::fs::read_dir(folder().join(instrument)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if let Some((stem, "toml")) = name.split_once('.') {
                found.push((format!("{instrument}/{stem}.toml"), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// `PLAIN` with one passage replaced, and the line on which it stood.
fn spoilt(from: &str, to: &str) -> (String, usize) {
    assert_eq!(PLAIN.matches(from).count(), 1, "not exactly once in the file: {from}");
    let line = PLAIN[..PLAIN.find(from).unwrap()].matches('\n').count() + 1;
    (PLAIN.replacen(from, to, 1), line)
}

fn findings(text: &str) -> Vec<Finding> {
    lint("test/plain.toml", text)
}

/// That spoiling the file leads to a finding of that rule on the line `below` the spoilt passage.
#[track_caller]
fn finds(rule: &str, from: &str, to: &str, below: usize) {
    let (text, line) = spoilt(from, to);
    let found = findings(&text);
    assert!(
        found.iter().any(|finding| finding.rule == rule && finding.line == line + below),
        "no {rule} on line {}: {found:#?}",
        line + below
    );
    assert!(found.iter().all(|finding| !finding.message.is_empty() && !finding.remedy.is_empty()));
}

#[test]
fn a_plain_procedure_has_no_findings() {
    assert_eq!(findings(PLAIN), Vec::new());
}

#[test]
fn every_shipped_procedure_has_no_findings() {
    let shipped = shipped();
    assert!(shipped.len() >= 6, "only {} procedures", shipped.len());
    for (path, text) in shipped {
        let found = lint(&path, &text);
        let list: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{path}:\n{}", list.join("\n"));
    }
}

#[test]
fn no_shipped_rule_claims_a_review_that_did_not_take_place() {
    for (path, text) in shipped() {
        let pinned = PinnedProcedure::from_toml(&text).unwrap();
        for rule in pinned.procedure.provenance() {
            assert_eq!(rule.certainty, Certainty::Unreviewed, "{path}: {} {}", rule.kind, rule.name);
        }
    }
}

#[test]
fn grounds_of_a_european_production_order_are_kept_from_the_provider() {
    use comity_domain::procedure::Audience;
    let text = std::fs::read_to_string(folder().join("eu/epoc_subscriber.toml")).unwrap();
    let pinned = PinnedProcedure::from_toml(&text).unwrap();
    for name in ["necessity", "proportionality", "facts_internal"] {
        let field = pinned.procedure.field(name).unwrap();
        assert!(field.required, "{name}");
        assert_eq!(field.hidden_from, [Audience::Provider], "{name}");
    }
}

#[test]
fn the_international_form_follows_the_order_of_its_template() {
    let text = std::fs::read_to_string(folder().join("bud/29_preservation.toml")).unwrap();
    let pinned = PinnedProcedure::from_toml(&text).unwrap();
    let order: Vec<&str> = pinned.procedure.field.iter().map(|field| field.name.as_str()).collect();
    let of_the_template = [
        "request_status",
        "previous_reference",
        "person_in_charge",
        "office_hours",
        "response_channel",
        "confirm_name",
        "investigating_unit",
        "offence",
        "facts",
        "relation_to_offence",
        "custodian",
        "necessity",
        "urgency_reason",
        "duration_sought",
        "partial_disclosure",
        "confidentiality",
        "mutual_assistance_intended",
        "remarks",
    ];
    let places: Vec<usize> = of_the_template
        .iter()
        .map(|name| order.iter().position(|field| field == name).unwrap_or_else(|| panic!("no field {name}")))
        .collect();
    assert!(places.is_sorted(), "{order:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_one_finding_on_its_line() {
    let (text, line) = spoilt("version = 1\n", "version = one\n");
    let found = findings(&text);
    assert_eq!((found.len(), found[0].rule, found[0].line), (1, "toml", line));
}

#[test]
fn an_unknown_key_is_found_on_its_line() {
    finds("toml", "actor = \"NONE\"", "actor = \"NONE\"\ninvented = 1", 1);
}

#[test]
fn an_identifier_other_than_the_path_is_found() {
    finds("id-path", "id = \"test.plain\"", "id = \"test.other\"", 0);
}

#[test]
fn version_zero_is_found() {
    finds("version", "version = 1\n", "version = 0\n", 0);
}

#[test]
fn a_last_day_before_the_first_is_found() {
    finds("status", "from = \"2026-01-01\"", "from = \"2026-01-01\"\nuntil = \"2025-12-31\"", 1);
}

#[test]
fn a_rule_without_source_is_found() {
    finds(
        "source",
        "text = { en = \"Act 1\", fr = \"Loi 1\" }\nsource = \"Act 1 [M]\"",
        "text = { en = \"Act 1\", fr = \"Loi 1\" }\nsource = \" \"",
        1,
    );
}

#[test]
fn an_unreviewed_rule_without_mark_is_found_and_a_reviewed_one_needs_none() {
    let retention = "record = \"1826 days\"\nsource = \"Act 1 [M]\"";
    finds("mark", retention, "record = \"1826 days\"\nsource = \"Act 1\"", 1);
    let duty = "fr = \"Garde le silence.\" }\nsource = \"Act 1 [M]\"";
    let (text, _) = spoilt(duty, "fr = \"Garde le silence.\" }\nsource = \"Act 1\"");
    assert_eq!(findings(&text), Vec::new());
}

#[test]
fn an_empty_french_text_is_found() {
    finds("text", "fr = \"Complétez.\"", "fr = \"\"", 0);
    finds("text", "label = { en = \"Name\", fr = \"Nom\" }", "label = { en = \"Name\", fr = \" \" }", 0);
}

#[test]
fn an_english_sentence_in_the_place_of_the_french_one_is_found() {
    finds(
        "translation",
        "text = { en = \"Nobody.\", fr = \"Personne.\" }",
        "text = { en = \"Nobody is told of it.\", fr = \"Nobody is told of it.\" }",
        0,
    );
}

#[test]
fn addresses_links_and_telephone_numbers_in_texts_are_found() {
    for personal in ["Write to desk@harbour.example.", "See https://harbour.example", "Call +15550100123."] {
        finds("personal", "en = \"Verify it.\"", &format!("en = \"{personal}\""), 0);
    }
}

#[test]
fn names_that_stand_twice_are_found() {
    finds("duplicate", "name = \"confidentiality_until\"", "name = \"confidentiality\"", 0);
    finds("duplicate", "id = \"A2\"", "id = \"A1\"", 0);
    finds("duplicate", "code = \"N22\"", "code = \"N01\"", 0);
    let (text, _) = spoilt("value = \"NOT_REQUIRED\"", "value = \"REQUIRED\"");
    assert!(findings(&text).iter().any(|finding| finding.rule == "duplicate"));
    let (text, _) = spoilt("name = \"address\"", "name = \"name\"");
    assert!(findings(&text).iter().any(|finding| finding.rule == "duplicate"));
}

#[test]
fn parties_that_can_never_meet_are_found() {
    finds("parties", "relation = \"domestic\"", "relation = \"cross_border\"", 0);
    finds("parties", "addressed = [\"XA\"]", "addressed = [\"Xanadu\"]", 0);
    finds("parties", "addressee = [\"PROVIDER\"]", "addressee = []", 0);
}

#[test]
fn a_category_without_rule_on_who_may_issue_is_found() {
    let from = "categories = [\"SUBSCRIBER\", \"TRAFFIC_INTERNET\"]";
    let (text, _) = spoilt(from, "categories = [\"SUBSCRIBER\"]");
    let line = PLAIN[..PLAIN.find("category = \"TRAFFIC_INTERNET\"").unwrap()].matches('\n').count() + 1;
    assert!(findings(&text).iter().any(|f| f.rule == "category-authority" && f.line == line));
    finds(
        "authority-issuer",
        from,
        "categories = [\"SUBSCRIBER\", \"TRAFFIC_INTERNET\", \"CONTENT_STORED\"]",
        0,
    );
    finds("authority-issuer", "issue = [\"JUDGE\"]", "issue = []", 0);
}

#[test]
fn a_threshold_that_reads_no_number_is_found() {
    finds("threshold", "field = \"max_penalty_months\"", "field = \"penalty\"", 0);
    finds("threshold", "field = \"max_penalty_months\"", "field = \"confidentiality\"", 0);
    finds("threshold", "categories = [\"TRAFFIC_INTERNET\"]", "categories = [\"CONTENT_STORED\"]", 0);
}

#[test]
fn traffic_data_without_longest_period_are_found() {
    let category = "term = { en = \"Traffic\", fr = \"Trafic\" }\nmax_window = \"30 days\"";
    let (text, line) = spoilt(category, "term = { en = \"Traffic\", fr = \"Trafic\" }");
    assert!(findings(&text).iter().any(|f| f.rule == "window" && f.line == line - 1));
}

#[test]
fn choices_in_the_wrong_place_are_found() {
    finds("field-choice", "kind = \"date\"", "kind = \"choice\"", 0);
    let (text, line) = spoilt("kind = \"choice\"", "kind = \"text\"");
    assert!(findings(&text).iter().any(|f| f.rule == "field-choice" && f.line == line + 2));
}

#[test]
fn a_demanded_field_that_nobody_else_reads_is_found() {
    finds("field-hidden", "hidden_from = [\"OVERSIGHT\"]", "hidden_from = [\"OVERSIGHT\", \"PROVIDER\"]", 0);
}

#[test]
fn urgency_without_reason_is_found() {
    let (text, line) =
        spoilt("required_for = [\"P0_EMERGENCY\", \"P1_URGENT\"]", "required_for = [\"P0_EMERGENCY\"]");
    assert!(findings(&text).iter().any(|f| f.rule == "priority-reason" && f.line == line - 4));
}

#[test]
fn silence_without_end_is_found() {
    let (text, _) = spoilt("name = \"confidentiality_until\"", "name = \"other_date\"");
    let line = PLAIN[..PLAIN.find("name = \"confidentiality\"\n").unwrap()].matches('\n').count() + 1;
    assert!(findings(&text).iter().any(|f| f.rule == "confidentiality-end" && f.line == line));
}

#[test]
fn a_clock_that_never_stops_is_found() {
    finds("clock", "stops = \"answer\"", "stops = \"reply\"", 0);
    finds("clock", "stops = \"reply\"", "stops = \"hold_end\"", 0);
    finds("clock", "obliged = \"AUTHORITY\"", "obliged = \"PROVIDER\"", 0);
}

#[test]
fn a_priority_without_clock_for_the_answer_is_found() {
    let (text, _) = spoilt("length = \"1 day\"", "priority = [\"P0_EMERGENCY\"]\nlength = \"1 day\"");
    assert_eq!(findings(&text).iter().filter(|finding| finding.rule == "clock-missing").count(), 3);
}

#[test]
fn preservation_without_hold_and_production_with_one_are_found() {
    finds("hold", "kind = \"PRODUCE\"", "kind = \"PRESERVE\"", 0);
    let found = findings(&format!("{PLAIN}{HOLD}"));
    assert_eq!(found.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["hold"]);
    finds("hold", "starts = \"receipt\"", "starts = \"hold\"", 0);
    assert_eq!(
        findings(&format!("{}{HOLD}", spoilt("kind = \"PRODUCE\"", "kind = \"PRESERVE\"").0)),
        Vec::new()
    );
}

#[test]
fn dual_criminality_as_a_condition_of_preservation_is_found() {
    let text =
        spoilt("kind = \"PRODUCE\"", "kind = \"PRESERVE\"").0.replacen("code = \"N01\"", "code = \"N14\"", 1);
    let rules: BTreeSet<&str> =
        findings(&format!("{text}{HOLD}")).iter().map(|finding| finding.rule).collect();
    assert!(
        rules.contains("refusal-kind") && rules.contains("refusal-state") && rules.contains("clarification")
    );
}

#[test]
fn a_ground_for_a_state_is_fit_for_a_contact_point_only() {
    finds("refusal-state", "code = \"N01\"", "code = \"N15\"", 0);
    let text =
        PLAIN.replace("code = \"N01\"", "code = \"N15\"").replace("[\"PROVIDER\"]", "[\"CONTACT_POINT\"]");
    assert!(findings(&text).iter().all(|finding| finding.rule != "refusal-state"));
}

#[test]
fn a_list_of_grounds_without_failed_verification_is_found() {
    let (text, _) = spoilt("code = \"N22\"", "code = \"N02\"");
    assert!(findings(&text).iter().any(|finding| finding.rule == "refusal-kind"));
}

#[test]
fn a_question_without_ground_or_clock_is_found() {
    finds("clarification", "codes = [\"N01\"]", "codes = [\"N03\"]", 0);
    let a2 = PLAIN.find("[[deadline]]\nid = \"A2\"").unwrap();
    let end = PLAIN.find("[verification]").unwrap();
    let text = format!("{}{}", &PLAIN[..a2], &PLAIN[end..]);
    assert!(findings(&text).iter().any(|finding| finding.rule == "clarification"));
}

#[test]
fn a_priority_in_no_set_of_checks_or_in_two_is_found() {
    for priorities in
        ["[\"P1_URGENT\", \"P2_NORMAL\"]", "[\"P0_EMERGENCY\", \"P1_URGENT\", \"P2_NORMAL\", \"P3_BATCH\"]"]
    {
        let (text, _) = spoilt(
            "priority = [\"P1_URGENT\", \"P2_NORMAL\", \"P3_BATCH\"]",
            &format!("priority = {priorities}"),
        );
        assert!(findings(&text).iter().any(|finding| finding.rule == "verification"), "{priorities}");
    }
}

#[test]
fn checks_that_do_not_prove_the_sender_are_found() {
    finds(
        "verification-source",
        "checks = [\"accreditation\", \"signature\"]",
        "checks = [\"accreditation\", \"plausibility\"]",
        0,
    );
}

#[test]
fn an_emergency_that_is_verified_less_is_found() {
    let from = "checks = [\"accreditation\", \"signature\", \"supervisor\"]";
    finds("verification-emergency", from, "checks = [\"accreditation\", \"signature\"]", 0);
    finds("verification-emergency", from, "checks = [\"signature\", \"supervisor\"]", 0);
}

#[test]
fn a_gate_that_the_kind_of_request_does_not_have_is_found() {
    finds("gate", "before = []", "before = [\"preserve\"]", 0);
}

#[test]
fn a_role_with_nothing_to_learn_is_found() {
    finds("training", "role = \"gatekeeper\"", "role = \"officer\"", 0);
}

#[test]
fn every_rule_of_the_linter_has_a_test_that_sees_it() {
    let tests = include_str!("procedure.rs");
    for (rule, _) in RULES {
        assert!(tests.contains(&format!("\"{rule}\"")), "no test names {rule}");
    }
}

#[test]
fn the_document_on_adding_a_procedure_lists_the_rules_as_they_are() {
    let document = std::fs::read_to_string(folder().join("../docs/adding-a-procedure.md")).unwrap();
    for (rule, demand) in RULES {
        assert!(document.contains(&format!("| `{rule}` | {demand} |")), "{rule}");
    }
}

fn keys_of(pieces: &[Vec<Piece>]) -> impl Iterator<Item = &str> {
    pieces.iter().flatten().filter_map(|piece| match piece {
        Piece::Key(key) => Some(key.as_str()),
        Piece::Text(_) | Piece::Length(_) | Piece::Date(_) | Piece::Number(_) => None,
    })
}

#[test]
fn every_key_of_the_written_form_is_in_the_lists_for_the_translators() {
    let known: BTreeSet<String> = KEYS.iter().map(ToString::to_string).chain(term_keys()).collect();
    assert_eq!(known.len(), KEYS.len() + term_keys().len(), "a key is listed twice");
    for (path, text) in shipped() {
        for section in sections(&PinnedProcedure::from_toml(&text).unwrap(), Language::French) {
            assert!(known.contains(section.heading), "{path}: {}", section.heading);
            for row in &section.rows {
                assert_eq!(row.cells.len(), section.columns.len(), "{path}: {}", section.heading);
                assert!(keys_of(&row.cells).all(|key| known.contains(key)), "{path}: {row:?}");
            }
        }
    }
}

#[test]
fn the_written_form_holds_every_rule_with_its_source() {
    for (path, text) in shipped() {
        let pinned = PinnedProcedure::from_toml(&text).unwrap();
        let sections = sections(&pinned, Language::English);
        let rows = sections.iter().map(|section| section.rows.len()).sum::<usize>();
        assert_eq!(rows, pinned.procedure.provenance().len(), "{path}");
        assert!(sections.iter().flat_map(|section| &section.rows).all(|row| row.unreviewed), "{path}");
    }
}

#[test]
fn the_plain_text_fits_its_width_in_both_languages_and_marks_what_is_unreviewed() {
    for (path, file) in shipped() {
        let pinned = PinnedProcedure::from_toml(&file).unwrap();
        for language in [Language::English, Language::French] {
            let text = text(&pinned, language, &|key| key.to_owned());
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(78), "{path}: {widest:?}");
            assert!(
                text.starts_with(pinned.procedure.title.get(language).split(' ').next().unwrap()),
                "{path}"
            );
            let marks = text.split_whitespace().filter(|word| *word == "(procedure-unreviewed)").count();
            assert_eq!(marks, pinned.procedure.provenance().len(), "{path}");
        }
    }
}

#[test]
fn a_reviewed_rule_is_not_marked() {
    let pinned = PinnedProcedure::from_toml(PLAIN).unwrap();
    let text = text(&pinned, Language::English, &|key| key.rsplit('-').next().unwrap_or_default().to_owned());
    assert_eq!(text.matches("source: Act 1 [M] (reviewed)").count(), 1, "{text}");
}

fn calendars() -> BTreeMap<String, Calendar> {
    let read = |country: &str| {
        let path = folder().join(format!("calendars/{}.toml", country.to_lowercase()));
        (country.to_owned(), Calendar::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap())
    };
    ["XA", "XB", "XC"].map(read).into()
}

#[test]
fn every_worked_case_of_every_shipped_procedure_comes_out_as_written() {
    let calendars = calendars();
    let mut failures = Vec::new();
    for (path, file) in shipped() {
        let pinned = PinnedProcedure::from_toml(&file).unwrap();
        let beside = path.replace(".toml", ".tests.toml");
        let cases = std::fs::read_to_string(folder().join(&beside)).unwrap();
        let report =
            run(&beside, &cases, &pinned, &calendars).unwrap_or_else(|fault| panic!("{beside}: {fault}"));
        assert!(report.cases >= 4, "{beside}: {} cases", report.cases);
        assert!(report.expectations >= 20, "{beside}: {} expectations", report.expectations);
        failures.extend(report.failures.iter().map(ToString::to_string));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

const CASE: &str = r#"
procedure = "test.plain"

[[case]]
name = "one day"
from = "XA"
to = "XA"
priority = "P2_NORMAL"

[[case.step]]
at = "2026-11-23T14:00:00+01:00"
act = "send"
state = "RECEIVED"
clock = [{ id = "A1", due = "2026-11-25T00:00:00+01:00", last_day = "2026-11-24", reading = "running" }]

[[case.step]]
at = "2026-11-25T09:00:00+01:00"
act = "observe"
clock = [{ id = "A1", reading = "overdue" }]
"#;

fn report(case: &str) -> CaseReport {
    run("test/plain.tests.toml", case, &PinnedProcedure::from_toml(PLAIN).unwrap(), &calendars()).unwrap()
}

#[test]
fn a_case_that_comes_out_as_written_has_no_failure() {
    let report = report(CASE);
    assert_eq!((report.cases, report.failures), (1, Vec::new()));
}

#[test]
fn a_failure_names_file_case_step_and_both_values() {
    for (from, to, step, expected, got) in [
        ("\"RECEIVED\"", "\"ACKNOWLEDGED\"", 1, "the state ACKNOWLEDGED", "RECEIVED"),
        (
            "11-25T00:00:00+01:00\", l",
            "11-26T00:00:00+01:00\", l",
            1,
            "clock A1 due 2026-11-26T00:00:00+01:00",
            "2026-11-25T00:00:00+01:00",
        ),
        (
            "last_day = \"2026-11-24\"",
            "last_day = \"2026-11-23\"",
            1,
            "the last day of A1 2026-11-23",
            "2026-11-24",
        ),
        ("\"overdue\"", "\"met\"", 2, "clock A1 met", "overdue"),
        ("state = \"RECEIVED\"", "refused = \"no-items\"", 1, "the refusal no-items", "no refusal"),
        ("state = \"RECEIVED\"", "hold = \"held\"", 1, "the hold held", "absent"),
        ("act = \"observe\"", "act = \"produce\"", 2, "no refusal", "source-not-verified"),
    ] {
        assert_eq!(CASE.matches(from).count(), 1, "{from}");
        let failures = report(&CASE.replacen(from, to, 1)).failures;
        let whole = CaseFailure {
            file: "test/plain.tests.toml".to_owned(),
            case: "one day".to_owned(),
            step,
            expected: expected.to_owned(),
            got: got.to_owned(),
        };
        assert_eq!(failures, [whole]);
    }
}

#[test]
fn cases_for_another_procedure_or_country_are_a_fault() {
    let pinned = PinnedProcedure::from_toml(PLAIN).unwrap();
    for (from, to) in [
        ("\"test.plain\"", "\"test.other\""),
        ("from = \"XA\"", "from = \"XQ\""),
        ("act = \"send\"", "act = \"sing\""),
    ] {
        assert!(run("x", &CASE.replacen(from, to, 1), &pinned, &calendars()).is_err(), "{to}");
    }
}

proptest! {
    #[test]
    fn no_bytes_bring_the_linter_down(text in "\\PC{0,400}") {
        prop_assert_eq!(lint("a/b.toml", &text).len(), 1);
    }

    #[test]
    fn no_cut_of_a_procedure_brings_the_linter_or_the_text_down(cut in 0..PLAIN.len(), longest in 0_usize..300) {
        let mut text = PLAIN.to_owned();
        let start = (0..=cut).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = (start..=(start + longest).min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
        text.replace_range(start..end, "");
        for finding in lint("test/plain.toml", &text) {
            prop_assert!(finding.line >= 1 && finding.line <= text.lines().count() + 1);
        }
        if let Ok(pinned) = PinnedProcedure::from_toml(&text) {
            for line in super::procedure::text(&pinned, Language::English, &|key| key.repeat(9)).lines() {
                prop_assert!(line.chars().count() <= 78);
            }
        }
    }
}
