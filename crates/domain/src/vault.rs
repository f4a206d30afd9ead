//! Vaults: an organisation's key in epochs, who is entitled to it, when another epoch is due, and how files go between two
//! organisations. Once they have gone end to end, they never go otherwise again (T42).
//! Nothing here knows a private key; what a key is, is `comity_evidence`'s.

use crate::id::{PersonId, UploadId};
use crate::refusal::{Refusal, RefusalCode};
use crate::term::vocabulary;
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An epoch is due for another one when it is older than this, in seconds: a year.
pub const EPOCH_S: i64 = 365 * 86_400;
/// For so long whoever has opened a package may have its files, in seconds.
pub const OPENING_S: i64 = 900;
/// The longest name of a sealed file: a number, or `manifest.age`.
const NUMBERED: usize = 4;

vocabulary! {
    /// How the files of a package are sealed, as the page, the manifest and the record name it.
    Mode {
        /// Before they were sent: nobody but the holders of the recipients' vault keys can read them.
        EndToEnd = "end_to_end",
        /// By the instance that stores them; whoever runs it could read them.
        SealedByServer = "sealed_by_server",
    }
}

/// The public halves of a vault in one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// Which, from 1.
    pub epoch: u32,
    /// To whom one seals: an `age` recipient.
    pub recipient: String,
    /// Whether that key is a hybrid one, which a quantum computer does not open; a file is never sealed to both kinds (C2SP
    /// `age`).
    pub hybrid: bool,
    /// The name of that key in a manifest: SHA-256 of its text, in lower-case hexadecimal.
    pub id: String,
    /// With which key the organisation signs: a C2SP verifier key.
    pub signer: String,
    /// When it was made.
    pub since: Moment,
}

/// Somebody who holds a grant of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Who.
    pub person: PersonId,
    /// Whether the officer key to which it was sealed is still theirs.
    pub key_counts: bool,
}

/// Whether another epoch is due: somebody holds this one who is no longer entitled or has another key, or it is old.
pub fn rotation_due(epoch: &Epoch, holdings: &[Holding], entitled: &BTreeSet<PersonId>, now: Moment) -> bool {
    let stale = |held: &Holding| !held.key_counts || !entitled.contains(&held.person);
    now >= epoch.since.plus_seconds(EPOCH_S) || holdings.iter().any(stale)
}

/// Whether an epoch counts: somebody who is entitled can open it. One that nobody can open is no vault any more, and what
/// were sealed to it would be lost.
pub fn counts(holdings: &[Holding], entitled: &BTreeSet<PersonId>) -> bool {
    holdings.iter().any(|held| held.key_counts && entitled.contains(&held.person))
}

/// How files go between an authority and a provider, as the directory says it at this instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vaults {
    /// The authority's epoch, where it counts.
    pub from: Option<Epoch>,
    /// The provider's epoch, where it counts.
    pub to: Option<Epoch>,
    /// Since when files go end to end between the two, once they do.
    pub since: Option<Moment>,
}

impl Vaults {
    /// How files have to be sealed between the two.
    pub const fn mode(&self) -> Mode {
        if self.since.is_some() || (self.from.is_some() && self.to.is_some()) {
            Mode::EndToEnd
        } else {
            Mode::SealedByServer
        }
    }

    /// The two epochs to which everything is sealed, the authority's first.
    ///
    /// # Errors
    /// [`RefusalCode::SealingNotHere`] where files do not go end to end; [`RefusalCode::VaultMissing`] where one side has no
    /// vault any more; [`RefusalCode::VaultKindsDiffer`] where their keys are of two kinds.
    pub fn both(&self) -> Result<[&Epoch; 2], Refusal> {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from.hybrid != to.hybrid => {
                Err(Refusal::new(RefusalCode::VaultKindsDiffer))
            }
            (Some(from), Some(to)) => Ok([from, to]),
            _ if self.since.is_none() => Err(Refusal::new(RefusalCode::SealingNotHere)),
            (None, _) => Err(Refusal::new(RefusalCode::VaultMissing).with("side", "AUTHORITY")),
            (Some(_), None) => Err(Refusal::new(RefusalCode::VaultMissing).with("side", "PROVIDER")),
        }
    }

    /// Whether a file may come in as it does.
    ///
    /// # Errors
    /// A plain file where they go end to end, a sealed one where they do not, or a vault is missing.
    pub fn admit(&self, sealed: bool) -> Result<(), Refusal> {
        match (self.mode(), sealed) {
            (Mode::SealedByServer, false) => Ok(()),
            (Mode::SealedByServer, true) => Err(Refusal::new(RefusalCode::SealingNotHere)),
            (Mode::EndToEnd, true) => self.both().map(drop),
            (Mode::EndToEnd, false) => {
                self.both()?;
                Err(Refusal::new(RefusalCode::SealingRequired))
            }
        }
    }
}

/// Whether a name tells nothing: `0001.age` up to `9999.age`, or `manifest.age`.
pub fn is_sealed_name(name: &str) -> bool {
    let stem = name.strip_suffix(".age").unwrap_or_default();
    stem == "manifest" || (stem.len() == NUMBERED && stem.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The name under which an organisation signs in an epoch.
pub fn signer_name(code: &str, country: &str, epoch: u32) -> String {
    format!("{}.{}.{epoch}", code.to_lowercase(), country.to_lowercase())
}

/// What whoever collected says of a sealed package.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SealedWith {
    /// The completed upload of the sealed manifest.
    pub manifest: UploadId,
    /// SHA-256 of the signed manifest, in lower-case hexadecimal.
    pub sha256: String,
    /// The keys to which files and manifest are sealed, each by the SHA-256 of its text in lower-case hexadecimal.
    pub recipients: Vec<String>,
}

/// How the files of a package are sealed, as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealing {
    /// The upload of the sealed manifest.
    pub manifest: UploadId,
    /// Its size in bytes, sealed.
    pub bytes: u64,
    /// SHA-256 of it as it lies, sealed, in lower-case hexadecimal.
    pub cipher: String,
    /// SHA-256 of the signed manifest in it, in lower-case hexadecimal.
    pub sha256: String,
    /// The keys to which everything is sealed, as in the manifest, in order.
    pub recipients: Vec<String>,
    /// The verifier key of the provider's epoch, with which the manifest is signed.
    pub signer: String,
}

crate::opaque!(SealedWith, Sealing);

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(hybrid: bool) -> Epoch {
        Epoch {
            epoch: 1,
            recipient: "age1".to_owned(),
            hybrid,
            id: "ab".repeat(32),
            signer: "nbp.xa.1".to_owned(),
            since: "2026-11-26T09:00:00+01:00".parse().unwrap(),
        }
    }

    #[test]
    fn another_epoch_is_due_after_a_year_and_not_a_second_before() {
        let (epoch, nobody) = (epoch(true), BTreeSet::new());
        assert!(!rotation_due(&epoch, &[], &nobody, epoch.since.plus_seconds(EPOCH_S - 1)));
        assert!(rotation_due(&epoch, &[], &nobody, epoch.since.plus_seconds(EPOCH_S)));
    }

    #[test]
    fn vaults_of_two_kinds_send_nothing_in_either_way() {
        let vaults = Vaults { from: Some(epoch(true)), to: Some(epoch(false)), since: None };
        for sealed in [false, true] {
            let refusal = vaults.admit(sealed).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::VaultKindsDiffer);
        }
    }
}
