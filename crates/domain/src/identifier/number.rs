//! Identifiers made of digits or octets: telephone numbers, IMEI, IMSI, ICCID, MAC addresses, IBANs.
//! Input is trimmed and free of control characters; separators people type are tolerated.
//! Whether a number is assigned to anybody is never asked.

use super::IdentifierFaultCode as Code;

/// Digits only, after dropping the separators people type; `None` when anything else is left.
fn digits(text: &str, separators: &[char]) -> Option<String> {
    let kept: String = text.chars().filter(|c| !separators.contains(c)).collect();
    kept.bytes().all(|b| b.is_ascii_digit()).then_some(kept)
}

/// Masked digits, as in `+33 6 12 ** **` or `35-209900-xxxxxx`.
fn is_masked(text: &str) -> bool {
    text.contains(['*', '%', '?']) || text.to_ascii_lowercase().contains("xx")
}

/// Sum of the digits of an all-digit text with every second one, from the right, doubled (ISO/IEC 7812-1).
fn luhn_sum(number: &str) -> u32 {
    number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum()
}

pub(crate) fn luhn_holds(number: &str) -> bool {
    luhn_sum(number).is_multiple_of(10)
}

/// ITU-T E.164: `+`, country code, number; 8 to 15 digits.
pub(crate) fn phone(text: &str) -> Result<String, Code> {
    if is_masked(text) {
        return Err(Code::Wildcard);
    }
    if text.contains("(0)") {
        return Err(Code::PhoneTrunkZero);
    }
    let international = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
    let number = digits(
        international.unwrap_or(text),
        &[' ', '\u{a0}', '\u{202f}', '-', '\u{2011}', '.', '/', '(', ')'],
    )
    .ok_or(Code::PhoneFormat)?;
    if number.is_empty() {
        return Err(Code::PhoneFormat);
    }
    // No country code begins with zero, so a zero here is a trunk prefix left in place.
    if international.is_none() || number.starts_with('0') {
        return Err(Code::PhoneNational);
    }
    if !(8..=15).contains(&number.len()) {
        return Err(Code::PhoneLength);
    }
    Ok(format!("+{number}"))
}

/// 3GPP TS 23.003: 14 digits and a check digit. Of an IMEISV (16 digits) the software version is dropped, because
/// the handset is the same after an update.
pub(crate) fn imei(text: &str) -> Result<String, Code> {
    if is_masked(text) {
        return Err(Code::Wildcard);
    }
    let number = digits(text, &[' ', '-', '/', '.']).ok_or(Code::ImeiFormat)?;
    match number.len() {
        15 if luhn_holds(&number) => Ok(number),
        15 => Err(Code::ImeiCheckDigit),
        14 | 16 => {
            let body = &number[..14];
            let check = (10 - luhn_sum(&format!("{body}0")) % 10) % 10;
            Ok(format!("{body}{check}"))
        }
        _ => Err(Code::ImeiFormat),
    }
}

/// ITU-T E.212: 14 or 15 digits, country and network first.
pub(crate) fn imsi(text: &str) -> Result<String, Code> {
    if is_masked(text) {
        return Err(Code::Wildcard);
    }
    let number = digits(text, &[' ', '-']).ok_or(Code::ImsiFormat)?;
    if matches!(number.len(), 14 | 15) { Ok(number) } else { Err(Code::ImsiFormat) }
}

/// ITU-T E.118: begins with 89, ends with a check digit. A trailing `F` is the filler that card readers show.
pub(crate) fn iccid(text: &str) -> Result<String, Code> {
    if is_masked(text) {
        return Err(Code::Wildcard);
    }
    let text = text.strip_suffix(['F', 'f']).unwrap_or(text);
    let number = digits(text, &[' ', '-']).ok_or(Code::IccidFormat)?;
    if !(18..=20).contains(&number.len()) || !number.starts_with("89") {
        return Err(Code::IccidFormat);
    }
    if luhn_holds(&number) { Ok(number) } else { Err(Code::IccidCheckDigit) }
}

/// IEEE 802 MAC address of one device; lower-case with colons.
pub(crate) fn mac(text: &str) -> Result<String, Code> {
    if is_masked(text) {
        return Err(Code::Wildcard);
    }
    let hex: Vec<u8> = text.bytes().filter(|b| !matches!(b, b':' | b'-' | b'.' | b' ')).collect();
    if hex.len() != 12 || !hex.iter().all(u8::is_ascii_hexdigit) {
        return Err(Code::MacFormat);
    }
    let pairs: Vec<String> =
        hex.chunks(2).map(|pair| pair.iter().map(|b| char::from(b.to_ascii_lowercase())).collect()).collect();
    let first = u8::from_str_radix(&pairs[0], 16).map_err(|_| Code::MacFormat)?;
    // The lowest bit of the first octet marks a group address; the broadcast address has it too.
    if first & 1 == 1 || pairs.iter().all(|pair| pair == "00") {
        return Err(Code::MacGroup);
    }
    Ok(pairs.join(":"))
}

/// Whether a text without blanks has the outline of an ISO 13616 IBAN.
fn looks_like_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_alphanumeric)
}

/// ISO 7064 MOD 97-10 over the rearranged IBAN.
fn iban_holds(iban: &str) -> bool {
    let (head, tail) = iban.split_at(4);
    let remainder = tail.bytes().chain(head.bytes()).fold(0_u32, |rest, byte| {
        if byte.is_ascii_digit() {
            (rest * 10 + u32::from(byte - b'0')) % 97
        } else {
            (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97
        }
    });
    remainder == 1
}

/// An IBAN, checked, or an opaque payment or wallet identifier of 4 to 64 characters.
pub(crate) fn payment(text: &str) -> Result<String, Code> {
    if text.contains(['*', '%', '?']) {
        return Err(Code::Wildcard);
    }
    let joined: String = text.chars().filter(|c| *c != ' ').collect();
    if looks_like_iban(&joined) {
        let iban = joined.to_ascii_uppercase();
        return if iban_holds(&iban) { Ok(iban) } else { Err(Code::IbanCheckDigits) };
    }
    let length = text.chars().count();
    if !(4..=64).contains(&length) || text.contains(char::is_whitespace) {
        return Err(Code::PaymentFormat);
    }
    Ok(text.to_owned())
}

/// Whether the text is an IBAN whose check digits fit.
pub(crate) fn is_iban(text: &str) -> bool {
    let joined: String = text.chars().filter(|c| *c != ' ').collect();
    looks_like_iban(&joined) && iban_holds(&joined)
}
