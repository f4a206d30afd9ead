//! What only the console does about vetting: it enters organisations, proves their mail domains, admits them for the
//! instance's authority, and ends or prolongs a probation, each with its reason in the trail.

use super::{domain, reconsider, set_probation};
use crate::Exchange;
use crate::act::{Caller, Denied};
use crate::party::{Setup, name, short};
use crate::sign_in::secret;
use comity_domain::id::OrganisationId;
use comity_domain::party::{Organisation, OrganisationStatus};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::time::Moment;
use comity_domain::vetting::{DomainProof, MOST_PROBATION_DAYS};
use comity_policy::Action;
use comity_store::{Tx, party, vetting as rows};

/// How far the vetting of an organisation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VettingState {
    /// Where it stands.
    pub status: OrganisationStatus,
    /// Until when it is on probation.
    pub probation_until: Option<Moment>,
    /// The name and text that it publishes in the DNS; nothing for one that was here before vetting.
    pub record: Option<(String, String)>,
    /// How its mail domain was proved.
    pub proof: Option<DomainProof>,
    /// Whether the instance's authority admitted it.
    pub admitted: bool,
    /// Names of the members that vouch.
    pub vouchers: Vec<String>,
}

impl Exchange {
    /// Sets up or corrects an organisation (the console only). Until the first person is invited those that are set up are
    /// founders; one that comes later is outside until its vetting stands, and another mail domain has to be proved anew.
    ///
    /// # Errors
    /// Not the console, or a fault.
    pub async fn put_organisation(&self, who: &Caller, organisation: Organisation) -> Result<(), Denied> {
        let what = Self::about_organisation(&organisation, "");
        let (inner, token) = (self.inner.clone(), secret());
        let work = move |tx: &mut dyn Tx| {
            let before = party::organisation(tx, organisation.id)?;
            party::put_organisation(tx, &organisation)?;
            match before {
                None if rows::founded(tx)? => {
                    let now = inner.now();
                    party::set_status(tx, organisation.id, OrganisationStatus::Joining, now, "")?;
                    rows::ask(tx, organisation.id, &token, now)?;
                }
                Some(before) if before.mail_domain != organisation.mail_domain => {
                    rows::unprove(tx, organisation.id, &token)?;
                }
                Some(_) | None => {}
            }
            Ok(Ok(()))
        };
        self.at_console(who, what, work).await
    }

    /// How far the vetting of an organisation is, for the console.
    ///
    /// # Errors
    /// Not the console, unknown, or a fault.
    pub async fn vetting(&self, who: &Caller, id: OrganisationId) -> Result<VettingState, Denied> {
        let found = self.known(id).await?;
        let domain = found.mail_domain.clone();
        let work = move |tx: &mut dyn Tx| {
            let row = rows::row(tx, id)?;
            Ok(Ok(VettingState {
                status: party::status(tx, id)?.unwrap_or(OrganisationStatus::Left),
                probation_until: rows::probation(tx, id)?,
                proof: row.as_ref().and_then(|row| row.proof).map(|(proof, _)| proof),
                admitted: row.as_ref().is_some_and(|row| row.authority_at.is_some()),
                record: row.map(|row| (domain::name(&domain), domain::text(&row.token))),
                vouchers: rows::vouchers(tx, id)?.into_iter().map(|row| row.name).collect(),
            }))
        };
        self.at_console(who, Self::about_organisation(&found, "looked at"), work).await
    }

