//! What the ledger keeps of an event: a salted commitment in a leaf of constant size, and later the tree over leaves.
//! Pure and alone: an auditor can build it without anything else of this project.
//! It never sees who, when or what; those stay in the sealed event.

mod leaf;

pub use leaf::{LEAF_BYTES, Leaf, SALT_BYTES, commitment};
