//! Sign-in links, sessions and tokens as rows; of every secret only its SHA-256 is here.
//! It may assume that secrets are random. It never sees one.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{json, moment, parse, to_json};
use crate::value::{Row, Value};
use comity_domain::id::{OrganisationId, PersonId, TokenId};
use comity_domain::time::Moment;

comity_domain::opaque!(TokenRow);

crate::sql! {
    ADD_INVITATION = "insert into invitation (secret_hash, person, expires_at_us) values ($1, $2, $3)";
    USE_INVITATION = "update invitation set used_at_us = $2
        where secret_hash = $1 and used_at_us is null and expires_at_us > $2 returning person";
    ADD_SESSION = "insert into session
        (secret_hash, person, organisation, created_at_us, seen_at_us, expires_at_us)
        values ($1, $2, $3, $4, $4, $5)";
    SESSION = "select person, organisation, seen_at_us from session
        where secret_hash = $1 and expires_at_us > $2 and seen_at_us > $3";
    SEE_SESSION = "update session set seen_at_us = $2 where secret_hash = $1";
    END_SESSION = "delete from session where secret_hash = $1";
    END_SESSIONS = "delete from session where person = $1";
    END_SESSIONS_OF = "delete from session where organisation = $1";
    SESSIONS = "select count(*) from session where expires_at_us > $1 and seen_at_us > $2";
    FORGET_SESSIONS = "delete from session where expires_at_us < $1";
    ADD_TOKEN = "insert into token
        (id, secret_hash, organisation, person, name, scopes, addressee, procedures, created_at_us, expires_at_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    TOKEN = "select id, organisation, person, name, scopes, addressee, procedures, created_at_us, expires_at_us,
            used_at_us, revoked_at_us
        from token where secret_hash = $1 and expires_at_us > $2 and revoked_at_us is null
            and exists (select 1 from organisation o where o.id = token.organisation and o.status = 'active')";
    TOKENS = "select id, organisation, person, name, scopes, addressee, procedures, created_at_us, expires_at_us,
            used_at_us, revoked_at_us
        from token where organisation = $1 order by id limit 1000";
    USE_TOKEN = "update token set used_at_us = $2 where id = $1 and (used_at_us is null or used_at_us < $3)";
    REVOKE_TOKEN = "update token set revoked_at_us = $3
        where id = $1 and organisation = $2 and revoked_at_us is null";
}

/// Writes a single-use link.
pub fn add_invitation(
    tx: &mut dyn Tx,
    hash: [u8; 32],
    person: PersonId,
    expires: Moment,
) -> Result<(), Fault> {
    tx.exec(ADD_INVITATION, &[hash.into(), person.to_string().into(), expires.us().into()]).map(drop)
}

/// Uses a link up: its person, once.
pub fn use_invitation(tx: &mut dyn Tx, hash: [u8; 32], now: Moment) -> Result<Option<PersonId>, Fault> {
    let row = tx.row(USE_INVITATION, &[hash.into(), now.us().into()])?;
    row.map(|row| parse(row.text(0)?)).transpose()
}

/// Begins a session.
pub fn add_session(
    tx: &mut dyn Tx,
    hash: [u8; 32],
    person: PersonId,
    organisation: OrganisationId,
    now: Moment,
    expires: Moment,
) -> Result<(), Fault> {
    let args: [Value; 5] = [
        hash.into(),
        person.to_string().into(),
        organisation.to_string().into(),
        now.us().into(),
        expires.us().into(),
    ];
    tx.exec(ADD_SESSION, &args).map(drop)
}

/// A live session: whose, and when it was last seen. `idle_since` is the earliest last use that still counts.
pub fn session(
    tx: &mut dyn Tx,
    hash: [u8; 32],
    now: Moment,
    idle_since: Moment,
) -> Result<Option<(PersonId, OrganisationId, Moment)>, Fault> {
    let row = tx.row(SESSION, &[hash.into(), now.us().into(), idle_since.us().into()])?;
    row.map(|row| Ok((parse(row.text(0)?)?, parse(row.text(1)?)?, moment(row.int(2)?)?))).transpose()
}

/// Notes that a session was used.
pub fn see_session(tx: &mut dyn Tx, hash: [u8; 32], now: Moment) -> Result<(), Fault> {
    tx.exec(SEE_SESSION, &[hash.into(), now.us().into()]).map(drop)
}

/// Ends a session.
pub fn end_session(tx: &mut dyn Tx, hash: [u8; 32]) -> Result<(), Fault> {
    tx.exec(END_SESSION, &[hash.into()]).map(drop)
}

/// Ends every session of a person.
pub fn end_sessions(tx: &mut dyn Tx, person: PersonId) -> Result<(), Fault> {
    tx.exec(END_SESSIONS, &[person.to_string().into()]).map(drop)
}

/// How many sessions are live; `idle_since` as for [`session`].
pub fn sessions(tx: &mut dyn Tx, now: Moment, idle_since: Moment) -> Result<i64, Fault> {
    tx.row(SESSIONS, &[now.us().into(), idle_since.us().into()])?.map_or(Ok(0), |row| row.int(0))
}

/// Deletes the rows of sessions that are over.
pub fn forget_sessions(tx: &mut dyn Tx, before: Moment) -> Result<u64, Fault> {
    tx.exec(FORGET_SESSIONS, &[before.us().into()])
}

/// A token or peer link, without its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its identifier.
    pub id: TokenId,
    /// On whose behalf it acts.
    pub organisation: OrganisationId,
    /// The person it acts as; nobody for a peer link.
    pub person: Option<PersonId>,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// For a peer link, to whom it may file.
    pub addressee: Option<OrganisationId>,
    /// For a peer link, under which procedures, as JSON.
    pub procedures: Option<String>,
    /// Made.
    pub created_at: Moment,
    /// Valid until.
    pub expires_at: Moment,
    /// Last used, to the minute.
    pub used_at: Option<Moment>,
    /// Revoked.
    pub revoked_at: Option<Moment>,
}

