//! IP addresses with the port and the instant that make them point at one customer (guideline L-specific).
//! Input is trimmed and free of control characters.
//! Ranges are refused: who asks for a subnet asks for everybody in it.

use super::IdentifierFaultCode as Code;
use crate::time::Moment;
use jiff::fmt::temporal::DateTimeParser;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The address when it belongs to one network on the public Internet or is set aside for examples (RFC 5737).
pub(crate) fn ipv4_of_one_network(address: Ipv4Addr) -> Result<Ipv4Addr, Code> {
    let [a, b, c, _] = address.octets();
    let carrier_shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && matches!(b, 18 | 19);
    let protocol = (a, b, c) == (192, 0, 0);
    let reserved = a == 0
        || a >= 224
        || carrier_shared
        || benchmark
        || protocol
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local();
    if reserved { Err(Code::AddressReserved) } else { Ok(address) }
}

/// The address when it is global unicast (RFC 4291) or set aside for examples (RFC 3849).
pub(crate) fn ipv6_of_one_network(address: Ipv6Addr) -> Result<Ipv6Addr, Code> {
    if address.to_ipv4_mapped().is_some() {
        return Err(Code::Ipv6Mapped);
    }
    // Everything in use as global unicast lies in 2000::/3; the rest is local, group or translation space.
    if address.segments()[0] & 0xe000 == 0x2000 { Ok(address) } else { Err(Code::AddressReserved) }
}

fn is_range(text: &str) -> bool {
    text.contains(['/', '*', '-', ','])
        || text.contains("..")
        || text.to_ascii_lowercase().ends_with(".x")
        || (text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && (1..3).contains(&text.matches('.').count()))
}

/// An IPv4 address of one network.
pub(crate) fn ipv4(text: &str) -> Result<Ipv4Addr, Code> {
    match text.parse::<Ipv4Addr>() {
        Ok(address) => ipv4_of_one_network(address),
        Err(_) if is_range(text) => Err(Code::Range),
        Err(_) => Err(Code::Ipv4Format),
    }
}

/// An IPv6 address of one network; its canonical text is that of RFC 5952.
pub(crate) fn ipv6(text: &str) -> Result<Ipv6Addr, Code> {
    match text.parse::<Ipv6Addr>() {
        Ok(address) => ipv6_of_one_network(address),
        Err(_) if is_range(text) => Err(Code::Range),
        Err(_) => Err(Code::Ipv6Format),
    }
}

/// A port from 1 to 65535.
pub(crate) fn port(text: &str) -> Result<u16, Code> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Code::PortFormat);
    }
    match text.parse::<u16>() {
        Ok(0) | Err(_) => Err(Code::PortFormat),
        Ok(port) => Ok(port),
    }
}

/// The pasted form `address:port` or `[address]:port`, taken apart.
pub(crate) fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((address, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (address, port.strip_prefix(':'));
    }
    match text.split_once(':') {
        Some((address, port)) if !port.contains(':') && address.contains('.') => (address, Some(port)),
        _ => (text, None),
    }
}

/// A date and time with UTC offset, on demand to the second; a blank may stand for the `T` and before the offset.
pub(crate) fn instant(text: &str, to_the_second: bool) -> Result<Moment, Code> {
    if text.len() > 64 || text.contains('[') {
        return Err(Code::TimeFormat);
    }
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let [date, rest @ ..] = tokens.as_slice() else { return Err(Code::TimeFormat) };
    let joint = if date.len() == 10 && !rest.is_empty() { "T" } else { "" };
    let joined = format!("{date}{joint}{}", rest.concat());
    let upper = joined.to_ascii_uppercase();
    let stated = match upper.strip_suffix("UTC").or_else(|| upper.strip_suffix("GMT")) {
        Some(local) => format!("{local}Z"),
        None => upper,
    };
    let pieces = DateTimeParser::new().parse_pieces(&stated).map_err(|_| Code::TimeFormat)?;
    if pieces.time().is_none() {
        return Err(Code::TimeOfDayMissing);
    }
    if pieces.to_numeric_offset().is_none() {
        return Err(Code::TimeOffsetMissing);
    }
    if to_the_second && !has_seconds(&stated) {
        return Err(Code::TimeSecondsMissing);
    }
    stated.parse().map_err(|_| Code::TimeFormat)
}

fn has_seconds(stated: &str) -> bool {
    let time = stated.split_once('T').map_or("", |(_, time)| time);
    let clock = time.split(['+', '-', 'Z', '.', ',', '\u{2212}']).next().unwrap_or_default();
    clock.bytes().filter(u8::is_ascii_digit).count() >= 6
}
