//! Written procedures over the API, what is offered for an addressee, and the check of a draft before it is one.
//! Procedures are public; a check stores nothing.

use super::body::{Body, Nothing, Path, Query};
use super::token::{Read, Token};
use crate::error::{PageError, Problem, ProblemRefusal};
use crate::state::State as App;
use axum::Json;
use axum::extract::State;
use comity_domain::id::OrganisationId;
use comity_domain::procedure::PinnedProcedure;
use comity_domain::request::Draft;
use comity_service::{OfferView, ProcedureView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A procedure with all its rules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProcedureDetail {
    /// Its name and provisions.
    #[serde(flatten)]
    procedure: ProcedureView,
    /// The rules, as in the procedure's file.
    #[schema(value_type = Object)]
    rules: serde_json::Value,
    /// The file itself, whose SHA-256 is the hash.
    file: String,
}

/// For whom procedures are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OffersQuery {
    /// The addressee.
    to: OrganisationId,
}

/// A draft to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftToCheck {
    /// The procedure's identifier.
    procedure: String,
    /// The form as far as it is filled.
    draft: Draft,
}

/// How complete a draft is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompletenessView {
    /// Requirements met, in per cent; 100 means that it can be sent.
    percent: u32,
    /// Requirements met.
    met: u32,
    /// All requirements.
    of: u32,
    /// What is missing or wrong, in the order of the form.
    refusals: Vec<ProblemRefusal>,
}

fn view(pinned: &PinnedProcedure) -> ProcedureView {
    let procedure = &pinned.procedure;
    ProcedureView {
        id: procedure.id.clone(),
        version: procedure.version,
        hash: pinned.hash.clone(),
        title: procedure.title.clone(),
        citations: procedure.citation.iter().map(|citation| citation.text.clone()).collect(),
        unreviewed: procedure.has_unreviewed(),
    }
}

/// Every procedure in its newest version.
#[utoipa::path(
    get,
    path = "/procedures",
    tag = "procedures",
    responses((status = OK, body = Vec<ProcedureView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Vec<ProcedureView>>, PageError> {
    Ok(Json(app.exchange.procedures().all().map(|pinned| view(pinned)).collect()))
}

/// One procedure with all its rules.
#[utoipa::path(
    get,
    path = "/procedures/{id}",
    tag = "procedures",
    params(("id" = String, Path, description = "Its identifier, such as `eu.epoc.subscriber`.")),
    responses((status = OK, body = ProcedureDetail), (status = "default", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<ProcedureDetail>, PageError> {
    let pinned = app.exchange.procedures().newest(&id).ok_or_else(PageError::not_found)?;
    let rules = serde_json::to_value(&pinned.procedure).unwrap_or_default();
    Ok(Json(ProcedureDetail { procedure: view(pinned), rules, file: pinned.text.clone() }))
}

/// Which procedures apply to an addressee, and why the others do not.
#[utoipa::path(
    get,
    path = "/offers",
    tag = "procedures",
    params(OffersQuery),
    responses((status = OK, body = Vec<OfferView>), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn offers(
    State(app): State<App>,
    token: Token<Read>,
    Query(query): Query<OffersQuery>,
) -> Result<Json<Vec<OfferView>>, PageError> {
    Ok(Json(app.exchange.offers(&token.caller, query.to).await?))
}

/// Checks a draft without storing it.
#[utoipa::path(
    post,
    path = "/drafts/check",
    tag = "procedures",
    request_body = DraftToCheck,
    responses((status = OK, body = CompletenessView), (status = "default", body = Problem, content_type = "application/problem+json")),
    security(("token" = ["read"])),
)]
pub(crate) async fn check(
    State(app): State<App>,
    token: Token<Read>,
    Body(ask): Body<DraftToCheck>,
) -> Result<Json<CompletenessView>, PageError> {
    let found = app.exchange.check_draft(&ask.procedure, &ask.draft)?;
    Ok(Json(CompletenessView {
        percent: found.percent(),
        met: found.met,
        of: found.of,
        refusals: ProblemRefusal::all(&found.refusals, &app, token.language),
    }))
}
