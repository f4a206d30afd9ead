//! Leaves, logs and tiles as rows: what acts leave to be sealed, and what the sealer makes of it in one transaction.
//! A position is given once and never changes. It never signs and never decides what a leaf commits to.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::value::{Row, Value};
use comity_ledger::{Checkpoint, Hash, LEAF_BYTES, Leaf, TILE_WIDTH, Tile, TileKind, TilePath};

crate::sql! {
    ADD_LEAF = "insert into leaf (id, kind, commitment) values ($1, $2, $3)";
    PENDING = "select case when exists (select 1 from leaf where position is null) then 1 else 0 end";
    OLDEST_PENDING = "select id from leaf where position is null order by id limit 1";
    ASSIGN = "with numbered as (
            select id as leaf_id, row_number() over (order by id) - 1 as n
            from (select id from leaf where position is null order by id limit $3) as waiting)
        update leaf set log = $1, position = cast($2 as bigint) + n
        from numbered where leaf.id = leaf_id
        returning position, commitment";
    PLACE = "update leaf set log = $2, position = $3 where id = $1 and position is null";
    LEAF = "select commitment, log, position from leaf where id = $1";
    LEAVES = "select commitment from leaf where log = $1 and position >= $2 and position < $3 order by position";
    AT = "select id from leaf where log = $1 and position = $2";
    COUNT = "select count(*) from leaf where log = $1 and position is not null";
    NEWEST = "select origin, year, log_key, size, root, checkpoint, sealed_at_us, restored_at_us from log order by year desc limit 1";
    LOG = "select origin, year, log_key, size, root, checkpoint, sealed_at_us, restored_at_us from log where origin = $1";
    LOGS = "select origin, year, log_key, size, root, checkpoint, sealed_at_us, restored_at_us from log order by year";
    ADD_LOG = "insert into log (origin, year, log_key, size, root, checkpoint, sealed_at_us)
        values ($1, $2, $3, $4, $5, $6, $7)";
    SWAP = "update log set size = $2, root = $3, checkpoint = $4, sealed_at_us = $5
        where origin = $1 and size = $6 and root = $7";
    PUT_BACK = "update log set restored_at_us = $2 where origin = $1";
    PUT_TILE = "insert into tile (log, level, number, hashes) values ($1, $2, $3, $4)
        on conflict (log, level, number) do update set hashes = excluded.hashes";
    TILE = "select hashes from tile where log = $1 and level = $2 and number = $3";
    ADD_RECORD = "insert into ledger_record (id, request, salt, body) values ($1, $2, $3, $4)";
    RECORDS = "select id, salt, body from ledger_record where request = $1 order by id";
    OWN_RECORDS = "select id, salt, body from ledger_record where request is null order by id desc limit $1";
    PENDING_COUNT = "select count(*) from leaf where position is null";
    UNEXPLAINED = "select l.id from leaf l
        where not (l.kind = 'event' and exists (select 1 from event e where e.id = l.id))
            and not (l.kind = 'trail'
                and exists (select 1 from trail t where t.id = l.id and t.salt is not null))
            and not (l.kind = 'record' and exists (select 1 from ledger_record r where r.id = l.id))
            and l.kind <> 'cover'
        order by l.id limit 100";
    ALL_RECORDS = "select id, salt, body, request from ledger_record order by id";
    PUT_COSIGNATURE = "insert into cosignature (log, witness, size, checkpoint, at_us) values ($1, $2, $3, $4, $5)
        on conflict (log, witness) do update
        set size = excluded.size, checkpoint = excluded.checkpoint, at_us = excluded.at_us
        where excluded.size >= cosignature.size";
    COSIGNATURES = "select witness, size, checkpoint, at_us from cosignature where log = $1 order by witness";
}

/// What a leaf commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafKind {
    /// An event of a request.
    Event,
    /// An entry of the trail.
    Trail,
    /// A statement of the ledger about itself.
    Record,
    /// Nothing: it only hides how much happens.
    Cover,
}

impl LeafKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Trail => "trail",
            Self::Record => "record",
            Self::Cover => "cover",
        }
    }
}

