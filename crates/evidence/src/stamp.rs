//! Time stamps of an authority (RFC 3161, with RFC 5816): what to ask for, and whether an answer holds, offline.
//! An answer holds where the authority has stamped exactly these bytes, and the certificate it has signed with leads to a
//! root that the reader trusts, was valid at the stamped time, and is for time stamps alone.
//! Revocation is not looked at: lists come over a network. What this program cannot compute it calls undecided, and
//! `openssl ts -verify` may know more algorithms.

mod algorithm;

use crate::hash::Digest;
use cms::attr::MessageDigest;
use cms::cert::{CertificateChoices, x509::Certificate};
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use comity_ledger::bundle::Refusal;
use der::asn1::{Any, GeneralizedTime, Int, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, KeyUsage};
use x509_cert::attr::Attributes;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion, TstInfo};

/// The longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;
/// The most certificates of one answer, and the most roots of one file.
const MAX_CERTIFICATES: usize = 16;

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

/// A stamp that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When the authority had the hash, to the second.
    pub time: jiff::Timestamp,
    /// The policy under which it stamps, an object identifier.
    pub policy: String,
    /// Who has signed, as its certificate names it.
    pub authority: String,
}

fn invalid<T>(why: impl std::fmt::Display) -> Result<T, Refusal> {
    Err(Refusal::Invalid(format!("stamp: {why}")))
}

fn undecided<T>(why: impl std::fmt::Display) -> Result<T, Refusal> {
    Err(Refusal::Undecided(format!("stamp not verified here: {why}")))
}

fn malformed(error: der::Error) -> Refusal {
    Refusal::Invalid(format!("stamp: not a time stamp of RFC 3161: {error}"))
}

/// What is sent to an authority as `application/timestamp-query`: it asks for its certificate, so that the answer can be
/// checked alone. `nonce` is fresh and random, and [`verify`] is given it again.
///
/// # Errors
/// None in practice; the caller treats it as a fault.
pub fn request(of: &Digest, nonce: u64) -> Result<Vec<u8>, Refusal> {
    let hash_algorithm = AlgorithmIdentifierOwned { oid: SHA_256, parameters: Some(Null.into()) };
    let hashed_message = OctetString::new(of.as_bytes().as_slice()).map_err(malformed)?;
    let request = TimeStampReq {
        version: TspVersion::V1,
        message_imprint: MessageImprint { hash_algorithm, hashed_message },
        req_policy: None,
        nonce: Some(number(nonce)?),
        cert_req: true,
        extensions: None,
    };
    request.to_der().map_err(malformed)
}

/// A whole number as DER has it: no leading zeros, and one where it would look negative.
fn number(value: u64) -> Result<Int, Refusal> {
    let bytes = [[0].as_slice(), &value.to_be_bytes()].concat();
    let begin = (0..8).find(|at| bytes[*at] != 0 || bytes[at + 1] >= 0x80).unwrap_or(8);
    Int::new(&bytes[begin..]).map_err(malformed)
}

/// Reads the certificates of a PEM file as roots to be trusted.
///
/// # Errors
/// [`Refusal::Undecided`]: there is none, there are too many, or one cannot be read.
pub fn roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).take(MAX_CERTIFICATES + 1).collect();
    match roots {
        Ok(roots) if (1..=MAX_CERTIFICATES).contains(&roots.len()) => Ok(roots),
        _ => undecided(format!("not a PEM file with 1 to {MAX_CERTIFICATES} certificates")),
    }
}

