//! What is refused, by which rule, and what to do: one list, documented and translated in one place.
//! Refusals are expected; anything else is a fault and belongs to the floors above.

use crate::term::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Why an item is not executed (`legal.md` 10.3); part of the record between the parties.
    NonExecutionCode {
        /// A mandatory field is missing.
        Incomplete = "N01",
        /// A manifest error, such as the wrong company or an impossible date.
        ManifestError = "N02",
        /// The account or user cannot be identified with what was given.
        InsufficientIdentifier = "N03",
        /// Not stored by or for the provider.
        NotHeld = "N04",
        /// The retention period is over.
        NoLongerHeld = "N05",
        /// Impossible in fact, including encrypted data.
        Impossible = "N06",
        /// Not issued or validated by a competent authority.
        WrongAuthority = "N07",
        /// The offence is not covered.
        OffenceThreshold = "N08",
        /// The service or entity is not covered.
        ServiceOutOfScope = "N09",
        /// Immunity, privilege or press.
        PrivilegePress = "N10",
        /// Conflict with the law of a third country.
        ConflictOfLaw = "N11",
        /// Manifest breach of a fundamental right.
        FundamentalRights = "N12",
        /// Already tried for the same facts.
        NeBisInIdem = "N13",
        /// Not an offence in the other State; never for preservation.
        DualCriminality = "N14",
        /// Political offence.
        PoliticalOffence = "N15",
        /// Sovereignty, security, public order.
        EssentialInterests = "N16",
        /// Disclosure would harm an own investigation.
        PrejudiceOwnCase = "N17",
        /// The scope is not specific or not necessary.
        Overbroad = "N18",
        /// The provision is missing or does not fit the category.
        LegalBasis = "N19",
        /// Another entity, language or portal is competent.
        WrongChannelEntity = "N20",
        /// The test of an emergency is not met.
        EmergencyNotShown = "N21",
        /// The source could not be verified.
        Authenticity = "N22",
        /// A clarification was not answered in time.
        NoReply = "N23",
        /// The category or State needs the treaty route.
        NeedsMutualAssistance = "N24",
        /// Interception or real-time collection.
        OutOfScopeRealtime = "N25",
        /// The instrument is not in force between the parties.
        NotInForce = "N26",
        /// The controller must be addressed first.
        ControllerFirst = "N27",
        /// Disproportionate effort.
        Burden = "N28",
    }
}

impl NonExecutionCode {
    /// Whether the authority can cure it and ask again.
    pub const fn curable(self) -> bool {
        match self {
            Self::Incomplete
            | Self::ManifestError
            | Self::InsufficientIdentifier
            | Self::WrongAuthority
            | Self::PrivilegePress
            | Self::PrejudiceOwnCase
            | Self::Overbroad
            | Self::LegalBasis
            | Self::WrongChannelEntity
            | Self::EmergencyNotShown
            | Self::Authenticity
            | Self::NoReply
            | Self::NeedsMutualAssistance
            | Self::Burden
            | Self::NotHeld
            | Self::ServiceOutOfScope
            | Self::ControllerFirst => true,
            Self::NoLongerHeld
            | Self::Impossible
            | Self::OffenceThreshold
            | Self::ConflictOfLaw
            | Self::FundamentalRights
            | Self::NeBisInIdem
            | Self::DualCriminality
            | Self::PoliticalOffence
            | Self::EssentialInterests
            | Self::OutOfScopeRealtime
            | Self::NotInForce => false,
        }
    }

    /// Whether only a State may decide on this ground; a provider may merely flag it.
    pub const fn for_state_only(self) -> bool {
        matches!(
            self,
            Self::FundamentalRights
                | Self::NeBisInIdem
                | Self::DualCriminality
                | Self::PoliticalOffence
                | Self::EssentialInterests
                | Self::PrejudiceOwnCase
        )
    }
}

