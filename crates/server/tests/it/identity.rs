//! Signing in as people do: a passkey by a link, a printed recovery code, and the passkey shown again before a signature.
//! The browser's own virtual authenticator answers; the instance runs in this process, because time passes in it.

use crate::browser::{Browser, Scripts};
use crate::demo::Demo;
use comity_domain::id::{OrganisationId, PersonId};
use comity_domain::procedure::ProcedureSet;
use comity_service::translation::Translator;
use comity_service::{Caller, Exchange, Inspector, LedgerSettings, Settings};
use comity_store::Database;
use comity_web::{Endpoint, WebSettings};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const SIGNER: &str = "Judith Hale";
const STATEMENT: &str = "No lesser measure serves; nobody else is touched.";

pub(crate) fn settings(data: &Path, base_url: &str, demo: bool) -> Settings {
    Settings {
        database: Database::Sqlite(data.join("comity.sqlite")),
        data: data.to_owned(),
        procedures: ProcedureSet::default(),
        calendars: Vec::new(),
        permissions: None,
        smtp: None,
        base_url: base_url.to_owned(),
        upload_limit: 1_000_000,
        loose_file_days: 7,
        vetting: comity_service::VettingSettings::default(),
        inspector: Inspector::Program(env!("CARGO_BIN_EXE_comity").into()),
        time_stamps: None,
        device_bound: Vec::new(),
        identity_providers: Vec::new(),
        demo,
        ledger: LedgerSettings::named("demo.comity.example/ledger"),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what the demonstration has told, it has told at the system's time"
)]
pub(crate) fn system_time() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// What the demonstration has told, served in earnest, and how far its clock is ahead, in seconds.
struct Instance {
    exchange: Exchange,
    ahead_s: Arc<AtomicI64>,
    base_url: String,
}

impl Instance {
    async fn serve(data: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let base_url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let ahead_s = Arc::new(AtomicI64::new(0));
        let (ahead, settings) = (ahead_s.clone(), settings(data, &base_url, false));
        let clock = move || system_time() + jiff::SignedDuration::from_secs(ahead.load(Ordering::SeqCst));
        let open = move || Exchange::open(settings, Arc::new(clock)).unwrap();
        let exchange = tokio::task::spawn_blocking(open).await.unwrap();
        let web = WebSettings {
            base_url: base_url.clone(),
            demo: false,
            words: Translator::embedded(),
            interop: Endpoint { country: "XA".to_owned(), unique_id: "HBT".to_owned() },
            upload_limit: 1_000_000,
            papers: PathBuf::new(),
        };
        let app = comity_web::app(exchange.clone(), web);
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        Self { exchange, ahead_s, base_url }
    }
}

/// Somebody of the demonstration, with their organisation.
async fn who(data: &Path, instance: &Instance, name: &str) -> (OrganisationId, PersonId) {
    let settings = settings(data, &instance.base_url, true);
    let open = move || Exchange::open(settings, Arc::new(system_time)).unwrap();
    let told = tokio::task::spawn_blocking(open).await.unwrap();
    let all = told.personas().await.unwrap();
    all.iter()
        .find_map(|entry| {
            let known = entry.people.iter().find(|member| member.name == name)?;
            Some((entry.organisation.id, known.person))
        })
        .unwrap()
}

/// A single-use link for them.
async fn link(data: &Path, instance: &Instance, name: &str) -> String {
    let (organisation, person) = who(data, instance, name).await;
    instance.exchange.link(&Caller::Operator, organisation, person).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_enrols_prints_a_code_signs_in_and_shows_the_passkey_to_sign() {
    let mut demo = Demo::start("identity");
    demo.kill();
    let instance = Instance::serve(demo.data()).await;
    let secret = link(demo.data(), &instance, SIGNER).await;
    let b = Browser::start(&instance.base_url, Scripts::Run).await;
    let device = b.virtual_authenticator(&[]).await;
    enrolled(&b, &secret).await;
    b.press("Sign in with a passkey").await;
    b.sees(SIGNER).await;
    let dossier = signed(&b, &instance, &device).await;
    b.close().await;
    proved(demo.data(), &instance, &dossier).await;
}

async fn enrolled(b: &Browser, secret: &str) {
    b.open(&format!("/sign-in/link/{secret}")).await;
    assert_eq!(b.violations("enrol").await, Vec::<String>::new());
    b.write("Name of the passkey", "Office laptop").await;
    b.press("Enrol a passkey").await;
    b.sees("One thing is missing before you can go on").await;
    b.open("/requests").await;
    assert_eq!(b.path().await, "/account");
    assert_eq!(b.violations("account").await, Vec::<String>::new());
    b.press("Make a recovery code").await;
    b.sees("Shown this once").await;
    assert_eq!(b.violations("recovery-code").await, Vec::<String>::new());
    let code = b.texts("//main//code[@class='hash']").await.remove(0);
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 8]);
    b.press("I have kept it").await;
    b.press("Sign out everywhere").await;
    assert_eq!(b.path().await, "/sign-in");
    assert_eq!(b.violations("sign-in").await, Vec::<String>::new());
}

/// Answers the address of the dossier that was signed.
async fn signed(b: &Browser, instance: &Instance, device: &str) -> String {
    b.open("/").await;
    let links = b.links().await;
    let dossier =
        links.iter().map(|(to, _)| to).find(|to| to.starts_with("/requests/") && to.len() > 40).unwrap();
    b.open(dossier).await;
    b.press("Sign").await;
    b.sees("You sign this with your passkey").await;
    assert_eq!(b.violations("act-sign").await, Vec::<String>::new());
    // However long ago the passkey was shown, a signature is asked for once. What stands against the act is said before.
    instance.ahead_s.store(6 * 60, Ordering::SeqCst);
    b.press("Sign").await;
    b.sees("A reason is missing").await;
    assert_eq!(b.violations("act-refused").await, Vec::<String>::new());
    b.write("Necessity and proportionality", STATEMENT).await;
    // A passkey that cannot verify its user does not answer, and nothing typed is lost.
    b.verifies_user(device, false).await;
    b.press("Sign").await;
    b.sees("No passkey answered").await;
    assert_eq!(b.written("Necessity and proportionality").await, STATEMENT);
    b.verifies_user(device, true).await;
    b.press("Sign").await;
    b.sees("The request has been signed").await;
    dossier.clone()
}

/// The proof of the request names who has signed it, and holds alone; with one word changed it does not.
async fn proved(data: &Path, instance: &Instance, dossier: &str) {
    let (organisation, person) = who(data, instance, SIGNER).await;
    let scopes = ["read"];
    let token = instance
        .exchange
        .add_token_for(&Caller::Operator, person, organisation, "proof", &scopes)
        .await
        .unwrap();
    let (caller, _) = instance.exchange.bearer(&token, None).await.unwrap().unwrap();
    let id = dossier.split('/').nth(2).unwrap().parse().unwrap();
    let proof = instance.exchange.proof(&caller, id).await.unwrap();
    let file = data.join("signed.comity-proof");
    std::fs::write(&file, &proof).unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_comity"))
        .arg("verify")
        .arg("bundle")
        .arg(&file)
        .output();
    let run = run.unwrap();
    let told = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{told}");
    let line = told.lines().find(|line| line.contains("authorised: signed at ")).unwrap();
    assert!(line.contains(SIGNER) && line.contains(&instance.base_url), "{line}");
}
