//! Large contents as sealed files under the data folder: written in one pass, read in one pass, a chunk in memory at a time.
//! It may assume that the caller keeps each blob's path and never reuses one. It never yields a byte that is not authenticated.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use bytes::{Buf, Bytes, BytesMut};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::Payload;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::disk::{Disk, Unfinished};
use crate::fault::Fault;
use crate::seal::{BlobKey, fill_random};

/// XChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), 32-bit counter.
const VERSION: u8 = 1;
/// Bytes of content per sealed chunk.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const SEALED_CHUNK: usize = CHUNK + TAG;
const NONCE: usize = 19;
const HEADER: usize = 1 + NONCE;
/// Sealed bytes that go to the disk, or come from it, at once.
const PIECE: usize = 8 * SEALED_CHUNK;

/// Why a blob could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// The content is longer than the caller allowed, in bytes.
    #[error("the content is longer than {0} bytes")]
    TooLarge(u64),
    /// There is no blob at this path.
    #[error("there is no such blob")]
    Missing,
    /// The blob was changed, cut, reordered or moved, or belongs to another key.
    #[error("the blob is not what was written")]
    Corrupt,
    /// The content's source failed before its end; nothing was kept.
    #[error("the content ended early: {0}")]
    Source(String),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] Fault),
}

/// What was stored.
#[derive(Debug, Clone)]
pub struct PartStored {
    /// Bytes of content.
    pub bytes: u64,
    /// The caller's running hash, continued over this content.
    pub hash: Sha256,
}

/// The folder `blobs` under the data folder; cloning it is cheap.
#[derive(Clone)]
pub struct BlobStore {
    folder: Arc<PathBuf>,
    disk: Disk,
}

impl BlobStore {
    /// Opens the folder, making it when it is missing. *Errors*: it cannot be made or is no folder.
    pub(crate) fn open(data_dir: &Path, disk: Disk) -> Result<Self, Fault> {
        let folder = data_dir.join("blobs");
        disk.make_folder(&folder)?;
        Ok(Self { folder: Arc::new(folder), disk })
    }

    /// Where a blob lies. *Errors*: the path could lead out of the folder.
    pub(crate) fn place(&self, path: &str) -> Result<PathBuf, Fault> {
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if path.split('/').all(plain) {
            Ok(self.folder.join(path))
        } else {
            Err(Fault::other("a blob's path that is none"))
        }
    }

    /// Stores a content sealed with that key; durable when this returns.
    ///
    /// `path` has segments of plain characters parted by `/` and must be new. `hash` is continued over the content.
    /// *Errors*: [`BlobError::TooLarge`] beyond `max_bytes`, [`BlobError::Source`] when the source fails,
    /// [`BlobError::Storage`]; nothing is kept then.
    pub async fn put_part<E: std::fmt::Display>(
        &self,
        key: &BlobKey,
        path: &str,
        content: impl Stream<Item = Result<Bytes, E>> + Send,
        max_bytes: u64,
        hash: Sha256,
    ) -> Result<PartStored, BlobError> {
        let (place, disk) = (self.place(path)?, self.disk.clone());
        let file = blocking(move || disk.begin(&place)).await?;
        let mut sealer = Sealer::new(key, path, file)?;
        let mut stored = PartStored { bytes: 0, hash };
        sealer.pour(content, max_bytes, &mut stored).await?;
        let file = sealer.file.take().ok_or_else(|| Fault::other("a file that is gone"))?;
        blocking(move || file.finish()).await?;
        Ok(stored)
    }

    /// Reads a content back in pieces of at most 64 KiB; the stream ends with an error as soon as a piece is not what
    /// was written, or when the end is missing.
    ///
    /// *Errors*: [`BlobError::Missing`] at once; [`BlobError::Corrupt`] and [`BlobError::Storage`] on the way.
    pub async fn get_part(
        &self,
        key: &BlobKey,
        path: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let sealed = File::open(self.place(path)?).await.map_err(|error| storage(&error))?;
        let opener = Opener {
            sealed,
            chunks: None,
            key: key.clone(),
            path: path.to_owned(),
            waiting: BytesMut::new(),
        };
        Ok(stream::try_unfold(Some(opener), |opener| async move {
            match opener {
                Some(opener) => opener.next().await,
                None => Ok(None),
            }
        })
        .boxed())
    }

    /// Begins a blob that comes sealed, as it lay in another folder. *Errors*: as [`BlobStore::place`]; the storage fails.
    pub(crate) fn begin_raw(&self, path: &str) -> Result<Unfinished, Fault> {
        self.disk.begin(&self.place(path)?)
    }

    /// Removes a blob; a missing one is no error. *Errors*: the storage fails.
    pub async fn delete(&self, path: &str) -> Result<(), BlobError> {
        let (place, disk) = (self.place(path)?, self.disk.clone());
        Ok(blocking(move || disk.remove(&place)).await?)
    }

    /// Removes the folder of blobs whose rows are gone, with what a crash has left in it; a missing one is no error.
    ///
    /// *Errors*: the storage fails.
    pub async fn clear(&self, folder: &str) -> Result<(), BlobError> {
        let (place, disk) = (self.place(folder)?, self.disk.clone());
        Ok(blocking(move || disk.clear(&place)).await?)
    }
}

/// Runs what waits for the disk where it keeps nobody from being answered.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Fault::other("the work on a file did not end")))
}

fn storage(error: &std::io::Error) -> BlobError {
    match error.kind() {
        ErrorKind::NotFound => BlobError::Missing,
        _ => BlobError::Storage(Fault::other(format!("reading a blob: {error}"))),
    }
}

/// The STREAM of one blob and the place in it.
struct Chunks {
    stream: StreamBE32<XChaCha20Poly1305>,
    position: u32,
}

