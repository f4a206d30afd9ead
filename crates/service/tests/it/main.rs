//! The service as its callers use it, on both engines, with a clock that the test moves.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod addressee;
mod assertion;
#[expect(dead_code, reason = "other tests need the rest")]
#[path = "../../../evidence/tests/it/authority.rs"]
mod authority;
mod backup;
mod client;
mod concurrency;
mod corrupt;
mod desk;
mod dns;
mod entitled;
mod erased;
mod evidence;
mod fault;
mod fault_file;
mod federation;
mod harness;
mod hold;
mod identity;
mod invariant;
mod leaving;
mod ledger;
mod logging;
mod loose_file;
mod main_job;
mod model;
mod paper;
mod passkey;
mod refused;
mod rotation;
mod source;
mod tampered;
mod vault;
mod vetting;
mod witness;
