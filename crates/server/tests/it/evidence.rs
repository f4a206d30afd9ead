//! `comity evidence` from the console, beside Debian's `age`.

use crate::authority::{Authority, ECDSA};
use crate::fixture::{Court, keys, vault};
use crate::verify::{UNDECIDED, VALID, ends};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FAILED: Option<i32> = Some(1);

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("evidence-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn key(&self, name: &str, more: &[&str]) -> (String, String) {
        let path = self.path(name);
        let said = ends(&[&["evidence", "keygen", "-o", &path], more].concat(), VALID);
        (path, said.trim().to_owned())
    }
}

fn runs(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect()
}

#[test]
fn the_command_age_opens_what_is_sealed_here_and_the_reverse() {
    let folder = Folder::new("interop");
    let (key, recipient) = folder.key("key", &[]);
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let (plain, sealed, back) = (folder.path("plain"), folder.path("sealed.age"), folder.path("back"));
    for length in [0, 5, 65_536, 300_000] {
        fs::write(&plain, content(length)).unwrap();
        let said = ends(&["evidence", "seal", "-r", &recipient, "-o", &sealed, &plain], VALID);
        // With `-o`, it makes no file where there is no content.
        runs("sh", &["-c", &format!("age -d -i {key} {sealed} > {back}")]);
        assert_eq!(fs::read(&back).unwrap(), content(length));
        runs("sh", &["-c", &format!("cd / && echo '{}' | sed 's/ (.*//' | sha256sum -c", said.trim())]);
        fs::remove_file(&sealed).unwrap();
        fs::remove_file(&back).unwrap();

        runs("age", &["-r", &recipient, "-o", &sealed, &plain]);
        ends(&["evidence", "open", "-i", &key, "-o", &back, &sealed], VALID);
        assert_eq!(fs::read(&back).unwrap(), content(length));
        assert_eq!(fs::metadata(&back).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&sealed).unwrap();
        fs::remove_file(&back).unwrap();
    }
    // A key of theirs, a file of recipients, two vaults.
    let (theirs, list) = (folder.path("theirs"), folder.path("list"));
    runs("age-keygen", &["-o", &theirs]);
    let other = ends(&["evidence", "recipient", "-i", &theirs], VALID);
    fs::write(&list, format!("# two vaults\n{other}{recipient}\n")).unwrap();
    ends(&["evidence", "seal", "-R", &list, "-o", &sealed, &plain], VALID);
    for key in [&key, &theirs] {
        runs("age", &["-d", "-i", key, "-o", &back, &sealed]);
        fs::remove_file(&back).unwrap();
    }
    // The text form is refused, and said to be.
    fs::remove_file(&sealed).unwrap();
    runs("age", &["-a", "-r", &recipient, "-o", &sealed, &plain]);
    let said = ends(&["evidence", "open", "-i", &key, "-o", &back, &sealed], FAILED);
    assert!(said.contains("text form"), "{said}");
}

#[test]
fn a_post_quantum_vault_opens_what_was_sealed_to_it_and_is_never_mixed() {
    let folder = Folder::new("hybrid");
    let (key, recipient) = folder.key("key", &["--post-quantum"]);
    let (_, classic) = folder.key("classic", &[]);
    assert!(recipient.starts_with("age1pq1") && classic.starts_with("age1"));
    assert_eq!(ends(&["evidence", "recipient", "-i", &key], VALID).trim(), recipient);
    let (plain, sealed, back) = (folder.path("plain"), folder.path("sealed.age"), folder.path("back"));
    fs::write(&plain, content(100_000)).unwrap();
    let said = ends(&["evidence", "seal", "-r", &recipient, "-r", &classic, "-o", &sealed, &plain], FAILED);
    assert!(said.contains("never mixed"), "{said}");
    ends(&["evidence", "seal", "-r", &recipient, "-o", &sealed, &plain], VALID);
    ends(&["evidence", "open", "-i", &key, "-o", &back, &sealed], VALID);
    assert_eq!(fs::read(&back).unwrap(), content(100_000));
    ends(&["evidence", "seal", "-r", "age1nonsense", "-o", &sealed, &plain], UNDECIDED);
    ends(&["evidence", "seal", "-o", &sealed, &plain], UNDECIDED);
}

