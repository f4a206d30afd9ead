//! The outer envelope: what an instance puts around the inner file of one object, and opens only for whoever may have it.
//! Destroying its release key destroys the object, wherever copies of the file lie.
//!
//! # Format, version 1
//!
//! | bytes | what |
//! |---|---|
//! | 15 | `comity envelope` in ASCII |
//! | 1 | version, 1 |
//! | 19 | nonce, random |
//! | 65,552 each | chunks: 65,536 bytes of the inner file and a tag of 16 |
//! | 16 to 65,552 | the last chunk, which may be empty only where the whole file is |
//!
//! Each chunk is sealed with XChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015):
//! the nonce of chunk *n* is the 19 bytes, *n* as 32 bits from the highest, and 1 for the last chunk, else 0. The additional
//! data of every chunk are the first 16 bytes of the file and the object's identifier. So a chunk that was changed, cut
//! off, moved, left out, repeated or taken from another object, and another key or version, open to nothing.
//! 2³² chunks are 256 TiB; a longer file is refused.

use crate::hash::read_some;
use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use chacha20poly1305::aead::Payload;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

opaque!(ReleaseKey);

const MAGIC: &[u8; 15] = b"comity envelope";
const VERSION: u8 = 1;
const NONCE: usize = 19;
const HEADER: usize = MAGIC.len() + 1 + NONCE;
/// Bytes of the inner file in a chunk.
pub const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const SEALED_CHUNK: usize = CHUNK + TAG;

/// Why an outer envelope was not made or opened.
#[derive(Debug, thiserror::Error)]
pub enum OuterFault {
    /// It begins like none.
    #[error("not an outer envelope")]
    NotAnEnvelope,
    /// It is of a version that this program does not know.
    #[error("an outer envelope of the unknown version {0}")]
    Version(u8),
    /// Another key or object, or the file was changed, cut, reordered or continued.
    #[error("the envelope is not what was sealed, or is not this object's")]
    Damaged,
    /// Longer than 256 TiB.
    #[error("too long for an outer envelope")]
    TooLong,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<OuterFault> for io::Error {
    fn from(fault: OuterFault) -> Self {
        match fault {
            OuterFault::Io(error) => error,
            other => Self::new(io::ErrorKind::InvalidData, other),
        }
    }
}

/// The key of one object's outer envelope. Its memory is overwritten when it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct ReleaseKey(Zeroizing<[u8; 32]>);

impl ReleaseKey {
    /// A new key, for one object only.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn generate() -> io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        crate::fill(&mut *key)?;
        Ok(Self(key))
    }

    /// The key that was kept.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key as it is kept: sealed, by whoever calls this.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The STREAM of one envelope and the place in it.
struct Chunks {
    stream: StreamBE32<XChaCha20Poly1305>,
    bound: Vec<u8>,
    position: Option<u32>,
}

impl Chunks {
    fn new(key: &ReleaseKey, object: &str, nonce: [u8; NONCE]) -> Self {
        let cipher = XChaCha20Poly1305::new(key.as_bytes().into());
        let bound = [MAGIC.as_slice(), &[VERSION], object.as_bytes()].concat();
        Self { stream: StreamBE32::from_aead(cipher, &nonce.into()), bound, position: Some(0) }
    }

    fn seal(&mut self, last: bool, chunk: &[u8]) -> Result<Vec<u8>, OuterFault> {
        let position = self.position.ok_or(OuterFault::TooLong)?;
        self.position = position.checked_add(1);
        let payload = Payload { msg: chunk, aad: &self.bound };
        self.stream.encrypt(position, last, payload).map_err(|_| OuterFault::TooLong)
    }

    fn open(&mut self, last: bool, sealed: &[u8]) -> Result<Vec<u8>, OuterFault> {
        let position = self.position.ok_or(OuterFault::Damaged)?;
        self.position = position.checked_add(1);
        let payload = Payload { msg: sealed, aad: &self.bound };
        self.stream.decrypt(position, last, payload).map_err(|_| OuterFault::Damaged)
    }
}

/// Puts an outer envelope around what is written to it; without [`OuterWriter::finish`] the file opens to nothing whole.
pub struct OuterWriter<W> {
    chunks: Chunks,
    chunk: Vec<u8>,
    file: W,
}

impl<W: Write> OuterWriter<W> {
    /// Begins the envelope of the object with that identifier.
    ///
    /// # Errors
    /// [`OuterFault::Io`].
    pub fn new(key: &ReleaseKey, object: &str, mut file: W) -> Result<Self, OuterFault> {
        let mut nonce = [0; NONCE];
        crate::fill(&mut nonce)?;
        file.write_all(MAGIC)?;
        file.write_all(&[VERSION])?;
        file.write_all(&nonce)?;
        Ok(Self { chunks: Chunks::new(key, object, nonce), chunk: Vec::with_capacity(CHUNK), file })
    }

