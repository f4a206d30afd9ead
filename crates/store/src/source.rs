//! Who stands behind requests, withdrawals of trust, and what can be counted of earlier requests, as rows.
//! Everything counted is counted up to a bound and only of what the addressee itself received; nothing personal is in it.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, parse, vouch_of};
use crate::value::{Row, Value};
use comity_domain::id::{OrganisationId, PersonId, RequestId, RevocationId};
use comity_domain::party::Vouch;
use comity_domain::procedure::CheckKind;
use comity_domain::request::RevocationCause;
use comity_domain::time::Moment;
use std::collections::BTreeSet;

comity_domain::opaque!(Revocation);

/// Nothing is counted beyond this.
pub const MOST_COUNTED: i64 = 1_000;

crate::sql! {
    ADD_SOURCE = "insert into request_source (request, person, organisation, guard_us) values ($1, $2, $3, $4)
        on conflict do nothing";
    SOURCE = "select s.person, p.name, m.function, m.accreditation, m.accredited_until_us, m.withdrawn_us, p.active,
            o.status, m.authoriser
        from request_source s join person p on p.id = s.person
        join membership m on m.person = s.person and m.organisation = s.organisation
        join organisation o on o.id = s.organisation
        where s.request = $1 order by s.person limit 200";
    BEHIND = "select person, organisation from request_source where request = $1 order by person limit 1000";
    GUARD_REQUEST = "update request_source set guard_us = $2 where request = $1";
    GUARD_PERSON = "update request_source set guard_us = $3 where organisation = $1 and person = $2
            and exists (select 1 from request r where r.id = request_source.request and r.ended = 0)";
    GUARD_ORGANISATION = "update request_source set guard_us = $2 where organisation = $1
            and exists (select 1 from request r where r.id = request_source.request and r.ended = 0)";
    OPEN_OF_PERSON = "select s.request from request_source s join request r on r.id = s.request
        where s.organisation = $1 and s.person = $2 and s.request > $3 and r.ended = 0
        order by s.request limit $4";
    OPEN_OF_ORGANISATION = "select id from request where from_organisation = $1 and id > $2 and ended = 0
        order by id limit $3";
    ALL_OF_PERSON = "select s.request from request_source s join request r on r.id = s.request
        where s.organisation = $1 and s.person = $2 and s.request > $3 and r.arrived = 1
            and (cast($4 as text) is null or r.to_organisation = $4)
        order by s.request limit $5";
    ALL_OF_ORGANISATION = "select id from request where from_organisation = $1 and id > $2 and arrived = 1
            and (cast($3 as text) is null or to_organisation = $3)
        order by id limit $4";
    ADD_REVOCATION = "insert into revocation (id, at_us, organisation, person, cause, by_person, reason)
        values ($1, $2, $3, $4, $5, $6, $7)";
    REVOCATION = "select id, at_us, organisation, person, cause, by_person, reason, fraud_us, fraud_request,
            reviewed_us, review
        from revocation where id = $1";
    FRAUD = "update revocation set fraud_us = $2, fraud_request = $3 where id = $1 and fraud_us is null";
    REVIEWED = "update revocation set reviewed_us = $2, reviewed_by = $3, review = $4
        where id = $1 and fraud_us is not null and reviewed_us is null";
    CONCERNS = "select case when exists (select 1 from revocation v join request_source s
                on s.organisation = v.organisation and (v.person is null or s.person = v.person)
            join request r on r.id = s.request
            where v.id = $1 and r.to_organisation = $2 and r.arrived = 1) then 1 else 0 end";
    OPENED = "select at_us, detail from trail where request = $1 and outcome = 'viewed'
            and action in ('file.download', 'package.export') and organisation = $2 order by at_us limit 200";
    ADD_FAILED = "insert into failed_check (id, from_organisation, to_organisation, request, kind, at_us)
        values ($1, $2, $3, $4, $5, $6)";
    FAILED = "select count(*) from (select 1 from failed_check f join request_source s on s.request = f.request
            where f.from_organisation = $1 and f.to_organisation = $2 and f.at_us >= $3 and f.request <> $4
            and s.organisation = $1 and s.person = $5 limit $6) as few";
    SMALL = "select count(*) from (select 1 from request_source s join request r on r.id = s.request
            where s.organisation = $1 and s.person = $2 and s.request >= $3 and r.to_organisation = $4
            and r.created_at_us >= $5 and r.arrived = 1 and r.items <= $6 limit $7) as few";
    RECEIVED = "select count(*) from (select 1 from request where from_organisation = $1 and to_organisation = $2
            and created_at_us >= $3 and arrived = 1 limit $4) as few";
    ALIKE = "select count(*) from (select distinct other.request from request_digest own
            join request_digest other on other.digest = own.digest and other.request <> own.request
            join request r on r.id = other.request
            where own.request = $1 and own.kind = $2 and other.kind = $2 and r.to_organisation = $3 and r.arrived = 1
            limit $4) as few";
    ASKED_BEFORE = "select case when exists (select 1 from request_source own
            join request_source earlier on earlier.organisation = own.organisation and earlier.person = own.person
                and earlier.request <> own.request
            join request r on r.id = earlier.request
            where own.request = $1 and r.to_organisation = $2 and r.arrived = 1) then 1 else 0 end";
    DOMAINS = "select mail_domain from organisation where status <> 'joining' order by id limit 1000";
    LOOKED_UP = "select count(*) from (select 1 from trail where person = $1 and at_us >= $2
            and action = 'accreditation.view' limit $3) as few";
}

