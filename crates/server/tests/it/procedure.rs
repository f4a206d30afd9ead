//! A written procedure is the one place of its rules: a change of its file is a change of everything that follows it.

use crate::browser::{Browser, Scripts};
use crate::demo::Demo;
use std::path::Path;
use std::process::{Command, Output};

fn comity(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_comity")).args(arguments).output().unwrap()
}

fn shipped() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../procedures"))
}

#[test]
fn shipped_procedures_pass_the_linter_and_their_worked_cases() {
    for command in ["check", "test"] {
        let done = comity(&["procedure", command, shipped().to_str().unwrap()]);
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// Copies the folder of one procedure, with one text in it replaced.
fn changed_copy(to: &Path, before: &str, after: &str) {
    std::fs::create_dir_all(to.join("bud")).unwrap();
    std::fs::create_dir_all(to.join("calendars")).unwrap();
    for name in ["bud/18_subscriber.toml", "bud/18_subscriber.tests.toml", "calendars/xa.toml"] {
        let text = std::fs::read_to_string(shipped().join(name)).unwrap();
        let text = if name == "bud/18_subscriber.toml" {
            assert_eq!(text.matches(before).count(), 1, "{before} stands once in {name}");
            text.replace(before, after)
        } else {
            text
        };
        std::fs::write(to.join(name), text).unwrap();
    }
}

#[tokio::test]
async fn a_changed_deadline_changes_form_clock_and_page_and_fails_its_test() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed-procedure");
    let _ = std::fs::remove_dir_all(&folder);
    changed_copy(&folder, "length = \"10 working days\"", "length = \"7 working days\"");

    let tested = comity(&["procedure", "test", folder.to_str().unwrap()]);
    let told =
        format!("{}{}", String::from_utf8_lossy(&tested.stdout), String::from_utf8_lossy(&tested.stderr));
    assert!(!tested.status.success(), "a worked case must notice: {told}");
    assert!(told.contains("18_subscriber"), "and name its file: {told}");

    let demo = Demo::start_with("changed-procedure-demo", &["--procedures", folder.to_str().unwrap()]);
    let browser = Browser::start(demo.base_url(), Scripts::Run).await;
    browser.open("/procedures/bud.18_subscriber").await;
    browser.sees("7 working days").await;
    browser.sign_in("Amélie Laurent").await;
    browser.follow("New request").await;
    browser.follow("Harbour Telecom").await;
    browser.press_beside("Production of subscriber information", "Begin the draft").await;
    browser.sees("answer every item (Provider): 7 working days").await;
    browser.sign_in("Erik Lindqvist").await;
    browser.open("/requests?state=RECEIVED").await;
    browser.follow_first("XA-NBP").await;
    browser.sees("Length: 7 working days").await;
    let page = browser.texts("//main").await.join(" ");
    assert!(!page.contains("10 working days"), "nothing keeps the old length");
    browser.close().await;
}