/// A log as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its year.
    pub year: i64,
    /// The verifier key of its signature.
    pub key: String,
    /// What its newest checkpoint says.
    pub head: Checkpoint,
    /// The newest checkpoint as a signed note.
    pub checkpoint: String,
    /// When that was signed, in microseconds since 1970.
    pub sealed_at_us: i64,
    /// When it was put back from a backup, in microseconds since 1970. It may have signed more than is here, so nothing is
    /// added to it.
    pub restored_at_us: Option<i64>,
}

fn log_of(row: &Row) -> Result<LogRow, Fault> {
    let size = u64::try_from(row.int(3)?).map_err(|_| Fault::other("a log of negative size"))?;
    let head = Checkpoint { origin: row.text(0)?.to_owned(), size, root: hash(row.bytes(4)?)? };
    Ok(LogRow {
        year: row.int(1)?,
        key: row.text(2)?.to_owned(),
        head,
        checkpoint: row.text(5)?.to_owned(),
        sealed_at_us: row.int(6)?,
        restored_at_us: row.opt_int(7)?,
    })
}

fn hash(bytes: &[u8]) -> Result<Hash, Fault> {
    bytes.try_into().map_err(|_| Fault::other("a hash that has not 32 bytes"))
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Leaves a commitment to be sealed. *Errors*: the identifier is taken.
pub fn add_leaf(tx: &mut dyn Tx, id: &str, kind: LeafKind, commitment: &[u8; 32]) -> Result<(), Fault> {
    tx.put(ADD_LEAF, &[id.into(), kind.as_str().into(), commitment.into()])
}

/// Whether a leaf waits for its position.
pub fn any_pending(tx: &mut dyn Tx) -> Result<bool, Fault> {
    tx.row(PENDING, &[])?.map_or(Ok(false), |row| row.truth(0))
}

/// The leaf that has waited longest; the first 48 bits of its identifier are the time.
pub fn oldest_pending(tx: &mut dyn Tx) -> Result<Option<String>, Fault> {
    tx.row(OLDEST_PENDING, &[])?.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Gives positions from `from` on to up to `limit` waiting leaves, oldest first, and answers them in their order.
pub fn assign(tx: &mut dyn Tx, origin: &str, from: u64, limit: i64) -> Result<Vec<Leaf>, Fault> {
    let rows = tx.rows(ASSIGN, &[origin.into(), number(from).into(), limit.into()])?;
    let mut placed = Vec::with_capacity(rows.len());
    for row in &rows {
        placed.push((row.int(0)?, Leaf::from_commitment(&hash(row.bytes(1)?)?)));
    }
    placed.sort_unstable_by_key(|(position, _)| *position);
    Ok(placed.into_iter().map(|(_, leaf)| leaf).collect())
}

/// Gives one leaf its position. *Errors*: it has one, or the position is taken.
pub fn place(tx: &mut dyn Tx, id: &str, origin: &str, position: u64) -> Result<(), Fault> {
    match tx.exec(PLACE, &[id.into(), origin.into(), number(position).into()])? {
        1 => Ok(()),
        _ => Err(Fault::other("a leaf that has its position already")),
    }
}

/// Where a leaf stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// What it commits to.
    pub commitment: [u8; 32],
    /// The log and the position in it, once it is sealed.
    pub place: Option<(String, u64)>,
}

/// A leaf by its identifier.
pub fn leaf(tx: &mut dyn Tx, id: &str) -> Result<Option<Placed>, Fault> {
    tx.row(LEAF, &[id.into()])?.as_ref().map(placed_of).transpose()
}

/// A leaf from the columns commitment, log, position.
pub(crate) fn placed_of(row: &Row) -> Result<Placed, Fault> {
    let place = row.opt_text(1)?.map(str::to_owned);
    let position = row.opt_int(2)?.and_then(|position| u64::try_from(position).ok());
    Ok(Placed { commitment: hash(row.bytes(0)?)?, place: place.zip(position) })
}

/// When the leaf at a position was made, in microseconds since 1970, as the first 48 bits of its identifier tell; nothing
/// where there is none.
pub fn made_at_us(tx: &mut dyn Tx, origin: &str, position: u64) -> Result<Option<i64>, Fault> {
    let Some(row) = tx.row(AT, &[origin.into(), number(position).into()])? else { return Ok(None) };
    let time = row.text(0)?.get(..13).map(|head| head.replacen('-', "", 1));
    let millis = time.and_then(|digits| i64::from_str_radix(&digits, 16).ok());
    Ok(Some(millis.ok_or_else(|| Fault::other("a leaf whose identifier tells no time"))? * 1_000))
}

/// How many leaves of a log have a position.
pub fn count(tx: &mut dyn Tx, origin: &str) -> Result<i64, Fault> {
    tx.row(COUNT, &[origin.into()])?.map_or(Ok(0), |row| row.int(0))
}

/// The log of the latest year.
pub fn newest_log(tx: &mut dyn Tx) -> Result<Option<LogRow>, Fault> {
    tx.row(NEWEST, &[])?.as_ref().map(log_of).transpose()
}

/// A log by its origin.
pub fn log(tx: &mut dyn Tx, origin: &str) -> Result<Option<LogRow>, Fault> {
    tx.row(LOG, &[origin.into()])?.as_ref().map(log_of).transpose()
}

/// All logs, oldest first.
pub fn logs(tx: &mut dyn Tx) -> Result<Vec<LogRow>, Fault> {
    tx.rows(LOGS, &[])?.iter().map(log_of).collect()
}

/// Begins a log. *Errors*: there is one of that origin or year ([`crate::FaultKind::Unique`]).
pub fn add_log(tx: &mut dyn Tx, log: &LogRow) -> Result<(), Fault> {
    let args: [Value; 7] = [
        (&log.head.origin).into(),
        log.year.into(),
        (&log.key).into(),
        number(log.head.size).into(),
        log.head.root.into(),
        (&log.checkpoint).into(),
        log.sealed_at_us.into(),
    ];
    tx.exec(ADD_LOG, &args).map(drop)
}

/// Puts a new checkpoint in the place of the one that says `before`; false when another sealer was first.
pub fn swap(
    tx: &mut dyn Tx,
    before: &Checkpoint,
    after: &Checkpoint,
    note: &str,
    now_us: i64,
) -> Result<bool, Fault> {
    let args: [Value; 7] = [
        (&before.origin).into(),
        number(after.size).into(),
        after.root.into(),
        note.into(),
        now_us.into(),
        number(before.size).into(),
        before.root.into(),
    ];
    Ok(tx.exec(SWAP, &args)? == 1)
}

/// Says of a log that it was put back from a backup, at that time in microseconds since 1970, or that it goes on.
pub fn put_back(tx: &mut dyn Tx, origin: &str, at_us: Option<i64>) -> Result<(), Fault> {
    tx.exec(PUT_BACK, &[origin.into(), at_us.into()]).map(drop)
}

/// Keeps a tile that is new or longer than before.
pub fn put_tile(tx: &mut dyn Tx, origin: &str, tile: &Tile) -> Result<(), Fault> {
    let args: [Value; 4] =
        [origin.into(), i64::from(tile.level).into(), number(tile.index).into(), tile.hashes.concat().into()];
    tx.put(PUT_TILE, &args)
}

/// The bytes of a tile or bundle of a log, cut to the width of its path; nothing where the log has no such file yet.
pub fn file(tx: &mut dyn Tx, origin: &str, path: TilePath) -> Result<Option<Vec<u8>>, Fault> {
    let width = usize::from(path.width);
    match path.kind {
        TileKind::Hashes(level) => {
            let args = [origin.into(), i64::from(level).into(), number(path.index).into()];
            let Some(row) = tx.row(TILE, &args)? else { return Ok(None) };
            Ok(row.bytes(0)?.get(..width * 32).map(<[u8]>::to_vec))
        }
        TileKind::Entries => {
            let Some(from) = path.index.checked_mul(TILE_WIDTH) else { return Ok(None) };
            let until = from.saturating_add(u64::from(path.width));
            let args = [origin.into(), number(from).into(), number(until).into()];
            let rows = tx.rows(LEAVES, &args)?;
            if rows.len() != width {
                return Ok(None);
            }
            let mut leaves: Vec<[u8; LEAF_BYTES]> = Vec::with_capacity(width);
            for row in &rows {
                leaves.push(*Leaf::from_commitment(&hash(row.bytes(0)?)?).as_bytes());
            }
            Ok(Some(comity_ledger::entry_bundle(leaves.iter().map(<[u8; LEAF_BYTES]>::as_slice))))
        }
    }
}

/// A statement of the ledger about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its identifier, which is its leaf's too.
    pub id: String,
    /// The salt of its commitment.
    pub salt: [u8; 32],
    /// Its canonical JSON.
    pub body: String,
}

