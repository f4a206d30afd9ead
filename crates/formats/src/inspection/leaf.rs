//! One pass over a file that is no archive: what it may run, whether it is blank, and whether it is a second file as well.

use super::kind::{Class, Sniffed};
use super::table::TableReader;
use comity_domain::inspection::{Finding, Table};
use memchr::memmem::Finder;
use std::io::{self, BufRead};

/// So much of a file that is no archive is read; more is told (`Finding::PartlyRead`). In bytes.
pub(super) const SCANNED: u64 = 64 * 1024 * 1024;
/// The longest end of a ZIP archive: its last record and a comment, in bytes.
const TAIL: usize = 22 + 65_535;
/// Where readers of PDF still look for its beginning, in bytes.
const PDF_STARTS: usize = 1_024;

/// What the names in a PDF, or in an old office file, mean.
const PDF: [(&[u8], Finding); 6] = [
    (b"/JavaScript", Finding::ActiveContent),
    (b"/Launch", Finding::ActiveContent),
    (b"/OpenAction", Finding::ActiveContent),
    (b"/RichMedia", Finding::ActiveContent),
    (b"/EmbeddedFile", Finding::ActiveContent),
    (b"/Encrypt", Finding::Encrypted),
];
const OLD_OFFICE: [(&[u8], Finding); 2] = [
    (b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0", Finding::ActiveContent),
    (b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", Finding::Encrypted),
];

/// What one pass has shown.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) findings: Vec<Finding>,
    pub(super) table: Option<Table>,
}

struct Pass {
    names: Vec<(Finder<'static>, Finding)>,
    /// The end of the last piece, in which a name may have begun, and the end of the file.
    tail: Vec<u8>,
    blank: bool,
    table: Option<TableReader>,
    findings: Vec<Finding>,
}

/// Reads a file to its end, or as far as it is read here.
pub(super) fn look(source: &mut dyn BufRead, sniffed: Sniffed, head: &[u8], ext: &str) -> io::Result<Seen> {
    let names: &[(&[u8], Finding)] = match sniffed.class {
        Class::Pdf => &PDF,
        Class::OldOffice => &OLD_OFFICE,
        _ => &[],
    };
    let mut pass = Pass {
        names: names.iter().map(|(name, finding)| (Finder::new(*name), *finding)).collect(),
        tail: Vec::new(),
        blank: true,
        table: if sniffed.media_type == "text/plain" { TableReader::of(head, ext) } else { None },
        findings: Vec::new(),
    };
    let mut read = 0_u64;
    let whole = loop {
        let piece = source.fill_buf()?;
        if piece.is_empty() {
            break true;
        }
        let taken = piece.len();
        pass.push(piece);
        source.consume(taken);
        read = read.saturating_add(taken as u64);
        if read >= SCANNED {
            break source.fill_buf()?.is_empty();
        }
    };
    if !whole {
        pass.findings.push(Finding::PartlyRead);
    }
    let text = matches!(sniffed.class, Class::Text | Class::Markup);
    let second = !text && (also_pdf(sniffed, head) || (whole && also_zip(&pass.tail)));
    Ok(pass.end(second))
}

/// A PDF that begins a little later than it should: readers open it all the same. An archive may well hold one.
fn also_pdf(sniffed: Sniffed, head: &[u8]) -> bool {
    let start = &head[..head.len().min(PDF_STARTS)];
    !matches!(sniffed.class, Class::Pdf | Class::Closed) && memchr::memmem::find(start, b"%PDF-").is_some()
}

/// The last record of a ZIP archive whose comment ends where the file does (APPNOTE 4.3.16).
fn also_zip(tail: &[u8]) -> bool {
    memchr::memmem::rfind(tail, b"PK\x05\x06").is_some_and(|at| {
        let comment = tail.get(at + 20..at + 22).map(|l| usize::from(u16::from_le_bytes([l[0], l[1]])));
        comment.is_some_and(|comment| at + 22 + comment == tail.len())
    })
}

impl Pass {
    fn push(&mut self, piece: &[u8]) {
        if !self.names.is_empty() {
            let longest = self.names.iter().map(|(name, _)| name.needle().len()).max().unwrap_or(1);
            let start = self.tail.len().saturating_sub(longest - 1);
            let mut seam = self.tail[start..].to_vec();
            seam.extend_from_slice(&piece[..piece.len().min(longest - 1)]);
            let found = |name: &Finder<'_>| name.find(piece).is_some() || name.find(&seam).is_some();
            let hits = self.names.iter().filter(|(name, _)| found(name)).map(|(_, finding)| *finding);
            self.findings.extend(hits);
        }
        self.blank = self.blank && piece.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
        if let Some(table) = &mut self.table {
            table.push(piece);
        }
        if piece.len() >= TAIL {
            self.tail = piece[piece.len() - TAIL..].to_vec();
        } else {
            let kept = self.tail.len().min(TAIL - piece.len());
            self.tail.drain(..self.tail.len() - kept);
            self.tail.extend_from_slice(piece);
        }
    }

    fn end(mut self, second: bool) -> Seen {
        if second {
            self.findings.push(Finding::TwoFilesInOne);
        }
        if self.blank {
            self.findings.push(Finding::Blank);
        }
        if let Some(table) = &mut self.table {
            table.push(&[]);
            if table.formula {
                self.findings.push(Finding::FormulaCells);
            }
            if table.too_wide {
                self.findings.push(Finding::TooManyColumns);
            }
        }
        Seen { findings: self.findings, table: self.table.map(TableReader::table) }
    }
}
