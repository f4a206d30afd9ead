//! The table of routes and the program say the same, and no route is open that should not be.

use crate::world::World;
use axum::http::StatusCode;
use comity_store::on_both_engines;
use comity_web::{Guard, ROUTES, Route, Scope};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every source file of the crate.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The routes as the code writes them: `.route("<path>", get(…).post(…))`.
fn written() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut routes = BTreeSet::new();
    // The operator's listener is another one: its routes are none of the program.
    for file in files.iter().filter(|file| !file.ends_with("operator.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        for part in text.split(".route(").skip(1) {
            let Some((path, rest)) = part.trim_start().strip_prefix('"').and_then(|t| t.split_once('"'))
            else {
                panic!("{}: a route without a literal path", file.display());
            };
            let handlers = rest.split(['\n', ';']).next().unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                let calls = [format!(" {method}("), format!(".{method}("), format!("::{method}(")];
                if calls.iter().any(|call| handlers.contains(call.as_str())) {
                    routes.insert((method.to_uppercase(), path.to_owned()));
                }
            }
        }
    }
    routes
}

/// The routes that the document of the API describes.
fn described() -> BTreeSet<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(&comity_web::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = |(path, item): (&String, &serde_json::Value)| {
        let methods: Vec<String> =
            item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        methods.into_iter().map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(operations).collect()
}

#[test]
fn the_table_names_every_route_and_no_other() {
    let mut real = written();
    real.extend(described());
    // The document is served by a closure, and `HEAD` by the handler of `GET`.
    real.insert(("GET".to_owned(), "/api/openapi.json".to_owned()));
    real.remove(&("GET".to_owned(), "/requests/{id}/files/upload".to_owned()));
    real.insert(("HEAD".to_owned(), "/requests/{id}/files/upload".to_owned()));
    let table: BTreeSet<(String, String)> =
        ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(table.len(), ROUTES.len(), "a route stands twice in the table");
    let missing: Vec<_> = real.difference(&table).collect();
    let stale: Vec<_> = table.difference(&real).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing {missing:?}, stale {stale:?}");
}

#[test]
fn every_action_of_the_table_is_one_of_the_policy() {
    for route in ROUTES {
        for action in route.actions {
            let known = comity_policy::Action::ALL.iter().any(|known| known.as_str() == *action);
            assert!(known, "{} {}: {action}", route.method, route.path);
        }
    }
}

#[test]
fn every_action_of_a_person_can_be_reached_over_the_api() {
    let reached: BTreeSet<&str> = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/") || route.path.starts_with("/interop/"))
        .flat_map(|route| route.actions.iter().copied())
        .collect();
    // Looking at an organisation goes through its directory entry; how the instance does is for a page, because reading it
    // counts as having seen it; only clocks tick, only time removes a file or erases a request, and only the system inspects and stamps.
    // A vault is made and granted where its key is, in a browser. The console sets up organisations, makes backups and puts them back. A passkey is
    // shown by a person in a browser.
    let elsewhere = [
        "vetting.end_probation",
        "session.begin",
        "session.present",
        "session.end",
        "account.enrol",
        "account.edit",
        "organisation.edit",
        "instance.view",
        "instance.backup",
        "instance.restore",
        "request.tick",
        "request.freeze",
        "request.erase",
        "file.expire",
        "file.inspect",
        "package.stamp",
        "vault.view",
        "vault.grant",
    ];
    let missing: Vec<&str> = comity_policy::Action::ALL
        .iter()
        .map(|action| action.as_str())
        .filter(|action| !reached.contains(action) && !elsewhere.contains(action))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn address(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| match part {
        "{act}" => "send",
        "{*name}" => "comity.css",
        "{code}" => "not-found",
        part if part.starts_with('{') => "00000000-0000-0000-0000-00000000000b",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

on_both_engines! {
    async fn without_a_session_or_token_only_public_routes_answer(store) {
        let world = World::open(store).await;
        for route in ROUTES {
            let answer = world.bare(route.method, &address(route)).await;
            let name = format!("{} {}", route.method, route.path);
            match route.guard {
                Guard::Session | Guard::Account => {
                    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
                    assert_eq!(answer.header("location"), "/sign-in", "{name}");
                }
                Guard::Token(_) => {
                    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
                    assert!(answer.header("www-authenticate").starts_with("Bearer"), "{name}");
                    assert_eq!(answer.header("content-type"), "application/problem+json", "{name}");
                }
                // A form from nowhere is refused before anything is read of it.
                Guard::Public | Guard::Demo if route.changes => {
                    assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
                }
                Guard::Public | Guard::Demo => assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{name}"),
            }
        }
    }

    async fn a_token_without_the_scope_is_refused(store) {
        let world = World::open(store).await;
        let scopes = [Scope::Read, Scope::Act, Scope::Administer];
        for route in ROUTES {
            let Guard::Token(needed) = route.guard else { continue };
            for other in scopes.into_iter().filter(|scope| *scope != needed) {
                let token = world.token_with(other).await;
                let answer = world.call(&token, route.method, &address(route), None).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {}", route.method, route.path);
            }
        }
    }

    async fn a_token_that_was_rotated_is_refused_with_its_own_reason(store) {
        let world = World::open(store).await;
        let first = world.token(crate::world::ADMINISTRATOR).await;
        let list = world.call(&first, "GET", "/api/v1/organisation/tokens", None).await.json();
        let id = list.as_array().unwrap().iter().find(|token| token["name"] == "test").unwrap()["id"].clone();
        let path = format!("/api/v1/organisation/tokens/{}/rotate", id.as_str().unwrap());
        let answer = world.call(&first, "POST", &path, Some(serde_json::json!({ "hours": 0 }))).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let second = answer.json()["secret"].as_str().unwrap().to_owned();
        let refused = world.call(&first, "GET", "/api/v1/me", None).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNAUTHORIZED, "token-rotated"));
        assert_eq!(world.call(&second, "GET", "/api/v1/me", None).await.status, StatusCode::OK);
        let session = world.session(crate::world::ADMINISTRATOR).await;
        let page = world.page(&session, "GET", "/organisation", &[], "").await.text();
        assert!(page.contains("accepted no more") && page.matches("/rotate\"").count() == 1, "{page}");
    }

    async fn every_answer_carries_the_headers_that_keep_a_browser_in_its_place(store) {
        let world = World::open(store).await;
        for route in ROUTES {
            let answer = world.bare(route.method, &address(route)).await;
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{}", route.path);
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert_eq!(answer.header("x-frame-options"), "DENY");
            // The ledger's files are the same for everybody; their own test says how long they are kept.
            if route.path != "/assets/{*name}" && !route.path.starts_with("/ledger/") {
                assert_eq!(answer.header("cache-control"), "no-store", "{}", route.path);
            }
        }
    }

    async fn what_is_unknown_in_a_call_is_refused(store) {
        let world = World::open(store).await;
        let token = world.token_with(Scope::Read).await;
        let answer = world.call(&token, "GET", "/api/v1/requests?states=DRAFT", None).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.code(), "field-unknown");
        let token = world.token_with(Scope::Act).await;
        let body = serde_json::json!({ "act": "close", "force": true });
        let path = "/api/v1/requests/00000000-0000-0000-0000-00000000000b/acts";
        let answer = world.call(&token, "POST", path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    }

    async fn a_form_from_elsewhere_changes_nothing(store) {
        let world = World::open(store).await;
        let session = world.session(crate::world::OFFICER).await;
        let page = world.page(&session, "GET", "/requests/new", &[], "").await;
        assert_eq!(page.status, StatusCode::OK);
        let token = page.text().split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let body = format!("csrf={token}&to={}&procedure=bud.18_subscriber", crate::world::organisation(2));
        let ours = [("origin", "http://127.0.0.1")];
        let elsewhere = [("origin", "https://elsewhere.example")];
        let sibling = [("origin", "http://127.0.0.1"), ("sec-fetch-site", "same-site")];
        for headers in [&elsewhere[..], &sibling[..]] {
            let answer = world.page(&session, "POST", "/requests/new", headers, &body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        let forged = body.replace(&token, "AAAA");
        assert_eq!(world.page(&session, "POST", "/requests/new", &ours, &forged).await.status, StatusCode::FORBIDDEN);
        let other = world.session(crate::world::GATEKEEPER).await;
        assert_eq!(world.page(&other, "POST", "/requests/new", &ours, &body).await.status, StatusCode::FORBIDDEN);
        assert_eq!(world.page(&session, "POST", "/requests/new", &ours, &body).await.status, StatusCode::SEE_OTHER);
    }

    async fn an_error_of_a_page_is_a_page_and_an_error_of_the_api_is_a_problem(store) {
        let world = World::open(store).await;
        let session = world.session(crate::world::OFFICER).await;
        let page = world.page(&session, "GET", "/no/such/page", &[], "").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.text().contains("<h1"));
        let problem = world.bare("GET", "/api/v1/no/such/thing").await;
        assert_eq!(problem.status, StatusCode::NOT_FOUND);
        assert_eq!(problem.code(), "not-found");
        let wrong = world.bare("DELETE", "/api/v1/requests").await;
        assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(wrong.header("content-type"), "application/problem+json");
    }

    async fn a_body_that_is_too_large_is_not_read(store) {
        let world = World::open(store).await;
        let token = world.token_with(Scope::Act).await;
        let body = serde_json::json!({ "act": "return", "reason": "x".repeat(3_000_000) });
        let path = "/api/v1/requests/00000000-0000-0000-0000-00000000000b/acts";
        let answer = world.call(&token, "POST", path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
