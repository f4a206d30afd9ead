//! Challenges for passkeys and their answers (Web Authentication, level 3): what is asked, what is kept meanwhile, and
//! what an answer must prove. Origin and relying party come from the configuration alone, never from a request (T03).

use crate::fill;
use crate::sign_in::{hash, secret};
use comity_domain::event::Assertion;
use comity_domain::id::PersonId;
use comity_domain::party::Person;
use comity_domain::refusal::RefusalCode;
use comity_domain::time::Moment;
use comity_ledger::assertion;
use comity_store::authenticator::{self as rows, AuthenticatorRow, CeremonyRow};
use comity_store::seal::InstanceKey;
use comity_store::{Fault, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::net::IpAddr;
use webauthn_rs::prelude::{
    COSEAlgorithm, COSEKeyType, Credential, DiscoverableAuthentication, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder, WebauthnError,
};

/// A challenge may be answered for so long, in seconds.
pub(crate) const CEREMONY_S: i64 = 300;
/// Longest answer of a browser that is read, in bytes.
const MAX_ANSWER: usize = 16 * 1024;
/// Algorithms of signatures as COSE numbers them (RFC 9053, 2.1; RFC 8812, 2).
const ES256: i64 = -7;
const RS256: i64 = -257;
/// Longest identifier of a passkey, in bytes (Web Authentication, level 3, 4).
const MAX_CREDENTIAL_ID: usize = 1_023;

/// What a browser needs to ask a passkey. The handle comes back with the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Challenge {
    /// Names the challenge; good for one answer.
    pub handle: String,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    pub options: Value,
}

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A passkey by a link or a recovery code.
    Enrol,
    /// A further passkey, in a session.
    Add,
    /// Signing in.
    SignIn,
    /// Showing a passkey again.
    Present,
    /// Signing an act.
    Sign,
    /// Coming back from an identity provider.
    Federate,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::Add => "add",
            Self::SignIn => "sign_in",
            Self::Present => "present",
            Self::Sign => "sign",
            Self::Federate => "federate",
        }
    }
}

/// A passkey that was just made.
pub(crate) struct Made {
    pub(crate) credential_id: Vec<u8>,
    pub(crate) credential: Vec<u8>,
    pub(crate) bound: bool,
}

/// This instance as passkeys know it.
pub(crate) struct RelyingParty {
    webauthn: Webauthn,
    pub(crate) origin: String,
}

impl RelyingParty {
    /// The party at `base_url`. Browsers know no passkeys at an address of digits; on the own machine they do at
    /// `localhost`.
    ///
    /// # Errors
    /// The address has no domain name.
    pub(crate) fn at(base_url: &str) -> Result<Self, String> {
        let wrong = |why: &dyn std::fmt::Display| format!("base_url: {base_url}: {why}");
        let mut url = Url::parse(base_url).map_err(|error| wrong(&error))?;
        let digits = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
        if digits.is_some_and(|address| address.is_loopback()) {
            url.set_host(Some("localhost")).map_err(|error| wrong(&error))?;
        }
        let name = url.domain().ok_or_else(|| wrong(&"passkeys need a domain name, not digits"))?.to_owned();
        let built = WebauthnBuilder::new(&name, &url).and_then(|builder| builder.rp_name("Comity").build());
        let webauthn = built.map_err(|error| wrong(&error))?;
        Ok(Self { webauthn, origin: url.origin().ascii_serialization() })
    }

