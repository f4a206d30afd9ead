//! What a bounded look at the bytes of a file says about it (T27, T28, T30): what it is, what is wrong with it, and which
//! columns it holds. Nothing here reads a file; what does is `comity_formats::inspection`.

use crate::term::vocabulary;
use serde::{Deserialize, Serialize};

crate::opaque!(Inspection, Table);

/// Most columns of a table that can be held against what was asked.
pub const MOST_COLUMNS: usize = 256;
/// The longest name of a column that is kept, in bytes.
pub const LONGEST_COLUMN: usize = 120;
/// The longest media type, in bytes.
const LONGEST_TYPE: usize = 100;

vocabulary! {
    /// What an inspection can find. The first ones keep a file from leaving, the others have to be seen by whoever
    /// releases it.
    Finding {
        /// The inspection was ended by its own bounds: time, processor or memory.
        Uninspectable = "uninspectable",
        /// More entries than an archive may have.
        TooManyEntries = "too-many-entries",
        /// Archives in archives, deeper than they may be.
        NestedTooDeep = "nested-too-deep",
        /// What it unpacks to is too large, or too large for what it is packed in.
        UnpacksTooLarge = "unpacks-too-large",
        /// The list of an archive names other entries than those that stand in it.
        OverlappingEntries = "overlapping-entries",
        /// An archive that cannot be read to its end.
        ArchiveDamaged = "archive-damaged",
        /// An entry whose name leads out of the folder, to another file, or deceives the eye.
        PathTrick = "path-trick",
        /// A program under the name of something else.
        HiddenExecutable = "hidden-executable",
        /// What it is depends on which program opens it.
        TwoFilesInOne = "two-files-in-one",
        /// A picture of more pixels than anybody can open.
        PixelFlood = "pixel-flood",
        /// A table of more columns than can be compared.
        TooManyColumns = "too-many-columns",
        /// The test file of the virus scanners.
        TestSignature = "test-signature",
        /// Empty, or nothing but blanks (T04).
        Blank = "blank",
        /// It, or something in it, opens only with a password.
        Encrypted = "encrypted",
        /// Encrypted from end to end: not readable here.
        EndToEnd = "end-to-end",
        /// An archive of a kind that is not opened here.
        NotOpened = "not-opened",
        /// Too long to be read to its end here.
        PartlyRead = "partly-read",
        /// A program, and named as one.
        Executable = "executable",
        /// It may run something when it is opened: script, macros, an action.
        ActiveContent = "active-content",
        /// A cell that a spreadsheet would take for a formula (T30).
        FormulaCells = "formula-cells",
        /// It is something else than its name says.
        OtherThanNamed = "other-than-named",
        /// It is something else than its sender said.
        OtherThanSaid = "other-than-said",
        /// The very same file lies in another dossier of this organisation (T04).
        Duplicate = "duplicate",
    }
}

impl Finding {
    /// Whether a file with it cannot be put into a package.
    pub const fn refuses(self) -> bool {
        match self {
            Self::Uninspectable
            | Self::TooManyEntries
            | Self::NestedTooDeep
            | Self::UnpacksTooLarge
            | Self::OverlappingEntries
            | Self::ArchiveDamaged
            | Self::PathTrick
            | Self::HiddenExecutable
            | Self::TwoFilesInOne
            | Self::PixelFlood
            | Self::TooManyColumns
            | Self::TestSignature => true,
            Self::Blank
            | Self::Encrypted
            | Self::EndToEnd
            | Self::NotOpened
            | Self::PartlyRead
            | Self::Executable
            | Self::ActiveContent
            | Self::FormulaCells
            | Self::OtherThanNamed
            | Self::OtherThanSaid
            | Self::Duplicate => false,
        }
    }

    /// Whether it tells of another case, so that only the organisation whose file it is may know.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Duplicate)
    }

    /// Key of the text that says what was found.
    pub fn message_key(self) -> String {
        format!("finding-{self}")
    }
}

/// The columns of a table, as its first line names them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Names from the first line, without marks that would disturb a page; a name may be empty.
    pub columns: Vec<String>,
    /// Lines after the first, as far as it was read.
    pub rows: u64,
}

/// The report on one file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// Media type by content (RFC 6838), `application/octet-stream` where nothing is known.
    pub media_type: String,
    /// What was found, each once, in the order of [`Finding::ALL`].
    pub findings: Vec<Finding>,
    /// Entries of an archive, those of archives in it included; 0 for anything else.
    pub entries: u32,
    /// The table, where it is one.
    pub table: Option<Table>,
}

impl Inspection {
    /// The report on a file whose inspection did not come to its end.
    pub fn ended(finding: Finding) -> Self {
        let media_type = "application/octet-stream".to_owned();
        Self { media_type, findings: vec![finding], entries: 0, table: None }
    }

    /// The first finding that keeps it from leaving.
    pub fn refused(&self) -> Option<Finding> {
        self.findings.iter().copied().find(|finding| finding.refuses())
    }

    /// Adds a finding, in its place.
    pub fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
            self.findings.sort_unstable();
        }
    }

    /// Whether it is such as an inspector writes. One that comes from another process is not believed otherwise.
    pub fn is_sound(&self) -> bool {
        let plain = |text: &str| !text.chars().any(char::is_control);
        let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '+' | '_');
        let typed = (1..=LONGEST_TYPE).contains(&self.media_type.len())
            && self.media_type.chars().all(token)
            && self.media_type.matches('/').count() == 1;
        let ordered = self.findings.is_sorted_by(|one, next| one < next);
        let columns = self.table.as_ref().map_or(&[][..], |table| &table.columns);
        let named = |name: &String| name.len() <= LONGEST_COLUMN && plain(name);
        typed && ordered && columns.len() <= MOST_COLUMNS && columns.iter().all(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_either_refuses_or_is_remarked_and_the_first_ones_refuse() {
        let refusing: Vec<bool> = Finding::ALL.iter().map(|finding| finding.refuses()).collect();
        assert!(refusing.is_sorted_by(|one, next| one >= next));
        assert_eq!(refusing.iter().filter(|refuses| **refuses).count(), 12);
    }

    #[test]
    fn a_report_that_no_inspector_writes_is_not_sound() {
        let sound = Inspection::ended(Finding::Blank);
        assert!(sound.is_sound());
        let unsound = [
            Inspection { media_type: "text/html\r\nx: y".to_owned(), ..sound.clone() },
            Inspection { media_type: String::new(), ..sound.clone() },
            Inspection { media_type: "a/b/c".to_owned(), ..sound.clone() },
            Inspection { findings: vec![Finding::Encrypted, Finding::Blank], ..sound.clone() },
            Inspection { findings: vec![Finding::Blank, Finding::Blank], ..sound.clone() },
            Inspection {
                table: Some(Table { columns: vec!["a\u{7}".to_owned()], rows: 0 }),
                ..sound.clone()
            },
            Inspection {
                table: Some(Table { columns: vec!["a".repeat(LONGEST_COLUMN + 1)], rows: 0 }),
                ..sound.clone()
            },
            Inspection {
                table: Some(Table { columns: vec![String::new(); MOST_COLUMNS + 1], rows: 0 }),
                ..sound
            },
        ];
        assert!(unsound.iter().all(|report| !report.is_sound()));
    }
}
