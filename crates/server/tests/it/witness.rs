//! A witness over HTTP: the answers of the protocol and their bounds, and that it forgets nothing when it is killed, cosigns one history
//! when two are shown at once (T21), and does not start where something of its memory is missing.

use comity_ledger::witness::AddCheckpoint;
use comity_ledger::{
    Algorithm, Checkpoint, Hash, Note, Policy, SigningKey, Subtrees, VerifierKey, consistency, root,
    tile_root,
};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const ORIGIN: &str = "log.example/2026";
pub(crate) const NAME: &str = "witness.example/1";

/// A log in memory; each story gives another from the leaf at `until` on.
pub(crate) struct Log {
    key: SigningKey,
    leaves: Vec<Hash>,
}

impl Subtrees for &Log {
    type Error = Infallible;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        let (width, start) = (1 << level, usize::try_from(index << level).unwrap());
        Ok(tile_root(&self.leaves[start..start + width]))
    }
}

impl Log {
    fn of(origin: &str, seed: u8) -> Self {
        let leaves = (0..64).map(|number| Sha256::digest([number]).into()).collect();
        Self { key: SigningKey::from_seed(origin, Algorithm::Ed25519, &[seed; 32]).unwrap(), leaves }
    }

    pub(crate) fn new() -> Self {
        Self::of(ORIGIN, 7)
    }

    /// The same log with another history from the leaf at `from` on.
    fn fork(from: usize, story: u8) -> Self {
        let mut log = Self::new();
        for leaf in &mut log.leaves[from..] {
            *leaf = Sha256::digest([&[story][..], &*leaf].concat()).into();
        }
        log
    }

    pub(crate) fn note(&self, size: u64) -> Note {
        let Ok(root) = root(&mut &*self, size);
        let origin = self.key.verifier().name().to_owned();
        let text = Checkpoint { origin, size, root }.to_string();
        Note { signatures: vec![self.key.sign(&text, 0).unwrap()], text }
    }

    pub(crate) fn growth(&self, old: u64, new: u64) -> AddCheckpoint {
        let Ok(proof) = consistency(&mut &*self, old, new);
        AddCheckpoint { old, proof: proof.unwrap(), checkpoint: self.note(new) }
    }
}

/// What a witness answers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    kind: String,
    pub(crate) body: String,
}

/// A running witness with its folder.
pub(crate) struct Witness {
    process: Child,
    folder: PathBuf,
    pub(crate) url: String,
    pub(crate) keys: Vec<VerifierKey>,
}

impl Witness {
    /// Starts one that knows the logs of this policy.
    pub(crate) fn start(name: &str, policy: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("policy"), policy).unwrap();
        let (process, url, keys) = ready(&folder, "127.0.0.1:0");
        Self { process, folder, url, keys }
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again at its address, after [`Witness::kill`]. It has the same keys.
    pub(crate) fn again(&mut self) {
        let (process, _, keys) = ready(&self.folder, self.url.strip_prefix("http://").unwrap());
        assert_eq!(keys, self.keys);
        self.process = process;
    }

    /// Why it does not start, after [`Witness::kill`].
    fn refuses(&self, name: &str) -> String {
        let ended = command(&self.folder, name, "127.0.0.1:0").output().unwrap();
        assert_eq!(ended.status.code(), Some(1), "it started");
        String::from_utf8(ended.stderr).unwrap()
    }

    fn add(&self, request: &AddCheckpoint) -> Answer {
        post(&self.url, &request.to_string())
    }

    /// The checkpoint of the only log, as a monitor gets it.
    fn newest(&self) -> Option<Note> {
        let hash = hex(&Sha256::digest(ORIGIN));
        let mut answer = agent().get(format!("{}/{hash}/checkpoint", self.url)).call().unwrap();
        let bytes = answer.body_mut().read_to_vec().unwrap();
        (answer.status().as_u16() == 200).then(|| Note::parse(&bytes).unwrap())
    }

