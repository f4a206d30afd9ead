//! Asking witnesses to cosign the logs of this instance (C2SP `tlog-witness`), beside the sealer and never in its way.
//! What they remember outlives this database: one that is older, or tells another history, is noticed by them (T44).
//! It never keeps a cosignature that does not hold under the configured key.

use super::{Ledger, RESTORE_NEWEST, Unread, broken, reader, store_fault};
use crate::act::Denied;
use crate::{Exchange, OpenFault};
use comity_domain::time::Moment;
use comity_ledger::witness::AddCheckpoint;
use comity_ledger::{Checkpoint, Hash, Note, Policy, Signature, VerifierKey, consistency, empty_root};
use comity_store::{Fault, Store, Tx, ledger as rows};
use std::fmt::Write as _;
use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer, in bytes; a cosignature of the largest kind has 3,300.
const MAX_ANSWER: u64 = 64 * 1024;
/// Witnesses are asked at most this often, however often is sealed.
const PAUSE: Duration = Duration::from_millis(250);
/// How soon is looked again for what other processes have sealed, and for a witness that has failed.
const AGAIN: Duration = Duration::from_secs(5);
/// A log that has not grown is cosigned anew after this time, so that readers see that it still is the same; an hour.
const REFRESH_US: i64 = 3_600_000_000;

/// A witness that is asked to cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessSettings {
    /// Its key; the name in it stands in policies.
    pub key: VerifierKey,
    /// Its submission prefix: `https`, or `http` on this machine.
    pub url: String,
}

/// Why a witness has not cosigned when it was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessTrouble {
    /// No answer, or one that is not of the protocol.
    Unreachable,
    /// It does not take the checkpoint, or its cosignature does not hold.
    Refuses,
    /// It has cosigned another history than this database holds (T44).
    OtherHistory,
}

/// How far a witness is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessDebt {
    /// Its name.
    pub witness: String,
    /// Sealed leaves, of all logs, that it has not cosigned.
    pub leaves: u64,
    /// For how long the oldest of them has been there, in seconds.
    pub seconds: u64,
    /// What was wrong when it was asked last, by this process.
    pub trouble: Option<WitnessTrouble>,
}

/// What went wrong, and how in words.
struct Trouble {
    kind: WitnessTrouble,
    why: String,
}

impl Trouble {
    fn new(kind: WitnessTrouble, why: impl std::fmt::Display) -> Self {
        Self { kind, why: why.to_string() }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::new(WitnessTrouble::Unreachable, format!("the database: {fault}"))
    }
}

/// The witnesses of an instance.
pub(super) struct Witnesses {
    all: Vec<Witness>,
    quorum: usize,
    agent: ureq::Agent,
}

struct Witness {
    settings: WitnessSettings,
    state: Mutex<State>,
}

/// What is known of a witness since this process was started.
#[derive(Default)]
struct State {
    trouble: Option<WitnessTrouble>,
    /// When it was asked last, in microseconds since 1970.
    asked_us: i64,
}

/// A log and what is kept of its cosignatures.
struct Standing {
    log: rows::LogRow,
    cosigned: Vec<rows::Cosigned>,
}

/// What a witness answers to a checkpoint.
enum Answer {
    Cosigned(String),
    /// The size that it has cosigned last.
    Last(u64),
    /// What it has cosigned is no beginning of this checkpoint.
    OtherHistory,
}

impl Witnesses {
    /// *Errors*: no policy can be made of them: a name or key stands twice, a key does not cosign, or the quorum asks for
    /// more witnesses than there are.
    pub(super) fn new(all: &[WitnessSettings], quorum: usize) -> Result<Self, OpenFault> {
        let agent = crate::outside::client(PATIENCE);
        let all = all.iter().map(|settings| Witness { settings: settings.clone(), state: Mutex::default() });
        let witnesses = Self { all: all.collect(), quorum, agent };
        let rules: Result<Policy, _> = witnesses.rules().parse();
        rules.map_err(|fault| {
            broken(format!("its witnesses and their quorum make no policy: {}", fault.what))
        })?;
        Ok(witnesses)
    }

