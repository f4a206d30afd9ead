//! Identifiers made of words: domain names, e-mail addresses, URLs, user names, and the wording of scope.
//! Input is trimmed and free of control and invisible characters.
//! Nothing is looked up: a well-formed name may belong to nobody.

use super::IdentifierFaultCode as Code;
use super::address;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Words that alone ask for everybody or everything, in the languages of the first procedures.
const BLANKET_WORDS: &[&str] = &[
    "all",
    "any",
    "anybody",
    "anyone",
    "anything",
    "each",
    "every",
    "everybody",
    "everyone",
    "everything",
    "whoever",
    "tous",
    "toutes",
    "tout",
    "toute",
    "chacun",
    "quiconque",
    "n'importe",
    "alle",
    "jeder",
    "todos",
    "todas",
    "tutti",
    "tutte",
];

/// What such a word asks for when something follows it.
const BLANKET_GROUPS: &[&str] = &[
    "account",
    "accounts",
    "address",
    "addresses",
    "client",
    "clients",
    "customer",
    "customers",
    "data",
    "device",
    "devices",
    "email",
    "emails",
    "ip",
    "ips",
    "member",
    "members",
    "message",
    "messages",
    "number",
    "numbers",
    "people",
    "person",
    "persons",
    "phone",
    "phones",
    "record",
    "records",
    "subscriber",
    "subscribers",
    "traffic",
    "user",
    "users",
    "visitor",
    "visitors",
    "abonnés",
    "abonné",
    "adresses",
    "appareils",
    "comptes",
    "compte",
    "données",
    "messages",
    "numéros",
    "personnes",
    "trafic",
    "utilisateurs",
    "utilisateur",
];

/// Names of targets that select whoever happens to match (`T09`): these need a procedure of their own.
const AREA_WORDS: &[&str] = &[
    "antenna",
    "antenne",
    "area",
    "cell",
    "cells",
    "cellule",
    "coordinates",
    "coordonnées",
    "geofence",
    "keyword",
    "keywords",
    "mot-clé",
    "polygon",
    "radius",
    "search",
    "tower",
    "zone",
];

/// Whether a text asks for everybody or everything instead of naming one.
pub(crate) fn is_blanket(text: &str) -> bool {
    let signs = |c: char| "*%?_.@-+/: ".contains(c);
    if text.contains(['*', '%', '?']) && text.chars().all(signs) {
        return true;
    }
    let lower = text.to_lowercase();
    let mut words = lower
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|w| !w.is_empty());
    let Some(first) = words.next() else { return false };
    if !BLANKET_WORDS.contains(&first) {
        return false;
    }
    let rest: Vec<&str> = words.collect();
    rest.is_empty() || rest.iter().any(|word| BLANKET_GROUPS.contains(word))
}

/// Characters that change what a reader sees without being seen: format marks, bidirectional marks, private use.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

fn is_label(label: &str) -> bool {
    // An A-label is at most 63 octets (RFC 1035, 2.3.4); a name in Unicode becomes longer when it is encoded.
    let limit = if label.is_ascii() { 63 } else { 59 };
    let sign = |c: char| {
        if c.is_ascii() {
            c.is_ascii_alphanumeric() || c == '-'
        } else {
            !c.is_whitespace() && !"。．｡".contains(c)
        }
    };
    !label.is_empty()
        && label.chars().count() <= limit
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(sign)
}

/// A domain name of at least two labels, letters-digits-hyphen or Unicode; lower-case, without the final dot.
pub(crate) fn domain(text: &str) -> Result<String, Code> {
    if text.contains(['*', '%', '?']) || text.starts_with('.') {
        return Err(Code::Wildcard);
    }
    let name = text.strip_suffix('.').unwrap_or(text).to_lowercase();
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(Code::DomainFormat);
    }
    match name.rsplit_once('.') {
        None => Err(Code::DomainSingleLabel),
        Some((_, last)) if last.chars().all(|c| c.is_ascii_digit()) => Err(Code::DomainFormat),
        Some(_) => Ok(name),
    }
}

