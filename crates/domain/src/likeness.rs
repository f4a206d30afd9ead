//! Whether a domain name is made to be taken for another one: by signs that look alike, by one sign more, less or changed,
//! or by another ending (T01). A likeness is a reason to look, never a proof; and the true name proves nothing either.

/// Longest name that is compared, in characters; names of the DNS are no longer.
const LONGEST: usize = 253;

/// The domain name of `known` that `name` resembles without being it or lying below it.
pub fn resembles<'k>(name: &str, known: &'k [String]) -> Option<&'k str> {
    let name = plain(name);
    if name.is_empty() || name.chars().count() > LONGEST {
        return None;
    }
    let own = |known: &&String| {
        let known = plain(known);
        name == known || name.ends_with(&format!(".{known}"))
    };
    if known.iter().any(|known| own(&known)) {
        return None;
    }
    known.iter().find(|known| alike(&name, &plain(known))).map(String::as_str)
}

fn plain(name: &str) -> String {
    name.trim().trim_end_matches('.').to_lowercase()
}

fn alike(name: &str, known: &str) -> bool {
    if known.is_empty() {
        return false;
    }
    let (seen, real) = (skeleton(name), skeleton(known));
    // What lies below a name that is not the known one but looks like it, such as `desk.po1ice.example`.
    if seen == real || seen.ends_with(&format!(".{real}")) {
        return true;
    }
    let (body, known_body) = (body(&seen), body(&real));
    // Short names are near to many others.
    let short = known_body.chars().count() < 5;
    // The same name under another ending, or with its parts joined: `police-gov.example` for `police.gov.example`.
    let joined = |text: &str| text.replace(['.', '-'], "");
    if body == known_body && !short || joined(&seen) == joined(&real) {
        return true;
    }
    if joined(known_body).chars().count() >= 5 && joined(&seen).starts_with(&joined(&real)) {
        return true;
    }
    !short && ending(&seen) == ending(&real) && near(body, known_body)
}

/// All but the last label.
fn body(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(body, _)| body)
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// A name as the eye takes it: signs that are drawn alike become one. A label in its ASCII form is decoded first.
fn skeleton(name: &str) -> String {
    let labels =
        name.split('.').map(|label| label.strip_prefix("xn--").and_then(decode).unwrap_or(label.to_owned()));
    let name = labels.collect::<Vec<_>>().join(".");
    let one: String = name.chars().filter(|c| !crate::identifier::is_invisible(*c)).map(drawn).collect();
    one.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// The Latin sign, without accent, that a sign is drawn like.
fn drawn(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | 'ö' | 'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'օ' | 'ọ' => 'o',
        '1' | 'l' | 'і' | 'ι' | 'ı' | 'í' | 'ì' | 'î' | 'ï' | 'ӏ' | 'ł' | '|' | 'i' => 'i',
        'а' | 'α' | 'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ạ' | 'ą' => 'a',
        'е' | 'ε' | 'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ё' | 'ę' | 'ẹ' | '3' => 'e',
        'с' | 'ç' | 'ć' | 'č' | 'ϲ' => 'c',
        'р' | 'ρ' => 'p',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' => 'y',
        'ѕ' | 'ś' | 'š' | 'ş' | '5' | 'ș' => 's',
        'һ' => 'h',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'т' | 'τ' | 'ţ' | 'ț' => 't',
        'в' | '8' | 'β' => 'b',
        'ԁ' | 'đ' | 'ď' => 'd',
        'ԛ' => 'q',
        'ԝ' | 'ω' => 'w',
        'ν' | 'ѵ' => 'v',
        'н' | 'ñ' | 'ń' | 'ň' | 'η' => 'n',
        'ü' | 'ù' | 'ú' | 'û' | 'ū' | 'υ' | 'ц' => 'u',
        'ž' | 'ź' | 'ż' => 'z',
        'ğ' | 'ġ' | '9' => 'g',
        other => other,
    }
}

/// A label from its ASCII form (RFC 3492); nothing where it is none.
fn decode(label: &str) -> Option<String> {
    let (base, extended) = label.rsplit_once('-').unwrap_or(("", label));
    let mut signs: Vec<char> = base.chars().collect();
    let (mut n, mut i, mut bias, mut first) = (128_u32, 0_u32, 72_u32, true);
    let mut rest = extended.bytes();
    while rest.len() > 0 {
        let (start, mut weight, mut k) = (i, 1_u32, 36_u32);
        loop {
            let digit = match rest.next()? {
                byte @ b'a'..=b'z' => u32::from(byte - b'a'),
                byte @ b'0'..=b'9' => u32::from(byte - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = if k <= bias { 1 } else { (k - bias).min(26) };
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = u32::try_from(signs.len()).ok()? + 1;
        bias = adapt(i - start, length, first);
        first = false;
        n = n.checked_add(i / length)?;
        i %= length;
        signs.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(signs.into_iter().collect())
}

const fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// Whether one sign added, left out, changed or exchanged with its neighbour makes one of the other.
fn near(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    match (one, other) {
        ([] | [_], [_]) | ([_], []) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECTORY: [&str; 3] = ["police.northbridge.example", "justice.gov.example", "harbour.example"];

    fn found(name: &str) -> Option<&'static str> {
        let known: Vec<String> = DIRECTORY.iter().map(|name| (*name).to_owned()).collect();
        let found = resembles(name, &known)?.to_owned();
        DIRECTORY.into_iter().find(|name| *name == found)
    }

    #[test]
    fn what_is_made_to_be_taken_for_another_is_seen() {
        let table = [
            ("po1ice.northbridge.example", 0),
            ("police.northbridqe.example", 0),
            ("police.n0rthbridge.example", 0),
            ("рolice.northbridge.example", 0),
            ("poiice.northbridge.example", 0),
            ("police.northbridge.test", 0),
            ("police-northbridge.example", 0),
            ("policenorthbridge.example", 0),
            ("police.nortbridge.example", 0),
            ("police.norhtbridge.example", 0),
            ("police.northhbridge.example", 0),
            ("police.northbridge.example.attacker.test", 0),
            ("desk.po1ice.northbridge.example", 0),
            ("justice-gov.example", 1),
            ("justice.gov.invalid", 1),
            ("justlce.gov.example", 1),
            ("ju\u{200b}stice.gov.example", 1),
            ("harb0ur.example", 2),
            ("harbour.test", 2),
            ("harbuor.example", 2),
            ("xn--hrbour-3nf.example", 2),
        ];
        for (name, of) in table {
            assert_eq!(found(name), Some(DIRECTORY[of]), "{name}");
        }
    }

    #[test]
    fn the_true_name_and_names_of_others_are_not() {
        for name in [
            "police.northbridge.example",
            "POLICE.northbridge.example.",
            "desk.police.northbridge.example",
            "justice.gov.example",
            "police.southbridge.example",
            "mail.example",
            "harvest.example",
            "",
            "example",
        ] {
            assert_eq!(found(name), None, "{name}");
        }
    }

    #[test]
    fn no_text_is_too_strange_to_be_compared() {
        for name in ["xn--", "xn--a-", "xn--99999999999", "....", "\u{202e}", &"a".repeat(10_000)] {
            assert_eq!(found(name), None, "{name}");
        }
    }
}
