//! The ledger's formats against other implementations and the specifications' own examples.

mod note;
mod tree;
