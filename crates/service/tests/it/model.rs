//! The service against a reference model: whoever may do what and when, said a second time and much more simply, for
//! requests that ask for data and for those that have data held, with corrections, more time, questions, and days on which
//! nothing happens but what time brings. After each step and each case the invariants of `invariant.rs` hold; over the
//! whole instance I9, I15, I18 (references are given once and without a gap) and I20 (the figures are the recount).
//! 500 cases of 50 steps, the same in every run; `COMITY_MODEL_CASES` asks for another number of new ones. A failing case
//! is made as short as it can be.

mod step;

use crate::harness::{PRESERVATION, SUBSCRIBER, Who, World};
use crate::invariant::{self, MOST_QUESTIONS, Record, record};
use comity_domain::clock::ClockReading;
use comity_domain::preservation::Hold as RealHold;
use comity_domain::request::Request;
use comity_service::{Caller, Denied, Receipt};
use comity_store::seal::InstanceKey;
use comity_store::testing::{Engine, TestStore, run_on};
use comity_store::{Fault, Tx};
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use step::{Step, command, every_step};

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

/// Those of the authority whose trust is withdrawn and given back at random.
const FALLIBLE: [Who; 3] = [Who::Officer, Who::Gatekeeper, Who::Judge];

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
    signed: Option<Who>,
    sent: Option<Who>,
    /// Whose trust is withdrawn now.
    fallen: Vec<Who>,
    /// For whose sake it stands still.
    frozen: Vec<Who>,
    /// Whom a review has cleared.
    cleared: Vec<Who>,
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
            signed: None,
            sent: None,
            fallen: Vec::new(),
            frozen: Vec::new(),
            cleared: Vec::new(),
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

    /// Who stands behind it.
    fn behind(&self) -> Vec<Who> {
        self.drafters.iter().copied().chain(self.vouched).chain(self.signed).chain(self.sent).collect()
    }

    /// Everybody behind it is trusted now; a review clears all but the signer.
    fn trusted(&self, cleared: &[Who]) -> bool {
        self.behind()
            .iter()
            .all(|who| !self.fallen.contains(who) || self.signed != Some(*who) && cleared.contains(who))
    }

    fn still(&self) -> bool {
        !self.frozen.is_empty()
    }

    /// What is accepted, prepared and given.
    fn open(&self) -> bool {
        !self.still() && self.trusted(&self.cleared)
    }

    /// Trust is withdrawn from somebody, or given back; that alone lets nothing go on.
    fn turn(&mut self, who: Who) {
        if self.fallen.contains(&who) {
            self.fallen.retain(|fallen| *fallen != who);
            return;
        }
        self.fallen.push(who);
        if self.stage != Stage::Over && self.behind().contains(&who) {
            self.frozen.push(who);
        }
    }

    fn let_go_on(&mut self) {
        self.cleared.append(&mut self.frozen);
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
            Step::Authorise | Step::Reauthorise | Step::Amend(_) => &[Who::Judge, all],
            Step::Send
            | Step::Answer
            | Step::Close
            | Step::Extend
            | Step::Announce
            | Step::Convert
            | Step::LetGo => &[Who::Officer, Who::Gatekeeper, all],
            Step::Withdraw => &[Who::Officer, Who::Gatekeeper, Who::Judge, all],
            Step::Release | Step::Thaw | Step::FindFraud => &[Who::Reviewer],
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

    #[expect(clippy::too_many_lines, reason = "a table of all steps")]
    fn permits(&self, who: Who, step: Step, times: Times) -> bool {
        let with = self.stage == Stage::WithProvider;
        Self::has_role(who, step)
            && match step {
                Step::Revise | Step::Submit => self.stage == Stage::Draft,
                Step::Return => matches!(self.stage, Stage::Review | Stage::Signature),
                Step::Forward => {
                    self.stage == Stage::Review && !self.still() && !self.drafters.contains(&who)
                }
                Step::Authorise => {
                    self.stage == Stage::Signature
                        && !self.still()
                        && !self.drafters.contains(&who)
                        && self.vouched != Some(who)
                }
                Step::Send => self.stage == Stage::Signed && !self.still(),
                Step::Acknowledge => with && !self.acknowledged,
                Step::Check(check, _) => with && check < self.wanted(),
                Step::Ask => with && !self.question && self.questions < MOST_QUESTIONS,
                Step::Answer => with && self.question,
                Step::Accept(item) => {
                    with && !self.preserves
                        && !self.question
                        && self.undecided(item)
                        && self.verified()
                        && self.open()
                }
                Step::Preserve(item) => {
                    with && self.preserves
                        && !self.question
                        && self.undecided(item)
                        && self.verified()
                        && self.open()
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
                    with && matches!(self.items[item], Item::Accepted(_)) && !self.packed(item) && self.open()
                }
                Step::Discard => with && self.unreleased().is_some(),
                Step::Release => with && self.open() && self.releasable(who),
                Step::Thaw => {
                    let cleared: Vec<Who> = self.cleared.iter().chain(&self.frozen).copied().collect();
                    self.received() && self.still() && self.trusted(&cleared)
                }
                Step::FindFraud => self.received() && self.still(),
                Step::Reauthorise => self.signs_anew(who),
                Step::Confirm => with && self.unconfirmed(),
                Step::Withdraw => self.stage != Stage::Over,
                Step::Close => {
                    matches!(self.stage, Stage::WithProvider | Stage::Confirmed)
                        && self.items.iter().all(|item| *item == Item::Ended)
                        && !self.unconfirmed()
                        && !self.holds()
                        && !self.still()
                }
            }
    }

    /// It is with the addressee and has not ended.
    fn received(&self) -> bool {
        matches!(self.stage, Stage::WithProvider | Stage::Confirmed)
    }

    fn signs_anew(&self, who: Who) -> bool {
        let fell = self.signed.is_some() && !self.trusted(&self.cleared);
        self.stage != Stage::Over
            && (self.still() || fell)
            && !self.frozen.contains(&who)
            && self.signed != Some(who)
            && self.vouched != Some(who)
            && !self.drafters.contains(&who)
    }

    fn releasable(&self, who: Who) -> bool {
        self.verified()
            && !self.question
            && self
                .unreleased()
                .is_some_and(|package| package.by != who && self.items[package.item] != Item::Accepted(who))
    }

    #[expect(clippy::too_many_lines, reason = "a table of all steps")]
    fn follow(&mut self, who: Who, step: Step) {
        match step {
            Step::Revise => self.drafters.push(who),
            // Whoever submits a draft counts as one of its authors.
            Step::Submit => {
                self.stage = Stage::Review;
                self.drafters.push(who);
            }
            Step::Return => (self.stage, self.vouched) = (Stage::Draft, None),
            Step::Forward => (self.stage, self.vouched) = (Stage::Signature, Some(who)),
            Step::Authorise => (self.stage, self.signed) = (Stage::Signed, Some(who)),
            Step::Send => (self.stage, self.sent) = (Stage::WithProvider, Some(who)),
            Step::Thaw => self.let_go_on(),
            Step::Reauthorise => {
                self.let_go_on();
                if !matches!(self.stage, Stage::Draft | Stage::Review | Stage::Signature) {
                    self.signed = Some(who);
                }
            }
            Step::FindFraud => {
                self.stage = Stage::Over;
                self.items = [Item::Ended; ITEMS];
                self.packages.retain(|package| package.released);
                self.let_go();
            }
            Step::Acknowledge => self.acknowledged = true,
            // The first is the accreditation, which the system finds itself.
            Step::Check(check, passed) => {
                self.checks[check] = passed && (check > 0 || self.trusted(&self.cleared));
            }
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
            Step::Amend(_) => self.signed = Some(who),
            Step::Postpone => {}
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
        let early = |step: Step| {
            matches!(step, Step::Withdraw | Step::Return) && what > 10 || step == Step::FindFraud && what > 60
        };
        let open: Vec<_> = both
            .filter(|(who, step)| model.permits(*who, *step, times) && !early(*step))
            .filter(|(who, _)| !model.fallen.contains(who))
            .collect();
        if !open.is_empty() {
            return open[(usize::from(who) * 256 + usize::from(what)) % open.len()];
        }
    }
    // Whose trust is withdrawn has no session to act in.
    let who = EVERYBODY[usize::from(who) % EVERYBODY.len()];
    let who = if model.fallen.contains(&who) { Who::Stranger } else { who };
    (who, steps[usize::from(what) % steps.len()])
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
    assert_eq!(request.frozen.len(), model.frozen.len());
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
    invariant::pauses_are_bounded(after);
    invariant::a_hold_ends_once(after);
}

/// Trust is withdrawn from somebody, or given back.
async fn turn(world: &World, model: &mut Model, who: Who) {
    let Caller::Person { actor, .. } = World::caller(who) else { panic!("not a person") };
    let active = model.fallen.contains(&who);
    world.exchange.set_active(&World::caller(Who::Head), actor.person, active).await.unwrap();
    model.turn(who);
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
        if (226..236).contains(&bytes[0]) {
            turn(world, &mut model, FALLIBLE[usize::from(bytes[1]) % FALLIBLE.len()]).await;
            let after = record(store, key, id).await;
            holds(&model, &before, &after);
            before = after;
            continue;
        }
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
    for who in model.fallen.clone() {
        turn(world, &mut model, who).await;
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
    // What is still to come belongs to a case that is over; who stood behind it is laid aside until the whole is checked.
    let forget = |tx: &mut dyn Tx| {
        tx.exec(
            "create table if not exists laid_aside as select * from request_source where request = ''",
            &[],
        )?;
        tx.exec("insert into laid_aside select * from request_source", &[])?;
        tx.exec("delete from request_source", &[])?;
        tx.exec("delete from job", &[])
    };
    store.write::<_, Fault>("model.forget", forget).await.unwrap();
    tally.references.push(record.request.reference.clone());
    *tally.states.entry(record.request.state().to_string()).or_default() += 1;
    tally.expired +=
        record.events.iter().filter(|event| event.event.what.name() == "clock_expired").count() as u64;
}

/// I9, I15, I18 and I20 for the whole instance.
async fn whole(world: &World, store: &TestStore, tally: &Tally) {
    let put_back = |tx: &mut dyn Tx| tx.exec("insert into request_source select * from laid_aside", &[]);
    store.write::<_, Fault>("model.put_back", put_back).await.unwrap();
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
