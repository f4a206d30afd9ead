//! Sign-in links, sessions and tokens as rows; of every secret only its SHA-256 is here.
//! It may assume that secrets are random. It never sees one.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{json, moment, parse, to_json};
use crate::value::{Row, Value};
use comity_domain::id::{AuthenticatorId, FederatedIdentityId, OrganisationId, PersonId, SessionId, TokenId};
use comity_domain::time::Moment;

comity_domain::opaque!(LiveSession, SessionRow, TokenRow);

crate::sql! {
    ADD_INVITATION = "insert into invitation (secret_hash, person, expires_at_us) values ($1, $2, $3)";
    USE_INVITATION = "update invitation set used_at_us = $2
        where secret_hash = $1 and used_at_us is null and expires_at_us > $2 returning person";
    INVITATION = "select person from invitation
        where secret_hash = $1 and used_at_us is null and expires_at_us > $2";
    END_INVITATIONS = "update invitation set used_at_us = $2 where person = $1 and used_at_us is null";
    ADD_SESSION = "insert into session
        (secret_hash, id, person, organisation, authenticator, created_at_us, seen_at_us, present_at_us, expires_at_us,
            federated_identity)
        values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)";
    SESSION = "select s.id, s.person, s.organisation, s.authenticator, s.created_at_us, s.seen_at_us, s.present_at_us,
            s.federated_identity, a.bound,
            (select count(*) from authenticator k where k.person = s.person and k.revoked_at_us is null),
            (select count(*) from recovery_code c where c.person = s.person and c.ended_at_us is null)
        from session s left join authenticator a on a.id = s.authenticator
        where s.secret_hash = $1 and s.expires_at_us > $2 and s.seen_at_us > $3 and a.revoked_at_us is null";
    SEE_SESSION = "update session set seen_at_us = $2 where secret_hash = $1";
    SHOW_PRESENCE = "update session set present_at_us = $3, authenticator = $4 where id = $1 and person = $2";
    END_SESSION = "delete from session where secret_hash = $1 returning person, organisation";
    END_ONE_SESSION = "delete from session where id = $1 and person = $2";
    END_SESSIONS = "delete from session where person = $1";
    END_SESSIONS_AT = "delete from session where organisation = $1";
    END_SESSIONS_OF = "delete from session where authenticator = $1";
    SESSIONS_OF = "select id, person, organisation, authenticator, created_at_us, seen_at_us, present_at_us,
            federated_identity
        from session where person = $1 and expires_at_us > $2 and seen_at_us > $3 order by id limit 1000";
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

/// Whose link it is, while it can be used.
pub fn invitation(tx: &mut dyn Tx, hash: [u8; 32], now: Moment) -> Result<Option<PersonId>, Fault> {
    let row = tx.row(INVITATION, &[hash.into(), now.us().into()])?;
    row.map(|row| parse(row.text(0)?)).transpose()
}

/// Ends every link of a person that was not used.
pub fn end_invitations(tx: &mut dyn Tx, person: PersonId, now: Moment) -> Result<(), Fault> {
    tx.exec(END_INVITATIONS, &[person.to_string().into(), now.us().into()]).map(drop)
}

/// A session, without its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its identifier; it opens nothing.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// For which organisation they act in it.
    pub organisation: OrganisationId,
    /// The passkey that was shown last in it; none for one-click people of a demonstration, and for who came through an
    /// identity provider.
    pub authenticator: Option<AuthenticatorId>,
    /// Begun.
    pub created_at: Moment,
    /// Last used, to the minute.
    pub seen_at: Moment,
    /// When that passkey was shown.
    pub present_at: Option<Moment>,
    /// The account at an identity provider with which it was begun.
    pub federated_identity: Option<FederatedIdentityId>,
}

/// A live session and what its person has to sign in with.
pub struct LiveSession {
    /// The session.
    pub row: SessionRow,
    /// Whether the passkey shown in it cannot leave its device.
    pub bound: bool,
    /// How many live passkeys the person has.
    pub authenticators: i64,
    /// Whether a recovery code lives.
    pub recoverable: bool,
}

