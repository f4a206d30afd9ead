//! What every paper is written with: the words of one language, the dossier as its reader sees it, and a body that grows
//! section by section. What the form asks for and the dossier does not say is printed as not stated, never left out.

use super::proof::Places;
use crate::dossier::Drawn;
use crate::translation::Translator;
use crate::{Dossier, FieldView, ItemView};
use comity_domain::identifier::IdentifierType;
use comity_domain::party::Signature;
use comity_domain::procedure::{FieldRule, Procedure, Section, Text};
use comity_domain::term::{Certainty, Language};
use comity_domain::time::Moment;
use comity_formats::paper::{Block, Column, Entry, Form, Line, Tick};

/// The words of one language.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    pub(super) words: &'a Translator,
    pub(super) language: Language,
}

impl Pen<'_> {
    pub(super) fn t(&self, key: &str) -> String {
        self.words.text(self.language, key, &[])
    }

    pub(super) fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.words.text(self.language, key, values)
    }

    /// The text of a word of a vocabulary.
    pub(super) fn w(&self, vocabulary: &str, word: impl std::fmt::Display) -> String {
        self.t(&format!("{vocabulary}-{word}"))
    }

    pub(super) fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.language)
    }

    /// A time to the second with its offset, the same in every language: `2026-11-23 21:14:03 +01:00`.
    #[expect(clippy::unused_self, reason = "it reads like the other words of a paper")]
    pub(super) fn moment(&self, at: Moment) -> String {
        let (civil, minutes) = (at.civil(), at.offset().seconds() / 60);
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        format!("{} {} {sign}{hours:02}:{rest:02}", civil.date(), civil.time().strftime("%H:%M:%S"))
    }

    pub(super) fn absent(&self, key: &str) -> Line {
        Line::new(Form::Absent, self.t(key))
    }

    pub(super) fn plain(&self, text: &str) -> Line {
        if text.trim().is_empty() { self.absent("paper-not-stated") } else { Line::new(Form::Plain, text) }
    }

    pub(super) fn column(&self, key: &str, share: u8) -> Column {
        Column { title: self.t(key), share }
    }

    pub(super) fn entry(&self, key: &str, lines: Vec<Line>) -> Entry {
        Entry { label: self.t(key), lines }
    }
}

pub(super) fn code(text: impl Into<String>) -> Line {
    Line::new(Form::Code, text)
}

/// A dossier on its way to paper.
pub(super) struct Sheet<'a> {
    pub(super) pen: Pen<'a>,
    pub(super) d: &'a Dossier,
    pub(super) drawn: &'a Drawn<'a>,
    pub(super) places: &'a Places,
    pub(super) base_url: &'a str,
}