#[test]
fn nothing_is_written_over_and_no_part_is_left() {
    let folder = Folder::new("output");
    let (key, recipient) = folder.key("key", &[]);
    let (plain, sealed, back) = (folder.path("plain"), folder.path("sealed.age"), folder.path("back"));
    fs::write(&plain, content(200_000)).unwrap();
    ends(&["evidence", "seal", "-r", &recipient, "-o", &sealed, &plain], VALID);
    let whole = fs::read(&sealed).unwrap();
    let names = folder.names();

    for arguments in [
        ["evidence", "seal", "-r", &recipient, "-o", &sealed, &plain],
        ["evidence", "open", "-i", &key, "-o", &plain, &sealed],
        ["evidence", "seal", "-r", &recipient, "-o", &sealed, &folder.path("missing")],
    ] {
        ends(&arguments, FAILED);
    }
    ends(&["evidence", "keygen", "-o", &key], FAILED);
    assert_eq!((fs::read(&sealed).unwrap(), fs::read(&plain).unwrap()), (whole.clone(), content(200_000)));

    // The last chunk is cut: all the others open, and nothing of them stays.
    fs::write(&sealed, &whole[..whole.len() - 1]).unwrap();
    let said = ends(&["evidence", "open", "-i", &key, "-o", &back, &sealed], FAILED);
    assert!(said.contains("changed or cut"), "{said}");
    let (other, _) = folder.key("other", &[]);
    fs::write(&sealed, &whole).unwrap();
    let said = ends(&["evidence", "open", "-i", &other, "-o", &back, &sealed], FAILED);
    assert!(said.contains("not sealed to this key"), "{said}");
    fs::remove_file(&other).unwrap();
    assert_eq!(folder.names(), names);
}

#[test]
fn a_full_disk_leaves_nothing_and_says_so() {
    let folder = Folder::new("full");
    let (_, recipient) = folder.key("key", &[]);
    let (plain, sealed) = (folder.path("plain"), folder.path("sealed.age"));
    fs::write(&plain, content(2_000_000)).unwrap();
    let names = folder.names();
    // A process may write files of at most 512 KiB; the signal that says so is ignored, so that the write fails instead.
    let command = format!(
        "trap '' XFSZ; ulimit -f 1024; exec {} evidence seal -r {recipient} -o {sealed} {plain}",
        env!("CARGO_BIN_EXE_comity")
    );
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), FAILED, "{said}");
    assert!(said.contains("large"), "{said}");
    assert_eq!(folder.names(), names);
}

#[test]
fn a_court_bundle_is_checked_from_the_console_and_by_openssl_and_age() {
    let folder = Folder::new("court");
    let court = Court::new();
    let (bundle, key, own) = (court.folder.to_str().unwrap(), folder.path("key"), folder.path("keys"));
    let said = ends(&["verify", "court", bundle], VALID);
    assert!(said.contains("own word") && said.contains("Valid."), "{said}");
    fs::write(&key, format!("{}\n", *vault().to_text())).unwrap();
    fs::write(&own, keys().to_string()).unwrap();
    let said = ends(&["verify", "court", bundle, "-i", &key, "--keys", &own], VALID);
    assert!(said.contains("opens to the content"), "{said}");
    // The other two commands of its README.
    let opened = format!("cd {bundle} && age -d -i {key} files/0001.age | sha256sum");
    let output = Command::new("sh").args(["-c", &opened]).output().unwrap();
    let hash = court.manifest.body.files[0].sha256_plain.to_string();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(&hash));
    let stamp = "openssl ts -verify -data manifest.note -in manifest.tsr -CAfile tsa.pem";
    runs("sh", &["-c", &format!("cd {bundle} && {stamp}")]);

    // The same as one archive, and its custody as linked data.
    let archive = court.archived_whole();
    let archive = archive.to_str().unwrap();
    assert!(ends(&["verify", "court", archive], VALID).contains("Valid."));
    let linked = fs::read_to_string(court.folder.join("custody.jsonld")).unwrap();
    for place in [bundle, archive] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_comity")).args(["evidence", "case", place]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), linked);
    }
    ends(&["evidence", "case", &folder.path("none")], FAILED);

    let tsa = folder.path("tsa");
    fs::write(&tsa, Authority::new(ECDSA).root()).unwrap();
    let said = ends(&["verify", "court", bundle, "--tsa", &tsa], UNDECIDED);
    assert!(said.contains("stamp not verified here"), "{said}");
    ends(&["verify", "court", bundle, "--keys", &folder.path("none")], UNDECIDED);
    ends(&["verify", "court", &folder.path("none")], UNDECIDED);
    let file = court.folder.join("files/0001.age");
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    let said = ends(&["verify", "court", bundle], FAILED);
    assert!(said.contains("INVALID: files/0001.age"), "{said}");
}
