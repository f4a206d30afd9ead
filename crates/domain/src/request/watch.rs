//! What time alone brings about: clocks that run out, reminders, holds that lapse.
//! It reminds and records; it never discloses and never finally refuses (rule 15).

use super::decide::Context;
use super::{Request, RequestEvent};
use crate::clock::Clock;
use crate::preservation::{Hold, HoldEnd, REMINDERS_DAYS};
use crate::time::Moment;

/// An instant at which the system has to look at a request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watch {
    /// When.
    pub at: Moment,
}

/// The reminder at zero seconds before the end: that the clock ran out has been recorded.
const EXPIRY: i64 = 0;

fn is_noted(clock: &Clock) -> bool {
    clock.reminded.contains(&EXPIRY)
}

/// The next instant at which something follows from time alone, if any.
pub fn due_watches(request: &Request) -> Option<Watch> {
    let clocks = request
        .clocks
        .iter()
        .filter(|clock| clock.is_open() && !clock.is_paused() && !is_noted(clock))
        .map(|clock| clock.due);
    let hold = request.hold.iter().filter(|hold| hold.runs_out()).flat_map(|hold| {
        let reminders = REMINDERS_DAYS.into_iter().filter(|days| !hold.reminded.contains(days));
        reminders.map(|days| hold.reminder_at(days)).chain([hold.until]).collect::<Vec<_>>()
    });
    clocks.chain(hold).min().map(|at| Watch { at })
}

pub(super) fn tick(request: &Request, ctx: &Context<'_>) -> Vec<RequestEvent> {
    let mut events: Vec<RequestEvent> = request
        .clocks
        .iter()
        .filter(|clock| clock.is_open() && !clock.is_paused() && !is_noted(clock) && clock.due <= ctx.now)
        .map(|clock| {
            let mut noted = clock.clone();
            noted.mark_reminded(EXPIRY);
            RequestEvent::ClockExpired { clock: noted, at: ctx.now }
        })
        .collect();
    if let Some(hold) = &request.hold {
        events.extend(tick_hold(hold, ctx.now));
    }
    events
}

fn tick_hold(hold: &Hold, now: Moment) -> Vec<RequestEvent> {
    if hold.runs_out() && hold.until <= now {
        return vec![RequestEvent::HoldEnded { end: HoldEnd::Lapsed { at: now } }];
    }
    hold.reminders_due(now).into_iter().map(|days| RequestEvent::HoldReminded { days, at: now }).collect()
}
