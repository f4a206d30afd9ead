//! Requests over the API: the queue, a dossier, a draft, and every act.
//! What may be done now, and why the rest may not, stands in the dossier itself.

use super::body::{Body, Nothing, Path, Query, expected_version, idempotency_key};
use super::token::{Act, Read, Token};
use crate::error::{PageError, Problem};
use crate::paper::PaperQuery;
use crate::session::accepted_language;
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use comity_domain::id::{OrganisationId, RequestId};
use comity_domain::request::{Draft, RequestCommand};
use comity_service::{Case, Dossier, Erased, PaperKind, QueuePage, QueueQuery, Receipt, SealingView, Work};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The beginning of a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRequest {
    /// The addressee.
    to: OrganisationId,
    /// The procedure's identifier, as offered for that addressee.
    procedure: String,
    /// The form as far as it is filled.
    draft: Draft,
}

/// A command read strictly: an act without content takes none (serde lets anything pass beside such an act's name).
#[derive(Debug)]
pub(crate) struct Strictly(RequestCommand);

impl<'de> Deserialize<'de> for Strictly {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let said = serde_json::Map::deserialize(deserializer)?;
        let names: Vec<String> = said.keys().cloned().collect();
        let command: RequestCommand =
            serde_json::from_value(serde_json::Value::Object(said)).map_err(D::Error::custom)?;
        let understood = serde_json::to_value(&command).map_err(D::Error::custom)?;
        match names.iter().find(|name| understood.get(name.as_str()).is_none()) {
            Some(name) => Err(D::Error::custom(format!("unknown field `{name}`"))),
            None => Ok(Self(command)),
        }
    }
}

type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

fn tag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from(version))
}

/// The queue of the own organisation, most urgent first.
#[utoipa::path(
    get,
    path = "/requests",
    tag = "requests",
    params(QueueQuery),
    responses((status = OK, body = QueuePage), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn list(
    State(app): State<App>,
    token: Token<Read>,
    Query(query): Query<QueueQuery>,
) -> Result<Json<QueuePage>, PageError> {
    Ok(Json(app.exchange.queue(&token.caller, query).await?))
}

/// Begins a draft.
#[utoipa::path(
    post,
    path = "/requests",
    tag = "requests",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 100 visible characters; a repeated call answers the first receipt.")),
    request_body = NewRequest,
    responses((status = CREATED, body = Receipt), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["act"])),
)]
pub(crate) async fn draft(
    State(app): State<App>,
    token: Token<Act>,
    headers: HeaderMap,
    Body(new): Body<NewRequest>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 2], Json<Receipt>), PageError> {
    let who = &token.caller;
    let key = idempotency_key(&headers)?;
    let receipt = app.exchange.draft(who, new.to, &new.procedure, new.draft, key).await?;
    let place = HeaderValue::from_str(&format!("/api/v1/requests/{}", receipt.request));
    let place = place.unwrap_or_else(|_| HeaderValue::from_static("/api/v1/requests"));
    Ok((StatusCode::CREATED, [(LOCATION, place), (ETAG, tag(receipt.version))], Json(receipt)))
}

/// The whole dossier, as far as the caller may read it. Reading it is recorded.
#[utoipa::path(
    get,
    path = "/requests/{id}",
    tag = "requests",
    params(("id" = RequestId, Path, description = "The request.")),
    responses(
        (status = OK, body = Dossier, headers(("ETag" = String, description = "The version, in quotes."))),
        (status = GONE, body = Erased, description = "Its content was erased at the end of its retention; its proof remains."),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read"])),
)]
pub(crate) async fn dossier(
    State(app): State<App>,
    token: Token<Read>,
    Path(id): Path<RequestId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, PageError> {
    Ok(match app.exchange.case(&token.caller, id).await? {
        Case::Whole(dossier) => ([(ETAG, tag(dossier.version))], Json(dossier)).into_response(),
        Case::Erased(erased) => (StatusCode::GONE, Json(erased)).into_response(),
    })
}

/// What an act gives back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    #[serde(flatten)]
    receipt: Receipt,
    /// The request's proof with this act in it, where the call asked to wait for it and it was sealed in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
}