fn session_of(row: &Row) -> Result<SessionRow, Fault> {
    Ok(SessionRow {
        id: parse(row.text(0)?)?,
        person: parse(row.text(1)?)?,
        organisation: parse(row.text(2)?)?,
        authenticator: row.opt_text(3)?.map(parse).transpose()?,
        created_at: moment(row.int(4)?)?,
        seen_at: moment(row.int(5)?)?,
        present_at: row.opt_int(6)?.map(moment).transpose()?,
        federated_identity: row.opt_text(7)?.map(parse).transpose()?,
    })
}

/// Begins a session.
pub fn add_session(
    tx: &mut dyn Tx,
    hash: [u8; 32],
    session: &SessionRow,
    expires: Moment,
) -> Result<(), Fault> {
    let args: [Value; 9] = [
        hash.into(),
        session.id.to_string().into(),
        session.person.to_string().into(),
        session.organisation.to_string().into(),
        session.authenticator.map(|id| id.to_string()).into(),
        session.created_at.us().into(),
        session.present_at.map(Moment::us).into(),
        expires.us().into(),
        session.federated_identity.map(|id| id.to_string()).into(),
    ];
    tx.exec(ADD_SESSION, &args).map(drop)
}

/// A live session. `idle_since` is the earliest last use that still counts.
pub fn session(
    tx: &mut dyn Tx,
    hash: [u8; 32],
    now: Moment,
    idle_since: Moment,
) -> Result<Option<LiveSession>, Fault> {
    let row = tx.row(SESSION, &[hash.into(), now.us().into(), idle_since.us().into()])?;
    row.map(|row| {
        Ok(LiveSession {
            row: session_of(&row)?,
            bound: row.opt_int(8)? == Some(1),
            authenticators: row.int(9)?,
            recoverable: row.int(10)? > 0,
        })
    })
    .transpose()
}

/// The live sessions of a person, oldest first; `idle_since` as for [`session`].
pub fn sessions_of(
    tx: &mut dyn Tx,
    person: PersonId,
    now: Moment,
    idle_since: Moment,
) -> Result<Vec<SessionRow>, Fault> {
    let args = [person.to_string().into(), now.us().into(), idle_since.us().into()];
    tx.rows(SESSIONS_OF, &args)?.iter().map(session_of).collect()
}

/// Notes that a session was used.
pub fn see_session(tx: &mut dyn Tx, hash: [u8; 32], now: Moment) -> Result<(), Fault> {
    tx.exec(SEE_SESSION, &[hash.into(), now.us().into()]).map(drop)
}

/// Notes that a passkey was shown in a session of its person; tells whether there is such a session.
pub fn show_presence(
    tx: &mut dyn Tx,
    session: SessionId,
    person: PersonId,
    now: Moment,
    authenticator: AuthenticatorId,
) -> Result<bool, Fault> {
    let args = [
        session.to_string().into(),
        person.to_string().into(),
        now.us().into(),
        authenticator.to_string().into(),
    ];
    Ok(tx.exec(SHOW_PRESENCE, &args)? == 1)
}

/// Ends a session and tells whose it was.
pub fn end_session(tx: &mut dyn Tx, hash: [u8; 32]) -> Result<Option<(PersonId, OrganisationId)>, Fault> {
    let row = tx.row(END_SESSION, &[hash.into()])?;
    row.map(|row| Ok((parse(row.text(0)?)?, parse(row.text(1)?)?))).transpose()
}

/// Ends one session of a person; tells whether there was one.
pub fn end_one_session(tx: &mut dyn Tx, session: SessionId, person: PersonId) -> Result<bool, Fault> {
    Ok(tx.exec(END_ONE_SESSION, &[session.to_string().into(), person.to_string().into()])? == 1)
}

/// Ends every session of a person.
pub fn end_sessions(tx: &mut dyn Tx, person: PersonId) -> Result<(), Fault> {
    tx.exec(END_SESSIONS, &[person.to_string().into()]).map(drop)
}

/// Ends every session in which this passkey was the last one shown.
pub fn end_sessions_of(tx: &mut dyn Tx, authenticator: AuthenticatorId) -> Result<(), Fault> {
    tx.exec(END_SESSIONS_OF, &[authenticator.to_string().into()]).map(drop)
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
pub fn end_sessions_at(tx: &mut dyn Tx, organisation: OrganisationId) -> Result<(), Fault> {
    tx.exec(END_SESSIONS_AT, &[organisation.to_string().into()]).map(drop)
}
