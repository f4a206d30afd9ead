//! The key of an organisation's vault and its public half, both kinds of `age` key (C2SP `age`): X25519, and the
//! post-quantum hybrid of ML-KEM-768 and X25519. Written and read exactly as `age` writes them, so that an exported key
//! opens everything with `age` alone.

use crate::hash::Digest;
use crate::hybrid;
use bech32::{FromBase32, ToBase32, Variant};
use comity_ledger::{Algorithm, NoteFault, SigningKey};
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use std::io;
use std::str::FromStr;
use zeroize::{Zeroize, Zeroizing};

opaque!(VaultKey);

/// The most recipients of one file: enough for the vaults of both sides and a deposit, and a header stays small.
pub const MAX_RECIPIENTS: usize = 32;
/// The longest file of keys or recipients that is read, in bytes.
const MAX_KEY_FILE: usize = 256 * 1024;

const SIGNING_LABEL: &[u8] = b"comity organisation signing key v1";

const CLASSIC_SECRET: &str = "age-secret-key-";
const HYBRID_SECRET: &str = "age-secret-key-pq-";
const CLASSIC_PUBLIC: &str = "age";
const HYBRID_PUBLIC: &str = "age1pq";

/// What is wrong with a key or a set of recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Not a private key of a known kind.
    #[error("not a vault key: it begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1")]
    NotAKey,
    /// Not a public key of a known kind.
    #[error("not a recipient: it begins with age1 or age1pq1")]
    NotARecipient,
    /// No recipient at all.
    #[error("there is no recipient")]
    None,
    /// More than [`MAX_RECIPIENTS`].
    #[error("more than {MAX_RECIPIENTS} recipients")]
    TooMany,
    /// One of each kind: the file would be no safer than the weaker (C2SP `age`).
    #[error(
        "post-quantum recipients (age1pq1…) are never mixed with others: the file would be as weak as the weakest"
    )]
    Mixed,
    /// A file of keys or recipients that is too long or has none.
    #[error("not a file of keys: it has none, or is longer than {MAX_KEY_FILE} bytes")]
    File,
}

/// The kinds of vault key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// X25519.
    Classic,
    /// ML-KEM-768 and X25519 together: recorded now and read by a quantum computer later is covered.
    PostQuantum,
}

/// The private key of a vault. Its memory is overwritten when it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct VaultKey {
    kind: KeyKind,
    seed: Zeroizing<[u8; 32]>,
}

