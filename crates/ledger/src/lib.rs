//! What the ledger keeps of an event: a salted commitment in a leaf of constant size, the Merkle tree over all leaves,
//! signed checkpoints, proofs, witnesses, and the verifier. The formats are those of C2SP (`tlog-tiles`,
//! `tlog-checkpoint`, `signed-note`, `tlog-cosignature`, `tlog-proof`, `tlog-policy`, `tlog-witness`).
//! Pure and alone: an auditor can build it without anything else of this project.
//! It never sees who, when or what; those stay in the sealed event.

pub mod assertion;
pub mod bundle;
mod checkpoint;
mod leaf;
mod note;
mod policy;
mod proof;
mod tile;
mod tree;
pub mod verify;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use leaf::{LEAF_BYTES, Leaf, SALT_BYTES, commitment};
pub use note::{Algorithm, Note, NoteFault, Signature, SigningKey, VerifierKey};
pub use policy::{Policy, PolicyFault, PolicyLog, PolicyUnmet, PolicyWitness, Trusted};
pub use proof::{PROOF_HEADER, Proof, ProofFault};
pub use tile::{
    Edge, NotATile, TILE_WIDTH, Tile, TileKind, TilePath, TileReader, bundle as entry_bundle,
    complete_root as tile_root, entries_of, hashes_of,
};
pub use tree::{
    Hash, ProofInvalid, Subtrees, consistency, empty_root, inclusion, leaf_hash, node_hash, root,
    verify_consistency, verify_inclusion,
};
