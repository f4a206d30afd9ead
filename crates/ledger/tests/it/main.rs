//! The ledger's formats against other implementations and the specifications' own examples, and against every change
//! that somebody could make to what they carry.

mod bundle;
mod extract;
mod fixture;
mod independent;
mod log;
mod note;
mod policy;
mod program;
mod tree;
mod witness;
