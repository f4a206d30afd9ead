//! The pipeline of an act: one transaction that asks the policy, lets the domain decide, and writes state,
//! events, trail, jobs and receipt together. Refused attempts leave their trail entry and nothing else.
//! A closure here may run more than once, so it has no effect but rows.

use crate::assertion::Signed;
use crate::digest::digests;
use crate::ledger::erase_later;
use crate::source::freeze;
use crate::{Inner, event_id, fill, mirror, new_id, notice, vault};
use comity_domain::event::{Event, Origin};
use comity_domain::id::{OrganisationId, PersonId, RequestId, SessionId, TrailId};
use comity_domain::party::{Actor, Role, Side};
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::request::{Request, RequestEvent, RequestState, apply, due_watches};
use comity_domain::time::Moment;
pub(crate) use comity_ledger::bundle::hex;
use comity_policy::{Action, Condition, Facts, Relation, Subject, Verdict};
use comity_store::request::Parties;
use comity_store::seal::{DossierKey, InstanceKey};
use comity_store::trail::TrailRow;
use comity_store::{FaultKind, Tally, Tx, job, request as rows, source, trail};
use serde::{Deserialize, Serialize};

/// The door through which a caller came; kept in the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A page.
    Page,
    /// The JSON API.
    Api,
    /// A standard interface.
    Interop,
    /// The console.
    CommandLine,
    /// A job.
    Job,
}

impl Via {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Interop => "interop",
            Self::CommandLine => "console",
            Self::Job => "job",
        }
    }
}

/// A passkey counts as just shown for so long, in seconds (T03).
pub const PRESENT_S: i64 = 300;

/// How a caller can show that they are there themselves. In a demonstration, which has no secrets, everybody counts as
/// present who has not signed in with a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// By the session that calls.
    Session {
        /// Which.
        id: SessionId,
        /// When a passkey was last shown in it; never for one-click people of a demonstration.
        shown_at: Option<Moment>,
    },
    /// Not at all: a token is used by machines.
    Token,
}

/// Who calls; authenticated before it comes here.
#[derive(Debug, Clone)]
pub enum Caller {
    /// A person acting for one organisation.
    Person {
        /// Who.
        actor: Actor,
        /// How they came.
        via: Via,
        /// Whether they have shown a passkey.
        presence: Presence,
    },
    /// Another system with the token of one organisation.
    Peer {
        /// On whose behalf.
        organisation: OrganisationId,
        /// To whom it may file.
        addressee: OrganisationId,
        /// Under which procedures.
        procedures: crate::PeerProcedures,
    },
    /// A clock of this instance.
    System,
    /// Whoever works at the console.
    Operator,
}

