//! Requests and their events as rows: what lists, clocks and searches need in clear, the rest sealed.
//! A row changes only together with its version; it never says who may read it.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::ledger::{self, LeafKind};
use crate::party::{parse, to_json};
use crate::queue::NEVER_DUE;
use crate::seal::{DossierKey, InstanceKey, KeyState, Place, dossier_key};
use crate::value::{Row, Value};
use comity_domain::event::Event;
use comity_domain::id::{OrganisationId, RequestId};
use comity_domain::procedure::PinnedProcedure;
use comity_domain::request::{Request, RequestState, due_watches};
use comity_domain::term::{DataCategory, Priority};
use comity_domain::time::Moment;
use std::collections::BTreeMap;

crate::sql! {
    INSERT = "insert into request
        (id, reference, provider_reference, from_organisation, to_organisation, procedure_id, procedure_hash, kind,
         priority, state, arrived, ended, items, categories, due_us, paused, watch_us, version, created_at_us,
         updated_at_us, body)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    UPDATE = "update request set provider_reference = $2, priority = $3, state = $4, arrived = $5, ended = $6,
            items = $7, categories = $8, due_us = $9, paused = $10, watch_us = $11, version = $12,
            updated_at_us = $13, body = $14, frozen = $16
        where id = $1 and version = $15";
    BODY = "select body from request where id = $1";
    ADD_EVENT = "insert into event (id, request, sequence, name, at_us, body) values ($1, $2, $3, $4, $5, $6)";
    EVENTS = "select e.id, e.sequence, l.commitment, e.body from event e join leaf l on l.id = e.id
        where e.request = $1 order by e.sequence";
    EVENT_LEAF = "select l.commitment, l.log, l.position from event e join leaf l on l.id = e.id
        where e.request = $1 and e.sequence = $2";
    LAST_COMMITMENT = "select l.commitment from event e join leaf l on l.id = e.id
        where e.request = $1 order by e.sequence desc limit 1";
    EVENT_LEAVES = "select e.id, e.sequence, e.name, l.commitment, e.at_us, l.log, l.position from event e
        join leaf l on l.id = e.id and l.kind = 'event' where e.request = $1 order by e.sequence";
    IDS_AFTER = "select id from request where id > $1 order by id limit $2";
    BY_REFERENCE = "select id from request where reference = $1 order by id limit 1";
    ERASE_EVENTS = "update event set body = $2 where request = $1";
    ERASE_BODY = "update request set body = $2, provider_reference = null where id = $1";
    ERASE_DIGESTS = "delete from request_digest where request = $1";
    ERASE_SOURCE = "delete from request_source where request = $1";
    CONTENT_LEFT = "select case when exists (select 1 from event where request = $1 and body <> $2)
            or exists (select 1 from request where id = $1 and (body <> $2 or provider_reference is not null))
            or exists (select 1 from request_digest where request = $1)
            or exists (select 1 from upload where dossier = $1) then 1 else 0 end";
    COLUMNS = "select reference, provider_reference, from_organisation, to_organisation, procedure_hash, priority, state,
            ended, items, categories, due_us, paused, version, procedure_id, kind, watch_us, created_at_us,
            updated_at_us, arrived, frozen
        from request where id = $1";
    NEXT_NUMBER = "insert into reference_number (organisation, year, last) values ($1, $2, 1)
        on conflict (organisation, year) do update set last = reference_number.last + 1 returning last";
    SKIP_NUMBERS = "update reference_number set last = last + $1";
    PUT_PROCEDURE = "insert into procedure_text (hash, id, version, content) values ($1, $2, $3, $4)
        on conflict (hash) do nothing";
    PROCEDURES = "select content from procedure_text order by id, version, hash";
    PUT_REFERENCE = "update request set provider_reference = $2 where id = $1";
    ADD_DIGEST = "insert into request_digest (digest, request, kind) values ($1, $2, $3) on conflict do nothing";
    ADD_OBJECT = "insert into foreign_object (organisation, identifier, request) values ($1, $2, $3)
        on conflict do nothing";
    OBJECT = "select request from foreign_object where organisation = $1 and identifier = $2";
    PARTIES = "select reference, from_organisation, to_organisation, arrived, ended, procedure_hash from request
        where id = $1";
    BY_STATE = "select state, count(*) from request group by state order by state";
    BY_PROCEDURE = "select procedure_id, count(*) from request group by procedure_id order by procedure_id";
    BY_PRIORITY = "select priority, count(*) from request group by priority order by priority";
    COUNT_EVENTS = "select count(*) from event where name = $1";
}

