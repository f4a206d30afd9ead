//! One's own account: passkeys, the recovery code, sessions; and the page on which a passkey is shown again.
//! Whoever is not ready yet opens nothing else.

use super::act::Typed;
use super::frame::{Frame, render, render_as};
use crate::api::body::{Path, Query};
use crate::error::{PageError, status_of};
use crate::session::{AtAccount, Form, SignedIn, ended_cookie, local_path};
use crate::state::State as App;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use comity_domain::id::{AuthenticatorId, SessionId};
use comity_domain::party::Role;
use comity_domain::refusal::Refusal;
use comity_service::{AccountView, AuthenticatorView, Challenge, Denied};
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/account", get(show))
        .route("/account/authenticators", post(add))
        .route("/account/authenticators/challenge", post(challenge))
        .route("/account/authenticators/{id}/name", post(rename))
        .route("/account/authenticators/{id}/revoke", post(revoke))
        .route("/account/recovery-code", post(make_code))
        .route("/account/sessions/{id}/end", post(end))
        .route("/account/sign-out-everywhere", post(everywhere))
        .route("/account/presence", get(presence).post(show_presence))
        .route("/account/presence/challenge", post(presence_challenge))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    f: Frame,
    a: AccountView,
    /// Roles that this session may not use.
    withheld: Vec<Role>,
    /// Identity providers: the code of the organisation, and the issuer.
    providers: Vec<(String, String)>,
    typed: Typed,
    refusals: Vec<Refusal>,
}

#[derive(Template)]
#[template(path = "recovery_code.html")]
struct CodePage {
    f: Frame,
    code: String,
}

#[derive(Template)]
#[template(path = "presence.html")]
struct PresencePage {
    f: Frame,
    /// Where to go on, on this instance.
    to: String,
    refusals: Vec<Refusal>,
}

async fn page(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    refusals: Vec<Refusal>,
) -> Result<Response, PageError> {
    let a = app.exchange.account(&who.caller).await?;
    let f = Frame::of(app, who, "account", "nav-account").await;
    let status = refusals.first().map_or(StatusCode::OK, |first| status_of(first.code));
    let (withheld, providers) = (who.withheld.clone(), app.exchange.identity_providers());
    Ok(render_as(status, &AccountPage { f, a, withheld, providers, typed, refusals }))
}

/// `GET /account`
async fn show(State(app): State<App>, AtAccount(who): AtAccount) -> Result<Response, PageError> {
    page(&app, &who, Typed(Vec::new()), Vec::new()).await
}

/// What follows a form: back to the page, or the page with what was typed and why not.
pub(super) async fn after(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    done: Result<(), Denied>,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(Denied::Refused(refusals)) => page(app, who, typed, refusals).await,
        Err(denied) => Err(denied.into()),
    }
}

/// `POST /account/authenticators/challenge`
async fn challenge(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Form(_): Form,
) -> Result<Json<Challenge>, PageError> {
    Ok(Json(app.exchange.authenticator_challenge(&who.caller).await?))
}

/// `POST /account/authenticators`
async fn add(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let (handle, answer) = (typed.get("ceremony"), typed.get("answer"));
    let done = app.exchange.add_authenticator(&who.caller, handle, answer, typed.get("name")).await;
    after(&app, &who, typed, done).await
}

/// `POST /account/authenticators/{id}/name`
async fn rename(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Path(id): Path<AuthenticatorId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let done = app.exchange.rename_authenticator(&who.caller, id, typed.get("new_name")).await;
    after(&app, &who, typed, done).await
}

/// `POST /account/authenticators/{id}/revoke`
async fn revoke(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Path(id): Path<AuthenticatorId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let done = app.exchange.revoke_authenticator(&who.caller, id).await;
    after(&app, &who, Typed(pairs), done).await
}

/// `POST /account/recovery-code`: the page that shows it this once.
async fn make_code(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    match app.exchange.make_recovery_code(&who.caller).await {
        Ok(code) => {
            let f = Frame::of(&app, &who, "account", "recovery-code").await;
            Ok(render(&CodePage { f, code }))
        }
        Err(denied) => after(&app, &who, Typed(pairs), Err(denied)).await,
    }
}

/// `POST /account/sessions/{id}/end`
async fn end(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Path(id): Path<SessionId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let done = app.exchange.end_session(&who.caller, id).await;
    after(&app, &who, Typed(pairs), done).await
}

/// `POST /account/sign-out-everywhere`
async fn everywhere(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Form(_): Form,
) -> Result<Response, PageError> {
    app.exchange.sign_out_everywhere(&who.caller).await?;
    Ok(([(SET_COOKIE, ended_cookie(&app))], Redirect::to("/sign-in")).into_response())
}

/// Where to go on afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    #[serde(default)]
    to: String,
}

async fn shown(app: &App, who: &SignedIn, to: &str, refusals: Vec<Refusal>) -> Response {
    let f = Frame::of(app, who, "account", "presence-title").await;
    let status = refusals.first().map_or(StatusCode::OK, |first| status_of(first.code));
    render_as(status, &PresencePage { f, to: local_path(to).to_owned(), refusals })
}

/// `GET /account/presence`
async fn presence(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Query(To { to }): Query<To>,
) -> Response {
    shown(&app, &who, &to, Vec::new()).await
}

/// `POST /account/presence/challenge`
async fn presence_challenge(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Form(_): Form,
) -> Result<Json<Challenge>, PageError> {
    Ok(Json(app.exchange.presence_challenge(&who.caller).await?))
}

/// `POST /account/presence`: on to where the passkey was asked for.
async fn show_presence(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let done = app.exchange.show_presence(&who.caller, typed.get("ceremony"), typed.get("answer")).await;
    match done {
        Ok(()) => Ok(Redirect::to(local_path(typed.get("to"))).into_response()),
        Err(Denied::Refused(refusals)) => Ok(shown(&app, &who, typed.get("to"), refusals).await),
        Err(denied) => Err(denied.into()),
    }
}

impl AccountPage {
    /// What the passkey of a session is called.
    fn called(&self, id: &Option<AuthenticatorId>) -> String {
        let named = |known: &&AuthenticatorView| Some(known.id) == *id;
        self.a.authenticators.iter().find(named).map_or_else(|| "–".to_owned(), |known| known.name.clone())
    }

    fn withheld_names(&self) -> String {
        self.withheld.iter().map(|role| self.f.w("role", role)).collect::<Vec<_>>().join(", ")
    }

    fn device_bound_names(&self) -> String {
        self.a.device_bound.iter().map(|role| self.f.w("role", role)).collect::<Vec<_>>().join(", ")
    }
}
