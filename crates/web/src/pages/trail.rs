//! The oversight desk: the trail by who, when, what and why, samples of it, and provable extracts. No payload is shown.

use super::act::Typed;
use super::frame::{Frame, render, render_as};
use super::queue::url_query;
use crate::api::body::{Path, Query};
use crate::error::PageError;
use crate::session::{Form, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use comity_domain::id::TrailId;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::term::Processing;
use comity_domain::time::Moment;
use comity_service::{Denied, NewExtract, NewSample, Sample, TrailPage, TrailQuery, TrailShow, TrailView};
use serde::Deserialize;

/// Seconds of a day of a filter, which is one of UTC.
const DAY_S: i64 = 86_400;
/// How many entries a sample has unless something else is typed.
const SAMPLE_SIZE: &str = "20";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/trail", get(show))
        .route("/trail/samples", post(draw))
        .route("/trail/samples/{id}", get(sample))
        .route("/trail/extracts", post(extract))
}

/// The filter as a form sends it: what is empty is no filter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Filters {
    show: String,
    person: String,
    organisation: String,
    from: String,
    until: String,
    action: String,
    processing: String,
    outcome: String,
    rule: String,
    reference: String,
    after: String,
}

fn filled(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// A field that is read as something, or empty. One that cannot be read is refused: an auditor must not take the whole
/// trail for what they have asked for.
fn read<T>(text: &str, field: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
    match filled(text) {
        None => Ok(None),
        Some(text) => parse(&text).map(Some).ok_or_else(|| Refusal::of(RefusalCode::FieldMalformed, field)),
    }
}

fn day(text: &str) -> Option<Moment> {
    format!("{text}T00:00:00+00:00").parse().ok()
}

fn choice(text: &str) -> Option<TrailShow> {
    match text {
        "sensitive" => Some(TrailShow::Sensitive),
        "exceptions" => Some(TrailShow::Exceptions),
        _ => None,
    }
}

impl Filters {
    fn of(typed: &Typed) -> Self {
        let text = |name| typed.get(name).to_owned();
        Self {
            show: text("show"),
            person: text("person"),
            organisation: text("organisation"),
            from: text("from"),
            until: text("until"),
            action: text("action"),
            processing: text("processing"),
            outcome: text("outcome"),
            rule: text("rule"),
            reference: text("reference"),
            after: String::new(),
        }
    }

    fn query(&self) -> Result<TrailQuery, Refusal> {
        Ok(TrailQuery {
            person: read(&self.person, "person", |text| text.parse().ok())?,
            organisation: read(&self.organisation, "organisation", |text| text.parse().ok())?,
            from: read(&self.from, "from", day)?,
            until: read(&self.until, "until", day)?.map(|until| until.plus_seconds(DAY_S)),
            action: filled(&self.action),
            processing: read(&self.processing, "processing", |text| text.parse::<Processing>().ok())?,
            outcome: filled(&self.outcome),
            rule: filled(&self.rule),
            reference: filled(&self.reference),
            show: read(&self.show, "show", choice)?,
            after: filled(&self.after),
            limit: None,
        })
    }

    /// What is filtered by, without the place in it.
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("show", &self.show),
            ("person", &self.person),
            ("organisation", &self.organisation),
            ("from", &self.from),
            ("until", &self.until),
            ("action", &self.action),
            ("processing", &self.processing),
            ("outcome", &self.outcome),
            ("rule", &self.rule),
            ("reference", &self.reference),
        ];
        all.into_iter().map(|(name, value)| (name, value.as_str())).filter(|(_, v)| !v.is_empty()).collect()
    }

    /// The same filter with one field set.
    fn with<'s>(&'s self, name: &'static str, value: &'s str) -> String {
        let mut pairs: Vec<(&str, &str)> =
            self.pairs().into_iter().filter(|(known, _)| *known != name).collect();
        pairs.push((name, value));
        format!("/trail?{}", url_query(&pairs))
    }
}

#[derive(Template)]
#[template(path = "trail.html")]
struct Desk {
    f: Frame,
    page: TrailPage,
    filters: Filters,
    typed: Typed,
    refusals: Vec<Refusal>,
}

#[derive(Template)]
#[template(path = "sample.html")]
struct SamplePage {
    f: Frame,
    s: Sample,
}

/// `GET /trail`
async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(filters): Query<Filters>,
) -> Result<Response, PageError> {
    desk(&app, &who, filters, Typed(Vec::new()), Vec::new()).await
}

