//! The fictional organisations and people of the demonstration.

use crate::serve::said;
use comity_domain::id::{ContactPointId, OrganisationId, PersonId};
use comity_domain::party::{
    Actor, AuthoriserMandate, ContactPoint, Membership, Organisation, OrganisationKind, Person, Role,
};
use comity_domain::term::{AuthoriserType, Independence, Language};
use comity_service::{Caller, Exchange, Presence, Via};
use sha2::{Digest, Sha256};

pub(super) struct FictionalOrganisation {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    kind: OrganisationKind,
    country: &'static str,
    time_zone: &'static str,
    language: Language,
    domain: &'static str,
    switchboard: &'static str,
    services: &'static [&'static str],
}

pub(super) const ORGANISATIONS: &[FictionalOrganisation] = &[
    FictionalOrganisation {
        code: "NBP",
        name: "Northbridge Police",
        kind: OrganisationKind::Authority,
        country: "XA",
        time_zone: "Europe/Paris",
        language: Language::English,
        domain: "police.northbridge.example",
        switchboard: "+999100200",
        services: &[],
    },
    FictionalOrganisation {
        code: "WPS",
        name: "Westmark Prosecution Service",
        kind: OrganisationKind::Authority,
        country: "XB",
        time_zone: "America/New_York",
        language: Language::French,
        domain: "parquet.westmark.example",
        switchboard: "+998100200",
        services: &[],
    },
    FictionalOrganisation {
        code: "HBT",
        name: "Harbour Telecom",
        kind: OrganisationKind::Provider,
        country: "XA",
        time_zone: "Europe/Paris",
        language: Language::English,
        domain: "harbour-telecom.example",
        switchboard: "+999300400",
        services: &["Harbour Fibre", "Harbour Mobile"],
    },
    FictionalOrganisation {
        code: "LUM",
        name: "Lumio Cloud",
        kind: OrganisationKind::Provider,
        country: "XB",
        time_zone: "America/New_York",
        language: Language::French,
        domain: "lumio.example",
        switchboard: "+998300400",
        services: &["Lumio Mail", "Lumio Drive"],
    },
    FictionalOrganisation {
        code: "CCP",
        name: "Corvania 24/7 contact point",
        kind: OrganisationKind::ContactPoint,
        country: "XC",
        time_zone: "Asia/Kolkata",
        language: Language::English,
        domain: "contact.corvania.example",
        switchboard: "+997100200",
        services: &[],
    },
    FictionalOrganisation {
        code: "OVB",
        name: "Communications Oversight Board",
        kind: OrganisationKind::Oversight,
        country: "XA",
        time_zone: "Europe/Paris",
        language: Language::English,
        domain: "oversight.example",
        switchboard: "+999500600",
        services: &[],
    },
];

impl FictionalOrganisation {
    fn organisation(&self) -> Organisation {
        Organisation {
            id: organisation_id(self.code),
            kind: self.kind,
            name: self.name.to_owned(),
            code: self.code.to_owned(),
            country: self.country.to_owned(),
            time_zone: self.time_zone.to_owned(),
            language: self.language,
            mail_domain: self.domain.to_owned(),
            switchboard: self.switchboard.to_owned(),
            services: self.services.iter().map(|service| (*service).to_owned()).collect(),
        }
    }
}

/// Organisations that want to join: one that lacks a voucher of its own State, and one that looks like another.
const NEWCOMERS: &[FictionalOrganisation] = &[
    FictionalOrganisation {
        code: "NBC",
        name: "Northbridge Customs",
        kind: OrganisationKind::Authority,
        country: "XA",
        time_zone: "Europe/Paris",
        language: Language::English,
        domain: "customs.northbridge.example",
        switchboard: "+999100800",
        services: &[],
    },
    FictionalOrganisation {
        code: "NPX",
        name: "Northbridge Police, Cyber Section",
        kind: OrganisationKind::Authority,
        country: "XA",
        time_zone: "Europe/Paris",
        language: Language::English,
        domain: "police.northbrigde.example",
        switchboard: "+996700100",
        services: &[],
    },
];

pub(super) struct FictionalPerson {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) organisation: &'static str,
    pub(super) roles: &'static [Role],
    function: &'static str,
    authoriser: Option<AuthoriserMandate>,
}

const fn person(
    key: &'static str,
    name: &'static str,
    organisation: &'static str,
    roles: &'static [Role],
    function: &'static str,
) -> FictionalPerson {
    FictionalPerson { key, name, organisation, roles, function, authoriser: None }
}

impl FictionalPerson {
    const fn signing(mut self, kind: AuthoriserType, independence: Independence) -> Self {
        self.authoriser = Some(AuthoriserMandate { kind, independence });
        self
    }
}

