//! The service against a reference model: whoever may do what and when, said a second time and much more simply, and
//! after each step the invariants I1, I6 to I10 and I12 to I16 of the trust model as far as one request shows them.
//! 500 cases of 50 steps, the same in every run; `COMITY_MODEL_CASES` asks for another number of new ones. A failing case
//! is made as short as it can be.

use crate::harness::{SUBSCRIBER, Who, World};
use comity_domain::id::{ClarificationId, ItemId, PackageId, RequestId, UploadId};
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{Decision, Giving, Request, RequestCommand, RequestEvent, apply};
use comity_domain::term::ItemOutcome;
use comity_service::{Denied, Receipt};
use comity_store::request::{EventLeaf, StoredEvent};
use comity_store::seal::{InstanceKey, KeyState, dossier_key};
use comity_store::testing::TestStore;
use comity_store::{Fault, Tx, on_both_engines, request as rows};
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use uuid::Uuid;

const CASES: u32 = 500;
const STEPS: usize = 50;
/// The procedure's checks of a request of ordinary priority.
const CHECKS: usize = 4;
const MOST_QUESTIONS: usize = 2;
const ITEMS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Revise,
    Submit,
    Return,
    Forward,
    Authorise,
    Send,
    Acknowledge,
    Check(usize, bool),
    Ask,
    Answer,
    Accept(usize),
    Refuse(usize),
    Prepare(usize),
    Discard,
    Release,
    Confirm,
    Withdraw,
    Close,
}

const EVERYBODY: [Who; 9] = [
    Who::Officer,
    Who::OfficerWithEveryRole,
    Who::Gatekeeper,
    Who::Judge,
    Who::Analyst,
    Who::Reviewer,
    Who::Administrator,
    Who::Auditor,
    Who::Stranger,
];

fn every_step() -> Vec<Step> {
    let mut steps = vec![
        Step::Revise,
        Step::Submit,
        Step::Return,
        Step::Forward,
        Step::Authorise,
        Step::Send,
        Step::Acknowledge,
        Step::Ask,
        Step::Answer,
        Step::Discard,
        Step::Release,
        Step::Confirm,
        Step::Withdraw,
        Step::Close,
    ];
    steps.extend((0..CHECKS).map(|check| Step::Check(check, true)));
    steps.push(Step::Check(0, false));
    steps.extend((0..ITEMS).flat_map(|item| [Step::Accept(item), Step::Refuse(item), Step::Prepare(item)]));
    steps
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Draft,
    Review,
    Signature,
    Signed,
    WithProvider,
    Confirmed,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Open,
    Accepted(Who),
    Ended,
}

#[derive(Debug, Clone)]
struct Package {
    item: usize,
    by: Who,
    released: bool,
    receipt: bool,
}

/// What matters of one request.
struct Model {
    stage: Stage,
    drafters: Vec<Who>,
    vouched: Option<Who>,
    acknowledged: bool,
    checks: [bool; CHECKS],
    question: bool,
    questions: usize,
    items: [Item; ITEMS],
    packages: Vec<Package>,
}

impl Model {
    fn new() -> Self {
        Self {
            stage: Stage::Draft,
            drafters: vec![Who::Officer],
            vouched: None,
            acknowledged: false,
            checks: [false; CHECKS],
            question: false,
            questions: 0,
            items: [Item::Open; ITEMS],
            packages: Vec::new(),
        }
    }

    fn verified(&self) -> bool {
        self.checks.iter().all(|passed| *passed)
    }

    fn packed(&self, item: usize) -> bool {
        self.packages.iter().any(|package| package.item == item)
    }

    fn unreleased(&self) -> Option<&Package> {
        self.packages.iter().find(|package| !package.released)
    }

    fn undecided(&self, item: usize) -> bool {
        self.items[item] == Item::Open || matches!(self.items[item], Item::Accepted(_)) && !self.packed(item)
    }

    fn unconfirmed(&self) -> bool {
        self.packages.iter().any(|package| package.released && !package.receipt)
    }

