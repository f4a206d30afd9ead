//! What watches the instance: health for anybody, metrics for the operator's machine, the status page for administrators.
//! None of it tells anything of a case.

use crate::world::{ADMINISTRATOR, AUTHORISER, OFFICER, World};
use axum::http::StatusCode;
use comity_store::job::NewJob;
use comity_store::ledger::{LeafKind, add_leaf};
use comity_store::testing::TestStore;
use comity_store::{Fault, job, on_both_engines};
use serde_json::{Value, json};

/// What stands in a case and nowhere else.
const CANARIES: [&str; 3] = ["canary.target@mail.example", "Canary facts of the case.", "canary-file.csv"];

async fn health(world: &World) -> (StatusCode, Value) {
    let answer = world.bare("GET", "/health").await;
    (answer.status, answer.json())
}

/// The parts that are not well.
async fn unwell(world: &World) -> Vec<String> {
    let (status, body) = health(world).await;
    let parts = body.as_object().unwrap();
    let unwell: Vec<String> =
        parts.iter().filter(|(_, well)| **well == json!(false)).map(|(name, _)| name.clone()).collect();
    assert!(parts.values().all(Value::is_boolean) && parts.len() == 4, "{body}");
    let wanted = if unwell.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    assert_eq!(status, wanted, "{body}");
    unwell
}

async fn due(store: &TestStore, world: &World, seconds_ago: i64, max_attempts: i64) {
    let run_at_us = world.now().plus_seconds(-seconds_ago).us();
    let wanted = NewJob {
        id: format!("j{seconds_ago}"),
        kind: "nothing.known".to_owned(),
        unique_key: None,
        run_at_us,
        payload: CANARIES[0].to_owned(),
        max_attempts,
    };
    store.write("test.job", move |tx| job::enqueue(tx, &wanted)).await.unwrap();
}

