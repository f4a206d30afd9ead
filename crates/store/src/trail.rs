//! Who did, tried or looked at what, and what a caller has already been answered.
//! Written in the transaction of the act itself; rows are only ever added, and each is a leaf of the ledger.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::ledger::{self, LeafKind};
use crate::party::{moment, parse};
use crate::value::{Row, Value};
use comity_domain::id::{OrganisationId, PersonId, RequestId, TrailId};
use comity_domain::term::Processing;
use comity_domain::time::Moment;
use serde::{Serialize, Serializer};

/// The columns of an entry, in the order of [`entry_of`].
macro_rules! columns {
    () => {
        "t.id, t.at_us, t.person, t.name, t.organisation, t.counterpart, t.role, t.via, t.action, t.processing,
            t.outcome, t.rule, t.basis, t.code, t.about, t.request, t.detail, t.salt"
    };
}

/// What a filter lets through, after the entry of the first two values.
macro_rules! filtered {
    () => {
        " where (t.at_us, t.id) < ($1, $2) and t.at_us >= $3
            and (cast($4 as text) is null or t.person = $4)
            and (cast($5 as text) is null or t.organisation = $5)
            and (cast($6 as text) is null or t.action = $6)
            and (cast($7 as text) is null or t.processing = $7)
            and (cast($8 as text) is null or t.outcome = $8)
            and (cast($9 as text) is null or t.rule = $9)
            and (cast($10 as text) is null or t.about = $10)
            and (cast($11 as bigint) = 0
                or (t.processing = 'consultation' and t.request is not null and t.outcome <> 'refused'))
            and (cast($12 as bigint) = 0 or t.outcome = 'refused' or t.via = 'console')
        order by t.at_us desc, t.id desc limit $13"
    };
}

crate::sql! {
    ADD = "insert into trail
        (id, at_us, person, name, organisation, counterpart, role, via, action, processing, outcome, rule, basis, code,
         about, request, detail, salt)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    PAGE = concat!(
        "select ", columns!(), ", coalesce(p.name, ''), coalesce(o.name, ''), coalesce(c.name, '')
        from trail t left join person p on p.id = t.person left join organisation o on o.id = t.organisation
            left join organisation c on c.id = t.counterpart",
        filtered!()
    );
    KEYS = concat!("select t.at_us, t.id from trail t", filtered!());
    ONE = concat!(
        "select ", columns!(), ", coalesce(p.name, ''), coalesce(o.name, ''), coalesce(c.name, '')
        from trail t left join person p on p.id = t.person left join organisation o on o.id = t.organisation
            left join organisation c on c.id = t.counterpart
        where t.id = $1"
    );
    AFTER = concat!("select ", columns!(), " from trail t where t.id > $1 order by t.id limit $2");
    COUNT = "select count(*) from trail where outcome = $1";
    RECALL = "select request_hash, receipt from idempotency where caller = $1 and idempotency_key = $2";
    REMEMBER = "insert into idempotency (caller, idempotency_key, request_hash, receipt, at_us)
        values ($1, $2, $3, $4, $5)";
}

comity_domain::opaque!(TrailRow, Named);

/// One entry. Its leaf commits to all of it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TrailRow {
    /// Its identifier.
    pub id: TrailId,
    /// When.
    #[serde(serialize_with = "in_utc")]
    pub at: Moment,
    /// Who; nobody for a clock or a peer.
    pub person: Option<PersonId>,
    /// Their name at that time.
    pub name: String,
    /// On whose behalf.
    pub organisation: Option<OrganisationId>,
    /// The other side of the request; of a disclosure, its recipient.
    pub counterpart: Option<OrganisationId>,
    /// The role that counted.
    pub role: String,
    /// Page, API, standard interface, command line, job.
    pub via: String,
    /// What.
    pub action: String,
    /// What that does with personal data; nothing where it touches none.
    pub processing: Option<Processing>,
    /// `done`, `refused` or `viewed`.
    pub outcome: String,
    /// The rule that decided.
    pub rule: String,
    /// What entitles to it.
    pub basis: String,
    /// The refusal's code.
    pub code: String,
    /// A reference.
    pub about: String,
    /// The request.
    pub request: Option<RequestId>,
    /// What else belongs to it, as JSON; never content of a request.
    pub detail: String,
}

/// Columns keep an instant and no offset, so the entry says its time in UTC.
fn in_utc<S: Serializer>(at: &Moment, to: S) -> Result<S::Ok, S::Error> {
    Moment::from_columns(at.us(), 0).map_err(serde::ser::Error::custom)?.serialize(to)
}

/// What a leaf of the trail opens to.
#[derive(Serialize)]
struct Said<'a> {
    record: &'static str,
    #[serde(flatten)]
    entry: &'a TrailRow,
}

impl TrailRow {
    /// The bytes that are committed to: JSON with the fields in declaration order. *Errors*: none in practice.
    pub fn canonical(&self) -> Result<Vec<u8>, Fault> {
        serde_json::to_vec(&Said { record: comity_ledger::bundle::TRAIL, entry: self })
            .map_err(|error| Fault::other(format!("an entry of the trail as JSON: {error}")))
    }
}

