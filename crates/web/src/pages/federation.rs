//! To the identity provider of one's organisation and back: to sign in, or to connect an account there with one's own.
//! The way out is a link on a page that names the provider; forms of this instance lead nowhere else.

use super::account;
use super::act::Typed;
use super::frame::{Frame, render};
use super::sign_in;
use crate::api::body::{Path, Query};
use crate::error::PageError;
use crate::limit::Attempt;
use crate::session::{
    AtAccount, Form, Visitor, cookie, federation_cookie, federation_cookie_name, session_cookie,
};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use comity_domain::id::FederatedIdentityId;
use comity_service::{Denied, Departure, Federated, Returned};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/federation", post(depart))
        .route("/sign-in/federation/{organisation}", get(come_back))
        .route("/account/federation", post(connect))
        .route("/account/federation/{id}/end", post(disconnect))
}

#[derive(Template)]
#[template(path = "departure.html")]
struct DeparturePage {
    f: Frame,
    issuer: String,
    to: String,
}

fn departing(app: &App, mut f: Frame, departure: Departure) -> Response {
    f.csrf = String::new();
    let kept = federation_cookie(&departure.browser, app);
    let page = render(&DeparturePage { f, issuer: departure.issuer, to: departure.to });
    ([(SET_COOKIE, kept)], page).into_response()
}

/// `POST /sign-in/federation`
async fn depart(
    State(app): State<App>,
    attempt: Attempt,
    visitor: Visitor,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    match app.exchange.federation_departure(typed.get("organisation"), None).await {
        Ok(departure) => {
            let f = Frame::bare(&app, visitor.manner, "", "departure-title");
            Ok(departing(&app, f, departure))
        }
        Err(Denied::Refused(refusals)) => {
            attempt.failed(());
            sign_in::refused(&app, &visitor, refusals).await
        }
        Err(denied) => Err(denied.into()),
    }
}

/// `GET /sign-in/federation/{organisation}`
async fn come_back(
    State(app): State<App>,
    attempt: Attempt,
    visitor: Visitor,
    Path(organisation): Path<String>,
    Query(returned): Query<Returned>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let browser = cookie(&headers, federation_cookie_name(app.secure())).unwrap_or_default();
    let who = visitor.signed_in.as_ref().map(|who| &who.caller);
    match app.exchange.federation_return(&organisation, browser, &returned, who).await {
        Ok(Federated::SignedIn(session)) => {
            Ok(([(SET_COOKIE, session_cookie(&session, &app))], Redirect::to("/")).into_response())
        }
        Ok(Federated::Connected) => Ok(Redirect::to("/account").into_response()),
        Err(Denied::Refused(refusals)) if who.is_none() => {
            attempt.failed(());
            sign_in::refused(&app, &visitor, refusals).await
        }
        Err(denied) => Err(attempt.failed(denied).into()),
    }
}

/// `POST /account/federation`
async fn connect(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    match app.exchange.federation_departure(typed.get("organisation"), Some(&who.caller)).await {
        Ok(departure) => {
            let f = Frame::of(&app, &who, "account", "departure-title").await;
            Ok(departing(&app, f, departure))
        }
        Err(denied) => account::after(&app, &who, typed, Err(denied)).await,
    }
}

/// `POST /account/federation/{id}/end`
async fn disconnect(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    Path(id): Path<FederatedIdentityId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let done = app.exchange.disconnect(&who.caller, id).await;
    account::after(&app, &who, Typed(pairs), done).await
}