    /// Asks for a new passkey of a person: one that shows who its user is, and that can be found without a name.
    pub(crate) fn ask_new(
        &self,
        person: &Person,
        known: &[AuthenticatorRow],
    ) -> Result<(Value, Vec<u8>), Fault> {
        let known = known.iter().map(|row| row.credential_id.clone()).collect();
        let asked = self.webauthn.start_passkey_registration(
            person.id.uuid(),
            &person.email,
            &person.name,
            Some(known),
        );
        let (options, state) = asked.map_err(|error| Fault::other(error.to_string()))?;
        let mut options = public(&options)?;
        if let Some(selection) = options.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
            selection.insert("residentKey".to_owned(), json!("required"));
            selection.insert("requireResidentKey".to_owned(), json!(true));
        }
        // Those whose signatures the verifier of a proof can check.
        if let Some(kinds) = options.get_mut("pubKeyCredParams").and_then(Value::as_array_mut) {
            kinds.retain(|kind| kind["alg"] == ES256 || kind["alg"] == RS256);
        }
        Ok((options, kept(&state)?))
    }

    /// Reads the answer to [`RelyingParty::ask_new`].
    pub(crate) fn made(&self, state: &[u8], answer: &str) -> Result<Made, RefusalCode> {
        let state: PasskeyRegistration = remembered(state)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        same_origin(&answer.response.client_data_json)?;
        let passkey =
            self.webauthn.finish_passkey_registration(&answer, &state).map_err(|error| refused(&error))?;
        let credential = serde_json::to_vec(&passkey).map_err(|_| RefusalCode::PasskeyRefused)?;
        let credential_id = passkey.cred_id().clone();
        if credential_id.len() > MAX_CREDENTIAL_ID {
            return Err(RefusalCode::PasskeyRefused);
        }
        public_key(&credential)?;
        let bound = !Credential::from(passkey).backup_eligible;
        Ok(Made { credential_id, credential, bound })
    }

    /// Asks for a passkey: for one of these, or for any that the browser finds.
    pub(crate) fn ask_any(&self, known: &[AuthenticatorRow]) -> Result<(Value, Vec<u8>), Fault> {
        let asked = self.webauthn.start_discoverable_authentication();
        let (options, state) = asked.map_err(|error| Fault::other(error.to_string()))?;
        let mut options = public(&options)?;
        let allowed =
            known.iter().map(|row| json!({ "type": "public-key", "id": encoded(&row.credential_id) }));
        options["allowCredentials"] = allowed.collect();
        Ok((options, kept(&state)?))
    }

    /// Asks one of these passkeys to sign a challenge that says something, in the place of a random one.
    pub(crate) fn ask_to_sign(
        &self,
        known: &[AuthenticatorRow],
        challenge: [u8; 32],
    ) -> Result<(Value, Value), Fault> {
        let (mut options, state) = self.ask_any(known)?;
        let mut state: Value =
            serde_json::from_slice(&state).map_err(|error| Fault::json("a challenge", &error))?;
        options["challenge"] = encoded(&challenge).into();
        state["ast"]["challenge"] = encoded(&challenge).into();
        Ok((options, state))
    }

    /// Holds an answer to [`RelyingParty::ask_any`] against the passkey that it names, and gives that passkey with its
    /// new counter. The user handle, which says whose the passkey is, must be the person's.
    pub(crate) fn shown(
        &self,
        state: &[u8],
        answer: &Answered,
        row: &AuthenticatorRow,
    ) -> Result<Vec<u8>, RefusalCode> {
        let state: DiscoverableAuthentication = remembered(state)?;
        let mut passkey: Passkey =
            serde_json::from_slice(&row.credential).map_err(|_| RefusalCode::PasskeyRefused)?;
        same_origin(&answer.0.response.client_data_json)?;
        if answer.0.get_user_unique_id() != Some(row.person.uuid().as_bytes().as_slice()) {
            return Err(RefusalCode::PasskeyRefused);
        }
        let result = self
            .webauthn
            .finish_discoverable_authentication_v2(&answer.0, state, &passkey)
            .map_err(|error| refused(&error))?;
        passkey.update_credential(&result);
        serde_json::to_vec(&passkey).map_err(|_| RefusalCode::PasskeyRefused)
    }
}

/// The answer of a passkey, read and not yet believed.
pub(crate) struct Answered(PublicKeyCredential);

impl Answered {
    pub(crate) fn read(answer: &str) -> Result<Self, RefusalCode> {
        read(answer).map(Self)
    }

    /// What the passkey calls itself.
    pub(crate) fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// What it has signed, to be kept with the key of the passkey that it was held against.
    pub(crate) fn proof(&self, row: &AuthenticatorRow, nonce: String) -> Result<Assertion, RefusalCode> {
        let said = &self.0.response;
        Ok(Assertion {
            credential: encoded(&row.credential_id),
            public_key: encoded(&public_key(&row.credential)?),
            nonce,
            authenticator_data: encoded(&said.authenticator_data),
            client_data: encoded(&said.client_data_json),
            signature: encoded(&said.signature),
        })
    }
}

/// The public key of a passkey that is kept here (`SubjectPublicKeyInfo`).
pub(crate) fn public_key(credential: &[u8]) -> Result<Vec<u8>, RefusalCode> {
    let passkey: Passkey = serde_json::from_slice(credential).map_err(|_| RefusalCode::PasskeyRefused)?;
    let key = passkey.get_public_key();
    let found = match (&key.type_, &key.key) {
        (COSEAlgorithm::ES256, COSEKeyType::EC_EC2(key)) => assertion::es256_key(&key.x, &key.y),
        (COSEAlgorithm::RS256, COSEKeyType::RSA(key)) => assertion::rs256_key(&key.n, &key.e),
        _ => None,
    };
    found.ok_or(RefusalCode::PasskeyRefused)
}

fn read<T: DeserializeOwned>(answer: &str) -> Result<T, RefusalCode> {
    if answer.len() > MAX_ANSWER {
        return Err(RefusalCode::PasskeyRefused);
    }
    serde_json::from_str(answer).map_err(|_| RefusalCode::PasskeyRefused)
}

