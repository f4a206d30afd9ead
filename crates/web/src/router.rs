//! The whole of the web in one place: the table of routes, and the router with everything that surrounds them.
//! The table says what each route asks of the gate; tests hold router, document and table together.

use crate::error::{FaultId, PageError};
use crate::interop;
use crate::session::Visitor;
use crate::state::{State as App, WebSettings};
use crate::{api, assets, evidence, ledger, operator, pages, paper, security, transfer, vault};
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use comity_domain::refusal::RefusalCode;
use comity_service::{Exchange, Health};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;

pub use crate::api::Scope;

/// Most bytes of a body that is read as a whole: a form, JSON, or a message of a standard interface.
pub(crate) const MAX_BODY: usize = 2 * 1024 * 1024;

/// Longest time for an answer that carries no file.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest time for one part of a file, or one download.
const FILE_PATIENCE: Duration = Duration::from_hours(1);

/// What a route needs before the service is asked at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Nothing.
    Public,
    /// Nothing, and only in a demonstration.
    Demo,
    /// A signed-in person.
    Session,
    /// A signed-in person at their own account, ready or not.
    Account,
    /// A token with this scope.
    Token(Scope),
}

/// One route: what it is, and what it asks of the gate.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The template of its path.
    pub path: &'static str,
    /// What it needs before the gate.
    pub guard: Guard,
    /// The actions of the permission table it may ask for, by their wire names; none where the gate has no say.
    pub actions: &'static [&'static str],
    /// Whether it changes anything.
    pub changes: bool,
}

const fn asks(
    method: &'static str,
    path: &'static str,
    guard: Guard,
    actions: &'static [&'static str],
) -> Route {
    Route { method, path, guard, actions, changes: false }
}

const fn changes(
    method: &'static str,
    path: &'static str,
    guard: Guard,
    actions: &'static [&'static str],
) -> Route {
    Route { method, path, guard, actions, changes: true }
}

/// Every act on a request that a person can do.
const ACTS: &[&str] = &[
    "request.revise",
    "request.submit",
    "request.return",
    "request.forward",
    "request.authorise",
    "request.send",
    "request.acknowledge",
    "request.check",
    "request.thaw",
    "request.reauthorise",
    "request.find_fraud",
    "request.ask",
    "request.answer",
    "request.amend",
    "request.decide",
    "request.prepare",
    "request.discard",
    "request.release",
    "request.open",
    "request.confirm",
    "request.confirm_deletion",
    "request.withdraw",
    "request.close",
    "request.postpone",
    "request.extend_hold",
    "request.announce_conversion",
    "request.convert_hold",
    "request.release_hold",
];

const READ: Guard = Guard::Token(Scope::Read);
const ACT: Guard = Guard::Token(Scope::Act);
const ADMINISTER: Guard = Guard::Token(Scope::Administer);

