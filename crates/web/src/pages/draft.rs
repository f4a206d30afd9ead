//! The drafting form, drawn from the procedure: everything typed is kept, and what is still missing is said
//! beside it. Works without a script; with one it saves by itself.

use super::act::Typed;
use super::frame::{Frame, render, render_as};
use crate::api::body::Path;
use crate::error::PageError;
use crate::session::{Form, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Redirect, Response};
use comity_domain::id::RequestId;
use comity_domain::identifier::IdentifierType;
use comity_domain::procedure::{Audience, DeadlineRule, FieldKind, FieldRule, PinnedProcedure, Section};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Draft, DraftItem, RequestAct, RequestCommand};
use comity_domain::term::{Certainty, DataCategory, Priority};
use comity_service::{Denied, Dossier};
use std::sync::Arc;

/// Blank rows offered beyond those that are filled.
const SPARE_ROWS: usize = 2;

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    f: Frame,
    d: Dossier,
    procedure: Arc<PinnedProcedure>,
    draft: Draft,
    percent: u32,
    refusals: Vec<Refusal>,
    tried: bool,
    rows: usize,
}

/// `GET /requests/{id}/draft`
pub(super) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
) -> Result<Response, PageError> {
    let page = page(&app, &who, id).await?;
    Ok(render(&page))
}

async fn page(app: &App, who: &SignedIn, id: RequestId) -> Result<DraftPage, PageError> {
    let d = app.exchange.dossier(&who.caller, id).await?;
    let Some(view) = d.draft.clone() else { return Err(PageError::refused(RefusalCode::AlreadySent)) };
    let procedure = app.exchange.procedure(&d.procedure.hash).ok_or_else(PageError::not_found)?;
    let f = Frame::of(app, who, "requests", "act-revise").await;
    let rows = view.draft.items.len() + SPARE_ROWS;
    let (percent, refusals) = (view.percent, view.refusals);
    Ok(DraftPage { f, d, procedure, draft: view.draft, percent, refusals, tried: false, rows })
}

/// `POST /requests/{id}/draft`: save, send, or one row more or less.
pub(super) async fn save(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let mut draft = read(&typed);
    if let Ok(row) = typed.get("remove-item").parse::<usize>()
        && row < draft.items.len()
        && typed.all("remove-item").next().is_some()
    {
        draft.items.remove(row);
    }
    draft.items.retain(|item| !item.is_blank());
    let saved =
        app.exchange.act(&who.caller, id, RequestCommand::Revise { draft: draft.clone() }, None, None).await;
    let refusals = match saved {
        Ok(_) => Vec::new(),
        // Whoever may write gets the form back with what was typed; nobody else gets a form.
        Err(Denied::Refused(refusals)) if refusals.iter().all(|r| r.code != RefusalCode::NotPermitted) => {
            refusals
        }
        Err(denied) => return Err(denied.into()),
    };
    if !refusals.is_empty() {
        let page = page(&app, &who, id).await?;
        let rows = draft.items.len() + SPARE_ROWS;
        let page = DraftPage { draft, refusals, tried: true, rows, ..page };
        return Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    if typed.get("act") != "send" {
        return Ok(Redirect::to(&format!("/requests/{id}/draft")).into_response());
    }
    match app.exchange.act(&who.caller, id, RequestCommand::Submit, None, None).await {
        Ok(_) => Ok(super::dossier::after(id, RequestAct::Submit)),
        Err(Denied::Refused(refusals)) => {
            let page = DraftPage { refusals, tried: true, ..page(&app, &who, id).await? };
            Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(denied) => Err(denied.into()),
    }
}

/// `POST /requests/{id}/autosave`
pub(super) async fn autosave(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let mut draft = read(&Typed(pairs));
    draft.items.retain(|item| !item.is_blank());
    let receipt = app.exchange.act(&who.caller, id, RequestCommand::Revise { draft }, None, None).await?;
    let civil = receipt.at.civil();
    let saved_at = format!("{:02}:{:02}", civil.hour(), civil.minute());
    Ok(Json(serde_json::json!({ "saved_at": saved_at })).into_response())
}

/// Reads the form as it was typed.
fn read(typed: &Typed) -> Draft {
    let answers = typed.0.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("answers.")?;
        (!value.trim().is_empty()).then(|| (name.to_owned(), value.replace("\r\n", "\n")))
    });
    let count = typed.0.iter().filter_map(|(name, _)| row_of(name)).max().map_or(0, |last| last + 1);
    let rows = count.min(comity_domain::request::MAX_ITEMS + 1);
    let items = (0..rows).map(|row| {
        let get = |part: &str| typed.get(&format!("item-{row}-{part}")).trim().to_owned();
        DraftItem {
            identifier_type: IdentifierType::from_name(&get("type")),
            value: get("value"),
            port: get("port"),
            at: get("at"),
            service: get("service"),
            category: get("category").parse().ok(),
            elements: typed.all(&format!("item-{row}-elements")).map(str::to_owned).collect(),
            from: get("from"),
            to: get("to"),
            limit: get("limit"),
        }
    });
    Draft {
        priority: typed.get("priority").parse().unwrap_or(Priority::Normal),
        answers: answers.collect(),
        items: items.collect(),
    }
}

