//! The machine's clock against what was already signed (I10): nothing is recorded with a time that lies before the newest
//! checkpoint by more than clocks may differ. Whoever keeps the machine sets its clock right; where the checkpoint's time
//! was the wrong one, they accept that once, and the log says so.

use super::{Ledger, seal};
use crate::Exchange;
use crate::act::Denied;
use comity_domain::time::Moment;
use comity_store::{Fault, FaultKind, Tx};
use std::sync::atomic::Ordering;

/// How far clocks may differ, in microseconds: ten minutes.
const SKEW_US: i64 = 600_000_000;

impl Ledger {
    /// Refuses a time before the newest checkpoint of this process. *Errors*: [`FaultKind::Clock`].
    pub(crate) fn clock_holds(&self, now: Moment) -> Result<(), Fault> {
        held(self.signed_us.load(Ordering::Relaxed), now)
    }
}

/// Refuses a time that lies before a checkpoint's. *Errors*: [`FaultKind::Clock`].
pub(super) fn held(signed_us: i64, now: Moment) -> Result<(), Fault> {
    let behind_us = signed_us.saturating_sub(now.us());
    if behind_us <= SKEW_US {
        return Ok(());
    }
    Err(Fault::new(
        FaultKind::Clock,
        format!(
            "the clock of this machine says {now}, and a checkpoint was signed {} s after that. Nothing is recorded \
             before this is put right: set the clock. If it is right now and was wrong then, stop the server and run \
             `comity ledger accept-clock`.",
            behind_us / 1_000_000
        ),
    ))
}

impl Exchange {
    /// Accepts that the newest checkpoint was signed by a clock that was ahead: a record in the log says so, and acts
    /// are taken again.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn accept_clock(&self) -> Result<(), Denied> {
        let inner = self.inner.clone();
        let work = move |tx: &mut dyn Tx| seal::accept_clock(tx, &inner);
        let signed_us = self.store.write("ledger.accept_clock", work).await?;
        self.inner.ledger.signed_us.store(signed_us, Ordering::Relaxed);
        Ok(())
    }
}
