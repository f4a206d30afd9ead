//! A procedure as people read it: sections, rows and cells, the same for page, print and `comity procedure show`.
//! Words that belong to the program are translation keys; words that belong to the law come from the file.
//! Each row carries its source, and is marked as long as nobody has reviewed it.

use super::VerificationGate;
use super::{
    Audience, CheckKind, FieldKind, FieldRule, NoticeActor, OnExpiry, PausedBy, Section, Stop, Trigger,
};
use super::{PartyRelation, PinnedProcedure, Procedure, StatusState, Text};
use crate::clock::Length;
use crate::party::{OrganisationKind, Role, Side};
use crate::term::{
    AuthoriserType, Certainty, Compulsion, DataCategory, Independence, Language, Priority, RequestKind,
};
use jiff::civil::Date;

/// Width of the plain text, in characters.
const WIDTH: usize = 78;

macro_rules! keys {
    ($($name:ident = $key:literal;)*) => {
        $(const $name: &str = $key;)*
        /// Every fixed translation key of the written form; [`term_keys`] has those of the vocabularies.
        pub const KEYS: &[&str] = &[$($key,)*];
    };
}

keys! {
    BASIS = "procedure-section-basis";
    STATUS = "procedure-section-status";
    PARTIES = "procedure-section-parties";
    AUTHORITY = "procedure-section-authority";
    THRESHOLDS = "procedure-section-thresholds";
    CATEGORIES = "procedure-section-categories";
    FORM = "procedure-section-form";
    CLOCKS = "procedure-section-clocks";
    HOLD = "procedure-section-hold";
    VERIFICATION = "procedure-section-verification";
    CLARIFICATION = "procedure-section-clarification";
    REFUSALS = "procedure-section-refusals";
    NOTICE = "procedure-section-notice";
    DUTIES = "procedure-section-duties";
    RETENTION = "procedure-section-retention";
    TRAINING = "procedure-section-training";
    KIND = "procedure-column-kind";
    COMPULSION = "procedure-column-compulsion";
    WHAT = "procedure-column-what";
    RULE = "procedure-column-rule";
    PROVISION = "procedure-column-provision";
    STATE = "procedure-column-state";
    FROM = "procedure-column-from";
    UNTIL = "procedure-column-until";
    REQUESTING = "procedure-column-requesting";
    ADDRESSED = "procedure-column-addressed";
    ADDRESSEE = "procedure-column-addressee";
    RELATION = "procedure-column-relation";
    CATEGORY = "procedure-column-category";
    ISSUER = "procedure-column-issuer";
    INDEPENDENCE = "procedure-column-independence";
    MONTHS = "procedure-column-months";
    TERM = "procedure-column-term";
    ELEMENTS = "procedure-column-elements";
    LONGEST = "procedure-column-longest";
    PORT = "procedure-column-port";
    PART = "procedure-column-part";
    FIELD = "procedure-column-field";
    TYPED = "procedure-column-typed";
    REQUIRED = "procedure-column-required";
    HIDDEN = "procedure-column-hidden";
    HINT = "procedure-column-hint";
    CLOCK = "procedure-column-clock";
    OBLIGED = "procedure-column-obliged";
    LENGTH = "procedure-column-length";
    STARTS = "procedure-column-starts";
    STOPS = "procedure-column-stops";
    PAUSED = "procedure-column-paused";
    PRIORITY = "procedure-column-priority";
    EXPIRY = "procedure-column-expiry";
    INITIAL = "procedure-column-initial";
    EXTENSION = "procedure-column-extension";
    EXTENSIONS = "procedure-column-extensions";
    EXTENSION_FORM = "procedure-column-extension-form";
    CONVERSION_FORM = "procedure-column-conversion-form";
    CLASS = "procedure-column-class";
    CHECKS = "procedure-column-checks";
    BEFORE = "procedure-column-before";
    ROUNDS = "procedure-column-rounds";
    GROUNDS = "procedure-column-grounds";
    CODE = "procedure-column-code";
    REMEDY = "procedure-column-remedy";
    WHO = "procedure-column-who";
    PAYLOAD = "procedure-column-payload";
    RECORD = "procedure-column-record";
    ROLE = "procedure-column-role";
    COURSE = "procedure-column-course";
    SOURCE = "procedure-source";
    UNREVIEWED = "procedure-unreviewed";
    REVIEWED = "procedure-reviewed";
    SOME_UNREVIEWED = "procedure-some-unreviewed";
    ALWAYS = "procedure-always";
    OPTIONAL = "procedure-optional";
    YES = "procedure-yes";
    MOVES = "procedure-moves-to-working-day";
    DAY = "procedure-unit-day";
    DAYS = "procedure-unit-days";
    WORKING_DAY = "procedure-unit-working-day";
    WORKING_DAYS = "procedure-unit-working-days";
    HOUR = "procedure-unit-hour";
    HOURS = "procedure-unit-hours";
    RELATION_DOMESTIC = "term-relation-domestic";
    RELATION_CROSS_BORDER = "term-relation-cross-border";
    RELATION_ANY = "term-relation-any";
    STATUS_DRAFT = "term-status-draft";
    STATUS_IN_FORCE = "term-status-in-force";
    STATUS_NOT_IN_FORCE = "term-status-not-in-force";
}