impl Sheet<'_> {
    pub(super) fn rules(&self) -> &Procedure {
        &self.drawn.procedure.procedure
    }

    /// What is shown of a field: its choice in words, its text, that it is kept from this reader, or that it is not stated.
    fn content(&self, field: Option<&FieldView>) -> Line {
        let Some(field) = field else { return self.pen.absent("paper-not-stated") };
        match (&field.content, &field.choice) {
            (None, _) => self.pen.absent("paper-withheld"),
            (Some(_), Some(choice)) => self.pen.plain(self.pen.text(choice)),
            (Some(text), None) if matches!(text.as_str(), "yes" | "no") => {
                self.pen.plain(&self.pen.w("paper", text))
            }
            (Some(text), None) => self.pen.plain(text),
        }
    }

    pub(super) fn answered(&self, name: &str) -> Option<&FieldView> {
        self.d.fields.iter().find(|field| field.name == name)
    }

    pub(super) fn field(&self, rule: &FieldRule) -> Entry {
        let label = self.pen.text(&rule.label).to_owned();
        Entry { label, lines: vec![self.content(self.answered(&rule.name))] }
    }

    /// Who signed: name, function, accreditation, time.
    pub(super) fn signed(&self, by: &Signature) -> Vec<Entry> {
        let pen = &self.pen;
        vec![
            pen.entry("paper-name", vec![Line::new(Form::Strong, &by.name)]),
            pen.entry("paper-function", vec![pen.plain(&by.function)]),
            pen.entry("paper-accreditation", vec![code(&by.accreditation)]),
            pen.entry("paper-signed-at", vec![pen.plain(&pen.moment(by.at))]),
        ]
    }

    /// An identifier with its type.
    pub(super) fn identifier(&self, item: &ItemView) -> Vec<Line> {
        let kind = IdentifierType::from_name(item.identifier_type)
            .map_or_else(|| item.identifier_type.to_owned(), |kind| self.pen.t(kind.label_key()));
        vec![Line::new(Form::Plain, kind), code(&item.identifier)]
    }

    /// A period, both ends with their offset.
    pub(super) fn period(&self, item: &ItemView) -> Vec<Line> {
        let pen = &self.pen;
        match (item.from, item.to) {
            (Some(from), Some(to)) if from == to => vec![pen.plain(&pen.moment(from))],
            (Some(from), Some(to)) => {
                vec![pen.plain(&pen.moment(from)), pen.plain(&format!("– {}", pen.moment(to)))]
            }
            _ => vec![pen.absent("paper-not-stated")],
        }
    }

    /// The category, its elements and a limit in words.
    pub(super) fn data(&self, item: &ItemView) -> Vec<Line> {
        let pen = &self.pen;
        let mut lines = vec![Line::new(Form::Strong, pen.text(&item.term))];
        if item.elements.is_empty() {
            lines.push(pen.plain(&pen.t("paper-all-elements")));
        } else {
            let elements: Vec<&str> = item.elements.iter().map(|element| pen.text(element)).collect();
            lines.push(pen.plain(&elements.join("; ")));
        }
        if !item.limit.is_empty() {
            lines.push(pen.plain(&pen.with("paper-limit", &[("limit", &item.limit)])));
        }
        lines
    }

    /// The items: identifier, data, period.
    pub(super) fn items(&self) -> Block {
        let pen = &self.pen;
        let row = |item: &ItemView| {
            vec![
                vec![pen.plain(&item.number.to_string())],
                self.identifier(item),
                self.data(item),
                self.period(item),
            ]
        };
        Block::Table {
            summary: pen.t("paper-items-summary"),
            columns: vec![
                pen.column("paper-item", 2),
                pen.column("paper-identifier", 7),
                pen.column("paper-data", 9),
                pen.column("paper-period", 8),
            ],
            rows: self.d.items.iter().map(row).collect(),
        }
    }

    /// How anybody checks what stands on the paper without trusting it.
    pub(super) fn verify(&self, body: &mut Body<'_>) {
        let (pen, address) = (&self.pen, format!("{}/requests/{}/proof", self.base_url, self.d.id));
        body.section("", "paper-verify");
        body.text("paper-verify-lead");
        let step = |key: &str, line: String| vec![pen.plain(&pen.t(key)), code(line)];
        body.put(Block::Steps {
            rows: vec![
                step("paper-verify-proof", address),
                step("paper-verify-policy", format!("{}/ledger/policy", self.base_url)),
                step(
                    "paper-verify-run",
                    format!("comity verify bundle {}.comity-proof --policy policy", self.d.id),
                ),
            ],
        });
    }
}

/// A body that grows.
pub(super) struct Body<'s> {
    sheet: &'s Sheet<'s>,
    blocks: Vec<Block>,
    rows: Vec<Entry>,
    heading: Option<usize>,
}

impl<'s> Body<'s> {
    pub(super) const fn new(sheet: &'s Sheet<'s>) -> Self {
        Self { sheet, blocks: Vec::new(), rows: Vec::new(), heading: None }
    }

    /// Begins a section, with its letter or number on the form.
    pub(super) fn section(&mut self, letter: &str, key: &str) {
        self.titled(letter, self.sheet.pen.t(key));
    }

