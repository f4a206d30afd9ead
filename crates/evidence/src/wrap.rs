//! The ways back to the key of a vault: each officer's own key, a code on paper, a quorum of an organisation, and a
//! passkey. What is kept in each case tells nothing without the officer's key, the code, enough shares, or the passkey.
//!
//! # Format of a key that is locked by a code, a quorum or a passkey, version 1
//!
//! | bytes | what |
//! |---|---|
//! | 15 | `comity vaultkey` in ASCII |
//! | 1 | version, 1 |
//! | 1 | 1: by a code, 2: by a quorum, 3: by a passkey |
//! | 32 | salt, random |
//! | 49 | the kind of vault key (1: X25519, 2: hybrid) and its 32 secret bytes, sealed, with a tag of 16 |
//!
//! Sealed with XChaCha20-Poly1305 under HKDF-SHA-256 of the secret with that salt, with a nonce of zeros, since no two
//! salts are the same; the first 17 bytes and the vault's recipient are the additional data. No slow hash is needed: the
//! secret is 160 or 256 random bits and no word that somebody chose, so that nobody can try them all.

use crate::hash::Digest;
use crate::inner::{self, InnerFault};
use crate::share::{SECRET, combine, split};
use crate::vault::{self, KeyKind, VaultKey, VaultRecipient};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use std::collections::BTreeSet;
use std::io;
use std::str::FromStr;
use zeroize::Zeroizing;

opaque!(RecoveryCode, Share);

const MAGIC: &[u8; 15] = b"comity vaultkey";
const VERSION: u8 = 1;
const HEADER: usize = MAGIC.len() + 2;
const SALT: usize = 32;
/// Bytes of a locked key.
pub const LOCKED: usize = HEADER + SALT + 1 + 32 + 16;
/// The largest quorum.
pub const MAX_MEMBERS: u8 = 16;
/// The longest file for officers that is read, in bytes: the largest header, and a key.
const MAX_FOR_OFFICERS: usize = 80 * 1024;

const CODE_PREFIX: &str = "recovery";
const CODE: usize = 20;
const SHARE_PREFIX: &str = "share";

/// Why there is no way back.
#[derive(Debug, thiserror::Error)]
pub enum WrapFault {
    /// It is no locked key.
    #[error("not a locked vault key")]
    NotLocked,
    /// It is of a version that this program does not know.
    #[error("a locked vault key of the unknown version {0}")]
    Version(u8),
    /// It opens with nothing of this, or to another vault's key.
    #[error("the code or the shares are not those of this vault key")]
    Wrong,
    /// Not a code or a share, or it was mistyped.
    #[error("not a code or share as it was given out: look for a mistake")]
    Mistyped,
    /// Fewer different shares than are needed.
    #[error("{0} shares of {1} that are needed")]
    TooFew(usize, u8),
    /// A threshold or number of members outside the bounds.
    #[error("a quorum is 2 to {MAX_MEMBERS} members, of whom at least 2 are needed")]
    Quorum,
    /// The file for officers.
    #[error(transparent)]
    Officers(#[from] InnerFault),
    /// The operating system gives no random bytes.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Seals the key to officers' own recipients: an `age` file of the text of the key.
///
/// # Errors
/// [`InnerFault`].
pub fn to_officers(key: &VaultKey, officers: &[VaultRecipient]) -> Result<Vec<u8>, InnerFault> {
    let mut file = Vec::new();
    inner::seal(officers, key.to_text().as_bytes(), &mut file)?;
    Ok(file)
}

/// Opens with an officer's own key what [`to_officers`] has sealed.
///
/// # Errors
/// [`WrapFault::Officers`], [`WrapFault::Wrong`] where it is not the key of that vault.
pub fn by_officer(officer: &VaultKey, file: &[u8], vault: &VaultRecipient) -> Result<VaultKey, WrapFault> {
    if file.len() > MAX_FOR_OFFICERS {
        return Err(WrapFault::NotLocked);
    }
    // Never longer than the file, so that no part of it is left where it was before it grew.
    let mut text = Zeroizing::new(Vec::with_capacity(file.len()));
    inner::open(std::slice::from_ref(officer), file, &mut *text)?;
    let key: Option<VaultKey> = std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
    key.filter(|key| key.recipient() == *vault).ok_or(WrapFault::Wrong)
}

/// 160 random bits for paper, written in small letters and digits, the last six of which find a mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<[u8; CODE]>);

impl RecoveryCode {
    /// The code as it is printed, in groups of five.
    pub fn to_text(&self) -> Zeroizing<String> {
        grouped(&Zeroizing::new(vault::written(CODE_PREFIX, &*self.0)))
    }
}

impl FromStr for RecoveryCode {
    type Err = WrapFault;

    /// Reads a code as somebody types it: spaces do not count.
    fn from_str(text: &str) -> Result<Self, WrapFault> {
        let bytes = typed(text, CODE_PREFIX)?;
        let bytes: [u8; CODE] = bytes.as_slice().try_into().map_err(|_| WrapFault::Mistyped)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

/// Locks the key by a new code.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn to_code(key: &VaultKey) -> io::Result<(RecoveryCode, Vec<u8>)> {
    let mut code = Zeroizing::new([0; CODE]);
    crate::fill(&mut *code)?;
    let locked = lock(By::Code, &*code, key)?;
    Ok((RecoveryCode(code), locked))
}

/// Unlocks with the code.
///
/// # Errors
/// [`WrapFault::NotLocked`], [`WrapFault::Version`], [`WrapFault::Wrong`].
pub fn by_code(code: &RecoveryCode, locked: &[u8], vault: &VaultRecipient) -> Result<VaultKey, WrapFault> {
    unlock(By::Code, &*code.0, locked, vault)
}

/// One member's share of a quorum.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    /// The first bytes of the locked key's hash: which key it is a share of.
    of: [u8; 4],
    /// How many are needed.
    threshold: u8,
    /// Its place, from 1.
    place: u8,
    value: Zeroizing<[u8; SECRET]>,
}

impl Share {
    /// How many shares are needed.
    pub const fn threshold(&self) -> u8 {
        self.threshold
    }

    /// The share as it is printed, in groups of five.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(7 + SECRET));
        bytes.extend_from_slice(&[VERSION]);
        bytes.extend_from_slice(&self.of);
        bytes.extend_from_slice(&[self.threshold, self.place]);
        bytes.extend_from_slice(&*self.value);
        grouped(&Zeroizing::new(vault::written(SHARE_PREFIX, &bytes)))
    }
}

impl FromStr for Share {
    type Err = WrapFault;

