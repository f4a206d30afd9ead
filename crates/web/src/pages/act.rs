//! One page per act: a form, what stands against it, and the act itself. What was typed stays when it is refused.

use super::check;
use super::frame::{Frame, render_as};
use super::scope;
use super::vault::is_sealed;
use crate::api::body::{Path, Query};
use crate::error::PageError;
use crate::session::{Form, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use comity_domain::id::{ItemId, RequestId};
use comity_domain::procedure::CheckKind;
use comity_domain::refusal::{NonExecutionCode, Refusal, RefusalCode};
use comity_domain::request::{Correction, Decision, DraftItem, Finding, Giving, RequestAct, RequestCommand};
use comity_domain::term::RequestKind;
use comity_domain::time::Moment;
use comity_domain::vault::{Mode, SealedWith};
use comity_service::{Challenge, Denied, Dossier, IdempotencyKey, ItemView, PackageView, Receipt};
use serde::Deserialize;

/// What an address may say about the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    item: Option<ItemId>,
    #[serde(default)]
    kind: Option<CheckKind>,
}

/// The typed values of a form by name.
pub(super) struct Typed(pub(super) Vec<(String, String)>);

impl Typed {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<T, Refusal> {
        self.get(name).parse().map_err(|_| Refusal::of(RefusalCode::FieldMissing, name))
    }

    pub(super) fn every<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        self.all(name).filter_map(|value| value.parse().ok()).collect()
    }
}

/// The page of one act.
#[derive(Template)]
#[template(path = "act.html")]
pub(super) struct ActPage {
    pub(super) f: Frame,
    pub(super) d: Dossier,
    act: RequestAct,
    pub(super) typed: Typed,
    pub(super) refusals: Vec<Refusal>,
    key: String,
    /// What the system has counted, where plausibility is weighed.
    findings: Vec<Finding>,
}

/// `GET /requests/{id}/acts/{act}`
pub(super) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path((id, act)): Path<(RequestId, RequestAct)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let mut typed = Vec::new();
    if let Some(item) = wanted.item {
        typed.push(("item".to_owned(), item.to_string()));
    }
    if let Some(kind) = wanted.kind {
        typed.push(("kind".to_owned(), kind.to_string()));
    }
    page(&app, &who, id, act, Typed(typed), Vec::new()).await
}

