//! A request while it is written: everything as typed, and what still keeps it from leaving the desk.
//! Nothing typed is ever refused for storage except by size; it is refused for sending.

use super::{Item, ItemState, MAX_ITEMS, Window};
use crate::clock::Length;
use crate::id::ItemId;
use crate::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier, VALUE_LIMIT};
use crate::procedure::{CategoryRule, FieldKind, FieldRule, Procedure};
use crate::refusal::{Refusal, RefusalCode, Refusals};
use crate::term::{DataCategory, Priority};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::opaque!(Draft, DraftItem, Completeness);

/// Longest answer that is kept at all, in characters; a procedure may allow less, never more.
pub const LONGEST_ANSWER: usize = 20_000;
/// Longest identifier of a row, in characters: that of a URL.
pub const LONGEST_VALUE: usize = VALUE_LIMIT;
/// Longest port, time, or end of a period in a row, in characters.
pub const LONGEST_MARK: usize = 64;
/// Longest name of a service, or of a data element, in a row, in characters.
pub const LONGEST_NAME: usize = 200;
/// Longest limit in words in a row, in characters.
pub const LONGEST_LIMIT: usize = 1_000;
/// Most data elements of a row; no category has so many.
pub const MOST_ELEMENTS: usize = 100;

/// The form as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// How urgent.
    pub priority: Priority,
    /// Answers by the procedure's field names.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// One row per identifier.
    #[serde(default)]
    pub items: Vec<DraftItem>,
}

/// One row of the form, as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DraftItem {
    /// Type of the identifier; guessed from the value when missing.
    #[serde(default)]
    pub identifier_type: Option<IdentifierType>,
    /// The identifier.
    #[serde(default)]
    pub value: String,
    /// Source port, for an IP address.
    #[serde(default)]
    pub port: String,
    /// Date, time and UTC offset at which an IP address was used.
    #[serde(default)]
    pub at: String,
    /// The service at which a user name is known.
    #[serde(default)]
    pub service: String,
    /// Which data.
    #[serde(default)]
    pub category: Option<DataCategory>,
    /// Which data elements; empty means all of the category.
    #[serde(default)]
    pub elements: Vec<String>,
    /// First instant of the period, with UTC offset.
    #[serde(default)]
    pub from: String,
    /// Last instant of the period, with UTC offset.
    #[serde(default)]
    pub to: String,
    /// A limit in words.
    #[serde(default)]
    pub limit: String,
}

impl DraftItem {
    /// Whether nothing has been typed in this row.
    pub fn is_blank(&self) -> bool {
        [&self.value, &self.port, &self.at, &self.service, &self.from, &self.to, &self.limit]
            .iter()
            .all(|text| text.trim().is_empty())
    }

    /// The fields of this row that are longer than anything that can be meant, each with its limit.
    fn too_long(&self, index: usize) -> Refusals {
        let texts = [
            ("value", &self.value, LONGEST_VALUE),
            ("port", &self.port, LONGEST_MARK),
            ("at", &self.at, LONGEST_MARK),
            ("service", &self.service, LONGEST_NAME),
            ("from", &self.from, LONGEST_MARK),
            ("to", &self.to, LONGEST_MARK),
            ("limit", &self.limit, LONGEST_LIMIT),
        ];
        let elements = self.elements.iter().map(|element| ("elements", element, LONGEST_NAME));
        let path = |part: &str| format!("items.{index}.{part}");
        let mut refusals: Refusals = texts
            .into_iter()
            .chain(elements)
            .filter_map(|(part, text, max)| check_length(text, max, || path(part)).err())
            .collect();
        if self.elements.len() > MOST_ELEMENTS {
            refusals.push(Refusal::of(RefusalCode::FieldUnknown, path("elements")));
        }
        refusals
    }
}

impl Draft {
    /// What keeps a draft even from being saved: size, and nothing else. Names every field with its limit.
    pub(super) fn too_large(&self) -> Refusals {
        if self.items.len() > MAX_ITEMS {
            return vec![Refusal::of(RefusalCode::TooManyItems, "items").with("max", MAX_ITEMS)];
        }
        let answers = self.answers.iter().filter_map(|(name, text)| {
            check_length(text, LONGEST_ANSWER, || format!("answers.{name}")).err()
        });
        answers.chain(self.items.iter().enumerate().flat_map(|(index, row)| row.too_long(index))).collect()
    }
}

fn check_length(text: &str, max: usize, path: impl Fn() -> String) -> Result<(), Refusal> {
    if text.chars().count() <= max {
        Ok(())
    } else {
        Err(Refusal::of(RefusalCode::FieldTooLong, path()).with("max", max))
    }
}

/// How complete a draft is, and what is still wrong with it.
#[derive(Clone, PartialEq)]
pub struct Completeness {
    /// Answers that can be sent as they are.
    pub answers: BTreeMap<String, String>,
    /// Items that can be sent as they are.
    pub items: Vec<Item>,
    /// What is missing or wrong, in the order of the form.
    pub refusals: Refusals,
    /// Requirements that are met, out of `of`.
    pub met: u32,
    /// All requirements.
    pub of: u32,
}

