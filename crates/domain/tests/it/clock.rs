//! Deadlines: how they are counted across days off, clock changes, pauses and extensions, and what a clock shows (T15).

mod properties;

use comity_domain::calendar::{Calendar, CalendarFault, DayOff};
use comity_domain::clock::{
    Clock, ClockFault, ClockReading, CountingRule, DeadlineId, Due, EXPLANATION_KEYS, Extension, Extent,
    Length, Pause, compute,
};
use comity_domain::party::Side;
use comity_domain::time::Moment;
use jiff::SignedDuration;
use jiff::civil::Date;
use proptest::prelude::*;

const XA: &str = include_str!("../../../../procedures/calendars/xa.toml");
const XB: &str = include_str!("../../../../procedures/calendars/xb.toml");
const XC: &str = include_str!("../../../../procedures/calendars/xc.toml");

fn xa() -> Calendar {
    Calendar::from_toml(XA).unwrap()
}

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

fn length(text: &str) -> Length {
    text.parse().unwrap()
}

fn rule(text: &str) -> CountingRule {
    CountingRule::new(length(text))
}

fn moving(text: &str) -> CountingRule {
    CountingRule { moves_to_working_day: true, ..rule(text) }
}

fn due(rule: &CountingRule, start: &str, calendar: &Calendar) -> Due {
    compute(rule, at(start), &[], &[], calendar)
}

#[track_caller]
fn due_at(rule: &CountingRule, start: &str, calendar: &Calendar, expected: &str) {
    assert_eq!(due(rule, start, calendar).due.to_string(), expected, "{} from {start}", rule.length);
}

fn pause(from: &str, until: &str) -> Pause {
    let until = (!until.is_empty()).then(|| at(until));
    Pause { from: at(from), until, reason_key: "clock-pause-clarification".to_owned() }
}

fn extension(extent: Extent, granted_at: &str) -> Extension {
    Extension { extent, granted_at: at(granted_at), reason_key: "clock-extension-by-authority".to_owned() }
}

fn keys(due: &Due) -> Vec<&str> {
    due.lines.iter().map(|line| line.key.trim_start_matches("clock-line-")).collect()
}

fn clock(rule: CountingRule, start: &str) -> Clock {
    Clock::start("D01".parse().unwrap(), Side::Provider, at(start), rule, &xa())
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

#[test]
fn ten_days_end_with_the_tenth_day_after_the_day_of_receipt() {
    let due = due(&rule("10 days"), "2026-11-23T14:00:00+01:00", &xa());
    assert_eq!(due.due.to_string(), "2026-12-04T00:00:00+01:00");
    assert_eq!(due.last_day, Some("2026-12-03".parse().unwrap()));
    let lines: Vec<String> = due.lines.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "clock-line-start at=2026-11-23T14:00:00+01:00",
            "clock-line-length length=10 days",
            "clock-line-event-day date=Monday 2026-11-23",
            "clock-line-first-day date=Tuesday 2026-11-24",
            "clock-line-last-day count=10 date=Thursday 2026-12-03",
            "clock-line-due at=2026-12-04T00:00:00+01:00",
        ]
    );
}

#[test]
fn sending_a_minute_before_midnight_takes_no_day_from_the_addressee() {
    due_at(&rule("10 days"), "2026-11-23T23:59:59+01:00", &xa(), "2026-12-04T00:00:00+01:00");
    due_at(&rule("10 days"), "2026-11-23T00:00:00+01:00", &xa(), "2026-12-04T00:00:00+01:00");
    due_at(&rule("10 days"), "2026-11-24T00:00:00+01:00", &xa(), "2026-12-05T00:00:00+01:00");
}

#[test]
fn the_day_of_receipt_is_the_one_on_the_addressees_wall() {
    due_at(&rule("10 days"), "2026-11-23T18:30:00-05:00", &xa(), "2026-12-05T00:00:00+01:00");
    let xb = Calendar::from_toml(XB).unwrap();
    due_at(&rule("10 days"), "2026-11-24T00:30:00+01:00", &xb, "2026-12-04T00:00:00-05:00");
}

#[test]
fn a_half_hour_zone_counts_its_own_days() {
    let xc = Calendar::from_toml(XC).unwrap();
    due_at(&rule("1 day"), "2026-11-23T18:29:59Z", &xc, "2026-11-25T00:00:00+05:30");
    due_at(&rule("1 day"), "2026-11-23T18:30:00Z", &xc, "2026-11-26T00:00:00+05:30");
    due_at(&rule("1 working day"), "2026-11-28T12:00:00+05:30", &xc, "2026-12-01T00:00:00+05:30");
}

