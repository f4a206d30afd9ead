//! The two ways in which authorities sign: RSA (PKCS #1 v1.5) from 2048 bits and ECDSA P-256, both with SHA-256.
//! Public keys and public messages only: the timing of RSA's private operations (RUSTSEC-2023-0071) concerns nothing here.

use cms::cert::x509::Certificate;
use der::asn1::ObjectIdentifier;
use p256::ecdsa::signature::Verifier as _;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use sha2::Sha256;
use x509_cert::spki::AlgorithmIdentifierOwned;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const ECDSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

const P_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// Bits of the smallest RSA key that counts.
const MIN_BITS: usize = 2048;
/// Bits of the largest: it bounds the time that a certificate can take.
const MAX_BITS: usize = 8192;

/// Those by which certificates may be signed.
pub(super) const KNOWN: [&dyn SignatureVerificationAlgorithm; 2] = [&RsaSha256, &EcdsaP256];

/// The algorithm of a signer, if it is known; an authority may name RSA alone, and the hash beside it.
pub(super) fn of(
    named: &AlgorithmIdentifierOwned,
    certificate: &Certificate,
) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    let key = &certificate.tbs_certificate.subject_public_key_info.algorithm;
    let curve = || key.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    match named.oid {
        RSA | RSA_SHA_256 if key.oid == RSA => Some(&RsaSha256),
        ECDSA_SHA_256 if curve() == Some(P_256) => Some(&EcdsaP256),
        _ => None,
    }
}

#[derive(Debug)]
struct RsaSha256;

impl SignatureVerificationAlgorithm for RsaSha256 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = rsa::RsaPublicKey::from_pkcs1_der(public_key).map_err(|_| InvalidSignature)?;
        let bits = key.size() * 8;
        if !(MIN_BITS..=MAX_BITS).contains(&bits) {
            return Err(InvalidSignature);
        }
        let signature = rsa::pkcs1v15::Signature::try_from(signature).map_err(|_| InvalidSignature)?;
        let key = rsa::pkcs1v15::VerifyingKey::<Sha256>::new(key);
        key.verify(message, &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PKCS1_SHA256
    }
}

#[derive(Debug)]
struct EcdsaP256;

impl SignatureVerificationAlgorithm for EcdsaP256 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = p256::ecdsa::Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        key.verify(message, &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P256
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA256
    }
}
