//! Rules of the house, held by tests: imports, sizes, words that only one place may know, documents that are true;
//! and the walk of the README in a browser.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod browser;
mod crash;
mod demo;
mod disk;
mod fuzz;
mod house;
mod import;
mod observe;
mod opaque;
mod papers;
mod procedure;
mod screens;
mod verify;
mod walk;
mod witness;
mod witnessed;
