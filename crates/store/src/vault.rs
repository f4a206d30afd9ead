//! Officers' keys, the vaults of organisations in epochs, grants, which two organisations send end to end, and openings.
//! It holds public halves and what is sealed or locked to others; it never holds a private key, and it decides nothing.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, parse};
use crate::value::{Row, Value};
use comity_domain::id::{AuthenticatorId, OrganisationId, PackageId, PersonId, RequestId};
use comity_domain::time::Moment;

comity_domain::opaque!(OfficerKeyRow, LockedRow, GrantRow);

crate::sql! {
    ADD_KEY = "insert into officer_key (id, person, recipient, created_at_us) values ($1, $2, $3, $4)";
    KEY_OF = "select id, person, recipient from officer_key where person = $1 and retired_at_us is null";
    KEYS_AT = "select k.id, k.person, k.recipient from officer_key k join membership m on m.person = k.person
        where m.organisation = $1 and k.retired_at_us is null order by k.person limit 10000";
    RETIRE_KEY = "update officer_key set retired_at_us = $2 where person = $1 and retired_at_us is null";
    ADD_LOCKED = "insert into locked_key (id, officer_key, kind, authenticator, locked, created_at_us)
        values ($1, $2, $3, $4, $5, $6)";
    LOCKED_OF = "select l.id, l.kind, l.authenticator, a.credential_id, l.locked
        from locked_key l left join authenticator a on a.id = l.authenticator
        where l.officer_key = $1 order by l.created_at_us, l.id limit 100";
    END_LOCKED_OF = "delete from locked_key where officer_key in (select id from officer_key where person = $1)";
    END_LOCKED_BY = "delete from locked_key where authenticator = $1";
    END_LOCKED_CODE = "delete from locked_key where officer_key = $1 and kind = 'code'";
    END_LOCKED_PASSKEYS = "delete from locked_key where kind = 'passkey'
        and officer_key in (select id from officer_key where person = $1)";
    ADD_EPOCH = "insert into vault_epoch (organisation, epoch, recipient, signer, made_by, created_at_us)
        values ($1, $2, $3, $4, $5, $6)";
    EPOCHS = "select epoch, recipient, signer, created_at_us from vault_epoch where organisation = $1
        order by epoch limit 10000";
    RECIPIENT_KNOWN = "select case when exists (select 1 from vault_epoch where recipient = $1)
            or exists (select 1 from officer_key where recipient = $1) then 1 else 0 end";
    NEWEST = "select epoch, recipient, signer, created_at_us from vault_epoch where organisation = $1
        order by epoch desc limit 1";
    PUT_GRANT = "insert into vault_grant
        (organisation, epoch, person, officer_key, sealed_to, granted_by, created_at_us)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (organisation, epoch, person) do update set officer_key = excluded.officer_key,
            sealed_to = excluded.sealed_to, granted_by = excluded.granted_by,
            created_at_us = excluded.created_at_us";
    HOLDINGS = "select g.person, case when k.retired_at_us is null then 1 else 0 end
        from vault_grant g join officer_key k on k.id = g.officer_key
        where g.organisation = $1 and g.epoch = $2 order by g.person limit 10000";
    GRANTS_OF = "select g.epoch, g.sealed_to from vault_grant g join officer_key k on k.id = g.officer_key
        where g.organisation = $1 and g.person = $2 and k.retired_at_us is null order by g.epoch limit 10000";
    SINCE = "select since_us from relation where from_organisation = $1 and to_organisation = $2";
    BIND = "insert into relation (from_organisation, to_organisation, since_us) values ($1, $2, $3)
        on conflict (from_organisation, to_organisation) do nothing";
    ADD_OPENING = "insert into opening (id, request, package, person, at_us, until_us)
        values ($1, $2, $3, $4, $5, $6)";
    OPENED = "select until_us from opening where request = $1 and package = $2 and person = $3 and until_us > $4
        order by until_us desc limit 1";
    FORGET_OPENINGS = "delete from opening where until_us <= $1";
    END_OPENINGS = "delete from opening where request = $1";
}

/// An officer's own key that counts.
#[derive(Clone, PartialEq, Eq)]
pub struct OfficerKeyRow {
    /// Its identifier.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// Its public half.
    pub recipient: String,
}

fn key_of_row(row: &Row) -> Result<OfficerKeyRow, Fault> {
    Ok(OfficerKeyRow {
        id: row.text(0)?.to_owned(),
        person: parse(row.text(1)?)?,
        recipient: row.text(2)?.to_owned(),
    })
}

/// A locked copy of an officer's key.
#[derive(Clone, PartialEq, Eq)]
pub struct LockedRow {
    /// Its identifier.
    pub id: String,
    /// The passkey that opens it; a code does where there is none.
    pub authenticator: Option<AuthenticatorId>,
    /// The identifier that this passkey has for itself.
    pub credential_id: Option<Vec<u8>>,
    /// The copy.
    pub locked: Vec<u8>,
}

