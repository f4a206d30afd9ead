//! Files of an answer over HTTP: in parts that can be taken up again, whole from a form, and out again.
//! Bytes pass through in pieces and are never held; what a file is called or contains is never trusted or shown.

use crate::error::PageError;
use crate::form::{TOKEN_FIELD, admit, origin};
use crate::security::SANDBOX;
use crate::session::{SignedIn, cookie};
use crate::state::State as App;
use axum::body::Body;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_domain::id::{RequestId, UploadId};
use comity_domain::inspection::Inspection;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_service::{Caller, FileView};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Where the next part of an upload starts, in bytes.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// Which upload a part belongs to: named in every answer, and by a script in the next part.
const UPLOAD_ID: HeaderName = HeaderName::from_static("upload-id");

/// Longest name of a file, in bytes; the service decides what is left of it.
const MAX_NAME: usize = 1_024;

/// The number in a header of digits.
pub(crate) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Adds one part at its offset.
pub(crate) async fn append(
    app: &App,
    who: &Caller,
    request: RequestId,
    upload: UploadId,
    offset: u64,
    body: Body,
) -> Result<FileView, PageError> {
    let parts = body.into_data_stream().map_err(std::io::Error::other);
    Ok(app.exchange.append_upload(who, request, upload, offset, parts).await?)
}

/// Where a refused part should have started, as a header beside the refusal.
pub(crate) fn with_offset(error: PageError) -> Response {
    let conflict = |refusal: &&Refusal| refusal.code == RefusalCode::VersionConflict;
    let values =
        error.refusals.iter().find(conflict).map(|refusal| refusal.values.clone()).unwrap_or_default();
    let offset = values.into_iter().find(|(name, _)| name == "offset").map(|(_, value)| value);
    let mut response = error.into_response();
    if let Some(value) = offset.and_then(|offset| HeaderValue::from_str(&offset).ok()) {
        response.headers_mut().insert(UPLOAD_OFFSET, value);
    }
    response
}

/// A file on its way out: to be saved, never to be shown, with its digest (RFC 9530).
pub(crate) async fn content(
    app: &App,
    who: &Caller,
    request: RequestId,
    upload: UploadId,
) -> Result<Response, PageError> {
    let (file, bytes) = app.exchange.download(who, request, upload).await?;
    let mut response = Body::from_stream(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, served_as(file.inspection.as_ref()));
    headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(file.bytes));
    let saved_as = format!("attachment; filename*=UTF-8''{}", percent_encoded(&file.name));
    if let Ok(value) = HeaderValue::from_str(&saved_as) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    if let Some(value) = file.sha256.as_deref().and_then(digest_header) {
        headers.insert(HeaderName::from_static("repr-digest"), value);
    }
    Ok(response)
}

/// The inspected type, where it is one that no browser runs; anything else is bytes and nothing more (T27).
fn served_as(inspection: Option<&Inspection>) -> HeaderValue {
    const QUIET: [&str; 6] = [
        "application/age",
        "application/pdf",
        "application/zip",
        "application/json",
        "text/plain",
        "text/csv",
    ];
    let known = inspection.map_or("", |report| report.media_type.as_str());
    let seen = ["image/", "audio/", "video/"].iter().any(|family| known.starts_with(family));
    let quiet = QUIET.contains(&known) || (seen && known != "image/svg+xml");
    let unknown = HeaderValue::from_static("application/octet-stream");
    if quiet { HeaderValue::from_str(known).unwrap_or(unknown) } else { unknown }
}

fn digest_header(hex: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect();
    HeaderValue::from_str(&format!("sha-256=:{}:", STANDARD.encode(bytes?))).ok()
}

/// The extended notation of RFC 8187: everything but letters, digits and a few marks as octets.
fn percent_encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// `GET` of a file from a page.
pub(crate) async fn download(
    State(app): State<App>,
    who: SignedIn,
    Path((request, upload)): Path<(RequestId, UploadId)>,
) -> Result<Response, PageError> {
    content(&app, &who.caller, request, upload).await
}

/// A whole file from a form without script. The token stands before the file, so that nothing is stored unadmitted.
pub(crate) async fn from_form(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
    request: Request,
) -> Result<Redirect, PageError> {
    let headers = request.headers().clone();
    let sender = origin(&headers, &app.base_url);
    let unreadable = || PageError::status(StatusCode::BAD_REQUEST);
    let mut form = Multipart::from_request(request, &app).await.map_err(|_| unreadable())?;
    let mut admitted = false;
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        match field.name() {
            Some(TOKEN_FIELD) if !admitted => {
                let token = short_text(field).await?;
                admit(&headers, &app, sender, Some(&token))?;
                admitted = true;
            }
            Some("file") if admitted => store_whole(&app, &who.caller, id, field).await?,
            Some("file") => return Err(PageError::refused(RefusalCode::ForeignForm)),
            Some(_) | None => {}
        }
    }
    Ok(Redirect::to(&format!("/requests/{id}/acts/prepare")))
}

