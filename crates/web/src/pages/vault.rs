//! The pages whose script holds keys: one's own officer key, the organisation's vault, and the opening of a sealed package.
//! What is secret is made and used in the browser; these pages carry its words and what everybody may see.

use super::frame::{Frame, render};
use crate::api::body::Path;
use crate::error::PageError;
use crate::session::{AtAccount, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use comity_domain::id::{OrganisationId, PackageId, RequestId};
use comity_domain::party::Role;
use comity_domain::vault::{Mode, signer_name};
use comity_service::{Dossier, LockedBy, OfficerKeyView, PackageView, VaultView};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/account/key", get(key))
        .route("/organisation/vault", get(vault))
        .route("/requests/{id}/packages/{package}", get(package))
}

/// One's own officer key.
#[derive(Template)]
#[template(path = "officer_key.html")]
struct KeyPage {
    f: Frame,
    k: OfficerKeyView,
    /// Whether the person is in a role that may hold a vault.
    holds: bool,
}

/// The vault of the own organisation.
#[derive(Template)]
#[template(path = "vault.html")]
struct VaultPage {
    f: Frame,
    v: VaultView,
    /// The name under which the organisation will sign in its next epoch.
    signer: String,
}

/// A sealed package.
#[derive(Template)]
#[template(path = "opening.html")]
struct OpeningPage {
    f: Frame,
    d: Dossier,
    p: PackageView,
    organisation: OrganisationId,
}

/// Roles that may hold a vault, for links to pages that ask the permission table themselves.
pub(super) const HOLDERS: [Role; 3] = [Role::Officer, Role::Analyst, Role::Reviewer];

/// `GET /account/key`
async fn key(State(app): State<App>, AtAccount(who): AtAccount) -> Result<Response, PageError> {
    let k = app.exchange.officer_key(&who.caller).await?;
    let f = Frame::of(&app, &who, "account", "officer-key").await;
    let holds = HOLDERS.iter().any(|role| f.has(*role));
    Ok(render(&KeyPage { f, k, holds }))
}

/// `GET /organisation/vault`
async fn vault(State(app): State<App>, who: SignedIn) -> Result<Response, PageError> {
    let v = app.exchange.vault(&who.caller, who.actor.organisation).await?;
    let own = app.exchange.organisation(&who.caller, who.actor.organisation).await?.organisation;
    let next = v.epochs.iter().map(|epoch| epoch.epoch).max().unwrap_or(0) + 1;
    let f = Frame::of(&app, &who, "vault", "nav-vault").await;
    Ok(render(&VaultPage { f, v, signer: signer_name(&own.code, &own.country, next) }))
}

/// `GET /requests/{id}/packages/{package}`
async fn package(
    State(app): State<App>,
    who: SignedIn,
    Path((id, package)): Path<(RequestId, PackageId)>,
) -> Result<Response, PageError> {
    let d = app.exchange.dossier(&who.caller, id).await?;
    let found = d.packages.iter().find(|known| known.id == package && is_sealed(known));
    let p = found.cloned().ok_or_else(PageError::not_found)?;
    let f = Frame::of(&app, &who, "requests", "package-sealed").await;
    Ok(render(&OpeningPage { f, d, p, organisation: who.actor.organisation }))
}

/// Whether a package was sealed in the provider's browser.
pub(super) fn is_sealed(package: &PackageView) -> bool {
    package.mode == Mode::EndToEnd
}

impl KeyPage {
    fn by_passkey(&self) -> usize {
        self.k.locked.iter().filter(|copy| copy.by == LockedBy::Passkey).count()
    }
}

impl VaultPage {
    /// Whether the reader holds the newest epoch.
    fn held(&self) -> bool {
        self.v.epochs.iter().any(|epoch| epoch.current && epoch.grant.is_some())
    }

    /// Whether somebody with a key waits for access.
    fn waits(&self) -> bool {
        self.v.members.iter().any(|member| member.recipient.is_some() && !member.granted)
    }

    /// The kind of an epoch, as the page names it.
    fn kind(&self, recipient: &str) -> String {
        let kind = if recipient.starts_with("age1pq1") { "hybrid" } else { "classic" };
        self.f.w("vault-kind", kind)
    }
}

impl OpeningPage {
    fn number(&self) -> usize {
        self.d.packages.iter().position(|known| known.id == self.p.id).map_or(0, |at| at + 1)
    }

    fn sized(&self, bytes: &u64) -> String {
        self.f.words.bytes(*bytes)
    }
}
