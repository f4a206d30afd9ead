//! An officer's own key: its public half, and locked copies of its private half that open with a passkey or with a code on
//! paper. The copies go to nobody but their person, and the instance cannot open them (T11, T39).

use super::{Base64, malformed};
use crate::act::{Caller, Denied};
use crate::authenticator::Change;
use crate::{Exchange, Inner, new_uuid, notice};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_domain::id::PersonId;
use comity_domain::party::Actor;
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::time::Moment;
use comity_evidence::{KeyKind, VaultRecipient, wrap};
use comity_policy::Action;
use comity_store::Tx;
use comity_store::authenticator::{self, AuthenticatorRow};
use comity_store::vault::{self as rows, LockedRow, OfficerKeyRow};
use serde::{Deserialize, Serialize};

comity_domain::opaque!(OfficerKeyView, LockedView, NewOfficerKey, NewLocked);

/// Most locked copies of one key: one for each passkey, and the code.
const MOST: usize = 21;

/// What a locked copy opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockedBy {
    /// A passkey.
    Passkey,
    /// A code on paper.
    Code,
}

/// One's own officer key.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct OfficerKeyView {
    /// Whose.
    pub person: PersonId,
    /// Its public half; nothing where there is no key yet.
    pub recipient: Option<String>,
    /// The locked copies.
    pub locked: Vec<LockedView>,
}

/// A locked copy.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct LockedView {
    /// Its identifier.
    pub id: String,
    /// What it opens with.
    pub by: LockedBy,
    /// The passkey, by the identifier that it has for itself, in base64url.
    pub authenticator: Option<String>,
    /// The copy.
    pub locked: Base64,
}

/// A new officer key.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOfficerKey {
    /// Its public half.
    pub recipient: String,
    /// Its locked copies: one that opens with a code, and one with a passkey where the passkey has a secret to lock it with
    /// (WebAuthn, extension `prf`).
    pub locked: Vec<NewLocked>,
}

/// A new locked copy.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLocked {
    /// What it opens with.
    pub by: LockedBy,
    /// The passkey, by the identifier that it has for itself, in base64url; none for a code.
    #[serde(default)]
    pub authenticator: Option<String>,
    /// The copy.
    pub locked: Base64,
}

/// Reads a copy, as far as that can be done without its secret.
fn read(new: &NewLocked, known: &[AuthenticatorRow], field: &str, now: Moment) -> Result<LockedRow, Refusal> {
    let by = wrap::locked_by(&new.locked.0).map_err(|_| malformed(&format!("{field}.locked")))?;
    let fits = match new.by {
        LockedBy::Passkey => by == wrap::LockedBy::Passkey,
        LockedBy::Code => by == wrap::LockedBy::Code,
    };
    if !fits || new.authenticator.is_some() != (new.by == LockedBy::Passkey) {
        return Err(malformed(&format!("{field}.by")));
    }
    let named = |text: &String| {
        let id = URL_SAFE_NO_PAD.decode(text).ok()?;
        known.iter().find(|row| row.credential_id == id)
    };
    let authenticator = match &new.authenticator {
        None => None,
        Some(text) => Some(
            named(text)
                .ok_or_else(|| Refusal::of(RefusalCode::NotFound, format!("{field}.authenticator")))?,
        ),
    };
    Ok(LockedRow {
        id: new_uuid(now).to_string(),
        authenticator: authenticator.map(|row| row.id),
        credential_id: authenticator.map(|row| row.credential_id.clone()),
        locked: new.locked.0.clone(),
    })
}

fn read_all(new: &[NewLocked], known: &[AuthenticatorRow], now: Moment) -> Result<Vec<LockedRow>, Refusals> {
    if new.len() > MOST {
        return Err(vec![Refusal::of(RefusalCode::TooMuch, "locked").with("max", MOST)]);
    }
    let read = |(at, new): (usize, &NewLocked)| read(new, known, &format!("locked.{at}"), now);
    let copies: Vec<LockedRow> =
        new.iter().enumerate().map(read).collect::<Result<_, _>>().map_err(|r| vec![r])?;
    let passkeys = copies.iter().filter(|copy| copy.authenticator.is_some()).count();
    let twice = |at: usize| copies[..at].iter().any(|other| other.authenticator == copies[at].authenticator);
    if (0..copies.len()).any(twice) {
        return Err(vec![malformed("locked")]);
    }
    if passkeys == copies.len() {
        return Err(vec![Refusal::of(RefusalCode::FieldMissing, "locked")]);
    }
    Ok(copies)
}

