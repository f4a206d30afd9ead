//! What a source that lost trust had received: references, hashes and times, for the administrators of both sides and for
//! oversight; and the review of it.

use super::frame::{Frame, render_as};
use crate::api::body::{Path, Query};
use crate::error::PageError;
use crate::session::{Form, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use comity_domain::id::RevocationId;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_service::{Denied, Received};
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/revocations/{revocation}", get(show))
        .route("/revocations/{revocation}/review", post(review))
}

/// From where on.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "revocation.html")]
struct RevocationPage {
    f: Frame,
    r: Received,
    refusals: Vec<Refusal>,
}

async fn page(
    app: &App,
    who: &SignedIn,
    id: RevocationId,
    after: Option<String>,
    refusals: Vec<Refusal>,
) -> Result<Response, PageError> {
    let r = app.exchange.received(&who.caller, id, after).await?;
    let f = Frame::of(app, who, "organisation", "received-title").await;
    let status = if refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(render_as(status, &RevocationPage { f, r, refusals }))
}

/// `GET /revocations/{revocation}`
async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RevocationId>,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    page(&app, &who, id, from.after, Vec::new()).await
}

/// `POST /revocations/{revocation}/review`
async fn review(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RevocationId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let said = pairs.iter().find(|(name, _)| name == "review").map_or("", |(_, text)| text.as_str());
    match app.exchange.review_revocation(&who.caller, id, said).await {
        Ok(()) => Ok(Redirect::to(&format!("/revocations/{id}")).into_response()),
        Err(Denied::Refused(refusals))
            if refusals.iter().all(|r| r.field.is_some() || r.code == RefusalCode::NotInThisState) =>
        {
            page(&app, &who, id, None, refusals).await
        }
        Err(denied) => Err(denied.into()),
    }
}

impl RevocationPage {
    fn sized(&self, bytes: &u64) -> String {
        self.f.words.bytes(*bytes)
    }
}
