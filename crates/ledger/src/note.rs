//! Signed notes (C2SP `signed-note`): a text with signature lines, verifier keys, and the three kinds of signature that
//! this project makes and takes: Ed25519 notes, and Ed25519 and ML-DSA-44 cosignatures (C2SP `tlog-cosignature`).
//! A note that was read has not been verified; only [`Note::verify`] says who signed it.

use crate::checkpoint::Checkpoint;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ml_dsa::signature::Verifier as _;
use ml_dsa::{EncodedVerifyingKey, MlDsa44};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The longest note that is read, in bytes; 16 signatures of the largest kind are far below it.
const MAX_NOTE: usize = 1 << 20;
/// The most signature lines that are read.
const MAX_SIGNATURES: usize = 128;
const ED25519_SIGNATURE: usize = 64;
const TIMESTAMP: usize = 8;
const ML_DSA_44_KEY: usize = 1312;

/// The kinds of signature, by their identifier byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// 0x01: Ed25519 over the text.
    Ed25519,
    /// 0x04: timestamped Ed25519 cosignature of a checkpoint.
    CosignatureEd25519,
    /// 0x06: timestamped ML-DSA-44 cosignature of a checkpoint.
    CosignatureMlDsa44,
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureEd25519 => 0x04,
            Self::CosignatureMlDsa44 => 0x06,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::CosignatureEd25519),
            0x06 => Some(Self::CosignatureMlDsa44),
            _ => None,
        }
    }

    const fn key_bytes(self) -> usize {
        match self {
            Self::Ed25519 | Self::CosignatureEd25519 => 32,
            Self::CosignatureMlDsa44 => ML_DSA_44_KEY,
        }
    }
}

/// What is wrong with a note, a key or a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// The bytes are not a signed note.
    #[error("not a signed note")]
    NotANote,
    /// The text is not a verifier key of a known kind.
    #[error("not a verifier key of a known kind")]
    NotAKey,
    /// A signature that claims to be of a known key is not.
    #[error("a signature of a known key does not hold")]
    BadSignature,
    /// None of the keys that were asked for has signed.
    #[error("no known key has signed")]
    NotSigned,
}

/// Whether a name can stand in a signature line.
fn is_key_name(name: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && name.len() <= 255 && !name.contains(bad)
}

/// A public key with the name of its owner; written and read as a vkey.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    key: Vec<u8>,
}

impl VerifierKey {
    /// A key from its parts.
    ///
    /// # Errors
    /// [`NoteFault::NotAKey`]: a name with spaces or plus signs, or a key of another length.
    pub fn new(name: &str, algorithm: Algorithm, key: &[u8]) -> Result<Self, NoteFault> {
        if !is_key_name(name) || key.len() != algorithm.key_bytes() {
            return Err(NoteFault::NotAKey);
        }
        Ok(Self { name: name.to_owned(), algorithm, key: key.to_vec() })
    }

    /// Whose it is; for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which kind of signature it verifies.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key itself.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The number that signature lines carry beside the name.
    pub fn id(&self) -> u32 {
        let digest = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', self.algorithm.byte()])
            .chain_update(&self.key)
            .finalize();
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
    }

    /// Checks a signature over a text and answers its time in seconds since 1970, zero for a kind without one.
    ///
    /// # Errors
    /// [`NoteFault::BadSignature`].
    pub fn verify(&self, text: &str, signature: &[u8]) -> Result<u64, NoteFault> {
        let holds = match self.algorithm {
            Algorithm::Ed25519 => self.verify_ed25519(text.as_bytes(), signature).then_some(0),
            Algorithm::CosignatureEd25519 => split_timestamp(signature).and_then(|(time, rest)| {
                self.verify_ed25519(ed25519_message(text, time).as_bytes(), rest).then_some(time)
            }),
            Algorithm::CosignatureMlDsa44 => split_timestamp(signature).and_then(|(time, rest)| {
                let message = ml_dsa_message(&self.name, text, time)?;
                self.verify_ml_dsa(&message, rest).then_some(time)
            }),
        };
        holds.ok_or(NoteFault::BadSignature)
    }

