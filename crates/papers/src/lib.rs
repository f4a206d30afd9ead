//! Sets a printed paper: typed data in, one PDF out that is archival (PDF/A-3a) and accessible (PDF/UA-1).
//! It knows no law, no language and no dossier; every word comes in the data, and every text is shown as it stands.
//! It reads no file and no clock, so equal data give equal bytes.

mod glyph;
#[path = "../../formats/src/paper.rs"]
pub mod paper;
mod world;

use paper::{Block, MAX_PAPER, MAX_PDF, Paper, PaperTime};
use std::fmt;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::PaperWorld;

/// Most pages of one paper.
const MAX_PAGES: usize = 300;

/// Why no paper was made. What it shows names no content, because it goes into a log.
#[derive(Clone, PartialEq, Eq)]
pub enum Fault {
    /// More bytes than a paper may have.
    TooLarge,
    /// The data are no paper; the line and column where that shows.
    Malformed(usize, usize),
    /// A table whose rows have not as many cells as it has columns, or none.
    Table,
    /// The time is none.
    Time,
    /// More pages or bytes than a paper may become.
    TooLong,
    /// The template could not be set, or the result is not what the standards ask for: what was said, which may repeat
    /// content.
    Unset(Vec<String>),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the paper has more than {MAX_PAPER} bytes"),
            Self::Malformed(line, column) => write!(f, "no paper: line {line}, column {column}"),
            Self::Table => f.write_str("a table whose rows do not fit its columns"),
            Self::Time => f.write_str("a time that is none"),
            Self::TooLong => write!(f, "more than {MAX_PAGES} pages or {MAX_PDF} bytes"),
            Self::Unset(said) => write!(f, "it could not be set: {} faults", said.len()),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Fault {}

/// Reads a paper strictly.
///
/// # Errors
/// [`Fault::TooLarge`], [`Fault::Malformed`] or [`Fault::Table`].
pub fn read(bytes: &[u8]) -> Result<Paper, Fault> {
    if bytes.len() > MAX_PAPER {
        return Err(Fault::TooLarge);
    }
    let paper: Paper =
        serde_json::from_slice(bytes).map_err(|error| Fault::Malformed(error.line(), error.column()))?;
    let fits = paper.body.iter().all(|block| match block {
        Block::Table { columns, rows, .. } => {
            let shares = columns.iter().all(|column| column.share > 0);
            !columns.is_empty() && shares && rows.iter().all(|row| row.len() == columns.len())
        }
        _ => true,
    });
    if fits { Ok(paper) } else { Err(Fault::Table) }
}

/// Sets a paper.
///
/// # Errors
/// [`Fault::Time`], [`Fault::TooLong`] or [`Fault::Unset`].
pub fn set(paper: &Paper) -> Result<Vec<u8>, Fault> {
    let timestamp = timestamp(paper.as_of).ok_or(Fault::Time)?;
    let world = PaperWorld::new(paper)?;
    let unset = |diagnostics: &[typst::diag::SourceDiagnostic]| {
        Fault::Unset(diagnostics.iter().map(|diagnostic| diagnostic.message.to_string()).collect())
    };
    let compiled = typst::compile::<PagedDocument>(&world);
    if !compiled.warnings.is_empty() {
        return Err(unset(&compiled.warnings));
    }
    let document = compiled.output.map_err(|errors| unset(&errors))?;
    if document.pages().len() > MAX_PAGES {
        return Err(Fault::TooLong);
    }
    let standards = PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
        .map_err(|error| Fault::Unset(vec![error.message().to_string()]))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", paper.reference, paper.title)),
        creator: Smart::Custom(Some("Comity".to_owned())),
        timestamp: Some(timestamp),
        standards,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| unset(&errors))?;
    if pdf.len() > MAX_PDF { Err(Fault::TooLong) } else { Ok(pdf) }
}

fn timestamp(at: PaperTime) -> Option<Timestamp> {
    let civil = Datetime::from_ymd_hms(at.year, at.month, at.day, at.hour, at.minute, at.second)?;
    if at.year < 1 || at.offset_minutes.abs() > 18 * 60 {
        return None;
    }
    Timestamp::new_local(civil, at.offset_minutes)
}