/// Writes an officer's new key. *Errors*: [`crate::FaultKind::Unique`] while another of that person counts.
pub fn add_key(tx: &mut dyn Tx, key: &OfficerKeyRow, now: Moment) -> Result<(), Fault> {
    let args = [(&key.id).into(), key.person.to_string().into(), (&key.recipient).into(), now.us().into()];
    tx.exec(ADD_KEY, &args).map(drop)
}

/// The key of a person that counts.
pub fn key_of(tx: &mut dyn Tx, person: PersonId) -> Result<Option<OfficerKeyRow>, Fault> {
    tx.row(KEY_OF, &[person.to_string().into()])?.as_ref().map(key_of_row).transpose()
}

/// The keys that count of all members of an organisation.
pub fn keys_at(tx: &mut dyn Tx, organisation: OrganisationId) -> Result<Vec<OfficerKeyRow>, Fault> {
    tx.rows(KEYS_AT, &[organisation.to_string().into()])?.iter().map(key_of_row).collect()
}

/// Lets a person's key count no more and removes its locked copies; tells whether there was one.
pub fn retire_key(tx: &mut dyn Tx, person: PersonId, now: Moment) -> Result<bool, Fault> {
    tx.exec(END_LOCKED_OF, &[person.to_string().into()])?;
    Ok(tx.exec(RETIRE_KEY, &[person.to_string().into(), now.us().into()])? > 0)
}

/// Writes a locked copy.
pub fn add_locked(tx: &mut dyn Tx, officer_key: &str, locked: &LockedRow, now: Moment) -> Result<(), Fault> {
    let kind = if locked.authenticator.is_some() { "passkey" } else { "code" };
    let args: [Value; 6] = [
        (&locked.id).into(),
        officer_key.into(),
        kind.into(),
        locked.authenticator.map(|id| id.to_string()).into(),
        locked.locked.as_slice().into(),
        now.us().into(),
    ];
    tx.exec(ADD_LOCKED, &args).map(drop)
}

/// The locked copies of a key, oldest first, 100 at most.
pub fn locked_of(tx: &mut dyn Tx, officer_key: &str) -> Result<Vec<LockedRow>, Fault> {
    let rows = tx.rows(LOCKED_OF, &[officer_key.into()])?;
    rows.iter()
        .map(|row| {
            Ok(LockedRow {
                id: row.text(0)?.to_owned(),
                authenticator: row.opt_text(2)?.map(parse).transpose()?,
                credential_id: row.opt_bytes(3)?.map(<[u8]>::to_vec),
                locked: row.bytes(4)?.to_vec(),
            })
        })
        .collect()
}

/// Removes the copies that a passkey opens.
pub fn end_locked_by(tx: &mut dyn Tx, authenticator: AuthenticatorId) -> Result<(), Fault> {
    tx.exec(END_LOCKED_BY, &[authenticator.to_string().into()]).map(drop)
}

/// Removes the copy that a code opens.
pub fn end_locked_code(tx: &mut dyn Tx, officer_key: &str) -> Result<(), Fault> {
    tx.exec(END_LOCKED_CODE, &[officer_key.into()]).map(drop)
}

/// Removes every copy that any passkey of a person opens.
pub fn end_locked_by_passkeys(tx: &mut dyn Tx, person: PersonId) -> Result<(), Fault> {
    tx.exec(END_LOCKED_PASSKEYS, &[person.to_string().into()]).map(drop)
}

/// An epoch of a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochRow {
    /// Which, from 1.
    pub epoch: u32,
    /// Its recipient.
    pub recipient: String,
    /// Its verifier key.
    pub signer: String,
    /// When it was made.
    pub since: Moment,
}

fn epoch_of(row: &Row) -> Result<EpochRow, Fault> {
    Ok(EpochRow {
        epoch: u32::try_from(row.int(0)?).map_err(|_| Fault::other("an epoch that is no number of one"))?,
        recipient: row.text(1)?.to_owned(),
        signer: row.text(2)?.to_owned(),
        since: moment(row.int(3)?)?,
    })
}

/// Writes an epoch. *Errors*: [`crate::FaultKind::Unique`] when there is one of that number, or of that recipient.
pub fn add_epoch(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    epoch: &EpochRow,
    by: PersonId,
) -> Result<(), Fault> {
    let args: [Value; 6] = [
        organisation.to_string().into(),
        i64::from(epoch.epoch).into(),
        (&epoch.recipient).into(),
        (&epoch.signer).into(),
        by.to_string().into(),
        epoch.since.us().into(),
    ];
    tx.exec(ADD_EPOCH, &args).map(drop)
}

