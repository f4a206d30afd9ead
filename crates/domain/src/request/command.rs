//! What people and clocks ask to be done with a request; the same words in pages, API and tests.

use super::draft::DraftItem;
use super::{Comparison, Draft, FileContents, Found, Giving, Intake, Observation, RevocationCause};
use crate::id::{ClarificationId, ItemId, PackageId, PersonId, RevocationId};
use crate::refusal::NonExecutionCode;
use crate::term::{DataCategory, Priority, vocabulary};
use crate::vault::SealedWith;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::opaque!(Correction, Decision, Filing, FiledItem);

/// One command. `act` names it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestCommand {
    /// Save the draft.
    Revise {
        /// The whole form.
        draft: Draft,
    },
    /// Send the draft to the gatekeeper.
    Submit,
    /// Send the draft back to its author (gatekeeper or authoriser).
    Return {
        /// Why.
        reason: String,
    },
    /// Vouch for the draft and pass it to the authoriser.
    Forward,
    /// Sign.
    Authorise {
        /// Necessity and proportionality in the authoriser's words.
        statement: String,
    },
    /// Send to the addressee.
    Send,
    /// Give the provider's own reference.
    Acknowledge {
        /// The provider's reference.
        reference: String,
    },
    /// Record a check of the source.
    Check {
        /// Which, and what it rests on.
        observed: Observation,
        /// Whether it passed.
        passed: bool,
        /// In words, what was seen; needed where it failed, and for documents and plausibility.
        #[serde(default)]
        note: String,
    },
    /// Let a frozen request go on, after a review.
    Thaw {
        /// What the review found.
        reason: String,
    },
    /// Sign a request anew in the place of somebody who is no longer trusted.
    Reauthorise {
        /// Necessity and proportionality in the authoriser's words.
        statement: String,
    },
    /// Record that the source of a frozen request was false.
    FindFraud {
        /// On what grounds.
        reason: String,
    },
    /// Trust was withdrawn from somebody behind the request (the system only).
    Freeze {
        /// The recorded withdrawal.
        revocation: RevocationId,
        /// Why.
        cause: RevocationCause,
        /// From whom; from the whole organisation where nobody is named.
        #[serde(default)]
        person: Option<PersonId>,
    },
    /// Ask the authority.
    Ask {
        /// What is the matter.
        code: NonExecutionCode,
        /// Which items; empty means the whole request.
        #[serde(default)]
        items: Vec<ItemId>,
        /// The question.
        question: String,
    },
    /// Answer the provider's question.
    Answer {
        /// Which question.
        clarification: ClarificationId,
        /// The answer.
        text: String,
    },
    /// Correct items as a new edition, signed by the authoriser.
    Amend {
        /// The corrections.
        corrections: Vec<Correction>,
        /// Why.
        reason: String,
    },
    /// Decide one item.
    Decide {
        /// Which.
        item: ItemId,
        /// How.
        decision: Decision,
    },
    /// Put files together as an answer to items.
    Prepare {
        /// The accepted items that it answers.
        items: Vec<ItemId>,
        /// The completed uploads, and what each holds.
        files: Vec<FileContents>,
        /// A note to the authority.
        #[serde(default)]
        note: String,
        /// How the files are sealed, where they go end to end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sealing: Option<SealedWith>,
    },
    /// Discard a package before release.
    Discard {
        /// Which.
        package: PackageId,
        /// Why.
        reason: String,
    },
    /// Release a package to the authority.
    Release {
        /// Which.
        package: PackageId,
        /// What was asked against what is given.
        comparison: Comparison,
    },
    /// Open a sealed package, for a purpose; for a while its files are then given out.
    Open {
        /// Which.
        package: PackageId,
        /// What for.
        purpose: String,
    },
    /// Confirm the receipt of a package.
    Confirm {
        /// Which.
        package: PackageId,
        /// Whether digests match and the content fits what was asked.
        found: Found,
        /// In words, where it does not.
        #[serde(default)]
        remark: String,
    },
    /// Confirm that what was given beyond the request has been deleted.
    ConfirmDeletion {
        /// Of which package.
        package: PackageId,
        /// What was deleted, where and how.
        statement: String,
    },
    /// Take the request back.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Close the dossier.
    Close,
    /// Give the addressee more time.
    Postpone {
        /// Which clock.
        clock: String,
        /// How many days more.
        days: u32,
        /// Why.
        reason: String,
    },
    /// Extend the hold.
    ExtendHold {
        /// Why.
        reason: String,
    },
    /// Announce the production or assistance request that follows the hold.
    AnnounceConversion {
        /// Its reference.
        reference: String,
    },
    /// Record that the announced production was carried out; the hold ends.
    ConvertHold {
        /// The reference of the production request.
        reference: String,
    },
    /// Let the held data go.
    ReleaseHold {
        /// Why.
        reason: String,
    },
    /// A clock or the end of a hold has come (the system only).
    Tick,
}

/// A correction of one item.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Which.
    pub item: ItemId,
    /// Its new content.
    pub content: DraftItem,
}

/// The decision on one item.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum Decision {
    /// Data will be given.
    Produce {
        /// All or a part.
        giving: Giving,
        /// Why only a part.
        #[serde(default)]
        explanation: String,
    },
    /// The data are preserved.
    Preserve {
        /// The scope, where it is less than asked.
        #[serde(default)]
        explanation: String,
    },
    /// Not executed, with codes.
    Refuse {
        /// The grounds.
        codes: Vec<NonExecutionCode>,
        /// In words, and what would make it succeed.
        explanation: String,
    },
    /// Somebody else holds the data.
    Redirect {
        /// Who, and how to reach them.
        explanation: String,
    },
    /// The addressee objects.
    Object {
        /// The grounds.
        codes: Vec<NonExecutionCode>,
        /// In words.
        explanation: String,
    },
}

