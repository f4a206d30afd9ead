//! Envelopes, keys, manifests, custody and bundles, each against what somebody hostile would do with it.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod authority;
mod case;
mod court;
mod envelope;
mod fixture;
mod stamp;
mod statement;
mod vectors;
mod wrap;
