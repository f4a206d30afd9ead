//! What was erased is shown as erased, its proof still verifies, and its content is nowhere: not in the database, not in
//! its files, not among the blobs, not in the logs, for whoever has the instance's keys too (T38; I11).

use crate::harness::{SUBSCRIBER, Who, World, organisation, releasing};
use comity_domain::id::RequestId;
use comity_domain::refusal::{NonExecutionCode, RefusalCode};
use comity_domain::request::{Decision, Draft, DraftItem, Found, Giving, RequestCommand};
use comity_domain::term::DataCategory;
use comity_ledger::Policy;
use comity_ledger::bundle::Bundle;
use comity_service::{Case, Denied, IdempotencyKey, TrailQuery};
use comity_store::testing::TestStore;
use comity_store::{Database, Fault, Tx, Value, on_both_engines};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, OnceLock};

const DAY: i64 = 86_400;
/// Stands in everything that a person has typed or sent.
const CANARY: &str = "canary7f3a";

fn said(what: &str) -> String {
    format!("{what} {CANARY} {what}")
}

/// Everything that is logged, at every level.
fn log() -> &'static Mutex<Vec<u8>> {
    static LOG: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();
    LOG.get_or_init(|| {
        let written =
            tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
        written.with_writer(|| Kept).init();
        Mutex::default()
    })
}

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        log().lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// The files below the folder in which these bytes stand.
fn files_with(folder: &Path, wanted: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, wanted));
        } else if contains(&std::fs::read(&path).unwrap_or_default(), wanted) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The tables in whose rows these bytes stand, as text or as bytes.
async fn tables_with(store: &TestStore, wanted: &[u8]) -> Vec<String> {
    let names = match store.config().database {
        Database::Sqlite(_) => "select name from sqlite_master where type = 'table'",
        Database::Postgres(_) => {
            "select cast(table_name as text) from information_schema.tables where table_schema = 'public'"
        }
    };
    let wanted = wanted.to_vec();
    let read = move |tx: &mut dyn Tx| -> Result<Vec<String>, Fault> {
        let names: Vec<String> = tx
            .rows(names, &[])?
            .iter()
            .map(|row| row.text(0).map(str::to_owned))
            .collect::<Result<_, _>>()?;
        assert!(names.len() > 20, "{names:?}");
        let mut found = Vec::new();
        for name in names {
            let all: &'static str = Box::leak(format!("select * from {name}").into_boxed_str());
            let holds = |value: &Value| match value {
                Value::Text(text) => contains(text.as_bytes(), &wanted),
                Value::Bytes(bytes) => contains(bytes, &wanted),
                Value::Null | Value::Int(_) => false,
            };
            let rows = tx.rows(all, &[])?;
            if rows.iter().any(|row| (0..).map_while(|at| row.value(at).ok()).any(holds)) {
                found.push(name);
            }
        }
        Ok(found)
    };
    store.read("test.tables", read).await.unwrap()
}

/// The dossier's key as it is kept, which the instance's key opens.
async fn wrapped_key(store: &TestStore, id: RequestId) -> Vec<u8> {
    let read = move |tx: &mut dyn Tx| -> Result<Vec<u8>, Fault> {
        let row = tx.row("select wrapped from dossier_key where dossier = $1", &[id.to_string().into()])?;
        Ok(row.unwrap().bytes(0)?.to_vec())
    };
    store.read("test.key", read).await.unwrap()
}

fn draft(world: &World) -> Draft {
    let mut draft = world.complete_draft(SUBSCRIBER);
    for text in draft.answers.values_mut().filter(|text| text.starts_with("As in")) {
        *text = said("answer");
    }
    draft.items = vec![DraftItem {
        value: format!("{CANARY}@mail.example"),
        category: Some(DataCategory::Subscriber),
        from: "2026-11-01T00:00:00+01:00".to_owned(),
        to: "2026-11-10T00:00:00+01:00".to_owned(),
        limit: said("limit"),
        ..DraftItem::default()
    }];
    draft
}

/// A request in which everything that can be typed or sent carries the canary, closed in the end.
async fn closed(world: &World) -> RequestId {
    let officer = World::caller(Who::Officer);
    let begun =
        world.exchange.draft(&officer, organisation(2), SUBSCRIBER, draft(world), IdempotencyKey::new("a"));
    let id = begun.await.unwrap().request;
    world.act(Who::Officer, id, RequestCommand::Submit).await;
    world.act(Who::Gatekeeper, id, RequestCommand::Return { reason: said("reason") }).await;
    world.act(Who::Officer, id, RequestCommand::Submit).await;
    world.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
    world.act(Who::Judge, id, RequestCommand::Authorise { statement: said("statement") }).await;
    world.act(Who::Officer, id, RequestCommand::Send).await;
    world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: format!("HBT-{CANARY}") }).await;
    let code = NonExecutionCode::Incomplete;
    world
        .act(Who::Analyst, id, RequestCommand::Ask { code, items: Vec::new(), question: said("question") })
        .await;
    let clarification = world.look(Who::Officer, id).await.clarifications[0].id;
    world.act(Who::Officer, id, RequestCommand::Answer { clarification, text: said("text") }).await;
    world.verify(id).await;
    let item = world.look(Who::Analyst, id).await.items[0].id;
    let decision = Decision::Produce { giving: Giving::Full, explanation: said("explanation") };
    world.act(Who::Analyst, id, RequestCommand::Decide { item, decision }).await;
    let file = world.upload(id, b"canary7f3a, an answer").await;
    let mut prepare = world.packing(id, vec![item], file).await;
    if let RequestCommand::Prepare { note, .. } = &mut prepare {
        *note = said("note");
    }
    world.act(Who::Analyst, id, prepare).await;
    let package = world.look(Who::Analyst, id).await.packages[0].clone();
    world.act(Who::Reviewer, id, releasing(&package)).await;
    let confirm =
        RequestCommand::Confirm { package: package.id, found: Found::Intact, remark: said("remark") };
    world.act(Who::Officer, id, confirm).await;
    // A refused act whose words are the canary too.
    world.refused(Who::Gatekeeper, id, RequestCommand::Return { reason: said("late") }).await;
    world.act(Who::Officer, id, RequestCommand::Close).await;
    id
}

