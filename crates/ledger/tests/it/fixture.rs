//! A log in memory with everything a reader of it may be shown: heads, proofs, files, cosignatures.
//! It is written with this crate's own parts; what they make is compared with other implementations elsewhere.

use comity_ledger::bundle::{Bundle, ERASURE, Entry, Opening, Subject};
use comity_ledger::verify::Source;
use comity_ledger::{
    Algorithm, Checkpoint, Edge, Hash, NotATile, Note, Proof, SigningKey, TileKind, TilePath, TileReader,
    consistency, entry_bundle, inclusion, leaf_hash, root,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(crate) const ORIGIN: &str = "log.example/2026";
pub(crate) const REFERENCE: &str = "FR-2026-0001";
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

/// Numbers that look random and are the same in every run.
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // The generator "splitmix64"; its low bits are as good as its high ones.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end).expect("small")).expect("below the end")
    }
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

    /// A log of `size` leaves of 33 bytes; each `story` gives others.
    pub(crate) fn of_size(size: u64, story: &str) -> Self {
        let mut log = Self::new(log_key(ORIGIN, 7));
        log.grow((0..size).map(|number| leaf(story, number)));
        log
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

    pub(crate) fn growth(&self, old: u64, new: u64) -> Vec<Hash> {
        consistency(&mut self.reader(new), old, new).expect("its tiles").expect("growth")
    }

    /// All files of the tree of that size below the log's prefix.
    pub(crate) fn files(&self, size: u64, checkpoint: &Note) -> Files {
        let mut files = BTreeMap::from([("checkpoint".to_owned(), checkpoint.to_string().into_bytes())]);
        for path in TilePath::all_in_tree(TileKind::Entries, size) {
            let from = usize::try_from(path.index).expect("small") * 256;
            let leaves = &self.leaves[from..from + usize::from(path.width)];
            files.insert(path.to_string(), entry_bundle(leaves.iter().map(Vec::as_slice)));
        }
        let levels = (0..8).map(TileKind::Hashes);
        for path in levels.flat_map(|kind| TilePath::all_in_tree(kind, size)) {
            files.insert(path.to_string(), self.tile(path).expect("a tile"));
        }
        Files(files)
    }
}

pub(crate) fn leaf(story: &str, number: u64) -> Vec<u8> {
    [&[1][..], &leaf_hash(format!("{story} {number}").as_bytes())].concat()
}

/// The files of a log by their paths.
#[derive(Clone)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Source for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).cloned())
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
    let subject = Subject::Request { id: request.to_owned(), reference: REFERENCE.to_owned() };
    Bundle { subject, keys: Vec::new(), entries }
}
