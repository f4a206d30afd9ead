//! A request and everything that belongs to its dossier: items, authorisation, checks, questions,
//! decisions, packages, clocks, hold. Its state is derived from its stage and its items.
//! `decide` says what follows from a command, `apply` makes it so; nothing else changes a request.

mod answer;
mod apply;
mod check;
pub mod command;
mod decide;
pub mod draft;
mod event;
mod freeze;
mod probe;
mod receipt;
mod scope;
mod watch;

pub use answer::PackageFile;
pub use apply::{OutOfOrder, apply};
pub use check::{
    Channel, Check, Document, Evidence, Finding, FindingRule, Observation, SignedBy, Source, Standing, latest,
};
pub use command::{Correction, Decision, FiledItem, Filing, RequestAct, RequestCommand};
pub use decide::{Context, Party, begin, decide, file};
pub use draft::{
    Completeness, Draft, DraftItem, LONGEST_ANSWER, LONGEST_LIMIT, LONGEST_MARK, LONGEST_NAME, LONGEST_VALUE,
    MOST_ELEMENTS, check_draft,
};
pub use event::RequestEvent;
pub use freeze::{Fraud, Freeze, RevocationCause, may_be_fetched};
pub use probe::why_not;
pub use scope::{
    Arrived, Column, Comparison, Difference, Extra, FileContents, Holds, Missing, Seen, compare,
};
pub use watch::{Watch, due_watches};

use crate::clock::Clock;
use crate::id::{ClarificationId, ItemId, OrganisationId, PackageId, PersonId, RequestId, UploadId};
use crate::identifier::Identifier;
use crate::party::Signature;
use crate::preservation::Hold;
use crate::procedure::ProcedurePin;
use crate::refusal::NonExecutionCode;
use crate::term::vocabulary;
use crate::term::{
    AuthoriserType, Compulsion, DataCategory, Independence, ItemOutcome, Priority, RequestKind,
};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

crate::opaque!(
    Stage,
    Intake,
    ForeignObject,
    Item,
    ItemState,
    Return,
    Authorisation,
    Clarification,
    Answer,
    Package,
    PackageReceipt,
    Found,
    Deletion,
    Request
);

/// Most items in one request; more is a bulk look-up and belongs nowhere (rule 9, T09).
pub const MAX_ITEMS: usize = 100;

vocabulary! {
    /// Where a request stands, for both sides alike (`legal.md` 10.5).
    RequestState {
        /// Being written.
        Draft = "DRAFT",
        /// With the gatekeeper.
        GatekeeperReview = "GATEKEEPER_REVIEW",
        /// With the authoriser.
        AwaitingAuthorisation = "AWAITING_AUTHORISATION",
        /// Signed, not yet sent.
        Authorised = "AUTHORISED",
        /// On its way.
        Sent = "SENT",
        /// In the provider's system; its clocks run.
        Received = "RECEIVED",
        /// The provider has given its own reference.
        Acknowledged = "ACKNOWLEDGED",
        /// The source is being verified.
        Verifying = "VERIFYING",
        /// A question is open.
        Clarifying = "CLARIFYING",
        /// Verified; items are being decided.
        LegalReview = "LEGAL_REVIEW",
        /// An objection is under review.
        Objected = "OBJECTED",
        /// Items were accepted; data are being collected.
        InExecution = "IN_EXECUTION",
        /// Some items have their answer, others not.
        PartiallyDelivered = "PARTIALLY_DELIVERED",
        /// Every item that was accepted has been delivered.
        Delivered = "DELIVERED",
        /// The data are on hold.
        Held = "HELD",
        /// No item was executed; each has its reason.
        Rejected = "REJECTED",
        /// The authority confirmed what it received.
        ReceiptConfirmed = "RECEIPT_CONFIRMED",
        /// Taken back by the authority.
        Withdrawn = "WITHDRAWN",
        /// Nothing is open any more.
        Closed = "CLOSED",
    }
}

impl RequestState {
    /// Whether nothing further is expected of anybody.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Closed)
    }

    /// Whether the provider sees it.
    pub const fn with_provider(self) -> bool {
        !matches!(
            self,
            Self::Draft
                | Self::GatekeeperReview
                | Self::AwaitingAuthorisation
                | Self::Authorised
                | Self::Sent
        )
    }
}

