//! What leaves a provider: inspected before it can be packed, compared before it is released, and taken back where it
//! went too far (T04, T27, T28, T30; guideline `P-validate`).

use crate::harness::{SUBSCRIBER, Who, World, releasing};
use comity_domain::id::{RequestId, UploadId};
use comity_domain::inspection::{Finding, Inspection};
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Decision, Found, Giving, RequestCommand, RequestState};
use comity_service::{Denied, Inspector, TrailQuery};
use comity_store::on_both_engines;
use comity_store::testing::TestStore;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const TABLE: &[u8] = b"address,subscriber\n203.0.113.7,example\n";

/// A request whose first item was accepted.
async fn accepted(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.verify(id).await;
    for item in world.look(Who::Analyst, id).await.items {
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: item.id, decision }).await;
    }
    id
}

async fn pack(world: &World, id: RequestId, file: UploadId) -> RequestCommand {
    let items = world.look(Who::Analyst, id).await.items.iter().map(|item| item.id).collect();
    world.packing(id, items, file).await
}

async fn report(world: &World, id: RequestId, file: UploadId) -> Option<Inspection> {
    let uploads = world.look(Who::Analyst, id).await.uploads;
    uploads.into_iter().find(|known| known.id == file).unwrap().inspection
}

/// Notices to the provider's analyst.
async fn told(world: &World) -> usize {
    let analyst = "p21@example.example";
    world.exchange.outbox().await.unwrap().iter().filter(|mail| mail.to == analyst).count()
}

async fn inspected(world: &World) {
    while world.exchange.inspect_some().await.unwrap() > 0 {}
}

on_both_engines! {
    async fn a_file_is_packed_once_it_was_inspected(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let file = world.arrived(id, "answer.csv", TABLE).await;
        assert!(report(&world, id, file).await.is_none());
        let early = pack(&world, id, file).await;
        assert_eq!(world.refused(Who::Analyst, id, early).await, RefusalCode::FileBeingInspected);
        // The other lane leaves it alone.
        world.pass(1).await;
        assert!(report(&world, id, file).await.is_none());
        inspected(&world).await;
        let found = report(&world, id, file).await.unwrap();
        assert_eq!((found.media_type.as_str(), found.findings.len()), ("text/csv", 0));
        assert_eq!(found.table.unwrap().columns, ["address", "subscriber"]);
        let prepare = pack(&world, id, file).await;
        world.act(Who::Analyst, id, prepare).await;
        let query = TrailQuery { action: Some("file.inspect".to_owned()), ..TrailQuery::default() };
        let rows = world.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap().rows;
        assert_eq!((rows.len(), rows[0].rule.as_str()), (1, "system-inspects"));
    }

    async fn a_file_that_its_report_refuses_is_not_packed_and_says_why(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let program = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0";
        let file = world.arrived(id, "invoice.pdf", program).await;
        inspected(&world).await;
        let prepare = pack(&world, id, file).await;
        match world.exchange.act(&World::caller(Who::Analyst), id, prepare, None, None).await {
            Err(Denied::Refused(refusals)) => {
                assert_eq!(refusals[0].code, RefusalCode::FileRefused);
                assert_eq!(refusals[0].message_key(), "finding-hidden-executable");
            }
            other => panic!("{other:?}"),
        }
    }

    async fn a_remark_is_seen_by_the_second_person(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let file = world.upload(id, b"name,value\nx,=1+1\n").await;
        let prepare = pack(&world, id, file).await;
        world.act(Who::Analyst, id, prepare).await;
        let package = world.look(Who::Reviewer, id).await.packages[0].clone();
        assert_eq!(package.files[0].remarks, [Finding::FormulaCells]);
        let mut blind = package.clone();
        blind.files[0].remarks.clear();
        assert_eq!(world.refused(Who::Reviewer, id, releasing(&blind)).await, RefusalCode::RemarkUnseen);
        world.act(Who::Reviewer, id, releasing(&package)).await;
        let seen = world.look(Who::Officer, id).await;
        assert_eq!(seen.packages[0].files[0].remarks, [Finding::FormulaCells], "the authority is told too");
    }

    async fn the_same_file_in_another_dossier_is_told_and_in_the_same_one_it_is_not(store) {
        let world = World::open(store).await;
        let first = accepted(&world).await;
        world.upload(first, TABLE).await;
        let again = world.upload(first, TABLE).await;
        assert!(report(&world, first, again).await.unwrap().findings.is_empty());
        let second = accepted(&world).await;
        let copied = world.upload(second, TABLE).await;
        assert_eq!(report(&world, second, copied).await.unwrap().findings, [Finding::Duplicate]);
        let prepare = pack(&world, second, copied).await;
        world.act(Who::Analyst, second, prepare).await;
        let package = world.look(Who::Reviewer, second).await.packages[0].clone();
        assert_eq!(package.files[0].remarks, [Finding::Duplicate]);
        world.act(Who::Reviewer, second, releasing(&package)).await;
        let given = world.look(Who::Officer, second).await;
        assert!(given.packages[0].files[0].remarks.is_empty(), "the authority learns nothing of another case");
        let other = world.upload(second, b"address,subscriber\n203.0.113.8,example\n").await;
        assert!(report(&world, second, other).await.unwrap().findings.is_empty());
    }

    async fn too_much_is_taken_back_and_both_sides_know(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let file = world.upload(id, TABLE).await;
        let prepare = pack(&world, id, file).await;
        world.act(Who::Analyst, id, prepare).await;
        let package = world.look(Who::Reviewer, id).await.packages[0].clone();
        world.act(Who::Reviewer, id, releasing(&package)).await;
        let officer = World::caller(Who::Officer);
        assert!(world.exchange.download(&officer, id, file).await.is_ok());
        let before = told(&world).await;
        let (found, remark) =
            (Found::OverDisclosure { files: vec![file] }, "Another subscriber is in it.".to_owned());
        world.act(Who::Officer, id, RequestCommand::Confirm { package: package.id, found, remark }).await;
        match world.exchange.download(&officer, id, file).await {
            Err(Denied::Refused(refusals)) => assert_eq!(refusals[0].code, RefusalCode::FileTakenBack),
            _ => panic!("it is handed out again"),
        }
        assert!(told(&world).await > before, "the provider is told");
        let provider = world.look(Who::Analyst, id).await;
        assert!(provider.packages[0].awaits_deletion && provider.packages[0].files[0].taken_back);
        assert!(world.exchange.download(&World::caller(Who::Reviewer), id, file).await.is_ok(), "its own file");
        assert_eq!(world.refused(Who::Officer, id, RequestCommand::Close).await, RefusalCode::DeletionOpen);
        let statement = "Deleted from the case folder.".to_owned();
        world.act(Who::Officer, id, RequestCommand::ConfirmDeletion { package: package.id, statement }).await;
        assert_eq!(world.look(Who::Officer, id).await.state, RequestState::ReceiptConfirmed);
        for who in [Who::Officer, Who::Analyst] {
            let history = world.look(who, id).await.history;
            assert!(history.iter().any(|entry| entry.event == "deletion_confirmed"), "{who:?}");
        }
    }

    async fn a_report_that_was_changed_is_found_by_the_check(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        world.upload(id, TABLE).await;
        assert!(world.exchange.check().await.unwrap().findings.is_empty());
        let change = |tx: &mut dyn comity_store::Tx| -> Result<u64, comity_store::Fault> {
            tx.exec("update inspection set report_sealed = $1", &[vec![7_u8; 60].into()])
        };
        store.write("test.change", change).await.unwrap();
        assert_eq!(world.exchange.check().await.unwrap().findings.len(), 1);
    }

    async fn the_report_is_sealed_and_goes_with_the_file(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        world.upload(id, b"canary9c,subscriber\n1,2\n").await;
        let count = async || {
            let rows = |tx: &mut dyn comity_store::Tx| -> Result<i64, comity_store::Fault> {
                tx.row("select count(*) from inspection", &[])?.map_or(Ok(0), |row| row.int(0))
            };
            store.read("test.count", rows).await.unwrap()
        };
        assert_eq!(count().await, 1);
        let sealed = |tx: &mut dyn comity_store::Tx| -> Result<Vec<u8>, comity_store::Fault> {
            let row = tx.row("select report_sealed from inspection", &[])?.unwrap();
            row.bytes(0).map(<[u8]>::to_vec)
        };
        let sealed = store.read("test.sealed", sealed).await.unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"canary9c"));
        world.pass(8 * 86_400).await;
        assert_eq!(count().await, 0, "removed with the file that nobody packed");
    }
}

