//! The dictionaries of TS 103 120 V1.23.1 owned by ETSI that disclosure and preservation need; the schemas do not check them.
//! It may assume nothing about an entry; it never judges entries of other owners.

use super::common::DictionaryEntry;

/// The owner name of every dictionary listed here.
pub const ETSI: &str = "ETSI";

/// How an entry departs from the dictionaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Departure {
    /// The dictionary is known and lacks the value.
    Value,
    /// The field takes another dictionary.
    Dictionary,
}

/// Name and values of each dictionary, as published.
const DICTIONARIES: &[(&str, &[&str])] = &[
    ("ObjectType", &["Authorisation", "Document", "Notification", "Task", "LDTask", "LPTask", "Delivery"]),
    ("AuthorisationLegalType", &["Manual"]),
    ("AuthorisationPriority", &["High", "Routine"]),
    (
        "AuthorisationStatus",
        &[
            "AwaitingApproval",
            "EmergencyApproval",
            "Approved",
            "Rejected",
            "Suspended",
            "Cancelled",
            "Expired",
            "Invalid",
            "CreatingForCSP",
            "SubmittedToCSP",
            "AwaitingUpdateApproval",
        ],
    ),
    (
        "AuthorisationDesiredStatus",
        &[
            "AwaitingApproval",
            "EmergencyApproval",
            "Approved",
            "Rejected",
            "Suspended",
            "Cancelled",
            "Expired",
            "CreatingForCSP",
            "SubmittedToCSP",
        ],
    ),
    ("AuthorisationFlag", &["IsEmergency", "IsConsensual", "IsTest", "IsDataAvailable"]),
    (
        "AuthorisationTypeOfCase",
        &[
            "ChildExploitationOrChildSexualAbuse",
            "Corruption",
            "Cybercrime",
            "Defamation",
            "DrugsOrDrugTrafficking",
            "HarassmentOrThreatToPersonalSafety",
            "HateSpeech",
            "HumanTrafficking",
            "MissingPerson",
            "MoneyLaundering",
            "OtherFinancialCrimeOrFraud",
            "SexualAbuseOrExploitation",
            "Theft",
            "TerrorismOrThreatToPublicSafety",
            "ViolenceOrCrimeAgainstAPerson",
            "Other",
            "NotSpecified",
        ],
    ),
    (
        "DocumentStatus",
        &["AwaitingApproval", "Approved", "Rejected", "Suspended", "Cancelled", "Expired", "Invalid"],
    ),
    (
        "DocumentDesiredStatus",
        &["AwaitingApproval", "Approved", "Rejected", "Suspended", "Cancelled", "Expired"],
    ),
    ("DocumentType", &["Warrant", "TakedownRefinement"]),
    ("NotificationType", &["General"]),
    (
        "LDTaskStatus",
        &[
            "AwaitingApproval",
            "AwaitingDisclosure",
            "Disclosed",
            "DisclosureNotAvailable",
            "Rejected",
            "Cancelled",
            "Error",
            "Invalid",
        ],
    ),
    (
        "LDTaskDesiredStatus",
        &["AwaitingApproval", "AwaitingDisclosure", "Disclosed", "Rejected", "Cancelled"],
    ),
    (
        "RequestType",
        &[
            "SubscriberData",
            "UserIdentifyingData",
            "TrafficData",
            "StoredContentData",
            "SubscriberDataAndUserIdentifyingData",
            "TrafficDataAndStoredContentData",
            "Other",
        ],
    ),
    ("LDHandoverFormat", &["TS102657", "EncapsulatedTS102657", "TS103120", "TS103705", "TS103707"]),
    ("LDTaskFlag", &["IsTest", "IsEmergency", "IsNonLocal", "IsLocal"]),
    (
        "LPTaskStatus",
        &[
            "AwaitingPreservation",
            "Preserved",
            "PreservationNotAvailable",
            "Rejected",
            "Cancelled",
            "Expired",
            "Error",
            "Invalid",
        ],
    ),
    ("LPTaskDesiredStatus", &["AwaitingPreservation", "Preserved", "Cancelled"]),
    ("TDTaskStatus", &["Pending", "Resolved", "Rejected", "Error"]),
    ("TDTaskDesiredStatus", &["Pending", "Cancelled"]),
    ("LPWorkflowEndpoint", &["NewPreservation", "PreservationExtension", "PreservationCancellation"]),
    ("ManifestSpecification", &["TS102657-ASN.1", "TS102657-XML", "TS103705", "TS103707", "TS103976"]),
    ("DeliveryStatus", &["Available", "Acknowledged", "Expired", "Error", "Received"]),
    ("DeliveryDesiredStatus", &["Available", "Acknowledged", "Error", "Received"]),
];

/// The published values of one ETSI dictionary, or nothing when its values are not known here.
pub fn values(dictionary: &str) -> Option<&'static [&'static str]> {
    DICTIONARIES.iter().find(|(name, _)| *name == dictionary).map(|(_, values)| *values)
}

/// Checks an ETSI-owned entry; `expected` lists the dictionaries the field takes, empty when any may stand there.
pub(crate) fn check(entry: &DictionaryEntry, expected: &[&str]) -> Option<Departure> {
    if entry.owner != ETSI {
        return None;
    }
    if !expected.is_empty() && !expected.contains(&entry.name.as_str()) {
        return Some(Departure::Dictionary);
    }
    match values(&entry.name) {
        Some(values) if !values.contains(&entry.value.as_str()) => Some(Departure::Value),
        Some(_) | None => None,
    }
}
