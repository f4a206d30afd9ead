//! The rules of a procedure, one type each, as they stand in the file.

use super::{Procedure, Text};
use crate::clock::{DeadlineId, Length};
use crate::party::{OrganisationKind, Role, Side};
use crate::refusal::NonExecutionCode;
use crate::term::{AuthoriserType, Certainty, DataCategory, Independence, Priority, vocabulary};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A provision that is the legal basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The provision as it is cited on documents.
    pub text: Text,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// Whether the procedure may be used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// For training and drafting; nothing can be sent.
    Draft,
    /// In use.
    InForce,
    /// The instrument is not in force.
    NotInForce,
}

/// Since when and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// In use or not.
    pub state: StatusState,
    /// First day.
    pub from: Date,
    /// Last day, if known.
    #[serde(default)]
    pub until: Option<Date>,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Status {
    /// Whether a request may be made on that day.
    pub fn in_force(&self, on: Date) -> bool {
        self.state == StatusState::InForce && self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}

/// Whether the parties are in one State or in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRelation {
    /// Both in the same State.
    Domestic,
    /// In two States, and the instrument says that the provider may be asked directly (rule 12).
    CrossBorder,
    /// Either.
    Any,
}

/// Between whom the procedure applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parties {
    /// States whose authorities may use it (ISO 3166-1 alpha-2).
    pub requesting: Vec<String>,
    /// States in which the addressee is.
    pub addressed: Vec<String>,
    /// What the addressee is: the provider itself, or its State's contact point (rule 12).
    pub addressee: Vec<OrganisationKind>,
    /// Same State or two.
    pub relation: PartyRelation,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// Who may issue an order for these categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityRule {
    /// The categories.
    pub categories: Vec<DataCategory>,
    /// Who may sign.
    pub issue: Vec<AuthoriserType>,
    /// The least independence that is required.
    pub independence: Independence,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

impl AuthorityRule {
    /// Whether someone of `given` independence satisfies the rule.
    pub fn independent_enough(&self, given: Independence) -> bool {
        given <= self.independence
    }
}

/// What the offence must reach for these categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The categories.
    pub categories: Vec<DataCategory>,
    /// The field that holds the maximum penalty in months.
    pub field: String,
    /// The least maximum penalty, in months.
    pub min_months: u32,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// One category in local terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryRule {
    /// The unified category.
    pub category: DataCategory,
    /// What the instrument calls it.
    pub term: Text,
    /// The data elements that can be asked for.
    #[serde(default)]
    pub element: Vec<Element>,
    /// The longest period one item may cover.
    pub max_window: Option<Length>,
    /// Whether the source port must be given with an IP address.
    #[serde(default)]
    pub port_required: bool,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// One data element within a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Its name in the record.
    pub name: String,
    /// Its name for readers.
    pub label: Text,
}

vocabulary! {
    /// What is typed into a field.
    FieldKind {
        /// One line.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// A date.
        Date = "date",
        /// One of the choices.
        Choice = "choice",
        /// Yes or no.
        YesNo = "yes_no",
        /// A telephone number in E.164 form.
        Telephone = "telephone",
        /// A mail address.
        Email = "email",
        /// A whole number.
        Number = "number",
    }
}

vocabulary! {
    /// Who may be kept from reading a field (EU Annex I section M; CETS 224 Art. 8(3)(b)).
    Audience {
        /// The addressed provider.
        Provider = "PROVIDER",
        /// Oversight bodies.
        Oversight = "OVERSIGHT",
    }
}

vocabulary! {
    /// The part of the form in which a field stands.
    Section {
        /// Who asks, and who can confirm it.
        Authority = "authority",
        /// Legal basis and offence.
        Legal = "legal",
        /// Facts of the case.
        Case = "case",
        /// Necessity and proportionality.
        Justification = "justification",
        /// Confidentiality and notice to the person concerned.
        Confidentiality = "confidentiality",
        /// How to answer.
        Delivery = "delivery",
    }
}

