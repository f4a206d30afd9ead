//! How the instance itself does, for its administrators: numbers of this program, and nothing of any case (T18).

use super::frame::{Frame, render};
use crate::error::PageError;
use crate::session::SignedIn;
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use comity_domain::time::Moment;
use comity_service::{InstanceState, WitnessDebt, WitnessTrouble};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/status", get(show))
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    f: Frame,
    s: InstanceState,
    witnesses: Vec<WitnessDebt>,
}

/// `GET /status`
async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageError> {
    let s = app.exchange.instance(&who.caller).await?;
    let witnesses = app.exchange.witness_debt().await?;
    let f = Frame::of(&app, &who, "status", "nav-status").await;
    Ok(render(&StatusPage { f, s, witnesses }))
}

impl StatusPage {
    /// The parts of the health, each with the key of its name.
    fn parts(&self) -> [(&'static str, bool); 4] {
        let health = self.s.health;
        [
            ("status-ready", health.ready),
            ("status-sealed", health.sealed),
            ("status-jobs-on-time", health.jobs_on_time),
            ("status-failures-noticed", health.failures_noticed),
        ]
    }

    /// How long ago something began, in words.
    fn ago(&self, since: &Moment) -> String {
        let seconds = self.s.at.us().saturating_sub(since.us()).max(0) / 1_000_000;
        self.f.words.duration(seconds)
    }

    /// How far behind a witness is, and the key of what was wrong when it was asked last.
    fn debt(&self, witness: &WitnessDebt) -> (String, &'static str) {
        let behind = match witness.leaves {
            0 => "0".to_owned(),
            leaves => {
                let time = self.f.words.duration(i64::try_from(witness.seconds).unwrap_or(i64::MAX));
                format!("{leaves}, {}", self.f.t1("status-for", "time", time))
            }
        };
        let said = match witness.trouble {
            None => "status-witness-well",
            Some(WitnessTrouble::Unreachable) => "status-witness-unreachable",
            Some(WitnessTrouble::Refuses) => "status-witness-refused",
            Some(WitnessTrouble::OtherHistory) => "status-witness-other",
        };
        (behind, said)
    }

    fn free(&self) -> String {
        self.s.free_bytes.map_or_else(|| "–".to_owned(), |bytes| self.f.words.bytes(bytes))
    }
}
