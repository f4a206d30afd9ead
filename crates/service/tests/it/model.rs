//! The service against a reference model: whoever may do what and when, said a second time and much more simply, for
//! requests that ask for data and for those that have data held, with corrections, more time, questions, and days on which
//! nothing happens but what time brings. After each step and each case the invariants of `invariant.rs` hold; over the
//! whole instance I9, I15, I18 (references are given once and without a gap) and I20 (the figures are the recount).
//! 500 cases of 50 steps, the same in every run; `COMITY_MODEL_CASES` asks for another number of new ones. A failing case
//! is made as short as it can be.

use crate::harness::{PRESERVATION, SUBSCRIBER, Who, World};
use crate::invariant::{self, MOST_QUESTIONS, Record, record};
use comity_domain::clock::ClockReading;
use comity_domain::id::{ClarificationId, ItemId, PackageId, UploadId};
use comity_domain::preservation::Hold as RealHold;
use comity_domain::procedure::CheckKind;
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{
    Column, Comparison, Correction, Decision, FileContents, Found, Giving, Holds, Request, RequestCommand,
    Seen,
};
use comity_domain::term::RequestKind;
use comity_service::{Denied, Receipt};
use comity_store::seal::InstanceKey;
use comity_store::testing::{Engine, TestStore, run_on};
use comity_store::{Fault, Tx};
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use uuid::Uuid;

const CASES: u32 = 500;
const STEPS: usize = 50;
/// The most checks that a procedure asks for of a request of ordinary priority.
const CHECKS: usize = 4;
const ITEMS: usize = 2;
const DAY_US: i64 = 86_400_000_000;
/// Days that may pass on which nobody acts.
const WAITS: [i64; 4] = [1, 6, 40, 95];
/// People are accredited for a year: no case lasts longer.
const LONGEST_CASE_US: i64 = 300 * DAY_US;
/// The provider's clock that runs until every item has its answer, in both procedures.
const ANSWER_CLOCK: &str = "T01";

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
    Amend(usize),
    Postpone,
    Preserve(usize),
    Extend,
    Announce,
    Convert,
    LetGo,
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
        Step::Postpone,
        Step::Extend,
        Step::Announce,
        Step::Convert,
        Step::LetGo,
    ];
    steps.extend((0..CHECKS).map(|check| Step::Check(check, true)));
    steps.push(Step::Check(0, false));
    steps.extend((0..ITEMS).flat_map(|item| {
        [Step::Accept(item), Step::Refuse(item), Step::Prepare(item), Step::Preserve(item), Step::Amend(item)]
    }));
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

/// How a hold stands; when it ends is the procedure's matter and taken from the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    None,
    Held,
    Announced,
    Ended,
}

/// What the record says of times, which the domain's own tests hold.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// The hold has run out.
    hold_over: bool,
    /// The clock for the answer has.
    answer_over: bool,
}

impl Times {
    fn of(request: &Request, world: &World) -> Self {
        let now = world.exchange.now();
        let over = |clock: &&comity_domain::clock::Clock| {
            clock.id.as_str() == ANSWER_CLOCK && matches!(clock.reading(now), ClockReading::Overdue { .. })
        };
        Self {
            hold_over: request.hold.as_ref().is_some_and(|hold| hold.until <= now),
            answer_over: request.clocks.iter().any(|clock| over(&clock)),
        }
    }
}

