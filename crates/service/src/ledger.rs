//! The ledger of this instance: its keys, its logs, and what must hold before anything is written.
//! One log for each year, each signed with its own key. It never signs two trees of one size, and it does not start
//! where the database is older than what has been signed.

mod check;
mod clock;
mod erasure;
mod program;
mod proof;
mod restored;
mod seal;
mod witness;

pub use check::{CheckReport, Finding};
pub(crate) use erasure::{ERASE, SCRUB, erase_again, erase_later, retention, scrub_soon};
pub use proof::LogFile;
pub(crate) use proof::{bundle, request_bundle};
pub use restored::AcceptedLoss;
pub use seal::run_sealer;
pub use witness::{WitnessDebt, WitnessSettings, WitnessTrouble, run_witnessing};

use crate::act::Denied;
use crate::{Exchange, OpenFault, fill, new_uuid};
use comity_domain::id::RequestId;
use comity_domain::time::Moment;
use comity_ledger::{
    Algorithm, Checkpoint, Hash, NotATile, Note, Policy, SigningKey, Subtrees, TileReader, VerifierKey,
};
use comity_store::seal::InstanceKey;
use comity_store::{Store, Tx, ledger as rows};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use witness::Witnesses;

/// What to do about a database that is older than what was signed.
const RESTORE_NEWEST: &str = "Restore the newest backup (`comity restore`); where that is what you did, \
                              `comity ledger accept-loss` says so in the ledger and begins its next log. To go on in \
                              this one would begin a second history.";

/// How the ledger is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSettings {
    /// The name before the year in the origin of each log; unique in the world and never used again elsewhere.
    pub name: String,
    /// How long leaves wait for company, unless somebody waits for a proof.
    pub interval: Duration,
    /// Leaves are sealed in multiples of this number, filled up with leaves that hide how much happens; zero for none.
    pub cover: u32,
    /// Whether checkpoints carry an ML-DSA-44 signature besides the Ed25519 one.
    pub post_quantum: bool,
    /// Who is asked to cosign.
    pub witnesses: Vec<WitnessSettings>,
    /// So many of them must have cosigned a checkpoint, says the policy that this instance gives; zero for none.
    pub quorum: usize,
}

impl LedgerSettings {
    /// A ledger of that name that is sealed each second, without cover leaves and witnesses, and with Ed25519 only.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            interval: Duration::from_secs(1),
            cover: 0,
            post_quantum: false,
            witnesses: Vec::new(),
            quorum: 0,
        }
    }
}

/// What an instance is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To work: what was signed must all be here.
    Work,
    /// To look at what a restore has put back, and to say how it goes on. Nothing is sealed.
    Restore,
}

/// Keys and state of the ledger in this process.
pub(crate) struct Ledger {
    settings: LedgerSettings,
    secret: InstanceKey,
    receipts: SigningKey,
    /// The keys of each log, made once.
    signers: Mutex<BTreeMap<i64, std::sync::Arc<Vec<SigningKey>>>>,
    /// Somebody waits for a proof.
    wanted: Notify,
    /// Counts the seals of this process that made a checkpoint.
    sealed: watch::Sender<u64>,
    rounds: seal::Rounds,
    witnesses: Witnesses,
    folder: PathBuf,
    /// Which checkpoint was last written beside the database.
    written: Mutex<seal::Written>,
    /// Held while it is written: two seals at once must not write one file.
    writing: tokio::sync::Mutex<()>,
    /// When the newest checkpoint was signed, in microseconds since 1970.
    signed_us: AtomicI64,
}

fn broken(what: impl std::fmt::Display) -> OpenFault {
    OpenFault::Ledger(what.to_string())
}

/// Puts something that the ledger itself has to say on record, of a request or of none, at this time.
pub(crate) fn record(
    tx: &mut dyn Tx,
    request: Option<&str>,
    body: String,
    now: Moment,
) -> Result<rows::Record, comity_store::Fault> {
    let mut salt = [0; 32];
    fill(&mut salt);
    let record = rows::Record { id: new_uuid(now).to_string(), salt, body };
    rows::add_record(tx, request, &record)?;
    Ok(record)
}