/// Whether an answer is a stamp of these bytes by an authority under one of the roots; `nonce` is that of the request, if
/// it is at hand.
///
/// # Errors
/// [`Refusal::Invalid`] where it is not, [`Refusal::Undecided`] for algorithms that are not known here, for an answer
/// without its certificate, and where the roots are none of its authority's.
pub fn verify(
    answer: &[u8],
    of: &Digest,
    nonce: Option<u64>,
    roots: &[CertificateDer<'_>],
) -> Result<Stamp, Refusal> {
    if answer.len() > MAX_ANSWER {
        return invalid(format!("longer than {MAX_ANSWER} bytes"));
    }
    let answer = TimeStampResp::from_der(answer).map_err(malformed)?;
    let status = answer.status.status as u8;
    let Some(token) = answer.time_stamp_token.filter(|_| status <= 1) else {
        return invalid(format!("the authority has refused, with status {status}"));
    };
    let data = signed_data(&token)?;
    let Some(content) = data.encap_content_info.econtent.as_ref() else {
        return invalid("it holds no time");
    };
    let info = content.decode_as::<OctetString>().map_err(malformed)?;
    let info = info.as_bytes();
    let time = stamped(&TstInfo::from_der(info).map_err(malformed)?, of, nonce)?;

    let [signer] = data.signer_infos.0.as_slice() else { return invalid("it has not exactly one signer") };
    let attributes = attributes(signer, info)?;
    let (certificate, others) = certificates(&data, signer, attributes)?;
    for_time_stamps_alone(&certificate)?;
    let message = attributes.to_der().map_err(malformed)?;
    proved(&certificate, &others, time.0, roots, signer, &message)?;
    Ok(Stamp { time: time.0, policy: time.1, authority: certificate.tbs_certificate.subject.to_string() })
}

fn signed_data(token: &ContentInfo) -> Result<SignedData, Refusal> {
    if token.content_type != SIGNED_DATA {
        return invalid("its token is not signed data");
    }
    let signed: SignedData = token.content.decode_as().map_err(malformed)?;
    if signed.encap_content_info.econtent_type != TST_INFO {
        return invalid("what it signs is not a time");
    }
    if signed.digest_algorithms.iter().all(|algorithm| algorithm.oid != SHA_256) {
        return undecided("it is signed with another hash than SHA-256");
    }
    Ok(signed)
}

/// Time and policy, where the stamp is of these bytes.
fn stamped(info: &TstInfo, of: &Digest, nonce: Option<u64>) -> Result<(jiff::Timestamp, String), Refusal> {
    let imprint = &info.message_imprint;
    if imprint.hash_algorithm.oid != SHA_256 || imprint.hashed_message.as_bytes() != of.as_bytes() {
        return invalid("it is of other bytes");
    }
    if let Some(nonce) = nonce
        && info.nonce != Some(number(nonce)?)
    {
        return invalid("it answers another request");
    }
    if info.extensions.as_ref().is_some_and(|all| all.iter().any(|extension| extension.critical)) {
        return undecided("it has a critical extension that is not known");
    }
    Ok((moment(&info.gen_time)?, info.policy.to_string()))
}

fn moment(time: &GeneralizedTime) -> Result<jiff::Timestamp, Refusal> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs());
    match seconds.map(jiff::Timestamp::from_second) {
        Ok(Ok(time)) => Ok(time),
        _ => invalid("its time is none"),
    }
}

/// The signed attributes, which say that they are of this content.
fn attributes<'a>(signer: &'a SignerInfo, info: &[u8]) -> Result<&'a Attributes, Refusal> {
    if signer.digest_alg.oid != SHA_256 {
        return undecided("it is signed with another hash than SHA-256");
    }
    let Some(attributes) = &signer.signed_attrs else { return invalid("it has no signed attributes") };
    let kind = attribute(attributes, CONTENT_TYPE)?.decode_as::<ObjectIdentifier>().map_err(malformed)?;
    let digest: MessageDigest = attribute(attributes, MESSAGE_DIGEST)?.decode_as().map_err(malformed)?;
    if kind != TST_INFO || digest.as_bytes() != Digest::of(info).as_bytes() {
        return invalid("what is signed is not its time");
    }
    Ok(attributes)
}

fn attribute(attributes: &Attributes, kind: ObjectIdentifier) -> Result<&Any, Refusal> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == kind);
    let (Some(attribute), None) = (found.next(), found.next()) else {
        return invalid(format!("attribute {kind} does not stand there once"));
    };
    match attribute.values.as_slice() {
        [value] => Ok(value),
        _ => invalid(format!("attribute {kind} has not one value")),
    }
}

/// RFC 5035: which certificate is the signer's, by its hash.
#[derive(Sequence)]
struct SigningCertificate {
    certificates: Vec<CertificateId>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Sequence)]
struct CertificateId {
    /// SHA-256 where it is left out.
    #[asn1(optional = "true")]
    algorithm: Option<AlgorithmIdentifierOwned>,
    hash: OctetString,
    #[asn1(optional = "true")]
    serial: Option<Any>,
}

