//! Acts on requests: begin, file, and everything after.

use crate::act::{Answer, Attempt, Caller, Denied, IdempotencyKey, Memory, Outcome, Receipt, commit, settle};
use crate::assertion::Signed;
use crate::{Exchange, Inner, evidence, new_id, new_uuid, source, vault, vetting};
use comity_domain::id::{ContactPointId, ItemId, OrganisationId, RequestId};
use comity_domain::party::{Organisation, OrganisationStatus, Side};
use comity_domain::procedure::PinnedProcedure;
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::request::{
    self, Arrived, Context, Draft, Filing, ForeignObject, Intake, Party, Request, RequestCommand,
    RequestState, Source,
};
use comity_domain::term::{ItemOutcome, RequestKind};
use comity_domain::time::Moment;
use comity_domain::vault::Vaults;
use comity_policy::{Action, Relation};
use comity_store::{Fault, Tx, inspection, party, request as rows, seal, upload};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Under which procedures a peer link files what it receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerProcedures {
    /// Disclosure tasks.
    pub disclosure: String,
    /// Preservation tasks.
    pub preservation: String,
}

/// An object of a foreign message as it is held here.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignStatus {
    /// The request it belongs to.
    pub request: RequestId,
    /// The object.
    pub object: ForeignObject,
    /// What the request asks for.
    pub kind: RequestKind,
    /// Where the request stands.
    pub state: RequestState,
    /// The items that the object became, with their outcomes.
    pub items: Vec<(ItemId, Option<ItemOutcome>)>,
    /// Number of events so far.
    pub generation: u64,
    /// When it was filed or last changed.
    pub changed_at: Moment,
}

/// Both parties of a request with what rules need of them.
pub(crate) struct Parties {
    pub(crate) from: Organisation,
    pub(crate) to: Organisation,
    from_status: OrganisationStatus,
    to_status: OrganisationStatus,
    from_probation: Option<Moment>,
    to_probation: Option<Moment>,
    pub(crate) from_points: Vec<ContactPointId>,
    pub(crate) to_points: Vec<ContactPointId>,
}

pub(crate) fn both(tx: &mut dyn Tx, from: OrganisationId, to: OrganisationId) -> Answer<Parties> {
    let found = party::two_organisations(tx, from, to)?;
    let Some(((from, from_status, from_probation), (to, to_status, to_probation))) = found else {
        return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "to")]));
    };
    let points = party::contact_point_ids(tx, from.id, to.id)?;
    let of = |organisation| {
        let own = points.iter().filter(|(owner, _)| *owner == organisation);
        own.map(|(_, point)| *point).collect()
    };
    let (from_points, to_points) = (of(from.id), of(to.id));
    Ok(Ok(Parties { from, to, from_status, to_status, from_probation, to_probation, from_points, to_points }))
}

/// What a decision looks at beside the request and its parties.
#[derive(Default)]
pub(crate) struct Known {
    /// The files that have arrived.
    pub(crate) files: Vec<Arrived>,
    /// Who is behind the request, and what is known of its source.
    pub(crate) source: Source,
    /// How files go between the two.
    pub(crate) vaults: Vaults,
}

impl Parties {
    /// Until when the authority is on probation, where it is at `now`.
    pub(crate) fn on_probation(&self, now: Moment) -> Option<Moment> {
        self.from_probation.filter(|until| now < *until)
    }

