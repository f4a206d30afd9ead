//! The committed matrix is what the gate answers.

use comity_policy::{Gate, Holder, Relation, matrix};
use std::path::Path;

#[test]
fn the_committed_matrix_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/PERMISSIONS.md");
    let generated = matrix(&Gate::built_in());
    if std::env::var_os("COMITY_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, &generated).expect("docs/PERMISSIONS.md can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/PERMISSIONS.md differs; renew it with COMITY_UPDATE=1 and read the change"
    );
}

#[test]
fn the_matrix_shows_each_permitted_action_with_its_rule_and_conditions() {
    let text = matrix(&Gate::built_in());
    let section = |relation: Relation| {
        let from = text.find(&format!("## In relation `{relation}`")).expect("a section");
        text[from + 3..].split("\n## ").next().expect("its text").to_owned()
    };
    let authority = section(Relation::Authority);
    assert!(authority.contains("| Action | officer | gatekeeper | authoriser | peer | Rules |"));
    let download =
        "| `file.download` | if released, accredited, present | no | no | no | authority-downloads |";
    assert!(authority.contains(download), "{authority}");
    assert!(!authority.contains("`request.decide`"));
    assert!(section(Relation::Foreign).contains("Every action is denied to everybody."));
    assert!(section(Relation::Own).contains("| `request.list` | yes | yes | yes | yes | yes | no |"));
}

#[test]
fn every_permitted_combination_has_a_yes_or_an_if_in_the_matrix() {
    let gate = Gate::built_in();
    let text = matrix(&gate);
    let cells = text.lines().filter(|line| line.starts_with("| `")).flat_map(|line| line.split(" | "));
    let shown = cells.filter(|cell| *cell == "yes" || cell.starts_with("if ")).count();
    let permitted: usize = gate.rules().iter().map(|rule| rule.who.len() * rule.actions.len()).sum();
    assert_eq!(shown, permitted);
    assert!(Holder::all().all(|who| text.contains(&format!("`{who}`"))));
}

#[test]
fn a_replaced_sentence_cannot_become_markup() {
    let text = crate::support::rule("one", &["officer"], "own", &[], &["figures.view"])
        .replace("One sentence.", "<script> | [x](y) `z`");
    let matrix = matrix(&Gate::from_toml(&text).expect("a table"));
    assert!(matrix.contains(r"\<script\> \| \[x\](y) \`z\`"), "{matrix}");
}
