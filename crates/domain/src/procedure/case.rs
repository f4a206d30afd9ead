//! Worked cases: dated stories beside a procedure that say what must follow, run by the real `decide` and `apply`.
//! People, organisations and identifiers are made up and the same in each run; time is what the case says.
//! A case that fails means that the file, the program or the case is wrong; the runner never says which.

mod world;

use super::{PinnedProcedure, ProcedureFault};
use crate::calendar::Calendar;
use crate::clock::{Clock, ClockReading};
use crate::party::{OrganisationKind, Role};
use crate::preservation::{HoldEnd, HoldState};
use crate::procedure::CheckKind;
use crate::refusal::{NonExecutionCode, Refusal, RefusalCode};
use crate::request::{DraftItem, Request, RequestState};
use crate::term::{AuthoriserType, Independence, ItemOutcome, Priority, vocabulary};
use crate::time::Moment;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use world::World;

vocabulary! {
    /// What happens in a step.
    CaseAct {
        /// The whole way from the draft to the addressee, at one instant.
        Send = "send",
        /// Nothing; only the expectations are compared.
        Observe = "observe",
        /// The system looks at clocks and holds.
        Tick = "tick",
        /// The addressee gives its reference.
        Acknowledge = "acknowledge",
        /// One check of the source.
        Check = "check",
        /// Every check that the procedure demands, all passed.
        Verify = "verify",
        /// A question.
        Ask = "ask",
        /// The answer to the open question.
        Answer = "answer",
        /// Data are preserved.
        Preserve = "preserve",
        /// Data will be given.
        Produce = "produce",
        /// Not executed.
        Refuse = "refuse",
        /// An objection.
        Object = "object",
        /// What was accepted is packed and released by two persons.
        Deliver = "deliver",
        /// The authority confirms every package.
        Confirm = "confirm",
        /// Somebody behind the request is suspended: it stands still.
        Freeze = "freeze",
        /// A reviewer looked into it.
        Thaw = "thaw",
        /// Another authoriser signs anew.
        Reauthorise = "reauthorise",
        /// The source was false.
        FindFraud = "find_fraud",
        /// The request is taken back.
        Withdraw = "withdraw",
        /// The dossier is closed.
        Close = "close",
        /// The addressee gets more time.
        Postpone = "postpone",
        /// The hold lasts longer.
        ExtendHold = "extend_hold",
        /// The request that follows the hold is announced.
        AnnounceConversion = "announce_conversion",
        /// The announced request was carried out.
        ConvertHold = "convert_hold",
        /// The data are let go.
        ReleaseHold = "release_hold",
    }
}

vocabulary! {
    /// What a clock shows.
    CaseReading {
        /// No such clock was started.
        Absent = "absent",
        /// It runs.
        Running = "running",
        /// It stands still.
        Paused = "paused",
        /// Its end has passed.
        Overdue = "overdue",
        /// Done in time.
        Met = "met",
        /// Done too late.
        Missed = "missed",
    }
}

vocabulary! {
    /// Where the hold stands.
    CaseHold {
        /// There is none.
        Absent = "absent",
        /// It runs towards its end.
        Held = "held",
        /// The request that follows was announced.
        Announced = "announced",
        /// The request that follows was carried out.
        Converted = "converted",
        /// Let go.
        Released = "released",
        /// It ran out: an incident.
        Lapsed = "lapsed",
    }
}

/// A file of cases, beside its procedure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    procedure: String,
    case: Vec<Case>,
}

/// One story.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    from: String,
    to: String,
    priority: Priority,
    /// What the addressee is; without it, the first kind that the procedure allows.
    addressee: Option<OrganisationKind>,
    /// Answers of the form besides those that are filled in by themselves; an empty one leaves the field empty.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// Rows of the form; without any, one of the procedure's first category.
    #[serde(default)]
    item: Vec<DraftItem>,
    step: Vec<Step>,
}