    /// Runs a decision with everything that it may look at.
    pub(crate) fn decide<T>(
        &self,
        inner: &Inner,
        attempt: &Attempt<'_>,
        procedure: &PinnedProcedure,
        known: &Known,
        decision: impl FnOnce(&mut Context<'_>) -> T,
    ) -> T {
        let acting = match attempt.caller.organisation() {
            Some(own) if own == self.from.id => &self.from,
            Some(_) | None => &self.to,
        };
        let (now, made) = (inner.now_at(acting), attempt.now);
        let mut new_id = || new_uuid(made);
        decision(&mut Context {
            actor: attempt.caller.actor(),
            now,
            procedure: &procedure.procedure,
            from: Party {
                organisation: &self.from,
                calendar: inner.calendar(&self.from),
                contact_points: &self.from_points,
                status: self.from_status,
                probation: self.from_probation,
            },
            to: Party {
                organisation: &self.to,
                calendar: inner.calendar(&self.to),
                contact_points: &self.to_points,
                status: self.to_status,
                probation: self.to_probation,
            },
            files: &known.files,
            source: &known.source,
            vaults: &known.vaults,
            new_id: &mut new_id,
        })
    }
}

impl Exchange {
    /// Begins a draft to an addressee under a procedure.
    ///
    /// # Errors
    /// Not permitted, the procedure does not apply between the parties, or a fault.
    pub async fn draft(
        &self,
        who: &Caller,
        to: OrganisationId,
        procedure: &str,
        draft: Draft,
        key: Option<IdempotencyKey>,
    ) -> Result<Receipt, Denied> {
        let Some(from) = who.organisation() else { return Err(RefusalCode::NotPermitted.into()) };
        let Some(pinned) = self.procedures().newest(procedure).cloned() else {
            return Err(Refusal::of(RefusalCode::NotFound, "procedure").into());
        };
        let what = serde_json::to_vec(&("draft", to, procedure, &draft)).unwrap_or_default();
        let memory = Memory::new(self.store.instance_key(), who, key, &what);
        self.create(who, Action::RequestDraft, from, to, pinned, memory, move |id, number, pinned, ctx| {
            request::begin(id, number, pinned, draft.clone(), ctx)
        })
        .await
    }

    /// Files a request that arrived over a standard interface.
    ///
    /// # Errors
    /// Not permitted, an object was already filed, the procedure does not apply, or a fault.
    pub async fn file(
        &self,
        who: &Caller,
        from: OrganisationId,
        to: OrganisationId,
        procedure: &str,
        filing: Filing,
        key: Option<IdempotencyKey>,
    ) -> Result<Receipt, Denied> {
        let Some(pinned) = self.procedures().newest(procedure).cloned() else {
            return Err(Refusal::of(RefusalCode::NotFound, "procedure").into());
        };
        let objects: Vec<String> = match &filing.intake {
            Intake::Standard { objects, .. } => {
                objects.iter().map(|o| format!("{}{}", o.identifier, o.body)).collect()
            }
            Intake::Desk => Vec::new(),
        };
        let what = serde_json::to_vec(&("file", from, to, procedure, objects)).unwrap_or_default();
        let memory = Memory::new(self.store.instance_key(), who, key, &what);
        let known = self.known_objects(from, &filing, &memory).await?;
        if known {
            return Err(Refusal::of(RefusalCode::ObjectKnown, "objects").into());
        }
        self.create(who, Action::RequestFile, from, to, pinned, memory, move |id, number, pinned, ctx| {
            let reference = filing.reference.clone().map_or(number.clone(), |own| format!("{number}/{own}"));
            request::file(id, reference, pinned, filing.clone(), ctx)
        })
        .await
    }