#[test]
fn working_days_skip_weekends_and_holidays_and_name_them() {
    let due = due(&rule("5 working days"), "2026-12-23T09:00:00+01:00", &xa());
    assert_eq!(due.last_day, Some("2026-12-31".parse().unwrap()));
    let skipped: Vec<String> = due.lines[4..7].iter().map(ToString::to_string).collect();
    assert_eq!(
        skipped,
        [
            "clock-line-holiday date=Friday 2026-12-25 name=Midwinter Day",
            "clock-line-holiday date=Saturday 2026-12-26 name=Second Midwinter Day",
            "clock-line-weekend date=Sunday 2026-12-27",
        ]
    );
}

#[test]
fn a_period_of_days_moves_from_a_day_off_only_where_the_rule_says_so() {
    due_at(&rule("10 days"), "2026-12-16T09:00:00+01:00", &xa(), "2026-12-27T00:00:00+01:00");
    let moved = due(&moving("10 days"), "2026-12-16T09:00:00+01:00", &xa());
    assert_eq!(moved.due.to_string(), "2026-12-29T00:00:00+01:00");
    assert_eq!(keys(&moved)[5..], ["holiday", "weekend", "moved", "due"]);
    due_at(&moving("10 days"), "2026-12-04T09:00:00+01:00", &xa(), "2026-12-15T00:00:00+01:00");
}

#[test]
fn two_days_or_more_include_two_working_days_where_the_rule_says_so() {
    let two = CountingRule { two_working_days: true, ..moving("2 days") };
    due_at(&moving("2 days"), "2026-12-24T09:00:00+01:00", &xa(), "2026-12-29T00:00:00+01:00");
    due_at(&two, "2026-12-24T09:00:00+01:00", &xa(), "2026-12-30T00:00:00+01:00");
    due_at(&two, "2026-11-23T09:00:00+01:00", &xa(), "2026-11-26T00:00:00+01:00");
}

#[test]
fn hours_elapse_by_night_on_days_off_and_across_clock_changes() {
    due_at(&moving("8 hours"), "2026-12-25T20:00:00+01:00", &xa(), "2026-12-26T04:00:00+01:00");
    due_at(&rule("8 hours"), "2026-03-28T22:00:00+01:00", &xa(), "2026-03-29T07:00:00+02:00");
    let autumn = due(&rule("96 hours"), "2026-10-23T12:00:00+02:00", &xa());
    assert_eq!(autumn.due.to_string(), "2026-10-27T11:00:00+01:00");
    assert!(keys(&autumn).contains(&"clock-change"));
}

#[test]
fn a_day_of_23_or_25_hours_is_one_day() {
    due_at(&rule("1 day"), "2026-03-28T12:00:00+01:00", &xa(), "2026-03-30T00:00:00+02:00");
    due_at(&rule("1 day"), "2026-10-24T12:00:00+02:00", &xa(), "2026-10-26T00:00:00+01:00");
}

#[test]
fn a_day_that_ends_where_clocks_jump_over_midnight_ends_at_the_jump() {
    let santiago = XA.replace("Europe/Paris", "America/Santiago");
    let calendar = Calendar::from_toml(&santiago).unwrap();
    due_at(&rule("1 day"), "2026-09-04T12:00:00-04:00", &calendar, "2026-09-06T01:00:00-03:00");
    due_at(&rule("2 days"), "2026-09-04T12:00:00-04:00", &calendar, "2026-09-07T00:00:00-03:00");
}

#[test]
fn the_leap_day_is_a_day() {
    due_at(&rule("1 day"), "2028-02-28T12:00:00+01:00", &xa(), "2028-03-01T00:00:00+01:00");
    due_at(&rule("60 days"), "2028-01-15T12:00:00+01:00", &xa(), "2028-03-16T00:00:00+01:00");
    due_at(&rule("60 days"), "2026-01-15T12:00:00+01:00", &xa(), "2026-03-17T00:00:00+01:00");
}

#[test]
fn a_pause_adds_the_time_that_elapsed_in_it() {
    let pauses = [pause("2026-11-25T10:00:00+01:00", "2026-11-27T13:00:00+01:00")];
    let due = compute(&rule("10 days"), at("2026-11-23T14:00:00+01:00"), &pauses, &[], &xa());
    assert_eq!(due.due.to_string(), "2026-12-06T03:00:00+01:00");
    assert_eq!(due.last_day, None);
    assert!(due.lines.iter().any(|line| line.to_string().contains("added=183600 s")), "{:?}", due.lines);
    let moved = compute(&moving("10 days"), at("2026-11-23T14:00:00+01:00"), &pauses, &[], &xa());
    assert_eq!(moved.due.to_string(), "2026-12-08T00:00:00+01:00");
}

