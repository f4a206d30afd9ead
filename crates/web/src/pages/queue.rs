//! Lists: what waits for the reader, and the queue of the organisation's requests.

use super::dossier::clock_class;
use super::frame::{Frame, render};
use crate::api::body::Query;
use crate::error::PageError;
use crate::session::SignedIn;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use comity_domain::party::OrganisationKind;
use comity_domain::request::RequestState;
use comity_domain::term::Priority;
use comity_service::{MOST_COUNTED, QueuePage, QueueQuery, QueueRow, ReadingKind, Work};
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(work)).route("/requests", get(queue))
}

#[derive(Template)]
#[template(path = "work.html")]
struct WorkPage {
    f: Frame,
    work: Vec<Work>,
}

/// `GET /`
async fn work(State(app): State<App>, who: SignedIn) -> Result<Response, PageError> {
    if who.actor.organisation_kind == OrganisationKind::Oversight {
        return Ok(Redirect::to("/trail").into_response());
    }
    let work = app.exchange.work(&who.caller).await?;
    let f = Frame::of(&app, &who, "work", "nav-work").await;
    Ok(render(&WorkPage { f, work }))
}

/// The filters as a form sends them: what is empty is no filter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[serde(default)]
    state: String,
    #[serde(default)]
    priority: String,
    #[serde(default)]
    procedure: String,
    #[serde(default)]
    search: String,
    #[serde(default)]
    ended: String,
    #[serde(default)]
    after: String,
}

impl Filters {
    fn query(&self) -> QueueQuery {
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        QueueQuery {
            state: self.state.parse().ok(),
            priority: self.priority.parse().ok(),
            procedure: filled(&self.procedure),
            search: filled(&self.search),
            ended: self.ended == "yes",
            after: filled(&self.after),
            ..QueueQuery::default()
        }
    }
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePageView {
    f: Frame,
    page: QueuePage,
    filters: Filters,
    procedures: Vec<(String, String)>,
}

/// `GET /requests`
async fn queue(
    State(app): State<App>,
    who: SignedIn,
    Query(filters): Query<Filters>,
) -> Result<Response, PageError> {
    let page = app.exchange.queue(&who.caller, filters.query()).await?;
    let f = Frame::of(&app, &who, "requests", "nav-requests").await;
    let offered = app.exchange.procedures().all();
    let procedures =
        offered.map(|p| (p.procedure.id.clone(), f.text(&p.procedure.title).to_owned())).collect();
    Ok(render(&QueuePageView { f, page, filters, procedures }))
}

/// The clock of a row: its class, its words, and the width of its bar in steps of five (a week is full).
fn row_clock(f: &Frame, row: &QueueRow) -> Option<(&'static str, String, Option<i64>)> {
    let due = row.due?;
    let left = (due.us() - f.now.us()) / 1_000_000;
    if row.paused {
        return Some(("is-paused", f.t("clock-paused-short"), None));
    }
    let words = f.words.duration(left);
    if left < 0 {
        return Some(("is-overdue", f.t1("clock-overdue", "duration", words), Some(100)));
    }
    let share = (left * 100 / (7 * 86_400)).clamp(0, 100);
    let passed = u32::try_from(100 - share).unwrap_or(0);
    let class = clock_class(ReadingKind::Running, if left < 2 * 86_400 { 90 } else { passed.min(70) });
    Some((class, f.t1("clock-left", "duration", words), Some(share / 5 * 5)))
}

fn row_class(f: &Frame, row: &QueueRow) -> &'static str {
    let clock = row_clock(f, row).map(|(class, _, _)| class);
    match (row.priority, clock) {
        (Priority::Emergency, _) | (_, Some("is-overdue")) => "is-overdue",
        (_, Some("is-due")) => "is-due",
        _ => "",
    }
}

/// How a state looks: done, failed, open or quiet.
const fn state_class(state: RequestState) -> &'static str {
    match state {
        RequestState::Delivered
        | RequestState::ReceiptConfirmed
        | RequestState::Held
        | RequestState::Closed => "is-done",
        RequestState::Rejected | RequestState::Objected => "is-failed",
        RequestState::Clarifying => "is-paused",
        RequestState::Withdrawn => "is-quiet",
        RequestState::InExecution | RequestState::PartiallyDelivered | RequestState::LegalReview => "is-info",
        RequestState::Draft
        | RequestState::GatekeeperReview
        | RequestState::AwaitingAuthorisation
        | RequestState::Authorised
        | RequestState::Sent
        | RequestState::Received
        | RequestState::Acknowledged
        | RequestState::Verifying => "is-open",
    }
}

impl WorkPage {
    fn clock(&self, row: &QueueRow) -> Option<(&'static str, String, Option<i64>)> {
        row_clock(&self.f, row)
    }

    fn class(&self, row: &QueueRow) -> &'static str {
        row_class(&self.f, row)
    }
}

impl QueuePageView {
    fn clock(&self, row: &QueueRow) -> Option<(&'static str, String, Option<i64>)> {
        row_clock(&self.f, row)
    }

    fn class(&self, row: &QueueRow) -> &'static str {
        row_class(&self.f, row)
    }

    fn state_class(&self, state: &RequestState) -> &'static str {
        state_class(*state)
    }

    fn open(&self) -> String {
        let all = self.page.states.iter().map(|(_, count)| count).sum();
        at_least(all, self.page.states.iter().any(|(_, count)| full(*count)))
    }

    fn count(&self, count: &u64) -> String {
        at_least(*count, full(*count))
    }

    fn categories(&self, row: &QueueRow) -> String {
        let parts = row.categories.iter().map(|(c, n)| format!("{n} × {}", self.f.w("category", c)));
        parts.collect::<Vec<_>>().join(", ")
    }

    fn next(&self, key: &str) -> String {
        let f = &self.filters;
        let mut query = url_query(&[
            ("state", &f.state),
            ("priority", &f.priority),
            ("procedure", &f.procedure),
            ("ended", &f.ended),
            ("after", key),
        ]);
        query.insert(0, '?');
        query
    }

    fn priorities(&self) -> &'static [Priority] {
        Priority::ALL
    }
}

fn full(count: u64) -> bool {
    count >= u64::from(MOST_COUNTED)
}

/// A number; with a plus where there are more.
fn at_least(count: u64, more: bool) -> String {
    if more { format!("{count}+") } else { count.to_string() }
}

/// A query of what is filled.
pub(super) fn url_query(pairs: &[(&str, &str)]) -> String {
    let filled: Vec<&(&str, &str)> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    serde_urlencoded::to_string(filled).unwrap_or_default()
}
