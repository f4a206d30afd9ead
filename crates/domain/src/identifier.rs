//! What a request points at: one address, number or name of a known type, never a range or a crowd (`L-specific`, T08).
//! Input comes from people and peers and may be anything; what is parsed is well formed and in one canonical writing.
//! It never asks whether the identifier exists, and its debug form never shows it.

mod address;
mod fault;
mod guess;
mod name;
mod number;

pub use fault::{FAULT_KEYS, IdentifierFault, IdentifierFaultCode, Part};
pub use guess::guess;
pub(crate) use name::is_invisible;

use crate::time::Moment;
use IdentifierFaultCode as Code;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest text of any identifier, in bytes (a URL).
pub const VALUE_LIMIT: usize = 2048;

macro_rules! identifier_types {
    ($($(#[$doc:meta])* $name:ident = $term:literal, $key:literal;)*) => {
        /// The kinds of identifier a request may point at (data model 10.2).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum IdentifierType {
            $($(#[$doc])* #[serde(rename = $term)] $name,)*
        }

        crate::term::described!(IdentifierType);

        impl IdentifierType {
            /// Every type, in the order in which a form offers them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name used in data and interfaces, such as `PHONE_E164`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $term,)* }
            }

            /// The type with that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($term => Some(Self::$name),)* _ => None }
            }

            /// The translation key of the type's name.
            pub const fn label_key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }

        /// Every key of a type's name, for the test that each has a text in each language.
        pub const TYPE_KEYS: &[&str] = &[$($key,)*];
    };
}

identifier_types! {
    /// IPv4 address with source port and instant.
    Ipv4 = "IPV4", "identifier-type-ipv4";
    /// IPv6 address with instant and, where known, source port.
    Ipv6 = "IPV6", "identifier-type-ipv6";
    /// Telephone number with country code (ITU-T E.164).
    PhoneE164 = "PHONE_E164", "identifier-type-phone";
    /// E-mail address (RFC 5321).
    Email = "EMAIL", "identifier-type-email";
    /// Name of a user at one service.
    UserName = "USER_ID", "identifier-type-user";
    /// Address of one resource on the web.
    Url = "URL", "identifier-type-url";
    /// Domain name.
    Domain = "DOMAIN", "identifier-type-domain";
    /// Number of a handset (3GPP TS 23.003).
    Imei = "IMEI", "identifier-type-imei";
    /// Number of a subscription (ITU-T E.212).
    Imsi = "IMSI", "identifier-type-imsi";
    /// Number of a SIM card (ITU-T E.118).
    Iccid = "ICCID", "identifier-type-iccid";
    /// Hardware address of one network interface.
    Mac = "MAC", "identifier-type-mac";
    /// Bank account, wallet or other means of payment.
    PaymentId = "PAYMENT_ID", "identifier-type-payment";
    /// An identifier that one service gives, with its name.
    ServiceSpecific = "SERVICE_SPECIFIC", "identifier-type-service-specific";
}

impl fmt::Display for IdentifierType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an IPv4 address is accepted without its source port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortPolicy {
    /// The address may be shared by many customers at once, so the port is demanded.
    Required,
    /// The addressee is known not to share addresses, or another rule already decided: the port is optional.
    Advised,
}

/// An identifier as somebody typed or sent it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawIdentifier {
    /// The address, number or name; for IP addresses `address:port time` in one line is understood.
    pub value: String,
    /// Source port.
    pub port: Option<String>,
    /// Date, time and UTC offset.
    pub at: Option<String>,
    /// The service of a user name, or the name of a service-specific identifier.
    pub service: Option<String>,
}

impl RawIdentifier {
    /// An identifier typed into one field.
    pub fn of(value: &str) -> Self {
        Self { value: value.to_owned(), ..Self::default() }
    }
}

impl fmt::Debug for RawIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawIdentifier").finish_non_exhaustive()
    }
}

/// A checked text in canonical writing; only this module makes one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canonical(String);

