//! The walk of the README in a real browser: one request from the draft to the receipt, with scripts and without.

use crate::browser::{Browser, Scripts};
use crate::demo::Demo;
use std::path::Path;
use std::time::Duration;

const REASON: &str = "State how the address was found.";
const QUESTION: &str = "At which of our services is the second address registered?";

/// What the draft needs besides its items.
const FIELDS: &[(&str, &str)] = &[
    ("Case number", "NB-2026-4711"),
    ("Second contact who can confirm the request: name", "Paul Renner"),
    ("Second contact: function", "Head of unit"),
    ("Second contact: telephone", "+999100201"),
    ("Second contact: e-mail address", "p.renner@police.northbridge.example"),
    ("Provision of national law", "Code of criminal procedure of XA, article 60-1"),
    ("Provision that makes it an offence", "Criminal code of XA, article 313-1"),
    ("Offence", "Fraud"),
    ("How the data relate to the offence", "Both addresses wrote the messages that asked for the money."),
    ("Proportionality", "A loss of 48,000; the data name two subscribers and nothing else."),
    ("Necessity", "Nobody else can name who opened the two accounts."),
];

#[tokio::test]
async fn a_request_goes_from_the_draft_to_the_receipt_in_the_browser() {
    walk("walk-with-scripts", Scripts::Run).await;
}

#[tokio::test]
async fn the_same_walk_needs_no_scripts() {
    walk("walk-without-scripts", Scripts::Blocked).await;
}

async fn walk(name: &str, scripts: Scripts) {
    let demo = Demo::start_told(name, &[("COMITY_LOG", "trace")]);
    let browser = Browser::start(demo.base_url(), scripts).await;
    let dossier = draft(&browser).await;
    issue(&browser, &dossier).await;
    clarify(&browser, &dossier).await;
    verify_and_decide(&browser, &dossier).await;
    deliver(&browser, &dossier, demo.data()).await;
    receive(&browser, &dossier).await;
    the_same_history(&browser, &dossier).await;
    inspected(&browser).await;
    browser.close().await;
    the_log_is_silent(&demo.log());
}

/// A request whose first item was accepted and whose second was refused: what an answer can be prepared for. The answer
/// is the address of its dossier.
pub(crate) async fn accepted(b: &Browser) -> String {
    let dossier = draft(b).await;
    issue(b, &dossier).await;
    clarify(b, &dossier).await;
    verify_and_decide(b, &dossier).await;
    dossier
}

/// Nothing that anybody wrote, no name and no address stands in what the process has logged of all this (T32).
fn the_log_is_silent(log: &str) {
    assert!(log.contains("/requests/{id}/acts/{act}"), "{log}");
    let written = FIELDS.iter().map(|(_, text)| *text).filter(|text| text.contains(' '));
    let others = [REASON, QUESTION, "h.marsh", "s.lind", "p.renner", "Laurent", "Lindqvist", "HBT-2026-99"];
    for canary in written.chain(others) {
        assert!(!log.contains(canary), "the log tells {canary}");
    }
}

/// The officer writes; what is missing is named, and nothing typed is lost.
async fn draft(b: &Browser) -> String {
    b.sign_in("Amélie Laurent").await;
    b.follow("New request").await;
    b.follow("Harbour Telecom").await;
    b.press_beside("Production of subscriber information", "Begin the draft").await;
    let dossier = b.path().await.trim_end_matches("/draft").to_owned();
    item(b, 1, "h.marsh@harbour-telecom.example").await;
    b.press("Add a row").await;
    item(b, 2, "s.lind@harbour-telecom.example").await;
    b.press("Send to gatekeeper").await;
    b.sees("still missing").await;
    let missing = b.texts("//*[contains(@class,'error-summary')]//li").await;
    assert!(missing.len() >= FIELDS.len(), "what is missing is named: {missing:?}");
    assert!(missing.iter().any(|line| line.starts_with("Case number: ")), "each by its name: {missing:?}");
    assert_eq!(b.value(2, "Identifier").await, "s.lind@harbour-telecom.example", "nothing typed is lost");
    for (label, text) in FIELDS {
        b.write(label, text).await;
    }
    b.tick("Confidentiality", "The addressee keeps the request confidential").await;
    b.write_date("Confidential until", "2027-06-30").await;
    b.press("Send to gatekeeper").await;
    b.sees("The draft is now with the gatekeeper").await;
    dossier
}

