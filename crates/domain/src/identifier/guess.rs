//! The type that a pasted text most likely has, offered to the person for confirmation.
//! A guess only sorts; whether the text is acceptable is for `Identifier::parse`.

use super::{IdentifierType, address, name, number};

/// The most likely type of `text`, or `None` when no type is more likely than the others.
pub fn guess(text: &str) -> Option<IdentifierType> {
    let text = text.trim();
    if text.is_empty() || text.len() > 2048 || name::is_blanket(text) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return Some(IdentifierType::Url);
    }
    if let Some(kind) = guess_address(text) {
        return Some(kind);
    }
    if number::mac(text).is_ok() && !text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(IdentifierType::Mac);
    }
    if number::is_iban(text) {
        return Some(IdentifierType::PaymentId);
    }
    if let Some(kind) = guess_number(text) {
        return Some(kind);
    }
    if let Some(handle) = text.strip_prefix('@') {
        return name::user_name(handle).is_ok().then_some(IdentifierType::UserName);
    }
    if text.contains('@') {
        return name::email(text).is_ok().then_some(IdentifierType::Email);
    }
    name::domain(text).is_ok().then_some(IdentifierType::Domain)
}

fn guess_address(text: &str) -> Option<IdentifierType> {
    let first = text.split_whitespace().next()?;
    let (host, _) = address::split_port(first);
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some(IdentifierType::Ipv4);
    }
    host.parse::<std::net::Ipv6Addr>().is_ok().then_some(IdentifierType::Ipv6)
}

fn guess_number(text: &str) -> Option<IdentifierType> {
    if number::phone(text).is_ok() && (text.starts_with('+') || text.starts_with("00")) {
        return Some(IdentifierType::PhoneE164);
    }
    if number::iccid(text).is_ok() {
        return Some(IdentifierType::Iccid);
    }
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !bare.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match bare.len() {
        // Fifteen digits without a fitting check digit are no IMEI, so the subscriber number remains.
        15 if number::luhn_holds(&bare) => Some(IdentifierType::Imei),
        15 => Some(IdentifierType::Imsi),
        16 => Some(IdentifierType::Imei),
        _ => None,
    }
}
