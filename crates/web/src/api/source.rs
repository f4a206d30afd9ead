//! Accreditations, what the system counts about a source, and what a source that lost trust had received, over the API.

use super::body::{Body, Nothing, Path, Query};
use super::token::{Administer, Read, Token};
use crate::error::{PageError, Problem};
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use comity_domain::id::{PersonId, RequestId, RevocationId};
use comity_domain::request::Finding;
use comity_service::{AccreditationCard, Received};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// In words.
    reason: String,
}

/// What a review has found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Review {
    /// In words.
    review: String,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct After {
    /// Continue after this key, as given by `next`.
    after: Option<String>,
}

/// Looks an accreditation up by its exact number. Each look is recorded, and they are bounded.
#[utoipa::path(
    get,
    path = "/accreditations/{number}",
    tag = "organisations",
    params(("number" = String, Path, description = "The number, exactly.")),
    responses((status = OK, body = AccreditationCard), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn accreditation(
    State(app): State<App>,
    token: Token<Read>,
    Path(number): Path<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<AccreditationCard>, PageError> {
    Ok(Json(app.exchange.accreditation(&token.caller, &number).await?))
}

/// Withdraws a person's accreditation before its end; what depends on it stands still at once.
#[utoipa::path(
    delete,
    path = "/organisation/people/{person}/accreditation",
    tag = "organisations",
    params(("person" = PersonId, Path, description = "The person.")),
    request_body = Reason,
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn withdraw(
    State(app): State<App>,
    token: Token<Administer>,
    Path(person): Path<PersonId>,
    Body(Reason { reason }): Body<Reason>,
) -> Result<StatusCode, PageError> {
    app.exchange.withdraw_accreditation(&token.caller, person, &reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the system has counted about the source of a request; it decides nothing, and there is no score.
#[utoipa::path(
    get,
    path = "/requests/{id}/findings",
    tag = "requests",
    params(("id" = RequestId, Path, description = "The request.")),
    responses((status = OK, body = Vec<Finding>), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn findings(
    State(app): State<App>,
    token: Token<Read>,
    Path(id): Path<RequestId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Vec<Finding>>, PageError> {
    Ok(Json(app.exchange.findings(&token.caller, id).await?))
}

/// What a source that lost trust had received: packages, files by their hash, and when they were opened.
#[utoipa::path(
    get,
    path = "/revocations/{revocation}",
    tag = "organisations",
    params(("revocation" = RevocationId, Path, description = "The withdrawal of trust."), After),
    responses((status = OK, body = Received), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn received(
    State(app): State<App>,
    token: Token<Read>,
    Path(id): Path<RevocationId>,
    Query(After { after }): Query<After>,
) -> Result<Json<Received>, PageError> {
    Ok(Json(app.exchange.received(&token.caller, id, after).await?))
}

/// Records that an administrator of the addressee went through what had left for a false source.
#[utoipa::path(
    post,
    path = "/revocations/{revocation}/review",
    tag = "organisations",
    params(("revocation" = RevocationId, Path, description = "The withdrawal of trust.")),
    request_body = Review,
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn review(
    State(app): State<App>,
    token: Token<Administer>,
    Path(id): Path<RevocationId>,
    Body(Review { review }): Body<Review>,
) -> Result<StatusCode, PageError> {
    app.exchange.review_revocation(&token.caller, id, &review).await?;
    Ok(StatusCode::NO_CONTENT)
}
