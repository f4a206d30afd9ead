//! The directory, and the administration of one's own organisation: people, roles, contact points, tokens.
//! Every change leaves its trail entry in the same transaction.

mod addressee;
mod revoke;
mod token;

pub use addressee::{Addressees, MAX_ADDRESSEES};
pub use token::{NewToken, Rotation, TokenView};

use crate::act::{Answer, Attempt, Caller, Denied, settle};
use crate::sign_in::{hash, invitation, secret};
use crate::source::freeze::ends_later;
use crate::vetting::review_vouched;
use crate::{DirectoryEntry, Exchange, Me, MemberView, PartyView, PeerProcedures, new_id, vault};
use comity_domain::id::{OrganisationId, PersonId, TokenId};
use comity_domain::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier};
use comity_domain::party::{
    AuthoriserMandate, ContactPoint, Membership, Organisation, OrganisationStatus, Person, Role,
};
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::term::Language;
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::credential::{self, TokenRow};
use comity_store::{Fault, Tx, party, vetting};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

comity_domain::opaque!(NewPerson);

/// A person to be invited.
#[derive(Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Where.
    pub organisation: OrganisationId,
    /// Name as it appears on documents.
    pub name: String,
    /// Official mail address in the organisation's own domain (guideline `L-source`).
    pub email: String,
    /// Language of pages and notices.
    pub language: Language,
    /// Function or rank.
    pub function: String,
    /// As what; at least one.
    pub roles: Vec<Role>,
    /// Accreditation number.
    pub accreditation: String,
    /// Accredited until.
    pub accredited_until: Moment,
    /// Capacity of an authoriser, for that role.
    #[serde(default)]
    pub authoriser: Option<AuthoriserMandate>,
}

pub(crate) fn brief(organisation: &Organisation) -> PartyView {
    PartyView {
        id: organisation.id,
        name: organisation.name.clone(),
        country: organisation.country.clone(),
        switchboard: organisation.switchboard.clone(),
    }
}

fn member((person, m): (Person, Membership)) -> MemberView {
    MemberView {
        person: person.id,
        name: person.name,
        email: person.email,
        function: m.function,
        roles: m.roles,
        accreditation: m.accreditation,
        accredited_until: m.accredited_until,
        withdrawn_at: m.withdrawn_at,
        authoriser: m.authoriser,
        active: person.active,
    }
}

/// What the operator sets up, as the trail keeps it.
#[derive(Serialize)]
pub(crate) struct Setup {
    #[serde(skip)]
    pub(crate) action: Action,
    #[serde(skip)]
    pub(crate) about: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organisation: Option<OrganisationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<TokenId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<OrganisationStatus>,
    /// What else was said, such as a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

impl Setup {
    pub(crate) const fn of(action: Action) -> Self {
        let about = String::new();
        Self { action, about, organisation: None, person: None, token: None, status: None, note: None }
    }
}

/// An organisation as the trail names it.
pub(crate) fn name(organisation: &Organisation) -> String {
    format!("{}-{}", organisation.country, organisation.code)
}

/// Organisations that take no part, and until when others are on probation.
type Standing = (BTreeMap<OrganisationId, OrganisationStatus>, BTreeMap<OrganisationId, Moment>);

fn standing(tx: &mut dyn Tx) -> Result<Standing, Fault> {
    Ok((party::away(tx)?, vetting::on_probation(tx)?))
}

fn entry(
    tx: &mut dyn Tx,
    organisation: Organisation,
    (away, probation): &Standing,
    people: bool,
) -> Result<DirectoryEntry, Fault> {
    let contact_points = party::contact_points(tx, organisation.id)?;
    let people = if people { party::members(tx, organisation.id)? } else { Vec::new() };
    let status = away.get(&organisation.id).copied().unwrap_or(OrganisationStatus::Active);
    let probation_until = probation.get(&organisation.id).copied();
    Ok(DirectoryEntry {
        organisation,
        status,
        probation_until,
        people: people.into_iter().map(member).collect(),
        contact_points,
    })
}

pub(crate) fn short(text: &str, field: &str) -> Result<String, Refusals> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(vec![Refusal::of(RefusalCode::FieldMissing, field)]);
    }
    if trimmed.chars().count() > 200 {
        return Err(vec![Refusal::of(RefusalCode::FieldTooLong, field).with("max", 200)]);
    }
    Ok(trimmed.to_owned())
}

