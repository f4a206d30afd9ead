//! One identifier type per noun, so that a person can never be passed where an organisation is meant.
//! All are random 128-bit values made by the service; none is ever derived from a name.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use uuid::Uuid;

/// An identifier of one kind of noun.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// The kinds of noun that have identifiers.
pub mod kind {
    /// See [`super::OrganisationId`].
    #[derive(Debug)]
    pub enum Organisation {}
    /// See [`super::PersonId`].
    #[derive(Debug)]
    pub enum Person {}
    /// See [`super::RequestId`].
    #[derive(Debug)]
    pub enum Request {}
    /// See [`super::ItemId`].
    #[derive(Debug)]
    pub enum Item {}
    /// See [`super::ClarificationId`].
    #[derive(Debug)]
    pub enum Clarification {}
    /// See [`super::PackageId`].
    #[derive(Debug)]
    pub enum Package {}
    /// See [`super::UploadId`].
    #[derive(Debug)]
    pub enum Upload {}
    /// See [`super::EventId`].
    #[derive(Debug)]
    pub enum Event {}
    /// See [`super::TrailId`].
    #[derive(Debug)]
    pub enum Trail {}
    /// See [`super::ContactPointId`].
    #[derive(Debug)]
    pub enum ContactPoint {}
    /// See [`super::TokenId`].
    #[derive(Debug)]
    pub enum Token {}
    /// See [`super::RevocationId`].
    #[derive(Debug)]
    pub enum Revocation {}
    /// See [`super::AuthenticatorId`].
    #[derive(Debug)]
    pub enum Authenticator {}
    /// See [`super::SessionId`].
    #[derive(Debug)]
    pub enum Session {}
    /// See [`super::FederatedIdentityId`].
    #[derive(Debug)]
    pub enum FederatedIdentity {}
}

/// An authority, provider, contact point, oversight body or association.
pub type OrganisationId = Id<kind::Organisation>;
/// A person who acts.
pub type PersonId = Id<kind::Person>;
/// A request and its dossier.
pub type RequestId = Id<kind::Request>;
/// One identifier × one category × one window within a request.
pub type ItemId = Id<kind::Item>;
/// One question-and-answer round on a request.
pub type ClarificationId = Id<kind::Clarification>;
/// One answer with files.
pub type PackageId = Id<kind::Package>;
/// One file of an answer, from its first byte on.
pub type UploadId = Id<kind::Upload>;
/// One event in a dossier.
pub type EventId = Id<kind::Event>;
/// One entry of the trail.
pub type TrailId = Id<kind::Trail>;
/// One contact point in the directory.
pub type ContactPointId = Id<kind::ContactPoint>;
/// One API token.
pub type TokenId = Id<kind::Token>;
/// One withdrawal of trust from a person, an accreditation or an organisation.
pub type RevocationId = Id<kind::Revocation>;
/// One passkey of a person.
pub type AuthenticatorId = Id<kind::Authenticator>;
/// One session of a person; it opens nothing.
pub type SessionId = Id<kind::Session>;
/// One account of a person at an identity provider.
pub type FederatedIdentityId = Id<kind::FederatedIdentity>;

impl<K> Id<K> {
    /// Takes a value made by the service's source of randomness.
    pub const fn new(value: Uuid) -> Self {
        Self(value, PhantomData)
    }

    /// The value itself, for standards that carry it.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self::new)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(feature = "openapi")]
impl<K> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
        let uuid = SchemaFormat::Custom("uuid".to_owned());
        ObjectBuilder::new().schema_type(Type::String).format(Some(uuid)).into()
    }
}

#[cfg(feature = "openapi")]
impl<K> utoipa::ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}