    /// Reads a share as somebody types it: spaces do not count.
    fn from_str(text: &str) -> Result<Self, WrapFault> {
        let bytes = typed(text, SHARE_PREFIX)?;
        let (head, value) = bytes.split_first_chunk::<7>().ok_or(WrapFault::Mistyped)?;
        let value = <[u8; SECRET]>::try_from(value).map_err(|_| WrapFault::Mistyped)?;
        let [version, of @ .., threshold, place] = *head;
        if version != VERSION {
            return Err(WrapFault::Version(version));
        }
        if place == 0 || threshold < 2 {
            return Err(WrapFault::Mistyped);
        }
        Ok(Self { of, threshold, place, value: Zeroizing::new(value) })
    }
}

/// Locks the key by a new secret, of which each member gets a share; `threshold` of them unlock it.
///
/// # Errors
/// [`WrapFault::Quorum`], [`WrapFault::Io`].
pub fn to_quorum(key: &VaultKey, threshold: u8, members: u8) -> Result<(Vec<Share>, Vec<u8>), WrapFault> {
    if threshold < 2 || members < threshold || members > MAX_MEMBERS {
        return Err(WrapFault::Quorum);
    }
    let mut secret = Zeroizing::new([0; SECRET]);
    crate::fill(&mut *secret)?;
    let locked = lock(By::Quorum, &*secret, key)?;
    let of = name(&locked);
    let values = split(&secret, threshold, members)?;
    let shares = (1..).zip(values).map(|(place, value)| Share { of, threshold, place, value });
    Ok((shares.collect(), locked))
}

/// What a passkey gives for [`PASSKEY_INPUT`]: the 32 bytes of the extension `prf` (WebAuthn Level 3, 10.1.4).
pub type PasskeySecret = Zeroizing<[u8; 32]>;

/// What a passkey is asked with, as `prf.eval.first` in UTF-8: one passkey gives one secret for it, always the same.
pub const PASSKEY_INPUT: &str = "comity officer key v1";

/// Locks the key by the secret of a passkey.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn to_passkey(key: &VaultKey, secret: &PasskeySecret) -> io::Result<Vec<u8>> {
    lock(By::Passkey, &**secret, key)
}

/// Unlocks with the secret of a passkey.
///
/// # Errors
/// [`WrapFault::NotLocked`], [`WrapFault::Version`], [`WrapFault::Wrong`].
pub fn by_passkey(
    secret: &PasskeySecret,
    locked: &[u8],
    vault: &VaultRecipient,
) -> Result<VaultKey, WrapFault> {
    unlock(By::Passkey, &**secret, locked, vault)
}

/// By what a locked key is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockedBy {
    /// A code on paper.
    Code,
    /// A quorum.
    Quorum,
    /// A passkey.
    Passkey,
}

/// By what these bytes are locked, as far as that can be told without the secret.
///
/// # Errors
/// [`WrapFault::NotLocked`], [`WrapFault::Version`].
pub fn locked_by(locked: &[u8]) -> Result<LockedBy, WrapFault> {
    let (header, _) = locked.split_first_chunk::<HEADER>().ok_or(WrapFault::NotLocked)?;
    if locked.len() != LOCKED || !header.starts_with(MAGIC) {
        return Err(WrapFault::NotLocked);
    }
    if header[HEADER - 2] != VERSION {
        return Err(WrapFault::Version(header[HEADER - 2]));
    }
    match header[HEADER - 1] {
        1 => Ok(LockedBy::Code),
        2 => Ok(LockedBy::Quorum),
        3 => Ok(LockedBy::Passkey),
        _ => Err(WrapFault::NotLocked),
    }
}

