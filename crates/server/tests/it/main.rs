//! Rules of the house, held by tests: imports, sizes, words that only one place may know, documents that are true.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod house;
