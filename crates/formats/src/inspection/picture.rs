//! The dimensions that a picture declares; nothing of it is decoded.

/// Most pixels that are let pass: a gibibyte once it is decoded.
pub(super) const MOST_PIXELS: u64 = 1 << 28;

/// Width times height, in pixels, as far as the head of the file says.
pub(super) fn pixels(head: &[u8]) -> Option<u64> {
    let (width, height) = if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        (be32(head, 16)?, be32(head, 20)?)
    } else if head.starts_with(b"GIF8") {
        (le16(head, 6)?, le16(head, 8)?)
    } else if head.starts_with(b"BM") {
        (signed(head, 18)?, signed(head, 22)?)
    } else if head.get(8..16) == Some(b"WEBPVP8X") {
        (le24(head, 24)? + 1, le24(head, 27)? + 1)
    } else if head.starts_with(b"\xff\xd8") {
        jpeg(head)?
    } else if head.starts_with(b"8BPS") {
        (be32(head, 18)?, be32(head, 14)?)
    } else {
        return None;
    };
    Some(u64::from(width).saturating_mul(u64::from(height)))
}

/// The first frame header of a JPEG (ITU-T T.81, B.2.2), where it stands in the head.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        let marker = *head.get(at + 1)?;
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((be16(head, at + 7)?, be16(head, at + 5)?));
        }
        at = at.checked_add(2)?.checked_add(usize::try_from(be16(head, at + 2)?).ok()?)?;
    }
}

fn bytes<const N: usize>(head: &[u8], at: usize) -> Option<[u8; N]> {
    head.get(at..)?.first_chunk().copied()
}

fn be32(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u32::from_be_bytes)
}

/// A height below zero means that the rows come from the top.
fn signed(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(i32::from_le_bytes).map(i32::unsigned_abs)
}

fn be16(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u16::from_be_bytes).map(u32::from)
}

fn le16(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u16::from_le_bytes).map(u32::from)
}

fn le24(head: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = bytes(head, at)?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_picture_tells_its_size() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend([0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        assert_eq!(pixels(&png), Some(((1 << 31) - 1_u64).pow(2)));
        assert_eq!(pixels(b"GIF89a\x10\x00\x20\x00"), Some(512));
        let mut bitmap = b"BM".to_vec();
        bitmap.extend([0; 16]);
        bitmap.extend(3_i32.to_le_bytes());
        bitmap.extend((-4_i32).to_le_bytes());
        assert_eq!(pixels(&bitmap), Some(12));
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08\x00\x05\x00\x07\x01";
        assert_eq!(pixels(jpeg), Some(35));
        assert_eq!(pixels(b"\xff\xd8\xff\xe0\xff\xff"), None);
        assert_eq!(pixels(b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(pixels(b""), None);
    }
}
