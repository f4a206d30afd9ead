//! What a log, a witness or a case file brings: notes, proofs, policies, tiles, whole logs.

use super::text;
use comity_ledger::bundle::{Bundle, Entry, Opening, Subject};
use comity_ledger::verify::{self, Source};
use comity_ledger::witness::{AddCheckpoint, Last, consider};
use comity_ledger::{
    Algorithm, Checkpoint, Edge, Hash, Leaf, NotATile, Note, Policy, Proof, Signature, SigningKey,
    TILE_WIDTH, TileKind, TilePath, TileReader, VerifierKey, consistency, entries_of, entry_bundle,
    inclusion, leaf_hash, root, verify_consistency, verify_inclusion,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

const ORIGIN: &str = "log.example/2026";
const TIME: u64 = 1_790_000_000;
/// More than one tile of each kind, and a second level.
const SIZE: u64 = 300;

/// A small log with all its files, one witness, and a request of three events.
struct Log {
    key: SigningKey,
    witness: SigningKey,
    leaves: Vec<Vec<u8>>,
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
    events: Vec<Opening>,
}

static LOG: LazyLock<Log> = LazyLock::new(Log::new);
static POLICY: LazyLock<Policy> = LazyLock::new(|| LOG.policy_text().parse().expect("a policy"));
/// The signed head of the whole log, and one that somebody kept from before.
static HEAD: LazyLock<Note> = LazyLock::new(|| LOG.signed(&LOG.head(SIZE)));
static KEPT: LazyLock<Note> = LazyLock::new(|| LOG.signed(&LOG.head(100)));

impl Log {
    fn new() -> Self {
        let key = SigningKey::from_seed(ORIGIN, Algorithm::Ed25519, &[7; 32]).expect("a key");
        let witness = SigningKey::from_seed("witness.example", Algorithm::CosignatureEd25519, &[9; 32]);
        let events = events();
        let mut leaves: Vec<Vec<u8>> =
            (0..SIZE).map(|number| [&[1][..], &leaf_hash(&number.to_be_bytes())].concat()).collect();
        for (event, place) in events.iter().zip([3, 255, 299]) {
            leaves[place] = Leaf::from_commitment(&event.commitment()).as_bytes().to_vec();
        }
        let mut tiles = BTreeMap::new();
        for tile in Edge::default().append(leaves.iter().map(|leaf| leaf_hash(leaf))) {
            tiles.insert((tile.level, tile.index), tile.hashes);
        }
        Self { key, witness: witness.expect("a key"), leaves, tiles, events }
    }

    fn tile(&self, path: TilePath) -> Option<Vec<u8>> {
        let TileKind::Hashes(level) = path.kind else { return None };
        Some(self.tiles.get(&(level, path.index))?.get(..usize::from(path.width))?.concat())
    }

    fn reader(&self, size: u64) -> TileReader<impl FnMut(TilePath) -> Result<Vec<u8>, NotATile>> {
        TileReader::new(size, move |path| self.tile(path).ok_or(NotATile))
    }

    fn head(&self, size: u64) -> Checkpoint {
        let root = root(&mut self.reader(size), size).expect("its tiles");
        Checkpoint { origin: ORIGIN.to_owned(), size, root }
    }

    fn signed(&self, head: &Checkpoint) -> Note {
        let text = head.to_string();
        let signatures = [&self.key, &self.witness].map(|key| key.sign(&text, TIME).expect("signed"));
        Note { text, signatures: signatures.to_vec() }
    }

    fn policy_text(&self) -> String {
        let (log, witness) = (self.key.verifier(), self.witness.verifier());
        format!("log {log} https://log.example\nwitness w {witness}\ngroup g any w\nquorum g\n")
    }

    fn proof(&self, index: u64) -> Proof {
        let path = inclusion(&mut self.reader(SIZE), index, SIZE).expect("its tiles").expect("a leaf");
        Proof { extra: None, index, path, checkpoint: HEAD.clone() }
    }

    fn bundle(&self) -> Bundle {
        let places = [3, 255, 299].map(|index| self.proof(index));
        let entries = self.events.iter().cloned().zip(places);
        Bundle {
            subject: Subject::Request {
                id: "request-1".to_owned(),
                reference: "XA-NBP-2026-000001".to_owned(),
            },
            keys: vec![self.key.verifier().clone()],
            entries: entries.map(|(opening, proof)| Entry { opening, proof }).collect(),
        }
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let checkpoint = HEAD.to_string().into_bytes();
        let mut files = BTreeMap::from([("checkpoint".to_owned(), checkpoint)]);
        for path in TilePath::all_in_tree(TileKind::Entries, SIZE) {
            let from = usize::try_from(path.index * TILE_WIDTH).expect("small");
            let leaves = &self.leaves[from..from + usize::from(path.width)];
            files.insert(path.to_string(), entry_bundle(leaves.iter().map(Vec::as_slice)));
        }
        for path in (0..2).flat_map(|level| TilePath::all_in_tree(TileKind::Hashes(level), SIZE)) {
            files.insert(path.to_string(), self.tile(path).expect("a tile"));
        }
        files
    }
}

/// Three events of one request, of which the reader may not see the second.
fn events() -> Vec<Opening> {
    let mut previous = serde_json::Value::Null;
    let mut events = Vec::new();
    for sequence in 1..=3_u64 {
        let body = serde_json::json!({ "request": "request-1", "sequence": sequence, "previous": previous });
        let event = Opening::Event(leaf_hash(&sequence.to_be_bytes()), body.to_string().into_bytes());
        previous = hex(&event.commitment()).into();
        events.push(event);
    }
    events[1] = Opening::Withheld(events[1].commitment());
    events
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes all");
        text
    })
}