/// One field of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// Its name in the record, in snake case.
    pub name: String,
    /// Where it stands.
    pub section: Section,
    /// What is typed.
    pub kind: FieldKind,
    /// Its label.
    pub label: Text,
    /// What to write and what providers most often miss.
    #[serde(default)]
    pub hint: Option<Text>,
    /// The choices; only for that kind.
    #[serde(default)]
    pub choice: Vec<Choice>,
    /// Whether it must be filled before the request leaves the desk.
    #[serde(default)]
    pub required: bool,
    /// Whether it must be filled only for requests of these priorities.
    #[serde(default)]
    pub required_for: Vec<Priority>,
    /// Who never reads it.
    #[serde(default)]
    pub hidden_from: Vec<Audience>,
    /// Longest content in characters.
    #[serde(default = "default_length")]
    pub max_length: u32,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

fn default_length() -> u32 {
    4_000
}

/// One choice of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its value in the record.
    pub value: String,
    /// Its label.
    pub label: Text,
}

vocabulary! {
    /// What starts a clock.
    Trigger {
        /// The provider's system received the request.
        Receipt = "receipt",
        /// The provider asked a question.
        Question = "question",
        /// The data were put on hold.
        Hold = "hold",
    }
}

vocabulary! {
    /// What stops a clock.
    Stop {
        /// The provider gave its own reference.
        Acknowledgement = "acknowledgement",
        /// Every item has its outcome.
        Answer = "answer",
        /// The question was answered.
        Reply = "reply",
        /// The hold ended.
        HoldEnd = "hold_end",
    }
}

vocabulary! {
    /// What pauses a clock.
    PausedBy {
        /// An open clarification.
        Clarification = "clarification",
        /// An objection under review.
        Objection = "objection",
    }
}

/// One clock (`legal.md` 10.8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadlineRule {
    /// Its identifier, such as `D01`.
    pub id: DeadlineId,
    /// What is due, in words.
    pub label: Text,
    /// Who is bound.
    pub obliged: Side,
    /// What starts it.
    pub starts: Trigger,
    /// How long it is.
    pub length: Length,
    /// What stops it.
    pub stops: Stop,
    /// What pauses it.
    #[serde(default)]
    pub paused_by: Vec<PausedBy>,
    /// Whether an end on a non-working day moves to the next working day (Regulation 1182/71).
    #[serde(default)]
    pub moves_to_working_day: bool,
    /// Only for requests of these priorities; empty means all.
    #[serde(default)]
    pub priority: Vec<Priority>,
    /// What follows when it passes.
    pub on_expiry: Text,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

impl DeadlineRule {
    /// Whether it binds a request of that priority.
    pub fn covers(&self, priority: Priority) -> bool {
        self.priority.is_empty() || self.priority.contains(&priority)
    }
}

vocabulary! {
    /// What happens to held data when the hold runs out.
    OnExpiry {
        /// The duty ceases; the data must be let go (EU Art. 11).
        MustCease = "MUST_CEASE",
        /// The provider may delete (US 2703(f)).
        MayDelete = "MAY_DELETE",
        /// The data are released to their normal life.
        Release = "RELEASE",
        /// National law decides.
        National = "NATIONAL",
    }
}

/// The life of a hold (`legal.md` 10.6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldRule {
    /// How long at first.
    pub initial: Length,
    /// How much longer with each extension.
    pub extension: Length,
    /// How many extensions.
    pub max_extensions: u32,
    /// The form with which it is extended.
    pub extension_form: Text,
    /// The form with which a production request is announced.
    pub conversion_form: Text,
    /// What happens at the end.
    pub on_expiry: OnExpiry,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

vocabulary! {
    /// How the source of a request is checked (`legal.md` 7.3).
    CheckKind {
        /// The sender's accreditation was valid when the request was sent.
        Accreditation = "accreditation",
        /// The sender signed in with this instance, or signed the request.
        Signature = "signature",
        /// Call-back to a number from the directory, never from the request.
        CallBack = "call_back",
        /// A supervisor confirmed it over another channel.
        Supervisor = "supervisor",
        /// The basis documents were read and fit.
        Documents = "documents",
        /// Jurisdiction, time, volume and repetition are plausible.
        Plausibility = "plausibility",
    }
}

