//! The dossier: the whole case on one page, readable top to bottom and on paper.

use super::frame::{Frame, render, render_as};
use super::vault::{HOLDERS, is_sealed};
use crate::api::body::Path;
use crate::error::PageError;
use crate::session::{DONE_COOKIE, SignedIn, cookie, done_cookie};
use crate::state::State as App;
use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use comity_domain::id::RequestId;
use comity_domain::party::Side;
use comity_domain::procedure::Section;
use comity_domain::refusal::{NonExecutionCode, Refusal, RefusalCode};
use comity_domain::request::{Evidence, RequestAct, RequestState, SignedBy};
use comity_domain::term::{Certainty, ExportPurpose, ItemOutcome, Priority};
use comity_domain::vault::Mode;
use comity_service::{
    ActView, Case, CheckView, ClockView, Dossier, Erased, FieldView, HistoryView, ItemView, PackageView,
    ReadingKind,
};

/// The page.
#[derive(Template)]
#[template(path = "dossier.html")]
struct DossierPage {
    f: Frame,
    d: Dossier,
    /// The act that brought the reader here.
    done: Option<RequestAct>,
}

/// The page of a dossier whose content was erased.
#[derive(Template)]
#[template(path = "erased.html")]
struct ErasedPage {
    f: Frame,
    e: Erased,
}

/// `GET /requests/{id}`
pub(super) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<RequestId>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let d = match app.exchange.case(&who.caller, id).await? {
        Case::Whole(dossier) => *dossier,
        Case::Erased(e) => {
            let f = Frame::of(&app, &who, "requests", "nav-requests").await.titled(e.reference.clone());
            return Ok(render_as(StatusCode::GONE, &ErasedPage { f, e: *e }));
        }
    };
    let f = Frame::of(&app, &who, "requests", "nav-requests").await.titled(d.reference.clone());
    let done = cookie(&headers, DONE_COOKIE).and_then(|act| act.parse().ok());
    let mut response = render(&DossierPage { f, d, done });
    if done.is_some()
        && let Some(ended) = done_cookie(id, None)
    {
        response.headers_mut().append(SET_COOKIE, ended);
    }
    Ok(response)
}

/// Back to the dossier, which says that the act has been done.
pub(super) fn after(id: RequestId, act: RequestAct) -> Response {
    let mut response = Redirect::to(&format!("/requests/{id}")).into_response();
    if let Some(done) = done_cookie(id, Some(act)) {
        response.headers_mut().append(SET_COOKIE, done);
    }
    response
}

/// Acts of one click, done with a button on the dossier itself.
pub(super) const ONE_CLICK: [RequestAct; 3] = [RequestAct::Submit, RequestAct::Send, RequestAct::Close];

/// Acts that are never the next thing to do, however possible they are.
const ASIDE: [RequestAct; 9] = [
    RequestAct::FindFraud,
    RequestAct::Withdraw,
    RequestAct::Return,
    RequestAct::Revise,
    RequestAct::Postpone,
    RequestAct::Discard,
    RequestAct::Amend,
    RequestAct::Ask,
    RequestAct::ReleaseHold,
];

impl DossierPage {
    /// The acts that can be done now, the obvious one first.
    fn possible(&self) -> Vec<RequestAct> {
        let can = self.d.acts.iter().filter(|view| view.why_not.is_empty());
        let mut acts: Vec<RequestAct> = can.map(|view| view.act).collect();
        acts.sort_by_key(|act| (ASIDE.contains(act), self.distance(*act)));
        acts
    }

    /// How far an act is from being the next: a missing verification comes before everything it blocks.
    fn distance(&self, act: RequestAct) -> u8 {
        match act {
            RequestAct::Thaw | RequestAct::Reauthorise => 0,
            RequestAct::Acknowledge if self.d.provider_reference.is_none() => 0,
            RequestAct::Check if self.d.verified_at.is_none() => 1,
            RequestAct::Release => 2,
            RequestAct::Prepare => 3,
            RequestAct::Decide => 4,
            RequestAct::Check => 9,
            _ => 5,
        }
    }

    /// What cannot be done now and is worth saying: not what lies behind or is plainly somebody else's.
    fn blocked(&self) -> Vec<&ActView> {
        let worth = |view: &&ActView| {
            view.why_not.iter().any(|refusal| {
                matches!(
                    refusal.code,
                    RefusalCode::SourceNotVerified
                        | RefusalCode::OwnDraft
                        | RefusalCode::OwnCollection
                        | RefusalCode::AuthoriserType
                        | RefusalCode::AuthoriserIndependence
                        | RefusalCode::AccreditationExpired
                        | RefusalCode::ClarificationOpen
                        | RefusalCode::HoldOpen
                        | RefusalCode::ExtensionsUsedUp
                        | RefusalCode::ClarificationRounds
                        | RefusalCode::FileIncomplete
                        | RefusalCode::FileBeingInspected
                        | RefusalCode::FileRefused
                        | RefusalCode::DeletionOpen
                        | RefusalCode::RequestFrozen
                        | RefusalCode::SourceRevoked
                        | RefusalCode::NeedsNewSignature
                        | RefusalCode::OrganisationSuspended
                ) || (refusal.code == RefusalCode::PackageEmpty && view.act == RequestAct::Prepare)
            })
        };
        self.d.acts.iter().filter(worth).collect()
    }