#[test]
fn many_short_pauses_gain_no_more_than_one_day() {
    let mut clock = clock(moving("10 days"), "2026-11-23T14:00:00+01:00");
    let mut now = clock.started_at;
    for _ in 0..10 {
        now = now.plus_seconds(3600);
        clock.pause(now, "clock-pause-clarification".to_owned(), &xa()).unwrap();
        now = now.plus_seconds(300);
        clock.resume(now, &xa()).unwrap();
    }
    assert_eq!(clock.due, at("2026-12-05T00:00:00+01:00"));
    assert!(keys(&clock.explain(&xa())).contains(&"day-end"));
}

#[test]
fn overlapping_pauses_are_counted_once() {
    let pauses = [
        pause("2026-11-25T10:00:00+01:00", "2026-11-25T14:00:00+01:00"),
        pause("2026-11-25T12:00:00+01:00", "2026-11-25T16:00:00+01:00"),
        pause("2026-11-25T11:00:00+01:00", "2026-11-25T12:00:00+01:00"),
    ];
    let due = compute(&rule("96 hours"), at("2026-11-23T14:00:00+01:00"), &pauses, &[], &xa());
    assert_eq!(due.due.to_string(), "2026-11-27T20:00:00+01:00");
}

#[test]
fn a_pause_before_the_start_or_after_the_end_adds_nothing() {
    let pauses = [
        pause("2026-11-20T10:00:00+01:00", "2026-11-23T15:00:00+01:00"),
        pause("2026-11-24T10:00:00+01:00", "2026-11-24T12:00:00+01:00"),
        pause("2026-11-25T12:00:00+01:00", "2026-11-25T10:00:00+01:00"),
    ];
    let due = compute(&rule("8 hours"), at("2026-11-23T14:00:00+01:00"), &pauses, &[], &xa());
    assert_eq!(due.due.to_string(), "2026-11-23T23:00:00+01:00");
    assert!(keys(&due).contains(&"pause-late"));
}

#[test]
fn pauses_together_add_no_more_than_their_cap() {
    let capped = CountingRule { pause_cap_hours: Some(5), ..rule("8 hours") };
    let pauses = [
        pause("2026-11-23T15:00:00+01:00", "2026-11-23T18:00:00+01:00"),
        pause("2026-11-23T19:00:00+01:00", "2026-11-23T23:00:00+01:00"),
    ];
    let due = compute(&capped, at("2026-11-23T14:00:00+01:00"), &pauses, &[], &xa());
    assert_eq!(due.due.to_string(), "2026-11-24T03:00:00+01:00");
    assert!(keys(&due).contains(&"pause-cap"));
}

#[test]
fn a_clock_runs_again_by_itself_when_the_cap_is_used_up() {
    let mut clock =
        clock(CountingRule { pause_cap_hours: Some(5), ..rule("8 hours") }, "2026-11-23T14:00:00+01:00");
    clock.pause(at("2026-11-23T16:00:00+01:00"), "clock-pause-clarification".to_owned(), &xa()).unwrap();
    let reading = |text: &str| clock.reading(at(text));
    assert_eq!(reading("2026-11-23T20:59:00+01:00"), ClockReading::Paused { remaining: hours(6) });
    assert_eq!(reading("2026-11-23T22:00:00+01:00"), ClockReading::Running { remaining: hours(5) });
    assert_eq!(reading("2026-11-24T04:00:00+01:00"), ClockReading::Overdue { by: hours(1) });
}

#[test]
fn an_extension_lengthens_in_its_own_unit() {
    let start = at("2026-11-23T14:00:00+01:00");
    let by = |text: &str| [extension(Extent::By(length(text)), "2026-11-24T10:00:00+01:00")];
    let ends = |rule: &CountingRule, text: &str| compute(rule, start, &[], &by(text), &xa()).due.to_string();
    assert_eq!(ends(&rule("60 days"), "30 days"), "2027-02-22T00:00:00+01:00");
    assert_eq!(ends(&rule("10 days"), "2 working days"), "2026-12-08T00:00:00+01:00");
    assert_eq!(ends(&rule("8 hours"), "4 hours"), "2026-11-24T02:00:00+01:00");
    assert_eq!(ends(&rule("8 hours"), "1 day"), "2026-11-24T22:00:00+01:00");
    assert_eq!(ends(&rule("8 hours"), "1 working day"), "2026-11-25T00:00:00+01:00");
    assert_eq!(ends(&rule("10 days"), "4 hours"), "2026-12-04T04:00:00+01:00");
}

