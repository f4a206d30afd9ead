//! Court bundles over the API.

use super::body::{Path, Query};
use super::token::{Read, Token};
use crate::error::{PageError, Problem};
use crate::evidence::{self, Taking};
use crate::state::State as App;
use axum::extract::State;
use axum::response::Response;
use comity_domain::id::{PackageId, RequestId};

/// Takes the court bundle of a released package: one archive with the files, the signed manifest, its time stamp, custody,
/// receipt and the proof of the ledger. `comity verify court` checks it offline.
#[utoipa::path(
    get,
    path = "/requests/{id}/packages/{package}/court-bundle.zip",
    tag = "files",
    params(
        ("id" = RequestId, Path, description = "The request."),
        ("package" = PackageId, Path, description = "The package."),
        Taking,
    ),
    responses(
        (status = OK, body = Vec<u8>, content_type = "application/zip"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read"])),
)]
pub(crate) async fn court_bundle(
    State(app): State<App>,
    token: Token<Read>,
    Path((id, package)): Path<(RequestId, PackageId)>,
    Query(taking): Query<Taking>,
) -> Result<Response, PageError> {
    evidence::bundle(&app, &token.caller, id, package, &taking).await
}