/// What matters of one request.
struct Model {
    /// It asks for data to be held, and not for data.
    preserves: bool,
    hold: Hold,
    extensions: usize,
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
    fn new(preserves: bool) -> Self {
        Self {
            preserves,
            hold: Hold::None,
            extensions: 0,
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

    /// How many checks its procedure asks for.
    fn wanted(&self) -> usize {
        if self.preserves { CHECKS - 1 } else { CHECKS }
    }

    fn verified(&self) -> bool {
        self.checks.iter().take(self.wanted()).all(|passed| *passed)
    }

    fn holds(&self) -> bool {
        matches!(self.hold, Hold::Held | Hold::Announced)
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
            Step::Revise | Step::Submit | Step::Confirm | Step::Postpone => &[Who::Officer, all],
            Step::Return => &[Who::Gatekeeper, Who::Judge, all],
            Step::Forward => &[Who::Gatekeeper, all],
            Step::Authorise | Step::Amend(_) => &[Who::Judge, all],
            Step::Send
            | Step::Answer
            | Step::Close
            | Step::Extend
            | Step::Announce
            | Step::Convert
            | Step::LetGo => &[Who::Officer, Who::Gatekeeper, all],
            Step::Withdraw => &[Who::Officer, Who::Gatekeeper, Who::Judge, all],
            Step::Release => &[Who::Reviewer],
            Step::Acknowledge
            | Step::Prepare(_)
            | Step::Check(..)
            | Step::Ask
            | Step::Accept(_)
            | Step::Refuse(_)
            | Step::Preserve(_)
            | Step::Discard => &[Who::Analyst, Who::Reviewer],
        };
        may.contains(&who)
    }

    fn permits(&self, who: Who, step: Step, times: Times) -> bool {
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
                Step::Check(check, _) => with && check < self.wanted(),
                Step::Ask => with && !self.question && self.questions < MOST_QUESTIONS,
                Step::Answer => with && self.question,
                Step::Accept(item) => {
                    with && !self.preserves && !self.question && self.undecided(item) && self.verified()
                }
                Step::Preserve(item) => {
                    with && self.preserves && !self.question && self.undecided(item) && self.verified()
                }
                Step::Amend(item) => with && self.items[item] == Item::Open && !self.drafters.contains(&who),
                Step::Postpone => {
                    with && !times.answer_over && self.items.iter().any(|item| *item != Item::Ended)
                }
                Step::Extend => self.holds() && self.extensions == 0 && !times.hold_over,
                Step::Announce => self.hold == Hold::Held && !times.hold_over,
                Step::Convert => self.hold == Hold::Announced,
                Step::LetGo => self.holds(),
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
                        && !self.holds()
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
                self.let_go();
            }
            Step::Amend(_) | Step::Postpone => {}
            Step::Preserve(item) => {
                self.items[item] = Item::Ended;
                if self.hold == Hold::None {
                    self.hold = Hold::Held;
                }
            }
            Step::Extend => self.extensions += 1,
            Step::Announce => self.hold = Hold::Announced,
            Step::Convert | Step::LetGo => self.let_go(),
        }
    }

    fn let_go(&mut self) {
        if self.holds() {
            self.hold = Hold::Ended;
        }
    }

    /// Days pass: a hold that nobody has announced a conversion of lapses.
    fn pass(&mut self, times: Times) {
        if self.hold == Hold::Held && times.hold_over {
            self.hold = Hold::Ended;
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
fn choose(model: &Model, times: Times, [how, who, what]: [u8; 3]) -> (Who, Step) {
    let steps = every_step();
    if how % 3 > 0 {
        let both = EVERYBODY.iter().flat_map(|who| steps.iter().map(move |step| (*who, *step)));
        let early = |step: Step| matches!(step, Step::Withdraw | Step::Return) && what > 10;
        let open: Vec<_> =
            both.filter(|(who, step)| model.permits(*who, *step, times) && !early(*step)).collect();
        if !open.is_empty() {
            return open[(usize::from(who) * 256 + usize::from(what)) % open.len()];
        }
    }
    (EVERYBODY[usize::from(who) % EVERYBODY.len()], steps[usize::from(what) % steps.len()])
}

#[expect(clippy::too_many_lines, reason = "a table of all steps")]
async fn command(world: &World, request: &Request, step: Step, permitted: bool) -> RequestCommand {
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
            let preserves = request.kind == RequestKind::Preserve;
            let procedure = if preserves { PRESERVATION } else { SUBSCRIBER };
            let rules = world.exchange.procedures().newest(procedure).unwrap();
            // The last is one that a preservation does not ask for.
            let kinds = rules.procedure.checks(request.priority);
            let kind = kinds.get(check).copied().unwrap_or(CheckKind::Documents);
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
            let file = if permitted {
                world.upload(request.id, b"address,subscriber\n").await
            } else {
                UploadId::new(Uuid::from_u128(1))
            };
            let columns = ["address", "subscriber"]
                .map(|name| Column { name: name.to_owned(), holds: Holds::Identifier });
            let files = vec![FileContents { file, items: vec![item(at)], columns: columns.to_vec() }];
            RequestCommand::Prepare { items: vec![item(at)], files, note: String::new() }
        }
        Step::Discard => RequestCommand::Discard { package: package(false), reason: text() },
        Step::Release => {
            let found = request.package(package(false));
            let files = found.map_or(&[][..], |package| &package.files);
            let seen = files.iter().map(|file| Seen { file: file.upload, remarks: file.remarks.clone() });
            let comparison = Comparison { seen: seen.collect(), ..Comparison::default() };
            RequestCommand::Release { package: package(false), comparison }
        }
        Step::Confirm => {
            RequestCommand::Confirm { package: package(true), found: Found::Intact, remark: String::new() }
        }
        Step::Withdraw => RequestCommand::Withdraw { reason: text() },
        Step::Close => RequestCommand::Close,
        Step::Amend(at) => {
            let mut content = request.draft.items[at].clone();
            content.value = format!("{}@mail.example", if at == 0 { "first" } else { "second" });
            let corrections = vec![Correction { item: item(at), content }];
            RequestCommand::Amend { corrections, reason: text() }
        }
        Step::Postpone => {
            RequestCommand::Postpone { clock: ANSWER_CLOCK.to_owned(), days: 5, reason: text() }
        }
        Step::Preserve(at) => {
            let decision = Decision::Preserve { explanation: String::new() };
            RequestCommand::Decide { item: item(at), decision }
        }
        Step::Extend => RequestCommand::ExtendHold { reason: text() },
        Step::Announce => RequestCommand::AnnounceConversion { reference: "NBP-2".to_owned() },
        Step::Convert => RequestCommand::ConvertHold { reference: "NBP-2".to_owned() },
        Step::LetGo => RequestCommand::ReleaseHold { reason: text() },
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
    assert_eq!(request.hold.as_ref().is_some_and(RealHold::is_open), model.holds());
    assert_eq!(request.hold.is_some(), model.hold != Hold::None);
    for (item, modelled) in request.items.iter().zip(model.items) {
        assert_eq!(item.state.outcome().is_some(), modelled == Item::Ended, "item {}", item.number);
    }
}

/// What all cases together must be found to be.
#[derive(Default)]
struct Tally {
    references: Vec<String>,
    states: BTreeMap<String, u64>,
    expired: u64,
    refused: u64,
    erased: u64,
}

fn holds(model: &Model, before: &Record, after: &Record) {
    agrees(model, &after.request);
    invariant::released_by_a_second_person(after);
    invariant::every_item_has_its_answer(&after.request);
    invariant::decided_by_people(after);
    invariant::nothing_decided_changes(before, after);
    invariant::every_event_has_its_leaf(after);
    invariant::pauses_are_bounded(&after.request);
    invariant::a_hold_ends_once(after);
}

/// One step of somebody; how it was answered.
async fn act(world: &World, before: &Record, model: &mut Model, bytes: [u8; 3]) -> Result<Receipt, Denied> {
    let times = Times::of(&before.request, world);
    let (who, step) = choose(model, times, bytes);
    let permitted = model.permits(who, step, times);
    let command = command(world, &before.request, step, permitted).await;
    let answer = world.exchange.act(&World::caller(who), before.request.id, command, None, None).await;
    assert_eq!(answer.is_ok(), permitted, "{who:?}, {step:?}: {answer:?}");
    assert!(!matches!(answer, Err(Denied::Fault(_))), "{step:?}: {answer:?}");
    if answer.is_ok() {
        model.follow(who, step);
    }
    answer
}

async fn case(world: &World, store: &TestStore, key: &InstanceKey, drawn: Vec<[u8; 3]>, tally: &mut Tally) {
    let begun = world.now_us.load(Ordering::SeqCst);
    let preserves = drawn[0][2] % 2 == 1;
    let id = world.draft(Who::Officer, if preserves { PRESERVATION } else { SUBSCRIBER }).await;
    let mut model = Model::new(preserves);
    let mut before = record(store, key, id).await;
    for bytes in drawn {
        let now = world.now_us.fetch_add(60_000_000 * i64::from(bytes[0] % 7), Ordering::SeqCst);
        let wait = WAITS[usize::from(bytes[1]) % WAITS.len()] * DAY_US;
        let after = if bytes[0] >= 244 && now - begun + wait < LONGEST_CASE_US {
            world.pass(wait / 1_000_000).await;
            let after = record(store, key, id).await;
            model.pass(Times::of(&after.request, world));
            invariant::time_decides_nothing(&before, &after);
            after
        } else {
            let answer = act(world, &before, &mut model, bytes).await;
            tally.refused += u64::from(answer.is_err());
            let after = record(store, key, id).await;
            invariant::found_exactly_once(&before, &after, answer.as_ref().ok());
            after
        };
        holds(&model, &before, &after);
        before = after;
    }
    end(world, store, key, &before, tally).await;
    world.now_us.store(begun, Ordering::SeqCst);
}

/// What is looked at once for each request, and the end of its retention where it has ended.
async fn end(world: &World, store: &TestStore, key: &InstanceKey, record: &Record, tally: &mut Tally) {
    let id = record.request.id;
    invariant::closed_to_others(world, id).await;
    invariant::each_view_leaves_an_entry(world, store, id).await;
    // Three and one who may not read it.
    tally.refused += 4;
    if record.request.state().ended() {
        world.pass(1_830 * DAY_US / 1_000_000).await;
        invariant::erased(world, store, key, record).await;
        tally.erased += 1;
        tally.refused += 1;
    }
    // What is still to come belongs to a case that is over.
    let forget = |tx: &mut dyn Tx| tx.exec("delete from job", &[]);
    store.write::<_, Fault>("model.forget", forget).await.unwrap();
    tally.references.push(record.request.reference.clone());
    *tally.states.entry(record.request.state().to_string()).or_default() += 1;
    tally.expired +=
        record.events.iter().filter(|event| event.event.what.name() == "clock_expired").count() as u64;
}

/// I9, I15, I18 and I20 for the whole instance.
async fn whole(world: &World, store: &TestStore, tally: &Tally) {
    while world.exchange.seal().await.unwrap() > 0 {}
    let report = world.exchange.check().await.unwrap();
    assert_eq!(report.findings, Vec::new());
    assert_eq!(
        (report.requests + report.erased, report.erased),
        (tally.references.len() as u64, tally.erased)
    );
    let notices = format!("{:?}", world.exchange.outbox().await.unwrap());
    assert!(!notices.contains("mail.example"));
    let numbers = tally
        .references
        .iter()
        .map(|reference| reference.rsplit('-').next().unwrap().parse::<usize>().unwrap());
    assert!(numbers.eq(1..=tally.references.len()));
    let figures = world.exchange.figures(&World::caller(Who::Auditor)).await.unwrap();
    let states: BTreeMap<String, u64> =
        figures.states.iter().map(|(state, count)| (state.to_string(), *count)).collect();
    assert_eq!(states, tally.states);
    // A clock may look at a request that is over; that is refused like anybody else's attempt.
    let clocks = "select count(*) from trail where outcome = 'refused' and person is null";
    let count = move |tx: &mut dyn Tx| tx.row(clocks, &[])?.unwrap().int(0);
    let by_clocks = store.read::<_, Fault>("model.refused", count).await.unwrap();
    let refused = tally.refused + u64::try_from(by_clocks).unwrap();
    assert_eq!((figures.overdue, figures.refused), (tally.expired, refused));
}

async fn as_modelled(store: &mut TestStore) {
    let world = World::open(store).await;
    let key = InstanceKey::load_or_create(&store.dir().join("instance.key")).unwrap();
    for procedure in [SUBSCRIBER, PRESERVATION] {
        let written = world.exchange.procedures().newest(procedure).unwrap();
        invariant::an_emergency_is_checked_more(&written.procedure);
    }
    let wanted = std::env::var("COMITY_MODEL_CASES").ok().and_then(|text| text.parse().ok());
    let cases = wanted.unwrap_or(CASES);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let handle = tokio::runtime::Handle::current();
    let tally = std::cell::RefCell::new(Tally::default());
    tokio::task::block_in_place(|| {
        let drawn = vec(proptest::array::uniform3(proptest::num::u8::ANY), STEPS);
        runner
            .run(&drawn, |drawn| {
                handle.block_on(case(&world, store, &key, drawn, &mut tally.borrow_mut()));
                Ok(())
            })
            .unwrap();
    });
    whole(&world, store, &tally.into_inner()).await;
}

#[test]
fn the_service_does_what_the_model_says_on_sqlite() {
    run_on(&mut Engine::Sqlite.open_in_memory(), as_modelled);
}

#[test]
fn the_service_does_what_the_model_says_on_postgres() {
    run_on(&mut Engine::Postgres.open_in_memory(), as_modelled);
}
