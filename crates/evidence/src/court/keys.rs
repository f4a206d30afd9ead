//! The public keys of those who sign: one line each, `provider`, `authority` or `instance` and a C2SP verifier key.
//! It may assume that its reader got the file from somebody they trust, or compares it.

use crate::manifest::Mode;
use comity_ledger::{Algorithm, VerifierKey};
use std::fmt;
use std::str::FromStr;

/// The longest file that is read, in bytes.
pub(super) const MAX_KEYS: usize = 64 * 1024;
/// The most keys of one side: they are changed each year, and a chain may span some.
const MAX_OF_A_SIDE: usize = 16;

const PROVIDER: &str = "provider";
const AUTHORITY: &str = "authority";
const INSTANCE: &str = "instance";

/// Whose signatures count for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Those that sign manifests.
    pub provider: Vec<VerifierKey>,
    /// Those that sign receipts.
    pub authority: Vec<VerifierKey>,
    /// Those of the instance that stores the files; it signs for both sides where it can read them anyway.
    pub instance: Vec<VerifierKey>,
}

impl Keys {
    /// Those that sign entries of custody, and the list of a bundle.
    pub fn all(&self) -> Vec<VerifierKey> {
        self.provider.iter().chain(&self.authority).chain(&self.instance).cloned().collect()
    }

    /// Those that may sign the manifest of files that are sealed so.
    pub(super) fn of_manifest(&self, mode: Mode) -> &[VerifierKey] {
        match mode {
            Mode::EndToEnd => &self.provider,
            Mode::SealedByServer => &self.instance,
        }
    }

    /// Those that may sign the receipt for files that are sealed so.
    pub(super) fn of_receipt(&self, mode: Mode) -> &[VerifierKey] {
        match mode {
            Mode::EndToEnd => &self.authority,
            Mode::SealedByServer => &self.instance,
        }
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.provider.iter().try_for_each(|key| writeln!(f, "{PROVIDER} {key}"))?;
        self.authority.iter().try_for_each(|key| writeln!(f, "{AUTHORITY} {key}"))?;
        self.instance.iter().try_for_each(|key| writeln!(f, "{INSTANCE} {key}"))
    }
}

impl FromStr for Keys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > MAX_KEYS {
            return Err(format!("keys: longer than {MAX_KEYS} bytes"));
        }
        let mut keys = Self { provider: Vec::new(), authority: Vec::new(), instance: Vec::new() };
        for (number, line) in (1..).zip(text.lines()) {
            let fault = |what: &str| format!("keys, line {number}: {what}");
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (side, key) = line.split_once(' ').ok_or_else(|| fault("a side and a key"))?;
            let key: VerifierKey = key.parse().map_err(|_| fault("not a verifier key of a known kind"))?;
            if key.algorithm() != Algorithm::Ed25519 {
                return Err(fault("an organisation signs with Ed25519"));
            }
            let same = |known: &VerifierKey| known.name() == key.name() || known.key() == key.key();
            let (own, others) = match side {
                PROVIDER => (&mut keys.provider, [&keys.authority, &keys.instance]),
                AUTHORITY => (&mut keys.authority, [&keys.provider, &keys.instance]),
                INSTANCE => (&mut keys.instance, [&keys.provider, &keys.authority]),
                _ => return Err(fault("the side is provider, authority or instance")),
            };
            // A side that held the other's key could sign for it.
            if others.into_iter().flatten().any(same) || own.iter().any(|known| known.key() == key.key()) {
                return Err(fault("this key or its name stands there already"));
            }
            own.push(key);
            if own.len() > MAX_OF_A_SIDE {
                return Err(fault("too many keys of one side"));
            }
        }
        let both = !keys.provider.is_empty() && !keys.authority.is_empty();
        if !both && keys.instance.is_empty() {
            return Err("keys: one of each side, or of the instance, at least".to_owned());
        }
        Ok(keys)
    }
}
