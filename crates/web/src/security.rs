//! What every answer carries and every request passes: headers, a number, one log line, a net under panics.
//! The log line names the route's template, never an address, a person or a word of the content.

use crate::error::{FaultId, PageError};
use crate::state::State;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tracing::Instrument as _;

/// Nothing from elsewhere, nothing inline, no frame around our pages.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// What a downloaded file may do if a browser opens it after all: nothing.
pub(crate) const SANDBOX: HeaderValue =
    HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

static FIXED: [(HeaderName, HeaderValue); 6] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), geolocation=(), microphone=(), publickey-credentials-create=(self), \
             publickey-credentials-get=(self)",
        ),
    ),
];

/// Adds the headers; what a handler has set itself stays.
pub(crate) async fn harden(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in &FIXED {
        headers.insert(name.clone(), value.clone());
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if state.secure() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    response
}

/// Numbers a request, counts it, and writes its one log line.
pub(crate) async fn log(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let start = Instant::now();
    let span = tracing::debug_span!("http", request = number, %method, route, status = tracing::field::Empty);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), start.elapsed());
    span.record("status", status);
    let fault = response.extensions().get::<FaultId>().map(|fault| fault.0.as_str());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(request = number, %method, route, status, micros, fault, "answered");
    state.measures.answered(&method, &route, status, took);
    response.headers_mut().insert(REQUEST_ID, HeaderValue::from(number));
    response
}

/// A panic becomes a fault with an id; what it says stays in the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
pub(crate) fn caught(panic: Box<dyn Any + Send + 'static>) -> Response {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let id = format!("panic-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    // A text that was put together may repeat values; one that stands in the program cannot.
    let said = panic.downcast_ref::<&'static str>().copied().unwrap_or_default();
    tracing::error!(fault = id, said, "a handler panicked");
    PageError { fault: Some(id), ..PageError::status(StatusCode::INTERNAL_SERVER_ERROR) }.into_response()
}
