//! Nouns, commands, events, `decide` and `apply`: what follows, as plain functions over values.
//! Time, identifiers and randomness are arguments; nothing here waits, reads or writes.
//! It never knows a database, a page or a language.

pub mod audience;
pub mod calendar;
pub mod clock;
pub mod event;
pub mod id;
pub mod identifier;
pub mod inspection;
pub mod likeness;
mod opaque;
pub mod party;
pub mod preservation;
pub mod procedure;
pub mod refusal;
pub mod request;
pub mod term;
pub mod time;
pub mod vault;
pub mod vetting;