async fn page(
    app: &App,
    who: &SignedIn,
    id: RequestId,
    act: RequestAct,
    typed: Typed,
    refusals: Vec<Refusal>,
) -> Result<Response, PageError> {
    let d = app.exchange.dossier(&who.caller, id).await?;
    if !d.acts.iter().any(|view| view.act == act) {
        return Err(PageError::not_found());
    }
    let weighs = act == RequestAct::Check && typed.get("kind") == CheckKind::Plausibility.as_str();
    let findings = if weighs { app.exchange.findings(&who.caller, id).await? } else { Vec::new() };
    let title = format!("act-{act}");
    let f = Frame::of(app, who, "requests", &title).await;
    let given = typed.get("key").to_owned();
    let key =
        if given.is_empty() { uuid::Uuid::from_u64_pair(d.version, fresh()).to_string() } else { given };
    let absent = |refusal: &Refusal| {
        matches!(refusal.code, RefusalCode::PresenceRequired | RefusalCode::SignatureRequired)
    };
    let status = match refusals.first() {
        None => StatusCode::OK,
        Some(first) if absent(first) => StatusCode::FORBIDDEN,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(render_as(status, &ActPage { f, d, act, typed, refusals, key, findings }))
}

/// Tells one showing of a form from another, so that sending one twice acts once.
fn fresh() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// `POST /requests/{id}/acts/{act}`
pub(super) async fn perform(
    State(app): State<App>,
    who: SignedIn,
    Path((id, act)): Path<(RequestId, RequestAct)>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let command = match command(act, &typed, app.exchange.now()) {
        Ok(command) => command,
        Err(refusal) => return page(&app, &who, id, act, typed, vec![refusal]).await,
    };
    let done = act_as(&app, &who, id, command, &typed).await;
    match done {
        Ok(_) => Ok(super::dossier::after(id, act)),
        Err(Denied::Refused(refusals)) if refusals.iter().all(|r| r.code != RefusalCode::NotFound) => {
            page(&app, &who, id, act, typed, refusals).await
        }
        Err(denied) => Err(denied.into()),
    }
}

/// Acts with the passkey's signature where the form brings one.
async fn act_as(
    app: &App,
    who: &SignedIn,
    id: RequestId,
    command: RequestCommand,
    typed: &Typed,
) -> Result<Receipt, Denied> {
    let expected = typed.get("version").parse().ok();
    let key = IdempotencyKey::new(typed.get("key"));
    let (handle, answer) = (typed.get("ceremony"), typed.get("answer"));
    if !answer.is_empty() {
        return app.exchange.act_signed(&who.caller, id, command, expected, key, handle, answer).await;
    }
    let done = app.exchange.act(&who.caller, id, command.clone(), expected, key).await;
    // Only a form that is to be signed has the field.
    let signs = typed.find("ceremony").is_some();
    let unsigned = |refusal: &Refusal| {
        matches!(refusal.code, RefusalCode::SignatureRequired | RefusalCode::PresenceRequired)
    };
    if !signs || !matches!(&done, Err(Denied::Refused(refusals)) if refusals.iter().any(unsigned)) {
        return done;
    }
    // The script got no challenge because something else stands against the act: say that.
    app.exchange.signature_challenge(&who.caller, id, command, expected).await.and(done)
}

/// `POST /requests/{id}/acts/{act}/challenge`: what the passkey is to sign, for the act as the form has it.
pub(super) async fn challenge(
    State(app): State<App>,
    who: SignedIn,
    Path((id, act)): Path<(RequestId, RequestAct)>,
    Form(pairs): Form,
) -> Result<Json<Challenge>, PageError> {
    let typed = Typed(pairs);
    let command = command(act, &typed, app.exchange.now()).map_err(Denied::from)?;
    let expected = typed.get("version").parse().ok();
    Ok(Json(app.exchange.signature_challenge(&who.caller, id, command, expected).await?))
}

/// Reads the command of a form.
fn command(act: RequestAct, typed: &Typed, now: Moment) -> Result<RequestCommand, Refusal> {
    let text = |name: &str| typed.get(name).to_owned();
    let unknown = || Refusal::new(RefusalCode::NotFound);
    Ok(match act {
        RequestAct::Draft
        | RequestAct::File
        | RequestAct::Revise
        | RequestAct::Tick
        | RequestAct::Freeze
        // A package is opened by the script that reads it.
        | RequestAct::Open => return Err(unknown()),
        RequestAct::Submit => RequestCommand::Submit,
        RequestAct::Return => RequestCommand::Return { reason: text("reason") },
        RequestAct::Forward => RequestCommand::Forward,
        RequestAct::Authorise => RequestCommand::Authorise { statement: text("statement") },
        RequestAct::Send => RequestCommand::Send,
        RequestAct::Acknowledge => RequestCommand::Acknowledge { reference: text("reference") },
        RequestAct::Check => check::command(typed, now)?,
        RequestAct::Thaw => RequestCommand::Thaw { reason: text("reason") },
        RequestAct::Reauthorise => RequestCommand::Reauthorise { statement: text("statement") },
        RequestAct::FindFraud => RequestCommand::FindFraud { reason: text("reason") },
        RequestAct::Ask => RequestCommand::Ask {
            code: typed.parsed("code")?,
            items: typed.every("items"),
            question: text("question"),
        },
        RequestAct::Answer => {
            RequestCommand::Answer { clarification: typed.parsed("clarification")?, text: text("text") }
        }
        RequestAct::Amend => amend(typed)?,
        RequestAct::Decide => {
            RequestCommand::Decide { item: typed.parsed("item")?, decision: decision(typed)? }
        }
        RequestAct::Prepare => prepare(typed)?,
        RequestAct::Discard => {
            RequestCommand::Discard { package: typed.parsed("package")?, reason: text("reason") }
        }
        RequestAct::Release => RequestCommand::Release {
            package: typed.parsed("package")?,
            comparison: scope::comparison(typed),
        },
        RequestAct::Confirm => RequestCommand::Confirm {
            package: typed.parsed("package")?,
            found: scope::found(typed)?,
            remark: text("remark"),
        },
        RequestAct::ConfirmDeletion => {
            RequestCommand::ConfirmDeletion { package: typed.parsed("package")?, statement: text("deleted") }
        }
        RequestAct::Withdraw => RequestCommand::Withdraw { reason: text("reason") },
        RequestAct::Close => RequestCommand::Close,
        RequestAct::Postpone => RequestCommand::Postpone {
            clock: text("clock"),
            days: typed.parsed("days")?,
            reason: text("reason"),
        },
        RequestAct::ExtendHold => RequestCommand::ExtendHold { reason: text("reason") },
        RequestAct::AnnounceConversion => RequestCommand::AnnounceConversion { reference: text("reference") },
        RequestAct::ConvertHold => RequestCommand::ConvertHold { reference: text("reference") },
        RequestAct::ReleaseHold => RequestCommand::ReleaseHold { reason: text("reason") },
    })
}

fn prepare(typed: &Typed) -> Result<RequestCommand, Refusal> {
    Ok(RequestCommand::Prepare {
        items: typed.every("items"),
        files: scope::contents(typed)?,
        note: typed.get("note").to_owned(),
        sealing: sealing(typed)?,
    })
}

/// What the script of the page says of the files that it has sealed; nothing where it has sealed none.
fn sealing(typed: &Typed) -> Result<Option<SealedWith>, Refusal> {
    if typed.get("sealing_manifest").is_empty() {
        return Ok(None);
    }
    Ok(Some(SealedWith {
        manifest: typed.parsed("sealing_manifest")?,
        sha256: typed.get("sealing_sha256").to_owned(),
        recipients: typed.every("sealing_recipient"),
    }))
}

fn amend(typed: &Typed) -> Result<RequestCommand, Refusal> {
    let filled = |name: &str| typed.get(name).trim().to_owned();
    let content = DraftItem {
        identifier_type: None,
        value: filled("value"),
        port: filled("port"),
        at: filled("at"),
        service: filled("service"),
        category: typed.get("category").parse().ok(),
        elements: Vec::new(),
        from: filled("from"),
        to: filled("to"),
        limit: filled("limit"),
    };
    let corrections = vec![Correction { item: typed.parsed("item")?, content }];
    Ok(RequestCommand::Amend { corrections, reason: filled("reason") })
}

fn decision(typed: &Typed) -> Result<Decision, Refusal> {
    let explanation = typed.get("explanation").to_owned();
    let codes: Vec<NonExecutionCode> = typed.every("codes");
    Ok(match typed.get("decision") {
        "full" => Decision::Produce { giving: Giving::Full, explanation },
        "partial" => Decision::Produce { giving: Giving::Partial, explanation },
        "preserve" => Decision::Preserve { explanation },
        "refuse" => Decision::Refuse { codes, explanation },
        "redirect" => Decision::Redirect { explanation },
        "object" => Decision::Object { codes, explanation },
        _ => return Err(Refusal::of(RefusalCode::FieldMissing, "decision")),
    })
}

impl ActPage {
    /// The one text that the act asks for, by its field's name.
    fn single(&self) -> Option<&'static str> {
        match self.act {
            RequestAct::Return
            | RequestAct::Withdraw
            | RequestAct::ExtendHold
            | RequestAct::ReleaseHold
            | RequestAct::Thaw
            | RequestAct::FindFraud => Some("reason"),
            RequestAct::Authorise | RequestAct::Reauthorise => Some("statement"),
            RequestAct::Acknowledge | RequestAct::AnnounceConversion | RequestAct::ConvertHold => {
                Some("reference")
            }
            RequestAct::Answer => Some("text"),
            RequestAct::ConfirmDeletion => Some("deleted"),
            _ => None,
        }
    }

    fn long(&self) -> bool {
        !matches!(
            self.act,
            RequestAct::Acknowledge | RequestAct::AnnounceConversion | RequestAct::ConvertHold
        )
    }

    fn why_not(&self) -> &[Refusal] {
        self.d.acts.iter().find(|view| view.act == self.act).map_or(&[], |view| view.why_not.as_slice())
    }

    /// Whether a passkey must be shown for it.
    fn sensitive(&self) -> bool {
        self.d.acts.iter().any(|view| view.act == self.act && view.present)
    }

    /// Whether a passkey signs it; in a demonstration nobody has one.
    fn signed(&self) -> bool {
        let wanted = self.d.acts.iter().any(|view| view.act == self.act && view.signed);
        wanted && self.f.presence.is_some()
    }

    fn is(&self, act: &str) -> bool {
        self.act.as_str() == act
    }

    fn dangerous(&self) -> bool {
        matches!(
            self.act,
            RequestAct::Withdraw | RequestAct::Discard | RequestAct::ReleaseHold | RequestAct::FindFraud
        )
    }

    fn error(&self, field: &str) -> Option<&Refusal> {
        let hit = |refusal: &&Refusal| {
            refusal.field.as_deref().is_some_and(|f| f == field || f.rsplit('.').next() == Some(field))
        };
        self.refusals.iter().find(hit)
    }

    pub(super) fn chosen(&self, name: &str, value: impl std::fmt::Display) -> bool {
        let value = value.to_string();
        self.typed.all(name).any(|typed| typed == value)
    }

    /// The item that is to be decided: the wanted one, else the first without an outcome.
    fn item(&self) -> Option<&ItemView> {
        let wanted: Option<ItemId> = self.typed.get("item").parse().ok();
        let by_id = self.d.items.iter().find(|item| Some(item.id) == wanted);
        by_id.or_else(|| self.d.items.iter().find(|item| item.outcome.is_none() && item.accepted.is_none()))
    }

    fn decisions(&self) -> &'static [&'static str] {
        match self.d.kind {
            RequestKind::Produce => &["full", "partial", "refuse", "redirect", "object"],
            RequestKind::Preserve => &["preserve", "refuse", "redirect", "object"],
        }
    }

    /// Items that wait for a package.
    pub(super) fn packable(&self) -> Vec<&ItemView> {
        let packed = |number: &u32| self.d.packages.iter().any(|p| p.items.contains(number));
        let waits = |item: &&ItemView| item.accepted.is_some() && !packed(&item.number);
        self.d.items.iter().filter(waits).collect()
    }

    /// The package that the act is about.
    fn package(&self) -> Option<&PackageView> {
        match self.act {
            RequestAct::Confirm => {
                self.d.packages.iter().find(|p| p.released.is_some() && p.receipt.is_none())
            }
            RequestAct::ConfirmDeletion => self.d.packages.iter().find(|p| p.awaits_deletion),
            RequestAct::Release | RequestAct::Discard => {
                self.d.packages.iter().find(|p| p.released.is_none())
            }
            _ => None,
        }
    }

    /// Whether the files are chosen, sealed and sent on this page.
    fn seals(&self) -> bool {
        self.is("prepare") && self.d.sealing == Mode::EndToEnd
    }

    fn sealed(&self, package: &PackageView) -> bool {
        is_sealed(package)
    }

    /// The check that is recorded, once it is chosen.
    fn kind(&self) -> Option<CheckKind> {
        self.typed.get("kind").parse().ok()
    }

    /// Whether the page is only there to choose a check.
    fn chooses(&self) -> bool {
        self.act == RequestAct::Check && self.kind().is_none()
    }

    fn is_kind(&self, kind: &str) -> bool {
        self.typed.get("kind") == kind
    }

    /// Checks that have not passed yet, where they are what an act waits for.
    fn missing(&self) -> Vec<&comity_service::CheckView> {
        let waits = |refusal: &&Refusal| refusal.code == RefusalCode::SourceNotVerified;
        if !self.refusals.iter().chain(self.why_not()).any(|refusal| waits(&refusal)) {
            return Vec::new();
        }
        self.d.checks.iter().filter(|check| check.passed != Some(true)).collect()
    }

    /// Those who stand behind the request, with their accreditation numbers.
    fn behind(&self) -> Vec<&comity_domain::party::Signature> {
        let signed = self.d.authorised.as_ref().map(|authorised| &authorised.by);
        self.d.vouched.iter().chain(signed).chain(&self.d.sent).collect()
    }

    /// A finding in words, with how many there are or what it resembles.
    fn finding(&self, finding: &Finding) -> String {
        let key = format!("finding-{}", finding.rule);
        self.f.t2(&key, "count", finding.count, "detail", &finding.detail)
    }

    fn channels(&self) -> &'static [comity_domain::request::Channel] {
        comity_domain::request::Channel::ALL
    }

    fn returns(&self) -> &[comity_service::ReturnView] {
        self.d.draft.as_ref().map_or(&[], |draft| draft.returns.as_slice())
    }

    fn key_label(&self, field: &str) -> String {
        self.f.t(&format!("field-{field}"))
    }

    fn sized(&self, bytes: &u64) -> String {
        self.f.words.bytes(*bytes)
    }
}
