//! Deadlines: how a period is counted, when it ends, and how much of it is left (data model 10.8, threat T15).
//! Clocks start at the signed receipt, stand still only for a coded reason, and explain themselves line by line.
//! Time is always an argument; nothing here knows what time it is.

mod compute;
mod explain;
mod length;
mod pause;

pub use compute::compute;
pub use explain::{EXPLANATION_KEYS, Line, Value};
pub use length::{Length, LengthFault, UNIT_KEYS};

use crate::calendar::Calendar;
use crate::party::Side;
use crate::time::Moment;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use pause::{Standstill, later};
use serde::{Deserialize, Serialize};
use std::fmt;

/// More pauses or extensions than this are refused: nobody could follow the count.
pub const ENTRIES_LIMIT: usize = 128;

/// How a period is counted; a procedure's deadline rule gives the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountingRule {
    /// How long it is.
    pub length: Length,
    /// A period in days that would end on a day off ends with the next working day (Regulation 1182/71, Art. 3(4)).
    #[serde(default)]
    pub moves_to_working_day: bool,
    /// A period of two days or more includes at least two working days (Regulation 1182/71, Art. 3(5); from memory,
    /// not retrieved).
    #[serde(default)]
    pub two_working_days: bool,
    /// The most that all pauses together add, in elapsed hours; without it they are not bounded (T15).
    #[serde(default)]
    pub pause_cap_hours: Option<u32>,
}

impl CountingRule {
    /// A period that ends on its last day, whatever day that is, with unbounded pauses.
    pub const fn new(length: Length) -> Self {
        Self { length, moves_to_working_day: false, two_working_days: false, pause_cap_hours: None }
    }

    /// Whether the period ends on working days only.
    const fn knows_days_off(&self) -> bool {
        match self.length {
            Length::CalendarDays(_) => self.moves_to_working_day,
            Length::WorkingDays(_) => true,
            Length::Hours(_) => false,
        }
    }

    fn pause_cap(&self) -> Option<SignedDuration> {
        self.pause_cap_hours.map(|hours| SignedDuration::from_hours(i64::from(hours)))
    }
}

/// A time during which a clock stood still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Since when.
    pub from: Moment,
    /// Until when; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// The coded reason, as a translation key.
    pub reason_key: String,
}

/// How far an extension goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// Longer by this much, counted from the end so far.
    By(Length),
    /// Not over before this instant.
    Until(Moment),
}

/// A lengthening of a period; it never shortens one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// How far: `by` or `until`.
    #[serde(flatten)]
    pub extent: Extent,
    /// When it was granted.
    pub granted_at: Moment,
    /// The coded reason, as a translation key.
    pub reason_key: String,
}

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The end of the period, in the calendar's zone. While a pause lasts, the end as if it were over at once.
    pub due: Moment,
    /// The last day, when the period ends with the end of a day.
    pub last_day: Option<Date>,
    /// Since when the clock stands still, if it does.
    pub paused_since: Option<Moment>,
    /// How this was counted.
    pub lines: Vec<Line>,
}

/// What a clock shows at one instant. Durations are elapsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockReading {
    /// It runs.
    Running {
        /// Time left, without pauses that are known to come.
        remaining: SignedDuration,
    },
    /// It stands still.
    Paused {
        /// Time left when it runs again.
        remaining: SignedDuration,
    },
    /// The period is over and what was due has not been done.
    Overdue {
        /// Time since the end.
        by: SignedDuration,
    },
    /// It was done in time.
    Met {
        /// When.
        at: Moment,
    },
    /// It was done too late.
    Missed {
        /// When.
        at: Moment,
    },
}

impl ClockReading {
    /// Time left while the clock runs or stands still.
    pub const fn remaining(self) -> Option<SignedDuration> {
        match self {
            Self::Running { remaining } | Self::Paused { remaining } => Some(remaining),
            Self::Overdue { .. } | Self::Met { .. } | Self::Missed { .. } => None,
        }
    }
}

/// The identifier of a deadline within its procedure, such as `D01`: 1 to 32 letters, digits, `-`, `_`, `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeadlineId(String);