fn body_place(id: &str) -> Place<'_> {
    Place { table: "request", row: id, column: "body" }
}

/// The columns that are derived from the state.
struct Derived {
    categories: String,
    due_us: i64,
    paused: bool,
    watch_us: Option<i64>,
    body: Vec<u8>,
}

fn derive(request: &Request, key: &DossierKey) -> Result<Derived, Fault> {
    let mut categories: BTreeMap<DataCategory, u32> = BTreeMap::new();
    for item in &request.items {
        *categories.entry(item.category).or_default() += 1;
    }
    let next = request.next_clock();
    let plain =
        serde_json::to_vec(request).map_err(|error| Fault::json("a request to be written", &error))?;
    Ok(Derived {
        categories: to_json(&categories.into_iter().collect::<Vec<_>>())?,
        due_us: next.map_or(NEVER_DUE, |clock| clock.due.us()),
        paused: next.is_some_and(comity_domain::clock::Clock::is_paused),
        watch_us: due_watches(request).map(|watch| watch.at.us()),
        body: key.seal(body_place(&request.id.to_string()), &plain)?,
    })
}

fn items(request: &Request) -> i64 {
    i64::try_from(request.items.len()).unwrap_or(i64::MAX)
}

fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// Writes a new request. *Errors*: the reference is taken.
pub fn insert(tx: &mut dyn Tx, key: &DossierKey, request: &Request, now: Moment) -> Result<(), Fault> {
    let derived = derive(request, key)?;
    let state = request.state();
    let args: [Value; 21] = [
        request.id.to_string().into(),
        (&request.reference).into(),
        request.provider_reference.clone().into(),
        request.from.to_string().into(),
        request.to.to_string().into(),
        (&request.procedure.id).into(),
        (&request.procedure.hash).into(),
        request.kind.as_str().into(),
        request.priority.as_str().into(),
        state.as_str().into(),
        state.with_provider().into(),
        state.ended().into(),
        items(request).into(),
        derived.categories.into(),
        derived.due_us.into(),
        derived.paused.into(),
        derived.watch_us.into(),
        version(request.version).into(),
        request.created_at.us().into(),
        now.us().into(),
        derived.body.into(),
    ];
    tx.put(INSERT, &args)
}

/// Writes the changed state of a request that was read at `before`; false when somebody else changed it meanwhile.
pub fn update(
    tx: &mut dyn Tx,
    key: &DossierKey,
    request: &Request,
    before: u64,
    arrived: bool,
    now: Moment,
) -> Result<bool, Fault> {
    let derived = derive(request, key)?;
    let state = request.state();
    let args: [Value; 16] = [
        request.id.to_string().into(),
        request.provider_reference.clone().into(),
        request.priority.as_str().into(),
        state.as_str().into(),
        arrived.into(),
        state.ended().into(),
        items(request).into(),
        derived.categories.into(),
        derived.due_us.into(),
        derived.paused.into(),
        derived.watch_us.into(),
        version(request.version).into(),
        now.us().into(),
        derived.body.into(),
        version(before).into(),
        (!request.frozen.is_empty()).into(),
    ];
    Ok(tx.exec(UPDATE, &args)? == 1)
}

/// A request with the key of its dossier; nothing when there is none or its key was destroyed.
pub fn load(
    tx: &mut dyn Tx,
    instance: &InstanceKey,
    id: RequestId,
) -> Result<Option<(Request, DossierKey)>, Fault> {
    let text = id.to_string();
    let Some(row) = tx.row(BODY, &[(&text).into()])? else { return Ok(None) };
    let key = match dossier_key(tx, instance, &text)? {
        KeyState::Present(key) => key,
        KeyState::Destroyed(_) | KeyState::Missing => return Ok(None),
    };
    let plain = key.open(body_place(&text), row.bytes(0)?)?;
    let request = serde_json::from_slice(&plain).map_err(|error| Fault::json("a request", &error))?;
    Ok(Some((request, key)))
}

