//! The program's own bounds: what it takes, what it gives, what it says, and what it may touch.

use crate::pdf::program;
use crate::sample::{paper, paper_of, text};
use comity_papers::paper::{MAX_PAPER, Paper, PaperTime};
use comity_papers::{Fault, read};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

fn as_json(paper: &Paper) -> Value {
    serde_json::to_value(paper).unwrap()
}

fn said(input: &[u8]) -> String {
    let output = program(&[], input);
    assert!(!output.status.success() && output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_paper_goes_through_the_program() {
    let output = program(&[], &serde_json::to_vec(&paper()).unwrap());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.starts_with(b"%PDF-1.7") && output.stderr.is_empty());
}

#[test]
fn what_is_no_paper_is_refused_in_one_line_without_a_word_of_it() {
    let mut unknown = as_json(&paper());
    unknown["secret-field"] = json!("secret");
    let mut other = as_json(&paper());
    other["body"][0]["block"] = json!("secret");
    let mut wrong = as_json(&paper());
    wrong["as_of"]["year"] = json!("secret");
    let mut nested = as_json(&paper());
    nested["body"][0]["rows"][0]["lines"][0]["secret"] = json!(1);
    for input in [
        b"secret".to_vec(),
        b"".to_vec(),
        b"\xff\xfe secret".to_vec(),
        unknown.to_string().into_bytes(),
        other.to_string().into_bytes(),
        wrong.to_string().into_bytes(),
        nested.to_string().into_bytes(),
        format!("{}secret", as_json(&paper())).into_bytes(),
        "[".repeat(100_000).into_bytes(),
    ] {
        let said = said(&input);
        assert!(said.starts_with("comity-papers: no paper: line "), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn tables_fit_their_columns_and_times_are_times() {
    let mut ragged = as_json(&paper());
    ragged["body"][5]["rows"][1].as_array_mut().unwrap().pop();
    assert_eq!(read(ragged.to_string().as_bytes()).unwrap_err(), Fault::Table);
    let mut empty = as_json(&paper());
    empty["body"][5]["columns"][0]["share"] = json!(0);
    assert_eq!(read(empty.to_string().as_bytes()).unwrap_err(), Fault::Table);
    for (year, month, offset_minutes) in [(2026, 13, 60), (0, 11, 60), (2026, 11, 2_000)] {
        let mut paper = paper();
        paper.as_of = PaperTime { year, month, offset_minutes, ..paper.as_of };
        assert_eq!(comity_papers::set(&paper).unwrap_err(), Fault::Time);
    }
}

#[test]
fn a_paper_that_is_too_large_or_becomes_so_is_not_made() {
    let large = serde_json::to_vec(&paper_of(vec![text(&"x".repeat(MAX_PAPER))])).unwrap();
    assert_eq!(said(&large), format!("comity-papers: the paper has more than {MAX_PAPER} bytes\n"));
    // A megabyte of lines: as many pages as nobody reads. Processor time, memory or the count of pages ends it.
    let long = serde_json::to_vec(&paper_of(vec![text(&"x\n".repeat(MAX_PAPER / 4))])).unwrap();
    let before = processor_seconds();
    let output = program(&[], &long);
    assert!(!output.status.success() && output.stdout.is_empty());
    let taken = processor_seconds() - before;
    assert!(taken <= 12, "{taken} s");
}

/// Processor time of the programs that this test has run, in seconds.
fn processor_seconds() -> i64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    usage.user_time().tv_sec() + usage.system_time().tv_sec()
}

/// Once its limits are set, the program opens nothing: not a file, not a library, not a socket.
#[test]
fn nothing_is_opened_once_the_limits_stand() {
    let trace = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("opened.strace");
    let calls = "trace=open,openat,socket,execve,setrlimit,prlimit64";
    let strace = ["strace", "-f", "-e", calls, "-o", trace.to_str().unwrap()];
    let hostile = "#read(\"/etc/passwd\") #image(\"/etc/passwd\") #import \"@preview/x:1.0.0\"";
    let output = program(&strace, &serde_json::to_vec(&paper_of(vec![text(hostile)])).unwrap());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::read_to_string(&trace).unwrap();
    let limit = log.lines().position(|call| call.contains("RLIMIT_NOFILE") && call.contains("rlim_cur=3"));
    let after = log.lines().skip(limit.unwrap_or_else(|| panic!("no limit was set: {log}")) + 1);
    let opened: Vec<&str> = after
        .filter(|call| ["open(", "openat(", "socket(", "execve("].iter().any(|name| call.contains(name)))
        .filter(|call| !call.contains("= -1"))
        .collect();
    assert_eq!(opened, Vec::<&str>::new());
    std::fs::remove_file(trace).unwrap();
}
