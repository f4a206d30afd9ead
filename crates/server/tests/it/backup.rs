//! Backup and restore with the real binary: archives are for whoever has the private key and both of them; no archive is
//! half there, whatever happens to its disk, its reader or its writer; and an older state under newer witnesses is refused
//! until the loss is accepted (T38, T39, T44; L15).

use crate::demo::Demo;
use crate::disk::SmallDisk;
use crate::verify::{VALID, ends};
use crate::witness::{NAME, Witness};
use crate::witnessed::{Instance, asks, configured, refused, told};
use age::secrecy::ExposeSecret;
use comity_store::testing::{new_database, postgres};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const OFFICER: &str = "Amélie Laurent";
const ANALYST: &str = "Erik Lindqvist";
const PLANTED: usize = 200;

/// Somebody who keeps a private key away from the server, and the archives.
pub(crate) struct Keeper {
    folder: PathBuf,
    to: String,
}

impl Keeper {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let identity = age::x25519::Identity::generate();
        let file = folder.join("identity");
        std::fs::write(file, format!("{}\n", identity.to_string().expose_secret())).unwrap();
        Self { folder, to: identity.to_public().to_string() }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// Makes both archives of an instance.
    pub(crate) fn keep(&self, instance: &[&str]) {
        for what in ["data", "keys"] {
            let said = ends(
                &[&["backup", what, "--to", &self.to, "-o", &self.path(what)], instance].concat(),
                VALID,
            );
            assert!(said.contains("rows"), "{said}");
        }
    }

