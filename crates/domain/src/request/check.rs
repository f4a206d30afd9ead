//! Checks of the source as recorded objects: who performed which, how, resting on what, with which result, when
//! (`legal.md` 7.3; guidelines `P-source`, `L-source`; T01, T02). What only the system can know it finds itself; nothing
//! that it finds about plausibility decides anything.

use super::decide::{Context, Events, refuse_field, text, with_provider};
use super::{Intake, Request, RequestEvent};
use crate::id::{ContactPointId, PersonId, UploadId};
use crate::party::{AccreditationState, Signature, Vouch};
use crate::procedure::CheckKind;
use crate::refusal::{Refusal, RefusalCode, Refusals};
use crate::term::vocabulary;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

crate::opaque!(Check, Evidence, Observation, Standing, Document, SignedBy);

/// Longest name of a person that is noted, in characters.
const LONGEST_NAME: usize = 200;
/// Most documents that one check names.
const MOST_DOCUMENTS: usize = 20;

/// One check of the source.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What it rests on; its kind says which check it is.
    pub evidence: Evidence,
    /// Whether it passed.
    pub passed: bool,
    /// In words, what was seen.
    pub note: String,
    /// Who performed it, and when.
    pub by: Signature,
}

impl Check {
    /// Which check it is.
    pub const fn kind(&self) -> CheckKind {
        match &self.evidence {
            Evidence::Accreditation { .. } => CheckKind::Accreditation,
            Evidence::Signature { .. } => CheckKind::Signature,
            Evidence::CallBack { .. } => CheckKind::CallBack,
            Evidence::Supervisor { .. } => CheckKind::Supervisor,
            Evidence::Documents { .. } => CheckKind::Documents,
            Evidence::Plausibility { .. } => CheckKind::Plausibility,
        }
    }
}

vocabulary! {
    /// Over what a supervisor confirmed.
    Channel {
        /// A call to a number of the directory that was not the one of the call-back.
        Telephone = "telephone",
        /// A call through the main switchboard in the directory.
        Switchboard = "switchboard",
        /// The mailbox of a contact point in the directory.
        Mailbox = "mailbox",
        /// Face to face, also over video.
        InPerson = "in_person",
    }
}

/// By what the sender proved to be who they are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignedBy {
    /// A person who was signed in with this instance signed the request here.
    Session {},
    /// A signature in a file verifies; the file by its SHA-256.
    File {
        /// SHA-256 of the signed file, in lower-case hexadecimal.
        sha256: String,
        /// Whose signature.
        signer: String,
    },
}

/// What the person who performs a check states of it; the rest is found by the system.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Observation {
    /// The system looks everybody up who stands behind the request.
    Accreditation {
        /// The accreditation number that a message names; needed where nobody has signed in this instance.
        #[serde(default)]
        number: Option<String>,
    },
    /// The sender's signature.
    Signature {
        /// By what.
        signed: SignedBy,
    },
    /// A call to a number from the directory.
    CallBack {
        /// The directory entry whose number was called.
        contact_point: ContactPointId,
        /// Name of the person who was reached.
        reached: String,
        /// When the call was made.
        called_at: Moment,
    },
    /// Somebody above the officer confirmed.
    Supervisor {
        /// Name of the person who confirmed.
        name: String,
        /// Their accreditation number, where they have one.
        #[serde(default)]
        accreditation: Option<String>,
        /// Over what.
        channel: Channel,
        /// The directory entry over which they were reached, for a telephone or mailbox.
        #[serde(default)]
        contact_point: Option<ContactPointId>,
        /// When.
        confirmed_at: Moment,
    },
    /// The basis documents were read.
    Documents {
        /// Completed uploads of the dossier.
        #[serde(default)]
        files: Vec<UploadId>,
        /// SHA-256 of documents that are kept elsewhere.
        #[serde(default)]
        sha256: Vec<String>,
        /// The request itself, as it was signed in this instance.
        #[serde(default)]
        request_itself: bool,
    },
    /// What the system found was weighed.
    Plausibility {},
}

