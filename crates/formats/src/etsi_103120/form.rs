//! The text forms of TS 103 280 and TS 103 120 that the used subset needs, checked the same way on reading and writing.
//! Every pattern is anchored at both ends and counts characters, never bytes.

use super::tree::is_xml_char;

/// The form an element's text must have, and for dictionary entries the dictionaries it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// No form beyond the Rust type.
    Plain,
    /// Like `Plain`, for an optional field that the schema nevertheless requires.
    Mandatory,
    /// TS 103 280 `ShortString`: at most 255 characters.
    Short,
    /// TS 103 280 `LongString`: at most 65,535 characters.
    Long,
    /// TS 103 280 `ISOCountryCode`.
    Country,
    /// TS 103 120 `ETSIVersion`.
    Version,
    /// TS 103 280 `LDID`: country, issuer, reference.
    Ldid,
    /// TS 103 280 `InternationalE164`.
    E164,
    /// TS 103 280 `EmailAddress`.
    Email,
    /// TS 103 280 `InternationalizedEmailAddress`.
    InternationalEmail,
    /// TS 103 280 `IPv4Address`.
    Ipv4,
    /// TS 103 280 `IPv6Address`, all eight groups in full.
    Ipv6,
    /// An absolute URI (narrower than `xs:anyURI`, which takes nearly anything).
    Uri,
    /// Two lower-case letters (ISO 639-1).
    Language,
    /// TS 103 280 `QualifiedDateTime`: no fraction.
    Seconds,
    /// TS 103 280 `QualifiedMicrosecondDateTime`: six fraction digits.
    Micros,
    /// `xs:positiveInteger` instead of `xs:nonNegativeInteger`.
    Positive,
    /// A dictionary entry out of these ETSI dictionaries; empty when any may stand here.
    Entry(&'static [&'static str]),
}

impl Form {
    /// Whether white space around the text is not part of the value (XSD `collapse`).
    pub(crate) const fn collapses(self) -> bool {
        match self {
            Self::Country | Self::E164 | Self::Ipv4 | Self::Ipv6 | Self::Uri => true,
            Self::Plain
            | Self::Mandatory
            | Self::Short
            | Self::Long
            | Self::Version
            | Self::Ldid
            | Self::Email
            | Self::InternationalEmail
            | Self::Language
            | Self::Seconds
            | Self::Micros
            | Self::Positive
            | Self::Entry(_) => false,
        }
    }

    /// Whether a text has this form and XML can carry it.
    pub(crate) fn fits(self, text: &str) -> bool {
        text.chars().all(is_xml_char)
            && match self {
                Self::Plain | Self::Mandatory | Self::Positive | Self::Entry(_) => true,
                Self::Short => at_most(text, 255),
                Self::Long => at_most(text, 65_535),
                Self::Country => is_country(text),
                Self::Version => at_most(text, 255) && is_version(text),
                Self::Ldid => is_ldid(text),
                Self::E164 => (1..=15).contains(&text.len()) && all_digits(text),
                Self::Email => at_most(text, 255) && is_email(text),
                Self::InternationalEmail => at_most(text, 255) && is_international_email(text),
                Self::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
                Self::Ipv6 => is_full_ipv6(text),
                Self::Uri => is_uri(text),
                Self::Language => text.len() == 2 && text.bytes().all(|b| b.is_ascii_lowercase()),
                Self::Seconds => is_date_time(text, false),
                Self::Micros => is_date_time(text, true),
            }
    }

    /// What the form asks for, for a write error.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Plain | Self::Mandatory => "a text XML 1.0 can carry",
            Self::Short => "at most 255 characters",
            Self::Long => "at most 65535 characters",
            Self::Country => "two capital letters",
            Self::Version => "V, then three numbers with dots",
            Self::Ldid => "country-issuer-reference",
            Self::E164 => "1 to 15 digits",
            Self::Email | Self::InternationalEmail => "an e-mail address",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address with all eight groups in full",
            Self::Uri => "an absolute URI",
            Self::Language => "two lower-case letters",
            Self::Seconds => "a date and time with offset and without fraction",
            Self::Micros => "a date and time with offset and six fraction digits",
            Self::Positive => "a number above zero",
            Self::Entry(_) => "a dictionary entry",
        }
    }
}

