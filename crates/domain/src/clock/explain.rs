//! The lines in which a deadline is explained: a key for the translation and typed values for it.
//! The lines are the arithmetic itself, in its order; nothing is explained that was not counted.

use super::Length;
use crate::time::Moment;
use jiff::SignedDuration;
use jiff::civil::Date;
use std::fmt;

/// A value within a line; the page writes it in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text that is not translated, such as the name of a holiday.
    Text(String),
    /// A translation key, such as the reason of a pause.
    Key(String),
    /// A count.
    Number(i64),
    /// A date on the addressee's wall.
    Date(Date),
    /// An instant with its offset.
    Moment(Moment),
    /// Elapsed time.
    Elapsed(SignedDuration),
    /// A length in its own unit.
    Length(Length),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Key(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Date(date) => write!(f, "{:?} {date}", date.weekday()),
            Self::Moment(moment) => moment.fmt(f),
            Self::Elapsed(elapsed) => write!(f, "{} s", elapsed.as_secs()),
            Self::Length(length) => length.fmt(f),
        }
    }
}

/// One line of the explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The translation key, one of [`EXPLANATION_KEYS`].
    pub key: &'static str,
    /// The values by name.
    pub args: Vec<(&'static str, Value)>,
}

impl Line {
    pub(super) fn new<const N: usize>(key: &'static str, args: [(&'static str, Value); N]) -> Self {
        Self { key, args: args.into() }
    }

    /// The value of that name.
    pub fn arg(&self, name: &str) -> Option<&Value> {
        self.args.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)?;
        self.args.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: &str = $key;)*

        /// Every key that a line may have, for the test that each has a text in each language.
        pub const EXPLANATION_KEYS: &[&str] = &[$($key,)*];
    };
}

keys! {
    /// `at`: when the clock started, in the addressee's zone.
    START = "clock-line-start";
    /// `length`: the period as the rule states it.
    LENGTH = "clock-line-length";
    /// `date`: the day of the event, which is not counted.
    EVENT_DAY = "clock-line-event-day";
    /// `date`: day 1.
    FIRST_DAY = "clock-line-first-day";
    /// `date`: a day of the weekly rest, not counted.
    WEEKEND = "clock-line-weekend";
    /// `date`, `name`: a public holiday, not counted.
    HOLIDAY = "clock-line-holiday";
    /// `weekend`, `holidays`, `from`, `until`: how many days off were not counted between two dates.
    DAYS_OFF = "clock-line-days-off";
    /// `count`, `date`: the last day; it ends at 24:00.
    LAST_DAY = "clock-line-last-day";
    /// `length`, `at`: when the elapsed hours are over.
    HOURS_END = "clock-line-hours-end";
    /// `date`: the new last day, because a period of two days or more includes at least two working days.
    TWO_WORKING_DAYS = "clock-line-two-working-days";
    /// `from`, `to`: the last day was not a working day, so that the period ends with the next one.
    MOVED = "clock-line-moved";
    /// `date`: the period ends with the end of this day, not within it.
    DAY_END = "clock-line-day-end";
    /// `length`, `reason`, `at`: an extension and the end it leads to.
    EXTENDED = "clock-line-extended";
    /// `until`, `reason`: an extension to a stated instant; counted pauses after it was granted are added.
    EXTENDED_UNTIL = "clock-line-extended-until";
    /// `from`, `until`, `added`, `reason`: a pause, whose elapsed time is added.
    PAUSE = "clock-line-pause";
    /// `count`, `added`: further pauses together.
    PAUSES = "clock-line-pauses";
    /// `from`, `reason`: a pause that still runs; the end moves on as long as it lasts.
    PAUSE_OPEN = "clock-line-pause-open";
    /// `from`: a pause that began when the period was over; it adds nothing.
    PAUSE_LATE = "clock-line-pause-late";
    /// `hours`: pauses add no more than this altogether.
    PAUSE_CAP = "clock-line-pause-cap";
    /// `change`: between start and end the clocks of the zone change by this much; days are counted on the wall.
    CLOCK_CHANGE = "clock-line-clock-change";
    /// `from`, `until`: the calendar lists holidays only between these dates, and the count went beyond.
    HOLIDAYS_UNKNOWN = "clock-line-holidays-unknown";
    /// `at`: the end of the period.
    DUE = "clock-line-due";
}
