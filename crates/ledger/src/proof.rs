//! A proof that a leaf stands in a log, with the checkpoint it leads to (C2SP `tlog-proof`).
//! It may assume that the reader brings the leaf and the keys. It never says that a checkpoint is trusted: the policy does.

use crate::checkpoint::{Checkpoint, hash_from_line, hash_line, number};
use crate::note::{Note, NoteFault};
use crate::tree::{Hash, verify_inclusion};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// The first line of each proof.
pub const PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";
/// More steps than any tree of 2^64 leaves has.
const MAX_STEPS: usize = 64;

/// A self-contained proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What the reader needs to make the leaf again; not proved by itself.
    pub extra: Option<Vec<u8>>,
    /// Where the leaf stands, from 0.
    pub index: u64,
    /// From the leaf's sibling to the root's child.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

/// Why a proof is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// Another version, or another kind of file.
    #[error("not a proof of a version that this program knows")]
    Version,
    /// The text does not follow the format.
    #[error("not a proof: its lines do not follow the format")]
    Format,
    /// The note in it is not a checkpoint, or not rightly signed.
    #[error("its checkpoint: {0}")]
    Note(#[from] NoteFault),
    /// The leaf does not stand there.
    #[error("the leaf is not at this position of the checkpointed tree")]
    NotIncluded,
}

impl Proof {
    /// Reads a proof.
    ///
    /// # Errors
    /// [`ProofFault::Version`], [`ProofFault::Format`], or a note that cannot be read.
    pub fn parse(text: &str) -> Result<Self, ProofFault> {
        let rest = text.strip_prefix(PROOF_HEADER).ok_or(ProofFault::Version)?;
        let rest = rest.strip_prefix('\n').ok_or(ProofFault::Version)?;
        let (head, checkpoint) = rest.split_once("\n\n").ok_or(ProofFault::Format)?;
        let mut lines = head.split('\n').peekable();
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            None => None,
            Some(extra) => {
                lines.next();
                Some(STANDARD.decode(extra).map_err(|_| ProofFault::Format)?)
            }
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(number);
        let index = index.ok_or(ProofFault::Format)?;
        let path: Option<Vec<Hash>> = lines.map(hash_from_line).collect();
        let path = path.filter(|path| path.len() <= MAX_STEPS).ok_or(ProofFault::Format)?;
        Ok(Self { extra, index, path, checkpoint: Note::parse(checkpoint.as_bytes())? })
    }

    /// The checkpoint that the path leads to.
    ///
    /// # Errors
    /// The note is not a checkpoint.
    pub fn checkpoint(&self) -> Result<Checkpoint, ProofFault> {
        Checkpoint::from_text(&self.checkpoint.text).ok_or(ProofFault::Note(NoteFault::NotANote))
    }

    /// Checks that the leaf with this hash stands at the index of the checkpointed tree, and answers the checkpoint.
    ///
    /// # Errors
    /// The checkpoint cannot be read, or the path does not lead to its root.
    pub fn verify(&self, leaf: &Hash) -> Result<Checkpoint, ProofFault> {
        let checkpoint = self.checkpoint()?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)
            .map_err(|_| ProofFault::NotIncluded)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{PROOF_HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", hash_line(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