/// A request with the canaries in it, an act that is refused, and a body that cannot be read.
async fn some_work(world: &World) {
    let mut new = world.new_request();
    new["draft"]["items"][0]["value"] = json!(CANARIES[0]);
    new["draft"]["answers"]["case_number"] = json!(CANARIES[1]);
    let officer = world.token(OFFICER).await;
    let answer = world.call(&officer, "POST", "/api/v1/requests", Some(new)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let acts = format!("/api/v1/requests/{}/acts", answer.json()["request"].as_str().unwrap());
    let judge = world.token(AUTHORISER).await;
    let refused = json!({ "act": "return", "reason": CANARIES[1] });
    assert!(world.call(&judge, "POST", &acts, Some(refused)).await.status.is_client_error());
    let unreadable = json!({ "act": CANARIES[2], CANARIES[0]: CANARIES[1] });
    assert_eq!(world.call(&officer, "POST", &acts, Some(unreadable)).await.status, StatusCode::BAD_REQUEST);
    world.bare("GET", &format!("/sign-in/link/{}", CANARIES[2])).await;
    world.bare("CANARY", "/nowhere").await;
}

on_both_engines! {
    async fn health_says_which_part_is_not_well_and_nothing_else(store) {
        let world = World::open(store).await;
        assert_eq!(unwell(&world).await, Vec::<String>::new());
        world.draft().await;
        assert_eq!(unwell(&world).await, Vec::<String>::new(), "a leaf may wait a moment");
        let millis = u128::try_from(world.now().us() / 1_000 - 6_000).unwrap();
        let id = uuid::Uuid::from_u128(millis << 80).to_string();
        let add = move |tx: &mut dyn comity_store::Tx| add_leaf(tx, &id, LeafKind::Cover, &[7; 32]);
        store.write("test.leaf", add).await.unwrap();
        assert_eq!(unwell(&world).await, ["sealed"]);
        world.exchange.seal().await.unwrap();
        assert_eq!(unwell(&world).await, Vec::<String>::new());
        due(store, &world, 119, 5).await;
        assert_eq!(unwell(&world).await, Vec::<String>::new(), "a job may wait a moment");
        due(store, &world, 121, 5).await;
        assert_eq!(unwell(&world).await, ["jobs_on_time"]);
        world.exchange.run_jobs(10).await.unwrap();
        assert_eq!(unwell(&world).await, Vec::<String>::new(), "it is tried again later");
    }

    async fn a_job_that_was_given_up_is_an_alarm_until_an_administrator_has_seen_it(store) {
        let world = World::open(store).await;
        due(store, &world, 1, 1).await;
        world.exchange.run_jobs(10).await.unwrap();
        assert_eq!(unwell(&world).await, ["failures_noticed"]);
        let officer = world.session(OFFICER).await;
        let refused = world.page(&officer, "GET", "/status", &[], "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(!refused.text().contains("nothing.known"));
        assert_eq!(unwell(&world).await, ["failures_noticed"], "whoever may not see it has not seen it");
        let administrator = world.session(ADMINISTRATOR).await;
        let page = world.page(&administrator, "GET", "/status", &[], "").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("no such kind of job: nothing.known"), "{}", page.text());
        assert_eq!(unwell(&world).await, Vec::<String>::new());
    }

    async fn the_status_page_is_in_both_languages_and_of_no_case(store) {
        let world = World::open(store).await;
        some_work(&world).await;
        world.exchange.seal().await.unwrap();
        let administrator = world.session(ADMINISTRATOR).await;
        for (language, words) in [("en", "Last sealed"), ("fr", "Dernier scellement")] {
            let cookie = format!("comity={administrator}; comity_language={language}");
            let page = world.page("", "GET", "/status", &[("cookie", &cookie)], "").await.text();
            assert!(page.contains(words) && page.contains("log.example/2026"), "{page}");
            for canary in CANARIES {
                assert!(!page.contains(canary), "{canary}: {page}");
            }
        }
    }

    async fn metrics_count_what_was_done_and_tell_nothing_of_it(store) {
        let world = World::open(store).await;
        some_work(&world).await;
        world.exchange.seal().await.unwrap();
        due(store, &world, 90, 5).await;
        assert_eq!(world.bare("GET", "/metrics").await.status, StatusCode::NOT_FOUND);
        let answer = world.operator("/metrics").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
        let text = answer.text();
        for line in [
            "comity_build_info{version=\"0.1.0\"} 1",
            "comity_http_requests_total{method=\"POST\",route=\"/api/v1/requests\",status=\"2xx\"} 1",
            "comity_http_requests_total{method=\"GET\",route=\"/sign-in/link/{secret}\",status=",
            "comity_http_requests_total{method=\"other\",route=\"none\",status=\"4xx\"} 1",
            "comity_http_seconds_count{method=\"POST\",route=\"/api/v1/requests\"} 1",
            "comity_acts_total{action=\"request.draft\",outcome=\"done\"} 1",
            "comity_acts_total{action=\"request.return\",outcome=\"refused\"} 1",
            "comity_refusals_total{code=\"",
            "comity_store_transactions_total{kind=\"write\",name=\"request.draft\"} 1",
            "comity_store_group_size_count ",
            "comity_store_up 1",
            "comity_ledger_pending_leaves 0",
            "comity_ledger_leaves{log=\"log.example/2026\"} ",
            "comity_ledger_sealed_ago_seconds{log=\"log.example/2026\"} 0",
            "comity_jobs_due 1",
            "comity_jobs_late_seconds 90",
            "comity_jobs_failed 0",
            "comity_healthy 1",
            "comity_sessions 0",
            "comity_notices_unsent ",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(text.ends_with("# EOF\n"), "{text}");
        for canary in CANARIES.iter().chain(&["canary", "CANARY", "of 1", "any.example"]) {
            assert!(!text.contains(canary), "{canary}: {text}");
        }
        let memory = text.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
        assert!(memory.unwrap().parse::<u64>().unwrap() > 1_000_000, "{memory:?}");
    }

    async fn a_collector_makes_nobody_notice_anything(store) {
        let world = World::open(store).await;
        due(store, &world, 1, 1).await;
        world.exchange.run_jobs(10).await.unwrap();
        let text = world.operator("/metrics").await.text();
        assert!(text.contains("comity_jobs_failed 1") && text.contains("comity_healthy 0"), "{text}");
        assert_eq!(unwell(&world).await, ["failures_noticed"]);
        let seen: Result<bool, Fault> = store.read("test.seen", job::any_unnoticed).await;
        assert_eq!(seen, Ok(true));
    }
}