    /// The lines of a C2SP policy that name them.
    pub(super) fn rules(&self) -> String {
        let keys = || self.all.iter().map(|witness| &witness.settings.key);
        let lines: Vec<String> = keys().map(|key| format!("witness {} {key}\n", key.name())).collect();
        let names: Vec<&str> = keys().map(VerifierKey::name).collect();
        let quorum = match self.quorum {
            0 => "quorum none\n".to_owned(),
            least => format!("group witnesses {least} {}\nquorum witnesses\n", names.join(" ")),
        };
        lines.concat() + &quorum
    }

    /// The key of the witness of that name.
    pub(super) fn key(&self, name: &str) -> Option<&VerifierKey> {
        self.all.iter().map(|witness| &witness.settings.key).find(|key| key.name() == name)
    }
}

impl Witness {
    /// The size that this witness has cosigned, as far as a cosignature under its key is kept.
    fn covered(&self, standing: &Standing) -> u64 {
        self.kept(standing).and_then(|cosigned| u64::try_from(cosigned.size).ok()).unwrap_or(0)
    }

    fn kept<'a>(&self, standing: &'a Standing) -> Option<&'a rows::Cosigned> {
        let key = &self.settings.key;
        standing.cosigned.iter().filter(|cosigned| cosigned.witness == key.name()).find(|cosigned| {
            let note = Note::parse(cosigned.checkpoint.as_bytes());
            note.is_ok_and(|note| note.signatures.iter().any(|line| line.is_by(key)))
        })
    }

    /// Whether it is to be asked about a log.
    fn due(&self, standing: &Standing, now: Moment) -> bool {
        self.covered(standing) != standing.log.head.size
            || self.kept(standing).is_none_or(|kept| now.us() - kept.at_us >= REFRESH_US)
    }

    /// Asks about each log that is due, and answers what it has cosigned, by origin.
    fn ask(
        &self,
        agent: &ureq::Agent,
        store: &Store,
        logs: &[Standing],
        now: Moment,
    ) -> (Vec<(String, rows::Cosigned)>, Option<Trouble>) {
        let (mut cosigned, mut worst) = (Vec::new(), None::<Trouble>);
        for standing in logs.iter().filter(|standing| self.due(standing, now)) {
            match self.ask_about(agent, store, standing, now) {
                Ok(Some(row)) => cosigned.push((standing.log.head.origin.clone(), row)),
                Ok(None) => {}
                Err(trouble) => {
                    let gone = trouble.kind == WitnessTrouble::Unreachable;
                    if worst.as_ref().is_none_or(|worst| worst.kind != WitnessTrouble::OtherHistory) {
                        worst = Some(trouble);
                    }
                    if gone {
                        break;
                    }
                }
            }
        }
        (cosigned, worst)
    }

    /// Asks about one log, from the size that the witness names when it is not the one that is kept; nothing where
    /// another process of this instance has shown it more meanwhile.
    fn ask_about(
        &self,
        agent: &ureq::Agent,
        store: &Store,
        standing: &Standing,
        now: Moment,
    ) -> Result<Option<rows::Cosigned>, Trouble> {
        let head = &standing.log.head;
        let checkpoint = Note::parse(standing.log.checkpoint.as_bytes()).map_err(store_fault)?;
        let ahead = |last: u64| {
            let count = newest_size(store, &head.origin)?;
            if count >= last {
                return Ok(None);
            }
            let why = format!(
                "of log {} it has cosigned {last} leaves, and the database holds {count}",
                head.origin
            );
            Err(Trouble::new(WitnessTrouble::OtherHistory, why))
        };
        let mut old = self.covered(standing);
        for told in [false, true] {
            let Some(proof) = growth(store, head, old)? else { return ahead(old) };
            let request = AddCheckpoint { old, proof, checkpoint: checkpoint.clone() };
            match self.post(agent, &request)? {
                Answer::Cosigned(lines) => return self.cosigned(checkpoint, head, &lines, now).map(Some),
                Answer::OtherHistory => {
                    let why =
                        format!("the {old} leaves of log {} that it has cosigned are others", head.origin);
                    return Err(Trouble::new(WitnessTrouble::OtherHistory, why));
                }
                Answer::Last(last) if last > head.size => return ahead(last),
                Answer::Last(last) if !told && last != old => old = last,
                Answer::Last(last) => {
                    let why = format!("it names {last} as its last size and does not take it");
                    return Err(Trouble::new(WitnessTrouble::Refuses, why));
                }
            }
        }
        Ok(None)
    }

    /// How many leaves of a log it has cosigned; nothing where it does not cosign that log.
    fn last(&self, agent: &ureq::Agent, head: &Checkpoint, checkpoint: Note) -> Result<Option<u64>, Trouble> {
        match self.post(agent, &AddCheckpoint { old: head.size, proof: Vec::new(), checkpoint }) {
            Ok(Answer::Cosigned(_)) => Ok(Some(head.size)),
            Ok(Answer::Last(last)) => Ok(Some(last)),
            Ok(Answer::OtherHistory) => {
                let why = format!(
                    "the {} leaves of log {} that it has cosigned are others",
                    head.size, head.origin
                );
                Err(Trouble::new(WitnessTrouble::OtherHistory, why))
            }
            Err(Trouble { kind: WitnessTrouble::Refuses, .. }) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    fn post(&self, agent: &ureq::Agent, request: &AddCheckpoint) -> Result<Answer, Trouble> {
        let url = format!("{}/add-checkpoint", self.settings.url.trim_end_matches('/'));
        let unreachable = |error: ureq::Error| Trouble::new(WitnessTrouble::Unreachable, error);
        let mut answer = agent.post(&url).send(request.to_string()).map_err(unreachable)?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_string().map_err(unreachable)?;
        match status {
            200 => Ok(Answer::Cosigned(body)),
            409 => match body.trim_end().parse() {
                Ok(size) => Ok(Answer::Last(size)),
                Err(_) => Err(Trouble::new(WitnessTrouble::Refuses, "status 409 without a size")),
            },
            422 => Ok(Answer::OtherHistory),
            400 | 403 | 404 => {
                let said = body.lines().next().unwrap_or_default().chars().take(200).collect::<String>();
                Err(Trouble::new(
                    WitnessTrouble::Refuses,
                    format!("status {status}: {}", said.escape_debug()),
                ))
            }
            _ => Err(Trouble::new(WitnessTrouble::Unreachable, format!("status {status}"))),
        }
    }

    /// The checkpoint with the cosignature; lines of other keys are left out.
    fn cosigned(
        &self,
        mut note: Note,
        head: &Checkpoint,
        lines: &str,
        now: Moment,
    ) -> Result<rows::Cosigned, Trouble> {
        let key = &self.settings.key;
        let lines = lines.lines().filter_map(|line| Signature::from_line(line).ok());
        note.signatures.extend(lines.filter(|line| line.is_by(key)));
        note.verify([key]).map_err(|fault| Trouble::new(WitnessTrouble::Refuses, fault))?;
        Ok(rows::Cosigned {
            witness: key.name().to_owned(),
            size: i64::try_from(head.size).unwrap_or(i64::MAX),
            checkpoint: note.to_string(),
            at_us: now.us(),
        })
    }

    /// Remembers how asking ended, and says so once for each change.
    fn note(&self, trouble: Option<&Trouble>, now: Moment) {
        let kind = trouble.map(|trouble| trouble.kind);
        let Ok(mut state) = self.state.lock() else { return };
        state.asked_us = now.us();
        if state.trouble == kind {
            return;
        }
        state.trouble = kind;
        let witness = self.settings.key.name();
        match trouble {
            None => tracing::info!(witness, "A witness cosigns again"),
            Some(Trouble { kind: WitnessTrouble::OtherHistory, why }) => tracing::error!(
                witness,
                why,
                "A witness knows another history than this database. Stop, and restore the newest backup and what was \
                 archived after it"
            ),
            Some(Trouble { kind: WitnessTrouble::Unreachable | WitnessTrouble::Refuses, why }) => {
                tracing::warn!(witness, why, "A witness does not cosign; work goes on without it");
            }
        }
    }

    fn may_be_asked(&self, now: Moment) -> bool {
        self.state.lock().is_ok_and(|state| {
            let waited = now.us().saturating_sub(state.asked_us);
            state.trouble.is_none()
                || i64::try_from(AGAIN.as_micros()).is_ok_and(|again| waited >= again)
                || waited < 0
        })
    }

    fn trouble(&self) -> Option<WitnessTrouble> {
        self.state.lock().ok().and_then(|state| state.trouble)
    }
}

/// The proof that the log as it was with `old` leaves is the beginning of `head`; nothing where it was never so small.
fn growth(store: &Store, head: &Checkpoint, old: u64) -> Result<Option<Vec<Hash>>, Fault> {
    let (origin, size) = (head.origin.clone(), head.size);
    let prove = move |tx: &mut dyn Tx| {
        consistency(&mut reader(tx, &origin, size), old, size).map_err(|Unread(fault)| fault)
    };
    store.read_blocking("ledger.growth", prove)
}

fn newest_size(store: &Store, origin: &str) -> Result<u64, Fault> {
    let origin = origin.to_owned();
    let log = store.read_blocking("ledger.log", move |tx: &mut dyn Tx| rows::log(tx, &origin))?;
    Ok(log.map_or(0, |log| log.head.size))
}

/// Of every log that may be added to: of one that was put back from a backup, witnesses know more.
fn standings(tx: &mut dyn Tx) -> Result<Vec<Standing>, Fault> {
    let logs = rows::logs(tx)?.into_iter().filter(|log| log.restored_at_us.is_none());
    logs.map(|log| Ok(Standing { cosigned: rows::cosigned(tx, &log.head.origin)?, log })).collect()
}

impl Ledger {
    /// Asks every witness that may be asked about these logs, all at once, and keeps what they cosign of logs that there
    /// are. Answers what went wrong.
    fn ask_all(
        &self,
        store: &Store,
        logs: &[Standing],
        now: Moment,
    ) -> Result<Vec<(String, Trouble)>, Fault> {
        let Witnesses { all, agent, .. } = &self.witnesses;
        let asked: Vec<&Witness> = all.iter().filter(|witness| witness.may_be_asked(now)).collect();
        let answers = std::thread::scope(|scope| {
            let asking =
                asked.iter().map(|witness| scope.spawn(move || witness.ask(agent, store, logs, now)));
            let asking: Vec<_> = asking.collect();
            asking.into_iter().map(|answer| answer.join().ok()).collect::<Vec<_>>()
        });
        let (mut troubles, mut cosigned) = (Vec::new(), Vec::new());
        for (witness, answer) in asked.into_iter().zip(answers) {
            let Some((rows, trouble)) = answer else { continue };
            witness.note(trouble.as_ref(), now);
            cosigned.extend(rows);
            troubles.extend(trouble.map(|trouble| (witness.settings.key.name().to_owned(), trouble)));
        }
        if !cosigned.is_empty() {
            let keep = move |tx: &mut dyn Tx| {
                cosigned.iter().try_for_each(|(origin, row)| match rows::log(tx, origin)? {
                    Some(_) => rows::put_cosigned(tx, origin, row),
                    None => Ok(()),
                })
            };
            store.write_blocking("ledger.cosigned", keep)?;
        }
        Ok(troubles)
    }

    /// What each witness has cosigned last of a log, by its name: so many leaves, or nothing where it does not cosign it.
    ///
    /// *Errors*: one does not answer, or has cosigned another history; in words.
    pub(super) fn last_seen(
        &self,
        head: &Checkpoint,
        checkpoint: &str,
    ) -> Result<Vec<(String, Option<u64>)>, String> {
        let Witnesses { all, agent, .. } = &self.witnesses;
        let note = Note::parse(checkpoint.as_bytes()).map_err(|fault| fault.to_string())?;
        let mut seen = Vec::new();
        for witness in all {
            let name = witness.settings.key.name().to_owned();
            let last = witness.last(agent, head, note.clone());
            let last = last.map_err(|trouble| format!("witness {name}: {}", trouble.why))?;
            seen.push((name, last));
        }
        Ok(seen)
    }

    /// Asks the witnesses before anything is written. Those that answer must know no more than the database holds, nor
    /// anything else (T44); so must the log of this year, where the database does not know that there was one.
    pub(super) fn check_witnesses(&self, store: &Store, now: Moment) -> Result<(), OpenFault> {
        if self.witnesses.all.is_empty() {
            return Ok(());
        }
        let mut logs = store.read_blocking("ledger.standings", standings)?;
        // An old database believes that all is cosigned: what it says of the witnesses is not asked.
        for standing in &mut logs {
            standing.cosigned.clear();
        }
        let year = i64::from(now.date().year());
        if logs.iter().all(|standing| standing.log.year < year) {
            let head = Checkpoint { origin: self.origin(year), size: 0, root: empty_root() };
            let checkpoint = self.sign(year, &head, now)?.to_string();
            let key = self.log_key(year)?.to_string();
            let log =
                rows::LogRow { year, key, head, checkpoint, sealed_at_us: now.us(), restored_at_us: None };
            logs.push(Standing { log, cosigned: Vec::new() });
        }
        let mut told = String::new();
        for (witness, trouble) in self.ask_all(store, &logs, now)? {
            if trouble.kind == WitnessTrouble::OtherHistory {
                write!(told, "witness {witness}: {}. ", trouble.why).map_err(broken)?;
            }
        }
        if told.is_empty() {
            return Ok(());
        }
        Err(broken(format!(
            "the database is older than what has been signed, or not the same. {told}{RESTORE_NEWEST}"
        )))
    }
}

/// Has each seal cosigned until `stop` is done.
pub async fn run_witnessing(exchange: Exchange, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    if exchange.inner.ledger.witnesses.all.is_empty() {
        return stop.await;
    }
    let mut sealed = exchange.inner.ledger.sealed.subscribe();
    loop {
        sealed.mark_unchanged();
        // A fault has been logged; what is not kept is asked for again.
        drop(exchange.ask_witnesses().await);
        let next = async {
            tokio::time::sleep(PAUSE).await;
            let _ = tokio::time::timeout(AGAIN, sealed.changed()).await;
        };
        tokio::select! {
            () = &mut stop => return,
            () = next => {}
        }
    }
}

impl Exchange {
    /// Asks each witness that is behind to cosign the newest checkpoints, and waits for the answers. A witness that does
    /// not answer is no error; [`Exchange::witness_debt`] tells it.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ask_witnesses(&self) -> Result<(), Denied> {
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let asking = move || {
            let logs = store.read_blocking("ledger.standings", standings)?;
            inner.ledger.ask_all(&store, &logs, inner.now()).map(drop)
        };
        let asked = tokio::task::spawn_blocking(asking).await;
        Ok(asked.map_err(store_fault)??)
    }

    /// How far each configured witness is behind: what nobody outside would notice the loss of yet.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn witness_debt(&self) -> Result<Vec<WitnessDebt>, Denied> {
        let (inner, now) = (self.inner.clone(), self.now());
        let count = move |tx: &mut dyn Tx| -> Result<Vec<WitnessDebt>, Fault> {
            let logs = standings(tx)?;
            let mut debts = Vec::new();
            for witness in &inner.ledger.witnesses.all {
                let (mut leaves, mut seconds) = (0, 0);
                for standing in &logs {
                    let (head, covered) = (&standing.log.head, witness.covered(standing));
                    if covered >= head.size {
                        continue;
                    }
                    leaves += head.size - covered;
                    let oldest_us = rows::made_at_us(tx, &head.origin, covered)?.unwrap_or(now.us());
                    seconds = seconds.max(u64::try_from((now.us() - oldest_us) / 1_000_000).unwrap_or(0));
                }
                let name = witness.settings.key.name().to_owned();
                debts.push(WitnessDebt { witness: name, leaves, seconds, trouble: witness.trouble() });
            }
            Ok(debts)
        };
        Ok(self.store.read("ledger.debt", count).await?)
    }
}
