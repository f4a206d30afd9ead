//! The envelope: header, actions of a request, responses to them, and how a reply is addressed.
//! It may assume a bounded tree; it never decides whether an action is allowed.

use super::codec::{Fields, Reading, Record, Value, note_strays, read_record, record, refuse, write_record};
use super::common::{DictionaryEntry, Endpoint, ErrorInformation, Timespan};
use super::config::CspConfig;
use super::form::{Form, is_country};
use super::object::Object;
use super::report::{DeviationKind, ReadError, ReadFault, WriteError};
use super::tree::{Content, List, Node, Ns, Path};
use super::value::StatedTime;
use jiff::Timestamp;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The version this crate reads and writes.
pub const ETSI_VERSION: &str = "V1.23.1";

/// ISO 3166-1 code without a country, for a reply to a sender whose country was unreadable.
const NO_COUNTRY: &str = "ZZ";

record! {
    /// Which version and national profile a message follows.
    Version in Core {
        /// `V1.23.1` and the like.
        etsi: String = "ETSIVersion" as Form::Version,
        /// Who owns the national profile.
        profile_owner: String = "NationalProfileOwner" as Form::Short,
        /// The profile's version.
        profile_version: String = "NationalProfileVersion" as Form::Short,
    }
}

record! {
    /// Who writes to whom, when, about which transaction.
    Header in Core {
        /// The sender, as it names itself.
        sender: Endpoint = "SenderIdentifier",
        /// The receiver, as the sender names it.
        receiver: Endpoint = "ReceiverIdentifier",
        /// The transaction; nothing when unreadable.
        transaction_id: Option<Uuid> = "TransactionIdentifier" as Form::Mandatory,
        /// When it was written, with microseconds.
        timestamp: StatedTime = "Timestamp" as Form::Micros,
        /// Version and national profile.
        version: Version = "Version",
        /// The workflow.
        workflow: Option<String> = "WorkflowIdentifier" as Form::Long,
    }
}

impl Header {
    /// The header of the reply: sender and receiver swapped, transaction and profile kept (TS 103 120, 6.2.5).
    ///
    /// What the schema would refuse is replaced, so that every request can be answered: an unreadable transaction
    /// by the nil UUID, a country that is none by `ZZ`, other texts by the empty text.
    #[must_use]
    pub fn reply(&self, at: Timestamp) -> Self {
        let keep = |text: &str, form: Form| if form.fits(text) { text.to_owned() } else { String::new() };
        let party = |endpoint: &Endpoint| Endpoint {
            country: if is_country(&endpoint.country) {
                endpoint.country.clone()
            } else {
                NO_COUNTRY.to_owned()
            },
            unique_id: keep(&endpoint.unique_id, Form::Long),
        };
        Self {
            sender: party(&self.receiver),
            receiver: party(&self.sender),
            transaction_id: Some(self.transaction_id.unwrap_or(Uuid::nil())),
            timestamp: StatedTime::utc(at),
            version: Version {
                etsi: ETSI_VERSION.to_owned(),
                profile_owner: keep(&self.version.profile_owner, Form::Short),
                profile_version: keep(&self.version.profile_version, Form::Short),
            },
            workflow: self.workflow.clone().filter(|workflow| Form::Long.fits(workflow)),
        }
    }

    /// The header of an answer to something whose header was unreadable: `own` speaks to nobody in particular.
    pub fn to_unknown(own: Endpoint, at: Timestamp) -> Self {
        Self { receiver: own, ..Self::default() }.reply(at)
    }
}

/// A message of either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who, to whom, when.
    pub header: Header,
    /// What.
    pub payload: Payload,
    /// Whether a signature came with it; it is neither kept nor verified here, and never written.
    pub signed: bool,
}

impl Message {
    /// The answer to each action of a request.
    pub fn answer(request: &Header, at: Timestamp, responses: Vec<ActionResponse>) -> Self {
        Self { header: request.reply(at), payload: Payload::Response(responses), signed: false }
    }

    /// The answer to a message that cannot be processed as a whole (TS 103 120, 9.2.2).
    pub fn top_level_error(header: Header, error: ErrorInformation) -> Self {
        Self { header, payload: Payload::Error(error), signed: false }
    }
}

/// What a message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Actions asked for, at least one.
    Request(Vec<Action>),
    /// Answers to actions, at least one.
    Response(Vec<ActionResponse>),
    /// The whole request was not processed.
    Error(ErrorInformation),
}