impl Caller {
    pub(crate) const fn subject(&self) -> Subject<'_> {
        match self {
            Self::Person { actor, .. } => Subject::Person(actor),
            Self::Peer { organisation, .. } => Subject::Peer { organisation: *organisation },
            Self::System => Subject::System,
            Self::Operator => Subject::Operator,
        }
    }

    pub(crate) const fn actor(&self) -> Option<&Actor> {
        match self {
            Self::Person { actor, .. } => Some(actor),
            Self::Peer { .. } | Self::System | Self::Operator => None,
        }
    }

    pub(crate) const fn organisation(&self) -> Option<OrganisationId> {
        match self {
            Self::Person { actor, .. } => Some(actor.organisation),
            Self::Peer { organisation, .. } => Some(*organisation),
            Self::System | Self::Operator => None,
        }
    }

    const fn via(&self) -> Via {
        match self {
            Self::Person { via, .. } => *via,
            Self::Peer { .. } => Via::Interop,
            Self::System => Via::Job,
            Self::Operator => Via::CommandLine,
        }
    }

    /// What entitles the caller where no request and its procedure does.
    fn entitlement(&self) -> String {
        match self {
            Self::Person { actor, .. } => actor.accreditation.clone(),
            Self::Peer { .. } => "peer-link".to_owned(),
            Self::System => "system".to_owned(),
            Self::Operator => "console".to_owned(),
        }
    }

    /// The person and the session that calls, where it is one.
    pub(crate) const fn own_session(&self) -> Option<(PersonId, SessionId)> {
        match self {
            Self::Person { actor, presence: Presence::Session { id, .. }, .. } => Some((actor.person, *id)),
            Self::Person { .. } | Self::Peer { .. } | Self::System | Self::Operator => None,
        }
    }

    /// The same person with all their roles, those too that the session withholds.
    pub(crate) fn whole(&self, tx: &mut dyn Tx) -> Result<Option<Self>, comity_store::Fault> {
        let Self::Person { actor, via, presence } = self else { return Ok(None) };
        let found = comity_store::party::actor(tx, actor.person, actor.organisation)?;
        Ok(found.map(|(actor, _)| Self::Person { actor, via: *via, presence: *presence }))
    }

    /// The caller as the directory has them in this transaction: who was suspended, left, or lost a role after the call
    /// began has it no longer. A role that the session withholds stays withheld. Nobody, where they take no part any more.
    pub(crate) fn again(&self, tx: &mut dyn Tx) -> Result<Option<Self>, comity_store::Fault> {
        let Self::Person { actor: known, via, presence } = self else { return Ok(Some(self.clone())) };
        let found = comity_store::party::actor(tx, known.person, known.organisation)?;
        Ok(found.map(|(mut actor, _)| {
            actor.roles.retain(|role| known.roles.contains(role));
            Self::Person { actor, via: *via, presence: *presence }
        }))
    }

    /// Whether the person has just shown a passkey.
    fn present(&self, demo: bool, now: Moment) -> bool {
        match self {
            Self::Person { presence: Presence::Session { shown_at: Some(at), .. }, .. } => {
                now < at.plus_seconds(PRESENT_S)
            }
            Self::Person { .. } => demo,
            Self::Peer { .. } | Self::System | Self::Operator => false,
        }
    }

    /// Whether this is somebody of a demonstration who has no passkey; what they do stays unsigned.
    pub(crate) const fn cannot_sign(&self, demo: bool) -> bool {
        let shown =
            matches!(self, Self::Person { presence: Presence::Session { shown_at: Some(_), .. }, .. });
        demo && !shown
    }

    /// The same person with the roles that a passkey opens which is bound to its device, or is not.
    pub(crate) fn reaching(&self, inner: &Inner, bound: bool) -> Self {
        let mut same = self.clone();
        if let (Self::Person { actor, .. }, false) = (&mut same, bound) {
            actor.roles.retain(|role| !inner.device_bound.contains(role));
        }
        same
    }

    /// Whether the person has no way to show a passkey.
    pub(crate) const fn never_present(&self, demo: bool) -> bool {
        !demo && matches!(self, Self::Person { presence: Presence::Token, .. })
    }

    /// Under whose name receipts are kept.
    fn name(&self) -> String {
        match self {
            Self::Person { actor, .. } => format!("person {} {}", actor.person, actor.organisation),
            Self::Peer { organisation, .. } => format!("peer {organisation}"),
            Self::System => "system".to_owned(),
            Self::Operator => "operator".to_owned(),
        }
    }
}

/// A key under which a repeated act is answered with its first receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// 1 to 100 visible ASCII characters.
    pub fn new(text: &str) -> Option<Self> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        ((1..=100).contains(&text.len()) && visible).then(|| Self(text.to_owned()))
    }
}

/// What an act brought about; durable when it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Receipt {
    /// The request.
    pub request: RequestId,
    /// Its reference.
    pub reference: String,
    /// Its version now.
    pub version: u64,
    /// Where it stands now.
    pub state: RequestState,
    /// When.
    pub at: Moment,
    /// Names of the events, in order.
    pub events: Vec<String>,
    /// Their salted commitments, in hexadecimal.
    pub commitments: Vec<String>,
    /// A signed note: these commitments are durable and will stand in the log. Empty where nothing followed.
    pub promise: String,
}

