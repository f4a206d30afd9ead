//! A printed paper as data: what `comity-papers` reads on its standard input, as JSON, and sets as one PDF.
//! Every word in it has been chosen, in one language, by whoever wrote it; every text is shown as it stands and is never
//! read as markup. This file uses nothing but serde, because the program that sets papers includes it alone.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Most bytes of a paper as JSON.
pub const MAX_PAPER: usize = 1024 * 1024;

/// Most bytes of the PDF that is made of it.
pub const MAX_PDF: usize = 16 * 1024 * 1024;

/// One paper.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The language of every word in it.
    pub language: PaperLanguage,
    /// What it is, such as “Request for stored data”; the title of the document.
    pub title: String,
    /// More about what it is, beneath the title; empty for none.
    pub subtitle: String,
    /// The reference, on every page.
    pub reference: String,
    /// As of when its content stands. The PDF carries this time and no other, so that equal data give equal bytes.
    pub as_of: PaperTime,
    /// The words at the foot of every page.
    pub foot: Foot,
    /// What a reader must know before anything else, such as that rules are unreviewed.
    pub marks: Vec<String>,
    /// The content, in reading order.
    pub body: Vec<Block>,
}

impl fmt::Debug for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paper").field("reference", &self.reference).finish_non_exhaustive()
    }
}

/// The languages in which papers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaperLanguage {
    /// English.
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
}

/// A date and time with its offset, by its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperTime {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
    /// Offset from UTC, in minutes.
    pub offset_minutes: i32,
}

/// The words at the foot of every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foot {
    /// The word before the number of the page.
    pub page: String,
    /// The word between the number of the page and the number of pages.
    pub of: String,
    /// Where the record of this dossier stands in the log, or that it is not sealed yet.
    pub proof: String,
}

/// A part of the content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// The heading of a section.
    Heading {
        /// Its letter or number on a published form; empty for none.
        letter: String,
        /// Its words.
        text: String,
        /// A mark beside it, such as “unreviewed”; empty for none.
        mark: String,
    },
    /// A paragraph.
    Text {
        /// Its words.
        text: String,
    },
    /// A framed remark.
    Notice {
        /// What it is about.
        title: String,
        /// Its words.
        text: String,
    },
    /// Boxes of a form: a label and what stands in it.
    Entries {
        /// The boxes.
        rows: Vec<Entry>,
    },
    /// Choices of a form, ticked or not.
    Ticks {
        /// The question; empty for none.
        label: String,
        /// The choices.
        rows: Vec<Tick>,
    },
    /// A table with a head row.
    Table {
        /// What it shows, for those who do not see it.
        summary: String,
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows; each has as many cells as there are columns, and each cell any number of lines.
        rows: Vec<Vec<Vec<Line>>>,
    },
    /// Numbered steps.
    Steps {
        /// The steps, each of any number of lines.
        rows: Vec<Vec<Line>>,
    },
    /// Who signed, in a frame.
    Signature {
        /// In which capacity.
        title: String,
        /// Name, function and the like.
        rows: Vec<Entry>,
        /// Words under a line for ink; empty for no line.
        line: String,
    },
    /// A text for machines, such as a signed note, as it is.
    Verbatim {
        /// What it is.
        label: String,
        /// The text.
        text: String,
    },
}

/// A label and what stands beside it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The label.
    pub label: String,
    /// The lines beside it.
    pub lines: Vec<Line>,
}

/// A choice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tick {
    /// Whether it is ticked.
    pub ticked: bool,
    /// Its words.
    pub text: String,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its head.
    pub title: String,
    /// Its share of the width.
    pub share: u8,
}

/// One line of a cell or entry; long ones are broken.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// How it is set.
    pub form: Form,
    /// Its words.
    pub text: String,
}

/// How a line is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As text.
    Plain,
    /// With emphasis.
    Strong,
    /// In letters of equal width: identifiers, digests, commands.
    Code,
    /// As something that is not there, such as “not stated”.
    Absent,
}

impl Line {
    /// A line of that form.
    pub fn new(form: Form, text: impl Into<String>) -> Self {
        Self { form, text: text.into() }
    }
}