/// The parties of a request and whether it has arrived and ended, without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parties {
    /// The authority's reference.
    pub reference: String,
    /// The authority.
    pub from: OrganisationId,
    /// The addressee.
    pub to: OrganisationId,
    /// Whether the provider sees it.
    pub arrived: bool,
    /// Whether it has ended.
    pub ended: bool,
    /// The pinned procedure.
    pub procedure_hash: String,
}

/// The parties of a request.
pub fn parties(tx: &mut dyn Tx, id: RequestId) -> Result<Option<Parties>, Fault> {
    let row = tx.row(PARTIES, &[id.to_string().into()])?;
    row.map(|row| {
        Ok(Parties {
            reference: row.text(0)?.to_owned(),
            from: parse(row.text(1)?)?,
            to: parse(row.text(2)?)?,
            arrived: row.truth(3)?,
            ended: row.truth(4)?,
            procedure_hash: row.text(5)?.to_owned(),
        })
    })
    .transpose()
}

/// An event with its salt, as it lies sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// What happened.
    pub event: Event,
    /// The salt of its commitment, 32 bytes.
    pub salt: [u8; 32],
    /// The bytes that the commitment is made over.
    pub canonical: Vec<u8>,
    /// SHA-256 over label, salt and event.
    pub commitment: Vec<u8>,
}

/// Adds an event and leaves its commitment to be sealed. `canonical` are the bytes that the commitment is made over. *Errors*: the sequence is taken.
pub fn add_event(
    tx: &mut dyn Tx,
    key: &DossierKey,
    event: &Event,
    canonical: &[u8],
    salt: &[u8; 32],
    commitment: &[u8; 32],
) -> Result<(), Fault> {
    let id = event.id.to_string();
    let mut plain = salt.to_vec();
    plain.extend_from_slice(canonical);
    let sealed = key.seal(Place { table: "event", row: &id, column: "body" }, &plain)?;
    let args: [Value; 6] = [
        (&id).into(),
        event.request.to_string().into(),
        version(event.sequence).into(),
        event.what.name().into(),
        event.at.us().into(),
        sealed.into(),
    ];
    tx.put(ADD_EVENT, &args)?;
    ledger::add_leaf(tx, &id, LeafKind::Event, commitment)
}

/// The leaf of an event by its number in the dossier.
pub fn event_leaf(tx: &mut dyn Tx, id: RequestId, sequence: u64) -> Result<Option<ledger::Placed>, Fault> {
    let row = tx.row(EVENT_LEAF, &[id.to_string().into(), version(sequence).into()])?;
    row.as_ref().map(ledger::placed_of).transpose()
}

/// What the newest event of a request commits to; nothing where there is none yet.
pub fn last_commitment(tx: &mut dyn Tx, id: RequestId) -> Result<Option<[u8; 32]>, Fault> {
    let row = tx.row(LAST_COMMITMENT, &[id.to_string().into()])?;
    row.map(|row| row.bytes(0)?.try_into().map_err(|_| Fault::other("a commitment that has not 32 bytes")))
        .transpose()
}

/// The events of a dossier, in their order.
pub fn events(tx: &mut dyn Tx, key: &DossierKey, id: RequestId) -> Result<Vec<StoredEvent>, Fault> {
    let rows = tx.rows(EVENTS, &[id.to_string().into()])?;
    rows.iter()
        .map(|row| {
            let plain =
                key.open(Place { table: "event", row: row.text(0)?, column: "body" }, row.bytes(3)?)?;
            let (salt, body) =
                plain.split_first_chunk::<32>().ok_or_else(|| Fault::other("an event without a salt"))?;
            let event = serde_json::from_slice(body).map_err(|error| Fault::json("an event", &error))?;
            let (canonical, commitment) = (body.to_vec(), row.bytes(2)?.to_vec());
            Ok(StoredEvent { event, salt: *salt, canonical, commitment })
        })
        .collect()
}

