//! The trail, for oversight: who did, tried or looked at what, under which rule.

use super::frame::{Frame, render};
use super::queue::url_query;
use crate::error::PageError;
use crate::session::SignedIn;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use comity_service::{TrailPage, TrailQuery};
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/trail", get(show))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[serde(default)]
    action: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "trail.html")]
struct TrailView {
    f: Frame,
    page: TrailPage,
    filters: Filters,
}

/// `GET /trail`
async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(filters): Query<Filters>,
) -> Result<Response, PageError> {
    let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let query = TrailQuery {
        action: filled(&filters.action),
        outcome: filled(&filters.outcome),
        after: filled(&filters.after),
        ..TrailQuery::default()
    };
    let page = app.exchange.trail(&who.caller, query).await?;
    let f = Frame::of(&app, &who, "trail", "nav-trail").await;
    Ok(render(&TrailView { f, page, filters }))
}

impl TrailView {
    fn next(&self, key: &str) -> String {
        let f = &self.filters;
        format!("?{}", url_query(&[("action", &f.action), ("outcome", &f.outcome), ("after", key)]))
    }

    fn is_outcome(&self, outcome: &str) -> bool {
        self.filters.outcome == outcome
    }

    fn class(&self, outcome: &str) -> &'static str {
        match outcome {
            "refused" => "is-failed",
            "done" => "is-done",
            _ => "is-quiet",
        }
    }
}