/// One act and what must be so afterwards.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: Moment,
    act: CaseAct,
    /// Who acts, where it is not the one whose task it is.
    by: Option<Role>,
    authoriser: Option<AuthoriserType>,
    independence: Option<Independence>,
    /// The item, from 1; without it, every item that has no outcome.
    item: Option<usize>,
    code: Option<NonExecutionCode>,
    check: Option<CheckKind>,
    passed: Option<bool>,
    /// Whether the number called stands in the directory.
    directory: Option<bool>,
    /// The supervisor who confirmed, by name.
    confirmed_by: Option<String>,
    /// The clock that is lengthened.
    postponed: Option<String>,
    days: Option<u32>,
    refused: Option<RefusalCode>,
    state: Option<RequestState>,
    #[serde(default)]
    clock: Vec<ClockExpectation>,
    hold: Option<CaseHold>,
    hold_until: Option<Moment>,
    outcomes: Option<Vec<ItemOutcome>>,
}

/// What must be so of the clock of that identifier which started last.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockExpectation {
    id: String,
    due: Option<Moment>,
    last_day: Option<Date>,
    reading: Option<CaseReading>,
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFailure {
    /// The file.
    pub file: String,
    /// The case, by its name.
    pub case: String,
    /// The step, from 1.
    pub step: usize,
    /// What the case says.
    pub expected: String,
    /// What followed.
    pub got: String,
}

impl fmt::Display for CaseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, case, step, expected, got } = self;
        write!(f, "{file}, “{case}”, step {step}: expected {expected}, got {got}")
    }
}

/// How the cases of one file went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseReport {
    /// How many cases were run.
    pub cases: usize,
    /// How many expectations were compared.
    pub expectations: usize,
    /// Those that were not met, in the order of the file.
    pub failures: Vec<CaseFailure>,
}

/// Runs the cases in `text`, read from `path`, against a procedure; `calendars` are known by country code.
///
/// # Errors
/// When the text is no file of cases, belongs to another procedure, or names a country without calendar.
pub fn run(
    path: &str,
    text: &str,
    pinned: &PinnedProcedure,
    calendars: &BTreeMap<String, Calendar>,
) -> Result<CaseReport, ProcedureFault> {
    let file: CaseFile = toml::from_str(text).map_err(|error| ProcedureFault {
        message: error.message().to_owned(),
        offset: error.span().map(|span| span.start),
    })?;
    let fault = |message: String| ProcedureFault { message, offset: None };
    if file.procedure != pinned.procedure.id {
        return Err(fault(format!("the cases are for {}, not {}", file.procedure, pinned.procedure.id)));
    }
    let mut report = CaseReport::default();
    for case in &file.case {
        let calendar = |country: &str| {
            calendars
                .get(country)
                .ok_or_else(|| fault(format!("no calendar of {country} for “{}”", case.name)))
        };
        let mut world = World::new(case, pinned, calendar(&case.from)?, calendar(&case.to)?);
        report.cases += 1;
        for (step, number) in case.step.iter().zip(1..) {
            let mut desk = Desk { path, case, number, report: &mut report };
            let result = world.act(step);
            desk.refusal(step.refused, &result.err().unwrap_or_default());
            desk.compare(step, &world);
        }
    }
    Ok(report)
}

struct Desk<'a> {
    path: &'a str,
    case: &'a Case,
    number: usize,
    report: &'a mut CaseReport,
}