/// Whether some vault or officer has that recipient already: each key is somebody's alone.
pub fn recipient_known(tx: &mut dyn Tx, recipient: &str) -> Result<bool, Fault> {
    tx.row(RECIPIENT_KNOWN, &[recipient.into()])?.map_or(Ok(false), |row| row.truth(0))
}

/// The epochs of a vault, oldest first.
pub fn epochs(tx: &mut dyn Tx, organisation: OrganisationId) -> Result<Vec<EpochRow>, Fault> {
    tx.rows(EPOCHS, &[organisation.to_string().into()])?.iter().map(epoch_of).collect()
}

/// The newest epoch of a vault.
pub fn newest(tx: &mut dyn Tx, organisation: OrganisationId) -> Result<Option<EpochRow>, Fault> {
    tx.row(NEWEST, &[organisation.to_string().into()])?.as_ref().map(epoch_of).transpose()
}

/// The private half of an epoch, sealed to one officer's key.
#[derive(Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Of which organisation.
    pub organisation: OrganisationId,
    /// Of which epoch.
    pub epoch: u32,
    /// To whom.
    pub person: PersonId,
    /// To which key of theirs.
    pub officer_key: String,
    /// The `age` file.
    pub sealed_to: Vec<u8>,
    /// By whom.
    pub by: PersonId,
}

/// Writes a grant, in the place of an earlier one to the same person.
pub fn put_grant(tx: &mut dyn Tx, grant: &GrantRow, now: Moment) -> Result<(), Fault> {
    let args: [Value; 7] = [
        grant.organisation.to_string().into(),
        i64::from(grant.epoch).into(),
        grant.person.to_string().into(),
        (&grant.officer_key).into(),
        grant.sealed_to.as_slice().into(),
        grant.by.to_string().into(),
        now.us().into(),
    ];
    tx.exec(PUT_GRANT, &args).map(drop)
}

/// Who was granted an epoch, each with whether the key it was sealed to still counts.
pub fn holdings(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    epoch: u32,
) -> Result<Vec<(PersonId, bool)>, Fault> {
    let rows = tx.rows(HOLDINGS, &[organisation.to_string().into(), i64::from(epoch).into()])?;
    rows.iter().map(|row| Ok((parse(row.text(0)?)?, row.truth(1)?))).collect()
}

/// The grants of a person that open with their present key, by epoch.
pub fn grants_of(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<Vec<(u32, Vec<u8>)>, Fault> {
    let rows = tx.rows(GRANTS_OF, &[organisation.to_string().into(), person.to_string().into()])?;
    let epoch = |number: i64| u32::try_from(number).map_err(|_| Fault::other("an epoch that is no number"));
    rows.iter().map(|row| Ok((epoch(row.int(0)?)?, row.bytes(1)?.to_vec()))).collect()
}

/// Since when files go end to end between an authority and a provider, once they do.
pub fn since(tx: &mut dyn Tx, from: OrganisationId, to: OrganisationId) -> Result<Option<Moment>, Fault> {
    let row = tx.row(SINCE, &[from.to_string().into(), to.to_string().into()])?;
    row.map(|row| moment(row.int(0)?)).transpose()
}

/// From now on and for good, files go end to end between the two.
pub fn bind(tx: &mut dyn Tx, from: OrganisationId, to: OrganisationId, now: Moment) -> Result<(), Fault> {
    tx.exec(BIND, &[from.to_string().into(), to.to_string().into(), now.us().into()]).map(drop)
}

/// Notes that a person has opened a package, and forgets the openings that are over.
pub fn add_opening(
    tx: &mut dyn Tx,
    id: &str,
    (request, package): (RequestId, PackageId),
    person: PersonId,
    now: Moment,
    until: Moment,
) -> Result<(), Fault> {
    tx.exec(FORGET_OPENINGS, &[now.us().into()])?;
    let args: [Value; 6] = [
        id.into(),
        request.to_string().into(),
        package.to_string().into(),
        person.to_string().into(),
        now.us().into(),
        until.us().into(),
    ];
    tx.exec(ADD_OPENING, &args).map(drop)
}

/// Until when a person may have the files of a package, if they may now.
pub fn opened(
    tx: &mut dyn Tx,
    (request, package): (RequestId, PackageId),
    person: PersonId,
    now: Moment,
) -> Result<Option<Moment>, Fault> {
    let args =
        [request.to_string().into(), package.to_string().into(), person.to_string().into(), now.us().into()];
    tx.row(OPENED, &args)?.map(|row| moment(row.int(0)?)).transpose()
}

/// Ends the openings of an erased dossier.
pub fn end_openings(tx: &mut dyn Tx, request: RequestId) -> Result<(), Fault> {
    tx.exec(END_OPENINGS, &[request.to_string().into()]).map(drop)
}
