//! Who takes part: organisations, people, their roles, and where they can be reached.
//! Directory data, never case data; a role says what a person is for, the policy says what that permits.

use crate::id::{ContactPointId, OrganisationId, PersonId};
use crate::term::{AuthoriserType, Independence, Language, vocabulary};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

crate::opaque!(Person, Membership, ContactPoint, Actor, Signature, Vouch);

vocabulary! {
    /// What an organisation is in this system.
    OrganisationKind {
        /// Issues requests.
        Authority = "AUTHORITY",
        /// Holds data and answers.
        Provider = "PROVIDER",
        /// The 24/7 contact point of a State (Budapest Convention Art. 35); asks and is asked.
        ContactPoint = "CONTACT_POINT",
        /// Watches both sides; sees the trail, never a payload.
        Oversight = "OVERSIGHT",
    }
}

vocabulary! {
    /// Where an organisation stands with this instance.
    OrganisationStatus {
        /// It takes part.
        Active = "active",
        /// It takes no part until somebody has looked into it.
        Suspended = "suspended",
        /// It has left.
        Left = "left",
        /// It has not been let in yet, or those who vouched for it no longer suffice (T02).
        Joining = "joining",
    }
}

impl OrganisationStatus {
    /// Whether its people and systems may act and be asked.
    pub const fn takes_part(self) -> bool {
        matches!(self, Self::Active)
    }
}

vocabulary! {
    /// Where an accreditation stands at one instant.
    AccreditationState {
        /// It entitles.
        Valid = "valid",
        /// Its time is over.
        Ended = "ended",
        /// It was withdrawn.
        Withdrawn = "withdrawn",
        /// Its person or organisation is suspended or has left.
        Suspended = "suspended",
    }
}

vocabulary! {
    /// The two sides of a request.
    Side {
        /// The requesting authority.
        Authority = "AUTHORITY",
        /// The addressed provider.
        Provider = "PROVIDER",
    }
}

vocabulary! {
    /// What a person is for within one organisation (guidelines `L-designated`, `P-designated`).
    Role {
        /// Drafts requests and reads answers.
        Officer = "officer",
        /// Checks every draft and vouches for it (the single point of contact).
        Gatekeeper = "gatekeeper",
        /// Approves or refuses, and is named on the request.
        Authoriser = "authoriser",
        /// Verifies, decides items and collects data at a provider.
        Analyst = "analyst",
        /// Second pair of eyes on release at a provider.
        Reviewer = "reviewer",
        /// Keeps the people, roles, contact points and tokens of the own organisation.
        Administrator = "administrator",
        /// Reads trail and figures for an oversight body.
        Auditor = "auditor",
    }
}

impl Role {
    /// The kind of organisation in which the role exists; an administrator exists in each.
    pub const fn belongs_to(self, kind: OrganisationKind) -> bool {
        match self {
            Self::Officer | Self::Gatekeeper | Self::Authoriser => {
                matches!(kind, OrganisationKind::Authority | OrganisationKind::ContactPoint)
            }
            Self::Analyst | Self::Reviewer => {
                matches!(kind, OrganisationKind::Provider | OrganisationKind::ContactPoint)
            }
            Self::Auditor => matches!(kind, OrganisationKind::Oversight),
            Self::Administrator => true,
        }
    }
}

/// An organisation in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// What it is here.
    pub kind: OrganisationKind,
    /// Its full name.
    pub name: String,
    /// Short upper-case code used in references, such as `NBP`.
    pub code: String,
    /// ISO 3166-1 alpha-2 code of its State.
    pub country: String,
    /// IANA time zone of its seat; clocks that bind it count in this zone.
    pub time_zone: String,
    /// The language in which it is written to.
    pub language: Language,
    /// The mail domain that belongs to it; recognising it proves nothing (guideline `L-source`).
    pub mail_domain: String,
    /// Main switchboard number, entered from an independent source.
    pub switchboard: String,
    /// Services by which the data are held, as the provider names them; empty for others.
    #[serde(default)]
    pub services: Vec<String>,
}

