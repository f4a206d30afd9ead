//! Files over the API: announced, sent in parts, completed, and read back by whoever may.
//! A part that starts at the wrong place is refused with the right one in `Upload-Offset`.

use super::body::{Body, Nothing, Path, Query};
use super::token::{Act, Read, Token};
use crate::error::{PageError, Problem};
use crate::state::State as App;
use crate::transfer::{self, UPLOAD_OFFSET};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use comity_domain::id::{RequestId, UploadId};
use comity_domain::refusal::RefusalCode;
use comity_service::FileView;
use serde::Deserialize;
use utoipa::ToSchema;

/// A file that will be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFile {
    /// Its name.
    name: String,
    /// Its size in bytes, where it is known.
    #[serde(default)]
    size: Option<u64>,
    /// Its media type, where it is known; the inspection tells when it is something else.
    #[serde(default)]
    media_type: Option<String>,
    /// Whether it comes sealed end to end; then its name is a number such as `0001.age`, or `manifest.age`, and it has no
    /// media type.
    #[serde(default)]
    sealed: bool,
}

/// Announces a file of an answer.
#[utoipa::path(
    post,
    path = "/requests/{id}/files",
    tag = "files",
    params(("id" = RequestId, Path, description = "The request.")),
    request_body = NewFile,
    responses((status = CREATED, body = FileView), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["act"])),
)]
pub(crate) async fn begin(
    State(app): State<App>,
    token: Token<Act>,
    Path(id): Path<RequestId>,
    Body(new): Body<NewFile>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<FileView>), PageError> {
    let who = &token.caller;
    if new.size.is_some_and(|size| size > app.upload_limit) {
        return Err(PageError::refused(RefusalCode::FileTooLarge));
    }
    let file = match (new.sealed, new.media_type.as_deref()) {
        (false, stated) => app.exchange.begin_upload(who, id, &new.name, new.size, stated).await?,
        (true, None) => app.exchange.begin_sealed_upload(who, id, &new.name, new.size).await?,
        (true, Some(_)) => return Err(PageError::refused(RefusalCode::FieldUnknown)),
    };
    Ok((StatusCode::CREATED, [(UPLOAD_OFFSET, HeaderValue::from(file.bytes))], Json(file)))
}

/// Sends one part of a file.
#[utoipa::path(
    patch,
    path = "/requests/{id}/files/{file}",
    tag = "files",
    params(
        ("id" = RequestId, Path, description = "The request."),
        ("file" = UploadId, Path, description = "The file."),
        ("Upload-Offset" = u64, Header, description = "Where the part starts, in bytes."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = OK, body = FileView), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["act"])),
)]
pub(crate) async fn append(
    State(app): State<App>,
    token: Token<Act>,
    Path((id, file)): Path<(RequestId, UploadId)>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, PageError> {
    let who = &token.caller;
    let Some(offset) = transfer::number(&headers, "upload-offset") else {
        return Err(PageError::status(StatusCode::BAD_REQUEST));
    };
    Ok(match transfer::append(&app, who, id, file, offset, body).await {
        Ok(file) => ([(UPLOAD_OFFSET, HeaderValue::from(file.bytes))], Json(file)).into_response(),
        Err(error) => transfer::with_offset(error),
    })
}

/// Says that a file has arrived completely. It can be put into a package once it has been inspected.
#[utoipa::path(
    post,
    path = "/requests/{id}/files/{file}/complete",
    tag = "files",
    params(("id" = RequestId, Path, description = "The request."), ("file" = UploadId, Path, description = "The file.")),
    responses((status = OK, body = FileView), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["act"])),
)]
pub(crate) async fn complete(
    State(app): State<App>,
    token: Token<Act>,
    Path((id, file)): Path<(RequestId, UploadId)>,
) -> Result<Json<FileView>, PageError> {
    Ok(Json(app.exchange.complete_upload(&token.caller, id, file).await?))
}

/// Reads a file; the digest stands in `Repr-Digest` (RFC 9530).
#[utoipa::path(
    get,
    path = "/requests/{id}/files/{file}/content",
    tag = "files",
    params(("id" = RequestId, Path, description = "The request."), ("file" = UploadId, Path, description = "The file.")),
    responses(
        (status = OK, body = Vec<u8>, content_type = "*/*"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read"])),
)]
pub(crate) async fn content(
    State(app): State<App>,
    token: Token<Read>,
    Path((id, file)): Path<(RequestId, UploadId)>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, PageError> {
    transfer::content(&app, &token.caller, id, file).await
}
