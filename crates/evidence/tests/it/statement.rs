//! Manifests, entries of custody and receipts: what can be said, and that it is read in one way only.

use crate::fixture::{AUTHORITY, COURSE, PROVIDER, custody, delivery, entry, key, keys, receipt, when};
use comity_evidence::custody::{Custody, CustodyAct, Entry, FileState, Receipt};
use comity_evidence::manifest::{FileEntry, MAX_FILES, Manifest, Mode};
use comity_evidence::signed::{self, Statement};
use comity_evidence::{Digest, When};
use comity_ledger::Note;
use comity_ledger::bundle::Refusal;
use std::collections::BTreeSet;

fn signed_text(text: &str, name: &str) -> String {
    let text = format!("{text}\n");
    let signatures = vec![key(name).sign(&text, 0).unwrap()];
    Note { text, signatures }.to_string()
}

fn read(note: &str) -> Result<Manifest, Refusal> {
    signed::read::<Manifest>(note.as_bytes(), &keys().provider).map(|signed| signed.body)
}

#[test]
fn a_manifest_is_read_as_it_was_signed() {
    let (manifest, _) = delivery();
    let note = signed::sign(&manifest, &key(PROVIDER)).unwrap();
    assert_eq!(note, signed::sign(&manifest, &key(PROVIDER)).unwrap());
    assert_eq!(read(&note), Ok(manifest.clone()));
    let signed = signed::read::<Manifest>(note.as_bytes(), &keys().provider).unwrap();
    assert_eq!((signed.sha256, signed.by.name()), (Digest::of(note.as_bytes()), PROVIDER));
    assert!(!format!("{manifest:?}{:?}", manifest.files).contains("subscriber"));
    // Members in order, no space, the type at the end.
    assert!(note.starts_with(r#"{"body":{"basis":{"procedure":"bud.18_subscriber","sha256":""#), "{note}");
    assert!(note.contains(r#"},"type":"comity manifest v1"}"#));
}

#[test]
fn what_is_not_exactly_a_signed_manifest_is_refused() {
    let (manifest, _) = delivery();
    let note = signed::sign(&manifest, &key(PROVIDER)).unwrap();
    let text = note.lines().next().unwrap();
    assert!(read(&signed_text(text, PROVIDER)).is_ok());
    let undecided = |text: &str| {
        let refused = read(&signed_text(text, PROVIDER));
        assert!(matches!(refused, Err(Refusal::Undecided(_))), "{text}: {refused:?}");
    };
    let invalid = |note: &str| {
        let refused = read(note);
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{note}: {refused:?}");
    };
    undecided(&text.replace("manifest v1", "manifest v2"));
    undecided(&text.replace("manifest v1", "receipt v1"));
    undecided("{}");
    for (from, to) in [
        ("\"purpose\"", "\"purpose2\""),
        ("{\"body\"", "{\"also\":1,\"body\""),
        ("{\"body\"", "{ \"body\""),
        ("\"delivery\":\"delivery-1\"", "\"delivery\":\"delivery-1\",\"delivery\":\"delivery-1\""),
        ("\"delivery\":\"delivery-1\"", "\"delivery\":\"\""),
        ("\"number\":1", "\"number\":1.0"),
        ("\"number\":1", "\"number\":2"),
        ("\"mode\":\"end-to-end\"", "\"mode\":\"sealed-by-server\""),
        ("\"mode\":\"end-to-end\"", "\"mode\":\"none\""),
        ("+01:00", "Z"),
        ("Investigation", "\\u0049nvestigation"),
        ("\"previous\":null,", ""),
    ] {
        assert!(text.contains(from), "{from}");
        invalid(&signed_text(&text.replace(from, to), PROVIDER));
    }
    invalid(&signed_text(text, AUTHORITY));
    invalid(&signed_text(text, "else.example"));
    invalid(&format!("{note}{}\n", note.lines().last().unwrap()));
    invalid(text);
    for at in 0..note.len() {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        assert!(signed::read::<Manifest>(&bytes, &keys().provider).is_err(), "byte {at}");
    }
}

fn wrong(change: impl FnOnce(&mut Manifest), words: &str) {
    let (mut manifest, _) = delivery();
    change(&mut manifest);
    let why = manifest.check().unwrap_err();
    assert!(why.contains(words), "{why}");
    assert!(signed::sign(&manifest, &key(PROVIDER)).is_err());
}

#[test]
fn a_manifest_keeps_its_limits() {
    let text = |length| "x".repeat(length);
    wrong(|manifest| manifest.delivery = "with space".to_owned(), "delivery");
    wrong(|manifest| manifest.delivery = text(101), "delivery");
    wrong(|manifest| manifest.purpose = String::new(), "purpose");
    wrong(|manifest| manifest.purpose = text(1_001), "purpose");
    wrong(|manifest| manifest.purpose = "two\nlines".to_owned(), "purpose");
    wrong(|manifest| manifest.producer.tool = " x".to_owned(), "producer.tool");
    wrong(|manifest| manifest.encryption.recipients = BTreeSet::new(), "recipients");
    wrong(|manifest| manifest.encryption.meaning = Mode::SealedByServer.words().to_owned(), "meaning");
    wrong(|manifest| manifest.files = Vec::new(), "files");
    wrong(|manifest| manifest.files[0].size = 1 << 53, "size");
    wrong(|manifest| manifest.files[0].items = BTreeSet::new(), "items");
    wrong(|manifest| manifest.files[0].media_type = "text".to_owned(), "media_type");
    wrong(|manifest| manifest.files[1].name = manifest.files[0].name.clone(), "two files");
    wrong(|manifest| manifest.files[1].number = 3, "number");
    // A name leads out of no folder, and cannot look like another: this one would be shown as `evil-exe.csv`.
    for name in ["", ".", "..", "a/b", "a\\b", "a\0b", "evil-\u{202e}vsc.exe", &text(256)] {
        wrong(|manifest| manifest.files[0].name = name.to_owned(), "name");
    }
    let (mut manifest, _) = delivery();
    let one: FileEntry = manifest.files[0].clone();
    manifest.files = (1..=MAX_FILES as u64)
        .map(|number| FileEntry { number, name: format!("file {number}"), ..one.clone() })
        .collect();
    let note = signed::sign(&manifest, &key(PROVIDER)).unwrap();
    assert_eq!(read(&note), Ok(manifest.clone()));
    let last = FileEntry { number: MAX_FILES as u64 + 1, ..one };
    manifest.files.push(last);
    assert!(manifest.check().is_err());
}

#[test]
fn times_have_their_offset_and_one_way_to_be_written() {
    for text in ["2026-11-20T14:03:05+01:00", "2026-02-28T23:59:59-11:30", "2026-11-20T14:03:05+00:00"] {
        assert_eq!(when(text).to_string(), text);
    }
    assert_eq!(when("2026-11-20T14:03:05+01:00").moment(), when("2026-11-20T13:03:05+00:00").moment());
    for text in [
        "2026-11-20T14:03:05Z",
        "2026-11-20T14:03:05-00:00",
        "2026-11-20 14:03:05+01:00",
        "2026-11-20T14:03:05.0+01:00",
        "2026-02-30T14:03:05+01:00",
        "2026-11-20T14:03:05+01:00 ",
        "2026-11-20T14:03:05+0100",
        "２026-11-20T14:03:05+01:00",
        "",
    ] {
        assert!(text.parse::<When>().is_err(), "{text}");
    }
}

#[test]
fn a_chain_is_read_as_it_was_written_and_follows_the_manifest() {
    let (manifest, _) = delivery();
    let text = custody(&manifest);
    let chain = Custody::read(text.as_bytes(), &keys().all()).unwrap();
    assert_eq!(chain.entries().len(), COURSE.len() * 2);
    assert_eq!(chain.agrees(&manifest), Ok(()));
    let mut other = manifest.clone();
    other.files[1].sha256_plain = Digest::of(b"else");
    assert!(chain.agrees(&other).unwrap_err().contains("file 2"));
    other = manifest.clone();
    other.files.pop();
    assert!(chain.agrees(&other).is_err());
    other = Manifest { delivery: "delivery-2".to_owned(), ..manifest };
    assert!(chain.agrees(&other).is_err());
    // Neither side can cut the chain's middle or change the order; a cut end shows in what the last says.
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in (0..lines.len() - 3).step_by(3) {
        let without = [&lines[..at], &lines[at + 3..]].concat().concat();
        assert!(Custody::read(without.as_bytes(), &keys().all()).is_err(), "entry {}", at / 3);
        let swapped = [&lines[..at], &lines[at + 3..at + 6], &lines[at..at + 3], &lines[at + 6..]].concat();
        assert!(Custody::read(swapped.concat().as_bytes(), &keys().all()).is_err());
    }
    assert!(Custody::read(&text.as_bytes()[..text.len() - 1], &keys().all()).is_err());
    assert!(Custody::read(text.as_bytes(), &keys().provider).is_err());
}

/// What happens when this is added after these acts.
fn added(before: &[(CustodyAct, &str)], change: impl FnOnce(&Manifest) -> Entry) -> Result<(), String> {
    let (manifest, _) = delivery();
    let mut chain = Custody::default();
    for (act, instance) in before {
        chain.add(&entry(&manifest, *act, 0, instance), &key(instance)).unwrap();
    }
    let next = change(&manifest);
    let name = next.instance.clone();
    chain.add(&next, &key(&name)).map(|_| ()).map_err(|refusal| refusal.to_string())
}

#[test]
fn an_entry_follows_from_what_was_before() {
    use CustodyAct::{Acquired, Erased, Exported, Opened, Received, Sealed, Sent, Verified};
    let refused = |before: &[(CustodyAct, &str)], act, instance: &str, words: &str| {
        let why = added(before, |manifest| entry(manifest, act, 0, instance)).unwrap_err();
        assert!(why.contains(words), "{act:?}: {why}");
    };
    let (acquired, sealed, sent) = (&COURSE[..1], &COURSE[..2], &COURSE[..3]);
    refused(&[], Sealed, PROVIDER, "another before");
    refused(acquired, Acquired, PROVIDER, "another before");
    refused(acquired, Sent, PROVIDER, "another before");
    refused(sealed, Received, AUTHORITY, "not sent");
    refused(sent, Sealed, PROVIDER, "another before");
    for act in [Received, Verified, Opened, Exported, Erased] {
        assert_eq!(added(sent, |manifest| entry(manifest, act, 0, AUTHORITY)), Ok(()));
    }
    // What one side has erased, the other may still have.
    let erased = [sent, &[(Erased, PROVIDER)]].concat();
    refused(&erased, Opened, PROVIDER, "had erased");
    assert_eq!(added(&erased, |manifest| entry(manifest, Received, 0, AUTHORITY)), Ok(()));

    let with = |change: fn(&mut Entry)| {
        added(sent, move |manifest| {
            let mut next = entry(manifest, Opened, 0, AUTHORITY);
            change(&mut next);
            next
        })
    };
    assert_eq!(with(|_| ()), Ok(()));
    assert!(with(|next| next.purpose = None).unwrap_err().contains("purpose"));
    assert!(with(|next| next.after = Some(Digest::of(b"else"))).unwrap_err().contains("before, after"));
    assert!(with(|next| next.delivery = "delivery-2".to_owned()).unwrap_err().contains("another delivery"));
    assert!(with(|next| next.basis = String::new()).unwrap_err().contains("basis"));
    // A clock of the other side may go behind; the own may not go back.
    assert_eq!(with(|next| next.at = when("2026-11-20T14:09:00+01:00")), Ok(()));
    let back = added(sent, |manifest| Entry {
        at: when("2026-11-20T14:09:59+01:00"),
        ..entry(manifest, Verified, 0, PROVIDER)
    });
    assert!(back.unwrap_err().contains("clock"));
    let forged = added(sent, |manifest| entry(manifest, Received, 0, AUTHORITY));
    assert_eq!(forged, Ok(()));
    let (manifest, _) = delivery();
    let mut chain = Custody::default();
    let other = chain.add(&entry(&manifest, Acquired, 0, AUTHORITY), &key(PROVIDER)).unwrap_err();
    assert!(other.to_string().contains("another instance"), "{other}");
    assert!(chain.entries().is_empty());
}

#[test]
fn a_receipt_says_what_follows_from_the_hashes() {
    let (manifest, _) = delivery();
    let note = signed::sign(&manifest, &key(PROVIDER)).unwrap();
    let manifest = signed::read::<Manifest>(note.as_bytes(), &keys().provider).unwrap();
    let whole = receipt(&manifest);
    assert_eq!((whole.check(), whole.agrees(&manifest), whole.is_intact()), (Ok(()), Ok(()), true));
    let with = |change: fn(&mut Receipt)| {
        let mut receipt = whole.clone();
        change(&mut receipt);
        receipt.check().and_then(|()| receipt.agrees(&manifest))
    };
    let remark = || Some("in words".to_owned());
    assert!(with(|receipt| receipt.files[0].found = FileState::Mismatch).is_err());
    assert!(with(|receipt| receipt.files[0].remark = Some("in words".to_owned())).is_err());
    assert!(with(|receipt| receipt.files[0].sha256_plain = None).is_err());
    assert!(with(|receipt| receipt.files[0].sha256_cipher = Some(Digest::of(b"else"))).is_err());
    assert!(with(|receipt| receipt.manifest = Digest::of(b"else")).is_err());
    assert!(with(|receipt| drop(receipt.files.pop())).is_err());
    assert!(with(|receipt| receipt.files.swap(0, 1)).is_err());
    for (found, plain) in
        [(FileState::Mismatch, None), (FileState::OverDisclosure, whole.files[0].sha256_plain)]
    {
        let mut receipt = whole.clone();
        receipt.files[0].found = found;
        receipt.files[0].sha256_plain = plain;
        receipt.files[0].remark = remark();
        assert_eq!((receipt.check(), receipt.agrees(&manifest)), (Ok(()), Ok(())));
        assert!(!receipt.is_intact());
        let note = signed::sign(&receipt, &key(AUTHORITY)).unwrap();
        assert_eq!(signed::read::<Receipt>(note.as_bytes(), &keys().authority).unwrap().body, receipt);
    }
}