/// Every route of the program; a route without a row here fails a test.
pub const ROUTES: &[Route] = &[
    asks("GET", "/health", Guard::Public, &[]),
    asks("GET", "/assets/{*name}", Guard::Public, &[]),
    asks("GET", "/favicon.ico", Guard::Public, &[]),
    asks("GET", "/problems/{code}", Guard::Public, &[]),
    asks("GET", "/api/openapi.json", Guard::Public, &[]),
    // The ledger's files, which say nothing of who, when or what.
    asks("GET", "/ledger/policy", Guard::Public, &[]),
    asks("GET", "/ledger/program", Guard::Public, &[]),
    asks("GET", "/ledger/evidence-keys", Guard::Public, &[]),
    asks("GET", "/ledger/{year}/checkpoint", Guard::Public, &[]),
    asks("GET", "/ledger/{year}/tile/{*path}", Guard::Public, &[]),
    // Signing in and what needs no session.
    asks("GET", "/sign-in", Guard::Public, &[]),
    changes("POST", "/sign-in", Guard::Public, &["session.begin"]),
    changes("POST", "/sign-in/challenge", Guard::Public, &[]),
    asks("GET", "/sign-in/link/{secret}", Guard::Public, &[]),
    changes("POST", "/sign-in/link/{secret}", Guard::Public, &["account.enrol"]),
    changes("POST", "/sign-in/link/{secret}/challenge", Guard::Public, &[]),
    asks("GET", "/sign-in/recovery", Guard::Public, &[]),
    changes("POST", "/sign-in/recovery", Guard::Public, &["account.enrol"]),
    changes("POST", "/sign-in/recovery/challenge", Guard::Public, &[]),
    changes("POST", "/sign-in/federation", Guard::Public, &["session.begin"]),
    asks("GET", "/sign-in/federation/{organisation}", Guard::Public, &["session.begin", "account.edit"]),
    changes("POST", "/sign-out", Guard::Public, &[]),
    changes("POST", "/language", Guard::Public, &[]),
    changes("POST", "/theme", Guard::Public, &[]),
    changes("POST", "/demo/persona/{id}", Guard::Demo, &[]),
    // One's own account.
    asks("GET", "/account", Guard::Account, &["account.view"]),
    changes("POST", "/account/authenticators", Guard::Account, &["account.edit"]),
    changes("POST", "/account/authenticators/challenge", Guard::Account, &["account.edit"]),
    changes("POST", "/account/authenticators/{id}/name", Guard::Account, &["account.edit"]),
    changes("POST", "/account/authenticators/{id}/revoke", Guard::Account, &["account.edit"]),
    changes("POST", "/account/federation", Guard::Account, &["account.edit"]),
    changes("POST", "/account/federation/{id}/end", Guard::Account, &["account.edit"]),
    changes("POST", "/account/recovery-code", Guard::Account, &["account.edit"]),
    changes("POST", "/account/sessions/{id}/end", Guard::Account, &["account.edit"]),
    asks("GET", "/account/key.json", Guard::Account, &["account.view"]),
    asks("GET", "/account/key", Guard::Account, &["account.view"]),
    changes("POST", "/account/key", Guard::Account, &["account.edit"]),
    changes("POST", "/account/key/locked", Guard::Account, &["account.edit"]),
    changes("POST", "/account/sign-out-everywhere", Guard::Account, &["session.end"]),
    asks("GET", "/account/presence", Guard::Account, &[]),
    changes("POST", "/account/presence", Guard::Account, &["session.present"]),
    changes("POST", "/account/presence/challenge", Guard::Account, &[]),
    asks("GET", "/outbox", Guard::Session, &[]),
    asks("GET", "/procedures", Guard::Public, &[]),
    asks("GET", "/procedures/{id}", Guard::Public, &[]),
    // Pages.
    asks("GET", "/", Guard::Session, &[]),
    asks("GET", "/requests", Guard::Session, &["request.list"]),
    asks("GET", "/requests/new", Guard::Session, &["directory.view"]),
    changes("POST", "/requests/new", Guard::Session, &["request.draft"]),
    asks("GET", "/requests/{id}", Guard::Session, &["request.view", "erasure.view"]),
    asks("GET", "/requests/{id}/proof", Guard::Session, &["request.prove", "erasure.view"]),
    asks("GET", "/requests/{id}/papers/{kind}", Guard::Session, &["request.print", "erasure.view"]),
    asks("GET", "/requests/{id}/draft", Guard::Session, &["request.view"]),
    changes("POST", "/requests/{id}/draft", Guard::Session, &["request.revise", "request.submit"]),
    changes("POST", "/requests/{id}/autosave", Guard::Session, &["request.revise"]),
    asks("GET", "/requests/{id}/acts/{act}", Guard::Session, &["request.view", "request.findings"]),
    changes("POST", "/requests/{id}/acts/{act}", Guard::Session, ACTS),
    changes("POST", "/requests/{id}/acts/{act}/challenge", Guard::Session, ACTS),
    asks("GET", "/requests/{id}/sealing.json", Guard::Session, &["request.sealing"]),
    changes("POST", "/requests/{id}/packages/{package}/open", Guard::Session, &["request.open"]),
    asks("GET", "/requests/{id}/packages/{package}", Guard::Session, &["request.view"]),
    asks("GET", "/organisation/vault", Guard::Session, &["vault.view"]),
    asks("GET", "/organisations/{id}/vault.json", Guard::Session, &["vault.view"]),
    changes("POST", "/organisations/{id}/vault/epochs", Guard::Session, &["vault.grant"]),
    changes("POST", "/organisations/{id}/vault/grants", Guard::Session, &["vault.grant"]),
    asks("GET", "/directory", Guard::Session, &["directory.view"]),
    asks("GET", "/directory/{id}", Guard::Session, &["directory.view"]),
    asks("GET", "/accreditations/{number}", Guard::Session, &["accreditation.view"]),
    asks("GET", "/revocations/{revocation}", Guard::Session, &["revocation.view"]),
    changes("POST", "/revocations/{revocation}/review", Guard::Session, &["revocation.review"]),
    asks("GET", "/organisation", Guard::Session, &["organisation.view"]),
    changes("POST", "/organisation/people", Guard::Session, &["person.invite"]),
    changes("POST", "/organisation/people/{person}/link", Guard::Session, &["person.invite"]),
    changes("POST", "/organisation/people/{person}/roles", Guard::Session, &["role.edit"]),
    changes("POST", "/organisation/people/{person}/active", Guard::Session, &["person.edit"]),
    changes("POST", "/organisation/people/{person}/accreditation", Guard::Session, &["role.edit"]),
    changes("POST", "/organisation/contact-points", Guard::Session, &["contact_point.edit"]),
    changes("POST", "/organisation/tokens", Guard::Session, &["token.edit"]),
    changes("POST", "/organisation/tokens/{token}/revoke", Guard::Session, &["token.edit"]),
    changes("POST", "/organisation/tokens/{token}/rotate", Guard::Session, &["token.edit"]),
    asks("GET", "/sent", Guard::Session, &["sent.view"]),
    asks("GET", "/newcomers", Guard::Session, &["vetting.view"]),
    changes("POST", "/newcomers/{organisation}/vouch", Guard::Session, &["vetting.vouch"]),
    changes("POST", "/newcomers/{organisation}/retract", Guard::Session, &["vetting.vouch"]),
    asks("GET", "/trail", Guard::Session, &["trail.view"]),
    changes("POST", "/trail/samples", Guard::Session, &["trail.sample"]),
    asks("GET", "/trail/samples/{id}", Guard::Session, &["trail.view"]),
    changes("POST", "/trail/extracts", Guard::Session, &["trail.extract"]),
    asks("GET", "/figures", Guard::Session, &["figures.view"]),
    asks("GET", "/status", Guard::Session, &["instance.view"]),
    // Files of a page.
    changes("POST", "/requests/{id}/files", Guard::Session, &["file.upload"]),
    asks("HEAD", "/requests/{id}/files/upload", Guard::Session, &[]),
    changes("PUT", "/requests/{id}/files/upload", Guard::Session, &["file.upload"]),
    asks("GET", "/requests/{id}/files/{file}", Guard::Session, &["file.download"]),
    asks("GET", "/requests/{id}/packages/{package}/court-bundle.zip", Guard::Session, &["package.export"]),
    // The API.
    asks("GET", "/api/v1/requests", READ, &["request.list"]),
    changes("POST", "/api/v1/requests", ACT, &["request.draft"]),
    asks("GET", "/api/v1/requests/{id}", READ, &["request.view", "erasure.view"]),
    changes("POST", "/api/v1/requests/{id}/acts", ACT, ACTS),
    asks("GET", "/api/v1/requests/{id}/proof", READ, &["request.prove", "erasure.view"]),
    asks("GET", "/api/v1/requests/{id}/papers/{kind}", READ, &["request.print", "erasure.view"]),
    changes("POST", "/api/v1/requests/{id}/files", ACT, &["file.upload"]),
    changes("PATCH", "/api/v1/requests/{id}/files/{file}", ACT, &["file.upload"]),
    changes("POST", "/api/v1/requests/{id}/files/{file}/complete", ACT, &["file.upload"]),
    asks("GET", "/api/v1/requests/{id}/files/{file}/content", READ, &["file.download"]),
    asks("GET", "/api/v1/requests/{id}/packages/{package}/court-bundle.zip", READ, &["package.export"]),
    asks("GET", "/api/v1/requests/{id}/sealing", READ, &["request.sealing"]),
    asks("GET", "/api/v1/requests/{id}/findings", READ, &["request.findings"]),
    asks("GET", "/api/v1/accreditations/{number}", READ, &["accreditation.view"]),
    asks("GET", "/api/v1/revocations/{revocation}", READ, &["revocation.view"]),
    changes("POST", "/api/v1/revocations/{revocation}/review", ADMINISTER, &["revocation.review"]),
    asks("GET", "/api/v1/work", READ, &[]),
    asks("GET", "/api/v1/procedures", Guard::Public, &[]),
    asks("GET", "/api/v1/procedures/{id}", Guard::Public, &[]),
    asks("GET", "/api/v1/offers", READ, &[]),
    asks("POST", "/api/v1/drafts/check", READ, &[]),
    asks("GET", "/api/v1/directory", READ, &["directory.view"]),
    asks("GET", "/api/v1/organisations/{id}", READ, &["directory.view"]),
    changes("POST", "/api/v1/organisation/people", ADMINISTER, &["person.invite"]),
    changes("PUT", "/api/v1/organisation/people/{person}/roles", ADMINISTER, &["role.edit"]),
    changes("PUT", "/api/v1/organisation/people/{person}/active", ADMINISTER, &["person.edit"]),
    changes("DELETE", "/api/v1/organisation/people/{person}/accreditation", ADMINISTER, &["role.edit"]),
    changes("PUT", "/api/v1/organisation/contact-points/{id}", ADMINISTER, &["contact_point.edit"]),
    asks("GET", "/api/v1/organisation/tokens", ADMINISTER, &["organisation.view"]),
    changes("POST", "/api/v1/organisation/tokens", ADMINISTER, &["token.edit"]),
    changes("DELETE", "/api/v1/organisation/tokens/{id}", ADMINISTER, &["token.edit"]),
    changes("POST", "/api/v1/organisation/tokens/{id}/rotate", ADMINISTER, &["token.edit"]),
    asks("GET", "/api/v1/sent", READ, &["sent.view"]),
    asks("GET", "/api/v1/newcomers", READ, &["vetting.view"]),
    changes("POST", "/api/v1/newcomers/{organisation}/vouch", ADMINISTER, &["vetting.vouch"]),
    changes("DELETE", "/api/v1/newcomers/{organisation}/vouch", ADMINISTER, &["vetting.vouch"]),
    asks("GET", "/api/v1/me", READ, &[]),
    asks("GET", "/api/v1/account", READ, &["account.view"]),
    asks("GET", "/api/v1/trail", READ, &["trail.view"]),
    changes("POST", "/api/v1/trail/samples", READ, &["trail.sample"]),
    asks("GET", "/api/v1/trail/samples/{id}", READ, &["trail.view"]),
    changes("POST", "/api/v1/trail/extracts", READ, &["trail.extract"]),
    asks("GET", "/api/v1/figures", READ, &["figures.view"]),
    // Standard interfaces.
    changes("POST", "/interop/etsi/103120", Guard::Token(Scope::Interop), &["request.file", "request.view"]),
];

