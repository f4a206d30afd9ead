//! Tiles: the tree cut into files of 256 hashes, and entry bundles of 256 leaves (C2SP `tlog-tiles`).
//! Their paths, their contents, the right edge of a growing tree, and reading subtrees back out of them.

use crate::tree::{Hash, Subtrees, empty_root, node_hash};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// Hashes in a full tile, leaves in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree that one tile spans.
const TILE_HEIGHT: u32 = 8;
/// More levels than any tree of 2^64 leaves has.
const MAX_LEVEL: u8 = 63;

/// What a file of the log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of subtrees of 256^level leaves.
    Hashes(u8),
    /// The leaves themselves, each after its length.
    Entries,
}

/// The place of a tile or bundle, with the number of hashes or leaves in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePath {
    /// Which kind, and at which level.
    pub kind: TileKind,
    /// Its number at that level, from 0.
    pub index: u64,
    /// 1 to 256; 256 is a full one.
    pub width: u16,
}

impl TilePath {
    /// The tile of that level and number in a tree of `size` leaves; nothing where the tree has none.
    pub fn in_tree(kind: TileKind, index: u64, size: u64) -> Option<Self> {
        let level = match kind {
            TileKind::Hashes(level) => u32::from(level),
            TileKind::Entries => 0,
        };
        let complete = size.checked_shr(level * TILE_HEIGHT).unwrap_or(0);
        let before = index.checked_mul(TILE_WIDTH)?;
        let width = u16::try_from(complete.saturating_sub(before).min(TILE_WIDTH)).ok()?;
        (width > 0).then_some(Self { kind, index, width })
    }

    /// All tiles (or bundles) of one kind in a tree of `size` leaves.
    pub fn all_in_tree(kind: TileKind, size: u64) -> impl Iterator<Item = Self> {
        (0..).map_while(move |index| Self::in_tree(kind, index, size))
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = Vec::new();
        let mut rest = self.index;
        while rest >= 1000 {
            groups.push(rest / 1000);
            rest /= 1000;
        }
        for group in groups.iter().rev() {
            write!(f, "x{:03}/", group % 1000)?;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if u64::from(self.width) < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// A path that names no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile or of a bundle of entries")]
pub struct NotATile;

impl FromStr for TilePath {
    type Err = NotATile;

    fn from_str(text: &str) -> Result<Self, NotATile> {
        let (kind, rest) = text.strip_prefix("tile/").and_then(|t| t.split_once('/')).ok_or(NotATile)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => match level.parse() {
                Ok(level) if level <= MAX_LEVEL => TileKind::Hashes(level),
                _ => return Err(NotATile),
            },
        };
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, 256),
            Some((number, width)) => (number, width.parse().map_err(|_| NotATile)?),
        };
        let mut index = 0_u64;
        for group in number.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let value: u64 = digits.parse().map_err(|_| NotATile)?;
            index = index.checked_mul(1000).and_then(|i| i.checked_add(value)).ok_or(NotATile)?;
        }
        let path = Self { kind, index, width };
        // Written again it must be the same: that settles zeros, signs, and where an x belongs.
        if width > 0 && width <= 256 && path.to_string() == text { Ok(path) } else { Err(NotATile) }
    }
}

/// The hashes of a tile from its bytes; nothing where they are not `width` hashes.
pub fn hashes_of(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && hashes.len() == usize::from(width)).then(|| hashes.to_vec())
}

/// A bundle of entries: each leaf after its length in two bytes.
pub fn bundle<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for leaf in leaves {
        // Leaves of this project have 33 bytes; a longer one than the format knows would be cut, and then not verify.
        let length = u16::try_from(leaf.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(leaf);
    }
    bytes
}

/// The leaves of a bundle; nothing where the bytes end in the middle of one.
pub fn entries_of(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = bytes;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        let (entry, tail) = tail.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        rest = tail;
    }
    Some(entries)
}

/// The hash over all hashes of a slice, whose length is a power of two.
pub fn complete_root(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        for pair in 0..level.len() / 2 {
            level[pair] = node_hash(&level[2 * pair], &level[2 * pair + 1]);
        }
        level.truncate(level.len() / 2);
    }
    level.first().copied().unwrap_or_else(empty_root)
}

/// A tile that was changed by appending, with all its hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Its level.
    pub level: u8,
    /// Its number at that level.
    pub index: u64,
    /// 1 to 256 hashes.
    pub hashes: Vec<Hash>,
}

