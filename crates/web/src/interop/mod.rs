//! Standard interfaces over HTTP. What arrives here is a claim until the provider has verified its source.

mod etsi_103120;
mod task;

use crate::state::{State as App, WebSettings};
use axum::Router;
use axum::routing::post;
use comity_domain::term::Language;
use comity_formats::etsi_103120::Encoding;
use comity_service::{Caller, Exchange};
use tower_http::catch_panic::CatchPanicLayer;

/// Every standard interface.
pub(crate) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/interop/etsi/103120", post(etsi_103120::receive))
        .layer(CatchPanicLayer::custom(crate::security::caught))
        .layer(axum::middleware::from_fn_with_state(app.clone(), crate::api::draw_problems))
}

/// Takes a message of ETSI TS 103 120 that came as a file, exactly as one that comes over HTTP; gives the answer to it.
///
/// # Errors
/// What keeps the message from being answered at all, in words: a caller that is no peer, or a fault.
pub async fn import_etsi_103120(
    exchange: Exchange,
    settings: WebSettings,
    who: Caller,
    encoding: Encoding,
    message: &[u8],
) -> Result<Vec<u8>, String> {
    let app = App::new(exchange, settings);
    etsi_103120::take(&app, who, encoding, message).await.map_err(|error| {
        let said = error.refusals.iter().map(|refusal| app.words.refusal(Language::English, refusal));
        said.chain(error.fault).collect::<Vec<_>>().join(" ")
    })
}
