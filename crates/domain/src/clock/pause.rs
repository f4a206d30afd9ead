//! Pauses put in order: when a clock stood still, counted once, never before its start and never beyond the cap.
//! The list may come from a peer and overlap itself in any way.

use super::Pause;
use jiff::{SignedDuration, Timestamp};

/// A stretch of time during which the clock stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    /// Index of the pause that gives the reason.
    pub(super) pause: usize,
}

impl Span {
    pub(super) fn elapsed(self) -> SignedDuration {
        self.until.duration_since(self.from)
    }
}

/// The pause that still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) since: Timestamp,
    /// When the cap is used up and the clock runs again; `None` without a cap.
    pub(super) ends: Option<Timestamp>,
    pub(super) pause: usize,
}

/// All pauses of one clock in order, without overlaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standstill {
    pub(super) spans: Vec<Span>,
    pub(super) tail: Option<Tail>,
    pub(super) capped: bool,
}

impl Standstill {
    /// Orders `pauses` of a clock started at `start`. Overlapping pauses are cut at each other's ends, not merged: a stretch
    /// that begins after the end of the period then stays out, whatever it overlaps.
    pub(super) fn of(start: Timestamp, pauses: &[Pause], cap: Option<SignedDuration>) -> Self {
        let open = pauses
            .iter()
            .enumerate()
            .filter(|(_, pause)| pause.until.is_none())
            .map(|(index, pause)| (pause.from.timestamp().max(start), index))
            .min();
        let known_until =
            pauses.iter().filter_map(|pause| pause.until).map(crate::time::Moment::timestamp).max();
        let mut closed: Vec<Span> = pauses
            .iter()
            .enumerate()
            .filter_map(|(index, pause)| {
                Some(Span {
                    from: pause.from.timestamp().max(start),
                    until: pause.until?.timestamp(),
                    pause: index,
                })
            })
            .collect();
        let tail = open.map(|(since, pause)| {
            let known = known_until.map_or(since, |until| until.max(since));
            closed.push(Span { from: since, until: known, pause });
            Tail { since: known, ends: None, pause }
        });
        closed.retain(|span| span.from < span.until);
        Self { spans: cut(&closed), tail, capped: false }.within(cap)
    }

    fn within(mut self, cap: Option<SignedDuration>) -> Self {
        let Some(cap) = cap else { return self };
        let mut left = cap;
        for span in &mut self.spans {
            let counted = span.elapsed().min(left);
            self.capped |= counted < span.elapsed();
            span.until = later(span.from, counted);
            left -= counted;
        }
        self.spans.retain(|span| span.from < span.until);
        if let Some(tail) = &mut self.tail {
            tail.ends = Some(later(tail.since, left));
        }
        self
    }

    /// How much of the time between two instants the clock stood still.
    pub(super) fn between(&self, from: Timestamp, until: Timestamp) -> SignedDuration {
        self.spans
            .iter()
            .map(|span| span.until.min(until).duration_since(span.from.max(from)))
            .filter(SignedDuration::is_positive)
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }
}

/// The stretches between neighbouring ends that some pause covers, with the reason of the first such pause.
fn cut(closed: &[Span]) -> Vec<Span> {
    let mut ends: Vec<Timestamp> = closed.iter().flat_map(|span| [span.from, span.until]).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.windows(2)
        .filter_map(|pair| {
            let [from, until] = *pair else { return None };
            let covering = closed.iter().find(|span| span.from <= from && until <= span.until)?;
            Some(Span { from, until, pause: covering.pause })
        })
        .collect()
}

/// An instant later by `elapsed`, bounded by what a calendar can express.
pub(super) fn later(at: Timestamp, elapsed: SignedDuration) -> Timestamp {
    at.checked_add(elapsed).unwrap_or(Timestamp::MAX)
}
