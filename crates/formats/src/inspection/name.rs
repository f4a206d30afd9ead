//! Names of entries that would lead somewhere else or look like something else, and endings of names.

use comity_domain::inspection::Finding;

/// The longest name of an entry, in bytes.
pub(super) const LONGEST: usize = 4_096;

/// Refuses a name that leads out of the folder into which somebody unpacks it, or that the eye reads otherwise.
pub(super) fn check(name: &[u8]) -> Result<(), Finding> {
    let text = String::from_utf8_lossy(name);
    let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
    let up = text.split('/').any(|part| part == "..");
    let tricky = name.is_empty()
        || name.len() > LONGEST
        || text.starts_with('/')
        || text.contains('\\')
        || drive
        || up
        || text.chars().any(deceives);
    if tricky { Err(Finding::PathTrick) } else { Ok(()) }
}

/// Control characters, and those that turn the direction of reading (Unicode UAX 9).
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The ending of a name in lower case, without its dot; empty where there is none.
pub fn extension(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    match last.rsplit_once('.') {
        Some((_, ending)) if ending.len() <= 10 && ending.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            ending.to_ascii_lowercase()
        }
        Some(_) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let tricks: [&[u8]; 12] = [
            b"a:b",
            b"",
            b"/etc/passwd",
            b"../x",
            b"a/../../x",
            b"a/..",
            b"..\\x",
            b"c:x",
            b"C:/x",
            b"a\nb",
            b"a\0b",
            "invoice\u{202e}fdp.exe".as_bytes(),
        ];
        for name in tricks {
            assert_eq!(check(name), Err(Finding::PathTrick), "{:?}", String::from_utf8_lossy(name));
        }
        for name in ["a", "a/b.csv", "a/", "..a/b..", "données.csv", ".hidden", "ab:c"] {
            assert_eq!(check(name.as_bytes()), Ok(()), "{name}");
        }
    }

    #[test]
    fn an_ending_is_short_and_plain() {
        let endings = ["a.CSV", "a.b.gz", "a", "a.", "dir.x/a", "a.b c", "a.verylongending"].map(extension);
        assert_eq!(endings, ["csv", "gz", "", "", "", "", ""]);
    }
}
