//! An act signed with a passkey: what is signed, and whether an assertion of Web Authentication (level 3, 7.2) holds it.
//! The challenge is a digest of the act, so the passkey signs the act with it. Pure, and without any network: whoever has
//! the event has everything. It shows that whoever holds the key answered for this act at this point of this request;
//! whose key that is, the instance says, in the event and in the trail entry of the passkey's enrolment.

use crate::bundle::hex;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use rsa::pkcs1v15;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The first line of what is signed; a changed form takes another number.
const LABEL: &str = "comity act v1";
/// Flags of the data of an authenticator: its user was there, and was verified.
const PRESENT_AND_VERIFIED: u8 = 0x01 | 0x04;
/// Where the flags stand: after the digest of the relying party.
const FLAGS_AT: usize = 32;

/// The events that people bring about by acts which can be signed.
const EVENTS: &[&str] = &["authorised", "amended", "thawed", "sent", "package_released", "fraud_found"];

/// What is signed: one act, at one point of one request.
#[derive(Clone, Copy)]
pub struct Statement<'a> {
    /// The request's identifier.
    pub request: &'a str,
    /// How many events it has before the act.
    pub version: u64,
    /// What the last of them commits to, in hexadecimal: it vouches for all that was there to be signed.
    pub previous: &'a str,
    /// 32 random bytes of the instance, in hexadecimal, so that no challenge can be known before it is asked for.
    pub nonce: &'a str,
    /// What is done, see [`body`].
    pub body: &'a str,
}

impl Statement<'_> {
    /// The challenge that a passkey is asked to sign: SHA-256 over six lines.
    pub fn challenge(&self) -> [u8; 32] {
        let Self { request, version, previous, nonce, body } = self;
        let text = format!(
            "{LABEL}\nrequest {request}\nversion {version}\nprevious {previous}\nnonce {nonce}\n{body}\n"
        );
        Sha256::digest(text).into()
    }
}

/// An act whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAct {
    /// Number of the event.
    pub sequence: u64,
    /// The event, such as `authorised`.
    pub event: String,
    /// Who the instance says it was.
    pub name: String,
    /// For which organisation, by its identifier.
    pub organisation: String,
    /// When, as the event says.
    pub at: String,
    /// The page at which the passkey was shown.
    pub origin: String,
    /// SHA-256 of the public key (`SubjectPublicKeyInfo`), in hexadecimal; the trail entry of its enrolment has the same.
    pub key: String,
}

/// The key of a passkey in its usual form (`SubjectPublicKeyInfo`, RFC 5280, 4.1.2.7), from the point of ES256.
pub fn es256_key(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    let point = [&[0x04], x, y].concat();
    let key = p256::PublicKey::from_sec1_bytes(&point).ok()?;
    Some(key.to_public_key_der().ok()?.into_vec())
}

/// The same from the modulus and exponent of RS256.
pub fn rs256_key(n: &[u8], e: &[u8]) -> Option<Vec<u8>> {
    let number = rsa::BoxedUint::from_be_slice_vartime;
    let key = rsa::RsaPublicKey::new(number(n), number(e)).ok()?;
    Some(key.to_public_key_der().ok()?.into_vec())
}

/// Whether one whole event, as JSON, was signed, and by which key. Nothing where it carries no assertion.
///
/// # Errors
/// What does not hold, as a sentence.
pub fn of_event(event: &Value) -> Result<Option<SignedAct>, String> {
    let assertion = &event["assertion"];
    if assertion.is_null() {
        return Ok(None);
    }
    let text = |value: &Value, name: &str| {
        let text = value[name].as_str().map(str::to_owned);
        text.ok_or_else(|| format!("its signature has no {name}"))
    };
    let sequence = event["sequence"].as_u64().filter(|sequence| *sequence > 0).ok_or("it has no number")?;
    let (body, nonce) = (body(&event["what"]), text(assertion, "nonce")?);
    let (request, previous) = (text(event, "request")?, text(event, "previous")?);
    let statement = Statement {
        request: &request,
        version: sequence - 1,
        previous: &previous,
        nonce: &nonce,
        body: &body,
    };
    let key = decoded(assertion, "public_key")?;
    let client = decoded(assertion, "client_data")?;
    let data = decoded(assertion, "authenticator_data")?;
    let origin = asked_here(&client, &data, &statement)?;
    let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
    signature_holds(&key, &signed, &decoded(assertion, "signature")?)?;
    if !could_be_signed(event) {
        return Err("it is signed, and is none that a person signs".to_owned());
    }
    let by = &event["origin"];
    Ok(Some(SignedAct {
        sequence,
        event: text(&event["what"], "event")?,
        name: text(by, "name")?,
        organisation: text(by, "organisation")?,
        at: text(event, "at")?,
        origin,
        key: hex(&Sha256::digest(&key)),
    }))
}

