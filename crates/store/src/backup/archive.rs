//! The form of an archive: parts one after the other, each with its digest, then a manifest that counts them, then a
//! seal under the instance's key. It is written and read in one pass, with one piece in memory at a time.
//! It may assume nothing about what it reads. It never yields an end that does not fit what came before it.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::BackupFault;
use crate::fault::Fault;
use crate::hex;
use crate::seal::InstanceKey;
use crate::value::{Row, Value};

/// The first line; another form of archives gets another number.
const FIRST_LINE: &[u8] = b"comity-archive 1\n";
/// Longest piece that is read, in bytes: one row at most, and many of usual size.
const MOST: u32 = 64 * 1024 * 1024;
/// Bytes that are gathered before a piece is written.
const PIECE: usize = 256 * 1024;
/// What the seal is made under.
const SEAL: &str = "comity archive 1";

const HEADER: u8 = b'H';
const PART: u8 = b'P';
const DATA: u8 = b'D';
const END: u8 = b'E';
const MANIFEST: u8 = b'M';
const SEALED: u8 = b'S';

/// What an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveKind {
    /// Rows and files, without any key.
    Data,
    /// The keys, and nothing else.
    Keys,
}

impl ArchiveKind {
    /// Its word, as the command line and the trail spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Keys => "keys",
        }
    }
}

/// What an archive says of itself before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// What it holds.
    pub kind: ArchiveKind,
    /// The name of the instance's ledger.
    pub instance: String,
    /// When it was begun, in UTC.
    pub made_at: String,
    /// Version of the program that made it.
    pub program: String,
    /// Number of the last migration of its tables.
    pub schema: i64,
}

/// The beginning of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "lowercase", deny_unknown_fields)]
pub enum Part {
    /// Rows of a table.
    Table {
        /// Its name.
        name: String,
        /// Its columns in the order of the values.
        columns: Vec<String>,
    },
    /// A file of the data folder.
    File {
        /// Its name.
        name: String,
    },
    /// A sealed blob.
    Blob {
        /// Its path below the folder of blobs.
        name: String,
    },
}

/// What the manifest says of a table or file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Its name.
    pub name: String,
    /// Rows; zero for a file.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What the manifest says of all blobs together: each has its own digest at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blobs {
    /// How many.
    pub count: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// SHA-256 over path and digest of each, in their order, in hexadecimal.
    pub sha256: String,
}

/// The head of a log in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Its origin.
    pub origin: String,
    /// Its leaves.
    pub size: u64,
    /// When its checkpoint was signed, in UTC.
    pub sealed_at: String,
    /// Its checkpoint, a signed note.
    pub checkpoint: String,
}

/// Why a blob that a row names is not in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "lowercase", deny_unknown_fields)]
pub enum Absence {
    /// Its dossier was erased while the backup ran.
    Erased {
        /// When, in microseconds since 1970.
        at_us: i64,
    },
    /// Its file was removed while the backup ran.
    Removed,
    /// It is missing in the instance too, which is a finding of `comity check`.
    Missing,
}

/// A blob that a row names and that is not in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// Its path.
    pub path: String,
    /// The upload of which it is a part.
    pub upload: String,
    /// The dossier to which that belongs.
    pub dossier: String,
    /// Why.
    pub absence: Absence,
}

/// What the archive says of itself at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Every table and file.
    pub parts: Vec<Counted>,
    /// All blobs.
    pub blobs: Blobs,
    /// The logs.
    pub logs: Vec<Head>,
    /// Blobs that are not in it.
    pub gone: Vec<Gone>,
}

/// The digests that run along; the same for whoever writes and whoever reads.
struct Sums {
    /// Everything but the content of parts, which their ends hold.
    all: Sha256,
    open: Option<Open>,
    parts: Vec<Counted>,
    blobs: Sha256,
    count: u64,
    bytes: u64,
}

/// The part that is being written or read.
struct Open {
    part: Part,
    hash: Sha256,
    rows: u64,
    bytes: u64,
}

