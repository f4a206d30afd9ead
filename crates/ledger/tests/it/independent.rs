//! Our proofs against a verifier that was written from the specifications alone, in another language, with another
//! implementation of every primitive (`tests/verify.py`). Without it a mistake that our writer and our reader share
//! would stay unseen.

use crate::fixture::{Log, ORIGIN, log_key, witness_key};
use comity_ledger::{Algorithm, Note, Proof, SigningKey};
use std::path::PathBuf;
use std::process::Command;

/// Runs the other verifier on files of their own, so that tests may run beside each other.
fn verdict(case: &str, key: &SigningKey, proof: &str, leaf: &[u8]) -> (Option<i32>, String) {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("independent-{case}"));
    std::fs::create_dir_all(&directory).expect("a directory");
    let [proof_file, leaf_file] = ["proof", "leaf"].map(|name| directory.join(name));
    std::fs::write(&proof_file, proof).expect("written");
    std::fs::write(&leaf_file, leaf).expect("written");
    let ran = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify.py"))
        .args([key.verifier().to_string().as_str()])
        .args([&proof_file, &leaf_file])
        .output();
    let output = ran.unwrap_or_else(|why| panic!("this test needs python3 (`make packages`): {why}"));
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A program that is missing would refuse everything, and look like a strict verifier.
#[test]
fn its_tools_are_there() {
    for (tool, argument) in [("python3", "--version"), ("openssl", "version")] {
        let ran = Command::new(tool).arg(argument).output();
        let output = ran.unwrap_or_else(|why| panic!("this test needs {tool} (`make packages`): {why}"));
        assert!(output.status.success(), "{tool} does not run: {output:?}");
    }
}

#[test]
fn another_verifier_accepts_our_proofs() {
    let witness = witness_key("witness.example", 9);
    for (size, index) in [(1, 0), (2, 1), (5, 4), (7, 2), (8, 7), (256, 255), (257, 256), (600, 300)] {
        let log = Log::of_size(size, "a");
        let mut proof = log.proof(index, size, &log.note(size, &[&witness]));
        proof.extra = (index % 2 == 0).then(|| b"salt and event".to_vec());
        let leaf = &log.leaves[usize::try_from(index).expect("small")];
        let told = verdict("accepted", &log.key, &proof.to_string(), leaf);
        assert_eq!(told, (Some(0), String::new()), "leaf {index} of {size}");
    }
}

fn proof() -> (Log, Proof) {
    let log = Log::of_size(13, "a");
    let proof = log.proof(6, 13, &log.note(13, &[]));
    (log, proof)
}

fn refused(case: &str, key: &SigningKey, proof: &Proof, leaf: &[u8], why: &str) {
    let (code, told) = verdict(case, key, &proof.to_string(), leaf);
    assert_eq!(code, Some(1), "{case}: {told}");
    assert!(told.contains(why), "{case}: {told}");
}

#[test]
fn another_verifier_refuses_a_changed_leaf_path_or_index() {
    let (log, proof) = proof();
    let leaf = &log.leaves[6];
    let mut other = leaf.clone();
    other[32] ^= 1;
    refused("leaf", &log.key, &proof, &other, "another root");
    for step in 0..proof.path.len() {
        let mut changed = proof.clone();
        changed.path[step][31] ^= 1;
        refused("path", &log.key, &changed, leaf, "another root");
    }
    let shorter = Proof { path: proof.path[..3].to_vec(), ..proof.clone() };
    refused("shorter", &log.key, &shorter, leaf, "too short");
    let longer = Proof { path: [&proof.path[..], &[[0; 32]]].concat(), ..proof.clone() };
    refused("longer", &log.key, &longer, leaf, "too long");
    refused("index", &log.key, &Proof { index: 7, ..proof.clone() }, leaf, "another root");
    refused("beyond", &log.key, &Proof { index: 13, ..proof }, leaf, "no such leaf");
}

#[test]
fn another_verifier_refuses_a_changed_signature_head_or_key() {
    let (log, proof) = proof();
    let leaf = &log.leaves[6];
    for at in [0, 31, 32, 63] {
        let mut changed = proof.clone();
        changed.checkpoint.signatures[0].bytes[at] ^= 1;
        refused("signature", &log.key, &changed, leaf, "a bad signature");
    }
    let text = proof.checkpoint.text.replacen("\n13\n", "\n14\n", 1);
    let changed = Proof { checkpoint: Note { text, ..proof.checkpoint.clone() }, ..proof.clone() };
    refused("head", &log.key, &changed, leaf, "a bad signature");
    refused("key", &log_key(ORIGIN, 8), &proof, leaf, "not signed by this key");
    let other_kind = SigningKey::from_seed(ORIGIN, Algorithm::CosignatureEd25519, &[7; 32]).expect("a key");
    refused("kind", &other_kind, &proof, leaf, "not an Ed25519 key");
    // The log's key over the head of another log: its name alone must not do.
    let mut other = Log::new(log_key("log.example/2025", 6));
    other.grow(log.leaves.clone());
    let mut note = other.note(13, &[]);
    note.signatures = vec![log.key.sign(&note.text, 0).expect("signed")];
    refused("origin", &log.key, &other.proof(6, 13, &note), leaf, "of another log");
}