/// A note that is read is written as it was, but for the writing of its base64; signatures and keys likewise.
pub(crate) fn note(data: &[u8]) {
    if let Some(text) = text(data) {
        if let Ok(key) = text.parse::<VerifierKey>() {
            assert_eq!(key.to_string().parse().as_ref(), Ok(&key));
        }
        if let Ok(line) = Signature::from_line(text) {
            assert_eq!(Signature::from_line(&line.to_string()).as_ref(), Ok(&line));
        }
    }
    let Ok(note) = Note::parse(data) else { return };
    assert_eq!(note.to_string().as_bytes(), data);
    let keys = [LOG.key.verifier(), LOG.witness.verifier()];
    if note.verify(keys).is_ok() {
        assert_eq!(note.text, LOG.head(SIZE).to_string(), "signed without the key");
    }
}

pub(crate) fn note_seeds() -> Vec<Vec<u8>> {
    let (note, line) = (HEAD.to_string(), HEAD.signatures[1].to_string());
    vec![note.into_bytes(), LOG.key.verifier().to_string().into_bytes(), line.into_bytes()]
}

pub(crate) fn checkpoint(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Some(head) = Checkpoint::from_text(text) {
        assert_eq!(head.to_string(), text);
    }
}

pub(crate) fn checkpoint_seeds() -> Vec<Vec<u8>> {
    [1, SIZE].map(|size| LOG.head(size).to_string().into_bytes()).to_vec()
}

pub(crate) fn proof(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(proof) = Proof::parse(text) else { return };
    assert_eq!(proof.to_string(), text);
    let leaf = leaf_hash(&LOG.leaves[3]);
    if let Ok(head) = proof.verify(&leaf)
        && POLICY.check(&proof.checkpoint).is_ok()
    {
        assert_eq!((head, proof.index), (LOG.head(SIZE), 3), "another place was proved");
    }
}

pub(crate) fn proof_seeds() -> Vec<Vec<u8>> {
    let with_extra = Proof { extra: Some(b"extra".to_vec()), ..LOG.proof(3) };
    vec![LOG.proof(3).to_string().into_bytes(), with_extra.to_string().into_bytes()]
}

pub(crate) fn policy(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(policy) = text.parse::<Policy>() else { return };
    let _ = policy.check(&HEAD);
}

pub(crate) fn policy_seeds() -> Vec<Vec<u8>> {
    let plain = format!("# of the desk\nlog {}\nquorum none\n", LOG.key.verifier());
    vec![LOG.policy_text().into_bytes(), plain.into_bytes()]
}

/// A witness that has cosigned a beginning of the log cosigns nothing but its true continuation.
pub(crate) fn add_checkpoint(data: &[u8]) {
    let Ok(request) = AddCheckpoint::parse(data) else { return };
    assert_eq!(request.to_string().as_bytes(), data);
    let last = Last { size: 100, root: LOG.head(100).root };
    if let Ok(head) = consider(&request, &[LOG.key.verifier().clone()], |_| last) {
        assert_eq!(head, LOG.head(SIZE), "another history was taken");
    }
}

pub(crate) fn add_checkpoint_seeds() -> Vec<Vec<u8>> {
    let proof = consistency(&mut LOG.reader(SIZE), 100, SIZE).expect("its tiles").expect("growth");
    let request = AddCheckpoint { old: 100, proof, checkpoint: HEAD.clone() };
    vec![request.to_string().into_bytes()]
}

pub(crate) fn tile_path(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(path) = text.parse::<TilePath>() {
        assert_eq!(path.to_string(), text);
    }
}

pub(crate) fn tile_path_seeds() -> Vec<Vec<u8>> {
    let paths = ["tile/0/x001/x234/067", "tile/entries/000.p/17", "tile/63/000"];
    paths.map(|path| path.as_bytes().to_vec()).to_vec()
}

