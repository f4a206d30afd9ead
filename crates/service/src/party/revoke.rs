//! Trust that is withdrawn: from a person, from an accreditation, from an organisation. It takes effect at once everywhere:
//! sessions and tokens end, and what depends on it stands still (T02, T04, T07; guideline `L-authority`).

use super::{Setup, another_administrator, membership, name, short};
use crate::Exchange;
use crate::act::{Caller, Denied};
use crate::source::freeze::{Withdrawn, revoke};
use crate::vetting::{resume, review_vouched};
use comity_domain::id::{OrganisationId, PersonId};
use comity_domain::party::{Organisation, OrganisationStatus, Role};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::RevocationCause;
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::{Tx, credential, party};

impl Exchange {
    /// Suspends or re-admits a person; their sessions end, and the open requests that they stand behind stand still.
    ///
    /// # Errors
    /// Not permitted, the last administrator, or a fault.
    pub async fn set_active(&self, who: &Caller, person: PersonId, active: bool) -> Result<(), Denied> {
        let organisation = who.organisation().ok_or(RefusalCode::NotPermitted)?;
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let by = who.actor().map(|actor| actor.person);
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            let (Some(mut known), Some(m)) = (party::person(tx, person)?, membership(tx, person, found.id)?)
            else {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "person")]));
            };
            let leaves = !active && m.roles.contains(&Role::Administrator);
            if leaves && !another_administrator(tx, found.id, person)? {
                return Ok(Err(vec![Refusal::of(RefusalCode::LastAdministrator, "active")]));
            }
            let suspended = known.active && !active;
            known.active = active;
            party::put_person(tx, &known)?;
            credential::end_sessions(tx, person)?;
            if suspended {
                for held in party::memberships(tx, person)? {
                    let what = Withdrawn {
                        organisation: held.organisation,
                        person: Some(person),
                        cause: RevocationCause::PersonSuspended,
                        by,
                        reason: "",
                    };
                    revoke(tx, &store, &inner, &what, now)?;
                }
            }
            for held in party::memberships(tx, person)? {
                review_vouched(tx, &store, &inner, held.organisation, now)?;
            }
            Ok(Ok(()))
        };
        self.on_organisation(who, organisation, Action::PersonEdit, "done", work).await
    }

    /// Withdraws a person's accreditation before its end; their sessions end, and the open requests that they stand behind
    /// stand still.
    ///
    /// # Errors
    /// Not permitted, nobody with an accreditation that stands, no reason, the last administrator, or a fault.
    pub async fn withdraw_accreditation(
        &self,
        who: &Caller,
        person: PersonId,
        reason: &str,
    ) -> Result<(), Denied> {
        let organisation = who.organisation().ok_or(RefusalCode::NotPermitted)?;
        let (store, inner, reason) = (self.store.clone(), self.inner.clone(), reason.to_owned());
        let by = who.actor().map(|actor| actor.person);
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            let reason = match short(&reason, "reason") {
                Ok(reason) => reason,
                Err(refusals) => return Ok(Err(refusals)),
            };
            let Some(m) = membership(tx, person, found.id)? else {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "person")]));
            };
            if m.roles.contains(&Role::Administrator) && !another_administrator(tx, found.id, person)? {
                return Ok(Err(vec![Refusal::of(RefusalCode::LastAdministrator, "person")]));
            }
            if !party::withdraw(tx, person, found.id, now, &reason)? {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotInThisState, "person")]));
            }
            credential::end_sessions(tx, person)?;
            let cause = RevocationCause::AccreditationWithdrawn;
            let what = Withdrawn { organisation: found.id, person: Some(person), cause, by, reason: &reason };
            revoke(tx, &store, &inner, &what, now)?;
            review_vouched(tx, &store, &inner, found.id, now)?;
            Ok(Ok(()))
        };
        self.on_organisation(who, organisation, Action::RoleEdit, "done", work).await
    }

    /// Says where an organisation stands (the console only), and answers where it stands then: one that was never let in, or
    /// is on probation, takes part again only while its vetting stands. One that takes no part any more has no sessions and
    /// no tokens, what it had asked stands still, and it vouches for nobody.
    ///
    /// # Errors
    /// Not the console, unknown, no reason, or a fault.
    pub async fn set_status(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        status: OrganisationStatus,
        reason: &str,
    ) -> Result<OrganisationStatus, Denied> {
        let reason = short(reason, "reason").map_err(Denied::Refused)?;
        let found = self.store.read("organisation", move |tx| party::organisation(tx, organisation)).await?;
        let found = found.ok_or(RefusalCode::NotFound)?;
        let what = Setup {
            about: name(&found),
            organisation: Some(organisation),
            status: Some(status),
            ..Setup::of(Action::OrganisationEdit)
        };
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| {
            let now = inner.now();
            let before = party::status(tx, organisation)?;
            let cause = match status {
                OrganisationStatus::Active => {
                    resume(tx, &store, &inner, organisation, &reason, now)?;
                    return Ok(Ok(party::status(tx, organisation)?.unwrap_or(status)));
                }
                OrganisationStatus::Suspended => RevocationCause::OrganisationSuspended,
                OrganisationStatus::Left => RevocationCause::OrganisationLeft,
                OrganisationStatus::Joining => {
                    let refusal = Refusal::of(RefusalCode::FieldMalformed, "status");
                    return Ok(Err(vec![refusal.because("refusal-field-choice")]));
                }
            };
            party::set_status(tx, organisation, status, now, &reason)?;
            credential::end_sessions_at(tx, organisation)?;
            if before == Some(OrganisationStatus::Active) {
                let what = Withdrawn { organisation, person: None, cause, by: None, reason: &reason };
                revoke(tx, &store, &inner, &what, now)?;
            }
            review_vouched(tx, &store, &inner, organisation, now)?;
            Ok(Ok(status))
        };
        self.at_console(who, what, work).await
    }
}