    fn verify_ed25519(&self, message: &[u8], signature: &[u8]) -> bool {
        let key: Option<[u8; 32]> = self.key.as_slice().try_into().ok();
        let signature: Option<[u8; ED25519_SIGNATURE]> = signature.try_into().ok();
        let (Some(key), Some(signature)) = (key, signature) else { return false };
        let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&key) else { return false };
        key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature)).is_ok()
    }

    fn verify_ml_dsa(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = EncodedVerifyingKey::<MlDsa44>::try_from(self.key.as_slice()) else { return false };
        let Ok(signature) = ml_dsa::Signature::<MlDsa44>::try_from(signature) else { return false };
        ml_dsa::VerifyingKey::<MlDsa44>::decode(&key).verify(message, &signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut material = vec![self.algorithm.byte()];
        material.extend_from_slice(&self.key);
        write!(f, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(material))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteFault;

    fn from_str(text: &str) -> Result<Self, NoteFault> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::NotAKey);
        };
        let material = STANDARD.decode(material).map_err(|_| NoteFault::NotAKey)?;
        let (kind, key) = material.split_first().ok_or(NoteFault::NotAKey)?;
        let algorithm = Algorithm::from_byte(*kind).ok_or(NoteFault::NotAKey)?;
        let key = Self::new(name, algorithm, key)?;
        if format!("{:08x}", key.id()) == id { Ok(key) } else { Err(NoteFault::NotAKey) }
    }
}

fn split_timestamp(signature: &[u8]) -> Option<(u64, &[u8])> {
    let (time, rest) = signature.split_first_chunk::<TIMESTAMP>()?;
    let time = u64::from_be_bytes(*time);
    // The specification's largest time; zero would claim nothing about freshness.
    (time > 0 && i64::try_from(time).is_ok()).then_some((time, rest))
}

fn ed25519_message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The `cosigned_message` of `tlog-cosignature`; nothing where the text is no checkpoint.
fn ml_dsa_message(name: &str, text: &str, time: u64) -> Option<Vec<u8>> {
    let checkpoint = Checkpoint::from_text(text)?;
    let mut message = b"subtree/v1\n\0".to_vec();
    message.push(u8::try_from(name.len()).ok()?);
    message.extend_from_slice(name.as_bytes());
    message.extend_from_slice(&time.to_be_bytes());
    message.push(u8::try_from(checkpoint.origin.len()).ok()?);
    message.extend_from_slice(checkpoint.origin.as_bytes());
    message.extend_from_slice(&0_u64.to_be_bytes());
    message.extend_from_slice(&checkpoint.size.to_be_bytes());
    message.extend_from_slice(&checkpoint.root);
    Some(message)
}

enum Secret {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    MlDsa44(Box<ml_dsa::SigningKey<MlDsa44>>),
}

/// A private key with its name; the same seed always gives the same key.
pub struct SigningKey {
    secret: Secret,
    public: VerifierKey,
}

impl SigningKey {
    /// The key of a name and kind from 32 random bytes.
    ///
    /// # Errors
    /// [`NoteFault::NotAKey`]: the name cannot stand in a signature line.
    pub fn from_seed(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, NoteFault> {
        let (secret, key) = match algorithm {
            Algorithm::Ed25519 | Algorithm::CosignatureEd25519 => {
                let secret = ed25519_dalek::SigningKey::from_bytes(seed);
                let key = secret.verifying_key().to_bytes().to_vec();
                (Secret::Ed25519(Box::new(secret)), key)
            }
            Algorithm::CosignatureMlDsa44 => {
                let secret = ml_dsa::SigningKey::<MlDsa44>::from_seed(&(*seed).into());
                let key = secret.expanded_key().verifying_key().encode().to_vec();
                (Secret::MlDsa44(Box::new(secret)), key)
            }
        };
        Ok(Self { secret, public: VerifierKey::new(name, algorithm, &key)? })
    }

    /// Its public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.public
    }

