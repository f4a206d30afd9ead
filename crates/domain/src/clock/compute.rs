//! From a rule, a start, pauses and extensions to the instant at which something is due, with every step written down.
//! All civil dates are those of the addressee's calendar; the start may be stated under any offset.
//! It never asks what time it is: whether the result has passed is a different question.

use super::explain::{self, Line, Value};
use super::pause::{Span, Standstill, later};
use super::{CountingRule, Due, Extension, Extent, Length, Pause};
use crate::calendar::{Calendar, DayOff};
use crate::time::Moment;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// Days off and pauses that are listed one by one; more are summed up in one line.
const LISTED: usize = 12;

/// When something is due, and how this was counted.
///
/// Days: the day of the event is not counted, and the period ends with the last day. The result is that day's 24:00,
/// which is the first instant of the next day; [`Due::last_day`] names the day that people mean. An act at 24:00 is in time.
/// A pause adds the time that elapsed in it, to the second. Where the rule knows days off (working days, or an end that
/// moves from a day off), the sum of all pauses is added to the end as it was without them, and the period then ends with
/// that day or the next working day: many short pauses gain no more than one long one. Hours: elapsed time, whatever
/// the wall shows; no hour is rounded.
pub fn compute(
    rule: &CountingRule,
    start: Moment,
    pauses: &[Pause],
    extensions: &[Extension],
    calendar: &Calendar,
) -> Due {
    let mut count = Count { rule, calendar, lines: Vec::new(), furthest: None };
    let started = start.timestamp();
    count.line(explain::START, [("at", Value::Moment(calendar.moment(started)))]);
    count.line(explain::LENGTH, [("length", Value::Length(rule.length))]);
    let mut end = count.period(started);
    for extension in extensions {
        if let Extent::By(length) = extension.extent {
            end = count.lengthen(end, length, &extension.reason_key);
        }
    }
    let still = Standstill::of(started, pauses, rule.pause_cap());
    let end = count.whole_day(end.instant(calendar));
    let end = count.paused(end, &still, pauses);
    let end = extensions.iter().fold(end, |end, extension| match extension.extent {
        Extent::By(_) => end,
        Extent::Until(until) => count.until(end, until, extension, &still),
    });
    count.finish(started, end, &still)
}

/// The end of a period while it is counted: of a whole day, or an instant within one.
#[derive(Clone, Copy)]
enum End {
    OfDay(Date),
    At(Timestamp),
}

impl End {
    fn instant(self, calendar: &Calendar) -> Timestamp {
        match self {
            Self::OfDay(date) => calendar.end_of_day(date),
            Self::At(at) => at,
        }
    }
}

struct Count<'a> {
    rule: &'a CountingRule,
    calendar: &'a Calendar,
    lines: Vec<Line>,
    /// The last date of which it mattered whether it is worked.
    furthest: Option<Date>,
}

