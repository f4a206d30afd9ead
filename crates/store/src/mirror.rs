//! What was sent in an organisation's name, and what was unusual about it, as rows. Read from the trail: nothing of a case.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, parse};
use crate::value::{Row, Value};
use comity_domain::id::{OrganisationId, PersonId, RequestId, SessionId};
use comity_domain::term::{Priority, RequestKind};
use comity_domain::time::Moment;
use comity_domain::vetting::AlarmRule;

comity_domain::opaque!(SentRow);

crate::sql! {
    SENT = "select t.id, t.at_us, t.person, t.name, t.request, t.about, r.kind, r.priority, coalesce(o.name, ''),
            coalesce(o.country, ''), coalesce(m.accreditation, ''), coalesce(p.active, 0)
        from trail t join request r on r.id = t.request
        left join organisation o on o.id = t.counterpart
        left join membership m on m.person = t.person and m.organisation = t.organisation
        left join person p on p.id = t.person
        where t.organisation = $1 and t.outcome = 'done' and t.action in ('request.send', 'request.file')
            and (t.at_us, t.id) < ($2, $3)
        order by t.at_us desc, t.id desc limit $4";
    RAISE = "insert into alarm (id, at_us, organisation, person, request, rule, told) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing";
    ALARMS = "select request, rule from alarm where organisation = $1 and at_us >= $2 and at_us <= $3
        order by at_us, rule, id limit 1000";
    COUNTS = "select rule, count(*) from alarm group by rule order by rule";
    ASKED_ADDRESSEE = "select case when exists (select 1 from request where from_organisation = $1
            and to_organisation = $2 and arrived = 1 and id <> $3) then 1 else 0 end";
    PASSKEY_SINCE = "select a.created_at_us from session s join authenticator a on a.id = s.authenticator
        where s.id = $1";
}

/// One request that was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct SentRow {
    /// The entry of the trail.
    pub id: String,
    /// When.
    pub at: Moment,
    /// Who; nobody for another system.
    pub person: Option<PersonId>,
    /// Their name then.
    pub name: String,
    /// Their accreditation number.
    pub accreditation: String,
    /// Whether they may still act.
    pub active: bool,
    /// Which request.
    pub request: RequestId,
    /// Its reference.
    pub reference: String,
    /// What it asks for.
    pub kind: RequestKind,
    /// How urgent.
    pub priority: Priority,
    /// To whom.
    pub addressee: String,
    /// In which State.
    pub country: String,
}

fn sent_of(row: &Row) -> Result<SentRow, Fault> {
    Ok(SentRow {
        id: row.text(0)?.to_owned(),
        at: moment(row.int(1)?)?,
        person: row.opt_text(2)?.map(parse).transpose()?,
        name: row.text(3)?.to_owned(),
        request: parse(row.text(4)?)?,
        reference: row.text(5)?.to_owned(),
        kind: parse(row.text(6)?)?,
        priority: parse(row.text(7)?)?,
        addressee: row.text(8)?.to_owned(),
        country: row.text(9)?.to_owned(),
        accreditation: row.text(10)?.to_owned(),
        active: row.truth(11)?,
    })
}

/// Up to `limit` requests that were sent in an organisation's name before that key, newest first.
pub fn sent(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    (before_us, before): (i64, &str),
    limit: i64,
) -> Result<Vec<SentRow>, Fault> {
    let args: [Value; 4] = [organisation.to_string().into(), before_us.into(), before.into(), limit.into()];
    tx.rows(SENT, &args)?.iter().map(sent_of).collect()
}

/// What was unusual about one request.
pub struct Raised<'a> {
    /// A new identifier.
    pub id: &'a str,
    /// In whose name.
    pub organisation: OrganisationId,
    /// Who sent it; nobody for another system.
    pub person: Option<PersonId>,
    /// Which request.
    pub request: RequestId,
    /// By which rule.
    pub rule: AlarmRule,
    /// The rule, person and day of which heads are told once.
    pub told: &'a str,
}

/// Keeps an alarm; true where it is the first of its rule, person and day.
pub fn raise(tx: &mut dyn Tx, raised: &Raised<'_>, now: Moment) -> Result<bool, Fault> {
    let of = |told: Option<&str>| -> [Value; 7] {
        [
            raised.id.into(),
            now.us().into(),
            raised.organisation.to_string().into(),
            raised.person.map(|id| id.to_string()).into(),
            raised.request.to_string().into(),
            raised.rule.as_str().into(),
            told.map(str::to_owned).into(),
        ]
    };
    if tx.exec(RAISE, &of(Some(raised.told)))? == 1 {
        return Ok(true);
    }
    tx.put(RAISE, &of(None)).map(|()| false)
}

/// The alarms of an organisation from one instant to another, both included, 1,000 at most.
pub fn alarms(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    from: Moment,
    to: Moment,
) -> Result<Vec<(RequestId, AlarmRule)>, Fault> {
    let rows = tx.rows(ALARMS, &[organisation.to_string().into(), from.us().into(), to.us().into()])?;
    rows.iter().map(|row| Ok((parse(row.text(0)?)?, parse(row.text(1)?)?))).collect()
}

/// How many alarms there were, by rule.
pub fn counts(tx: &mut dyn Tx) -> Result<Vec<(AlarmRule, u64)>, Fault> {
    let rows = tx.rows(COUNTS, &[])?;
    rows.iter().map(|row| Ok((parse(row.text(0)?)?, u64::try_from(row.int(1)?).unwrap_or(0)))).collect()
}

/// Whether an organisation has asked an addressee before, by another request.
pub fn asked(
    tx: &mut dyn Tx,
    from: OrganisationId,
    to: OrganisationId,
    but: RequestId,
) -> Result<bool, Fault> {
    let args = [from.to_string().into(), to.to_string().into(), but.to_string().into()];
    tx.row(ASKED_ADDRESSEE, &args)?.map_or(Ok(false), |row| row.truth(0))
}

/// Since when there is the passkey that was shown last in a session.
pub fn passkey_since(tx: &mut dyn Tx, session: SessionId) -> Result<Option<Moment>, Fault> {
    let row = tx.row(PASSKEY_SINCE, &[session.to_string().into()])?;
    row.map(|row| moment(row.int(0)?)).transpose()
}
