//! Notes, keys and cosignatures: the specification's example, another implementation, and everything that must not hold.

use comity_ledger::{Algorithm, Note, NoteFault, SigningKey, VerifierKey};

const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE: &str = "This is an example message.\n\n\
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const CHECKPOINT: &str = "log.example/2026\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

#[test]
fn the_example_of_the_specification_verifies() {
    let key: VerifierKey = EXAMPLE_KEY.parse().expect("a key");
    let note = Note::parse(EXAMPLE.as_bytes()).expect("a note");
    assert_eq!(note.verify([&key]), Ok(vec![(&key, 0)]));
    assert_eq!(note.to_string(), EXAMPLE);
    assert_eq!(key.to_string(), EXAMPLE_KEY);
}

#[test]
fn another_implementation_verifies_our_note() {
    let signer = SigningKey::from_seed("log.example/2026", Algorithm::Ed25519, &[7; 32]).expect("a key");
    let note =
        Note { text: CHECKPOINT.to_owned(), signatures: vec![signer.sign(CHECKPOINT, 0).expect("signed")] };
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).expect("their note");
    let key = signed_note::StandardVerifier::new(&signer.verifier().to_string()).expect("their key");
    let (verified, unknown) =
        theirs.verify(&signed_note::VerifierList::new(vec![Box::new(key)])).expect("verified");
    assert_eq!((verified.len(), unknown.len()), (1, 0));
}

#[test]
fn each_kind_signs_and_no_changed_byte_verifies() {
    for algorithm in [Algorithm::Ed25519, Algorithm::CosignatureEd25519, Algorithm::CosignatureMlDsa44] {
        let signer = SigningKey::from_seed("witness.example", algorithm, &[9; 32]).expect("a key");
        let signature = signer.sign(CHECKPOINT, 1_790_000_000).expect("signed");
        let time = if algorithm == Algorithm::Ed25519 { 0 } else { 1_790_000_000 };
        let key: VerifierKey = signer.verifier().to_string().parse().expect("its key");
        assert_eq!(key.verify(CHECKPOINT, &signature.bytes), Ok(time));
        let step = if algorithm == Algorithm::CosignatureMlDsa44 { 97 } else { 1 };
        for index in (0..signature.bytes.len()).step_by(step) {
            let mut changed = signature.bytes.clone();
            changed[index] ^= 1;
            assert_eq!(key.verify(CHECKPOINT, &changed), Err(NoteFault::BadSignature), "byte {index}");
        }
        let other = CHECKPOINT.replace("2026", "2027");
        assert_eq!(key.verify(&other, &signature.bytes), Err(NoteFault::BadSignature));
        assert_eq!(key.verify(CHECKPOINT, &signature.bytes[1..]), Err(NoteFault::BadSignature));
    }
}

#[test]
fn one_seed_gives_each_kind_another_number() {
    let ids =
        [Algorithm::Ed25519, Algorithm::CosignatureEd25519, Algorithm::CosignatureMlDsa44].map(|algorithm| {
            SigningKey::from_seed("a.example", algorithm, &[1; 32]).expect("a key").verifier().id()
        });
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
}

#[test]
fn a_bad_signature_of_a_known_key_spoils_the_note_and_unknown_ones_are_passed_over() {
    let [log, witness] = ["log.example", "witness.example"]
        .map(|name| SigningKey::from_seed(name, Algorithm::Ed25519, &[3; 32]).expect("a key"));
    let mut note = Note {
        text: CHECKPOINT.to_owned(),
        signatures: [&log, &witness].map(|key| key.sign(CHECKPOINT, 0).expect("signed")).to_vec(),
    };
    assert_eq!(note.verify([log.verifier()]).map(|signed| signed.len()), Ok(1));
    note.signatures[1].bytes[5] ^= 1;
    assert_eq!(note.verify([log.verifier()]).map(|signed| signed.len()), Ok(1));
    assert_eq!(note.verify([log.verifier(), witness.verifier()]), Err(NoteFault::BadSignature));
    note.signatures.remove(0);
    assert_eq!(note.verify([log.verifier()]), Err(NoteFault::NotSigned));
}

#[test]
fn what_is_no_note_is_refused() {
    let long_name = format!("text\n\n— {} AAAAAAA=\n", "n".repeat(256));
    for bad in [
        "",
        "\n",
        "\n\n",
        "text\n\n",
        "text\n\n\n",
        "text\n— a AAAAAAA=\n",
        "text\n\n— a AAAAAAA=",
        "text\n\n- a AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n",
        "text\n\n—  AAAAAAA=\n",
        "text\n\n— a AAAA\n",
        "text\n\n— a AAAAAAB=\n",
        "text\r\n\n— a AAAAAAA=\n",
        "te\txt\n\n— a AAAAAAA=\n",
        "text\n\n— a AAAAAAA= \n",
        &long_name,
    ] {
        assert_eq!(Note::parse(bad.as_bytes()), Err(NoteFault::NotANote), "{bad:?}");
    }
    assert_eq!(Note::parse(b"text\xff\n\n"), Err(NoteFault::NotANote));
    let many = format!("text\n\n{}", "— a AAAAAAA=\n".repeat(129));
    assert_eq!(Note::parse(many.as_bytes()), Err(NoteFault::NotANote));
}

#[test]
fn keys_with_another_number_length_or_kind_are_refused() {
    for bad in [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+Aeky",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ] {
        assert_eq!(bad.parse::<VerifierKey>(), Err(NoteFault::NotAKey), "{bad:?}");
    }
}