vocabulary! {
    /// Why an act is refused here and now; each has a message and a remedy under its wire name.
    RefusalCode {
        /// The permission table has no row for this act, role and relation.
        NotPermitted = "not-permitted",
        /// Nothing of that identifier is visible to the actor.
        NotFound = "not-found",
        /// The content of the dossier was erased at the end of its retention.
        Erased = "erased",
        /// Somebody else changed it meanwhile.
        VersionConflict = "version-conflict",
        /// The same idempotency key came with another content.
        IdempotencyMismatch = "idempotency-mismatch",
        /// The act does not fit the present state.
        NotInThisState = "not-in-this-state",
        /// Rule 1: no procedure in force, no request (N26).
        ProcedureNotInForce = "procedure-not-in-force",
        /// The procedure does not apply between these parties (N20).
        ProcedureNotForParties = "procedure-not-for-parties",
        /// Rule 12: a foreign provider is not addressed directly (N24).
        NeedsTreatyRoute = "needs-treaty-route",
        /// Rule 8: real-time collection is never carried (N25).
        Realtime = "realtime",
        /// Rule 2: the drafter may not review or authorise.
        OwnDraft = "own-draft",
        /// Rule 2: who collected may not release.
        OwnCollection = "own-collection",
        /// The authoriser is of a type that the procedure does not accept for this category (N07).
        AuthoriserType = "authoriser-type",
        /// The authoriser is not independent enough for this category (N07).
        AuthoriserIndependence = "authoriser-independence",
        /// The actor's accreditation is over.
        AccreditationExpired = "accreditation-expired",
        /// A field that the procedure requires is empty (N01).
        FieldMissing = "field-missing",
        /// A field is longer than it may be.
        FieldTooLong = "field-too-long",
        /// A field has a form that cannot be read.
        FieldMalformed = "field-malformed",
        /// There is no such field.
        FieldUnknown = "field-unknown",
        /// Rule 9: no item, nothing specific is asked (N18).
        NoItems = "no-items",
        /// More items than one request may carry (N18).
        TooManyItems = "too-many-items",
        /// An identifier is faulty (N03).
        IdentifierFaulty = "identifier-faulty",
        /// Rule 9: the period is missing (N18).
        WindowMissing = "window-missing",
        /// The period ends before it starts (N02).
        WindowOrder = "window-order",
        /// The period is longer than the procedure allows (N18).
        WindowTooLong = "window-too-long",
        /// The period reaches into the future: that would be collection in real time (N25).
        WindowInFuture = "window-in-future",
        /// The procedure does not cover this category (N19).
        CategoryNotCovered = "category-not-covered",
        /// The offence does not reach the procedure's threshold (N08).
        OffenceThreshold = "offence-threshold",
        /// A reason is required.
        ReasonMissing = "reason-missing",
        /// Rule 3: the source has not been verified.
        SourceNotVerified = "source-not-verified",
        /// The check is not one that the procedure asks for.
        CheckUnknown = "check-unknown",
        /// Nobody of that accreditation number is in the directory of the authority.
        AccreditationUnknown = "accreditation-unknown",
        /// The request was not signed in this instance.
        NotSignedHere = "not-signed-here",
        /// A check of documents names at least one.
        DocumentMissing = "document-missing",
        /// A supervisor's confirmation comes from somebody else than the drafter and whoever was called back.
        SupervisorNotAnother = "supervisor-not-another",
        /// A supervisor's confirmation comes over another channel than the call-back.
        SameChannel = "same-channel",
        /// The request stands still because its source lost trust.
        RequestFrozen = "request-frozen",
        /// The request does not stand still.
        NotFrozen = "not-frozen",
        /// Somebody behind the request is no longer accredited (T07).
        SourceRevoked = "source-revoked",
        /// The signature no longer holds: another authoriser has to sign anew (T07).
        NeedsNewSignature = "needs-new-signature",
        /// The organisation takes no part any more.
        OrganisationSuspended = "organisation-suspended",
        /// A call-back must use a number from the directory, never from the request.
        CallBackNumber = "call-back-number",
        /// The procedure does not allow this code.
        CodeNotAllowed = "code-not-allowed",
        /// The code is reserved for a State; a provider may only flag it.
        CodeForState = "code-for-state",
        /// The item is not there.
        ItemUnknown = "item-unknown",
        /// The item already has its outcome.
        ItemDecided = "item-decided",
        /// The item's category is not stated: ask or refuse (N01).
        CategoryUnspecified = "category-unspecified",
        /// The decision does not fit the kind of request.
        DecisionNotForKind = "decision-not-for-kind",
        /// Rule 6: items are still without an outcome.
        ItemsOpen = "items-open",
        /// A clarification is open.
        ClarificationOpen = "clarification-open",
        /// The clarification is not there or has been answered.
        ClarificationUnknown = "clarification-unknown",
        /// All rounds of clarification that the procedure allows are used up.
        ClarificationRounds = "clarification-rounds",
        /// A package needs at least one item and one file.
        PackageEmpty = "package-empty",
        /// The package is not there or not in the right state.
        PackageUnknown = "package-unknown",
        /// A file of the package has not arrived completely.
        FileIncomplete = "file-incomplete",
        /// A file has arrived and is still being inspected.
        FileBeingInspected = "file-being-inspected",
        /// The inspection of a file has found what keeps it from leaving (T27, T28).
        FileRefused = "file-refused",
        /// The columns that were stated are not those of the table.
        ColumnsDiffer = "columns-differ",
        /// The releaser does not say to have seen a file, or each remark on it.
        RemarkUnseen = "remark-unseen",
        /// Something that was asked for is in no file, and nobody says why.
        ScopeMissing = "scope-missing",
        /// A file holds what nobody asked for, and nobody says why.
        ScopeExtra = "scope-extra",
        /// The file gave more than was asked and is not handed out again.
        FileTakenBack = "file-taken-back",
        /// There is no signed manifest of the package, so that no court bundle can be made.
        ManifestMissing = "manifest-missing",
        /// The authority has still to delete what it should not have been given.
        DeletionOpen = "deletion-open",
        /// Between these two files go end to end: a plain one is not taken (T42).
        SealingRequired = "sealing-required",
        /// Between these two files do not go end to end yet.
        SealingNotHere = "sealing-not-here",
        /// A package is sealed as a whole or not at all.
        SealingMixed = "sealing-mixed",
        /// The files are sealed to other keys than those that count now: seal them again.
        SealingOutdated = "sealing-outdated",
        /// A file that is said to be sealed is no binary `age` file for two post-quantum recipients.
        NotSealed = "not-sealed",
        /// Files go end to end between the two, and one side has no vault any more: it has to make a new epoch (T42).
        VaultMissing = "vault-missing",
        /// The vaults of the two sides are of two kinds, and no file is sealed to both.
        VaultKindsDiffer = "vault-kinds-differ",
        /// The caller has no officer key yet.
        OfficerKeyMissing = "officer-key-missing",
        /// A grant names somebody who is not entitled, leaves somebody out, or is no grant.
        GrantsDiffer = "grants-differ",
        /// The caller holds no grant of that epoch.
        GrantMissing = "grant-missing",
        /// A sealed file is given only to whoever has just opened its package, with a purpose.
        OpeningRequired = "opening-required",
        /// The release key of the file is destroyed: nobody can read it any more.
        FileDestroyed = "file-destroyed",
        /// A file is larger than this instance accepts.
        FileTooLarge = "file-too-large",
        /// Rule 5: the hold has not ended.
        HoldOpen = "hold-open",
        /// There is no hold, or it has ended.
        HoldEnded = "hold-ended",
        /// The procedure allows no further extension.
        ExtensionsUsedUp = "extensions-used-up",
        /// A request that already left the house cannot be changed as a draft.
        AlreadySent = "already-sent",
        /// The request has come to its end.
        AlreadyEnded = "already-ended",
        /// There is no such clock, or it does not run any more.
        ClockNotOpen = "clock-not-open",
        /// The mail address is not in the organisation's own domain.
        MailDomain = "mail-domain",
        /// The role does not exist in this kind of organisation.
        RoleNotHere = "role-not-here",
        /// The last administrator cannot be removed.
        LastAdministrator = "last-administrator",
        /// An object of the message is held already.
        ObjectKnown = "object-known",
        /// The message of a standard interface cannot be read.
        MessageUnreadable = "message-unreadable",
        /// More entries of the trail than one sample or extract is made of.
        TrailTooMany = "trail-too-many",
        /// Too much at once: try again later.
        TooMuch = "too-much",
        /// A sensitive act, and no passkey was shown in the last five minutes; a token never shows one.
        PresenceRequired = "presence-required",
        /// An act that is signed with a passkey, and it is not; a token never signs.
        SignatureRequired = "signature-required",
        /// The answer of the passkey is missing, cannot be read, or does not prove what it must.
        PasskeyRefused = "passkey-refused",
        /// The challenge was answered already, is older than five minutes, or belongs to something else.
        PasskeyExpired = "passkey-expired",
        /// The passkey's counter went back: there may be a second copy of it.
        PasskeyCloned = "passkey-cloned",
        /// What an identity provider answered does not hold, or nobody here asked for it.
        FederationRefused = "federation-refused",
        /// Whoever an identity provider names is connected to nobody here.
        FederationUnknown = "federation-unknown",
        /// An identity provider does not say that somebody has signed in there as strongly as their organisation demands.
        FederationWeak = "federation-weak",
        /// An identity provider cannot be reached, or gives no answer that can be used.
        FederationUnavailable = "federation-unavailable",
        /// The last passkey cannot be removed while no recovery code lives.
        LastAuthenticator = "last-authenticator",
        /// The single-use link or session is not valid (any more).
        SignInExpired = "sign-in-expired",
        /// Another token has taken the place of this one, and the time in which both were accepted is over.
        TokenRotated = "token-rotated",
        /// The token is bound to a client certificate, and the connection was not made with that one.
        CertificateRequired = "certificate-required",
        /// The form did not come from a page of this instance.
        ForeignForm = "foreign-form",
        /// An organisation on probation sends no emergency (T02).
        ProbationEmergency = "probation-emergency",
        /// An organisation on probation has sent what it may on one day (T02).
        ProbationQuota = "probation-quota",
        /// This member does not vouch for this organisation: its kind, its own probation, or itself (T02).
        VoucherUnfit = "voucher-unfit",
        /// The organisation, or this person, has vouched for it before (T02).
        VouchedAlready = "vouched-already",
        /// The mail domain does not publish the token (T02).
        DomainUnproved = "domain-unproved",
        /// No resolver is configured, or it does not answer.
        NoResolver = "no-resolver",
    }
}

/// An act that is refused: what is wrong, where, by which rule, and with which values to say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{code} {}", field.as_deref().unwrap_or_default())]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Which rule.
    pub code: RefusalCode,
    /// The field concerned, as a path such as `items.2.identifier`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A more exact message than the code's own, by its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Values for the message; never personal data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
}

impl Refusal {
    /// A refusal by `code` alone.
    pub const fn new(code: RefusalCode) -> Self {
        Self { code, field: None, detail: None, values: Vec::new() }
    }

    /// A refusal of one field.
    pub fn of(code: RefusalCode, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(code) }
    }

    /// Adds a value for the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// Points to a more exact message than the code's own.
    #[must_use]
    pub fn because(mut self, detail: &str) -> Self {
        self.detail = Some(detail.to_owned());
        self
    }

    /// Key of the text that says what is wrong.
    pub fn message_key(&self) -> String {
        self.detail.clone().unwrap_or_else(|| format!("refusal-{}", self.code))
    }

    /// Key of the text that says what to do.
    pub fn remedy_key(&self) -> String {
        format!("{}-remedy", self.message_key())
    }
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Self::new(code)
    }
}

/// All that is wrong with one submission, so that the reader can mend it in one go.
pub type Refusals = Vec<Refusal>;