    /// Whether an object of the filing is held already, and this is not a repetition of its own filing.
    async fn known_objects(
        &self,
        from: OrganisationId,
        filing: &Filing,
        memory: &Memory,
    ) -> Result<bool, Denied> {
        let Intake::Standard { objects, .. } = &filing.intake else { return Ok(false) };
        let (identifiers, memory) =
            (objects.iter().map(|o| o.identifier.clone()).collect::<Vec<_>>(), memory.clone());
        let find = move |tx: &mut dyn Tx| -> Result<bool, Fault> {
            if matches!(memory.recall(tx)?, Ok(Some(_))) {
                return Ok(false);
            }
            for identifier in &identifiers {
                if rows::object(tx, from, identifier)?.is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        Ok(self.store.read("request.known_objects", find).await?)
    }

    #[expect(clippy::too_many_arguments, reason = "the two ways to begin a request share every step")]
    async fn create(
        &self,
        who: &Caller,
        action: Action,
        from: OrganisationId,
        to: OrganisationId,
        pinned: Arc<PinnedProcedure>,
        memory: Memory,
        begin: impl Fn(
            RequestId,
            String,
            &PinnedProcedure,
            &Context<'_>,
        ) -> Result<Vec<request::RequestEvent>, Refusals>
        + Send
        + 'static,
    ) -> Result<Receipt, Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let hash = pinned.hash.clone();
        let stored = inner.stored.read().is_ok_and(|stored| stored.contains(&hash));
        let work = move |tx: &mut dyn Tx| {
            let now = inner.now();
            let mut attempt = Attempt::new(&who, action, now);
            if let Some(first) = known(memory.recall(tx)?) {
                return Ok(first);
            }
            attempt.counterpart = Some(if who.organisation() == Some(from) { to } else { from });
            attempt.basis = pinned.pin().to_string();
            let relation = who.subject().relation_to_request(from, to);
            if let Err(code) = attempt.ask(&inner, relation, attempt.facts(false, false)) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let parties = match both(tx, from, to)? {
                Ok(parties) => parties,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            let id: RequestId = new_id(now);
            let year = i64::from(inner.now_at(&parties.from).date().year());
            if let Err(refusal) = pinned.procedure.applies(&parties.from, &parties.to, now.date()) {
                return attempt.refuse(tx, vec![refusal]);
            }
            let number = rows::next_number(tx, from, year)?;
            let reference = format!("{}-{}-{year}-{number:06}", parties.from.country, parties.from.code);
            let decision = |ctx: &mut Context<'_>| begin(id, reference.clone(), &pinned, ctx);
            let events = match parties.decide(&inner, &attempt, &pinned, &Known::default(), decision) {
                Ok(events) => events,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            if action == Action::RequestFile
                && let Some(refusal) = vetting::over_quota(tx, &inner, &parties, now)?
            {
                return attempt.refuse(tx, vec![refusal]);
            }
            attempt.request = Some(id);
            attempt.about = reference;
            if !stored {
                rows::put_procedure(tx, &pinned)?;
            }
            let key = seal::create_dossier_key(tx, store.instance_key(), &id.to_string(), now.us())?;
            let outcome = Outcome::begun(&attempt, side_of(relation), events, &memory);
            let receipt = commit(tx, &store, &inner, &key, &outcome)?;
            if action == Action::RequestFile && receipt.is_ok() {
                vetting::count_sent(tx, &inner, &parties, now)?;
                note_objects(tx, &store, from, id, receipt)
            } else {
                Ok(receipt)
            }
        };
        let receipt = settle(self.store.write(action.as_str(), work).await)?;
        if !stored && let Ok(mut all) = self.inner.stored.write() {
            all.insert(hash);
        }
        self.promised(receipt)
    }

    /// Does something with a request. `expected` is the version that the caller has seen, if it matters.
    ///
    /// # Errors
    /// Everything that stands against it, each refusal with field, rule and remedy; or a fault.
    pub async fn act(
        &self,
        who: &Caller,
        id: RequestId,
        command: RequestCommand,
        expected: Option<u64>,
        key: Option<IdempotencyKey>,
    ) -> Result<Receipt, Denied> {
        let memory = self.memory(who, id, &command, key);
        let action = Action::from(command.act());
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let who = match still_there(tx, &who, action, id, inner.now())? {
                Ok(who) => who,
                Err(refusals) => return Ok(Err(refusals)),
            };
            let mut attempt = Attempt::new(&who, action, inner.now());
            act_in(tx, &store, &inner, &mut attempt, id, &command, expected, None, &memory)
        };
        self.promised(settle(self.store.write(action.as_str(), work).await)?)
    }

    /// Under what an act is remembered, signed or not.
    pub(crate) fn memory(
        &self,
        who: &Caller,
        id: RequestId,
        command: &RequestCommand,
        key: Option<IdempotencyKey>,
    ) -> Memory {
        let what = serde_json::to_vec(&("act", id, command)).unwrap_or_default();
        Memory::new(self.store.instance_key(), who, key, &what)
    }

    /// Signs a receipt. That is the same each time, so it is done outside the transaction and kept nowhere.
    pub(crate) fn promised(&self, mut receipt: Receipt) -> Result<Receipt, Denied> {
        if !receipt.commitments.is_empty() {
            receipt.promise = self.inner.ledger.promise(receipt.request, receipt.at, &receipt.commitments)?;
        }
        Ok(receipt)
    }

    /// An object of a foreign message that this caller's organisation has sent, as it is held.
    ///
    /// # Errors
    /// A fault; an unknown object is no error.
    pub async fn foreign_object(
        &self,
        who: &Caller,
        identifier: &str,
    ) -> Result<Option<ForeignStatus>, Denied> {
        let Some(organisation) = who.organisation() else { return Ok(None) };
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let identifier = identifier.to_owned();
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RequestView, inner.now());
            let Some(id) = rows::object(tx, organisation, &identifier)? else { return Ok(Ok(None)) };
            let Some(parties) = rows::parties(tx, id)? else { return Ok(Ok(None)) };
            attempt.request = Some(id);
            if let Err(code) = attempt.ask_request(&inner, &parties) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let Some((request, _)) = rows::load(tx, store.instance_key(), id)? else { return Ok(Ok(None)) };
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(status_of(&request, &identifier)))
        };
        settle(self.store.write("request.object", work).await)
    }
}

