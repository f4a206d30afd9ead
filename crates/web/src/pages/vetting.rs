//! Organisations that are outside or on probation, and the vouching for them (T02).

use super::frame::{Frame, render_as};
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
use comity_domain::id::OrganisationId;
use comity_domain::party::Role;
use comity_domain::refusal::Refusal;
use comity_service::{Denied, Newcomer};
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/newcomers", get(show))
        .route("/newcomers/{organisation}/vouch", post(vouch))
        .route("/newcomers/{organisation}/retract", post(retract))
}

/// From where on.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "newcomers.html")]
struct NewcomersPage {
    f: Frame,
    found: Vec<Newcomer>,
    refusals: Vec<Refusal>,
}

async fn page(
    app: &App,
    who: &SignedIn,
    after: Option<String>,
    refusals: Vec<Refusal>,
) -> Result<Response, PageError> {
    let found = app.exchange.newcomers(&who.caller, after).await?;
    let f = Frame::of(app, who, "newcomers", "nav-newcomers").await;
    let status = if refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(render_as(status, &NewcomersPage { f, found, refusals }))
}

/// `GET /newcomers`
async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    page(&app, &who, from.after, Vec::new()).await
}

/// `POST /newcomers/{organisation}/vouch`
async fn vouch(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<OrganisationId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let said = pairs.iter().find(|(name, _)| name == "statement").map_or("", |(_, text)| text.as_str());
    let done = app.exchange.vouch(&who.caller, id, said).await;
    after(&app, &who, done).await
}

/// `POST /newcomers/{organisation}/retract`
async fn retract(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<OrganisationId>,
    Form(_): Form,
) -> Result<Response, PageError> {
    let done = app.exchange.retract(&who.caller, id).await;
    after(&app, &who, done).await
}

async fn after(app: &App, who: &SignedIn, done: Result<(), Denied>) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to("/newcomers").into_response()),
        Err(Denied::Refused(refusals)) => page(app, who, None, refusals).await,
        Err(denied) => Err(denied.into()),
    }
}

impl NewcomersPage {
    /// Key of the next page, where this one is full.
    fn next(&self) -> Option<OrganisationId> {
        self.found.last().filter(|_| self.found.len() >= comity_service::NEWCOMERS).map(|n| n.organisation.id)
    }
}
