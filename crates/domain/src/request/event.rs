//! What can happen to a request; each event carries everything that `apply` needs.

use super::{
    Authorisation, Check, Clarification, Comparison, Deletion, Draft, Fraud, Freeze, Giving, Intake, Item,
    Package, PackageReceipt, Signature,
};
use crate::clock::Clock;
use crate::id::{ClarificationId, ItemId, OrganisationId, PackageId, PersonId, RequestId};
use crate::preservation::{Hold, HoldEnd};
use crate::procedure::ProcedurePin;
use crate::refusal::NonExecutionCode;
use crate::term::{Compulsion, ItemOutcome, Priority, RequestKind};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing that happened.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestEvent {
    /// A draft was begun.
    Drafted {
        /// The dossier.
        request: RequestId,
        /// The authority's reference.
        reference: String,
        /// The pinned procedure.
        procedure: ProcedurePin,
        /// What it asks for.
        kind: RequestKind,
        /// Whether the addressee must comply.
        compulsion: Compulsion,
        /// The authority.
        from: OrganisationId,
        /// The addressee.
        to: OrganisationId,
        /// The form.
        draft: Draft,
        /// By whom.
        by: Signature,
    },
    /// The draft was changed.
    Revised {
        /// The form.
        draft: Draft,
        /// By whom.
        by: Signature,
    },
    /// The draft went to the gatekeeper, read into answers and items.
    Submitted {
        /// The answers.
        answers: BTreeMap<String, String>,
        /// The items.
        items: Vec<Item>,
        /// How urgent.
        priority: Priority,
        /// By whom.
        by: Signature,
    },
    /// Gatekeeper or authoriser sent it back.
    Returned {
        /// By whom.
        by: Signature,
        /// Why.
        reason: String,
    },
    /// The gatekeeper vouched for it.
    Forwarded {
        /// By whom.
        by: Signature,
    },
    /// The authoriser signed.
    Authorised {
        /// The signature.
        authorisation: Authorisation,
    },
    /// It was sent.
    Sent {
        /// By whom.
        by: Signature,
    },
    /// It came in over a standard interface.
    Filed {
        /// The dossier.
        request: RequestId,
        /// The reference given here, or the sender's own.
        reference: String,
        /// The pinned procedure.
        procedure: ProcedurePin,
        /// What it asks for.
        kind: RequestKind,
        /// Whether the addressee must comply.
        compulsion: Compulsion,
        /// How urgent.
        priority: Priority,
        /// The authority for which the channel stands.
        from: OrganisationId,
        /// The addressee.
        to: OrganisationId,
        /// How it came.
        intake: Intake,
        /// What the message says besides items.
        answers: BTreeMap<String, String>,
        /// The items.
        items: Vec<Item>,
        /// When.
        at: Moment,
    },
    /// The provider's system received it; its clocks start.
    Received {
        /// When.
        at: Moment,
    },
    /// The provider gave its own reference.
    Acknowledged {
        /// The provider's reference.
        reference: String,
        /// By whom.
        by: Signature,
    },
    /// A check of the source was recorded.
    Checked {
        /// The check.
        check: Check,
    },
    /// All required checks have passed.
    SourceVerified {
        /// When.
        at: Moment,
    },
    /// A check failed after the source had been verified; it no longer is.
    SourceDoubted {
        /// When.
        at: Moment,
    },
    /// Somebody behind the request, or their organisation, lost trust: it stands still.
    Frozen {
        /// Why.
        freeze: Freeze,
    },
    /// It goes on: a reviewer looked into it, or another authoriser signed it anew.
    Thawed {
        /// By whom.
        by: Signature,
        /// Why.
        reason: String,
        /// Those whom the review has cleared.
        cleared: Vec<PersonId>,
        /// The new signature, where there is one.
        authorisation: Option<Authorisation>,
    },
    /// The source was false.
    FraudFound {
        /// Who found it, and on what grounds.
        fraud: Fraud,
    },
    /// The provider asked.
    Asked {
        /// The question.
        clarification: Clarification,
    },
    /// The authority answered.
    Answered {
        /// Which question.
        clarification: ClarificationId,
        /// In words.
        text: String,
        /// By whom.
        by: Signature,
    },
    /// Items were corrected as a new edition.
    Amended {
        /// The corrected items.
        items: Vec<Item>,
        /// Why.
        reason: String,
        /// The signature under the new edition.
        authorisation: Authorisation,
    },
    /// An item was accepted.
    ItemAccepted {
        /// Which.
        item: ItemId,
        /// How much will be given.
        outcome: Giving,
        /// Why only a part.
        explanation: String,
        /// By whom.
        by: Signature,
    },
    /// An item ended.
    ItemEnded {
        /// Which.
        item: ItemId,
        /// How.
        outcome: ItemOutcome,
        /// On which grounds.
        codes: Vec<NonExecutionCode>,
        /// In words.
        explanation: String,
        /// By whom.
        by: Option<Signature>,
        /// When.
        at: Moment,
    },
    /// A package was put together.
    PackagePrepared {
        /// The package.
        package: Box<Package>,
    },
    /// A package was discarded before release.
    PackageDiscarded {
        /// Which.
        package: PackageId,
        /// By whom.
        by: Signature,
        /// Why.
        reason: String,
    },
    /// A package was released to the authority.
    PackageReleased {
        /// Which.
        package: PackageId,
        /// What was asked against what is given, with the reason of each difference.
        comparison: Comparison,
        /// By whom.
        by: Signature,
        /// SHA-256 of the signed manifest in lower-case hexadecimal. `decide` leaves it open: the service signs with the
        /// instance's key in the same transaction, and has it stand here, so that the ledger's proof names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manifest: Option<String>,
    },
    /// The authority confirmed a package.
    ReceiptConfirmed {
        /// Which.
        package: PackageId,
        /// The receipt.
        receipt: PackageReceipt,
    },
    /// The authority has deleted what was given beyond the request.
    DeletionConfirmed {
        /// Of which package.
        package: PackageId,
        /// By whom, and what was deleted.
        deletion: Deletion,
    },
    /// Every released package has its receipt, nothing has to be deleted, and no item is open.
    AllReceiptsConfirmed {
        /// When.
        at: Moment,
    },
    /// The authority took it back.
    Withdrawn {
        /// By whom.
        by: Signature,
        /// Why.
        reason: String,
    },
    /// Nothing is open any more.
    Closed {
        /// By whom.
        by: Signature,
    },
    /// A clock started.
    ClockStarted {
        /// The clock.
        clock: Clock,
    },
    /// A clock stands still.
    ClockPaused {
        /// The clock as it is now.
        clock: Clock,
    },
    /// A clock runs again.
    ClockResumed {
        /// The clock as it is now.
        clock: Clock,
    },
    /// A clock was extended.
    ClockExtended {
        /// The clock as it is now.
        clock: Clock,
        /// By whom.
        by: Signature,
        /// Why.
        reason: String,
    },
    /// What a clock waited for has happened.
    ClockStopped {
        /// The clock as it is now.
        clock: Clock,
    },
    /// A clock ran out.
    ClockExpired {
        /// The clock as it is now.
        clock: Clock,
        /// When this was noticed.
        at: Moment,
    },
    /// The data are on hold.
    HoldStarted {
        /// The hold.
        hold: Hold,
    },
    /// The hold lasts longer.
    HoldExtended {
        /// Its new end.
        until: Moment,
        /// Why.
        reason: String,
        /// By whom.
        by: Signature,
    },
    /// A production request was announced; the hold lasts until that is decided.
    ConversionAnnounced {
        /// The reference of the production or assistance request.
        reference: String,
        /// By whom.
        by: Signature,
    },
    /// The issuer was reminded that the hold runs out.
    HoldReminded {
        /// How many days before its end.
        days: u32,
        /// When.
        at: Moment,
    },
    /// The hold ended.
    HoldEnded {
        /// How.
        end: HoldEnd,
    },
}

