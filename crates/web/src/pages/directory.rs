//! The directory: who can be addressed, how they are reached, and from which source that is known.

use super::frame::{Frame, render};
use crate::api::body::Path;
use crate::error::PageError;
use crate::session::SignedIn;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use comity_domain::id::OrganisationId;
use comity_service::DirectoryEntry;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/directory", get(list)).route("/directory/{id}", get(one))
}

#[derive(Template)]
#[template(path = "directory.html")]
struct DirectoryPage {
    f: Frame,
    entries: Vec<DirectoryEntry>,
}

/// `GET /directory`
async fn list(State(app): State<App>, who: SignedIn) -> Result<Response, PageError> {
    let entries = app.exchange.directory(&who.caller).await?;
    let f = Frame::of(&app, &who, "directory", "nav-directory").await;
    Ok(render(&DirectoryPage { f, entries }))
}

/// `GET /directory/{id}`
async fn one(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<OrganisationId>,
) -> Result<Response, PageError> {
    let entry = app.exchange.organisation(&who.caller, id).await?;
    let f = Frame::of(&app, &who, "directory", "nav-directory").await.titled(entry.organisation.name.clone());
    Ok(render(&DirectoryPage { f, entries: vec![entry] }))
}

impl DirectoryPage {
    /// Whether an organisation takes no part at present.
    fn away(&self, entry: &DirectoryEntry) -> bool {
        !entry.status.takes_part()
    }
}
