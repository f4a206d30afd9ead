//! The Merkle tree over leaves: hashes, roots, inclusion and consistency proofs, as RFC 6962 section 2.1 defines them.
//! It may assume that whoever gives it hashes of subtrees has computed or checked them. It never reads anything itself.

use sha2::{Digest, Sha256};

/// A SHA-256 hash of a leaf, a node or a whole tree.
pub type Hash = [u8; 32];

/// The hash of a leaf (RFC 6962 section 2.1: a zero byte before the leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(leaf).finalize().into()
}

/// The hash of two neighbouring subtrees (RFC 6962 section 2.1: a one byte before both).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// The root of a tree without leaves (RFC 6962 section 2.1: the hash of nothing).
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The hash of 2^`level` neighbouring leaves from `index` · 2^`level` on, all of which exist.
pub trait Subtrees {
    /// Why a hash is not to be had.
    type Error;

    /// The hash of the complete subtree.
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The root of the first `size` leaves.
pub fn root<S: Subtrees>(subtrees: &mut S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 { Ok(empty_root()) } else { range(subtrees, 0, size) }
}

/// The inclusion proof of leaf `index` in the tree of `size` leaves, from the leaf's sibling to the root's child;
/// nothing where the tree has no such leaf.
pub fn inclusion<S: Subtrees>(
    subtrees: &mut S,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, S::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range(subtrees, middle, end)?);
            end = middle;
        } else {
            proof.push(range(subtrees, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The proof that the tree of `old` leaves is the beginning of the tree of `new` leaves; nothing where `old` is larger.
/// Empty where `old` is zero or equals `new`.
pub fn consistency<S: Subtrees>(subtrees: &mut S, old: u64, new: u64) -> Result<Option<Vec<Hash>>, S::Error> {
    if old > new {
        return Ok(None);
    }
    if old == 0 || old == new {
        return Ok(Some(Vec::new()));
    }
    let (mut start, mut end) = (0, new);
    let mut proof = Vec::new();
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range(subtrees, middle, end)?);
            end = middle;
        } else {
            proof.push(range(subtrees, start, middle)?);
            start = middle;
        }
    }
    if start != 0 {
        proof.push(range(subtrees, start, end)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The largest power of two below `count`, which is at least 2.
const fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The hash over leaves `start` to `end`; `start` is a multiple of the power of two that `end - start` rounds up to.
fn range<S: Subtrees>(subtrees: &mut S, start: u64, end: u64) -> Result<Hash, S::Error> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.ilog2();
        return subtrees.subtree(level, start >> level);
    }
    let middle = start + split(count);
    let left = range(subtrees, start, middle)?;
    let right = range(subtrees, middle, end)?;
    Ok(node_hash(&left, &right))
}

/// A proof that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Merkle proof does not lead to the root")]
pub struct ProofInvalid;

/// Checks that the leaf with this hash stands at `index` in the tree of `size` leaves with this root (RFC 9162
/// section 2.1.3.2).
///
/// # Errors
/// The proof is too long, too short, or leads elsewhere.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofInvalid> {
    if index >= size {
        return Err(ProofInvalid);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in proof {
        if last == 0 {
            return Err(ProofInvalid);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 && hash == *root { Ok(()) } else { Err(ProofInvalid) }
}

/// Checks that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 9162 section 2.1.4.2).
///
/// # Errors
/// The proof is too long, too short, or leads elsewhere.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofInvalid> {
    let holds = match (old, old == new) {
        (_, true) => proof.is_empty() && old_root == new_root && (old != 0 || *old_root == empty_root()),
        (0, false) => proof.is_empty() && *old_root == empty_root(),
        (_, false) if old > new => false,
        (_, false) => leads_to_both(old, old_root, new, new_root, proof),
    };
    if holds { Ok(()) } else { Err(ProofInvalid) }
}

fn leads_to_both(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // A complete old tree is itself the first step, and is not sent.
    let mut steps = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}