/// The program as a service over HTTP.
pub fn app(exchange: Exchange, settings: WebSettings) -> Router {
    with_operator(exchange, settings).0
}

/// The program, and the routes of a second listener that only the operator's own machine may reach.
pub fn with_operator(exchange: Exchange, settings: WebSettings) -> (Router, Router) {
    let app = App::new(exchange, settings);
    let operator = operator::routes(&app);
    (program(app), operator)
}

fn program(app: App) -> Router {
    let files = Router::new()
        .route("/requests/{id}/files", post(transfer::from_form))
        .route("/requests/{id}/files/upload", get(transfer::start).put(transfer::part))
        .route("/requests/{id}/files/{file}", get(transfer::download))
        .layer(DefaultBodyLimit::disable());
    let pages = pages::routes()
        .merge(files)
        .merge(evidence::routes())
        .merge(ledger::routes())
        .merge(paper::routes())
        .route("/assets/{*name}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon))
        .route("/problems/{code}", get(api::problem_type))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(security::caught))
        .layer(from_fn_with_state(app.clone(), draw_page_errors));
    pages
        .merge(api::routes(&app))
        .merge(interop::routes(&app))
        .merge(vault::routes(&app))
        .route("/health", get(health))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(bounded_time))
        .layer(from_fn_with_state(app.clone(), security::log))
        .layer(from_fn_with_state(app.clone(), security::harden))
        .with_state(app)
}

