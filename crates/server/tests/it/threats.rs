//! The table of threats names, for each, the tests that hold it; a name that no test bears is a false claim.

use crate::house::sources;
use std::collections::BTreeSet;
use std::path::Path;

/// The threats that the table must tell of.
fn wanted() -> BTreeSet<String> {
    (1..=19).chain(27..=29).chain(38..=43).map(|number| format!("T{number:02}")).collect()
}

#[test]
fn each_threat_is_told_once_with_tests_that_exist() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/THREATS.md");
    let table = std::fs::read_to_string(path).unwrap();
    let sources = sources();
    let mut listed = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| T")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [id, threat, done, names, left] = cells.as_slice() else { panic!("{row}") };
        assert!(listed.insert((*id).to_owned()), "{id} is told twice");
        assert!(!threat.is_empty() && !done.is_empty(), "{id} says nothing");
        let tests: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty() || !left.is_empty(), "{id} has no test and does not say so");
        for name in tests {
            let (krate, test) = name.split_once(' ').unwrap_or_else(|| panic!("{id}: {name}"));
            let function = format!("fn {}(", test.rsplit("::").next().unwrap());
            let folder = format!("crates/{krate}/");
            let exists = |(path, source): &(std::path::PathBuf, String)| {
                path.to_string_lossy().replace('\\', "/").contains(&folder) && source.contains(&function)
            };
            assert!(sources.iter().any(exists), "{id}: no test {name}");
        }
    }
    assert_eq!(listed, wanted());
}
