//! A whole log from its files: it verifies as it was written, and any changed, missing or forked file is noticed.

use crate::fixture::{Files, Log, ORIGIN, Seeded, TIME, leaf, log_key, witness_key};
use comity_ledger::bundle::Refusal;
use comity_ledger::verify::{Source, log};
use comity_ledger::{Checkpoint, Note, Policy};

fn policy() -> Policy {
    let (log, witness) = (log_key(ORIGIN, 7), witness_key("witness.example", 9));
    let text = format!("log {}\nwitness w {}\nquorum w\n", log.verifier(), witness.verifier());
    text.parse().expect("a policy")
}

fn note(of: &Log, size: u64) -> Note {
    of.note(size, &[&witness_key("witness.example", 9)])
}

fn written(size: u64, story: &str) -> (Log, Files) {
    let log = Log::of_size(size, story);
    let files = log.files(size, &note(&log, size));
    (log, files)
}

/// The files of a log, of which one is another; copying all for each change would take most of the time.
struct Changed<'a> {
    files: &'a Files,
    path: &'a str,
    bytes: Option<Vec<u8>>,
}

impl Source for Changed<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        if path == self.path { Ok(self.bytes.clone()) } else { self.files.read(path) }
    }
}

fn refused(files: &Files, path: &str, bytes: Option<Vec<u8>>, what: &str) -> Refusal {
    let changed = Changed { files, path, bytes };
    log(&changed, &policy(), &[], 2).expect_err(&format!("{path}, {what}"))
}

fn change(files: &Files, path: &str, at: usize, change: u8) {
    let mut bytes = files.0[path].clone();
    bytes[at] ^= change;
    refused(files, path, Some(bytes), &format!("byte {at} ^ {change:#04x}"));
}

#[test]
fn a_log_of_any_size_verifies_with_one_thread_and_with_many() {
    for size in [0, 1, 2, 255, 256, 257, 512, 70_000] {
        let (of, files) = written(size, "a");
        for threads in [0, 1, 3] {
            let report = log(&files, &policy(), &[], threads).expect("verified");
            assert_eq!(report.trusted.checkpoint, of.head(size));
            assert_eq!(report.trusted.witnesses, [("w".to_owned(), TIME)]);
        }
    }
}

#[test]
fn a_small_log_with_any_one_byte_changed_is_refused() {
    for size in [1, 5] {
        let (_, files) = written(size, "a");
        for (path, bytes) in &files.0 {
            for at in 0..bytes.len() {
                for bits in [0x01, 0x20, 0x80, 0xff] {
                    change(&files, path, at, bits);
                }
            }
        }
    }
}

#[test]
fn a_checkpoint_with_any_one_byte_changed_is_refused() {
    for size in [0, 256, 257] {
        let (_, files) = written(size, "a");
        for at in 0..files.0["checkpoint"].len() {
            for bits in [0x01, 0x04, 0x20, 0x80] {
                change(&files, "checkpoint", at, bits);
            }
        }
    }
}

#[test]
fn a_log_of_full_files_with_one_byte_changed_anywhere_is_refused() {
    let mut seeded = Seeded(0x00c0_1117);
    for size in [255, 256, 257] {
        let (_, files) = written(size, "a");
        for (path, bytes) in &files.0 {
            for _ in 0..100 {
                let bits = u8::try_from(1 + seeded.below(255)).expect("a byte");
                change(&files, path, seeded.below(bytes.len()), bits);
            }
        }
    }
}

/// Of the many files of the lowest level a sample, of those above and at the edge each one.
#[test]
fn a_large_log_with_one_byte_changed_anywhere_is_refused() {
    let mut seeded = Seeded(0x00c0_1117);
    let (_, files) = written(70_000, "a");
    let edge = ["tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1", "tile/0/273.p/112"];
    let all: Vec<&str> = files.0.keys().map(String::as_str).collect();
    let sample: Vec<&str> = (0..24).map(|_| all[seeded.below(all.len())]).collect();
    for path in edge.into_iter().chain(["tile/entries/273.p/112"]).chain(sample) {
        let bits = u8::try_from(1 + seeded.below(255)).expect("a byte");
        change(&files, path, seeded.below(files.0[path].len()), bits);
    }
}

#[test]
fn a_missing_cut_or_longer_file_is_refused() {
    for size in [1, 256, 257, 600] {
        let (_, files) = written(size, "a");
        for (path, bytes) in &files.0 {
            let missing = refused(&files, path, None, "missing");
            assert!(matches!(missing, Refusal::Undecided(_)), "{path}: {missing}");
            for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
                refused(&files, path, Some(bytes[..length].to_vec()), &format!("cut to {length}"));
            }
            for more in [&[0][..], &[0, 0], bytes] {
                refused(&files, path, Some([bytes, more].concat()), "continued");
            }
        }
    }
}

#[test]
fn the_levels_of_a_large_log_are_all_read() {
    let (_, files) = written(70_000, "a");
    for path in ["tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1", "tile/0/273.p/112", "tile/entries/100"] {
        let missing = refused(&files, path, None, "missing");
        assert!(matches!(&missing, Refusal::Undecided(why) if why.contains("missing")), "{path}: {missing}");
    }
}

