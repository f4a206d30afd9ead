//! The inspector as the server runs it: a process of its own, bounded before it reads a byte, that ends whatever it is
//! given; and a server that answers meanwhile (T28).

use serde_json::Value;
use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_comity");

fn start(most: u64, extension: &str) -> Child {
    Command::new(PROGRAM)
        .arg("inspect")
        .arg(format!("--most-unpacked={most}"))
        .arg(format!("--extension={extension}"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Gives the content, as far as anybody takes it.
fn ends(most: u64, extension: &str, content: &[u8]) -> Output {
    let mut child = start(most, extension);
    let _ = child.stdin.take().unwrap().write_all(content);
    child.wait_with_output().unwrap()
}

fn report(extension: &str, content: &[u8]) -> Value {
    let output = ends(1 << 30, extension, content);
    assert!(output.status.success(), "{:?}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.len() <= 64 * 1024);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn it_tells_what_a_file_is() {
    let told = report("csv", b"address,subscriber\n203.0.113.7,=1+1\n");
    assert_eq!(told["media_type"], "text/csv");
    assert_eq!(told["table"]["columns"], serde_json::json!(["address", "subscriber"]));
    assert_eq!(told["findings"], serde_json::json!(["formula-cells"]));
    // Everything that one table can say fits into the longest answer.
    let wide = vec!["\u{fc}".repeat(60); 256].join(",");
    assert_eq!(report("csv", wide.as_bytes())["table"]["columns"].as_array().unwrap().len(), 256);
}

#[test]
fn it_has_given_up_everything_before_it_reads() {
    let mut child = start(1 << 20, "");
    // It has read this and waits for more.
    child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
    let folder = format!("/proc/{}", child.id());
    let begun = Instant::now();
    let status = loop {
        let status = std::fs::read_to_string(format!("{folder}/status")).unwrap();
        if status.contains("Seccomp:\t2") || begun.elapsed() > Duration::from_secs(20) {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.contains("Seccomp:\t2") && status.contains("NoNewPrivs:\t1"), "{status}");
    let limits = std::fs::read_to_string(format!("{folder}/limits")).unwrap();
    for (name, most) in [
        ("Max cpu time", "5"),
        ("Max address space", "268435456"),
        ("Max open files", "3"),
        ("Max processes", "0"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        let values: Vec<&str> = line[name.len()..].split_whitespace().take(2).collect();
        assert_eq!(values, [most, most], "{line}");
    }
    drop(child.stdin.take());
    let mut told = String::new();
    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(told.contains("text/plain"), "{told}");
}

#[test]
fn it_ends_on_every_bomb() {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    let gzipped = |content: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    };
    let zeros = vec![0; 64 * 1024 * 1024];
    let bomb = gzipped(&zeros);
    assert!(zeros.len() / bomb.len() > 900);
    let object = |n: u32| format!("{n} 0 obj << /Type /ObjStm /Extends {n} 0 R >> endobj\n");
    let loops = (0..200_000).map(object).collect::<Vec<_>>().concat();
    let mut flood = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    flood.extend([0x80, 0, 0, 0, 0x80, 0, 0, 0, 8, 6, 0, 0, 0]);
    let cases: [(&str, Vec<u8>, Option<&str>); 5] = [
        ("gz", bomb.clone(), Some("unpacks-too-large")),
        ("gz", gzipped(&gzipped(&bomb)), Some("unpacks-too-large")),
        ("png", flood, Some("pixel-flood")),
        ("pdf", format!("%PDF-1.7\n{loops}").into_bytes(), None),
        ("csv", vec![b','; 8 * 1024 * 1024], Some("too-many-columns")),
    ];
    for (extension, content, finding) in cases {
        let begun = Instant::now();
        let told = report(extension, &content);
        assert!(begun.elapsed() < Duration::from_secs(10), "{extension}: {:?}", begun.elapsed());
        let expected = finding.map_or_else(|| serde_json::json!([]), |finding| serde_json::json!([finding]));
        let findings = told["findings"].as_array().unwrap();
        assert!(
            expected.as_array().unwrap().iter().all(|one| findings.contains(one)),
            "{extension}: {findings:?}"
        );
    }
}

#[test]
fn it_stays_within_its_memory_whatever_it_reads() {
    // Three gibibytes of a text without an end, in pieces that the test does not keep either.
    let mut child = start(1 << 40, "csv");
    let mut stdin = child.stdin.take().unwrap();
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..3 * 1024 {
        if stdin.write_all(&piece).is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["findings"], serde_json::json!(["partly-read"]));
}
