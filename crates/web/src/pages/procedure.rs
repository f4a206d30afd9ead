//! The written procedures, public: they read and print like written procedures.

use super::frame::{Frame, render};
use crate::api::body::Path;
use crate::error::PageError;
use crate::session::Visitor;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use comity_domain::procedure::PinnedProcedure;
use comity_domain::procedure::written::{Piece, WrittenSection, sections};
use std::sync::Arc;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/procedures", get(list)).route("/procedures/{id}", get(one))
}

#[derive(Template)]
#[template(path = "procedures.html")]
struct ListPage {
    f: Frame,
    procedures: Vec<Arc<PinnedProcedure>>,
}

#[derive(Template)]
#[template(path = "procedure.html")]
struct ProcedurePage {
    f: Frame,
    p: Arc<PinnedProcedure>,
    sections: Vec<WrittenSection>,
}

/// `GET /procedures`
async fn list(State(app): State<App>, visitor: Visitor) -> Response {
    let f = Frame::open(&app, &visitor, "procedures", "nav-procedures").await;
    render(&ListPage { f, procedures: app.exchange.procedures().all().cloned().collect() })
}

/// `GET /procedures/{id}`
async fn one(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let known = app.exchange.procedures().newest(&id).cloned().or_else(|| app.exchange.procedure(&id));
    let p = known.ok_or_else(PageError::not_found)?;
    let f = Frame::open(&app, &visitor, "procedures", "nav-procedures").await;
    let title = f.text(&p.procedure.title).to_owned();
    let sections = sections(&p, f.words.language());
    Ok(render(&ProcedurePage { f: f.titled(title), p, sections }))
}

impl ProcedurePage {
    fn cell(&self, pieces: &[Piece]) -> Vec<String> {
        pieces.iter().map(|piece| piece.plain(&|key| self.f.t(key))).collect()
    }
}
