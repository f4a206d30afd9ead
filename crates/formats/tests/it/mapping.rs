//! The format's values in the project's words.

use crate::support::{example, understood};
use comity_formats::etsi_103120::map::{
    CategoryReading, IdentifierReading, categories, identifier_type, ld_status, ld_window, lp_status,
    plain_value, request_type,
};
use comity_formats::etsi_103120::{
    DictionaryEntry, Encoding, ErrorCode, FormatType, ObjectKind, Payload, Verb, values,
};

fn format(owner: &str, name: &str) -> FormatType {
    FormatType { owner: owner.to_owned(), name: name.to_owned() }
}

#[test]
fn every_request_type_of_the_dictionary_has_its_categories() {
    for value in values("RequestType").unwrap() {
        let entry = DictionaryEntry::etsi("RequestType", value);
        assert_ne!(categories(Some(&entry)), CategoryReading::Unknown, "{value}");
    }
    let of = |value| categories(Some(&DictionaryEntry::etsi("RequestType", value)));
    assert_eq!(of("StoredContentData"), CategoryReading::Categories(&["CONTENT_STORED"]));
    assert_eq!(
        of("TrafficDataAndStoredContentData"),
        CategoryReading::Categories(&["TRAFFIC_OTHER", "CONTENT_STORED"])
    );
    assert_eq!(of("Other"), CategoryReading::Unspecified);
    assert_eq!(categories(None), CategoryReading::Unspecified);
    assert_eq!(of("Bogus"), CategoryReading::Unknown);
}

#[test]
fn a_category_and_its_request_type_agree() {
    for category in ["SUBSCRIBER", "IDENTIFICATION_ONLY", "TRAFFIC_OTHER", "CONTENT_STORED"] {
        let entry = request_type(category).unwrap();
        let CategoryReading::Categories(found) = categories(Some(&entry)) else { panic!("no category") };
        assert_eq!(found, [category]);
    }
    assert_eq!(request_type("REALTIME_CONTENT"), None);
}

#[test]
fn identifiers_have_the_types_of_the_law_side() {
    for (name, expected) in [
        ("InternationalE164", "PHONE_E164"),
        ("IPv4Address", "IPV4"),
        ("IPv6Address", "IPV6"),
        ("IPv6CIDR", "IP_RANGE"),
        ("InternationalizedEmailAddress", "EMAIL"),
        ("IMSI", "IMSI"),
        ("IMEISV", "IMEI"),
        ("ICCID", "ICCID"),
        ("MACAddress", "MAC"),
        ("URL", "URL"),
        ("FQDN", "DOMAIN"),
    ] {
        assert_eq!(identifier_type(&format("ETSI", name)), IdentifierReading::Type(expected), "{name}");
    }
    let own = IdentifierReading::ServiceSpecific("HARBOUR-MAIL:IPv4Address".to_owned());
    assert_eq!(identifier_type(&format("HARBOUR-MAIL", "IPv4Address")), own);
    assert_eq!(identifier_type(&format("ETSI", "ECGI")), IdentifierReading::NotAnIdentifier);
}

#[test]
fn values_are_written_as_people_write_them() {
    assert_eq!(plain_value(&format("ETSI", "InternationalE164"), "15550100"), "+15550100");
    let ip = "2001:0db8:0000:0000:0000:0000:0000:0007";
    assert_eq!(plain_value(&format("ETSI", "IPv6Address"), ip), "2001:db8::7");
    assert_eq!(plain_value(&format("XA", "IPv6Address"), ip), ip);
    assert_eq!(plain_value(&format("ETSI", "InternationalE164"), "no number"), "no number");
}

#[test]
fn the_window_of_a_task_has_its_observed_times() {
    let received = understood(Encoding::Xml, &example("disclosure", Encoding::Xml));
    let Payload::Request(actions) = received.message.payload else { panic!("no request") };
    let Verb::Create(object) = &actions[0].verb else { panic!("no CREATE") };
    let ObjectKind::LdTask(task) = &object.kind else { panic!("no disclosure task") };
    let window = ld_window(task.details.as_ref().unwrap());
    assert_eq!(window.observed.len(), 2);
    assert!(window.start.unwrap().instant < window.end.unwrap().instant);
}

#[test]
fn every_outcome_has_a_status_of_the_dictionary() {
    let outcomes = [
        "FULL",
        "PARTIAL",
        "PRESERVED",
        "REFUSED",
        "REDIRECTED",
        "OBJECTED",
        "WITHDRAWN",
        "EXPIRED",
        "POSTPONED",
        "NO_DATA_EXPIRED",
        "NOT_IDENTIFIABLE",
        "REJECTED_FINAL",
        "PRESERVE_IMPOSSIBLE",
        "OUT_OF_SCOPE",
    ];
    for outcome in outcomes.into_iter().map(Some).chain([None]) {
        for (status, dictionary) in
            [(ld_status(outcome, &[]), "LDTaskStatus"), (lp_status(outcome, &[]), "LPTaskStatus")]
        {
            let status = status.unwrap();
            assert!(
                values(dictionary).unwrap().contains(&status.etsi_value(dictionary).unwrap()),
                "{outcome:?}"
            );
        }
    }
    let value = |entry: Option<DictionaryEntry>| entry.unwrap().value;
    assert_eq!(value(ld_status(Some("REFUSED"), &["N05"])), "DisclosureNotAvailable");
    assert_eq!(value(ld_status(Some("REFUSED"), &["N05", "N08"])), "Rejected");
    assert_eq!(value(ld_status(None, &[])), "AwaitingDisclosure");
    assert_eq!(value(lp_status(Some("EXPIRED"), &[])), "Expired");
    assert_eq!(ld_status(Some("UNHEARD_OF"), &[]), None);
}

#[test]
fn the_error_codes_are_numbered_without_gap() {
    let numbers: Vec<_> = ErrorCode::ALL.iter().map(|code| code.number()).collect();
    assert_eq!(numbers, (3000..=3022).collect::<Vec<_>>());
    assert_eq!(ErrorCode::from_number(3014).unwrap().name(), "GetObjectNotFound");
    assert_eq!(ErrorCode::from_number(2999), None);
}
