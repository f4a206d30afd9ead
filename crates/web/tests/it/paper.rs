//! Papers over HTTP: who gets which, as what, and what a reader is told where none can be made.

use crate::world::{ANALYST, AUDITOR, GATEKEEPER, OFFICER, Who, World};
use axum::http::StatusCode;
use comity_domain::party::Role;
use comity_store::on_both_engines;
use comity_store::{Fault, Tx};
use serde_json::json;

on_both_engines! {
    async fn a_paper_is_a_file_and_nothing_that_a_browser_would_run_or_keep(store) {
        let world = World::open(store).await;
        let id = world.sent().await;
        let session = world.session(OFFICER).await;
        let page = world.page(&session, "GET", &format!("/requests/{id}"), &[], "").await.text();
        for language in ["en", "fr"] {
            let path = format!("/requests/{id}/papers/request?language={language}");
            assert!(page.contains(&format!("href=\"{path}\"")), "no link to {path}");
            let paper = world.page(&session, "GET", &path, &[], "").await;
            assert_eq!(paper.status, StatusCode::OK, "{}", paper.text());
            assert_eq!(paper.header("content-type"), "application/pdf");
            assert_eq!(paper.header("cache-control"), "no-store");
            assert_eq!(paper.header("x-content-type-options"), "nosniff");
            assert!(paper.header("content-security-policy").contains("sandbox"));
            let name = format!("attachment; filename=\"XA-NBP-2026-000001-request-{language}.pdf\"");
            assert_eq!(paper.header("content-disposition"), name);
        }
        let token = world.token(ANALYST).await;
        let dossier = world.call(&token, "GET", &format!("/api/v1/requests/{id}"), None).await.json();
        assert_eq!(dossier["papers"], json!(["request", "receipt"]));
        let path = format!("/api/v1/requests/{id}/papers/receipt");
        let french = world.call_with(&token, "GET", &path, None, &[("accept-language", "fr")]).await;
        assert!(french.header("content-disposition").ends_with("-receipt-fr.pdf\""));
    }

    async fn who_has_no_part_in_a_request_gets_no_paper_of_it(store) {
        let world = World::open(store).await;
        let (sent, draft) = (world.sent().await, world.draft().await);
        let stranger = Who { home: 5, role: Role::Analyst };
        let other = Who { home: 4, role: Role::Officer };
        let keeper = Who { home: 1, role: Role::Administrator };
        for (who, id, status) in [
            (stranger, sent, StatusCode::NOT_FOUND),
            (other, sent, StatusCode::NOT_FOUND),
            (ANALYST, draft, StatusCode::NOT_FOUND),
            (AUDITOR, sent, StatusCode::FORBIDDEN),
            (keeper, sent, StatusCode::FORBIDDEN),
            (GATEKEEPER, sent, StatusCode::OK),
        ] {
            let path = format!("/api/v1/requests/{id}/papers/receipt");
            let answer = world.call(&world.token(who).await, "GET", &path, None).await;
            assert_eq!(answer.status, status, "{who:?}: {}", answer.text());
            assert!(status == StatusCode::OK || !answer.text().contains("%PDF"));
        }
    }

    async fn a_paper_that_there_is_not_is_refused_with_the_reason(store) {
        let world = World::open(store).await;
        let (id, token) = (world.sent().await, world.token(OFFICER).await);
        for (path, status, code) in [
            ("verdict", StatusCode::NOT_FOUND, "not-found"),
            ("certificate", StatusCode::CONFLICT, "not-in-this-state"),
            ("epoc", StatusCode::CONFLICT, "not-in-this-state"),
            ("request?language=de", StatusCode::BAD_REQUEST, "field-malformed"),
            ("request?colour=red", StatusCode::BAD_REQUEST, "field-unknown"),
        ] {
            let answer = world.call(&token, "GET", &format!("/api/v1/requests/{id}/papers/{path}"), None).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}: {}", answer.text());
        }
        world.act(OFFICER, id, json!({ "act": "withdraw", "reason": "No longer needed." })).await;
        let due = "update job set run_at_us = 0 where kind = 'request.erase'";
        store.write("test.due", move |tx: &mut dyn Tx| tx.exec(due, &[])).await.unwrap();
        while world.exchange.run_jobs(100).await.unwrap() > 0 {}
        for who in [OFFICER, AUDITOR] {
            let path = format!("/api/v1/requests/{id}/papers/request");
            let answer = world.call(&world.token(who).await, "GET", &path, None).await;
            assert_eq!(answer.status, StatusCode::GONE, "{who:?}: {}", answer.text());
        }
    }

    async fn where_no_paper_can_be_made_the_reader_prints_the_page(store) {
        for press in ["nothing", "fails", "rubbish"] {
            let world = World::with_press(store, press).await;
            let (id, session) = (world.sent().await, world.session(OFFICER).await);
            let page = world.page(&session, "GET", &format!("/requests/{id}/papers/request"), &[], "").await;
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
            assert!(page.text().contains("print the page of the dossier from the browser"), "{}", page.text());
            assert!(!page.text().contains("secret") && !page.text().contains("comity-papers"));
            let token = world.token(OFFICER).await;
            let path = format!("/api/v1/requests/{id}/papers/request");
            let problem = world.call(&token, "GET", &path, None).await;
            assert_eq!(problem.status, StatusCode::SERVICE_UNAVAILABLE);
            let problem = problem.json();
            assert_eq!(problem["type"], "/problems/paper-not-made");
            assert!(problem["fault"].as_str().unwrap().starts_with("paper-"));
            let dossier = world.page(&session, "GET", &format!("/requests/{id}"), &[], "").await;
            assert_eq!(dossier.status, StatusCode::OK);
        }
    }

    async fn printing_stands_in_the_trail_with_the_paper_and_its_language(store) {
        let world = World::open(store).await;
        let (id, token) = (world.sent().await, world.token(ANALYST).await);
        let path = format!("/api/v1/requests/{id}/papers/request?language=fr");
        world.call(&token, "GET", &path, None).await;
        let trail = world.call(&world.token(AUDITOR).await, "GET", "/api/v1/trail?action=request.print", None).await;
        let row = &trail.json()["rows"][0];
        assert_eq!((&row["outcome"], &row["processing"]), (&json!("viewed"), &json!("consultation")));
        assert_eq!(row["rule"], "addressee-views");
        let detail = "select detail from trail where action = 'request.print'";
        let told = move |tx: &mut dyn Tx| -> Result<String, Fault> {
            tx.row(detail, &[])?.map_or(Ok(String::new()), |row| Ok(row.text(0)?.to_owned()))
        };
        assert_eq!(store.read("test.trail", told).await.unwrap(), r#"{"paper":"request","language":"fr"}"#);
    }
}
