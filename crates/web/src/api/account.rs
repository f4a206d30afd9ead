//! The caller and the figures over the API.
//! Figures carry nothing about the people whom a request concerns.

use super::body::{Nothing, Query};
use super::token::{Read, Token};
use crate::error::{PageError, Problem};
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use comity_service::{AccountView, Figures, Me};

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
    token: Token<Read>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Me>, PageError> {
    Ok(Json(app.exchange.me(&token.caller).await?))
}

/// The passkeys and sessions of the person for whom the token acts. They are changed on the page alone.
#[utoipa::path(
    get,
    path = "/account",
    tag = "account",
    responses((status = OK, body = AccountView), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn account(
    State(app): State<App>,
    token: Token<Read>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<AccountView>, PageError> {
    Ok(Json(app.exchange.account(&token.caller).await?))
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
    token: Token<Read>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Figures>, PageError> {
    Ok(Json(app.exchange.figures(&token.caller).await?))
}
