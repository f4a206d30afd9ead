//! A court bundle is valid as it was made, and in no other way.

use crate::fixture::{AUTHORITY, CONTENTS, Court, PROVIDER, key, keys, proof, vault};
use comity_evidence::court::{Keys, Report, Trust, verify};
use comity_evidence::{Digest, KeyKind, VaultKey};
use comity_ledger::bundle::Refusal;
use std::fs;
use std::path::Path;

fn is_valid(folder: &Path, trust: &Trust) -> bool {
    verify(folder, trust).is_ok_and(|report| report.open.is_empty())
}

fn invalid(result: Result<Report, Refusal>) -> String {
    match result {
        Err(Refusal::Invalid(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn open(folder: &Path, trust: &Trust) -> String {
    verify(folder, trust).unwrap().open.join("; ")
}

#[test]
fn a_whole_bundle_is_valid_and_says_what_it_shows() {
    let court = Court::new();
    let report = verify(&court.folder, &Trust::default()).unwrap();
    assert!(report.open.is_empty(), "{:?}", report.open);
    let shown = report.shown.join("\n");
    for words in ["XA-NBP-2026-000147", "cannot", "16 entries", "every file intact", "stamped 20", "2 events"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(shown.contains("were not opened"), "{shown}");
    // Everything that it brings along to be trusted is named.
    assert_eq!(report.compare.len(), 4, "{:?}", report.compare);

    let trust = Trust { keys: Some(keys()), vault: vec![vault()], ..Trust::default() };
    let shown = verify(&court.folder, &trust).unwrap().shown.join("\n");
    assert!(shown.contains("files/0001.age opens to the content"), "{shown}");
    let trust = Trust { vault: vec![VaultKey::from_seed(KeyKind::Classic, &[4; 32])], ..Trust::default() };
    assert!(open(&court.folder, &trust).contains("not sealed to the key"));
}

#[test]
fn no_byte_of_any_file_can_be_changed() {
    let court = Court::new();
    let mut changes = 0_u32;
    for name in court.names() {
        let path = court.folder.join(&name);
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            fs::write(&path, &other).unwrap();
            assert!(!is_valid(&court.folder, &Trust::default()), "{name}: byte {at}");
            changes += 1;
        }
        for other in [&bytes[..bytes.len() - 1], &[&bytes[..], b"\n"].concat(), b""] {
            fs::write(&path, other).unwrap();
            assert!(!is_valid(&court.folder, &Trust::default()), "{name}: another length");
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert!(changes > 10_000);
    assert!(is_valid(&court.folder, &Trust::default()));
}

#[test]
fn who_makes_the_list_again_cannot_change_what_others_have_signed() {
    let court = Court::new();
    let trust = Trust { keys: Some(keys()), ..Trust::default() };
    for name in ["manifest.note", "custody", "files/0001.age", "files/0002.age", "request.comity-proof"] {
        let path = court.folder.join(name);
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(11) {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 7);
            fs::write(&path, &other).unwrap();
            court.listed_again();
            assert!(!is_valid(&court.folder, &trust), "{name}: byte {at}");
        }
        fs::write(&path, &bytes).unwrap();
    }
    court.listed_again();
    assert!(is_valid(&court.folder, &trust));
    // The two files in each other's place, and an entry of custody left out.
    let (one, two) = (court.folder.join("files/0001.age"), court.folder.join("files/0002.age"));
    let (first, second) = (fs::read(&one).unwrap(), fs::read(&two).unwrap());
    fs::write(&one, &second).unwrap();
    fs::write(&two, &first).unwrap();
    court.listed_again();
    assert!(invalid(verify(&court.folder, &trust)).contains("not the file of the manifest"));
    fs::write(&one, &first).unwrap();
    fs::write(&two, &second).unwrap();
    let path = court.folder.join("custody");
    let custody = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = custody.split_inclusive('\n').collect();
    fs::write(&path, [&lines[..30], &lines[33..]].concat().concat()).unwrap();
    court.listed_again();
    assert!(invalid(verify(&court.folder, &trust)).contains("does not follow"));
}

#[test]
fn a_file_that_is_missing_or_too_much_makes_it_invalid() {
    let court = Court::new();
    for name in court.names() {
        let (path, aside) = (court.folder.join(&name), court.folder.with_file_name("aside"));
        fs::rename(&path, &aside).unwrap();
        assert!(invalid(verify(&court.folder, &Trust::default())).contains("missing"), "{name}");
        // Left out by the maker itself: what no bundle is without stays so, the rest leaves something open.
        if name != "index.note" {
            court.listed_again();
            assert!(!is_valid(&court.folder, &Trust::default()), "{name}");
        }
        fs::rename(&aside, &path).unwrap();
        court.listed_again();
    }
    for name in ["more", "files/0003.age", "files/.hidden", ".hidden"] {
        let path = court.folder.join(name);
        fs::write(&path, "x").unwrap();
        assert!(invalid(verify(&court.folder, &Trust::default())).contains("not in the list"), "{name}");
        court.listed_again();
        assert!(!is_valid(&court.folder, &Trust::default()), "{name}");
        fs::remove_file(&path).unwrap();
        court.listed_again();
    }
    for folder in ["folder", "files/folder"] {
        fs::create_dir(court.folder.join(folder)).unwrap();
        assert!(invalid(verify(&court.folder, &Trust::default())).contains("neither"));
        fs::remove_dir(court.folder.join(folder)).unwrap();
    }
    let (path, aside) = (court.folder.join("custody"), court.folder.with_file_name("aside"));
    fs::rename(&path, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &path).unwrap();
    assert!(invalid(verify(&court.folder, &Trust::default())).contains("neither"));
}

#[test]
fn other_keys_than_the_bundle_brings_decide() {
    let court = Court::new();
    let of = |name| vec![key(name).verifier().clone()];
    let swapped = Keys { provider: of(AUTHORITY), authority: of(PROVIDER) };
    let stranger = Keys { provider: of("else.example"), authority: of("other.example") };
    for keys in [swapped, stranger] {
        let trust = Trust { keys: Some(keys), ..Trust::default() };
        assert!(invalid(verify(&court.folder, &trust)).contains("signed"));
    }
    let policy = Trust { policy: Some("quorum none\n".parse().unwrap()), ..Trust::default() };
    assert!(open(&court.folder, &policy).contains("names no log"));
    let other = crate::authority::Authority::new(crate::authority::ECDSA);
    let roots = comity_evidence::stamp::roots(other.root().as_bytes()).unwrap();
    let trust = Trust { roots: Some(roots), ..Trust::default() };
    assert!(open(&court.folder, &trust).contains("trusted roots"));
}

#[test]
fn a_proof_of_another_request_or_manifest_does_not_count() {
    let court = Court::new();
    let path = court.folder.join("request.comity-proof");
    fs::write(&path, proof(court.manifest.sha256, "XA-NBP-2026-000148").0).unwrap();
    court.listed_again();
    assert!(invalid(verify(&court.folder, &Trust::default())).contains("another request"));
    fs::write(&path, proof(Digest::of(b"else"), "XA-NBP-2026-000147").0).unwrap();
    court.listed_again();
    assert!(open(&court.folder, &Trust::default()).contains("names the manifest"));
}

#[test]
fn a_manifest_that_lies_about_a_content_is_found_out_with_the_key() {
    let court = Court::of(|manifest| manifest.files[0].size += 1);
    assert!(is_valid(&court.folder, &Trust::default()));
    let trust = Trust { vault: vec![vault()], ..Trust::default() };
    assert!(invalid(verify(&court.folder, &trust)).contains("not that of the manifest"));
    let court = Court::of(|manifest| manifest.files[1].sha256_plain = Digest::of(CONTENTS[0]));
    assert!(is_valid(&court.folder, &Trust::default()));
    assert!(invalid(verify(&court.folder, &trust)).contains("not that of the manifest"));
}

#[test]
fn a_list_of_another_version_is_undecided() {
    let court = Court::new();
    let path = court.folder.join("index.note");
    let text = fs::read_to_string(&path).unwrap();
    let text = text.split("\n\n").next().unwrap().replace("bundle v1", "bundle v2") + "\n";
    let signatures = vec![key(AUTHORITY).sign(&text, 0).unwrap()];
    fs::write(&path, comity_ledger::Note { text, signatures }.to_string()).unwrap();
    assert!(matches!(verify(&court.folder, &Trust::default()), Err(Refusal::Undecided(_))));
}
