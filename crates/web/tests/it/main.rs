//! The web as its callers use it: whole requests through the whole router.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod desk;
mod frame;
mod identity;
mod interop;
mod leaving;
mod ledger;
mod matrix;
mod observe;
mod openapi;
mod pages;
mod paper;
mod routes;
mod support;
mod texts;
mod world;