    /// Writes the last chunk and gives the file back.
    ///
    /// # Errors
    /// [`OuterFault::TooLong`], [`OuterFault::Io`].
    pub fn finish(mut self) -> Result<W, OuterFault> {
        let sealed = self.chunks.seal(true, &self.chunk)?;
        self.file.write_all(&sealed)?;
        self.file.flush()?;
        Ok(self.file)
    }
}

impl<W: Write> Write for OuterWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk is sealed only once more is there, because the last one is sealed differently.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            let sealed = self.chunks.seal(false, &self.chunk)?;
            self.chunk.clear();
            self.file.write_all(&sealed)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Takes an outer envelope off; gives nothing that is not authenticated, and after a fault nothing more.
pub struct OuterReader<R> {
    chunks: Chunks,
    file: R,
    /// Sealed bytes that wait, the first of the next chunk among them.
    sealed: Vec<u8>,
    opened: Vec<u8>,
    given: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    /// Whoever reads on is told again: an end would look like the end of the file.
    Failed,
}

impl<R: Read> OuterReader<R> {
    /// Opens the envelope of the object with that identifier.
    ///
    /// # Errors
    /// [`OuterFault::NotAnEnvelope`], [`OuterFault::Version`], [`OuterFault::Io`]; whether key and object are the right
    /// ones shows with the first bytes that are read.
    pub fn new(key: &ReleaseKey, object: &str, mut file: R) -> Result<Self, OuterFault> {
        let mut header = [0; HEADER];
        file.read_exact(&mut header).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => OuterFault::NotAnEnvelope,
            _ => OuterFault::Io(error),
        })?;
        let rest = header.strip_prefix(MAGIC.as_slice()).ok_or(OuterFault::NotAnEnvelope)?;
        let (version, nonce) = rest.split_first_chunk::<1>().ok_or(OuterFault::NotAnEnvelope)?;
        if *version != [VERSION] {
            return Err(OuterFault::Version(version[0]));
        }
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| OuterFault::NotAnEnvelope)?;
        let sealed = Vec::with_capacity(SEALED_CHUNK + 1);
        let chunks = Chunks::new(key, object, nonce);
        Ok(Self { chunks, file, sealed, opened: Vec::new(), given: 0, state: State::Reading })
    }

    fn next_chunk(&mut self) -> Result<(), OuterFault> {
        // One byte more than a chunk shows that the chunk is not the last.
        let mut length = self.sealed.len();
        self.sealed.resize(SEALED_CHUNK + 1, 0);
        while length < self.sealed.len() {
            match read_some(&mut self.file, &mut self.sealed[length..])? {
                0 => break,
                read => length += read,
            }
        }
        let last = length <= SEALED_CHUNK;
        let chunk = &self.sealed[..length.min(SEALED_CHUNK)];
        let first = self.chunks.position == Some(0);
        self.opened = self.chunks.open(last, chunk)?;
        self.given = 0;
        if last {
            self.state = State::Ended;
            // There is one way to write a file: what ends with a full chunk has no empty one after it.
            if self.opened.is_empty() && !first {
                return Err(OuterFault::Damaged);
            }
        }
        self.sealed.copy_within(length.min(SEALED_CHUNK)..length, 0);
        self.sealed.truncate(length.saturating_sub(SEALED_CHUNK));
        Ok(())
    }
}

impl<R: Read> Read for OuterReader<R> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        if self.state == State::Reading && self.given == self.opened.len() && !block.is_empty() {
            self.next_chunk().inspect_err(|_| self.state = State::Failed)?;
        }
        if self.state == State::Failed {
            return Err(OuterFault::Damaged.into());
        }
        let given = block.len().min(self.opened.len() - self.given);
        block[..given].copy_from_slice(&self.opened[self.given..self.given + given]);
        self.given += given;
        Ok(given)
    }
}