/// A request that arrived over a standard interface.
#[derive(Clone, PartialEq)]
pub struct Filing {
    /// The sender's reference, if the message has one.
    pub reference: Option<String>,
    /// How urgent.
    pub priority: Priority,
    /// How it came.
    pub intake: Intake,
    /// What the message says besides items, by field names of the procedure.
    pub answers: BTreeMap<String, String>,
    /// The items.
    pub items: Vec<FiledItem>,
}

/// One item of such a message.
#[derive(Clone, PartialEq)]
pub struct FiledItem {
    /// Its identifier here.
    pub id: ItemId,
    /// Whose data.
    pub identifier: crate::identifier::Identifier,
    /// Which data.
    pub category: DataCategory,
    /// From when to when.
    pub window: Option<super::Window>,
    /// A limit in words.
    pub limit: String,
}

vocabulary! {
    /// The name of an act, as the permission table, the trail and the matrix know it.
    RequestAct {
        /// Begin a draft.
        Draft = "draft",
        /// See [`RequestCommand::Revise`].
        Revise = "revise",
        /// See [`RequestCommand::Submit`].
        Submit = "submit",
        /// See [`RequestCommand::Return`].
        Return = "return",
        /// See [`RequestCommand::Forward`].
        Forward = "forward",
        /// See [`RequestCommand::Authorise`].
        Authorise = "authorise",
        /// See [`RequestCommand::Send`].
        Send = "send",
        /// File a message of a standard interface.
        File = "file",
        /// See [`RequestCommand::Acknowledge`].
        Acknowledge = "acknowledge",
        /// See [`RequestCommand::Check`].
        Check = "check",
        /// See [`RequestCommand::Thaw`].
        Thaw = "thaw",
        /// See [`RequestCommand::Reauthorise`].
        Reauthorise = "reauthorise",
        /// See [`RequestCommand::FindFraud`].
        FindFraud = "find_fraud",
        /// See [`RequestCommand::Freeze`].
        Freeze = "freeze",
        /// See [`RequestCommand::Ask`].
        Ask = "ask",
        /// See [`RequestCommand::Answer`].
        Answer = "answer",
        /// See [`RequestCommand::Amend`].
        Amend = "amend",
        /// See [`RequestCommand::Decide`].
        Decide = "decide",
        /// See [`RequestCommand::Prepare`].
        Prepare = "prepare",
        /// See [`RequestCommand::Discard`].
        Discard = "discard",
        /// See [`RequestCommand::Release`].
        Release = "release",
        /// See [`RequestCommand::Open`].
        Open = "open",
        /// See [`RequestCommand::Confirm`].
        Confirm = "confirm",
        /// See [`RequestCommand::ConfirmDeletion`].
        ConfirmDeletion = "confirm_deletion",
        /// See [`RequestCommand::Withdraw`].
        Withdraw = "withdraw",
        /// See [`RequestCommand::Close`].
        Close = "close",
        /// See [`RequestCommand::Postpone`].
        Postpone = "postpone",
        /// See [`RequestCommand::ExtendHold`].
        ExtendHold = "extend_hold",
        /// See [`RequestCommand::AnnounceConversion`].
        AnnounceConversion = "announce_conversion",
        /// See [`RequestCommand::ConvertHold`].
        ConvertHold = "convert_hold",
        /// See [`RequestCommand::ReleaseHold`].
        ReleaseHold = "release_hold",
        /// See [`RequestCommand::Tick`].
        Tick = "tick",
    }
}

/// Its name alone: what it says is for the dossier, not for a log.
impl std::fmt::Debug for RequestCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestCommand({})", self.act().as_str())
    }
}

impl RequestCommand {
    /// The act that the permission table knows.
    pub const fn act(&self) -> RequestAct {
        match self {
            Self::Revise { .. } => RequestAct::Revise,
            Self::Submit => RequestAct::Submit,
            Self::Return { .. } => RequestAct::Return,
            Self::Forward => RequestAct::Forward,
            Self::Authorise { .. } => RequestAct::Authorise,
            Self::Send => RequestAct::Send,
            Self::Acknowledge { .. } => RequestAct::Acknowledge,
            Self::Check { .. } => RequestAct::Check,
            Self::Thaw { .. } => RequestAct::Thaw,
            Self::Reauthorise { .. } => RequestAct::Reauthorise,
            Self::FindFraud { .. } => RequestAct::FindFraud,
            Self::Freeze { .. } => RequestAct::Freeze,
            Self::Ask { .. } => RequestAct::Ask,
            Self::Answer { .. } => RequestAct::Answer,
            Self::Amend { .. } => RequestAct::Amend,
            Self::Decide { .. } => RequestAct::Decide,
            Self::Prepare { .. } => RequestAct::Prepare,
            Self::Discard { .. } => RequestAct::Discard,
            Self::Release { .. } => RequestAct::Release,
            Self::Open { .. } => RequestAct::Open,
            Self::Confirm { .. } => RequestAct::Confirm,
            Self::ConfirmDeletion { .. } => RequestAct::ConfirmDeletion,
            Self::Withdraw { .. } => RequestAct::Withdraw,
            Self::Close => RequestAct::Close,
            Self::Postpone { .. } => RequestAct::Postpone,
            Self::ExtendHold { .. } => RequestAct::ExtendHold,
            Self::AnnounceConversion { .. } => RequestAct::AnnounceConversion,
            Self::ConvertHold { .. } => RequestAct::ConvertHold,
            Self::ReleaseHold { .. } => RequestAct::ReleaseHold,
            Self::Tick => RequestAct::Tick,
        }
    }
}
