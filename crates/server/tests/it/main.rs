//! Rules of the house, held by tests: imports, sizes, words that only one place may know, documents that are true;
//! and the walk of the README in a browser.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

#[expect(dead_code, reason = "other tests need the rest")]
#[path = "../../../evidence/tests/it/authority.rs"]
mod authority;
mod backup;
mod browser;
mod crash;
mod demo;
mod disk;
mod evidence;
#[expect(dead_code, reason = "other tests need the rest")]
#[path = "../../../evidence/tests/it/fixture.rs"]
mod fixture;
mod fuzz;
mod house;
mod identity;
mod import;
mod inspection;
mod mutual_tls;
mod observe;
mod opaque;
mod papers;
mod procedure;
mod program;
mod screens;
mod sealed;
mod threats;
mod verify;
mod walk;
mod witness;
mod witnessed;
