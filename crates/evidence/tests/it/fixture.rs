//! A delivery of two files with everything that belongs to it.

use crate::authority::{Authority, ECDSA, folder};
use comity_evidence::court::{self, Keys, Parts, ZipWriter};
use comity_evidence::custody::{Custody, CustodyAct, Entry, FileState, Receipt, ReceivedFile, Who};
use comity_evidence::manifest::{
    Basis, Encryption, FileEntry, Manifest, Mode, Producer, RequestName, Retention,
};
use comity_evidence::signed::{self, Signed};
use comity_evidence::{Digest, KeyKind, VaultKey, When, inner, stamp};
use comity_ledger::bundle::{Bundle, Entry as Leaf, Opening, Subject};
use comity_ledger::{
    Algorithm, Checkpoint, Edge, NotATile, Note, Proof, SigningKey, TileKind, TileReader, inclusion,
    leaf_hash, root,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const PROVIDER: &str = "provider.example";
pub(crate) const AUTHORITY: &str = "authority.example";
pub(crate) const INSTANCE: &str = "instance.example";
pub(crate) const CONTENTS: [&[u8]; 2] = [b"name,number\nA. Example,+999 1\n", b""];

pub(crate) fn key(name: &str) -> SigningKey {
    let seed = *Digest::of(name.as_bytes()).as_bytes();
    SigningKey::from_seed(name, Algorithm::Ed25519, &seed).unwrap()
}

pub(crate) fn keys() -> Keys {
    let of = |name| vec![key(name).verifier().clone()];
    Keys { provider: of(PROVIDER), authority: of(AUTHORITY), instance: Vec::new() }
}

/// The key of the instance that signs for both sides.
pub(crate) fn instance_keys() -> Keys {
    Keys { provider: Vec::new(), authority: Vec::new(), instance: vec![key(INSTANCE).verifier().clone()] }
}

pub(crate) fn vault() -> VaultKey {
    VaultKey::from_seed(KeyKind::Classic, &[3; 32])
}

pub(crate) fn when(text: &str) -> When {
    text.parse().unwrap()
}

/// Both files sealed, and the manifest of them.
pub(crate) fn delivery() -> (Manifest, Vec<Vec<u8>>) {
    let mut sealed = Vec::new();
    let mut files = Vec::new();
    for (number, content) in (1..).zip(CONTENTS) {
        let mut file = Vec::new();
        let weighed = inner::seal(&[vault().recipient()], content, &mut file).unwrap();
        files.push(FileEntry {
            number,
            name: format!("subscriber {number}.csv"),
            media_type: "text/csv".to_owned(),
            size: weighed.plain.bytes,
            sha256_plain: weighed.plain.sha256,
            sha256_cipher: Some(weighed.cipher.sha256),
            items: BTreeSet::from(["item-1".to_owned()]),
            acquired: when("2026-11-20T14:03:05+01:00"),
        });
        sealed.push(file);
    }
    let manifest = Manifest {
        delivery: "delivery-1".to_owned(),
        previous: None,
        request: RequestName { id: "request-1".to_owned(), reference: "XA-NBP-2026-000147".to_owned() },
        basis: Basis {
            procedure: "bud.18_subscriber".to_owned(),
            version: "1".to_owned(),
            sha256: Digest::of(b"the procedure"),
        },
        purpose: "Investigation of fraud".to_owned(),
        producer: Producer {
            organisation: "Habitat Telecom".to_owned(),
            system: "customer register".to_owned(),
            tool: "comity 0.1.0".to_owned(),
        },
        made: when("2026-11-20T14:10:00+01:00"),
        encryption: Encryption {
            mode: Mode::EndToEnd,
            meaning: Mode::EndToEnd.words().to_owned(),
            recipients: BTreeSet::from([vault().recipient().id()]),
        },
        retention: Retention { rule: "until the judgment is final".to_owned(), until: None },
        files,
    };
    (manifest, sealed)
}

pub(crate) fn entry(manifest: &Manifest, act: CustodyAct, file: usize, instance: &str) -> Entry {
    let FileEntry { sha256_plain, sha256_cipher, number, .. } = manifest.files[file];
    let (before, after) = match act {
        CustodyAct::Acquired => (None, Some(sha256_plain)),
        CustodyAct::Sealed => (Some(sha256_plain), sha256_cipher),
        CustodyAct::Erased => (sha256_cipher.or(Some(sha256_plain)), None),
        _ => (sha256_cipher.or(Some(sha256_plain)), sha256_cipher.or(Some(sha256_plain))),
    };
    Entry {
        delivery: manifest.delivery.clone(),
        sequence: 0,
        previous: None,
        act,
        file: number,
        who: Who { person: "p-7".to_owned(), organisation: "Habitat Telecom".to_owned() },
        at: when("2026-11-20T14:10:00+01:00"),
        instance: instance.to_owned(),
        basis: "package.release".to_owned(),
        purpose: act.has_purpose().then(|| "analysis".to_owned()),
        before,
        after,
    }
}

pub(crate) const COURSE: [(CustodyAct, &str); 8] = [
    (CustodyAct::Acquired, PROVIDER),
    (CustodyAct::Sealed, PROVIDER),
    (CustodyAct::Sent, PROVIDER),
    (CustodyAct::Received, AUTHORITY),
    (CustodyAct::Verified, AUTHORITY),
    (CustodyAct::Opened, AUTHORITY),
    (CustodyAct::Exported, AUTHORITY),
    (CustodyAct::Returned, AUTHORITY),
];

pub(crate) fn custody(manifest: &Manifest) -> String {
    let mut custody = Custody::default();
    let mut text = String::new();
    for (act, instance) in COURSE {
        for file in 0..manifest.files.len() {
            text += &custody.add(&entry(manifest, act, file, instance), &key(instance)).unwrap();
        }
    }
    text
}

pub(crate) fn receipt(manifest: &Signed<Manifest>) -> Receipt {
    let files = manifest.body.files.iter().map(|file| ReceivedFile {
        number: file.number,
        found: FileState::Intact,
        sha256_cipher: file.sha256_cipher,
        sha256_plain: Some(file.sha256_plain),
        remark: None,
    });
    Receipt {
        delivery: manifest.body.delivery.clone(),
        manifest: manifest.sha256,
        who: Who { person: "p-3".to_owned(), organisation: "National Bureau".to_owned() },
        at: when("2026-11-20T15:00:00+01:00"),
        instance: AUTHORITY.to_owned(),
        files: files.collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The proof of two events, of which the second names this hash, and the policy for its log.
pub(crate) fn proof(named: Digest, reference: &str) -> (String, String) {
    let origin = "log.example/2026";
    let log = SigningKey::from_seed(origin, Algorithm::Ed25519, &[7; 32]).unwrap();
    let mut previous = serde_json::Value::Null;
    let mut events = Vec::new();
    for (sequence, what) in [(1, "sent".to_owned()), (2, named.to_string())] {
        let body = serde_json::json!({
            "request": "request-1", "sequence": sequence, "previous": previous, "what": what,
        });
        let event = Opening::Event([sequence; 32], body.to_string().into_bytes());
        previous = hex(&event.commitment()).into();
        events.push(event);
    }
    let leaves = events
        .iter()
        .map(|event| leaf_hash(comity_ledger::Leaf::from_commitment(&event.commitment()).as_bytes()));
    let tiles: BTreeMap<_, _> = Edge::default()
        .append(leaves)
        .into_iter()
        .map(|tile| ((tile.level, tile.index), tile.hashes.concat()))
        .collect();
    let reader = || {
        TileReader::new(2, |path| match path.kind {
            TileKind::Hashes(level) => tiles.get(&(level, path.index)).cloned().ok_or(NotATile),
            TileKind::Entries => Err(NotATile),
        })
    };
    let head = Checkpoint { origin: origin.to_owned(), size: 2, root: root(&mut reader(), 2).unwrap() };
    let text = head.to_string();
    let signatures = vec![log.sign(&text, 0).unwrap()];
    let checkpoint = Note { text, signatures };
    let entries = (0..).zip(events).map(|(index, opening)| {
        let path = inclusion(&mut reader(), index, 2).unwrap().unwrap();
        Leaf { opening, proof: Proof { extra: None, index, path, checkpoint: checkpoint.clone() } }
    });
    let bundle = Bundle {
        subject: Subject::Request { id: "request-1".to_owned(), reference: reference.to_owned() },
        keys: vec![log.verifier().clone()],
        entries: entries.collect(),
    };
    (bundle.to_string(), format!("log {}\nquorum none\n", log.verifier()))
}

/// A folder with a whole bundle, made by the authority.
pub(crate) struct Court {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Signed<Manifest>,
    /// Who has signed the list.
    maker: &'static str,
}

/// The same delivery where the server seals the files: no envelope, and one key signs for both sides.
pub(crate) fn plain_delivery() -> Manifest {
    let (mut manifest, _) = delivery();
    manifest.encryption = Encryption {
        mode: Mode::SealedByServer,
        meaning: Mode::SealedByServer.words().to_owned(),
        recipients: BTreeSet::new(),
    };
    manifest.files.iter_mut().for_each(|file| file.sha256_cipher = None);
    manifest
}

pub(crate) fn plain_custody(manifest: &Manifest) -> String {
    let (mut custody, mut text) = (Custody::default(), String::new());
    for (act, _) in COURSE.into_iter().filter(|(act, _)| *act != CustodyAct::Sealed) {
        for file in 0..manifest.files.len() {
            text += &custody.add(&entry(manifest, act, file, INSTANCE), &key(INSTANCE)).unwrap();
        }
    }
    text
}

impl Court {
    pub(crate) fn new() -> Self {
        Self::of(|_| ())
    }

    /// The same from a manifest that says something else.
    pub(crate) fn of(change: impl Fn(&mut Manifest)) -> Self {
        let (mut manifest, sealed) = delivery();
        change(&mut manifest);
        let custody = custody(&manifest);
        let numbered: Vec<(u64, Vec<u8>)> = (1..).zip(sealed).collect();
        Self::made(&manifest, &custody, &numbered, &keys(), |side| side, |_| ())
    }

    /// One that an instance has made; `left_out` was given beyond the request and is not in it.
    pub(crate) fn plain(left_out: Option<u64>) -> Self {
        let manifest = plain_delivery();
        let custody = plain_custody(&manifest);
        let all = (1..).zip(CONTENTS).map(|(number, content)| (number, content.to_vec()));
        let files: Vec<(u64, Vec<u8>)> = all.filter(|(number, _)| Some(*number) != left_out).collect();
        Self::made(
            &manifest,
            &custody,
            &files,
            &instance_keys(),
            |_| INSTANCE,
            |receipt| {
                for file in receipt.files.iter_mut().filter(|file| Some(file.number) == left_out) {
                    file.found = FileState::OverDisclosure;
                    file.remark = Some("more than was asked".to_owned());
                }
            },
        )
    }

    fn made(
        manifest: &Manifest,
        custody: &str,
        sealed: &[(u64, Vec<u8>)],
        keys: &Keys,
        signer: impl Fn(&'static str) -> &'static str,
        receive: impl Fn(&mut Receipt),
    ) -> Self {
        let note = signed::sign(manifest, &key(signer(PROVIDER))).unwrap();
        let manifest: Signed<Manifest> = signed::read(note.as_bytes(), &keys.all()).unwrap();
        let mut receipt = receipt(&manifest);
        signer(AUTHORITY).clone_into(&mut receipt.instance);
        receive(&mut receipt);
        let chain = Custody::read(custody.as_bytes(), &keys.all()).unwrap();
        let case = comity_evidence::case::export(&manifest, &chain).unwrap();
        let stamps = Authority::new(ECDSA);
        let answer = stamps.answer(&stamp::request(&manifest.sha256, 1).unwrap(), None);
        let receipt = signed::sign(&receipt, &key(signer(AUTHORITY))).unwrap();
        let (proof, policy) = proof(manifest.sha256, "XA-NBP-2026-000147");
        let from = folder("sealed");
        let paths: Vec<(u64, PathBuf)> =
            sealed.iter().map(|(number, _)| (*number, from.join(number.to_string()))).collect();
        paths.iter().zip(sealed).for_each(|((_, path), (_, bytes))| fs::write(path, bytes).unwrap());
        let parts = Parts {
            delivery: &manifest.body.delivery,
            mode: manifest.body.encryption.mode,
            manifest: &note,
            stamp: Some((&answer, &stamps.root())),
            custody,
            case: Some(&case),
            receipt: Some(&receipt),
            proof: Some((&proof, &policy)),
            paper: None,
            keys,
        };
        let folder = folder("court").join("bundle");
        let files: Vec<(u64, &Path)> = paths.iter().map(|(number, path)| (*number, path.as_path())).collect();
        let maker = signer(AUTHORITY);
        court::write(&folder, &parts, &files, &key(maker)).unwrap();
        fs::remove_dir_all(from).unwrap();
        Self { folder, manifest, maker }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for prefix in ["", "files/"] {
            for entry in fs::read_dir(self.folder.join(prefix)).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    names.push(format!("{prefix}{}", entry.file_name().to_str().unwrap()));
                }
            }
        }
        names.sort();
        names
    }

    /// The list made again over what lies there now, as a maker does who has changed something.
    pub(crate) fn listed_again(&self) {
        let files: serde_json::Map<String, serde_json::Value> = self
            .names()
            .into_iter()
            .filter(|name| name != "index.note")
            .map(|name| {
                let bytes = fs::read(self.folder.join(&name)).unwrap();
                let listed =
                    serde_json::json!({ "bytes": bytes.len(), "sha256": Digest::of(&bytes).to_string() });
                (name, listed)
            })
            .collect();
        let body = serde_json::json!({ "delivery": self.manifest.body.delivery, "files": files });
        let text = format!("{}\n", serde_json::json!({ "body": body, "type": "comity court bundle v1" }));
        let signatures = vec![key(self.maker).sign(&text, 0).unwrap()];
        fs::write(self.folder.join("index.note"), Note { text, signatures }.to_string()).unwrap();
    }

    /// The same as one archive.
    pub(crate) fn archived_whole(&self) -> PathBuf {
        self.archived(&self.names())
    }

    /// The same as one archive, in this order, whatever stands in the folder.
    pub(crate) fn archived(&self, names: &[String]) -> PathBuf {
        let path = self.folder.with_file_name("bundle.zip");
        let (mut zip, mut bytes) = (ZipWriter::default(), Vec::new());
        for name in names {
            let content = fs::read(self.folder.join(name)).unwrap();
            bytes.extend(zip.begin(name));
            zip.content(&content);
            bytes.extend(content);
            bytes.extend(zip.end());
        }
        bytes.extend(zip.finish());
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Court {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.folder.parent().unwrap());
    }
}
