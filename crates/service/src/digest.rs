//! Keyed digests of what an event names: nothing in clear stands beside a sealed state.

use comity_domain::request::{Evidence, Item, RequestEvent};
use comity_store::seal::InstanceKey;

/// Under what a request can be found since that event, and what later ones are held against, each with its kind.
pub(crate) fn digests(keys: &InstanceKey, event: &RequestEvent) -> Vec<(&'static str, [u8; 32])> {
    match event {
        RequestEvent::Submitted { items, .. } | RequestEvent::Amended { items, .. } => of_items(keys, items),
        RequestEvent::Filed { items, reference, .. } => {
            let mut all = of_items(keys, items);
            all.push(("reference", keys.digest("reference", reference.as_bytes())));
            all
        }
        RequestEvent::Drafted { reference, .. } | RequestEvent::Acknowledged { reference, .. } => {
            vec![("reference", keys.digest("reference", reference.as_bytes()))]
        }
        RequestEvent::Checked { check } => match &check.evidence {
            Evidence::Documents { documents, .. } => {
                let digest = |sha256: &String| ("document", keys.digest("document", sha256.as_bytes()));
                documents.iter().map(|document| digest(&document.sha256)).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn of_items(keys: &InstanceKey, items: &[Item]) -> Vec<(&'static str, [u8; 32])> {
    let digest = |item: &Item| keys.digest("identifier", item.identifier.canonical().as_bytes());
    items.iter().map(|item| ("identifier", digest(item))).collect()
}
