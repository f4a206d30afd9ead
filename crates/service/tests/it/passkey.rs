//! A passkey and its browser in software, which can be made to do each thing wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// One passkey, with the page that asks for it.
#[derive(Clone)]
pub(crate) struct SoftPasskey {
    key: SigningKey,
    id: Vec<u8>,
    /// Whose it says it is.
    pub(crate) handle: Vec<u8>,
    /// How often it was used; nought for one that does not count.
    pub(crate) counter: u32,
    /// Whether its key may leave the device.
    pub(crate) synced: bool,
    /// Whether it has verified its user.
    pub(crate) verified: bool,
    /// For whom it was made.
    pub(crate) rp_id: String,
    /// The page that asks.
    pub(crate) origin: String,
    /// Whether that page is framed by another.
    pub(crate) framed: bool,
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

impl SoftPasskey {
    /// One that no key of the same number equals.
    pub(crate) fn new(number: u8, origin: &str) -> Self {
        let host = origin.split("://").nth(1).unwrap().split(':').next().unwrap();
        Self {
            key: SigningKey::from_slice(&[number + 1; 32]).unwrap(),
            id: vec![number; 16],
            handle: Vec::new(),
            counter: 0,
            synced: false,
            verified: true,
            rp_id: host.to_owned(),
            origin: origin.to_owned(),
            framed: false,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = options["challenge"].as_str().unwrap();
        let data = json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.framed });
        data.to_string().into_bytes()
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        let verified = if self.verified { VERIFIED } else { 0 };
        let synced = if self.synced { BACKUP_ELIGIBLE | BACKED_UP } else { 0 };
        data.push(flags | PRESENT | verified | synced);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// Answers `navigator.credentials.create`.
    pub(crate) fn create(&mut self, options: &Value) -> String {
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        self.handle = decoded(&options["user"]["id"]);
        let mut data = self.head(ATTESTED);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        let point = self.key.verifying_key().to_sec1_point(false);
        // COSE: an EC2 key of P-256 for ES256, with both coordinates.
        data.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend_from_slice(&point.as_bytes()[1..33]);
        data.extend_from_slice(&[0x22, 0x58, 0x20]);
        data.extend_from_slice(&point.as_bytes()[33..65]);
        // CBOR: { "fmt": "none", "attStmt": {}, "authData": … }.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend_from_slice(&data);
        json!({
            "id": encoded(&self.id), "rawId": encoded(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "attestationObject": encoded(&object), "transports": ["internal"],
                "clientDataJSON": encoded(&self.client_data("webauthn.create", options)),
            },
        })
        .to_string()
    }

    /// Answers `navigator.credentials.get`.
    pub(crate) fn get(&mut self, options: &Value) -> String {
        assert_eq!(options["userVerification"], "required");
        if self.counter > 0 {
            self.counter += 1;
        }
        let (data, client) = (self.head(0), self.client_data("webauthn.get", options));
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": encoded(&self.id), "rawId": encoded(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "authenticatorData": encoded(&data), "clientDataJSON": encoded(&client),
                "signature": encoded(signature.to_der().as_bytes()), "userHandle": encoded(&self.handle),
            },
        })
        .to_string()
    }
}
