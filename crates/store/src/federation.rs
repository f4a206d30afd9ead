//! Accounts of people at the identity providers of their organisations as rows; of the subject only a keyed digest.
//! It may assume that the digest was made from a token that was verified.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, parse};
use crate::value::{Row, Value};
use comity_domain::id::{FederatedIdentityId, OrganisationId, PersonId};
use comity_domain::time::Moment;

comity_domain::opaque!(FederatedIdentityRow);

crate::sql! {
    ADD = "insert into federated_identity (id, person, organisation, issuer, digest, created_at_us)
        values ($1, $2, $3, $4, $5, $6)";
    BY_DIGEST = "select id, person, organisation, issuer, created_at_us, used_at_us
        from federated_identity where digest = $1 and ended_at_us is null";
    OF_PERSON = "select id, person, organisation, issuer, created_at_us, used_at_us
        from federated_identity where person = $1 and ended_at_us is null order by id limit 1000";
    USE = "update federated_identity set used_at_us = $2 where id = $1";
    END = "update federated_identity set ended_at_us = $3 where id = $1 and person = $2 and ended_at_us is null";
    END_ALL = "update federated_identity set ended_at_us = $2 where person = $1 and ended_at_us is null";
    END_SESSIONS = "delete from session where federated_identity = $1";
}

/// An account at an identity provider that stands for a person.
#[derive(Clone, PartialEq, Eq)]
pub struct FederatedIdentityRow {
    /// Its identifier.
    pub id: FederatedIdentityId,
    /// Whose.
    pub person: PersonId,
    /// Of which organisation the provider is; the person acts for that one.
    pub organisation: OrganisationId,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// Connected.
    pub created_at: Moment,
    /// Last signed in with.
    pub used_at: Option<Moment>,
}

fn identity_of(row: &Row) -> Result<FederatedIdentityRow, Fault> {
    Ok(FederatedIdentityRow {
        id: parse(row.text(0)?)?,
        person: parse(row.text(1)?)?,
        organisation: parse(row.text(2)?)?,
        issuer: row.text(3)?.to_owned(),
        created_at: moment(row.int(4)?)?,
        used_at: row.opt_int(5)?.map(moment).transpose()?,
    })
}

/// Writes a new one. *Errors*: [`crate::FaultKind::Unique`] when it stands for somebody already.
pub fn add(tx: &mut dyn Tx, digest: [u8; 32], row: &FederatedIdentityRow) -> Result<(), Fault> {
    let args: [Value; 6] = [
        row.id.to_string().into(),
        row.person.to_string().into(),
        row.organisation.to_string().into(),
        (&row.issuer).into(),
        digest.into(),
        row.created_at.us().into(),
    ];
    tx.exec(ADD, &args).map(drop)
}

/// Whom an account stands for.
pub fn by_digest(tx: &mut dyn Tx, digest: [u8; 32]) -> Result<Option<FederatedIdentityRow>, Fault> {
    tx.row(BY_DIGEST, &[digest.into()])?.as_ref().map(identity_of).transpose()
}

/// The live ones of a person, oldest first.
pub fn of_person(tx: &mut dyn Tx, person: PersonId) -> Result<Vec<FederatedIdentityRow>, Fault> {
    tx.rows(OF_PERSON, &[person.to_string().into()])?.iter().map(identity_of).collect()
}

/// Notes that it was signed in with.
pub fn note_use(tx: &mut dyn Tx, id: FederatedIdentityId, now: Moment) -> Result<(), Fault> {
    tx.exec(USE, &[id.to_string().into(), now.us().into()]).map(drop)
}

/// Ends one of a person and the sessions that began with it; tells whether it was live.
pub fn end(tx: &mut dyn Tx, id: FederatedIdentityId, person: PersonId, now: Moment) -> Result<bool, Fault> {
    let ended = tx.exec(END, &[id.to_string().into(), person.to_string().into(), now.us().into()])? == 1;
    if ended {
        tx.exec(END_SESSIONS, &[id.to_string().into()])?;
    }
    Ok(ended)
}

/// Ends every one of a person; their sessions are ended beside it.
pub fn end_all(tx: &mut dyn Tx, person: PersonId, now: Moment) -> Result<(), Fault> {
    tx.exec(END_ALL, &[person.to_string().into(), now.us().into()]).map(drop)
}