/// One action of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its number, counted up from zero.
    pub id: u64,
    /// What is to be done.
    pub verb: Verb,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Give an object.
    Get {
        /// The object.
        identifier: Uuid,
    },
    /// Take a new object.
    Create(Box<Object>),
    /// Change an object; absent fields stay.
    Update(Box<Object>),
    /// Name the objects the filter lets through.
    List(Box<ListFilter>),
    /// Take delivered data.
    Deliver {
        /// The delivery.
        identifier: Uuid,
        /// The delivery object.
        object: Box<Object>,
    },
    /// Tell what you take and where.
    GetCspConfig,
}

record! {
    /// Which objects to name.
    ListFilter in Core {
        /// Only this type.
        object_type: Option<DictionaryEntry> = "ObjectType" as Form::Entry(&["ObjectType"]),
        /// Only changed at or after.
        last_changed: Option<StatedTime> = "LastChanged" as Form::Seconds,
        /// Only changed within.
        last_changed_span: Option<Timespan> = "LastChangedTimespan",
        /// At most so many.
        maximum: Option<u64> = "MaximumObjectCount" as Form::Positive,
        /// Only with this status.
        status: Option<DictionaryEntry> = "Status" as Form::Entry(&[]),
        /// Only of this country.
        country: Option<String> = "CountryCode" as Form::Country,
    }
}

record! {
    /// One object of a list.
    ListRecord in Core {
        /// Its type.
        object_type: DictionaryEntry = "ObjectType" as Form::Entry(&["ObjectType"]),
        /// The object.
        identifier: Uuid = "Identifier",
        /// The owner's country.
        country: Option<String> = "CountryCode" as Form::Country,
        /// The owner.
        owner: Option<String> = "OwnerIdentifier" as Form::Short,
        /// Counts changes.
        generation: u64 = "Generation",
        /// The sender's own reference.
        external_identifier: Option<String> = "ExternalIdentifier" as Form::Long,
        /// When it last changed.
        last_changed: Option<StatedTime> = "LastChanged" as Form::Seconds,
    }
}

record! {
    /// The objects of a LIST answer.
    ObjectList in Core {
        /// One for each object.
        records: Vec<ListRecord> = "ListResponseRecord",
    }
}

/// The answer to one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResponse {
    /// The action's number.
    pub id: u64,
    /// What came of it.
    pub result: ActionResult,
}

/// What came of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionResult {
    /// The object asked for, as it is held.
    Get(Box<Object>),
    /// The object was taken.
    Create {
        /// The object.
        identifier: Uuid,
        /// The object as it is held.
        object: Option<Box<Object>>,
    },
    /// The object was changed.
    Update {
        /// The object.
        identifier: Uuid,
        /// The object as it is held.
        object: Option<Box<Object>>,
    },
    /// The objects the filter let through.
    List(ObjectList),
    /// The delivery was taken.
    Deliver {
        /// The delivery.
        identifier: Uuid,
    },
    /// What the provider takes and where.
    CspConfig(Box<CspConfig>),
    /// The action was not carried out.
    Error(ErrorInformation),
}

/// Reads a message; on a fault, the header comes along when it was readable.
pub(crate) fn read_message(root: &Node, cx: &mut Reading) -> Result<Message, ReadError> {
    if root.ns != Ns::Core || root.name != "HI1Message" {
        return Err(ReadError { fault: ReadFault::NotAMessage, header: None });
    }
    let at = Path::root("HI1Message");
    note_strays(root, at, cx);
    let mut fields = Fields::of(root);
    let header = read_header(&mut fields, at, cx).map_err(|fault| ReadError { fault, header: None })?;
    match read_payload(fields, at, cx) {
        Ok((payload, signed)) => Ok(Message { header, payload, signed }),
        Err(fault) => Err(ReadError { fault, header: Some(Box::new(header)) }),
    }
}

/// Reads only the header, of a message that broke off behind it.
pub(crate) fn salvage_header(root: &Node) -> Option<Header> {
    let genuine = root.ns == Ns::Core && root.name == "HI1Message";
    let mut cx = Reading::new(false);
    if genuine { read_header(&mut Fields::of(root), Path::root("HI1Message"), &mut cx).ok() } else { None }
}

