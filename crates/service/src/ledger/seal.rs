//! The sealer: committed leaves get their positions, tiles and a signed checkpoint, in one transaction.
//! Nothing is shown to anybody before that transaction is durable, so there is nothing to recover: after a crash the
//! next seal reads what is committed and goes on. Two sealers at once: the one that comes second finds the checkpoint
//! changed, and its transaction is taken back.

use super::{Ledger, clock, store_fault};
use crate::act::{Denied, Receipt};
use crate::{Exchange, Inner, fill, new_uuid};
use comity_domain::time::Moment;
use comity_ledger::{Checkpoint, Edge, Leaf, Note, leaf_hash};
use comity_store::{Fault, FaultKind, Tx, ledger as rows};
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// Leaves that one transaction seals at most, so that acts do not wait long behind it.
const BATCH: i64 = 8_192;
/// The checkpoint is written beside the database at most this often.
const WRITE_EVERY_US: i64 = 1_000_000;
/// How long somebody waits for a proof before they are told to ask again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Seals until `stop` is done, and once more then, so that a server that ends leaves nothing waiting.
pub async fn run_sealer(exchange: Exchange, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let ledger = &exchange.inner.ledger;
    let covered = ledger.settings.cover > 0;
    loop {
        let stopped = tokio::select! {
            () = &mut stop => true,
            // Under cover nobody is sealed out of turn: that would show that somebody waits.
            () = ledger.wanted.notified(), if !covered => false,
            () = tokio::time::sleep(ledger.settings.interval) => false,
        };
        loop {
            match exchange.seal().await {
                Ok(sealed) if sealed >= usize::try_from(BATCH).unwrap_or(usize::MAX) => {}
                Ok(_) | Err(_) => break,
            }
        }
        exchange.write_checkpoint(stopped).await;
        if stopped {
            return;
        }
    }
}

/// What is to lie beside the database, and what does.
#[derive(Default)]
pub(super) struct Written {
    /// The newest checkpoint, until it is written.
    waiting: Option<(PathBuf, String)>,
    /// When one was last written, in microseconds since 1970.
    at_us: i64,
}

impl Written {
    /// The newest checkpoint of a log is to be written.
    pub(super) fn waiting(place: PathBuf, log: &rows::LogRow) -> Self {
        Self { waiting: Some((place, log.checkpoint.clone())), at_us: 0 }
    }
}

/// The rounds of sealing in this process, numbered as they begin. What was committed before a round began is sealed when
/// that round has ended, unless the batch was full.
pub(super) struct Rounds {
    begun: AtomicU64,
    /// The newest that has ended without a fault.
    ended: watch::Sender<u64>,
}

impl Default for Rounds {
    fn default() -> Self {
        Self { begun: AtomicU64::new(0), ended: watch::Sender::new(0) }
    }
}

impl Rounds {
    fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn end(&self, round: u64) {
        self.ended.send_modify(|ended| *ended = round.max(*ended));
    }

    /// Waits for the end of a round that begins after this call.
    async fn next(&self, wanted: &Notify) {
        let mut ended = self.ended.subscribe();
        let next = self.begun.load(Ordering::SeqCst) + 1;
        wanted.notify_one();
        // The sender lives as long as these rounds do.
        let _ = ended.wait_for(|ended| *ended >= next).await;
    }
}

/// What one transaction has sealed.
struct Sealed {
    leaves: usize,
    note: Option<(Checkpoint, String)>,
    /// When the checkpoint was signed, in microseconds since 1970.
    at_us: i64,
}

impl Exchange {
    /// Seals what waits, up to a batch, and tells how many leaves that were.
    ///
    /// # Errors
    /// A fault of the store; what waited still waits.
    pub async fn seal(&self) -> Result<usize, Denied> {
        let round = self.inner.ledger.rounds.begin();
        let cover = self.inner.ledger.settings.cover > 0;
        if !cover && !self.store.read("ledger.pending", rows::any_pending).await? {
            self.inner.ledger.rounds.end(round);
            return Ok(0);
        }
        let inner = self.inner.clone();
        let sealed = self.store.write("ledger.seal", move |tx: &mut dyn Tx| seal(tx, &inner)).await?;
        if let Some((head, note)) = sealed.note {
            self.inner.ledger.signed_us.store(sealed.at_us, Ordering::Relaxed);
            self.keep_checkpoint(&head, note).await;
            self.inner.ledger.sealed.send_modify(|count| *count += 1);
        }
        self.inner.ledger.rounds.end(round);
        Ok(sealed.leaves)
    }

    /// Seals all that waits now. A seal that was not full has taken all that was committed before it.
    pub(crate) async fn seal_waiting(&self) -> Result<(), Denied> {
        let full = usize::try_from(BATCH).unwrap_or(usize::MAX);
        while self.seal().await? >= full {}
        Ok(())
    }

