//! Tasks of TS 103 120 as items: each value × each observed time × each category. What the task does not say is
//! never invented; it becomes a deficit for the analyst to read.

use comity_domain::id::ItemId;
use comity_domain::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier};
use comity_domain::request::{FiledItem, Window};
use comity_domain::term::{DataCategory, RequestKind};
use comity_domain::time::Moment;
use comity_formats::etsi_103120::DictionaryEntry;
use comity_formats::etsi_103120::RequestValue;
use comity_formats::etsi_103120::StatedTime;
use comity_formats::etsi_103120::map::{self, CategoryReading, IdentifierReading};
use comity_formats::etsi_103120::{Object, ObjectKind};

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
pub(super) fn items(task: &Task<'_>, deficits: &mut Vec<String>) -> Vec<FiledItem> {
    let name = task.object.kind.type_name();
    let categories: Vec<DataCategory> = match map::categories(task.request_type) {
        CategoryReading::Categories(names) => names.iter().filter_map(|name| name.parse().ok()).collect(),
        CategoryReading::Unspecified | CategoryReading::Unknown => {
            deficits.push(format!("{name}: no category of data is stated"));
            vec![DataCategory::Unspecified]
        }
    };
    let observed: Vec<Moment> = task.window.observed.iter().filter_map(|time| moment(time)).collect();
    let stated = task.window.start.and_then(moment).zip(task.window.end.and_then(moment));
    let windows: Vec<Option<Window>> = if !observed.is_empty() {
        observed.into_iter().map(|at| Some(Window { from: at, to: at })).collect()
    } else if let Some((from, to)) = stated {
        vec![Some(Window { from, to })]
    } else {
        deficits.push(format!("{name}: no period is stated"));
        vec![None]
    };
    let mut items = Vec::new();
    for value in task.values {
        for window in &windows {
            for category in &categories {
                let Some(identifier) = identifier(value, window.as_ref(), deficits) else {
                    deficits.push(format!("{name}: a value cannot be read at all and is left out"));
                    continue;
                };
                items.push(FiledItem {
                    id: ItemId::new(item_id(task, items.len())),
                    identifier,
                    category: *category,
                    window: *window,
                    limit: String::new(),
                });
            }
        }
    }
    items
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

fn identifier(
    value: &RequestValue,
    window: Option<&Window>,
    deficits: &mut Vec<String>,
) -> Option<Identifier> {
    let plain = map::plain_value(&value.format, &value.value);
    if let IdentifierReading::Type(name) = map::identifier_type(&value.format)
        && let Some(kind) = IdentifierType::from_name(name)
    {
        let is_address = matches!(kind, IdentifierType::Ipv4 | IdentifierType::Ipv6);
        let instant = window.filter(|w| is_address && w.from == w.to).map(|w| w.from.to_string());
        let raw = RawIdentifier { value: plain.clone(), at: instant, ..RawIdentifier::default() };
        match Identifier::parse(kind, &raw, PortPolicy::Advised) {
            Ok(read) => return Some(read),
            Err(faults) => {
                let codes: Vec<&str> = faults.iter().map(|fault| fault.message_key()).collect();
                deficits.push(format!("{}: {}", value.format.name, codes.join(", ")));
            }
        }
    } else {
        deficits.push(format!("{}: not a format that is known here", value.format.name));
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