/// Refuses what was asked from a frame of another page, which the library overlooks for assertions.
fn same_origin(client_data: &[u8]) -> Result<(), RefusalCode> {
    let said: Value = serde_json::from_slice(client_data).map_err(|_| RefusalCode::PasskeyRefused)?;
    let framed = said.get("crossOrigin").is_some_and(|value| *value != Value::Bool(false));
    if framed || said.get("topOrigin").is_some() { Err(RefusalCode::PasskeyRefused) } else { Ok(()) }
}

fn refused(error: &WebauthnError) -> RefusalCode {
    tracing::info!(%error, "The answer of a passkey was refused");
    match error {
        WebauthnError::CredentialPossibleCompromise => RefusalCode::PasskeyCloned,
        _ => RefusalCode::PasskeyRefused,
    }
}

fn public(options: &impl Serialize) -> Result<Value, Fault> {
    let mut options = serde_json::to_value(options).map_err(|error| Fault::json("a challenge", &error))?;
    Ok(options["publicKey"].take())
}

fn kept(state: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(state).map_err(|error| Fault::json("a challenge", &error))
}

fn remembered<T: DeserializeOwned>(state: &[u8]) -> Result<T, RefusalCode> {
    serde_json::from_slice(state).map_err(|_| RefusalCode::PasskeyExpired)
}

/// Base64url without padding (RFC 4648, 5), as the options of browsers have it.
fn encoded(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Who is asked, and with what they asked for it.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) kind: Kind,
    pub(crate) person: Option<PersonId>,
    pub(crate) granted: Option<Vec<u8>>,
}

/// Keeps a challenge for its answer.
pub(crate) fn keep(
    tx: &mut dyn Tx,
    key: &InstanceKey,
    asked: &Asked,
    (options, state): (Value, Vec<u8>),
    now: Moment,
) -> Result<Challenge, Fault> {
    let handle = secret();
    let row = CeremonyRow {
        kind: asked.kind.as_str().to_owned(),
        person: asked.person,
        granted: asked.granted.clone(),
        state,
        expires_at: now.plus_seconds(CEREMONY_S),
    };
    rows::add_ceremony(tx, key, hash(&handle), &row, now)?;
    Ok(Challenge { handle, options })
}

/// Takes a challenge for its one answer: it must have been asked of the same person with the same thing.
pub(crate) fn take(
    tx: &mut dyn Tx,
    key: &InstanceKey,
    handle: &str,
    asked: &Asked,
    now: Moment,
) -> Result<Result<CeremonyRow, RefusalCode>, Fault> {
    let found = rows::take_ceremony(tx, key, hash(handle))?.filter(|row| {
        let same_person = asked.person.is_none() || row.person == asked.person;
        row.kind == asked.kind.as_str() && same_person && row.granted == asked.granted && now < row.expires_at
    });
    Ok(found.ok_or(RefusalCode::PasskeyExpired))
}

/// Digits and letters that cannot be taken for one another (after Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new recovery code: 160 random bits as eight groups of four.
pub(crate) fn recovery_code() -> String {
    let mut random = [0; 20];
    fill(&mut random);
    let mut text = String::new();
    for (group, bytes) in random.chunks(5).enumerate() {
        let bits = bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in 0..8_u32 {
            if place % 4 == 0 && (group, place) != (0, 0) {
                text.push('-');
            }
            let digit = usize::try_from(bits >> (35 - 5 * place) & 31).unwrap_or(0);
            text.push(char::from(LETTERS[digit]));
        }
    }
    text
}

/// A code as it was typed, without what people add, and with what they confuse put right.
pub(crate) fn normal(typed: &str) -> String {
    let typed = typed.chars().take(200).filter(char::is_ascii_alphanumeric);
    let right = |letter: char| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    typed.map(right).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_has_160_bits_and_survives_typing() {
        let code = recovery_code();
        assert_eq!((code.len(), code.split('-').count()), (39, 8), "{code}");
        assert_ne!(code, recovery_code());
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(normal(&typed), code.replace('-', ""));
    }

    #[test]
    fn the_relying_party_is_the_configured_address_and_nothing_else() {
        let origin = |base_url| RelyingParty::at(base_url).map(|party| party.origin);
        assert_eq!(origin("https://comity.example"), Ok("https://comity.example".to_owned()));
        assert_eq!(origin("http://127.0.0.1:8080"), Ok("http://localhost:8080".to_owned()));
        assert_eq!(origin("http://[::1]:8080"), Ok("http://localhost:8080".to_owned()));
        assert!(origin("https://203.0.113.7").is_err());
        assert!(origin("comity").is_err());
    }
}
