//! The forms around a package: what each file holds, what was asked against what is given, and what was found on receipt.
//! They read what was typed and nothing else; what it means, the domain decides.

use super::act::{ActPage, Typed};
use comity_domain::id::UploadId;
use comity_domain::inspection::Finding;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Column, Comparison, Extra, FileContents, Found, Holds, Missing, Seen};
use comity_service::{ColumnView, FileView, ItemView, MissingView, PackageView, PackedView};

/// Before the name of a data element in a choice.
const ELEMENT: &str = "element:";

/// The chosen files, with the items that each answers and its columns.
pub(super) fn contents(typed: &Typed) -> Result<Vec<FileContents>, Refusal> {
    let files = typed.every::<UploadId>("files").into_iter();
    files
        .map(|file| {
            let items = typed.every(&format!("answers.{file}"));
            let mut columns = Vec::new();
            while let Some(name) = typed.find(&format!("column.{file}.{}", columns.len() + 1)) {
                let field = format!("holds.{file}.{}", columns.len() + 1);
                let holds = match typed.get(&field) {
                    "identifier" => Holds::Identifier,
                    "other" => Holds::Other,
                    chosen => match chosen.strip_prefix(ELEMENT) {
                        Some(element) => Holds::Element(element.to_owned()),
                        None => return Err(Refusal::of(RefusalCode::FieldMissing, field)),
                    },
                };
                columns.push(Column { name: name.to_owned(), holds });
            }
            Ok(FileContents { file, items, columns })
        })
        .collect()
}

/// What the second person says of each file, remark and difference; a reason left empty is not given.
pub(super) fn comparison(typed: &Typed) -> Comparison {
    let seen = typed.every("seen").into_iter();
    let seen = seen.map(|file: UploadId| Seen { file, remarks: typed.every(&format!("remark.{file}")) });
    let reasons = |before: &'static str| {
        let named = typed.0.iter().filter_map(move |(name, text)| Some((name.strip_prefix(before)?, text)));
        named.filter(|(_, text)| !text.trim().is_empty())
    };
    let extra = reasons("extra.").filter_map(|(place, reason)| {
        let (file, column) = place.split_once('.')?;
        Some(Extra { file: file.parse().ok()?, column: column.parse().ok()?, reason: reason.clone() })
    });
    let missing = reasons("missing.").filter_map(|(place, reason)| {
        let (item, element) = place.split_once('.').map_or((place, None), |(item, name)| (item, Some(name)));
        let element = element.map(str::to_owned);
        Some(Missing { item: item.parse().ok()?, element, reason: reason.clone() })
    });
    Comparison { seen: seen.collect(), extra: extra.collect(), missing: missing.collect() }
}

/// What was found on receipt.
pub(super) fn found(typed: &Typed) -> Result<Found, Refusal> {
    match typed.get("found") {
        "intact" => Ok(Found::Intact),
        "mismatch" => Ok(Found::Mismatch),
        "over_disclosure" => Ok(Found::OverDisclosure { files: typed.every("beyond") }),
        _ => Err(Refusal::of(RefusalCode::FieldMissing, "found")),
    }
}

impl ActPage {
    /// Completed uploads that can be put into a package, and those that cannot.
    pub(super) fn loose(&self, fit: bool) -> Vec<&FileView> {
        let fits =
            |file: &FileView| file.inspection.as_ref().is_some_and(|report| report.refused().is_none());
        let complete = self.d.uploads.iter().filter(|file| file.sha256.is_some());
        complete.filter(|file| fits(file) == fit).collect()
    }

    /// What keeps a file from leaving, if it has been inspected.
    pub(super) fn kept(&self, file: &FileView) -> Option<Finding> {
        file.inspection.as_ref().and_then(comity_domain::inspection::Inspection::refused)
    }

