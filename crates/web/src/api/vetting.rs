//! Organisations that are outside or on probation, and what was sent in the own organisation's name, over the API.

use super::body::{Body, Nothing, Path, Query};
use super::token::{Administer, Read, Token};
use crate::error::{PageError, Problem};
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use comity_domain::id::OrganisationId;
use comity_service::{Newcomer, SentPage};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// What the vouching rests on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    /// In words.
    statement: String,
}

/// From where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    /// Continue after this organisation.
    after: Option<OrganisationId>,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// Continue before this key, as given by `next`.
    after: Option<String>,
    /// Rows wanted, 1 to 200; 50 by default.
    limit: Option<u32>,
}

/// What was sent in the name of the own organisation, newest first; which request it was only for readers of dossiers.
#[utoipa::path(
    get,
    path = "/sent",
    tag = "organisations",
    params(Page),
    responses((status = OK, body = SentPage), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn sent(
    State(app): State<App>,
    token: Token<Read>,
    Query(page): Query<Page>,
) -> Result<Json<SentPage>, PageError> {
    Ok(Json(app.exchange.sent(&token.caller, page.after, page.limit).await?))
}

/// Organisations that are outside or on probation, by their identifiers, 50 at a time.
#[utoipa::path(
    get,
    path = "/newcomers",
    tag = "organisations",
    params(From),
    responses((status = OK, body = Vec<Newcomer>), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn newcomers(
    State(app): State<App>,
    token: Token<Read>,
    Query(from): Query<From>,
) -> Result<Json<Vec<Newcomer>>, PageError> {
    Ok(Json(app.exchange.newcomers(&token.caller, from.after.map(|id| id.to_string())).await?))
}

/// Vouches for an organisation that joins; a token never shows a passkey, so this is for demonstrations.
#[utoipa::path(
    post,
    path = "/newcomers/{organisation}/vouch",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation.")),
    request_body = Statement,
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn vouch(
    State(app): State<App>,
    token: Token<Administer>,
    Path(id): Path<OrganisationId>,
    Body(Statement { statement }): Body<Statement>,
) -> Result<StatusCode, PageError> {
    app.exchange.vouch(&token.caller, id, &statement).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the vouching of the own organisation back.
#[utoipa::path(
    delete,
    path = "/newcomers/{organisation}/vouch",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation.")),
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn retract(
    State(app): State<App>,
    token: Token<Administer>,
    Path(id): Path<OrganisationId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<StatusCode, PageError> {
    app.exchange.retract(&token.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
