//! Verifying a whole log from its files: every leaf against its tile, every tile against the one above it, all against
//! the signed checkpoint, and older checkpoints against the same tiles.
//! It may assume nothing of the files. It never opens a network connection or a database: whoever calls it reads.

use crate::bundle::Refusal;
use crate::checkpoint::Checkpoint;
use crate::leaf::LEAF_BYTES;
use crate::note::Note;
use crate::policy::{Policy, PolicyUnmet, Trusted};
use crate::tile::{
    NotATile, TILE_WIDTH, TileKind, TilePath, TileReader, complete_root, entries_of, hashes_of,
};
use crate::tree::{Hash, leaf_hash, root};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where the files of a log come from.
pub trait Source: Sync {
    /// The file at that path below the log's prefix; nothing where there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

/// What a verified log shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReport {
    /// The checkpoint and its cosigners.
    pub trusted: Trusted,
    /// Older checkpoints that were found to be beginnings of it.
    pub older: usize,
}

/// Verifies a log. `older` are checkpoints that were kept from before; each must be signed and a beginning of this one.
/// `threads` of them hash at once.
///
/// # Errors
/// [`Refusal::Invalid`] where something contradicts; [`Refusal::Undecided`] where something is missing or unknown.
pub fn log(
    source: &dyn Source,
    policy: &Policy,
    older: &[Note],
    threads: usize,
) -> Result<LogReport, Refusal> {
    let trusted = checked(policy, &note(source)?)?;
    let size = trusted.checkpoint.size;
    let tiles = leaves(source, size, threads)?;
    upper_tiles(source, size, tiles)?;
    let computed = root_of(source, size, size)?;
    if computed != trusted.checkpoint.root {
        return Err(Refusal::Invalid("the tiles do not lead to the checkpoint's root".to_owned()));
    }
    for note in older {
        let old = checked_log_only(policy, note)?;
        if old.origin != trusted.checkpoint.origin {
            return Err(Refusal::Invalid(format!("a kept checkpoint is of another log: {}", old.origin)));
        }
        if old.size > size || root_of(source, size, old.size)? != old.root {
            let why = format!("the kept checkpoint of size {} is not a beginning of this log", old.size);
            return Err(Refusal::Invalid(why));
        }
    }
    Ok(LogReport { trusted, older: older.len() })
}

fn note(source: &dyn Source) -> Result<Note, Refusal> {
    let bytes = read(source, "checkpoint")?;
    Note::parse(&bytes).map_err(|fault| Refusal::Invalid(format!("checkpoint: {fault}")))
}

fn read(source: &dyn Source, path: &str) -> Result<Vec<u8>, Refusal> {
    let found = source.read(path).map_err(|why| Refusal::Undecided(format!("{path}: {why}")))?;
    found.ok_or_else(|| Refusal::Undecided(format!("{path} is missing")))
}

fn unmet(unmet: &PolicyUnmet) -> Refusal {
    match unmet {
        PolicyUnmet::UnknownLog(_) | PolicyUnmet::Quorum(..) => Refusal::Undecided(unmet.to_string()),
        PolicyUnmet::NotACheckpoint | PolicyUnmet::Signature(..) => Refusal::Invalid(unmet.to_string()),
    }
}

fn checked(policy: &Policy, note: &Note) -> Result<Trusted, Refusal> {
    policy.check(note).map_err(|fault| unmet(&fault))
}

/// A kept checkpoint may be older than its cosignatures: the log's own signature is what it is kept for.
fn checked_log_only(policy: &Policy, note: &Note) -> Result<Checkpoint, Refusal> {
    let logs = Policy::of_logs(policy.logs().iter().map(|log| log.key.clone()));
    checked(&logs, note).map(|trusted| trusted.checkpoint)
}

/// A tile, or the full tile of which it is the beginning, as the specification lets a log replace it.
fn read_tile(source: &dyn Source, path: TilePath) -> Result<Vec<u8>, Refusal> {
    let text = path.to_string();
    if let Some(bytes) = source.read(&text).map_err(|why| Refusal::Undecided(format!("{text}: {why}")))? {
        return Ok(bytes);
    }
    let full = TilePath { width: 256, ..path };
    let mut bytes = if full == path { read(source, &text)? } else { read(source, &full.to_string())? };
    if matches!(path.kind, TileKind::Hashes(_)) {
        bytes.truncate(usize::from(path.width) * 32);
    } else {
        bytes.truncate(usize::from(path.width) * (LEAF_BYTES + 2));
    }
    Ok(bytes)
}

