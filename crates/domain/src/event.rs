//! What happened, as it is proved: the envelope of an event and its canonical bytes.
//! The body stays sealed in the dossier; only a salted commitment ever leaves it.

use crate::id::{EventId, OrganisationId, PersonId, RequestId};
use crate::party::{Role, Side};
use crate::request::RequestEvent;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

crate::opaque!(Origin, Assertion);

/// Who caused an event.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Origin {
    /// A person acting for an organisation in a role.
    Person {
        /// Who.
        person: PersonId,
        /// Name at that time.
        name: String,
        /// On whose behalf.
        organisation: OrganisationId,
        /// In which role.
        role: Role,
    },
    /// A message over a standard interface on behalf of an organisation.
    Peer {
        /// On whose behalf.
        organisation: OrganisationId,
    },
    /// A clock or duty of this instance.
    System,
}

/// The signature of a passkey under the act that brought about an event: an assertion of Web Authentication (level 3)
/// whose challenge is a digest of the act. Bytes are base64url without padding (RFC 4648, 5).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// What the passkey calls itself.
    pub credential: String,
    /// Its public key as it was enrolled (`SubjectPublicKeyInfo`, RFC 5280, 4.1.2.7).
    pub public_key: String,
    /// 32 random bytes of the instance that went into the challenge, in hexadecimal.
    pub nonce: String,
    /// What the passkey says: for which relying party, and that its user was verified.
    pub authenticator_data: String,
    /// What the browser says: the challenge and the page.
    pub client_data: String,
    /// The signature over both.
    pub signature: String,
}

/// One event of a dossier, in the order in which it was committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its identifier.
    pub id: EventId,
    /// The dossier.
    pub request: RequestId,
    /// 1, 2, 3 … within the dossier, without gaps.
    pub sequence: u64,
    /// What the event before it commits to, in hexadecimal; nothing for the first. So the last event vouches for all.
    pub previous: Option<String>,
    /// When.
    pub at: Moment,
    /// Who.
    pub origin: Origin,
    /// The side on whose behalf, if any.
    pub side: Option<Side>,
    /// The rule of the permission table that allowed it; empty for the system.
    pub rule: String,
    /// What.
    pub what: RequestEvent,
    /// The passkey's signature under the act; nothing where it is unsigned. The first event of an act carries it.
    pub assertion: Option<Assertion>,
}

impl Event {
    /// The bytes that are committed to: the JSON of this event with its fields in declaration order.
    ///
    /// # Errors
    /// None in practice; JSON of these types cannot fail, and the caller treats it as a fault.
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}