impl Canonical {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// An IP address in use at one instant.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressInUse<A> {
    /// The address.
    pub address: A,
    /// The source port, where it is known.
    pub port: Option<u16>,
    /// When the address was in use.
    pub at: Moment,
}

impl<A> fmt::Debug for AddressInUse<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// One well-formed identifier. Equal identifiers have equal canonical texts, whatever way they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub enum Identifier {
    /// IPv4 address with port and instant.
    Ipv4(AddressInUse<Ipv4Addr>),
    /// IPv6 address with instant.
    Ipv6(AddressInUse<Ipv6Addr>),
    /// `+` and 8 to 15 digits.
    PhoneE164(Canonical),
    /// Local part as typed, domain in lower case.
    Email(Canonical),
    /// A user at a service.
    UserName {
        /// The name, without a leading @.
        value: Canonical,
        /// The service at which it is known.
        service: Canonical,
    },
    /// http or https address.
    Url(Canonical),
    /// Domain name in lower case.
    Domain(Canonical),
    /// 15 digits.
    Imei(Canonical),
    /// 14 or 15 digits.
    Imsi(Canonical),
    /// 18 to 20 digits.
    Iccid(Canonical),
    /// Six octets, lower case, with colons.
    Mac(Canonical),
    /// IBAN without blanks, or the opaque text.
    PaymentId(Canonical),
    /// A named identifier of one service.
    ServiceSpecific {
        /// What the service calls it.
        name: Canonical,
        /// Its value.
        value: Canonical,
    },
}

/// The fields of a raw identifier, trimmed, with empty ones absent.
struct Fields<'a> {
    value: &'a str,
    port: Option<&'a str>,
    at: Option<&'a str>,
    service: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(raw: &'a RawIdentifier) -> Self {
        let some =
            |field: &'a Option<String>| field.as_deref().map(str::trim).filter(|text| !text.is_empty());
        Self {
            value: raw.value.trim(),
            port: some(&raw.port),
            at: some(&raw.at),
            service: some(&raw.service),
        }
    }

    /// Faults that any type would have: emptiness, length, characters that cannot be seen, and blanket wording.
    fn check(&self, faults: &mut Faults) {
        let parts = [
            (Part::Value, Some(self.value), VALUE_LIMIT),
            (Part::Port, self.port, 64),
            (Part::Time, self.at, 64),
            (Part::Service, self.service, 480),
        ];
        for (part, text, limit) in parts {
            let Some(text) = text else { continue };
            if text.len() > limit {
                faults.add(part, Code::TooLong);
            } else if text.contains(|c: char| c.is_control() || name::is_invisible(c)) {
                faults.add(part, Code::Characters);
            }
        }
        if self.value.is_empty() {
            faults.add(Part::Value, Code::ValueMissing);
        } else if self.value.len() <= VALUE_LIMIT && name::is_blanket(self.value) {
            faults.add(Part::Value, Code::Blanket);
        }
    }
}

#[derive(Default)]
struct Faults(Vec<IdentifierFault>);

impl Faults {
    fn add(&mut self, part: Part, code: Code) {
        self.0.push(IdentifierFault { part, code });
    }

    /// The value, or a fault noted and nothing.
    fn keep<T>(&mut self, part: Part, result: Result<T, Code>) -> Option<T> {
        result.map_err(|code| self.add(part, code)).ok()
    }
}

impl Identifier {
    /// Parses what somebody typed, with the rule for source ports that holds for the addressee.
    ///
    /// # Errors
    /// Every fault that was found, by field.
    pub fn parse(
        kind: IdentifierType,
        raw: &RawIdentifier,
        ports: PortPolicy,
    ) -> Result<Self, Vec<IdentifierFault>> {
        let fields = Fields::of(raw);
        let mut faults = Faults::default();
        fields.check(&mut faults);
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        let parsed = Self::of_fields(kind, &fields, ports, &mut faults);
        match parsed {
            Some(identifier) if faults.0.is_empty() => Ok(identifier),
            _ => Err(faults.0),
        }
    }

