//! The permission matrix as a document for counsel: every action, role and relation, and the sentence behind each yes.
//! Generated from a gate, committed, compared by a test; it never differs from what the gate answers.

use crate::action::Action;
use crate::condition::Condition;
use crate::gate::Gate;
use crate::guard::Breach;
use crate::subject::{Holder, Relation};
use crate::table::Rule;
use comity_domain::term::Language;
use std::fmt::Write as _;

const HEAD: &str = "\
<!-- Generated from permissions.toml. Do not edit. To renew: COMITY_UPDATE=1 cargo nextest run -p comity-policy -->

# Who may do what

Everything is denied unless a rule allows it. A rule says who may do what, in which relation to the thing, and under
which conditions; no two rules answer the same question, so each answer has exactly one rule behind it, and the trail
names it. The rules are in `permissions.toml`; the lines that no version of that file may cross are at the end.

In the tables, **yes** means always, **if** means under the conditions named, **no** means never. An action without a
row, and a role without a column, is denied in that relation to everybody.
";

/// The matrix of `gate` in Markdown.
pub fn matrix(gate: &Gate) -> String {
    let mut out = String::from(HEAD);
    // Writing to a `String` cannot fail, so the results below carry nothing.
    let _ = write!(out, "\nSHA-256 of the rules: `{}`\n", gate.hash());
    words(&mut out);
    for relation in Relation::ALL {
        of_relation(&mut out, gate, *relation);
    }
    out.push_str("\n## The rules\n");
    for rule in gate.rules() {
        of_rule(&mut out, rule);
    }
    lines(&mut out);
    out
}

fn lines(out: &mut String) {
    out.push_str("\n## Lines that no table crosses\n\nA table with a rule across one of these lines is refused as a whole.\n\n");
    for breach in Breach::ALL {
        let _ = writeln!(out, "- {breach}");
    }
}

fn words(out: &mut String) {
    out.push_str("\n## Words\n\n| Relation | Whoever asks … |\n|---|---|\n");
    for relation in Relation::ALL {
        let _ = writeln!(out, "| `{relation}` | {} |", relation.sentence());
    }
    out.push_str("\n| Condition | Holds when … |\n|---|---|\n");
    for condition in Condition::ALL {
        let _ = writeln!(out, "| `{condition}` | {} |", condition.sentence());
    }
    out.push_str(
        "\nRoles are those of a person in the organisation for which they act. A `peer` is another system with the \
         token of one organisation, the `system` is a clock of this instance, the `operator` works at its console.\n",
    );
}

fn of_relation(out: &mut String, gate: &Gate, relation: Relation) {
    let _ = write!(out, "\n## In relation `{relation}`\n\n");
    let answered = |who: Holder, action: Action| gate.rule_for(who, action, relation).is_some();
    let columns: Vec<Holder> =
        Holder::all().filter(|who| Action::ALL.iter().any(|action| answered(*who, *action))).collect();
    if columns.is_empty() {
        out.push_str("Every action is denied to everybody.\n");
        return;
    }
    out.push_str("| Action |");
    for who in &columns {
        let _ = write!(out, " {who} |");
    }
    let _ = writeln!(out, " Rules |\n|---|{}---|", "---|".repeat(columns.len()));
    for action in Action::ALL.iter().filter(|action| columns.iter().any(|who| answered(*who, **action))) {
        let _ = write!(out, "| `{action}` |");
        let mut rules: Vec<&str> = Vec::new();
        for who in &columns {
            let rule = gate.rule_for(*who, *action, relation);
            let _ = write!(out, " {} |", cell(rule));
            rules.extend(rule.map(|rule| rule.id.as_str()).filter(|id| !rules.contains(id)));
        }
        let _ = writeln!(out, " {} |", rules.join(", "));
    }
}

fn cell(rule: Option<&Rule>) -> String {
    let Some(rule) = rule else {
        return "no".to_owned();
    };
    let conditions: Vec<&str> = rule.conditions().map(Condition::as_str).collect();
    if conditions.is_empty() { "yes".to_owned() } else { format!("if {}", conditions.join(", ")) }
}

fn of_rule(out: &mut String, rule: &Rule) {
    let list = |words: Vec<&str>| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let conditions: Vec<&str> = rule.conditions().map(Condition::as_str).collect();
    let _ = write!(out, "\n### {}\n\n", rule.id);
    let _ = writeln!(out, "{}\n", plain(rule.text(Language::English)));
    let _ = writeln!(out, "*{}*\n", plain(rule.text(Language::French)));
    let _ = writeln!(out, "- Who: {}", list(rule.who.iter().map(|who| who.as_str()).collect()));
    let _ = writeln!(out, "- Relation: `{}`", rule.relation);
    let _ = writeln!(
        out,
        "- Conditions: {}",
        if conditions.is_empty() { "none".to_owned() } else { list(conditions) }
    );
    let _ = writeln!(out, "- Actions: {}", list(rule.actions.iter().map(|action| action.as_str()).collect()));
}

/// A replaced table's sentence is text, never markup.
fn plain(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    for character in sentence.trim().chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