    fn has_role(who: Who, step: Step) -> bool {
        let all = Who::OfficerWithEveryRole;
        let may: &[Who] = match step {
            Step::Revise | Step::Submit | Step::Confirm => &[Who::Officer, all],
            Step::Return => &[Who::Gatekeeper, Who::Judge, all],
            Step::Forward => &[Who::Gatekeeper, all],
            Step::Authorise => &[Who::Judge, all],
            Step::Send | Step::Answer | Step::Close => &[Who::Officer, Who::Gatekeeper, all],
            Step::Withdraw => &[Who::Officer, Who::Gatekeeper, Who::Judge, all],
            Step::Release => &[Who::Reviewer],
            Step::Acknowledge
            | Step::Prepare(_)
            | Step::Check(..)
            | Step::Ask
            | Step::Accept(_)
            | Step::Refuse(_)
            | Step::Discard => &[Who::Analyst, Who::Reviewer],
        };
        may.contains(&who)
    }

    fn permits(&self, who: Who, step: Step) -> bool {
        let with = self.stage == Stage::WithProvider;
        Self::has_role(who, step)
            && match step {
                Step::Revise | Step::Submit => self.stage == Stage::Draft,
                Step::Return => matches!(self.stage, Stage::Review | Stage::Signature),
                Step::Forward => self.stage == Stage::Review && !self.drafters.contains(&who),
                Step::Authorise => {
                    self.stage == Stage::Signature
                        && !self.drafters.contains(&who)
                        && self.vouched != Some(who)
                }
                Step::Send => self.stage == Stage::Signed,
                Step::Acknowledge => with && !self.acknowledged,
                Step::Check(..) => with,
                Step::Ask => with && !self.question && self.questions < MOST_QUESTIONS,
                Step::Answer => with && self.question,
                Step::Accept(item) => with && !self.question && self.undecided(item) && self.verified(),
                Step::Refuse(item) => with && !self.question && self.undecided(item),
                Step::Prepare(item) => {
                    with && matches!(self.items[item], Item::Accepted(_)) && !self.packed(item)
                }
                Step::Discard => with && self.unreleased().is_some(),
                Step::Release => with && self.releasable(who),
                Step::Confirm => with && self.unconfirmed(),
                Step::Withdraw => self.stage != Stage::Over,
                Step::Close => {
                    matches!(self.stage, Stage::WithProvider | Stage::Confirmed)
                        && self.items.iter().all(|item| *item == Item::Ended)
                        && !self.unconfirmed()
                }
            }
    }

    fn releasable(&self, who: Who) -> bool {
        self.verified()
            && !self.question
            && self
                .unreleased()
                .is_some_and(|package| package.by != who && self.items[package.item] != Item::Accepted(who))
    }

    fn follow(&mut self, who: Who, step: Step) {
        match step {
            Step::Revise => self.drafters.push(who),
            // Whoever submits a draft counts as one of its authors.
            Step::Submit => {
                self.stage = Stage::Review;
                self.drafters.push(who);
            }
            Step::Return => self.stage = Stage::Draft,
            Step::Forward => (self.stage, self.vouched) = (Stage::Signature, Some(who)),
            Step::Authorise => self.stage = Stage::Signed,
            Step::Send => self.stage = Stage::WithProvider,
            Step::Acknowledge => self.acknowledged = true,
            Step::Check(check, passed) => self.checks[check] = passed,
            Step::Ask => (self.question, self.questions) = (true, self.questions + 1),
            Step::Answer => self.question = false,
            Step::Accept(item) => self.items[item] = Item::Accepted(who),
            Step::Refuse(item) => self.items[item] = Item::Ended,
            Step::Prepare(item) => {
                self.packages.push(Package { item, by: who, released: false, receipt: false });
            }
            Step::Discard => {
                let at = self.packages.iter().position(|package| !package.released).unwrap();
                self.packages.remove(at);
            }
            Step::Release => {
                let package = self.packages.iter_mut().find(|package| !package.released).unwrap();
                package.released = true;
                self.items[package.item] = Item::Ended;
            }
            Step::Confirm => self.confirm(),
            Step::Withdraw | Step::Close => {
                self.stage = Stage::Over;
                self.items = [Item::Ended; ITEMS];
            }
        }
    }

