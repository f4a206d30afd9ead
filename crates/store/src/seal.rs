//! Sealing at rest: one key per dossier, wrapped by the instance key; destroying a dossier's key erases what it sealed.
//! It may assume that the instance key's file is kept apart from the database's copies. It never returns bytes whose place was changed.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::engine::Tx;
use crate::fault::Fault;
use crate::hex;

crate::sql! {
    CREATE_KEY = "insert into dossier_key (dossier, wrapped, created_at_us) values ($1, $2, $3)";
    READ_KEY = "select wrapped, destroyed_at_us from dossier_key where dossier = $1";
    DESTROY_KEY = "update dossier_key set wrapped = null, destroyed_at_us = $2
        where dossier = $1 and destroyed_at_us is null";
}

/// XChaCha20-Poly1305 with a random nonce of 24 bytes.
const VERSION: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;

/// Where a sealed value lies; a value moved to another place does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table's name.
    pub table: &'a str,
    /// The row's key.
    pub row: &'a str,
    /// The column's name.
    pub column: &'a str,
}

impl Place<'_> {
    /// Lengths before contents, so that no two places have the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for part in [self.table, self.row, self.column] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// A sealed value does not open: it was changed, moved, cut, or sealed with another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open with this key at this place")]
pub struct SealBroken;

impl From<SealBroken> for Fault {
    fn from(broken: SealBroken) -> Self {
        Self::other(broken.to_string())
    }
}

/// 32 bytes that are overwritten when dropped.
#[derive(Clone)]
struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    fn random() -> Result<Self, Fault> {
        let mut secret = Self(Zeroizing::new([0; 32]));
        fill_random(secret.0.as_mut_slice())?;
        Ok(secret)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }

    /// Another key for another use, from which this one cannot be found.
    fn derived(&self, label: &str) -> Self {
        Self(Zeroizing::new(self.mac(&[label.as_bytes()])))
    }

    #[expect(clippy::unwrap_used, reason = "HMAC takes a key of any length")]
    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // Unwrap safety: HMAC takes a key of any length.
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.as_slice()).unwrap();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Fault> {
    getrandom::fill(bytes).map_err(|e| Fault::other(format!("no randomness: {e}")))
}

fn seal_with(key: &Secret, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut nonce = [0; NONCE];
    fill_random(&mut nonce)?;
    let payload = Payload { msg: plaintext, aad: &place.bytes() };
    let cipher = key.cipher();
    let sealed =
        cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Fault::other("too long to seal"))?;
    Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
}

fn open_with(key: &Secret, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
    let (&[VERSION], rest) = sealed.split_first_chunk::<1>().ok_or(SealBroken)? else {
        return Err(SealBroken);
    };
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealBroken)?;
    let cipher = key.cipher();
    let payload = Payload { msg: ciphertext, aad: &place.bytes() };
    cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealBroken)
}

/// The key of one dossier's fields and blobs.
#[derive(Clone)]
pub struct DossierKey(Secret);

impl DossierKey {
    /// Seals a value for its place; the result is 41 bytes longer. *Errors*: the machine gives no randomness.
    pub fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Fault> {
        seal_with(&self.0.derived("comity field 1"), place, plaintext)
    }

    /// Opens what [`DossierKey::seal`] made. *Errors*: the value was changed, moved, or sealed with another key.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        open_with(&self.0.derived("comity field 1"), place, sealed)
    }

    /// The key of the dossier's blobs.
    pub fn blob_key(&self) -> BlobKey {
        BlobKey(self.0.derived("comity blob 1"))
    }
}

/// The key of blobs: a dossier's, or the release key of one sealed file.
#[derive(Clone)]
pub struct BlobKey(Secret);

impl BlobKey {
    pub(crate) fn cipher(&self) -> XChaCha20Poly1305 {
        self.0.cipher()
    }
}

/// The key of one sealed file's blobs: destroying it destroys the file, wherever its blobs lie (T38).
pub struct ReleaseKey(Secret);

impl ReleaseKey {
    /// A new key, for one file only. *Errors*: the machine gives no randomness.
    pub fn generate() -> Result<Self, Fault> {
        Secret::random().map(Self)
    }

    /// The key of the file's blobs.
    pub fn blob_key(&self) -> BlobKey {
        BlobKey(self.0.derived("comity release 1"))
    }

    pub(crate) fn seal(&self, dossier: &DossierKey, place: Place<'_>) -> Result<Vec<u8>, Fault> {
        dossier.seal(place, self.0.0.as_slice())
    }

    pub(crate) fn open(dossier: &DossierKey, place: Place<'_>, sealed: &[u8]) -> Result<Self, SealBroken> {
        let mut bytes = dossier.open(place, sealed)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealBroken);
        bytes.zeroize();
        Ok(Self(Secret(Zeroizing::new(key?))))
    }
}

/// The key of this instance, kept in a file beside the configuration; whoever has it and the database reads everything.
#[derive(Clone)]
pub struct InstanceKey(Arc<Secret>);

impl InstanceKey {
    /// Reads the key file, or makes one (mode 0600) when there is none.
    ///
    /// *Errors*: the file is not a key, others than its owner may read it, or the folder cannot be written.
    pub fn load_or_create(path: &Path) -> Result<Self, Fault> {
        if !path.exists() {
            create_key_file(path).map_err(|e| Fault::other(format!("key file {}: {e}", path.display())))?;
        }
        Self::load(path)
    }

