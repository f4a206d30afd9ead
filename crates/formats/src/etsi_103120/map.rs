//! Values of TS 103 120 in the project's own words and back (`legal.md` 10.2), pure and without case data.
//! It never guesses: what the message does not say stays unspecified, what has no counterpart is named as such.

use super::common::DictionaryEntry;
use super::task::{FormatType, LdRequestDetails, LpRequestDetails};
use super::value::StatedTime;

/// What a `RequestType` says about the data category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CategoryReading {
    /// These categories, one or two.
    Categories(&'static [&'static str]),
    /// The message names none, or `Other`; such an item can only be clarified or refused.
    Unspecified,
    /// The message names one that is not of the ETSI dictionary.
    Unknown,
}

/// The data categories of a `RequestType`.
///
/// `TrafficData` becomes `TRAFFIC_OTHER`: the dictionary tells neither the network nor whether location is meant.
pub fn categories(request_type: Option<&DictionaryEntry>) -> CategoryReading {
    let Some(entry) = request_type else { return CategoryReading::Unspecified };
    match entry.etsi_value("RequestType") {
        Some("SubscriberData") => CategoryReading::Categories(&["SUBSCRIBER"]),
        Some("UserIdentifyingData") => CategoryReading::Categories(&["IDENTIFICATION_ONLY"]),
        Some("TrafficData") => CategoryReading::Categories(&["TRAFFIC_OTHER"]),
        Some("StoredContentData") => CategoryReading::Categories(&["CONTENT_STORED"]),
        Some("SubscriberDataAndUserIdentifyingData") => {
            CategoryReading::Categories(&["SUBSCRIBER", "IDENTIFICATION_ONLY"])
        }
        Some("TrafficDataAndStoredContentData") => {
            CategoryReading::Categories(&["TRAFFIC_OTHER", "CONTENT_STORED"])
        }
        Some("Other") => CategoryReading::Unspecified,
        Some(_) | None => CategoryReading::Unknown,
    }
}

/// The `RequestType` of a data category; nothing where the dictionary has no counterpart.
pub fn request_type(category: &str) -> Option<DictionaryEntry> {
    let value = match category {
        "SUBSCRIBER" => "SubscriberData",
        "IDENTIFICATION_ONLY" => "UserIdentifyingData",
        "TRAFFIC_TELEPHONY" | "TRAFFIC_INTERNET" | "TRAFFIC_HOSTING" | "TRAFFIC_OTHER"
        | "LOCATION_STORED" => "TrafficData",
        "CONTENT_STORED" => "StoredContentData",
        "DOMAIN_REGISTRATION" => "Other",
        _ => return None,
    };
    Some(DictionaryEntry::etsi("RequestType", value))
}

/// What a `FormatType` says about the type of identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentifierReading {
    /// A type of `legal.md` 10.2.
    Type(&'static str),
    /// A type of one service or country, by the name `owner:format`.
    ServiceSpecific(String),
    /// A place or a network element, never a person or account: no disclosure request may be built on it alone.
    NotAnIdentifier,
}

/// The type of identifier that a format stands for.
///
/// The ETSI names are the types of TS 103 280; `URL`, `FQDN` and `DomainName` are not among them and are understood
/// because senders use them.
pub fn identifier_type(format: &FormatType) -> IdentifierReading {
    if format.owner != super::ETSI {
        return IdentifierReading::ServiceSpecific(format!("{}:{}", format.owner, format.name));
    }
    IdentifierReading::Type(match format.name.as_str() {
        "InternationalE164" | "GPSIMSISDN" | "TELURI" => "PHONE_E164",
        "IPv4Address" => "IPV4",
        "IPv6Address" => "IPV6",
        "IPv4CIDR" | "IPv6CIDR" => "IP_RANGE",
        "EmailAddress" | "InternationalizedEmailAddress" => "EMAIL",
        "IMSI" | "SUPIIMSI" => "IMSI",
        "IMEI" | "IMEICheckDigit" | "IMEISV" | "PEIIMEI" | "PEIIMEICheckDigit" | "PEIIMEISV" => "IMEI",
        "ICCID" => "ICCID",
        "MACAddress" | "EUI64" => "MAC",
        "URL" | "URI" => "URL",
        "FQDN" | "DomainName" => "DOMAIN",
        "CGI"
        | "ECGI"
        | "NCGI"
        | "VLANID"
        | "IPProtocol"
        | "WGS84CoordinateDecimal"
        | "WGS84CoordinateAngular" => {
            return IdentifierReading::NotAnIdentifier;
        }
        name => return IdentifierReading::ServiceSpecific(format!("{}:{name}", super::ETSI)),
    })
}

