//! What was found by fuzzing stays found: every seed, and every file in `fuzz/found`, goes through its target again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[expect(dead_code, unreachable_pub, reason = "it is a library of its own for the fuzz targets")]
#[path = "../../../../fuzz/src/lib.rs"]
mod targets;

/// No input may take longer, however slow the machine: the fuzzer itself gives up after ten seconds.
const PATIENCE: Duration = Duration::from_secs(10);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn nothing_that_was_found_is_found_again() {
    for (name, target, seeds) in targets::TARGETS {
        for (number, seed) in seeds().iter().enumerate() {
            println!("{name}: seed {number}");
            target(seed);
        }
        let found = folder().join("found").join(name);
        let files = if found.is_dir() { names(&found) } else { BTreeSet::new() };
        for file in files {
            println!("{name}: {file}");
            let begun = Instant::now();
            target(&std::fs::read(found.join(&file)).unwrap());
            assert!(begun.elapsed() < PATIENCE, "{name}: {file}: {:?}", begun.elapsed());
        }
    }
}

#[test]
fn every_target_is_a_program_and_every_folder_a_target() {
    let targets: BTreeSet<String> = targets::TARGETS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let programs: BTreeSet<String> = names(&folder().join("fuzz_targets"))
        .iter()
        .map(|file| file.trim_end_matches(".rs").to_owned())
        .collect();
    assert_eq!(programs, targets);
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not in fuzz/Cargo.toml");
    }
    let found = names(&folder().join("found"));
    assert!(found.is_subset(&targets), "{found:?}");
}
