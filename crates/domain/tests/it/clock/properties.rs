//! What holds of every clock, whatever happens to it (T15).

use super::*;

fn moment(seconds: i64) -> Moment {
    Moment::from_columns((EPOCH + seconds) * 1_000_000, 0).unwrap()
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    proptest::sample::select([XA, XB, XC].map(|text| Calendar::from_toml(text).unwrap()).to_vec())
}

fn any_length() -> impl Strategy<Value = Length> {
    prop_oneof![
        (1_u32..100).prop_map(Length::CalendarDays),
        (1_u32..40).prop_map(Length::WorkingDays),
        (1_u32..200).prop_map(Length::Hours),
    ]
}

fn any_rule() -> impl Strategy<Value = CountingRule> {
    (any_length(), any::<bool>(), any::<bool>()).prop_map(
        |(length, moves_to_working_day, two_working_days)| CountingRule {
            moves_to_working_day,
            two_working_days,
            ..CountingRule::new(length)
        },
    )
}

fn any_pause() -> impl Strategy<Value = (i64, Option<i64>)> {
    (-86_400_i64..40 * 86_400, proptest::option::weighted(0.9, 0_i64..10 * 86_400))
}

fn pauses_after(start: i64, raw: &[(i64, Option<i64>)]) -> Vec<Pause> {
    raw.iter()
        .map(|(from, lasting)| Pause {
            from: moment(start + from),
            until: lasting.map(|lasting| moment(start + from + lasting)),
            reason_key: "clock-pause-clarification".to_owned(),
        })
        .collect()
}

/// Time left in microseconds; negative when overdue.
fn left(reading: ClockReading) -> i128 {
    match reading {
        ClockReading::Running { remaining } | ClockReading::Paused { remaining } => remaining.as_micros(),
        ClockReading::Overdue { by } => -by.as_micros(),
        ClockReading::Met { .. } | ClockReading::Missed { .. } => i128::MIN,
    }
}

/// Whether the end of the period is the end that was counted, whatever day that is.
fn counts_exactly(rule: &CountingRule) -> bool {
    match rule.length {
        Length::Hours(_) => true,
        Length::CalendarDays(_) => !rule.moves_to_working_day,
        Length::WorkingDays(_) => false,
    }
}