/// A repetition's first receipt ends the transaction at once.
pub(crate) fn known(recalled: Result<Option<Receipt>, Refusals>) -> Option<Result<Receipt, Refusals>> {
    match recalled {
        Ok(None) => None,
        Ok(Some(receipt)) => Some(Ok(receipt)),
        Err(refusals) => Some(Err(refusals)),
    }
}

fn side_of(relation: Relation) -> Option<Side> {
    match relation {
        Relation::Authority => Some(Side::Authority),
        Relation::Addressee => Some(Side::Provider),
        Relation::Own | Relation::Oversight | Relation::Directory | Relation::Foreign => None,
    }
}

/// The completed uploads of a dossier, with the reports of their inspection.
pub(crate) fn files(tx: &mut dyn Tx, key: &seal::DossierKey, id: RequestId) -> Result<Vec<Arrived>, Fault> {
    let mut files = Vec::new();
    let mut reports = inspection::of_dossier(tx, key, &id.to_string())?;
    for found in upload::of_dossier(tx, &id.to_string())? {
        if let Some(sha256) = found.sha256.clone() {
            let name = found.name(key)?;
            let upload = found.id.parse().map_err(|_| Fault::other("an upload without an identifier"))?;
            let inspection = reports.remove(&found.id);
            let sealed = found.sealed;
            files.push(Arrived { upload, name, bytes: found.received, sha256, inspection, sealed });
        }
    }
    Ok(files)
}

/// The caller as the directory has them in this transaction; whoever takes no part any more is refused.
pub(crate) fn still_there(
    tx: &mut dyn Tx,
    who: &Caller,
    action: Action,
    id: RequestId,
    now: Moment,
) -> Answer<Caller> {
    if let Some(who) = who.again(tx)? {
        return Ok(Ok(who));
    }
    let mut gone = Attempt::new(who, action, now);
    if let Some(parties) = rows::parties(tx, id)? {
        gone.request = Some(id);
        gone.about = parties.reference;
    }
    gone.refuse(tx, vec![Refusal::new(RefusalCode::SignInExpired)])
}

/// An act on a request within a transaction that may hold others.
#[expect(clippy::too_many_arguments, reason = "everything that one act is made of")]
pub(crate) fn act_in(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    inner: &Inner,
    attempt: &mut Attempt<'_>,
    id: RequestId,
    command: &RequestCommand,
    expected: Option<u64>,
    signed: Option<&Signed>,
    memory: &Memory,
) -> Answer<Receipt> {
    if let Some(first) = known(memory.recall(tx)?) {
        return Ok(first);
    }
    let (relation, arrived) = match ask_act(tx, inner, attempt, id)? {
        Ok(allowed) => allowed,
        Err(refusals) => return Ok(Err(refusals)),
    };
    if let RequestCommand::Open { package, purpose } = command {
        attempt.detail = serde_json::json!({ "package": package, "purpose": purpose.trim() }).to_string();
    }
    let Decision { request, key, parties, mut events } =
        match decided(tx, store, inner, attempt, id, command, expected)? {
            Ok(decision) => decision,
            Err(refusals) => return attempt.refuse(tx, refusals),
        };
    if events.is_empty() {
        return Ok(Ok(unchanged(&request, attempt.now)));
    }
    let attested = evidence::attest(tx, inner, &request, &parties, &mut events)?;
    let before = Some(request);
    let side = side_of(relation);
    let outcome = Outcome { attempt, side, before, arrived, events, signed, memory };
    match commit(tx, store, inner, &key, &outcome)? {
        Err(refusals) => attempt.refuse(tx, refusals),
        Ok(receipt) => {
            if matches!(command, RequestCommand::Send) {
                vetting::count_sent(tx, inner, &parties, attempt.now)?;
            }
            if let Some(attested) = attested {
                attested.keep(tx, inner, &key)?;
            }
            Ok(Ok(receipt))
        }
    }
}

