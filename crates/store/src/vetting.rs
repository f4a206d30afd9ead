//! How organisations come in, as rows: the proof of their mail domain, who vouches, probation, and what was sent meanwhile.
//! Whether that is enough is decided above.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, organisation_of, parse};
use crate::value::Value;
use comity_domain::id::{OrganisationId, PersonId};
use comity_domain::party::{Organisation, OrganisationKind, OrganisationStatus};
use comity_domain::time::Moment;
use comity_domain::vetting::DomainProof;
use std::collections::BTreeMap;

comity_domain::opaque!(VettingRow, VoucherRow);

crate::sql! {
    FOUNDED = "select case when exists (select 1 from person) then 1 else 0 end";
    ASK = "insert into vetting (organisation, asked_us, token) values ($1, $2, $3)";
    ROW = "select organisation, asked_us, token, proof, proof_us, document, seen_by, seen_us, authority_us,
            authority_reason, authority_days, admitted_us
        from vetting where organisation = $1";
    PROVE = "update vetting set proof = $2, proof_us = $3, document = $4, seen_by = $5, seen_us = $6
        where organisation = $1";
    UNPROVE = "update vetting set proof = null, proof_us = null, document = '', seen_by = '', seen_us = null, token = $2
        where organisation = $1 and admitted_us is null";
    AUTHORITY = "update vetting set authority_us = $2, authority_reason = $3, authority_days = $4
        where organisation = $1";
    ADMIT = "update vetting set admitted_us = $2 where organisation = $1";
    VOUCH = "insert into voucher (organisation, voucher, person, at_us, statement) values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    RETRACT = "delete from voucher where organisation = $1 and voucher = $2";
    VOUCHERS = "select v.voucher, v.person, v.at_us, v.statement, o.kind, o.country, o.name,
            case when o.status = 'active' and p.active = 1 and m.withdrawn_us is null then 1 else 0 end, v.organisation
        from voucher v join organisation o on o.id = v.voucher
        join person p on p.id = v.person
        join membership m on m.person = v.person and m.organisation = v.voucher
        join organisation j on j.id = v.organisation
        where v.organisation >= $1 and v.organisation <= $2
            and (v.organisation = $1 or j.status = 'joining' or j.probation_us is not null)
        order by v.at_us, v.voucher, v.organisation limit 10000";
    VOUCHED_BY = "select v.organisation from voucher v join organisation o on o.id = v.organisation
        where v.voucher = $1 and (o.status = 'joining' or o.probation_us is not null)
        order by v.organisation limit 1000";
    JOINING = "select o.id, o.kind, o.name, o.code, o.country, o.time_zone, o.language, o.mail_domain, o.switchboard,
            o.services, o.status, o.probation_us, v.proof
        from organisation o join vetting v on v.organisation = o.id
        where (o.status = 'joining' or o.probation_us is not null) and o.id > $1 order by o.id limit $2";
    PROBATION = "select probation_us from organisation where id = $1";
    SET_PROBATION = "update organisation set probation_us = $2 where id = $1";
    ON_PROBATION = "select id, probation_us from organisation where probation_us is not null order by id limit 1000";
    SENT_ON = "select sent from sent_day where organisation = $1 and day = $2";
    COUNT_SENT = "insert into sent_day (organisation, day, sent) values ($1, $2, 1)
        on conflict (organisation, day) do update set sent = sent_day.sent + 1";
}

/// How an organisation came in.
#[derive(Clone, PartialEq, Eq)]
pub struct VettingRow {
    /// Which.
    pub organisation: OrganisationId,
    /// When it was entered.
    pub asked_at: Moment,
    /// What it publishes in the DNS of its mail domain.
    pub token: String,
    /// How the mail domain was proved, and when.
    pub proof: Option<(DomainProof, Moment)>,
    /// SHA-256 of a letter, in lower-case hexadecimal; empty for another proof.
    pub document: String,
    /// Who saw the letter.
    pub seen_by: String,
    /// When.
    pub seen_at: Option<Moment>,
    /// When the instance's authority admitted it.
    pub authority_at: Option<Moment>,
    /// Why.
    pub authority_reason: String,
    /// For so many days of probation.
    pub authority_days: Option<u32>,
    /// When it first took part.
    pub admitted_at: Option<Moment>,
}