fn row_of(name: &str) -> Option<usize> {
    name.strip_prefix("item-")?.split_once('-')?.0.parse().ok()
}

impl DraftPage {
    fn sections(&self) -> Vec<Section> {
        let used =
            |section: &Section| self.procedure.procedure.field.iter().any(|field| field.section == *section);
        Section::ALL.iter().copied().filter(used).collect()
    }

    fn fields(&self, section: &Section) -> Vec<&FieldRule> {
        self.procedure.procedure.field.iter().filter(|field| field.section == *section).collect()
    }

    /// The clocks that a request of this priority will run under.
    fn deadlines(&self) -> Vec<&DeadlineRule> {
        let rules = self.procedure.procedure.deadline.iter();
        rules.filter(|rule| rule.covers(self.draft.priority)).collect()
    }

    fn value(&self, name: &str) -> &str {
        self.draft.answers.get(name).map_or("", String::as_str)
    }

    fn is_value(&self, field: &FieldRule, value: &str) -> bool {
        self.value(&field.name) == value
    }

    /// A refusal is shown at its field once something was typed there, or once sending was tried.
    fn error(&self, path: &str) -> Option<&Refusal> {
        let hit = self.refusals.iter().find(|refusal| refusal.field.as_deref() == Some(path))?;
        let typed = path.strip_prefix("answers.").is_some_and(|name| !self.value(name).is_empty())
            || path.starts_with("items.");
        (self.tried || typed).then_some(hit)
    }

    fn row_errors(&self, row: &usize) -> Vec<&Refusal> {
        if *row >= self.draft.items.len() {
            return Vec::new();
        }
        let prefix = format!("items.{row}.");
        let of_row = |r: &&Refusal| r.field.as_deref().is_some_and(|field| field.starts_with(&prefix));
        self.refusals.iter().filter(of_row).collect()
    }

    /// Requirements of a section that are not met.
    fn missing(&self, section: &Section) -> usize {
        let of_section = |refusal: &&Refusal| {
            let name = refusal.field.as_deref().and_then(|field| field.strip_prefix("answers."));
            name.is_some_and(|name| self.fields(section).iter().any(|field| field.name == name))
        };
        self.refusals.iter().filter(of_section).count()
    }

    fn missing_items(&self) -> usize {
        self.refusals.iter().filter(|r| r.field.as_deref().is_some_and(|f| f.starts_with("items"))).count()
    }

    fn required(&self, field: &FieldRule) -> bool {
        field.required || field.required_for.contains(&self.draft.priority)
    }