/// The text is no identifier of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a deadline is named by 1 to 32 letters, digits, hyphens, underscores or points")]
pub struct DeadlineIdFault;

impl DeadlineId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DeadlineId {
    type Error = DeadlineIdFault;
    fn try_from(text: String) -> Result<Self, DeadlineIdFault> {
        let sign = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if (1..=32).contains(&text.len()) && text.bytes().all(sign) {
            Ok(Self(text))
        } else {
            Err(DeadlineIdFault)
        }
    }
}

impl std::str::FromStr for DeadlineId {
    type Err = DeadlineIdFault;
    fn from_str(text: &str) -> Result<Self, DeadlineIdFault> {
        text.to_owned().try_into()
    }
}

impl From<DeadlineId> for String {
    fn from(id: DeadlineId) -> Self {
        id.0
    }
}

impl fmt::Display for DeadlineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why something cannot be done to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// It stands still already.
    #[error("the clock stands still already")]
    AlreadyPaused,
    /// It does not stand still.
    #[error("the clock does not stand still")]
    NotPaused,
    /// It was stopped.
    #[error("the clock was stopped")]
    Stopped,
    /// The instant lies before the start of the clock or before its last change.
    #[error("the instant lies before what the clock has recorded")]
    BackInTime,
    /// The period is over.
    #[error("the period is over")]
    Expired,
    /// It has been paused or extended too often.
    #[error("the clock has been changed too often")]
    TooMany,
}

/// A deadline that runs in a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Which deadline of the procedure.
    pub id: DeadlineId,
    /// Who is bound.
    pub obliged: Side,
    /// When it started.
    pub started_at: Moment,
    /// How it is counted: a copy, so that a later version of the procedure never changes it.
    pub rule: CountingRule,
    /// When it stood still.
    pub pauses: Vec<Pause>,
    /// By how much it was lengthened.
    pub extensions: Vec<Extension>,
    /// When it is due; while it stands still, as if the pause were over at once.
    pub due: Moment,
    /// When what was due was done.
    pub stopped_at: Option<Moment>,
    /// Reminders already sent, each named by the seconds before the end at which it was planned.
    pub reminded: Vec<i64>,
}

impl Clock {
    /// A clock that starts to run.
    pub fn start(
        id: DeadlineId,
        obliged: Side,
        started_at: Moment,
        rule: CountingRule,
        calendar: &Calendar,
    ) -> Self {
        let due = compute(&rule, started_at, &[], &[], calendar).due;
        let (pauses, extensions, reminded) = (Vec::new(), Vec::new(), Vec::new());
        Self { id, obliged, started_at, rule, pauses, extensions, due, stopped_at: None, reminded }
    }

    /// Whether what is due has not been done yet.
    pub const fn is_open(&self) -> bool {
        self.stopped_at.is_none()
    }

    /// Whether it was paused and not resumed.
    pub fn is_paused(&self) -> bool {
        self.pauses.iter().any(|pause| pause.until.is_none())
    }

    /// Lets it stand still from `at` on.
    ///
    /// # Errors
    /// When it stands still or was stopped, when the period is over, or when `at` is earlier than what it has recorded.
    pub fn pause(&mut self, at: Moment, reason_key: String, calendar: &Calendar) -> Result<(), ClockFault> {
        self.may_change(at)?;
        if self.is_paused() {
            return Err(ClockFault::AlreadyPaused);
        }
        if self.is_over(at) {
            return Err(ClockFault::Expired);
        }
        if self.pauses.len() >= ENTRIES_LIMIT {
            return Err(ClockFault::TooMany);
        }
        self.pauses.push(Pause { from: at, until: None, reason_key });
        self.recount(calendar);
        Ok(())
    }

    /// Lets it run again from `at` on.
    ///
    /// # Errors
    /// When it does not stand still or was stopped, or when `at` is earlier than the pause.
    pub fn resume(&mut self, at: Moment, calendar: &Calendar) -> Result<(), ClockFault> {
        self.may_change(at)?;
        let open = self.pauses.iter_mut().find(|pause| pause.until.is_none()).ok_or(ClockFault::NotPaused)?;
        open.until = Some(at);
        self.recount(calendar);
        Ok(())
    }

