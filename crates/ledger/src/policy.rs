//! Which logs and witnesses somebody trusts, and how many of them must have signed (C2SP `tlog-policy`).
//! It may assume that its reader got the file from somebody they trust. It never trusts a key that a proof brings along.

use crate::checkpoint::{Checkpoint, number};
use crate::note::{Algorithm, Note, NoteFault, VerifierKey};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A log with the address under which it is read, if the policy tells one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is the log's origin.
    pub key: VerifierKey,
    /// Where its tiles are.
    pub url: Option<String>,
}

/// A witness with the address that takes checkpoints, if the policy tells one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name in this policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// The submission prefix.
    pub url: Option<String>,
}

/// A rule of the quorum: of these, at least so many.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<String>,
}

/// A policy as read from its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: BTreeMap<String, Group>,
    /// Nothing where no cosignature is asked for.
    quorum: Option<String>,
}

/// What is wrong with a policy file, with the number of the line from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy, line {line}: {what}")]
pub struct PolicyFault {
    /// The line; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// Why a checkpoint does not satisfy a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyUnmet {
    /// The note is not a checkpoint.
    #[error("not a checkpoint")]
    NotACheckpoint,
    /// No log of that origin is in the policy.
    #[error("the policy names no log {0}")]
    UnknownLog(String),
    /// The log's or a witness's signature does not hold, or the log has not signed.
    #[error("log {0}: {1}")]
    Signature(String, NoteFault),
    /// Too few witnesses have signed.
    #[error("{0} of {1} witnesses have cosigned, which is not the quorum")]
    Quorum(usize, usize),
}

/// A checkpoint that satisfies a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The witnesses that have cosigned, by their names in the policy, each with its time in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
}

impl Policy {
    /// A policy for some logs, without witnesses.
    pub fn of_logs(keys: impl IntoIterator<Item = VerifierKey>) -> Self {
        let logs = keys.into_iter().map(|key| PolicyLog { key, url: None }).collect();
        Self { logs, ..Self::default() }
    }

    /// The logs.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Checks a signed checkpoint: a log of the policy has signed it, and the quorum has cosigned.
    ///
    /// # Errors
    /// [`PolicyUnmet`].
    pub fn check(&self, note: &Note) -> Result<Trusted, PolicyUnmet> {
        let checkpoint = Checkpoint::from_text(&note.text).ok_or(PolicyUnmet::NotACheckpoint)?;
        let origin = checkpoint.origin.clone();
        let keys: Vec<&VerifierKey> =
            self.logs.iter().map(|log| &log.key).filter(|key| key.name() == origin).collect();
        if keys.is_empty() {
            return Err(PolicyUnmet::UnknownLog(origin));
        }
        note.verify(keys).map_err(|fault| PolicyUnmet::Signature(origin.clone(), fault))?;
        let signed = match note.verify(self.witnesses.iter().map(|witness| &witness.key)) {
            Ok(signed) => signed,
            Err(NoteFault::NotSigned) => Vec::new(),
            Err(fault) => return Err(PolicyUnmet::Signature(origin, fault)),
        };
        let witnesses: Vec<(String, u64)> = self
            .witnesses
            .iter()
            .filter_map(|witness| {
                let (_, time) = signed.iter().find(|(key, _)| **key == witness.key)?;
                Some((witness.name.clone(), *time))
            })
            .collect();
        let met = self.quorum.as_ref().is_none_or(|name| self.witnessed(name, &witnesses));
        if met {
            Ok(Trusted { checkpoint, witnesses })
        } else {
            Err(PolicyUnmet::Quorum(witnesses.len(), self.witnesses.len()))
        }
    }

    /// Whether the cosignatures whose time lies in `seconds` (since 1970) are still enough: the quorum, or one where the
    /// policy asks for none. An old cosignature proves an old tree; whether the log was forked since, it cannot say.
    pub fn is_fresh(&self, trusted: &Trusted, seconds: &RangeInclusive<u64>) -> bool {
        let fresh: Vec<(String, u64)> =
            trusted.witnesses.iter().filter(|(_, time)| seconds.contains(time)).cloned().collect();
        self.quorum.as_ref().map_or(!fresh.is_empty(), |name| self.witnessed(name, &fresh))
    }

