//! What a source had received before it lost trust: packages, files by their hash, and when they were opened. For the
//! administrators of both sides, each for the own part, and for oversight; nobody learns here what a file said.

use crate::act::{Attempt, Caller, Denied, settle};
use crate::party::{brief, short};
use crate::{Exchange, PartyView};
use comity_domain::id::{PackageId, RequestId, RevocationId};
use comity_domain::party::OrganisationKind;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Request, RevocationCause};
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::source::{self as rows, Revocation};
use comity_store::{Fault, Tx, party, request as requests};
use serde::Serialize;
use utoipa::ToSchema;

/// Requests that are opened for one page.
const PAGE: i64 = 20;

/// A withdrawal of trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RevocationView {
    /// Its identifier.
    pub id: RevocationId,
    /// When.
    pub at: Moment,
    /// Of whom, or of somebody where.
    pub organisation: PartyView,
    /// The accreditation number of the person; nothing where it concerns the whole organisation.
    pub accreditation: Option<String>,
    /// Why.
    pub cause: RevocationCause,
    /// Why, in the words of whoever withdrew it; for the own organisation and oversight.
    pub reason: Option<String>,
    /// When a fraud was found.
    pub fraud_at: Option<Moment>,
    /// When an administrator of the addressee went through what had left.
    pub reviewed_at: Option<Moment>,
    /// What they found.
    pub review: String,
}

/// A file that had left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivedFile {
    /// SHA-256 of its content.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Each time that the authority opened it.
    pub opened: Vec<Moment>,
}

/// A package that had left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivedPackage {
    /// The request.
    pub request: RequestId,
    /// Its reference.
    pub reference: String,
    /// The package.
    pub package: PackageId,
    /// When it was released.
    pub released_at: Moment,
    /// Its files.
    pub files: Vec<ReceivedFile>,
}

/// What a source had received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Received {
    /// The withdrawal of trust.
    pub revocation: RevocationView,
    /// Packages, in the order of their requests.
    pub packages: Vec<ReceivedPackage>,
    /// Key of the next page.
    pub next: Option<String>,
    /// Whether the reader has to go through it.
    pub to_review: bool,
}

impl Exchange {
    /// What the source of a withdrawal of trust had received, as far as the caller's organisation has a part in it.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn received(
        &self,
        who: &Caller,
        id: RevocationId,
        after: Option<String>,
    ) -> Result<Received, Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RevocationView, inner.now());
            let Some(found) = rows::revocation(tx, id)? else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
            };
            let relation = relation(tx, &who, &found)?;
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, relation, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            attempt.about = id.to_string();
            let own = who.organisation().filter(|own| *own != found.organisation);
            let only = own.filter(|_| relation == Relation::Own);
            let from = after.as_deref().unwrap_or_default();
            let ids = rows::all_after(tx, &found, only, from, PAGE)?;
            let full = i64::try_from(ids.len()).is_ok_and(|count| count == PAGE);
            let next = ids.last().filter(|_| full).map(ToString::to_string);
            let mut packages = Vec::new();
            for id in ids {
                if let Some((request, _)) = requests::load(tx, store.instance_key(), id)? {
                    packages.extend(left(tx, &request)?);
                }
            }
            let to_review = only.is_some() && found.fraud_at.is_some() && found.reviewed_at.is_none();
            let revocation = view(tx, found, only.is_none())?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(Received { revocation, packages, next, to_review }))
        };
        settle(self.store.write("revocation.view", work).await)
    }

    /// Records that an administrator of an addressee went through what had left for a false source.
    ///
    /// # Errors
    /// Not permitted, not found, nothing to be gone through, no words, or a fault.
    pub async fn review_revocation(
        &self,
        who: &Caller,
        id: RevocationId,
        review: &str,
    ) -> Result<(), Denied> {
        let Some(actor) = who.actor().cloned() else { return Err(RefusalCode::NotPermitted.into()) };
        let (inner, who, review) = (self.inner.clone(), who.clone(), review.to_owned());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RevocationReview, inner.now());
            let Some(found) = rows::revocation(tx, id)? else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
            };
            let relation = relation(tx, &who, &found)?;
            let facts = attempt.facts(false, false);
            let asked = attempt.ask(&inner, relation, facts);
            // Nobody goes through what their own people had received.
            let own_source = actor.organisation == found.organisation;
            if let Err(code) = asked.and(if own_source { Err(RefusalCode::NotPermitted) } else { Ok(()) }) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            attempt.about = id.to_string();
            let review = match short(&review, "review") {
                Ok(review) => review,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            if !rows::reviewed(tx, id, actor.person, &review, attempt.now)? {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotInThisState)]);
            }
            attempt.record(tx, "done", "")?;
            Ok(Ok(()))
        };
        settle(self.store.write("revocation.review", work).await)
    }
}

/// The authority owns it, and each addressee that had received such requests its own part of it.
fn relation(tx: &mut dyn Tx, who: &Caller, found: &Revocation) -> Result<Relation, Fault> {
    let relation = who.subject().relation_to_organisation(found.organisation);
    let provides = who.actor().is_some_and(|actor| {
        matches!(actor.organisation_kind, OrganisationKind::Provider | OrganisationKind::ContactPoint)
    });
    match (relation, who.organisation()) {
        (Relation::Foreign, Some(own)) if provides && rows::concerns(tx, found.id, own)? => Ok(Relation::Own),
        (relation, _) => Ok(relation),
    }
}

fn left(tx: &mut dyn Tx, request: &Request) -> Result<Vec<ReceivedPackage>, Fault> {
    let released: Vec<_> =
        request.packages.iter().filter_map(|p| Some((p, p.released.as_ref()?.at))).collect();
    if released.is_empty() {
        return Ok(Vec::new());
    }
    let opened = rows::opened(tx, request.id, request.from)?;
    let files = |package: &comity_domain::request::Package| {
        let of = |file: &comity_domain::request::PackageFile| ReceivedFile {
            sha256: file.sha256.clone(),
            bytes: file.bytes,
            opened: opened
                .iter()
                .filter(|(_, detail)| detail.contains(&file.upload.to_string()))
                .map(|(at, _)| *at)
                .collect(),
        };
        package.files.iter().map(of).collect()
    };
    Ok(released
        .into_iter()
        .map(|(package, released_at)| ReceivedPackage {
            request: request.id,
            reference: request.reference.clone(),
            package: package.id,
            released_at,
            files: files(package),
        })
        .collect())
}

fn view(tx: &mut dyn Tx, found: Revocation, own: bool) -> Result<RevocationView, Fault> {
    let organisation = party::organisation(tx, found.organisation)?
        .ok_or_else(|| Fault::other("an unknown organisation"))?;
    let accreditation = match found.person {
        None => None,
        Some(person) => party::memberships(tx, person)?
            .into_iter()
            .find(|m| m.organisation == found.organisation)
            .map(|m| m.accreditation),
    };
    Ok(RevocationView {
        id: found.id,
        at: found.at,
        organisation: brief(&organisation),
        accreditation,
        cause: found.cause,
        reason: Some(found.reason).filter(|reason| own && !reason.is_empty()),
        fraud_at: found.fraud_at,
        reviewed_at: found.reviewed_at,
        review: found.review,
    })
}
