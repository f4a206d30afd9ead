//! A log in memory with everything a reader of it may be shown: heads, proofs, files, cosignatures.
//! It is written with this crate's own parts; what they make is compared with other implementations elsewhere.

use comity_ledger::bundle::{Bundle, ERASURE, Entry, Opening};
use comity_ledger::{
    Algorithm, Checkpoint, Edge, Hash, NotATile, Note, Proof, SigningKey, TileKind, TilePath, TileReader,
    inclusion, leaf_hash, root,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(crate) const ORIGIN: &str = "log.example/2026";
pub(crate) const TIME: u64 = 1_790_000_000;

pub(crate) fn log_key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, Algorithm::Ed25519, &[seed; 32]).expect("a key")
}

pub(crate) fn witness_key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, Algorithm::CosignatureEd25519, &[seed; 32]).expect("a key")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes all");
        text
    })
}

/// A log that keeps all its leaves and all its tiles.
pub(crate) struct Log {
    pub(crate) key: SigningKey,
    pub(crate) leaves: Vec<Vec<u8>>,
    edge: Edge,
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl Log {
    pub(crate) fn new(key: SigningKey) -> Self {
        Self { key, leaves: Vec::new(), edge: Edge::default(), tiles: BTreeMap::new() }
    }

    pub(crate) fn grow(&mut self, leaves: impl IntoIterator<Item = Vec<u8>>) {
        let from = self.leaves.len();
        self.leaves.extend(leaves);
        for tile in self.edge.append(self.leaves[from..].iter().map(|leaf| leaf_hash(leaf))) {
            self.tiles.insert((tile.level, tile.index), tile.hashes);
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.edge.size()
    }

    fn reader(&self, size: u64) -> TileReader<impl FnMut(TilePath) -> Result<Vec<u8>, NotATile>> {
        TileReader::new(size, move |path| self.tile(path).ok_or(NotATile))
    }

    fn tile(&self, path: TilePath) -> Option<Vec<u8>> {
        let TileKind::Hashes(level) = path.kind else { return None };
        let hashes = self.tiles.get(&(level, path.index))?;
        Some(hashes.get(..usize::from(path.width))?.concat())
    }

    pub(crate) fn head(&self, size: u64) -> Checkpoint {
        let root = root(&mut self.reader(size), size).expect("its tiles");
        Checkpoint { origin: self.key.verifier().name().to_owned(), size, root }
    }

    /// The signed head of that size, with the cosignatures of some witnesses.
    pub(crate) fn note(&self, size: u64, witnesses: &[&SigningKey]) -> Note {
        let text = self.head(size).to_string();
        let keys = std::iter::once(&self.key).chain(witnesses.iter().copied());
        let signatures = keys.map(|key| key.sign(&text, TIME).expect("signed")).collect();
        Note { text, signatures }
    }

    pub(crate) fn proof(&self, index: u64, size: u64, checkpoint: &Note) -> Proof {
        let path = inclusion(&mut self.reader(size), index, size).expect("its tiles").expect("a leaf");
        Proof { extra: None, index, path, checkpoint: checkpoint.clone() }
    }
}

/// The events of a request, each naming the commitment of the one before it.
pub(crate) fn chain(request: &str, count: u64) -> Vec<Opening> {
    let mut previous = serde_json::Value::Null;
    let mut events = Vec::new();
    for sequence in 1..=count {
        let body = serde_json::json!({
            "request": request, "sequence": sequence, "previous": previous, "act": "sent",
        });
        let salt = leaf_hash(format!("salt {request} {sequence}").as_bytes());
        let event = Opening::Event(salt, body.to_string().into_bytes());
        previous = hex(&event.commitment()).into();
        events.push(event);
    }
    events
}

/// The record of the ledger that events with these commitments were erased.
pub(crate) fn erasure(of: &[&Opening]) -> Opening {
    let commitments: Vec<String> = of.iter().map(|opening| hex(&opening.commitment())).collect();
    let body = serde_json::json!({ "record": ERASURE, "commitments": commitments });
    Opening::Record(leaf_hash(b"salt of the record"), body.to_string().into_bytes())
}

/// A bundle of openings that all stand in the log; each is found by its leaf.
pub(crate) fn bundle_of(log: &Log, checkpoint: &Note, request: &str, openings: &[Opening]) -> Bundle {
    let size = Checkpoint::from_text(&checkpoint.text).expect("a checkpoint").size;
    let entry = |opening: &Opening| {
        let leaf = [&[1][..], &opening.commitment()].concat();
        let index = log.leaves.iter().position(|known| *known == leaf).expect("a leaf of the log");
        let index = u64::try_from(index).expect("small");
        Entry { opening: opening.clone(), proof: log.proof(index, size, checkpoint) }
    };
    let entries = openings.iter().map(entry).collect();
    Bundle { request: request.to_owned(), reference: "FR-2026-0001".to_owned(), entries }
}
