//! What a question answers: the same values are drawn by pages, sent by the API and printed on paper.
//! Everything here has already been filtered for its reader; nothing above filters again.

use crate::paper::PaperKind;
use comity_domain::clock::Line;
use comity_domain::id::{ClarificationId, ItemId, OrganisationId, PackageId, PersonId, RequestId, UploadId};
use comity_domain::inspection::{Finding, Inspection};
use comity_domain::party::{
    AuthoriserMandate, ContactPoint, Organisation, OrganisationKind, OrganisationStatus, Role, Side,
    Signature,
};
use comity_domain::procedure::{CheckKind, FieldKind, OnExpiry, Section, Text};
use comity_domain::refusal::{NonExecutionCode, Refusal};
use comity_domain::request::{
    Deletion, Draft, Evidence, Fraud, Freeze, Giving, Holds, PackageReceipt, RequestAct, RequestState,
};
use comity_domain::term::{Certainty, Compulsion, DataCategory, ItemOutcome, Priority, RequestKind};
use comity_domain::time::Moment;
use comity_domain::vault::Mode;
use comity_domain::vetting::AlarmRule;
use serde::{Deserialize, Serialize};

comity_domain::opaque!(
    ItemView,
    HoldView,
    FieldView,
    CheckView,
    ClarificationView,
    FileView,
    PackedView,
    ColumnView,
    MissingView,
    PackageView,
    HistoryView,
    DraftView,
    ReturnView,
    Dossier,
    AuthorisationView,
    QueueRow,
    QueueQuery,
    DirectoryEntry,
    MemberView,
    Me
);

/// An organisation, as it is named beside something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PartyView {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its State.
    pub country: String,
    /// Its main switchboard, from the directory.
    pub switchboard: String,
}

/// A procedure, as it is named beside a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProcedureView {
    /// Its identifier.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of its file.
    pub hash: String,
    /// Its name.
    pub title: Text,
    /// The provisions.
    pub citations: Vec<Text>,
    /// Whether any of its rules has not been reviewed.
    pub unreviewed: bool,
}

/// A clock's reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadingKind {
    /// It runs.
    Running,
    /// It stands still.
    Paused,
    /// Its end has passed and what is due has not happened.
    Overdue,
    /// What was due happened in time.
    Met,
    /// What was due happened too late.
    Missed,
}

/// A clock with its explanation.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ClockView {
    /// The deadline's identifier, such as `D01`.
    pub id: String,
    /// What is due.
    pub label: Text,
    /// Who is bound.
    pub obliged: Side,
    /// When it started.
    pub started_at: Moment,
    /// When it is due.
    pub due: Moment,
    /// What it shows.
    pub reading: ReadingKind,
    /// Seconds left (running, paused) or seconds past the end (overdue); 0 once it has stopped.
    pub seconds: i64,
    /// Share of the time that has passed, 0 to 100.
    pub passed_percent: u32,
    /// When it stopped.
    pub stopped_at: Option<Moment>,
    /// What follows when it passes.
    pub on_expiry: Text,
    /// How sure the rule is.
    pub certainty: Certainty,
    /// Where the rule comes from.
    pub source: String,
    /// How this was counted, line by line.
    #[serde(skip)]
    pub lines: Vec<Line>,
}

/// The hold on the data.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct HoldView {
    /// Since when.
    pub since: Moment,
    /// Until when.
    pub until: Moment,
    /// `held`, `conversion_announced`, `converted`, `released` or `lapsed`.
    pub state: &'static str,
    /// The reference of the announced or executed production request, or the reason of release.
    pub note: String,
    /// Extensions used.
    pub extensions: u32,
    /// Extensions allowed.
    pub max_extensions: u32,
    /// What happens when it runs out.
    pub on_expiry: OnExpiry,
    /// Whole days left, rounded down; negative when past.
    pub days_left: i64,
}

/// An item.
#[derive(Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ItemView {
    /// Its identifier.
    pub id: ItemId,
    /// Its number on the document.
    pub number: u32,
    /// Type of its identifier, such as `IPV4`.
    pub identifier_type: &'static str,
    /// The identifier as people read it.
    pub identifier: String,
    /// The category.
    pub category: DataCategory,
    /// The category in the procedure's words.
    pub term: Text,
    /// The data elements asked for, in the procedure's words; empty means all.
    pub elements: Vec<Text>,
    /// Every data element of the category, by its name in the procedure and in its words.
    pub all_elements: Vec<(String, Text)>,
    /// First instant of the period.
    pub from: Option<Moment>,
    /// Last instant of the period.
    pub to: Option<Moment>,
    /// A limit in words.
    pub limit: String,
    /// Once accepted, how much will be given.
    pub accepted: Option<Giving>,
    /// How it ended.
    pub outcome: Option<ItemOutcome>,
    /// The grounds, with the procedure's words and remedies.
    pub grounds: Vec<GroundView>,
    /// The explanation of the decision.
    pub explanation: String,
    /// Who decided.
    pub decided: Option<Signature>,
}

