//! SHA-256 beside the work: a thread of its own for each stream, because hashing costs as much as encrypting.
//! Blocks go around in a circle, so that the memory is the same for every length.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

/// Bytes that are handed over at once.
pub(crate) const BLOCK: usize = 256 * 1024;
/// Blocks that may wait.
const DEPTH: usize = 4;

/// A SHA-256 hash; written as 64 small hexadecimal digits, and read only so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash itself.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Digest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "a hash is 64 small hexadecimal digits";
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(WANTED) };
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(WANTED)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Length and hash of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// Its bytes.
    pub bytes: u64,
    /// Its hash.
    pub sha256: Digest,
}

impl Weighed {
    /// Reads a stream to its end, a block at a time.
    ///
    /// # Errors
    /// The stream's.
    pub fn of(mut stream: impl Read) -> io::Result<Self> {
        let (mut block, mut hash, mut bytes) = (vec![0; BLOCK], Sha256::new(), 0_u64);
        loop {
            match read_some(&mut stream, &mut block)? {
                0 => return Ok(Self { bytes, sha256: Digest(hash.finalize().into()) }),
                read => {
                    hash.update(&block[..read]);
                    bytes += read as u64;
                }
            }
        }
    }
}

/// Reads what there is; an interruption is no end.
pub(crate) fn read_some(stream: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// A thread that hashes what it is given.
pub(crate) struct Hasher<'scope> {
    block: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    thread: ScopedJoinHandle<'scope, Weighed>,
}

impl<'scope> Hasher<'scope> {
    pub(crate) fn start<'env>(scope: &'scope Scope<'scope, 'env>) -> Self {
        let (full, work) = sync_channel::<Vec<u8>>(DEPTH);
        let (give, empty) = sync_channel::<Vec<u8>>(DEPTH + 2);
        let thread = scope.spawn(move || {
            let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
            for mut block in work {
                hash.update(&block);
                bytes += block.len() as u64;
                block.clear();
                // Nobody waits for a block once the stream has ended.
                let _ = give.try_send(block);
            }
            Weighed { bytes, sha256: Digest(hash.finalize().into()) }
        });
        Self { block: Vec::with_capacity(BLOCK), full, empty, thread }
    }

    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK {
                self.hand_over()?;
            }
        }
        Ok(())
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(BLOCK));
        let full = std::mem::replace(&mut self.block, next);
        self.full.send(full).map_err(|_| ended())
    }

    pub(crate) fn finish(mut self) -> io::Result<Weighed> {
        self.hand_over()?;
        drop(self.full);
        self.thread.join().map_err(|_| ended())
    }
}

fn ended() -> io::Error {
    io::Error::other("the thread that hashes has ended")
}

/// Hashes what passes on its way to a writer or from a reader.
pub(crate) struct Tee<'scope, S> {
    pub(crate) stream: S,
    pub(crate) hasher: Hasher<'scope>,
}

impl<W: Write> Write for Tee<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(bytes)?;
        self.hasher.take(&bytes[..written])?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(block)?;
        self.hasher.take(&block[..read])?;
        Ok(read)
    }
}
