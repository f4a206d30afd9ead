//! Court bundles over HTTP: an archive that is made while it goes out, to be saved and never shown.

use crate::api::body::{Path, Query};
use crate::error::PageError;
use crate::security::SANDBOX;
use crate::session::SignedIn;
use crate::state::State as App;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use comity_domain::id::{PackageId, RequestId};
use comity_domain::term::{ExportPurpose, Language};
use comity_service::Caller;
use serde::Deserialize;
use utoipa::IntoParams;

/// What the path of a court bundle ends with.
pub(crate) const ARCHIVE: &str = "/court-bundle.zip";

const ZIP: HeaderValue = HeaderValue::from_static("application/zip");

/// What a bundle is taken for: a word of a list, because addresses are kept in logs and histories.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Taking {
    /// What it is taken for; stands in the custody.
    purpose: ExportPurpose,
    /// The language of the printed certificate; without it that of the page, or English.
    #[serde(default)]
    language: Option<Language>,
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/requests/{id}/packages/{package}/court-bundle.zip", get(download))
}

async fn download(
    State(app): State<App>,
    who: SignedIn,
    Path((request, package)): Path<(RequestId, PackageId)>,
    Query(taking): Query<Taking>,
) -> Result<Response, PageError> {
    let language = taking.language.unwrap_or(who.manner.language);
    bundle(&app, &who.caller, request, package, &Taking { language: Some(language), ..taking }).await
}

/// The archive on its way out; its length tells the reader's program when it was cut off.
pub(crate) async fn bundle(
    app: &App,
    who: &Caller,
    request: RequestId,
    package: PackageId,
    taking: &Taking,
) -> Result<Response, PageError> {
    let language = taking.language.unwrap_or(Language::English);
    let certificate = crate::paper::certificate(app, who, request, language).await;
    let bundle = app.exchange.court_bundle(who, request, package, taking.purpose, certificate).await?;
    let mut response = Body::from_stream(bundle.content).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, ZIP);
    headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bundle.bytes));
    let saved_as = format!("attachment; filename=\"{}\"", bundle.name);
    if let Ok(value) = HeaderValue::from_str(&saved_as) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