fn token_of(row: &Row) -> Result<TokenRow, Fault> {
    Ok(TokenRow {
        id: parse(row.text(0)?)?,
        organisation: parse(row.text(1)?)?,
        person: row.opt_text(2)?.map(parse).transpose()?,
        name: row.text(3)?.to_owned(),
        scopes: json(row.text(4)?)?,
        addressee: row.opt_text(5)?.map(parse).transpose()?,
        procedures: row.opt_text(6)?.map(str::to_owned),
        created_at: moment(row.int(7)?)?,
        expires_at: moment(row.int(8)?)?,
        used_at: row.opt_int(9)?.map(moment).transpose()?,
        revoked_at: row.opt_int(10)?.map(moment).transpose()?,
    })
}

/// Writes a token.
pub fn add_token(tx: &mut dyn Tx, hash: [u8; 32], t: &TokenRow) -> Result<(), Fault> {
    let args: [Value; 10] = [
        t.id.to_string().into(),
        hash.into(),
        t.organisation.to_string().into(),
        t.person.map(|person| person.to_string()).into(),
        (&t.name).into(),
        to_json(&t.scopes)?.into(),
        t.addressee.map(|addressee| addressee.to_string()).into(),
        t.procedures.clone().into(),
        t.created_at.us().into(),
        t.expires_at.us().into(),
    ];
    tx.exec(ADD_TOKEN, &args).map(drop)
}

/// A token that is still valid.
pub fn token(tx: &mut dyn Tx, hash: [u8; 32], now: Moment) -> Result<Option<TokenRow>, Fault> {
    tx.row(TOKEN, &[hash.into(), now.us().into()])?.as_ref().map(token_of).transpose()
}

/// All tokens of an organisation.
pub fn tokens(tx: &mut dyn Tx, organisation: OrganisationId) -> Result<Vec<TokenRow>, Fault> {
    tx.rows(TOKENS, &[organisation.to_string().into()])?.iter().map(token_of).collect()
}

/// Notes that a token was used, at most once between `not_since` and `now`.
pub fn use_token(tx: &mut dyn Tx, id: TokenId, now: Moment, not_since: Moment) -> Result<(), Fault> {
    tx.exec(USE_TOKEN, &[id.to_string().into(), now.us().into(), not_since.us().into()]).map(drop)
}

/// Revokes a token of an organisation; tells whether it was valid.
pub fn revoke_token(
    tx: &mut dyn Tx,
    id: TokenId,
    organisation: OrganisationId,
    now: Moment,
) -> Result<bool, Fault> {
    let args = [id.to_string().into(), organisation.to_string().into(), now.us().into()];
    Ok(tx.exec(REVOKE_TOKEN, &args)? == 1)
}

/// Ends every session of an organisation.
pub fn end_sessions_of(tx: &mut dyn Tx, organisation: OrganisationId) -> Result<(), Fault> {
    tx.exec(END_SESSIONS_OF, &[organisation.to_string().into()]).map(drop)
}
