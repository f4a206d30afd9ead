//! The life of a hold (`legal.md` 10.6): held until a day, extended, announced for conversion, and
//! ended in exactly one way. A hold that runs out unnoticed is an incident, never silence (rule 5, T16).

use crate::party::Signature;
use crate::procedure::OnExpiry;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

crate::opaque!(HoldState, HoldEnd);

/// Days before its end at which the issuer is reminded.
pub const REMINDERS_DAYS: [u32; 3] = [14, 7, 2];

/// A hold on data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// When the data were put on hold.
    pub since: Moment,
    /// The first instant at which the hold no longer binds.
    pub until: Moment,
    /// How often it was extended.
    pub extensions: u32,
    /// What happens when it runs out.
    pub on_expiry: OnExpiry,
    /// Reminders sent, in days before the present end.
    pub reminded: Vec<u32>,
    /// Where it stands.
    pub state: HoldState,
}

/// Where a hold stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hold", rename_all = "snake_case", deny_unknown_fields)]
pub enum HoldState {
    /// Held until `until`.
    Held,
    /// A production or assistance request was announced; held until that is decided.
    ConversionAnnounced {
        /// Its reference.
        reference: String,
        /// Who announced it.
        by: Signature,
    },
    /// Ended.
    Ended {
        /// How.
        end: HoldEnd,
    },
}

/// How a hold ended.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case", deny_unknown_fields)]
pub enum HoldEnd {
    /// A production request was carried out.
    Converted {
        /// Its reference.
        reference: String,
        /// Who recorded it.
        by: Signature,
    },
    /// The issuer let the data go.
    Released {
        /// Why.
        reason: String,
        /// By whom.
        by: Signature,
    },
    /// The end passed and nobody had acted: an incident.
    Lapsed {
        /// When this was noticed.
        at: Moment,
    },
}

impl Hold {
    /// Whether the data must still be kept.
    pub const fn is_open(&self) -> bool {
        match self.state {
            HoldState::Held | HoldState::ConversionAnnounced { .. } => true,
            HoldState::Ended { .. } => false,
        }
    }

    /// Whether the hold runs towards its end; an announced conversion stops it.
    pub const fn runs_out(&self) -> bool {
        matches!(self.state, HoldState::Held)
    }

    /// When the issuer is to be reminded, `days` before the end.
    pub fn reminder_at(&self, days: u32) -> Moment {
        self.until.plus_seconds(-i64::from(days) * 86_400)
    }

    /// The reminders that are due and have not been sent.
    pub fn reminders_due(&self, now: Moment) -> Vec<u32> {
        if !self.runs_out() || now >= self.until {
            return Vec::new();
        }
        let due = |days: &u32| !self.reminded.contains(days) && self.reminder_at(*days) <= now;
        REMINDERS_DAYS.into_iter().filter(due).collect()
    }
}
