//! Who asks, what a rule may call them, and how they stand to what they ask about.
//! A subject was authenticated before it came here; nothing here knows a credential.

use crate::word::words;
use comity_domain::id::OrganisationId;
use comity_domain::party::{Actor, OrganisationKind, Role};

/// Who wants to do something.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A person acting for one organisation.
    Person(&'a Actor),
    /// Another system, acting with the token of one organisation.
    Peer {
        /// The organisation to which the token belongs.
        organisation: OrganisationId,
    },
    /// A clock or duty of this instance.
    System,
    /// Whoever works at the console of this instance.
    Operator,
}

words! {
    /// How a subject stands to what it asks about.
    Relation {
        /// Acts for the requesting authority of this request.
        Authority = "authority",
        /// Acts for the addressee of this request.
        Addressee = "addressee",
        /// Acts for the organisation that this belongs to; system and operator, for their instance.
        Own = "own",
        /// Acts for an oversight body; the thing belongs to somebody else.
        Oversight = "oversight",
        /// Is signed in; the thing is for everybody who is.
        Directory = "directory",
        /// None of these; always denied.
        Foreign = "foreign",
    }
}

impl Relation {
    /// What it means, in words for the matrix.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Authority => "acts for the requesting authority of the request",
            Self::Addressee => "acts for the addressee of the request",
            Self::Own => {
                "acts for the organisation to which the thing belongs; for the system and the operator, anything of \
                 their instance"
            }
            Self::Oversight => "acts for an oversight body; the thing belongs to another organisation",
            Self::Directory => "is signed in; the thing is for everybody who is",
            Self::Foreign => "none of these",
        }
    }

    /// Whether somebody who acts for an organisation of `kind` can be permitted anything in this relation.
    pub(crate) const fn open_to(self, kind: OrganisationKind) -> bool {
        match self {
            Self::Authority => matches!(kind, OrganisationKind::Authority | OrganisationKind::ContactPoint),
            Self::Addressee => matches!(kind, OrganisationKind::Provider | OrganisationKind::ContactPoint),
            Self::Oversight => matches!(kind, OrganisationKind::Oversight),
            Self::Own | Self::Directory => true,
            Self::Foreign => false,
        }
    }
}

impl Subject<'_> {
    /// How this subject stands to a request of the authority `from` to the addressee `to`.
    pub fn relation_to_request(&self, from: OrganisationId, to: OrganisationId) -> Relation {
        match self.organisation() {
            None => Relation::Own,
            Some(own) if own == from => Relation::Authority,
            Some(own) if own == to => Relation::Addressee,
            Some(_) => self.outsider(),
        }
    }

    /// How this subject stands to something that belongs to `organisation`.
    pub fn relation_to_organisation(&self, organisation: OrganisationId) -> Relation {
        match self.organisation() {
            None => Relation::Own,
            Some(own) if own == organisation => Relation::Own,
            Some(_) => self.outsider(),
        }
    }

    fn organisation(&self) -> Option<OrganisationId> {
        match self {
            Self::Person(actor) => Some(actor.organisation),
            Self::Peer { organisation } => Some(*organisation),
            Self::System | Self::Operator => None,
        }
    }

    fn outsider(&self) -> Relation {
        match self {
            Self::Person(actor) if actor.organisation_kind == OrganisationKind::Oversight => {
                Relation::Oversight
            }
            Self::Person(_) | Self::Peer { .. } | Self::System | Self::Operator => Relation::Foreign,
        }
    }
}

/// Whom a rule may name: a role of a person, or one of the subjects that are no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A person in this role.
    Role(Role),
    /// See [`Subject::Peer`].
    Peer,
    /// See [`Subject::System`].
    System,
    /// See [`Subject::Operator`].
    Operator,
}

impl Holder {
    pub(crate) const COUNT: usize = Role::ALL.len() + 3;

    /// Every holder, in reading order.
    pub fn all() -> impl Iterator<Item = Self> {
        let people = Role::ALL.iter().copied().map(Self::Role);
        people.chain([Self::Peer, Self::System, Self::Operator])
    }

    /// The spelling in the table and the matrix.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role(role) => role.as_str(),
            Self::Peer => "peer",
            Self::System => "system",
            Self::Operator => "operator",
        }
    }

    /// The holder with that spelling, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().find(|holder| holder.as_str() == word)
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Role(role) => role as usize,
            Self::Peer => Role::ALL.len(),
            Self::System => Role::ALL.len() + 1,
            Self::Operator => Role::ALL.len() + 2,
        }
    }

    /// Whether a rule may name such a holder in `relation`.
    ///
    /// A contact point has the roles of both sides; there too each role stays on the side that it has elsewhere.
    pub(crate) fn may_be_named_in(self, relation: Relation) -> bool {
        match self {
            Self::Role(role) => match relation {
                Relation::Authority => role.belongs_to(OrganisationKind::Authority),
                Relation::Addressee => role.belongs_to(OrganisationKind::Provider),
                Relation::Oversight => role.belongs_to(OrganisationKind::Oversight),
                Relation::Own | Relation::Directory => true,
                Relation::Foreign => false,
            },
            Self::Peer => matches!(relation, Relation::Authority | Relation::Addressee | Relation::Own),
            Self::System | Self::Operator => relation == Relation::Own,
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