/// Notes that somebody stands behind a request.
pub fn add(
    tx: &mut dyn Tx,
    request: RequestId,
    person: PersonId,
    organisation: OrganisationId,
    now: Moment,
) -> Result<(), Fault> {
    let args: [Value; 4] = [
        request.to_string().into(),
        person.to_string().into(),
        organisation.to_string().into(),
        now.us().into(),
    ];
    tx.put(ADD_SOURCE, &args)
}

/// Everybody who ever stood behind a request, as the directory has them now.
pub fn people(tx: &mut dyn Tx, request: RequestId) -> Result<Vec<Vouch>, Fault> {
    tx.rows(SOURCE, &[request.to_string().into()])?.iter().map(vouch_of).collect()
}

/// Everybody who is noted as standing behind a request, and for which organisation, as the rows say it.
pub fn behind(tx: &mut dyn Tx, request: RequestId) -> Result<BTreeSet<(String, String)>, Fault> {
    let rows = tx.rows(BEHIND, &[request.to_string().into()])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
}

/// Lets no withdrawal of trust pass by unseen: of a transaction that calls this and one that withdraws trust from somebody
/// behind the request, one waits and then sees the other.
pub fn guard(tx: &mut dyn Tx, request: RequestId, now: Moment) -> Result<(), Fault> {
    tx.put(GUARD_REQUEST, &[request.to_string().into(), now.us().into()])
}

/// A withdrawal of trust.
#[derive(Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Its identifier.
    pub id: RevocationId,
    /// When.
    pub at: Moment,
    /// Of whom, or of somebody where.
    pub organisation: OrganisationId,
    /// Of whom; nobody where the whole organisation is meant.
    pub person: Option<PersonId>,
    /// Why, as a code.
    pub cause: RevocationCause,
    /// By whom; nobody for a clock and for the console.
    pub by: Option<PersonId>,
    /// Why, in words.
    pub reason: String,
    /// When a fraud was found in one of the requests.
    pub fraud_at: Option<Moment>,
    /// In which.
    pub fraud_request: Option<RequestId>,
    /// When somebody went through what had left.
    pub reviewed_at: Option<Moment>,
    /// What they found.
    pub review: String,
}

/// Keeps a withdrawal of trust, and stops every transaction at once that relies on whom it concerns.
pub fn revoke(tx: &mut dyn Tx, r: &Revocation) -> Result<(), Fault> {
    let organisation = r.organisation.to_string();
    let args: [Value; 7] = [
        r.id.to_string().into(),
        r.at.us().into(),
        (&organisation).into(),
        r.person.map(|id| id.to_string()).into(),
        r.cause.as_str().into(),
        r.by.map(|id| id.to_string()).into(),
        (&r.reason).into(),
    ];
    tx.put(ADD_REVOCATION, &args)?;
    match r.person {
        Some(person) => {
            tx.put(GUARD_PERSON, &[organisation.into(), person.to_string().into(), r.at.us().into()])
        }
        None => tx.put(GUARD_ORGANISATION, &[organisation.into(), r.at.us().into()]),
    }
}