/// The stage of a request: what has certainly happened, with the data that belong to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// Being written.
    Draft,
    /// With the gatekeeper.
    GatekeeperReview {
        /// Who submitted it.
        submitted: Signature,
    },
    /// With the authoriser.
    AwaitingAuthorisation,
    /// Signed.
    Authorised,
    /// Sent.
    Sent {
        /// By whom and when.
        sent: Signature,
    },
    /// In the provider's hands.
    WithProvider {
        /// When its system received it; the provider's clocks count from here.
        received_at: Moment,
    },
    /// The authority confirmed the receipt of every package.
    ReceiptConfirmed {
        /// When the provider's system had received the request.
        received_at: Moment,
    },
    /// Taken back.
    Withdrawn {
        /// By whom and when.
        by: Signature,
        /// Why.
        reason: String,
    },
    /// Nothing open.
    Closed {
        /// When.
        at: Moment,
    },
}

/// How the request came to the provider's desk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case", deny_unknown_fields)]
pub enum Intake {
    /// Written at the authority's desk in this system.
    Desk,
    /// A message of a published standard.
    Standard {
        /// Which, such as `ETSI TS 103 120`.
        format: String,
        /// The sender as the message names it; a claim, not a proof.
        claimed_sender: String,
        /// What the message lacks or states in an unusual way, for the analyst.
        deficits: Vec<String>,
        /// The objects of the message, by their own identifiers, and the item each became.
        objects: Vec<ForeignObject>,
    },
}

/// An object of a foreign message that became a part of a request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignObject {
    /// Its identifier in the message.
    pub identifier: String,
    /// Its type there, such as `LDTaskObject`.
    pub kind: String,
    /// The items that it became.
    pub items: Vec<ItemId>,
    /// The object as it came, so that it can be given back as it is held.
    pub body: String,
}

/// A period, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First instant.
    pub from: Moment,
    /// Last instant.
    pub to: Moment,
}

/// One identifier × one category × one window: the unit that is decided and counted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its identifier.
    pub id: ItemId,
    /// Its number on the document, from 1.
    pub number: u32,
    /// Whose data.
    pub identifier: Identifier,
    /// Which data.
    pub category: DataCategory,
    /// Which data elements, by their names in the procedure; empty means all of the category.
    pub elements: Vec<String>,
    /// From when to when; missing only where a foreign message did not say.
    pub window: Option<Window>,
    /// A limit in words.
    pub limit: String,
    /// Where it stands.
    pub state: ItemState,
}

/// Where an item stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case", deny_unknown_fields)]
pub enum ItemState {
    /// Undecided.
    Open,
    /// Accepted; the data are being collected.
    Accepted {
        /// Whether all or a part will be given.
        outcome: Giving,
        /// Why only a part; empty otherwise.
        explanation: String,
        /// Who decided.
        by: Signature,
    },
    /// Ended.
    Ended {
        /// How.
        outcome: ItemOutcome,
        /// The grounds, if it was not executed.
        codes: Vec<NonExecutionCode>,
        /// In words.
        explanation: String,
        /// Who decided; empty when the request was withdrawn.
        by: Option<Signature>,
        /// When.
        at: Moment,
    },
}

impl ItemState {
    /// The outcome, once there is one.
    pub const fn outcome(&self) -> Option<ItemOutcome> {
        match self {
            Self::Open | Self::Accepted { .. } => None,
            Self::Ended { outcome, .. } => Some(*outcome),
        }
    }
}

vocabulary! {
    /// How much of what was asked is given.
    Giving {
        /// All of it.
        Full = "FULL",
        /// A part, with the reason.
        Partial = "PARTIAL",
    }
}

/// A draft that came back, with what it looked like then.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// Who sent it back.
    pub by: Signature,
    /// Why.
    pub reason: String,
    /// The draft at that time, for the difference.
    pub draft: Draft,
}

/// The signature under the request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorisation {
    /// Who.
    pub by: Signature,
    /// In which capacity.
    pub kind: AuthoriserType,
    /// How independent.
    pub independence: Independence,
    /// Necessity and proportionality in the authoriser's own words.
    pub statement: String,
}

