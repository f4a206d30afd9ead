//! The notices of a demonstration, which go to no mail server.

use super::frame::{Frame, render};
use crate::error::PageError;
use crate::session::SignedIn;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use comity_service::Notice;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/outbox", get(show))
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    f: Frame,
    notices: Vec<Notice>,
}

/// `GET /outbox`
async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageError> {
    let notices = app.exchange.outbox().await?;
    let f = Frame::of(&app, &who, "outbox", "nav-outbox").await;
    Ok(render(&OutboxPage { f, notices }))
}
