//! Tape archives (POSIX 1003.1, pax): header by header, front to back.

use super::budget::{Budget, Tracked, Unpacked, block, drain, exactly, skip};
use super::{Look, name};
use comity_domain::inspection::Finding;
use std::io::{BufRead, BufReader, Read};

const BLOCK: u64 = 512;
/// The longest record of a long name or of extended attributes, in bytes.
const LONGEST_RECORD: u64 = 64 * 1024;

struct Header {
    name: Vec<u8>,
    bytes: u64,
    kind: u8,
}

/// Looks at each entry.
pub(super) fn look(source: &mut dyn BufRead, look: &Look<'_>, level: u32) -> Result<(), Finding> {
    let budget = look.budget;
    let mut source = Tracked { inner: source, at: 0 };
    let mut longer = None;
    while let Some(mut header) = header(&mut source, budget)? {
        let padded = header.bytes.checked_next_multiple_of(BLOCK).ok_or(Finding::UnpacksTooLarge)?;
        match header.kind {
            b'L' | b'K' | b'x' | b'g' => {
                if header.bytes > LONGEST_RECORD {
                    return Err(Finding::PathTrick);
                }
                let bytes = usize::try_from(header.bytes).map_err(|_| Finding::ArchiveDamaged)?;
                let record = block(&mut source, bytes).map_err(|_| budget.broken())?;
                match header.kind {
                    b'L' => {
                        longer = Some(record.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
                    }
                    b'x' => longer = pax_path(&record).or(longer),
                    _ => {}
                }
                skip(&mut source, padded - header.bytes).map_err(|_| budget.broken())?;
                continue;
            }
            // Links and devices.
            b'1'..=b'4' | b'6' => return Err(Finding::PathTrick),
            0 | b'0' | b'5' | b'7' => {}
            // Sparse files and whatever else may mean something to somebody.
            _ => return Err(Finding::ArchiveDamaged),
        }
        if let Some(name) = longer.take() {
            header.name = name;
        }
        budget.entry()?;
        name::check(&header.name)?;
        budget.announced(header.bytes)?;
        let mut content = BufReader::new(Unpacked::new((&mut source).take(header.bytes), budget));
        if header.kind != b'5' && header.bytes > 0 {
            look.entry(&mut content, &header.name, level)?;
        }
        drain(&mut content).map_err(|_| budget.broken())?;
        if content.get_ref().bytes != header.bytes {
            return Err(Finding::ArchiveDamaged);
        }
        skip(&mut source, padded - header.bytes).map_err(|_| budget.broken())?;
    }
    // Zeros fill the last record.
    drain(&mut source).map(drop).map_err(|_| budget.broken())
}

/// The next header; nothing at the block of zeros that ends the archive.
fn header(source: &mut dyn Read, budget: &Budget) -> Result<Option<Header>, Finding> {
    let raw: [u8; 512] = exactly(source).map_err(|_| budget.broken())?;
    if raw.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let sum = |at: usize, byte: u8| if (148..156).contains(&at) { u64::from(b' ') } else { u64::from(byte) };
    let counted: u64 = raw.iter().enumerate().map(|(at, byte)| sum(at, *byte)).sum();
    if number(&raw[148..156]) != Some(counted) {
        return Err(Finding::ArchiveDamaged);
    }
    let text = |field: &[u8]| field.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
    let mut name = text(&raw[..100]);
    let prefix = text(&raw[345..500]);
    if raw[257..].starts_with(b"ustar\0") && !prefix.is_empty() {
        name = [prefix.as_slice(), b"/", &name].concat();
    }
    let bytes = number(&raw[124..136]).ok_or(Finding::ArchiveDamaged)?;
    Ok(Some(Header { name, bytes, kind: raw[156] }))
}

/// An octal number, or a binary one with its first bit set (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| *first & 0x80 != 0) {
        let (high, low) = field.split_at(field.len().checked_sub(8)?);
        let empty = high.iter().enumerate().all(|(at, byte)| *byte == if at == 0 { 0x80 } else { 0 });
        return if empty { Some(u64::from_be_bytes(low.try_into().ok()?)) } else { None };
    }
    let digits = field.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
    if digits.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

/// The path among extended attributes, each of which is `length key=value` and a line's end.
fn pax_path(record: &[u8]) -> Option<Vec<u8>> {
    let mut rest = record;
    while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
        let length: usize = std::str::from_utf8(&rest[..space]).ok()?.parse().ok()?;
        let attribute = rest.get(space + 1..length.checked_sub(1)?)?;
        if let Some(path) = attribute.strip_prefix(b"path=") {
            return Some(path.to_vec());
        }
        rest = rest.get(length..)?;
    }
    None
}
