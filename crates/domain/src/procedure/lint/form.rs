//! Findings about what the authority fills in: texts, names, parties, categories, fields.

use super::place::At;
use super::{Desk, once};
use crate::procedure::{Audience, FieldKind, PartyRelation, Procedure, Text};
use crate::term::{DataCategory, Priority};

/// Every text of a procedure with its place.
fn each_text<'a>(p: &'a Procedure, visit: &mut dyn FnMut(At<'a>, &'a Text)) {
    visit(At::top("title"), &p.title);
    visit(At::top("summary"), &p.summary);
    p.citation.iter().enumerate().for_each(|(i, r)| visit(At::of("citation", i, "text"), &r.text));
    for (i, rule) in p.category.iter().enumerate() {
        visit(At::of("category", i, "term"), &rule.term);
        rule.element.iter().for_each(|e| visit(At::of("category", i, &e.name), &e.label));
    }
    for (i, rule) in p.field.iter().enumerate() {
        visit(At::of("field", i, "label"), &rule.label);
        rule.hint.iter().for_each(|hint| visit(At::of("field", i, "hint"), hint));
        rule.choice.iter().for_each(|c| visit(At::of("field", i, &c.value), &c.label));
    }
    for (i, rule) in p.deadline.iter().enumerate() {
        visit(At::of("deadline", i, "label"), &rule.label);
        visit(At::of("deadline", i, "on_expiry"), &rule.on_expiry);
    }
    if let Some(hold) = &p.hold {
        visit(At::of("hold", 0, "extension_form"), &hold.extension_form);
        visit(At::of("hold", 0, "conversion_form"), &hold.conversion_form);
    }
    for (i, class) in p.verification.class.iter().enumerate() {
        visit(At::of("verification.class", i, "name"), &class.name);
    }
    for (i, rule) in p.refusal.iter().enumerate() {
        visit(At::of("refusal", i, "label"), &rule.label);
        visit(At::of("refusal", i, "remedy"), &rule.remedy);
    }
    visit(At::of("notice", 0, "text"), &p.notice.text);
    for (i, rule) in p.duty.iter().enumerate() {
        visit(At::of("duty", i, "name"), &rule.name);
        visit(At::of("duty", i, "text"), &rule.text);
    }
    p.training.iter().enumerate().for_each(|(i, r)| visit(At::of("training", i, "course"), &r.course));
}

pub(super) fn texts(procedure: &Procedure, desk: &mut Desk<'_>) {
    each_text(procedure, &mut |at, text| {
        for (language, text) in [("English", &text.en), ("French", &text.fr)] {
            if text.trim().is_empty() {
                desk.note(
                    "text",
                    at,
                    format!("the {language} text is empty"),
                    "Write it; both languages are equal.",
                );
            }
            if let Some(found) = personal(text) {
                let message = format!("the {language} text carries `{found}`");
                desk.note(
                    "personal",
                    at,
                    message,
                    "Addresses and numbers belong in the directory, where they are verified.",
                );
            }
        }
        // Short terms and names of forms may well be alike in both languages.
        if text.en == text.fr && text.en.split_whitespace().count() > 3 {
            desk.note("translation", at, "the French text is the English one", "Write it in French.");
        }
    });
}

/// The first word that looks like a mail address, a link or a telephone number.
fn personal(text: &str) -> Option<&str> {
    text.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ';', '.', '"'])).find(|word| {
        let mail = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        let telephone = word.starts_with('+') && word.bytes().filter(u8::is_ascii_digit).count() >= 7;
        mail || telephone || word.contains("://") || word.starts_with("www.")
    })
}

pub(super) fn names(p: &Procedure, desk: &mut Desk<'_>) {
    once("category", "category", p.category.iter().map(|rule| rule.category.as_str()), desk);
    once("field", "name", p.field.iter().map(|rule| rule.name.as_str()), desk);
    once("deadline", "id", p.deadline.iter().map(|rule| rule.id.as_str()), desk);
    once("refusal", "code", p.refusal.iter().map(|rule| rule.code.as_str()), desk);
    for (index, rule) in p.field.iter().enumerate() {
        for (position, choice) in rule.choice.iter().enumerate() {
            if rule.choice.iter().take(position).any(|earlier| earlier.value == choice.value) {
                let message = format!("choice `{}` stands there twice", choice.value);
                desk.note("duplicate", At::of("field", index, &choice.value), message, "Remove one of them.");
            }
        }
    }
    for (index, rule) in p.category.iter().enumerate() {
        for (position, element) in rule.element.iter().enumerate() {
            if rule.element.iter().take(position).any(|earlier| earlier.name == element.name) {
                let message = format!("element `{}` stands there twice", element.name);
                desk.note(
                    "duplicate",
                    At::of("category", index, &element.name),
                    message,
                    "Remove one of them.",
                );
            }
        }
    }
}

