//! Which characters can be printed. One that cannot be seen, or that no font here can show, is printed by its number, as
//! `[U+202E]`: a reader sees that something stands there, and nothing on paper pretends to be another text (T31).

use crate::{Fault, Paper};
use serde_json::Value;
use std::fmt::Write as _;
use typst::text::Font;

/// A word with more characters in a row is given places at which it may be broken.
const LONGEST_WORD: usize = 20;

/// So many characters stand between two such places.
const STRIDE: usize = 4;

/// Marks such a place for the template; what came in never contains it, because it cannot be seen.
const MAY_BREAK: char = '\u{200B}';

pub(crate) struct Glyphs<'a>(pub(crate) &'a [Font]);

impl Glyphs<'_> {
    /// The paper as JSON for the template, with every text as it can be printed.
    pub(crate) fn shown(&self, paper: &Paper) -> Result<Vec<u8>, Fault> {
        let said = |error: serde_json::Error| Fault::Unset(vec![error.to_string()]);
        let mut value = serde_json::to_value(paper).map_err(said)?;
        self.show(&mut value);
        serde_json::to_vec(&value).map_err(said)
    }

    fn show(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.show(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.show(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
        for c in text.chars() {
            match c {
                '\n' => shown.push(c),
                _ if self.prints(c) => shown.push(c),
                _ => {
                    // Writing to a text cannot fail.
                    let _ = write!(shown, "[U+{:04X}]", u32::from(c));
                }
            }
        }
        breakable(&shown)
    }

    fn prints(&self, c: char) -> bool {
        if c.is_control() || unseen(c) {
            return false;
        }
        // Where the face that is wanted has no such letter, Typst takes it from any other that has.
        self.0.iter().any(|font| font.info().coverage.contains(u32::from(c)))
    }
}

/// Whether a character takes no ink and changes what stands around it, or means something only by private agreement.
const fn unseen(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFF}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{10FFFF}')
}

/// The text with places at which a long word may be broken, so that nothing runs out of its column.
fn breakable(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let long = word.chars().count() > LONGEST_WORD;
        for (place, c) in word.chars().enumerate() {
            if long && place > 0 && place % STRIDE == 0 && (c.is_alphanumeric() || c.is_ascii_graphic()) {
                broken.push(MAY_BREAK);
            }
            broken.push(c);
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_may_be_broken_and_a_short_one_not() {
        assert_eq!(breakable("one two"), "one two");
        assert_eq!(breakable(&"x".repeat(21)).matches(MAY_BREAK).count(), 5);
        assert_eq!(breakable("aaaaaaaaaaaaaaaaaaaaa b").replace(MAY_BREAK, ""), "aaaaaaaaaaaaaaaaaaaaa b");
    }
}
