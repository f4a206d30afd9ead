//! Who did, tried or looked at what, and what a caller has already been answered.
//! Written in the transaction of the act itself; rows are only ever added.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, parse};
use crate::value::{Row, Value};
use comity_domain::id::{OrganisationId, PersonId, RequestId, TrailId};
use comity_domain::time::Moment;

crate::sql! {
    ADD = "insert into trail
        (id, at_us, person, organisation, counterpart, role, via, action, outcome, rule, code, about, request)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    PAGE = "select t.id, t.at_us, t.person, t.organisation, t.counterpart, t.role, t.via, t.action, t.outcome,
            t.rule, t.code, t.about, t.request, coalesce(p.name, ''), coalesce(o.name, '')
        from trail t left join person p on p.id = t.person left join organisation o on o.id = t.organisation
        where (t.at_us, t.id) < ($1, $2)
            and (cast($3 as text) is null or t.person = $3)
            and (cast($4 as text) is null or t.action = $4)
            and (cast($5 as text) is null or t.outcome = $5)
        order by t.at_us desc, t.id desc limit $6";
    COUNT = "select count(*) from trail where outcome = $1";
    RECALL = "select request_hash, receipt from idempotency where caller = $1 and idempotency_key = $2";
    REMEMBER = "insert into idempotency (caller, idempotency_key, request_hash, receipt, at_us)
        values ($1, $2, $3, $4, $5)";
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailRow {
    /// Its identifier.
    pub id: TrailId,
    /// When.
    pub at: Moment,
    /// Who; nobody for a clock or a peer.
    pub person: Option<PersonId>,
    /// On whose behalf.
    pub organisation: Option<OrganisationId>,
    /// The other side of the request.
    pub counterpart: Option<OrganisationId>,
    /// The role that counted.
    pub role: String,
    /// Page, API, standard interface, command line, job.
    pub via: String,
    /// What.
    pub action: String,
    /// `done`, `refused` or `viewed`.
    pub outcome: String,
    /// The rule that decided.
    pub rule: String,
    /// The refusal's code.
    pub code: String,
    /// A reference.
    pub about: String,
    /// The request.
    pub request: Option<RequestId>,
}

/// Adds an entry.
pub fn add(tx: &mut dyn Tx, t: &TrailRow) -> Result<(), Fault> {
    let args: [Value; 13] = [
        t.id.to_string().into(),
        t.at.us().into(),
        t.person.map(|id| id.to_string()).into(),
        t.organisation.map(|id| id.to_string()).into(),
        t.counterpart.map(|id| id.to_string()).into(),
        (&t.role).into(),
        (&t.via).into(),
        (&t.action).into(),
        (&t.outcome).into(),
        (&t.rule).into(),
        (&t.code).into(),
        (&t.about).into(),
        t.request.map(|id| id.to_string()).into(),
    ];
    tx.put(ADD, &args)
}

/// What to look for in the trail, newest first.
#[derive(Debug, Clone, Default)]
pub struct TrailFilter {
    /// Continue before this entry.
    pub before: Option<(i64, String)>,
    /// Only this person.
    pub person: Option<PersonId>,
    /// Only this action.
    pub action: Option<String>,
    /// Only this outcome.
    pub outcome: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Entries with the names of person and organisation.
pub fn page(tx: &mut dyn Tx, filter: &TrailFilter) -> Result<Vec<(TrailRow, String, String)>, Fault> {
    let (at, id) = filter.before.clone().unwrap_or((i64::MAX, String::new()));
    let args: [Value; 6] = [
        at.into(),
        id.into(),
        filter.person.map(|id| id.to_string()).into(),
        filter.action.clone().into(),
        filter.outcome.clone().into(),
        filter.limit.into(),
    ];
    let rows = tx.rows(PAGE, &args)?;
    rows.iter().map(|row| Ok((entry_of(row)?, row.text(13)?.to_owned(), row.text(14)?.to_owned()))).collect()
}

fn entry_of(row: &Row) -> Result<TrailRow, Fault> {
    Ok(TrailRow {
        id: parse(row.text(0)?)?,
        at: moment(row.int(1)?)?,
        person: row.opt_text(2)?.map(parse).transpose()?,
        organisation: row.opt_text(3)?.map(parse).transpose()?,
        counterpart: row.opt_text(4)?.map(parse).transpose()?,
        role: row.text(5)?.to_owned(),
        via: row.text(6)?.to_owned(),
        action: row.text(7)?.to_owned(),
        outcome: row.text(8)?.to_owned(),
        rule: row.text(9)?.to_owned(),
        code: row.text(10)?.to_owned(),
        about: row.text(11)?.to_owned(),
        request: row.opt_text(12)?.map(parse).transpose()?,
    })
}

/// How many entries have that outcome.
pub fn count(tx: &mut dyn Tx, outcome: &str) -> Result<i64, Fault> {
    tx.row(COUNT, &[outcome.into()])?.map_or(Ok(0), |row| row.int(0))
}

/// What a caller was answered under a key: the hash of what was asked, and the receipt.
pub fn recall(tx: &mut dyn Tx, caller: &str, key: &str) -> Result<Option<(Vec<u8>, String)>, Fault> {
    let row = tx.row(RECALL, &[caller.into(), key.into()])?;
    row.map(|row| Ok((row.bytes(0)?.to_vec(), row.text(1)?.to_owned()))).transpose()
}

/// Keeps a receipt under a caller's key. *Errors*: another transaction kept one first ([`crate::FaultKind::Unique`]).
pub fn remember(
    tx: &mut dyn Tx,
    caller: &str,
    key: &str,
    hash: [u8; 32],
    receipt: &str,
    now: Moment,
) -> Result<(), Fault> {
    let args: [Value; 5] = [caller.into(), key.into(), hash.into(), receipt.into(), now.us().into()];
    tx.put(REMEMBER, &args)
}
