//! Packages as their reader may see them: what is given beside what was asked, for whoever compares.

use super::Desk;
use crate::{ColumnView, MissingView, PackageView, PackedView};
use comity_domain::audience::Reader;
use comity_domain::procedure::Text;
use comity_domain::request::{Comparison, Difference, Holds, Package, PackageFile, compare};

impl Desk<'_> {
    /// A package is the provider's own until it is released.
    pub(super) fn packages(&self) -> Vec<PackageView> {
        let seen = |package: &&Package| package.released.is_some() || self.reader == Reader::Provider;
        self.request.packages.iter().filter(seen).map(|package| self.package(package)).collect()
    }

    fn package(&self, package: &Package) -> PackageView {
        let said = package.comparison.clone().unwrap_or_default();
        let mut view = PackageView {
            id: package.id,
            items: self.numbers(&package.items),
            files: Vec::new(),
            missing: Vec::new(),
            note: package.note.clone(),
            prepared: package.prepared.clone(),
            released: package.released.clone(),
            receipt: package.receipt.clone(),
            awaits_deletion: package.awaits_deletion(),
            deletion: package.deletion.clone(),
            manifest: package.manifest.clone(),
            stamped_at: None,
        };
        if self.side.is_some() {
            let found = compare(self.request, package, self.rules());
            let files = package.files.iter();
            view.files = files.map(|file| self.packed(package, file, &found, &said)).collect();
            // What had no file when it was released is what the reasons are of; the items have ended since.
            view.missing = if package.released.is_some() {
                said.missing.iter().map(|m| self.missing(m.item, m.element.as_ref(), &m.reason)).collect()
            } else {
                found
                    .missing
                    .iter()
                    .map(|(item, element)| self.missing(*item, element.as_ref(), ""))
                    .collect()
            };
        }
        view
    }

    fn packed(
        &self,
        package: &Package,
        file: &PackageFile,
        found: &Difference,
        said: &Comparison,
    ) -> PackedView {
        let ours = self.reader == Reader::Provider;
        let columns = file.columns.iter().enumerate().map(|(at, column)| {
            let place = at + 1;
            let reason = said.extra.iter().find(|extra| extra.file == file.upload && extra.column == place);
            ColumnView {
                name: column.name.clone(),
                holds: column.holds.clone(),
                element: match &column.holds {
                    Holds::Element(name) => self.element(name),
                    Holds::Identifier | Holds::Other => None,
                },
                extra: found.extra.contains(&(file.upload, place)),
                reason: reason.map_or_else(String::new, |extra| extra.reason.clone()),
            }
        });
        PackedView {
            id: file.upload,
            name: file.name.clone(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            media_type: file.media_type.clone(),
            remarks: file.remarks.iter().copied().filter(|remark| ours || !remark.is_own()).collect(),
            items: self.numbers(&file.items),
            columns: columns.collect(),
            taken_back: package.went_too_far(file.upload),
        }
    }

    fn missing(
        &self,
        item: comity_domain::id::ItemId,
        element: Option<&String>,
        reason: &str,
    ) -> MissingView {
        MissingView {
            item,
            number: self.request.item(item).map_or(0, |item| item.number),
            element: element.cloned(),
            label: element.and_then(|name| self.element(name)),
            reason: reason.to_owned(),
        }
    }

    /// A data element in the procedure's words.
    fn element(&self, name: &str) -> Option<Text> {
        let all = self.rules().category.iter().flat_map(|rule| &rule.element);
        all.into_iter().find(|element| element.name == name).map(|element| element.label.clone())
    }
}
