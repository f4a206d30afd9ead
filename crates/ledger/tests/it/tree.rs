//! Roots, proofs and tiles against another implementation of RFC 6962, at every size up to a few tiles.

use comity_ledger::{
    Edge, Hash, NotATile, Subtrees, TileKind, TilePath, TileReader, consistency, inclusion, leaf_hash, root,
    verify_consistency, verify_inclusion,
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use std::collections::BTreeMap;

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

/// The tiles of a tree that grew by the given steps, as a log would store them.
fn grown(steps: &[u64]) -> (Edge, BTreeMap<(u8, u64), Vec<Hash>>) {
    let (mut edge, mut tiles) = (Edge::default(), BTreeMap::new());
    for step in steps {
        let from = edge.size();
        for tile in edge.append((from..from + step).map(|index| leaf_hash(&leaf(index)))) {
            tiles.insert((tile.level, tile.index), tile.hashes);
        }
    }
    (edge, tiles)
}

fn reader(tiles: &BTreeMap<(u8, u64), Vec<Hash>>, size: u64) -> impl Subtrees<Error = NotATile> {
    TileReader::new(size, move |path: TilePath| {
        let TileKind::Hashes(level) = path.kind else { return Err(NotATile) };
        let hashes = tiles.get(&(level, path.index)).ok_or(NotATile)?;
        Ok(hashes[..usize::from(path.width)].concat())
    })
}

fn oracle(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|index| tree.push(leaf(index)));
    tree
}

#[test]
fn roots_equal_those_of_another_implementation() {
    for size in [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 70_000] {
        let (edge, tiles) = grown(&[size]);
        let expected: Hash = oracle(size).root().as_bytes()[..32].try_into().expect("32 bytes");
        assert_eq!(edge.root(), expected, "edge of {size}");
        assert_eq!(root(&mut reader(&tiles, size), size), Ok(expected), "tiles of {size}");
    }
}

#[test]
fn growing_in_any_steps_gives_the_same_tiles() {
    let (whole, tiles) = grown(&[700]);
    for steps in [vec![1; 700], vec![255, 1, 1, 255, 188], vec![256, 256, 188], vec![699, 1]] {
        let (edge, other) = grown(&steps);
        assert_eq!(edge, whole);
        assert_eq!(other, tiles);
    }
}

#[test]
fn an_edge_is_read_back_from_its_partial_tiles() {
    for size in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000] {
        let (edge, tiles) = grown(&[size]);
        let loaded = Edge::load::<NotATile>(size, |path| {
            let TileKind::Hashes(level) = path.kind else { return Err(NotATile) };
            let tile = tiles.get(&(level, path.index)).ok_or(NotATile)?;
            Ok(tile[..usize::from(path.width)].concat())
        });
        let mut loaded = loaded.expect("the edge");
        assert_eq!(loaded.root(), edge.root());
        let mut grown = edge;
        assert_eq!(loaded.append([[7; 32]]), grown.append([[7; 32]]), "size {size}");
    }
}

#[test]
fn every_inclusion_proof_verifies_and_no_changed_one_does() {
    for size in (1..40).chain([255, 256, 257, 600]) {
        let (edge, tiles) = grown(&[size]);
        let tree_root = edge.root();
        for index in (0..size).step_by(if size > 40 { 37 } else { 1 }) {
            let proof = inclusion(&mut reader(&tiles, size), index, size).expect("tiles").expect("a leaf");
            let hash = leaf_hash(&leaf(index));
            assert_eq!(verify_inclusion(&hash, index, size, &proof, &tree_root), Ok(()));
            let other = verify_inclusion(&leaf_hash(b"other"), index, size, &proof, &tree_root);
            assert!(other.is_err());
            assert!(verify_inclusion(&hash, index + 1, size, &proof, &tree_root).is_err());
            for step in 0..proof.len() {
                let mut changed = proof.clone();
                changed[step][0] ^= 1;
                assert!(verify_inclusion(&hash, index, size, &changed, &tree_root).is_err());
                changed.remove(step);
                assert!(verify_inclusion(&hash, index, size, &changed, &tree_root).is_err());
            }
            let longer = [proof.as_slice(), &[[0; 32]]].concat();
            assert!(verify_inclusion(&hash, index, size, &longer, &tree_root).is_err());
        }
        assert_eq!(inclusion(&mut reader(&tiles, size), size, size), Ok(None));
    }
}

#[test]
fn every_consistency_proof_verifies_and_no_changed_one_does() {
    let roots: Vec<Hash> = (0..=70).map(|size| grown(&[size]).0.root()).collect();
    for new in 0..=70_u64 {
        let (_, tiles) = grown(&[new]);
        for old in 0..=new {
            let proof = consistency(&mut reader(&tiles, new), old, new).expect("tiles").expect("smaller");
            let [old_root, new_root] = [old, new].map(|size| roots[usize::try_from(size).expect("small")]);
            assert_eq!(verify_consistency(old, &old_root, new, &new_root, &proof), Ok(()), "{old} {new}");
            for step in 0..proof.len() {
                let mut changed = proof.clone();
                changed[step][31] ^= 0x80;
                assert!(verify_consistency(old, &old_root, new, &new_root, &changed).is_err());
            }
            let mut wrong = old_root;
            wrong[0] ^= 1;
            assert!(verify_consistency(old, &wrong, new, &new_root, &proof).is_err());
        }
        assert_eq!(consistency(&mut reader(&tiles, new), new + 1, new), Ok(None));
    }
}

#[test]
fn paths_are_those_of_the_specification_and_of_another_implementation() {
    let path = |kind, index, width| TilePath { kind, index, width }.to_string();
    assert_eq!(path(TileKind::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(TileKind::Hashes(1), 0, 17), "tile/1/000.p/17");
    assert_eq!(path(TileKind::Entries, 273, 112), "tile/entries/273.p/112");
    for index in [0, 5, 999, 1_000, 123_456, 999_999_999, 1_000_000_000] {
        for width in [1_u16, 255, 256] {
            let ours = path(TileKind::Hashes(2), index, width);
            let theirs = tlog_tiles::Tile::new(8, 2, index, u32::from(width), false).path();
            assert_eq!(ours, theirs.replace("tile/8/", "tile/"));
            assert_eq!(ours.parse(), Ok(TilePath { kind: TileKind::Hashes(2), index, width }));
        }
    }
    for bad in [
        "",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/00/000",
        "tile/0/0",
        "tile/0/1000",
        "tile/0/x000/000",
        "tile/0/x001/067/x000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/../000",
    ] {
        assert!(bad.parse::<TilePath>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_tree_of_70_000_leaves_has_the_tiles_of_the_specification() {
    let widths = |level: u8| {
        TilePath::all_in_tree(TileKind::Hashes(level), 70_000).map(|path| path.width).collect::<Vec<_>>()
    };
    assert_eq!(widths(0).len(), 274);
    assert_eq!(widths(0).last(), Some(&112));
    assert_eq!(widths(1), [256, 17]);
    assert_eq!(widths(2), [1]);
    assert!(widths(3).is_empty());
}