/// The certificate that the signer says it has signed with, and the others.
fn certificates(
    data: &SignedData,
    signer: &SignerInfo,
    attributes: &Attributes,
) -> Result<(Certificate, Vec<Certificate>), Refusal> {
    if attributes.iter().all(|attribute| attribute.oid != SIGNING_CERTIFICATE_V2) {
        return undecided("it names its certificate with another hash than SHA-256");
    }
    let named = attribute(attributes, SIGNING_CERTIFICATE_V2)?;
    let named: SigningCertificate = named.decode_as().map_err(malformed)?;
    let Some(first) = named.certificates.first() else { return invalid("it names no certificate") };
    if first.algorithm.as_ref().is_some_and(|algorithm| algorithm.oid != SHA_256) {
        return undecided("it names its certificate with another hash than SHA-256");
    }
    let all = data.certificates.iter().flat_map(|all| all.0.iter());
    let mut all: Vec<Certificate> = all
        .filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
            CertificateChoices::Other(_) => None,
        })
        .take(MAX_CERTIFICATES + 1)
        .collect();
    if all.is_empty() {
        return undecided("it brings no certificate");
    }
    if all.len() > MAX_CERTIFICATES {
        return invalid(format!("more than {MAX_CERTIFICATES} certificates"));
    }
    let own = all.iter().position(|certificate| {
        certificate.to_der().is_ok_and(|bytes| Digest::of(&bytes).as_bytes() == first.hash.as_bytes())
    });
    let Some(own) = own.map(|at| all.swap_remove(at)) else {
        return invalid("the certificate that it names is not among those it brings");
    };
    let tbs = &own.tbs_certificate;
    let same = match &signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            id.issuer == tbs.issuer && id.serial_number == tbs.serial_number
        }
        // The hash above has named it already.
        SignerIdentifier::SubjectKeyIdentifier(_) => true,
    };
    if same { Ok((own, all)) } else { invalid("its signer is another than its certificate's") }
}

/// RFC 3161, section 2.3: one use, and marked as critical.
fn for_time_stamps_alone(certificate: &Certificate) -> Result<(), Refusal> {
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let mut uses = extensions.filter(|extension| extension.extn_id == EXTENDED_KEY_USAGE);
    let (Some(usage), None) = (uses.next(), uses.next()) else {
        return invalid("its certificate does not say what it is for");
    };
    let named = ExtendedKeyUsage::from_der(usage.extn_value.as_bytes()).map_err(malformed)?;
    if usage.critical && named.0 == [TIME_STAMPING] {
        Ok(())
    } else {
        invalid("its certificate is not one for time stamps alone")
    }
}

/// The path to a root at the stamped time, and the signature itself.
fn proved(
    certificate: &Certificate,
    others: &[Certificate],
    time: jiff::Timestamp,
    roots: &[CertificateDer<'_>],
    signer: &SignerInfo,
    message: &[u8],
) -> Result<(), Refusal> {
    let Some(algorithm) = algorithm::of(&signer.signature_algorithm, certificate) else {
        return undecided("it is signed with another algorithm than RSA or ECDSA P-256 with SHA-256");
    };
    let der = |certificate: &Certificate| certificate.to_der().map(CertificateDer::from);
    let own = der(certificate).map_err(malformed)?;
    let others: Vec<_> = others.iter().map(der).collect::<Result<_, _>>().map_err(malformed)?;
    let anchors: Result<Vec<TrustAnchor<'_>>, _> =
        roots.iter().map(webpki::anchor_from_trusted_cert).collect();
    let Ok(anchors) = anchors else { return undecided("a root cannot be read") };
    let Ok(own) = EndEntityCert::try_from(&own) else { return invalid("its certificate cannot be read") };
    if own.verify_signature(algorithm, message, signer.signature.as_bytes()).is_err() {
        return invalid("its signature does not hold");
    }
    let seconds = u64::try_from(time.as_second()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    // The object identifier's content bytes: 1.3.6.1.5.5.7.3.8.
    let usage = KeyUsage::required(&[0x2b, 6, 1, 5, 5, 7, 3, 8]);
    let known: [&dyn SignatureVerificationAlgorithm; 2] = algorithm::KNOWN;
    match own.verify_for_usage(&known, &anchors, &others, time, usage, None, None) {
        Ok(_) => Ok(()),
        Err(webpki::Error::UnknownIssuer) => undecided("its certificate leads to none of the trusted roots"),
        Err(
            error @ (webpki::Error::UnsupportedSignatureAlgorithmContext(_)
            | webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)),
        ) => undecided(error),
        Err(error) => invalid(format!("its certificate: {error}")),
    }
}
