//! A finished paper in the hands of other people's readers.

use comity_papers::paper::Paper;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A paper on disk, removed with the test.
pub(crate) struct Pdf(PathBuf);

impl Pdf {
    pub(crate) fn of(name: &str, paper: &Paper) -> Self {
        let bytes = comity_papers::set(paper).unwrap_or_else(|fault| panic!("{name}: {}", told(&fault)));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pdf"));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).arg(&self.0).arg("-").output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}; `make packages` brings it"));
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Its text in reading order.
    pub(crate) fn text(&self) -> String {
        self.run("pdftotext", &["-raw"])
    }

    pub(crate) fn info(&self, arguments: &[&str]) -> String {
        let output = Command::new("pdfinfo").args(arguments).arg(&self.0).output();
        let output = output.unwrap_or_else(|error| panic!("pdfinfo: {error}; `make packages` brings it"));
        assert!(output.status.success(), "pdfinfo: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Its objects with nothing compressed; `qpdf` finds no error in it.
    pub(crate) fn objects(&self) -> String {
        self.run("qpdf", &["--qdf", "--object-streams=disable"])
    }
}

impl Drop for Pdf {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

/// What was said about a paper that could not be set; a test may repeat content.
pub(crate) fn told(fault: &comity_papers::Fault) -> String {
    match fault {
        comity_papers::Fault::Unset(said) => said.join("; "),
        other => other.to_string(),
    }
}

/// Without what breaks lines.
pub(crate) fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Runs the program, under another one where that is given.
pub(crate) fn program(under: &[&str], input: &[u8]) -> Output {
    let binary = env!("CARGO_BIN_EXE_comity-papers");
    let words: Vec<&str> = under.iter().copied().chain([binary]).collect();
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .env_clear()
        .env("RAYON_NUM_THREADS", "1")
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    let writer = std::thread::spawn(move || {
        // What the program does not read, it does not want.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}