fn store_fault(what: impl std::fmt::Display) -> comity_store::Fault {
    comity_store::Fault::other(format!("ledger: {what}"))
}

impl Ledger {
    /// Reads or makes the keys, and compares the database with the checkpoint that lies beside it and with what the
    /// witnesses know (T44).
    pub(crate) fn open(
        settings: LedgerSettings,
        data: &Path,
        store: &Store,
        now: Moment,
        purpose: Purpose,
    ) -> Result<Self, OpenFault> {
        let logs = store.read_blocking("ledger.logs", rows::logs)?;
        let key_file = data.join("ledger.key");
        if !logs.is_empty() && !key_file.exists() {
            return Err(broken(format!(
                "{} is missing, and the database holds logs that were signed with it. Put it back from its backup; \
                 a new key would begin another history.",
                key_file.display()
            )));
        }
        let secret = InstanceKey::load_or_create(&key_file)?;
        let name = format!("{}/receipts", settings.name);
        let seed = secret.digest("comity receipts 1", name.as_bytes());
        let receipts = SigningKey::from_seed(&name, Algorithm::Ed25519, &seed)
            .map_err(|_| broken(format!("the name {:?} cannot stand in a checkpoint", settings.name)))?;
        let folder = data.join("ledger");
        std::fs::create_dir_all(&folder).map_err(|error| broken(format!("{}: {error}", folder.display())))?;
        let witnesses = Witnesses::new(&settings.witnesses, settings.quorum)?;
        let mut ledger = Self {
            settings,
            secret,
            receipts,
            signers: Mutex::default(),
            wanted: Notify::new(),
            sealed: watch::Sender::new(0),
            rounds: seal::Rounds::default(),
            witnesses,
            folder,
            written: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
            signed_us: AtomicI64::new(logs.last().map_or(0, |log| log.sealed_at_us)),
        };
        for log in &logs {
            ledger.check_high_water(store, log, purpose)?;
        }
        ledger.check_no_lost_log(&logs)?;
        if purpose == Purpose::Restore {
            return Ok(ledger);
        }
        if let Some(log) = logs.last().filter(|log| log.restored_at_us.is_some()) {
            return Err(restored::undecided(log));
        }
        if let Some(log) = logs.last() {
            // A crash may have come between a seal and its file.
            ledger.written =
                Mutex::new(seal::Written::waiting(ledger.checkpoint_file(&log.head.origin), log));
        }
        ledger.check_witnesses(store, now)?;
        Ok(ledger)
    }

    /// The name before the year in the origin of each log.
    pub(crate) fn name(&self) -> &str {
        &self.settings.name
    }

    /// How long leaves wait for company.
    pub(crate) const fn interval(&self) -> Duration {
        self.settings.interval
    }

    /// The origin of the log of a year.
    fn origin(&self, year: i64) -> String {
        format!("{}/{year}", self.settings.name)
    }

    /// The keys that sign the log of a year, Ed25519 first.
    fn signers(&self, year: i64) -> Result<std::sync::Arc<Vec<SigningKey>>, comity_store::Fault> {
        let mut known = self.signers.lock().map_err(|_| store_fault("a lock"))?;
        if let Some(signers) = known.get(&year) {
            return Ok(signers.clone());
        }
        let origin = self.origin(year);
        let mut algorithms = vec![(Algorithm::Ed25519, "comity log ed25519 1")];
        if self.settings.post_quantum {
            algorithms.push((Algorithm::CosignatureMlDsa44, "comity log ml-dsa-44 1"));
        }
        let mut signers = Vec::new();
        for (algorithm, label) in algorithms {
            let seed = self.secret.digest(label, origin.as_bytes());
            signers.push(SigningKey::from_seed(&origin, algorithm, &seed).map_err(store_fault)?);
        }
        let signers = std::sync::Arc::new(signers);
        known.insert(year, signers.clone());
        Ok(signers)
    }

