//! Texts and times of signed statements: what stands in them is shown to people who will rely on it, so nothing in it may
//! be there without being seen.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest text of a statement, in bytes.
pub(crate) const MAX_TEXT: usize = 1_000;

/// A moment with the offset of the clock that told it, as RFC 3339 writes it to the second: `2026-11-20T14:03:05+01:00`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct When(String);

impl When {
    /// The moment itself.
    pub fn moment(&self) -> jiff::Timestamp {
        // Unwrap safety: nothing becomes a `When` without having been read as one.
        self.0.parse().expect("a moment that was read before")
    }
}

impl FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = |at: usize, byte: u8| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 | 22 => byte == b':',
            19 => byte == b'+' || byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        let shaped = text.len() == 25 && text.bytes().enumerate().all(|(at, byte)| shape(at, byte));
        // RFC 3339 says with -00:00 that the offset is not known.
        if shaped && !text.ends_with("-00:00") && text.parse::<jiff::Timestamp>().is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err("a time is written as 2026-11-20T14:03:05+01:00, with the offset of its clock")
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is not seen, or turns what is seen around.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text as it can stand in a statement: without what is not seen, cut where it is too long, and a dash where nothing is
/// left.
pub fn seen(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !hidden(*c)).collect();
    let plain = plain.trim();
    let cut = plain[..plain.floor_char_boundary(MAX_TEXT)].trim();
    if cut.is_empty() { "-".to_owned() } else { cut.to_owned() }
}

/// Whether a text can stand in a statement.
///
/// # Errors
/// It is empty or too long, begins or ends with a space, or has control characters or ones that turn the direction of
/// writing, with which a file's ending can be made to look like another.
pub(crate) fn check(field: &str, text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(format!("{field}: 1 to {MAX_TEXT} bytes"));
    }
    if text.trim() != text || text.chars().any(hidden) {
        return Err(format!(
            "{field}: no spaces at its ends, no control characters, nothing that is not seen"
        ));
    }
    Ok(())
}

/// Whether a text can be an identifier: visible ASCII, at most 100 characters.
///
/// # Errors
/// It is not.
pub(crate) fn check_id(field: &str, text: &str) -> Result<(), String> {
    let plain = !text.is_empty() && text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain { Ok(()) } else { Err(format!("{field}: 1 to 100 visible ASCII characters")) }
}
