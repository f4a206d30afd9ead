//! A witness: it cosigns a log's checkpoint only where it continues the one it cosigned before (C2SP `tlog-witness`).
//! It may assume that its caller keeps the state and replaces it atomically *before* answering. It never forgets a size.

use crate::checkpoint::{Checkpoint, hash_from_line, hash_line, number};
use crate::note::{Algorithm, Note, NoteFault, Signature, SigningKey, VerifierKey};
use crate::tree::{Hash, empty_root, verify_consistency};
use std::fmt;

/// The most lines of a consistency proof.
const MAX_STEPS: usize = 63;

/// The body of a request to `add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the log believes the witness to have cosigned last.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

impl AddCheckpoint {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Refused::BadRequest`].
    pub fn parse(body: &[u8]) -> Result<Self, Refused> {
        let text = std::str::from_utf8(body).map_err(|_| Refused::BadRequest)?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(Refused::BadRequest)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(number);
        let proof: Option<Vec<Hash>> = lines.map(hash_from_line).collect();
        match (old, proof.filter(|proof| proof.len() <= MAX_STEPS)) {
            (Some(old), Some(proof)) => {
                let checkpoint = Note::parse(checkpoint.as_bytes()).map_err(|_| Refused::BadRequest)?;
                Ok(Self { old, proof, checkpoint })
            }
            _ => Err(Refused::BadRequest),
        }
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash_line(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The body cannot be read, or the old size is above the new.
    #[error("the request does not follow the format, or its old size is above the new one")]
    BadRequest,
    /// The log has not signed, or its signature does not hold.
    #[error("the checkpoint is not signed by the log's key")]
    Forbidden,
    /// A log that this witness does not know.
    #[error("this witness does not know the log")]
    NotFound,
    /// The log's idea of the last size is wrong; this is the right one.
    #[error("the last cosigned size is {0}")]
    Conflict(u64),
    /// The proof does not hold: the log may have two histories.
    #[error("the checkpoint does not continue the last cosigned one")]
    Unprocessable,
}

impl Refused {
    /// The HTTP status that the specification gives it.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict(_) => 409,
            Self::Unprocessable => 422,
        }
    }
}

/// What a witness remembers of a log: the last checkpoint that it cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// Its size; zero where there is none yet.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Default for Last {
    fn default() -> Self {
        Self { size: 0, root: empty_root() }
    }
}

/// Decides about a request. `keys` are the keys of all logs that the witness knows; `last` gives what it remembers of an
/// origin. The answer is the checkpoint that must be kept, if it is still the successor of `last`, before a signature
/// of it leaves the witness.
///
/// # Errors
/// [`Refused`], each with the status of the specification.
pub fn consider(
    request: &AddCheckpoint,
    keys: &[VerifierKey],
    last: impl FnOnce(&str) -> Last,
) -> Result<Checkpoint, Refused> {
    let checkpoint = Checkpoint::read(&request.checkpoint.text).ok_or(Refused::BadRequest)?;
    let mut of_log = keys.iter().filter(|key| key.name() == checkpoint.origin).peekable();
    of_log.peek().ok_or(Refused::NotFound)?;
    request.checkpoint.verify(of_log).map_err(|_: NoteFault| Refused::Forbidden)?;
    if request.old > checkpoint.size {
        return Err(Refused::BadRequest);
    }
    let last = last(&checkpoint.origin);
    if request.old != last.size {
        return Err(Refused::Conflict(last.size));
    }
    verify_consistency(last.size, &last.root, checkpoint.size, &checkpoint.root, &request.proof)
        .map_err(|_| Refused::Unprocessable)?;
    Ok(checkpoint)
}

/// The body of the answer: a cosignature line of each of the witness's keys, over a checkpoint that has been kept.
///
/// # Errors
/// [`NoteFault::NotAKey`] for a key that cannot cosign checkpoints, [`NoteFault::BadSignature`] for a time of zero, which
/// nobody accepts.
pub fn cosign(request: &AddCheckpoint, keys: &[SigningKey], time: u64) -> Result<Vec<Signature>, NoteFault> {
    if time == 0 {
        return Err(NoteFault::BadSignature);
    }
    if keys.iter().any(|key| key.verifier().algorithm() == Algorithm::Ed25519) {
        return Err(NoteFault::NotAKey);
    }
    keys.iter().map(|key| key.sign(&request.checkpoint.text, time)).collect()
}
