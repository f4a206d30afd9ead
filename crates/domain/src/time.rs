//! An instant together with the UTC offset under which it was stated (`product.md`, rule 11).
//! Arithmetic is on the instant; the offset is what a reader sees.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// An instant with its UTC offset; ordered and compared by the instant alone.
#[derive(Clone, Copy)]
pub struct Moment {
    at: Timestamp,
    offset: Offset,
}

/// The text is no date and time with an offset, such as `2026-11-23T21:14:03+01:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time with its UTC offset")]
pub struct MomentFault;

impl Moment {
    /// An instant as it is stated under `offset`. Offsets are written in minutes, so the seconds of one that has any (no
    /// clock has had such since 1972) are left out: the instant stays what it is when it is written and read again.
    pub fn new(at: Timestamp, offset: Offset) -> Self {
        let seconds = offset.seconds();
        Self { at, offset: Offset::from_seconds(seconds - seconds % 60).unwrap_or(Offset::UTC) }
    }

    /// An instant stated in UTC.
    pub const fn utc(at: Timestamp) -> Self {
        Self { at, offset: Offset::UTC }
    }

    /// Microseconds since 1970 in UTC and an offset in seconds, as stored in two columns.
    ///
    /// # Errors
    /// When either lies outside what a calendar can express (years −9999 to 9999; ±25:59:59).
    pub fn from_columns(us: i64, offset_s: i32) -> Result<Self, MomentFault> {
        let at = Timestamp::from_microsecond(us).map_err(|_| MomentFault)?;
        let offset = Offset::from_seconds(offset_s).map_err(|_| MomentFault)?;
        Ok(Self::new(at, offset))
    }

    /// The instant.
    pub const fn timestamp(self) -> Timestamp {
        self.at
    }

    /// The offset under which it is stated.
    pub const fn offset(self) -> Offset {
        self.offset
    }

    /// Microseconds since 1970 in UTC.
    pub fn us(self) -> i64 {
        self.at.as_microsecond()
    }

    /// The same instant as people in `zone` state it.
    #[must_use]
    pub fn in_zone(self, zone: &TimeZone) -> Self {
        Self::new(self.at, zone.to_offset(self.at))
    }

    /// The date and wall-clock time under its own offset.
    pub fn civil(self) -> jiff::civil::DateTime {
        self.offset.to_datetime(self.at)
    }

    /// The date under its own offset.
    pub fn date(self) -> jiff::civil::Date {
        self.civil().date()
    }

    /// The instant `seconds` later (earlier when negative), bounded by what a calendar can express.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let at = self.at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(if seconds < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        Self { at, offset: self.offset }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offset == Offset::UTC {
            self.at.fmt(f)
        } else {
            self.at.display_with_offset(self.offset).fmt(f)
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = MomentFault;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pieces =
            jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).map_err(|_| MomentFault)?;
        let at: Timestamp = text.parse().map_err(|_| MomentFault)?;
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        Ok(Self::new(at, offset))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Moment {}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Moment {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
        let date_time = SchemaFormat::Custom("date-time".to_owned());
        let text = "RFC 3339 date and time with its UTC offset";
        ObjectBuilder::new().schema_type(Type::String).format(Some(date_time)).description(Some(text)).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Moment {
    fn name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_the_offset_under_which_it_was_stated() {
        let moment: Moment = "2026-11-23T21:14:03+01:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-23T21:14:03+01:00");
        assert_eq!(moment, "2026-11-23T20:14:03Z".parse().unwrap());
    }

    /// Found by fuzzing: the offset was cut when it was written, and the instant moved by its seconds.
    #[test]
    fn an_instant_under_an_offset_with_seconds_stays_the_same_when_it_is_written() {
        let moment: Moment = "1900-01-01T00:09:21+00:09:21".parse().unwrap();
        assert_eq!(moment, "1900-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(moment.to_string(), "1900-01-01T00:09:00+00:09");
        assert_eq!(moment.to_string().parse::<Moment>().unwrap(), moment);
        let early = "1800-06-01T00:00:00Z".parse::<Moment>().unwrap();
        let there = early.in_zone(&TimeZone::get("Europe/Paris").unwrap());
        assert_eq!(there.to_string().parse::<Moment>().unwrap(), early);
    }

    #[test]
    fn a_time_without_an_offset_is_no_moment() {
        assert_eq!("2026-11-23T21:14:03".parse::<Moment>(), Err(MomentFault));
    }
}
