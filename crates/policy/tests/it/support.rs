//! People, facts and small tables for the tests of this crate.

use comity_domain::id::{OrganisationId, PersonId};
use comity_domain::party::{Actor, OrganisationKind, Role};
use comity_domain::time::Moment;
use comity_policy::Facts;
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) fn organisation(number: u128) -> OrganisationId {
    OrganisationId::new(Uuid::from_u128(number))
}

pub(crate) fn person(kind: OrganisationKind, roles: &[Role]) -> Actor {
    Actor {
        person: PersonId::new(Uuid::from_u128(7)),
        name: "Ana Exemplar".to_owned(),
        organisation: organisation(1),
        organisation_kind: kind,
        roles: roles.to_vec(),
        function: "Inspector".to_owned(),
        accreditation: "XA-0001".to_owned(),
        accredited_until: Moment::utc(Timestamp::UNIX_EPOCH),
        authoriser: None,
    }
}

/// Every combination of facts.
pub(crate) fn every_fact() -> impl Iterator<Item = Facts> {
    (0_u8..64).map(|bits| Facts {
        accredited: bits & 1 != 0,
        with_provider: bits & 2 != 0,
        released: bits & 4 != 0,
        ended: bits & 8 != 0,
        present: bits & 16 != 0,
        signed: bits & 32 != 0,
    })
}

/// Whether the condition of that name holds, stated here a second time on purpose.
pub(crate) fn holds(condition: &str, facts: Facts) -> bool {
    match condition {
        "accredited" => facts.accredited,
        "with_provider" => facts.with_provider,
        "not_with_provider" => !facts.with_provider,
        "released" => facts.released,
        "not_ended" => !facts.ended,
        "present" => facts.present,
        "signed" => facts.signed,
        other => panic!("a condition that the tests do not know: {other}"),
    }
}

/// A rule in the table's own notation.
pub(crate) fn rule(id: &str, who: &[&str], relation: &str, when: &[&str], actions: &[&str]) -> String {
    format!(
        "[[rule]]\nid = {id:?}\ntext.en = \"One sentence.\"\ntext.fr = \"Une phrase.\"\n\
         who = {who:?}\nrelation = {relation:?}\nwhen = {when:?}\nactions = {actions:?}\n\n"
    )
}