/// The value of an identifier as people and the domain write it: telephone numbers with `+`, IPv6 compressed.
pub fn plain_value(format: &FormatType, value: &str) -> String {
    let value = value.trim();
    if format.owner != super::ETSI {
        return value.to_owned();
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match format.name.as_str() {
        "InternationalE164" | "GPSIMSISDN" if digits(value) => format!("+{value}"),
        "TELURI" => value.strip_prefix("tel:").unwrap_or(value).to_owned(),
        "IPv6Address" => {
            value.parse::<std::net::Ipv6Addr>().map_or_else(|_| value.to_owned(), |ip| ip.to_string())
        }
        _ => value.to_owned(),
    }
}

/// The window a task asks about, and when its identifiers were seen in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window<'t> {
    /// From.
    pub start: Option<&'t StatedTime>,
    /// To.
    pub end: Option<&'t StatedTime>,
    /// Seen in use, in the order of the message.
    pub observed: Vec<&'t StatedTime>,
}

/// The window of a disclosure task; the single observed time of older senders stands first.
pub fn ld_window(details: &LdRequestDetails) -> Window<'_> {
    Window {
        start: details.start.as_ref(),
        end: details.end.as_ref(),
        observed: details.observed_time.iter().chain(&details.observed_times).collect(),
    }
}

/// The window of a preservation task.
pub fn lp_window(details: &LpRequestDetails) -> Window<'_> {
    Window { start: details.start.as_ref(), end: details.end.as_ref(), observed: Vec::new() }
}

/// Which of the three ends that the dictionaries distinguish an outcome comes to.
#[derive(Clone, Copy)]
enum End {
    Done,
    NotAvailable,
    Rejected,
    Cancelled,
    Expired,
    Waiting,
}

/// Reads an item outcome of `legal.md` 10.2 or of the domain; `codes` are the non-execution codes of a refusal.
fn end(outcome: Option<&str>, codes: &[&str]) -> Option<End> {
    Some(match outcome {
        None | Some("POSTPONED" | "CONDITIONAL") => End::Waiting,
        Some("FULL" | "PARTIAL" | "PRESERVED") => End::Done,
        // N04 not held, N05 no longer held, N06 impossible: nothing was rejected, there is nothing to give.
        Some("REFUSED")
            if !codes.is_empty() && codes.iter().all(|code| matches!(*code, "N04" | "N05" | "N06")) =>
        {
            End::NotAvailable
        }
        Some(
            "NO_DATA_NEVER_HELD"
            | "NO_DATA_EXPIRED"
            | "NOT_IDENTIFIABLE"
            | "REDIRECTED"
            | "PUBLICLY_AVAILABLE"
            | "PRESERVE_IMPOSSIBLE",
        ) => End::NotAvailable,
        Some(
            "REFUSED"
            | "REJECTED_CURABLE"
            | "REJECTED_FINAL"
            | "OBJECTED"
            | "BLOCKED_BY_AUTHORITY"
            | "OUT_OF_SCOPE",
        ) => End::Rejected,
        Some("WITHDRAWN") => End::Cancelled,
        Some("EXPIRED") => End::Expired,
        Some(_) => return None,
    })
}

/// The status of a disclosure task whose item has this outcome, or none yet; nothing for an unknown outcome.
pub fn ld_status(outcome: Option<&str>, codes: &[&str]) -> Option<DictionaryEntry> {
    let value = match end(outcome, codes)? {
        End::Waiting => "AwaitingDisclosure",
        End::Done => "Disclosed",
        // The dictionary of disclosure statuses has no `Expired`.
        End::NotAvailable | End::Expired => "DisclosureNotAvailable",
        End::Rejected => "Rejected",
        End::Cancelled => "Cancelled",
    };
    Some(DictionaryEntry::etsi("LDTaskStatus", value))
}

/// The status of a preservation task whose item has this outcome, or none yet; nothing for an unknown outcome.
pub fn lp_status(outcome: Option<&str>, codes: &[&str]) -> Option<DictionaryEntry> {
    let value = match end(outcome, codes)? {
        End::Waiting => "AwaitingPreservation",
        End::Done => "Preserved",
        End::NotAvailable => "PreservationNotAvailable",
        End::Rejected => "Rejected",
        End::Cancelled => "Cancelled",
        End::Expired => "Expired",
    };
    Some(DictionaryEntry::etsi("LPTaskStatus", value))
}
