//! Signing in and out, the choice of language and theme, and the people of the demonstration.

use super::frame::{Frame, render};
use crate::error::PageError;
use crate::session::{
    Form, Theme, Visitor, came_from, ended_cookie, language_cookie, session_cookie, session_secret,
    theme_cookie,
};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use comity_domain::id::PersonId;
use comity_domain::term::Language;
use comity_service::DirectoryEntry;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(show))
        .route("/sign-in/link/{secret}", get(confirm).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/language", post(language))
        .route("/theme", post(theme))
        .route("/demo/persona/{id}", post(persona))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    f: Frame,
    link: Option<String>,
    personas: Vec<DirectoryEntry>,
}

/// `GET /sign-in`
async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, PageError> {
    let personas = if app.demo { app.exchange.personas().await? } else { Vec::new() };
    let f = Frame::bare(&app, visitor.manner, "", "sign-in");
    Ok(render(&SignInPage { f, link: None, personas }))
}

/// `GET /sign-in/link/{secret}`: only asks, because mail scanners open links.
async fn confirm(State(app): State<App>, visitor: Visitor, Path(secret): Path<String>) -> Response {
    let f = Frame::bare(&app, visitor.manner, "", "sign-in");
    render(&SignInPage { f, link: Some(secret), personas: Vec::new() })
}

/// `POST /sign-in/link/{secret}`
async fn sign_in(
    State(app): State<App>,
    Path(secret): Path<String>,
    Form(_): Form,
) -> Result<Response, PageError> {
    let session = app.exchange.sign_in(&secret).await?;
    Ok(([(SET_COOKIE, session_cookie(&session, &app))], Redirect::to("/")).into_response())
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