pub(super) fn parties(procedure: &Procedure, desk: &mut Desk<'_>) {
    let parties = &procedure.parties;
    let at = |key| At::of("parties", 0, key);
    for (key, countries) in [("requesting", &parties.requesting), ("addressed", &parties.addressed)] {
        for country in countries {
            if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
                let message = format!("`{country}` is no ISO 3166-1 code");
                desk.note("parties", at(key), message, "Write two upper-case letters.");
            }
        }
    }
    if parties.addressee.is_empty() {
        desk.note("parties", at("addressee"), "nobody can be addressed", "Name the kind of addressee.");
    }
    let mut pairs =
        parties.requesting.iter().flat_map(|from| parties.addressed.iter().map(move |to| from == to));
    let possible = match parties.relation {
        PartyRelation::Domestic => pairs.any(|same| same),
        PartyRelation::CrossBorder => pairs.any(|same| !same),
        PartyRelation::Any => pairs.next().is_some(),
    };
    if !possible {
        desk.note("parties", at("relation"), "no two parties fit the relation", "Complete the countries.");
    }
}

/// Categories whose data tell about use, place or content; a period without bound would be a dossier on a life.
const fn needs_window(category: DataCategory) -> bool {
    match category {
        DataCategory::IdentificationOnly
        | DataCategory::TrafficTelephony
        | DataCategory::TrafficInternet
        | DataCategory::TrafficHosting
        | DataCategory::TrafficOther
        | DataCategory::LocationStored
        | DataCategory::ContentStored => true,
        DataCategory::Subscriber | DataCategory::DomainRegistration | DataCategory::Unspecified => false,
    }
}

pub(super) fn categories(p: &Procedure, desk: &mut Desk<'_>) {
    for (index, rule) in p.category.iter().enumerate() {
        let rules =
            p.authority.iter().filter(|authority| authority.categories.contains(&rule.category)).count();
        if rules != 1 {
            let message = format!("{} has {rules} rules on who may issue", rule.category);
            desk.note(
                "category-authority",
                At::of("category", index, "category"),
                message,
                "Name it in exactly one [[authority]].",
            );
        }
        if needs_window(rule.category) && rule.max_window.is_none() {
            let message = format!("{} may be asked for without bound in time", rule.category);
            desk.note("window", At::of("category", index, "category"), message, "Give max_window.");
        }
    }
    let covers = |category: &DataCategory| p.category.iter().any(|rule| rule.category == *category);
    for (index, rule) in p.authority.iter().enumerate() {
        if rule.issue.is_empty() {
            desk.note(
                "authority-issuer",
                At::of("authority", index, "issue"),
                "nobody may sign",
                "Name who may issue.",
            );
        }
        if !rule.categories.iter().all(covers) || rule.categories.is_empty() {
            let at = At::of("authority", index, "categories");
            desk.note(
                "authority-issuer",
                at,
                "a category is not one of this procedure",
                "Add a [[category]] for it, or drop it here.",
            );
        }
    }
    for (index, rule) in p.threshold.iter().enumerate() {
        if p.field(&rule.field).is_none_or(|field| field.kind != FieldKind::Number) {
            let message = format!("`{}` is no number field of the form", rule.field);
            desk.note(
                "threshold",
                At::of("threshold", index, "field"),
                message,
                "Name the field that holds the maximum penalty in months.",
            );
        }
        if !rule.categories.iter().all(covers) {
            let at = At::of("threshold", index, "categories");
            desk.note(
                "threshold",
                at,
                "a category is not one of this procedure",
                "Add a [[category]] for it, or drop it here.",
            );
        }
    }
}

pub(super) fn fields(p: &Procedure, desk: &mut Desk<'_>) {
    for (index, rule) in p.field.iter().enumerate() {
        let at = |key| At::of("field", index, key);
        match (rule.kind == FieldKind::Choice, rule.choice.is_empty()) {
            (true, true) => desk.note(
                "field-choice",
                at("kind"),
                format!("`{}` offers nothing to choose", rule.name),
                "List the choices.",
            ),
            (false, false) => desk.note(
                "field-choice",
                at("choice"),
                format!("`{}` is no choice field", rule.name),
                "Remove the choices or make it one.",
            ),
            (true, false) | (false, true) => {}
        }
        let demanded = rule.required || !rule.required_for.is_empty();
        if demanded && Audience::ALL.iter().all(|audience| rule.hidden_from.contains(audience)) {
            let message = format!("`{}` must be filled in and is hidden from everybody", rule.name);
            desk.note(
                "field-hidden",
                at("hidden_from"),
                message,
                "Let one audience read it, or do not demand it.",
            );
        }
    }
    for priority in [Priority::Emergency, Priority::Urgent] {
        if !p.field.iter().any(|field| field.required_for.contains(&priority)) {
            let message = format!("{priority} can be claimed without a reason");
            desk.note(
                "priority-reason",
                At::of("field", 0, "name"),
                message,
                "Add a field with required_for.",
            );
        }
    }
    if let Some(index) = p.field.iter().position(|field| field.name == "confidentiality")
        && p.field("confidentiality_until").is_none_or(|field| field.kind != FieldKind::Date)
    {
        let at = At::of("field", index, "name");
        desk.note(
            "confidentiality-end",
            at,
            "silence can be asked for without an end",
            "Add the date field confidentiality_until.",
        );
    }
}
