//! Signing in with a passkey, enrolling one by a link or a recovery code, signing out, the choice of language and
//! theme, and the people of the demonstration.

use super::act::Typed;
use super::frame::{Frame, render_as};
use crate::api::body::Path;
use crate::error::{PageError, status_of};
use crate::limit::Attempt;
use crate::session::{
    Form, Theme, Visitor, came_from, ended_cookie, language_cookie, session_cookie, session_secret,
    theme_cookie,
};
use crate::state::State as App;
use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use comity_domain::id::PersonId;
use comity_domain::refusal::Refusal;
use comity_domain::term::Language;
use comity_service::{Challenge, Denied, DirectoryEntry, Grant};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-in/challenge", post(challenge))
        .route("/sign-in/link/{secret}", get(link).post(enrol_by_link))
        .route("/sign-in/link/{secret}/challenge", post(link_challenge))
        .route("/sign-in/recovery", get(recovery).post(enrol_by_code))
        .route("/sign-in/recovery/challenge", post(code_challenge))
        .route("/sign-out", post(sign_out))
        .route("/language", post(language))
        .route("/theme", post(theme))
        .route("/demo/persona/{id}", post(persona))
}

/// Which form the page shows.
enum Way {
    /// A passkey that is there.
    Passkey,
    /// A first passkey, or one after a new proof of identity.
    Link(String),
    /// A passkey in the place of a lost one.
    Recovery,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    f: Frame,
    way: Way,
    typed: Typed,
    refusals: Vec<Refusal>,
    personas: Vec<DirectoryEntry>,
    /// Identity providers: the code of the organisation, and the issuer.
    providers: Vec<(String, String)>,
    /// Where passkeys work, when the visitor may be elsewhere.
    origin: Option<String>,
}

async fn page(
    app: &App,
    visitor: &Visitor,
    way: Way,
    typed: Typed,
    refusals: Vec<Refusal>,
) -> Result<Response, PageError> {
    let shown = app.demo && matches!(way, Way::Passkey);
    let personas = if shown { app.exchange.personas().await? } else { Vec::new() };
    let title = match way {
        Way::Passkey => "sign-in",
        Way::Link(_) => "enrol",
        Way::Recovery => "recover-title",
    };
    let mut f = Frame::bare(app, visitor.manner, "", title);
    f.csrf.clone_from(&visitor.csrf);
    let origin = app.exchange.passkey_origin();
    let origin = (origin != &*app.base_url).then(|| origin.to_owned());
    let status = refusals.first().map_or(StatusCode::OK, |first| status_of(first.code));
    let providers = app.exchange.identity_providers();
    Ok(render_as(status, &SignInPage { f, way, typed, refusals, personas, providers, origin }))
}

/// The page with why somebody did not get in.
pub(super) async fn refused(
    app: &App,
    visitor: &Visitor,
    refusals: Vec<Refusal>,
) -> Result<Response, PageError> {
    page(app, visitor, Way::Passkey, Typed(Vec::new()), refusals).await
}

/// What follows a form: a session, or the form again with what was typed and why not.
async fn after(
    app: &App,
    visitor: &Visitor,
    way: Way,
    typed: Typed,
    session: Result<String, Denied>,
) -> Result<Response, PageError> {
    match session {
        Ok(session) => {
            let to = if matches!(way, Way::Passkey) { "/" } else { "/account" };
            Ok(([(SET_COOKIE, session_cookie(&session, app))], Redirect::to(to)).into_response())
        }
        Err(Denied::Refused(refusals)) => page(app, visitor, way, typed, refusals).await,
        Err(denied) => Err(denied.into()),
    }
}

/// `GET /sign-in`
async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, PageError> {
    page(&app, &visitor, Way::Passkey, Typed(Vec::new()), Vec::new()).await
}

/// `POST /sign-in/challenge`
async fn challenge(State(app): State<App>, _: Attempt, Form(_): Form) -> Result<Json<Challenge>, PageError> {
    Ok(Json(app.exchange.sign_in_challenge().await?))
}