async fn short_text(mut field: Field<'_>) -> Result<String, PageError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| PageError::status(StatusCode::BAD_REQUEST))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_NAME {
            return Err(PageError::status(StatusCode::PAYLOAD_TOO_LARGE));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn store_whole(app: &App, who: &Caller, id: RequestId, field: Field<'_>) -> Result<(), PageError> {
    let name: String = field.file_name().unwrap_or("file").chars().take(255).collect();
    let stated = field.content_type().map(str::to_owned);
    let file = app.exchange.begin_upload(who, id, &name, None, stated.as_deref()).await?;
    let parts = field.map_err(std::io::Error::other);
    app.exchange.append_upload(who, id, file.id, 0, parts).await?;
    app.exchange.complete_upload(who, id, file.id).await?;
    Ok(())
}

/// `HEAD` before a script sends parts: it starts at the beginning, an interrupted one goes on where it stopped.
pub(crate) async fn start(_: SignedIn, Path(_): Path<RequestId>) -> impl IntoResponse {
    [(UPLOAD_OFFSET, HeaderValue::from_static("0"))]
}

/// `PUT` of one part by the script of a page.
pub(crate) async fn part(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let token = headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
    admit(&headers, &app, origin(&headers, &app.base_url), token)?;
    let bad = || PageError::status(StatusCode::BAD_REQUEST);
    let offset = number(&headers, "upload-offset").ok_or_else(bad)?;
    let length = number(&headers, "upload-length").ok_or_else(bad)?;
    let name = headers.get("upload-name").and_then(|value| value.to_str().ok()).ok_or_else(bad)?;
    let name = percent_decoded(name).filter(|name| name.len() <= MAX_NAME).ok_or_else(bad)?;
    let sealed = headers.get("upload-sealed").is_some_and(|value| value == "?1");
    let key = part_cookie(&name, length);
    let named = headers.get(UPLOAD_ID).and_then(|value| value.to_str().ok());
    let known = named.or_else(|| cookie(&headers, &key)).and_then(|value| value.parse().ok());
    let upload: UploadId = match (offset, known) {
        (0, _) | (_, None) if sealed => {
            app.exchange.begin_sealed_upload(&who.caller, id, &name, Some(length)).await?.id
        }
        (0, _) | (_, None) => app.exchange.begin_upload(&who.caller, id, &name, Some(length), None).await?.id,
        (_, Some(known)) => known,
    };
    let file = match append(&app, &who.caller, id, upload, offset, body).await {
        Ok(file) => file,
        Err(error) => return Ok(remember(with_offset(error), &key, upload, id)),
    };
    if headers.get("upload-complete").is_some_and(|value| value == "?1") {
        app.exchange.complete_upload(&who.caller, id, upload).await?;
    }
    let answer = (StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, HeaderValue::from(file.bytes))]).into_response();
    Ok(remember(answer, &key, upload, id))
}

/// Name and length tell files of one page apart, so that two tabs never write into one file.
fn part_cookie(name: &str, length: u64) -> String {
    let digest = Sha256::new().chain_update(length.to_be_bytes()).chain_update(name.as_bytes()).finalize();
    digest.iter().take(8).fold("comity_upload_".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn remember(mut response: Response, key: &str, upload: UploadId, request: RequestId) -> Response {
    let text =
        format!("{key}={upload}; Path=/requests/{request}/files; HttpOnly; SameSite=Strict; Max-Age=86400");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    if let Ok(value) = HeaderValue::from_str(&upload.to_string()) {
        response.headers_mut().insert(UPLOAD_ID, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_no_browser_runs_keeps_its_type() {
        let bytes = "application/octet-stream";
        let table = [
            ("text/plain", "text/plain"),
            ("text/csv", "text/csv"),
            ("application/pdf", "application/pdf"),
            ("application/json", "application/json"),
            ("application/zip", "application/zip"),
            ("image/png", "image/png"),
            ("video/mp4", "video/mp4"),
            ("text/html", bytes),
            ("image/svg+xml", bytes),
            ("application/xml", bytes),
            ("application/xhtml+xml", bytes),
            ("text/javascript", bytes),
            ("application/x-msdownload", bytes),
            ("image/", "image/"),
            ("image/a\r\nset-cookie: b", bytes),
        ];
        for (inspected, served) in table {
            let media_type = inspected.to_owned();
            let report = Inspection { media_type, findings: Vec::new(), entries: 0, table: None };
            assert_eq!(served_as(Some(&report)), served, "{inspected}");
        }
        assert_eq!(served_as(None), bytes);
    }

    #[test]
    fn a_digest_is_written_as_rfc_9530_asks() {
        let value = digest_header(&"00".repeat(32)).unwrap();
        assert_eq!(value, "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
    }

    #[test]
    fn a_file_name_cannot_leave_its_header() {
        assert_eq!(percent_encoded("a\r\nb\";é.zip"), "a%0D%0Ab%22%3B%C3%A9.zip");
    }

    proptest! {
        #[test]
        fn a_name_survives_its_way_through_a_header(name in "\\PC{0,40}") {
            prop_assert_eq!(percent_decoded(&percent_encoded(&name)), Some(name));
        }

        #[test]
        fn no_name_makes_the_reader_fail(text in "[ -~]{0,60}") {
            percent_decoded(&text);
        }
    }
}