    fn of_fields(
        kind: IdentifierType,
        fields: &Fields<'_>,
        ports: PortPolicy,
        faults: &mut Faults,
    ) -> Option<Self> {
        let simple = |faults: &mut Faults, parse: fn(&str) -> Result<String, Code>| {
            expect_value_alone(fields, faults);
            faults.keep(Part::Value, parse(fields.value)).map(Canonical)
        };
        match kind {
            IdentifierType::Ipv4 => {
                let demanded = ports == PortPolicy::Required;
                address_in_use(fields, demanded, address::ipv4, faults).map(Self::Ipv4)
            }
            IdentifierType::Ipv6 => address_in_use(fields, false, address::ipv6, faults).map(Self::Ipv6),
            IdentifierType::PhoneE164 => simple(faults, number::phone).map(Self::PhoneE164),
            IdentifierType::Email => simple(faults, name::email).map(Self::Email),
            IdentifierType::Url => simple(faults, name::url).map(Self::Url),
            IdentifierType::Domain => simple(faults, name::domain).map(Self::Domain),
            IdentifierType::Imei => simple(faults, number::imei).map(Self::Imei),
            IdentifierType::Imsi => simple(faults, number::imsi).map(Self::Imsi),
            IdentifierType::Iccid => simple(faults, number::iccid).map(Self::Iccid),
            IdentifierType::Mac => simple(faults, number::mac).map(Self::Mac),
            IdentifierType::PaymentId => simple(faults, number::payment).map(Self::PaymentId),
            IdentifierType::UserName => user_name(fields, faults),
            IdentifierType::ServiceSpecific => service_specific(fields, faults),
        }
    }

    /// Its type.
    pub const fn kind(&self) -> IdentifierType {
        match self {
            Self::Ipv4(_) => IdentifierType::Ipv4,
            Self::Ipv6(_) => IdentifierType::Ipv6,
            Self::PhoneE164(_) => IdentifierType::PhoneE164,
            Self::Email(_) => IdentifierType::Email,
            Self::UserName { .. } => IdentifierType::UserName,
            Self::Url(_) => IdentifierType::Url,
            Self::Domain(_) => IdentifierType::Domain,
            Self::Imei(_) => IdentifierType::Imei,
            Self::Imsi(_) => IdentifierType::Imsi,
            Self::Iccid(_) => IdentifierType::Iccid,
            Self::Mac(_) => IdentifierType::Mac,
            Self::PaymentId(_) => IdentifierType::PaymentId,
            Self::ServiceSpecific { .. } => IdentifierType::ServiceSpecific,
        }
    }

    /// The address, number or name alone, without port, instant or service.
    pub fn value(&self) -> String {
        match self {
            Self::Ipv4(used) => used.address.to_string(),
            Self::Ipv6(used) => used.address.to_string(),
            Self::PhoneE164(text)
            | Self::Email(text)
            | Self::Url(text)
            | Self::Domain(text)
            | Self::Imei(text)
            | Self::Imsi(text)
            | Self::Iccid(text)
            | Self::Mac(text)
            | Self::PaymentId(text)
            | Self::UserName { value: text, .. }
            | Self::ServiceSpecific { value: text, .. } => text.0.clone(),
        }
    }

    /// The source port of an IP address.
    pub const fn port(&self) -> Option<u16> {
        match self.use_of_address() {
            Some((port, _)) => port,
            None => None,
        }
    }

    /// The instant at which an IP address was in use.
    pub const fn at(&self) -> Option<Moment> {
        match self.use_of_address() {
            Some((_, at)) => Some(at),
            None => None,
        }
    }

    const fn use_of_address(&self) -> Option<(Option<u16>, Moment)> {
        match self {
            Self::Ipv4(used) => Some((used.port, used.at)),
            Self::Ipv6(used) => Some((used.port, used.at)),
            Self::PhoneE164(_)
            | Self::Email(_)
            | Self::UserName { .. }
            | Self::Url(_)
            | Self::Domain(_)
            | Self::Imei(_)
            | Self::Imsi(_)
            | Self::Iccid(_)
            | Self::Mac(_)
            | Self::PaymentId(_)
            | Self::ServiceSpecific { .. } => None,
        }
    }