/// What stands of an event outside its sealed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLeaf {
    /// Its identifier, which is its leaf's too.
    pub id: String,
    /// Its number in the dossier.
    pub sequence: u64,
    /// Its name.
    pub name: String,
    /// What its leaf commits to.
    pub commitment: [u8; 32],
    /// When it was committed, in microseconds since 1970.
    pub at_us: i64,
    /// The log and the position in it, once it is sealed.
    pub place: Option<(String, u64)>,
}

/// The events of a dossier without their bodies, in their order; those of an erased one too.
pub fn event_leaves(tx: &mut dyn Tx, id: RequestId) -> Result<Vec<EventLeaf>, Fault> {
    let rows = tx.rows(EVENT_LEAVES, &[id.to_string().into()])?;
    rows.iter()
        .map(|row| {
            let commitment = row.bytes(3)?.try_into();
            let position = row.opt_int(6)?.and_then(|position| u64::try_from(position).ok());
            Ok(EventLeaf {
                id: row.text(0)?.to_owned(),
                sequence: u64::try_from(row.int(1)?).unwrap_or(0),
                name: row.text(2)?.to_owned(),
                commitment: commitment.map_err(|_| Fault::other("a commitment that has not 32 bytes"))?,
                at_us: row.int(4)?,
                place: row.opt_text(5)?.map(str::to_owned).zip(position),
            })
        })
        .collect()
}

/// Up to `limit` requests after that identifier, in its order.
pub fn ids_after(tx: &mut dyn Tx, after: &str, limit: i64) -> Result<Vec<RequestId>, Fault> {
    tx.rows(IDS_AFTER, &[after.into(), limit.into()])?.iter().map(|row| parse(row.text(0)?)).collect()
}

/// The request with that reference of its authority.
pub fn by_reference(tx: &mut dyn Tx, reference: &str) -> Result<Option<RequestId>, Fault> {
    tx.row(BY_REFERENCE, &[reference.into()])?.map(|row| parse(row.text(0)?)).transpose()
}

/// Removes everything that the dossier's key has sealed, and what makes it findable; events stay as names and leaves.
pub fn erase(tx: &mut dyn Tx, id: RequestId) -> Result<(), Fault> {
    let id = id.to_string();
    tx.exec(ERASE_EVENTS, &[(&id).into(), Vec::new().into()])?;
    tx.exec(ERASE_BODY, &[(&id).into(), Vec::new().into()])?;
    tx.exec(ERASE_SOURCE, &[(&id).into()])?;
    tx.exec(ERASE_DIGESTS, &[(&id).into()]).map(drop)
}

/// Whether anything is left of an erased dossier.
pub fn content_left(tx: &mut dyn Tx, id: RequestId) -> Result<bool, Fault> {
    let args = [id.to_string().into(), Vec::new().into()];
    tx.row(CONTENT_LEFT, &args)?.map_or(Ok(false), |row| row.truth(0))
}

/// In what a request's row and its columns in clear differ from the state that its events lead to.
pub fn differs(
    tx: &mut dyn Tx,
    instance: &InstanceKey,
    replayed: &Request,
    arrived: bool,
    last: Moment,
) -> Result<Option<&'static str>, Fault> {
    let id = replayed.id.to_string();
    let Some((stored, key)) = load(tx, instance, replayed.id)? else { return Ok(Some("body")) };
    let Some(row) = tx.row(COLUMNS, &[(&id).into()])? else { return Ok(Some("row")) };
    let derived = derive(replayed, &key)?;
    let state = replayed.state();
    let columns = [
        ("body", stored == *replayed),
        ("reference", row.text(0)? == replayed.reference),
        ("provider_reference", row.opt_text(1)? == replayed.provider_reference.as_deref()),
        ("from_organisation", row.text(2)? == replayed.from.to_string()),
        ("to_organisation", row.text(3)? == replayed.to.to_string()),
        ("procedure_hash", row.text(4)? == replayed.procedure.hash),
        ("priority", row.text(5)? == replayed.priority.as_str()),
        ("state", row.text(6)? == state.as_str()),
        ("ended", row.truth(7)? == state.ended()),
        ("items", row.int(8)? == items(replayed)),
        ("categories", row.text(9)? == derived.categories),
        ("due_us", row.int(10)? == derived.due_us),
        ("paused", row.truth(11)? == derived.paused),
        ("version", row.int(12)? == version(replayed.version)),
        ("procedure_id", row.text(13)? == replayed.procedure.id),
        ("kind", row.text(14)? == replayed.kind.as_str()),
        ("watch_us", row.opt_int(15)? == derived.watch_us),
        ("created_at_us", row.int(16)? == replayed.created_at.us()),
        ("updated_at_us", row.int(17)? == last.us()),
        ("arrived", row.truth(18)? == arrived),
        ("frozen", row.truth(19)? != replayed.frozen.is_empty()),
    ];
    Ok(columns.into_iter().find(|(_, same)| !same).map(|(name, _)| name))
}

