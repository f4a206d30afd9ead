//! The manifest that the browser's own program writes, byte for byte (`assets/test/vault.test.mjs` holds the same file).

use crate::fixture::delivery;
use comity_evidence::manifest::Manifest;
use comity_evidence::signed;
use comity_evidence::{KeyKind, VaultKey};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[test]
fn the_fixed_manifest_is_written_as_in_the_browser() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest.json");
    let key = VaultKey::from_seed(KeyKind::PostQuantum, &[9; 32]).signing_key("habitat.xb.1").unwrap();
    if std::env::var_os("COMITY_UPDATE").is_some() {
        let mut manifest = delivery().0;
        manifest.purpose = "Escroquerie « \"A\" »: \u{20ac} 1\\2, 日本".to_owned();
        let text = json!({
            "seed": "09".repeat(32),
            "signer": key.verifier().to_string(),
            "manifest": &manifest,
            "note": signed::sign(&manifest, &key).unwrap(),
        });
        fs::write(&path, serde_json::to_string_pretty(&text).unwrap() + "\n").unwrap();
    }
    let fixed: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let manifest: Manifest = serde_json::from_value(fixed["manifest"].clone()).unwrap();
    assert_eq!(fixed["signer"], key.verifier().to_string());
    assert_eq!(fixed["note"], signed::sign(&manifest, &key).unwrap());
    let note = fixed["note"].as_str().unwrap();
    assert_eq!(signed::read::<Manifest>(note.as_bytes(), &[key.verifier().clone()]).unwrap().body, manifest);
}
