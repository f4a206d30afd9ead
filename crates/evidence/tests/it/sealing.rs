//! What officers and organisations derive from their keys, held against fixed vectors that other programs hold too; and
//! what a header tells without any key.

use comity_evidence::inner::{self, InnerFault};
use comity_evidence::wrap::{
    LockedBy, PasskeySecret, RecoveryCode, WrapFault, by_code, by_passkey, locked_by, to_code, to_passkey,
    to_quorum,
};
use comity_evidence::{KeyKind, VaultKey};
use comity_ledger::bundle::hex;
use serde::Deserialize;
use std::path::Path;

/// The fixed vectors of `tests/sealing.json`.
#[derive(Deserialize)]
struct Vectors {
    seed: String,
    identity: String,
    recipient: String,
    code: String,
    locked_by_code: String,
    passkey_secret: String,
    locked_by_passkey: String,
    signer_name: String,
    signer: String,
    signing_public: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn array(hex: &str) -> [u8; 32] {
    bytes(hex).try_into().unwrap()
}

#[test]
fn the_fixed_vectors_open_and_lead_to_the_same_signing_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sealing.json");
    if std::env::var_os("COMITY_UPDATE").is_some() {
        write_vectors(&path);
    }
    let v: Vectors = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let key = VaultKey::from_seed(KeyKind::PostQuantum, &array(&v.seed));
    assert_eq!(key.to_text().as_str(), v.identity);
    assert_eq!(key.recipient().to_string(), v.recipient);
    let code: RecoveryCode = v.code.parse().unwrap();
    assert_eq!(by_code(&code, &bytes(&v.locked_by_code), &key.recipient()).unwrap(), key);
    let secret = PasskeySecret::new(array(&v.passkey_secret));
    assert_eq!(by_passkey(&secret, &bytes(&v.locked_by_passkey), &key.recipient()).unwrap(), key);
    let signer = key.signing_key(&v.signer_name).unwrap().verifier().clone();
    assert_eq!(signer.to_string(), v.signer);
    assert_eq!(hex(signer.key()), v.signing_public);
}

fn write_vectors(path: &Path) {
    let seed = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let key = VaultKey::from_seed(KeyKind::PostQuantum, &seed);
    let (code, by_code) = to_code(&key).unwrap();
    let secret = PasskeySecret::new([7; 32]);
    let signer = key.signing_key("nbp.xa.1").unwrap().verifier().clone();
    let text = serde_json::json!({
        "seed": hex(&seed),
        "identity": key.to_text().as_str(),
        "recipient": key.recipient().to_string(),
        "code": code.to_text().as_str(),
        "locked_by_code": hex(&by_code),
        "passkey_secret": hex(&*secret),
        "locked_by_passkey": hex(&to_passkey(&key, &secret).unwrap()),
        "signer_name": "nbp.xa.1",
        "signer": signer.to_string(),
        "signing_public": hex(signer.key()),
    });
    std::fs::write(path, serde_json::to_string_pretty(&text).unwrap() + "\n").unwrap();
}

#[test]
fn a_passkey_opens_its_key_and_nothing_else_does() {
    let key = VaultKey::from_seed(KeyKind::PostQuantum, &[1; 32]);
    let other = VaultKey::from_seed(KeyKind::PostQuantum, &[2; 32]);
    let secret = PasskeySecret::new([3; 32]);
    let locked = to_passkey(&key, &secret).unwrap();
    assert_eq!(locked_by(&locked).unwrap(), LockedBy::Passkey);
    assert_eq!(by_passkey(&secret, &locked, &key.recipient()).unwrap(), key);
    let wrong = by_passkey(&PasskeySecret::new([4; 32]), &locked, &key.recipient());
    assert!(matches!(wrong, Err(WrapFault::Wrong)));
    assert!(matches!(by_passkey(&secret, &locked, &other.recipient()), Err(WrapFault::Wrong)));
    // No way in is taken for another, even with the very same secret bytes.
    let (code, by_paper) = to_code(&key).unwrap();
    assert_eq!(locked_by(&by_paper).unwrap(), LockedBy::Code);
    assert!(matches!(by_code(&code, &locked, &key.recipient()), Err(WrapFault::NotLocked)));
    let (_, by_quorum) = to_quorum(&key, 2, 3).unwrap();
    assert_eq!(locked_by(&by_quorum).unwrap(), LockedBy::Quorum);
    let mut relabelled = by_quorum;
    relabelled[16] = 3;
    assert!(matches!(by_passkey(&secret, &relabelled, &key.recipient()), Err(WrapFault::Wrong)));
    let mut unknown = locked.clone();
    unknown[16] = 4;
    assert!(matches!(locked_by(&unknown), Err(WrapFault::NotLocked)));
    assert!(matches!(locked_by(&locked[1..]), Err(WrapFault::NotLocked)));
}

#[test]
fn each_vault_has_its_own_signing_key_and_a_name_that_can_stand_in_a_line() {
    let one = VaultKey::from_seed(KeyKind::PostQuantum, &[1; 32]);
    let two = VaultKey::from_seed(KeyKind::PostQuantum, &[2; 32]);
    let public = |key: &VaultKey| key.signing_key("nbp.xa.1").unwrap().verifier().key().to_vec();
    assert_ne!(public(&one), public(&two));
    assert_ne!(public(&one), vec![1; 32]);
    assert!(one.signing_key("n b p").is_err());
}

#[test]
fn a_header_tells_how_many_it_is_sealed_to_and_of_which_kind() {
    let keys = [1, 2].map(|byte| VaultKey::from_seed(KeyKind::PostQuantum, &[byte; 32]).recipient());
    let mut file = Vec::new();
    inner::seal(&keys, b"content".as_slice(), &mut file).unwrap();
    assert_eq!(inner::stanzas(file.as_slice()).unwrap(), ["mlkem768x25519", "mlkem768x25519"]);
    let classic = VaultKey::from_seed(KeyKind::Classic, &[1; 32]).recipient();
    let mut file = Vec::new();
    inner::seal(&[classic], b"content".as_slice(), &mut file).unwrap();
    assert!(inner::stanzas(file.as_slice()).unwrap().iter().any(|kind| kind == "X25519"));
    for wrong in [b"".as_slice(), b"hello\n", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> "] {
        assert!(matches!(inner::stanzas(wrong), Err(InnerFault::NotAnAgeFile)), "{wrong:?}");
    }
    let armored = b"-----BEGIN AGE ENCRYPTED FILE-----\n".as_slice();
    assert!(matches!(inner::stanzas(armored), Err(InnerFault::Armored)));
}