    /// The service of a user name, or the name of a service-specific identifier.
    pub fn service(&self) -> Option<&str> {
        match self {
            Self::UserName { service, .. } => Some(service.as_str()),
            Self::ServiceSpecific { name, .. } => Some(name.as_str()),
            Self::Ipv4(_)
            | Self::Ipv6(_)
            | Self::PhoneE164(_)
            | Self::Email(_)
            | Self::Url(_)
            | Self::Domain(_)
            | Self::Imei(_)
            | Self::Imsi(_)
            | Self::Iccid(_)
            | Self::Mac(_)
            | Self::PaymentId(_) => None,
        }
    }

    /// One text per identifier, for keyed digests and comparison: times in UTC, so that the same instant stated under
    /// two offsets is the same text. Two types may share a text: digest the type with it.
    pub fn canonical(&self) -> String {
        self.text(true)
    }

    /// One text for people who may see it, with the offset as it was stated. There is no `Display`: nothing that logs or
    /// formats shows an identifier by accident.
    pub fn shown(&self) -> String {
        self.text(false)
    }

    /// The four fields that parse to this identifier again.
    pub fn to_raw(&self) -> RawIdentifier {
        RawIdentifier {
            value: self.value(),
            port: self.port().map(|port| port.to_string()),
            at: self.at().map(|at| at.to_string()),
            service: self.service().map(str::to_owned),
        }
    }

    fn text(&self, in_utc: bool) -> String {
        let value = self.value();
        match self {
            Self::UserName { service, .. } => return format!("{value} ({})", service.0),
            Self::ServiceSpecific { name, .. } => return format!("{}={value}", name.0),
            Self::Ipv4(_)
            | Self::Ipv6(_)
            | Self::PhoneE164(_)
            | Self::Email(_)
            | Self::Url(_)
            | Self::Domain(_)
            | Self::Imei(_)
            | Self::Imsi(_)
            | Self::Iccid(_)
            | Self::Mac(_)
            | Self::PaymentId(_) => {}
        }
        let Some((port, at)) = self.use_of_address() else { return value };
        let at = if in_utc { Moment::new(at.timestamp(), Offset::UTC) } else { at };
        match (port, value.contains(':')) {
            (None, _) => format!("{value} {at}"),
            (Some(port), true) => format!("[{value}]:{port} {at}"),
            (Some(port), false) => format!("{value}:{port} {at}"),
        }
    }
}

/// Reads a date and time with its UTC offset, seconds optional, as people type the ends of a period.
///
/// # Errors
/// The translation key of what is wrong; the remedy has the same key with `-remedy`.
pub fn read_moment(text: &str) -> Result<Moment, &'static str> {
    address::instant(text.trim(), false).map_err(Code::message_key)
}

/// A port or time that the type has no place for is a fault, because dropping it silently would change the request.
fn expect_value_alone(fields: &Fields<'_>, faults: &mut Faults) {
    expect_no_use(fields, faults);
    if fields.service.is_some() {
        faults.add(Part::Service, Code::ServiceUnexpected);
    }
}

fn expect_no_use(fields: &Fields<'_>, faults: &mut Faults) {
    if fields.port.is_some() {
        faults.add(Part::Port, Code::PortUnexpected);
    }
    if fields.at.is_some() {
        faults.add(Part::Time, Code::TimeUnexpected);
    }
}

