//! End to end between two browsers: officers make their keys and vaults, an answer is sealed where it is chosen, a second
//! person compares and releases it, and the officer opens it. The instance serves in earnest, and nothing of the content
//! or of the names stands in anything that it keeps, logs or backs up (T06, T11, T32, T38).

use crate::backup::{Keeper, opened};
use crate::browser::{Browser, Scripts};
use crate::demo::Demo;
use crate::identity::{settings, system_time};
use crate::walk::accepted;
use comity_service::{Caller, Exchange};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const OFFICER: &str = "Amélie Laurent";
const ANALYST: &str = "Erik Lindqvist";
const REVIEWER: &str = "Giulia Ferrari";
const PURPOSE: &str = "Identify who opened the two accounts";
/// How each canary begins.
const CANARY: &str = "canary-";
const CANARIES: usize = 200;

/// `comity serve` on what a demonstration has told.
struct Served {
    process: Child,
    base_url: String,
    log: PathBuf,
}

impl Served {
    fn start(data: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base_url = format!("http://localhost:{port}");
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\nbase_url = \"{base_url}\"\ndata = \"{}\"\n\
             [ledger]\nname = \"demo.comity.example/ledger\"\n",
            data.display()
        );
        let (config, log) = (data.with_extension("toml"), data.with_extension("served.log"));
        std::fs::write(&config, text).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_comity"))
            .args(["serve", "--config"])
            .arg(&config)
            .env("COMITY_LOG", "trace")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_mins(1), "{}", std::fs::read_to_string(&log).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { process, base_url, log }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What is sealed: canaries in two names and in two contents, the second of which takes more than one part to send.
struct Answer {
    folder: PathBuf,
    files: Vec<PathBuf>,
    canaries: Vec<String>,
}

impl Answer {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sealed-answer");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("saved")).unwrap();
        let canary = || format!("{CANARY}{:016x}", getrandom::u64().unwrap());
        let canaries: Vec<String> = (0..CANARIES).map(|_| canary()).collect();
        let (names, contents) = canaries.split_at(2);
        let table: Vec<String> = contents.iter().map(|canary| format!("h.marsh,{canary}\n")).collect();
        let table = table.concat();
        let files: Vec<PathBuf> = names.iter().map(|name| folder.join(format!("{name}.csv"))).collect();
        std::fs::write(&files[0], format!("address,subscriber\n{table}")).unwrap();
        std::fs::write(&files[1], table.repeat(5_500_000 / table.len())).unwrap();
        Self { folder, files, canaries }
    }
}

/// A single-use link for somebody of the demonstration.
async fn link(data: &Path, base_url: &str, name: &str) -> String {
    let settings = settings(data, base_url, true);
    let open = move || Exchange::open(settings, Arc::new(system_time)).unwrap();
    let told = tokio::task::spawn_blocking(open).await.unwrap();
    let all = told.personas().await.unwrap();
    let found = all.iter().find_map(|entry| {
        let member = entry.people.iter().find(|member| member.name == name)?;
        Some((entry.organisation.id, member.person))
    });
    let (organisation, person) = found.unwrap();
    told.link(&Caller::Operator, organisation, person).await.unwrap()
}

/// Somebody in a browser of their own, with a passkey that has a secret, signed in and with an officer key.
async fn enrolled(data: &Path, served: &Served, name: &str) -> Browser {
    let secret = link(data, &served.base_url, name).await;
    let b = Browser::start(&served.base_url, Scripts::Run).await;
    b.virtual_authenticator(&["prf"]).await;
    b.open(&format!("/sign-in/link/{secret}")).await;
    b.write("Name of the passkey", "Office laptop").await;
    b.press("Enrol a passkey").await;
    b.open("/account").await;
    b.press("Make a recovery code").await;
    b.press("I have kept it").await;
    b.open("/account").await;
    b.follow("To the page of your evidence key").await;
    looked_at(&b, "officer-key-before").await;
    key_made(&b).await;
    b
}

async fn key_made(b: &Browser) {
    b.push("Make my key").await;
    // In groups of five.
    b.says("new-code", "recov").await;
    let code = b.texts("//*[@data-part='new-code']").await.remove(0);
    let groups: Vec<&str> = code.split(' ').collect();
    b.write("The last group of the code", "nnnnn").await;
    b.push("It is on paper").await;
    b.says("alert", "That is not the last group").await;
    b.write("The last group of the code", groups.last().unwrap()).await;
    b.press("It is on paper").await;
    b.sees("One that a passkey opens").await;
    looked_at(b, "officer-key").await;
}

/// Makes the first epoch of the vault, and holds the directory against the key that is held.
async fn vault_made(b: &Browser) {
    b.open("/organisation/vault").await;
    looked_at(b, "vault-before").await;
    b.press("Make another epoch").await;
    b.sees("Newest").await;
    b.push("Check the vault").await;
    b.says("status", "The directory names the key that you hold.").await;
    looked_at(b, "vault").await;
}

/// Nothing that an accessibility checker finds is tolerated, and nothing is read by scrolling sideways.
async fn looked_at(b: &Browser, name: &str) {
    for (way, scheme, width) in [("light", "light", 1300), ("dark", "dark", 1300), ("narrow", "light", 390)] {
        b.show_as("screen", scheme, width).await;
        assert_eq!(b.violations(&format!("{name} {way}")).await, Vec::<String>::new(), "{name} {way}");
        assert_eq!(b.overflows().await, Vec::<String>::new(), "{name} {way}");
    }
    b.show_as("screen", "light", 1300).await;
}