async fn item(b: &Browser, row: usize, identifier: &str) {
    b.write_in(row, "Identifier", identifier).await;
    b.choose_in(row, "Data", "Subscriber information (Art. 18(3))").await;
    b.write_in(row, "From (with UTC offset)", "2026-10-01T00:00:00+02:00").await;
    b.write_in(row, "To (with UTC offset)", "2026-10-20T23:59:59+02:00").await;
}

/// The gatekeeper returns it once, then vouches; the authoriser signs; the officer sends.
async fn issue(b: &Browser, dossier: &str) {
    b.sign_in("Martin Okafor").await;
    b.follow("My work").await;
    assert!(b.links_to(dossier).await, "the gatekeeper's work names the draft");
    b.open(dossier).await;
    b.press("Send back").await;
    b.write("Reason", REASON).await;
    b.press("Send back").await;
    b.sees("The draft has gone back to its author").await;

    b.sign_in("Amélie Laurent").await;
    b.open(dossier).await;
    b.press("Write the draft").await;
    b.sees(REASON).await;
    b.write("Necessity", "The bank's record names both addresses; nobody else can name who opened them.")
        .await;
    b.press("Send to gatekeeper").await;

    b.sign_in("Martin Okafor").await;
    b.open(dossier).await;
    b.press("Pass to the authoriser").await;
    b.sees("The bank's record names both addresses").await;
    b.press("Pass to the authoriser").await;
    b.sees("it is with the authoriser").await;

    b.sign_in("Judith Hale").await;
    b.open(dossier).await;
    b.press("Sign").await;
    b.write("Necessity and proportionality", "No lesser measure serves; nobody else is touched.").await;
    b.press("Sign").await;
    b.sees("The request has been signed").await;

    b.sign_in("Amélie Laurent").await;
    b.open(dossier).await;
    b.press("Send").await;
    b.sees("The addressee has the request").await;
}

/// The provider acknowledges and asks once; the authority answers.
async fn clarify(b: &Browser, dossier: &str) {
    b.sign_in("Erik Lindqvist").await;
    b.open(dossier).await;
    b.press("Acknowledge").await;
    b.write("Reference", "HBT-2026-99").await;
    b.press("Acknowledge").await;
    b.sees("HBT-2026-99").await;
    b.press("Ask the authority").await;
    b.choose("What is the matter", "N03 Identifier insufficient").await;
    b.write("Question", QUESTION).await;
    b.press("Ask the authority").await;
    b.sees("The question is with the authority").await;

    b.sign_in("Amélie Laurent").await;
    b.open(dossier).await;
    b.press("Answer the question").await;
    b.sees(QUESTION).await;
    b.write("Answer", "At Harbour Fibre.").await;
    b.press("Answer the question").await;
    b.sees("The answer is with the provider").await;
}

/// Before the checks nothing can be decided, and the page says why; after them one item is refused, one accepted.
async fn verify_and_decide(b: &Browser, dossier: &str) {
    b.sign_in("Erik Lindqvist").await;
    b.open(dossier).await;
    b.sees("Not possible yet: Decide").await;
    loop {
        let open = b.texts("//a[contains(., 'record it')]").await.len();
        if open == 0 {
            break;
        }
        b.follow_first("record it").await;
        b.tick_if_any("What you read").await;
        b.tick("Result", "passed").await;
        b.write("Note", "Reached the registry; everything fits.").await;
        b.press("Record a check").await;
        b.sees("The check has been recorded").await;
        assert_eq!(b.texts("//a[contains(., 'record it')]").await.len(), open - 1);
    }
    b.press("Decide 1").await;
    b.tick("Decision", "Give everything that was asked").await;
    b.press("Decide").await;
    b.sees("The decision has been recorded").await;
    b.press("Decide 2").await;
    b.tick("Decision", "Do not execute").await;
    b.tick("Grounds", "N05").await;
    b.write("Explanation", "The account was closed and its data deleted in March.").await;
    b.press("Decide").await;
    b.sees("The decision has been recorded").await;
}