    fn state(&self) -> PathBuf {
        self.folder.join("state")
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn command(folder: &Path, name: &str, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comity"));
    command.args(["witness", "--name", name, "--listen", listen]).env("COMITY_LOG", "off");
    command.arg("--key").arg(folder.join("key")).arg("--state").arg(folder.join("state"));
    command.arg("--logs").arg(folder.join("policy"));
    command
}

/// Starts the binary and reads what it prints until it is ready.
fn ready(folder: &Path, listen: &str) -> (Child, String, Vec<VerifierKey>) {
    let mut process = command(folder, NAME, listen).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut keys = Vec::new();
    loop {
        let line = lines.next().expect("it ended before it was ready").unwrap();
        match line.parse() {
            Ok(key) => keys.push(key),
            Err(_) => return (process, line.split(' ').next_back().unwrap().to_owned(), keys),
        }
    }
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

pub(crate) fn post(url: &str, body: &str) -> Answer {
    let mut answer = agent().post(format!("{url}/add-checkpoint")).send(body).unwrap();
    Answer {
        status: answer.status().as_u16(),
        kind: answer.body().mime_type().unwrap_or_default().to_owned(),
        body: answer.body_mut().read_to_string().unwrap(),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

pub(crate) fn policy_of(logs: &[&Log]) -> String {
    let lines = logs.iter().map(|log| format!("log {}\n", log.key.verifier()));
    format!("{}quorum none\n", lines.collect::<String>())
}

#[test]
fn every_answer_is_the_one_of_the_protocol() {
    let (log, stranger) = (Log::new(), Log::of("log.example/1999", 7));
    let witness = Witness::start("witness-answers", &policy_of(&[&log]));
    assert_eq!(witness.keys.len(), 2);
    let mode = std::fs::metadata(witness.folder.join("key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(witness.newest(), None);

    let done = witness.add(&log.growth(0, 4));
    assert_eq!(done.status, 200, "{}", done.body);
    let done = witness.add(&log.growth(4, 7));
    assert_eq!(done.status, 200, "{}", done.body);
    let mut cosigned = log.note(7).to_string();
    cosigned.push_str(&done.body);
    let cosigned = Note::parse(cosigned.as_bytes()).unwrap();
    let [ed25519, ml_dsa] = [&witness.keys[0], &witness.keys[1]];
    let policy = format!("{}witness a {ed25519}\nwitness b {ml_dsa}\ngroup both all a b\nquorum both\n", {
        format!("log {}\n", log.key.verifier())
    });
    let policy: Policy = policy.parse().unwrap();
    assert_eq!(policy.check(&cosigned).unwrap().checkpoint.size, 7);
    assert_eq!(witness.newest().unwrap(), cosigned);

    let last = witness.add(&log.growth(0, 9));
    assert_eq!((last.status, last.kind.as_str(), last.body.as_str()), (409, "text/x.tlog.size", "7\n"));
    assert_eq!(witness.add(&log.growth(7, 7)).status, 200, "the same again, at another time");
    assert_eq!(witness.add(&stranger.growth(0, 4)).status, 404);
    let mut unsigned = log.growth(7, 9);
    unsigned.checkpoint.signatures[0].bytes[0] ^= 1;
    assert_eq!(witness.add(&unsigned).status, 403);
    assert_eq!(witness.add(&AddCheckpoint { old: 9, ..log.growth(7, 7) }).status, 400);
    assert_eq!(post(&witness.url, "old 7\n").status, 400);
    assert_eq!(post(&witness.url, &"x".repeat(100_000)).status, 413);
    assert_eq!(witness.add(&Log::fork(5, 1).growth(7, 9)).status, 422);
    assert_eq!(agent().get(format!("{}/add-checkpoint", witness.url)).call().unwrap().status().as_u16(), 405);
    assert_eq!(witness.newest().unwrap().text, log.note(7).text);

    // Two signed heads of one size prove two histories, and are kept as the proof.
    let evidence = witness.state().join(format!("fork-{}", hex(&Sha256::digest(ORIGIN))));
    assert!(!evidence.exists());
    assert_eq!(witness.add(&Log::fork(5, 1).growth(7, 7)).status, 422);
    let evidence = std::fs::read_to_string(evidence).unwrap();
    assert!(evidence.contains(&log.note(7).text) && evidence.contains(&Log::fork(5, 1).note(7).to_string()));
}

#[test]
fn a_killed_witness_forgets_nothing() {
    let log = Log::new();
    let mut witness = Witness::start("witness-killed", &policy_of(&[&log]));
    let mut old = 0;
    for size in [1, 2, 3, 5, 8, 13, 21, 34, 55] {
        assert_eq!(witness.add(&log.growth(old, size)).status, 200);
        witness.kill();
        witness.again();
        // Whoever shows it what it has seen already, or another history, learns what it remembers.
        let told = witness.add(&log.growth(old.saturating_sub(1), size));
        assert_eq!((told.status, told.body), (409, format!("{size}\n")));
        assert_eq!(witness.add(&Log::fork(0, 9).growth(size, size)).status, 422);
        assert_eq!(witness.newest().unwrap().text, log.note(size).text);
        old = size;
    }
}

#[test]
fn of_two_histories_shown_at_once_one_is_cosigned() {
    let witness = Witness::start("witness-forks", &policy_of(&[&Log::new()]));
    let mut history = Log::new();
    for size in [4_u64, 9, 20, 33] {
        let last = witness.newest().map_or(0, |note| Checkpoint::from_text(&note.text).unwrap().size);
        let at = usize::try_from(last).unwrap();
        let forks: Vec<Log> = (0..16)
            .map(|story| {
                let mut fork = Log::fork(at, story);
                fork.leaves[..at].copy_from_slice(&history.leaves[..at]);
                fork
            })
            .collect();
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let shown: Vec<_> =
                forks.iter().map(|fork| scope.spawn(|| witness.add(&fork.growth(last, size)))).collect();
            shown.into_iter().map(|answer| answer.join().unwrap()).collect()
        });
        let cosigned: Vec<usize> = (0..16).filter(|number| answers[*number].status == 200).collect();
        assert_eq!(cosigned.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)));
        history = forks.into_iter().nth(cosigned[0]).unwrap();
        assert_eq!(witness.newest().unwrap().text, history.note(size).text);
    }
}

#[test]
fn it_does_not_start_where_its_memory_is_lost_or_changed() {
    let log = Log::new();
    let mut witness = Witness::start("witness-lost", &policy_of(&[&log]));
    assert!(witness.refuses(NAME).contains("another witness uses this folder"));
    assert_eq!(witness.add(&log.growth(0, 4)).status, 200);
    witness.kill();
    let (key, state) = (witness.folder.join("key"), witness.state());
    let kept = state.join(hex(&Sha256::digest(ORIGIN)));
    let aside = witness.folder.join("aside");
    for lost in [&kept, &key, &state.join("logs"), &state] {
        std::fs::rename(lost, &aside).unwrap();
        let why = witness.refuses(NAME);
        assert!(why.to_lowercase().contains("put "), "{why}");
        let _ = std::fs::remove_dir_all(lost);
        std::fs::rename(&aside, lost).unwrap();
    }
    let bytes = std::fs::read(&kept).unwrap();
    for at in (0..bytes.len()).step_by(97) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        std::fs::write(&kept, &changed).unwrap();
        let why = witness.refuses(NAME);
        assert!(why.contains("not a checkpoint that this witness has cosigned"), "byte {at}: {why}");
    }
    std::fs::write(&kept, &bytes).unwrap();
    // Under another name it would be another witness.
    assert!(witness.refuses("witness.example/2").contains("not a checkpoint that this witness has cosigned"));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(witness.refuses(NAME).contains("0600"));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    witness.again();
    assert_eq!(witness.add(&log.growth(0, 4)).status, 409);
}

#[test]
fn who_sends_slowly_is_cut_off_and_keeps_nobody_waiting() {
    let log = Log::new();
    let witness = Witness::start("witness-slow", &policy_of(&[&log]));
    let address = witness.url.strip_prefix("http://").unwrap();
    let begun = Instant::now();
    let head = "POST /add-checkpoint HTTP/1.1\r\nhost: w.example\r\n";
    let halves = [String::new(), head.to_owned(), format!("{head}content-length: 1000\r\n\r\nold")];
    let slow: Vec<TcpStream> = halves
        .iter()
        .map(|half| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(half.as_bytes()).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream
        })
        .collect();
    assert_eq!(witness.add(&log.growth(0, 4)).status, 200);
    assert!(begun.elapsed() < Duration::from_secs(8));
    for (mut stream, half) in slow.into_iter().zip(halves) {
        let mut said = Vec::new();
        stream.read_to_end(&mut said).unwrap_or_else(|error| panic!("{half:?}: {error}"));
        assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 503 "), "{half:?}");
    }
}
