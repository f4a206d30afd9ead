//! A witness over HTTP (C2SP `tlog-witness`), alone as `comity witness` or beside an instance. It needs a key file and a
//! folder, and no database.
//! It may assume that nobody else writes into its folder, which a lock holds. It never cosigns what is not kept on the
//! disk before, and never starts over with a log that it has cosigned (T21).

use crate::config::system_clock;
use crate::serve::{listen, runtime, signal};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as UrlPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clap::Args;
use comity_ledger::witness::{AddCheckpoint, Last, Refused, consider, cosign};
use comity_ledger::{Algorithm, Checkpoint, Note, NoteFault, Policy, SigningKey, VerifierKey};
use comity_service::ClockSource;
use comity_store::seal::InstanceKey;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, Semaphore, watch};

/// Largest body that is read, in bytes: a proof of 63 lines and a checkpoint with some twenty of the largest signatures.
const MAX_BODY: usize = 64 * 1024;
/// Longest time for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most connections at once.
const CONNECTIONS: usize = 256;
/// Where the folder lists the logs that were cosigned.
const LIST: &str = "logs";

#[derive(Debug, Args)]
pub(crate) struct WitnessArguments {
    /// Where to listen. Port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The name in its signatures, unique in the world, such as `witness.example/1`; it never changes.
    #[arg(long)]
    name: String,
    /// The file of its key, made at the first start.
    #[arg(long)]
    key: PathBuf,
    /// The folder in which it keeps what it has cosigned. Never put an older copy of it back.
    #[arg(long)]
    state: PathBuf,
    /// A C2SP policy whose logs it cosigns, such as `/ledger/policy` of an instance gives; as often as there are.
    #[arg(long = "logs", required = true)]
    logs: Vec<PathBuf>,
}

/// How a witness is set up.
pub(crate) struct WitnessSetUp {
    /// Its name, unique in the world; a URL without its scheme.
    pub(crate) name: String,
    /// The file of its key; made once.
    pub(crate) key: PathBuf,
    /// The folder of what it remembers.
    pub(crate) folder: PathBuf,
    /// C2SP policies whose logs it knows.
    pub(crate) logs: Vec<PathBuf>,
}

/// A witness: its keys, the logs it knows, and the last checkpoint of each that it has cosigned.
pub(crate) struct Witness {
    keys: Vec<SigningKey>,
    logs: Vec<VerifierKey>,
    folder: PathBuf,
    clock: ClockSource,
    /// One request after the other: to check and to keep is one step.
    kept: Arc<Mutex<Kept>>,
    failed: watch::Sender<bool>,
    /// Held as long as this witness lives, so that there is one.
    _lock: File,
}

/// The last checkpoint of each origin, with the signatures of the log and of this witness.
type Kept = BTreeMap<String, Note>;

/// Why there is no cosignature.
enum Declined {
    /// The protocol's answer.
    Refused(Refused),
    /// It could not be kept, or could not once before: nobody knows what the disk holds.
    Failed,
}

impl From<Refused> for Declined {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Witness {
    /// Reads what the witness remembers; makes key and folder where there are neither.
    ///
    /// *Errors*: one of them is missing or changed; another process uses the folder; a policy cannot be read.
    pub(crate) fn open(set_up: WitnessSetUp, clock: ClockSource) -> Result<Self, String> {
        let WitnessSetUp { name, key, folder, logs } = set_up;
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let lock = lock(&folder)?;
        let listed = listed(&folder, &key)?;
        let secret = InstanceKey::load_or_create(&key).map_err(|fault| fault.message)?;
        let seed = |label| secret.digest(label, name.as_bytes());
        let keys: Result<Vec<_>, _> = [
            (Algorithm::CosignatureEd25519, seed("comity witness ed25519 1")),
            (Algorithm::CosignatureMlDsa44, seed("comity witness ml-dsa-44 1")),
        ]
        .iter()
        .map(|(algorithm, seed)| SigningKey::from_seed(&name, *algorithm, seed))
        .collect();
        let keys = keys.map_err(|_| format!("the name {name:?} cannot stand in a signature"))?;
        let mut known = Vec::new();
        for file in &logs {
            let text =
                std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            let policy: Policy = text.parse().map_err(|fault| format!("{}: {fault}", file.display()))?;
            known.extend(policy.logs().iter().map(|log| log.key.clone()));
        }
        let kept = kept(&folder, &keys, &known, &listed)?;
        Ok(Self {
            keys,
            logs: known,
            folder,
            clock,
            kept: Arc::new(Mutex::new(kept)),
            failed: watch::Sender::new(false),
            _lock: lock,
        })
    }