    /// How a restore ends, and what it says.
    fn restore(&self, archive: &str, keys: &str, identity: &str, instance: &[&str]) -> (Option<i32>, String) {
        let files = [self.path(archive), self.path(keys), self.path(identity)];
        let arguments = ["restore", &files[0], "--keys", &files[1], "--identity", &files[2]];
        let done = comity(&[&arguments, instance].concat());
        (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    }

    fn restored(&self, instance: &[&str]) -> String {
        let (code, said) = self.restore("data", "keys", "identity", instance);
        assert_eq!(code, VALID, "{said}");
        said
    }

    /// A folder in which nothing is.
    fn empty(&self, name: &str) -> String {
        let folder = self.folder.join(name);
        let _ = std::fs::remove_dir_all(&folder);
        folder.to_str().unwrap().to_owned()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn comity(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_comity")).args(arguments).env("COMITY_LOG", "warn").output().unwrap()
}

fn get(demo: &Demo, who: &str, path: &str) -> Value {
    let request = ureq::get(format!("{}{path}", demo.base_url()));
    let mut answer = request.header("authorization", format!("Bearer {}", demo.token(who))).call().unwrap();
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

/// Drafts, each with these words in it; their identifiers.
fn drafts(demo: &Demo, words: impl Iterator<Item = String>) -> Vec<String> {
    let me = get(demo, ANALYST, "/api/v1/me");
    let to = me["organisation"]["id"].as_str().or(me["organisation"].as_str()).unwrap();
    let draft = |words: String| {
        let item = json!({ "value": format!("{words}@mail.example"), "limit": format!("only {words}") });
        let answers = json!({ "case_number": words });
        let draft = json!({ "priority": "P2_NORMAL", "answers": answers, "items": [item] });
        let body = json!({ "to": to, "procedure": "bud.18_subscriber", "draft": draft });
        let request = ureq::post(format!("{}/api/v1/requests", demo.base_url()))
            .header("authorization", format!("Bearer {}", demo.token(OFFICER)))
            .header("content-type", "application/json");
        let mut answer = request.send(body.to_string()).unwrap();
        let receipt: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        receipt["request"].as_str().unwrap().to_owned()
    };
    words.map(draft).collect()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What is in an archive, decrypted.
pub(crate) fn opened(archive: &str, identity: &str) -> std::io::Result<Vec<u8>> {
    let file = std::io::BufReader::new(File::open(archive)?);
    let identities = age::IdentityFile::from_file(identity.to_owned())?.into_identities().unwrap();
    let decryptor = age::Decryptor::new_buffered(file).map_err(std::io::Error::other)?;
    let opened = decryptor.decrypt(identities.iter().map(|identity| &**identity));
    let mut bytes = Vec::new();
    opened.map_err(std::io::Error::other)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Canary search, T38; restore without one of the keys fails, T39.
#[test]
fn an_archive_is_for_whoever_has_the_private_key_and_the_keys() {
    let demo = Demo::start("backup-keys");
    let data = demo.data().to_str().unwrap();
    let planted: Vec<String> = (0..PLANTED).map(|number| format!("planted-{number:04}-7f3a")).collect();
    let ids = drafts(&demo, planted.iter().cloned());
    let keeper = Keeper::new("backup-keys-kept");
    let stranger = Keeper::new("backup-keys-stranger");
    keeper.keep(&["--data", data]);
    let keys = std::fs::read(keeper.path("keys")).unwrap();
    let archive = std::fs::read(keeper.path("data")).unwrap();
    let inside = opened(&keeper.path("data"), &keeper.path("identity")).unwrap();
    for words in &planted {
        for bytes in [&keys, &archive, &inside] {
            assert!(!contains(bytes, words.as_bytes()), "{words}");
        }
    }
    for name in ["instance.key", "ledger.key"] {
        let secret = std::fs::read(demo.data().join(name)).unwrap();
        for bytes in [&keys, &archive, &inside] {
            assert!(!contains(bytes, secret.trim_ascii()), "{name}");
        }
        let keys_inside = opened(&keeper.path("keys"), &keeper.path("identity")).unwrap();
        assert!(contains(&keys_inside, secret.trim_ascii()), "{name} is among the keys");
    }

    let place = keeper.empty("restored");
    std::fs::copy(stranger.path("identity"), keeper.path("stranger")).unwrap();
    let instance = ["--data", place.as_str()];
    let (code, said) = keeper.restore("data", "keys", "stranger", &instance);
    assert!(code == Some(1) && said.contains("does not open it"), "{said}");
    let (file, identity) = (keeper.path("data"), keeper.path("identity"));
    let said = ends(&[&["restore", &file, "--identity", &identity], &instance[..]].concat(), Some(1));
    assert!(said.contains("--keys is missing") && said.contains("nothing was changed"), "{said}");
    assert!(!Path::new(&place).join("comity.sqlite").exists());

    let said = keeper.restored(&instance);
    for word in ["the last checkpoint is of log", "accept-loss", "tokens"] {
        assert!(said.contains(word), "{said}");
    }
    let said = ends(&["check", "--data", &place], Some(2));
    assert!(said.contains("put back from a backup"), "{said}");
    let said = ends(&["ledger", "accept-loss", "--data", &place], VALID);
    assert!(said.contains("begins with a record of this"), "{said}");
    ends(&["check", "--data", &place], VALID);
    let again = Demo::start_in(Path::new(&place), &[]);
    for (id, words) in ids.iter().zip(&planted).step_by(40) {
        let dossier = get(&again, OFFICER, &format!("/api/v1/requests/{id}"));
        assert!(dossier.to_string().contains(words), "{words}");
    }
    drafts(&again, std::iter::once("after".to_owned()));
    drop(again);
}

/// L15: from a file into a server.
#[test]
fn it_moves_from_a_file_into_a_server_without_a_gap() {
    let mut demo = Demo::start("backup-moved");
    drafts(&demo, std::iter::once("before".to_owned()));
    std::thread::sleep(Duration::from_secs(2));
    demo.kill();
    let keeper = Keeper::new("backup-moved-kept");
    keeper.keep(&["--data", demo.data().to_str().unwrap()]);
    let url = new_database(postgres(), &format!("comity_moved_{}", std::process::id()));
    let place = keeper.empty("restored");
    let instance = ["--data", place.as_str(), "--database-url", url.as_str()];
    let said = keeper.restored(&[&instance[..], &["--stopped-before"]].concat());
    assert!(said.contains("the log goes on"), "{said}");
    ends(&[&["check"], &instance[..]].concat(), VALID);
    let (code, said) = keeper.restore(
        "data",
        "keys",
        "identity",
        &["--data", &keeper.empty("second"), "--database-url", &url],
    );
    assert!(code == Some(1) && said.contains("the database is not empty"), "{said}");
    let again = Demo::start_in(Path::new(&place), &["--database-url", &url]);
    drafts(&again, std::iter::once("after".to_owned()));
    drop(again);
}

#[test]
fn no_byte_of_an_encrypted_archive_can_be_changed() {
    let demo = Demo::start("backup-bytes");
    let keeper = Keeper::new("backup-bytes-kept");
    keeper.keep(&["--data", demo.data().to_str().unwrap()]);
    let whole = std::fs::read(keeper.path("keys")).unwrap();
    let header = whole.windows(4).position(|window| window == b"\n---").unwrap() + 4 + 44 + 16;
    let place = keeper.empty("restored");
    // Every byte in this process, and some with the whole of the program.
    let changed = keeper.path("changed");
    for at in 0..whole.len() {
        if at > header && !at.is_multiple_of(101) && at + 40 < whole.len() {
            continue;
        }
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&changed, bytes).unwrap();
        assert!(opened(&changed, &keeper.path("identity")).is_err(), "byte {at}");
        if at.is_multiple_of(37) {
            let (code, said) = keeper.restore("data", "changed", "identity", &["--data", &place]);
            assert_eq!(code, Some(1), "byte {at}: {said}");
            assert!(!Path::new(&place).join("instance.key").exists(), "byte {at}");
        }
    }
    for end in [0, 10, header, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&changed, &whole[..end]).unwrap();
        let (code, said) = keeper.restore("data", "changed", "identity", &["--data", &place]);
        assert_eq!(code, Some(1), "cut at {end}: {said}");
    }
    keeper.restored(&["--data", &place]);
}

#[test]
fn a_full_disk_and_a_reader_that_goes_away_leave_no_archive_and_harm_nobody() {
    let demo = Demo::start("backup-full");
    let data = demo.data().to_str().unwrap();
    let keeper = Keeper::new("backup-full-kept");
    if let Some(disk) = SmallDisk::mounted("backup-full-disk", "64k") {
        let file = disk.0.join("archive");
        let said =
            ends(&["backup", "--to", &keeper.to, "-o", file.to_str().unwrap(), "--data", data], Some(1));
        assert!(said.contains("No space left"), "{said}");
        assert_eq!(std::fs::read_dir(&disk.0).unwrap().count(), 0, "nothing is left");
    }
    let mut piped = Command::new(env!("CARGO_BIN_EXE_comity"))
        .args(["backup", "--to", &keeper.to, "-o", "-", "--data", data])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 20];
    piped.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ended = piped.wait_with_output().unwrap();
    assert!(first.starts_with(b"age-encryption.org/v") && ended.status.code() == Some(1), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("Broken pipe"), "{ended:?}");
    // A whole one through a pipe, and one that replaces another.
    let whole = comity(&["backup", "--to", &keeper.to, "-o", "-", "--data", data]);
    std::fs::write(keeper.path("data"), whole.stdout).unwrap();
    opened(&keeper.path("data"), &keeper.path("identity")).unwrap();
    keeper.keep(&["--data", data]);
    opened(&keeper.path("data"), &keeper.path("identity")).unwrap();
    let said = ends(&["backup", "--to", "age1nobody", "-o", &keeper.path("x"), "--data", data], Some(1));
    assert!(said.contains("not a recipient"), "{said}");
    drafts(&demo, std::iter::once("goes on".to_owned()));
    ends(&["check", "--data", data], VALID);
}

fn random(below: u64) -> Duration {
    Duration::from_millis(getrandom::u64().unwrap() % below)
}

/// Starts it and kills it after a random time; whether it had ended before.
fn killed(arguments: &[&str], below: u64) -> bool {
    let mut process = Command::new(env!("CARGO_BIN_EXE_comity"))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(random(below));
    let ended = process.try_wait().unwrap().is_some();
    let _ = process.kill();
    process.wait().unwrap();
    ended
}

#[test]
fn a_backup_or_restore_that_is_killed_leaves_a_whole_one_or_none() {
    let mut demo = Demo::start("backup-killed");
    drafts(&demo, (0..40).map(|number| format!("draft {number}")));
    let data = demo.data().to_str().unwrap().to_owned();
    let keeper = Keeper::new("backup-killed-kept");
    let file = keeper.path("data");
    let (mut whole, mut none) = (0, 0);
    for round in 0..24 {
        let _ = std::fs::remove_file(&file);
        // Killed is the backup, and now and then the server under it.
        killed(&["backup", "--rate", "2", "--to", &keeper.to, "-o", &file, "--data", &data], 900);
        if round % 8 == 7 {
            demo.kill();
            demo.again();
        }
        if Path::new(&file).exists() {
            opened(&file, &keeper.path("identity")).unwrap();
            whole += 1;
        } else {
            none += 1;
        }
    }
    println!("{whole} archives, {none} backups that were broken off");
    keeper.keep(&["--data", &data]);
    let files = [keeper.path("data"), keeper.path("keys"), keeper.path("identity")];
    let (mut whole, mut none) = (0, 0);
    for _ in 0..24 {
        let place = keeper.empty("restored");
        killed(&["restore", &files[0], "--keys", &files[1], "--identity", &files[2], "--data", &place], 900);
        let said = comity(&["ledger", "accept-loss", "--data", &place]);
        if said.status.success() {
            ends(&["check", "--data", &place], VALID);
            whole += 1;
        } else {
            // Whatever is there is not served as an instance, or there is nothing.
            let folder = Path::new(&place);
            let found = std::fs::read_dir(folder).map_or(0, Iterator::count);
            assert!(found == 0 || comity(&["check", "--data", &place]).status.code() == Some(2), "{found}");
            none += 1;
        }
    }
    println!("{whole} restored, {none} restores that were broken off");
    ends(&["check", "--data", &data], VALID);
}

/// The rows of a restore into a server are there as a whole or not at all.
#[test]
fn a_restore_into_a_server_that_is_killed_leaves_an_empty_database_or_one_that_is_not_served() {
    let demo = Demo::start("backup-killed-server");
    drafts(&demo, (0..40).map(|number| format!("draft {number}")));
    let keeper = Keeper::new("backup-killed-server-kept");
    keeper.keep(&["--data", demo.data().to_str().unwrap()]);
    let files = [keeper.path("data"), keeper.path("keys"), keeper.path("identity")];
    let name = format!("comity_killed_{}", std::process::id());
    let (mut again, mut late, mut whole) = (0, 0, 0);
    for _ in 0..10 {
        let url = new_database(postgres(), &name);
        let place = keeper.empty("restored");
        let instance = ["--data", place.as_str(), "--database-url", url.as_str()];
        let arguments = ["restore", &files[0], "--keys", &files[1], "--identity", &files[2]];
        killed(&[&arguments, &instance[..]].concat(), 1_200);
        if comity(&[&["ledger", "accept-loss"], &instance[..]].concat()).status.success() {
            ends(&[&["check"], &instance[..]].concat(), VALID);
            whole += 1;
            continue;
        }
        let other = keeper.empty("other");
        let (code, said) =
            keeper.restore("data", "keys", "identity", &["--data", &other, "--database-url", &url]);
        if code == VALID {
            again += 1;
        } else {
            assert!(said.contains("the database is not empty"), "{said}");
            assert!(!comity(&[&["check"], &instance[..]].concat()).status.success());
            late += 1;
        }
    }
    println!("{again} left nothing, {late} rows without an instance, {whole} were done");
}

/// T44, with the witness that remembers.
#[test]
fn an_older_state_under_a_newer_witness_is_refused_until_the_loss_is_accepted() {
    let (demo, config, logs) = told("backup-witnessed");
    let mut witness = Witness::start("backup-witnessed-witness", &logs);
    configured(demo.data(), &config, &asks(&witness));
    let year = logs.split('+').next().unwrap().rsplit('/').next().unwrap();
    let next: i64 = year.parse::<i64>().unwrap() + 1;
    let keeper = Keeper::new("backup-witnessed-kept");
    let mut instance = Instance::start(&config);
    let before = instance.draft(&demo);
    let size = instance.wait(year, 0, true);
    keeper.keep(&["--config", config.to_str().unwrap()]);
    let lost = instance.draft(&demo);
    instance.wait(year, size, true);
    instance.kill();

    let place = keeper.empty("restored");
    let other = keeper.folder.join("restored.toml");
    configured(Path::new(&place), &other, &asks(&witness));
    let of = ["--config", other.to_str().unwrap()];
    // Somebody says that nothing was done since, which is not so.
    keeper.restored(&[&of[..], &["--stopped-before"]].concat());
    let said = refused(&other);
    for word in ["older than what has been signed", NAME, "comity restore", "accept-loss"] {
        assert!(said.contains(word), "{said}");
    }
    witness.kill();
    let said = ends(&[&["ledger", "accept-loss"], &of[..]].concat(), Some(1));
    assert!(said.contains("Every witness must be asked"), "{said}");
    witness.again();
    let said = ends(&[&["ledger", "accept-loss"], &of[..]].concat(), VALID);
    assert!(said.contains("of them are not here") && said.contains(&format!("/{next} begins")), "{said}");
    let mut again = Instance::start(&other);
    let after = again.draft(&demo);
    again.wait(&next.to_string(), 0, true);
    for (reference, code) in [(&before, VALID), (&after, VALID), (&lost, Some(1))] {
        ends(&[&["proof", reference], &of[..]].concat(), code);
    }
    assert_ne!(lost, after, "no reference is given twice");
    ends(&[&["check"], &of[..]].concat(), VALID);
    assert!(!again.said.lock().unwrap().contains("another history"));
    again.kill();

    // The same backup once more: the log that was begun then is not begun a second time.
    let place = keeper.empty("third");
    let other = keeper.folder.join("third.toml");
    configured(Path::new(&place), &other, &asks(&witness));
    let of = ["--config", other.to_str().unwrap()];
    keeper.restored(&of);
    assert!(refused(&other).contains("put back from a backup"));
    let said = ends(&[&["ledger", "accept-loss"], &of[..]].concat(), VALID);
    assert!(said.contains(&format!("/{} begins", next + 1)), "{said}");
}
