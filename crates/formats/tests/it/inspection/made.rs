//! Archives made by hand, honest and otherwise. None is ever kept: each is made where it is needed.

#![expect(clippy::cast_possible_truncation, reason = "what these tests make is small")]

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::io::Write;

pub(crate) fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// One entry of a ZIP archive, as it is written.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) packed: Vec<u8>,
    pub(crate) bytes: u64,
    /// Made by Unix, with this mode.
    pub(crate) mode: u32,
}

impl Entry {
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let (name, packed, bytes) = (name.as_bytes().to_vec(), deflated(content), content.len() as u64);
        Self { name, flags: 0, method: 8, packed, bytes, mode: 0o100_644 }
    }

    pub(crate) fn stored(name: &str, content: &[u8]) -> Self {
        Self { method: 0, packed: content.to_vec(), ..Self::new(name, content) }
    }

    /// The record in front of the content; its sizes in 32 bits, or in the extra field where they do not fit.
    fn local(&self) -> Vec<u8> {
        let follows = self.flags & 8 != 0;
        let wide = self.bytes > u64::from(u32::MAX);
        let (packed, bytes) = match (follows, wide) {
            (true, _) => (0, 0),
            (false, true) => (u32::MAX, u32::MAX),
            (false, false) => (self.packed.len() as u32, self.bytes as u32),
        };
        let mut record = b"PK\x03\x04\x14\x00".to_vec();
        record.extend(self.flags.to_le_bytes());
        record.extend(self.method.to_le_bytes());
        record.extend([0; 8]);
        record.extend(packed.to_le_bytes());
        record.extend(bytes.to_le_bytes());
        record.extend((self.name.len() as u16).to_le_bytes());
        record.extend(if wide { 20_u16 } else { 0 }.to_le_bytes());
        record.extend(&self.name);
        if wide {
            record.extend([1, 0, 16, 0]);
            record.extend(self.bytes.to_le_bytes());
            record.extend((self.packed.len() as u64).to_le_bytes());
        }
        record
    }

    fn descriptor(&self) -> Vec<u8> {
        if self.flags & 8 == 0 {
            return Vec::new();
        }
        let mut record = b"PK\x07\x08\0\0\0\0".to_vec();
        record.extend((self.packed.len() as u32).to_le_bytes());
        record.extend((self.bytes as u32).to_le_bytes());
        record
    }

    pub(crate) fn central(&self, at: usize) -> Vec<u8> {
        let mut record = b"PK\x01\x02\x14\x03\x14\x00".to_vec();
        record.extend(self.flags.to_le_bytes());
        record.extend(self.method.to_le_bytes());
        record.extend([0; 8]);
        record.extend((self.packed.len() as u32).to_le_bytes());
        record.extend((self.bytes as u32).to_le_bytes());
        record.extend((self.name.len() as u16).to_le_bytes());
        record.extend([0; 8]);
        record.extend((self.mode << 16).to_le_bytes());
        record.extend((at as u32).to_le_bytes());
        record.extend(&self.name);
        record
    }
}

/// The entries, one after the other, and where each stands.
pub(crate) fn bodies(entries: &[Entry]) -> (Vec<u8>, Vec<usize>) {
    let (mut archive, mut places) = (Vec::new(), Vec::new());
    for entry in entries {
        places.push(archive.len());
        archive.extend(entry.local());
        archive.extend(&entry.packed);
        archive.extend(entry.descriptor());
    }
    (archive, places)
}

/// The list at the end, as long as it is said to be.
pub(crate) fn ended(mut archive: Vec<u8>, list: &[Vec<u8>]) -> Vec<u8> {
    let at = archive.len();
    for line in list {
        archive.extend(line);
    }
    let length = archive.len() - at;
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend((list.len() as u16).to_le_bytes());
    archive.extend((list.len() as u16).to_le_bytes());
    archive.extend((length as u32).to_le_bytes());
    archive.extend((at as u32).to_le_bytes());
    archive.extend([0, 0]);
    archive
}

pub(crate) fn zipped(entries: &[Entry]) -> Vec<u8> {
    let (archive, places) = bodies(entries);
    let list: Vec<Vec<u8>> = entries.iter().zip(places).map(|(entry, at)| entry.central(at)).collect();
    ended(archive, &list)
}

/// An archive of one entry.
pub(crate) fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    zipped(&[Entry::new(name, content)])
}

/// One entry of a tape archive.
pub(crate) fn tar_entry(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header.extend(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

pub(crate) fn tar(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut archive: Vec<u8> =
        entries.iter().flat_map(|(name, kind, content)| tar_entry(name, *kind, content)).collect();
    archive.resize(archive.len() + 1024, 0);
    archive
}