/// One member that vouches.
#[derive(Clone, PartialEq, Eq)]
pub struct VoucherRow {
    /// Which.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its administrator who did.
    pub person: PersonId,
    /// When.
    pub at: Moment,
    /// What the vouching rests on.
    pub statement: String,
    /// What it is here.
    pub kind: OrganisationKind,
    /// Its State.
    pub country: String,
    /// Whether it takes part, and that administrator is active and keeps their accreditation.
    pub stands: bool,
}

/// Whether anybody has been invited yet: from then on nobody is a founder any more.
pub fn founded(tx: &mut dyn Tx) -> Result<bool, Fault> {
    tx.row(FOUNDED, &[])?.map_or(Ok(false), |row| row.truth(0))
}

/// Notes that an organisation wants to come in.
pub fn ask(tx: &mut dyn Tx, id: OrganisationId, token: &str, now: Moment) -> Result<(), Fault> {
    tx.exec(ASK, &[id.to_string().into(), now.us().into(), token.into()]).map(drop)
}

/// How an organisation came in; nothing for one that was here before.
pub fn row(tx: &mut dyn Tx, id: OrganisationId) -> Result<Option<VettingRow>, Fault> {
    let Some(row) = tx.row(ROW, &[id.to_string().into()])? else { return Ok(None) };
    let proof: Option<DomainProof> = row.opt_text(3)?.map(parse).transpose()?;
    let proof_at = row.opt_int(4)?.map(moment).transpose()?;
    Ok(Some(VettingRow {
        organisation: parse(row.text(0)?)?,
        asked_at: moment(row.int(1)?)?,
        token: row.text(2)?.to_owned(),
        proof: proof.zip(proof_at),
        document: row.text(5)?.to_owned(),
        seen_by: row.text(6)?.to_owned(),
        seen_at: row.opt_int(7)?.map(moment).transpose()?,
        authority_at: row.opt_int(8)?.map(moment).transpose()?,
        authority_reason: row.text(9)?.to_owned(),
        authority_days: row.opt_int(10)?.map(|days| u32::try_from(days).unwrap_or(0)),
        admitted_at: row.opt_int(11)?.map(moment).transpose()?,
    }))
}

/// Notes how a mail domain was proved; `letter` is the SHA-256 of one, who saw it, and when.
pub fn prove(
    tx: &mut dyn Tx,
    id: OrganisationId,
    proof: DomainProof,
    letter: Option<(&str, &str, Moment)>,
    now: Moment,
) -> Result<(), Fault> {
    let (document, seen_by) = letter.map_or(("", ""), |(document, by, _)| (document, by));
    let args: [Value; 6] = [
        id.to_string().into(),
        proof.as_str().into(),
        now.us().into(),
        document.into(),
        seen_by.into(),
        letter.map(|(.., at)| at.us()).into(),
    ];
    tx.exec(PROVE, &args).map(drop)
}

/// Forgets the proof of an organisation that has not come in: its mail domain is another one now.
pub fn unprove(tx: &mut dyn Tx, id: OrganisationId, token: &str) -> Result<(), Fault> {
    tx.exec(UNPROVE, &[id.to_string().into(), token.into()]).map(drop)
}

/// Notes that the instance's authority admits an organisation, and for how many days of probation.
pub fn authority(
    tx: &mut dyn Tx,
    id: OrganisationId,
    reason: &str,
    days: u32,
    now: Moment,
) -> Result<(), Fault> {
    let args = [id.to_string().into(), now.us().into(), reason.into(), i64::from(days).into()];
    tx.exec(AUTHORITY, &args).map(drop)
}

/// Notes that an organisation takes part from now on.
pub fn admit(tx: &mut dyn Tx, id: OrganisationId, now: Moment) -> Result<(), Fault> {
    tx.exec(ADMIT, &[id.to_string().into(), now.us().into()]).map(drop)
}

/// Notes that a member vouches; false where it, or this person, has before.
pub fn vouch(
    tx: &mut dyn Tx,
    id: OrganisationId,
    voucher: OrganisationId,
    person: PersonId,
    statement: &str,
    now: Moment,
) -> Result<bool, Fault> {
    let args: [Value; 5] = [
        id.to_string().into(),
        voucher.to_string().into(),
        person.to_string().into(),
        now.us().into(),
        statement.into(),
    ];
    Ok(tx.exec(VOUCH, &args)? == 1)
}