    pub(super) fn titled(&mut self, letter: &str, text: String) {
        self.flush();
        self.heading = Some(self.blocks.len());
        self.blocks.push(Block::Heading { letter: letter.to_owned(), text, mark: String::new() });
    }

    /// Marks the section as one whose rules nobody has checked against their primary text.
    pub(super) fn rests_on(&mut self, certainty: Certainty) {
        let words = self.sheet.pen.t("paper-unreviewed");
        if let (Certainty::Unreviewed, Some(index)) = (certainty, self.heading)
            && let Some(Block::Heading { mark, .. }) = self.blocks.get_mut(index)
        {
            *mark = words;
        }
    }

    /// A fact; an empty one is not stated.
    pub(super) fn say(&mut self, key: &str, text: &str) {
        let line = self.sheet.pen.plain(text);
        self.lines(key, vec![line]);
    }

    pub(super) fn lines(&mut self, key: &str, lines: Vec<Line>) {
        self.rows.push(self.sheet.pen.entry(key, lines));
    }

    pub(super) fn moment(&mut self, key: &str, at: Option<Moment>) {
        self.say(key, &at.map_or_else(String::new, |at| self.sheet.pen.moment(at)));
    }

    /// A field of the procedure's form, by its name there.
    pub(super) fn field(&mut self, name: &str) {
        if let Some(rule) = self.sheet.rules().field(name) {
            self.rows.push(self.sheet.field(rule));
            self.rests_on(rule.certainty);
        }
    }

    pub(super) fn fields(&mut self, names: &[&str]) {
        for name in names {
            self.field(name);
        }
    }

    /// The answered fields of one part of the form, in its order.
    pub(super) fn part(&mut self, section: Section) {
        let named: Vec<&str> =
            self.sheet.d.fields.iter().filter(|f| f.section == section).map(|f| f.name.as_str()).collect();
        self.fields(&named);
    }

    /// A choice of the form with all its boxes.
    pub(super) fn ticks(&mut self, name: &str) {
        let Some(rule) = self.sheet.rules().field(name) else { return };
        let pen = &self.sheet.pen;
        let chosen = self.sheet.answered(name).and_then(|field| field.content.as_deref());
        let rows = rule.choice.iter().map(|choice| Tick {
            ticked: chosen == Some(choice.value.as_str()),
            text: pen.text(&choice.label).to_owned(),
        });
        let block = Block::Ticks { label: pen.text(&rule.label).to_owned(), rows: rows.collect() };
        self.put(block);
        self.rests_on(rule.certainty);
    }

    /// Boxes of the form that are no field: a key and whether it is ticked.
    pub(super) fn boxes(&mut self, label: &str, boxes: &[(&str, bool)]) {
        let pen = &self.sheet.pen;
        let rows = boxes.iter().map(|(key, ticked)| Tick { ticked: *ticked, text: pen.t(key) });
        let label = if label.is_empty() { String::new() } else { pen.t(label) };
        let block = Block::Ticks { label, rows: rows.collect() };
        self.put(block);
    }

    pub(super) fn text(&mut self, key: &str) {
        let text = self.sheet.pen.t(key);
        self.put(Block::Text { text });
    }

    pub(super) fn put(&mut self, block: Block) {
        self.flush();
        self.blocks.push(block);
    }

    /// A frame for a signature, with a line for ink where the form is handed over on paper.
    pub(super) fn signature(&mut self, title: &str, rows: Vec<Entry>, ink: bool) {
        let pen = &self.sheet.pen;
        let line = if ink { pen.t("paper-ink") } else { String::new() };
        let block = Block::Signature { title: pen.t(title), rows, line };
        self.put(block);
    }

    fn flush(&mut self) {
        if !self.rows.is_empty() {
            self.blocks.push(Block::Entries { rows: std::mem::take(&mut self.rows) });
        }
    }

    pub(super) fn finish(mut self) -> Vec<Block> {
        self.flush();
        self.blocks
    }
}