    /// The verifier key under which a log is known for good.
    fn log_key(&self, year: i64) -> Result<VerifierKey, comity_store::Fault> {
        let signers = self.signers(year)?;
        signers.first().map(|key| key.verifier().clone()).ok_or_else(|| store_fault("no key"))
    }

    /// The year of a moment, by which logs and keys are told apart.
    pub(crate) fn year_of(at: Moment) -> i64 {
        i64::from(Moment::utc(at.timestamp()).date().year())
    }

    /// The key that signs what the instance says of evidence in that year; made from the ledger's key, so that it is kept,
    /// backed up and changed with it.
    pub(crate) fn evidence_key_of(&self, year: i64) -> Result<SigningKey, comity_store::Fault> {
        let name = format!("{}/evidence", self.settings.name);
        let seed = self.secret.digest("comity evidence ed25519 1", format!("{name}/{year}").as_bytes());
        SigningKey::from_seed(&name, Algorithm::Ed25519, &seed).map_err(store_fault)
    }

    /// The key that signs what the instance says of evidence at that moment.
    pub(crate) fn evidence_key(&self, at: Moment) -> Result<SigningKey, comity_store::Fault> {
        self.evidence_key_of(Self::year_of(at))
    }

    /// A checkpoint as a signed note.
    fn sign(&self, year: i64, head: &Checkpoint, now: Moment) -> Result<Note, comity_store::Fault> {
        let (text, time) = (head.to_string(), u64::try_from(now.us() / 1_000_000).unwrap_or(0));
        let signers = self.signers(year)?;
        let signatures: Result<Vec<_>, _> = signers.iter().map(|key| key.sign(&text, time)).collect();
        Ok(Note { text, signatures: signatures.map_err(store_fault)? })
    }

    /// What is given with each receipt: these commitments were made durable at that time, and will stand in the log.
    pub(crate) fn promise(
        &self,
        request: RequestId,
        at: Moment,
        commitments: &[String],
    ) -> Result<String, comity_store::Fault> {
        let name = self.receipts.verifier().name();
        let mut text = format!("{name}\nrequest {request}\nat {at}\n");
        for commitment in commitments {
            text.push_str(commitment);
            text.push('\n');
        }
        let signature = self.receipts.sign(&text, 0).map_err(store_fault)?;
        Ok(Note { text, signatures: vec![signature] }.to_string())
    }

    /// The verifier key of promises.
    pub(crate) fn receipts_key(&self) -> String {
        self.receipts.verifier().to_string()
    }

    fn checkpoint_file(&self, origin: &str) -> PathBuf {
        let year = origin.rsplit('/').next().unwrap_or("log");
        self.folder.join(format!("checkpoint-{year}"))
    }

    /// Refuses a database that is older than what has been signed (T44), or whose log has another key or history.
    fn check_high_water(&self, store: &Store, log: &rows::LogRow, purpose: Purpose) -> Result<(), OpenFault> {
        let key = self.log_key(log.year)?;
        if key.to_string() != log.key {
            return Err(broken(format!(
                "log {} is signed with another key than ledger.key gives. Put back the key file that belongs to this \
                 database.",
                log.head.origin
            )));
        }
        let path = self.checkpoint_file(&log.head.origin);
        let Some(kept) = self.given_out(log)? else { return Ok(()) };
        if kept.size > log.head.size && (log.restored_at_us.is_some() || purpose == Purpose::Restore) {
            return Ok(());
        }
        let origin = log.head.origin.clone();
        // Another process may have sealed since the logs were read, and have written the file.
        let now = move |tx: &mut dyn Tx| {
            let size = rows::log(tx, &origin)?.map_or(0, |log| log.head.size);
            let root = if kept.size > size { None } else { Some(root_at(tx, &origin, kept.size)?) };
            Ok::<_, comity_store::Fault>((size, root))
        };
        let (size, root) = store.read_blocking("ledger.root", now)?;
        let Some(root) = root else {
            return Err(broken(format!(
                "the database is older than what has been signed: log {} holds {size} leaves, and a checkpoint over {} \
                 was given out ({}). {RESTORE_NEWEST}",
                log.head.origin,
                kept.size,
                path.display()
            )));
        };
        if root == kept.root {
            return Ok(());
        }
        Err(broken(format!("log {} does not continue the checkpoint in {}", log.head.origin, path.display())))
    }

