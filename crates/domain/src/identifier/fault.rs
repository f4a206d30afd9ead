//! What can be wrong with a typed identifier, each with a message and a remedy for the page.
//! A fault names the field and the rule, never the value: it may be logged.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The field of a raw identifier that a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The address, number or name itself.
    Value,
    /// The source port beside an IP address.
    Port,
    /// The date and time at which an IP address was used.
    Time,
    /// The service at which a user name is known, or the name of a service-specific identifier.
    Service,
}

impl Part {
    /// The field's name in [`super::RawIdentifier`].
    pub const fn field(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Port => "port",
            Self::Time => "at",
            Self::Service => "service",
        }
    }
}

macro_rules! fault_codes {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        /// Why a raw identifier was not accepted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum IdentifierFaultCode {
            $($(#[$doc])* $name,)*
        }

        impl IdentifierFaultCode {
            /// Every code, in the order of this list.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The translation key of the sentence that says what is wrong.
            pub const fn message_key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The translation key of the sentence that says what would be accepted.
            pub const fn remedy_key(self) -> &'static str {
                match self { $(Self::$name => concat!($key, "-remedy"),)* }
            }
        }

        /// Every message and remedy key of this file, for the test that each has a text in each language.
        pub const FAULT_KEYS: &[&str] = &[$($key, concat!($key, "-remedy"),)*];
    };
}

fault_codes! {
    /// The field is empty.
    ValueMissing = "identifier-value-missing";
    /// The text is longer than any identifier of its type.
    TooLong = "identifier-too-long";
    /// The text holds control or invisible characters.
    Characters = "identifier-characters";
    /// The text asks for everybody or everything ("all", "any", "*").
    Blanket = "identifier-blanket";
    /// The text holds a wildcard or masked digits.
    Wildcard = "identifier-wildcard";
    /// The text names a range, a subnet or the beginning of an address.
    Range = "identifier-range";
    /// The identifier is a cell, an area or a search word: it selects whoever happens to match.
    Area = "identifier-area";
    /// Not an IPv4 address.
    Ipv4Format = "identifier-ipv4-format";
    /// Not an IPv6 address.
    Ipv6Format = "identifier-ipv6-format";
    /// An IPv4 address written as an IPv6 address.
    Ipv6Mapped = "identifier-ipv6-mapped";
    /// A private, local or reserved address, which many networks use at once.
    AddressReserved = "identifier-ip-reserved";
    /// No source port beside an address that customers may share.
    PortMissing = "identifier-ip-port-missing";
    /// Not a port from 1 to 65535.
    PortFormat = "identifier-ip-port-format";
    /// Two different ports are stated.
    PortConflict = "identifier-ip-port-conflict";
    /// A port beside an identifier that has none.
    PortUnexpected = "identifier-port-unexpected";
    /// No date and time beside an IP address.
    TimeMissing = "identifier-ip-time-missing";
    /// A date without a time of day.
    TimeOfDayMissing = "identifier-ip-time-of-day-missing";
    /// A time without seconds: within one minute a shared address serves many customers.
    TimeSecondsMissing = "identifier-ip-time-seconds-missing";
    /// A date and time without its UTC offset.
    TimeOffsetMissing = "identifier-ip-time-offset-missing";
    /// Not a date and time.
    TimeFormat = "identifier-ip-time-format";
    /// Two different times are stated.
    TimeConflict = "identifier-ip-time-conflict";
    /// A time beside an identifier that does not change hands by the minute.
    TimeUnexpected = "identifier-time-unexpected";
    /// A telephone number without its country code.
    PhoneNational = "identifier-phone-national";
    /// A telephone number with the trunk zero in brackets, which readers resolve differently.
    PhoneTrunkZero = "identifier-phone-trunk-zero";
    /// A telephone number of fewer than 8 or more than 15 digits.
    PhoneLength = "identifier-phone-length";
    /// Not a telephone number.
    PhoneFormat = "identifier-phone-format";
    /// Not an e-mail address.
    EmailFormat = "identifier-email-format";
    /// A name together with an e-mail address.
    EmailDisplayName = "identifier-email-display-name";
    /// An e-mail address whose part before the @ is in quotation marks.
    EmailQuoted = "identifier-email-quoted";
    /// Not a domain name.
    DomainFormat = "identifier-domain-format";
    /// A single label, such as a top-level domain.
    DomainSingleLabel = "identifier-domain-single-label";
    /// Not an IMEI of 14, 15 or 16 digits.
    ImeiFormat = "identifier-imei-format";
    /// The check digit of the IMEI does not fit.
    ImeiCheckDigit = "identifier-imei-check-digit";
    /// Not an IMSI of 14 or 15 digits.
    ImsiFormat = "identifier-imsi-format";
    /// Not an ICCID of 18 to 20 digits beginning with 89.
    IccidFormat = "identifier-iccid-format";
    /// The check digit of the ICCID does not fit.
    IccidCheckDigit = "identifier-iccid-check-digit";
    /// Not a MAC address of six octets.
    MacFormat = "identifier-mac-format";
    /// A broadcast, multicast or empty MAC address, which no single device has.
    MacGroup = "identifier-mac-group";
    /// Not an http or https address.
    UrlScheme = "identifier-url-scheme";
    /// The URL has no usable host.
    UrlHost = "identifier-url-host";
    /// The URL holds a user name or password.
    UrlCredentials = "identifier-url-credentials";
    /// Not a URL.
    UrlFormat = "identifier-url-format";
    /// Not a payment identifier of 4 to 64 characters.
    PaymentFormat = "identifier-payment-format";
    /// The check digits of the IBAN do not fit.
    IbanCheckDigits = "identifier-iban-check-digits";
    /// Not a user name: it is too long or holds blanks.
    UserNameFormat = "identifier-user-name-format";
    /// No service beside a user name, or no name of a service-specific identifier.
    ServiceMissing = "identifier-service-missing";
    /// The service or the name is too long or holds signs that no name has.
    ServiceFormat = "identifier-service-format";
    /// A service beside an identifier that is the same everywhere.
    ServiceUnexpected = "identifier-service-unexpected";
    /// Not a service-specific identifier of 1 to 256 characters.
    ServiceSpecificFormat = "identifier-service-specific-format";
}

impl IdentifierFaultCode {
    /// Whether the fault is one of scope (refusal code N18, over-broad) rather than of writing.
    pub const fn is_overbroad(self) -> bool {
        matches!(self, Self::Blanket | Self::Wildcard | Self::Range | Self::Area)
    }
}

/// One thing that is wrong with one field of a raw identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdentifierFault {
    /// The field.
    pub part: Part,
    /// The reason.
    pub code: IdentifierFaultCode,
}

impl IdentifierFault {
    /// The translation key of the sentence that says what is wrong.
    pub const fn message_key(self) -> &'static str {
        self.code.message_key()
    }

    /// The translation key of the sentence that says what would be accepted.
    pub const fn remedy_key(self) -> &'static str {
        self.code.remedy_key()
    }
}

impl fmt::Display for IdentifierFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message_key())
    }
}