impl Completeness {
    /// Requirements met, in per cent, rounded down so that 100 means complete.
    pub fn percent(&self) -> u32 {
        self.met.saturating_mul(100).checked_div(self.of).unwrap_or(0)
    }
}

/// Reads a draft under its procedure: the live check of the form and the gate before it leaves.
pub fn check_draft(
    procedure: &Procedure,
    draft: &Draft,
    now: Moment,
    new_id: &mut dyn FnMut() -> ItemId,
) -> Completeness {
    let mut result =
        Completeness { answers: BTreeMap::new(), items: Vec::new(), refusals: Vec::new(), met: 0, of: 0 };
    check_answers(procedure, draft, &mut result);
    check_items(procedure, draft, now, new_id, &mut result);
    check_thresholds(procedure, &mut result);
    result
}

impl Completeness {
    fn require(&mut self, outcome: Result<(), Refusal>) {
        self.of += 1;
        match outcome {
            Ok(()) => self.met += 1,
            Err(refusal) => self.refusals.push(refusal),
        }
    }
}

fn check_answers(procedure: &Procedure, draft: &Draft, result: &mut Completeness) {
    for name in draft.answers.keys().filter(|name| procedure.field(name).is_none()) {
        result.refusals.push(Refusal::of(RefusalCode::FieldUnknown, format!("answers.{name}")));
    }
    for rule in &procedure.field {
        let typed = draft.answers.get(&rule.name).map_or("", |text| text.trim());
        let required = rule.required || rule.required_for.contains(&draft.priority);
        if typed.is_empty() {
            if required {
                result.require(Err(Refusal::of(RefusalCode::FieldMissing, format!("answers.{}", rule.name))));
            }
            continue;
        }
        result.require(check_answer(rule, typed));
        result.answers.insert(rule.name.clone(), typed.to_owned());
    }
}

fn check_answer(rule: &FieldRule, typed: &str) -> Result<(), Refusal> {
    let path = || format!("answers.{}", rule.name);
    check_length(typed, LONGEST_ANSWER.min(rule.max_length as usize), path)?;
    let readable = match rule.kind {
        FieldKind::Text => !typed.contains('\n'),
        FieldKind::LongText => true,
        FieldKind::Date => typed.parse::<jiff::civil::Date>().is_ok(),
        FieldKind::Choice => rule.choice.iter().any(|choice| choice.value == typed),
        FieldKind::YesNo => matches!(typed, "yes" | "no"),
        FieldKind::Telephone => is_identifier(IdentifierType::PhoneE164, typed),
        FieldKind::Email => is_identifier(IdentifierType::Email, typed),
        FieldKind::Number => typed.parse::<u32>().is_ok(),
    };
    if readable {
        Ok(())
    } else {
        Err(Refusal::of(RefusalCode::FieldMalformed, path()).because(malformed_key(rule.kind)))
    }
}

const fn malformed_key(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::LongText => "refusal-field-one-line",
        FieldKind::Date => "refusal-field-date",
        FieldKind::Choice => "refusal-field-choice",
        FieldKind::YesNo => "refusal-field-yes-no",
        FieldKind::Telephone => "refusal-field-telephone",
        FieldKind::Email => "refusal-field-email",
        FieldKind::Number => "refusal-field-number",
    }
}

fn is_identifier(kind: IdentifierType, value: &str) -> bool {
    let raw = RawIdentifier { value: value.to_owned(), ..RawIdentifier::default() };
    Identifier::parse(kind, &raw, PortPolicy::Advised).is_ok()
}

fn check_items(
    procedure: &Procedure,
    draft: &Draft,
    now: Moment,
    new_id: &mut dyn FnMut() -> ItemId,
    result: &mut Completeness,
) {
    let rows: Vec<(usize, &DraftItem)> =
        draft.items.iter().enumerate().filter(|(_, row)| !row.is_blank()).collect();
    result.require(if rows.is_empty() { Err(Refusal::of(RefusalCode::NoItems, "items")) } else { Ok(()) });
    if rows.len() > MAX_ITEMS {
        result.refusals.push(Refusal::of(RefusalCode::TooManyItems, "items").with("max", MAX_ITEMS));
        return;
    }
    for (index, row) in rows {
        let number = u32::try_from(result.items.len() + 1).unwrap_or(u32::MAX);
        match read_item(procedure, row, index, now) {
            Ok(read) => {
                result.of += 1;
                result.met += 1;
                result.items.push(read.into_item(new_id(), number));
            }
            Err(refusals) => {
                result.of += 1;
                result.refusals.extend(refusals);
            }
        }
    }
}

/// The content of one row, read.
pub(super) struct ReadItem {
    identifier: Identifier,
    category: DataCategory,
    elements: Vec<String>,
    window: Window,
    limit: String,
}

impl ReadItem {
    pub(super) fn into_item(self, id: ItemId, number: u32) -> Item {
        Item {
            id,
            number,
            identifier: self.identifier,
            category: self.category,
            elements: self.elements,
            window: Some(self.window),
            limit: self.limit,
            state: ItemState::Open,
        }
    }
}

