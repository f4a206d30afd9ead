//! The oversight desk and what is left of an erased dossier, as pages and over the API.

use crate::world::{ANALYST, AUDITOR, OFFICER, Who, World};
use axum::http::StatusCode;
use comity_domain::id::RequestId;
use comity_ledger::Policy;
use comity_ledger::bundle::Bundle;
use comity_store::testing::TestStore;
use comity_store::{Tx, on_both_engines};
use serde_json::json;

const ORIGIN: &[(&str, &str)] = &[("origin", "http://127.0.0.1")];

/// A page for somebody, with the token of its forms.
async fn desk(world: &World, path: &str) -> (String, String, String) {
    let session = world.session(AUDITOR).await;
    let page = world.page(&session, "GET", path, &[], "").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let csrf =
        page.text().split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (session, csrf, page.text())
}

/// A request that was withdrawn and has come to the end of its retention.
async fn erased(world: &World, store: &TestStore) -> RequestId {
    let id = world.sent().await;
    world.act(OFFICER, id, json!({ "act": "withdraw", "reason": "No longer needed." })).await;
    let due = "update job set run_at_us = 0 where kind = 'request.erase'";
    store.write("test.due", move |tx: &mut dyn Tx| tx.exec(due, &[])).await.unwrap();
    while world.exchange.run_jobs(100).await.unwrap() > 0 {}
    id
}

on_both_engines! {
    async fn the_desk_filters_and_keeps_what_was_typed(store) {
        let world = World::open(store).await;
        let id = world.sent().await;
        let token = world.token(ANALYST).await;
        world.call(&token, "GET", &format!("/api/v1/requests/{id}"), None).await;
        let (session, csrf, page) = desk(&world, "/trail?show=sensitive&from=2026-11-23&until=2026-11-23").await;
        assert!(page.contains("<code>request.view</code>") && !page.contains("<code>request.send</code>"));
        assert!(page.contains("name=\"show\" value=\"sensitive\" checked"));
        let (_, _, page) = desk(&world, "/trail?until=2026-11-22").await;
        assert!(page.contains("No entry fits the filter.") && !page.contains("<code>request.send</code>"));
        for wrong in ["from=yesterday", "person=me", "processing=reading", "show=all"] {
            let answer = world.page(&session, "GET", &format!("/trail?{wrong}"), &[], "").await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let body = format!("csrf={csrf}&show=sensitive&size=0&reason=%3Cscript%3E");
        let again = world.page(&session, "POST", "/trail/samples", ORIGIN, &body).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("value=\"&#60;script&#62;\""), "{}", again.text());
        assert!(again.text().contains("<input type=\"hidden\" name=\"show\" value=\"sensitive\">"));
        assert!(!again.text().contains("<script>"));
    }

    async fn a_sample_is_drawn_and_an_extract_taken_without_a_script(store) {
        let world = World::open(store).await;
        world.sent().await;
        let (session, csrf, _) = desk(&world, "/trail").await;
        let body = format!("csrf={csrf}&size=3&reason=Review+1&processing=disclosure");
        let drawn = world.page(&session, "POST", "/trail/samples", ORIGIN, &body).await;
        assert_eq!(drawn.status, StatusCode::SEE_OTHER, "{}", drawn.text());
        let sample = world.page(&session, "GET", drawn.header("location"), &[], "").await;
        assert_eq!(sample.status, StatusCode::OK);
        assert!(sample.text().contains("Random sample") && sample.text().contains("disclosure"));
        let taken = world.page(&session, "POST", "/trail/extracts", ORIGIN, &body).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
        assert!(taken.header("content-disposition").starts_with("attachment; filename=\"trail-"));
        let policy: Policy = world.bare("GET", "/ledger/policy").await.text().parse().unwrap();
        Bundle::parse(taken.text().as_bytes()).unwrap().verify(&policy).unwrap();
        let unknown = json!({ "size": 3, "reason": "Review 1", "filter": { "payload": "x" } });
        let token = world.token(AUDITOR).await;
        let answer = world.call(&token, "POST", "/api/v1/trail/samples", Some(unknown)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.code(), "field-unknown");
    }

    async fn an_erased_dossier_says_so_and_gives_its_proof(store) {
        let world = World::open(store).await;
        let id = erased(&world, store).await;
        let path = format!("/requests/{id}");
        for who in [OFFICER, ANALYST, AUDITOR] {
            let answer = world.call(&world.token(who).await, "GET", &format!("/api/v1{path}"), None).await;
            assert_eq!(answer.status, StatusCode::GONE, "{who:?}: {}", answer.text());
            let said = answer.json();
            assert!(said["reference"].as_str().unwrap().starts_with("XA-NBP-2026-"));
            assert!(said["rule"].as_str().unwrap().contains("retention"), "{said}");
            assert_eq!(said["erased_at"], "2026-11-23T13:00:00Z");
            let session = world.session(who).await;
            let page = world.page(&session, "GET", &path, &[], "").await;
            assert_eq!(page.status, StatusCode::GONE);
            for shown in [said["reference"].as_str().unwrap(), "retention of the record", "Download the proof"] {
                assert!(page.text().contains(shown), "{shown} in {}", page.text());
            }
            let proof = world.page(&session, "GET", &format!("{path}/proof"), &[], "").await;
            assert_eq!(proof.status, StatusCode::OK);
            let policy: Policy = world.bare("GET", "/ledger/policy").await.text().parse().unwrap();
            let report = Bundle::parse(proof.text().as_bytes()).unwrap().verify(&policy).unwrap();
            assert_eq!((report.events, report.erased), (0, usize::try_from(said["leaves"].as_u64().unwrap()).unwrap()));
        }
        let form = world.page(&world.session(OFFICER).await, "GET", &format!("{path}/acts/close"), &[], "").await;
        assert_eq!(form.status, StatusCode::GONE);
        let stranger = Who { home: 5, role: ANALYST.role };
        let answer = world.call(&world.token(stranger).await, "GET", &format!("/api/v1{path}"), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}