/// Its name alone: what it says is for the dossier, not for a log.
impl std::fmt::Debug for RequestEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestEvent({})", self.name())
    }
}

impl RequestEvent {
    /// Its name in the record, on pages and in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::Revised { .. } => "revised",
            Self::Submitted { .. } => "submitted",
            Self::Returned { .. } => "returned",
            Self::Forwarded { .. } => "forwarded",
            Self::Authorised { .. } => "authorised",
            Self::Sent { .. } => "sent",
            Self::Filed { .. } => "filed",
            Self::Received { .. } => "received",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Checked { .. } => "checked",
            Self::SourceVerified { .. } => "source_verified",
            Self::SourceDoubted { .. } => "source_doubted",
            Self::Frozen { .. } => "frozen",
            Self::Thawed { .. } => "thawed",
            Self::FraudFound { .. } => "fraud_found",
            Self::Asked { .. } => "asked",
            Self::Answered { .. } => "answered",
            Self::Amended { .. } => "amended",
            Self::ItemAccepted { .. } => "item_accepted",
            Self::ItemEnded { .. } => "item_ended",
            Self::PackagePrepared { .. } => "package_prepared",
            Self::PackageDiscarded { .. } => "package_discarded",
            Self::PackageReleased { .. } => "package_released",
            Self::ReceiptConfirmed { .. } => "receipt_confirmed",
            Self::DeletionConfirmed { .. } => "deletion_confirmed",
            Self::AllReceiptsConfirmed { .. } => "all_receipts_confirmed",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Closed { .. } => "closed",
            Self::ClockStarted { .. } => "clock_started",
            Self::ClockPaused { .. } => "clock_paused",
            Self::ClockResumed { .. } => "clock_resumed",
            Self::ClockExtended { .. } => "clock_extended",
            Self::ClockStopped { .. } => "clock_stopped",
            Self::ClockExpired { .. } => "clock_expired",
            Self::HoldStarted { .. } => "hold_started",
            Self::HoldExtended { .. } => "hold_extended",
            Self::ConversionAnnounced { .. } => "conversion_announced",
            Self::HoldReminded { .. } => "hold_reminded",
            Self::HoldEnded { .. } => "hold_ended",
        }
    }
}
