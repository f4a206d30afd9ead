//! A new request: first whom, then under which of the procedures that apply, and why not the others.

use super::act::Typed;
use super::frame::{Frame, render};
use crate::api::body::Query;
use crate::error::PageError;
use crate::session::{Form, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use comity_domain::id::OrganisationId;
use comity_domain::party::Organisation;
use comity_domain::request::Draft;
use comity_domain::term::Priority;
use comity_service::{Addressees, OfferView};
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
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage {
    f: Frame,
    search: String,
    addressees: Vec<Organisation>,
    more: bool,
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
    let Some(to) = wanted.to else {
        let search = wanted.q.trim().to_owned();
        let Addressees { found: addressees, more } = app.exchange.addressees(&who.caller, &search).await?;
        return Ok(render(&OfferPage { f, search, addressees, more, to: None, offers: Vec::new() }));
    };
    let to = app.exchange.organisation(&who.caller, to).await?.organisation;
    let offers = app.exchange.offers(&who.caller, to.id).await?;
    let (search, addressees, more) = (String::new(), Vec::new(), false);
    Ok(render(&OfferPage { f, search, addressees, more, to: Some(to), offers }))
}

/// `POST /requests/new`
async fn begin(State(app): State<App>, who: SignedIn, Form(pairs): Form) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let to = typed.get("to").parse().map_err(|_| PageError::not_found())?;
    let draft = Draft { priority: Priority::Normal, answers: BTreeMap::new(), items: Vec::new() };
    let receipt = app.exchange.draft(&who.caller, to, typed.get("procedure"), draft, None).await?;
    Ok(Redirect::to(&format!("/requests/{}/draft", receipt.request)).into_response())
}