/// What a recorded check rests on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Evidence {
    /// Everybody who stands behind the request, as the directory had them at that instant.
    Accreditation {
        /// Who, and how their accreditation stood.
        people: Vec<Standing>,
    },
    /// The sender's signature.
    Signature {
        /// By what.
        signed: SignedBy,
    },
    /// A call-back.
    CallBack {
        /// The directory entry.
        contact_point: ContactPointId,
        /// The person who was reached.
        reached: String,
        /// When.
        called_at: Moment,
    },
    /// A confirmation from above.
    Supervisor {
        /// Who confirmed.
        name: String,
        /// Their accreditation number.
        accreditation: Option<String>,
        /// Over what.
        channel: Channel,
        /// The directory entry over which they were reached.
        contact_point: Option<ContactPointId>,
        /// When.
        confirmed_at: Moment,
    },
    /// The basis documents.
    Documents {
        /// Each with its hash.
        documents: Vec<Document>,
        /// The edition of the request, where it was read as its own basis.
        edition: Option<u32>,
    },
    /// What the system found at that instant.
    Plausibility {
        /// The findings; none of them decides.
        findings: Vec<Finding>,
    },
}

/// One person behind a request, as the directory had them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Accreditation number.
    pub accreditation: String,
    /// Valid until.
    pub accredited_until: Moment,
    /// How it stood.
    pub state: AccreditationState,
    /// For whoever signed: whether their capacity may sign these categories under the procedure.
    pub may_sign: Option<bool>,
}

impl Standing {
    /// Whether it entitles.
    pub const fn holds(&self) -> bool {
        matches!(self.state, AccreditationState::Valid) && !matches!(self.may_sign, Some(false))
    }
}

/// A document that was read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The upload, where it lies in the dossier.
    pub file: Option<UploadId>,
    /// SHA-256 of its content, in lower-case hexadecimal.
    pub sha256: String,
}

vocabulary! {
    /// What the system counts for whoever weighs plausibility; each rule by its number (`legal.md` 7.3, check 7).
    FindingRule {
        /// The request crosses a border, and nothing in its items points to the State that asks.
        JurisdictionLink = "P1",
        /// It was sent outside the hours of work of the authority.
        Hour = "P2",
        /// The authority has sent far more within a day than it usually does.
        Volume = "P3",
        /// The same identifier stands in other requests to this addressee.
        RepeatedTarget = "P4",
        /// Earlier checks of its officer failed at this addressee.
        FailedChecks = "P5",
        /// A mail domain looks like one of the directory and is not it.
        LookAlike = "P6",
        /// The same document was shown in another case.
        SameDocument = "P7",
        /// Nobody behind it has asked this addressee before.
        NewToUs = "P8",
        /// Its officer has sent many small requests within a week (T10).
        Slicing = "P9",
        /// The authority is on probation (T02).
        Probation = "P10",
    }
}

/// One thing that the system found. It weighs nothing: there is no score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// By which rule.
    pub rule: FindingRule,
    /// How many, where the rule counts; 0 elsewhere.
    pub count: u64,
    /// A domain name of the directory that another one resembles; empty elsewhere.
    #[serde(default)]
    pub detail: String,
}

/// What the directory and the addressee's own lists say of the source, read in the transaction of the act.
#[derive(Clone, Default)]
pub struct Source {
    /// Everybody who ever stood behind the request.
    pub people: Vec<Vouch>,
    /// Whom a message names, by the accreditation number that was looked up.
    pub named: Option<Vouch>,
    /// What was counted, for a check of plausibility.
    pub findings: Vec<Finding>,
}

impl Source {
    /// The entry of one person.
    pub fn of(&self, person: PersonId) -> Option<&Vouch> {
        self.people.iter().chain(&self.named).find(|known| known.person == person)
    }
}

/// Guideline `P-source`; a call-back uses a number from the directory, never from the request.
pub(super) fn check(
    request: &Request,
    observed: &Observation,
    passed: bool,
    note: &str,
    ctx: &Context<'_>,
) -> Events {
    with_provider(request)?;
    let (evidence, found) = evidence(request, observed, ctx)?;
    let passed = passed && found;
    let note = if passed && speaks_for_itself(&evidence) { bounded(note)? } else { text(note, "note")? };
    let check = Check { evidence, passed, note, by: ctx.sign()? };
    let kind = check.kind();
    let required = ctx.procedure.checks(request.priority);
    if !required.contains(&kind) {
        return refuse_field(RefusalCode::CheckUnknown, "kind");
    }
    let stands = |wanted: &CheckKind| if *wanted == kind { passed } else { last_passed(request, *wanted) };
    let all = required.iter().all(stands);
    let mut events = vec![RequestEvent::Checked { check }];
    match (all, request.verified_at) {
        (true, None) => events.push(RequestEvent::SourceVerified { at: ctx.now }),
        (false, Some(_)) => events.push(RequestEvent::SourceDoubted { at: ctx.now }),
        (true, Some(_)) | (false, None) => {}
    }
    Ok(events)
}

