//! The post-quantum recipient of `age` files: `mlkem768x25519` of C2SP `age`, HPKE (RFC 9180) with ML-KEM-768 and X25519
//! together. The crate `age` has it not yet; this is the stanza alone, within that crate's own traits.

use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::secrecy::ExposeSecret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use curve25519_dalek::montgomery::MontgomeryPoint;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};
use std::collections::HashSet;
use zeroize::{Zeroize, Zeroizing};

/// First word of the stanza.
const TAG: &str = "mlkem768x25519";
/// What binds the encryption to this use.
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
/// Bytes of the encapsulated key, of which the last 32 are the X25519 share.
const ENCAPSULATED: usize = 1120;
/// Bytes of the sealed file key with its tag; any other length is refused before the key is used.
const BODY: usize = FILE_KEY_BYTES + 16;
/// Says that a file's recipients must all withstand a quantum computer; `age` refuses to mix.
const LABEL: &str = "postquantum";

/// Bytes of the public key.
pub(crate) const PUBLIC: usize = 1216;

/// The public half.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Recipient(<XWing as Kem>::PublicKey);

impl Recipient {
    pub(crate) fn of_seed(seed: &[u8; 32]) -> Option<Self> {
        let private = <XWing as Kem>::PrivateKey::from_bytes(seed).ok()?;
        Some(Self(XWing::sk_to_pk(&private)))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <XWing as Kem>::PublicKey::from_bytes(bytes).ok().map(Self)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }
}

impl age::Recipient for Recipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let sealed = single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.0,
            INFO,
            file_key.expose_secret(),
            &[],
        );
        let (encapsulated, body) =
            sealed.map_err(|error| EncryptError::Io(std::io::Error::other(error.to_string())))?;
        let args = vec![STANDARD_NO_PAD.encode(encapsulated.to_bytes())];
        let stanza = Stanza { tag: TAG.to_owned(), args, body };
        Ok((vec![stanza], HashSet::from([LABEL.to_owned()])))
    }
}

/// The private half.
pub(crate) struct Identity(pub(crate) Zeroizing<[u8; 32]>);

impl Identity {
    fn open(&self, encapsulated: &[u8], body: &[u8]) -> Option<FileKey> {
        let private = <XWing as Kem>::PrivateKey::from_bytes(&*self.0).ok()?;
        let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        let opened = single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &private,
            &encapsulated,
            INFO,
            body,
            &[],
        );
        let mut opened = opened.ok()?;
        let key = <[u8; FILE_KEY_BYTES]>::try_from(opened.as_slice()).ok();
        opened.zeroize();
        key.map(|mut key| {
            let file_key = FileKey::init_with_mut(|place| place.copy_from_slice(&key));
            key.zeroize();
            file_key
        })
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != TAG {
            return None;
        }
        let encapsulated = match stanza.args.as_slice() {
            [one] => STANDARD_NO_PAD.decode(one).ok().filter(|bytes| bytes.len() == ENCAPSULATED),
            _ => None,
        };
        let Some(encapsulated) = encapsulated.filter(|_| stanza.body.len() == BODY) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        if encapsulated.last_chunk::<32>().is_none_or(is_low_order) {
            return Some(Err(DecryptError::InvalidHeader));
        }
        // Nothing tells for whom a stanza is: one that does not open may be another's.
        self.open(&encapsulated, &stanza.body).map(Ok)
    }
}

/// Whether the secret shared through this point would be zero for every key: clamped scalars are multiples of eight, so it
/// is for one exactly if it is for all.
fn is_low_order(share: &[u8; 32]) -> bool {
    MontgomeryPoint(*share).mul_clamped([1; 32]).to_bytes() == [0; 32]
}
