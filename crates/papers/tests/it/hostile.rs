//! Whatever somebody writes into a dossier is printed as they wrote it, and does nothing (T31).

use crate::pdf::{Pdf, joined};
use crate::sample::{heading, line, paper, paper_of, text};
use comity_papers::paper::{Block, Column, Entry, Form, Tick};
use std::process::Command;

const MARKUP: &[&str] = &[
    "#read(\"/etc/passwd\")",
    "#import \"@preview/x:1.0.0\": *",
    "$ x^2 + sum_(i=0)^n $ and $",
    "@reference <label> *bold* _emphasis_ `raw`",
    "= Heading",
    "- list + enum / term: x",
    "#set page(width: 1pt)",
    "#panic(\"x\") #{ while true {} }",
    "http://elsewhere.example/ mailto:a@b.example javascript:alert(1)",
    "// comment /* comment */ \\ ~ -- --- ...",
    "<script>alert(1)</script> &amp; \" '",
    "(/JavaScript) >> endobj %PDF %%EOF",
    "{\"block\":\"text\"} ${HOME} %s %n ../../etc/passwd",
];

/// Every place of a paper into which a text can come.
fn everywhere(words: &str) -> Vec<Block> {
    let lines = |form| vec![line(form, words)];
    let rows = || vec![Entry { label: words.to_owned(), lines: lines(Form::Plain) }];
    vec![
        heading("A", words, words),
        text(words),
        Block::Notice { title: words.to_owned(), text: words.to_owned() },
        Block::Entries { rows: rows() },
        Block::Ticks {
            label: words.to_owned(),
            rows: vec![
                Tick { ticked: true, text: words.to_owned() },
                Tick { ticked: false, text: words.to_owned() },
            ],
        },
        Block::Table {
            summary: words.to_owned(),
            columns: vec![Column { title: words.to_owned(), share: 1 }],
            rows: [Form::Plain, Form::Strong, Form::Code, Form::Absent]
                .map(|form| vec![lines(form)])
                .to_vec(),
        },
        Block::Steps { rows: vec![lines(Form::Code)] },
        Block::Signature { title: words.to_owned(), rows: rows(), line: words.to_owned() },
        Block::Verbatim { label: words.to_owned(), text: words.to_owned() },
    ]
}

/// How many texts `everywhere` prints at least: the head of a table stands on each page that the table touches.
const PLACES: usize = 22;

#[test]
fn markup_is_printed_and_never_read() {
    for (number, words) in MARKUP.iter().enumerate() {
        let pdf = Pdf::of(&format!("markup-{number}"), &paper_of(everywhere(words)));
        let printed = joined(&pdf.text());
        let found = printed.matches(&joined(words)).count();
        assert!(found >= PLACES, "{words}: {found} of {PLACES}: {printed}");
        assert!(!printed.contains("root:x:0"), "{words}");
    }
}

#[test]
fn nothing_in_a_paper_acts_or_leads_elsewhere() {
    let words = MARKUP.join(" ");
    let pdf = Pdf::of("active", &paper_of(everywhere(&words)));
    let objects = pdf.objects();
    // The words stand in content streams as glyphs, so a name found here is a key of the document.
    for key in [
        "/JavaScript",
        "/JS",
        "/Launch",
        "/URI",
        "/OpenAction",
        "/AA",
        "/EmbeddedFile",
        "/SubmitForm",
        "/Annot",
    ] {
        let after = |at: usize| objects[at + key.len()..].chars().next();
        let key_itself = |(at, _): &(usize, &str)| !after(*at).is_some_and(|c| c.is_ascii_alphanumeric());
        let found: Vec<_> = objects.match_indices(key).filter(key_itself).collect();
        let only_words = found.iter().all(|(at, _)| objects[..*at].ends_with('('));
        assert!(only_words, "{key} stands in the document");
    }
}

#[test]
fn what_cannot_be_seen_or_shown_is_printed_by_its_number() {
    let cases = [
        ("safe\u{202E}txt.exe", "safe[U+202E]txt.exe"),
        ("zero\u{200B}width\u{FEFF}", "zero[U+200B]width[U+FEFF]"),
        ("bell\u{7} and null\u{0}", "bell[U+0007]andnull[U+0000]"),
        ("\u{1F600} \u{1F468}\u{200D}\u{1F469}", "[U+1F600][U+1F468][U+200D][U+1F469]"),
        ("private \u{E000} \u{10FFFD}", "private[U+E000][U+10FFFD]"),
        ("\u{4E2D}\u{6587}", "[U+4E2D][U+6587]"),
        ("isolate \u{2066}x\u{2069} mark \u{200F}", "isolate[U+2066]x[U+2069]mark[U+200F]"),
        ("escape \u{1B}[31m \u{9B}", "escape[U+001B][31m[U+009B]"),
    ];
    for (number, (words, printed)) in cases.iter().enumerate() {
        let pdf = Pdf::of(&format!("unseen-{number}"), &paper_of(everywhere(words)));
        let text = joined(&pdf.text());
        let found = text.matches(printed).count();
        assert!(found >= PLACES, "{printed}: {found} of {PLACES}: {text}");
    }
}

#[test]
fn letters_of_other_scripts_are_printed_as_they_are() {
    for words in ["Élodie Œuvré, Şükrü Łoś", "Ελένη", "Олена Їжак", "€ § № – „“ ’", "ﬁ ﬂ"]
    {
        let pdf = Pdf::of("letters", &paper_of(vec![text(words)]));
        let printed = joined(&pdf.text());
        let plain = joined(words).replace('ﬁ', "fi").replace('ﬂ', "fl");
        assert!(printed.contains(&joined(words)) || printed.contains(&plain), "{words}: {printed}");
    }
    // A reader that knows no bidirectional text gives Arabic letters in either order.
    let pdf = Pdf::of("arabic", &paper_of(everywhere("مرحبا 12 عمر")));
    let printed = pdf.text();
    assert!(['م', 'ر', 'ح', 'ب', 'ع'].iter().all(|letter| printed.contains(*letter)), "{printed}");
    assert!(!printed.contains("[U+"), "{printed}");
}

#[test]
fn a_word_without_end_stays_in_its_column() {
    let mut blocks = everywhere(&"x".repeat(10_000));
    for block in &mut blocks {
        // The head of a table is a word of the program: it is repeated on each page and must stay short.
        if let Block::Table { columns, .. } = block {
            columns[0].title = "Head".to_owned();
        }
    }
    let pdf = Pdf::of("endless", &paper_of(blocks));
    let printed = pdf.text().matches('x').count();
    assert!(printed >= (PLACES - 1) * 10_000, "{printed}");
    // Every word that the reader finds lies on the page (A4: 595 points wide, margins of 57 on the right).
    let path = Command::new("pdftotext")
        .args(["-bbox"])
        .arg(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("endless.pdf"))
        .arg("-")
        .output()
        .unwrap();
    let boxes = String::from_utf8_lossy(&path.stdout).into_owned();
    let right =
        boxes.split("xMax=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap());
    let furthest = right.fold(0.0, f64::max);
    assert!(furthest > 300.0 && furthest < 541.0, "{furthest}");
}

#[test]
fn the_sample_itself_holds_nothing_that_is_printed_by_its_number() {
    let pdf = Pdf::of("plain", &paper());
    assert!(!pdf.text().contains("[U+"), "{}", pdf.text());
}
