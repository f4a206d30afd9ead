//! A checkpoint: origin, size and root of a log at one moment (C2SP `tlog-checkpoint`).
//! It may assume that its note is verified elsewhere. It never carries extension lines, which nobody could audit.

use crate::tree::{Hash, empty_root};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// What a log commits to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a checkpoint, with its last newline; nothing where it is none, or has extension lines.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::read(text).filter(|head| head.size > 0 || head.root == empty_root())
    }

    /// The same, where a head of no leaves may have any root: a witness has its own answer to that.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number = number(size)?;
        let root = hash_from_line(root)?;
        let whole = lines.next().is_none() && !origin.is_empty();
        whole.then(|| Self { origin: origin.to_owned(), size: number, root })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root))
    }
}

/// A number in decimal without leading zeroes or signs.
pub(crate) fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash in base64, as each line of a proof has it.
pub(crate) fn hash_from_line(line: &str) -> Option<Hash> {
    STANDARD.decode(line).ok()?.try_into().ok()
}

/// The line of a hash, without its newline.
pub(crate) fn hash_line(hash: &Hash) -> String {
    STANDARD.encode(hash)
}