/// A question and its answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clarification {
    /// Its identifier.
    pub id: ClarificationId,
    /// What is the matter.
    pub code: NonExecutionCode,
    /// Which items it concerns; empty means the whole request.
    pub items: Vec<ItemId>,
    /// The question.
    pub question: String,
    /// Who asked.
    pub asked: Signature,
    /// The answer.
    pub answer: Option<Answer>,
}

/// The answer to a question.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// In words.
    pub text: String,
    /// Who answered.
    pub by: Signature,
}

/// Files that answer items.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its identifier.
    pub id: PackageId,
    /// The items it answers.
    pub items: Vec<ItemId>,
    /// The files.
    pub files: Vec<PackageFile>,
    /// A note to the authority.
    pub note: String,
    /// Who collected it.
    pub prepared: Signature,
    /// Who released it.
    pub released: Option<Signature>,
    /// What the releaser compared, with the reason of each difference.
    pub comparison: Option<Comparison>,
    /// The authority's receipt.
    pub receipt: Option<PackageReceipt>,
    /// That what was given beyond the request has been deleted.
    pub deletion: Option<Deletion>,
    /// SHA-256 of the signed manifest, once released, in lower-case hexadecimal; nothing where none could be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
}

impl Package {
    /// Whether the authority said of a file that it gives more than was asked; it is not handed out again.
    pub fn went_too_far(&self, file: UploadId) -> bool {
        self.receipt.as_ref().is_some_and(
            |receipt| matches!(&receipt.found, Found::OverDisclosure { files } if files.contains(&file)),
        )
    }

    /// Whether something in it has still to be deleted by the authority.
    pub fn awaits_deletion(&self) -> bool {
        let beyond = |receipt: &PackageReceipt| matches!(receipt.found, Found::OverDisclosure { .. });
        self.receipt.as_ref().is_some_and(beyond) && self.deletion.is_none()
    }
}

/// What the authority found when it opened a package (`legal.md` 10.5).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Found {
    /// The digests match and the content fits what was asked.
    Intact,
    /// It is damaged, or not what was asked.
    Mismatch,
    /// More than was asked; what is in these files has to be deleted.
    OverDisclosure {
        /// Which files.
        files: Vec<UploadId>,
    },
}

impl Found {
    /// Its name on pages.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Mismatch => "mismatch",
            Self::OverDisclosure { .. } => "over_disclosure",
        }
    }
}

/// The authority's word that it has deleted what it should not have been given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// Who confirmed.
    pub by: Signature,
    /// What was deleted, where and how.
    pub statement: String,
}

/// The authority's confirmation that a package arrived and fits the request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PackageReceipt {
    /// Who confirmed.
    pub by: Signature,
    /// What they found.
    pub found: Found,
    /// In words, where it does not.
    pub remark: String,
}

/// A request with everything in its dossier.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its identifier.
    pub id: RequestId,
    /// How many events made it what it is.
    pub version: u64,
    /// The authority's reference, such as `XA-NBP-2026-000147`.
    pub reference: String,
    /// The provider's own reference.
    pub provider_reference: Option<String>,
    /// The procedure it runs under.
    pub procedure: ProcedurePin,
    /// What it asks for.
    pub kind: RequestKind,
    /// Whether the addressee must comply.
    pub compulsion: Compulsion,
    /// How urgent.
    pub priority: Priority,
    /// The requesting authority.
    pub from: OrganisationId,
    /// The addressee.
    pub to: OrganisationId,
    /// How it came.
    pub intake: Intake,
    /// The form as it was last saved.
    pub draft: Draft,
    /// The form's answers as they were submitted.
    pub answers: BTreeMap<String, String>,
    /// The items as they were submitted.
    pub items: Vec<Item>,
    /// 1 for the first submitted text, one more with each amendment.
    pub edition: u32,
    /// The stage.
    pub stage: Stage,
    /// Everybody who wrote in the draft (rule 2).
    pub drafters: BTreeSet<PersonId>,
    /// When it was created.
    pub created_at: Moment,
    /// Each time it was sent back.
    pub returns: Vec<Return>,
    /// The gatekeeper who vouched for it.
    pub vouched: Option<Signature>,
    /// The signature.
    pub authorisation: Option<Authorisation>,
    /// Who sent it.
    pub sent: Option<Signature>,
    /// Why it stands still, once for each withdrawal of trust; empty while it does not.
    pub frozen: Vec<Freeze>,
    /// Those behind it whom a review has cleared since they lost trust.
    pub cleared: BTreeSet<PersonId>,
    /// That its source was false.
    pub fraud: Option<Fraud>,
    /// The checks of the source.
    pub checks: Vec<Check>,
    /// When all required checks had passed.
    pub verified_at: Option<Moment>,
    /// Questions and answers.
    pub clarifications: Vec<Clarification>,
    /// The clocks.
    pub clocks: Vec<Clock>,
    /// The hold, where data are preserved.
    pub hold: Option<Hold>,
    /// Answers with files.
    pub packages: Vec<Package>,
}