/// Adds an entry and leaves its commitment to be sealed.
pub fn add(tx: &mut dyn Tx, t: &TrailRow, salt: &[u8; 32]) -> Result<(), Fault> {
    let id = t.id.to_string();
    let args: [Value; 18] = [
        (&id).into(),
        t.at.us().into(),
        t.person.map(|id| id.to_string()).into(),
        (&t.name).into(),
        t.organisation.map(|id| id.to_string()).into(),
        t.counterpart.map(|id| id.to_string()).into(),
        (&t.role).into(),
        (&t.via).into(),
        (&t.action).into(),
        t.processing.map_or("", Processing::as_str).into(),
        (&t.outcome).into(),
        (&t.rule).into(),
        (&t.basis).into(),
        (&t.code).into(),
        (&t.about).into(),
        t.request.map(|id| id.to_string()).into(),
        (&t.detail).into(),
        (*salt).into(),
    ];
    tx.put(ADD, &args)?;
    ledger::add_leaf(tx, &id, LeafKind::Trail, &comity_ledger::commitment(salt, &t.canonical()?))
}

/// What to look for in the trail, newest first.
#[derive(Debug, Clone, Default)]
pub struct TrailFilter {
    /// Continue before this entry: its time in microseconds since 1970 and its identifier.
    pub before: Option<(i64, String)>,
    /// Not before this time, in microseconds since 1970.
    pub from_us: Option<i64>,
    /// Only this person.
    pub person: Option<PersonId>,
    /// Only on behalf of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Only this action.
    pub action: Option<String>,
    /// Only this kind of processing.
    pub processing: Option<Processing>,
    /// Only this outcome.
    pub outcome: Option<String>,
    /// Only under this rule.
    pub rule: Option<String>,
    /// Only about this reference.
    pub about: Option<String>,
    /// Only reads of a dossier, its files or its proof.
    pub sensitive: bool,
    /// Only what was refused, and what was done at the console.
    pub exceptions: bool,
    /// At most so many.
    pub limit: i64,
}

impl TrailFilter {
    fn args(&self) -> [Value; 13] {
        let (at, id) = self.before.clone().unwrap_or((i64::MAX, String::new()));
        [
            at.into(),
            id.into(),
            self.from_us.unwrap_or(i64::MIN).into(),
            self.person.map(|id| id.to_string()).into(),
            self.organisation.map(|id| id.to_string()).into(),
            self.action.clone().into(),
            self.processing.map(Processing::as_str).into(),
            self.outcome.clone().into(),
            self.rule.clone().into(),
            self.about.clone().into(),
            i64::from(self.sensitive).into(),
            i64::from(self.exceptions).into(),
            self.limit.into(),
        ]
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The entry.
    pub entry: TrailRow,
    /// The salt of its commitment; nothing where it was written before the ledger held the trail.
    pub salt: Option<[u8; 32]>,
}

/// An entry's identifier, and the entry or why it cannot be read.
pub type Read = (String, Result<Kept, Fault>);

/// An entry with the names that belong to it today.
#[derive(Clone, PartialEq, Eq)]
pub struct Named {
    /// The entry.
    pub kept: Kept,
    /// The person's name.
    pub person: String,
    /// The organisation's.
    pub organisation: String,
    /// The other side's.
    pub counterpart: String,
}

/// Entries with their names.
pub fn page(tx: &mut dyn Tx, filter: &TrailFilter) -> Result<Vec<Named>, Fault> {
    let rows = tx.rows(PAGE, &filter.args())?;
    rows.iter().map(named_of).collect()
}

/// An entry by its identifier.
pub fn one(tx: &mut dyn Tx, id: &str) -> Result<Option<Named>, Fault> {
    tx.row(ONE, &[id.into()])?.as_ref().map(named_of).transpose()
}

fn named_of(row: &Row) -> Result<Named, Fault> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(Named { kept: kept_of(row)?, person: text(18)?, organisation: text(19)?, counterpart: text(20)? })
}

/// Times and identifiers of entries, in the same order.
pub fn keys(tx: &mut dyn Tx, filter: &TrailFilter) -> Result<Vec<(i64, String)>, Fault> {
    let rows = tx.rows(KEYS, &filter.args())?;
    rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?.to_owned()))).collect()
}

/// Up to `limit` entries after that identifier, in its order; one that cannot be read is a fault of its own.
pub fn after(tx: &mut dyn Tx, id: &str, limit: i64) -> Result<Vec<Read>, Fault> {
    let rows = tx.rows(AFTER, &[id.into(), limit.into()])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), kept_of(row)))).collect()
}

fn kept_of(row: &Row) -> Result<Kept, Fault> {
    let salt = row.opt_bytes(17)?.map(TryInto::try_into).transpose();
    let salt = salt.map_err(|_| Fault::other("an entry of the trail whose salt has not 32 bytes"))?;
    Ok(Kept { entry: entry_of(row)?, salt })
}

fn entry_of(row: &Row) -> Result<TrailRow, Fault> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(TrailRow {
        id: parse(row.text(0)?)?,
        at: moment(row.int(1)?)?,
        person: row.opt_text(2)?.map(parse).transpose()?,
        name: text(3)?,
        organisation: row.opt_text(4)?.map(parse).transpose()?,
        counterpart: row.opt_text(5)?.map(parse).transpose()?,
        role: text(6)?,
        via: text(7)?,
        action: text(8)?,
        processing: Some(row.text(9)?).filter(|word| !word.is_empty()).map(parse).transpose()?,
        outcome: text(10)?,
        rule: text(11)?,
        basis: text(12)?,
        code: text(13)?,
        about: text(14)?,
        request: row.opt_text(15)?.map(parse).transpose()?,
        detail: text(16)?,
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