impl NewPerson {
    /// Guideline `L-source`: an official address, recognisable as the organisation's.
    fn check(&self, organisation: &Organisation) -> Result<(), Refusals> {
        short(&self.name, "name")?;
        short(&self.function, "function")?;
        short(&self.accreditation, "accreditation")?;
        let raw = RawIdentifier { value: self.email.clone(), ..RawIdentifier::default() };
        if Identifier::parse(IdentifierType::Email, &raw, PortPolicy::Advised).is_err() {
            return Err(vec![
                Refusal::of(RefusalCode::FieldMalformed, "email").because("refusal-field-email"),
            ]);
        }
        let domain = self.email.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
        if domain != organisation.mail_domain {
            let refusal =
                Refusal::of(RefusalCode::MailDomain, "email").with("domain", &organisation.mail_domain);
            return Err(vec![refusal]);
        }
        roles_fit(&self.roles, organisation)
    }
}

fn roles_fit(roles: &[Role], organisation: &Organisation) -> Result<(), Refusals> {
    if roles.is_empty() {
        return Err(vec![Refusal::of(RefusalCode::FieldMissing, "roles")]);
    }
    match roles.iter().find(|role| !role.belongs_to(organisation.kind)) {
        Some(role) => Err(vec![Refusal::of(RefusalCode::RoleNotHere, "roles").with("role", role)]),
        None => Ok(()),
    }
}