#[test]
fn an_extension_to_an_instant_never_shortens_and_bears_later_pauses() {
    let start = at("2026-11-23T14:00:00+01:00");
    let until = |text: &str| [extension(Extent::Until(at(text)), "2026-11-26T10:00:00+01:00")];
    let early = compute(&rule("10 days"), start, &[], &until("2026-11-30T12:00:00+01:00"), &xa());
    assert_eq!(early.due.to_string(), "2026-12-04T00:00:00+01:00");
    let before = [pause("2026-11-25T10:00:00+01:00", "2026-11-25T12:00:00+01:00")];
    let after = [pause("2026-11-27T10:00:00+01:00", "2026-11-27T12:00:00+01:00")];
    let late = until("2026-12-10T12:00:00+01:00");
    assert_eq!(
        compute(&rule("10 days"), start, &before, &late, &xa()).due.to_string(),
        "2026-12-10T12:00:00+01:00"
    );
    assert_eq!(
        compute(&rule("10 days"), start, &after, &late, &xa()).due.to_string(),
        "2026-12-10T14:00:00+01:00"
    );
}

#[test]
fn a_long_period_is_explained_in_few_lines() {
    let mut pauses = Vec::new();
    for day in 1..=20 {
        pauses.push(pause(
            &format!("2026-12-{day:02}T10:00:00+01:00"),
            &format!("2026-12-{day:02}T10:05:00+01:00"),
        ));
    }
    let due = compute(&rule("90 working days"), at("2026-11-23T14:00:00+01:00"), &pauses, &[], &xa());
    assert!(due.lines.len() < 25, "{}", due.lines.len());
    let summary = due.lines.iter().find(|line| line.key == "clock-line-days-off").unwrap().to_string();
    assert_eq!(
        summary,
        "clock-line-days-off weekend=34 holidays=4 from=Tuesday 2026-11-24 until=Wednesday 2027-03-31"
    );
    assert!(due.lines.iter().any(|line| line.to_string() == "clock-line-pauses count=8 added=2400 s"));
}

#[test]
fn a_count_beyond_the_listed_holidays_says_so() {
    let beyond = due(&rule("10 working days"), "2028-12-27T09:00:00+01:00", &xa());
    assert!(keys(&beyond).contains(&"holidays-unknown"));
    let before = due(&rule("10 working days"), "2024-12-30T09:00:00+01:00", &xa());
    assert!(keys(&before).contains(&"holidays-unknown"));
    let within = due(&rule("10 working days"), "2026-12-27T09:00:00+01:00", &xa());
    assert!(!keys(&within).contains(&"holidays-unknown"));
    let indifferent = due(&rule("10 days"), "2028-12-27T09:00:00+01:00", &xa());
    assert!(!keys(&indifferent).contains(&"holidays-unknown"));
}

#[test]
fn a_clock_stands_still_while_paused_and_goes_on_where_it_was() {
    let mut clock = clock(rule("8 hours"), "2026-11-23T14:00:00+01:00");
    assert_eq!(clock.reading(at("2026-11-23T16:00:00+01:00")), ClockReading::Running { remaining: hours(6) });
    clock.pause(at("2026-11-23T16:00:00+01:00"), "clock-pause-clarification".to_owned(), &xa()).unwrap();
    let explained = clock.explain(&xa());
    assert_eq!(explained.paused_since, Some(at("2026-11-23T16:00:00+01:00")));
    assert!(keys(&explained).contains(&"pause-open"));
    assert_eq!(clock.reading(at("2026-11-26T16:00:00+01:00")), ClockReading::Paused { remaining: hours(6) });
    clock.resume(at("2026-11-26T16:00:00+01:00"), &xa()).unwrap();
    assert_eq!(clock.due, at("2026-11-26T22:00:00+01:00"));
    assert_eq!(clock.reading(at("2026-11-26T17:00:00+01:00")), ClockReading::Running { remaining: hours(5) });
    assert_eq!(clock.reading(at("2026-11-26T23:00:00+01:00")), ClockReading::Overdue { by: hours(1) });
}