fn clock_with(rule: CountingRule, start: i64, pauses: Vec<Pause>, calendar: &Calendar) -> Clock {
    let mut clock = Clock::start("D01".parse().unwrap(), Side::Provider, moment(start), rule, calendar);
    clock.pauses = pauses;
    clock.due = clock.explain(calendar).due;
    clock
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_more_pause_never_makes_the_end_earlier(
        calendar in any_calendar(), rule in any_rule(), cap in proptest::option::of(0_u32..200), start in 0..YEARS,
        raw in proptest::collection::vec(any_pause(), 0..6), more in any_pause(),
    ) {
        // Where the end moves from days off, a capped pause may come to lie elsewhere in them; only `pauses_never_add_more`
        // holds for it.
        let rule = CountingRule { pause_cap_hours: cap.filter(|_| counts_exactly(&rule)), ..rule };
        let pauses = pauses_after(start, &raw);
        let longer: Vec<Pause> = pauses.iter().cloned().chain(pauses_after(start, &[more])).collect();
        let before = compute(&rule, moment(start), &pauses, &[], &calendar);
        let after = compute(&rule, moment(start), &longer, &[], &calendar);
        prop_assert!(after.due >= before.due, "{:?} then {:?}", before.due, after.due);
    }

    #[test]
    fn one_more_extension_never_makes_the_end_earlier(
        calendar in any_calendar(), rule in any_rule(), start in 0..YEARS,
        raw in proptest::collection::vec(any_pause(), 0..3),
        known in proptest::collection::vec(any_length(), 0..3), more in any_length(), until in -50_i64..200,
    ) {
        let pauses = pauses_after(start, &raw);
        let by = |length| Extension {
            extent: Extent::By(length), granted_at: moment(start), reason_key: String::new(),
        };
        let mut extensions: Vec<Extension> = known.into_iter().map(by).collect();
        let mut last = compute(&rule, moment(start), &pauses, &extensions, &calendar).due;
        let to = Extension { extent: Extent::Until(moment(start + until * 86_400)), ..by(more) };
        for extension in [by(more), to] {
            extensions.push(extension);
            let next = compute(&rule, moment(start), &pauses, &extensions, &calendar).due;
            prop_assert!(next >= last);
            last = next;
        }
    }

    #[test]
    fn who_starts_later_never_ends_earlier(
        calendar in any_calendar(), rule in any_rule(), start in 0..YEARS, later in 0_i64..10 * 86_400,
    ) {
        let first = compute(&rule, moment(start), &[], &[], &calendar).due;
        let second = compute(&rule, moment(start + later), &[], &[], &calendar).due;
        prop_assert!(moment(start) < first && first <= second);
    }

    #[test]
    fn days_are_counted_as_on_paper(
        calendar in any_calendar(), days in 1_u32..60, working: bool, start in 0..YEARS,
    ) {
        let length = if working { Length::WorkingDays(days) } else { Length::CalendarDays(days) };
        let mut day = calendar.moment(moment(start).timestamp()).date();
        let mut counted = 0;
        while counted < days {
            day = day.tomorrow().unwrap();
            if !working || (!calendar.weekend().contains(&day.weekday()) && !calendar.holidays().contains_key(&day)) {
                counted += 1;
            }
        }
        let due = compute(&CountingRule::new(length), moment(start), &[], &[], &calendar);
        prop_assert_eq!(due.last_day, Some(day));
        prop_assert_eq!(due.due.civil(), day.tomorrow().unwrap().at(0, 0, 0, 0));
    }

    #[test]
    fn the_time_left_never_grows_and_stands_still_in_pauses(
        calendar in any_calendar(), rule in any_rule(), cap in proptest::option::of(0_u32..200), start in 0..YEARS,
        raw in proptest::collection::vec(any_pause(), 0..5),
        mut moments in proptest::collection::vec(0_i64..150 * 86_400, 2..30),
    ) {
        let rule = CountingRule { pause_cap_hours: cap, ..rule };
        let clock = clock_with(rule, start, pauses_after(start, &raw), &calendar);
        moments.sort_unstable();
        let mut last: Option<(i64, ClockReading)> = None;
        for now in moments {
            let reading = clock.reading(moment(start + now));
            if let Some((earlier, known)) = last {
                prop_assert!(left(reading) <= left(known), "{known:?} then {reading:?}");
                let elapsed = i128::from(now - earlier) * 1_000_000;
                prop_assert!(left(known) - left(reading) <= elapsed, "{known:?} then {reading:?} after {elapsed}");
            }
            last = Some((now, reading));
        }
    }

    #[test]
    fn a_pause_takes_nothing_from_the_period(
        calendar in any_calendar(), rule in any_rule(), start in 0..YEARS,
        steps in proptest::collection::vec((1_i64..3 * 86_400, 1_i64..5 * 86_400), 1..6),
    ) {
        let mut clock = clock_with(rule, start, Vec::new(), &calendar);
        let exact = counts_exactly(&rule);
        let unpaused = clock.due;
        let (mut now, mut rested) = (start, 0);
        for (run, rest) in steps {
            now += run;
            let before = clock.reading(moment(now)).remaining();
            let paused = clock.pause(moment(now), "clock-pause-clarification".to_owned(), &calendar);
            let Some(before) = before else {
                prop_assert_eq!(paused, Err(ClockFault::Expired));
                break;
            };
            prop_assert_eq!(paused, Ok(()));
            now += rest;
            rested += rest;
            prop_assert_eq!(clock.reading(moment(now)), ClockReading::Paused { remaining: before });
            clock.resume(moment(now), &calendar).unwrap();
            let owed = unpaused.plus_seconds(rested);
            prop_assert!(clock.due >= owed);
            prop_assert!(!exact || clock.due == owed);
            let after = clock.reading(moment(now)).remaining();
            prop_assert!(after.is_some(), "over when it runs again");
            prop_assert!(!exact || after == Some(before));
        }
    }

    #[test]
    fn pauses_never_add_more_than_the_cap(
        calendar in any_calendar(), count in 1_u32..200, cap in 0_u32..100, start in 0..YEARS,
        raw in proptest::collection::vec(any_pause(), 0..6), later in 0_i64..400 * 86_400,
    ) {
        let rule = CountingRule { pause_cap_hours: Some(cap), ..CountingRule::new(Length::Hours(count)) };
        let clock = clock_with(rule, start, pauses_after(start, &raw), &calendar);
        let bound = moment(start + i64::from(count + cap) * 3600);
        prop_assert!(clock.due <= bound);
        let now = moment(start + later);
        let over = matches!(clock.reading(now), ClockReading::Overdue { .. });
        prop_assert!(now <= bound || over);
    }

    #[test]
    fn no_input_makes_the_count_panic_or_explain_itself_at_length(
        calendar in any_calendar(), rule in any_rule(), cap in proptest::option::of(any::<u32>()),
        times in proptest::collection::vec((any::<i64>(), -93_599_i32..93_599), 8), open: bool,
    ) {
        // Years -9999 to 9999, the ends included.
        let span = 253_402_200_000_000_000_i64;
        let times: Vec<Moment> = times
            .into_iter()
            .map(|(us, offset)| Moment::from_columns(us % span, offset).unwrap())
            .collect();
        let pauses: Vec<Pause> = times[1..5].chunks(2).map(|pair| Pause {
            from: pair[0], until: (!open).then_some(pair[1]), reason_key: String::new(),
        }).collect();
        let extensions = [
            Extension { extent: Extent::Until(times[5]), granted_at: times[6], reason_key: String::new() },
            Extension { extent: Extent::By(rule.length), granted_at: times[6], reason_key: String::new() },
        ];
        let rule = CountingRule { pause_cap_hours: cap, ..rule };
        let due = compute(&rule, times[0], &pauses, &extensions, &calendar);
        prop_assert!(due.lines.len() < 80);
        prop_assert!(due.lines.iter().all(|line| EXPLANATION_KEYS.contains(&line.key)));
        let mut clock = Clock::start("D01".parse().unwrap(), Side::Provider, times[0], rule, &calendar);
        clock.pauses = pauses;
        clock.due = due.due;
        let _ = clock.reading(times[7]);
    }

    #[test]
    fn no_text_makes_a_calendar_or_a_length_panic(text: String, place in 0_usize..200) {
        let _ = Calendar::from_toml(&text);
        let _ = text.parse::<Length>();
        let mut lines: Vec<&str> = XA.lines().collect();
        lines.insert(place.min(lines.len()), &text);
        let _ = Calendar::from_toml(&lines.join("\n"));
    }

    #[test]
    fn every_length_reads_back(length in any_length()) {
        prop_assert_eq!(length.to_string().parse(), Ok(length));
    }
}
