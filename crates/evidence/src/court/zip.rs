//! A court bundle as one file: a ZIP archive (PKWARE APPNOTE 6.3) in one form of the many that there are. Nothing is
//! compressed, every header is ZIP64 and says nothing but name, length, CRC-32 and place, and the files follow one another
//! without a gap. So it is written in one pass without holding a file, and the reader makes every header anew and compares:
//! there is no byte that two programs could read in two ways, no link, no second entry of a name, nothing to unpack.

use comity_ledger::bundle::Refusal;
use crc32fast::Hasher;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR: u32 = 0x0706_4b50;
const END: u32 = 0x0605_4b50;

/// Version 4.5: ZIP64.
const NEEDED: u16 = 45;
/// The same, made under Unix.
const MADE_BY: u16 = 3 << 8 | NEEDED;
/// Bit 3: length and CRC-32 stand behind the content.
const FLAGS: u16 = 1 << 3;
/// Midnight.
const TIME: u16 = 0;
/// 1 January 1980: the archive says nothing of time.
const DATE: u16 = 1 << 5 | 1;
/// A regular file that its owner writes and everybody reads.
const ATTRIBUTES: u32 = 0o100_644 << 16;
/// In the place of a number that stands in the ZIP64 part.
const ELSEWHERE: u32 = u32::MAX;
const ELSEWHERE_16: u16 = u16::MAX;

/// Bytes of the headers without their names.
const LOCAL_BYTES: u64 = 30 + 20;
const DESCRIPTOR_BYTES: u64 = 24;
const CENTRAL_BYTES: u64 = 46 + 28;
/// Bytes of everything behind the list of entries.
const END_BYTES: u64 = 56 + 20 + 22;

/// The longest name, in bytes.
const MAX_NAME: usize = 100;

/// One file of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    crc: u32,
    bytes: u64,
    /// Where its header begins.
    at: u64,
}

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u16(mut self, values: &[u16]) -> Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn u32(mut self, values: &[u32]) -> Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn u64(mut self, values: &[u64]) -> Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn text(mut self, text: &str) -> Self {
        self.0.extend(text.as_bytes());
        self
    }
}

/// The length of a name; the reader and the list of a bundle bound it.
fn length(name: &str) -> u16 {
    u16::try_from(name.len()).unwrap_or(u16::MAX)
}

fn local(name: &str) -> Vec<u8> {
    let start = Bytes::default().u32(&[LOCAL]).u16(&[NEEDED, FLAGS, 0, TIME, DATE]);
    let start = start.u32(&[0, ELSEWHERE, ELSEWHERE]).u16(&[length(name), 20]).text(name);
    start.u16(&[1, 16]).u64(&[0, 0]).0
}

fn descriptor(entry: Entry) -> Vec<u8> {
    Bytes::default().u32(&[DESCRIPTOR, entry.crc]).u64(&[entry.bytes, entry.bytes]).0
}

fn central(name: &str, entry: Entry) -> Vec<u8> {
    let start = Bytes::default().u32(&[CENTRAL]).u16(&[MADE_BY, NEEDED, FLAGS, 0, TIME, DATE]);
    let start = start.u32(&[entry.crc, ELSEWHERE, ELSEWHERE]).u16(&[length(name), 28, 0, 0, 0]);
    let start = start.u32(&[ATTRIBUTES, ELSEWHERE]).text(name).u16(&[1, 24]);
    start.u64(&[entry.bytes, entry.bytes, entry.at]).0
}

fn end(count: u64, list_bytes: u64, list_at: u64) -> Vec<u8> {
    let end = Bytes::default().u32(&[END_64]).u64(&[44]).u16(&[MADE_BY, NEEDED]).u32(&[0, 0]);
    let end = end.u64(&[count, count, list_bytes, list_at]);
    let end = end.u32(&[LOCATOR, 0]).u64(&[list_at + list_bytes]).u32(&[1]);
    let end = end.u32(&[END]).u16(&[0, 0, ELSEWHERE_16, ELSEWHERE_16]);
    end.u32(&[ELSEWHERE, ELSEWHERE]).u16(&[0]).0
}

/// Writes an archive piece by piece: what each call answers goes out, and behind a header the content that is told to
/// [`ZipWriter::content`].
#[derive(Default)]
pub struct ZipWriter {
    at: u64,
    list: Vec<u8>,
    count: u64,
    open: Option<(String, Entry, Hasher)>,
}

impl ZipWriter {
    /// How long the archive of these files will be: names and bytes.
    pub fn total<'a>(files: impl IntoIterator<Item = (&'a str, u64)>) -> u64 {
        let headers = LOCAL_BYTES + DESCRIPTOR_BYTES + CENTRAL_BYTES;
        files.into_iter().map(|(name, bytes)| headers + 2 * name.len() as u64 + bytes).sum::<u64>()
            + END_BYTES
    }

    /// Begins a file, after the one before it was ended.
    pub fn begin(&mut self, name: &str) -> Vec<u8> {
        let header = local(name);
        let entry = Entry { crc: 0, bytes: 0, at: self.at };
        self.open = Some((name.to_owned(), entry, Hasher::new()));
        self.at += header.len() as u64;
        header
    }

    /// Counts content of the file that was begun; it goes out as it is.
    pub fn content(&mut self, bytes: &[u8]) {
        if let Some((_, entry, hasher)) = &mut self.open {
            hasher.update(bytes);
            entry.bytes += bytes.len() as u64;
            self.at += bytes.len() as u64;
        }
    }

    /// Ends the file that was begun.
    pub fn end(&mut self) -> Vec<u8> {
        let Some((name, entry, hasher)) = self.open.take() else { return Vec::new() };
        let entry = Entry { crc: hasher.finalize(), ..entry };
        self.list.extend(central(&name, entry));
        self.count += 1;
        let behind = descriptor(entry);
        self.at += behind.len() as u64;
        behind
    }

    /// The end of the archive.
    pub fn finish(self) -> Vec<u8> {
        let end = end(self.count, self.list.len() as u64, self.at);
        [self.list, end].concat()
    }
}

