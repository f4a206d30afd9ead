//! ZIP archives (APPNOTE 6.3.10), front to back: each entry where it stands, then the list at the end, which must name
//! exactly the entries that were seen. So no entry can hide between others, lie in another, or be unpacked twice.

use super::budget::{Budget, Tracked, Unpacked, block, drain, exactly, skip};
use super::{Look, name};
use comity_domain::inspection::Finding;
use flate2::bufread::DeflateDecoder;
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read};

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;

/// General purpose flags (APPNOTE 4.4.4).
const ENCRYPTED: u16 = 1;
const SIZES_FOLLOW: u16 = 1 << 3;

/// The longest last record of ZIP64 that is read, in bytes.
const LONGEST_END: u64 = 64 * 1024;

/// An entry where it stands.
struct Local {
    flags: u16,
    method: u16,
    packed: u64,
    bytes: u64,
    wide: bool,
    name: Vec<u8>,
}

/// An entry as it was seen, to be held against the list at the end.
struct Met {
    name: Vec<u8>,
    packed: u64,
    listed: bool,
}

struct Archive<'a, 'b> {
    source: Tracked<'a>,
    look: &'a Look<'b>,
    level: u32,
    met: BTreeMap<u64, Met>,
    listed: usize,
    list_at: Option<u64>,
    kind: &'static str,
}

/// Looks at each entry; answers the media type, which for office files is more exact than that of the archive.
pub(super) fn look(
    source: &mut dyn BufRead,
    look: &Look<'_>,
    extension: &str,
    level: u32,
) -> Result<&'static str, Finding> {
    let source = Tracked { inner: source, at: 0 };
    let kind = "application/zip";
    let mut archive = Archive { source, look, level, met: BTreeMap::new(), listed: 0, list_at: None, kind };
    while archive.record()? {}
    if archive.source.fill_buf().map_err(|_| look.budget.broken())?.is_empty() {
        let office = archive.kind != kind;
        let wants_office = ["docx", "docm", "xlsx", "xlsm", "pptx", "pptm"].contains(&extension);
        if wants_office && !office {
            look.budget.find(Finding::OtherThanNamed);
        }
        Ok(archive.kind)
    } else {
        // What follows the end is not seen by whoever reads the list, and by others it is.
        Err(Finding::TwoFilesInOne)
    }
}

