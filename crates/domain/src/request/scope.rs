//! What was asked against what is given, before it leaves: nothing missing, nothing extra, and every remark of an
//! inspection seen (guideline `P-validate`; T04, T30). Who collects says what each file holds; who releases compares.

use super::answer::PackageFile;
use super::decide::{Context, text};
use super::{Giving, Item, ItemState, Package, Request};
use crate::id::{ItemId, UploadId};
use crate::inspection::{Finding, Inspection, MOST_COLUMNS};
use crate::procedure::Procedure;
use crate::refusal::{Refusal, RefusalCode, Refusals};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

crate::opaque!(Arrived, FileContents, Column, Holds, Comparison, Seen, Extra, Missing, Difference);

/// A file that arrived completely, as it can be put into a package.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The upload that brought it.
    pub upload: UploadId,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, in lower-case hexadecimal.
    pub sha256: String,
    /// The report of its inspection, once there is one; of a sealed file it says no more than that it is one.
    pub inspection: Option<Inspection>,
    /// Whether it came sealed end to end.
    pub sealed: bool,
}

/// What whoever collected says that a file holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FileContents {
    /// The completed upload.
    pub file: UploadId,
    /// The items of the package that it answers, at least one.
    pub items: Vec<ItemId>,
    /// Of a table, its columns as the inspection names them and in their order.
    #[serde(default)]
    pub columns: Vec<Column>,
}

/// One column of a table.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What stands in it.
    pub holds: Holds,
}

/// What stands in a column.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Holds {
    /// What was asked about: the identifier itself, its port, the instant.
    Identifier,
    /// A data element, by its name in the procedure.
    Element(String),
    /// Something else.
    Other,
}

/// What whoever releases says of a package: each file and each remark by name, and a reason for each difference.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The files that they have looked at: every one.
    pub seen: Vec<Seen>,
    /// Why a column is given that nobody asked for.
    #[serde(default)]
    pub extra: Vec<Extra>,
    /// Why something is not given that was asked for.
    #[serde(default)]
    pub missing: Vec<Missing>,
}

/// A file that was looked at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Which.
    pub file: UploadId,
    /// The remarks of its inspection, each one.
    #[serde(default)]
    pub remarks: Vec<Finding>,
}

/// Why a column goes out that nobody asked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// The file.
    pub file: UploadId,
    /// The place of the column, from 1.
    pub column: usize,
    /// Why.
    pub reason: String,
}

/// Why something that was asked for does not go out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// The item.
    pub item: ItemId,
    /// The data element; without one, everything of the item.
    #[serde(default)]
    pub element: Option<String>,
    /// Why.
    pub reason: String,
}

/// Where a package and what was asked differ.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Columns that no asked element covers: the file and the place of the column, from 1.
    pub extra: Vec<(UploadId, usize)>,
    /// What was asked and is in no file: the item, and the element where only that is missing.
    pub missing: Vec<(ItemId, Option<String>)>,
}

/// The data elements that an item asks for; without a choice, all of its category.
fn asked<'a>(item: &'a Item, procedure: &'a Procedure) -> BTreeSet<&'a str> {
    if !item.elements.is_empty() {
        return item.elements.iter().map(String::as_str).collect();
    }
    let rule = procedure.category(item.category);
    rule.iter().flat_map(|rule| &rule.element).map(|element| element.name.as_str()).collect()
}

/// Holds a package against what was asked. Only what a file says of itself can be compared: a file that is no table
/// answers its items as a whole, and whoever releases has to open it.
pub fn compare(request: &Request, package: &Package, procedure: &Procedure) -> Difference {
    let mut found = Difference::default();
    for file in &package.files {
        let items = file.items.iter().filter_map(|id| request.item(*id));
        let asked: BTreeSet<&str> = items.flat_map(|item| asked(item, procedure)).collect();
        let extra = |column: &Column| match &column.holds {
            Holds::Identifier => false,
            Holds::Element(element) => !asked.contains(element.as_str()),
            Holds::Other => true,
        };
        let places = file.columns.iter().enumerate().filter(|(_, column)| extra(column));
        found.extra.extend(places.map(|(at, _)| (file.upload, at + 1)));
    }
    for item in package.items.iter().filter_map(|id| request.item(*id)) {
        found.missing.extend(missing_of(item, package).map(|element| (item.id, element)));
    }
    found
}

