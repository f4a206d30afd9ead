//! The card of an accreditation: what anybody who is signed in may know of it, to read on the screen or on paper.

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
use comity_domain::party::AccreditationState;
use comity_service::AccreditationCard;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/accreditations/{number}", get(show))
}

#[derive(Template)]
#[template(path = "accreditation.html")]
struct AccreditationPage {
    f: Frame,
    card: AccreditationCard,
}

/// `GET /accreditations/{number}`
async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let card = app.exchange.accreditation(&who.caller, &number).await?;
    let f = Frame::of(&app, &who, "directory", "accreditation").await.titled(card.number.clone());
    Ok(render(&AccreditationPage { f, card }))
}

impl AccreditationPage {
    fn class(&self) -> &'static str {
        match self.card.state {
            AccreditationState::Valid => "is-done",
            AccreditationState::Ended => "is-quiet",
            AccreditationState::Withdrawn | AccreditationState::Suspended => "is-failed",
        }
    }
}