/// The right edge of a tree: the partial tile of each level. All that appending needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// By level, each with fewer than 256 hashes.
    partial: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of a tree of `size` leaves, its partial tiles read by `read`, which gets the path of each.
    ///
    /// # Errors
    /// What `read` answers, or `E` from [`NotATile`] where a tile has another width than its path says.
    pub fn load<E: From<NotATile>>(
        size: u64,
        mut read: impl FnMut(TilePath) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut partial = Vec::new();
        let mut level = 0_u8;
        while let complete @ 1.. = size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0) {
            let (index, width) = (complete / TILE_WIDTH, complete % TILE_WIDTH);
            partial.push(match u16::try_from(width) {
                Ok(width @ 1..) => {
                    let bytes = read(TilePath { kind: TileKind::Hashes(level), index, width })?;
                    hashes_of(&bytes, width).ok_or(NotATile)?
                }
                _ => Vec::new(),
            });
            level += 1;
        }
        Ok(Self { size, partial })
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        // From the smallest complete subtree to the largest, each being the left neighbour of what was before.
        for hashes in &self.partial {
            let mut end = hashes.len();
            while end > 0 {
                let peak = 1 << end.trailing_zeros();
                let left = complete_root(&hashes[end - peak..end]);
                root = Some(root.map_or(left, |right| node_hash(&left, &right)));
                end -= peak;
            }
        }
        root.unwrap_or_else(empty_root)
    }

    /// Appends leaves by their hashes and tells which tiles are new or longer, lower levels first.
    pub fn append(&mut self, leaves: impl IntoIterator<Item = Hash>) -> Vec<Tile> {
        let mut changed = Vec::new();
        let before = self.size;
        for leaf in leaves {
            self.push(0, leaf, &mut changed);
            self.size += 1;
        }
        if self.size > before {
            self.partial_tiles(before, &mut changed);
        }
        changed
    }

    fn push(&mut self, level: usize, hash: Hash, changed: &mut Vec<Tile>) {
        if self.partial.len() == level {
            self.partial.push(Vec::new());
        }
        self.partial[level].push(hash);
        if self.partial[level].len() as u64 == TILE_WIDTH {
            let hashes = std::mem::take(&mut self.partial[level]);
            let parent = complete_root(&hashes);
            let index = self.size >> (TILE_HEIGHT * (u32::try_from(level).unwrap_or(0) + 1));
            changed.push(Tile { level: u8::try_from(level).unwrap_or(MAX_LEVEL), index, hashes });
            self.push(level + 1, parent, changed);
        }
    }

    /// The partial tiles that the leaves since `before` have made longer.
    fn partial_tiles(&self, before: u64, changed: &mut Vec<Tile>) {
        for (level, hashes) in self.partial.iter().enumerate() {
            let shift = TILE_HEIGHT * u32::try_from(level).unwrap_or(0);
            if !hashes.is_empty() && self.size >> shift != before >> shift {
                let index = (self.size >> shift) / TILE_WIDTH;
                let level = u8::try_from(level).unwrap_or(MAX_LEVEL);
                changed.push(Tile { level, index, hashes: hashes.clone() });
            }
        }
    }
}

/// Subtrees out of the tiles of a tree of a given size; each tile is read once.
pub struct TileReader<F> {
    size: u64,
    read: F,
    tiles: HashMap<TilePath, Vec<Hash>>,
}

impl<E: From<NotATile>, F: FnMut(TilePath) -> Result<Vec<u8>, E>> TileReader<F> {
    /// Reads tiles of the tree of `size` leaves by `read`, which gets the path of each.
    pub fn new(size: u64, read: F) -> Self {
        Self { size, read, tiles: HashMap::new() }
    }
}

impl<E: From<NotATile>, F: FnMut(TilePath) -> Result<Vec<u8>, E>> Subtrees for TileReader<F> {
    type Error = E;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, E> {
        let tile_level = u8::try_from(level / TILE_HEIGHT).map_err(|_| NotATile)?;
        let count = 1_u64 << (level % TILE_HEIGHT);
        let start = index * count;
        let path = TilePath::in_tree(TileKind::Hashes(tile_level), start / TILE_WIDTH, self.size);
        let path = path.ok_or(NotATile)?;
        if !self.tiles.contains_key(&path) {
            let bytes = (self.read)(path)?;
            self.tiles.insert(path, hashes_of(&bytes, path.width).ok_or(NotATile)?);
        }
        let from = usize::try_from(start % TILE_WIDTH).map_err(|_| NotATile)?;
        let until = from + usize::try_from(count).map_err(|_| NotATile)?;
        let hashes = self.tiles.get(&path).and_then(|tile| tile.get(from..until)).ok_or(NotATile)?;
        Ok(complete_root(hashes))
    }
}