async fn desk(
    app: &App,
    who: &SignedIn,
    filters: Filters,
    typed: Typed,
    refusals: Vec<Refusal>,
) -> Result<Response, PageError> {
    let query = filters.query().map_err(Denied::from)?;
    let page = app.exchange.trail(&who.caller, query).await?;
    let f = Frame::of(app, who, "trail", "nav-trail").await;
    let status = if refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(render_as(status, &Desk { f, page, filters, typed, refusals }))
}

/// `POST /trail/samples`
async fn draw(State(app): State<App>, who: SignedIn, Form(pairs): Form) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let filters = Filters::of(&typed);
    let new = NewSample {
        size: typed.get("size").trim().parse().unwrap_or(0),
        reason: typed.get("reason").to_owned(),
        filter: filters.query().map_err(Denied::from)?,
    };
    match app.exchange.draw_sample(&who.caller, new).await {
        Ok(sample) => Ok(Redirect::to(&format!("/trail/samples/{}", sample.id)).into_response()),
        Err(denied) => again(&app, &who, filters, typed, denied).await,
    }
}

/// `GET /trail/samples/{id}`
async fn sample(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<TrailId>,
) -> Result<Response, PageError> {
    let s = app.exchange.sample(&who.caller, id).await?;
    let f = Frame::of(&app, &who, "trail", "sample").await;
    Ok(render(&SamplePage { f, s }))
}

/// `POST /trail/extracts`
async fn extract(State(app): State<App>, who: SignedIn, Form(pairs): Form) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let filters = Filters::of(&typed);
    let filter = filters.query().map_err(Denied::from)?;
    let new = NewExtract { reason: typed.get("reason").to_owned(), filter };
    match app.exchange.take_extract(&who.caller, new).await {
        Ok((taken, bundle)) => Ok(crate::ledger::saved(&format!("trail-{taken}"), bundle)),
        Err(denied) => again(&app, &who, filters, typed, denied).await,
    }
}

/// What can be mended is said on the desk, where everything typed stays.
async fn again(
    app: &App,
    who: &SignedIn,
    filters: Filters,
    typed: Typed,
    denied: Denied,
) -> Result<Response, PageError> {
    match denied {
        Denied::Refused(refusals) if refusals.iter().all(|refusal| refusal.field.is_some()) => {
            desk(app, who, filters, typed, refusals).await
        }
        denied => Err(denied.into()),
    }
}

impl Desk {
    fn next(&self, key: &str) -> String {
        self.filters.with("after", key)
    }

    fn processings(&self) -> &'static [Processing] {
        Processing::ALL
    }

    fn size(&self) -> &str {
        Some(self.typed.get("size")).filter(|size| !size.is_empty()).unwrap_or(SAMPLE_SIZE)
    }

    /// The address of the same filter with this person or organisation.
    fn only(&self, name: &'static str, id: impl std::fmt::Display) -> String {
        self.filters.with(name, &id.to_string())
    }

    /// The name of whoever the filter asks for, from the entries that it has found.
    fn asked_person(&self) -> &str {
        self.page.rows.first().map_or(self.filters.person.as_str(), |row| row.person.as_str())
    }

    fn asked_organisation(&self) -> &str {
        self.page.rows.first().map_or(self.filters.organisation.as_str(), |row| row.organisation.as_str())
    }
}

impl SamplePage {
    fn only(&self, name: &'static str, id: impl std::fmt::Display) -> String {
        Filters::default().with(name, &id.to_string())
    }

    /// What was filtered by, as it is kept.
    fn filter(&self) -> String {
        serde_json::to_string(&self.s.filter).unwrap_or_default()
    }
}

/// The class of an outcome.
fn outcome_class(row: &TrailView) -> &'static str {
    match row.outcome.as_str() {
        "refused" => "is-failed",
        "done" => "is-done",
        _ => "is-quiet",
    }
}

/// Where an entry leads to, and the text of that link.
fn leads_to(row: &TrailView) -> Option<(String, &'static str)> {
    match (row.action.as_str(), row.outcome.as_str(), row.request) {
        ("trail.sample", "viewed", _) => Some((format!("/trail/samples/{}", row.id), "sample-open")),
        ("request.erase", "done", Some(request)) => Some((format!("/requests/{request}"), "erasure-open")),
        _ => None,
    }
}