fn at_most(text: &str, limit: usize) -> bool {
    text.len() <= limit || text.chars().count() <= limit
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub(crate) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_version(text: &str) -> bool {
    let Some(numbers) = text.strip_prefix('V') else { return false };
    numbers.split('.').count() == 3 && numbers.split('.').all(all_digits)
}

fn has_line_break(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

fn is_ldid(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(country), Some(issuer), Some(reference)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    // The issuer may itself hold hyphens, so `XX--reference` has issuer `-` only when something follows.
    let issuer_ok = !issuer.is_empty() || reference.split_once('-').is_some_and(|(_, rest)| !rest.is_empty());
    is_country(country) && issuer_ok && !reference.is_empty() && !has_line_break(text)
}

fn is_international_email(text: &str) -> bool {
    let inner = text.char_indices().skip(1).any(|(at, c)| c == '@' && at + 1 < text.len());
    inner && !has_line_break(text)
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_ok = !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+\\/=?^_`{|}~-".contains(&b));
    local_ok && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
}

fn is_full_ipv6(text: &str) -> bool {
    let is_group =
        |group: &str| group.len() == 4 && group.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    text.split(':').count() == 8 && text.split(':').all(is_group)
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let chars_ok = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b));
    let percent_ok = rest
        .split('%')
        .skip(1)
        .all(|after| after.len() >= 2 && after.bytes().take(2).all(|b| b.is_ascii_hexdigit()));
    let authority = rest.strip_prefix("//").map(|r| r.split(['/', '?', '#']).next().unwrap_or(""));
    let authority_ok = authority.is_none_or(|authority| {
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        match host.split_once(':') {
            Some((name, port)) => {
                !name.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && port.len() <= 5
            }
            None => true,
        }
    });
    scheme_ok && !rest.is_empty() && chars_ok && percent_ok && authority_ok && rest.matches('#').count() <= 1
}

/// Checks the shape and the ranges XSD sets for `dateTime` (no leap second, offset within 14 hours, no year 0).
fn is_date_time(text: &str, micros: bool) -> bool {
    let pattern: &[u8] = if micros { b"dddd-dd-ddTdd:dd:dd.dddddd" } else { b"dddd-dd-ddTdd:dd:dd" };
    let bytes = text.as_bytes();
    let Some((stamp, zone)) = bytes.split_at_checked(pattern.len()) else { return false };
    let shaped = |bytes: &[u8], pattern: &[u8]| {
        bytes.len() == pattern.len()
            && bytes.iter().zip(pattern).all(|(b, p)| if *p == b'd' { b.is_ascii_digit() } else { b == p })
    };
    let zone_ok = zone == b"Z"
        || ((shaped(zone, b"+dd:dd") || shaped(zone, b"-dd:dd"))
            && (zone.get(1..3) < Some(b"14") && zone.get(4..6) < Some(b"60")
                || zone.get(1..) == Some(b"14:00")));
    shaped(stamp, pattern)
        && zone_ok
        && !text.starts_with("0000")
        && text.get(17..19) != Some("60")
        && text.parse::<jiff::Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn a_header_time_has_exactly_six_fraction_digits_and_an_object_time_none() {
        assert!(Form::Micros.fits("2026-11-24T10:00:00.000001+01:00"));
        assert!(!Form::Micros.fits("2026-11-24T10:00:00Z"));
        assert!(!Form::Micros.fits("2026-11-24T10:00:00.000Z"));
        assert!(Form::Seconds.fits("2026-11-24T10:00:00-14:00"));
        for wrong in [
            "2026-11-24T10:00:00.0Z",
            "2026-11-24T10:00:00",
            "2026-11-24T10:00:60Z",
            "2026-02-30T10:00:00Z",
            "2026-11-24T10:00:00+14:01",
            "0000-11-24T10:00:00Z",
            "2026-11-24 10:00:00Z",
            "",
            "é",
        ] {
            assert!(!Form::Seconds.fits(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_disclosure_reference_names_country_issuer_and_reference() {
        assert!(Form::Ldid.fits("XA-ISSUER-1"));
        assert!(Form::Ldid.fits("XA--a-b"));
        for wrong in ["XA-ISSUER", "XA--", "XA-", "xa-b-c", "XA--b", "XA-b-", "XA-b-c\n"] {
            assert!(!Form::Ldid.fits(wrong), "{wrong}");
        }
    }

    #[test]
    fn addresses_have_the_form_of_their_type() {
        assert!(Form::Ipv6.fits("2001:0db8:0000:0000:0000:0000:0000:0001"));
        assert!(!Form::Ipv6.fits("2001:db8::1"));
        assert!(Form::Uri.fits("https://a.example:8443/x?y=%20#z"));
        for wrong in
            ["a.example", "https://a.example:x/", "https://a b", "https://a/%2", "javascript", "x:##"]
        {
            assert!(!Form::Uri.fits(wrong), "{wrong}");
        }
        assert!(Form::Email.fits("a.b+c@unit.example"));
        assert!(!Form::Email.fits("a@-b.example"));
        assert!(!Form::Email.fits("é@unit.example"));
        assert!(Form::InternationalEmail.fits("é@é"));
        assert!(!Form::InternationalEmail.fits("@é"));
        assert!(Form::Country.fits("XA") && !Form::Country.fits("Xa"));
        assert!(
            Form::Version.fits("V1.23.1") && !Form::Version.fits("1.23.1") && !Form::Version.fits("V1.23")
        );
    }

    #[test]
    fn a_length_counts_characters() {
        assert!(Form::Short.fits(&"é".repeat(255)));
        assert!(!Form::Short.fits(&"é".repeat(256)));
        assert!(!Form::Long.fits("\u{0}"));
    }
}
