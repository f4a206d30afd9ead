//! Standard interfaces over HTTP. What arrives here is a claim until the provider has verified its source.

mod etsi_103120;
mod task;

use crate::state::State as App;
use axum::Router;
use axum::routing::post;
use tower_http::catch_panic::CatchPanicLayer;

/// Every standard interface.
pub(crate) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/interop/etsi/103120", post(etsi_103120::receive))
        .layer(CatchPanicLayer::custom(crate::security::caught))
        .layer(axum::middleware::from_fn_with_state(app.clone(), crate::api::draw_problems))
}
