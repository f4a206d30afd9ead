//! Officers' keys, vaults, sealing and openings as JSON for the script of a page: a session, and its token for what changes.
//! Nothing here is ever a private key; errors are problems (RFC 9457), so that the script can tell what to do.

use crate::api::body::Path;
use crate::api::{Body, draw_problems};
use crate::error::PageError;
use crate::form::{admit, origin};
use crate::session::{AtAccount, SignedIn};
use crate::state::State as App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Json, Router};
use comity_domain::id::{OrganisationId, PackageId, RequestId};
use comity_service::{
    NewEpoch, NewGrants, NewLocked, NewOfficerKey, OfficerKeyView, Opened, SealingView, VaultView,
};
use serde::Deserialize;

/// The routes.
pub(crate) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/account/key.json", get(key))
        .route("/account/key", post(set_key))
        .route("/account/key/locked", post(add_locked))
        .route("/organisations/{id}/vault.json", get(vault))
        .route("/organisations/{id}/vault/epochs", post(make_epoch))
        .route("/organisations/{id}/vault/grants", post(grant))
        .route("/requests/{id}/sealing.json", get(sealing))
        .route("/requests/{id}/packages/{package}/open", post(open))
        .layer(from_fn_with_state(app.clone(), draw_problems))
}

/// What the script of a page sends with everything that changes something.
fn from_script(headers: &HeaderMap, app: &App) -> Result<(), PageError> {
    let token = headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
    admit(headers, app, origin(headers, &app.base_url), token)
}

/// `GET /account/key.json`
async fn key(State(app): State<App>, AtAccount(who): AtAccount) -> Result<Json<OfficerKeyView>, PageError> {
    Ok(Json(app.exchange.officer_key(&who.caller).await?))
}

/// `POST /account/key`
async fn set_key(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    headers: HeaderMap,
    Body(new): Body<NewOfficerKey>,
) -> Result<StatusCode, PageError> {
    from_script(&headers, &app)?;
    app.exchange.set_officer_key(&who.caller, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /account/key/locked`
async fn add_locked(
    State(app): State<App>,
    AtAccount(who): AtAccount,
    headers: HeaderMap,
    Body(new): Body<NewLocked>,
) -> Result<StatusCode, PageError> {
    from_script(&headers, &app)?;
    app.exchange.add_locked(&who.caller, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /organisations/{id}/vault.json`
async fn vault(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<OrganisationId>,
) -> Result<Json<VaultView>, PageError> {
    Ok(Json(app.exchange.vault(&who.caller, id).await?))
}

/// `POST /organisations/{id}/vault/epochs`
async fn make_epoch(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<OrganisationId>,
    headers: HeaderMap,
    Body(new): Body<NewEpoch>,
) -> Result<Json<VaultView>, PageError> {
    from_script(&headers, &app)?;
    Ok(Json(app.exchange.make_epoch(&who.caller, id, new).await?))
}

/// `POST /organisations/{id}/vault/grants`
async fn grant(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<OrganisationId>,
    headers: HeaderMap,
    Body(new): Body<NewGrants>,
) -> Result<Json<VaultView>, PageError> {
    from_script(&headers, &app)?;
    Ok(Json(app.exchange.grant(&who.caller, id, new).await?))
}

/// `GET /requests/{id}/sealing.json`
async fn sealing(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
) -> Result<Json<SealingView>, PageError> {
    Ok(Json(app.exchange.sealing(&who.caller, id).await?))
}

/// What a package is opened for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Purpose {
    purpose: String,
}

/// `POST /requests/{id}/packages/{package}/open`
async fn open(
    State(app): State<App>,
    who: SignedIn,
    Path((id, package)): Path<(RequestId, PackageId)>,
    headers: HeaderMap,
    Body(Purpose { purpose }): Body<Purpose>,
) -> Result<Json<Opened>, PageError> {
    from_script(&headers, &app)?;
    Ok(Json(app.exchange.open_package(&who.caller, id, package, &purpose).await?))
}