/// A person in the directory.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their identifier.
    pub id: PersonId,
    /// Name as it appears on documents.
    pub name: String,
    /// Official mail address; private addresses are refused (guideline `L-source`).
    pub email: String,
    /// Language of pages and notices.
    pub language: Language,
    /// Whether they may act at all.
    pub active: bool,
}

/// What one person is in one organisation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub organisation: OrganisationId,
    /// As what; at least one.
    pub roles: Vec<Role>,
    /// Function or rank, as printed under a signature.
    pub function: String,
    /// Accreditation number that the other side can look up (guideline `L-authority`).
    pub accreditation: String,
    /// The accreditation is not valid after this instant.
    pub accredited_until: Moment,
    /// When it was withdrawn before its end, if it was.
    #[serde(default)]
    pub withdrawn_at: Option<Moment>,
    /// What kind of authoriser the person is; only for that role.
    pub authoriser: Option<AuthoriserMandate>,
}

/// Under which capacity an authoriser signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthoriserMandate {
    /// Judge, prosecutor, senior officer …
    pub kind: AuthoriserType,
    /// How independent of the investigation.
    pub independence: Independence,
}

/// Where an organisation can be reached, from an independent source (guideline `P-designated`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactPoint {
    /// Its identifier.
    pub id: ContactPointId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it is for, such as "Law-enforcement desk".
    pub name: String,
    /// Telephone number in E.164 form; the only number a call-back may use.
    pub telephone: String,
    /// Mailbox of the desk.
    pub email: String,
    /// Hours in words, with time zone.
    pub hours: String,
    /// Languages understood.
    pub languages: Vec<String>,
    /// Where this entry was taken from.
    pub source: String,
    /// When somebody last confirmed it.
    pub confirmed_at: Moment,
}

/// What the directory says, at the instant of asking, of a person who acts or has acted for an organisation
/// (`legal.md` 7.3, check 1; guideline `L-authority`).
#[derive(Clone, PartialEq, Eq)]
pub struct Vouch {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their function or rank.
    pub function: String,
    /// Their accreditation number.
    pub accreditation: String,
    /// Valid until.
    pub accredited_until: Moment,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<Moment>,
    /// Whether the person may act at all.
    pub active: bool,
    /// Where their organisation stands.
    pub organisation: OrganisationStatus,
    /// Capacity of an authoriser.
    pub authoriser: Option<AuthoriserMandate>,
}

impl Vouch {
    /// Where the accreditation stands at `now`; the gravest of what stands against it.
    pub fn state(&self, now: Moment) -> AccreditationState {
        if !self.active || !self.organisation.takes_part() {
            AccreditationState::Suspended
        } else if self.withdrawn_at.is_some() {
            AccreditationState::Withdrawn
        } else if now >= self.accredited_until {
            AccreditationState::Ended
        } else {
            AccreditationState::Valid
        }
    }
}

/// The person behind an act, resolved from session or token before anything is asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// Their name as printed in the dossier.
    pub name: String,
    /// On whose behalf.
    pub organisation: OrganisationId,
    /// What that organisation is.
    pub organisation_kind: OrganisationKind,
    /// Their roles there.
    pub roles: Vec<Role>,
    /// Their function or rank.
    pub function: String,
    /// Their accreditation number.
    pub accreditation: String,
    /// Valid until.
    pub accredited_until: Moment,
    /// Capacity of an authoriser.
    pub authoriser: Option<AuthoriserMandate>,
}

impl Actor {
    /// Whether the person holds `role` in the organisation they act for.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Who did it, as it is kept in a dossier.
    pub fn signature(&self, at: Moment) -> Signature {
        Signature {
            person: self.person,
            name: self.name.clone(),
            organisation: self.organisation,
            function: self.function.clone(),
            accreditation: self.accreditation.clone(),
            at,
        }
    }
}

/// Who did something and when: each name on a dossier has these (guideline `L-source`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who.
    pub person: PersonId,
    /// Name at that time.
    pub name: String,
    /// On whose behalf.
    pub organisation: OrganisationId,
    /// Function at that time.
    pub function: String,
    /// Accreditation number at that time.
    pub accreditation: String,
    /// When.
    pub at: Moment,
}