/// Takes a member's vouching back; false where there is none.
pub fn retract(tx: &mut dyn Tx, id: OrganisationId, voucher: OrganisationId) -> Result<bool, Fault> {
    Ok(tx.exec(RETRACT, &[id.to_string().into(), voucher.to_string().into()])? == 1)
}

/// Who vouches for an organisation.
pub fn vouchers(tx: &mut dyn Tx, id: OrganisationId) -> Result<Vec<VoucherRow>, Fault> {
    Ok(vouchers_between(tx, id, id)?.into_iter().map(|(_, row)| row).collect())
}

/// Who vouches for which of the organisations that are outside or on probation, from the first identifier to the last.
pub fn vouchers_between(
    tx: &mut dyn Tx,
    first: OrganisationId,
    last: OrganisationId,
) -> Result<Vec<(OrganisationId, VoucherRow)>, Fault> {
    let rows = tx.rows(VOUCHERS, &[first.to_string().into(), last.to_string().into()])?;
    rows.iter()
        .map(|row| {
            let of = parse(row.text(8)?)?;
            let row = VoucherRow {
                organisation: parse(row.text(0)?)?,
                person: parse(row.text(1)?)?,
                at: moment(row.int(2)?)?,
                statement: row.text(3)?.to_owned(),
                kind: parse(row.text(4)?)?,
                country: row.text(5)?.to_owned(),
                name: row.text(6)?.to_owned(),
                stands: row.truth(7)?,
            };
            Ok((of, row))
        })
        .collect()
}

/// For whom a member vouches that is still outside or on probation.
pub fn vouched_by(tx: &mut dyn Tx, voucher: OrganisationId) -> Result<Vec<OrganisationId>, Fault> {
    tx.rows(VOUCHED_BY, &[voucher.to_string().into()])?.iter().map(|row| parse(row.text(0)?)).collect()
}

/// An organisation that is outside or on probation, until when, and how its mail domain was proved.
pub type Newcomer = (Organisation, OrganisationStatus, Option<Moment>, Option<DomainProof>);

/// Up to `limit` organisations that are outside or on probation, from behind that identifier on.
pub fn joining(tx: &mut dyn Tx, after: &str, limit: i64) -> Result<Vec<Newcomer>, Fault> {
    let rows = tx.rows(JOINING, &[after.into(), limit.into()])?;
    rows.iter()
        .map(|row| {
            let until = row.opt_int(11)?.map(moment).transpose()?;
            let proof = row.opt_text(12)?.map(parse).transpose()?;
            Ok((organisation_of(row)?, parse(row.text(10)?)?, until, proof))
        })
        .collect()
}

/// Until when an organisation is on probation.
pub fn probation(tx: &mut dyn Tx, id: OrganisationId) -> Result<Option<Moment>, Fault> {
    let Some(row) = tx.row(PROBATION, &[id.to_string().into()])? else { return Ok(None) };
    row.opt_int(0)?.map(moment).transpose()
}

/// Puts an organisation on probation until then, or ends it.
pub fn set_probation(tx: &mut dyn Tx, id: OrganisationId, until: Option<Moment>) -> Result<(), Fault> {
    tx.exec(SET_PROBATION, &[id.to_string().into(), until.map(Moment::us).into()]).map(drop)
}

/// Organisations on probation and until when, 1,000 at most.
pub fn on_probation(tx: &mut dyn Tx) -> Result<BTreeMap<OrganisationId, Moment>, Fault> {
    tx.rows(ON_PROBATION, &[])?.iter().map(|row| Ok((parse(row.text(0)?)?, moment(row.int(1)?)?))).collect()
}

/// How many were counted as sent on a day.
pub fn sent_on(tx: &mut dyn Tx, id: OrganisationId, day: &str) -> Result<u64, Fault> {
    let row = tx.row(SENT_ON, &[id.to_string().into(), day.into()])?;
    row.map_or(Ok(0), |row| Ok(u64::try_from(row.int(0)?).unwrap_or(0)))
}

/// Counts one more as sent on a day.
pub fn count_sent(tx: &mut dyn Tx, id: OrganisationId, day: &str) -> Result<(), Fault> {
    tx.put(COUNT_SENT, &[id.to_string().into(), day.into()])
}
