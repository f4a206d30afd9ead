//! Tasks of TS 103 120 as items: each value × each observed time × each category. What the task does not say is
//! never invented; it becomes a deficit for the analyst to read.

use comity_domain::id::ItemId;
use comity_domain::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier};
use comity_domain::request::{FiledItem, MAX_ITEMS, Window};
use comity_domain::term::{DataCategory, RequestKind};
use comity_domain::time::Moment;
use comity_formats::etsi_103120::DictionaryEntry;
use comity_formats::etsi_103120::RequestValue;
use comity_formats::etsi_103120::StatedTime;
use comity_formats::etsi_103120::map::{self, CategoryReading, IdentifierReading};
use comity_formats::etsi_103120::{Object, ObjectKind};

/// Most deficits that are listed.
const MAX_DEFICITS: usize = 100;

/// A disclosure or preservation task.
pub(super) struct Task<'a> {
    pub(super) object: &'a Object,
    request_type: Option<&'a DictionaryEntry>,
    values: &'a [RequestValue],
    window: map::Window<'a>,
}

impl<'a> Task<'a> {
    /// The object as a task of that kind, if it is one.
    pub(super) fn of(object: &'a Object, kind: RequestKind) -> Option<Self> {
        match (&object.kind, kind) {
            (ObjectKind::LdTask(task), RequestKind::Produce) => {
                let details = task.details.as_ref();
                Some(Self {
                    object,
                    request_type: details.and_then(|d| d.request_type.as_ref()),
                    values: details.map_or(&[], |d| d.values.as_slice()),
                    window: details.map_or_else(empty, map::ld_window),
                })
            }
            (ObjectKind::LpTask(task), RequestKind::Preserve) => {
                let details = task.details.as_ref();
                Some(Self {
                    object,
                    request_type: details.and_then(|d| d.request_type.as_ref()),
                    values: details.map_or(&[], |d| d.values.as_slice()),
                    window: details.map_or_else(empty, map::lp_window),
                })
            }
            _ => None,
        }
    }

    /// The sender's own reference.
    pub(super) fn reference(&self) -> Option<String> {
        match &self.object.kind {
            ObjectKind::LdTask(task) => task.reference.clone(),
            _ => None,
        }
    }
}

fn empty<'a>() -> map::Window<'a> {
    map::Window { start: None, end: None, observed: Vec::new() }
}

fn moment(time: &StatedTime) -> Option<Moment> {
    time.text.parse().ok()
}

/// The items of a task.
pub(super) fn items(task: &Task<'_>, now: Moment, deficits: &mut Vec<String>) -> Vec<FiledItem> {
    let name = task.object.kind.type_name();
    let categories: Vec<DataCategory> = match map::categories(task.request_type) {
        CategoryReading::Categories(names) => names.iter().filter_map(|name| name.parse().ok()).collect(),
        CategoryReading::Unspecified | CategoryReading::Unknown => {
            note(deficits, format!("{name}: no category of data is stated"));
            vec![DataCategory::Unspecified]
        }
    };
    let window = stated_window(task, now, deficits);
    let observed: Vec<Moment> = task.window.observed.iter().filter_map(|time| moment(time)).collect();
    if window.is_none() && observed.is_empty() {
        note(deficits, format!("{name}: no period is stated"));
    }
    let uses: Vec<Option<Moment>> =
        if observed.is_empty() { vec![None] } else { observed.into_iter().map(Some).collect() };
    let mut items = Vec::new();
    for value in task.values {
        for seen in &uses {
            let window = window.or(seen.map(|at| Window { from: at, to: at }));
            let Some(identifier) = identifier(value, *seen, deficits) else {
                note(deficits, format!("{name}: a value cannot be read at all and is left out"));
                break;
            };
            for category in &categories {
                // One more than a request may carry is enough to have it refused.
                if items.len() > MAX_ITEMS {
                    return items;
                }
                items.push(FiledItem {
                    id: ItemId::new(item_id(task, items.len())),
                    identifier: identifier.clone(),
                    category: *category,
                    window,
                    limit: String::new(),
                });
            }
        }
    }
    items
}

/// Adds a deficit once; a message that lacks everything needs no longer list.
fn note(deficits: &mut Vec<String>, text: String) {
    if deficits.len() < MAX_DEFICITS && !deficits.contains(&text) {
        deficits.push(text);
    }
}

/// The period of the task, where it states both ends; what is odd about it is for the analyst to see.
fn stated_window(task: &Task<'_>, now: Moment, deficits: &mut Vec<String>) -> Option<Window> {
    let name = task.object.kind.type_name();
    let (from, to) = (task.window.start.and_then(moment), task.window.end.and_then(moment));
    match (from, to) {
        (Some(from), Some(to)) => {
            if to < from {
                note(deficits, format!("{name}: the period ends before it begins"));
            }
            if to > now {
                note(deficits, format!("{name}: the period reaches into the future ({to})"));
            }
            Some(Window { from, to })
        }
        (Some(from), None) => {
            note(deficits, format!("{name}: the period has no end; it begins at {from}"));
            None
        }
        (None, Some(to)) => {
            note(deficits, format!("{name}: the period has no beginning; it ends at {to}"));
            None
        }
        (None, None) => None,
    }
}

/// Derived from the object and the place, so that a repeated message makes the same items.
fn item_id(task: &Task<'_>, place: usize) -> uuid::Uuid {
    use sha2::{Digest, Sha256};
    let text = format!("comity item {} {place}", task.object.base.identifier);
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn identifier(value: &RequestValue, seen: Option<Moment>, deficits: &mut Vec<String>) -> Option<Identifier> {
    let plain = map::plain_value(&value.format, &value.value);
    if let IdentifierReading::Type(name) = map::identifier_type(&value.format)
        && let Some(kind) = IdentifierType::from_name(name)
    {
        let is_address = matches!(kind, IdentifierType::Ipv4 | IdentifierType::Ipv6);
        let instant = seen.filter(|_| is_address).map(|at| at.to_string());
        let raw = RawIdentifier { value: plain.clone(), at: instant, ..RawIdentifier::default() };
        match Identifier::parse(kind, &raw, PortPolicy::Advised) {
            Ok(read) => return Some(read),
            Err(faults) => {
                let codes: Vec<&str> = faults.iter().map(|fault| fault.message_key()).collect();
                note(deficits, format!("{}: {}", value.format.name, codes.join(", ")));
            }
        }
    } else {
        note(deficits, format!("{}: not a format that is known here", value.format.name));
    }
    as_stated(&value.format.name, &plain)
}

/// The value as the message states it, where it cannot be read as what it is said to be.
fn as_stated(format: &str, value: &str) -> Option<Identifier> {
    let kept: String = value.chars().filter(|c| !c.is_control()).take(200).collect();
    let named: String = format.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    let raw = RawIdentifier { value: kept, service: Some(named), ..RawIdentifier::default() };
    Identifier::parse(IdentifierType::ServiceSpecific, &raw, PortPolicy::Advised).ok()
}