/// What of one item is in no file: all of it, or elements that were asked by name.
fn missing_of<'a>(item: &'a Item, package: &'a Package) -> impl Iterator<Item = Option<String>> + use<'a> {
    let answers = || package.files.iter().filter(|file| file.items.contains(&item.id));
    let none = answers().next().is_none();
    let tables = answers().all(|file| !file.columns.is_empty());
    // What is given in part was explained when that was decided.
    let whole = matches!(&item.state, ItemState::Accepted { outcome: Giving::Full, .. });
    let named = move |element: &&String| {
        let holds = |column: &Column| column.holds == Holds::Element((*element).clone());
        !none && whole && tables && !answers().flat_map(|file| &file.columns).any(holds)
    };
    none.then_some(None).into_iter().chain(item.elements.iter().filter(named).map(|name| Some(name.clone())))
}

/// Makes the files of a package out of what arrived and what the collector says of it.
pub(super) fn contents(
    items: &[ItemId],
    files: &[FileContents],
    ctx: &Context<'_>,
) -> Result<Vec<PackageFile>, Refusals> {
    let mut refusals = Vec::new();
    let mut included = Vec::new();
    for (at, said) in files.iter().enumerate() {
        let twice = files[..at].iter().any(|before| before.file == said.file);
        let arrived = ctx.files.iter().find(|file| file.upload == said.file && !twice);
        let Some(arrived) = arrived else {
            refusals.push(Refusal::of(RefusalCode::FileIncomplete, "files"));
            continue;
        };
        match fit(said, arrived, items, at, ctx.procedure) {
            Ok(file) => included.push(file),
            Err(refused) => refusals.extend(refused),
        }
    }
    if refusals.is_empty() { Ok(included) } else { Err(refusals) }
}

/// One file of a package, when its inspection lets it leave and it is as it is said to be.
fn fit(
    said: &FileContents,
    arrived: &Arrived,
    items: &[ItemId],
    at: usize,
    procedure: &Procedure,
) -> Result<PackageFile, Refusals> {
    let field = format!("files.{at}");
    let refuse = |code: RefusalCode, field: String| Err(vec![Refusal::of(code, field)]);
    let Some(report) = &arrived.inspection else {
        return refuse(RefusalCode::FileBeingInspected, field);
    };
    if let Some(finding) = report.refused() {
        let refusal = Refusal::of(RefusalCode::FileRefused, field).because(&finding.message_key());
        return Err(vec![refusal]);
    }
    if said.items.is_empty() || said.items.iter().any(|item| !items.contains(item)) {
        return refuse(RefusalCode::ItemUnknown, format!("{field}.items"));
    }
    let known = |element: &String| {
        procedure.category.iter().flat_map(|rule| &rule.element).any(|other| other.name == *element)
    };
    for (place, column) in said.columns.iter().enumerate() {
        if let Holds::Element(element) = &column.holds
            && !known(element)
        {
            return refuse(RefusalCode::FieldUnknown, format!("{field}.columns.{place}.holds"));
        }
    }
    let same = |table: &crate::inspection::Table| {
        table.columns.iter().eq(said.columns.iter().map(|column| &column.name))
    };
    if arrived.sealed && !said.columns.is_empty() {
        // What a sealed file holds is for its readers; its columns stand in no clear.
        return refuse(RefusalCode::ColumnsDiffer, format!("{field}.columns"));
    }
    let bounded = said.columns.len() <= MOST_COLUMNS && said.columns.iter().all(|c| c.name.len() <= 500);
    if !report.table.as_ref().map_or(bounded, same) {
        return refuse(RefusalCode::ColumnsDiffer, format!("{field}.columns"));
    }
    Ok(PackageFile {
        upload: arrived.upload,
        name: arrived.name.clone(),
        bytes: arrived.bytes,
        sha256: arrived.sha256.clone(),
        media_type: report.media_type.clone(),
        remarks: report.findings.clone(),
        items: said.items.clone(),
        columns: said.columns.clone(),
    })
}

