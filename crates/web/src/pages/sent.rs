//! What was sent in the own organisation's name, for its heads and administrators, with what was unusual about it (T03).

use super::frame::{Frame, render};
use crate::api::body::Query;
use crate::error::PageError;
use crate::session::SignedIn;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use comity_domain::party::Role;
use comity_service::SentPage;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sent", get(show))
}

/// From where on.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "sent.html")]
struct SentTemplate {
    f: Frame,
    page: SentPage,
}

/// `GET /sent`
async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let page = app.exchange.sent(&who.caller, from.after, None).await?;
    let f = Frame::of(&app, &who, "sent", "nav-sent").await;
    Ok(render(&SentTemplate { f, page }))
}