    /// Waits until the events of a receipt stand in the log; false when that takes too long.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn wait_sealed(&self, receipt: &Receipt) -> Result<bool, Denied> {
        let (request, sequence) = (receipt.request, receipt.version);
        let find = move |tx: &mut dyn Tx| {
            let leaf = comity_store::request::event_leaf(tx, request, sequence)?;
            Ok(leaf.and_then(|leaf| leaf.place))
        };
        Ok(self.sealed(find).await?.is_some())
    }

    /// Has what waits sealed at once, and asks `find` after each round until it answers something; nothing when that
    /// takes too long. Nothing is asked before a round that began after this call has ended: a thousand that wait would
    /// each ask in vain.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn sealed<T: Send + 'static>(
        &self,
        find: impl Fn(&mut dyn Tx) -> Result<Option<T>, Fault> + Clone + Send + 'static,
    ) -> Result<Option<T>, Denied> {
        let ledger = &self.inner.ledger;
        let wait = async {
            loop {
                ledger.rounds.next(&ledger.wanted).await;
                if let Some(found) = self.store.read("ledger.placed", find.clone()).await? {
                    return Ok(Some(found));
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or(Ok(None))
    }

    /// Writes the checkpoint of a log beside the database, after a restore.
    pub(crate) async fn put_checkpoint(&self, log: &rows::LogRow) -> Result<(), Fault> {
        let (store, text) = (self.store.clone(), log.checkpoint.clone());
        let path = self.inner.ledger.checkpoint_file(&log.head.origin);
        let put = tokio::task::spawn_blocking(move || store.put_file(&path, text.as_bytes())).await;
        put.unwrap_or_else(|_| Err(store_fault("a checkpoint was not written")))
    }

    /// Keeps the newest checkpoint as a file, so that a database that is put back to an older state is noticed.
    async fn keep_checkpoint(&self, head: &Checkpoint, note: String) {
        if let Ok(mut written) = self.inner.ledger.written.lock() {
            written.waiting = Some((self.inner.ledger.checkpoint_file(&head.origin), note));
        }
        self.write_checkpoint(false).await;
    }

    /// Writes the checkpoint that waits, at once where that is wanted, else when the last was written long enough ago.
    /// A disk that fails the sync stops the store; one that is full has it written later.
    async fn write_checkpoint(&self, at_once: bool) {
        let _alone = self.inner.ledger.writing.lock().await;
        let now = self.now().us();
        let Ok(Some((path, note))) = self.inner.ledger.written.lock().map(|mut written| {
            let long_ago = now - written.at_us >= WRITE_EVERY_US || now < written.at_us;
            if at_once || long_ago { written.waiting.take() } else { None }
        }) else {
            return;
        };
        let (store, text, place) = (self.store.clone(), note.clone(), path.clone());
        let put = tokio::task::spawn_blocking(move || store.put_file(&place, text.as_bytes())).await;
        let Ok(mut written) = self.inner.ledger.written.lock() else { return };
        match put {
            Ok(Ok(())) => written.at_us = now,
            Ok(Err(fault)) => {
                tracing::warn!(store.fault = %fault, "The checkpoint could not be written beside the database");
                // Unless a newer one waits by now.
                written.waiting.get_or_insert((path, note));
            }
            Err(_) => {}
        }
    }
}

fn seal(tx: &mut dyn Tx, inner: &Inner) -> Result<Sealed, Fault> {
    let (ledger, now) = (&inner.ledger, inner.now());
    let year = i64::from(now.date().year());
    let mut sealed = Sealed { leaves: 0, note: None, at_us: 0 };
    let mut log = match rows::newest_log(tx)? {
        Some(log) => log,
        None => begin(tx, ledger, year, None, None, now)?,
    };
    clock::held(log.sealed_at_us, now)?;
    if log.restored_at_us.is_some() {
        // To add to it would be to sign a second history.
        return Err(store_fault(format!("{} was put back from a backup", log.head.origin)));
    }
    // A clock that was put back does not open an old year again.
    if log.year < year {
        sealed.leaves += extend(tx, ledger, &mut log, Fill::Waiting, now)?;
        if sealed.leaves >= usize::try_from(BATCH).unwrap_or(usize::MAX) {
            (sealed.note, sealed.at_us) = (Some((log.head, log.checkpoint)), log.sealed_at_us);
            return Ok(sealed);
        }
        log = turn(tx, ledger, log, year, now)?;
    }
    sealed.leaves += extend(tx, ledger, &mut log, Fill::WaitingAndCover, now)?;
    (sealed.note, sealed.at_us) = (Some((log.head, log.checkpoint)), log.sealed_at_us);
    Ok(sealed)
}

/// Records that the clock was put back, and gives the time of the checkpoint over that, in microseconds since 1970.
pub(super) fn accept_clock(tx: &mut dyn Tx, inner: &Inner) -> Result<i64, Fault> {
    let now = inner.now();
    let Some(mut log) = rows::newest_log(tx)? else { return Ok(now.us()) };
    let body = serde_json::json!({
        "record": "clock-put-back", "log": log.head.origin, "at": now.to_string(),
        "signed_at_us": log.sealed_at_us,
    });
    extend(tx, &inner.ledger, &mut log, Fill::Record(body.to_string()), now)?;
    Ok(now.us())
}

/// Ends a log with a record that names the next, and begins that with one that names the end of the old.
fn turn(
    tx: &mut dyn Tx,
    ledger: &Ledger,
    mut old: rows::LogRow,
    year: i64,
    now: Moment,
) -> Result<rows::LogRow, Fault> {
    let next = ledger.log_key(year)?;
    let last = serde_json::json!({
        "record": "log-closed", "log": old.head.origin, "at": now.to_string(), "next": next.to_string(),
    });
    extend(tx, ledger, &mut old, Fill::Record(last.to_string()), now)?;
    begin(tx, ledger, year, Some(&old), None, now)
}

/// Begins a log with a record that names the end of the one before, and what was lost of that, if anything was.
pub(super) fn begin(
    tx: &mut dyn Tx,
    ledger: &Ledger,
    year: i64,
    before: Option<&rows::LogRow>,
    lost: Option<serde_json::Value>,
    now: Moment,
) -> Result<rows::LogRow, Fault> {
    let head = Checkpoint { origin: ledger.origin(year), size: 0, root: comity_ledger::empty_root() };
    let note = ledger.sign(year, &head, now)?.to_string();
    let key = ledger.log_key(year)?.to_string();
    let mut log =
        rows::LogRow { year, key, head, checkpoint: note, sealed_at_us: now.us(), restored_at_us: None };
    rows::add_log(tx, &log)?;
    let mut first = serde_json::json!({
        "record": "log-opened", "log": log.head.origin, "at": now.to_string(),
        "previous": before.map(|log| log.checkpoint.clone()),
    });
    if let Some(lost) = lost {
        first["lost"] = lost;
    }
    extend(tx, ledger, &mut log, Fill::Record(first.to_string()), now)?;
    Ok(log)
}

/// What a seal appends.
enum Fill {
    /// The leaves that wait.
    Waiting,
    /// The leaves that wait, and cover leaves where the settings ask for them.
    WaitingAndCover,
    /// One record, and nothing else.
    Record(String),
}

/// Appends leaves to a log and swaps its checkpoint; answers how many leaves.
fn extend(
    tx: &mut dyn Tx,
    ledger: &Ledger,
    log: &mut rows::LogRow,
    fill_with: Fill,
    now: Moment,
) -> Result<usize, Fault> {
    let origin = log.head.origin.clone();
    let from = log.head.size;
    let leaves = match fill_with {
        Fill::Waiting => rows::assign(tx, &origin, from, BATCH)?,
        Fill::WaitingAndCover => {
            let mut leaves = rows::assign(tx, &origin, from, BATCH)?;
            let at = from + leaves.len() as u64;
            leaves.extend(cover(tx, ledger, &origin, at, leaves.len(), now)?);
            leaves
        }
        Fill::Record(body) => vec![record(tx, &origin, from, body, now)?],
    };
    if leaves.is_empty() {
        return Ok(0);
    }
    let mut edge = Edge::load(from, |path| {
        let bytes = rows::file(tx, &origin, path).map_err(super::Unread)?;
        bytes.ok_or_else(|| super::Unread(store_fault(format!("{origin}: {path} is missing"))))
    })
    .map_err(|unread| unread.0)?;
    if edge.root() != log.head.root {
        // To sign on would be to sign a second history.
        return Err(store_fault(format!("{origin}: the tiles are not those of its checkpoint")));
    }
    for tile in edge.append(leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes()))) {
        rows::put_tile(tx, &origin, &tile)?;
    }
    let head = Checkpoint { origin, size: edge.size(), root: edge.root() };
    let note: Note = ledger.sign(log.year, &head, now)?;
    let text = note.to_string();
    if !rows::swap(tx, &log.head, &head, &text, now.us())? {
        return Err(Fault::new(FaultKind::Busy, "another sealer has sealed first"));
    }
    log.head = head;
    log.checkpoint = text;
    log.sealed_at_us = now.us();
    Ok(leaves.len())
}

