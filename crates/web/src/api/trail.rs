//! The trail over the API, for oversight bodies: to filter it, to draw a sample of it, to take a provable extract.
//! It carries nothing about the people whom a request concerns, and each call leaves an entry of its own.

use super::body::{Body, Nothing, Path, Query};
use super::token::{Read, Token};
use crate::error::{PageError, Problem};
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use comity_domain::id::TrailId;
use comity_service::{NewExtract, NewSample, Sample, TrailPage, TrailQuery};

/// Who did, tried or looked at what, newest first.
#[utoipa::path(
    get,
    path = "/trail",
    tag = "trail",
    params(TrailQuery),
    responses((status = OK, body = TrailPage), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn page(
    State(app): State<App>,
    token: Token<Read>,
    Query(query): Query<TrailQuery>,
) -> Result<Json<TrailPage>, PageError> {
    Ok(Json(app.exchange.trail(&token.caller, query).await?))
}

/// Draws a random sample for review. Its seed is kept in the trail, so that it can be drawn again and checked.
#[utoipa::path(
    post,
    path = "/trail/samples",
    tag = "trail",
    request_body = NewSample,
    responses((status = CREATED, body = Sample), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn draw(
    State(app): State<App>,
    token: Token<Read>,
    Body(new): Body<NewSample>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<Sample>), PageError> {
    let sample = app.exchange.draw_sample(&token.caller, new).await?;
    let place = HeaderValue::from_str(&format!("/api/v1/trail/samples/{}", sample.id));
    let place = place.unwrap_or_else(|_| HeaderValue::from_static("/api/v1/trail/samples"));
    Ok((StatusCode::CREATED, [(LOCATION, place)], Json(sample)))
}

/// Draws a sample again from its seed, and says whether the same entries were there to be drawn.
#[utoipa::path(
    get,
    path = "/trail/samples/{id}",
    tag = "trail",
    params(("id" = TrailId, Path, description = "The entry that the drawing has left.")),
    responses((status = OK, body = Sample), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn sample(
    State(app): State<App>,
    token: Token<Read>,
    Path(id): Path<TrailId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Sample>, PageError> {
    Ok(Json(app.exchange.sample(&token.caller, id).await?))
}

/// Takes up to 10,000 entries with their proofs as one file, which `comity verify bundle` checks without this instance.
#[utoipa::path(
    post,
    path = "/trail/extracts",
    tag = "trail",
    request_body = NewExtract,
    responses(
        (status = OK, body = String, content_type = "text/plain"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read"])),
)]
pub(crate) async fn extract(
    State(app): State<App>,
    token: Token<Read>,
    Body(new): Body<NewExtract>,
) -> Result<Response, PageError> {
    let (id, bundle) = app.exchange.take_extract(&token.caller, new).await?;
    Ok(crate::ledger::saved(&format!("trail-{id}"), bundle))
}