/// The newest check of a kind.
pub fn latest(request: &Request, kind: CheckKind) -> Option<&Check> {
    request.checks.iter().rev().find(|check| check.kind() == kind)
}

fn last_passed(request: &Request, kind: CheckKind) -> bool {
    latest(request, kind).is_some_and(|check| check.passed)
}

/// Whether the evidence of a passed check says enough without words.
const fn speaks_for_itself(evidence: &Evidence) -> bool {
    match evidence {
        Evidence::Accreditation { .. }
        | Evidence::Signature { .. }
        | Evidence::CallBack { .. }
        | Evidence::Supervisor { .. } => true,
        Evidence::Documents { .. } | Evidence::Plausibility { .. } => false,
    }
}

fn bounded(note: &str) -> Result<String, Refusals> {
    if note.trim().is_empty() { Ok(String::new()) } else { text(note, "note") }
}

/// What is recorded, and whether what the system itself finds lets the check pass.
fn evidence(
    request: &Request,
    observed: &Observation,
    ctx: &Context<'_>,
) -> Result<(Evidence, bool), Refusals> {
    Ok(match observed {
        Observation::Accreditation { .. } => accreditation(request, ctx)?,
        Observation::Signature { signed } => {
            (Evidence::Signature { signed: signature(request, signed)? }, true)
        }
        Observation::CallBack { contact_point, reached, called_at } => {
            if !ctx.from.contact_points.contains(contact_point) {
                return refuse_field(RefusalCode::CallBackNumber, "contact_point");
            }
            let reached = name(reached, "reached")?;
            within(request, *called_at, "called_at", ctx)?;
            if let Some(Evidence::Supervisor { name, .. }) = standing_evidence(request, CheckKind::Supervisor)
                && same_name(name, &reached)
            {
                return refuse_field(RefusalCode::SupervisorNotAnother, "reached");
            }
            (Evidence::CallBack { contact_point: *contact_point, reached, called_at: *called_at }, true)
        }
        Observation::Supervisor { .. } => (supervisor(request, observed, ctx)?, true),
        Observation::Documents { files, sha256, request_itself } => {
            (documents(request, files, sha256, *request_itself, ctx)?, true)
        }
        Observation::Plausibility {} => {
            (Evidence::Plausibility { findings: ctx.source.findings.clone() }, true)
        }
    })
}

/// Everybody behind the request, looked up at this instant (`legal.md` 7.3, check 1; 5.2).
fn accreditation(request: &Request, ctx: &Context<'_>) -> Result<(Evidence, bool), Refusals> {
    let mut people = super::freeze::standings(request, ctx);
    if let Some(named) = &ctx.source.named
        && !people.iter().any(|known| known.person == named.person)
    {
        people.push(standing(named, None, ctx.now));
    }
    if people.is_empty() {
        return refuse_field(RefusalCode::AccreditationUnknown, "number");
    }
    people.truncate(100);
    let holds = people.iter().all(Standing::holds);
    Ok((Evidence::Accreditation { people }, holds))
}

pub(super) fn standing(vouch: &Vouch, may_sign: Option<bool>, now: Moment) -> Standing {
    Standing {
        person: vouch.person,
        name: vouch.name.clone(),
        accreditation: vouch.accreditation.clone(),
        accredited_until: vouch.accredited_until,
        state: vouch.state(now),
        may_sign,
    }
}

fn signature(request: &Request, signed: &SignedBy) -> Result<SignedBy, Refusals> {
    match signed {
        SignedBy::Session {} => {
            let here = request.intake == Intake::Desk && request.authorisation.is_some();
            if here { Ok(SignedBy::Session {}) } else { refuse_field(RefusalCode::NotSignedHere, "signed") }
        }
        SignedBy::File { sha256, signer } => {
            Ok(SignedBy::File { sha256: digest(sha256, "sha256")?, signer: name(signer, "signer")? })
        }
    }
}

