//! Who may import whom, how long a file may be, and what only `store`'s engine may name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const FLOORS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("ledger", &[]),
    ("evidence", &["ledger"]),
    ("policy", &["domain"]),
    ("formats", &["domain"]),
    ("store", &["domain", "ledger"]),
    ("service", &["policy", "store", "formats", "evidence", "ledger", "domain"]),
    ("web", &["service", "formats", "domain"]),
    // Beside the floors: nothing imports it, and of the others it reads one file of types.
    ("papers", &[]),
    ("server", &["domain", "ledger", "evidence", "policy", "formats", "store", "service", "web"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 100);
    found
}

#[test]
fn imports_only_go_down() {
    for (name, allowed) in FLOORS {
        let manifest = std::fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap();
        let imported: BTreeSet<&str> = dependencies
            .lines()
            .filter_map(|line| line.strip_prefix("comity-"))
            .map(|line| line.split(['.', ' ']).next().unwrap())
            .collect();
        for import in imported {
            assert!(allowed.contains(&import), "{name} imports {import}");
        }
    }
}

#[test]
fn no_file_is_longer_than_seven_hundred_lines() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 700, "{}: {lines} lines", path.display());
    }
}

#[test]
fn only_the_store_knows_a_database() {
    for (path, text) in sources() {
        let name = path.to_string_lossy().replace('\\', "/");
        if name.contains("crates/store/") || name.contains("/tests/") {
            continue;
        }
        for word in ["rusqlite", "tokio_postgres", "skip locked"] {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
}

#[test]
fn the_architecture_names_exactly_the_crates() {
    let text = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let named: BTreeSet<&str> = text
        .split('`')
        .filter_map(|word| word.strip_prefix("comity-"))
        .filter(|w| !w.contains(' '))
        .collect();
    let crates: BTreeSet<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, crates);
}

#[test]
fn what_the_readme_points_to_exists() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http")) {
        assert!(root().join(link).exists(), "{link}");
    }
}