    fn confirm(&mut self) {
        let package = self.packages.iter_mut().find(|package| package.released && !package.receipt);
        package.unwrap().receipt = true;
        if !self.unconfirmed() && self.items.iter().all(|item| *item == Item::Ended) {
            self.stage = Stage::Confirmed;
        }
    }
}

/// Two in three steps are ones that the model permits, so that a case gets somewhere; of those few end it.
fn choose(model: &Model, [how, who, what]: [u8; 3]) -> (Who, Step) {
    let steps = every_step();
    if how % 3 > 0 {
        let both = EVERYBODY.iter().flat_map(|who| steps.iter().map(move |step| (*who, *step)));
        let early = |step: Step| matches!(step, Step::Withdraw | Step::Return) && what > 10;
        let open: Vec<_> = both.filter(|(who, step)| model.permits(*who, *step) && !early(*step)).collect();
        if !open.is_empty() {
            return open[(usize::from(who) * 256 + usize::from(what)) % open.len()];
        }
    }
    (EVERYBODY[usize::from(who) % EVERYBODY.len()], steps[usize::from(what) % steps.len()])
}

/// The record of one request as the database holds it, and its replay.
struct Record {
    events: Vec<StoredEvent>,
    leaves: Vec<EventLeaf>,
    request: Request,
}

async fn record(store: &TestStore, key: &InstanceKey, id: RequestId) -> Record {
    let key = key.clone();
    let read = move |tx: &mut dyn Tx| {
        let KeyState::Present(key) = dossier_key(tx, &key, &id.to_string())? else {
            return Err(Fault::other("the key of a live request is gone"));
        };
        Ok::<_, Fault>((rows::events(tx, &key, id)?, rows::event_leaves(tx, id)?))
    };
    let (events, leaves) = store.read("model.record", read).await.unwrap();
    let mut request = None;
    for event in &events {
        request = Some(apply(request, &event.event.what).unwrap());
    }
    Record { events, leaves, request: request.unwrap() }
}

async fn command(world: &World, request: &Request, model: &Model, who: Who, step: Step) -> RequestCommand {
    let text = || "Said in words.".to_owned();
    let item =
        |at: usize| request.items.get(at).map_or_else(|| ItemId::new(Uuid::from_u128(1)), |item| item.id);
    let package = |released: bool| {
        let found = request.packages.iter().find(|p| p.released.is_some() == released && p.receipt.is_none());
        found.map_or_else(|| PackageId::new(Uuid::from_u128(1)), |package| package.id)
    };
    match step {
        Step::Revise => RequestCommand::Revise { draft: request.draft.clone() },
        Step::Submit => RequestCommand::Submit,
        Step::Return => RequestCommand::Return { reason: text() },
        Step::Forward => RequestCommand::Forward,
        Step::Authorise => RequestCommand::Authorise { statement: text() },
        Step::Send => RequestCommand::Send,
        Step::Acknowledge => RequestCommand::Acknowledge { reference: "HBT-1".to_owned() },
        Step::Check(check, passed) => {
            let rules = world.exchange.procedures().newest(SUBSCRIBER).unwrap();
            let kind = rules.procedure.checks(request.priority)[check];
            RequestCommand::Check { kind, passed, note: text(), contact_point: None }
        }
        Step::Ask => {
            let code = NonExecutionCode::InsufficientIdentifier;
            RequestCommand::Ask { code, items: Vec::new(), question: text() }
        }
        Step::Answer => {
            let open = request.open_clarification().map(|round| round.id);
            let clarification = open.unwrap_or_else(|| ClarificationId::new(Uuid::from_u128(1)));
            RequestCommand::Answer { clarification, text: text() }
        }
        Step::Accept(at) => {
            let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
            RequestCommand::Decide { item: item(at), decision }
        }
        Step::Refuse(at) => {
            let codes = vec![NonExecutionCode::NoLongerHeld];
            RequestCommand::Decide {
                item: item(at),
                decision: Decision::Refuse { codes, explanation: text() },
            }
        }
        Step::Prepare(at) => {
            let file = if model.permits(who, step) {
                world.upload(request.id, b"address,subscriber\n").await
            } else {
                UploadId::new(Uuid::from_u128(1))
            };
            RequestCommand::Prepare { items: vec![item(at)], files: vec![file], note: String::new() }
        }
        Step::Discard => RequestCommand::Discard { package: package(false), reason: text() },
        Step::Release => RequestCommand::Release { package: package(false) },
        Step::Confirm => {
            RequestCommand::Confirm { package: package(true), intact: true, remark: String::new() }
        }
        Step::Withdraw => RequestCommand::Withdraw { reason: text() },
        Step::Close => RequestCommand::Close,
    }
}

