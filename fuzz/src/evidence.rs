//! What a provider, a receiver or an authority for time stamps brings: manifests, custody, envelopes, stamps.

use comity_evidence::custody::{Custody, CustodyAct, Entry, Who};
use comity_evidence::manifest::{
    Basis, Encryption, FileEntry, Manifest, Mode, Producer, RequestName, Retention,
};
use comity_evidence::outer::{OuterReader, OuterWriter, ReleaseKey};
use comity_evidence::signed::{self, Statement};
use comity_evidence::{CertificateDer, Digest, stamp as stamps};
use comity_ledger::{Algorithm, Note, SigningKey, VerifierKey};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::sync::LazyLock;

const PROVIDER: &str = "provider.example";
const STAMP: &[u8] = include_bytes!("../seeds/stamp.tsr");
const STAMP_ROOT: &[u8] = include_bytes!("../seeds/stamp.pem");
/// What the stamp is of.
const STAMPED: &[u8] = b"what was delivered\n";

static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_seed(PROVIDER, Algorithm::Ed25519, &[7; 32]).expect("a key"));
static ROOTS: LazyLock<Vec<CertificateDer<'static>>> =
    LazyLock::new(|| stamps::roots(STAMP_ROOT).expect("a root"));

fn keys() -> Vec<VerifierKey> {
    vec![KEY.verifier().clone()]
}

/// A text as its line in a note, signed by somebody who has the key and says anything.
fn note(text: &str) -> String {
    let text = format!("{text}\n");
    let signatures = vec![KEY.sign(&text, 0).expect("signed")];
    Note { text, signatures }.to_string()
}

/// Bytes as they come, and the same as a statement that the provider has signed: what is read keeps its limits and is
/// written as it was.
pub(crate) fn manifest(data: &[u8]) {
    let signed = super::text(data).map(note);
    for bytes in [data, signed.as_deref().unwrap_or_default().as_bytes()] {
        if let Ok(read) = signed::read::<Manifest>(bytes, &keys()) {
            assert_eq!(read.body.check(), Ok(()));
            assert_eq!(signed::sign(&read.body, &KEY).expect("signed again").as_bytes(), bytes);
        }
    }
}

fn moment() -> comity_evidence::When {
    "2026-11-20T14:03:05+01:00".parse().expect("a time")
}

fn delivery() -> Manifest {
    Manifest {
        delivery: "delivery-1".to_owned(),
        previous: None,
        request: RequestName { id: "request-1".to_owned(), reference: "XA-NBP-2026-000001".to_owned() },
        basis: Basis { procedure: "p".to_owned(), version: "1".to_owned(), sha256: Digest::of(b"p") },
        purpose: "fraud".to_owned(),
        producer: Producer {
            organisation: "Habitat Telecom".to_owned(),
            system: "register".to_owned(),
            tool: "comity".to_owned(),
        },
        made: moment(),
        encryption: Encryption {
            mode: Mode::EndToEnd,
            meaning: Mode::EndToEnd.words().to_owned(),
            recipients: BTreeSet::from([Digest::of(b"a key")]),
        },
        retention: Retention { rule: "a year".to_owned(), until: None },
        files: vec![FileEntry {
            number: 1,
            name: "a.csv".to_owned(),
            media_type: "text/csv".to_owned(),
            size: 5,
            sha256_plain: Digest::of(b"plain"),
            sha256_cipher: Some(Digest::of(b"cipher")),
            items: BTreeSet::from(["item-1".to_owned()]),
            acquired: moment(),
        }],
    }
}

pub(crate) fn manifest_seeds() -> Vec<Vec<u8>> {
    let whole = signed::sign(&delivery(), &KEY).expect("signed");
    let text = whole.lines().next().unwrap_or_default().to_owned();
    vec![whole.into_bytes(), text.into_bytes()]
}

