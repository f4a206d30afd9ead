//! A new request: first whom, then under which of the procedures that apply, and why not the others.

use super::act::Typed;
use super::frame::{Frame, render};
use crate::error::PageError;
use crate::session::{Form, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use comity_domain::id::OrganisationId;
use comity_domain::party::{Organisation, OrganisationKind};
use comity_domain::request::Draft;
use comity_domain::term::Priority;
use comity_service::OfferView;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/requests/new", get(choose).post(begin))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    to: Option<OrganisationId>,
}

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage {
    f: Frame,
    addressees: Vec<Organisation>,
    to: Option<Organisation>,
    offers: Vec<OfferView>,
}

/// `GET /requests/new`
async fn choose(
    State(app): State<App>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let f = Frame::of(&app, &who, "new", "nav-new").await;
    let all = app.exchange.directory(&who.caller).await?.into_iter().map(|entry| entry.organisation);
    let asked = |o: &Organisation| {
        matches!(o.kind, OrganisationKind::Provider | OrganisationKind::ContactPoint)
            && o.id != who.actor.organisation
    };
    let addressees: Vec<Organisation> = all.filter(asked).collect();
    let to = wanted.to.and_then(|id| addressees.iter().find(|o| o.id == id).cloned());
    let offers = match &to {
        Some(to) => app.exchange.offers(&who.caller, to.id).await?,
        None => Vec::new(),
    };
    Ok(render(&OfferPage { f, addressees, to, offers }))
}

/// `POST /requests/new`
async fn begin(State(app): State<App>, who: SignedIn, Form(pairs): Form) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let to = typed.get("to").parse().map_err(|_| PageError::not_found())?;
    let draft = Draft { priority: Priority::Normal, answers: BTreeMap::new(), items: Vec::new() };
    let receipt = app.exchange.draft(&who.caller, to, typed.get("procedure"), draft, None).await?;
    Ok(Redirect::to(&format!("/requests/{}/draft", receipt.request)).into_response())
}
