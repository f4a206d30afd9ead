//! Figures without payload, for oversight (guidelines `L-audit`, `P-audit`).

use super::frame::{Frame, render};
use crate::error::PageError;
use crate::session::SignedIn;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use comity_service::Figures;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/figures", get(show))
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    f: Frame,
    figures: Figures,
}

/// `GET /figures`
async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageError> {
    let figures = app.exchange.figures(&who.caller).await?;
    let f = Frame::of(&app, &who, "figures", "nav-figures").await;
    Ok(render(&FiguresPage { f, figures }))
}
