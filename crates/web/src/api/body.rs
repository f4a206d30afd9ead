//! Bodies, queries and headers of the API, read strictly: what is unknown is refused, not ignored (T19).
//! Sizes are bounded by the router; nothing here looks at what was said.

use crate::error::PageError;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_service::IdempotencyKey;
use serde::de::DeserializeOwned;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let typed =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = typed.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(PageError::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| PageError::status(rejection.status()))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| unreadable("body", &error.to_string()))
    }
}

/// The query of an address.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let text = parts.uri.query().unwrap_or_default();
        serde_urlencoded::from_str(text).map(Self).map_err(|error| unreadable("query", &error.to_string()))
    }
}

/// One part of an address, such as an identifier; what cannot be one is not there.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| PageError::not_found())
    }
}

/// A query without parameters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

fn unreadable(field: &str, why: &str) -> PageError {
    let code =
        if why.contains("unknown field") { RefusalCode::FieldUnknown } else { RefusalCode::FieldMalformed };
    let mut error = PageError::from(comity_service::Denied::Refused(vec![Refusal::of(code, field)]));
    error.status = StatusCode::BAD_REQUEST;
    why.clone_into(&mut error.note);
    error
}

/// The version that the caller has seen, from `If-Match: "<version>"`.
pub(crate) fn expected_version(headers: &HeaderMap) -> Result<Option<u64>, PageError> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let version =
        value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.map(Some).ok_or_else(|| unreadable("If-Match", "a version in quotes is expected, such as \"7\""))
}

/// The key under which a repeated call is recognised, from `Idempotency-Key`.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, PageError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().and_then(IdempotencyKey::new);
    key.map(Some)
        .ok_or_else(|| unreadable("Idempotency-Key", "1 to 100 visible ASCII characters are expected"))
}