    fn witnessed(&self, name: &str, signed: &[(String, u64)]) -> bool {
        self.groups.get(name).map_or_else(
            || signed.iter().any(|(witness, _)| witness == name),
            |group| {
                group.members.iter().filter(|member| self.witnessed(member, signed)).count()
                    >= group.threshold
            },
        )
    }

    fn knows(&self, name: &str) -> bool {
        self.groups.contains_key(name) || self.witnesses.iter().any(|witness| witness.name == name)
    }

    fn add_log(&mut self, words: &[&str]) -> Result<(), &'static str> {
        let (key, url) = match words {
            [key] => (key, None),
            [key, url] => (key, Some((*url).to_owned())),
            _ => return Err("log: a verifier key and at most an address"),
        };
        let key: VerifierKey = key.parse().map_err(|_| "log: not a verifier key of a known kind")?;
        if self.logs.iter().any(|log| log.key.key() == key.key()) {
            return Err("log: this key stands there already");
        }
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn add_witness(&mut self, words: &[&str]) -> Result<(), &'static str> {
        let (name, key, url) = match words {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some((*url).to_owned())),
            _ => return Err("witness: a name, a verifier key and at most an address"),
        };
        let key: VerifierKey = key.parse().map_err(|_| "witness: not a verifier key of a known kind")?;
        if key.algorithm() == Algorithm::Ed25519 {
            return Err("witness: the key is not one for cosignatures");
        }
        if self.witnesses.iter().any(|witness| witness.key.key() == key.key()) {
            return Err("witness: this key stands there already");
        }
        if *name == "none" || self.knows(name) {
            return Err("witness: the name is taken");
        }
        self.witnesses.push(PolicyWitness { name: (*name).to_owned(), key, url });
        Ok(())
    }

    fn add_group(&mut self, words: &[&str]) -> Result<(), &'static str> {
        let [name, threshold, members @ ..] = words else {
            return Err("group: a name, a threshold and members");
        };
        if *name == "none" || self.knows(name) {
            return Err("group: the name is taken");
        }
        let threshold = match *threshold {
            "all" => members.len(),
            "any" => 1,
            decimal => number(decimal)
                .and_then(|threshold| usize::try_from(threshold).ok())
                .ok_or("group: the threshold is all, any or a number")?,
        };
        if threshold == 0 || threshold > members.len() {
            return Err("group: the threshold is 1 to the number of members");
        }
        for member in members {
            let twice = self.groups.values().any(|group| group.members.iter().any(|m| m == member));
            if !self.knows(member) || twice || members.iter().filter(|m| *m == member).count() > 1 {
                return Err("group: each member is defined above and stands in one group once");
            }
        }
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.groups.insert((*name).to_owned(), Group { threshold, members });
        Ok(())
    }
}

impl FromStr for Policy {
    type Err = PolicyFault;

    fn from_str(text: &str) -> Result<Self, PolicyFault> {
        let mut policy = Self::default();
        let mut quorum = None;
        for (number, line) in text.split('\n').enumerate() {
            let fault = |what| PolicyFault { line: number + 1, what };
            if line.chars().any(|c| c.is_ascii_control() && c != '\t') {
                return Err(fault("a control character"));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            let done = match words.as_slice() {
                [] => Ok(()),
                [first, ..] if first.starts_with('#') => Ok(()),
                ["log", rest @ ..] => policy.add_log(rest),
                ["witness", rest @ ..] => policy.add_witness(rest),
                ["group", rest @ ..] => policy.add_group(rest),
                ["quorum", name] if quorum.is_none() && (*name == "none" || policy.knows(name)) => {
                    quorum = Some((*name).to_owned());
                    Ok(())
                }
                ["quorum", ..] => Err("quorum: once, with none or a name that is defined above"),
                _ => Err("not a line of a policy"),
            };
            done.map_err(fault)?;
        }
        let Some(quorum) = quorum else {
            return Err(PolicyFault { line: 0, what: "there is no quorum line" });
        };
        policy.quorum = (quorum != "none").then_some(quorum);
        Ok(policy)
    }
}
