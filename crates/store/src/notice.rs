//! Notices to people as rows: a kind, a reference and nothing else (rule 10).

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{moment, parse};
use crate::value::{Row, Value};
use comity_domain::id::{PersonId, RequestId};
use comity_domain::term::Language;
use comity_domain::time::Moment;

comity_domain::opaque!(NoticeRow);

crate::sql! {
    ADD = "insert into notice (id, person, at_us, kind, reference, request) values ($1, $2, $3, $4, $5, $6)";
    ONE = "select n.id, n.person, n.at_us, n.kind, n.reference, n.request, n.sent_at_us, p.email, p.name, p.language
        from notice n join person p on p.id = n.person where n.id = $1";
    LATEST = "select n.id, n.person, n.at_us, n.kind, n.reference, n.request, n.sent_at_us, p.email, p.name,
            p.language
        from notice n join person p on p.id = n.person order by n.at_us desc, n.id desc limit $1";
    UNSENT = "select count(*) from notice where sent_at_us is null";
    SENT = "update notice set sent_at_us = $2 where id = $1 and sent_at_us is null";
}

/// A notice with the address it goes to.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its identifier.
    pub id: String,
    /// To whom.
    pub person: PersonId,
    /// When it was written.
    pub at: Moment,
    /// What it is about, such as `task` or `reminder`.
    pub kind: String,
    /// The request's reference.
    pub reference: String,
    /// The request.
    pub request: Option<RequestId>,
    /// When it was handed to the mail server.
    pub sent_at: Option<Moment>,
    /// Official mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Language.
    pub language: Language,
}

/// Writes a notice.
pub fn add(
    tx: &mut dyn Tx,
    id: &str,
    person: PersonId,
    kind: &str,
    reference: &str,
    request: Option<RequestId>,
    now: Moment,
) -> Result<(), Fault> {
    let args: [Value; 6] = [
        id.into(),
        person.to_string().into(),
        now.us().into(),
        kind.into(),
        reference.into(),
        request.map(|id| id.to_string()).into(),
    ];
    tx.put(ADD, &args)
}

fn notice_of(row: &Row) -> Result<NoticeRow, Fault> {
    Ok(NoticeRow {
        id: row.text(0)?.to_owned(),
        person: parse(row.text(1)?)?,
        at: moment(row.int(2)?)?,
        kind: row.text(3)?.to_owned(),
        reference: row.text(4)?.to_owned(),
        request: row.opt_text(5)?.map(parse).transpose()?,
        sent_at: row.opt_int(6)?.map(moment).transpose()?,
        email: row.text(7)?.to_owned(),
        name: row.text(8)?.to_owned(),
        language: parse(row.text(9)?)?,
    })
}

/// One notice.
pub fn one(tx: &mut dyn Tx, id: &str) -> Result<Option<NoticeRow>, Fault> {
    tx.row(ONE, &[id.into()])?.as_ref().map(notice_of).transpose()
}

/// The latest notices, newest first.
pub fn latest(tx: &mut dyn Tx, limit: i64) -> Result<Vec<NoticeRow>, Fault> {
    tx.rows(LATEST, &[limit.into()])?.iter().map(notice_of).collect()
}

/// Notes that a notice was handed over; tells whether this was the first time.
pub fn sent(tx: &mut dyn Tx, id: &str, now: Moment) -> Result<bool, Fault> {
    Ok(tx.exec(SENT, &[id.into(), now.us().into()])? == 1)
}

/// How many notices wait for the mail server.
pub fn unsent(tx: &mut dyn Tx) -> Result<i64, Fault> {
    tx.row(UNSENT, &[])?.map_or(Ok(0), |row| row.int(0))
}