    fn hidden(&self, field: &FieldRule) -> bool {
        field.hidden_from.contains(&Audience::Provider)
    }

    fn input(&self, field: &FieldRule) -> &'static str {
        match field.kind {
            FieldKind::Text => "text",
            FieldKind::LongText => "long",
            FieldKind::Date => "date",
            FieldKind::Choice => "choice",
            FieldKind::YesNo => "yes_no",
            FieldKind::Telephone => "tel",
            FieldKind::Email => "email",
            FieldKind::Number => "number",
        }
    }

    fn row_indices(&self) -> std::ops::Range<usize> {
        0..self.rows
    }

    fn row(&self, index: &usize) -> DraftItem {
        self.draft.items.get(*index).cloned().unwrap_or_default()
    }

    fn types(&self) -> &'static [IdentifierType] {
        IdentifierType::ALL
    }

    fn priorities(&self) -> &'static [Priority] {
        Priority::ALL
    }

    fn unreviewed(&self, certainty: &Certainty) -> bool {
        *certainty == Certainty::Unreviewed
    }

    fn is_category(&self, row: &DraftItem, category: &DataCategory) -> bool {
        row.category.as_ref() == Some(category)
    }

    fn is_type(&self, row: &DraftItem, kind: &IdentifierType) -> bool {
        row.identifier_type.as_ref() == Some(kind)
    }

    fn is_priority(&self, priority: &Priority) -> bool {
        self.draft.priority == *priority
    }

    /// Row and part of the items that a refusal is about, the part as it is named on this page.
    fn place(refusal: &Refusal) -> Option<(usize, &str)> {
        let mut parts = refusal.field.as_deref()?.strip_prefix("items.")?.split('.');
        let row = parts.next()?.parse().ok()?;
        let part = match parts.next()? {
            "identifier_type" => "type",
            "time" => "at",
            part => part,
        };
        Some((row, part))
    }

    /// The anchor of a refusal's field on this page.
    fn anchor(&self, refusal: &Refusal) -> String {
        if let Some(name) = refusal.field.as_deref().and_then(|field| field.strip_prefix("answers.")) {
            return format!("a-{name}");
        }
        Self::place(refusal).map_or_else(|| "s-what".to_owned(), |(row, part)| format!("item-{row}-{part}"))
    }

    /// The field that a refusal is about, in the words of the form.
    fn named(&self, refusal: &Refusal) -> String {
        if let Some(name) = refusal.field.as_deref().and_then(|field| field.strip_prefix("answers.")) {
            let rule = self.procedure.procedure.field.iter().find(|rule| rule.name == name);
            return rule.map_or_else(String::new, |rule| self.f.text(&rule.label).to_owned());
        }
        let Some((row, part)) = Self::place(refusal) else { return self.f.t("section-what") };
        let label = match part {
            "type" | "port" | "at" | "service" | "from" | "to" | "limit" => self.f.t(&format!("item-{part}")),
            "category" => self.f.t("item-data"),
            _ => self.f.t("item-identifier"),
        };
        format!("{} {}, {label}", self.f.t("item-number"), row + 1)
    }

    fn returns(&self) -> &[comity_service::ReturnView] {
        self.d.draft.as_ref().map_or(&[], |draft| draft.returns.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_was_typed() {
        let pairs = [
            ("priority", "P1_URGENT"),
            ("answers.case_number", "2026/14"),
            ("item-0-value", " 203.0.113.7 "),
            ("item-0-category", "SUBSCRIBER"),
            ("item-2-value", "x"),
        ];
        let typed = Typed(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect());
        let draft = read(&typed);
        assert_eq!(draft.priority, Priority::Urgent);
        assert_eq!(draft.answers["case_number"], "2026/14");
        assert_eq!(draft.items.len(), 3);
        assert_eq!(draft.items[0].value, "203.0.113.7");
        assert!(draft.items[1].is_blank());
    }
}
