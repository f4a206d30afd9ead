//! Statements that somebody signs: manifests, entries of custody, receipts, and the list of a court bundle.
//! Each is a C2SP signed note whose text is one line of canonical JSON, `{"body":…,"type":"comity manifest v1"}`, with
//! exactly one signature. The type keeps one kind of statement from being taken for another, because an organisation has
//! one key for all of them. Why not a detached signature: `docs/decisions/0009-evidence.md`.

use crate::hash::Digest;
use crate::json;
use comity_ledger::bundle::Refusal;
use comity_ledger::{Algorithm, Note, NoteFault, SigningKey, VerifierKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The longest statement that is read, in bytes: that of a signed note.
pub const MAX_STATEMENT: usize = 1 << 20;

/// What can be signed.
pub trait Statement: Serialize + DeserializeOwned {
    /// Its type with its version; a changed format takes another.
    const TYPE: &'static str;

    /// Whether what it says can be said, within its limits.
    ///
    /// # Errors
    /// The sentence that tells what is wrong.
    fn check(&self) -> Result<(), String>;
}

/// A statement whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    /// What it says.
    pub body: T,
    /// The key that has signed.
    pub by: VerifierKey,
    /// SHA-256 over the whole note: what the next statement and the stamp name.
    pub sha256: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<T> {
    body: T,
    r#type: String,
}

fn invalid(kind: &str, why: impl std::fmt::Display) -> Refusal {
    Refusal::Invalid(format!("{kind}: {why}"))
}

/// Signs a statement with an organisation's Ed25519 key; the same statement always gives the same note.
///
/// # Errors
/// [`Refusal::Invalid`]: it cannot be said, it is too long, or the key is of another kind.
pub fn sign<T: Statement + Clone>(body: &T, key: &SigningKey) -> Result<String, Refusal> {
    body.check().map_err(|why| invalid(T::TYPE, why))?;
    if key.verifier().algorithm() != Algorithm::Ed25519 {
        return Err(invalid(T::TYPE, "an organisation signs with Ed25519"));
    }
    let envelope = Envelope { body: body.clone(), r#type: T::TYPE.to_owned() };
    let text = json::canonical(&envelope).map_err(|why| invalid(T::TYPE, why))? + "\n";
    let signature = key.sign(&text, 0).map_err(|fault| invalid(T::TYPE, fault))?;
    let note = Note { text, signatures: vec![signature] }.to_string();
    if note.len() > MAX_STATEMENT {
        return Err(invalid(T::TYPE, format!("longer than {MAX_STATEMENT} bytes")));
    }
    Ok(note)
}

/// Reads a statement that one of these keys has signed.
///
/// # Errors
/// [`Refusal::Undecided`] for a type or version that is not known here, [`Refusal::Invalid`] for anything else that is
/// not as it must be.
pub fn read<T: Statement>(bytes: &[u8], keys: &[VerifierKey]) -> Result<Signed<T>, Refusal> {
    let note = Note::parse(bytes).map_err(|fault| invalid(T::TYPE, fault))?;
    let [signature] = note.signatures.as_slice() else {
        return Err(invalid(T::TYPE, "it has not exactly one signature"));
    };
    let by = keys.iter().find(|key| key.algorithm() == Algorithm::Ed25519 && signature.is_by(key));
    let by = by.ok_or_else(|| invalid(T::TYPE, NoteFault::NotSigned))?;
    note.verify([by]).map_err(|fault| invalid(T::TYPE, fault))?;
    // Base64 may be written in more than one way.
    if note.to_string().as_bytes() != bytes {
        return Err(invalid(T::TYPE, "it is not written as a note is"));
    }
    let text = note.text.strip_suffix('\n').unwrap_or(&note.text);
    let (kind, known) = (kind(text), T::TYPE);
    if kind.as_deref() != Some(known) {
        let found = kind.unwrap_or_default();
        return Err(Refusal::Undecided(format!("not of the known type {known:?}: {found:?}")));
    }
    let envelope: Envelope<T> = json::parse(text).map_err(|why| invalid(known, why))?;
    envelope.body.check().map_err(|why| invalid(known, why))?;
    Ok(Signed { body: envelope.body, by: by.clone(), sha256: Digest::of(bytes) })
}

fn kind(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Typed {
        r#type: String,
    }
    serde_json::from_str::<Typed>(text).ok().map(|typed| typed.r#type)
}
