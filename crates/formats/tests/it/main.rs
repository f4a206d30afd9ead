//! Tests of the interchange formats from outside: own examples, official examples, schema validators, hostile bytes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

mod hostile;
mod inspection;
mod mapping;
mod official;
mod reading;
mod support;
mod writing;