/// The real request stands where the model's does.
fn agrees(model: &Model, request: &Request) {
    use comity_domain::request::Stage as Real;
    let stage = match &request.stage {
        Real::Draft => Stage::Draft,
        Real::GatekeeperReview { .. } => Stage::Review,
        Real::AwaitingAuthorisation => Stage::Signature,
        Real::Authorised => Stage::Signed,
        Real::Sent { .. } | Real::WithProvider { .. } => Stage::WithProvider,
        Real::ReceiptConfirmed { .. } => Stage::Confirmed,
        Real::Withdrawn { .. } | Real::Closed { .. } => Stage::Over,
    };
    assert_eq!(stage, model.stage);
    assert_eq!(request.verified_at.is_some(), model.verified());
    assert_eq!(request.open_clarification().is_some(), model.question);
    assert_eq!(request.packages.len(), model.packages.len());
    for (item, modelled) in request.items.iter().zip(model.items) {
        assert_eq!(item.state.outcome().is_some(), modelled == Item::Ended, "item {}", item.number);
    }
}

/// I1: nothing is released without signature and verified source, and by nobody who collected it.
fn released_by_a_second_person(record: &Record) {
    let request = &record.request;
    let signed = request.authorisation.as_ref().map(|authorisation| authorisation.by.person);
    assert!(signed.is_none_or(|person| !request.drafters.contains(&person)));
    for package in &request.packages {
        let Some(released) = &package.released else { continue };
        assert!(signed.is_some());
        assert_ne!(released.person, package.prepared.person);
    }
    let mut verified = false;
    for event in &record.events {
        match &event.event.what {
            RequestEvent::SourceVerified { .. } => verified = true,
            RequestEvent::SourceDoubted { .. } => verified = false,
            RequestEvent::PackageReleased { .. } | RequestEvent::ItemAccepted { .. } => assert!(verified),
            _ => {}
        }
    }
}

/// I6: a request that has ended has an outcome for each item.
fn every_item_has_its_answer(request: &Request) {
    if request.state().ended() {
        assert!(request.items.iter().all(|item| item.state.outcome().is_some()));
    }
}

/// I6 and I13: whatever was decided was decided by a person, refusals with ground and words.
fn decided_by_people(record: &Record) {
    for event in &record.events {
        let RequestEvent::ItemEnded { outcome, codes, explanation, by, .. } = &event.event.what else {
            continue;
        };
        assert!(by.is_some());
        assert!(*outcome != ItemOutcome::Refused || !codes.is_empty() && !explanation.is_empty());
    }
}

/// I7: what has its outcome keeps it, and the record only grows.
fn nothing_decided_changes(before: &Record, after: &Record) {
    assert!(after.leaves.starts_with(&before.leaves));
    let outcomes = |request: &Request| -> BTreeSet<(ItemId, String)> {
        let ended = request.items.iter().filter_map(|item| Some((item.id, item.state.outcome()?)));
        ended.map(|(id, outcome)| (id, format!("{outcome:?}"))).collect()
    };
    if before.request.received_at().is_some() {
        assert!(outcomes(&after.request).is_superset(&outcomes(&before.request)));
    }
}

