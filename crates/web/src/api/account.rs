//! The caller, the trail and the figures over the API.
//! Trail and figures carry nothing about the people whom a request concerns.

use super::body::{Nothing, Query};
use super::token::{Scope, Token};
use crate::error::{PageError, Problem};
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use comity_service::{Figures, Me, TrailPage, TrailQuery};

/// The person for whom the token acts.
#[utoipa::path(
    get,
    path = "/me",
    tag = "account",
    responses((status = OK, body = Me), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn me(
    State(app): State<App>,
    token: Token,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Me>, PageError> {
    Ok(Json(app.exchange.me(token.may(Scope::Read)?).await?))
}

/// Who did what, newest first (oversight bodies).
#[utoipa::path(
    get,
    path = "/trail",
    tag = "account",
    params(TrailQuery),
    responses((status = OK, body = TrailPage), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn trail(
    State(app): State<App>,
    token: Token,
    Query(query): Query<TrailQuery>,
) -> Result<Json<TrailPage>, PageError> {
    Ok(Json(app.exchange.trail(token.may(Scope::Read)?, query).await?))
}

/// Counted requests, clocks and refusals.
#[utoipa::path(
    get,
    path = "/figures",
    tag = "account",
    responses((status = OK, body = Figures), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn figures(
    State(app): State<App>,
    token: Token,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Figures>, PageError> {
    Ok(Json(app.exchange.figures(token.may(Scope::Read)?).await?))
}