#[test]
fn an_act_at_the_end_is_in_time_and_one_after_it_is_not() {
    let mut in_time = clock(rule("10 days"), "2026-11-23T14:00:00+01:00");
    let mut late = in_time.clone();
    in_time.stop(at("2026-12-04T00:00:00+01:00")).unwrap();
    late.stop(at("2026-12-04T00:00:01+01:00")).unwrap();
    let now = at("2026-12-20T00:00:00+01:00");
    assert_eq!(in_time.reading(now), ClockReading::Met { at: at("2026-12-04T00:00:00+01:00") });
    assert_eq!(late.reading(now), ClockReading::Missed { at: at("2026-12-04T00:00:01+01:00") });
    assert!(!late.is_open());
}

#[test]
fn an_act_while_the_clock_stands_still_is_in_time() {
    let mut clock = clock(rule("8 hours"), "2026-11-23T14:00:00+01:00");
    clock.pause(at("2026-11-23T16:00:00+01:00"), "clock-pause-clarification".to_owned(), &xa()).unwrap();
    clock.stop(at("2026-11-25T16:00:00+01:00")).unwrap();
    let met = ClockReading::Met { at: at("2026-11-25T16:00:00+01:00") };
    assert_eq!(clock.reading(at("2026-11-26T16:00:00+01:00")), met);
}

#[test]
fn a_clock_refuses_what_would_bend_time() {
    let reason = || "clock-pause-clarification".to_owned();
    let start = "2026-11-23T14:00:00+01:00";
    let mut clock = clock(rule("8 hours"), start);
    let by = extension(Extent::By(length("4 hours")), "2026-11-23T23:00:00+01:00");
    assert_eq!(clock.pause(at("2026-11-23T13:00:00+01:00"), reason(), &xa()), Err(ClockFault::BackInTime));
    assert_eq!(clock.pause(at("2026-11-23T22:00:01+01:00"), reason(), &xa()), Err(ClockFault::Expired));
    assert_eq!(clock.extend(by, &xa()), Err(ClockFault::Expired));
    assert_eq!(clock.resume(at("2026-11-23T15:00:00+01:00"), &xa()), Err(ClockFault::NotPaused));
    clock.pause(at("2026-11-23T15:00:00+01:00"), reason(), &xa()).unwrap();
    assert_eq!(clock.pause(at("2026-11-23T16:00:00+01:00"), reason(), &xa()), Err(ClockFault::AlreadyPaused));
    assert_eq!(clock.resume(at("2026-11-23T14:30:00+01:00"), &xa()), Err(ClockFault::BackInTime));
    clock.resume(at("2026-11-23T16:00:00+01:00"), &xa()).unwrap();
    assert_eq!(clock.pause(at("2026-11-23T15:30:00+01:00"), reason(), &xa()), Err(ClockFault::BackInTime));
    clock.stop(at("2026-11-23T17:00:00+01:00")).unwrap();
    assert_eq!(clock.stop(at("2026-11-23T18:00:00+01:00")), Err(ClockFault::Stopped));
    assert_eq!(clock.pause(at("2026-11-23T18:00:00+01:00"), reason(), &xa()), Err(ClockFault::Stopped));
    assert_eq!(clock.due, at("2026-11-23T23:00:00+01:00"));
}

#[test]
fn a_clock_cannot_be_paused_without_end() {
    let mut clock = clock(rule("90 days"), "2026-11-23T14:00:00+01:00");
    let mut now = clock.started_at;
    let outcome = (0..200).try_for_each(|_| {
        now = now.plus_seconds(60);
        clock.pause(now, "clock-pause-clarification".to_owned(), &xa())?;
        now = now.plus_seconds(60);
        clock.resume(now, &xa())
    });
    assert_eq!(outcome, Err(ClockFault::TooMany));
}

#[test]
fn each_reminder_falls_due_once_and_none_while_the_clock_stands_still() {
    let plan = [4 * 3600, 3600, -3600];
    let mut clock = clock(rule("8 hours"), "2026-11-23T14:00:00+01:00");
    assert_eq!(clock.reminders_due(&plan, at("2026-11-23T17:59:59+01:00")), [] as [i64; 0]);
    assert_eq!(clock.reminders_due(&plan, at("2026-11-23T18:00:00+01:00")), [4 * 3600]);
    clock.mark_reminded(4 * 3600);
    assert_eq!(clock.reminders_due(&plan, at("2026-11-23T21:00:00+01:00")), [3600]);
    let mut paused = clock.clone();
    paused.pause(at("2026-11-23T20:00:00+01:00"), "clock-pause-clarification".to_owned(), &xa()).unwrap();
    assert_eq!(paused.reminders_due(&plan, at("2026-11-24T21:00:00+01:00")), [] as [i64; 0]);
    clock.mark_reminded(3600);
    assert_eq!(clock.reminders_due(&plan, at("2026-11-23T22:59:59+01:00")), [] as [i64; 0]);
    assert_eq!(clock.reminders_due(&plan, at("2026-11-23T23:00:00+01:00")), [-3600]);
}