impl Exchange {
    /// One's own officer key with its locked copies.
    ///
    /// # Errors
    /// The caller is no person, or a fault.
    pub async fn officer_key(&self, who: &Caller) -> Result<OfficerKeyView, Denied> {
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, _: Moment| {
            let key = rows::key_of(tx, actor.person)?;
            let locked = match &key {
                Some(key) => rows::locked_of(tx, &key.id)?,
                None => Vec::new(),
            };
            let view = OfficerKeyView {
                person: actor.person,
                recipient: key.map(|key| key.recipient),
                locked: locked.into_iter().map(locked_view).collect(),
            };
            Ok(Ok((view, None)))
        };
        self.on_account(who, Action::AccountView, work).await
    }

    /// Takes another officer key in the place of the one before, whose grants and copies end.
    ///
    /// # Errors
    /// No passkey was shown lately; the key or a copy is none; a copy that opens with a code is missing.
    pub async fn set_officer_key(&self, who: &Caller, new: NewOfficerKey) -> Result<(), Denied> {
        let instance = self.store.instance_key().clone();
        let work = move |tx: &mut dyn Tx, inner: &Inner, actor: &Actor, now: Moment| {
            let hybrid = new.recipient.parse::<VaultRecipient>().map(|read| read.kind());
            if hybrid != Ok(KeyKind::PostQuantum) || rows::recipient_known(tx, &new.recipient)? {
                return Ok(Err(vec![malformed("recipient")]));
            }
            let known = authenticator::of_person(tx, &instance, actor.person)?;
            let copies = match read_all(&new.locked, &known, now) {
                Ok(copies) => copies,
                Err(refusals) => return Ok(Err(refusals)),
            };
            let replaced = rows::retire_key(tx, actor.person, now)?;
            let key = OfficerKeyRow {
                id: new_uuid(now).to_string(),
                person: actor.person,
                recipient: new.recipient.clone(),
            };
            rows::add_key(tx, &key, now)?;
            for copy in &copies {
                rows::add_locked(tx, &key.id, copy, now)?;
            }
            let change = if replaced { "key-replaced" } else { "key-made" };
            notice::account(tx, actor, change, replaced, now)?;
            if replaced {
                super::epoch::tell_all_if_due(tx, inner, actor.person, now)?;
            }
            Ok(Ok(((), Some(Change::of(change)))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    /// Adds a locked copy of one's own key; one that opens with a code takes the place of the code before.
    ///
    /// # Errors
    /// No passkey was shown lately, there is no key, or the copy is none.
    pub async fn add_locked(&self, who: &Caller, new: NewLocked) -> Result<(), Denied> {
        let instance = self.store.instance_key().clone();
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, now: Moment| {
            let Some(key) = rows::key_of(tx, actor.person)? else {
                return Ok(Err(vec![RefusalCode::OfficerKeyMissing.into()]));
            };
            let known = authenticator::of_person(tx, &instance, actor.person)?;
            let copy = match read(&new, &known, "locked", now) {
                Ok(copy) => copy,
                Err(refusal) => return Ok(Err(vec![refusal])),
            };
            match copy.authenticator {
                Some(authenticator) => rows::end_locked_by(tx, authenticator)?,
                None => rows::end_locked_code(tx, &key.id)?,
            }
            rows::add_locked(tx, &key.id, &copy, now)?;
            notice::account(tx, actor, "key-locked", false, now)?;
            Ok(Ok(((), Some(Change::of("key-locked")))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }
}

fn locked_view(row: LockedRow) -> LockedView {
    LockedView {
        id: row.id,
        by: if row.authenticator.is_some() { LockedBy::Passkey } else { LockedBy::Code },
        authenticator: row.credential_id.map(|id| URL_SAFE_NO_PAD.encode(id)),
        locked: Base64(row.locked),
    }
}
