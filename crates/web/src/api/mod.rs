//! The JSON API: the same questions and acts as the pages, for systems that hold a token.
//! Its document is made from this code; errors are problems (RFC 9457). It never asks anything the pages cannot ask.

mod account;
pub(crate) mod body;
mod evidence;
mod file;
mod organisation;
mod procedure;
mod request;
mod source;
mod token;
mod trail;
mod vetting;

pub(crate) use body::Body;
pub use token::{ClientCertificate, Scope};
pub(crate) use token::{Interop, Token};

use crate::error::{PageError, Problem};
use crate::session::accepted_language;
use crate::state::State as App;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use comity_domain::refusal::RefusalCode;
use comity_domain::term::ExportPurpose;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where version 1 lives.
const BASE: &str = "/api/v1";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Comity",
        description = "Requests between authorities and providers: draft, send, verify, decide, answer, account. \
                       Every call needs a bearer token, which acts for one person in one organisation and is \
                       asked about its permission like that person. Errors are problems (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem, ExportPurpose)),
    tags(
        (name = "requests", description = "The dossiers of the own organisation, on either side."),
        (name = "files", description = "Files of an answer."),
        (name = "procedures", description = "The written procedures and the check of drafts."),
        (name = "organisations", description = "The directory and the own organisation."),
        (name = "trail", description = "Who did what: for oversight bodies."),
        (name = "account", description = "Who calls, how much there is, and what is to do."),
    ),
)]
struct Document;

fn described() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(request::list, request::draft))
        .routes(routes!(request::dossier))
        .routes(routes!(request::act))
        .routes(routes!(request::proof))
        .routes(routes!(request::paper))
        .routes(routes!(request::sealing))
        .routes(routes!(request::work))
        .routes(routes!(file::begin))
        .routes(routes!(file::append))
        .routes(routes!(file::complete))
        .routes(routes!(file::content))
        .routes(routes!(evidence::court_bundle))
        .routes(routes!(procedure::list))
        .routes(routes!(procedure::one))
        .routes(routes!(procedure::offers))
        .routes(routes!(procedure::check))
        .routes(routes!(organisation::directory))
        .routes(routes!(organisation::one))
        .routes(routes!(organisation::invite))
        .routes(routes!(organisation::set_roles))
        .routes(routes!(organisation::set_active))
        .routes(routes!(source::withdraw))
        .routes(routes!(source::accreditation))
        .routes(routes!(source::findings))
        .routes(routes!(source::received))
        .routes(routes!(source::review))
        .routes(routes!(organisation::put_contact_point))
        .routes(routes!(organisation::tokens, organisation::add_token))
        .routes(routes!(organisation::revoke_token))
        .routes(routes!(organisation::rotate_token))
        .routes(routes!(vetting::sent))
        .routes(routes!(vetting::newcomers))
        .routes(routes!(vetting::vouch, vetting::retract))
        .routes(routes!(account::me))
        .routes(routes!(account::account))
        .routes(routes!(trail::page))
        .routes(routes!(trail::draw))
        .routes(routes!(trail::sample))
        .routes(routes!(trail::extract))
        .routes(routes!(account::figures));
    OpenApiRouter::with_openapi(<Document as utoipa::OpenApi>::openapi()).nest(BASE, v1)
}

/// The document of the API.
pub(crate) fn document() -> OpenApi {
    finish(described().into_openapi())
}

/// Every operation needs a token but the written procedures, which are public.
fn finish(mut document: OpenApi) -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    document
}

/// The routes of the API, with their own errors.
pub(crate) fn routes(app: &App) -> Router<App> {
    let (router, document) = described().split_for_parts();
    let document = finish(document).to_json().unwrap_or_default();
    let openapi = axum::routing::get(move || {
        let body = document.clone();
        async move { ([(axum::http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body) }
    });
    router
        .route("/api/openapi.json", openapi)
        .route("/api/{*rest}", axum::routing::any(unknown))
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(crate::security::caught))
        .layer(axum::middleware::from_fn_with_state(app.clone(), draw_problems))
}

async fn unknown() -> PageError {
    PageError::not_found()
}

async fn wrong_method() -> PageError {
    PageError::status(StatusCode::METHOD_NOT_ALLOWED)
}

/// Makes a problem of every error, whoever raised it.
pub(crate) async fn draw_problems(State(app): State<App>, request: Request, next: Next) -> Response {
    let language = accepted_language(request.headers());
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let Some(error) = parts.extensions.get::<PageError>() else {
        return Response::from_parts(parts, body);
    };
    let mut problem = Problem::new(error, &app, language).into_response();
    for (name, value) in &parts.headers {
        problem.headers_mut().entry(name.clone()).or_insert(value.clone());
    }
    if error.status == StatusCode::UNAUTHORIZED {
        problem.headers_mut().insert(
            axum::http::header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"comity\""),
        );
    }
    problem
}

/// What a problem type means: the page behind `/problems/<code>`.
pub(crate) async fn problem_type(
    State(app): State<App>,
    visitor: crate::session::Visitor,
    axum::extract::Path(code): axum::extract::Path<String>,
) -> Result<Json<serde_json::Value>, PageError> {
    let code: RefusalCode = code.parse().map_err(|_| PageError::not_found())?;
    let text = |key: String| app.words.text(visitor.manner.language, &key, &[]);
    Ok(Json(serde_json::json!({
        "type": format!("/problems/{code}"),
        "title": text(format!("refusal-{code}")),
        "detail": text(format!("refusal-{code}-remedy")),
        "status": crate::error::status_of(code).as_u16(),
    })))
}