/// An unexpected failure, logged once under its identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fault {id}")]
pub struct Fault {
    /// Under which it is found in the log.
    pub id: String,
    /// What the caller may know of it.
    pub cause: Cause,
}

/// What a caller may know of a fault: whether to wait, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The disk is full; there is room again once the operator has seen to it.
    Full,
    /// The database is not there at the moment, or was too busy; whether the act was kept may be unknown.
    Unavailable,
    /// The machine's clock is behind what was already recorded.
    Clock,
    /// No paper could be made of what is there; the page itself can be printed.
    Paper,
    /// Nothing that would help.
    Unexpected,
}

impl From<FaultKind> for Cause {
    fn from(kind: FaultKind) -> Self {
        match kind {
            FaultKind::Full => Self::Full,
            FaultKind::Busy | FaultKind::Connection | FaultKind::Broken => Self::Unavailable,
            FaultKind::Clock => Self::Clock,
            FaultKind::Unique | FaultKind::ForeignKey | FaultKind::Check | FaultKind::Other => {
                Self::Unexpected
            }
        }
    }
}

/// Why there is no receipt or answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Expected: each refusal with field, rule and remedy.
    #[error("refused")]
    Refused(Refusals),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<comity_store::Fault> for Denied {
    fn from(fault: comity_store::Fault) -> Self {
        let mut random = [0; 8];
        fill(&mut random);
        let id: String = hex(&random);
        tracing::error!(fault.id = id, fault.kind = %fault.kind, "A fault in the store: {}", fault.message);
        Self::Fault(Fault { id, cause: fault.kind.into() })
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<RefusalCode> for Denied {
    fn from(code: RefusalCode) -> Self {
        Self::Refused(vec![Refusal::new(code)])
    }
}

/// What a transaction answers: refusals are answers too, because their trail entry must be kept.
pub(crate) type Answer<T> = Result<Result<T, Refusals>, comity_store::Fault>;

/// Turns the answer of a transaction into the answer of an act.
pub(crate) fn settle<T>(answer: Answer<T>) -> Result<T, Denied> {
    answer?.map_err(Denied::Refused)
}

/// An attempt at something, as the trail will tell it.
#[derive(Clone)]
pub(crate) struct Attempt<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) action: Action,
    pub(crate) via: Via,
    pub(crate) now: Moment,
    pub(crate) about: String,
    pub(crate) request: Option<RequestId>,
    pub(crate) counterpart: Option<OrganisationId>,
    pub(crate) rule: String,
    pub(crate) role: String,
    /// Why it may be done: the procedure under which the request runs, otherwise what entitles the caller.
    pub(crate) basis: String,
    /// What else the trail is to keep, as JSON; never content of a request.
    pub(crate) detail: String,
    /// Who may do it, where the caller may not for want of a role.
    others: Vec<Role>,
    /// Whether a passkey has signed it, or is about to.
    pub(crate) signs: bool,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(caller: &'a Caller, action: Action, now: Moment) -> Self {
        Self {
            caller,
            action,
            via: caller.via(),
            now,
            about: String::new(),
            request: None,
            counterpart: None,
            rule: String::new(),
            role: String::new(),
            basis: caller.entitlement(),
            detail: String::new(),
            others: Vec::new(),
            signs: false,
        }
    }

    /// Asks the policy; a request that the caller may not know of looks as if it did not exist.
    pub(crate) fn ask(&mut self, inner: &Inner, relation: Relation, facts: Facts) -> Result<(), RefusalCode> {
        if crate::STUBBED {
            return Ok(());
        }
        let present = self.signs || self.caller.present(inner.demo, self.now);
        let facts = Facts { present, signed: self.signs || self.caller.cannot_sign(inner.demo), ..facts };
        let verdict: Verdict<'_> = inner.gate.ask(&self.caller.subject(), self.action, relation, facts);
        self.rule = verdict.rule.to_owned();
        self.role = verdict.role.map_or(String::new(), |role| role.as_str().to_owned());
        match (verdict.allowed, verdict.unmet) {
            (true, _) => Ok(()),
            (false, Some(Condition::Accredited)) => Err(RefusalCode::AccreditationExpired),
            (false, Some(Condition::WithProvider)) => Err(RefusalCode::NotFound),
            (false, Some(Condition::Present)) => Err(RefusalCode::PresenceRequired),
            (false, Some(Condition::Signed)) => Err(RefusalCode::SignatureRequired),
            (false, _) if relation == Relation::Foreign => Err(RefusalCode::NotFound),
            (false, Some(_)) => Err(RefusalCode::NotPermitted),
            (false, None) => {
                self.others = inner.gate.roles_for(self.action, relation);
                Err(RefusalCode::NotPermitted)
            }
        }
    }

    /// Says that it is about a request, and answers how the caller stands to that.
    pub(crate) fn concerns(&mut self, inner: &Inner, parties: &Parties) -> Relation {
        self.about.clone_from(&parties.reference);
        let own = self.caller.organisation();
        self.counterpart = if own == Some(parties.from) { Some(parties.to) } else { Some(parties.from) };
        if let Some(basis) = inner.basis(&parties.procedure_hash) {
            self.basis = basis;
        }
        self.caller.subject().relation_to_request(parties.from, parties.to)
    }

    /// Asks about a request, by its parties.
    pub(crate) fn ask_request(&mut self, inner: &Inner, parties: &Parties) -> Result<Relation, RefusalCode> {
        let relation = self.concerns(inner, parties);
        let facts = self.facts(parties.arrived, parties.ended);
        self.ask(inner, relation, facts).map(|()| relation)
    }

    pub(crate) fn facts(&self, with_provider: bool, ended: bool) -> Facts {
        let accredited = self.caller.actor().is_some_and(|actor| self.now < actor.accredited_until);
        Facts { accredited, with_provider, ended, ..Facts::default() }
    }

    /// Leaves the trail entry and answers its identifier.
    pub(crate) fn record(
        &self,
        tx: &mut dyn Tx,
        outcome: &'static str,
        code: &'static str,
    ) -> Result<TrailId, comity_store::Fault> {
        if crate::STUBBED {
            return Ok(new_id(self.now));
        }
        tx.tally(Tally { action: self.action.as_str(), outcome, code });
        let actor = self.caller.actor();
        let entry = TrailRow {
            id: new_id(self.now),
            at: self.now,
            person: actor.map(|actor| actor.person),
            name: actor.map_or(String::new(), |actor| actor.name.clone()),
            organisation: self.caller.organisation(),
            counterpart: self.counterpart,
            role: self.role.clone(),
            via: self.via.as_str().to_owned(),
            action: self.action.as_str().to_owned(),
            processing: self.action.processing(),
            outcome: outcome.to_owned(),
            rule: self.rule.clone(),
            basis: self.basis.clone(),
            code: code.to_owned(),
            about: self.about.clone(),
            request: self.request,
            detail: self.detail.clone(),
        };
        let mut salt = [0; 32];
        fill(&mut salt);
        trail::add(tx, &entry, &salt)?;
        Ok(entry.id)
    }

    /// Leaves the trail entry of a refusal and gives the refusal back; one for want of a role names the roles that do it.
    pub(crate) fn refuse<T>(&self, tx: &mut dyn Tx, mut refusals: Refusals) -> Answer<T> {
        let code = refusals.first().map_or("", |refusal| refusal.code.as_str());
        self.record(tx, "refused", code)?;
        if let ([refusal], false) = (refusals.as_mut_slice(), self.others.is_empty())
            && refusal.code == RefusalCode::NotPermitted
        {
            *refusal = Refusal::new(refusal.code).with("roles", comma_separated(&self.others));
        }
        Ok(Err(refusals))
    }
}

