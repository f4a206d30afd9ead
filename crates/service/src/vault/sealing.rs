//! How the files of an answer have to be sealed: to whom, and what the manifest says of the request.

use super::vaults;
use crate::act::{Attempt, Caller, Denied, settle};
use crate::request::both;
use crate::{Exchange, Inner};
use comity_domain::id::{ItemId, OrganisationId, RequestId};
use comity_domain::party::Organisation;
use comity_domain::procedure::{PinnedProcedure, Text};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::Request;
use comity_domain::vault::{Epoch, Mode, Vaults, signer_name};
use comity_policy::Action;
use comity_store::{Fault, Tx, request as rows};
use serde::Serialize;
use utoipa::ToSchema;

comity_domain::opaque!(SealingView, ManifestDraft);

/// How the files of an answer have to be sealed.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealingView {
    /// End to end, or by the server.
    #[schema(value_type = String)]
    pub mode: Mode,
    /// To whom everything is sealed; empty where the server seals.
    pub recipients: Vec<RecipientView>,
    /// With which key the manifest is signed.
    pub signer: Option<SignerView>,
    /// What the manifest says of the request.
    pub manifest: Option<ManifestDraft>,
}

/// One vault to which is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecipientView {
    /// Whose.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its epoch.
    pub epoch: u32,
    /// The recipient, as `age` writes it.
    pub recipient: String,
    /// SHA-256 of that text in hexadecimal: its name in a manifest.
    pub id: String,
}

/// The key with which the provider signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignerView {
    /// Whose.
    pub organisation: OrganisationId,
    /// In which epoch.
    pub epoch: u32,
    /// The name under which is signed.
    pub name: String,
    /// The verifier key.
    pub key: String,
}

/// What the manifest says of the request; the rest is for whoever seals.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ManifestDraft {
    /// The request.
    pub request: RequestNameView,
    /// The legal basis.
    pub basis: BasisView,
    /// What the data may be used for.
    pub purpose: String,
    /// Who makes it.
    pub producer: ProducerView,
    /// How long it is kept.
    pub retention: RetentionView,
    /// SHA-256 of the manifest before, of the same request, where there is one.
    pub previous: Option<String>,
    /// The items that can be answered.
    pub items: Vec<ItemName>,
}

/// A request by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequestNameView {
    /// Its identifier.
    pub id: RequestId,
    /// The authority's reference.
    pub reference: String,
}

/// A procedure by its pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BasisView {
    /// Its identifier.
    pub procedure: String,
    /// Its version.
    pub version: String,
    /// Its hash.
    pub sha256: String,
}

/// Who makes a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProducerView {
    /// The organisation.
    pub organisation: String,
}

/// How long a delivery is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RetentionView {
    /// The rule, as the procedure names it.
    pub rule: String,
    /// Until when, where that is known.
    pub until: Option<String>,
}

/// An item by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemName {
    /// Its identifier.
    pub id: ItemId,
    /// Its number.
    pub number: u32,
}

fn recipient(organisation: &Organisation, epoch: &Epoch) -> RecipientView {
    RecipientView {
        organisation: organisation.id,
        name: organisation.name.clone(),
        epoch: epoch.epoch,
        recipient: epoch.recipient.clone(),
        id: epoch.id.clone(),
    }
}

fn manifest(request: &Request, pinned: &PinnedProcedure, to: &Organisation) -> ManifestDraft {
    let Text { en: title, .. } = &pinned.procedure.title;
    let retention = &pinned.procedure.retention;
    let newest = request.packages.iter().filter_map(|package| package.sealing.as_ref()).next_back();
    ManifestDraft {
        request: RequestNameView { id: request.id, reference: request.reference.clone() },
        basis: BasisView {
            procedure: pinned.procedure.id.clone(),
            version: pinned.procedure.version.to_string(),
            sha256: pinned.hash.clone(),
        },
        purpose: format!("{}: {title}", request.reference),
        producer: ProducerView { organisation: to.name.clone() },
        retention: RetentionView {
            rule: format!("{} ({})", retention.payload, retention.source),
            until: None,
        },
        previous: newest.map(|sealing| sealing.sha256.clone()),
        items: request.items.iter().map(|item| ItemName { id: item.id, number: item.number }).collect(),
    }
}

fn view(
    vaults: &Vaults,
    request: &Request,
    pinned: &PinnedProcedure,
    (from, to): (&Organisation, &Organisation),
) -> Result<SealingView, Refusal> {
    let mode = vaults.mode();
    if mode == Mode::SealedByServer {
        return Ok(SealingView { mode, recipients: Vec::new(), signer: None, manifest: None });
    }
    let [theirs, ours] = vaults.both()?;
    Ok(SealingView {
        mode,
        recipients: vec![recipient(from, theirs), recipient(to, ours)],
        signer: Some(SignerView {
            organisation: to.id,
            epoch: ours.epoch,
            name: signer_name(&to.code, &to.country, ours.epoch),
            key: ours.signer.clone(),
        }),
        manifest: Some(manifest(request, pinned, to)),
    })
}

impl Exchange {
    /// How the files of an answer to a request have to be sealed at this instant.
    ///
    /// # Errors
    /// Not permitted, not found, one side has no vault any more, or a fault.
    pub async fn sealing(&self, who: &Caller, id: RequestId) -> Result<SealingView, Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RequestSealing, inner.now());
            let not_found = || vec![Refusal::new(RefusalCode::NotFound)];
            let Some(parties) = rows::parties(tx, id)? else { return attempt.refuse(tx, not_found()) };
            attempt.request = Some(id);
            if let Err(code) = attempt.ask_request(&inner, &parties) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let Some((request, _)) = rows::load(tx, store.instance_key(), id)? else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::Erased)]);
            };
            match of_request(tx, &inner, &request, &attempt)? {
                Ok(view) => {
                    attempt.record(tx, "viewed", "")?;
                    Ok(Ok(view))
                }
                Err(refusals) => attempt.refuse(tx, refusals),
            }
        };
        settle(self.store.write("request.sealing", work).await)
    }
}

fn of_request(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: &Request,
    attempt: &Attempt<'_>,
) -> crate::act::Answer<SealingView> {
    let pinned = inner.pinned(&request.procedure).ok_or_else(|| Fault::other("an unknown procedure"))?;
    let parties = match both(tx, request.from, request.to)? {
        Ok(parties) => parties,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let vaults = vaults(tx, inner, &parties.from, &parties.to, attempt.now)?;
    Ok(view(&vaults, request, pinned, (&parties.from, &parties.to)).map_err(|refusal| vec![refusal]))
}
