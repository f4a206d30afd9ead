//! The service as its callers use it, on both engines, with a clock that the test moves.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod addressee;
mod concurrency;
mod corrupt;
mod desk;
mod erased;
mod fault;
mod fault_file;
mod harness;
mod hold;
mod invariant;
mod ledger;
mod logging;
mod loose_file;
mod main_job;
mod model;
mod paper;
mod refused;
mod tampered;
mod witness;