/// The document of the JSON API (OpenAPI 3.1), as JSON.
pub fn openapi() -> String {
    api::document().to_pretty_json().unwrap_or_default()
}

async fn nowhere() -> PageError {
    PageError::not_found()
}

async fn wrong_method() -> PageError {
    PageError::status(StatusCode::METHOD_NOT_ALLOWED)
}

/// 200 where all is well, and otherwise 503; either tells which part is, and nothing else.
async fn health(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let health = app.exchange.health().await;
    (if health.is_well() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

/// Draws the page of an error, in the language and frame of whoever asked.
async fn draw_page_errors(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let asked_for = (request.method() == Method::GET).then(|| request.uri().path().to_owned());
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<PageError>().cloned() else {
        return response;
    };
    let absent = error.refusals.iter().any(|refusal| refusal.code == RefusalCode::PresenceRequired);
    if let (true, Some(path)) = (absent, asked_for) {
        let to = serde_urlencoded::to_string([("to", path)]).unwrap_or_default();
        return Redirect::to(&format!("/account/presence?{to}")).into_response();
    }
    let mut asked = Request::new(());
    *asked.headers_mut() = headers;
    let (mut parts, ()) = asked.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &app).await else {
        return error.status.into_response();
    };
    let mut page = pages::error_page(&app, &visitor, &error).await;
    *page.status_mut() = error.status;
    if let Some(fault) = &error.fault {
        page.extensions_mut().insert(FaultId(fault.clone()));
    }
    for (name, value) in response.headers() {
        let bound_to_body =
            name == axum::http::header::CONTENT_TYPE || name == axum::http::header::CONTENT_LENGTH;
        if !bound_to_body && !page.headers().contains_key(name) {
            page.headers_mut().append(name.clone(), value.clone());
        }
    }
    page
}

/// Gives up on answers that take too long; files may take longer.
async fn bounded_time(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let carries_file = path.contains("/files") || path.ends_with(evidence::ARCHIVE);
    let patience = if carries_file { FILE_PATIENCE } else { PATIENCE };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