impl Exchange {
    /// Runs `work` on an organisation if the caller may do `action` to it, and leaves the trail entry.
    pub(crate) async fn on_organisation<T: Send + 'static>(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        action: Action,
        outcome: &'static str,
        work: impl Fn(&mut dyn Tx, &Organisation, Moment) -> Answer<T> + Send + 'static,
    ) -> Result<T, Denied> {
        self.on_organisation_saying(who, organisation, action, (outcome, String::new()), work).await
    }

    /// The same, with what the trail entry says of it in detail.
    async fn on_organisation_saying<T: Send + 'static>(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        action: Action,
        (outcome, detail): (&'static str, String),
        work: impl Fn(&mut dyn Tx, &Organisation, Moment) -> Answer<T> + Send + 'static,
    ) -> Result<T, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, action, inner.now());
            attempt.detail.clone_from(&detail);
            let Some(found) = party::organisation(tx, organisation)? else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
            };
            attempt.about = name(&found);
            let relation = who.subject().relation_to_organisation(organisation);
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, relation, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            match work(tx, &found, attempt.now)? {
                Ok(done) => {
                    attempt.record(tx, outcome, "")?;
                    Ok(Ok(done))
                }
                Err(refusals) => attempt.refuse(tx, refusals),
            }
        };
        settle(self.store.write(action.as_str(), work).await)
    }

    /// Everybody who can be addressed, without their people.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn directory(&self, who: &Caller) -> Result<Vec<DirectoryEntry>, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::DirectoryView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Directory, facts) {
                return Ok(Err(vec![Refusal::new(code)]));
            }
            let (all, away) = (party::organisations(tx)?, standing(tx)?);
            let entries: Result<Vec<_>, Fault> =
                all.into_iter().map(|o| entry(tx, o, &away, false)).collect();
            Ok(Ok(entries?))
        };
        settle(self.store.read("directory.view", work).await)
    }

    /// An organisation with its contact points; its people too, where the caller may see them.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn organisation(&self, who: &Caller, id: OrganisationId) -> Result<DirectoryEntry, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::DirectoryView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Directory, facts) {
                return Ok(Err(vec![Refusal::new(code)]));
            }
            let Some(found) = party::organisation(tx, id)? else {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotFound)]));
            };
            attempt.action = Action::OrganisationView;
            let relation = who.subject().relation_to_organisation(id);
            let people = attempt.ask(&inner, relation, facts).is_ok();
            if people {
                attempt.about = name(&found);
                attempt.record(tx, "viewed", "")?;
            }
            let away = standing(tx)?;
            Ok(Ok(entry(tx, found, &away, people)?))
        };
        settle(self.store.write("organisation.view", work).await)
    }

    /// Every organisation with its people, in the demonstration only.
    ///
    /// # Errors
    /// Outside the demonstration, or a fault.
    pub async fn personas(&self) -> Result<Vec<DirectoryEntry>, Denied> {
        if !self.inner.demo {
            return Err(RefusalCode::NotFound.into());
        }
        let find = |tx: &mut dyn Tx| -> Result<Vec<DirectoryEntry>, Fault> {
            let away = standing(tx)?;
            party::organisations(tx)?.into_iter().map(|o| entry(tx, o, &away, true)).collect()
        };
        Ok(self.store.read("personas", find).await?)
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// The caller is no person, or a fault.
    pub async fn me(&self, who: &Caller) -> Result<Me, Denied> {
        let Some(actor) = who.actor().cloned() else { return Err(RefusalCode::NotPermitted.into()) };
        let find = move |tx: &mut dyn Tx| party::organisation(tx, actor.organisation);
        let actor = who.actor().cloned().ok_or(RefusalCode::NotPermitted)?;
        let organisation = self.store.read("me", find).await?.ok_or(RefusalCode::NotFound)?;
        Ok(Me {
            person: actor.person,
            name: actor.name,
            kind: organisation.kind,
            organisation: brief(&organisation),
            roles: actor.roles,
        })
    }

    /// Invites a person: writes them and the single-use link with which they enrol their first passkey; its secret is given once.
    ///
    /// # Errors
    /// Not permitted, an address outside the organisation's domain, a role that does not exist there, or a fault.
    pub async fn invite(&self, who: &Caller, new: NewPerson) -> Result<(PersonId, String), Denied> {
        let organisation = new.organisation;
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            if let Err(refusals) = new.check(found) {
                return Ok(Err(refusals));
            }
            if party::person_by_email(tx, &new.email.to_lowercase())?.is_some() {
                return Ok(Err(vec![
                    Refusal::of(RefusalCode::FieldMalformed, "email").because("refusal-email-taken"),
                ]));
            }
            let person = Person {
                id: new_id(now),
                name: new.name.trim().to_owned(),
                email: new.email.to_lowercase(),
                language: new.language,
                active: true,
            };
            party::put_person(tx, &person)?;
            let membership = Membership {
                person: person.id,
                organisation: found.id,
                roles: new.roles.clone(),
                function: new.function.trim().to_owned(),
                accreditation: new.accreditation.trim().to_owned(),
                accredited_until: new.accredited_until,
                withdrawn_at: None,
                authoriser: new.authoriser.filter(|_| new.roles.contains(&Role::Authoriser)),
            };
            party::put_membership(tx, &membership)?;
            ends_later(tx, &membership, now)?;
            Ok(Ok((person.id, invitation(tx, person.id, now)?)))
        };
        self.on_organisation(who, organisation, Action::PersonInvite, "done", work).await
    }

    /// The person with an official mail address, for the console.
    ///
    /// # Errors
    /// A fault.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<PersonId>, Denied> {
        let email = email.to_lowercase();
        let find = move |tx: &mut dyn Tx| party::person_by_email(tx, &email);
        Ok(self.store.read("person.by_email", find).await?.map(|person| person.id))
    }

    /// A new single-use link for a person who is already known. Where they have passkeys, its use retires those; until
    /// then it changes nothing.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn link(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Result<String, Denied> {
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            if membership(tx, person, found.id)?.is_none() {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "person")]));
            }
            Ok(Ok(invitation(tx, person, now)?))
        };
        self.on_organisation(who, organisation, Action::PersonInvite, "done", work).await
    }

    /// Gives a person other roles; their sessions end.
    ///
    /// # Errors
    /// Not permitted, a role that does not exist there, the last administrator, or a fault.
    pub async fn set_roles(&self, who: &Caller, person: PersonId, roles: Vec<Role>) -> Result<(), Denied> {
        let organisation = who.organisation().ok_or(RefusalCode::NotPermitted)?;
        let inner = self.inner.clone();
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            if let Err(refusals) = roles_fit(&roles, found) {
                return Ok(Err(refusals));
            }
            let Some(mut m) = membership(tx, person, found.id)? else {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "person")]));
            };
            let loses = m.roles.contains(&Role::Administrator) && !roles.contains(&Role::Administrator);
            if loses && !another_administrator(tx, found.id, person)? {
                return Ok(Err(vec![Refusal::of(RefusalCode::LastAdministrator, "roles")]));
            }
            m.roles.clone_from(&roles);
            m.authoriser = m.authoriser.filter(|_| roles.contains(&Role::Authoriser));
            party::put_membership(tx, &m)?;
            credential::end_sessions(tx, person)?;
            vault::tell_if_due(tx, &inner, found.id, now)?;
            Ok(Ok(()))
        };
        self.on_organisation(who, organisation, Action::RoleEdit, "done", work).await
    }

    /// Writes or replaces a contact point of the own organisation.
    ///
    /// # Errors
    /// Not permitted, a telephone number that is not in E.164 form, or a fault.
    pub async fn put_contact_point(&self, who: &Caller, point: ContactPoint) -> Result<(), Denied> {
        let organisation = point.organisation;
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            let raw = RawIdentifier { value: point.telephone.clone(), ..RawIdentifier::default() };
            let Ok(number) = Identifier::parse(IdentifierType::PhoneE164, &raw, PortPolicy::Advised) else {
                let refusal = Refusal::of(RefusalCode::FieldMalformed, "telephone");
                return Ok(Err(vec![refusal.because("refusal-field-telephone")]));
            };
            for (text, field) in [(&point.name, "name"), (&point.source, "source"), (&point.hours, "hours")] {
                if let Err(refusals) = short(text, field) {
                    return Ok(Err(refusals));
                }
            }
            let known = party::contact_points(tx, found.id)?.iter().any(|other| other.id == point.id);
            let id = if known { point.id } else { new_id(now) };
            let point =
                ContactPoint { id, telephone: number.canonical(), confirmed_at: now, ..point.clone() };
            party::put_contact_point(tx, &point)?;
            Ok(Ok(()))
        };
        self.on_organisation(who, organisation, Action::ContactPointEdit, "done", work).await
    }

    /// Sets up a person with their memberships (the console only).
    ///
    /// # Errors
    /// Not the console, or a fault.
    pub async fn put_person(
        &self,
        who: &Caller,
        person: Person,
        memberships: Vec<Membership>,
    ) -> Result<(), Denied> {
        let what = Setup {
            about: memberships.first().map_or_else(String::new, |m| m.accreditation.clone()),
            organisation: memberships.first().map(|m| m.organisation),
            person: Some(person.id),
            ..Setup::of(Action::PersonEdit)
        };
        let (store, inner, now) = (self.store.clone(), self.inner.clone(), self.now());
        let work = move |tx: &mut dyn Tx| {
            party::put_person(tx, &person)?;
            for m in &memberships {
                party::put_membership(tx, m)?;
                ends_later(tx, m, now)?;
            }
            for held in party::memberships(tx, person.id)? {
                review_vouched(tx, &store, &inner, held.organisation, now)?;
            }
            Ok(Ok(()))
        };
        self.at_console(who, what, work).await
    }

    /// Sets up a contact point as it stands (the console only).
    ///
    /// # Errors
    /// Not the console, or a fault.
    pub async fn set_contact_point(&self, who: &Caller, point: ContactPoint) -> Result<(), Denied> {
        let what = Setup {
            about: point.name.clone(),
            organisation: Some(point.organisation),
            ..Setup::of(Action::ContactPointEdit)
        };
        let work = move |tx: &mut dyn Tx| party::put_contact_point(tx, &point).map(Ok);
        self.at_console(who, what, work).await
    }

    /// Makes a token for a person (the console only).
    ///
    /// # Errors
    /// Not the console, or a fault.
    pub async fn add_token_for(
        &self,
        who: &Caller,
        person: PersonId,
        organisation: OrganisationId,
        name: &str,
        scopes: &[&str],
    ) -> Result<String, Denied> {
        let row = self.operator_token(organisation, name, scopes);
        self.write_token(who, TokenRow { person: Some(person), ..row }).await
    }

    /// Makes a peer link: a token with which an authority's system files requests here (the console only).
    ///
    /// # Errors
    /// Not the console, or a fault.
    pub async fn add_peer_token(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        addressee: OrganisationId,
        name: &str,
        procedures: PeerProcedures,
    ) -> Result<String, Denied> {
        let row = self.operator_token(organisation, name, &["interop"]);
        let procedures =
            serde_json::to_string(&procedures).map_err(|error| Fault::json("a peer link", &error))?;
        let row = TokenRow { addressee: Some(addressee), procedures: Some(procedures), ..row };
        self.write_token(who, row).await
    }

    fn operator_token(&self, organisation: OrganisationId, name: &str, scopes: &[&str]) -> TokenRow {
        let now = self.now();
        TokenRow {
            id: new_id(now),
            organisation,
            person: None,
            name: name.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            addressee: None,
            procedures: None,
            created_at: now,
            expires_at: now.plus_seconds(365 * 86_400),
            used_at: None,
            revoked_at: None,
            successor: None,
            replaced_until: None,
            certificate: None,
        }
    }

    async fn write_token(&self, who: &Caller, row: TokenRow) -> Result<String, Denied> {
        let made = secret();
        let hashed = hash(&made);
        let what = Setup {
            about: row.name.clone(),
            organisation: Some(row.organisation),
            person: row.person,
            token: Some(row.id),
            ..Setup::of(Action::TokenEdit)
        };
        let work = move |tx: &mut dyn Tx| credential::add_token(tx, hashed, &row).map(Ok);
        self.at_console(who, what, work).await?;
        Ok(made)
    }

    /// Runs what only the operator does, and leaves the trail entry.
    pub(crate) async fn at_console<T: Send + 'static>(
        &self,
        who: &Caller,
        what: Setup,
        work: impl Fn(&mut dyn Tx) -> Answer<T> + Send + 'static,
    ) -> Result<T, Denied> {
        let (inner, who, action) = (self.inner.clone(), who.clone(), what.action);
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, action, inner.now());
            attempt.about.clone_from(&what.about);
            attempt.detail = serde_json::to_string(&what).map_err(|e| Fault::other(e.to_string()))?;
            let facts = attempt.facts(false, false);
            let asked = match &who {
                Caller::Operator => attempt.ask(&inner, Relation::Own, facts),
                Caller::Person { .. } | Caller::Peer { .. } | Caller::System => {
                    Err(RefusalCode::NotPermitted)
                }
            };
            if let Err(code) = asked {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            match work(tx)? {
                Ok(done) => {
                    attempt.record(tx, "done", "")?;
                    Ok(Ok(done))
                }
                Err(refusals) => attempt.refuse(tx, refusals),
            }
        };
        settle(self.store.write(action.as_str(), work).await)
    }
}

fn membership(
    tx: &mut dyn Tx,
    person: PersonId,
    organisation: OrganisationId,
) -> Result<Option<Membership>, Fault> {
    Ok(party::memberships(tx, person)?.into_iter().find(|m| m.organisation == organisation))
}

fn another_administrator(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    but: PersonId,
) -> Result<bool, Fault> {
    let members = party::members(tx, organisation)?;
    Ok(members.iter().any(|(p, m)| p.active && p.id != but && m.roles.contains(&Role::Administrator)))
}