impl Sums {
    fn new() -> Self {
        let (all, blobs) = (Sha256::new_with_prefix(FIRST_LINE), Sha256::new());
        Self { all, open: None, parts: Vec::new(), blobs, count: 0, bytes: 0 }
    }

    /// Takes a frame that is no content.
    fn frame(&mut self, kind: u8, body: &[u8]) {
        self.all.update([kind]);
        self.all.update((body.len() as u64).to_be_bytes());
        self.all.update(body);
    }

    fn content(&mut self, bytes: &[u8]) {
        if let Some(open) = &mut self.open {
            open.hash.update(bytes);
            open.bytes += bytes.len() as u64;
        }
    }

    /// Ends the open part and gives its digest.
    fn end(&mut self) -> Option<[u8; 32]> {
        let Open { part, hash, rows, bytes } = self.open.take()?;
        let digest: [u8; 32] = hash.finalize().into();
        let sha256 = hex::encode(&digest);
        match part {
            Part::Table { name, .. } | Part::File { name } => {
                self.parts.push(Counted { name, rows, bytes, sha256 });
            }
            Part::Blob { name } => {
                self.blobs.update(format!("{name} {sha256}\n"));
                (self.count, self.bytes) = (self.count + 1, self.bytes + bytes);
            }
        }
        Some(digest)
    }

    fn blobs(&self) -> Blobs {
        let sha256 = hex::encode(&self.blobs.clone().finalize());
        Blobs { count: self.count, bytes: self.bytes, sha256 }
    }

    fn seal(&self, key: &InstanceKey) -> [u8; 32] {
        key.digest(SEAL, &self.all.clone().finalize())
    }
}

/// Writes an archive.
pub struct Writer<W> {
    out: W,
    sums: Sums,
    gathered: Vec<u8>,
}

fn target(error: &std::io::Error) -> BackupFault {
    BackupFault::Target(error.to_string())
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, BackupFault> {
    Ok(serde_json::to_vec(value).map_err(|error| Fault::json("an archive", &error))?)
}

impl<W: Write> Writer<W> {
    /// Begins an archive. *Errors*: [`BackupFault::Target`], as of every step of it.
    pub fn new(out: W, header: &Header) -> Result<Self, BackupFault> {
        let mut writer = Self { out, sums: Sums::new(), gathered: Vec::new() };
        writer.out.write_all(FIRST_LINE).map_err(|error| target(&error))?;
        writer.frame(HEADER, &json(header)?)?;
        Ok(writer)
    }

    fn raw(&mut self, kind: u8, body: &[u8]) -> Result<(), BackupFault> {
        let length = u32::try_from(body.len()).ok().filter(|length| *length <= MOST);
        let length = length.ok_or_else(|| Fault::other("a row that is too long for an archive"))?;
        let mut head = [kind; 5];
        head[1..].copy_from_slice(&length.to_be_bytes());
        let written = self.out.write_all(&head).and_then(|()| self.out.write_all(body));
        written.map_err(|error| target(&error))
    }

    fn frame(&mut self, kind: u8, body: &[u8]) -> Result<(), BackupFault> {
        self.sums.frame(kind, body);
        self.raw(kind, body)
    }

    /// Begins a part.
    pub fn begin(&mut self, part: Part) -> Result<(), BackupFault> {
        self.frame(PART, &json(&part)?)?;
        self.sums.open = Some(Open { part, hash: Sha256::new(), rows: 0, bytes: 0 });
        Ok(())
    }

    /// Adds bytes to the open part.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), BackupFault> {
        self.sums.content(bytes);
        self.raw(DATA, bytes)
    }

    /// Adds a row to the open part.
    pub(crate) fn row(&mut self, row: &Row, columns: usize) -> Result<(), BackupFault> {
        for column in 0..columns {
            put_value(&mut self.gathered, row.value(column)?)?;
        }
        if let Some(open) = &mut self.sums.open {
            open.rows += 1;
        }
        if self.gathered.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), BackupFault> {
        let gathered = std::mem::take(&mut self.gathered);
        if gathered.is_empty() { Ok(()) } else { self.bytes(&gathered) }
    }

    /// Ends the open part.
    pub fn end(&mut self) -> Result<(), BackupFault> {
        self.flush()?;
        let digest = self.sums.end().ok_or_else(|| Fault::other("a part that was not begun"))?;
        self.frame(END, &digest)
    }

    /// Ends the archive and gives back what it was written to, flushed, with its manifest.
    pub fn finish(
        mut self,
        key: &InstanceKey,
        logs: Vec<Head>,
        gone: Vec<Gone>,
    ) -> Result<(W, Manifest), BackupFault> {
        let (parts, blobs) = (std::mem::take(&mut self.sums.parts), self.sums.blobs());
        let manifest = Manifest { parts, blobs, logs, gone };
        self.frame(MANIFEST, &json(&manifest)?)?;
        self.raw(SEALED, &self.sums.seal(key))?;
        self.out.flush().map_err(|error| target(&error))?;
        Ok((self.out, manifest))
    }
}