    /// Signs a text; `time` in seconds since 1970 counts for cosignatures only.
    ///
    /// # Errors
    /// [`NoteFault::NotANote`]: an ML-DSA-44 cosignature of a text that is no checkpoint.
    pub fn sign(&self, text: &str, time: u64) -> Result<Signature, NoteFault> {
        let mut bytes = match self.public.algorithm {
            Algorithm::Ed25519 => Vec::new(),
            Algorithm::CosignatureEd25519 | Algorithm::CosignatureMlDsa44 => time.to_be_bytes().to_vec(),
        };
        match &self.secret {
            Secret::Ed25519(key) if self.public.algorithm == Algorithm::Ed25519 => {
                bytes.extend_from_slice(&key.sign(text.as_bytes()).to_bytes());
            }
            Secret::Ed25519(key) => {
                bytes.extend_from_slice(&key.sign(ed25519_message(text, time).as_bytes()).to_bytes());
            }
            Secret::MlDsa44(key) => {
                let message = ml_dsa_message(&self.public.name, text, time).ok_or(NoteFault::NotANote)?;
                bytes.extend_from_slice(&key.sign(&message).encode());
            }
        }
        Ok(Signature { name: self.public.name.clone(), id: self.public.id(), bytes })
    }
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Whose it claims to be.
    pub name: String,
    /// The number of the key.
    pub id: u32,
    /// The signature without the number.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// A signature line without its newline.
    ///
    /// # Errors
    /// [`NoteFault::NotANote`].
    pub fn from_line(line: &str) -> Result<Self, NoteFault> {
        let (name, encoded) =
            line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(NoteFault::NotANote)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteFault::NotANote)?;
        let (id, rest) = bytes.split_first_chunk::<4>().ok_or(NoteFault::NotANote)?;
        if !is_key_name(name) || rest.is_empty() {
            return Err(NoteFault::NotANote);
        }
        Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: rest.to_vec() })
    }

    /// Whether it claims to be of this key.
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name && self.id == key.id()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A text with its signatures, as read or as it will be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with its last newline.
    pub text: String,
    /// The signature lines, in their order.
    pub signatures: Vec<Signature>,
}

impl Note {
    /// Reads a note from bytes that somebody sent.
    ///
    /// # Errors
    /// [`NoteFault::NotANote`]: not UTF-8, control characters, no blank line, no signature, or too long.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteFault> {
        if bytes.len() > MAX_NOTE || bytes.iter().any(|byte| *byte < 0x20 && *byte != b'\n') {
            return Err(NoteFault::NotANote);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteFault::NotANote)?;
        let split = note.rfind("\n\n").ok_or(NoteFault::NotANote)?;
        let (text, lines) = (&note[..=split], &note[split + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteFault::NotANote)?;
        let signatures: Vec<Signature> =
            lines.split('\n').map(Signature::from_line).collect::<Result<_, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteFault::NotANote);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Which of the keys have signed, each with the time of its cosignature (zero for a note signature); signatures of
    /// other keys are passed over.
    ///
    /// # Errors
    /// [`NoteFault::BadSignature`] where a known key's signature does not hold, [`NoteFault::NotSigned`] where none is
    /// there.
    pub fn verify<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a VerifierKey>,
    ) -> Result<Vec<(&'a VerifierKey, u64)>, NoteFault> {
        let mut signed = Vec::new();
        for key in keys {
            for signature in self.signatures.iter().filter(|signature| signature.is_by(key)) {
                let time = key.verify(&self.text, &signature.bytes)?;
                if !signed.iter().any(|(known, _)| *known == key) {
                    signed.push((key, time));
                }
            }
        }
        if signed.is_empty() { Err(NoteFault::NotSigned) } else { Ok(signed) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}