fn read_header(fields: &mut Fields<'_>, at: Path<'_>, cx: &mut Reading) -> Result<Header, ReadFault> {
    let node = fields.required(Ns::Core, "Header", at)?;
    note_strays(node, at.then("Header"), cx);
    read_record(node, at.then("Header"), cx)
}

fn read_payload(
    mut fields: Fields<'_>,
    at: Path<'_>,
    cx: &mut Reading,
) -> Result<(Payload, bool), ReadFault> {
    let node = fields.required(Ns::Core, "Payload", at)?;
    let here = at.then("Payload");
    let payload = match read_only(node, here, cx)? {
        node if is(node, "RequestPayload") => read_request(node, here.then("RequestPayload"), cx)?,
        node if is(node, "ResponsePayload") => read_response(node, here.then("ResponsePayload"), cx)?,
        node => return Err(ReadFault::Missing(here.then(&node.name).to_string())),
    };
    // Three places may carry a signature: two of the core schema, one of XML signatures.
    let signed = [(Ns::Core, "Signature"), (Ns::Signature, "Signature"), (Ns::Core, "Signatures")]
        .into_iter()
        .fold(false, |signed, (ns, name)| !fields.take(ns, name).is_empty() || signed);
    fields.finish(at, cx);
    Ok((payload, signed))
}

fn is(node: &Node, name: &str) -> bool {
    node.ns == Ns::Core && node.name == name
}

/// The only child, without which the message means nothing.
fn read_only<'n>(node: &'n Node, at: Path<'_>, cx: &mut Reading) -> Result<&'n Node, ReadFault> {
    note_strays(node, at, cx);
    match node.children() {
        [] => Err(ReadFault::Missing(at.to_string())),
        [only] => {
            note_strays(only, at.then(&only.name), cx);
            Ok(only)
        }
        [..] => Err(ReadFault::Repeated(at.to_string())),
    }
}

fn read_request(node: &Node, at: Path<'_>, cx: &mut Reading) -> Result<Payload, ReadFault> {
    let list = read_only(node, at, cx)?;
    if !is(list, "ActionRequests") {
        return Err(ReadFault::Missing(at.then("ActionRequests").to_string()));
    }
    let read = |(id, node): (u64, &Node), at: Path<'_>, cx: &mut Reading| {
        Ok(Action { id, verb: read_verb(node, at, cx)? })
    };
    read_numbered(list, ("ActionRequests", "ActionRequest"), at, cx, read).map(Payload::Request)
}

fn read_response(node: &Node, at: Path<'_>, cx: &mut Reading) -> Result<Payload, ReadFault> {
    let only = read_only(node, at, cx)?;
    if is(only, "ErrorInformation") {
        return read_record(only, at.then("ErrorInformation"), cx).map(Payload::Error);
    }
    if !is(only, "ActionResponses") {
        return Err(ReadFault::Missing(at.then("ActionResponses").to_string()));
    }
    let read = |(id, node): (u64, &Node), at: Path<'_>, cx: &mut Reading| {
        Ok(ActionResponse { id, result: read_result(node, at, cx)? })
    };
    read_numbered(only, ("ActionResponses", "ActionResponse"), at, cx, read).map(Payload::Response)
}

/// Reads a list of numbered entries, each with one further child, and notes how they are numbered.
fn read_numbered<T>(
    list: &Node,
    (wrapper, entry): (&'static str, &'static str),
    at: Path<'_>,
    cx: &mut Reading,
    read: impl Fn((u64, &Node), Path<'_>, &mut Reading) -> Result<T, ReadFault>,
) -> Result<Vec<T>, ReadFault> {
    let at = at.then(wrapper);
    let mut fields = Fields::of(list);
    let entries = fields.take(Ns::Core, entry);
    fields.finish(at, cx);
    if entries.is_empty() {
        return Err(ReadFault::Missing(at.then(entry).to_string()));
    }
    let (mut seen, mut result) = (BTreeSet::new(), Vec::new());
    for (index, node) in entries.into_iter().enumerate() {
        let here = at.at(entry, index);
        note_strays(node, here, cx);
        if cx.json && node.list == List::No {
            cx.note(here, DeviationKind::JsonType);
        }
        let (id, child) = read_number(node, here, cx)?;
        if !seen.insert(id) {
            cx.note(here, DeviationKind::DuplicateActionIdentifier);
        } else if u64::try_from(index) != Ok(id) {
            cx.note(here, DeviationKind::ActionNumbering);
        }
        note_strays(child, here.then(&child.name), cx);
        result.push(read((id, child), here.then(&child.name), cx)?);
    }
    Ok(result)
}

/// The number of an entry and the one child beside it.
fn read_number<'n>(node: &'n Node, at: Path<'_>, cx: &mut Reading) -> Result<(u64, &'n Node), ReadFault> {
    let mut fields = Fields::of(node);
    let number = fields.required(Ns::Core, "ActionIdentifier", at)?;
    let here = at.then("ActionIdentifier");
    let id =
        u64::read(number, Form::Plain, here, cx)?.ok_or_else(|| ReadFault::Unusable(here.to_string()))?;
    let mut rest = node.children().iter().filter(|child| !is(child, "ActionIdentifier"));
    match (rest.next(), rest.next()) {
        (Some(child), None) => Ok((id, child)),
        (None, _) => Err(ReadFault::Missing(at.to_string())),
        (Some(_), Some(_)) => Err(ReadFault::Repeated(at.to_string())),
    }
}