/// What comes next in an archive. It may hold a key, so it has no debug form.
pub enum Next {
    /// A part begins.
    Begin(Part),
    /// A piece of it.
    Content(Vec<u8>),
    /// It ends, and was what its digest says.
    End,
    /// All parts have come, and are those that this counts.
    Manifest(Manifest),
}

/// Reads an archive.
pub struct Reader<R> {
    input: R,
    sums: Sums,
    ended: bool,
}

fn broken(what: &str) -> BackupFault {
    BackupFault::Archive(format!("{what}: it is damaged, or not a whole archive"))
}

impl<R: Read> Reader<R> {
    /// Reads the beginning. *Errors*: [`BackupFault::Archive`], as of every step of it.
    pub fn open(mut input: R) -> Result<(Self, Header), BackupFault> {
        let mut line = [0; FIRST_LINE.len()];
        input.read_exact(&mut line).map_err(|error| unread(&error))?;
        if line != FIRST_LINE {
            return Err(BackupFault::Archive(
                "it does not begin as an archive of the form that this program knows (comity-archive 1)"
                    .to_owned(),
            ));
        }
        let mut reader = Self { input, sums: Sums::new(), ended: false };
        let (HEADER, body) = reader.frame()? else { return Err(broken("it has no header")) };
        reader.sums.frame(HEADER, &body);
        let header = serde_json::from_slice(&body).map_err(|_| broken("its header cannot be read"))?;
        Ok((reader, header))
    }

    fn frame(&mut self) -> Result<(u8, Vec<u8>), BackupFault> {
        let mut head = [0; 5];
        self.input.read_exact(&mut head).map_err(|error| unread(&error))?;
        let [kind, length @ ..] = head;
        let length = u32::from_be_bytes(length);
        if length > MOST {
            return Err(broken("a piece is too long"));
        }
        // What is announced is not believed: memory is taken as bytes come.
        let mut body = Vec::new();
        let read = self.input.by_ref().take(u64::from(length)).read_to_end(&mut body);
        if read.map_err(|error| unread(&error))? as u64 != u64::from(length) {
            return Err(broken("it ends early"));
        }
        Ok((kind, body))
    }

    /// What comes next. *Errors*: [`BackupFault::Archive`]; also after the manifest.
    pub fn advance(&mut self) -> Result<Next, BackupFault> {
        if self.ended {
            return Err(broken("nothing comes after the manifest"));
        }
        let (kind, body) = self.frame()?;
        match (kind, self.sums.open.is_some()) {
            (PART, false) => {
                self.sums.frame(kind, &body);
                let part: Part = serde_json::from_slice(&body)
                    .map_err(|_| broken("the beginning of a part cannot be read"))?;
                self.sums.open = Some(Open { part: part.clone(), hash: Sha256::new(), rows: 0, bytes: 0 });
                Ok(Next::Begin(part))
            }
            (DATA, true) => {
                self.sums.content(&body);
                Ok(Next::Content(body))
            }
            (END, true) => {
                if self.sums.end().is_none_or(|digest| digest != *body) {
                    return Err(broken("a part is not what its digest says"));
                }
                self.sums.frame(kind, &body);
                Ok(Next::End)
            }
            (MANIFEST, false) => self.manifest(&body).map(Next::Manifest),
            _ => Err(broken("its pieces are not in their order")),
        }
    }