/// Hashes every leaf, compares with the tiles of level 0, and answers the root of each full tile.
fn leaves(source: &dyn Source, size: u64, threads: usize) -> Result<Vec<Hash>, Refusal> {
    let count = size.div_ceil(TILE_WIDTH);
    let next = AtomicU64::new(0);
    // It grows with the files that are there: the size is whatever the log has signed.
    let roots: Mutex<Vec<Hash>> = Mutex::new(Vec::new());
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let stop = failed.lock().map_or(true, |failed| failed.is_some());
                    if index >= count || stop {
                        return;
                    }
                    match leaf_tile(source, index, size) {
                        Ok(root) => {
                            if let (Ok(mut roots), Ok(at)) = (roots.lock(), usize::try_from(index)) {
                                let length = roots.len().max(at + 1);
                                roots.resize(length, [0; 32]);
                                roots[at] = root;
                            }
                        }
                        Err(refusal) => {
                            if let Ok(mut failed) = failed.lock() {
                                failed.get_or_insert(refusal);
                            }
                        }
                    }
                }
            });
        }
    });
    if let Ok(Some(refusal)) = failed.into_inner() {
        return Err(refusal);
    }
    let mut roots = roots.into_inner().unwrap_or_default();
    roots.truncate(usize::try_from(size / TILE_WIDTH).unwrap_or(usize::MAX));
    Ok(roots)
}

/// One bundle of entries against its tile; the root counts only where the tile is full.
fn leaf_tile(source: &dyn Source, index: u64, size: u64) -> Result<Hash, Refusal> {
    let lost = || Refusal::Invalid(format!("there is no tile {index} in a tree of {size} leaves"));
    let path = TilePath::in_tree(TileKind::Entries, index, size).ok_or_else(lost)?;
    let bytes = read_tile(source, path)?;
    let entries = entries_of(&bytes).filter(|entries| entries.len() == usize::from(path.width));
    let Some(entries) = entries else {
        return Err(Refusal::Invalid(format!("{path}: not {} whole entries", path.width)));
    };
    if let Some(other) = entries.iter().find(|entry| entry.len() != LEAF_BYTES || entry[0] != 0x01) {
        let first = other.first().copied().unwrap_or(0);
        return Err(Refusal::Undecided(format!("{path}: a leaf of an unknown version ({first:#04x})")));
    }
    let hashes: Vec<Hash> = entries.into_iter().map(leaf_hash).collect();
    let tile_path = TilePath { kind: TileKind::Hashes(0), ..path };
    let tile = read_tile(source, tile_path)?;
    if hashes_of(&tile, path.width).as_ref() != Some(&hashes) {
        return Err(Refusal::Invalid(format!("{tile_path}: not the hashes of the entries")));
    }
    Ok(if u64::from(path.width) == TILE_WIDTH { complete_root(&hashes) } else { [0; 32] })
}

/// Compares the tiles above level 0 with what the tiles below them make.
fn upper_tiles(source: &dyn Source, size: u64, mut below: Vec<Hash>) -> Result<(), Refusal> {
    let mut level = 1;
    while !below.is_empty() {
        let mut above = Vec::new();
        for (index, hashes) in (0..).zip(below.chunks(256)) {
            let path = TilePath::in_tree(TileKind::Hashes(level), index, size);
            let Some(path) = path.filter(|path| usize::from(path.width) == hashes.len()) else {
                return Err(Refusal::Invalid(format!("level {level} has tiles of other widths")));
            };
            if hashes_of(&read_tile(source, path)?, path.width).as_deref() != Some(hashes) {
                return Err(Refusal::Invalid(format!("{path}: not the roots of the tiles below it")));
            }
            if hashes.len() == 256 {
                above.push(complete_root(hashes));
            }
        }
        below = above;
        level += 1;
    }
    Ok(())
}

/// The root over the first `old` leaves, out of the tiles of the tree of `size` leaves, all of which have been checked.
fn root_of(source: &dyn Source, size: u64, old: u64) -> Result<Hash, Refusal> {
    struct Unread(Refusal);
    impl From<NotATile> for Unread {
        fn from(fault: NotATile) -> Self {
            Self(Refusal::Invalid(fault.to_string()))
        }
    }
    let mut reader = TileReader::new(size, |path| read_tile(source, path).map_err(Unread));
    root(&mut reader, old).map_err(|unread| unread.0)
}