#[test]
fn a_source_that_cannot_read_is_not_decided() {
    struct Broken;
    impl Source for Broken {
        fn read(&self, _: &str) -> Result<Option<Vec<u8>>, String> {
            Err("the disk is gone".to_owned())
        }
    }
    let told = log(&Broken, &policy(), &[], 1);
    assert_eq!(told, Err(Refusal::Undecided("checkpoint: the disk is gone".to_owned())));
}

/// A log may delete the partial files of a tree once the full ones of its growth are there.
#[test]
fn full_tiles_stand_for_the_partial_ones_that_they_begin_with() {
    let (of, _) = written(600, "a");
    for size in [1, 100, 255, 300, 511] {
        let mut files = of.files(512, &note(&of, size));
        let above = of.files(size, &note(&of, size)).0;
        files.0.extend(above.into_iter().filter(|(path, _)| path.starts_with("tile/1/")));
        let report = log(&files, &policy(), &[], 1).expect("verified");
        assert_eq!(report.trusted.checkpoint, of.head(size));
        let tile = format!("tile/0/{:03}", size / 256);
        change(&files, &tile, 5, 1);
    }
}

#[test]
fn kept_checkpoints_are_beginnings_of_the_log() {
    let (of, files) = written(700, "a");
    let kept: Vec<Note> = [0, 1, 255, 256, 257, 512, 699, 700].map(|size| of.note(size, &[])).to_vec();
    assert_eq!(log(&files, &policy(), &kept, 2).map(|report| report.older), Ok(8));
    for size in [256, 300] {
        let rewound = of.files(size, &note(&of, size));
        let told = log(&rewound, &policy(), &[of.note(301, &[])], 2);
        assert!(matches!(told, Err(Refusal::Invalid(_))), "{told:?}");
    }
}

/// A fork is a whole and rightly signed log; only what was kept from before tells it apart.
#[test]
fn a_fork_is_refused_against_a_kept_checkpoint() {
    let (of, _) = written(300, "a");
    let mut fork = Log::of_size(299, "a");
    fork.grow([leaf("b", 299)]);
    let files = fork.files(300, &note(&fork, 300));
    assert!(log(&files, &policy(), &[], 1).is_ok());
    assert!(log(&files, &policy(), &[of.note(299, &[])], 1).is_ok());
    fork.grow((300..400).map(|number| leaf("a", number)));
    for size in [300, 301, 400] {
        let files = fork.files(size, &note(&fork, size));
        let told = log(&files, &policy(), &[of.note(299, &[]), of.note(300, &[])], 1);
        assert!(
            matches!(&told, Err(Refusal::Invalid(why)) if why.contains("not a beginning of this log")),
            "{told:?}"
        );
    }
}

#[test]
fn a_kept_checkpoint_must_be_signed_and_of_this_log() {
    let (of, files) = written(300, "a");
    let mut unsigned = of.note(100, &[]);
    unsigned.signatures[0].bytes[3] ^= 1;
    let mut stranger = Log::new(log_key(ORIGIN, 8));
    stranger.grow((0..100).map(|number| leaf("a", number)));
    for kept in [unsigned, stranger.note(100, &[])] {
        assert!(matches!(log(&files, &policy(), &[kept], 1), Err(Refusal::Invalid(_))));
    }
    let mut other = Log::new(log_key("log.example/2025", 6));
    other.grow((0..100).map(|number| leaf("a", number)));
    let both = Policy::of_logs([of.key.verifier().clone(), other.key.verifier().clone()]);
    let told = log(&files, &both, &[other.note(100, &[])], 1);
    assert!(matches!(&told, Err(Refusal::Invalid(why)) if why.contains("of another log")), "{told:?}");
}

#[test]
fn a_leaf_of_another_version_is_not_decided() {
    for odd in [vec![2; 33], vec![1; 32], vec![1; 34], Vec::new()] {
        let mut of = Log::of_size(3, "a");
        of.grow([odd]);
        let told = log(&of.files(4, &note(&of, 4)), &policy(), &[], 1);
        assert!(matches!(told, Err(Refusal::Undecided(_))), "{told:?}");
    }
}

/// Whoever signs chooses the size; it must not decide how much memory a reader takes.
#[test]
fn a_head_of_a_size_without_files_is_not_decided() {
    for size in [1, 1 << 40, u64::MAX] {
        let of = Log::new(log_key(ORIGIN, 7));
        let text = Checkpoint { origin: ORIGIN.to_owned(), size, root: [7; 32] }.to_string();
        let keys = [of.key, witness_key("witness.example", 9)];
        let signatures = keys.iter().map(|key| key.sign(&text, TIME).expect("signed")).collect();
        let signed = Note { text, signatures }.to_string();
        let files = Files([("checkpoint".to_owned(), signed.into_bytes())].into());
        let told = log(&files, &policy(), &[], 2);
        assert!(matches!(&told, Err(Refusal::Undecided(why)) if why.contains("is missing")), "{told:?}");
    }
}