/// Keeps a record and leaves its commitment to be sealed.
pub fn add_record(tx: &mut dyn Tx, request: Option<&str>, record: &Record) -> Result<(), Fault> {
    let args: [Value; 4] =
        [(&record.id).into(), request.map(str::to_owned).into(), record.salt.into(), (&record.body).into()];
    tx.exec(ADD_RECORD, &args)?;
    let commitment = comity_ledger::commitment(&record.salt, record.body.as_bytes());
    add_leaf(tx, &record.id, LeafKind::Record, &commitment)
}

/// The records that concern a request, oldest first.
pub fn records(tx: &mut dyn Tx, request: &str) -> Result<Vec<Record>, Fault> {
    tx.rows(RECORDS, &[request.into()])?.iter().map(record_of).collect()
}

/// The newest records that concern no request, at most `limit`.
pub fn own_records(tx: &mut dyn Tx, limit: i64) -> Result<Vec<Record>, Fault> {
    tx.rows(OWN_RECORDS, &[limit.into()])?.iter().map(record_of).collect()
}

fn record_of(row: &Row) -> Result<Record, Fault> {
    Ok(Record { id: row.text(0)?.to_owned(), salt: hash(row.bytes(1)?)?, body: row.text(2)?.to_owned() })
}

/// A checkpoint with the signature of one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's name.
    pub witness: String,
    /// The size it has cosigned.
    pub size: i64,
    /// The checkpoint with the log's signature and its own.
    pub checkpoint: String,
    /// When it was received, in microseconds since 1970.
    pub at_us: i64,
}