impl Archive<'_, '_> {
    const fn budget(&self) -> &Budget {
        self.look.budget
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Finding> {
        exactly(&mut self.source).map_err(|_| self.look.budget.broken())
    }

    fn take_block(&mut self, bytes: u16) -> Result<Vec<u8>, Finding> {
        block(&mut self.source, usize::from(bytes)).map_err(|_| self.look.budget.broken())
    }

    fn pass(&mut self, bytes: u64) -> Result<(), Finding> {
        skip(&mut self.source, bytes).map_err(|_| self.look.budget.broken())
    }

    /// One record; false after the last one.
    fn record(&mut self) -> Result<bool, Finding> {
        let at = self.source.at;
        match u32::from_le_bytes(self.take()?) {
            LOCAL if self.list_at.is_none() => self.local(at).map(|()| true),
            CENTRAL => {
                self.list_at.get_or_insert(at);
                self.central().map(|()| true)
            }
            END_64 => {
                let length = u64::from_le_bytes(self.take()?);
                if length > LONGEST_END {
                    return Err(Finding::ArchiveDamaged);
                }
                self.list_at.get_or_insert(at);
                self.pass(length).map(|()| true)
            }
            LOCATOR_64 => self.pass(16).map(|()| true),
            END => self.end(at).map(|()| false),
            _ => Err(Finding::ArchiveDamaged),
        }
    }

    fn local(&mut self, at: u64) -> Result<(), Finding> {
        self.budget().entry()?;
        let fixed: [u8; 26] = self.take()?;
        let name = self.take_block(le16(&fixed, 22))?;
        let extra = self.take_block(le16(&fixed, 24))?;
        name::check(&name)?;
        let mut sizes = [u64::from(le32(&fixed, 18)), u64::from(le32(&fixed, 14))];
        let wide = wide_sizes(&extra, &mut sizes);
        let [bytes, packed] = sizes;
        let (flags, method) = (le16(&fixed, 2), le16(&fixed, 4));
        let local = Local { flags, method, packed, bytes, wide, name };
        self.budget().announced(bytes)?;
        self.office(&local.name);
        let packed = self.entry(&local)?;
        self.met.insert(at, Met { name: local.name, packed, listed: false });
        Ok(())
    }

    /// What the names of entries say about an office file.
    fn office(&mut self, name: &[u8]) {
        const OFFICE: [(&[u8], &str); 3] = [
            (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ];
        if let Some((_, kind)) = OFFICE.iter().find(|(folder, _)| name.starts_with(folder)) {
            self.kind = kind;
        }
        if name.ends_with(b"vbaProject.bin") || name.ends_with(b"/Module1.xml") && name.starts_with(b"Basic/")
        {
            self.budget().find(Finding::ActiveContent);
        }
    }

    /// The content of an entry, and how many bytes it takes in the archive.
    fn entry(&mut self, local: &Local) -> Result<u64, Finding> {
        let follows = local.flags & SIZES_FOLLOW != 0;
        let unknown = follows && local.packed == 0;
        if local.flags & ENCRYPTED != 0 || !matches!(local.method, 0 | 8) {
            let why = if local.flags & ENCRYPTED != 0 { Finding::Encrypted } else { Finding::NotOpened };
            self.budget().find(why);
            if unknown {
                return self.until_descriptor(local.wide);
            }
            self.pass(local.packed)?;
            return self.descriptor_of(local, local.packed, None);
        }
        if unknown && local.method == 0 {
            // Nobody can say where it ends without the list at the end.
            return Err(Finding::ArchiveDamaged);
        }
        let start = self.source.at;
        let limit = if unknown { u64::MAX } else { local.packed };
        let mut packed = (&mut self.source).take(limit);
        let (look, level) = (self.look, self.level);
        let bytes = if local.method == 8 {
            inside(look, &mut DeflateDecoder::new(&mut packed), &local.name, level)?
        } else {
            inside(look, &mut packed, &local.name, level)?
        };
        let left = if unknown { 0 } else { packed.limit() };
        let taken = self.source.at - start;
        if left > 0 || (!follows && bytes != local.bytes) {
            return Err(Finding::ArchiveDamaged);
        }
        self.descriptor_of(local, taken, Some(bytes))
    }

    /// The record of sizes behind an entry (APPNOTE 4.3.9); its mark may be missing.
    fn descriptor_of(&mut self, local: &Local, packed: u64, bytes: Option<u64>) -> Result<u64, Finding> {
        if local.flags & SIZES_FOLLOW == 0 {
            return Ok(packed);
        }
        let first = u32::from_le_bytes(self.take()?);
        if first == DESCRIPTOR {
            let _checksum: [u8; 4] = self.take()?;
        }
        let said = if local.wide {
            [u64::from_le_bytes(self.take()?), u64::from_le_bytes(self.take()?)]
        } else {
            [u64::from(u32::from_le_bytes(self.take()?)), u64::from(u32::from_le_bytes(self.take()?))]
        };
        let short = |count: u64| if local.wide { count } else { count & u64::from(u32::MAX) };
        let right = said[0] == short(packed) && bytes.is_none_or(|bytes| said[1] == short(bytes));
        if right { Ok(packed) } else { Err(Finding::ArchiveDamaged) }
    }

    /// Passes over a content of unknown length, to the record that tells just this length.
    fn until_descriptor(&mut self, wide: bool) -> Result<u64, Finding> {
        let length = if wide { 24 } else { 16 };
        let mut window: VecDeque<u8> = VecDeque::with_capacity(length + 1);
        let mut passed = 0_u64;
        loop {
            let [byte] = self.take()?;
            window.push_back(byte);
            if window.len() > length {
                window.pop_front();
                passed += 1;
            }
            if window.len() == length && window.front() == Some(&b'P') {
                let bytes = window.make_contiguous();
                let said = if wide { le64(bytes, 8) } else { u64::from(le32(bytes, 8)) };
                if le32(bytes, 0) == DESCRIPTOR && said == passed {
                    return Ok(passed);
                }
            }
        }
    }

    /// One line of the list: it must name an entry that was seen, and only once.
    fn central(&mut self) -> Result<(), Finding> {
        let fixed: [u8; 42] = self.take()?;
        let name = self.take_block(le16(&fixed, 24))?;
        let extra = self.take_block(le16(&fixed, 26))?;
        self.pass(u64::from(le16(&fixed, 28)))?;
        let unix = fixed[1] == 3;
        let mode = le32(&fixed, 34) >> 16;
        if unix && mode & 0o170_000 == 0o120_000 {
            return Err(Finding::PathTrick);
        }
        let mut sizes =
            [u64::from(le32(&fixed, 20)), u64::from(le32(&fixed, 16)), u64::from(le32(&fixed, 38))];
        wide_sizes(&extra, &mut sizes);
        let [_, packed, at] = sizes;
        let same = |met: &&mut Met| !met.listed && met.name == name && met.packed == packed;
        let met = self.met.get_mut(&at).filter(same).ok_or(Finding::OverlappingEntries)?;
        met.listed = true;
        self.listed += 1;
        Ok(())
    }

    /// The last record: the list must be complete and stand where it is said to stand.
    fn end(&mut self, at: u64) -> Result<(), Finding> {
        let fixed: [u8; 18] = self.take()?;
        let list_at = self.list_at.unwrap_or(at);
        let (count, offset) = (le16(&fixed, 6), le32(&fixed, 12));
        let counted = count == u16::MAX || usize::from(count) == self.listed;
        let placed = offset == u32::MAX || u64::from(offset) == list_at;
        if self.listed != self.met.len() || !counted || !placed {
            return Err(Finding::OverlappingEntries);
        }
        self.pass(u64::from(le16(&fixed, 16)))
    }
}

/// Looks into one entry to its end and gives its length in bytes.
fn inside(look: &Look<'_>, packed: &mut dyn Read, name: &[u8], level: u32) -> Result<u64, Finding> {
    let mut content = BufReader::new(Unpacked::new(packed, look.budget));
    if !name.ends_with(b"/") {
        look.entry(&mut content, name, level)?;
    }
    drain(&mut content).map_err(|_| look.budget.broken())?;
    Ok(content.get_ref().bytes)
}

/// Sizes that do not fit into 32 bits stand in an extra field, in the order of those that are missing (APPNOTE 4.5.3).
fn wide_sizes(extra: &[u8], sizes: &mut [u64]) -> bool {
    let mut rest = extra;
    while let (Some(head), true) = (rest.get(..4), rest.len() >= 4) {
        let (id, length) = (le16(head, 0), usize::from(le16(head, 2)));
        let Some(mut field) = rest.get(4..4 + length) else { return false };
        if id == 1 {
            for size in sizes.iter_mut().filter(|size| **size == u64::from(u32::MAX)) {
                let Some((first, others)) = field.split_first_chunk::<8>() else { break };
                *size = u64::from_le_bytes(*first);
                field = others;
            }
            return true;
        }
        rest = &rest[4 + length..];
    }
    false
}

fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from_le_bytes(*b))
}

fn le64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u64::from_le_bytes(*b))
}