pub(crate) fn entries(data: &[u8]) {
    if let Some(entries) = entries_of(data) {
        assert_eq!(entry_bundle(entries), data);
    }
}

pub(crate) fn entry_seeds() -> Vec<Vec<u8>> {
    vec![entry_bundle(LOG.leaves[..3].iter().map(Vec::as_slice))]
}

/// Numbers and hashes of anybody: nothing is proved of the log that is not so.
pub(crate) fn tree(data: &[u8]) {
    let Some((first, rest)) = data.split_first_chunk::<8>() else { return };
    let Some((second, rest)) = rest.split_first_chunk::<8>() else { return };
    let (index, size) = (u64::from_be_bytes(*first), u64::from_be_bytes(*second));
    let (hashes, _) = rest.as_chunks::<32>();
    let (head, leaf) = (LOG.head(SIZE), leaf_hash(&LOG.leaves[3]));
    // The path does not say of which size the tree is: another size may give the same root, as the checkpoint settles it.
    if size == SIZE && verify_inclusion(&leaf, index, size, hashes, &head.root).is_ok() {
        assert_eq!(index, 3, "the leaf was proved elsewhere");
    }
    let old = LOG.head(100);
    if index == 100 && size == SIZE {
        let _ = verify_consistency(100, &old.root, SIZE, &head.root, hashes);
    }
    let _ = verify_consistency(index, &old.root, size, &head.root, hashes);
    let _ = verify_inclusion(&leaf, index, size, hashes, &head.root);
}

pub(crate) fn tree_seeds() -> Vec<Vec<u8>> {
    let path = LOG.proof(3).path.concat();
    vec![[&3_u64.to_be_bytes(), &SIZE.to_be_bytes(), path.as_slice()].concat()]
}

/// A file as it comes, and the same as somebody writes it who knows how its last line is made.
pub(crate) fn bundle(data: &[u8]) {
    let sealed = [data, format!("sha256 {}\n", hex(&Sha256::digest(data))).as_bytes()].concat();
    for bytes in [data, &sealed] {
        let Ok(bundle) = Bundle::parse(bytes) else { continue };
        assert_eq!(bundle.to_string().as_bytes(), bytes);
        let _ = bundle.verify(&bundle.own_policy());
        if let Ok(report) = bundle.verify(&POLICY) {
            let own = matches!(&bundle.subject, Subject::Request { id, .. } if id == "request-1");
            assert!(own, "an event was proved of another request");
            assert!(report.events + report.withheld <= 3 && report.erased + report.records == 0);
        }
        let _ = comity_ledger::bundle::agree(&bundle, &LOG.bundle());
    }
}

pub(crate) fn bundle_seeds() -> Vec<Vec<u8>> {
    let whole = LOG.bundle().to_string();
    let unsealed = whole[..whole.rfind("sha256 ").expect("its last line")].to_owned();
    vec![whole.into_bytes(), unsealed.into_bytes()]
}

struct Files(BTreeMap<String, Vec<u8>>);

impl Source for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).cloned())
    }
}

/// The files of a log with up to eight changes, and a head of any size that its own key has signed: what is verified is
/// the log as it was.
pub(crate) fn verify_log(data: &[u8]) {
    static WHOLE: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| LOG.files());
    let Some((first, rest)) = data.split_first_chunk::<8>() else { return };
    let size = u64::from_be_bytes(*first);
    let mut files = WHOLE.clone();
    let names: Vec<String> = files.keys().cloned().collect();
    if size != SIZE {
        let head = Checkpoint { size, ..LOG.head(SIZE) };
        files.insert("checkpoint".to_owned(), LOG.signed(&head).to_string().into_bytes());
    }
    for change in rest.chunks_exact(5).take(8) {
        let &[name, kind, high, low, value] = change else { continue };
        let name = &names[usize::from(name) % names.len()];
        let Some(file) = files.get_mut(name) else { continue };
        let at = usize::from(u16::from_be_bytes([high, low])) % (file.len() + 1);
        match kind % 4 {
            0 if at < file.len() => file[at] ^= value,
            1 => file.truncate(at),
            2 => file.insert(at, value),
            _ => drop(files.remove(name)),
        }
    }
    let files = Files(files);
    if verify::log(&files, &POLICY, std::slice::from_ref(&*KEPT), 1).is_ok() {
        assert_eq!(files.0, *WHOLE, "a changed log was accepted");
    }
}

pub(crate) fn verify_log_seeds() -> Vec<Vec<u8>> {
    let whole = SIZE.to_be_bytes().to_vec();
    let longer = 301_u64.to_be_bytes().to_vec();
    let flipped = [whole.as_slice(), &[1, 0, 0, 9, 1]].concat();
    let lost = [whole.as_slice(), &[3, 3, 0, 0, 0]].concat();
    vec![whole, longer, flipped, lost]
}