/// Unlocks with the shares of enough members.
///
/// # Errors
/// [`WrapFault::TooFew`]; [`WrapFault::Wrong`] where one is of another key, or was made up.
pub fn by_quorum(shares: &[Share], locked: &[u8], vault: &VaultRecipient) -> Result<VaultKey, WrapFault> {
    let of = name(locked);
    if shares.iter().any(|share| share.of != of) {
        return Err(WrapFault::Wrong);
    }
    let places: BTreeSet<u8> = shares.iter().map(|share| share.place).collect();
    let threshold = shares.first().map_or(2, |share| share.threshold);
    if places.len() < usize::from(threshold) {
        return Err(WrapFault::TooFew(places.len(), threshold));
    }
    if places.len() < shares.len() {
        return Err(WrapFault::Wrong);
    }
    let values: Vec<(u8, &[u8; SECRET])> = shares.iter().map(|share| (share.place, &*share.value)).collect();
    unlock(By::Quorum, &*combine(&values), locked, vault)
}

fn name(locked: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = *Digest::of(locked).as_bytes();
    [a, b, c, d]
}

#[derive(Clone, Copy)]
enum By {
    Code,
    Quorum,
    Passkey,
}

impl By {
    const fn byte(self) -> u8 {
        match self {
            Self::Code => 1,
            Self::Quorum => 2,
            Self::Passkey => 3,
        }
    }

    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"comity vault key by code v1",
            Self::Quorum => b"comity vault key by quorum v1",
            Self::Passkey => b"comity vault key by passkey v1",
        }
    }

    fn cipher(self, secret: &[u8], salt: &[u8]) -> XChaCha20Poly1305 {
        let mut key = Zeroizing::new([0; 32]);
        // Unwrap safety: HKDF-SHA-256 gives up to 8,160 bytes.
        Hkdf::<Sha256>::new(Some(salt), secret).expand(self.label(), &mut *key).expect("32 bytes of HKDF");
        XChaCha20Poly1305::new((&*key).into())
    }
}

fn lock(by: By, secret: &[u8], key: &VaultKey) -> io::Result<Vec<u8>> {
    let mut locked = [MAGIC.as_slice(), &[VERSION, by.byte()]].concat();
    let mut salt = [0; SALT];
    crate::fill(&mut salt)?;
    let mut plain = Zeroizing::new([0; 33]);
    plain[0] = match key.kind() {
        KeyKind::Classic => 1,
        KeyKind::PostQuantum => 2,
    };
    plain[1..].copy_from_slice(key.seed());
    let bound = [locked.as_slice(), key.recipient().to_string().as_bytes()].concat();
    let payload = Payload { msg: &*plain, aad: &bound };
    let sealed = by.cipher(secret, &salt).encrypt(&XNonce::default(), payload);
    locked.extend_from_slice(&salt);
    locked.extend_from_slice(&sealed.map_err(|_| io::Error::other("a vault key could not be sealed"))?);
    Ok(locked)
}

fn unlock(by: By, secret: &[u8], locked: &[u8], vault: &VaultRecipient) -> Result<VaultKey, WrapFault> {
    let (header, rest) = locked.split_first_chunk::<HEADER>().ok_or(WrapFault::NotLocked)?;
    let (salt, sealed) = rest.split_first_chunk::<SALT>().ok_or(WrapFault::NotLocked)?;
    if locked.len() != LOCKED || !header.starts_with(MAGIC) || header[HEADER - 1] != by.byte() {
        return Err(WrapFault::NotLocked);
    }
    if header[HEADER - 2] != VERSION {
        return Err(WrapFault::Version(header[HEADER - 2]));
    }
    let bound = [header.as_slice(), vault.to_string().as_bytes()].concat();
    let payload = Payload { msg: sealed, aad: &bound };
    let plain = by.cipher(secret, salt).decrypt(&XNonce::default(), payload);
    let plain = Zeroizing::new(plain.map_err(|_| WrapFault::Wrong)?);
    let (kind, seed) = match plain.split_first_chunk::<1>() {
        Some(([1], seed)) => (KeyKind::Classic, seed),
        Some(([2], seed)) => (KeyKind::PostQuantum, seed),
        _ => return Err(WrapFault::Wrong),
    };
    let seed: &[u8; 32] = seed.try_into().map_err(|_| WrapFault::Wrong)?;
    let key = VaultKey::from_seed(kind, seed);
    if key.recipient() == *vault { Ok(key) } else { Err(WrapFault::Wrong) }
}

fn grouped(text: &str) -> Zeroizing<String> {
    let mut groups = Zeroizing::new(String::with_capacity(text.len() * 2));
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % 5 == 0 {
            groups.push(' ');
        }
        groups.push(c);
    }
    groups
}

fn typed(text: &str, prefix: &str) -> Result<Zeroizing<Vec<u8>>, WrapFault> {
    if text.len() > 1_000 {
        return Err(WrapFault::Mistyped);
    }
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()));
    match vault::read(&plain) {
        Some((found, bytes)) if found == prefix => Ok(Zeroizing::new(bytes)),
        _ => Err(WrapFault::Mistyped),
    }
}
