//! Files that a provider uploads: whatever they are, the inspection ends with a sound report.

use comity_formats::inspection::{Claims, inspect};
use std::io::BufReader;

/// What archives may unpack to, in bytes.
const MOST: u64 = 16 * 1024 * 1024;

const ENDINGS: [&str; 8] = ["csv", "zip", "gz", "tar", "pdf", "png", "docx", ""];

/// The first byte chooses the ending of the name. The size of the pieces in which a file comes makes no difference.
pub(crate) fn inspection(data: &[u8]) {
    let Some((ending, content)) = data.split_first() else { return };
    let extension = ENDINGS[usize::from(*ending) % ENDINGS.len()];
    let claims = Claims { extension, media_type: "" };
    let report = inspect(&mut BufReader::new(content), claims, MOST);
    assert!(report.is_sound());
    let again = inspect(&mut BufReader::with_capacity(61, content), claims, MOST);
    assert!(report == again, "the same file, another report");
    let line = serde_json::to_vec(&report).expect("written");
    assert!(line.len() <= 64 * 1024, "longer than the longest answer");
}

/// A ZIP archive of one stored entry.
fn archive(name: &[u8], content: &[u8]) -> Vec<u8> {
    let short = |bytes: &[u8]| u16::try_from(bytes.len()).expect("short").to_le_bytes();
    let long = |bytes: &[u8]| u32::try_from(bytes.len()).expect("short").to_le_bytes();
    let sizes = [&[0; 4][..], &long(content), &long(content), &short(name), &[0, 0]].concat();
    let head = [b"\x14\0\0\0\0\0\0\0\0\0".as_slice(), &sizes].concat();
    let local = [b"PK\x03\x04", head.as_slice(), name, content].concat();
    let line = [b"PK\x01\x02\x14\x03", head.as_slice(), &[0; 14], name].concat();
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(), &long(&line), &long(&local), &[0, 0]].concat();
    [local, line, end].concat()
}

pub(crate) fn inspection_seeds() -> Vec<Vec<u8>> {
    let table = b"address;subscriber\n203.0.113.7;=1+1\n".to_vec();
    let inner = archive(b"answer.csv", &table);
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03KLJN\x01\0\x11\xcd\x82\xed\x04\0\0\0".to_vec();
    let mut tape = vec![0; 1536];
    tape[..5].copy_from_slice(b"a.csv");
    tape[124..135].copy_from_slice(b"00000000000");
    tape[148..155].copy_from_slice(b"005165\0");
    tape[257..265].copy_from_slice(b"ustar\x0000");
    let pdf = b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript >> >>".to_vec();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0".to_vec();
    let nested = archive(b"inner.zip", &inner);
    let files = [table, inner, gzip, tape, pdf, png, nested];
    files.into_iter().zip(0_u8..).map(|(file, ending)| [&[ending][..], &file].concat()).collect()
}