fn read_verb(node: &Node, at: Path<'_>, cx: &mut Reading) -> Result<Verb, ReadFault> {
    let unknown = || ReadFault::UnknownAction(at.to_string());
    if node.ns != Ns::Core {
        return Err(unknown());
    }
    Ok(match node.name.as_str() {
        "GET" => {
            let (identifier, _) = read_identified(node, at, cx, false)?;
            Verb::Get { identifier }
        }
        "CREATE" => Verb::Create(read_object(node, at, cx)?),
        "UPDATE" => Verb::Update(read_object(node, at, cx)?),
        "LIST" => Verb::List(Box::new(read_record(node, at, cx)?)),
        "DELIVER" => {
            let (identifier, object) = read_identified(node, at, cx, true)?;
            let object = object.ok_or_else(|| ReadFault::Missing(at.then("HI1Object").to_string()))?;
            Verb::Deliver { identifier, object }
        }
        "GETCSPCONFIG" => {
            Fields::of(node).finish(at, cx);
            Verb::GetCspConfig
        }
        _ => return Err(unknown()),
    })
}

fn read_result(node: &Node, at: Path<'_>, cx: &mut Reading) -> Result<ActionResult, ReadFault> {
    let unknown = || ReadFault::UnknownAction(at.to_string());
    if node.ns != Ns::Core {
        return Err(unknown());
    }
    Ok(match node.name.as_str() {
        "GETResponse" => ActionResult::Get(read_object(node, at, cx)?),
        "CREATEResponse" => {
            let (identifier, object) = read_identified(node, at, cx, true)?;
            ActionResult::Create { identifier, object }
        }
        "UPDATEResponse" => {
            let (identifier, object) = read_identified(node, at, cx, true)?;
            ActionResult::Update { identifier, object }
        }
        "LISTResponse" => ActionResult::List(read_record(node, at, cx)?),
        "DELIVERResponse" => {
            let (identifier, _) = read_identified(node, at, cx, false)?;
            ActionResult::Deliver { identifier }
        }
        "GETCSPCONFIGResponse" => ActionResult::CspConfig(Box::new(read_record(node, at, cx)?)),
        "ErrorInformation" => ActionResult::Error(read_record(node, at, cx)?),
        _ => return Err(unknown()),
    })
}

/// The object that is all a verb holds.
fn read_object(node: &Node, at: Path<'_>, cx: &mut Reading) -> Result<Box<Object>, ReadFault> {
    let mut fields = Fields::of(node);
    let object = fields.required(Ns::Core, "HI1Object", at)?;
    fields.finish(at, cx);
    Object::read(object, at.then("HI1Object"), cx).map(Box::new)
}

/// An identifier, and behind it an object where the schema has one.
fn read_identified(
    node: &Node,
    at: Path<'_>,
    cx: &mut Reading,
    with_object: bool,
) -> Result<(Uuid, Option<Box<Object>>), ReadFault> {
    let mut fields = Fields::of(node);
    let identifier = fields.required(Ns::Core, "Identifier", at)?;
    let here = at.then("Identifier");
    note_strays(identifier, here, cx);
    let id = Uuid::read(identifier, Form::Plain, here, cx)?;
    let id = id.ok_or_else(|| ReadFault::Unusable(here.to_string()))?;
    let object = if with_object { fields.one(Ns::Core, "HI1Object", at)? } else { None };
    fields.finish(at, cx);
    let object = object.map(|object| Object::read(object, at.then("HI1Object"), cx)).transpose()?;
    Ok((id, object.map(Box::new)))
}