/// A withdrawal of trust by its identifier.
pub fn revocation(tx: &mut dyn Tx, id: RevocationId) -> Result<Option<Revocation>, Fault> {
    let Some(row) = tx.row(REVOCATION, &[id.to_string().into()])? else { return Ok(None) };
    Ok(Some(Revocation {
        id: parse(row.text(0)?)?,
        at: moment(row.int(1)?)?,
        organisation: parse(row.text(2)?)?,
        person: row.opt_text(3)?.map(parse).transpose()?,
        cause: parse(row.text(4)?)?,
        by: row.opt_text(5)?.map(parse).transpose()?,
        reason: row.text(6)?.to_owned(),
        fraud_at: row.opt_int(7)?.map(moment).transpose()?,
        fraud_request: row.opt_text(8)?.map(parse).transpose()?,
        reviewed_at: row.opt_int(9)?.map(moment).transpose()?,
        review: row.text(10)?.to_owned(),
    }))
}

/// Notes the first fraud that was found; false when one was found before.
pub fn fraud(tx: &mut dyn Tx, id: RevocationId, request: RequestId, now: Moment) -> Result<bool, Fault> {
    let args = [id.to_string().into(), now.us().into(), request.to_string().into()];
    Ok(tx.exec(FRAUD, &args)? == 1)
}

/// Notes that somebody went through what had left; false when there is no fraud to be gone through.
pub fn reviewed(
    tx: &mut dyn Tx,
    id: RevocationId,
    by: PersonId,
    review: &str,
    now: Moment,
) -> Result<bool, Fault> {
    let args = [id.to_string().into(), now.us().into(), by.to_string().into(), review.into()];
    Ok(tx.exec(REVIEWED, &args)? == 1)
}

fn requests(rows: &[Row]) -> Result<Vec<RequestId>, Fault> {
    rows.iter().map(|row| parse(row.text(0)?)).collect()
}

/// Up to `limit` open requests that a withdrawal concerns, after that identifier, in its order.
pub fn open_after(tx: &mut dyn Tx, r: &Revocation, after: &str, limit: i64) -> Result<Vec<RequestId>, Fault> {
    let organisation = r.organisation.to_string();
    let rows = match r.person {
        Some(person) => {
            let args = [organisation.into(), person.to_string().into(), after.into(), limit.into()];
            tx.rows(OPEN_OF_PERSON, &args)?
        }
        None => tx.rows(OPEN_OF_ORGANISATION, &[organisation.into(), after.into(), limit.into()])?,
    };
    requests(&rows)
}

/// Up to `limit` requests, open or not, that ever reached an addressee (`to`, or any) and that a withdrawal concerns.
pub fn all_after(
    tx: &mut dyn Tx,
    r: &Revocation,
    to: Option<OrganisationId>,
    after: &str,
    limit: i64,
) -> Result<Vec<RequestId>, Fault> {
    let (organisation, to) = (r.organisation.to_string(), to.map(|id| id.to_string()));
    let rows = match r.person {
        Some(person) => {
            let person = person.to_string();
            let args = [organisation.into(), person.into(), after.into(), to.into(), limit.into()];
            tx.rows(ALL_OF_PERSON, &args)?
        }
        None => {
            tx.rows(ALL_OF_ORGANISATION, &[organisation.into(), after.into(), to.into(), limit.into()])?
        }
    };
    requests(&rows)
}

/// Whether a withdrawal concerns a request that reached `addressee`.
pub fn concerns(tx: &mut dyn Tx, id: RevocationId, addressee: OrganisationId) -> Result<bool, Fault> {
    let row = tx.row(CONCERNS, &[id.to_string().into(), addressee.to_string().into()])?;
    row.map_or(Ok(false), |row| row.truth(0))
}