    /// The keys that others put into their policies.
    pub(crate) fn verifier_keys(&self) -> impl Iterator<Item = &VerifierKey> {
        self.keys.iter().map(SigningKey::verifier)
    }

    /// Becomes true when something could not be kept; the witness cosigns nothing more then.
    pub(crate) fn failed(&self) -> watch::Receiver<bool> {
        self.failed.subscribe()
    }

    /// The whole of `add-checkpoint`: decide, keep, and only then answer.
    fn add(&self, kept: &mut Kept, request: &AddCheckpoint) -> Result<String, Declined> {
        if *self.failed.borrow() {
            return Err(Declined::Failed);
        }
        let last = |origin: &str| {
            let head = kept.get(origin).and_then(|note| Checkpoint::from_text(&note.text));
            head.map_or_else(Last::default, |head| Last { size: head.size, root: head.root })
        };
        let head = consider(request, &self.logs, last).inspect_err(|refused| {
            if matches!(refused, Refused::Unprocessable | Refused::Conflict(_)) {
                self.keep_evidence(kept, request);
            }
        })?;
        let time = u64::try_from((self.clock)().as_second()).unwrap_or(0);
        let lines = cosign(request, &self.keys, time).map_err(|fault| self.fail(&fault))?;
        let mut note = request.checkpoint.clone();
        note.signatures.retain(|line| self.logs.iter().any(|key| line.is_by(key)));
        note.signatures.extend(lines.iter().cloned());
        self.keep(kept, &head.origin, &note).map_err(|error| self.fail(&error))?;
        kept.insert(head.origin, note);
        let mut answer = String::new();
        for line in lines {
            writeln!(answer, "{line}").map_err(|error| self.fail(&error))?;
        }
        Ok(answer)
    }

    /// The checkpoint first and the list after it: what is listed must be there at the next start.
    fn keep(&self, kept: &Kept, origin: &str, note: &Note) -> std::io::Result<()> {
        write_durably(&self.folder, &hash_of(origin), note.to_string().as_bytes())?;
        if kept.contains_key(origin) {
            return Ok(());
        }
        let mut list: Vec<&str> = kept.keys().map(String::as_str).collect();
        list.push(origin);
        write_durably(&self.folder, LIST, list.join("\n").as_bytes())
    }

    /// Nothing is tried again after a failed write: nobody knows what the disk holds then.
    fn fail(&self, why: &dyn std::fmt::Display) -> Declined {
        tracing::error!(%why, "The witness stopped: what it would have cosigned could not be kept");
        self.failed.send_replace(true);
        Declined::Failed
    }