/// The tree of a whole message, checked against the schema.
pub(crate) fn write_message(message: &Message) -> Result<Node, WriteError> {
    let at = Path::root("HI1Message");
    let header = write_record(&message.header, at.then("Header"))?;
    let here = at.then("Payload");
    let payload = match &message.payload {
        Payload::Request(actions) => {
            let write = |action: &Action, at: Path<'_>| Ok((action.id, write_verb(&action.verb, at)?));
            let list = write_numbered(actions, "ActionRequest", here, write)?;
            parent("RequestPayload", vec![parent("ActionRequests", list)])
        }
        Payload::Response(responses) => {
            let write = |response: &ActionResponse, at: Path<'_>| {
                Ok((response.id, write_result(&response.result, at)?))
            };
            let list = write_numbered(responses, "ActionResponse", here, write)?;
            parent("ResponsePayload", vec![parent("ActionResponses", list)])
        }
        Payload::Error(error) => {
            let content = write_record(error, here.then("ErrorInformation"))?;
            parent("ResponsePayload", vec![Node::new(Ns::Core, "ErrorInformation", content)])
        }
    };
    Ok(parent("HI1Message", vec![Node::new(Ns::Core, "Header", header), parent("Payload", vec![payload])]))
}

fn parent(name: &'static str, children: Vec<Node>) -> Node {
    Node::new(Ns::Core, name, Content::Children(children))
}

fn write_numbered<T>(
    entries: &[T],
    name: &'static str,
    at: Path<'_>,
    write: impl Fn(&T, Path<'_>) -> Result<(u64, Node), WriteError>,
) -> Result<Vec<Node>, WriteError> {
    if entries.is_empty() {
        return Err(refuse(at.then(name), "at least one"));
    }
    let mut seen = BTreeSet::new();
    let mut nodes = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let here = at.at(name, index);
        let (id, child) = write(entry, here)?;
        if !seen.insert(id) {
            return Err(refuse(here, "an action identifier used once"));
        }
        let number = Node::new(Ns::Core, "ActionIdentifier", Content::Number(id.to_string()));
        let mut node = parent(name, vec![number, child]);
        node.list = List::Entry;
        nodes.push(node);
    }
    Ok(nodes)
}

fn write_verb(verb: &Verb, at: Path<'_>) -> Result<Node, WriteError> {
    Ok(match verb {
        Verb::Get { identifier } => parent("GET", vec![identifier_node(*identifier)]),
        Verb::Create(object) => parent("CREATE", vec![object.write(at)?]),
        Verb::Update(object) => parent("UPDATE", vec![object.write(at)?]),
        Verb::List(filter) => record_node("LIST", &**filter, at)?,
        Verb::Deliver { identifier, object } => {
            parent("DELIVER", vec![identifier_node(*identifier), object.write(at)?])
        }
        Verb::GetCspConfig => parent("GETCSPCONFIG", Vec::new()),
    })
}

fn write_result(result: &ActionResult, at: Path<'_>) -> Result<Node, WriteError> {
    let held = |name: &'static str, identifier: Uuid, object: Option<&Object>| {
        let mut children = vec![identifier_node(identifier)];
        children.extend(object.map(|object| object.write(at)).transpose()?);
        Ok(parent(name, children))
    };
    match result {
        ActionResult::Get(object) => Ok(parent("GETResponse", vec![object.write(at)?])),
        ActionResult::Create { identifier, object } => held("CREATEResponse", *identifier, object.as_deref()),
        ActionResult::Update { identifier, object } => held("UPDATEResponse", *identifier, object.as_deref()),
        ActionResult::List(list) => record_node("LISTResponse", list, at),
        ActionResult::Deliver { identifier } => held("DELIVERResponse", *identifier, None),
        ActionResult::CspConfig(config) => record_node("GETCSPCONFIGResponse", &**config, at),
        ActionResult::Error(error) => record_node("ErrorInformation", error, at),
    }
}

fn identifier_node(id: Uuid) -> Node {
    Node::new(Ns::Core, "Identifier", Content::Text(id.hyphenated().to_string()))
}

fn record_node<R: Record>(name: &'static str, record: &R, at: Path<'_>) -> Result<Node, WriteError> {
    Ok(Node::new(Ns::Core, name, write_record(record, at.then(name))?))
}