/// I8: an act that was acknowledged is found once, one that was refused has left no event.
fn found_exactly_once(before: &Record, after: &Record, receipt: Option<&Receipt>) {
    let names: Vec<&str> = after.events[before.events.len()..].iter().map(|e| e.event.what.name()).collect();
    assert_eq!(
        names,
        receipt.map_or(Vec::new(), |receipt| receipt.events.iter().map(String::as_str).collect())
    );
    assert_eq!(after.request.version, after.events.len() as u64);
    assert!(receipt.is_none_or(|receipt| receipt.version == after.request.version));
}

/// I9 and I10: one leaf for each event, numbered without a gap, in the order of time.
fn every_event_has_its_leaf(record: &Record) {
    assert_eq!(record.events.len(), record.leaves.len());
    let mut last = i64::MIN;
    for (number, (event, leaf)) in (1..).zip(record.events.iter().zip(&record.leaves)) {
        assert_eq!((event.event.sequence, leaf.sequence), (number, number));
        assert_eq!(comity_ledger::commitment(&event.salt, &event.canonical), leaf.commitment);
        assert!(leaf.at_us >= last);
        last = leaf.at_us;
    }
}

/// I12 and I14: neither another organisation nor whoever administers reads the dossier.
async fn closed_to_others(world: &World, id: RequestId) {
    for who in [Who::Stranger, Who::Administrator, Who::Auditor] {
        assert!(matches!(world.exchange.dossier(&World::caller(who), id).await, Err(Denied::Refused(_))));
    }
}

/// I16: clocks stand still for as many questions as the procedure allows.
fn pauses_are_bounded(request: &Request) {
    assert!(request.clarifications.len() <= MOST_QUESTIONS);
}

async fn case(world: &World, store: &TestStore, key: &InstanceKey, drawn: Vec<[u8; 3]>) {
    let begun = world.now_us.load(Ordering::SeqCst);
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    let mut model = Model::new();
    let mut before = record(store, key, id).await;
    for bytes in drawn {
        world.now_us.fetch_add(60_000_000 * i64::from(bytes[0] % 7), Ordering::SeqCst);
        let (who, step) = choose(&model, bytes);
        let command = command(world, &before.request, &model, who, step).await;
        let answer = world.exchange.act(&World::caller(who), id, command, None, None).await;
        assert_eq!(answer.is_ok(), model.permits(who, step), "{step:?}: {answer:?}");
        assert!(!matches!(answer, Err(Denied::Fault(_))), "{step:?}: {answer:?}");
        if answer.is_ok() {
            model.follow(who, step);
        }
        let after = record(store, key, id).await;
        agrees(&model, &after.request);
        released_by_a_second_person(&after);
        every_item_has_its_answer(&after.request);
        decided_by_people(&after);
        nothing_decided_changes(&before, &after);
        found_exactly_once(&before, &after, answer.as_ref().ok());
        every_event_has_its_leaf(&after);
        pauses_are_bounded(&after.request);
        before = after;
    }
    closed_to_others(world, id).await;
    world.now_us.store(begun, Ordering::SeqCst);
}

/// I9 for the whole instance, and I15: no notice names an identifier that a request asks about.
async fn whole(world: &World) {
    while world.exchange.seal().await.unwrap() > 0 {}
    assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
    let notices = format!("{:?}", world.exchange.outbox().await.unwrap());
    assert!(!notices.contains("mail.example"));
}

on_both_engines! {
    async fn the_service_does_what_the_model_says(store) {
        let world = World::open(store).await;
        let key = InstanceKey::load_or_create(&store.dir().join("instance.key")).unwrap();
        let wanted = std::env::var("COMITY_MODEL_CASES").ok().and_then(|text| text.parse().ok());
        let cases = wanted.unwrap_or(CASES);
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
        let mut runner = match wanted {
            Some(_) => TestRunner::new(config),
            None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        };
        let handle = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            let drawn = vec(proptest::array::uniform3(proptest::num::u8::ANY), STEPS);
            runner
                .run(&drawn, |drawn| {
                    handle.block_on(case(&world, store, &key, drawn));
                    Ok(())
                })
                .unwrap();
        });
        whole(&world).await;
    }
}