/// Does one act; its name is in `act`.
#[utoipa::path(
    post,
    path = "/requests/{id}/acts",
    tag = "requests",
    params(
        ("id" = RequestId, Path, description = "The request."),
        ("If-Match" = Option<String>, Header, description = "The version that the caller has seen, in quotes; refused when somebody else acted meanwhile."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 100 visible characters; a repeated call answers the first receipt."),
        ("Prefer" = Option<String>, Header, description = "`wait` (RFC 7240): answer when the act stands in the log, with the proof."),
    ),
    request_body = RequestCommand,
    responses((status = OK, body = Done), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["act"])),
)]
pub(crate) async fn act(
    State(app): State<App>,
    token: Token<Act>,
    Path(id): Path<RequestId>,
    headers: HeaderMap,
    Body(Strictly(command)): Body<Strictly>,
) -> Result<Tagged<Done>, PageError> {
    let who = &token.caller;
    let (expected, key) = (expected_version(&headers)?, idempotency_key(&headers)?);
    let receipt = app.exchange.act(who, id, command, expected, key).await?;
    // The act is done whatever becomes of the proof: a receipt is never withheld for one.
    let mut proof = None;
    if waits(&headers) && app.exchange.wait_sealed(&receipt).await.is_ok_and(|sealed| sealed) {
        proof = app.exchange.proof(who, id).await.ok();
    }
    Ok(([(ETAG, tag(receipt.version))], Json(Done { receipt, proof })))
}

/// Whether the caller prefers to wait, with or without a number of seconds.
fn waits(headers: &HeaderMap) -> bool {
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    preferences
        .flat_map(|value| value.split(','))
        .map(|one| one.split(['=', ';']).next().unwrap_or("").trim())
        .any(|name| name.eq_ignore_ascii_case("wait"))
}

/// The proof of a request's events as one file, which `comity verify bundle` checks without this instance. It opens
/// what the caller may read; what waits to be sealed is sealed first. Taking it is recorded.
#[utoipa::path(
    get,
    path = "/requests/{id}/proof",
    tag = "requests",
    params(("id" = RequestId, Path, description = "The request.")),
    responses(
        (status = OK, body = String, content_type = "text/plain"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read"])),
)]
pub(crate) async fn proof(
    State(app): State<App>,
    token: Token<Read>,
    Path(id): Path<RequestId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, PageError> {
    crate::ledger::bundle(&app, &token.caller, id).await
}

/// A paper about a request, as a PDF that is archival (PDF/A-3a) and accessible (PDF/UA-1). It shows what the dossier shows
/// to the caller; which kinds there are now stands in the dossier under `papers`. Printing is recorded.
#[utoipa::path(
    get,
    path = "/requests/{id}/papers/{kind}",
    tag = "requests",
    params(
        ("id" = RequestId, Path, description = "The request."),
        ("kind" = PaperKind, Path, description = "Which paper."),
        PaperQuery,
    ),
    responses(
        (status = OK, body = Vec<u8>, content_type = "application/pdf"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read"])),
)]
pub(crate) async fn paper(
    State(app): State<App>,
    token: Token<Read>,
    Path((id, kind)): Path<(RequestId, String)>,
    Query(query): Query<PaperQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let language = query.language.unwrap_or_else(|| accepted_language(&headers));
    crate::paper::print(&app, &token.caller, id, &kind, language).await
}

/// How the files of an answer have to be sealed now: end to end with the vaults to which everything is sealed, or by the
/// server.
#[utoipa::path(
    get,
    path = "/requests/{id}/sealing",
    tag = "files",
    params(("id" = RequestId, Path, description = "The request.")),
    responses((status = OK, body = SealingView), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn sealing(
    State(app): State<App>,
    token: Token<Read>,
    Path(id): Path<RequestId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<SealingView>, PageError> {
    Ok(Json(app.exchange.sealing(&token.caller, id).await?))
}

/// What the caller has to do now.
#[utoipa::path(
    get,
    path = "/work",
    tag = "requests",
    responses((status = OK, body = Vec<Work>), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn work(
    State(app): State<App>,
    token: Token<Read>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Vec<Work>>, PageError> {
    Ok(Json(app.exchange.work(&token.caller).await?))
}