/// Roles as the text of a refusal takes them.
pub(crate) fn comma_separated(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
}

/// A first receipt, remembered under the caller's key.
#[derive(Clone)]
pub(crate) struct Memory {
    key: Option<(String, String)>,
    hash: [u8; 32],
}

impl Memory {
    /// `what` is everything that makes a repetition the same. Its digest is keyed, because it outlives an erasure and
    /// must not let anybody try what was erased.
    pub(crate) fn new(
        secret: &InstanceKey,
        caller: &Caller,
        key: Option<IdempotencyKey>,
        what: &[u8],
    ) -> Self {
        let key = key.map(|key| (caller.name(), key.0));
        Self { key, hash: secret.digest("repetition", what) }
    }

    /// The first receipt, if this is a repetition.
    pub(crate) fn recall(&self, tx: &mut dyn Tx) -> Answer<Option<Receipt>> {
        let Some((caller, key)) = &self.key else { return Ok(Ok(None)) };
        let Some((hash, receipt)) = trail::recall(tx, caller, key)? else { return Ok(Ok(None)) };
        if hash != self.hash {
            return Ok(Err(vec![Refusal::new(RefusalCode::IdempotencyMismatch)]));
        }
        let receipt = serde_json::from_str(&receipt);
        receipt
            .map(|receipt| Ok(Some(receipt)))
            .map_err(|error| comity_store::Fault::json("a receipt", &error))
    }