impl Request {
    /// Where it stands, derived from the stage and the items.
    pub fn state(&self) -> RequestState {
        match &self.stage {
            Stage::Draft => RequestState::Draft,
            Stage::GatekeeperReview { .. } => RequestState::GatekeeperReview,
            Stage::AwaitingAuthorisation => RequestState::AwaitingAuthorisation,
            Stage::Authorised => RequestState::Authorised,
            Stage::Sent { .. } => RequestState::Sent,
            Stage::WithProvider { .. } => self.provider_state(),
            Stage::ReceiptConfirmed { .. } => RequestState::ReceiptConfirmed,
            Stage::Withdrawn { .. } => RequestState::Withdrawn,
            Stage::Closed { .. } => RequestState::Closed,
        }
    }

    fn provider_state(&self) -> RequestState {
        let outcomes: Vec<ItemOutcome> = self.items.iter().filter_map(|item| item.state.outcome()).collect();
        let given = |o: &ItemOutcome| matches!(o, ItemOutcome::Full | ItemOutcome::Partial);
        let accepted = self.items.iter().any(|item| matches!(item.state, ItemState::Accepted { .. }));
        if outcomes.len() < self.items.len() && self.open_clarification().is_some() {
            RequestState::Clarifying
        } else if outcomes.len() == self.items.len() {
            if outcomes.contains(&ItemOutcome::Preserved) {
                RequestState::Held
            } else if outcomes.iter().any(given) {
                RequestState::Delivered
            } else if outcomes.contains(&ItemOutcome::Objected) {
                RequestState::Objected
            } else {
                RequestState::Rejected
            }
        } else if outcomes.iter().any(given) {
            RequestState::PartiallyDelivered
        } else if accepted {
            RequestState::InExecution
        } else if self.verified_at.is_some() {
            RequestState::LegalReview
        } else if !self.checks.is_empty() {
            RequestState::Verifying
        } else if self.provider_reference.is_some() {
            RequestState::Acknowledged
        } else {
            RequestState::Received
        }
    }

    /// When the provider's system received it.
    pub const fn received_at(&self) -> Option<Moment> {
        match &self.stage {
            Stage::WithProvider { received_at } | Stage::ReceiptConfirmed { received_at } => {
                Some(*received_at)
            }
            Stage::Draft
            | Stage::GatekeeperReview { .. }
            | Stage::AwaitingAuthorisation
            | Stage::Authorised
            | Stage::Sent { .. }
            | Stage::Withdrawn { .. }
            | Stage::Closed { .. } => None,
        }
    }

    /// The question that waits for an answer, if any; there is never more than one.
    pub fn open_clarification(&self) -> Option<&Clarification> {
        self.clarifications.iter().find(|round| round.answer.is_none())
    }

    /// An item by its identifier.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// A package by its identifier.
    pub fn package(&self, id: PackageId) -> Option<&Package> {
        self.packages.iter().find(|package| package.id == id)
    }

    /// The running clock that is due first, for the queue.
    pub fn next_clock(&self) -> Option<&Clock> {
        self.clocks.iter().filter(|clock| clock.is_open()).min_by_key(|clock| clock.due)
    }
}
