//! ETSI TS 103 120 V1.23.1: messages with authorisations, documents, disclosure and preservation tasks become
//! requests at the provider's desk; every answer is HTTP 200 and schema-valid, errors included (clause 9.3.3).
//! Interception tasks are refused with 3001, and nothing of their message is filed (rule 8).

use super::task::{self, Task};
use crate::api::{Interop, Token};
use crate::error::PageError;
use crate::router::MAX_BODY;
use crate::state::State as App;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use comity_domain::id::OrganisationId;
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Filing, ForeignObject, Intake, MAX_ITEMS};
use comity_domain::term::{ItemOutcome, Priority, RequestKind};
use comity_formats::etsi_103120::ErrorCode;
use comity_formats::etsi_103120::StatedTime;
use comity_formats::etsi_103120::{Action, ActionResponse, ActionResult, Header, Message, Payload, Verb};
use comity_formats::etsi_103120::{DictionaryEntry, Endpoint, ErrorInformation};
use comity_formats::etsi_103120::{Encoding, map, read, write};
use comity_formats::etsi_103120::{Object, ObjectKind};
use comity_service::{Caller, Denied, ForeignStatus, IdempotencyKey, PeerProcedures};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The name of the standard in the record.
const FORMAT: &str = "ETSI TS 103 120";