async fn closed_and_searched(world: &World) -> RequestId {
    let id = closed(world).await;
    let search = comity_service::QueueQuery {
        search: Some(format!("{CANARY}@mail.example")),
        ended: true,
        ..Default::default()
    };
    let found = world.exchange.queue(&World::caller(Who::Officer), search).await.unwrap();
    assert_eq!(found.rows.len(), 1);
    id
}

fn erased(case: Case) -> comity_service::Erased {
    match case {
        Case::Erased(erased) => *erased,
        Case::Whole(dossier) => panic!("{} was not erased", dossier.reference),
    }
}

on_both_engines! {
    async fn the_erased_content_is_nowhere(store) {
        log();
        let world = World::open(store).await;
        let id = closed_and_searched(&world).await;
        let key = wrapped_key(store, id).await;
        let before = tables_with(store, &key).await;
        assert_eq!(before, ["dossier_key"], "the search finds what is there");
        assert_eq!(tables_with(store, CANARY.as_bytes()).await, ["request"], "the provider's reference is in clear");
        world.pass(1_827 * DAY).await;
        let digest = hex(&sha2_of(&format!("{CANARY}@mail.example")));
        for wanted in [CANARY.as_bytes(), key.as_slice(), hex(&key).as_bytes(), digest.as_bytes()] {
            assert_eq!(tables_with(store, wanted).await, Vec::<String>::new());
            assert_eq!(files_with(store.dir(), wanted), Vec::<String>::new());
            assert!(!contains(&log().lock().unwrap(), wanted));
        }
        tracing::info!("The search has ended");
        assert!(contains(&log().lock().unwrap(), b"The search has ended"), "the log was captured");
        let blobs = store.dir().join("blobs");
        assert_eq!(files_with(&blobs, b""), Vec::<String>::new(), "no blob is left");
    }

    async fn an_erased_dossier_is_shown_as_erased_and_its_proof_verifies(store) {
        let world = World::open(store).await;
        let (gone, kept) = (closed(&world).await, world.draft(Who::Officer, SUBSCRIBER).await);
        let reference = world.look(Who::Officer, gone).await.reference;
        let policy: Policy = world.exchange.ledger_policy().await.unwrap().parse().unwrap();
        let proof = world.exchange.proof(&World::caller(Who::Officer), gone).await.unwrap();
        let before = Bundle::parse(proof.as_bytes()).unwrap().verify(&policy).unwrap();
        world.pass(1_827 * DAY).await;
        let policy: Policy = world.exchange.ledger_policy().await.unwrap().parse().unwrap();
        for who in [Who::Officer, Who::Analyst, Who::Auditor] {
            let caller = world.accredited_again(who);
            let seen = erased(world.exchange.case(&caller, gone).await.unwrap());
            assert_eq!(seen.reference, reference);
            assert!(seen.rule.contains("bud.18_subscriber") && seen.rule.contains("retention"), "{}", seen.rule);
            assert_eq!(usize::try_from(seen.leaves).unwrap(), before.events + before.withheld);
            assert!(seen.erased_at.us() <= world.exchange.now().us());
            let proof = world.exchange.proof(&caller, gone).await.unwrap();
            let report = Bundle::parse(proof.as_bytes()).unwrap().verify(&policy).unwrap();
            assert_eq!((report.events, report.withheld), (0, 0));
            assert_eq!(report.erased, before.events + before.withheld);
            assert!(report.records >= 1, "the erasure is named");
        }
        let officer = world.renewed(store, Who::Officer).await;
        assert!(world.exchange.dossier(&officer, kept).await.is_ok());
        let act = world.exchange.act(&officer, gone, RequestCommand::Close, None, None).await;
        let Err(Denied::Refused(refusals)) = act else { panic!("{act:?}") };
        assert_eq!(refusals[0].code, RefusalCode::Erased);
        for who in [Who::Stranger, Who::Administrator] {
            assert!(world.exchange.case(&world.accredited_again(who), gone).await.is_err(), "{who:?}");
        }
        let auditor = world.accredited_again(Who::Auditor);
        assert!(world.exchange.case(&auditor, kept).await.is_err(), "what is not erased is no business of oversight");
        assert!(world.exchange.proof(&auditor, kept).await.is_err());
        let query = TrailQuery { action: Some("request.erase".to_owned()), ..TrailQuery::default() };
        let entry = world.exchange.trail(&auditor, query).await.unwrap().rows.remove(0);
        assert_eq!((entry.about.as_str(), entry.request), (reference.as_str(), Some(gone)));
        assert!(entry.basis.contains("retention"), "{}", entry.basis);
        let checked = world.exchange.check().await.unwrap();
        assert_eq!(checked.findings, Vec::new());
        assert_eq!((checked.erased, checked.requests), (1, 1));
    }
}

fn sha2_of(text: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(text).into()
}
