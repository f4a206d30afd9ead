//! The leaf of one event, and the commitment inside it.
//! The salt must be fresh for every event, secret, and kept only beside the sealed event: whoever destroys both leaves
//! a leaf that still verifies in its tree and opens to nothing.

use sha2::{Digest, Sha256};

/// Length of a salt in bytes.
pub const SALT_BYTES: usize = 32;

/// Length of every leaf in bytes.
pub const LEAF_BYTES: usize = 33;

/// Keeps these digests apart from every other use of SHA-256; a new format of events takes a new label.
const LABEL: &[u8] = b"comity event v1\n";

/// The first byte of a leaf that commits to an event; a new kind of leaf takes a new byte.
const VERSION: u8 = 0x01;

/// SHA-256 over label, salt and event, in this order.
///
/// The salt hides the event: without it, somebody who guesses an event (its fields are few and regular) could confirm
/// the guess from the published leaf. Label and salt have fixed lengths, so only the event's length varies and no two
/// inputs run together. `event` is the canonical form; one byte more or less is another event.
pub fn commitment(salt: &[u8; SALT_BYTES], event: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(LABEL);
    digest.update(salt);
    digest.update(event);
    digest.finalize().into()
}

/// What is published of one event: 33 bytes, whatever the event is.
///
/// Constant size and a salted digest leave nothing to read from a leaf: no time, kind, organisation or length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leaf([u8; LEAF_BYTES]);

impl Leaf {
    /// The leaf that commits to `event` under `salt`.
    pub fn of(salt: &[u8; SALT_BYTES], event: &[u8]) -> Self {
        Self::from_commitment(&commitment(salt, event))
    }

    /// The leaf around a commitment that was made before.
    pub fn from_commitment(commitment: &[u8; 32]) -> Self {
        let mut bytes = [VERSION; LEAF_BYTES];
        bytes[1..].copy_from_slice(commitment);
        Self(bytes)
    }

    /// The bytes as they stand in the ledger.
    pub const fn as_bytes(&self) -> &[u8; LEAF_BYTES] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hexadecimal(bytes: &[u8]) -> String {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16);
        bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).flatten().collect()
    }

    fn counting_salt() -> [u8; SALT_BYTES] {
        std::array::from_fn(|index| u8::try_from(index).expect("32 fits a byte"))
    }

    // The expected values come from coreutils:
    //   { printf 'comity event v1\n'; head -c 32 /dev/zero; } | sha256sum
    //   { printf 'comity event v1\n'; printf '%02x' $(seq 0 31) | xxd -r -p; printf '{"act":"sent"}'; } | sha256sum
    //   { printf 'comity event v1\n'; head -c 32 /dev/zero | tr '\0' '\377'; head -c 1000 /dev/zero | tr '\0' a; } | sha256sum
    #[test]
    fn commitments_equal_those_of_another_implementation() {
        let vectors: [([u8; SALT_BYTES], Vec<u8>, &str); 3] = [
            ([0; SALT_BYTES], Vec::new(), "1600a086a4c13942b0d702954da600336b5fb7fb346e538dfc0b132cd2366c7f"),
            (
                counting_salt(),
                b"{\"act\":\"sent\"}".to_vec(),
                "78e24d4aa5a05da8430d1175a3c782104a48e169b718186425f4981487c18801",
            ),
            (
                [0xff; SALT_BYTES],
                vec![b'a'; 1000],
                "86afdd264394b701ce49fcc1eb1d80407a1c2b734f544a6d8699d550ab3baac0",
            ),
        ];
        for (salt, event, expected) in vectors {
            assert_eq!(hexadecimal(&commitment(&salt, &event)), expected);
        }
    }

    #[test]
    fn a_leaf_is_the_version_byte_and_the_commitment() {
        let leaf = Leaf::of(&counting_salt(), b"event");
        assert_eq!(leaf.as_bytes()[0], 0x01);
        assert_eq!(leaf.as_bytes()[1..], commitment(&counting_salt(), b"event"));
        assert_eq!(leaf, Leaf::from_commitment(&commitment(&counting_salt(), b"event")));
    }

    #[test]
    fn leaves_of_short_and_long_events_have_the_same_length() {
        let long = vec![b'x'; 100_000];
        assert_eq!(Leaf::of(&counting_salt(), b"").as_bytes().len(), LEAF_BYTES);
        assert_eq!(Leaf::of(&counting_salt(), &long).as_bytes().len(), LEAF_BYTES);
        assert_ne!(Leaf::of(&counting_salt(), b""), Leaf::of(&counting_salt(), &long));
    }

    #[test]
    fn every_bit_of_salt_and_event_counts() {
        let (salt, event) = (counting_salt(), *b"{\"act\":\"sent\"}");
        let original = commitment(&salt, &event);
        for bit in 0..SALT_BYTES * 8 {
            let mut other = salt;
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(commitment(&other, &event), original, "salt bit {bit}");
        }
        for bit in 0..event.len() * 8 {
            let mut other = event;
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(commitment(&salt, &other), original, "event bit {bit}");
        }
    }

    #[test]
    fn a_byte_cannot_move_from_the_salt_into_the_event() {
        let mut shifted = [0_u8; SALT_BYTES];
        shifted[..31].copy_from_slice(&counting_salt()[..31]);
        assert_ne!(commitment(&counting_salt(), b"e"), commitment(&shifted, b"\x1fe"));
    }
}