    fn remember(&self, tx: &mut dyn Tx, receipt: &Receipt) -> Result<(), comity_store::Fault> {
        let Some((caller, key)) = &self.key else { return Ok(()) };
        let text =
            serde_json::to_string(receipt).map_err(|error| comity_store::Fault::json("a receipt", &error))?;
        trail::remember(tx, caller, key, self.hash, &text, receipt.at)
    }
}

/// What has been decided and is to be written.
pub(crate) struct Outcome<'a> {
    pub(crate) attempt: &'a Attempt<'a>,
    pub(crate) side: Option<Side>,
    pub(crate) before: Option<Request>,
    pub(crate) arrived: bool,
    pub(crate) events: Vec<RequestEvent>,
    pub(crate) signed: Option<&'a Signed>,
    pub(crate) memory: &'a Memory,
}

impl<'a> Outcome<'a> {
    /// Of what begins a request, which nobody signs.
    pub(crate) fn begun(
        attempt: &'a Attempt<'a>,
        side: Option<Side>,
        events: Vec<RequestEvent>,
        memory: &'a Memory,
    ) -> Self {
        Self { attempt, side, before: None, arrived: false, events, signed: None, memory }
    }
}

/// Writes everything that follows from an act; the receipt holds once the transaction is committed.
pub(crate) fn commit(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    inner: &Inner,
    key: &DossierKey,
    outcome: &Outcome<'_>,
) -> Answer<Receipt> {
    let now = outcome.attempt.now;
    inner.ledger.clock_holds(now)?;
    let before = outcome.before.as_ref().map(|request| request.version);
    let mut state = outcome.before.clone();
    let mut sealed: Vec<SealedEvent> = Vec::new();
    let mut previous = match &outcome.before {
        None => None,
        Some(request) => rows::last_commitment(tx, request.id)?,
    };
    for what in &outcome.events {
        let next = apply(state, what).map_err(|error| comity_store::Fault::other(error.to_string()))?;
        if crate::STUBBED {
            state = Some(next);
            continue;
        }
        let Some(event) = seal_event(outcome, &next, what, previous, now)? else {
            return Ok(Err(vec![Refusal::new(RefusalCode::PasskeyRefused)]));
        };
        previous = Some(event.3);
        sealed.push(event);
        state = Some(next);
    }
    let Some(request) = state else { return Err(comity_store::Fault::other("an act without a request")) };
    let arrived =
        outcome.arrived || outcome.events.iter().any(|e| matches!(e, RequestEvent::Received { .. }));
    if before.is_none() {
        rows::insert(tx, key, &request, now)?;
    } else if !rows::update(tx, key, &request, before.unwrap_or(0), arrived, now)? {
        return Ok(Err(vec![Refusal::new(RefusalCode::VersionConflict)]));
    }
    let mut receipt = Receipt {
        request: request.id,
        reference: request.reference.clone(),
        version: request.version,
        state: request.state(),
        at: now,
        events: Vec::new(),
        commitments: Vec::new(),
        promise: String::new(),
    };
    for (event, canonical, salt, commitment) in &sealed {
        rows::add_event(tx, key, event, canonical, salt, commitment)?;
        receipt.events.push(event.what.name().to_owned());
        receipt.commitments.push(hex(commitment));
    }
    follow(tx, store, &request, &outcome.events, outcome.attempt)?;
    freeze::follow(tx, outcome.before.as_ref(), &request, &outcome.events, now)?;
    erase_later(tx, inner, &request, &outcome.events, now)?;
    outcome.memory.remember(tx, &receipt)?;
    mirror::record(tx, inner, &request, &outcome.events, outcome.attempt)?;
    Ok(Ok(receipt))
}