vocabulary! {
    /// What must wait for a verified source.
    VerificationGate {
        /// Putting data on hold.
        Preserve = "preserve",
        /// Releasing data; always waits (rule 3).
        Release = "release",
    }
}

/// How the source is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// What must wait for it, besides release, which always does.
    #[serde(default)]
    pub before: Vec<VerificationGate>,
    /// The risk classes.
    pub class: Vec<RiskClass>,
}

/// The checks for requests of some priorities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskClass {
    /// Its name.
    pub name: Text,
    /// The priorities it covers.
    pub priority: Vec<Priority>,
    /// The checks, all of which must pass.
    pub checks: Vec<CheckKind>,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// Questions and answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClarificationRule {
    /// How many rounds.
    pub max_rounds: u32,
    /// For which reasons a question may be asked.
    pub codes: Vec<NonExecutionCode>,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// A ground of refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalRule {
    /// The code.
    pub code: NonExecutionCode,
    /// The provision, in words.
    pub label: Text,
    /// What would make the request succeed.
    pub remedy: Text,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

vocabulary! {
    /// Who tells the person concerned.
    NoticeActor {
        /// Only the issuing authority (EU Art. 13).
        IssuingAuthority = "ISSUING_AUTHORITY",
        /// The provider, unless forbidden.
        Provider = "PROVIDER",
        /// Nobody at this stage.
        None = "NONE",
    }
}

/// Notice to the person concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    /// Who.
    pub actor: NoticeActor,
    /// The rule in words.
    pub text: Text,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// A duty in words: confidentiality, delivery, costs, follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyRule {
    /// Its name.
    pub name: Text,
    /// Who is bound.
    pub obliged: Side,
    /// The rule in words.
    pub text: Text,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// How long what is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// The delivered files, after the receipt was confirmed.
    pub payload: Length,
    /// The record of the request, after it was closed.
    pub record: Length,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// What people in a role must have learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRule {
    /// The role.
    pub role: Role,
    /// The course, in words.
    pub course: Text,
    /// Where this is taken from.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// Where one rule comes from and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provenance<'a> {
    /// The rule's key in the file, such as `deadline.D01`; for some only the kind, such as `parties`.
    pub kind: &'static str,
    /// Which of that kind.
    pub name: &'a str,
    /// Where it is taken from.
    pub source: &'a str,
    /// How sure it is.
    pub certainty: Certainty,
}

pub(super) fn provenance(p: &Procedure) -> Vec<Provenance<'_>> {
    let mut all = Vec::new();
    let mut add = |kind, name, source, certainty| all.push(Provenance { kind, name, source, certainty });
    p.citation.iter().for_each(|r| add("citation", &r.text.en, &r.source, r.certainty));
    add("status", "", &p.status.source, p.status.certainty);
    add("parties", "", &p.parties.source, p.parties.certainty);
    p.authority.iter().for_each(|r| add("authority", "", &r.source, r.certainty));
    p.threshold.iter().for_each(|r| add("threshold", &r.field, &r.source, r.certainty));
    p.category.iter().for_each(|r| add("category", r.category.as_str(), &r.source, r.certainty));
    p.field.iter().for_each(|r| add("field", &r.name, &r.source, r.certainty));
    p.deadline.iter().for_each(|r| add("deadline", r.id.as_str(), &r.source, r.certainty));
    if let Some(hold) = &p.hold {
        add("hold", "", &hold.source, hold.certainty);
    }
    p.verification.class.iter().for_each(|r| add("verification", &r.name.en, &r.source, r.certainty));
    add("clarification", "", &p.clarification.source, p.clarification.certainty);
    p.refusal.iter().for_each(|r| add("refusal", r.code.as_str(), &r.source, r.certainty));
    add("notice", "", &p.notice.source, p.notice.certainty);
    p.duty.iter().for_each(|r| add("duty", &r.name.en, &r.source, r.certainty));
    add("retention", "", &p.retention.source, p.retention.certainty);
    p.training.iter().for_each(|r| add("training", r.role.as_str(), &r.source, r.certainty));
    all
}