fn record(tx: &mut dyn Tx, origin: &str, position: u64, body: String, now: Moment) -> Result<Leaf, Fault> {
    let record = super::record(tx, None, body, now)?;
    rows::place(tx, &record.id, origin, position)?;
    Ok(Leaf::of(&record.salt, record.body.as_bytes()))
}

/// Leaves that commit to nothing, up to the next multiple of the configured number.
fn cover(
    tx: &mut dyn Tx,
    ledger: &Ledger,
    origin: &str,
    from: u64,
    waiting: usize,
    now: Moment,
) -> Result<Vec<Leaf>, Fault> {
    let unit = usize::try_from(ledger.settings.cover).unwrap_or(usize::MAX);
    if unit == 0 {
        return Ok(Vec::new());
    }
    let wanted = waiting.div_ceil(unit).max(1) * unit - waiting;
    let mut leaves = Vec::with_capacity(wanted);
    for position in (from..).take(wanted) {
        let mut commitment = [0; 32];
        fill(&mut commitment);
        let id = new_uuid(now).to_string();
        rows::add_leaf(tx, &id, rows::LeafKind::Cover, &commitment)?;
        rows::place(tx, &id, origin, position)?;
        leaves.push(Leaf::from_commitment(&commitment));
    }
    Ok(leaves)
}
