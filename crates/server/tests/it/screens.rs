//! Every page as its readers meet it: light, dark, on a narrow screen, on paper, in English and in French.
//! An accessibility checker (axe) reads each of them; nothing that it finds is tolerated.

use crate::browser::{Browser, Scripts};
use crate::demo::Demo;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How a page is shown: name, medium, colour scheme, width in CSS pixels.
type Way = (&'static str, &'static str, &'static str, u32);

/// Each kind of page is shown in all these ways once; further ones of its kind, such as dossiers, on screens only.
const SHOWN: &[Way] = &[
    ("light", "screen", "light", 1300),
    ("dark and narrow", "screen", "dark", 320),
    ("print", "print", "light", 800),
];

/// Between them, whoever reads holds every role.
const ENGLISH: &[&str] =
    &["Amélie Laurent", "Judith Hale", "Erik Lindqvist", "Petr Novák", "Arjun Sen", "Hannah Weiss"];
const FRENCH: &[&str] =
    &["Amélie Laurent", "Awa Diallo", "Inès Dubois", "Luc Tremblay", "Camille Roy", "Hannah Weiss"];

/// Pages that no link leads to.
const UNLINKED: &[&str] = &["/sign-in", "/nowhere"];

#[tokio::test]
async fn every_page_is_accessible_in_english() {
    read_all("screens-en", "en", ENGLISH).await;
}

#[tokio::test]
async fn every_page_is_accessible_in_french() {
    read_all("screens-fr", "fr", FRENCH).await;
}

async fn read_all(name: &str, language: &str, readers: &[&str]) {
    let demo = Demo::start(name);
    let browser = Browser::start(demo.base_url(), Scripts::Run).await;
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    browser.open("/sign-in").await;
    browser.language(language).await;
    for page in UNLINKED {
        look(&browser, page, language, SHOWN, &mut found).await;
    }
    for reader in readers {
        browser.sign_in(reader).await;
        browser.language(language).await;
        crawl(&browser, language, &mut seen, &mut found).await;
    }
    browser.close().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    let reached = [
        "/requests/{id}",
        "/requests/{id}/draft",
        "/requests/{id}/acts/decide",
        "/trail",
        "/figures",
        "/status",
    ];
    for page in reached {
        assert!(seen.contains(page), "{page} was not reached: {seen:?}");
    }
}

/// Follows every link from the first page on: once for each kind of page, and for each state that a dossier is in.
async fn crawl(b: &Browser, language: &str, seen: &mut BTreeSet<String>, found: &mut Vec<String>) {
    let mut ahead: VecDeque<(String, String)> = [("/".to_owned(), String::new())].into();
    let mut own = BTreeSet::new();
    while let Some((path, state)) = ahead.pop_front() {
        let shape = shape(&path);
        let dossier = shape == "/requests/{id}";
        let new = seen.insert(shape.clone());
        let leads_on = matches!(shape.as_str(), "/" | "/requests");
        if !own.insert((state, shape)) {
            continue;
        }
        if new {
            look(b, &path, language, SHOWN, found).await;
        } else if dossier {
            look(b, &path, language, &SHOWN[..2], found).await;
        } else if leads_on {
            b.open(&path).await;
        } else {
            continue;
        }
        ahead.extend(b.links().await);
    }
}

/// The kind of a page: its path with every identifier taken out, of a noun or of a procedure.
fn shape(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let names = |part: &str| (part.len() == 36 && part.contains('-')) || part.contains('.');
    path.split('/').map(|part| if names(part) { "{id}" } else { part }).collect::<Vec<_>>().join("/")
}

/// Opens a page and reads it in each way that it can be shown.
async fn look(b: &Browser, path: &str, language: &str, ways: &[Way], found: &mut Vec<String>) {
    b.open(path).await;
    let mut counted: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (way, medium, scheme, width) in ways {
        b.show_as(medium, scheme, *width).await;
        for violation in b.violations(&format!("{} {language} {way}", shape(path))).await {
            counted.entry(violation).or_default().push(way);
        }
        if *medium == "screen" {
            let wide = b.overflows().await;
            if !wide.is_empty() {
                counted.entry(format!("wider than the window: {}", wide.join(" | "))).or_default().push(way);
            }
        }
    }
    b.show_as("screen", "light", 1300).await;
    for text in b.texts("//*[contains(text(), '⟦')]").await {
        counted.entry(format!("a text is missing: {text}")).or_default();
    }
    found.extend(
        counted.into_iter().map(|(violation, ways)| format!("{path} ({language}, {ways:?}): {violation}")),
    );
}