    /// Whose turn it is, when it is not the reader's.
    fn waiting(&self) -> Option<String> {
        let (key, roles) = match (self.d.state, self.d.side) {
            (RequestState::GatekeeperReview, Some(Side::Authority)) => ("waiting-role", "gatekeeper"),
            (RequestState::AwaitingAuthorisation, Some(Side::Authority)) => ("waiting-role", "authoriser"),
            (
                RequestState::Received
                | RequestState::Acknowledged
                | RequestState::Verifying
                | RequestState::LegalReview
                | RequestState::InExecution
                | RequestState::PartiallyDelivered,
                Some(Side::Authority),
            ) => ("waiting-provider", ""),
            (RequestState::Clarifying, Some(Side::Provider)) => ("waiting-authority", ""),
            _ => return None,
        };
        let role = if roles.is_empty() { String::new() } else { self.f.w("role", roles) };
        let to = if key == "waiting-provider" { &self.d.to.name } else { &self.d.from.name };
        Some(self.f.t2(key, "role", role, "organisation", to))
    }

    fn one_click(&self, act: &RequestAct) -> bool {
        ONE_CLICK.contains(act)
    }

    fn act_address(&self, act: &RequestAct) -> String {
        match act {
            RequestAct::Revise => format!("/requests/{}/draft", self.d.id),
            _ => format!("/requests/{}/acts/{act}", self.d.id),
        }
    }

    /// The clocks that still run, for the head of the page.
    fn open_clocks(&self) -> Vec<&ClockView> {
        self.d.clocks.iter().filter(|clock| clock.stopped_at.is_none()).collect()
    }