/// One part of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words from the file, in the reader's language.
    Text(String),
    /// A translation key.
    Key(String),
    /// A period; a page counts its unit by the rules of the language.
    Length(Length),
    /// A date.
    Date(Date),
    /// A number.
    Number(u32),
}

/// One row: a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRow {
    /// One cell for each column; several pieces in a cell are a list.
    pub cells: Vec<Vec<Piece>>,
    /// Where the rule is taken from.
    pub source: String,
    /// Whether nobody has yet reviewed it against its primary text.
    pub unreviewed: bool,
}

/// One section of the written procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSection {
    /// Translation key of the heading; also the section's anchor on a page.
    pub heading: &'static str,
    /// Translation keys of the columns.
    pub columns: Vec<&'static str>,
    /// The rules.
    pub rows: Vec<WrittenRow>,
}

/// The translation key of a member of a vocabulary, such as `priority-P0_EMERGENCY`.
fn term(vocabulary: &str, member: &str) -> String {
    format!("{vocabulary}-{member}")
}

/// Every translation key of the vocabularies that a written procedure may use.
pub fn term_keys() -> Vec<String> {
    let mut keys = Vec::new();
    macro_rules! all {
        ($($name:literal: $vocabulary:ty;)*) => {
            $(keys.extend(<$vocabulary>::ALL.iter().map(|member| term($name, member.as_str())));)*
        };
    }
    all! {
        "audience": Audience; "authoriser": AuthoriserType; "category": DataCategory; "check": CheckKind;
        "compulsion": Compulsion; "on-expiry": OnExpiry; "field-kind": FieldKind; "gate": VerificationGate;
        "independence": Independence; "kind": RequestKind; "notice-actor": NoticeActor;
        "organisation-kind": OrganisationKind; "paused-by": PausedBy; "priority": Priority; "role": Role;
        "section": Section; "side": Side; "stop": Stop; "trigger": Trigger;
    }
    keys
}

fn key(key: &str) -> Vec<Piece> {
    vec![Piece::Key(key.to_owned())]
}

fn word(text: &str) -> Vec<Piece> {
    vec![Piece::Text(text.to_owned())]
}

fn terms<'a>(vocabulary: &str, members: impl IntoIterator<Item = &'a str>) -> Vec<Piece> {
    members.into_iter().map(|member| Piece::Key(term(vocabulary, member))).collect()
}

fn priorities(priorities: &[Priority]) -> Vec<Piece> {
    let all = if priorities.is_empty() { Priority::ALL } else { priorities };
    terms("priority", all.iter().map(|priority| priority.as_str()))
}

/// Writes the rows of one procedure in one language.
struct Writer {
    language: Language,
    sections: Vec<WrittenSection>,
}

impl Writer {
    fn text(&self, text: &Text) -> Vec<Piece> {
        word(text.get(self.language))
    }