/// Who collects puts the package together and cannot release it; a second person does.
async fn deliver(b: &Browser, dossier: &str, data: &Path) {
    let file = data.join("answer.csv");
    std::fs::write(&file, "address,subscriber\nh.marsh@harbour-telecom.example,Hanna Marsh\n").unwrap();
    b.attach("File", &file).await;
    b.press("Upload").await;
    b.sees("answer.csv").await;
    let column = "//label[contains(., 'Column “address” holds')]";
    for _ in 0..100 {
        if !b.texts(column).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        b.press("Look again").await;
    }
    b.choose("Column “address” holds", "What was asked about (identifier, port, time)").await;
    b.choose("Column “subscriber” holds", "Name of the subscriber").await;
    b.press("Put a package together").await;
    b.sees("The package waits for a second person").await;
    assert!(b.texts("//a[contains(@class,'btn')][normalize-space(.)='Release']").await.is_empty());

    b.sign_in("Giulia Ferrari").await;
    b.open(dossier).await;
    b.press("Release").await;
    b.sees("answer.csv").await;
    b.press("Release").await;
    b.sees("you have not said that you looked at it").await;
    b.tick("File 1: answer.csv", "I have looked at this file.").await;
    b.press("Release").await;
    b.sees("The package has been released").await;
}

/// The officer compares, confirms the receipt, and closes.
async fn receive(b: &Browser, dossier: &str) {
    b.sign_in("Amélie Laurent").await;
    b.open(dossier).await;
    b.press("Confirm the receipt").await;
    b.tick("Receipt", "Digests match").await;
    b.press("Confirm the receipt").await;
    b.sees("The receipt has been confirmed").await;
    b.press("Close the dossier").await;
    b.sees("The dossier has been closed").await;
}

/// From the sending on, both dossiers tell the same events with the same commitments.
/// What the authority did before, and the provider's own package before its release, each side keeps to itself.
async fn the_same_history(b: &Browser, dossier: &str) {
    let asking = history(b, "Amélie Laurent", dossier).await;
    let answering = history(b, "Erik Lindqvist", dossier).await;
    let from = asking.iter().position(|(sentence, _)| sentence == "Sent").unwrap();
    let own = |sentence: &str| sentence.starts_with("Package put together");
    let seen: Vec<_> = answering.iter().filter(|(sentence, _)| !own(sentence)).cloned().collect();
    let from_answering = seen.iter().position(|(sentence, _)| sentence == "Sent").unwrap();
    assert_eq!(asking[from..], seen[from_answering..]);
    for expected in ["Question asked (N03)", "Question answered", "Source verified", "Closed"] {
        assert!(seen.iter().any(|(sentence, _)| sentence == expected), "{expected} is missing in {seen:?}");
    }
    for refused in ["Item 2: ", "Package released for items 1", "Receipt confirmed"] {
        assert!(
            seen.iter().any(|(sentence, _)| sentence.starts_with(refused)),
            "{refused} is missing in {seen:?}"
        );
    }
}

async fn history(b: &Browser, who: &str, dossier: &str) -> Vec<(String, String)> {
    b.sign_in(who).await;
    b.open(dossier).await;
    let sentences = b.texts("//ol[contains(@class,'timeline')]/li//b").await;
    let commitments = b.texts("//ol[contains(@class,'timeline')]/li//code[@class='hash']").await;
    assert_eq!(sentences.len(), commitments.len());
    sentences.into_iter().zip(commitments).collect()
}

/// The inspector reads who did what, and no payload.
async fn inspected(b: &Browser) {
    b.sign_in("Hannah Weiss").await;
    b.follow("Trail").await;
    b.sees("Amélie Laurent").await;
    let page = b.texts("//main").await.join(" ");
    assert!(!page.contains("h.marsh@") && !page.contains("Hanna Marsh"), "the trail shows payload");
    b.unfold("For review").await;
    b.write("What it is for", "Review 1").await;
    b.press("Draw a sample").await;
    b.sees("entries, drawn by chance").await;
}