impl Desk<'_> {
    fn expect(&mut self, met: bool, expected: String, got: String) {
        self.report.expectations += 1;
        if !met {
            self.report.failures.push(CaseFailure {
                file: self.path.to_owned(),
                case: self.case.name.clone(),
                step: self.number,
                expected,
                got,
            });
        }
    }

    fn equal<T: PartialEq + fmt::Display + Copy>(&mut self, what: &str, expected: T, got: T) {
        let met = expected == got;
        self.expect(met, format!("{what} {expected}"), got.to_string());
    }

    fn refusal(&mut self, expected: Option<RefusalCode>, refusals: &[Refusal]) {
        let got: Vec<String> = refusals.iter().map(|refusal| refusal.to_string().trim().to_owned()).collect();
        match expected {
            Some(code) => {
                let met = refusals.iter().any(|refusal| refusal.code == code);
                let got = if got.is_empty() { "no refusal".to_owned() } else { got.join(", ") };
                self.expect(met, format!("the refusal {code}"), got);
            }
            None => self.expect(refusals.is_empty(), "no refusal".to_owned(), got.join(", ")),
        }
    }

    fn compare(&mut self, step: &Step, world: &World<'_>) {
        let Some(request) = world.request() else {
            let silent = step.state.is_none()
                && step.clock.is_empty()
                && step.hold.is_none()
                && step.hold_until.is_none();
            self.expect(silent, "a request".to_owned(), "none was begun".to_owned());
            return;
        };
        if let Some(state) = step.state {
            self.equal("the state", state, request.state());
        }
        for expectation in &step.clock {
            self.clock(expectation, request, step.at, world);
        }
        if let Some(hold) = step.hold {
            self.equal("the hold", hold, hold_of(request));
        }
        if let Some(until) = step.hold_until {
            let got = request.hold.as_ref().map(|hold| hold.until);
            let shown = got.map_or_else(|| "no hold".to_owned(), |until| until.to_string());
            self.expect(got == Some(until), format!("the hold until {until}"), shown);
        }
        if let Some(outcomes) = &step.outcomes {
            let got: Vec<ItemOutcome> =
                request.items.iter().filter_map(|item| item.state.outcome()).collect();
            self.expect(*outcomes == got, format!("the outcomes {outcomes:?}"), format!("{got:?}"));
        }
    }

    fn clock(&mut self, expected: &ClockExpectation, request: &Request, now: Moment, world: &World<'_>) {
        let found = request.clocks.iter().rev().find(|clock| clock.id.as_str() == expected.id);
        let id = &expected.id;
        if let Some(reading) = expected.reading {
            self.equal(&format!("clock {id}"), reading, reading_of(found, now));
        }
        if let Some(due) = expected.due {
            let shown = found.map_or_else(|| "no such clock".to_owned(), |clock| clock.due.to_string());
            self.expect(found.is_some_and(|clock| clock.due == due), format!("clock {id} due {due}"), shown);
        }
        if let Some(day) = expected.last_day {
            let got = found.and_then(|clock| clock.explain(world.calendar(clock.obliged)).last_day);
            let shown = got.map_or_else(|| "none".to_owned(), |day| day.to_string());
            self.expect(got == Some(day), format!("the last day of {id} {day}"), shown);
        }
    }
}

fn reading_of(clock: Option<&Clock>, now: Moment) -> CaseReading {
    match clock.map(|clock| clock.reading(now)) {
        None => CaseReading::Absent,
        Some(ClockReading::Running { .. }) => CaseReading::Running,
        Some(ClockReading::Paused { .. }) => CaseReading::Paused,
        Some(ClockReading::Overdue { .. }) => CaseReading::Overdue,
        Some(ClockReading::Met { .. }) => CaseReading::Met,
        Some(ClockReading::Missed { .. }) => CaseReading::Missed,
    }
}

fn hold_of(request: &Request) -> CaseHold {
    match request.hold.as_ref().map(|hold| &hold.state) {
        None => CaseHold::Absent,
        Some(HoldState::Held) => CaseHold::Held,
        Some(HoldState::ConversionAnnounced { .. }) => CaseHold::Announced,
        Some(HoldState::Ended { end: HoldEnd::Converted { .. } }) => CaseHold::Converted,
        Some(HoldState::Ended { end: HoldEnd::Released { .. } }) => CaseHold::Released,
        Some(HoldState::Ended { end: HoldEnd::Lapsed { .. } }) => CaseHold::Lapsed,
    }
}