/// When files of a request were opened by its authority, with the detail of each entry.
pub fn opened(
    tx: &mut dyn Tx,
    request: RequestId,
    authority: OrganisationId,
) -> Result<Vec<(Moment, String)>, Fault> {
    let rows = tx.rows(OPENED, &[request.to_string().into(), authority.to_string().into()])?;
    rows.iter().map(|row| Ok((moment(row.int(0)?)?, row.text(1)?.to_owned()))).collect()
}

/// Notes that a check failed.
pub fn add_failed(
    tx: &mut dyn Tx,
    id: &str,
    from: OrganisationId,
    to: OrganisationId,
    request: RequestId,
    kind: CheckKind,
    now: Moment,
) -> Result<(), Fault> {
    let args: [Value; 6] = [
        id.into(),
        from.to_string().into(),
        to.to_string().into(),
        request.to_string().into(),
        kind.as_str().into(),
        now.us().into(),
    ];
    tx.put(ADD_FAILED, &args)
}

fn counted(row: Option<Row>) -> Result<u64, Fault> {
    Ok(u64::try_from(row.map_or(Ok(0), |row| row.int(0))?).unwrap_or(0))
}

/// Checks that failed since then in other requests of the same parties behind which that person stands.
pub fn failed(
    tx: &mut dyn Tx,
    from: OrganisationId,
    to: OrganisationId,
    person: PersonId,
    since: Moment,
    but: RequestId,
) -> Result<u64, Fault> {
    let args: [Value; 6] = [
        from.to_string().into(),
        to.to_string().into(),
        since.us().into(),
        but.to_string().into(),
        person.to_string().into(),
        MOST_COUNTED.into(),
    ];
    counted(tx.row(FAILED, &args)?)
}

/// Requests of an authority that reached an addressee since then.
pub fn received(
    tx: &mut dyn Tx,
    from: OrganisationId,
    to: OrganisationId,
    since: Moment,
) -> Result<u64, Fault> {
    let args: [Value; 4] =
        [from.to_string().into(), to.to_string().into(), since.us().into(), MOST_COUNTED.into()];
    counted(tx.row(RECEIVED, &args)?)
}

/// How identifiers of that time begin, so that nothing older is read.
fn begins_at(time: Moment) -> String {
    let millis = format!("{:012x}", time.us().max(0) / 1_000);
    let (high, low) = millis.split_at(8);
    format!("{high}-{low}")
}

/// Requests of so many items at most that reached an addressee since then, behind which that person stands.
pub fn small(
    tx: &mut dyn Tx,
    from: OrganisationId,
    to: OrganisationId,
    person: PersonId,
    since: Moment,
    items: i64,
) -> Result<u64, Fault> {
    let args: [Value; 7] = [
        from.to_string().into(),
        person.to_string().into(),
        begins_at(since).into(),
        to.to_string().into(),
        since.us().into(),
        items.into(),
        MOST_COUNTED.into(),
    ];
    counted(tx.row(SMALL, &args)?)
}

/// Other requests to the same addressee that share a keyed digest of that kind.
pub fn alike(
    tx: &mut dyn Tx,
    request: RequestId,
    kind: &'static str,
    to: OrganisationId,
) -> Result<u64, Fault> {
    let args = [request.to_string().into(), kind.into(), to.to_string().into(), 100_i64.into()];
    counted(tx.row(ALIKE, &args)?)
}

/// Whether anybody behind a request stood behind another one to the same addressee.
pub fn asked_before(tx: &mut dyn Tx, request: RequestId, to: OrganisationId) -> Result<bool, Fault> {
    let row = tx.row(ASKED_BEFORE, &[request.to_string().into(), to.to_string().into()])?;
    row.map_or(Ok(false), |row| row.truth(0))
}

/// The mail domains of the directory, 1,000 at most.
pub fn domains(tx: &mut dyn Tx) -> Result<Vec<String>, Fault> {
    tx.rows(DOMAINS, &[])?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// How often a person has looked accreditations up since then, counted up to `most`.
pub fn looked_up(tx: &mut dyn Tx, person: PersonId, since: Moment, most: i64) -> Result<u64, Fault> {
    counted(tx.row(LOOKED_UP, &[person.to_string().into(), since.us().into(), most.into()])?)
}