    /// Counts a row of the open part, as its reader has told it from its bytes.
    pub fn counted(&mut self, rows: u64) {
        if let Some(open) = &mut self.sums.open {
            open.rows += rows;
        }
    }

    fn manifest(&mut self, body: &[u8]) -> Result<Manifest, BackupFault> {
        self.sums.frame(MANIFEST, body);
        let manifest: Manifest =
            serde_json::from_slice(body).map_err(|_| broken("its manifest cannot be read"))?;
        if manifest.parts != self.sums.parts || manifest.blobs != self.sums.blobs() {
            return Err(broken("its manifest does not count what is in it"));
        }
        self.ended = true;
        Ok(manifest)
    }

    /// Reads the seal after the manifest and the end of the archive. *Errors*: [`BackupFault::Archive`]: it was not
    /// made by an instance with this key, or was changed.
    pub fn close(mut self, key: &InstanceKey) -> Result<(), BackupFault> {
        if !self.ended {
            return Err(broken("its end was not read"));
        }
        let (SEALED, seal) = self.frame()? else { return Err(broken("it has no seal")) };
        if seal != self.sums.seal(key) {
            return Err(BackupFault::Archive(
                "its seal does not fit the instance's key: it was made by another instance, or changed. Data and keys \
                 must be those of one instance"
                    .to_owned(),
            ));
        }
        match self.input.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(broken("something comes after its end")),
            Err(error) => Err(unread(&error)),
        }
    }
}

fn unread(error: &std::io::Error) -> BackupFault {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => broken("it ends early"),
        _ => BackupFault::Archive(format!("it cannot be read: {error}")),
    }
}

fn put_value(out: &mut Vec<u8>, value: &Value) -> Result<(), BackupFault> {
    let (tag, bytes) = match value {
        Value::Null => {
            out.push(0);
            return Ok(());
        }
        Value::Int(number) => {
            out.push(1);
            out.extend_from_slice(&number.to_be_bytes());
            return Ok(());
        }
        Value::Text(text) => (2, text.as_bytes()),
        Value::Bytes(bytes) => (3, bytes.as_slice()),
    };
    let length = u32::try_from(bytes.len()).map_err(|_| Fault::other("a value that is too long"))?;
    out.push(tag);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn value(bytes: &mut &[u8]) -> Option<Value> {
    let tag = take(bytes, 1)?[0];
    match tag {
        0 => Some(Value::Null),
        1 => Some(Value::Int(i64::from_be_bytes(take(bytes, 8)?.try_into().ok()?))),
        2 | 3 => {
            let length = u32::from_be_bytes(take(bytes, 4)?.try_into().ok()?);
            let content = take(bytes, usize::try_from(length).ok()?)?.to_vec();
            if tag == 3 {
                Some(Value::Bytes(content))
            } else {
                String::from_utf8(content).ok().map(Value::Text)
            }
        }
        _ => None,
    }
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// The rows of a piece, each of so many values. *Errors*: [`BackupFault::Archive`].
pub fn rows_of(mut piece: &[u8], columns: usize) -> Result<Vec<Vec<Value>>, BackupFault> {
    let mut rows = Vec::new();
    if columns == 0 {
        return Err(broken("a table has no columns"));
    }
    while !piece.is_empty() {
        let row: Option<Vec<Value>> = (0..columns).map(|_| value(&mut piece)).collect();
        rows.push(row.ok_or_else(|| broken("a row cannot be read"))?);
    }
    Ok(rows)
}