/// Holds what the releaser says against the package: every file and remark seen, every difference explained, and
/// nothing said of what is not there.
pub(super) fn checked(
    request: &Request,
    package: &Package,
    said: &Comparison,
    procedure: &Procedure,
) -> Result<Comparison, Refusals> {
    let found = compare(request, package, procedure);
    let mut refusals = unseen(package, said);
    let mut kept = Comparison { seen: said.seen.clone(), ..Comparison::default() };
    // The authority reads what is kept. That a remark was there, and therefore seen, stands in the provider's own event.
    for seen in &mut kept.seen {
        seen.remarks.retain(|remark| !remark.is_own());
    }
    for (file, column) in &found.extra {
        let given = said.extra.iter().find(|extra| extra.file == *file && extra.column == *column);
        let number = package.files.iter().position(|other| other.upload == *file).map_or(0, |at| at + 1);
        let field = format!("comparison.extra.{number}.{column}");
        match given.map_or(Err(Vec::new()), |extra| text(&extra.reason, &field)) {
            Ok(reason) => kept.extra.push(Extra { file: *file, column: *column, reason }),
            Err(refused) => refusals.push(unexplained(refused, || {
                Refusal::of(RefusalCode::ScopeExtra, &field).with("file", number).with("column", column)
            })),
        }
    }
    for (item, element) in &found.missing {
        let given = said.missing.iter().find(|missing| missing.item == *item && missing.element == *element);
        let number = request.item(*item).map_or(0, |item| item.number);
        let field = format!("comparison.missing.{number}");
        match given.map_or(Err(Vec::new()), |missing| text(&missing.reason, &field)) {
            Ok(reason) => kept.missing.push(Missing { item: *item, element: element.clone(), reason }),
            Err(refused) => refusals.push(unexplained(refused, || {
                Refusal::of(RefusalCode::ScopeMissing, &field).with("item", number)
            })),
        }
    }
    if said.extra.len() > kept.extra.len() && refusals.is_empty() {
        refusals.push(Refusal::of(RefusalCode::FieldUnknown, "comparison.extra"));
    }
    if said.missing.len() > kept.missing.len() && refusals.is_empty() {
        refusals.push(Refusal::of(RefusalCode::FieldUnknown, "comparison.missing"));
    }
    if refusals.is_empty() { Ok(kept) } else { Err(refusals) }
}

/// A reason that is too long is told as such; one that is not there is what the comparison lacks.
fn unexplained(refused: Refusals, lacking: impl FnOnce() -> Refusal) -> Refusal {
    let long = refused.into_iter().find(|refusal| refusal.code == RefusalCode::FieldTooLong);
    long.unwrap_or_else(lacking)
}

/// The files and remarks that the releaser does not say to have seen, and what they say of others.
fn unseen(package: &Package, said: &Comparison) -> Refusals {
    let seen = |file: &PackageFile| {
        let named = said.seen.iter().find(|seen| seen.file == file.upload);
        named.is_some_and(|seen| file.remarks.iter().all(|remark| seen.remarks.contains(remark)))
    };
    let places = package.files.iter().enumerate().filter(|(_, file)| !seen(file));
    let mut refusals: Refusals = places
        .map(|(at, _)| {
            let number = at + 1;
            Refusal::of(RefusalCode::RemarkUnseen, format!("comparison.seen.{number}")).with("file", number)
        })
        .collect();
    let of_it = |seen: &Seen| {
        let file = package.files.iter().find(|file| file.upload == seen.file);
        file.is_some_and(|file| seen.remarks.iter().all(|remark| file.remarks.contains(remark)))
    };
    if said.seen.len() > package.files.len() || !said.seen.iter().all(of_it) {
        refusals.push(Refusal::of(RefusalCode::FieldUnknown, "comparison.seen"));
    }
    refusals
}

/// A comparison to which nothing can be said, for the question whether a release is possible at all.
pub(super) fn blameless(
    request: &Request,
    package: &Package,
    procedure: &Procedure,
    word: &str,
) -> Comparison {
    let found = compare(request, package, procedure);
    let seen = |file: &PackageFile| Seen { file: file.upload, remarks: file.remarks.clone() };
    let extra = |(file, column): (UploadId, usize)| Extra { file, column, reason: word.to_owned() };
    let missing =
        |(item, element): (ItemId, Option<String>)| Missing { item, element, reason: word.to_owned() };
    Comparison {
        seen: package.files.iter().map(seen).collect(),
        extra: found.extra.into_iter().map(extra).collect(),
        missing: found.missing.into_iter().map(missing).collect(),
    }
}