    /// What the file beside the database says of a log, where there is one.
    fn given_out(&self, log: &rows::LogRow) -> Result<Option<Checkpoint>, OpenFault> {
        let path = self.checkpoint_file(&log.head.origin);
        let Ok(bytes) = std::fs::read(&path) else { return Ok(None) };
        let told = |why: String| broken(format!("{}: {why}", path.display()));
        let note = Note::parse(&bytes).map_err(|fault| told(fault.to_string()))?;
        let kept = Policy::of_logs([self.log_key(log.year)?]).check(&note);
        Ok(Some(kept.map_err(|unmet| told(unmet.to_string()))?.checkpoint))
    }

    /// Refuses an emptied database beside checkpoints of a log that was begun: a log is created once.
    fn check_no_lost_log(&self, logs: &[rows::LogRow]) -> Result<(), OpenFault> {
        let found = std::fs::read_dir(&self.folder).map_err(broken)?;
        for entry in found.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(year) = name.strip_prefix("checkpoint-").and_then(|year| year.parse::<i64>().ok())
            else {
                continue;
            };
            if !logs.iter().any(|log| log.year == year) {
                return Err(broken(format!(
                    "the database has no log of {year}, and {} shows that there was one. Restore the database.",
                    entry.path().display()
                )));
            }
        }
        Ok(())
    }
}

/// The root over the first `size` leaves of a log, from its tiles.
fn root_at(tx: &mut dyn Tx, origin: &str, size: u64) -> Result<Hash, comity_store::Fault> {
    comity_ledger::root(&mut reader(tx, origin, size), size).map_err(|unread| unread.0)
}

/// What a tile that cannot be read is to the tree.
struct Unread(comity_store::Fault);

impl From<NotATile> for Unread {
    fn from(fault: NotATile) -> Self {
        Self(store_fault(fault))
    }
}

/// The subtrees of a log as it was with `size` leaves.
fn reader<'a>(tx: &'a mut dyn Tx, origin: &'a str, size: u64) -> impl Subtrees<Error = Unread> + 'a {
    TileReader::new(size, move |path| {
        let bytes = rows::file(tx, origin, path).map_err(Unread)?;
        bytes.ok_or_else(|| Unread(store_fault(format!("{origin}: {path} is missing"))))
    })
}

impl Exchange {
    /// The keys of all logs, of the one of this year and of the one after the newest, and the witnesses, for whoever wants to verify or
    /// to witness: a C2SP policy. The next key is there before it is used, so that nobody falls behind at the turn.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ledger_policy(&self) -> Result<String, Denied> {
        let logs = self.store.read("ledger.logs", rows::logs).await?;
        let ledger = &self.inner.ledger;
        let mut lines: Vec<String> = logs.iter().map(|log| format!("log {}\n", log.key)).collect();
        let year = i64::from(self.now().date().year());
        let newest = logs.last().map_or(year - 1, |log| log.year);
        for year in newest + 1..=newest.max(year) + 1 {
            lines.push(format!("log {}\n", ledger.log_key(year)?));
        }
        Ok(lines.concat() + &ledger.witnesses.rules())
    }

    /// The verifier key of the promises that receipts carry.
    pub fn receipts_key(&self) -> String {
        self.inner.ledger.receipts_key()
    }
}