impl Chunks {
    fn new(key: &BlobKey, nonce: [u8; NONCE]) -> Self {
        Self { stream: StreamBE32::from_aead(key.cipher(), &nonce.into()), position: 0 }
    }

    fn seal(&mut self, path: &str, last: bool, chunk: &[u8]) -> Result<Vec<u8>, BlobError> {
        let payload = Payload { msg: chunk, aad: path.as_bytes() };
        let sealed = self.stream.encrypt(self.position, last, payload);
        // 2³² chunks are 256 TiB.
        self.position = self.position.checked_add(1).ok_or_else(|| Fault::other("too long to seal"))?;
        sealed.map_err(|_| Fault::other("too long to seal").into())
    }

    fn open(&mut self, path: &str, last: bool, sealed: &[u8]) -> Result<Vec<u8>, BlobError> {
        let payload = Payload { msg: sealed, aad: path.as_bytes() };
        let opened = self.stream.decrypt(self.position, last, payload);
        self.position = self.position.checked_add(1).ok_or(BlobError::Corrupt)?;
        opened.map_err(|_| BlobError::Corrupt)
    }
}

/// Seals chunk after chunk; the last one says that it is the last.
struct Sealer<'a> {
    chunks: Chunks,
    path: &'a str,
    chunk: BytesMut,
    sealed: Vec<u8>,
    /// Away while it is written.
    file: Option<Unfinished>,
}

impl<'a> Sealer<'a> {
    fn new(key: &BlobKey, path: &'a str, file: Unfinished) -> Result<Self, BlobError> {
        let mut header = [VERSION; HEADER];
        fill_random(&mut header[1..])?;
        let [_, nonce @ ..] = header;
        let chunk = BytesMut::with_capacity(CHUNK);
        Ok(Self { chunks: Chunks::new(key, nonce), path, chunk, sealed: header.to_vec(), file: Some(file) })
    }

    async fn pour<E: std::fmt::Display>(
        &mut self,
        content: impl Stream<Item = Result<Bytes, E>> + Send,
        max_bytes: u64,
        stored: &mut PartStored,
    ) -> Result<(), BlobError> {
        let mut content = pin!(content);
        while let Some(piece) = content.next().await {
            let mut piece = piece.map_err(|e| BlobError::Source(e.to_string()))?;
            stored.bytes = stored.bytes.saturating_add(piece.len() as u64);
            if stored.bytes > max_bytes {
                return Err(BlobError::TooLarge(max_bytes));
            }
            stored.hash.update(&piece);
            while !piece.is_empty() {
                // A full chunk is sealed only once more is there, because the last one is sealed differently.
                if self.chunk.len() == CHUNK {
                    self.seal_chunk(false)?;
                    self.flush(PIECE).await?;
                }
                let taken = piece.len().min(CHUNK - self.chunk.len());
                self.chunk.extend_from_slice(&piece[..taken]);
                piece.advance(taken);
            }
        }
        self.seal_chunk(true)?;
        self.flush(1).await
    }

    fn seal_chunk(&mut self, last: bool) -> Result<(), BlobError> {
        self.sealed.extend_from_slice(&self.chunks.seal(self.path, last, &self.chunk)?);
        self.chunk.clear();
        Ok(())
    }

    async fn flush(&mut self, at_least: usize) -> Result<(), BlobError> {
        if self.sealed.len() < at_least {
            return Ok(());
        }
        let sealed = std::mem::take(&mut self.sealed);
        let mut file = self.file.take().ok_or_else(|| Fault::other("a file that is gone"))?;
        let written = move || file.write(&sealed).map(|()| file);
        self.file = Some(blocking(written).await?);
        Ok(())
    }
}

/// Opens chunk after chunk.
struct Opener {
    sealed: File,
    chunks: Option<Chunks>,
    key: BlobKey,
    path: String,
    waiting: BytesMut,
}

impl Opener {
    /// The next piece and, unless it was the last, what opens the ones after it.
    async fn next(mut self) -> Result<Option<(Bytes, Option<Self>)>, BlobError> {
        // One byte more than a chunk shows that the chunk is not the last.
        let more = self.gather(SEALED_CHUNK + 1).await?;
        let path = std::mem::take(&mut self.path);
        let chunks = self.chunks.as_mut().ok_or(BlobError::Corrupt)?;
        if more {
            let sealed = self.waiting.split_to(SEALED_CHUNK);
            let opened = chunks.open(&path, false, &sealed)?;
            self.path = path;
            Ok(Some((opened.into(), Some(self))))
        } else {
            let opened = chunks.open(&path, true, &self.waiting)?;
            Ok(if opened.is_empty() { None } else { Some((opened.into(), None)) })
        }
    }

    /// Reads the header first; false when the blob ends before `wanted` bytes are there.
    async fn gather(&mut self, wanted: usize) -> Result<bool, BlobError> {
        if self.chunks.is_none() {
            self.fill(HEADER).await?;
            let (&[version], rest) = self.waiting.split_first_chunk::<1>().ok_or(BlobError::Corrupt)?;
            let (nonce, _) = rest.split_first_chunk::<NONCE>().ok_or(BlobError::Corrupt)?;
            if version != VERSION {
                return Err(BlobError::Corrupt);
            }
            self.chunks = Some(Chunks::new(&self.key, *nonce));
            self.waiting.advance(HEADER);
        }
        self.fill(wanted).await
    }

    async fn fill(&mut self, wanted: usize) -> Result<bool, BlobError> {
        while self.waiting.len() < wanted {
            self.waiting.reserve(PIECE);
            let read = self.sealed.read_buf(&mut self.waiting).await.map_err(|error| storage(&error))?;
            if read == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
