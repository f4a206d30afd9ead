//! Passkeys, recovery codes and the challenges between them as rows (T03).
//! It may assume that a credential was verified before it comes here. Of every secret only its SHA-256 is here.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, parse};
use crate::seal::{InstanceKey, Place};
use crate::value::{Row, Value};
use comity_domain::id::{AuthenticatorId, PersonId};
use comity_domain::time::Moment;

comity_domain::opaque!(AuthenticatorRow, CeremonyRow);

crate::sql! {
    ADD = "insert into authenticator (id, person, credential_id, credential, name, bound, created_at_us, used_at_us)
        values ($1, $2, $3, $4, $5, $6, $7, $7)";
    BY_CREDENTIAL = "select id, person, credential_id, credential, name, bound, created_at_us, used_at_us, revoked_at_us
        from authenticator where credential_id = $1";
    OF_PERSON = "select id, person, credential_id, credential, name, bound, created_at_us, used_at_us, revoked_at_us
        from authenticator where person = $1 and revoked_at_us is null order by id limit 1000";
    USE = "update authenticator set credential = $2, used_at_us = $3 where id = $1";
    RENAME = "update authenticator set name = $3 where id = $1 and person = $2 and revoked_at_us is null";
    REVOKE = "update authenticator set revoked_at_us = $3 where id = $1 and person = $2 and revoked_at_us is null";
    REVOKE_ALL = "update authenticator set revoked_at_us = $2 where person = $1 and revoked_at_us is null";
    ADD_CODE = "insert into recovery_code (secret_hash, person, created_at_us) values ($1, $2, $3)";
    CODE = "select person from recovery_code where secret_hash = $1 and ended_at_us is null";
    CODE_OF = "select created_at_us from recovery_code where person = $1 and ended_at_us is null
        order by created_at_us desc limit 1";
    USE_CODE = "update recovery_code set ended_at_us = $2 where secret_hash = $1 and ended_at_us is null
        returning person";
    END_CODES = "update recovery_code set ended_at_us = $2 where person = $1 and ended_at_us is null";
    ADD_CEREMONY = "insert into ceremony (handle_hash, kind, person, granted, state, expires_at_us)
        values ($1, $2, $3, $4, $5, $6)";
    TAKE_CEREMONY = "delete from ceremony where handle_hash = $1 returning kind, person, granted, state, expires_at_us";
    FORGET_CEREMONIES = "delete from ceremony where expires_at_us <= $1";
}

/// A passkey of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticatorRow {
    /// Its identifier.
    pub id: AuthenticatorId,
    /// Whose.
    pub person: PersonId,
    /// The identifier that the passkey has for itself.
    pub credential_id: Vec<u8>,
    /// Public key and counter, as JSON.
    pub credential: Vec<u8>,
    /// What its person calls it.
    pub name: String,
    /// Whether its key cannot leave the device.
    pub bound: bool,
    /// Added.
    pub created_at: Moment,
    /// Last shown.
    pub used_at: Option<Moment>,
    /// Revoked.
    pub revoked_at: Option<Moment>,
}

fn place(id: &str) -> Place<'_> {
    Place { table: "authenticator", row: id, column: "credential" }
}

fn authenticator_of(row: &Row, key: &InstanceKey) -> Result<AuthenticatorRow, Fault> {
    let id = row.text(0)?;
    Ok(AuthenticatorRow {
        id: parse(id)?,
        person: parse(row.text(1)?)?,
        credential_id: row.bytes(2)?.to_vec(),
        credential: key.open(place(id), row.bytes(3)?)?,
        name: row.text(4)?.to_owned(),
        bound: row.truth(5)?,
        created_at: moment(row.int(6)?)?,
        used_at: row.opt_int(7)?.map(moment).transpose()?,
        revoked_at: row.opt_int(8)?.map(moment).transpose()?,
    })
}

/// Writes a new passkey. *Errors*: [`crate::FaultKind::Unique`] when somebody has it already.
pub fn add(tx: &mut dyn Tx, key: &InstanceKey, a: &AuthenticatorRow) -> Result<(), Fault> {
    let id = a.id.to_string();
    let args: [Value; 7] = [
        (&id).into(),
        a.person.to_string().into(),
        a.credential_id.as_slice().into(),
        key.seal(place(&id), &a.credential)?.into(),
        (&a.name).into(),
        a.bound.into(),
        a.created_at.us().into(),
    ];
    tx.exec(ADD, &args).map(drop)
}

/// The passkey that calls itself so, revoked or not.
pub fn by_credential(
    tx: &mut dyn Tx,
    key: &InstanceKey,
    credential_id: &[u8],
) -> Result<Option<AuthenticatorRow>, Fault> {
    let row = tx.row(BY_CREDENTIAL, &[credential_id.into()])?;
    row.map(|row| authenticator_of(&row, key)).transpose()
}

/// The live passkeys of a person, oldest first.
pub fn of_person(
    tx: &mut dyn Tx,
    key: &InstanceKey,
    person: PersonId,
) -> Result<Vec<AuthenticatorRow>, Fault> {
    let rows = tx.rows(OF_PERSON, &[person.to_string().into()])?;
    rows.iter().map(|row| authenticator_of(row, key)).collect()
}