/// An archive that has exactly the form that [`ZipWriter`] gives.
pub(super) struct Archive {
    file: File,
    entries: BTreeMap<String, Entry>,
}

fn invalid<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::Invalid(format!(
        "archive: {why}; `unzip` it and verify the folder, if it is another's archive"
    )))
}

fn unreadable(error: &io::Error) -> Refusal {
    Refusal::Undecided(format!("archive: {error}"))
}

/// Takes so many bytes from the front.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (front, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(front)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// The next entry of the list, as far as it says something.
fn listed(list: &mut &[u8]) -> Option<(String, Entry)> {
    let whole = *list;
    let fixed = take(list, 46)?;
    let name = take(list, usize::from(u16::from_le_bytes(number(fixed, 28)?)))?;
    let name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty() && name.len() <= MAX_NAME)?;
    let extra = take(list, 28)?;
    let entry = Entry {
        crc: u32::from_le_bytes(number(fixed, 16)?),
        bytes: u64::from_le_bytes(number(extra, 4)?),
        at: u64::from_le_bytes(number(extra, 20)?),
    };
    let made = central(name, entry);
    (whole.get(..made.len())? == made).then(|| (name.to_owned(), entry))
}

impl Archive {
    /// Reads the list and compares every header; no content is read.
    pub(super) fn read(file: File, most: usize) -> Result<Self, Refusal> {
        let total = file.metadata().map_err(|error| unreadable(&error))?.len();
        let Some(end_at) = total.checked_sub(END_BYTES) else { return invalid("it is cut off or none") };
        let found = piece(&file, end_at, END_BYTES)?;
        let told = |at| number(&found, at).map_or(u64::MAX, u64::from_le_bytes);
        let (count, list_bytes, list_at) = (told(32), told(40), told(48));
        if list_at.checked_add(list_bytes) != Some(end_at) || end(count, list_bytes, list_at) != found {
            return invalid("its end is not that of a court bundle, or it is cut off");
        }
        let longest = most as u64 * (CENTRAL_BYTES + MAX_NAME as u64);
        if count > most as u64 || list_bytes > longest {
            return invalid(&format!("more than {most} files"));
        }
        let list = piece(&file, list_at, list_bytes)?;
        let (mut list, mut at, mut entries) = (list.as_slice(), 0_u64, BTreeMap::new());
        while !list.is_empty() {
            let Some((name, entry)) = listed(&mut list) else {
                return invalid("an entry of its list is not as a court bundle has it");
            };
            let content = entry.at.saturating_add(LOCAL_BYTES + name.len() as u64);
            let behind = content.saturating_add(entry.bytes);
            if entry.at != at || behind.saturating_add(DESCRIPTOR_BYTES) > list_at {
                return invalid("its files do not follow one another");
            }
            let header = piece(&file, at, content - at)?;
            if header != local(&name) || piece(&file, behind, DESCRIPTOR_BYTES)? != descriptor(entry) {
                return invalid("a header is not the one that its list names");
            }
            at = behind + DESCRIPTOR_BYTES;
            if entries.insert(name, entry).is_some() {
                return invalid("two files of one name");
            }
        }
        if at != list_at || entries.len() as u64 != count {
            return invalid("it holds more than it lists");
        }
        Ok(Self { file, entries })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The content of a file; its reading fails at the end where the CRC-32 is another.
    pub(super) fn content(&self, name: &str) -> Option<Content<'_>> {
        let entry = *self.entries.get(name)?;
        let at = entry.at + LOCAL_BYTES + name.len() as u64;
        Some(Content { file: &self.file, at, left: entry.bytes, crc: entry.crc, hasher: Hasher::new() })
    }
}

fn piece(file: &File, at: u64, bytes: u64) -> Result<Vec<u8>, Refusal> {
    let mut piece = vec![0; usize::try_from(bytes).unwrap_or(0)];
    file.read_exact_at(&mut piece, at).map_err(|error| unreadable(&error))?;
    Ok(piece)
}

/// A file of an archive as it is read.
pub(super) struct Content<'a> {
    file: &'a File,
    at: u64,
    left: u64,
    crc: u32,
    hasher: Hasher,
}

impl Read for Content<'_> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let most = block.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.file.read_at(&mut block[..most], self.at)?;
        if read == 0 && self.left > 0 && !block.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.hasher.update(&block[..read]);
        self.at += read as u64;
        self.left -= read as u64;
        if read == 0 && self.left == 0 && self.hasher.clone().finalize() != self.crc {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its CRC-32 is another"));
        }
        Ok(read)
    }
}