    fn clock_class(&self, clock: &ClockView) -> &'static str {
        clock_class(clock.reading, clock.passed_percent)
    }

    /// Width of the bar of time left, in steps of five.
    fn clock_width(&self, clock: &ClockView) -> u32 {
        match clock.reading {
            ReadingKind::Overdue | ReadingKind::Missed => 100,
            ReadingKind::Running | ReadingKind::Paused | ReadingKind::Met => {
                (100_u32.saturating_sub(clock.passed_percent)) / 5 * 5
            }
        }
    }

    fn clock_left(&self, clock: &ClockView) -> String {
        let duration = self.f.words.duration(clock.seconds);
        match clock.reading {
            ReadingKind::Running => self.f.t1("clock-left", "duration", duration),
            ReadingKind::Paused => self.f.t1("clock-paused", "duration", duration),
            ReadingKind::Overdue => self.f.t1("clock-overdue", "duration", duration),
            ReadingKind::Met => self.f.t("clock-met"),
            ReadingKind::Missed => self.f.t("clock-missed"),
        }
    }

    /// The explanation, line by line.
    fn lines(&self, clock: &ClockView) -> Vec<String> {
        clock.lines.iter().map(|line| super::explain::line(&self.f, line)).collect()
    }

    fn unreviewed(&self, certainty: &Certainty) -> bool {
        *certainty == Certainty::Unreviewed
    }

    fn urgent(&self) -> bool {
        self.d.priority == Priority::Emergency
    }

    /// The fields of one section, in the order of the form.
    fn section(&self, section: &Section) -> Vec<&FieldView> {
        self.d.fields.iter().filter(|field| field.section == *section).collect()
    }

    fn content(&self, field: &FieldView) -> Option<String> {
        let text = field.content.as_ref()?;
        Some(match &field.choice {
            Some(label) => self.f.text(label).to_owned(),
            None if matches!(text.as_str(), "yes" | "no") => self.f.t(text),
            None => text.clone(),
        })
    }

    fn item_class(&self, item: &ItemView) -> &'static str {
        match (item.outcome, item.accepted) {
            (None, None) => "is-open",
            (None, Some(_)) => "is-info",
            (Some(ItemOutcome::Full | ItemOutcome::Partial | ItemOutcome::Preserved), _) => "is-done",
            (Some(ItemOutcome::Refused | ItemOutcome::Objected), _) => "is-failed",
            (Some(ItemOutcome::Redirected | ItemOutcome::Withdrawn), _) => "is-quiet",
        }
    }

    fn type_label(&self, item: &ItemView) -> String {
        let kind = comity_domain::identifier::IdentifierType::from_name(item.identifier_type);
        kind.map_or_else(String::new, |kind| self.f.t(kind.label_key()))
    }

    fn codes(&self, item: &ItemView) -> String {
        let codes: Vec<String> = item.grounds.iter().map(|g| g.code.to_string()).collect();
        codes.join(", ")
    }

    fn can(&self, act: &RequestAct) -> bool {
        self.d.acts.iter().any(|view| view.act == *act && view.why_not.is_empty())
    }

    fn can_decide(&self) -> bool {
        self.can(&RequestAct::Decide)
            || (self.d.side == Some(Side::Provider) && self.may(&RequestAct::Decide))
    }

    /// Whether the reader's role may do an act at all, possible now or not.
    fn may(&self, act: &RequestAct) -> bool {
        let refused = |refusal: &Refusal| refusal.code == RefusalCode::NotPermitted;
        self.d.acts.iter().any(|view| view.act == *act && !view.why_not.iter().any(refused))
    }

    /// Whether the files of an answer go end to end from here.
    fn seals(&self) -> bool {
        self.d.sealing == Mode::EndToEnd
    }

    fn is_sealed(&self, package: &PackageView) -> bool {
        is_sealed(package)
    }

    /// Whether the reader may have come to open it; the server asks again.
    fn opens(&self) -> bool {
        self.d.side.is_some() && HOLDERS.iter().any(|role| self.f.has(*role))
    }

    fn check_class(&self, passed: &Option<bool>) -> &'static str {
        match passed {
            None => "is-open",
            Some(true) => "is-done",
            Some(false) => "is-failed",
        }
    }

    /// Checks that have not passed yet, where they are what an act waits for.
    fn missing(&self, refusal: &Refusal) -> Vec<&CheckView> {
        if refusal.code != RefusalCode::SourceNotVerified || !self.may(&RequestAct::Check) {
            return Vec::new();
        }
        self.d.checks.iter().filter(|check| check.passed != Some(true)).collect()
    }

    /// What a check rests on, in a line.
    fn evidence(&self, evidence: &Evidence) -> String {
        let f = &self.f;
        match evidence {
            Evidence::Accreditation { people } => {
                let each = people.iter().map(|p| format!("{} {}", p.accreditation, f.w("standing", p.state)));
                each.collect::<Vec<_>>().join(", ")
            }
            Evidence::Signature { signed: SignedBy::Session {} } => f.t("signed-session"),
            Evidence::Signature { signed: SignedBy::File { sha256, signer } } => {
                format!("{signer}, {sha256}")
            }
            Evidence::CallBack { contact_point, reached, called_at } => {
                let point = self.d.contact_points.iter().find(|point| point.id == *contact_point);
                let point = point.map_or("", |point| point.telephone.as_str());
                format!("{reached}, {point}, {}", f.moment(called_at))
            }
            Evidence::Supervisor { name, channel, confirmed_at, .. } => {
                format!("{name}, {}, {}", f.w("channel", channel), f.moment(confirmed_at))
            }
            Evidence::Documents { documents, edition } => {
                let own = edition.map(|_| f.t("documents-request-itself"));
                let kept = documents.iter().map(|document| document.sha256.clone());
                own.into_iter().chain(kept).collect::<Vec<_>>().join(", ")
            }
            Evidence::Plausibility { findings } if findings.is_empty() => f.t("findings-none"),
            Evidence::Plausibility { findings } => {
                findings.iter().map(|found| found.rule.to_string()).collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn code_name(&self, code: &NonExecutionCode) -> String {
        self.f.t(&format!("code-{code}"))
    }

    fn side_class(&self, entry: &HistoryView) -> &'static str {
        match entry.side {
            Some(Side::Authority) => "by-asking",
            Some(Side::Provider) => "by-answering",
            None => "by-system",
        }
    }

    /// The sentence of an event.
    fn sentence(&self, entry: &HistoryView) -> String {
        let words = &self.f.words;
        entry.sentence(words.texts(), words.language(), &self.d.clocks, |at| words.moment(at))
    }

    /// What a court bundle can be taken for.
    const fn purposes(&self) -> &'static [ExportPurpose] {
        ExportPurpose::ALL
    }

    fn sized(&self, bytes: &u64) -> String {
        self.f.words.bytes(*bytes)
    }
}

/// The class of a clock by what it shows.
pub(super) const fn clock_class(reading: ReadingKind, passed: u32) -> &'static str {
    match reading {
        ReadingKind::Overdue | ReadingKind::Missed => "is-overdue",
        ReadingKind::Paused => "is-paused",
        ReadingKind::Met => "is-done",
        ReadingKind::Running if passed >= 75 => "is-due",
        ReadingKind::Running => "is-quiet",
    }
}