    pub(super) fn remarks<'f>(&self, file: &'f FileView) -> &'f [Finding] {
        file.inspection.as_ref().map_or(&[], |report| &report.findings)
    }

    pub(super) fn columns<'f>(&self, file: &'f FileView) -> &'f [String] {
        file.inspection
            .iter()
            .filter_map(|report| report.table.as_ref())
            .map(|t| &*t.columns)
            .next()
            .unwrap_or(&[])
    }

    /// What can stand in a column: each value with its words.
    pub(super) fn holdings(&self) -> Vec<(String, String)> {
        let mut all = vec![("identifier".to_owned(), self.f.t("holds-identifier"))];
        for (name, label) in self.packable().into_iter().flat_map(|item| &item.all_elements) {
            let value = format!("{ELEMENT}{name}");
            if all.iter().all(|(known, _)| *known != value) {
                all.push((value, self.f.text(label).to_owned()));
            }
        }
        all.push(("other".to_owned(), self.f.t("holds-other")));
        all
    }

    /// Whether a choice of the form is what was chosen, or what a new form begins with.
    pub(super) fn ticked(&self, name: &str, value: impl std::fmt::Display) -> bool {
        self.refusals.is_empty() || self.chosen(name, value)
    }

    /// The same for a choice that belongs to one file.
    pub(super) fn ticked_of(&self, before: &str, file: &UploadId, value: impl std::fmt::Display) -> bool {
        self.ticked(&format!("{before}.{file}"), value)
    }

    pub(super) fn chosen_of(&self, before: &str, file: &UploadId, value: impl std::fmt::Display) -> bool {
        self.chosen(&format!("{before}.{file}"), value)
    }

    /// Whether a column was said to hold this.
    pub(super) fn held(&self, file: &UploadId, place: &usize, value: &String) -> bool {
        self.chosen(&format!("holds.{file}.{place}"), value)
    }

    /// What stands in a column, in words.
    pub(super) fn holds(&self, column: &ColumnView) -> String {
        match (&column.element, &column.holds) {
            (Some(label), _) => self.f.text(label).to_owned(),
            (None, Holds::Identifier) => self.f.t("holds-identifier"),
            (None, Holds::Element(_) | Holds::Other) => self.f.t("holds-other"),
        }
    }

    pub(super) fn answers(&self, file: &PackedView, item: &ItemView) -> bool {
        file.items.contains(&item.number)
    }

    /// The reason as it was typed.
    pub(super) fn extra_reason(&self, file: &UploadId, place: &usize) -> &str {
        self.typed.get(&format!("extra.{file}.{place}"))
    }

    pub(super) fn missing_reason(&self, missing: &MissingView) -> &str {
        self.typed.get(&self.missing_field(missing))
    }

    /// The items of a package with what was asked of each.
    pub(super) fn asked<'p>(&'p self, package: &'p PackageView) -> Vec<&'p ItemView> {
        self.d.items.iter().filter(|item| package.items.contains(&item.number)).collect()
    }

    pub(super) fn missing_field(&self, missing: &MissingView) -> String {
        match &missing.element {
            Some(element) => format!("missing.{}.{element}", missing.item),
            None => format!("missing.{}", missing.item),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "00000000-0000-0000-0000-00000000000b";

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_column_that_nobody_chose_anything_for_is_missing() {
        let (name, holds) = (format!("column.{FILE}.1"), format!("holds.{FILE}.1"));
        for (chosen, read) in [
            ("identifier", Some(Holds::Identifier)),
            ("element:identity", Some(Holds::Element("identity".to_owned()))),
            ("other", Some(Holds::Other)),
            ("", None),
            ("anything", None),
        ] {
            let contents = contents(&typed(&[("files", FILE), (&name, "a"), (&holds, chosen)]));
            assert_eq!(contents.ok().map(|files| files[0].columns[0].holds.clone()), read, "{chosen}");
        }
    }

    #[test]
    fn only_reasons_that_were_written_are_given() {
        let (first, second) = (format!("extra.{FILE}.1"), format!("extra.{FILE}.2"));
        let (whole, part) = (format!("missing.{FILE}"), format!("missing.{FILE}.identity"));
        let remark = format!("remark.{FILE}");
        let said = comparison(&typed(&[
            ("seen", FILE),
            (&remark, "blank"),
            (&remark, "formula-cells"),
            (&first, " "),
            (&second, "Asked by telephone."),
            (&whole, "Not held."),
            (&part, "Not known."),
            ("extra.nothing", "x"),
        ]));
        assert_eq!(said.seen[0].remarks, [Finding::Blank, Finding::FormulaCells]);
        assert_eq!(said.extra.iter().map(|extra| extra.column).collect::<Vec<_>>(), [2]);
        let elements: Vec<_> = said.missing.iter().map(|missing| missing.element.as_deref()).collect();
        assert_eq!(elements, [None, Some("identity")]);
    }
}