#[test]
fn a_clock_is_stored_and_read_back_as_it_was() {
    let mut clock = clock(moving("10 days"), "2026-11-23T14:00:00+01:00");
    clock
        .extend(extension(Extent::By(length("5 working days")), "2026-11-24T10:00:00+01:00"), &xa())
        .unwrap();
    let until = Extent::Until(at("2026-12-20T12:00:00+01:00"));
    clock.extend(extension(until, "2026-11-24T11:00:00+01:00"), &xa()).unwrap();
    clock.pause(at("2026-11-25T10:00:00+01:00"), "clock-pause-clarification".to_owned(), &xa()).unwrap();
    let json = serde_json::to_string(&clock).unwrap();
    assert!(json.contains(r#""by":"5 working days""#), "{json}");
    assert_eq!(serde_json::from_str::<Clock>(&json).unwrap(), clock);
}

#[test]
fn a_length_is_written_in_one_of_three_units() {
    for (text, parsed) in [
        ("10 days", Length::CalendarDays(10)),
        ("1 day", Length::CalendarDays(1)),
        ("5 working days", Length::WorkingDays(5)),
        ("8 hours", Length::Hours(8)),
    ] {
        assert_eq!(text.parse(), Ok(parsed));
        assert_eq!(parsed.to_string(), text);
    }
    for text in [
        "",
        "10",
        "days",
        "0 days",
        "+5 days",
        "-1 days",
        "2 months",
        "99999999999 days",
        "10  days",
        "1e3 hours",
    ] {
        assert!(text.parse::<Length>().is_err(), "{text}");
    }
    assert!("D 01".parse::<DeadlineId>().is_err());
}

#[test]
fn every_calendar_of_the_project_can_be_read_and_bears_the_name_of_its_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../procedures/calendars");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let calendar = Calendar::from_toml(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(path.file_stem().unwrap().to_str().unwrap(), calendar.id().to_lowercase());
        assert!(!calendar.holidays().is_empty());
        read += 1;
    }
    assert!(read >= 3);
}

#[test]
fn a_calendar_knows_its_days_off() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let calendar = xa();
    assert_eq!(calendar.day_off(day("2026-12-25")), Some(DayOff::Holiday("Midwinter Day")));
    assert_eq!(calendar.day_off(day("2026-11-28")), Some(DayOff::Weekend));
    assert!(calendar.is_working_day(day("2026-11-23")));
    assert_eq!(calendar.next_working_day(day("2026-12-24")), day("2026-12-28"));
}

#[test]
fn a_file_in_which_nothing_could_be_counted_is_no_calendar() {
    let week = r#"["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]"#;
    let changed = |from: &str, to: &str| Calendar::from_toml(&XA.replace(from, to)).unwrap_err();
    assert_eq!(changed(r#"["saturday", "sunday"]"#, week), CalendarFault::NoWorkingDay);
    assert_eq!(
        changed("Europe/Paris", "Europe/Atlantis"),
        CalendarFault::TimeZone("Europe/Atlantis".to_owned())
    );
    assert_eq!(changed("\"sunday\"", "\"sun\""), CalendarFault::Weekday("sun".to_owned()));
    assert_eq!(
        changed("holidays_until = \"2028", "holidays_until = \"2027"),
        CalendarFault::Coverage("2028-01-01".parse().unwrap())
    );
    assert_eq!(changed("id = \"XA\"", "id = \"\""), CalendarFault::Id);
    assert!(matches!(changed("2026-12-25", "2026-12-32"), CalendarFault::Form(_)));
    assert!(matches!(changed("time_zone", "timezone"), CalendarFault::Form(_)));
    assert_eq!(Calendar::from_toml(&"#".repeat(300_000)), Err(CalendarFault::TooLong));
}

// Seconds since 2025-01-01T00:00:00Z, over the four years for which holidays are listed.
const EPOCH: i64 = 1_735_689_600;
const YEARS: i64 = 4 * 366 * 86_400;