    /// Reads the key file. *Errors*: as [`InstanceKey::load_or_create`], or there is none.
    pub fn load(path: &Path) -> Result<Self, Fault> {
        let failed =
            |why: &dyn std::fmt::Display| Fault::other(format!("key file {}: {why}", path.display()));
        let file = File::open(path).map_err(|e| failed(&e))?;
        let mode = file.metadata().map_err(|e| failed(&e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(failed(&format!("others may use it (mode {:o}); make it 0600", mode & 0o777)));
        }
        let mut text = String::new();
        file.take(1024).read_to_string(&mut text).map_err(|e| failed(&e))?;
        let key = Self::from_text(text.as_bytes());
        text.zeroize();
        key.ok_or_else(|| failed(&"not 64 hexadecimal digits"))
    }

    /// The key of a key file with this content; nothing where it is not 64 hexadecimal digits.
    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        let mut bytes = hex::decode(str::from_utf8(text).ok()?.trim_end())?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).ok();
        bytes.zeroize();
        key.map(Self::from_bytes)
    }

    /// A key from bytes that the caller keeps, for tests and for other key stores.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(Secret(Zeroizing::new(bytes))))
    }

    /// A keyed digest for exact-match search: equal values under equal labels have equal digests, and without the key
    /// none can be tried.
    pub fn digest(&self, label: &str, value: &[u8]) -> [u8; 32] {
        let length = (label.len() as u64).to_be_bytes();
        self.0.derived("comity digest 1").mac(&[&length, label.as_bytes(), value])
    }

    /// Seals a value that belongs to no dossier. *Errors*: the machine gives no randomness.
    pub fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Fault> {
        seal_with(&self.0.derived("comity instance field 1"), place, plaintext)
    }

    /// Opens what [`InstanceKey::seal`] made. *Errors*: the value was changed, moved, or sealed with another key.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        open_with(&self.0.derived("comity instance field 1"), place, sealed)
    }

    fn wrap(&self, dossier: &str, key: &DossierKey) -> Result<Vec<u8>, Fault> {
        seal_with(&self.0.derived("comity wrap 1"), wrap_place(dossier), key.0.0.as_slice())
    }

    fn unwrap_key(&self, dossier: &str, wrapped: &[u8]) -> Result<DossierKey, SealBroken> {
        let mut bytes = open_with(&self.0.derived("comity wrap 1"), wrap_place(dossier), wrapped)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealBroken);
        bytes.zeroize();
        Ok(DossierKey(Secret(Zeroizing::new(key?))))
    }
}

fn wrap_place(dossier: &str) -> Place<'_> {
    Place { table: "dossier_key", row: dossier, column: "wrapped" }
}

/// Writes a whole file beside and links it into place, so that a crash leaves a whole key or none, and a rival's key stays.
fn create_key_file(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut suffix = [0; 8];
    getrandom::fill(&mut suffix).map_err(std::io::Error::other)?;
    let beside = folder.join(format!(".key-{}", hex::encode(&suffix)));
    let written = write_key(&beside).and_then(|()| match std::fs::hard_link(&beside, path) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(e),
        _ => File::open(folder)?.sync_all(),
    });
    std::fs::remove_file(&beside)?;
    written
}

fn write_key(path: &Path) -> std::io::Result<()> {
    let secret = Secret::random().map_err(|e| std::io::Error::other(e.message))?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    let mut text = hex::encode(secret.0.as_slice());
    let written = file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n"));
    text.zeroize();
    written.and_then(|()| file.sync_all())
}

/// What is known of a dossier's key.
pub enum KeyState {
    /// It exists.
    Present(DossierKey),
    /// It was destroyed at this time, in microseconds since 1970: what it sealed is erased.
    Destroyed(i64),
    /// There never was one.
    Missing,
}

/// Makes and keeps a key for a dossier. *Errors*: [`crate::FaultKind::Unique`] when it has or had one.
pub fn create_dossier_key(
    tx: &mut dyn Tx,
    instance: &InstanceKey,
    dossier: &str,
    now_us: i64,
) -> Result<DossierKey, Fault> {
    let key = DossierKey(Secret::random()?);
    let wrapped = instance.wrap(dossier, &key)?;
    tx.put(CREATE_KEY, &[dossier.into(), wrapped.into(), now_us.into()])?;
    Ok(key)
}

/// Finds a dossier's key. *Errors*: the kept key does not open with this instance key.
pub fn dossier_key(tx: &mut dyn Tx, instance: &InstanceKey, dossier: &str) -> Result<KeyState, Fault> {
    let Some(row) = tx.row(READ_KEY, &[dossier.into()])? else { return Ok(KeyState::Missing) };
    if let Some(at_us) = row.opt_int(1)? {
        return Ok(KeyState::Destroyed(at_us));
    }
    Ok(KeyState::Present(instance.unwrap_key(dossier, row.bytes(0)?)?))
}

/// Destroys a dossier's key for good; false when there was none left. Backups made before still hold it, wrapped.
pub fn destroy_dossier_key(tx: &mut dyn Tx, dossier: &str, now_us: i64) -> Result<bool, Fault> {
    Ok(tx.exec(DESTROY_KEY, &[dossier.into(), now_us.into()])? > 0)
}

/// How many bytes sealing adds to a value.
pub const OVERHEAD: usize = 1 + NONCE + TAG;