    /// Looks the token up in the DNS of the mail domain (the console only).
    ///
    /// # Errors
    /// Not the console, no resolver or no answer, a token that is not there, or a fault.
    pub async fn prove_by_dns(&self, who: &Caller, id: OrganisationId) -> Result<(), Denied> {
        if !matches!(who, Caller::Operator) {
            return Err(RefusalCode::NotPermitted.into());
        }
        let found = self.known(id).await?;
        let row = self.store.read("vetting", move |tx| rows::row(tx, id)).await?;
        let row = row.ok_or(RefusalCode::NotInThisState)?;
        let resolver = self.inner.vetting.resolver.ok_or(RefusalCode::NoResolver)?;
        match domain::publishes(resolver, &found.mail_domain, &row.token).await {
            Some(true) => {}
            Some(false) => {
                let refusal = Refusal::new(RefusalCode::DomainUnproved);
                return Err(refusal.with("name", domain::name(&found.mail_domain)).into());
            }
            None => return Err(RefusalCode::NoResolver.into()),
        }
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| {
            // Another mail domain meanwhile has another token.
            if rows::row(tx, id)?.is_none_or(|now| now.token != row.token) {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotInThisState)]));
            }
            rows::prove(tx, id, DomainProof::Dns, None, inner.now())?;
            reconsider(tx, &store, &inner, id, inner.now()).map(Ok)
        };
        self.at_console(who, Self::about_organisation(&found, "mail domain by DNS"), work).await
    }

    /// Records a signed letter that was seen out of band: its SHA-256, who saw it, and when (the console only).
    ///
    /// # Errors
    /// Not the console, not a SHA-256, nobody named, a time to come, or a fault.
    pub async fn prove_by_letter(
        &self,
        who: &Caller,
        id: OrganisationId,
        sha256: &str,
        seen_by: &str,
        seen_at: Moment,
    ) -> Result<(), Denied> {
        let found = self.known(id).await?;
        let seen_by = short(seen_by, "seen_by").map_err(Denied::Refused)?;
        let document = sha256.trim().to_ascii_lowercase();
        if document.len() != 64 || !document.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Refusal::of(RefusalCode::FieldMalformed, "letter")
                .because("refusal-field-sha256")
                .into());
        }
        if seen_at > self.now() {
            return Err(Refusal::of(RefusalCode::FieldMalformed, "seen_on")
                .because("refusal-field-date")
                .into());
        }
        let note = format!("letter {document}, seen by {seen_by} at {seen_at}");
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| {
            if rows::row(tx, id)?.is_none() {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotInThisState)]));
            }
            let letter = Some((&*document, &*seen_by, seen_at));
            rows::prove(tx, id, DomainProof::Letter, letter, inner.now())?;
            reconsider(tx, &store, &inner, id, inner.now()).map(Ok)
        };
        self.at_console(who, Self::about_organisation(&found, &note), work).await
    }

    /// The instance's authority admits an organisation in the place of members (the console only), for so many days of
    /// probation or as many as are configured.
    ///
    /// # Errors
    /// Not the console, no reason, too many days, one that has been admitted, or a fault.
    pub async fn admit(
        &self,
        who: &Caller,
        id: OrganisationId,
        reason: &str,
        days: Option<u32>,
    ) -> Result<(), Denied> {
        let found = self.known(id).await?;
        let reason = short(reason, "reason").map_err(Denied::Refused)?;
        let days = days.unwrap_or(self.inner.vetting.probation_days);
        if days > MOST_PROBATION_DAYS {
            return Err(Refusal::of(RefusalCode::FieldMalformed, "days")
                .because("refusal-field-number")
                .into());
        }
        let what = Self::about_organisation(&found, &reason);
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| {
            // Who came in by vouching is on probation until it ends; the authority does not admit it once more.
            if rows::row(tx, id)?.is_none_or(|row| row.admitted_at.is_some()) {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotInThisState)]));
            }
            rows::authority(tx, id, &reason, days, inner.now())?;
            reconsider(tx, &store, &inner, id, inner.now()).map(Ok)
        };
        self.at_console(who, what, work).await
    }

    /// Ends a probation before its day, or prolongs it (the console only).
    ///
    /// # Errors
    /// Not the console, no reason, no probation, a day that is over or too far away, or a fault.
    pub async fn change_probation(
        &self,
        who: &Caller,
        id: OrganisationId,
        until: Option<Moment>,
        reason: &str,
    ) -> Result<(), Denied> {
        let found = self.known(id).await?;
        let reason = short(reason, "reason").map_err(Denied::Refused)?;
        let now = self.now();
        let last = now.plus_seconds(i64::from(MOST_PROBATION_DAYS) * 86_400);
        if until.is_some_and(|until| until <= now || until > last) {
            return Err(Refusal::of(RefusalCode::FieldMalformed, "until")
                .because("refusal-field-date")
                .into());
        }
        let what = Self::about_organisation(&found, &reason);
        let work = move |tx: &mut dyn Tx| {
            let takes_part = party::status(tx, id)? == Some(OrganisationStatus::Active);
            if !takes_part || rows::probation(tx, id)?.is_none() {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotInThisState)]));
            }
            set_probation(tx, id, until, now).map(Ok)
        };
        self.at_console(who, what, work).await
    }

    async fn known(&self, id: OrganisationId) -> Result<Organisation, Denied> {
        let found = self.store.read("organisation", move |tx| party::organisation(tx, id)).await?;
        found.ok_or_else(|| RefusalCode::NotFound.into())
    }

    fn about_organisation(organisation: &Organisation, note: &str) -> Setup {
        Setup {
            about: name(organisation),
            organisation: Some(organisation.id),
            note: (!note.is_empty()).then(|| note.to_owned()),
            ..Setup::of(Action::OrganisationEdit)
        }
    }
}