/// The next number for a reference of an organisation in a year, from 1.
pub fn next_number(tx: &mut dyn Tx, organisation: OrganisationId, year: i64) -> Result<i64, Fault> {
    let row = tx.row(NEXT_NUMBER, &[organisation.to_string().into(), year.into()])?;
    row.ok_or_else(|| Fault::other("no number was given"))?.int(0)
}

/// Leaves out so many numbers for references of every organisation: they may have been given.
pub fn skip_numbers(tx: &mut dyn Tx, count: i64) -> Result<(), Fault> {
    tx.exec(SKIP_NUMBERS, &[count.into()]).map(drop)
}

/// Keeps the text of a procedure for good.
pub fn put_procedure(tx: &mut dyn Tx, p: &PinnedProcedure) -> Result<(), Fault> {
    let args: [Value; 4] =
        [(&p.hash).into(), (&p.procedure.id).into(), i64::from(p.procedure.version).into(), (&p.text).into()];
    tx.exec(PUT_PROCEDURE, &args).map(drop)
}

/// The texts of all procedures ever used.
pub fn procedures(tx: &mut dyn Tx) -> Result<Vec<String>, Fault> {
    tx.rows(PROCEDURES, &[])?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Makes a request findable by a keyed digest; `kind` says of what: identifier, reference or document.
pub fn add_digest(tx: &mut dyn Tx, digest: [u8; 32], id: RequestId, kind: &'static str) -> Result<(), Fault> {
    tx.put(ADD_DIGEST, &[digest.into(), id.to_string().into(), kind.into()])
}

/// Puts the provider's reference beside the sealed state in which it stands, after a restore.
pub fn put_provider_reference(tx: &mut dyn Tx, request: &Request) -> Result<(), Fault> {
    tx.put(PUT_REFERENCE, &[request.id.to_string().into(), request.provider_reference.clone().into()])
}

/// Notes an object of a foreign message; false when the organisation has already sent it.
pub fn add_object(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    identifier: &str,
    id: RequestId,
) -> Result<bool, Fault> {
    let args = [organisation.to_string().into(), identifier.into(), id.to_string().into()];
    Ok(tx.exec(ADD_OBJECT, &args)? == 1)
}

/// The request that an object of a foreign message became.
pub fn object(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    identifier: &str,
) -> Result<Option<RequestId>, Fault> {
    let row = tx.row(OBJECT, &[organisation.to_string().into(), identifier.into()])?;
    row.map(|row| parse(row.text(0)?)).transpose()
}

fn counted<T: std::str::FromStr>(rows: &[Row]) -> Result<Vec<(T, u64)>, Fault> {
    rows.iter().map(|row| Ok((parse(row.text(0)?)?, u64::try_from(row.int(1)?).unwrap_or(0)))).collect()
}

/// All requests of this instance by state, procedure and priority.
pub type Counts = (Vec<(RequestState, u64)>, Vec<(String, u64)>, Vec<(Priority, u64)>);

/// See [`Counts`].
pub fn counts(tx: &mut dyn Tx) -> Result<Counts, Fault> {
    Ok((
        counted(&tx.rows(BY_STATE, &[])?)?,
        counted(&tx.rows(BY_PROCEDURE, &[])?)?,
        counted(&tx.rows(BY_PRIORITY, &[])?)?,
    ))
}

/// How often an event of that name has happened.
pub fn count_events(tx: &mut dyn Tx, name: &str) -> Result<u64, Fault> {
    let row = tx.row(COUNT_EVENTS, &[name.into()])?;
    Ok(u64::try_from(row.map_or(Ok(0), |row| row.int(0))?).unwrap_or(0))
}