/// Bytes as they come; and each line as what the provider says next, with number and hash as they must be: however the
/// entries come, a file that is whole has one course.
pub(crate) fn custody(data: &[u8]) {
    if let Ok(chain) = Custody::read(data, &keys()) {
        assert_eq!(written(&chain).as_bytes(), data);
    }
    let mut chain = Custody::default();
    let mut text = String::new();
    for line in super::text(data).unwrap_or_default().lines().take(64) {
        let entry = serde_json::from_str::<Value>(line).map(|mut value| value["body"].take());
        let Ok(entry) = entry.and_then(serde_json::from_value::<Entry>) else { continue };
        if let Ok(note) = chain.add(&entry, &KEY) {
            text += &note;
        }
    }
    let again = Custody::read(text.as_bytes(), &keys()).expect("what was added is read");
    assert_eq!(again.entries(), chain.entries());
    if again.agrees(&delivery()).is_ok() {
        let acts: Vec<CustodyAct> = again.entries().iter().map(|entry| entry.body.act).collect();
        assert!(acts.starts_with(&[CustodyAct::Acquired, CustodyAct::Sealed]), "{acts:?}");
    }
}

fn written(chain: &Custody) -> String {
    chain.entries().iter().map(|entry| signed::sign(&entry.body, &KEY).expect("signed again")).collect()
}

pub(crate) fn custody_seeds() -> Vec<Vec<u8>> {
    let file = delivery().files.remove(0);
    let (plain, cipher) = (Some(file.sha256_plain), file.sha256_cipher);
    let acts = [
        (CustodyAct::Acquired, None, plain),
        (CustodyAct::Sealed, plain, cipher),
        (CustodyAct::Sent, cipher, cipher),
        (CustodyAct::Opened, cipher, cipher),
        (CustodyAct::Erased, cipher, None),
    ];
    let mut chain = Custody::default();
    let mut text = String::new();
    for (act, before, after) in acts {
        let entry = Entry {
            delivery: "delivery-1".to_owned(),
            sequence: 0,
            previous: None,
            act,
            file: 1,
            who: Who { person: "p-7".to_owned(), organisation: "Habitat Telecom".to_owned() },
            at: moment(),
            instance: PROVIDER.to_owned(),
            basis: "package.release".to_owned(),
            purpose: act.has_purpose().then(|| "analysis".to_owned()),
            before,
            after,
        };
        text += &chain.add(&entry, &KEY).expect("it follows");
    }
    vec![text.into_bytes()]
}

/// An envelope that opens is the one that was sealed; another gives nothing but its true beginning.
pub(crate) fn outer(data: &[u8]) {
    let Some((first, file)) = data.split_first() else { return };
    let key = ReleaseKey::from_bytes(&[5; 32]);
    let object = if first % 2 == 0 { "object-1" } else { "object-2" };
    let Ok(reader) = OuterReader::new(&key, object, file) else { return };
    let mut content = Vec::new();
    if reader.take(1 << 20).read_to_end(&mut content).is_ok() {
        assert!(
            object == "object-1" && b"content".repeat(10_000).starts_with(&content),
            "opened without the key"
        );
    }
}

pub(crate) fn outer_seeds() -> Vec<Vec<u8>> {
    let key = ReleaseKey::from_bytes(&[5; 32]);
    let seal = |content: &[u8]| {
        let mut writer = OuterWriter::new(&key, "object-1", vec![0]).expect("a writer");
        writer.write_all(content).expect("written");
        writer.finish().expect("sealed")
    };
    vec![seal(b""), seal(b"content"), seal(&b"content".repeat(10_000))]
}

/// Whatever the answer says, it is of the bytes that the authority has stamped.
pub(crate) fn stamp(data: &[u8]) {
    let _ = stamps::roots(data);
    let known = stamps::verify(STAMP, &Digest::of(STAMPED), None, &ROOTS).expect("a stamp");
    if let Ok(stamp) = stamps::verify(data, &Digest::of(STAMPED), None, &ROOTS) {
        assert_eq!(stamp, known, "a stamp was made up");
    }
    assert!(stamps::verify(data, &Digest::of(data), None, &ROOTS).is_err());
}

pub(crate) fn stamp_seeds() -> Vec<Vec<u8>> {
    vec![STAMP.to_vec(), STAMP_ROOT.to_vec(), stamps::request(&Digest::of(STAMPED), 1).expect("a request")]
}