/// A ground of refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct GroundView {
    /// The code.
    pub code: NonExecutionCode,
    /// The procedure's words.
    pub label: Text,
    /// What would make the request succeed.
    pub remedy: Text,
}

/// An answered field.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldView {
    /// Its name in the record.
    pub name: String,
    /// The part of the form.
    pub section: Section,
    /// Its label.
    pub label: Text,
    /// What is typed in it.
    pub kind: FieldKind,
    /// Its content (a choice in its own words is in `choice`); nothing where this reader is kept from it.
    pub content: Option<String>,
    /// The label of the choice, for that kind.
    pub choice: Option<Text>,
}

/// A check that the procedure asks for.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CheckView {
    /// Which.
    pub kind: CheckKind,
    /// The latest result; nothing when it has not been performed.
    pub passed: Option<bool>,
    /// What was seen or who was reached.
    pub note: String,
    /// Who performed it.
    pub by: Option<Signature>,
    /// What it rests on (addressee only).
    pub evidence: Option<Evidence>,
}

/// A question and its answer.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClarificationView {
    /// Its identifier.
    pub id: ClarificationId,
    /// What is the matter.
    pub code: NonExecutionCode,
    /// Numbers of the items concerned.
    pub items: Vec<u32>,
    /// The question.
    pub question: String,
    /// Who asked.
    pub asked: Signature,
    /// The answer.
    pub answer: Option<String>,
    /// Who answered.
    pub answered: Option<Signature>,
}

/// A file.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FileView {
    /// Its identifier.
    pub id: UploadId,
    /// Its name.
    pub name: String,
    /// Bytes received so far.
    pub bytes: u64,
    /// SHA-256 once it has arrived completely.
    pub sha256: Option<String>,
    /// What the inspection says of it; nothing while it is being inspected.
    pub inspection: Option<Inspection>,
    /// Whether it came sealed end to end.
    pub sealed: bool,
}

/// A file of a package.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PackedView {
    /// Its identifier.
    pub id: UploadId,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Its media type by content.
    pub media_type: String,
    /// What its inspection remarked.
    pub remarks: Vec<Finding>,
    /// Numbers of the items it answers.
    pub items: Vec<u32>,
    /// Its columns, where it is a table.
    pub columns: Vec<ColumnView>,
    /// Whether it gave more than was asked and is not handed out again.
    pub taken_back: bool,
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ColumnView {
    /// Its name in the file.
    pub name: String,
    /// What stands in it.
    pub holds: Holds,
    /// The data element in the procedure's words, where it holds one.
    pub element: Option<Text>,
    /// Whether nobody asked for it.
    pub extra: bool,
    /// Why it is given all the same, once it was released.
    pub reason: String,
}

/// Something that was asked and is in no file.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MissingView {
    /// The item.
    pub item: ItemId,
    /// Its number.
    pub number: u32,
    /// The element by its name in the procedure; without one, everything of the item.
    pub element: Option<String>,
    /// The element in the procedure's words.
    pub label: Option<Text>,
    /// Why, once it was released.
    pub reason: String,
}

/// An answer with files.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PackageView {
    /// Its identifier.
    pub id: PackageId,
    /// Numbers of the items it answers.
    pub items: Vec<u32>,
    /// Its files.
    pub files: Vec<PackedView>,
    /// What was asked and is in none of them.
    pub missing: Vec<MissingView>,
    /// A note to the authority.
    pub note: String,
    /// Who collected it.
    pub prepared: Signature,
    /// Who released it.
    pub released: Option<Signature>,
    /// The authority's receipt.
    pub receipt: Option<PackageReceipt>,
    /// Whether something in it has still to be deleted by the authority.
    pub awaits_deletion: bool,
    /// That this has been done.
    pub deletion: Option<Deletion>,
    /// How its files are sealed.
    #[schema(value_type = String)]
    pub mode: Mode,
    /// SHA-256 of the signed manifest, in hexadecimal; without one there is no court bundle.
    pub manifest: Option<String>,
    /// When the manifest was stamped, by the clock of the authority for time stamps.
    pub stamped_at: Option<Moment>,
}