/// A program that does something else than it should.
fn wrong(store: &TestStore, name: &str, script: &str) -> Inspector {
    let path: PathBuf = store.dir().join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Inspector::Program(path)
}

on_both_engines! {
    async fn an_inspector_that_is_killed_or_lies_or_floods_refuses_the_file(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let report = r#"{"media_type":"text/csv","findings":[],"entries":0,"table":null}"#;
        let wrongs = [
            ("killed", "kill -9 $$".to_owned()),
            ("failing", format!("echo '{report}'; exit 1")),
            ("silent", "exit 0".to_owned()),
            ("chatty", format!("echo 'fine'; echo '{report}'")),
            ("flooding", "while :; do echo 0123456789012345678901234567890123456789; done".to_owned()),
        ];
        for (name, script) in wrongs {
            let inspector = wrong(store, name, &script);
            let other = world.again(store, |settings| settings.inspector = inspector).await.unwrap();
            let file = other.upload(id, TABLE).await;
            let found = self::report(&other, id, file).await.unwrap().findings;
            assert!(found.contains(&Finding::Uninspectable), "{name}: {found:?}");
        }
        // One that cannot bound itself has looked at nothing, which is no word about the file.
        let inspector = wrong(store, "unbounded", "exit 3");
        let other = world.again(store, |settings| settings.inspector = inspector).await.unwrap();
        let file = other.arrived(id, "answer.csv", TABLE).await;
        assert_eq!(other.exchange.inspect_some().await.unwrap(), 1);
        assert!(self::report(&other, id, file).await.is_none());
    }

    async fn one_that_hangs_is_ended_and_nobody_waits_for_it(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let inspector = wrong(store, "hanging", "exec /bin/sleep 600");
        let other = world.again(store, |settings| settings.inspector = inspector).await.unwrap();
        let file = other.arrived(id, "answer.csv", TABLE).await;
        let begun = Instant::now();
        let (looked, longest) = tokio::join!(other.exchange.inspect_some(), async {
            let mut longest = Duration::ZERO;
            for _ in 0..40 {
                let asked = Instant::now();
                other.exchange.dossier(&World::caller(Who::Analyst), id).await.unwrap();
                other.exchange.run_jobs(10).await.unwrap();
                longest = longest.max(asked.elapsed());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            longest
        });
        assert_eq!(looked.unwrap(), 1);
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        assert!(longest < Duration::from_secs(3), "the service answered after {longest:?}");
        let found = report(&other, id, file).await.unwrap().findings;
        assert!(found.contains(&Finding::Uninspectable), "{found:?}");
    }
}