/// Notes that a passkey was shown, with its new counter.
pub fn note_use(
    tx: &mut dyn Tx,
    key: &InstanceKey,
    id: AuthenticatorId,
    credential: &[u8],
    now: Moment,
) -> Result<(), Fault> {
    let id = id.to_string();
    let sealed = key.seal(place(&id), credential)?;
    tx.exec(USE, &[(&id).into(), sealed.into(), now.us().into()]).map(drop)
}

/// Gives a live passkey of a person another name; tells whether there is one.
pub fn rename(tx: &mut dyn Tx, id: AuthenticatorId, person: PersonId, name: &str) -> Result<bool, Fault> {
    Ok(tx.exec(RENAME, &[id.to_string().into(), person.to_string().into(), name.into()])? == 1)
}

/// Revokes a live passkey of a person; tells whether there was one.
pub fn revoke(tx: &mut dyn Tx, id: AuthenticatorId, person: PersonId, now: Moment) -> Result<bool, Fault> {
    Ok(tx.exec(REVOKE, &[id.to_string().into(), person.to_string().into(), now.us().into()])? == 1)
}

/// Revokes every live passkey of a person; tells how many there were.
pub fn revoke_all(tx: &mut dyn Tx, person: PersonId, now: Moment) -> Result<u64, Fault> {
    tx.exec(REVOKE_ALL, &[person.to_string().into(), now.us().into()])
}

/// Writes a recovery code.
pub fn add_code(tx: &mut dyn Tx, hash: [u8; 32], person: PersonId, now: Moment) -> Result<(), Fault> {
    tx.exec(ADD_CODE, &[hash.into(), person.to_string().into(), now.us().into()]).map(drop)
}

/// Whose recovery code it is, while it lives.
pub fn code(tx: &mut dyn Tx, hash: [u8; 32]) -> Result<Option<PersonId>, Fault> {
    tx.row(CODE, &[hash.into()])?.map(|row| parse(row.text(0)?)).transpose()
}

/// When the living recovery code of a person was made.
pub fn code_of(tx: &mut dyn Tx, person: PersonId) -> Result<Option<Moment>, Fault> {
    tx.row(CODE_OF, &[person.to_string().into()])?.map(|row| moment(row.int(0)?)).transpose()
}

/// Uses a recovery code up: its person, once.
pub fn use_code(tx: &mut dyn Tx, hash: [u8; 32], now: Moment) -> Result<Option<PersonId>, Fault> {
    let row = tx.row(USE_CODE, &[hash.into(), now.us().into()])?;
    row.map(|row| parse(row.text(0)?)).transpose()
}

/// Ends every recovery code of a person.
pub fn end_codes(tx: &mut dyn Tx, person: PersonId, now: Moment) -> Result<(), Fault> {
    tx.exec(END_CODES, &[person.to_string().into(), now.us().into()]).map(drop)
}

/// A challenge that waits for its answer.
#[derive(Clone, PartialEq, Eq)]
pub struct CeremonyRow {
    /// What it is for.
    pub kind: String,
    /// Who is to answer; nobody knows before somebody has signed in.
    pub person: Option<PersonId>,
    /// The digest of what it was asked with.
    pub granted: Option<Vec<u8>>,
    /// What the verifier must remember, as JSON.
    pub state: Vec<u8>,
    /// Until when it may be answered.
    pub expires_at: Moment,
}

fn ceremony_place(handle: &str) -> Place<'_> {
    Place { table: "ceremony", row: handle, column: "state" }
}

/// Keeps a challenge, and forgets those that are over.
pub fn add_ceremony(
    tx: &mut dyn Tx,
    key: &InstanceKey,
    hash: [u8; 32],
    c: &CeremonyRow,
    now: Moment,
) -> Result<(), Fault> {
    tx.exec(FORGET_CEREMONIES, &[now.us().into()])?;
    let args: [Value; 6] = [
        hash.into(),
        (&c.kind).into(),
        c.person.map(|person| person.to_string()).into(),
        c.granted.clone().into(),
        key.seal(ceremony_place(&crate::hex::encode(&hash)), &c.state)?.into(),
        c.expires_at.us().into(),
    ];
    tx.exec(ADD_CEREMONY, &args).map(drop)
}

/// Takes a challenge away: whoever comes second finds none.
pub fn take_ceremony(
    tx: &mut dyn Tx,
    key: &InstanceKey,
    hash: [u8; 32],
) -> Result<Option<CeremonyRow>, Fault> {
    let Some(row) = tx.row(TAKE_CEREMONY, &[hash.into()])? else { return Ok(None) };
    Ok(Some(CeremonyRow {
        kind: row.text(0)?.to_owned(),
        person: row.opt_text(1)?.map(parse).transpose()?,
        granted: row.opt_bytes(2)?.map(<[u8]>::to_vec),
        state: key.open(ceremony_place(&crate::hex::encode(&hash)), row.bytes(3)?)?,
        expires_at: moment(row.int(4)?)?,
    }))
}