/// One entry of the history.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct HistoryView {
    /// Its number in the dossier.
    pub sequence: u64,
    /// When.
    pub at: Moment,
    /// The event's name, such as `item_ended`.
    pub event: &'static str,
    /// The side on whose behalf.
    pub side: Option<Side>,
    /// Who; empty for a clock.
    pub by: String,
    /// The organisation; empty for a clock.
    pub organisation: String,
    /// Details for the sentence, by name: `item`, `outcome`, `codes`, `reason`, `clock`, `until` …
    pub details: Vec<(&'static str, String)>,
    /// The salted commitment, in hexadecimal.
    pub commitment: String,
}

/// What the reader can do now, and why not the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ActView {
    /// The act.
    pub act: RequestAct,
    /// What stands against it; empty means it can be done.
    pub why_not: Vec<Refusal>,
    /// Whether a passkey must be shown for it within five minutes.
    pub present: bool,
    /// Whether it is signed with a passkey.
    pub signed: bool,
}

/// The form while it is written.
#[derive(Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct DraftView {
    /// As it was last saved.
    pub draft: Draft,
    /// Requirements met, in per cent.
    pub percent: u32,
    /// What is missing or wrong.
    pub refusals: Vec<Refusal>,
    /// Each time it came back.
    pub returns: Vec<ReturnView>,
}

/// A draft that came back.
#[derive(Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReturnView {
    /// Who sent it back.
    pub by: Signature,
    /// Why.
    pub reason: String,
    /// What has changed since: path, before, after.
    pub changes: Vec<(String, String, String)>,
}

/// The whole case on one page.
#[derive(Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Dossier {
    /// Its identifier.
    pub id: RequestId,
    /// Number of events so far; send it back with an act to be sure nobody acted meanwhile.
    pub version: u64,
    /// The authority's reference.
    pub reference: String,
    /// The provider's reference.
    pub provider_reference: Option<String>,
    /// Where it stands.
    pub state: RequestState,
    /// What it asks for.
    pub kind: RequestKind,
    /// Whether the addressee must comply.
    pub compulsion: Compulsion,
    /// How urgent.
    pub priority: Priority,
    /// Edition of the text.
    pub edition: u32,
    /// The side of the reader; nothing for oversight.
    pub side: Option<Side>,
    /// The procedure.
    pub procedure: ProcedureView,
    /// Who asks.
    pub from: PartyView,
    /// Who is asked.
    pub to: PartyView,
    /// Until when the authority is on probation, where it is.
    pub probation_until: Option<Moment>,
    /// When the provider's system received it.
    pub received_at: Option<Moment>,
    /// Deficits of a message that came over a standard interface; empty otherwise.
    pub deficits: Vec<String>,
    /// The standard and the sender it claims, if it came that way.
    pub channel: Option<(String, String)>,
    /// The gatekeeper.
    pub vouched: Option<Signature>,
    /// The signature: who, type, independence, statement.
    pub authorised: Option<AuthorisationView>,
    /// Clocks, the next one first.
    pub clocks: Vec<ClockView>,
    /// The hold.
    pub hold: Option<HoldView>,
    /// Items.
    pub items: Vec<ItemView>,
    /// Answered fields.
    pub fields: Vec<FieldView>,
    /// Checks of the source.
    pub checks: Vec<CheckView>,
    /// Whether all required checks have passed.
    pub verified_at: Option<Moment>,
    /// Who sent it.
    pub sent: Option<Signature>,
    /// Why it stands still; empty while it does not.
    pub frozen: Vec<Freeze>,
    /// That its source was false.
    pub fraud: Option<Fraud>,
    /// Contact points of the authority, for a call-back.
    pub contact_points: Vec<ContactPoint>,
    /// Questions and answers.
    pub clarifications: Vec<ClarificationView>,
    /// How the files of an answer go from now on.
    #[schema(value_type = String)]
    pub sealing: Mode,
    /// Uploads that belong to no package yet (provider only).
    pub uploads: Vec<FileView>,
    /// Answers with files.
    pub packages: Vec<PackageView>,
    /// What happened.
    pub history: Vec<HistoryView>,
    /// What the reader can do.
    pub acts: Vec<ActView>,
    /// The form, while it is written (authority only).
    pub draft: Option<DraftView>,
    /// The grounds of refusal that the procedure knows.
    pub grounds: Vec<GroundView>,
    /// The codes with which a question may be asked.
    pub question_codes: Vec<NonExecutionCode>,
    /// The papers that can be printed now.
    pub papers: Vec<PaperKind>,
}

