//! End-to-end envelopes: officers' own keys, the vaults of organisations with their epochs and grants, how an answer has to
//! be sealed, and the opening of a sealed package (T06, T11, T38, T42, T43).
//! Who is entitled is read from the memberships in the same transaction, never stored: whoever leaves, is suspended or loses
//! the role gets nothing from that instant on, whatever key they hold. No private key is ever here.

mod epoch;
mod key;
mod opening;
mod sealing;

pub use epoch::{EpochView, GrantTo, NewEpoch, NewGrants, VaultMember, VaultView};
pub use key::{LockedBy, LockedView, NewLocked, NewOfficerKey, OfficerKeyView};
pub use opening::{Opened, OpenedFile};
pub use sealing::{
    BasisView, ItemName, ManifestDraft, ProducerView, RecipientView, RequestNameView, RetentionView,
    SealingView, SignerView,
};

pub(crate) use epoch::{check, tell_if_due};
pub(crate) use opening::{destroy_taken_back, may_open, note_opening, valid_opening};

use crate::Inner;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_domain::id::{OrganisationId, PersonId};
use comity_domain::party::{Actor, Membership, Organisation, OrganisationStatus, Person};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::time::Moment;
use comity_domain::vault::{Epoch, Holding, Vaults, counts};
use comity_evidence::inner;
use comity_evidence::{KeyKind, VaultRecipient};
use comity_policy::{Action, Facts, Relation, Subject};
use comity_store::vault::{self as rows, EpochRow};
use comity_store::{Fault, Tx, party};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;

/// The kind of stanza of a hybrid and of a classic recipient (C2SP `age`).
const HYBRID: &str = "mlkem768x25519";
const CLASSIC: &str = "X25519";
/// The longest grant, in bytes: one post-quantum stanza, a few that are for nobody, and a key.
const LONGEST_GRANT: usize = 16 * 1024;

/// Bytes as JSON carries them: the standard alphabet with padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

comity_domain::opaque!(Base64);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// The members of an organisation who are entitled to its vault at this instant: active, accredited, and in a role that the
/// permission table lets hold its key.
pub(crate) fn entitled(
    tx: &mut dyn Tx,
    inner: &Inner,
    organisation: &Organisation,
    now: Moment,
) -> Result<Vec<Person>, Fault> {
    if !party::status(tx, organisation.id)?.is_some_and(OrganisationStatus::takes_part) {
        return Ok(Vec::new());
    }
    let members = party::members(tx, organisation.id)?.into_iter();
    Ok(members
        .filter(|(person, m)| is_entitled(inner, organisation, person, m, now))
        .map(|(p, _)| p)
        .collect())
}

fn is_entitled(
    inner: &Inner,
    organisation: &Organisation,
    person: &Person,
    m: &Membership,
    now: Moment,
) -> bool {
    let accredited = m.withdrawn_at.is_none() && now < m.accredited_until;
    let actor = Actor {
        person: person.id,
        name: String::new(),
        organisation: organisation.id,
        organisation_kind: organisation.kind,
        roles: m.roles.clone(),
        function: String::new(),
        accreditation: String::new(),
        accredited_until: m.accredited_until,
        authoriser: None,
    };
    let facts = Facts { accredited, ..Facts::default() };
    person.active && inner.gate.ask(&Subject::Person(&actor), Action::VaultView, Relation::Own, facts).allowed
}

/// Whether a person is entitled to the vault of an organisation at this instant.
pub(crate) fn person_is_entitled(
    tx: &mut dyn Tx,
    inner: &Inner,
    organisation: OrganisationId,
    person: PersonId,
    now: Moment,
) -> Result<bool, Fault> {
    let Some(found) = party::organisation(tx, organisation)? else { return Ok(false) };
    Ok(entitled(tx, inner, &found, now)?.iter().any(|known| known.id == person))
}

fn ids(people: &[Person]) -> BTreeSet<PersonId> {
    people.iter().map(|person| person.id).collect()
}

fn holdings(tx: &mut dyn Tx, organisation: OrganisationId, epoch: u32) -> Result<Vec<Holding>, Fault> {
    let held = rows::holdings(tx, organisation, epoch)?.into_iter();
    Ok(held.map(|(person, key_counts)| Holding { person, key_counts }).collect())
}

/// An epoch as the rules see it. A recipient that is none was never written by this program.
fn epoch_of(row: EpochRow) -> Result<Epoch, Fault> {
    let read: VaultRecipient =
        row.recipient.parse().map_err(|_| Fault::other("a vault whose recipient is none"))?;
    Ok(Epoch {
        epoch: row.epoch,
        id: read.id().to_string(),
        hybrid: read.kind() == KeyKind::PostQuantum,
        recipient: row.recipient,
        signer: row.signer,
        since: row.since,
    })
}

/// The newest epoch of an organisation's vault, where somebody who is entitled can open it.
pub(crate) fn current(
    tx: &mut dyn Tx,
    inner: &Inner,
    organisation: &Organisation,
    now: Moment,
) -> Result<Option<Epoch>, Fault> {
    let Some(newest) = rows::newest(tx, organisation.id)? else { return Ok(None) };
    let held = holdings(tx, organisation.id, newest.epoch)?;
    let entitled = ids(&entitled(tx, inner, organisation, now)?);
    if counts(&held, &entitled) { epoch_of(newest).map(Some) } else { Ok(None) }
}

/// How files go between an authority and a provider at this instant.
pub(crate) fn vaults(
    tx: &mut dyn Tx,
    inner: &Inner,
    from: &Organisation,
    to: &Organisation,
    now: Moment,
) -> Result<Vaults, Fault> {
    Ok(Vaults {
        from: current(tx, inner, from, now)?,
        to: current(tx, inner, to, now)?,
        since: rows::since(tx, from.id, to.id)?,
    })
}

/// Whether the beginning of a file is the header of a binary `age` file for so many recipients of that kind and for nobody
/// else. Nothing more can be known of it here.
pub(crate) fn is_sealed_to(beginning: &[u8], recipients: usize, hybrid: bool) -> bool {
    let stanza = if hybrid { HYBRID } else { CLASSIC };
    inner::stanzas(beginning)
        .is_ok_and(|kinds| kinds.len() == recipients && kinds.iter().all(|kind| kind == stanza))
}

/// A grant is sealed to an officer's key, which is always a hybrid one.
fn is_grant(file: &[u8]) -> bool {
    file.len() <= LONGEST_GRANT && is_sealed_to(file, 1, true)
}

fn malformed(field: &str) -> Refusal {
    Refusal::of(RefusalCode::FieldMalformed, field)
}