    /// Lengthens it.
    ///
    /// # Errors
    /// When it was stopped, or when the period was over at the time of granting.
    pub fn extend(&mut self, extension: Extension, calendar: &Calendar) -> Result<(), ClockFault> {
        if self.stopped_at.is_some() {
            return Err(ClockFault::Stopped);
        }
        if extension.granted_at < self.started_at {
            return Err(ClockFault::BackInTime);
        }
        if self.is_over(extension.granted_at) {
            return Err(ClockFault::Expired);
        }
        if self.extensions.len() >= ENTRIES_LIMIT {
            return Err(ClockFault::TooMany);
        }
        self.extensions.push(extension);
        self.recount(calendar);
        Ok(())
    }

    /// Records that what was due is done.
    ///
    /// # Errors
    /// When it was stopped before, or when `at` is earlier than what it has recorded.
    pub fn stop(&mut self, at: Moment) -> Result<(), ClockFault> {
        self.may_change(at)?;
        self.stopped_at = Some(at);
        Ok(())
    }

    /// What it shows at `now`.
    pub fn reading(&self, now: Moment) -> ClockReading {
        match self.stopped_at {
            Some(at) if self.is_over(at) => ClockReading::Missed { at },
            Some(at) => ClockReading::Met { at },
            None => self.ticking(now.timestamp()),
        }
    }

    /// When it is due and how this was counted.
    pub fn explain(&self, calendar: &Calendar) -> Due {
        compute(&self.rule, self.started_at, &self.pauses, &self.extensions, calendar)
    }

    /// The reminders of `plan` (seconds before the end; negative: after it) that are due at `now` and were not sent.
    /// While the clock stands still nothing new falls due.
    pub fn reminders_due(&self, plan: &[i64], now: Moment) -> Vec<i64> {
        let left = match self.reading(now) {
            ClockReading::Running { remaining } | ClockReading::Paused { remaining } => remaining.as_secs(),
            ClockReading::Overdue { by } => -by.as_secs(),
            ClockReading::Met { .. } | ClockReading::Missed { .. } => return Vec::new(),
        };
        plan.iter().copied().filter(|step| left <= *step && !self.reminded.contains(step)).collect()
    }

    /// Records that a reminder was sent.
    pub fn mark_reminded(&mut self, step: i64) {
        if !self.reminded.contains(&step) {
            self.reminded.push(step);
        }
    }

    fn recount(&mut self, calendar: &Calendar) {
        self.due = self.explain(calendar).due;
    }

    fn may_change(&self, at: Moment) -> Result<(), ClockFault> {
        if self.stopped_at.is_some() {
            return Err(ClockFault::Stopped);
        }
        let recorded = self.pauses.iter().flat_map(|pause| [Some(pause.from), pause.until]).flatten();
        if recorded.chain([self.started_at]).any(|known| at < known) {
            Err(ClockFault::BackInTime)
        } else {
            Ok(())
        }
    }

    fn is_over(&self, at: Moment) -> bool {
        matches!(self.ticking(at.timestamp()), ClockReading::Overdue { .. })
    }

    /// What it shows as long as it is not stopped. Before and within recorded pauses it counts running time only, so
    /// that the time left never grows between two instants.
    fn ticking(&self, now: Timestamp) -> ClockReading {
        let still = Standstill::of(self.started_at.timestamp(), &self.pauses, self.rule.pause_cap());
        let mut due = self.due.timestamp();
        if let Some(tail) = still.tail.filter(|tail| tail.since < due && tail.since <= now) {
            match tail.ends {
                Some(ends) if ends <= now => due = later(due, ends.duration_since(tail.since)),
                Some(_) | None => return ClockReading::Paused { remaining: due.duration_since(tail.since) },
            }
        }
        if now > due {
            return ClockReading::Overdue { by: now.duration_since(due) };
        }
        let remaining = due.duration_since(now) - still.between(now, due);
        if still.spans.iter().any(|span| span.from < due && span.from <= now && now < span.until) {
            ClockReading::Paused { remaining }
        } else {
            ClockReading::Running { remaining }
        }
    }
}
