//! A paper with a block of every kind, in either language.

use comity_papers::paper::{Block, Column, Entry, Foot, Form, Line, Paper, PaperLanguage, PaperTime, Tick};

pub(crate) const LANGUAGES: [PaperLanguage; 2] = [PaperLanguage::English, PaperLanguage::French];

pub(crate) fn line(form: Form, text: &str) -> Line {
    Line::new(form, text)
}

fn entry(label: &str, lines: Vec<Line>) -> Entry {
    Entry { label: label.to_owned(), lines }
}

pub(crate) fn heading(letter: &str, text: &str, mark: &str) -> Block {
    Block::Heading { letter: letter.to_owned(), text: text.to_owned(), mark: mark.to_owned() }
}

pub(crate) fn text(text: &str) -> Block {
    Block::Text { text: text.to_owned() }
}

/// A table of that many items.
pub(crate) fn items(count: u32) -> Block {
    let column = |title: &str, share| Column { title: title.to_owned(), share };
    let row = |number: u32| {
        vec![
            vec![line(Form::Plain, &number.to_string())],
            vec![line(Form::Plain, "IPv4"), line(Form::Code, &format!("203.0.113.{}:50412", number % 255))],
            vec![line(Form::Strong, "Category"), line(Form::Plain, "Name; Address; Date of birth")],
            vec![line(Form::Plain, "2026-11-01 00:00:00 +01:00")],
        ]
    };
    Block::Table {
        summary: "Each row is one item.".to_owned(),
        columns: vec![column("Item", 2), column("Identifier", 7), column("Data", 9), column("Period", 8)],
        rows: (1..=count).map(row).collect(),
    }
}

fn blocks() -> Vec<Block> {
    vec![
        Block::Entries {
            rows: vec![
                entry("Reference", vec![line(Form::Strong, "XA-NBP-2026-000147")]),
                entry("File number", vec![line(Form::Absent, "not stated")]),
                entry("Digest", vec![line(Form::Code, &"a3f5".repeat(16))]),
            ],
        },
        heading("A", "First section", "not reviewed"),
        Block::Notice { title: "To the addressee".to_owned(), text: "Preserve on receipt.".to_owned() },
        Block::Ticks {
            label: "Type".to_owned(),
            rows: vec![
                Tick { ticked: true, text: "Judge".to_owned() },
                Tick { ticked: false, text: "Prosecutor".to_owned() },
            ],
        },
        heading("B", "Second section", ""),
        items(3),
        Block::Signature {
            title: "Authoriser".to_owned(),
            rows: vec![entry("Name", vec![line(Form::Strong, "Claire Morel")])],
            line: "Signature".to_owned(),
        },
        Block::Steps {
            rows: vec![vec![
                line(Form::Plain, "Take the proof"),
                line(Form::Code, "https://a.example/proof"),
            ]],
        },
        Block::Verbatim {
            label: "Note".to_owned(), text: "log.example/2026\n— log.example Az4".to_owned()
        },
        text("The last words."),
    ]
}

pub(crate) fn paper_of(body: Vec<Block>) -> Paper {
    Paper {
        language: PaperLanguage::English,
        title: "Request for stored data".to_owned(),
        subtitle: "European production order".to_owned(),
        reference: "XA-NBP-2026-000147".to_owned(),
        as_of: PaperTime {
            year: 2026,
            month: 11,
            day: 25,
            hour: 14,
            minute: 3,
            second: 9,
            offset_minutes: 60,
        },
        foot: Foot {
            page: "Page".to_owned(),
            of: "of".to_owned(),
            proof: "Record: log log.example/2026, leaves 17–31.".to_owned(),
        },
        marks: vec!["Copy for the requesting authority.".to_owned()],
        body,
    }
}

pub(crate) fn paper() -> Paper {
    paper_of(blocks())
}

pub(crate) fn in_language(language: PaperLanguage) -> Paper {
    Paper { language, ..paper() }
}
