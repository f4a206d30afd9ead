//! A file that stands in no package is removed in its time, row and content; one that stands in a package never is.

use crate::harness::{SUBSCRIBER, Who, World, releasing};
use comity_domain::id::RequestId;
use comity_domain::request::{Decision, Giving, RequestCommand};
use comity_service::{TrailQuery, TrailView};
use comity_store::on_both_engines;
use std::path::Path;

const DAY: i64 = 86_400;

async fn accepted(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.verify(id).await;
    let item = world.look(Who::Analyst, id).await.items[0].id;
    let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
    world.act(Who::Analyst, id, RequestCommand::Decide { item, decision }).await;
    id
}

async fn pack(world: &World, id: RequestId) {
    let file = world.upload(id, b"an answer").await;
    let items = vec![world.look(Who::Analyst, id).await.items[0].id];
    let prepare = world.packing(id, items, file).await;
    world.act(Who::Analyst, id, prepare).await;
}

async fn removals(world: &World) -> Vec<TrailView> {
    let query = TrailQuery { action: Some("file.expire".to_owned()), ..TrailQuery::default() };
    world.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap().rows
}

fn blobs(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let count = |path: std::path::PathBuf| if path.is_dir() { blobs(&path) } else { 1 };
    entries.map(|entry| count(entry.unwrap().path())).sum()
}

on_both_engines! {
    async fn a_file_in_no_package_is_removed_after_its_days(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let file = world.upload(id, b"left lying").await;
        let analyst = World::caller(Who::Analyst);
        world.exchange.begin_upload(&analyst, id, "broken off.csv", None, None).await.unwrap();
        let folder = store.dir().join("blobs");
        assert_eq!(blobs(&folder), 1);
        world.pass(7 * DAY - 1).await;
        assert_eq!(world.look(Who::Analyst, id).await.uploads.len(), 2);
        assert!(removals(&world).await.is_empty());
        world.pass(1).await;
        assert_eq!(world.look(Who::Analyst, id).await.uploads.len(), 0);
        assert_eq!(blobs(&folder), 0);
        assert!(world.exchange.download(&analyst, id, file).await.is_err());
        let removals = removals(&world).await;
        assert_eq!(removals.len(), 2);
        let reference = world.look(Who::Analyst, id).await.reference;
        for entry in removals {
            assert_eq!((entry.outcome.as_str(), entry.rule.as_str()), ("done", "system-clears"));
            assert_eq!(entry.about, reference);
        }
    }

    async fn a_file_in_a_package_stays_for_as_long_as_the_package(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        pack(&world, id).await;
        let folder = store.dir().join("blobs");
        world.pass(20 * DAY).await;
        assert_eq!(blobs(&folder), 1);
        let package = world.look(Who::Analyst, id).await.packages[0].id;
        let discard = RequestCommand::Discard { package, reason: "The wrong file.".to_owned() };
        world.act(Who::Analyst, id, discard).await;
        assert_eq!(world.look(Who::Analyst, id).await.uploads.len(), 1);
        world.pass(7 * DAY).await;
        assert_eq!(blobs(&folder), 0);
        assert_eq!(removals(&world).await.len(), 1);
    }

    async fn a_released_file_is_never_removed(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        pack(&world, id).await;
        let release = releasing(&world.look(Who::Analyst, id).await.packages[0]);
        world.act(Who::Reviewer, id, release).await;
        world.pass(300 * DAY).await;
        assert_eq!(blobs(&store.dir().join("blobs")), 1);
        assert!(removals(&world).await.is_empty());
        let file = world.look(Who::Officer, id).await.packages[0].files[0].id;
        assert!(world.exchange.download(&World::caller(Who::Officer), id, file).await.is_ok());
    }
}
