//! One large file, sent to the server over loopback and sealed by `comity evidence seal`, each beside `age` and
//! `sha256sum` on the same file and disk. Files lie in the folder for temporary files and are removed at the end.

use crate::instance::Instance;
use crate::number;
use crate::random::Random;
use crate::table::{Bar, Table, median};
use crate::wire::{Content, Wire};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Three rounds keep three copies on the disk, besides the file and what is made of it.
const ROUNDS: usize = 3;
const MIB: u64 = 1024 * 1024;
/// The longest part that the server takes.
const PART: u64 = 64 * MIB;

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A figure of a process in MiB, such as `VmRSS`, or `VmHWM` for its peak; nothing once it has ended.
#[expect(clippy::cast_precision_loss, reason = "memory of a process is far below 2^53 bytes")]
fn mebibytes(process: u32, name: &str) -> Option<f64> {
    let said = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? as f64 / 1024.0)
}

fn made(path: &Path, bytes: u64) {
    let mut random = Random::new(1);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    for _ in 0..bytes / 8 {
        file.write_all(&random.next().to_le_bytes()).unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
}

/// How long a program takes, and the peak of its memory in MiB as it was last seen.
fn run(command: &mut Command) -> (Duration, f64) {
    let begun = Instant::now();
    let mut process = command.stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0.0_f64;
    loop {
        if let Some(status) = process.try_wait().unwrap() {
            assert!(status.success(), "{command:?}");
            return (begun.elapsed(), peak);
        }
        peak = peak.max(mebibytes(process.id(), "VmHWM").unwrap_or(0.0));
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Lets the disk come to rest, so that no round pays for the one before.
fn rest() {
    run(&mut Command::new("sync"));
}

struct Bench {
    folder: Folder,
    file: PathBuf,
    bytes: u64,
    recipient: String,
}

impl Bench {
    fn new() -> Self {
        let folder = Folder(std::env::temp_dir().join(format!("comity-bench-{}", std::process::id())));
        std::fs::create_dir_all(&folder.0).unwrap();
        let bytes = number("COMITY_BENCH_FILE_MIB", 4_096) * MIB;
        let (file, key) = (folder.0.join("file"), folder.0.join("key"));
        made(&file, bytes);
        let comity = env!("CARGO_BIN_EXE_comity");
        let made = Command::new(comity).args(["evidence", "keygen", "-o"]).arg(&key).output().unwrap();
        let recipient = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        Self { folder, file, bytes, recipient }
    }

    /// Mebibytes in a second.
    #[expect(clippy::cast_precision_loss, reason = "sizes of a bench are far below 2^53 bytes")]
    fn speed(&self, time: Duration) -> f64 {
        (self.bytes / MIB) as f64 / time.as_secs_f64()
    }

    fn output(&self) -> PathBuf {
        self.folder.0.join("sealed")
    }

    /// `age` to a file, then `sha256sum` of what it read.
    fn native(&self) -> f64 {
        rest();
        let output = self.output();
        let (sealing, _) =
            run(Command::new("age").args(["-r", &self.recipient, "-o"]).args([&output, &self.file]));
        let (hashing, _) = run(Command::new("sha256sum").arg(&self.file));
        std::fs::remove_file(output).unwrap();
        self.speed(sealing + hashing)
    }

    fn sealed(&self) -> (f64, f64) {
        rest();
        let output = self.output();
        let mut command = Command::new(env!("CARGO_BIN_EXE_comity"));
        command.args(["evidence", "seal", "-r", &self.recipient, "-o"]).args([&output, &self.file]);
        let (time, peak) = run(&mut command);
        std::fs::remove_file(output).unwrap();
        (self.speed(time), peak)
    }

    /// Sends the file in parts until the server has said that all of it is kept; waits, untimed, until it was inspected.
    fn uploaded(&self, wire: &mut Wire, request: &str, token: &str) -> f64 {
        rest();
        let path = format!("/api/v1/requests/{request}/files");
        let headers = [("authorization", token), ("content-type", "application/json")];
        let body = json!({ "name": "answer.bin", "size": self.bytes }).to_string();
        let file = File::open(&self.file).unwrap();
        let begun = Instant::now();
        let kept = wire.call("POST", &path, &headers, &Content::Bytes(body.as_bytes())).expect(201).json();
        let one = format!("{path}/{}", kept["id"].as_str().unwrap());
        let mut offset = 0;
        while offset < self.bytes {
            let (from, length) = (offset.to_string(), PART.min(self.bytes - offset));
            let headers = [
                ("authorization", token),
                ("content-type", "application/octet-stream"),
                ("upload-offset", from.as_str()),
            ];
            wire.call("PATCH", &one, &headers, &Content::Part(&file, length)).expect(200);
            offset += length;
        }
        let done =
            wire.call("POST", &format!("{one}/complete"), &headers, &Content::Bytes(b"")).expect(200).json();
        let time = begun.elapsed();
        assert_eq!(done["bytes"], self.bytes);
        let inspected = |wire: &mut Wire| {
            let path = format!("/api/v1/requests/{request}");
            let dossier = wire.call("GET", &path, &headers, &Content::Bytes(b"")).expect(200).json();
            let all = dossier["uploads"].as_array().unwrap();
            all.iter().any(|upload| upload["id"] == done["id"] && !upload["inspection"].is_null())
        };
        while !inspected(wire) {
            assert!(begun.elapsed() < time + Duration::from_mins(5), "the file was never inspected");
            std::thread::sleep(Duration::from_millis(200));
        }
        self.speed(time)
    }
}

/// The first request that takes a file of this desk.
fn accepting(wire: &mut Wire, headers: &[(&str, &str)]) -> String {
    let listed = wire.call("GET", "/api/v1/requests", headers, &Content::Bytes(b"")).expect(200).json();
    let body = json!({ "name": "try.bin" }).to_string();
    let mut ids = listed["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
    ids.find(|id| {
        let path = format!("/api/v1/requests/{id}/files");
        wire.call("POST", &path, headers, &Content::Bytes(body.as_bytes())).status == 201
    })
    .unwrap()
}

/// The peak of the server's memory begins anew.
fn forget_peak(process: u32) {
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
}

pub(crate) fn measured(table: &mut Table) {
    let bench = Bench::new();
    let data = bench.folder.0.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let instance = Instance::in_earnest(&data);
    let token = format!("Bearer {}", instance.token("Erik Lindqvist"));
    let mut wire = Wire::to(instance.base_url());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let request = accepting(&mut wire, &headers);
    let process = instance.process();
    let (mut ours, mut sealed, mut native) = (Vec::new(), Vec::new(), Vec::new());
    let (mut peaks, mut growth, mut sealing) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        forget_peak(process);
        let idle = mebibytes(process, "VmRSS").unwrap();
        ours.push(bench.uploaded(&mut wire, &request, &token));
        let peak = mebibytes(process, "VmHWM").unwrap();
        peaks.push(peak);
        growth.push(peak - idle);
        native.push(bench.native());
        let (speed, peak) = bench.sealed();
        sealed.push(speed);
        sealing.push(peak);
    }
    let floor = "`age`, then `sha256sum`";
    let size = bench.bytes / MIB;
    let name = format!("file of {size} MiB over loopback: hashed, sealed, durable");
    table.beside(&name, &ours, "MiB/s", floor, &native, Bar::RatioAtLeast(0.8));
    let most = peaks.iter().copied().fold(0.0, f64::max);
    table.figure("resident memory of the server meanwhile, greatest peak", most, "MiB", Bar::AtMost(64.0));
    table.figure("the same beyond what it held before, median", median(&growth), "MiB", Bar::None);
    let name = format!("`comity evidence seal` of {size} MiB");
    table.beside(&name, &sealed, "MiB/s", floor, &native, Bar::RatioAtLeast(0.8));
    let most = sealing.iter().copied().fold(0.0, f64::max);
    table.figure("resident memory of `comity evidence seal`, greatest peak", most, "MiB", Bar::AtMost(64.0));
}
