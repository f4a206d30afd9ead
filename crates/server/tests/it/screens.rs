//! Every page as its readers meet it: light, dark, on a narrow screen, on paper, in English and in French.
//! An accessibility checker (axe) reads each of them; nothing that it finds is tolerated.

use crate::browser::{Browser, Scripts};
use crate::demo::Demo;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How a page is shown: name, medium, colour scheme, width in CSS pixels.
const SHOWN: &[(&str, &str, &str, u32)] = &[
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
        look(&browser, page, language, &mut found).await;
    }
    for reader in readers {
        browser.sign_in(reader).await;
        browser.language(language).await;
        crawl(&browser, language, &mut seen, &mut found).await;
    }
    browser.close().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    for page in ["/requests/{id}", "/requests/{id}/draft", "/requests/{id}/acts/decide", "/trail", "/figures"]
    {
        assert!(seen.iter().any(|(_, shape)| shape == page), "{page} was not reached: {seen:?}");
    }
}

/// Follows every link from the first page on, once for each kind of page, and a dossier for each state.
async fn crawl(b: &Browser, language: &str, seen: &mut BTreeSet<(String, String)>, found: &mut Vec<String>) {
    let mut ahead: VecDeque<(String, String)> = [("/".to_owned(), String::new())].into();
    let mut queued = BTreeSet::new();
    while let Some((path, state)) = ahead.pop_front() {
        if !seen.insert((state, shape(&path))) {
            continue;
        }
        look(b, &path, language, found).await;
        for (href, state) in b.links().await {
            if queued.insert((href.clone(), state.clone())) {
                ahead.push_back((href, state));
            }
        }
    }
}

/// The kind of a page: its path with every identifier taken out.
fn shape(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let part =
        |part: &str| if part.len() == 36 && part.contains('-') { "{id}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Opens a page and reads it in each way that it can be shown.
async fn look(b: &Browser, path: &str, language: &str, found: &mut Vec<String>) {
    b.open(path).await;
    let mut counted: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (way, medium, scheme, width) in SHOWN {
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