/// Somebody else, over something else: neither who drafted nor who was reached by the call-back, and not over the number
/// that the call-back used (`legal.md` 7.3, check 5).
fn supervisor(request: &Request, observed: &Observation, ctx: &Context<'_>) -> Result<Evidence, Refusals> {
    let Observation::Supervisor { name: stated, accreditation, channel, contact_point, confirmed_at } =
        observed
    else {
        return refuse_field(RefusalCode::CheckUnknown, "kind");
    };
    let stated = name(stated, "name")?;
    let number = accreditation.as_deref().map(str::trim).filter(|number| !number.is_empty());
    let number = number.map(|number| name(number, "accreditation")).transpose()?;
    within(request, *confirmed_at, "confirmed_at", ctx)?;
    let by_directory = matches!(channel, Channel::Telephone | Channel::Mailbox);
    let known = contact_point.is_some_and(|point| ctx.from.contact_points.contains(&point));
    if by_directory && !known {
        return refuse_field(RefusalCode::CallBackNumber, "contact_point");
    }
    let drafted = request.drafters.iter().filter_map(|person| ctx.source.of(*person));
    let is_drafter = |known: &Vouch| {
        same_name(&known.name, &stated) || number.as_deref().is_some_and(|n| n == known.accreditation)
    };
    if drafted.into_iter().any(is_drafter) {
        return refuse_field(RefusalCode::SupervisorNotAnother, "name");
    }
    let called = standing_evidence(request, CheckKind::CallBack);
    if let Some(Evidence::CallBack { reached, contact_point: number_called, .. }) = called {
        if same_name(reached, &stated) {
            return refuse_field(RefusalCode::SupervisorNotAnother, "name");
        }
        if *channel == Channel::Telephone && *contact_point == Some(*number_called) {
            return refuse_field(RefusalCode::SameChannel, "channel");
        }
    }
    Ok(Evidence::Supervisor {
        name: stated,
        accreditation: number,
        channel: *channel,
        contact_point: contact_point.filter(|_| by_directory),
        confirmed_at: *confirmed_at,
    })
}

/// What a check of that kind rests on, where its newest one passed.
fn standing_evidence(request: &Request, kind: CheckKind) -> Option<&Evidence> {
    latest(request, kind).filter(|check| check.passed).map(|check| &check.evidence)
}

fn documents(
    request: &Request,
    files: &[UploadId],
    digests: &[String],
    request_itself: bool,
    ctx: &Context<'_>,
) -> Result<Evidence, Refusals> {
    if files.len() + digests.len() > MOST_DOCUMENTS {
        return Err(vec![Refusal::of(RefusalCode::FieldMalformed, "sha256").because("refusal-field-sha256")]);
    }
    let mut documents = Vec::new();
    for upload in files {
        match ctx.files.iter().find(|file| file.upload == *upload) {
            Some(file) => documents.push(Document { file: Some(*upload), sha256: file.sha256.clone() }),
            None => return refuse_field(RefusalCode::FileIncomplete, "files"),
        }
    }
    for stated in digests {
        documents.push(Document { file: None, sha256: digest(stated, "sha256")? });
    }
    let signed_here = request.intake == Intake::Desk && request.authorisation.is_some();
    if request_itself && !signed_here {
        return refuse_field(RefusalCode::NotSignedHere, "request_itself");
    }
    if documents.is_empty() && !request_itself {
        return refuse_field(RefusalCode::DocumentMissing, "sha256");
    }
    Ok(Evidence::Documents { documents, edition: request_itself.then_some(request.edition) })
}

/// A SHA-256 as text: 64 hexadecimal digits, in lower case afterwards.
fn digest(text: &str, field: &str) -> Result<String, Refusals> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text)
    } else {
        Err(vec![Refusal::of(RefusalCode::FieldMalformed, field).because("refusal-field-sha256")])
    }
}

fn name(value: &str, field: &str) -> Result<String, Refusals> {
    let value = value.trim();
    if value.is_empty() {
        return refuse_field(RefusalCode::FieldMissing, field);
    }
    if value.chars().count() > LONGEST_NAME {
        return Err(vec![Refusal::of(RefusalCode::FieldTooLong, field).with("max", LONGEST_NAME)]);
    }
    Ok(value.to_owned())
}

/// A check is made after the request came, and recorded after it was made.
fn within(request: &Request, at: Moment, field: &str, ctx: &Context<'_>) -> Result<(), Refusals> {
    let came = request.received_at().is_some_and(|received| at >= received);
    if came && at <= ctx.now {
        Ok(())
    } else {
        Err(vec![Refusal::of(RefusalCode::FieldMalformed, field).because("refusal-check-time")])
    }
}

/// Whether two names are one, whatever their order, capitals and signs: `LANG, Vera` is `Vera Lang`.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let words = |name: &str| {
        let lower = name.to_lowercase();
        let mut words: Vec<String> = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort_unstable();
        words
    };
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_another_order() {
        assert!(same_name("LANG, Vera", "Vera Lang"));
        assert!(same_name("Jean-Luc  Muller", "jean luc muller"));
        assert!(!same_name("Vera Lang", "Vera Lange"));
    }
}