/// Reads one row; `index` is its place in the form, for the field path of a refusal.
pub(super) fn read_item(
    procedure: &Procedure,
    row: &DraftItem,
    index: usize,
    now: Moment,
) -> Result<ReadItem, Refusals> {
    let mut refusals = row.too_long(index);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let path = |part: &str| format!("items.{index}.{part}");
    let rule = row.category.and_then(|category| procedure.category(category));
    if rule.is_none() {
        refusals.push(Refusal::of(RefusalCode::CategoryNotCovered, path("category")));
    }
    let identifier = read_identifier(row, rule, index).map_err(|faults| refusals.extend(faults)).ok();
    let window = read_window(row, identifier.as_ref(), rule, now, index)
        .map_err(|refusal| refusals.push(refusal))
        .ok();
    if let Some(rule) = rule {
        for element in &row.elements {
            if !rule.element.iter().any(|known| &known.name == element) {
                refusals.push(Refusal::of(RefusalCode::FieldUnknown, path("elements")));
            }
        }
    }
    match (identifier, rule, window) {
        (Some(identifier), Some(rule), Some(window)) if refusals.is_empty() => Ok(ReadItem {
            identifier,
            category: rule.category,
            elements: row.elements.clone(),
            window,
            limit: row.limit.trim().to_owned(),
        }),
        _ => Err(refusals),
    }
}

fn read_identifier(
    row: &DraftItem,
    rule: Option<&CategoryRule>,
    index: usize,
) -> Result<Identifier, Refusals> {
    let path = |part: &str| format!("items.{index}.{part}");
    let Some(kind) = row.identifier_type.or_else(|| crate::identifier::guess(&row.value)) else {
        let refusal = Refusal::of(RefusalCode::IdentifierFaulty, path("identifier_type"));
        return Err(vec![refusal.because("identifier-type-missing")]);
    };
    let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let raw = RawIdentifier {
        value: row.value.trim().to_owned(),
        port: filled(&row.port),
        at: filled(&row.at),
        service: filled(&row.service),
    };
    let required = rule.is_some_and(|rule| rule.port_required);
    let policy = if required { PortPolicy::Required } else { PortPolicy::Advised };
    Identifier::parse(kind, &raw, policy).map_err(|faults| {
        faults
            .into_iter()
            .map(|fault| {
                let code = if fault.code.is_overbroad() {
                    RefusalCode::NoItems
                } else {
                    RefusalCode::IdentifierFaulty
                };
                Refusal::of(code, path(fault.part.field())).because(fault.message_key())
            })
            .collect()
    })
}

fn read_window(
    row: &DraftItem,
    identifier: Option<&Identifier>,
    rule: Option<&CategoryRule>,
    now: Moment,
    index: usize,
) -> Result<Window, Refusal> {
    let path = |part: &str| format!("items.{index}.{part}");
    let parse = |text: &str, part: &str| {
        crate::identifier::read_moment(text)
            .map_err(|key| Refusal::of(RefusalCode::FieldMalformed, path(part)).because(key))
    };
    let window = match (row.from.trim(), row.to.trim()) {
        ("", "") => match identifier.and_then(Identifier::at) {
            Some(at) => Window { from: at, to: at },
            None => return Err(Refusal::of(RefusalCode::WindowMissing, path("from"))),
        },
        ("", _) => return Err(Refusal::of(RefusalCode::WindowMissing, path("from"))),
        (_, "") => return Err(Refusal::of(RefusalCode::WindowMissing, path("to"))),
        (from, to) => Window { from: parse(from, "from")?, to: parse(to, "to")? },
    };
    if window.to < window.from {
        return Err(Refusal::of(RefusalCode::WindowOrder, path("to")));
    }
    if window.to > now {
        return Err(Refusal::of(RefusalCode::WindowInFuture, path("to")));
    }
    if let Some(longest) = rule.and_then(|rule| rule.max_window)
        && window.from.plus_seconds(seconds(longest)) < window.to
    {
        return Err(Refusal::of(RefusalCode::WindowTooLong, path("to")).with("max", longest));
    }
    Ok(window)
}

/// A length of a window in seconds; its days are of 24 hours, one more is allowed for daylight saving.
fn seconds(length: Length) -> i64 {
    let count = i64::from(length.count());
    match length {
        Length::CalendarDays(_) | Length::WorkingDays(_) => {
            count.saturating_mul(86_400).saturating_add(3_600)
        }
        Length::Hours(_) => count.saturating_mul(3_600),
    }
}

fn check_thresholds(procedure: &Procedure, result: &mut Completeness) {
    for threshold in &procedure.threshold {
        if !result.items.iter().any(|item| threshold.categories.contains(&item.category)) {
            continue;
        }
        let months: u32 =
            result.answers.get(&threshold.field).and_then(|text| text.parse().ok()).unwrap_or(0);
        let met = months >= threshold.min_months;
        let refusal = Refusal::of(RefusalCode::OffenceThreshold, format!("answers.{}", threshold.field))
            .with("months", threshold.min_months);
        result.require(if met { Ok(()) } else { Err(refusal) });
    }
}
