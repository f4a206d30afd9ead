//! Which days of which country are working days, and in which time zone its days begin and end.
//! Read from a data file; time zones come from the database compiled into the program, so that every instance counts alike.
//! It never assumes holidays beyond the dates that the file covers: whoever counts there is told so.

use crate::time::Moment;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Longest calendar file that is read, in bytes.
const FILE_LIMIT: usize = 256 * 1024;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The working days of one country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    id: String,
    weekend: Vec<Weekday>,
    holidays: BTreeMap<Date, String>,
    time_zone: String,
    zone: TimeZone,
    holidays_from: Date,
    holidays_until: Date,
}

/// The text is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    /// Not TOML, or a part is missing, unknown or of the wrong form.
    #[error("the calendar cannot be read: {0}")]
    Form(String),
    /// The file is longer than any calendar.
    #[error("the calendar file is longer than {FILE_LIMIT} bytes")]
    TooLong,
    /// The identifier is empty or longer than 16 characters.
    #[error("a calendar has an identifier of 1 to 16 characters")]
    Id,
    /// The time zone is not in the IANA database.
    #[error("unknown time zone {0:?}")]
    TimeZone(String),
    /// A weekday is none of `monday` to `sunday`.
    #[error("unknown weekday {0:?}")]
    Weekday(String),
    /// Every day of the week is free, so that no working day would ever come.
    #[error("a week has at least one working day")]
    NoWorkingDay,
    /// The dates between which holidays are listed are in the wrong order, or a holiday lies outside them.
    #[error("the holiday {0} lies outside the dates that the calendar covers")]
    Coverage(Date),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    time_zone: String,
    weekend: Vec<String>,
    holidays_from: Date,
    holidays_until: Date,
    #[serde(default)]
    holidays: BTreeMap<Date, String>,
}

fn weekday(name: &str) -> Result<Weekday, CalendarFault> {
    match name {
        "monday" => Ok(Weekday::Monday),
        "tuesday" => Ok(Weekday::Tuesday),
        "wednesday" => Ok(Weekday::Wednesday),
        "thursday" => Ok(Weekday::Thursday),
        "friday" => Ok(Weekday::Friday),
        "saturday" => Ok(Weekday::Saturday),
        "sunday" => Ok(Weekday::Sunday),
        other => Err(CalendarFault::Weekday(other.to_owned())),
    }
}

/// Why a day is not worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOff<'a> {
    /// A day of the weekly rest.
    Weekend,
    /// A public holiday, with its name.
    Holiday(&'a str),
}

impl Calendar {
    /// Reads a calendar file (`procedures/calendars/<country>.toml`).
    ///
    /// # Errors
    /// When the text is no calendar, or one in which no deadline could be counted.
    pub fn from_toml(text: &str) -> Result<Self, CalendarFault> {
        if text.len() > FILE_LIMIT {
            return Err(CalendarFault::TooLong);
        }
        let file: File =
            toml::from_str(text).map_err(|error| CalendarFault::Form(error.message().to_owned()))?;
        if file.id.is_empty() || file.id.chars().count() > 16 {
            return Err(CalendarFault::Id);
        }
        let weekend = file.weekend.iter().map(|name| weekday(name)).collect::<Result<Vec<_>, _>>()?;
        if Weekday::Monday.cycle_forward().take(7).all(|day| weekend.contains(&day)) {
            return Err(CalendarFault::NoWorkingDay);
        }
        let outside =
            file.holidays.keys().find(|day| !(file.holidays_from..=file.holidays_until).contains(*day));
        if let Some(day) = outside {
            return Err(CalendarFault::Coverage(*day));
        }
        if file.holidays_until < file.holidays_from {
            return Err(CalendarFault::Coverage(file.holidays_from));
        }
        let zone = ZONES.get(&file.time_zone).map_err(|_| CalendarFault::TimeZone(file.time_zone.clone()))?;
        Ok(Self {
            id: file.id,
            weekend,
            holidays: file.holidays,
            time_zone: file.time_zone,
            zone,
            holidays_from: file.holidays_from,
            holidays_until: file.holidays_until,
        })
    }

    /// Its identifier, such as the country code `XA`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The IANA name of its time zone.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// The rules of its time zone.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The days of the weekly rest.
    pub fn weekend(&self) -> &[Weekday] {
        &self.weekend
    }

    /// The public holidays by date.
    pub const fn holidays(&self) -> &BTreeMap<Date, String> {
        &self.holidays
    }

    /// The first and the last date for which the file lists holidays; outside them only weekends are known.
    pub const fn holidays_listed(&self) -> (Date, Date) {
        (self.holidays_from, self.holidays_until)
    }

    /// Why `date` is not worked, or `None` for a working day; a holiday on a weekend is named as the holiday.
    pub fn day_off(&self, date: Date) -> Option<DayOff<'_>> {
        match self.holidays.get(&date) {
            Some(name) => Some(DayOff::Holiday(name)),
            None if self.weekend.contains(&date.weekday()) => Some(DayOff::Weekend),
            None => None,
        }
    }

    /// Whether `date` is a working day.
    pub fn is_working_day(&self, date: Date) -> bool {
        self.day_off(date).is_none()
    }

    /// The first working day after `date`; the last date that can be expressed when there is none.
    pub fn next_working_day(&self, date: Date) -> Date {
        let mut day = date;
        while let Ok(next) = day.tomorrow() {
            day = next;
            if self.is_working_day(day) {
                break;
            }
        }
        day
    }

    /// The date on the wall at that instant.
    pub fn date_at(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The date to which the instant belongs as an end: midnight belongs to the day that it ends.
    pub fn date_ending_at(&self, at: Timestamp) -> Date {
        self.date_at(at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(at))
    }

    /// The instant at which `date` is over. Where clocks jump over midnight, the day ends at the jump.
    pub fn end_of_day(&self, date: Date) -> Timestamp {
        let Ok(next) = date.tomorrow() else { return Timestamp::MAX };
        self.zone
            .to_ambiguous_zoned(next.to_datetime(Time::midnight()))
            .compatible()
            .map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }

    /// An instant as it is stated in this calendar's zone.
    pub fn moment(&self, at: Timestamp) -> Moment {
        Moment::utc(at).in_zone(&self.zone)
    }
}