/// Whether a person has brought about this event by an act that can be signed.
pub fn could_be_signed(event: &Value) -> bool {
    let named = event["what"]["event"].as_str();
    event["origin"]["by"] == "person" && EVENTS.iter().any(|known| Some(*known) == named)
}

/// What a person signs of an event: all that it tells but the moments of those who did it, which are not known yet when
/// it is asked for, and the manifest of a release, which the instance signs afterwards. JSON without white space, with the
/// fields of each object in the order of their names.
pub fn body(what: &Value) -> String {
    let mut text = String::new();
    let mut what = what.clone();
    if let Some(fields) = what.as_object_mut() {
        fields.remove("manifest");
    }
    write(&mut text, &what, false);
    text
}

fn write(text: &mut String, value: &Value, by: bool) {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, &Value> =
                fields.iter().filter(|(name, _)| !(by && *name == "at")).collect();
            text.push('{');
            for (number, (name, value)) in fields.into_iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(text, value, name == "by");
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for (number, value) in values.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                write(text, value, false);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

fn decoded(assertion: &Value, name: &str) -> Result<Vec<u8>, String> {
    let bytes = assertion[name].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    bytes.ok_or_else(|| format!("the {name} of its signature cannot be read"))
}

/// That the browser was asked for exactly this, by a page of the relying party, and the passkey verified its user.
/// Answers the address of the page.
fn asked_here(client: &[u8], data: &[u8], statement: &Statement<'_>) -> Result<String, String> {
    let client: Value =
        serde_json::from_slice(client).map_err(|_| "the client_data of its signature are no JSON")?;
    if client["type"] != "webauthn.get" {
        return Err("what its passkey signed is no assertion".to_owned());
    }
    if client["challenge"] != URL_SAFE_NO_PAD.encode(statement.challenge()) {
        return Err(
            "its passkey has signed something else than this act at this point of the request".to_owned()
        );
    }
    if client.get("crossOrigin").is_some_and(|value| *value != Value::Bool(false))
        || client.get("topOrigin").is_some()
    {
        return Err("its passkey was asked from a frame of another page".to_owned());
    }
    let origin = client["origin"].as_str().unwrap_or("");
    let host = host(origin).ok_or("its passkey was asked from a page that has no address")?;
    let Some((party, rest)) = data.split_first_chunk::<FLAGS_AT>() else {
        return Err("the data of its passkey are cut short".to_owned());
    };
    if *party != <[u8; 32]>::from(Sha256::digest(host)) {
        return Err("its passkey belongs to another relying party than its page".to_owned());
    }
    let flags = rest.first().copied().unwrap_or(0);
    if flags & PRESENT_AND_VERIFIED != PRESENT_AND_VERIFIED {
        return Err("its passkey has not verified its user".to_owned());
    }
    Ok(origin.to_owned())
}

/// The host of an origin: `https` anywhere, `http` on the own machine only (Secure Contexts, 3.1).
fn host(origin: &str) -> Option<&str> {
    let (scheme, rest) = origin.split_once("://")?;
    let host = rest.split(':').next().filter(|host| !host.is_empty() && !host.contains('/'))?;
    (scheme == "https" || (scheme == "http" && host == "localhost")).then_some(host)
}

fn signature_holds(key: &[u8], signed: &[u8], signature: &[u8]) -> Result<(), String> {
    let wrong = |_| "the signature does not hold".to_owned();
    if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_der(key) {
        let signature = p256::ecdsa::Signature::from_der(signature).map_err(wrong)?;
        return key.verify(signed, &signature).map_err(wrong);
    }
    if let Ok(key) = rsa::RsaPublicKey::from_public_key_der(key) {
        let signature = pkcs1v15::Signature::try_from(signature).map_err(wrong)?;
        return pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(signed, &signature).map_err(wrong);
    }
    Err("its public key is neither of ES256 nor of RS256".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made and signed by other programs (`openssl`, and Python for the challenge), by the words above alone.
    const FOREIGN: [&str; 2] =
        [include_str!("../tests/assertion/es256.json"), include_str!("../tests/assertion/rs256.json")];

    fn event(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn signatures_of_another_implementation_hold() {
        for text in FOREIGN {
            let signed = of_event(&event(text)).unwrap().unwrap();
            assert_eq!((signed.sequence, signed.event.as_str()), (3, "authorised"));
            assert_eq!(
                (signed.name.as_str(), signed.origin.as_str()),
                ("Ana Exemplar", "https://comity.example")
            );
            assert_eq!(signed.key.len(), 64);
        }
    }

    #[test]
    fn what_was_changed_afterwards_was_not_signed() {
        let other = |value: &str| Value::from(value);
        let changes = [
            ("/request", other("r-2")),
            ("/sequence", Value::from(4)),
            ("/previous", other(&"cd".repeat(32))),
            ("/origin/by", other("system")),
            ("/what/event", other("sent")),
            ("/what/authorisation/statement", other("No lesser measure serves")),
            ("/what/authorisation/by/person", other("p-2")),
            ("/assertion/nonce", other(&"0e".repeat(32))),
            ("/assertion/public_key", event(FOREIGN[1])["assertion"]["public_key"].clone()),
            ("/assertion/signature", Value::Null),
            ("/assertion/client_data", other("e30")),
            ("/assertion/authenticator_data", other("AAAA")),
        ];
        for (place, value) in changes {
            let mut other_event = event(FOREIGN[0]);
            *other_event.pointer_mut(place).unwrap() = value;
            assert!(of_event(&other_event).is_err(), "{place}");
        }
        // The moment stands in the event that the log proves; it was not known when the passkey was asked.
        let mut later = event(FOREIGN[0]);
        later["what"]["authorisation"]["by"]["at"] = other("2026-03-01T10:00:09Z");
        assert!(of_event(&later).is_ok());
    }

    #[test]
    fn every_bit_of_the_proof_counts() {
        for text in FOREIGN {
            for part in ["public_key", "authenticator_data", "client_data", "signature"] {
                let whole = decoded(&event(text)["assertion"], part).unwrap();
                for place in 0..whole.len() {
                    let mut bytes = whole.clone();
                    bytes[place] ^= 1;
                    let mut changed = event(text);
                    changed["assertion"][part] = URL_SAFE_NO_PAD.encode(&bytes).into();
                    assert!(of_event(&changed).is_err(), "{part} {place}");
                }
            }
        }
    }

    #[test]
    fn a_passkey_of_another_party_or_without_its_user_proves_nothing() {
        let statement = Statement { request: "r", version: 1, previous: "p", nonce: "n", body: "{}" };
        let client = |kind: &str, origin: &str, more: &str| {
            let challenge = URL_SAFE_NO_PAD.encode(statement.challenge());
            format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#)
        };
        let data = |party: &str, flags: u8| [Sha256::digest(party).as_slice(), &[flags, 0, 0, 0, 0]].concat();
        let asked = |client: String, data: &[u8]| asked_here(client.as_bytes(), data, &statement);
        let (get, at, here) = ("webauthn.get", "https://comity.example", data("comity.example", 5));
        assert_eq!(asked(client(get, at, ""), &here), Ok(at.to_owned()));
        assert_eq!(asked(client(get, at, r#","crossOrigin":false"#), &here), Ok(at.to_owned()));
        let local = data("localhost", 5);
        assert!(asked(client(get, "http://localhost:8080", ""), &local).is_ok());
        for (client, data) in [
            (client("webauthn.create", at, ""), &here),
            (client(get, "https://evil.example", ""), &here),
            (client(get, "http://comity.example", ""), &here),
            (client(get, "comity.example", ""), &here),
            (client(get, at, r#","crossOrigin":true"#), &here),
            (client(get, at, r#","topOrigin":"https://evil.example""#), &here),
            (client(get, at, ""), &data("comity.example", 1)),
            (client(get, at, ""), &data("comity.example", 4)),
            (client(get, at, ""), &data("evil.example", 5)),
        ] {
            assert!(asked(client.clone(), data).is_err(), "{client}");
        }
    }

    #[test]
    fn keys_have_the_form_that_other_programs_read() {
        for text in FOREIGN {
            let spki = decoded(&event(text)["assertion"], "public_key").unwrap();
            let again = if let Ok(key) = rsa::RsaPublicKey::from_public_key_der(&spki) {
                use rsa::traits::PublicKeyParts as _;
                rs256_key(&key.n_bytes(), &key.e_bytes())
            } else {
                let point = spki[spki.len() - 64..].split_at(32);
                es256_key(point.0, point.1)
            };
            assert_eq!(again, Some(spki));
        }
        assert_eq!((es256_key(&[1; 32], &[2; 32]), rs256_key(&[], &[])), (None, None));
    }
}