impl VaultKey {
    /// A new key.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn generate(kind: KeyKind) -> io::Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        crate::fill(&mut *seed)?;
        Ok(Self { kind, seed })
    }

    /// The key of 32 secret bytes.
    pub fn from_seed(kind: KeyKind, seed: &[u8; 32]) -> Self {
        Self { kind, seed: Zeroizing::new(*seed) }
    }

    /// Which kind it is.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The 32 secret bytes.
    pub(crate) fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The key as `age` reads it: `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let prefix = match self.kind {
            KeyKind::Classic => CLASSIC_SECRET,
            KeyKind::PostQuantum => HYBRID_SECRET,
        };
        let mut small = written(prefix, &*self.seed);
        let text = Zeroizing::new(small.to_uppercase());
        small.zeroize();
        text
    }

    /// Its public half.
    pub fn recipient(&self) -> VaultRecipient {
        match self.kind {
            KeyKind::Classic => VaultRecipient(Public::Classic(self.classic().to_public())),
            KeyKind::PostQuantum => {
                // Unwrap safety: a seed has 32 bytes, and that is all that is asked of one.
                let public = hybrid::Recipient::of_seed(&self.seed).expect("a seed of 32 bytes");
                VaultRecipient(Public::Hybrid(Box::new(public)))
            }
        }
    }

    /// The key with which the organisation of this vault signs its statements: whoever may open the vault may sign for
    /// it, and nobody else. Seed: HKDF-SHA-256 of the 32 secret bytes, without salt, under the label of version 1.
    ///
    /// # Errors
    /// [`NoteFault`]: the name cannot stand in a signature line.
    pub fn signing_key(&self, name: &str) -> Result<SigningKey, NoteFault> {
        let mut seed = Zeroizing::new([0; 32]);
        // Unwrap safety: HKDF-SHA-256 gives up to 8,160 bytes.
        Hkdf::<Sha256>::new(None, &*self.seed).expand(SIGNING_LABEL, &mut *seed).expect("32 bytes of HKDF");
        SigningKey::from_seed(name, Algorithm::Ed25519, &seed)
    }

    /// What the crate `age` opens with.
    pub(crate) fn identity(&self) -> Box<dyn age::Identity> {
        match self.kind {
            KeyKind::Classic => Box::new(self.classic()),
            KeyKind::PostQuantum => Box::new(hybrid::Identity(self.seed.clone())),
        }
    }

    fn classic(&self) -> age::x25519::Identity {
        // Unwrap safety: that crate has no other way in than the text of a key, and this is one.
        self.to_text().parse().expect("the text of an X25519 key")
    }
}

impl FromStr for VaultKey {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let (prefix, bytes) = read(text).ok_or(KeyFault::NotAKey)?;
        let bytes = Zeroizing::new(bytes);
        let kind = match prefix.as_str() {
            CLASSIC_SECRET => KeyKind::Classic,
            HYBRID_SECRET => KeyKind::PostQuantum,
            _ => return Err(KeyFault::NotAKey),
        };
        let seed: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyFault::NotAKey)?;
        let key = Self { kind, seed: Zeroizing::new(seed) };
        if key.to_text().as_str() == text { Ok(key) } else { Err(KeyFault::NotAKey) }
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Public {
    Classic(age::x25519::Recipient),
    Hybrid(Box<hybrid::Recipient>),
}

/// The public half of a vault key: who has it can seal to the vault, and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct VaultRecipient(Public);

impl VaultRecipient {
    /// Which kind it is.
    pub const fn kind(&self) -> KeyKind {
        match self.0 {
            Public::Classic(_) => KeyKind::Classic,
            Public::Hybrid(_) => KeyKind::PostQuantum,
        }
    }

    /// The name of this key in a manifest: SHA-256 over its text.
    pub fn id(&self) -> Digest {
        Digest::of(self.to_string().as_bytes())
    }

    /// What the crate `age` seals to.
    pub(crate) fn as_age(&self) -> &dyn age::Recipient {
        match &self.0 {
            Public::Classic(public) => public,
            Public::Hybrid(public) => &**public,
        }
    }

    /// Whether one file may be sealed to all of these.
    ///
    /// # Errors
    /// [`KeyFault::None`], [`KeyFault::TooMany`], [`KeyFault::Mixed`].
    pub fn check(recipients: &[Self]) -> Result<KeyKind, KeyFault> {
        let first = recipients.first().ok_or(KeyFault::None)?.kind();
        if recipients.len() > MAX_RECIPIENTS {
            return Err(KeyFault::TooMany);
        }
        if recipients.iter().any(|recipient| recipient.kind() != first) {
            return Err(KeyFault::Mixed);
        }
        Ok(first)
    }
}

impl fmt::Display for VaultRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Public::Classic(public) => write!(f, "{public}"),
            Public::Hybrid(public) => f.write_str(&written(HYBRID_PUBLIC, &public.to_bytes())),
        }
    }
}

impl fmt::Debug for VaultRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for VaultRecipient {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let (prefix, bytes) = read(text).ok_or(KeyFault::NotARecipient)?;
        let public = match prefix.as_str() {
            CLASSIC_PUBLIC => text.parse().ok().map(Public::Classic),
            HYBRID_PUBLIC if bytes.len() == hybrid::PUBLIC => {
                hybrid::Recipient::from_bytes(&bytes).map(|public| Public::Hybrid(Box::new(public)))
            }
            _ => None,
        };
        let recipient = Self(public.ok_or(KeyFault::NotARecipient)?);
        if recipient.to_string() == text { Ok(recipient) } else { Err(KeyFault::NotARecipient) }
    }
}

/// Reads the keys of a file as `age -i` does: one a line, with empty lines and lines of `#` between them.
///
/// # Errors
/// [`KeyFault::File`] where there is none or there are too many, [`KeyFault::NotAKey`] for any other line.
pub fn read_keys(text: &str) -> Result<Vec<VaultKey>, KeyFault> {
    lines(text)
}

/// Reads the recipients of a file as `age -R` does: one a line, with empty lines and lines of `#` between them.
///
/// # Errors
/// [`KeyFault::File`] where there is none or there are too many, [`KeyFault::NotARecipient`] for any other line.
pub fn read_recipients(text: &str) -> Result<Vec<VaultRecipient>, KeyFault> {
    lines(text)
}

fn lines<T: FromStr<Err = KeyFault>>(text: &str) -> Result<Vec<T>, KeyFault> {
    if text.len() > MAX_KEY_FILE {
        return Err(KeyFault::File);
    }
    let kept = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys: Vec<T> = kept.map(str::parse).collect::<Result<_, _>>()?;
    if keys.is_empty() || keys.len() > MAX_RECIPIENTS { Err(KeyFault::File) } else { Ok(keys) }
}

/// Bytes as `age` writes keys: Bech32 without its limit of length.
pub(crate) fn written(prefix: &str, bytes: &[u8]) -> String {
    // Unwrap safety: every prefix here is a constant that Bech32 allows.
    bech32::encode(prefix, bytes.to_base32(), Variant::Bech32).expect("a prefix of Bech32")
}

/// The reverse; nothing for what is not Bech32. The prefix is small.
pub(crate) fn read(text: &str) -> Option<(String, Vec<u8>)> {
    if text.len() > MAX_KEY_FILE {
        return None;
    }
    match bech32::decode(text) {
        Ok((prefix, data, Variant::Bech32)) => Some((prefix, Vec::from_base32(&data).ok()?)),
        _ => None,
    }
}