/// The signature under a request.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuthorisationView {
    /// Who.
    pub by: Signature,
    /// In which capacity.
    #[serde(flatten)]
    pub mandate: AuthoriserMandate,
    /// Necessity and proportionality; nothing for a reader who is kept from it.
    pub statement: Option<String>,
}

/// One row of a list of requests; carries nothing personal.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct QueueRow {
    /// Its identifier.
    pub id: RequestId,
    /// The authority's reference.
    pub reference: String,
    /// The provider's reference.
    pub provider_reference: Option<String>,
    /// How urgent.
    pub priority: Priority,
    /// Where it stands.
    pub state: RequestState,
    /// The procedure's identifier.
    pub procedure: String,
    /// The procedure's name.
    pub title: Text,
    /// What it asks for.
    pub kind: RequestKind,
    /// Who asks.
    pub from: String,
    /// Who is asked.
    pub to: String,
    /// Number of items.
    pub items: u32,
    /// Number of items per category.
    pub categories: Vec<(DataCategory, u32)>,
    /// The clock that is due first.
    pub due: Option<Moment>,
    /// Whether that clock stands still.
    pub paused: bool,
    /// Whether the request stands still because its source lost trust.
    pub frozen: bool,
    /// Last change.
    pub updated_at: Moment,
}

/// Which rows of the queue.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// Only this state.
    #[serde(default)]
    pub state: Option<RequestState>,
    /// Only this priority.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Only this procedure.
    #[serde(default)]
    pub procedure: Option<String>,
    /// Only this counterpart organisation.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Requests on this side of the organisation; by default the side on which its kind stands.
    #[serde(default)]
    pub side: Option<Side>,
    /// Exact reference of either side, or an identifier to be found by its digest.
    #[serde(default)]
    pub search: Option<String>,
    /// Also what has ended.
    #[serde(default)]
    pub ended: bool,
    /// Continue after this key, as given by `next`.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows wanted, 1 to 200; 50 by default.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct QueuePage {
    /// The rows, most urgent first.
    pub rows: Vec<QueueRow>,
    /// Key of the next page.
    pub next: Option<String>,
    /// Open requests by state, each counted up to 1,000: that number means as many or more.
    pub states: Vec<(RequestState, u64)>,
}

/// What a person has to do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Work {
    /// Why it is theirs, such as `review`, `authorise`, `send`, `answer`, `confirm`, `verify`, `decide`, `release`.
    pub task: &'static str,
    /// The request.
    pub row: QueueRow,
}

/// A procedure offered, or the reason why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OfferView {
    /// The procedure.
    pub procedure: ProcedureView,
    /// What it asks for.
    pub kind: RequestKind,
    /// What it is for.
    pub summary: Text,
    /// Why it does not apply; nothing when it does.
    pub why_not: Option<Refusal>,
}

/// An organisation with its people and contact points.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DirectoryEntry {
    /// The organisation.
    pub organisation: Organisation,
    /// Whether it takes part.
    pub status: OrganisationStatus,
    /// Until when it is on probation, where it is.
    pub probation_until: Option<Moment>,
    /// Its people (own organisation and counterparts' accreditation data; never private data).
    pub people: Vec<MemberView>,
    /// Its contact points.
    pub contact_points: Vec<ContactPoint>,
}

/// A person in an organisation.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MemberView {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Official mail address.
    pub email: String,
    /// Function.
    pub function: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Accreditation number.
    pub accreditation: String,
    /// Valid until.
    pub accredited_until: Moment,
    /// When the accreditation was withdrawn before its end.
    pub withdrawn_at: Option<Moment>,
    /// Capacity of an authoriser.
    pub authoriser: Option<AuthoriserMandate>,
    /// Whether they may act.
    pub active: bool,
}

/// Figures without payload: counted events of all requests (oversight) or of the own organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Requests by state.
    pub states: Vec<(RequestState, u64)>,
    /// Requests by procedure.
    pub procedures: Vec<(String, u64)>,
    /// Requests by priority.
    pub priorities: Vec<(Priority, u64)>,
    /// Clocks that ran out.
    pub overdue: u64,
    /// Acts refused.
    pub refused: u64,
    /// Alarms about what was sent, by rule.
    pub alarms: Vec<(AlarmRule, u64)>,
}

/// The signed-in person.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// On whose behalf.
    pub organisation: PartyView,
    /// What that organisation is.
    pub kind: OrganisationKind,
    /// Roles.
    pub roles: Vec<Role>,
}