fn address_in_use<A>(
    fields: &Fields<'_>,
    port_demanded: bool,
    parse: fn(&str) -> Result<A, Code>,
    faults: &mut Faults,
) -> Option<AddressInUse<A>> {
    let (host, pasted_at) = match fields.value.split_once(char::is_whitespace) {
        Some((host, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => (host, Some(rest.trim())),
        _ => (fields.value, None),
    };
    let (host, pasted_port) = address::split_port(host);
    let address = faults.keep(Part::Value, parse(host));
    if fields.service.is_some() {
        faults.add(Part::Service, Code::ServiceUnexpected);
    }
    let port = stated_once(pasted_port, fields.port, address::port, Code::PortConflict);
    let port = match port {
        None if port_demanded && address.is_some() => {
            faults.add(Part::Port, Code::PortMissing);
            None
        }
        None => None,
        Some(port) => faults.keep(Part::Port, port),
    };
    let at = stated_once(pasted_at, fields.at, |text| address::instant(text, true), Code::TimeConflict)
        .unwrap_or(Err(Code::TimeMissing));
    let at = faults.keep(Part::Time, at);
    Some(AddressInUse { address: address?, port, at: at? })
}

/// One statement out of a pasted one and one from its own field; both may be there if they say the same.
fn stated_once<T: PartialEq>(
    pasted: Option<&str>,
    typed: Option<&str>,
    parse: fn(&str) -> Result<T, Code>,
    conflict: Code,
) -> Option<Result<T, Code>> {
    match (pasted, typed) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(parse(one)),
        (Some(one), Some(other)) => match (parse(one), parse(other)) {
            (Ok(one), Ok(other)) if one == other => Some(Ok(one)),
            (Ok(_), Ok(_)) => Some(Err(conflict)),
            (Err(code), _) | (_, Err(code)) => Some(Err(code)),
        },
    }
}

fn user_name(fields: &Fields<'_>, faults: &mut Faults) -> Option<Identifier> {
    expect_no_use(fields, faults);
    let (value, service) = match (fields.value.split_once(" ("), fields.service) {
        (Some((value, rest)), None) if rest.ends_with(')') => (value, rest.strip_suffix(')')),
        _ => (fields.value, fields.service),
    };
    let value = faults.keep(Part::Value, name::user_name(value));
    let service = faults.keep(Part::Service, service.map_or(Err(Code::ServiceMissing), name::service));
    Some(Identifier::UserName { value: Canonical(value?), service: Canonical(service?) })
}

fn service_specific(fields: &Fields<'_>, faults: &mut Faults) -> Option<Identifier> {
    expect_no_use(fields, faults);
    let (value, called) = match (fields.value.split_once('='), fields.service) {
        (Some((called, value)), None) => (value, Some(called)),
        _ => (fields.value, fields.service),
    };
    let value = if name::is_blanket(value) { Err(Code::Blanket) } else { name::service_specific(value) };
    let value = faults.keep(Part::Value, value);
    let called = match called.map_or(Err(Code::ServiceMissing), name::service) {
        Ok(called) if name::is_area(&called) => Err(Code::Area),
        other => other,
    };
    let called = faults.keep(Part::Service, called);
    Some(Identifier::ServiceSpecific { name: Canonical(called?), value: Canonical(value?) })
}

/// The stored and exchanged form; reading it back checks it again, because it may come from a peer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(rename = "type")]
    kind: IdentifierType,
    value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<String>,
}

/// A stored or received identifier has faults; the text names the first of them and never the value.
#[derive(Debug, thiserror::Error)]
#[error("no identifier: {0}")]
struct WireFault(IdentifierFault);

impl TryFrom<Wire> for Identifier {
    type Error = WireFault;
    fn try_from(wire: Wire) -> Result<Self, WireFault> {
        let raw = RawIdentifier {
            value: wire.value,
            port: wire.port.map(|port| port.to_string()),
            at: wire.at.map(|at| at.to_string()),
            service: wire.service,
        };
        // The port rule belongs to the moment of drafting; what was accepted then is read back as it is.
        Self::parse(wire.kind, &raw, PortPolicy::Advised).map_err(|faults| {
            let missing = IdentifierFault { part: Part::Value, code: Code::ValueMissing };
            WireFault(faults.first().copied().unwrap_or(missing))
        })
    }
}

impl From<Identifier> for Wire {
    fn from(identifier: Identifier) -> Self {
        Self {
            kind: identifier.kind(),
            value: identifier.value(),
            port: identifier.port(),
            at: identifier.at(),
            service: identifier.service().map(str::to_owned),
        }
    }
}