fn is_local_part(local: &str) -> bool {
    let atom = |c: char| {
        !c.is_ascii() && !c.is_whitespace() || c.is_ascii_alphanumeric() || "!#$&'+-/=?^_`{|}~.".contains(c)
    };
    !local.is_empty()
        && local.len() <= 64
        && local.chars().all(atom)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

/// An e-mail address of RFC 5321 with a dot-string before the @ and a domain name behind it.
pub(crate) fn email(text: &str) -> Result<String, Code> {
    if text.contains(['<', '>']) {
        return Err(Code::EmailDisplayName);
    }
    if text.contains('"') {
        return Err(Code::EmailQuoted);
    }
    let (local, host) = text.rsplit_once('@').ok_or(Code::EmailFormat)?;
    if local.is_empty() || local.contains(['*', '%']) {
        return Err(Code::Wildcard);
    }
    if !is_local_part(local) || text.len() > 254 {
        return Err(Code::EmailFormat);
    }
    let host = domain(host).map_err(|code| if code.is_overbroad() { code } else { Code::EmailFormat })?;
    Ok(format!("{local}@{host}"))
}

fn url_host(host: &str) -> Result<String, Code> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(Code::UrlHost)?;
        let address: Ipv6Addr = inner.parse().map_err(|_| Code::UrlHost)?;
        return address::ipv6_of_one_network(address).map(|address| format!("[{address}]"));
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address::ipv4_of_one_network(address).map(|address| address.to_string());
    }
    domain(host).map_err(|code| if code.is_overbroad() { code } else { Code::UrlHost })
}

/// An http or https address without credentials; scheme and host in lower case, path, query and fragment as typed.
pub(crate) fn url(text: &str) -> Result<String, Code> {
    let (scheme, rest) = text.split_once("://").ok_or(Code::UrlScheme)?;
    let scheme = scheme.to_ascii_lowercase();
    let usual_port = match scheme.as_str() {
        "http" => "80",
        "https" => "443",
        _ => return Err(Code::UrlScheme),
    };
    if text.contains(|c: char| c.is_whitespace() || "\\\"<>^`{|}".contains(c)) {
        return Err(Code::UrlFormat);
    }
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(Code::UrlCredentials);
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let host = url_host(host)?;
    let port = match port {
        None | Some("") => String::new(),
        Some(port) if port.trim_start_matches('0') == usual_port => String::new(),
        Some(port) => format!(":{}", address::port(port).map_err(|_| Code::UrlFormat)?),
    };
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    if path.ends_with('*') {
        return Err(Code::Wildcard);
    }
    let slash = if path.is_empty() { "/" } else { "" };
    Ok(format!("{scheme}://{host}{port}{slash}{tail}"))
}

/// A user name at a service: no blanks, no wildcards, at most 128 characters; leading @ signs are dropped.
pub(crate) fn user_name(text: &str) -> Result<String, Code> {
    let name = text.trim_start_matches('@');
    if name.is_empty() {
        return Err(Code::ValueMissing);
    }
    if name.contains(['*', '%', '?']) {
        return Err(Code::Wildcard);
    }
    if name.contains(char::is_whitespace) || name.chars().count() > 128 {
        return Err(Code::UserNameFormat);
    }
    Ok(name.to_owned())
}

/// The name of a service or of a service-specific identifier; blanks are collapsed, `=` separates it from the value.
pub(crate) fn service(text: &str) -> Result<String, Code> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_blanket(&name) {
        return Err(Code::Blanket);
    }
    if name.chars().count() > 120 || name.contains(['*', '%', '=']) || !name.contains(char::is_alphanumeric) {
        return Err(Code::ServiceFormat);
    }
    Ok(name)
}

/// Whether the name of a service-specific identifier is that of a cell, an area or a search word.
pub(crate) fn is_area(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(|c: char| c.is_whitespace() || c == '_' || c == '/').any(|word| AREA_WORDS.contains(&word))
}

/// The value of a service-specific identifier; blanks are collapsed.
pub(crate) fn service_specific(text: &str) -> Result<String, Code> {
    let value = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if value.contains(['*', '%']) {
        return Err(Code::Wildcard);
    }
    if value.chars().count() > 256 || !value.contains(char::is_alphanumeric) {
        return Err(Code::ServiceSpecificFormat);
    }
    Ok(value)
}