/// `POST /interop/etsi/103120`
pub(super) async fn receive(
    State(app): State<App>,
    token: Token<Interop>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, PageError> {
    let typed = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(encoding) = Encoding::from_content_type(typed) else {
        return Err(PageError::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    };
    let bytes = take(&app, token.caller, encoding, &body).await?;
    let kind = match encoding {
        Encoding::Xml => "application/xml",
        Encoding::Json => "application/json",
    };
    Ok(([(CONTENT_TYPE, kind)], bytes).into_response())
}

/// Takes one message of a peer, however it came: files its tasks, and writes the answer to it.
pub(super) async fn take(
    app: &App,
    who: Caller,
    encoding: Encoding,
    body: &[u8],
) -> Result<Vec<u8>, PageError> {
    let Caller::Peer { organisation, addressee, procedures } = who.clone() else {
        return Err(PageError::refused(RefusalCode::NotPermitted));
    };
    let at = app.exchange.now().timestamp();
    let own = Endpoint { country: app.interop.country.clone(), unique_id: app.interop.unique_id.clone() };
    let link = Link { app, who, from: organisation, to: addressee, procedures };
    let answer = match read(encoding, body, MAX_BODY) {
        Err(error) => {
            let header = error.header.as_ref().map_or_else(|| Header::to_unknown(own, at), |h| h.reply(at));
            let code = error.fault.error_code();
            Message::top_level_error(header, ErrorInformation::new(code, &error.fault.to_string()))
        }
        Ok(received) => match (&received.message.payload, repeated_action(&received.message.payload)) {
            (_, Some(id)) => {
                let said = format!("action identifier {id} is used twice");
                let error = ErrorInformation::new(ErrorCode::DuplicateActionId, &said);
                Message::top_level_error(received.message.header.reply(at), error)
            }
            (Payload::Request(actions), None) => {
                let notes = received.deviations.iter().map(ToString::to_string).take(50).collect();
                let responses = link.answer(&received.message.header, actions, notes).await?;
                Message::answer(&received.message.header, at, responses)
            }
            (Payload::Response(_) | Payload::Error(_), None) => {
                let error = ErrorInformation::new(ErrorCode::FeatureNotSupported, "requests only");
                Message::top_level_error(received.message.header.reply(at), error)
            }
        },
    };
    write(encoding, &answer).map_err(|error| {
        tracing::error!("An answer of {FORMAT} could not be written: {error}");
        PageError::status(StatusCode::INTERNAL_SERVER_ERROR)
    })
}

/// An action identifier that stands twice: no answer could tell the two actions apart.
fn repeated_action(payload: &Payload) -> Option<u64> {
    let Payload::Request(actions) = payload else { return None };
    let mut seen = BTreeSet::new();
    actions.iter().map(|action| action.id).find(|id| !seen.insert(*id))
}

/// A peer link and what it may do here.
struct Link<'a> {
    app: &'a App,
    who: Caller,
    from: OrganisationId,
    to: OrganisationId,
    procedures: PeerProcedures,
}

fn error(id: u64, code: ErrorCode, description: &str) -> ActionResponse {
    ActionResponse { id, result: ActionResult::Error(ErrorInformation::new(code, description)) }
}

/// An object as it is kept, so that it can be given back as it came.
fn foreign(object: &Object, items: Vec<comity_domain::id::ItemId>) -> ForeignObject {
    // An envelope without a time, so that the same message sent again is the same content.
    let header = Header::to_unknown(Endpoint::default(), jiff::Timestamp::UNIX_EPOCH);
    let action = Action { id: 0, verb: Verb::Create(Box::new(object.clone())) };
    let kept = Message { header, payload: Payload::Request(vec![action]), signed: false };
    let body = write(Encoding::Json, &kept).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    ForeignObject {
        identifier: object.base.identifier.to_string(),
        kind: object.kind.type_name().to_owned(),
        items,
        body: body.unwrap_or_default(),
    }
}

impl Link<'_> {
    async fn answer(
        &self,
        header: &Header,
        actions: &[Action],
        notes: Vec<String>,
    ) -> Result<Vec<ActionResponse>, PageError> {
        let intercepts = |action: &Action| {
            let object = match &action.verb {
                Verb::Create(object) | Verb::Update(object) | Verb::Deliver { object, .. } => Some(object),
                Verb::Get { .. } | Verb::List(_) | Verb::GetCspConfig => None,
            };
            object.is_some_and(|object| object.kind == ObjectKind::LiTask)
        };
        if actions.iter().any(intercepts) {
            return Ok(actions
                .iter()
                .map(|action| refuse_with_interception(action, intercepts(action)))
                .collect());
        }
        let filed = self.file(header, actions, notes).await?;
        let mut responses = Vec::new();
        for action in actions {
            responses.push(match &action.verb {
                Verb::Get { identifier } => self.get(action.id, *identifier).await?,
                Verb::Create(object) => created(action.id, object, &filed),
                Verb::Update(_) | Verb::List(_) | Verb::Deliver { .. } | Verb::GetCspConfig => {
                    error(action.id, ErrorCode::FeatureNotSupported, "only CREATE and GET are supported")
                }
            });
        }
        Ok(responses)
    }

    /// Files the tasks of a message, those of one kind as one request.
    async fn file(
        &self,
        header: &Header,
        actions: &[Action],
        notes: Vec<String>,
    ) -> Result<BTreeMap<Uuid, Result<(), (ErrorCode, String)>>, PageError> {
        let mut results = BTreeMap::new();
        let created: Vec<&Object> = actions
            .iter()
            .filter_map(|action| match &action.verb {
                Verb::Create(object) => Some(object.as_ref()),
                Verb::Get { .. }
                | Verb::Update(_)
                | Verb::List(_)
                | Verb::Deliver { .. }
                | Verb::GetCspConfig => None,
            })
            .collect();
        let mut seen = BTreeSet::new();
        for object in created.iter().filter(|object| !seen.insert(object.base.identifier)) {
            let said = "the object stands twice in the message".to_owned();
            results.insert(object.base.identifier, Err((ErrorCode::ObjectAlreadyExists, said)));
        }
        let objects: Vec<&Object> =
            created.into_iter().filter(|object| !results.contains_key(&object.base.identifier)).collect();
        let mut bystanders: Vec<&Object> = objects
            .iter()
            .copied()
            .filter(|o| matches!(o.kind, ObjectKind::Authorisation(_) | ObjectKind::Document(_)))
            .collect();
        for kind in [RequestKind::Produce, RequestKind::Preserve] {
            let tasks: Vec<Task<'_>> = objects.iter().filter_map(|object| Task::of(object, kind)).collect();
            if tasks.is_empty() {
                continue;
            }
            let with: Vec<&Object> = std::mem::take(&mut bystanders);
            let result = self.file_kind(header, kind, &tasks, &with, notes.clone()).await?;
            for object in tasks.iter().map(|task| task.object).chain(with) {
                results.insert(object.base.identifier, result.clone());
            }
        }
        for object in bystanders {
            let alone = "an authorisation or document is filed together with the task that it belongs to";
            results.insert(object.base.identifier, Err((ErrorCode::FeatureNotSupported, alone.to_owned())));
        }
        Ok(results)
    }

    async fn file_kind(
        &self,
        header: &Header,
        kind: RequestKind,
        tasks: &[Task<'_>],
        with: &[&Object],
        mut deficits: Vec<String>,
    ) -> Result<Result<(), (ErrorCode, String)>, PageError> {
        let procedure = match kind {
            RequestKind::Produce => &self.procedures.disclosure,
            RequestKind::Preserve => &self.procedures.preservation,
        };
        let (mut items, mut objects) = (Vec::new(), Vec::new());
        for task in tasks {
            let read = task::items(task, self.app.exchange.now(), &mut deficits);
            if items.len() + read.len() > MAX_ITEMS {
                let said = format!("more than {MAX_ITEMS} values, periods and categories together");
                return Ok(Err((ErrorCode::MessageTooLarge, said)));
            }
            objects.push(foreign(task.object, read.iter().map(|item| item.id).collect()));
            items.extend(read);
        }
        objects.extend(with.iter().map(|object| foreign(object, Vec::new())));
        if items.is_empty() {
            return Ok(Err((ErrorCode::RequiredElementMissing, "a task names no value".to_owned())));
        }
        let filing = Filing {
            reference: tasks.iter().find_map(Task::reference),
            priority: if with.iter().copied().chain(tasks.iter().map(|t| t.object)).any(is_urgent) {
                Priority::Urgent
            } else {
                Priority::Normal
            },
            intake: Intake::Standard {
                format: FORMAT.to_owned(),
                claimed_sender: format!("{}/{}", header.sender.country, header.sender.unique_id),
                deficits,
                objects,
            },
            answers: BTreeMap::new(),
            items,
        };
        let key = header.transaction_id.and_then(|id| IdempotencyKey::new(&format!("{id}:{kind}")));
        match self.app.exchange.file(&self.who, self.from, self.to, procedure, filing, key).await {
            Ok(_) => Ok(Ok(())),
            Err(Denied::Refused(refusals)) => {
                let refusal = refusals.first();
                let code = match refusal.map(|refusal| refusal.code) {
                    Some(RefusalCode::ObjectKnown | RefusalCode::IdempotencyMismatch) => {
                        ErrorCode::ObjectAlreadyExists
                    }
                    Some(RefusalCode::TooManyItems) => ErrorCode::MessageTooLarge,
                    Some(_) | None => ErrorCode::GeneralBusinessLogicError,
                };
                let english = comity_domain::term::Language::English;
                let said =
                    refusal.map_or_else(String::new, |refusal| self.app.words.refusal(english, refusal));
                Ok(Err((code, said)))
            }
            Err(denied) => Err(denied.into()),
        }
    }

    async fn get(&self, id: u64, identifier: Uuid) -> Result<ActionResponse, PageError> {
        let found = self.app.exchange.foreign_object(&self.who, &identifier.to_string()).await?;
        let Some(status) = found else {
            return Ok(error(id, ErrorCode::GetObjectNotFound, "no object of yours has this identifier"));
        };
        Ok(match as_held(&status) {
            Some(object) => ActionResponse { id, result: ActionResult::Get(Box::new(object)) },
            None => error(id, ErrorCode::GetObjectNotDeliverable, "the object did not keep to the schema"),
        })
    }
}

fn refuse_with_interception(action: &Action, intercepts: bool) -> ActionResponse {
    if intercepts {
        error(action.id, ErrorCode::FeatureNotSupported, "interception is never carried here")
    } else {
        error(
            action.id,
            ErrorCode::GeneralBusinessLogicError,
            "not filed: the message carries an interception task",
        )
    }
}

fn created(
    id: u64,
    object: &Object,
    filed: &BTreeMap<Uuid, Result<(), (ErrorCode, String)>>,
) -> ActionResponse {
    match filed.get(&object.base.identifier) {
        Some(Ok(())) => ActionResponse {
            id,
            result: ActionResult::Create { identifier: object.base.identifier, object: None },
        },
        Some(Err((code, description))) => error(id, *code, description),
        None => error(id, ErrorCode::FeatureNotSupported, "objects of this type are not supported"),
    }
}

/// A claim of urgency; whether it is an emergency is for a person to find, by the procedure's own criterion.
fn is_urgent(object: &Object) -> bool {
    let flagged = |flag: &DictionaryEntry| flag.value == "IsEmergency";
    match &object.kind {
        ObjectKind::Authorisation(authorisation) => {
            let priority = authorisation.priority.as_ref();
            authorisation.flags.iter().any(flagged)
                || priority.and_then(|p| p.etsi_value("AuthorisationPriority")) == Some("High")
        }
        ObjectKind::LdTask(task) => task.flags.iter().any(flagged),
        ObjectKind::Document(_)
        | ObjectKind::Notification(_)
        | ObjectKind::LpTask(_)
        | ObjectKind::LiTask
        | ObjectKind::TdTask
        | ObjectKind::Delivery(_)
        | ObjectKind::Other(_) => false,
    }
}

/// The object as it came, with its present status (`Status` is the provider's to write).
fn as_held(status: &ForeignStatus) -> Option<Object> {
    let kept = read(Encoding::Json, status.object.body.as_bytes(), MAX_BODY * 4).ok()?;
    let Payload::Request(actions) = kept.message.payload else { return None };
    let Some(Verb::Create(object)) = actions.into_iter().next().map(|action| action.verb) else {
        return None;
    };
    let mut object = *object;
    object.base.generation = Some(status.generation);
    object.base.last_changed = Some(StatedTime::parse(&seconds(status.changed_at.timestamp())));
    let outcome = overall(&status.items).map(ItemOutcome::as_str);
    match &mut object.kind {
        ObjectKind::LdTask(task) => task.status = map::ld_status(outcome, &[]),
        ObjectKind::LpTask(task) => task.status = map::lp_status(outcome, &[]),
        ObjectKind::Authorisation(authorisation) => {
            authorisation.status = Some(DictionaryEntry::etsi("AuthorisationStatus", "SubmittedToCSP"));
        }
        _ => {}
    }
    Some(object)
}

/// Object times carry no fraction of a second.
fn seconds(at: jiff::Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// What became of a task: nothing yet while any of its items is open.
fn overall(items: &[(comity_domain::id::ItemId, Option<ItemOutcome>)]) -> Option<ItemOutcome> {
    let outcomes: Option<Vec<ItemOutcome>> = items.iter().map(|(_, outcome)| *outcome).collect();
    let outcomes = outcomes?;
    let given =
        |o: &&ItemOutcome| matches!(o, ItemOutcome::Full | ItemOutcome::Partial | ItemOutcome::Preserved);
    outcomes.iter().find(given).or(outcomes.first()).copied()
}