    fn section<const N: usize>(
        &mut self,
        heading: &'static str,
        columns: [&'static str; N],
        rows: Vec<Row<N>>,
    ) {
        if rows.is_empty() {
            return;
        }
        let rows = rows.into_iter().map(|(cells, source, certainty)| WrittenRow {
            cells: cells.into(),
            source,
            unreviewed: certainty == Certainty::Unreviewed,
        });
        self.sections.push(WrittenSection { heading, columns: columns.to_vec(), rows: rows.collect() });
    }
}

type Row<const N: usize> = ([Vec<Piece>; N], String, Certainty);

/// The whole procedure as sections, in the order in which people read it.
pub fn sections(pinned: &PinnedProcedure, language: Language) -> Vec<WrittenSection> {
    let mut writer = Writer { language, sections: Vec::new() };
    let p = &pinned.procedure;
    basis(p, &mut writer);
    issuing(p, &mut writer);
    categories(p, &mut writer);
    form(p, &mut writer);
    clocks(p, &mut writer);
    hold(p, &mut writer);
    verification(p, &mut writer);
    answers(p, &mut writer);
    duties(p, &mut writer);
    writer.sections
}

fn basis(p: &Procedure, w: &mut Writer) {
    let rows = p.citation.iter().map(|r| ([w.text(&r.text)], r.source.clone(), r.certainty)).collect();
    w.section(BASIS, [PROVISION], rows);
    let status = match p.status.state {
        StatusState::Draft => STATUS_DRAFT,
        StatusState::InForce => STATUS_IN_FORCE,
        StatusState::NotInForce => STATUS_NOT_IN_FORCE,
    };
    let until = p.status.until.map(Piece::Date).into_iter().collect();
    let cells = [
        terms("kind", [p.kind.as_str()]),
        terms("compulsion", [p.compulsion.as_str()]),
        key(status),
        vec![Piece::Date(p.status.from)],
        until,
    ];
    let row = (cells, p.status.source.clone(), p.status.certainty);
    w.section(STATUS, [KIND, COMPULSION, STATE, FROM, UNTIL], vec![row]);
    let relation = match p.parties.relation {
        PartyRelation::Domestic => RELATION_DOMESTIC,
        PartyRelation::CrossBorder => RELATION_CROSS_BORDER,
        PartyRelation::Any => RELATION_ANY,
    };
    let countries = |names: &[String]| names.iter().cloned().map(Piece::Text).collect();
    let cells = [
        countries(&p.parties.requesting),
        countries(&p.parties.addressed),
        terms("organisation-kind", p.parties.addressee.iter().map(|kind| kind.as_str())),
        key(relation),
    ];
    let row = (cells, p.parties.source.clone(), p.parties.certainty);
    w.section(PARTIES, [REQUESTING, ADDRESSED, ADDRESSEE, RELATION], vec![row]);
}

fn issuing(p: &Procedure, w: &mut Writer) {
    let rows = p.authority.iter().map(|rule| {
        let cells = [
            terms("category", rule.categories.iter().map(|category| category.as_str())),
            terms("authoriser", rule.issue.iter().map(|kind| kind.as_str())),
            terms("independence", [rule.independence.as_str()]),
        ];
        (cells, rule.source.clone(), rule.certainty)
    });
    w.section(AUTHORITY, [CATEGORY, ISSUER, INDEPENDENCE], rows.collect());
    let rows = p.threshold.iter().map(|rule| {
        let field = p.field(&rule.field).map_or_else(|| word(&rule.field), |field| w.text(&field.label));
        let cells = [
            terms("category", rule.categories.iter().map(|category| category.as_str())),
            field,
            vec![Piece::Number(rule.min_months)],
        ];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(THRESHOLDS, [CATEGORY, FIELD, MONTHS], rows);
}

fn categories(p: &Procedure, w: &mut Writer) {
    let rows = p.category.iter().map(|rule| {
        let elements = rule.element.iter().flat_map(|element| w.text(&element.label)).collect();
        let cells = [
            terms("category", [rule.category.as_str()]),
            w.text(&rule.term),
            elements,
            rule.max_window.map(Piece::Length).into_iter().collect(),
            if rule.port_required { key(YES) } else { Vec::new() },
        ];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(CATEGORIES, [CATEGORY, TERM, ELEMENTS, LONGEST, PORT], rows);
}

fn required(rule: &FieldRule) -> Vec<Piece> {
    match (rule.required, rule.required_for.is_empty()) {
        (true, _) => key(ALWAYS),
        (false, true) => key(OPTIONAL),
        (false, false) => priorities(&rule.required_for),
    }
}

fn form(p: &Procedure, w: &mut Writer) {
    let rows = p.field.iter().map(|rule| {
        let mut typed = terms("field-kind", [rule.kind.as_str()]);
        typed.extend(rule.choice.iter().flat_map(|choice| w.text(&choice.label)));
        let cells = [
            w.text(&rule.label),
            terms("section", [rule.section.as_str()]),
            typed,
            required(rule),
            terms("audience", rule.hidden_from.iter().map(|audience| audience.as_str())),
            rule.hint.as_ref().map(|hint| w.text(hint)).unwrap_or_default(),
        ];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(FORM, [FIELD, PART, TYPED, REQUIRED, HIDDEN, HINT], rows);
}

fn clocks(p: &Procedure, w: &mut Writer) {
    let rows = p.deadline.iter().map(|rule| {
        let mut length = vec![Piece::Length(rule.length)];
        if rule.moves_to_working_day {
            length.extend(key(MOVES));
        }
        let cells = [
            word(rule.id.as_str()),
            w.text(&rule.label),
            terms("side", [rule.obliged.as_str()]),
            length,
            terms("trigger", [rule.starts.as_str()]),
            terms("stop", [rule.stops.as_str()]),
            terms("paused-by", rule.paused_by.iter().map(|cause| cause.as_str())),
            priorities(&rule.priority),
            w.text(&rule.on_expiry),
        ];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(CLOCKS, [CLOCK, WHAT, OBLIGED, LENGTH, STARTS, STOPS, PAUSED, PRIORITY, EXPIRY], rows);
}

fn hold(p: &Procedure, w: &mut Writer) {
    let rows = p.hold.iter().map(|rule| {
        let cells = [
            vec![Piece::Length(rule.initial)],
            vec![Piece::Length(rule.extension)],
            vec![Piece::Number(rule.max_extensions)],
            w.text(&rule.extension_form),
            w.text(&rule.conversion_form),
            terms("on-expiry", [rule.on_expiry.as_str()]),
        ];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(HOLD, [INITIAL, EXTENSION, EXTENSIONS, EXTENSION_FORM, CONVERSION_FORM, EXPIRY], rows);
}

fn verification(p: &Procedure, w: &mut Writer) {
    // Release always waits for a verified source (rule 3), whether or not the file says so.
    let mut before: Vec<&str> = p.verification.before.iter().map(|gate| gate.as_str()).collect();
    let release = VerificationGate::Release.as_str();
    if p.kind.discloses() && !before.contains(&release) {
        before.push(release);
    }
    let rows = p.verification.class.iter().map(|class| {
        let cells = [
            w.text(&class.name),
            priorities(&class.priority),
            terms("check", class.checks.iter().map(|check| check.as_str())),
            terms("gate", before.iter().copied()),
        ];
        (cells, class.source.clone(), class.certainty)
    });
    let rows = rows.collect();
    w.section(VERIFICATION, [CLASS, PRIORITY, CHECKS, BEFORE], rows);
}

fn answers(p: &Procedure, w: &mut Writer) {
    let codes = p.clarification.codes.iter().map(|code| Piece::Text(code.as_str().to_owned())).collect();
    let cells = [vec![Piece::Number(p.clarification.max_rounds)], codes];
    let row = (cells, p.clarification.source.clone(), p.clarification.certainty);
    w.section(CLARIFICATION, [ROUNDS, GROUNDS], vec![row]);
    let rows = p.refusal.iter().map(|rule| {
        let cells = [word(rule.code.as_str()), w.text(&rule.label), w.text(&rule.remedy)];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(REFUSALS, [CODE, GROUNDS, REMEDY], rows);
}

fn duties(p: &Procedure, w: &mut Writer) {
    let cells = [terms("notice-actor", [p.notice.actor.as_str()]), w.text(&p.notice.text)];
    w.section(NOTICE, [WHO, RULE], vec![(cells, p.notice.source.clone(), p.notice.certainty)]);
    let rows = p.duty.iter().map(|rule| {
        let cells = [w.text(&rule.name), terms("side", [rule.obliged.as_str()]), w.text(&rule.text)];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(DUTIES, [WHAT, OBLIGED, RULE], rows);
    let cells = [vec![Piece::Length(p.retention.payload)], vec![Piece::Length(p.retention.record)]];
    w.section(RETENTION, [PAYLOAD, RECORD], vec![(cells, p.retention.source.clone(), p.retention.certainty)]);
    let rows = p.training.iter().map(|rule| {
        let cells = [terms("role", [rule.role.as_str()]), w.text(&rule.course)];
        (cells, rule.source.clone(), rule.certainty)
    });
    let rows = rows.collect();
    w.section(TRAINING, [ROLE, COURSE], rows);
}

impl Piece {
    /// As plain text; `translate` gives the text of a key.
    pub fn plain(&self, translate: &dyn Fn(&str) -> String) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Key(key) => translate(key),
            Self::Length(length) => {
                let one = length.count() == 1;
                let unit = match length {
                    Length::CalendarDays(_) => {
                        if one {
                            DAY
                        } else {
                            DAYS
                        }
                    }
                    Length::WorkingDays(_) => {
                        if one {
                            WORKING_DAY
                        } else {
                            WORKING_DAYS
                        }
                    }
                    Length::Hours(_) => {
                        if one {
                            HOUR
                        } else {
                            HOURS
                        }
                    }
                };
                format!("{} {}", length.count(), translate(unit))
            }
            Self::Date(date) => date.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// The whole procedure as plain text of at most 78 columns; `translate` gives the text of a key.
///
/// A word longer than a line is broken, so the width holds for any file.
pub fn text(pinned: &PinnedProcedure, language: Language, translate: &dyn Fn(&str) -> String) -> String {
    let p = &pinned.procedure;
    let mut page = Page { text: String::new() };
    // French sets a fixed blank before high punctuation.
    let (colon, semicolon) = match language {
        Language::English => (": ", "; "),
        Language::French => ("\u{a0}: ", "\u{a0}; "),
    };
    page.heading(p.title.get(language), '=');
    page.paragraph(&format!("{}, {}, SHA-256 {}", pinned.pin(), p.instrument, pinned.hash), "");
    page.blank();
    page.paragraph(p.summary.get(language), "");
    if p.has_unreviewed() {
        page.blank();
        page.paragraph(&translate(SOME_UNREVIEWED), "");
    }
    for (number, section) in (1..).zip(sections(pinned, language)) {
        page.blank();
        page.heading(&format!("{number}. {}", translate(section.heading)), '-');
        for (index, row) in section.rows.iter().enumerate() {
            if index > 0 {
                page.blank();
            }
            for (column, cell) in section.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty())
            {
                let cell: Vec<String> = cell.iter().map(|piece| piece.plain(translate)).collect();
                page.paragraph(&format!("{}{colon}{}", translate(column), cell.join(semicolon)), "    ");
            }
            let mark = translate(if row.unreviewed { UNREVIEWED } else { REVIEWED });
            page.paragraph(&format!("{}{colon}{} ({mark})", translate(SOURCE), row.source), "    ");
        }
    }
    page.text
}

struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.line("");
    }

    fn heading(&mut self, text: &str, rule: char) {
        let lines = wrap(text, "");
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        for line in &lines {
            self.line(line);
        }
        self.line(&rule.to_string().repeat(widest));
    }

    fn paragraph(&mut self, text: &str, hang: &str) {
        for line in &wrap(text, hang) {
            self.line(line);
        }
    }
}

/// Lines of at most [`WIDTH`] characters, all but the first behind `hang`; breaks at plain blanks only.
fn wrap(text: &str, hang: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let mut letters: Vec<char> = word.chars().collect();
        let start = if lines.is_empty() { 0 } else { hang.chars().count() };
        if used > start && used + 1 + letters.len() > WIDTH {
            lines.push(std::mem::replace(&mut line, hang.to_owned()));
            used = hang.chars().count();
        } else if used > start {
            line.push(' ');
            used += 1;
        }
        while used + letters.len() > WIDTH {
            let rest = letters.split_off(WIDTH - used);
            line.extend(letters);
            lines.push(std::mem::replace(&mut line, hang.to_owned()));
            used = hang.chars().count();
            letters = rest;
        }
        used += letters.len();
        line.extend(letters);
    }
    lines.push(line);
    lines
}