/// Keeps what a witness has cosigned, unless a larger one is kept.
pub fn put_cosigned(tx: &mut dyn Tx, origin: &str, cosigned: &Cosigned) -> Result<(), Fault> {
    let args: [Value; 5] = [
        origin.into(),
        (&cosigned.witness).into(),
        cosigned.size.into(),
        (&cosigned.checkpoint).into(),
        cosigned.at_us.into(),
    ];
    tx.exec(PUT_COSIGNATURE, &args).map(drop)
}

/// What each witness has cosigned last of a log.
pub fn cosigned(tx: &mut dyn Tx, origin: &str) -> Result<Vec<Cosigned>, Fault> {
    let rows = tx.rows(COSIGNATURES, &[origin.into()])?;
    rows.iter()
        .map(|row| {
            let (witness, checkpoint) = (row.text(0)?.to_owned(), row.text(2)?.to_owned());
            Ok(Cosigned { witness, size: row.int(1)?, checkpoint, at_us: row.int(3)? })
        })
        .collect()
}

/// Leaves that wait for their position.
pub fn pending_count(tx: &mut dyn Tx) -> Result<i64, Fault> {
    tx.row(PENDING_COUNT, &[])?.map_or(Ok(0), |row| row.int(0))
}

/// Up to a hundred leaves whose content is not here and that are not cover.
pub fn unexplained(tx: &mut dyn Tx) -> Result<Vec<String>, Fault> {
    tx.rows(UNEXPLAINED, &[])?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// All records, each with the request that it concerns.
pub fn all_records(tx: &mut dyn Tx) -> Result<Vec<(Option<String>, Record)>, Fault> {
    let rows = tx.rows(ALL_RECORDS, &[])?;
    rows.iter().map(|row| Ok((row.opt_text(3)?.map(str::to_owned), record_of(row)?))).collect()
}
