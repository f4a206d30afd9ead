//! Tests of the domain from outside: what a caller on any floor above may rely on.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod clock;
mod draft;
mod identifier;
mod procedure;
mod scope;
mod source;