type SealedEvent = (Event, Vec<u8>, [u8; 32], [u8; 32]);

/// The event as it is kept; nothing where a passkey has signed something else.
fn seal_event(
    outcome: &Outcome<'_>,
    request: &Request,
    what: &RequestEvent,
    previous: Option<[u8; 32]>,
    now: Moment,
) -> Result<Option<SealedEvent>, comity_store::Fault> {
    let mut event = Event {
        id: event_id(now, request.version),
        request: request.id,
        sequence: request.version,
        previous: previous.map(|commitment| hex(&commitment)),
        at: now,
        origin: origin(outcome.attempt),
        side: outcome.side,
        rule: outcome.attempt.rule.clone(),
        what: what.clone(),
        assertion: None,
    };
    let first = outcome.before.as_ref().is_some_and(|before| before.version + 1 == request.version);
    if let (Some(signed), true) = (outcome.signed, first) {
        event.assertion = signed.under(&event)?;
        if event.assertion.is_none() {
            return Ok(None);
        }
    }
    let canonical = event.canonical().map_err(|error| comity_store::Fault::json("an event", &error))?;
    let mut salt = [0; 32];
    fill(&mut salt);
    let commitment = comity_ledger::commitment(&salt, &canonical);
    Ok(Some((event, canonical, salt, commitment)))
}

fn origin(attempt: &Attempt<'_>) -> Origin {
    match (attempt.caller, attempt.role.parse()) {
        (Caller::Person { actor, .. }, Ok(role)) => Origin::Person {
            person: actor.person,
            name: actor.name.clone(),
            organisation: actor.organisation,
            role,
        },
        (Caller::Peer { organisation, .. }, _) => Origin::Peer { organisation: *organisation },
        (Caller::Person { .. } | Caller::System | Caller::Operator, _) => Origin::System,
    }
}

/// What an act leaves to be done: the next look at the clocks, notices, and what can be searched for.
fn follow(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    request: &Request,
    events: &[RequestEvent],
    attempt: &Attempt<'_>,
) -> Result<(), comity_store::Fault> {
    let now = attempt.now;
    if let Some(watch) = due_watches(request) {
        let at_us = watch.at.us();
        let wanted = job::NewJob {
            id: crate::new_uuid(now).to_string(),
            kind: crate::job::WATCH.to_owned(),
            unique_key: Some(format!("watch {} {at_us}", request.id)),
            run_at_us: at_us,
            payload: request.id.to_string(),
            max_attempts: 1_000,
        };
        job::enqueue(tx, &wanted)?;
    }
    let keys = store.instance_key();
    for event in events {
        for (kind, digest) in digests(keys, event) {
            rows::add_digest(tx, digest, request.id, kind)?;
        }
        if let RequestEvent::Checked { check } = event
            && !check.passed
        {
            let id = crate::new_uuid(now).to_string();
            source::add_failed(tx, &id, request.from, request.to, request.id, check.kind(), now)?;
        }
    }
    vault::note_opening(tx, request, events, now)?;
    vault::destroy_taken_back(tx, request, events, now)?;
    notice::tell(tx, request, events, attempt)
}