pub(super) const PEOPLE: &[FictionalPerson] = &[
    person("laurent", "Amélie Laurent", "NBP", &[Role::Officer], "Detective inspector, cybercrime unit"),
    person("okafor", "Martin Okafor", "NBP", &[Role::Gatekeeper], "Single point of contact"),
    person("hale", "Judith Hale", "NBP", &[Role::Authoriser], "Investigating judge")
        .signing(AuthoriserType::InvestigatingJudge, Independence::Judicial),
    person("brandt", "Sofia Brandt", "NBP", &[Role::Administrator], "Head of administration"),
    person("moreau", "Étienne Moreau", "WPS", &[Role::Officer], "Assistant prosecutor"),
    person("diallo", "Awa Diallo", "WPS", &[Role::Gatekeeper], "Registrar"),
    person("keller", "Nora Keller", "WPS", &[Role::Authoriser], "Public prosecutor")
        .signing(AuthoriserType::Prosecutor, Independence::Independent),
    person("roy", "Camille Roy", "WPS", &[Role::Administrator], "Head of registry"),
    person("lindqvist", "Erik Lindqvist", "HBT", &[Role::Analyst], "Disclosure analyst"),
    person("ferrari", "Giulia Ferrari", "HBT", &[Role::Reviewer], "Counsel"),
    person("novak", "Petr Novák", "HBT", &[Role::Administrator], "Head of compliance"),
    person("dubois", "Inès Dubois", "LUM", &[Role::Analyst], "Analyste conformité"),
    person("tremblay", "Luc Tremblay", "LUM", &[Role::Reviewer], "Juriste"),
    person("gagnon", "Marie Gagnon", "LUM", &[Role::Administrator], "Directrice conformité"),
    person("rao", "Priya Rao", "CCP", &[Role::Analyst], "Duty officer"),
    person("sen", "Arjun Sen", "CCP", &[Role::Reviewer, Role::Administrator], "Head of the contact point"),
    person("weiss", "Hannah Weiss", "OVB", &[Role::Auditor], "Inspector"),
];

fn uuid(text: &str) -> uuid::Uuid {
    let digest: [u8; 32] = Sha256::digest(format!("comity demo {text}")).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// The identifier of an organisation, the same in each demonstration.
pub(super) fn organisation_id(code: &str) -> OrganisationId {
    OrganisationId::new(uuid(code))
}

/// The identifier of a person, the same in each demonstration.
pub(super) fn person_id(key: &str) -> PersonId {
    PersonId::new(uuid(key))
}

/// The contact point of an organisation.
pub(super) fn contact_point_id(code: &str) -> ContactPointId {
    ContactPointId::new(uuid(&format!("contact point {code}")))
}

/// Writes everybody; doing it again changes nothing.
pub(super) async fn set_up(exchange: &Exchange) -> Result<(), String> {
    let operator = Caller::Operator;
    let now = exchange.now();
    for o in ORGANISATIONS {
        exchange.put_organisation(&operator, o.organisation()).await.map_err(said)?;
        let point = ContactPoint {
            id: contact_point_id(o.code),
            organisation: organisation_id(o.code),
            name: "Duty desk".to_owned(),
            telephone: format!("{}7", o.switchboard),
            email: format!("desk@{}", o.domain),
            hours: format!("24/7, {}", o.time_zone),
            languages: vec!["en".to_owned(), "fr".to_owned()],
            source: "Official gazette".to_owned(),
            confirmed_at: now,
        };
        exchange.set_contact_point(&operator, point).await.map_err(said)?;
    }
    for p in PEOPLE {
        let home = ORGANISATIONS.iter().find(|o| o.code == p.organisation);
        let home = home.ok_or_else(|| format!("{}: no such organisation", p.organisation))?;
        let person = Person {
            id: person_id(p.key),
            name: p.name.to_owned(),
            email: format!("{}@{}", p.key, home.domain),
            language: home.language,
            active: true,
        };
        let membership = membership(p, now);
        exchange.put_person(&operator, person, vec![membership]).await.map_err(said)?;
    }
    Ok(())
}

/// Enters those that want to join; one has proved its mail domain, and somebody abroad vouches for it.
pub(super) async fn newcomers(exchange: &Exchange) -> Result<(), String> {
    let (operator, now) = (Caller::Operator, exchange.now());
    for o in NEWCOMERS {
        exchange.put_organisation(&operator, o.organisation()).await.map_err(said)?;
    }
    let known = organisation_id("NBC");
    let letter = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    exchange.prove_by_letter(&operator, known, letter, "Noor Haddad, registry", now).await.map_err(said)?;
    let statement = "Joint investigation team since 2024; called back through the gazette.";
    exchange.vouch(&caller("roy", now)?, known, statement).await.map_err(said)
}

fn membership(p: &FictionalPerson, now: comity_domain::time::Moment) -> Membership {
    Membership {
        person: person_id(p.key),
        organisation: organisation_id(p.organisation),
        roles: p.roles.to_vec(),
        function: p.function.to_owned(),
        accreditation: format!("{}-{}", p.organisation, p.key.to_uppercase()),
        accredited_until: now.plus_seconds(365 * 86_400),
        withdrawn_at: None,
        authoriser: p.authoriser,
    }
}

/// A person, acting.
pub(super) fn caller(key: &str, now: comity_domain::time::Moment) -> Result<Caller, String> {
    let p = PEOPLE.iter().find(|p| p.key == key).ok_or_else(|| format!("{key}: nobody"))?;
    let kind = ORGANISATIONS.iter().find(|o| o.code == p.organisation).map(|o| o.kind);
    let m = membership(p, now);
    let actor = Actor {
        person: m.person,
        name: p.name.to_owned(),
        organisation: m.organisation,
        organisation_kind: kind.ok_or_else(|| format!("{}: no such organisation", p.organisation))?,
        roles: m.roles,
        function: m.function,
        accreditation: m.accreditation,
        accredited_until: m.accredited_until,
        authoriser: m.authoriser,
    };
    Ok(Caller::Person { actor, via: Via::Page, presence: Presence::Token })
}