    /// Two checkpoints of one size that the log has signed prove two histories (T21); the first such pair is kept.
    fn keep_evidence(&self, kept: &Kept, request: &AddCheckpoint) {
        let Some(head) = Checkpoint::from_text(&request.checkpoint.text) else { return };
        let Some(note) = kept.get(&head.origin) else { return };
        let last = Checkpoint::from_text(&note.text);
        if last.is_none_or(|last| last.size != head.size || last.root == head.root) {
            return;
        }
        let path = self.folder.join(format!("fork-{}", hash_of(&head.origin)));
        tracing::error!(log = head.origin, size = head.size, evidence = %path.display(), "A log has two histories");
        let Ok(mut file) = OpenOptions::new().write(true).create_new(true).open(&path) else { return };
        if let Err(error) = write!(file, "{note}\n{}", request.checkpoint) {
            tracing::warn!(%error, "The evidence could not be kept");
        }
    }
}

fn hash_of(origin: &str) -> String {
    Sha256::digest(origin).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn lock(folder: &Path) -> Result<File, String> {
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| format!("{}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(error) => Err(format!("{}: another witness uses this folder ({error})", path.display())),
    }
}

/// The logs that were cosigned, before the key is made: key and list are there together or not at all.
fn listed(folder: &Path, key: &Path) -> Result<Vec<String>, String> {
    let path = folder.join(LIST);
    let list = match std::fs::read_to_string(&path) {
        Ok(list) => list,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !key.exists() => {
            write_durably(folder, LIST, b"").map_err(|error| format!("{}: {error}", path.display()))?;
            return Ok(Vec::new());
        }
        Err(error) => {
            return Err(format!(
                "{}: {error}. With this key checkpoints were cosigned; without what was kept of them a second history \
                 could be. Put the folder back as it was last, or begin with a new key and name.",
                path.display()
            ));
        }
    };
    let listed: Vec<String> = list.lines().map(str::to_owned).collect();
    if !listed.is_empty() && !key.exists() {
        return Err(format!(
            "{}: missing, and {} was cosigned with it. Put it back.",
            key.display(),
            listed[0]
        ));
    }
    Ok(listed)
}

/// Every checkpoint that is kept; each is as this witness and its log have signed it.
fn kept(folder: &Path, keys: &[SigningKey], logs: &[VerifierKey], listed: &[String]) -> Result<Kept, String> {
    let mut kept = Kept::new();
    let found = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in found.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.len() != 64 {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let signed = |note: &Note| {
            keys.iter().all(|key| note.verify([key.verifier()]).is_ok())
                && note.verify(logs) != Err(NoteFault::BadSignature)
        };
        let note = Note::parse(&bytes).ok().filter(signed);
        let head = note.as_ref().and_then(|note| Checkpoint::from_text(&note.text));
        match note.zip(head) {
            Some((note, head)) if hash_of(&head.origin) == name => kept.insert(head.origin, note),
            _ => {
                return Err(format!(
                    "{}: not a checkpoint that this witness has cosigned under this name and key. Put the file back as \
                     it was last.",
                    path.display()
                ));
            }
        };
    }
    match listed.iter().find(|origin| !kept.contains_key(*origin)) {
        None => Ok(kept),
        Some(lost) => Err(format!(
            "{}: missing, and log {lost} was cosigned. Put the file back as it was last.",
            folder.join(hash_of(lost)).display()
        )),
    }
}

/// A crash leaves the old file or the new one, and the new one once this has returned.
fn write_durably(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let beside = folder.join("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, folder.join(name))?;
    File::open(folder)?.sync_all()
}

/// The routes below the submission prefix, which is the monitoring prefix too.
pub(crate) fn routes(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(newest))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(bounded_time))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let request = match AddCheckpoint::parse(&body) {
        Ok(request) => request,
        Err(refused) => return declined(&refused.into()),
    };
    let kept: OwnedMutexGuard<Kept> = witness.kept.clone().lock_owned().await;
    let added = tokio::task::spawn_blocking(move || {
        let mut kept = kept;
        witness.add(&mut kept, &request)
    });
    match added.await {
        Ok(Ok(lines)) => lines.into_response(),
        Ok(Err(why)) => declined(&why),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn declined(why: &Declined) -> Response {
    let Declined::Refused(refused) = why else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "this witness can keep nothing more\n").into_response();
    };
    let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refused {
        Refused::Conflict(size) => {
            (status, [(CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
        }
        Refused::BadRequest | Refused::Forbidden | Refused::NotFound | Refused::Unprocessable => {
            (status, format!("{refused}\n")).into_response()
        }
    }
}

/// The last cosigned checkpoint of a log, for monitors.
async fn newest(State(witness): State<Arc<Witness>>, UrlPath(hash): UrlPath<String>) -> Response {
    let kept = witness.kept.lock().await;
    match kept.iter().find(|(origin, _)| hash_of(origin) == hash) {
        Some((_, note)) => note.to_string().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn bounded_time(request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(PATIENCE, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// Runs `comity witness`: prints its keys and address, and serves until it is told to stop.
pub(crate) fn run(arguments: WitnessArguments) -> Result<(), String> {
    let WitnessArguments { listen: address, name, key, state, logs } = arguments;
    let listener = listen(address)?;
    let witness = Witness::open(WitnessSetUp { name, key, folder: state, logs }, system_clock())?;
    witness.verifier_keys().for_each(|key| println!("{key}"));
    let mut failed = witness.failed();
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        println!("Comity's witness is ready: http://{address}");
        tokio::select! {
            () = serve(listener, routes(Arc::new(witness))) => Ok(()),
            () = signal() => Ok(()),
            _ = failed.wait_for(|failed| *failed) => Err("what it cosigned could not be kept".to_owned()),
        }
    })
}

/// Serves so many connections at once, each of which sends its next request soon or ends: whoever sends slowly or
/// nothing takes no place for long.
async fn serve(listener: tokio::net::TcpListener, routes: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // No file is free for a connection; some will be soon.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (http, routes) = (http.clone(), TowerToHyperService::new(routes.clone()));
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = http.serve_connection(TokioIo::new(stream), routes).await {
                tracing::debug!(error, "A connection ended");
            }
        });
    }
}