/// `POST /sign-in`
async fn sign_in(
    State(app): State<App>,
    attempt: Attempt,
    visitor: Visitor,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let done = app.exchange.sign_in(typed.get("ceremony"), typed.get("answer")).await;
    after(&app, &visitor, Way::Passkey, typed, done.map_err(|denied| attempt.failed(denied))).await
}

/// `GET /sign-in/link/{secret}`: only asks, because mail scanners open links.
async fn link(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    page(&app, &visitor, Way::Link(secret), Typed(Vec::new()), Vec::new()).await
}

/// `POST /sign-in/link/{secret}/challenge`
async fn link_challenge(
    State(app): State<App>,
    attempt: Attempt,
    Path(secret): Path<String>,
    Form(_): Form,
) -> Result<Json<Challenge>, PageError> {
    let asked = app.exchange.enrolment_challenge(Grant::Link(&secret)).await;
    Ok(Json(asked.map_err(|denied| attempt.failed(denied))?))
}

/// `POST /sign-in/link/{secret}`
async fn enrol_by_link(
    State(app): State<App>,
    attempt: Attempt,
    visitor: Visitor,
    Path(secret): Path<String>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let (handle, answer) = (typed.get("ceremony"), typed.get("answer"));
    let done = app.exchange.enrol(Grant::Link(&secret), handle, answer, typed.get("name")).await;
    after(&app, &visitor, Way::Link(secret), typed, done.map_err(|denied| attempt.failed(denied))).await
}

/// `GET /sign-in/recovery`
async fn recovery(State(app): State<App>, visitor: Visitor) -> Result<Response, PageError> {
    page(&app, &visitor, Way::Recovery, Typed(Vec::new()), Vec::new()).await
}

/// `POST /sign-in/recovery/challenge`
async fn code_challenge(
    State(app): State<App>,
    attempt: Attempt,
    Form(pairs): Form,
) -> Result<Json<Challenge>, PageError> {
    let typed = Typed(pairs);
    let asked = app.exchange.enrolment_challenge(Grant::Code(typed.get("code"))).await;
    Ok(Json(asked.map_err(|denied| attempt.failed(denied))?))
}

/// `POST /sign-in/recovery`
async fn enrol_by_code(
    State(app): State<App>,
    attempt: Attempt,
    visitor: Visitor,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let (handle, answer) = (typed.get("ceremony"), typed.get("answer"));
    let done = app.exchange.enrol(Grant::Code(typed.get("code")), handle, answer, typed.get("name")).await;
    after(&app, &visitor, Way::Recovery, typed, done.map_err(|denied| attempt.failed(denied))).await
}

/// `POST /demo/persona/{id}`
async fn persona(
    State(app): State<App>,
    Path(person): Path<PersonId>,
    Form(_): Form,
) -> Result<Response, PageError> {
    let session = app.exchange.persona_session(person).await?;
    Ok(([(SET_COOKIE, session_cookie(&session, &app))], Redirect::to("/")).into_response())
}

/// `POST /sign-out`
async fn sign_out(State(app): State<App>, headers: HeaderMap, Form(_): Form) -> Result<Response, PageError> {
    if let Some(secret) = session_secret(&headers, &app) {
        app.exchange.sign_out(&secret).await?;
    }
    Ok(([(SET_COOKIE, ended_cookie(&app))], Redirect::to("/sign-in")).into_response())
}

/// The word that a form of the frame was sent with.
fn word<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

/// `POST /language`: back to the page from which it was chosen.
async fn language(State(app): State<App>, headers: HeaderMap, Form(pairs): Form) -> Response {
    let chosen = word(&pairs, "language").parse().unwrap_or(Language::English);
    ([(SET_COOKIE, language_cookie(chosen))], Redirect::to(came_from(&headers, &app.base_url)))
        .into_response()
}

/// `POST /theme`: back to the page from which it was chosen; every word but `light` and `dark` follows the system.
async fn theme(State(app): State<App>, headers: HeaderMap, Form(pairs): Form) -> Response {
    let cookie = theme_cookie(Theme::from_word(word(&pairs, "theme")));
    ([(SET_COOKIE, cookie)], Redirect::to(came_from(&headers, &app.base_url))).into_response()
}