impl Count<'_> {
    fn line<const N: usize>(&mut self, key: &'static str, args: [(&'static str, Value); N]) {
        self.lines.push(Line::new(key, args));
    }

    fn period(&mut self, started: Timestamp) -> End {
        match self.rule.length {
            Length::Hours(hours) => {
                let at = later(started, SignedDuration::from_hours(i64::from(hours)));
                let at_stated = Value::Moment(self.calendar.moment(at));
                self.line(
                    explain::HOURS_END,
                    [("length", Value::Length(self.rule.length)), ("at", at_stated)],
                );
                End::At(at)
            }
            Length::CalendarDays(days) => {
                let event = self.event_day(started);
                self.line(explain::FIRST_DAY, [("date", Value::Date(plus_days(event, 1)))]);
                let last = plus_days(event, days);
                self.last_day(days, last);
                End::OfDay(if days >= 2 && self.rule.two_working_days {
                    self.two_working_days(event, last)
                } else {
                    last
                })
            }
            Length::WorkingDays(days) => {
                let event = self.event_day(started);
                let first = self.calendar.next_working_day(event);
                let last = self.working_days_after(event, days);
                if days >= 1 {
                    self.line(explain::FIRST_DAY, [("date", Value::Date(first))]);
                }
                self.days_off(event, last);
                self.last_day(days, last);
                End::OfDay(last)
            }
        }
    }

    fn event_day(&mut self, started: Timestamp) -> Date {
        let event = self.calendar.date_at(started);
        self.line(explain::EVENT_DAY, [("date", Value::Date(event))]);
        event
    }

    fn last_day(&mut self, days: u32, last: Date) {
        self.line(
            explain::LAST_DAY,
            [("count", Value::Number(i64::from(days))), ("date", Value::Date(last))],
        );
    }

    fn working_days_after(&mut self, event: Date, days: u32) -> Date {
        let last = (0..days)
            .try_fold(event, |day, _| {
                if day == Date::MAX { Err(day) } else { Ok(self.calendar.next_working_day(day)) }
            })
            .unwrap_or_else(|day| day);
        self.reach(last);
        last
    }

    fn two_working_days(&mut self, event: Date, last: Date) -> Date {
        self.reach(last);
        // The second working day after the event ends the shortest period that includes two.
        let second = self.working_days_after(event, 2);
        if second <= last {
            return last;
        }
        self.line(explain::TWO_WORKING_DAYS, [("date", Value::Date(second))]);
        second
    }

    fn reach(&mut self, date: Date) {
        self.furthest = self.furthest.max(Some(date));
    }

    /// Lists the days off after `event` and before `last`.
    fn days_off(&mut self, event: Date, last: Date) {
        let calendar = self.calendar;
        let mut off = event
            .tomorrow()
            .ok()
            .into_iter()
            .flat_map(|first| first.series(jiff::Span::new().days(1)))
            .take_while(|day| *day < last)
            .filter_map(|day| Some((day, calendar.day_off(day)?)));
        let listed: Vec<_> = off.by_ref().take(LISTED + 1).collect();
        if listed.len() <= LISTED {
            for (day, why) in listed {
                self.day_off(day, why);
            }
            return;
        }
        let (mut weekend, mut holidays) = (0, 0);
        for (_, why) in listed.iter().copied().chain(off) {
            match why {
                DayOff::Weekend => weekend += 1,
                DayOff::Holiday(_) => holidays += 1,
            }
        }
        self.line(
            explain::DAYS_OFF,
            [
                ("weekend", Value::Number(weekend)),
                ("holidays", Value::Number(holidays)),
                ("from", Value::Date(plus_days(event, 1))),
                ("until", Value::Date(last)),
            ],
        );
    }

    fn day_off(&mut self, day: Date, why: DayOff<'_>) {
        match why {
            DayOff::Weekend => self.line(explain::WEEKEND, [("date", Value::Date(day))]),
            DayOff::Holiday(name) => {
                let name = Value::Text(name.to_owned());
                self.line(explain::HOLIDAY, [("date", Value::Date(day)), ("name", name)]);
            }
        }
    }

    fn lengthen(&mut self, end: End, length: Length, reason: &str) -> End {
        let longer = match (length, end) {
            (Length::CalendarDays(days), End::OfDay(last)) => End::OfDay(plus_days(last, days)),
            (Length::CalendarDays(days), End::At(at)) => End::At(self.same_time_later(at, days)),
            (Length::WorkingDays(days), End::OfDay(last)) => End::OfDay(self.working_days_after(last, days)),
            (Length::WorkingDays(days), End::At(at)) => {
                End::OfDay(self.working_days_after(self.calendar.date_ending_at(at), days))
            }
            (Length::Hours(hours), end) => {
                End::At(later(end.instant(self.calendar), SignedDuration::from_hours(i64::from(hours))))
            }
        };
        let at = Value::Moment(self.calendar.moment(longer.instant(self.calendar)));
        let reason = Value::Key(reason.to_owned());
        self.line(explain::EXTENDED, [("length", Value::Length(length)), ("reason", reason), ("at", at)]);
        longer
    }

    /// The same time on the wall some days later; where clocks jump over it, the instant after the jump.
    fn same_time_later(&self, at: Timestamp, days: u32) -> Timestamp {
        let wall = self.calendar.zone().to_datetime(at);
        let wall = plus_days(wall.date(), days).to_datetime(wall.time());
        let there = self.calendar.zone().to_ambiguous_zoned(wall).compatible();
        there.map_or(Timestamp::MAX, |there| there.timestamp().max(at))
    }

    /// The end, where the rule knows days off: the end of its day, or of the next working day when that day is off. The
    /// whole day is needed for order: an end on Monday morning must not come before one that moved from Sunday.
    fn whole_day(&mut self, end: Timestamp) -> Timestamp {
        if !self.rule.knows_days_off() {
            return end;
        }
        let last = self.calendar.date_ending_at(end);
        self.reach(last);
        let Some(why) = self.calendar.day_off(last) else {
            let whole = self.calendar.end_of_day(last).max(end);
            if whole != end {
                self.line(explain::DAY_END, [("date", Value::Date(last))]);
            }
            return whole;
        };
        let next = self.calendar.next_working_day(last);
        self.day_off(last, why);
        self.days_off(last, next);
        self.reach(next);
        self.line(explain::MOVED, [("from", Value::Date(last)), ("to", Value::Date(next))]);
        self.calendar.end_of_day(next).max(end)
    }

    /// The end as it will be shown, without a line.
    fn shown(&self, end: Timestamp) -> Timestamp {
        if !self.rule.knows_days_off() {
            return end;
        }
        let last = self.calendar.date_ending_at(end);
        let day =
            if self.calendar.is_working_day(last) { last } else { self.calendar.next_working_day(last) };
        self.calendar.end_of_day(day).max(end)
    }

    fn paused(&mut self, end: Timestamp, still: &Standstill, pauses: &[Pause]) -> Timestamp {
        let mut end = end;
        let mut late = None;
        let mut summed = (0, SignedDuration::ZERO);
        for (place, span) in still.spans.iter().enumerate() {
            if span.from >= self.shown(end) {
                late = late.or(Some(span.from));
                continue;
            }
            // A pause that begins in the days by which the end moved adds to its own beginning: what was left when it
            // began is never over when it ends.
            end = later(end.max(span.from), span.elapsed());
            if place < LISTED {
                self.pause(*span, pauses);
            } else {
                summed = (summed.0 + 1, summed.1.saturating_add(span.elapsed()));
            }
        }
        if summed.0 > 0 {
            self.line(
                explain::PAUSES,
                [("count", Value::Number(summed.0)), ("added", Value::Elapsed(summed.1))],
            );
        }
        let end = if still.spans.is_empty() { end } else { self.whole_day(end) };
        match still.tail {
            Some(tail) if tail.since < end => {
                let from = Value::Moment(self.calendar.moment(tail.since));
                self.line(explain::PAUSE_OPEN, [("from", from), ("reason", reason(pauses, tail.pause))]);
            }
            Some(tail) => late = late.or(Some(tail.since)),
            None => {}
        }
        if let Some(from) = late {
            self.line(explain::PAUSE_LATE, [("from", Value::Moment(self.calendar.moment(from)))]);
        }
        if let (true, Some(hours)) = (still.capped, self.rule.pause_cap_hours) {
            self.line(explain::PAUSE_CAP, [("hours", Value::Number(i64::from(hours)))]);
        }
        end
    }

    fn pause(&mut self, span: Span, pauses: &[Pause]) {
        self.line(
            explain::PAUSE,
            [
                ("from", Value::Moment(self.calendar.moment(span.from))),
                ("until", Value::Moment(self.calendar.moment(span.until))),
                ("added", Value::Elapsed(span.elapsed())),
                ("reason", reason(pauses, span.pause)),
            ],
        );
    }

    /// The later of the end and a stated instant; the pauses known when it was stated are taken to be in it already.
    fn until(
        &mut self,
        end: Timestamp,
        until: Moment,
        extension: &Extension,
        still: &Standstill,
    ) -> Timestamp {
        let granted = extension.granted_at.timestamp();
        let stated = still.spans.iter().fold(until.timestamp(), |stated, span| {
            let from = span.from.max(granted);
            if from < stated && from < span.until {
                later(stated, span.until.duration_since(from))
            } else {
                stated
            }
        });
        let reason = Value::Key(extension.reason_key.clone());
        self.line(
            explain::EXTENDED_UNTIL,
            [("until", Value::Moment(self.calendar.moment(until.timestamp()))), ("reason", reason)],
        );
        end.max(stated)
    }

    fn finish(mut self, started: Timestamp, end: Timestamp, still: &Standstill) -> Due {
        let due = self.calendar.moment(end);
        let change = due.offset().seconds() - self.calendar.moment(started).offset().seconds();
        if change != 0 {
            let change = Value::Elapsed(SignedDuration::from_secs(i64::from(change)));
            self.line(explain::CLOCK_CHANGE, [("change", change)]);
        }
        let (from, until) = self.calendar.holidays_listed();
        let before = self.furthest.is_some() && self.calendar.date_at(started) < from;
        if before || self.furthest.is_some_and(|date| date > until) {
            self.line(
                explain::HOLIDAYS_UNKNOWN,
                [("from", Value::Date(from)), ("until", Value::Date(until))],
            );
        }
        self.line(explain::DUE, [("at", Value::Moment(due))]);
        let last = self.calendar.date_ending_at(end);
        let last_day = (self.calendar.end_of_day(last) == end).then_some(last);
        let paused_since =
            still.tail.filter(|tail| tail.since < end).map(|tail| self.calendar.moment(tail.since));
        Due { due, last_day, paused_since, lines: self.lines }
    }
}

fn reason(pauses: &[Pause], index: usize) -> Value {
    Value::Key(pauses.get(index).map(|pause| pause.reason_key.clone()).unwrap_or_default())
}

fn plus_days(date: Date, days: u32) -> Date {
    date.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Date::MAX)
}
