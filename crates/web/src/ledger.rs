//! The ledger over HTTP: the logs' files for anybody, and the proof of one request for its parties.
//! A tile never changes and is kept for ever by whoever has fetched it; the checkpoint is another one soon.

use crate::error::PageError;
use crate::security::SANDBOX;
use crate::session::SignedIn;
use crate::state::State as App;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use comity_domain::id::RequestId;
use comity_service::{Caller, LogFile};

/// Whoever asks within this time gets the same checkpoint.
const CHECKPOINT_KEPT: HeaderValue = HeaderValue::from_static("public, max-age=1");
const TILE_KEPT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Keys change when a year turns.
const POLICY_KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The files of the logs, in the layout of C2SP `tlog-tiles`; a log's prefix is `/ledger/{year}`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/ledger/policy", get(policy))
        .route("/ledger/program", get(program))
        .route("/ledger/evidence-keys", get(evidence_keys))
        .route("/ledger/{year}/checkpoint", get(checkpoint))
        .route("/ledger/{year}/tile/{*path}", get(tile))
        .route("/requests/{id}/proof", get(proof))
}

async fn policy(State(app): State<App>) -> Result<Response, PageError> {
    let policy = app.exchange.ledger_policy().await?;
    Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, POLICY_KEPT)], policy).into_response())
}

/// The keys under which the instance vouches for evidence, as `comity verify court --keys` reads them.
async fn evidence_keys(State(app): State<App>) -> Result<Response, PageError> {
    let keys = app.exchange.evidence_keys().await?;
    Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, POLICY_KEPT)], keys).into_response())
}

/// The proof that the program for browsers stands in the ledger; there is none before its record is sealed.
async fn program(State(app): State<App>) -> Result<Response, PageError> {
    let proof = app.exchange.program_proof().await?.ok_or_else(PageError::not_found)?;
    Ok(saved("program", proof))
}

async fn checkpoint(State(app): State<App>, Path(year): Path<String>) -> Result<Response, PageError> {
    file(&app, &year, "checkpoint").await
}

async fn tile(
    State(app): State<App>,
    Path((year, path)): Path<(String, String)>,
) -> Result<Response, PageError> {
    file(&app, &year, &format!("tile/{path}")).await
}

async fn file(app: &App, year: &str, path: &str) -> Result<Response, PageError> {
    let year: i64 = year.parse().map_err(|_| PageError::not_found())?;
    match app.exchange.ledger_file(year, path).await? {
        Some(LogFile::Checkpoint(note)) => {
            Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, CHECKPOINT_KEPT)], note).into_response())
        }
        Some(LogFile::Tile(bytes)) => {
            Ok(([(CONTENT_TYPE, BYTES), (CACHE_CONTROL, TILE_KEPT)], bytes).into_response())
        }
        None => Err(PageError::not_found()),
    }
}

/// The proof that a page offers for keeping.
async fn proof(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
) -> Result<Response, PageError> {
    bundle(&app, &who.caller, id).await
}

/// The proof of a request as a file.
pub(crate) async fn bundle(app: &App, who: &Caller, id: RequestId) -> Result<Response, PageError> {
    Ok(saved(&id.to_string(), app.exchange.proof(who, id).await?))
}

/// A bundle as a file to be kept under that name.
pub(crate) fn saved(name: &str, bundle: String) -> Response {
    let mut response = bundle.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, TEXT);
    headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
    let saved_as = format!("attachment; filename=\"{name}.comity-proof\"");
    if let Ok(value) = HeaderValue::from_str(&saved_as) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
