//! Tables in text: the names of their columns, and cells that a spreadsheet would run (T30).
//! Memory is bounded whatever comes: a cell is known by its first bytes.

use comity_domain::inspection::{LONGEST_COLUMN, MOST_COLUMNS, Table};
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

/// So many lines with the same marks make a table of a text that is not called one.
const ALIKE: usize = 3;

const MARKS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A table as it is read piece by piece.
pub(super) struct TableReader {
    reader: Reader,
    cell: [u8; 256],
    /// Bytes of the cell so far; the rest is passed over.
    kept: usize,
    column: usize,
    columns: Vec<String>,
    named: bool,
    rows: u64,
    pub(super) formula: bool,
    pub(super) too_wide: bool,
}

impl TableReader {
    /// A reader where the text is a table: by its name, or because its first lines are alike.
    pub(super) fn of(head: &[u8], extension: &str) -> Option<Self> {
        let called = matches!(extension, "csv" | "tsv" | "tab");
        let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let first = lines.next()?;
        let count = |line: &[u8], mark: u8| memchr::memchr_iter(mark, line).count();
        let mark = MARKS.into_iter().rev().max_by_key(|mark| count(first, *mark))?;
        let marks = count(first, mark);
        let mut alike = lines.take(ALIKE - 1).filter(|line| count(line, mark) == marks);
        if !called && (marks == 0 || alike.by_ref().count() < ALIKE - 1) {
            return None;
        }
        let mark = if marks == 0 { b',' } else { mark };
        Some(Self {
            reader: ReaderBuilder::new().delimiter(mark).build(),
            cell: [0; 256],
            kept: 0,
            column: 0,
            columns: Vec::new(),
            named: false,
            rows: 0,
            formula: false,
            too_wide: false,
        })
    }

    /// Reads on; an empty piece is the end.
    pub(super) fn push(&mut self, mut piece: &[u8]) {
        let last = piece.is_empty();
        // To the reader no bytes are the end, so it is not asked about an empty rest.
        while last || !piece.is_empty() {
            let (result, read, written) = self.reader.read_field(piece, &mut self.cell[self.kept..]);
            piece = &piece[read..];
            self.kept += written;
            match result {
                ReadFieldResult::InputEmpty if last => {}
                ReadFieldResult::InputEmpty | ReadFieldResult::End => return,
                // The beginning is known; what follows may overwrite the second half.
                ReadFieldResult::OutputFull => self.kept = self.cell.len() / 2,
                ReadFieldResult::Field { record_end } => self.end_cell(record_end),
            }
        }
    }

    fn end_cell(&mut self, record_end: bool) {
        let cell = &self.cell[..self.kept];
        self.formula |= is_formula(cell);
        if !self.named {
            if self.columns.len() < MOST_COLUMNS {
                self.columns.push(readable(cell));
            } else {
                self.too_wide = true;
            }
        }
        // A line may be longer than the one that names the columns.
        self.column += 1;
        self.too_wide |= self.column > MOST_COLUMNS;
        self.kept = 0;
        if record_end {
            self.widen();
            self.rows += u64::from(self.named);
            self.named = true;
            self.column = 0;
        }
    }

    /// Cells beyond the named ones make columns without a name.
    fn widen(&mut self) {
        while self.columns.len() < self.column.min(MOST_COLUMNS) {
            self.columns.push(String::new());
        }
    }

    pub(super) fn table(self) -> Table {
        Table { columns: self.columns, rows: self.rows }
    }
}

/// Whether a spreadsheet would take the cell for more than text (T30). A number with its sign is a number.
fn is_formula(cell: &[u8]) -> bool {
    let Some((first, rest)) = cell.split_first() else { return false };
    match first {
        b'=' | b'@' | b'\t' | b'\r' | 0 => true,
        b'+' | b'-' => !rest.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ')),
        _ => false,
    }
}

/// A column's name as it can be shown: no marks that would disturb a page or a line of JSON.
fn readable(cell: &[u8]) -> String {
    let cell = cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell);
    let text: String = String::from_utf8_lossy(cell)
        .chars()
        .map(|c| if c.is_control() || matches!(c, '"' | '\\') { ' ' } else { c })
        .collect();
    let text = text.trim();
    text[..text.floor_char_boundary(LONGEST_COLUMN)].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8], extension: &str) -> Option<TableReader> {
        let mut reader = TableReader::of(text, extension)?;
        for piece in text.chunks(7) {
            reader.push(piece);
        }
        reader.push(&[]);
        Some(reader)
    }

    #[test]
    fn the_first_line_names_the_columns() {
        let table = read("\u{feff}Nom;Téléphone\r\nA;+999100200\r\nB;1\r\n".as_bytes(), "csv").unwrap();
        assert!(!table.formula && !table.too_wide);
        let table = table.table();
        assert_eq!((table.columns, table.rows), (vec!["Nom".to_owned(), "Téléphone".to_owned()], 2));
        let quoted = read(b"\"a,\"\"b\",c\n1,2", "csv").unwrap().table();
        assert_eq!((quoted.columns, quoted.rows), (vec!["a, b".to_owned(), "c".to_owned()], 1));
        let single = read(b"only\n1\n2\n", "csv").unwrap().table();
        assert_eq!((single.columns, single.rows), (vec!["only".to_owned()], 2));
    }

    #[test]
    fn a_text_is_a_table_when_it_is_called_one_or_its_lines_are_alike() {
        assert!(read(b"a|b\n1|2\n3|4\n", "log").is_some());
        assert!(read(b"Dear Sir, hello\nnothing here\nat all, no\n", "txt").is_none());
        assert!(read(b"a,b\n1,2\n", "txt").is_none());
        assert!(read(b"", "csv").is_none());
    }

    #[test]
    fn cells_without_a_name_are_columns_too() {
        let table = read(b"a\n1,2,3\n", "csv").unwrap().table();
        assert_eq!(table.columns.len(), 3);
    }

    #[test]
    fn a_cell_that_begins_with_a_trigger_is_a_formula_and_a_number_is_none() {
        for cell in ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\"=1\"", "\"\r=1\""] {
            let text = format!("a,b\n{cell},x\n");
            assert!(read(text.as_bytes(), "csv").unwrap().formula, "{cell:?}");
        }
        for cell in ["+999100200", "-5", "-1.5", "+999 100 200", "a=b", "", "x@y.example"] {
            let text = format!("a,b\n{cell},x\n");
            assert!(!read(text.as_bytes(), "csv").unwrap().formula, "{cell:?}");
        }
    }

    #[test]
    fn a_table_can_be_too_wide_and_a_cell_as_long_as_it_likes() {
        let wide = vec!["x"; MOST_COLUMNS + 1].join(",");
        assert!(read(wide.as_bytes(), "csv").unwrap().too_wide);
        let long = format!("{},b\n={},2\n", "é".repeat(5_000), "1".repeat(9_000));
        let read = read(long.as_bytes(), "csv").unwrap();
        assert!(read.formula);
        assert!(read.table().columns[0].len() <= LONGEST_COLUMN);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fail(text in proptest::collection::vec(any::<u8>(), 0..3_000)) {
            if let Some(reader) = read(&text, "csv") {
                prop_assert!(reader.table().columns.len() <= MOST_COLUMNS);
            }
        }
    }
}