/// The analyst chooses the files, which are sealed and sent at once, and prepares them with a signed manifest.
async fn prepared(b: &Browser, dossier: &str, answer: &Answer) {
    b.open(dossier).await;
    assert!(b.texts("//form[contains(@class,'upload')]").await.is_empty(), "no plain file is offered");
    b.press("Choose files and seal them").await;
    for (number, file) in (1..).zip(&answer.files) {
        b.attach("Files", file).await;
        let sent = format!("(//*[@data-part='rows']/li)[{number}]//*[contains(., 'Sealed and sent')]");
        b.shows(&sent).await;
        b.choose_at(&format!("(//*[@data-part='rows']/li)[{number}]//*[@data-part='item']")).await;
    }
    b.write("System from which the files come", "CRM of Harbour Telecom").await;
    looked_at(b, "prepare-sealed").await;
    b.press("Put a package together").await;
    b.sees("The package waits for a second person").await;
    looked_at(b, "dossier-sealed").await;
}

/// Opens the package with the passkey, saves every file, and holds them against what was sealed.
async fn opens(b: &Browser, package: &str, answer: &Answer, name: &str) {
    let saved = answer.folder.join("saved").join(name);
    std::fs::create_dir_all(&saved).unwrap();
    b.saves_to(&saved).await;
    b.open(package).await;
    looked_at(b, &format!("opening-before-{name}")).await;
    b.write("Purpose", PURPOSE).await;
    b.push("Open the sealed package").await;
    b.says("status", "All files agree with the signed manifest.").await;
    looked_at(b, &format!("opening-{name}")).await;
    for (number, file) in (1..).zip(&answer.files) {
        b.choose_at(&format!("(//*[@data-part='files']/li)[{number}]//a[@data-part='save']")).await;
        let (to, was) = (saved.join(file.file_name().unwrap()), std::fs::read(file).unwrap());
        let begun = Instant::now();
        while std::fs::read(&to).unwrap_or_default() != was {
            assert!(begun.elapsed() < Duration::from_secs(20), "{} is not what was sealed", to.display());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    b.push("Forget the opened files").await;
    b.says("status", "The opened files are gone").await;
}

/// The second person opens the package to compare it, and releases it.
async fn released(b: &Browser, dossier: &str, package: &str, answer: &Answer) {
    opens(b, package, answer, "reviewer").await;
    b.open(&format!("{dossier}/acts/release")).await;
    looked_at(b, "release-sealed").await;
    for number in 1..=answer.files.len() {
        b.tick(&format!("File {number}: 000{number}.age"), "I have looked at this file.").await;
        b.tick(&format!("File {number}: 000{number}.age"), "Remark:").await;
    }
    b.press("Release").await;
    b.sees("The package has been released").await;
}

/// Where the package of the dossier is opened.
async fn package(b: &Browser, dossier: &str) -> String {
    b.open(dossier).await;
    let links = b.links().await;
    links.into_iter().map(|(to, _)| to).find(|to| to.contains("/packages/")).unwrap()
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Where words stand in bytes.
fn places(bytes: &[u8], words: &[u8]) -> Vec<usize> {
    let first = (0..bytes.len()).filter(|at| bytes[*at] == words[0]);
    first.filter(|at| bytes[*at..].starts_with(words)).collect()
}

/// Nothing of the content or the names stands in the data, the log, or the archives once they are opened.
fn nothing_is_told(data: &Path, served: &Served, answer: &Answer) {
    let mut kept = vec![served.log.clone()];
    files(data, &mut kept);
    let keeper = Keeper::new("sealed-kept");
    keeper.keep(&["--data", data.to_str().unwrap()]);
    let mut texts: Vec<(String, Vec<u8>)> =
        kept.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    for what in ["data", "keys"] {
        texts.push((what.to_owned(), opened(&keeper.path(what), &keeper.path("identity")).unwrap()));
    }
    // Where the search finds what stands there, it would find the others.
    let found = texts.iter().filter(|(_, bytes)| !places(bytes, OFFICER.as_bytes()).is_empty()).count();
    assert!(found >= 2, "the database and its archive name the officer: {found}");
    let sealed: usize = texts.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(sealed > 10_000_000, "the sealed files are among what was looked through: {sealed}");
    assert_eq!(answer.canaries.len(), CANARIES);
    for (name, bytes) in &texts {
        for at in places(bytes, CANARY.as_bytes()) {
            let told = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 40)]);
            assert!(!answer.canaries.iter().any(|canary| told.starts_with(canary)), "{name} tells {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_from_browser_to_browser_and_the_instance_reads_nothing_of_it() {
    let mut demo = Demo::start("sealed");
    let told = Browser::start(demo.base_url(), Scripts::Run).await;
    let dossier = accepted(&told).await;
    told.close().await;
    demo.kill();
    let (served, answer) = (Served::start(demo.data()), Answer::new());
    let officer = enrolled(demo.data(), &served, OFFICER).await;
    let analyst = enrolled(demo.data(), &served, ANALYST).await;
    let reviewer = enrolled(demo.data(), &served, REVIEWER).await;
    vault_made(&officer).await;
    vault_made(&analyst).await;
    prepared(&analyst, &dossier, &answer).await;
    let package = package(&reviewer, &dossier).await;
    released(&reviewer, &dossier, &package, &answer).await;
    opens(&officer, &package, &answer, "officer").await;
    officer.language("fr").await;
    for (page, name) in [
        ("/account/key", "officer-key-fr"),
        ("/organisation/vault", "vault-fr"),
        (package.as_str(), "opening-fr"),
    ] {
        officer.open(page).await;
        looked_at(&officer, name).await;
    }
    for b in [officer, analyst, reviewer] {
        b.close().await;
    }
    nothing_is_told(demo.data(), &served, &answer);
}
