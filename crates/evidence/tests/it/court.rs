//! A court bundle is valid as it was made, and in no other way.

use crate::fixture::{
    AUTHORITY, CONTENTS, Court, INSTANCE, PROVIDER, instance_keys, key, keys, plain_custody, plain_delivery,
    proof, vault,
};
use comity_evidence::court::{Keys, Report, Trust, ZipWriter, verify};
use comity_evidence::custody::{Custody, CustodyAct};
use comity_evidence::manifest::Mode;
use comity_evidence::signed::Statement as _;
use comity_evidence::{Digest, KeyKind, VaultKey};
use comity_ledger::bundle::Refusal;
use std::fs;
use std::path::Path;
use std::process::Command;

fn is_valid(folder: &Path, trust: &Trust) -> bool {
    verify(folder, trust).is_ok_and(|report| report.open.is_empty())
}

fn invalid(result: Result<Report, Refusal>) -> String {
    match result {
        Err(Refusal::Invalid(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// The linked data are long, and one hash holds them: each 64th byte of them, every byte of the rest.
fn step(name: &str) -> usize {
    if name == "custody.jsonld" { 64 } else { 1 }
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
        for at in (0..bytes.len()).step_by(step(&name)) {
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
        // The linked data say nothing that the chain does not say.
        if name != "index.note" && name != "custody.jsonld" {
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
    let swapped = Keys { provider: of(AUTHORITY), authority: of(PROVIDER), instance: Vec::new() };
    let stranger =
        Keys { provider: of("else.example"), authority: of("other.example"), instance: Vec::new() };
    // What is sealed end to end is not the instance's word.
    let instance = Keys {
        instance: [of(PROVIDER), of(AUTHORITY)].concat(),
        provider: Vec::new(),
        authority: Vec::new(),
    };
    for keys in [swapped, stranger, instance] {
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

#[test]
fn a_bundle_of_an_instance_is_valid_and_says_who_could_read_the_files() {
    let court = Court::plain(None);
    let report = verify(&court.folder, &Trust::default()).unwrap();
    assert!(report.open.is_empty(), "{:?}", report.open);
    let shown = report.shown.join("\n");
    for words in ["can read them", "14 entries", "every file intact", "the files are those of the manifest"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let trust = Trust { keys: Some(instance_keys()), ..Trust::default() };
    assert!(is_valid(&court.folder, &trust));
    // The instance's word is not that of a provider or an authority.
    let as_sides = Keys {
        provider: vec![key(INSTANCE).verifier().clone()],
        authority: vec![key(AUTHORITY).verifier().clone()],
        instance: Vec::new(),
    };
    let trust = Trust { keys: Some(as_sides), ..Trust::default() };
    assert!(invalid(verify(&court.folder, &trust)).contains("whose word it is not"));
}

#[test]
fn no_byte_of_a_bundle_of_an_instance_can_be_changed() {
    let court = Court::plain(None);
    for name in court.names() {
        let path = court.folder.join(&name);
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(3 * step(&name)) {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            fs::write(&path, &other).unwrap();
            assert!(!is_valid(&court.folder, &Trust::default()), "{name}: byte {at}");
            // The maker of the list cannot change what the instance has signed, nor a file.
            if at % 7 == 0 && ["manifest.note", "custody", "receipt.note", "files/0001.bin"].contains(&&*name)
            {
                court.listed_again();
                assert!(!is_valid(&court.folder, &Trust::default()), "{name}: byte {at}, listed");
            }
        }
        fs::write(&path, &bytes).unwrap();
        court.listed_again();
    }
    assert!(is_valid(&court.folder, &Trust::default()));
}

#[test]
fn a_file_is_left_out_only_where_the_receipt_says_that_it_went_too_far() {
    let court = Court::plain(Some(2));
    let report = verify(&court.folder, &Trust::default()).unwrap();
    assert!(report.open.is_empty(), "{:?}", report.open);
    let shown = report.shown.join("\n");
    assert!(shown.contains("files/0002.bin is left out") && shown.contains("NOT every file"), "{shown}");
    fs::remove_file(court.folder.join("files/0001.bin")).unwrap();
    court.listed_again();
    assert!(invalid(verify(&court.folder, &Trust::default())).contains("0001.bin: it is missing"));
    let court = Court::plain(Some(2));
    fs::remove_file(court.folder.join("receipt.note")).unwrap();
    court.listed_again();
    assert!(invalid(verify(&court.folder, &Trust::default())).contains("0002.bin: it is missing"));
}

#[test]
fn envelopes_are_named_where_there_are_some_and_nowhere_else() {
    let plain = plain_delivery();
    assert_eq!(plain.check(), Ok(()));
    let (sealed, _) = crate::fixture::delivery();
    let mut mixed = plain.clone();
    mixed.files[0].sha256_cipher = Some(Digest::of(b"else"));
    assert!(mixed.check().unwrap_err().contains("no inner envelope"));
    let mut keyed = plain.clone();
    keyed.encryption.recipients.clone_from(&sealed.encryption.recipients);
    assert!(keyed.check().unwrap_err().contains("recipients"));
    let mut bare = sealed.clone();
    bare.files[1].sha256_cipher = None;
    assert!(bare.check().unwrap_err().contains("has an inner envelope"));
    // A chain without sealing is none of a delivery that is sealed, and the other way round.
    let chain = Custody::read(plain_custody(&plain).as_bytes(), &instance_keys().all()).unwrap();
    assert_eq!(chain.agrees(&plain), Ok(()));
    assert!(chain.agrees(&sealed).is_err());
    let chain = Custody::read(crate::fixture::custody(&sealed).as_bytes(), &keys().all()).unwrap();
    assert!(chain.agrees(&plain).is_err());
    let mut chain = Custody::default();
    for act in [CustodyAct::Acquired, CustodyAct::Opened] {
        chain.add(&crate::fixture::entry(&plain, act, 0, INSTANCE), &key(INSTANCE)).unwrap();
    }
    let late = comity_evidence::custody::Entry {
        before: Some(sealed.files[0].sha256_plain),
        ..crate::fixture::entry(&sealed, CustodyAct::Sealed, 0, INSTANCE)
    };
    assert!(chain.add(&late, &key(INSTANCE)).unwrap_err().to_string().contains("before anything else"));
    assert_eq!(comity_evidence::court::file_name(Mode::SealedByServer, 7), "files/0007.bin");
}

#[test]
fn an_archive_is_valid_and_no_byte_of_it_can_be_changed() {
    let court = Court::plain(None);
    assert!(is_valid(&Court::new().archived_whole(), &Trust::default()));
    {
        let path = court.archived(&court.names());
        assert!(is_valid(&path, &Trust::default()));
        let bytes = fs::read(&path).unwrap();
        let sizes = court.names().into_iter().map(|name| {
            let bytes = fs::metadata(court.folder.join(&name)).unwrap().len();
            (name, bytes)
        });
        let sizes: Vec<(String, u64)> = sizes.collect();
        let total = ZipWriter::total(sizes.iter().map(|(name, bytes)| (name.as_str(), *bytes)));
        assert_eq!(total, bytes.len() as u64);
        // Every byte of the headers and of the end; of the contents, whose hashes other tests change byte by byte, each 16th.
        let mut contents = Vec::new();
        let mut begin = 0;
        for (name, length) in &sizes {
            begin += 50 + name.len();
            contents.push(begin..begin + usize::try_from(*length).unwrap());
            begin += usize::try_from(*length).unwrap() + 24;
        }
        let within =
            |at: &usize| !at.is_multiple_of(16) && contents.iter().any(|content| content.contains(at));
        for at in (0..bytes.len()).filter(|at| !within(at)) {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            fs::write(&path, &other).unwrap();
            assert!(!is_valid(&path, &Trust::default()), "byte {at}");
        }
        for other in [&bytes[..bytes.len() - 1], &bytes[..50], b"", &[&bytes[..], b"x"].concat(), &bytes[1..]]
        {
            fs::write(&path, other).unwrap();
            assert!(invalid(verify(&path, &Trust::default())).contains("archive"));
        }
        fs::write(&path, &bytes).unwrap();
        // Info-ZIP and Python read it as we do.
        let output = Command::new("unzip").args(["-tq"]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let script = "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(len(z.namelist()))";
        let output = Command::new("python3").args(["-c", script]).arg(&path).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), court.names().len().to_string());
    }
}

#[test]
fn a_hostile_archive_is_refused_before_anything_of_it_is_read() {
    let court = Court::plain(None);
    let names = court.names();
    let refused = |names: &[String], words: &str| {
        let why = invalid(verify(&court.archived(names), &Trust::default()));
        assert!(why.contains(words), "{why}");
    };
    // A name twice; names that lead elsewhere; more files than a bundle has.
    refused(&[&names[..], &names[..1]].concat(), "two files of one name");
    for name in ["../evil", "/etc/evil", "files/../evil", "a\\b", "\u{202e}x"] {
        let path = court.folder.with_file_name("bundle.zip");
        let (mut zip, mut bytes) = (ZipWriter::default(), Vec::new());
        for (name, content) in names
            .iter()
            .map(|name| (name.as_str(), fs::read(court.folder.join(name)).unwrap()))
            .chain([(name, Vec::new())])
        {
            bytes.extend(zip.begin(name));
            zip.content(&content);
            bytes.extend(content);
            bytes.extend(zip.end());
        }
        bytes.extend(zip.finish());
        fs::write(&path, bytes).unwrap();
        assert!(invalid(verify(&path, &Trust::default())).contains("not in the list"));
    }
    let many: Vec<String> = std::iter::repeat_n(names[0].clone(), 2_000).collect();
    refused(&many, "more than");
    // What other programs make: compressed, with a link, with a comment, with something before or between.
    let other = court.folder.with_file_name("other.zip");
    for script in [
        "zip -qr9 other.zip bundle",
        "rm -f other.zip; (cd bundle; zip -qr0 ../other.zip .)",
        "rm -f other.zip; (cd bundle; ln -s /etc/passwd link; zip -qry ../other.zip .; rm link)",
    ] {
        let output =
            Command::new("sh").args(["-c", script]).current_dir(court.folder.parent().unwrap()).output();
        assert!(output.unwrap().status.success());
        assert!(invalid(verify(&other, &Trust::default())).contains("archive"));
    }
    let bytes = fs::read(court.archived(&names)).unwrap();
    fs::write(&other, [b"MZ", &bytes[..]].concat()).unwrap();
    assert!(invalid(verify(&other, &Trust::default())).contains("archive"));
    // Zeros, and a list that claims to be as long as memory.
    for hostile in [vec![0; 4_096], [vec![0xff; 4_096], bytes[bytes.len() - 98..].to_vec()].concat()] {
        fs::write(&other, hostile).unwrap();
        assert!(invalid(verify(&other, &Trust::default())).contains("archive"));
    }
}
