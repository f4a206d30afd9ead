//! Signing in over HTTP: what a link's page does not do, what is kept of what was typed, and how often one may try.

use crate::matrix::entries;
use crate::world::{OFFICER, World, organisation};
use axum::http::StatusCode;
use comity_service::Caller;
use comity_store::on_both_engines;

const HERE: &[(&str, &str)] = &[("origin", "http://127.0.0.1"), ("cookie", "")];

on_both_engines! {
    async fn opening_a_link_only_asks_and_a_form_without_a_passkey_keeps_what_was_typed(store) {
        let world = World::open(store).await;
        let home = organisation(OFFICER.home);
        let secret = world.exchange.link(&Caller::Operator, home, OFFICER.person()).await.unwrap();
        let path = format!("/sign-in/link/{secret}");
        let before = entries(store).await;
        let page = world.page("", "GET", &path, &[("cookie", "")], "").await;
        assert_eq!((page.status, page.header("set-cookie")), (StatusCode::OK, ""));
        assert_eq!(entries(store).await, before, "a mail scanner opens links");
        let sent = world.page("", "POST", &path, HERE, "name=Blue+key&ceremony=&answer=").await;
        assert_eq!((sent.status, sent.header("set-cookie")), (StatusCode::UNAUTHORIZED, ""));
        assert!(sent.text().contains("value=\"Blue key\""), "{}", sent.text());
        let asked = world.page("", "POST", &format!("{path}/challenge"), HERE, "").await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
        assert_eq!(asked.json()["options"]["rp"]["id"], "localhost");
        assert!(page.header("permissions-policy").contains("publickey-credentials-get=(self)"));
    }

    async fn the_question_to_whoever_signs_in_names_nobody(store) {
        let world = World::open(store).await;
        let asked = world.page("", "POST", "/sign-in/challenge", HERE, "").await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
        let options = asked.json()["options"].clone();
        assert_eq!(options["allowCredentials"], serde_json::json!([]));
        assert_eq!(options["userVerification"], "required");
        let other = world.page("", "POST", "/sign-in/challenge", HERE, "").await.json();
        assert_ne!(options["challenge"], other["options"]["challenge"]);
    }

    async fn whoever_fails_too_often_waits(store) {
        let world = World::open(store).await;
        let mut refused = 0;
        let last = loop {
            let answer = world.page("", "POST", "/sign-in/recovery", HERE, "code=0000&name=x&ceremony=&answer=").await;
            if answer.status != StatusCode::UNAUTHORIZED {
                break answer;
            }
            refused += 1;
        };
        assert!((5..=20).contains(&refused), "{refused}");
        assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS, "{}", last.text());
        let asked = world.page("", "POST", "/sign-in/challenge", HERE, "").await;
        assert_eq!(asked.status, StatusCode::TOO_MANY_REQUESTS);
    }
}
