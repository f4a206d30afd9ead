//! The directory, and the own organisation's people, contact points and tokens, over the API.
//! Secrets are shown once, in the answer that makes them.

use super::body::{Body, Nothing, Path, Query};
use super::token::{Administer, Read, Token};
use crate::error::{PageError, Problem};
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use comity_domain::id::{ContactPointId, OrganisationId, PersonId, TokenId};
use comity_domain::party::{ContactPoint, Role};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_service::{Denied, DirectoryEntry, NewPerson, NewToken, Rotation, TokenView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An invited person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invited {
    /// Who.
    person: PersonId,
    /// The address at which they enrol their first passkey, once and within ten minutes; hand it over in person or by a verified channel.
    sign_in: String,
}

/// All roles of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Roles {
    /// The roles; what is not named here is taken away.
    roles: Vec<Role>,
}

/// Whether a person may act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Active {
    /// Whether they may.
    active: bool,
}

/// A new token with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedToken {
    /// The token.
    token: TokenView,
    /// Its secret, shown this once.
    secret: String,
}

/// Every organisation with its contact points.
#[utoipa::path(
    get,
    path = "/directory",
    tag = "organisations",
    responses((status = OK, body = Vec<DirectoryEntry>), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn directory(
    State(app): State<App>,
    token: Token<Read>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Vec<DirectoryEntry>>, PageError> {
    Ok(Json(app.exchange.directory(&token.caller).await?))
}

/// One organisation.
#[utoipa::path(
    get,
    path = "/organisations/{id}",
    tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation.")),
    responses((status = OK, body = DirectoryEntry), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn one(
    State(app): State<App>,
    token: Token<Read>,
    Path(id): Path<OrganisationId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<DirectoryEntry>, PageError> {
    Ok(Json(app.exchange.organisation(&token.caller, id).await?))
}

/// Invites a person.
#[utoipa::path(
    post,
    path = "/organisation/people",
    tag = "organisations",
    request_body = NewPerson,
    responses((status = CREATED, body = Invited), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn invite(
    State(app): State<App>,
    token: Token<Administer>,
    Body(new): Body<NewPerson>,
) -> Result<(StatusCode, Json<Invited>), PageError> {
    let (person, secret) = app.exchange.invite(&token.caller, new).await?;
    let sign_in = format!("{}/sign-in/link/{secret}", app.base_url);
    Ok((StatusCode::CREATED, Json(Invited { person, sign_in })))
}

/// Sets all roles of a person.
#[utoipa::path(
    put,
    path = "/organisation/people/{person}/roles",
    tag = "organisations",
    params(("person" = PersonId, Path, description = "The person.")),
    request_body = Roles,
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn set_roles(
    State(app): State<App>,
    token: Token<Administer>,
    Path(person): Path<PersonId>,
    Body(Roles { roles }): Body<Roles>,
) -> Result<StatusCode, PageError> {
    app.exchange.set_roles(&token.caller, person, roles).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Suspends or re-admits a person.
#[utoipa::path(
    put,
    path = "/organisation/people/{person}/active",
    tag = "organisations",
    params(("person" = PersonId, Path, description = "The person.")),
    request_body = Active,
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn set_active(
    State(app): State<App>,
    token: Token<Administer>,
    Path(person): Path<PersonId>,
    Body(Active { active }): Body<Active>,
) -> Result<StatusCode, PageError> {
    app.exchange.set_active(&token.caller, person, active).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds, corrects or confirms a contact point of the own organisation.
#[utoipa::path(
    put,
    path = "/organisation/contact-points/{id}",
    tag = "organisations",
    params(("id" = ContactPointId, Path, description = "The contact point, as in the body.")),
    request_body = ContactPoint,
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn put_contact_point(
    State(app): State<App>,
    token: Token<Administer>,
    Path(id): Path<ContactPointId>,
    Body(point): Body<ContactPoint>,
) -> Result<StatusCode, PageError> {
    let who = &token.caller;
    if point.id != id {
        return Err(Denied::Refused(vec![Refusal::of(RefusalCode::FieldMalformed, "id")]).into());
    }
    app.exchange.put_contact_point(who, point).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The tokens of the own organisation, without their secrets.
#[utoipa::path(
    get,
    path = "/organisation/tokens",
    tag = "organisations",
    responses((status = OK, body = Vec<TokenView>), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn tokens(
    State(app): State<App>,
    token: Token<Administer>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Vec<TokenView>>, PageError> {
    Ok(Json(app.exchange.tokens(&token.caller).await?))
}

/// Issues a token.
#[utoipa::path(
    post,
    path = "/organisation/tokens",
    tag = "organisations",
    request_body = NewToken,
    responses((status = CREATED, body = IssuedToken), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn add_token(
    State(app): State<App>,
    token: Token<Administer>,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<IssuedToken>), PageError> {
    let (token, secret) = app.exchange.add_token(&token.caller, new).await?;
    Ok((StatusCode::CREATED, Json(IssuedToken { token, secret })))
}

/// Puts a new token in the place of one; the old one is accepted for the hours of the overlap.
#[utoipa::path(
    post,
    path = "/organisation/tokens/{id}/rotate",
    tag = "organisations",
    params(("id" = TokenId, Path, description = "The token to be replaced.")),
    request_body = Rotation,
    responses((status = CREATED, body = IssuedToken), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn rotate_token(
    State(app): State<App>,
    token: Token<Administer>,
    Path(id): Path<TokenId>,
    Body(how): Body<Rotation>,
) -> Result<(StatusCode, Json<IssuedToken>), PageError> {
    let (token, secret) = app.exchange.rotate_token(&token.caller, id, how).await?;
    Ok((StatusCode::CREATED, Json(IssuedToken { token, secret })))
}

/// Revokes a token, with every one whose place it has taken.
#[utoipa::path(
    delete,
    path = "/organisation/tokens/{id}",
    tag = "organisations",
    params(("id" = TokenId, Path, description = "The token.")),
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["administer"])),
)]
pub(crate) async fn revoke_token(
    State(app): State<App>,
    token: Token<Administer>,
    Path(id): Path<TokenId>,
) -> Result<StatusCode, PageError> {
    app.exchange.revoke_token(&token.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