/// Asks whether somebody may do that to a request; answers how they stand to it, and whether it has arrived.
pub(crate) fn ask_act(
    tx: &mut dyn Tx,
    inner: &Inner,
    attempt: &mut Attempt<'_>,
    id: RequestId,
) -> Answer<(Relation, bool)> {
    let Some(parties) = rows::parties(tx, id)? else {
        return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
    };
    attempt.request = Some(id);
    match attempt.ask_request(inner, &parties) {
        Ok(relation) => Ok(Ok((relation, parties.arrived))),
        Err(code) => attempt.refuse(tx, vec![Refusal::new(code)]),
    }
}

/// What an act would bring about.
pub(crate) struct Decision {
    pub(crate) request: Request,
    key: seal::DossierKey,
    parties: Parties,
    pub(crate) events: Vec<request::RequestEvent>,
}

/// Lets the domain decide what follows from an act that may be done.
pub(crate) fn decided(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    inner: &Inner,
    attempt: &Attempt<'_>,
    id: RequestId,
    command: &RequestCommand,
    expected: Option<u64>,
) -> Answer<Decision> {
    let Some((request, key)) = rows::load(tx, store.instance_key(), id)? else {
        return Ok(Err(vec![Refusal::new(RefusalCode::Erased)]));
    };
    if expected.is_some_and(|version| version != request.version) {
        return Ok(Err(vec![Refusal::new(RefusalCode::VersionConflict)]));
    }
    let pinned = inner.pinned(&request.procedure).ok_or_else(|| Fault::other("an unknown procedure"))?;
    let parties = match both(tx, request.from, request.to)? {
        Ok(parties) => parties,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let of_files = matches!(command, RequestCommand::Prepare { .. } | RequestCommand::Check { .. });
    let files = if of_files { files(tx, &key, id)? } else { Vec::new() };
    let source = source::load(tx, inner, &parties, &request, command, attempt.now)?;
    let vaults = match command {
        RequestCommand::Prepare { .. } | RequestCommand::Release { .. } => {
            vault::vaults(tx, inner, &parties.from, &parties.to, attempt.now)?
        }
        RequestCommand::Open { .. } => {
            if let Err(refusal) = vault::may_open(tx, inner, attempt.caller, attempt.now)? {
                return Ok(Err(vec![refusal]));
            }
            Vaults::default()
        }
        _ => Vaults::default(),
    };
    let known = Known { files, source, vaults };
    let decided =
        parties.decide(inner, attempt, pinned, &known, |ctx| request::decide(&request, command, ctx));
    if decided.is_ok()
        && matches!(command, RequestCommand::Send)
        && let Some(refusal) = vetting::over_quota(tx, inner, &parties, attempt.now)?
    {
        return Ok(Err(vec![refusal]));
    }
    Ok(decided.map(|events| Decision { request, key, parties, events }))
}

/// Nothing followed, as when a clock is looked at before its end.
fn unchanged(request: &Request, at: Moment) -> Receipt {
    Receipt {
        request: request.id,
        reference: request.reference.clone(),
        version: request.version,
        state: request.state(),
        at,
        events: Vec::new(),
        commitments: Vec::new(),
        promise: String::new(),
    }
}

/// Makes the objects of a filed message known; one that was sent before undoes the whole filing.
fn note_objects(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    from: OrganisationId,
    id: RequestId,
    receipt: Result<Receipt, Refusals>,
) -> Answer<Receipt> {
    let Ok(receipt) = receipt else { return Ok(receipt) };
    let Some((request, _)) = rows::load(tx, store.instance_key(), id)? else { return Ok(Ok(receipt)) };
    if let Intake::Standard { objects, .. } = &request.intake {
        for object in objects {
            if !rows::add_object(tx, from, &object.identifier, id)? {
                return Err(Fault::new(comity_store::FaultKind::Unique, "an object that was filed before"));
            }
        }
    }
    Ok(Ok(receipt))
}

fn status_of(request: &Request, identifier: &str) -> Option<ForeignStatus> {
    let Intake::Standard { objects, .. } = &request.intake else { return None };
    let object = objects.iter().find(|object| object.identifier == identifier)?.clone();
    let items = object.items.iter().filter_map(|id| request.item(*id));
    Some(ForeignStatus {
        request: request.id,
        kind: request.kind,
        state: request.state(),
        items: items.map(|item| (item.id, item.state.outcome())).collect(),
        generation: request.version,
        changed_at: request.created_at,
        object,
    })
}
