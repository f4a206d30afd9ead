//! The pages: server-rendered, usable without a script, in two languages. A handler unpacks, calls, presents.

#![expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    clippy::ref_option,
    reason = "templates call methods of their page and pass what they hold by reference"
)]

mod account;
mod accreditation;
mod act;
mod check;
mod directory;
mod dossier;
mod draft;
mod explain;
mod federation;
mod figures;
mod frame;
mod offer;
mod organisation;
mod outbox;
mod procedure;
mod queue;
mod revocation;
mod scope;
mod sent;
mod sign_in;
mod status;
mod trail;
mod vault;
mod vetting;

use crate::error::PageError;
use crate::session::Visitor;
use crate::state::State;
use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use comity_domain::refusal::Refusal;
use comity_service::Cause;
use frame::Frame;

/// Every page.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/requests/{id}", get(dossier::show))
        .route("/requests/{id}/draft", get(draft::show).post(draft::save))
        .route("/requests/{id}/autosave", post(draft::autosave))
        .route("/requests/{id}/acts/{act}", get(act::show).post(act::perform))
        .route("/requests/{id}/acts/{act}/challenge", post(act::challenge))
        .merge(queue::routes())
        .merge(offer::routes())
        .merge(procedure::routes())
        .merge(directory::routes())
        .merge(accreditation::routes())
        .merge(revocation::routes())
        .merge(organisation::routes())
        .merge(sent::routes())
        .merge(vetting::routes())
        .merge(trail::routes())
        .merge(vault::routes())
        .merge(figures::routes())
        .merge(outbox::routes())
        .merge(sign_in::routes())
        .merge(account::routes())
        .merge(federation::routes())
        .merge(status::routes())
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    f: Frame,
    status: u16,
    refusals: Vec<Refusal>,
    fault: Option<String>,
}

/// The page of an error.
pub(crate) async fn error_page(app: &State, visitor: &Visitor, error: &PageError) -> Response {
    let key = match (&error.fault, error.cause) {
        (None, _) => "error-refused",
        (Some(_), Cause::Full) => "error-full",
        (Some(_), Cause::Unavailable) => "error-unavailable",
        (Some(_), Cause::Clock) => "error-clock",
        (Some(_), Cause::Paper) => "error-paper",
        (Some(_), Cause::Unexpected) => "error-fault",
    };
    let f = Frame::open(app, visitor, "", key).await;
    let page = ErrorPage {
        f,
        status: error.status.as_u16(),
        refusals: error.refusals.clone(),
        fault: error.fault.clone(),
    };
    frame::render_as(error.status, &page)
}
