//! How long a period is, in the unit in which the law states it.
//! The units are not convertible: eight hours pass on a Sunday, a working day does not.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Longest period in days: a hundred years.
const DAYS_LIMIT: u32 = 36_525;
/// Longest period in hours: ten years.
const HOURS_LIMIT: u32 = 87_660;

/// The length of a period; written `10 days`, `5 working days`, `8 hours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Length {
    /// Days of the calendar, working or not.
    CalendarDays(u32),
    /// Days on which the addressee's country works.
    WorkingDays(u32),
    /// Elapsed hours, by night and on days off.
    Hours(u32),
}

/// The text is no length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a length is written like `10 days`, `5 working days` or `8 hours`")]
pub struct LengthFault;

impl Length {
    /// The number of its units.
    pub const fn count(self) -> u32 {
        match self {
            Self::CalendarDays(count) | Self::WorkingDays(count) | Self::Hours(count) => count,
        }
    }

    /// The translation key of its text; the count is the argument `count`.
    pub const fn unit_key(self) -> &'static str {
        match self {
            Self::CalendarDays(_) => "clock-unit-days",
            Self::WorkingDays(_) => "clock-unit-working-days",
            Self::Hours(_) => "clock-unit-hours",
        }
    }
}

/// The keys of the units, for the test that each has a text in each language.
pub const UNIT_KEYS: &[&str] = &["clock-unit-days", "clock-unit-working-days", "clock-unit-hours"];

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count();
        let unit = match self {
            Self::CalendarDays(_) => "day",
            Self::WorkingDays(_) => "working day",
            Self::Hours(_) => "hour",
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl FromStr for Length {
    type Err = LengthFault;
    fn from_str(text: &str) -> Result<Self, LengthFault> {
        let (count, unit) = text.split_once(' ').ok_or(LengthFault)?;
        if !count.bytes().all(|b| b.is_ascii_digit()) {
            return Err(LengthFault);
        }
        let count: u32 = count.parse().map_err(|_| LengthFault)?;
        let (length, limit) = match unit {
            "day" | "days" => (Self::CalendarDays(count), DAYS_LIMIT),
            "working day" | "working days" => (Self::WorkingDays(count), DAYS_LIMIT),
            "hour" | "hours" => (Self::Hours(count), HOURS_LIMIT),
            _ => return Err(LengthFault),
        };
        if (1..=limit).contains(&count) { Ok(length) } else { Err(LengthFault) }
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
