//! What goes wrong, as HTTP: one table from refusals to statuses, problems for systems (RFC 9457), error pages for people.
//! A fault was logged below under its id; here only that id is shown, never its cause.

use crate::state::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::term::Language;
use comity_service::translation::Translator;
use comity_service::{Cause, Denied};
use serde::Serialize;
use utoipa::ToSchema;

/// The status of a refusal, for pages and API alike.
#[expect(clippy::too_many_lines, reason = "a table of all codes")]
pub const fn status_of(code: RefusalCode) -> StatusCode {
    use RefusalCode as Code;
    match code {
        Code::FederationUnavailable => StatusCode::BAD_GATEWAY,
        Code::FederationRefused
        | Code::FederationUnknown
        | Code::FederationWeak
        | Code::SignInExpired
        | Code::TokenRotated
        | Code::CertificateRequired
        | Code::PasskeyRefused
        | Code::PasskeyExpired
        | Code::PasskeyCloned => StatusCode::UNAUTHORIZED,
        Code::NotPermitted
        | Code::OwnDraft
        | Code::OwnCollection
        | Code::AuthoriserType
        | Code::AuthoriserIndependence
        | Code::AccreditationExpired
        | Code::SupervisorNotAnother
        | Code::PresenceRequired
        | Code::SignatureRequired
        | Code::GrantMissing
        | Code::OpeningRequired
        | Code::ProbationEmergency
        | Code::VoucherUnfit
        | Code::ForeignForm => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Erased | Code::FileDestroyed => StatusCode::GONE,
        Code::MessageUnreadable => StatusCode::BAD_REQUEST,
        Code::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::TooMuch | Code::ProbationQuota => StatusCode::TOO_MANY_REQUESTS,
        Code::ObjectKnown
        | Code::VersionConflict
        | Code::NotInThisState
        | Code::SourceNotVerified
        | Code::RequestFrozen
        | Code::NotFrozen
        | Code::SourceRevoked
        | Code::NeedsNewSignature
        | Code::OrganisationSuspended
        | Code::VouchedAlready
        | Code::ItemDecided
        | Code::ItemsOpen
        | Code::ClarificationOpen
        | Code::ClarificationRounds
        | Code::FileIncomplete
        | Code::FileBeingInspected
        | Code::FileTakenBack
        | Code::ManifestMissing
        | Code::SealingRequired
        | Code::SealingNotHere
        | Code::SealingOutdated
        | Code::VaultMissing
        | Code::VaultKindsDiffer
        | Code::OfficerKeyMissing
        | Code::DeletionOpen
        | Code::HoldOpen
        | Code::HoldEnded
        | Code::ExtensionsUsedUp
        | Code::AlreadySent
        | Code::AlreadyEnded
        | Code::ClockNotOpen
        | Code::LastAdministrator
        | Code::LastAuthenticator => StatusCode::CONFLICT,
        Code::IdempotencyMismatch
        | Code::ProcedureNotInForce
        | Code::ProcedureNotForParties
        | Code::NeedsTreatyRoute
        | Code::Realtime
        | Code::FieldMissing
        | Code::FieldTooLong
        | Code::FieldMalformed
        | Code::FieldUnknown
        | Code::NoItems
        | Code::TooManyItems
        | Code::IdentifierFaulty
        | Code::WindowMissing
        | Code::WindowOrder
        | Code::WindowTooLong
        | Code::WindowInFuture
        | Code::CategoryNotCovered
        | Code::OffenceThreshold
        | Code::ReasonMissing
        | Code::CheckUnknown
        | Code::AccreditationUnknown
        | Code::NotSignedHere
        | Code::DocumentMissing
        | Code::SameChannel
        | Code::CallBackNumber
        | Code::CodeNotAllowed
        | Code::CodeForState
        | Code::ItemUnknown
        | Code::CategoryUnspecified
        | Code::DecisionNotForKind
        | Code::ClarificationUnknown
        | Code::FileRefused
        | Code::ColumnsDiffer
        | Code::SealingMixed
        | Code::NotSealed
        | Code::GrantsDiffer
        | Code::RemarkUnseen
        | Code::ScopeMissing
        | Code::ScopeExtra
        | Code::PackageEmpty
        | Code::PackageUnknown
        | Code::MailDomain
        | Code::TrailTooMany
        | Code::DomainUnproved
        | Code::NoResolver
        | Code::RoleNotHere => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The status of a fault: the caller of an act that met one comes again with the same key.
const fn status_of_fault(cause: Cause) -> StatusCode {
    match cause {
        Cause::Full => StatusCode::INSUFFICIENT_STORAGE,
        Cause::Unavailable | Cause::Clock | Cause::Paper => StatusCode::SERVICE_UNAVAILABLE,
        Cause::Unexpected => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A fault in words for a system: its code, what is the matter, and what to do.
const fn words_of_fault(cause: Cause) -> (&'static str, &'static str, &'static str) {
    match cause {
        Cause::Full => (
            "storage-full",
            "The disk of this instance is full",
            "Nothing was kept. Send it again with the same idempotency key once the operator has made room.",
        ),
        Cause::Unavailable => (
            "unavailable",
            "The database of this instance is not available",
            "Send it again with the same idempotency key: what was kept already is answered with its first receipt.",
        ),
        Cause::Clock => (
            "clock-behind",
            "The clock of this instance is behind what it has recorded",
            "Nothing was kept. Send it again once the operator has set the clock.",
        ),
        Cause::Paper => (
            "paper-not-made",
            "The paper could not be made",
            "Print the page of the dossier from a browser, and tell the operator the id of the fault.",
        ),
        Cause::Unexpected => ("fault", "Internal fault", "Tell the operator the id of the fault."),
    }
}

/// A page that cannot be shown. As a response it carries itself as an extension, and the router has
/// `pages::error_page` draw it; forms that want to keep what was typed look at `refusals` before that.
#[derive(Debug, Clone)]
pub(crate) struct PageError {
    /// The status.
    pub(crate) status: StatusCode,
    /// What was refused; empty for a fault or a mere status.
    pub(crate) refusals: Vec<Refusal>,
    /// The id of a fault.
    pub(crate) fault: Option<String>,
    /// What of a fault its caller may know.
    pub(crate) cause: Cause,
    /// More about an unreadable call, for whoever writes the calling system; never shown on a page.
    pub(crate) note: String,
}

impl PageError {
    /// Nothing to say but the status.
    pub(crate) const fn status(status: StatusCode) -> Self {
        Self { status, refusals: Vec::new(), fault: None, cause: Cause::Unexpected, note: String::new() }
    }

    /// One refusal without more.
    pub(crate) fn refused(code: RefusalCode) -> Self {
        Self { refusals: vec![Refusal::new(code)], ..Self::status(status_of(code)) }
    }

    /// Nothing here.
    pub(crate) fn not_found() -> Self {
        Self::refused(RefusalCode::NotFound)
    }
}

impl From<Denied> for PageError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(refusals) => {
                let status = refusals.first().map_or(StatusCode::FORBIDDEN, |first| status_of(first.code));
                Self { refusals, ..Self::status(status) }
            }
            Denied::Fault(fault) => Self {
                fault: Some(fault.id),
                cause: fault.cause,
                ..Self::status(status_of_fault(fault.cause))
            },
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The id of a fault, beside the answer that shows it, for the line in the log.
#[derive(Debug, Clone)]
pub(crate) struct FaultId(pub(crate) String);

/// A problem for a system, in the language that it accepts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Which problem, as an address on this instance: `/problems/<code>`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-in-this-state")]
    kind: String,
    /// What is the matter.
    title: String,
    /// The status again.
    status: u16,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// The id under which a fault was logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// Everything that is refused, so that it can be mended in one go.
    refusals: Vec<ProblemRefusal>,
}

/// One refusal of a problem.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProblemRefusal {
    /// Its code.
    code: RefusalCode,
    /// The field concerned, as a path.
    field: Option<String>,
    /// The rule, as the key of its text.
    rule: String,
    /// What is wrong.
    message: String,
    /// What to do.
    remedy: String,
    /// The values of the message, such as `max` or `offset`, as the record has them and not in words.
    values: Vec<(String, String)>,
}

impl Problem {
    /// A problem without refusals, such as an unreadable body.
    pub(crate) fn bare(status: StatusCode, code: &str, title: &str, detail: &str) -> Self {
        Self {
            kind: format!("/problems/{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.to_owned(),
            fault: None,
            refusals: Vec::new(),
        }
    }

    /// What an error means to a system.
    pub(crate) fn new(error: &PageError, state: &State, language: Language) -> Self {
        let refusals = ProblemRefusal::all(&error.refusals, state, language);
        let reason = error.status.canonical_reason().unwrap_or("Refused");
        let (code, title, detail) = match (refusals.first(), &error.fault) {
            (Some(first), _) => (first.code.as_str(), first.message.as_str(), first.remedy.as_str()),
            (None, Some(_)) => words_of_fault(error.cause),
            (None, None) => ("http", reason, ""),
        };
        let detail = if error.note.is_empty() { detail } else { &error.note };
        Self {
            fault: error.fault.clone(),
            refusals: refusals.clone(),
            ..Self::bare(error.status, code, title, detail)
        }
    }
}

impl ProblemRefusal {
    /// All of them, in the reader's language.
    pub(crate) fn all(refusals: &[Refusal], state: &State, language: Language) -> Vec<Self> {
        refusals.iter().map(|refusal| Self::new(refusal, &state.words, language)).collect()
    }

    fn new(refusal: &Refusal, words: &Translator, language: Language) -> Self {
        Self {
            code: refusal.code,
            field: refusal.field.clone(),
            rule: refusal.message_key(),
            message: words.refusal(language, refusal),
            remedy: words.remedy(language, refusal),
            values: refusal.values.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(CONTENT_TYPE, kind)], body).into_response();
        if let Some(fault) = self.fault {
            response.extensions_mut().insert(FaultId(fault));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_an_error_of_the_caller_but_one_of_a_provider_that_does_not_answer() {
        for code in RefusalCode::ALL {
            let other = *code == RefusalCode::FederationUnavailable;
            assert!(status_of(*code).is_client_error() != other, "{code}");
        }
    }

    #[test]
    fn a_system_gets_words_for_people_and_values_for_itself() {
        let refusal = Refusal::of(RefusalCode::WindowTooLong, "items.0.to").with("max", "90 days");
        let problem = ProblemRefusal::new(&refusal, &Translator::embedded(), Language::French);
        assert!(problem.message.contains("90 jours"), "{}", problem.message);
        assert_eq!(problem.values, [("max".to_owned(), "90 days".to_owned())]);
    }
}
