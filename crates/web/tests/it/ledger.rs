//! The ledger over HTTP: files for everybody, kept as long as they hold, and proofs for the parties only.

use crate::world::{ANALYST, OFFICER, World};
use axum::http::StatusCode;
use comity_ledger::Policy;
use comity_ledger::bundle::Bundle;
use comity_service::run_sealer;
use comity_store::on_both_engines;
use serde_json::json;

on_both_engines! {
    async fn the_files_of_a_log_are_kept_as_long_as_they_hold(store) {
        let world = World::open(store).await;
        let id = world.sent().await;
        let token = world.token(OFFICER).await;
        let proof = world.call(&token, "GET", &format!("/api/v1/requests/{id}/proof"), None).await;
        assert_eq!(proof.status, StatusCode::OK, "{}", proof.text());
        let policy = world.bare("GET", "/ledger/policy").await;
        let year = policy.text().split('+').next().unwrap().rsplit('/').next().unwrap().to_owned();
        let policy: Policy = policy.text().parse().unwrap();
        let report = Bundle::parse(proof.text().as_bytes()).unwrap().verify(&policy).unwrap();
        assert!(report.events > 0);

        let checkpoint = world.bare("GET", &format!("/ledger/{year}/checkpoint")).await;
        assert_eq!(checkpoint.header("cache-control"), "public, max-age=1");
        let size: u64 = checkpoint.text().lines().nth(1).unwrap().parse().unwrap();
        let tile = world.bare("GET", &format!("/ledger/{year}/tile/0/000.p/{size}")).await;
        assert_eq!(tile.status, StatusCode::OK);
        assert_eq!(tile.header("cache-control"), "public, max-age=31536000, immutable");
        let entries = world.bare("GET", &format!("/ledger/{year}/tile/entries/000.p/{size}")).await;
        assert_eq!(entries.status, StatusCode::OK);
        // What the log does not hold yet may come later: nobody keeps the answer that it is not there.
        for path in [format!("tile/0/000.p/{}", size + 1), "tile/0/000".to_owned(), "tile/0/../0".to_owned()] {
            let answer = world.bare("GET", &format!("/ledger/{year}/{path}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        let nowhere = world.bare("GET", "/ledger/1999/checkpoint").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    }

    async fn an_act_can_be_asked_to_return_with_its_proof(store) {
        let world = World::open(store).await;
        let id = world.sent().await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let sealer = tokio::spawn(run_sealer(world.exchange.clone(), async {
            let _ = stopped.await;
        }));
        let token = world.token(ANALYST).await;
        let path = format!("/api/v1/requests/{id}/acts");
        let act = json!({ "act": "acknowledge", "reference": "HBT-1" });
        let done = world.call_with(&token, "POST", &path, Some(act), &[("prefer", "respond-async, wait=5")]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        let done = done.json();
        let policy: Policy = world.bare("GET", "/ledger/policy").await.text().parse().unwrap();
        let bundle = Bundle::parse(done["proof"].as_str().unwrap().as_bytes()).unwrap();
        bundle.verify(&policy).unwrap();
        let commitment = done["commitments"][0].as_str().unwrap();
        let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert!(bundle.entries.iter().any(|entry| hex(entry.opening.commitment()) == commitment));
        drop(stop);
        sealer.await.unwrap();
    }
}
