//! What leaves, over HTTP: files go out as what they are and never as something that runs, and the pages on which a
//! second person compares what was asked with what is given work without a script, in both languages.

use crate::world::{ANALYST, Answer, OFFICER, Who, World};
use axum::http::StatusCode;
use comity_domain::id::RequestId;
use comity_domain::party::Role;
use comity_store::on_both_engines;
use serde_json::{Value, json};

const ORIGIN: &[(&str, &str)] = &[("origin", "http://127.0.0.1")];
const REVIEWER: Who = Who { home: 2, role: Role::Reviewer };
const TABLE: &[u8] = b"address,subscriber,card\n203.0.113.7,example,=1+1\n";

/// A file of a dossier that was inspected.
async fn upload(world: &World, id: RequestId, name: &str, content: &[u8]) -> String {
    let (token, path) = (world.token(ANALYST).await, format!("/api/v1/requests/{id}/files"));
    let new = json!({ "name": name, "size": content.len() });
    let file = world.call(&token, "POST", &path, Some(new)).await.json();
    let file = file["id"].as_str().unwrap().to_owned();
    let part = world.bytes(&token, "PATCH", &format!("{path}/{file}"), content).await;
    assert_eq!(part.status, StatusCode::OK, "{}", part.text());
    let done = world.call(&token, "POST", &format!("{path}/{file}/complete"), None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    while world.exchange.inspect_some().await.unwrap() > 0 {}
    file
}

/// A request whose item was accepted.
async fn accepted(world: &World) -> RequestId {
    let id = world.sent().await;
    let token = world.token(ANALYST).await;
    let dossier = world.call(&token, "GET", &format!("/api/v1/requests/{id}"), None).await.json();
    for check in dossier["checks"].as_array().unwrap() {
        let kind = check["kind"].as_str().unwrap();
        let mut observed = json!({ "kind": kind });
        match kind {
            "signature" => observed["signed"] = json!({ "by": "session" }),
            "documents" => observed["request_itself"] = json!(true),
            _ => {}
        }
        let command = json!({ "act": "check", "observed": observed, "passed": true, "note": "Seen." });
        world.act(ANALYST, id, command).await;
    }
    let decision = json!({ "decision": "produce", "giving": "FULL" });
    world
        .act(ANALYST, id, json!({ "act": "decide", "item": dossier["items"][0]["id"], "decision": decision }))
        .await;
    id
}

async fn dossier(world: &World, who: Who, id: RequestId) -> Value {
    let token = world.token(who).await;
    world.call(&token, "GET", &format!("/api/v1/requests/{id}"), None).await.json()
}

/// A form of an act, for somebody, with the token of its forms.
async fn form(world: &World, who: Who, id: RequestId, act: &str, language: &str) -> (String, String, String) {
    let session = world.session(who).await;
    let cookies = format!("comity={session}; comity_language={language}");
    let headers = [("cookie", cookies.as_str())];
    let page = world.page(&session, "GET", &format!("/requests/{id}/acts/{act}"), &headers, "").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    let csrf = text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (session, csrf, text)
}

async fn send(world: &World, session: &str, id: RequestId, act: &str, body: &str) -> Answer {
    world.page(session, "POST", &format!("/requests/{id}/acts/{act}"), ORIGIN, body).await
}

on_both_engines! {
    async fn a_file_goes_out_to_be_saved_and_never_to_be_run(store) {
        let world = World::open(store).await;
        let id = world.sent().await;
        let bytes = "application/octet-stream";
        let files: [(&str, &[u8], &str); 12] = [
            ("a.csv", b"a,b\n1,2\n", "text/csv"),
            ("a.txt", b"text", "text/plain"),
            ("a.json", b"{}", "application/json"),
            ("a.pdf", b"%PDF-1.7\n", "application/pdf"),
            ("a.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "application/zip"),
            ("a.gif", b"GIF89a\x01\0\x01\0\0\0\0", "image/gif"),
            ("a.html", b"<!doctype html><script>alert(1)</script>", bytes),
            ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", bytes),
            ("a.xml", b"<?xml version=\"1.0\"?><a/>", bytes),
            ("a.js", b"alert(1)", "text/plain"),
            ("a.elf", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0", bytes),
            ("a.age", b"age-encryption.org/v1\n-> X25519 a\n", bytes),
        ];
        let token = world.token(REVIEWER).await;
        let session = world.session(REVIEWER).await;
        for (name, content, served) in files {
            let file = upload(&world, id, name, content).await;
            let api = format!("/api/v1/requests/{id}/files/{file}/content");
            let page = format!("/requests/{id}/files/{file}");
            let answers = [
                world.call(&token, "GET", &api, None).await,
                world.page(&session, "GET", &page, &[], "").await,
            ];
            for answer in answers {
                assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text());
                assert_eq!(answer.header("content-type"), served, "{name}");
                assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
                let policy = answer.header("content-security-policy");
                assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{name}: {policy}");
                let saved = format!("attachment; filename*=UTF-8''{name}");
                assert_eq!(answer.header("content-disposition"), saved);
                assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{name}");
            }
        }
        // Before its inspection a file is bytes.
        let path = format!("/api/v1/requests/{id}/files");
        let file = world.call(&world.token(ANALYST).await, "POST", &path, Some(json!({ "name": "b.csv" }))).await;
        let file = file.json()["id"].as_str().unwrap().to_owned();
        let part = world.bytes(&world.token(ANALYST).await, "PATCH", &format!("{path}/{file}"), b"a,b\n").await;
        assert_eq!(part.status, StatusCode::OK);
        world.call(&world.token(ANALYST).await, "POST", &format!("{path}/{file}/complete"), None).await;
        let early = world.call(&token, "GET", &format!("{path}/{file}/content"), None).await;
        assert_eq!(early.header("content-type"), bytes);
    }

    async fn a_package_is_prepared_compared_and_released_without_a_script(store) {
        let world = World::open(store).await;
        let id = accepted(&world).await;
        let file = upload(&world, id, "answer.csv", TABLE).await;
        let kept = upload(&world, id, "invoice.pdf", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0").await;
        let item = dossier(&world, ANALYST, id).await["items"][0]["id"].as_str().unwrap().to_owned();

        let (session, csrf, page) = form(&world, ANALYST, id, "prepare", "en").await;
        assert!(page.contains("A program carries the name of something else."));
        assert!(!page.contains(&format!("value=\"{kept}\"")), "what cannot leave cannot be chosen");
        assert!(page.contains("Column “subscriber” holds") && page.contains("element:identity"), "{page}");
        let (_, _, french) = form(&world, ANALYST, id, "prepare", "fr").await;
        assert!(french.contains("Un programme porte le nom d’autre chose.") && french.contains("La colonne « subscriber » contient"));
        let chosen = |third: &str| format!(
            "csrf={csrf}&items={item}&files={file}&answers.{file}={item}&column.{file}.1=address&holds.{file}.1=identifier&\
             column.{file}.2=subscriber&holds.{file}.2=element%3Aidentity&column.{file}.3=card&holds.{file}.3={third}"
        );
        let open = send(&world, &session, id, "prepare", &chosen("")).await;
        assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(open.text().contains("value=\"element:identity\" selected"), "what was chosen stays");
        let done = send(&world, &session, id, "prepare", &chosen("other")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());

        let package = dossier(&world, REVIEWER, id).await["packages"][0]["id"].as_str().unwrap().to_owned();
        let (session, csrf, page) = form(&world, REVIEWER, id, "release", "en").await;
        for shown in ["What was asked", "nobody asked for it", "A cell begins like a formula", "I have looked at this file."] {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        let (_, _, french) = form(&world, REVIEWER, id, "release", "fr").await;
        for shown in ["Ce qui est demandé", "personne ne l’a demandée", "Une cellule commence comme une formule"] {
            assert!(french.contains(shown), "{shown} in {french}");
        }
        let start = format!("csrf={csrf}&package={package}");
        let seen = format!("{start}&seen={file}&remark.{file}=formula-cells");
        for (body, said) in [
            (start.clone(), "you have not said that you looked at it"),
            (format!("{start}&seen={file}"), "you have not said that you looked at it"),
            (seen.clone(), "File 1, column 3: nobody asked for it."),
            (format!("{seen}&extra.{file}.3=+"), "File 1, column 3: nobody asked for it."),
        ] {
            let refused = send(&world, &session, id, "release", &body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert!(refused.text().contains(said), "{said} in {}", refused.text());
        }
        let done = send(&world, &session, id, "release", &format!("{seen}&extra.{file}.3=Asked+by+telephone.")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let given = dossier(&world, OFFICER, id).await["packages"][0]["files"][0].clone();
        assert_eq!(given["columns"][2]["reason"], "Asked by telephone.");

        // The court bundle, as the page offers it and over the API.
        let officer = world.session(OFFICER).await;
        let page = world.page(&officer, "GET", &format!("/requests/{id}"), &[], "").await.text();
        assert!(page.contains("no time stamp") && page.contains("to be examined by an expert"), "{page}");
        let path = format!("/requests/{id}/packages/{package}/court-bundle.zip");
        assert!(page.contains(&format!("action=\"{path}\"")), "{page}");
        let purpose = format!("{path}?purpose=COURT");
        let token = world.token(OFFICER).await;
        let answers = [
            world.page(&officer, "GET", &purpose, &[], "").await,
            world.call(&token, "GET", &format!("/api/v1{purpose}"), None).await,
        ];
        for answer in answers {
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            assert_eq!(answer.header("content-type"), "application/zip");
            assert!(answer.header("content-security-policy").contains("sandbox"));
            assert!(answer.header("content-disposition").ends_with("-court-bundle.zip\""));
            assert!(answer.text().starts_with("PK") && answer.text().contains("comity manifest v1"));
        }
        for wrong in [path.clone(), format!("{path}?purpose=else"), format!("{purpose}&more=1")] {
            let refused = world.page(&officer, "GET", &wrong, &[], "").await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        let keys = world.bare("GET", "/ledger/evidence-keys").await.text();
        assert!(keys.starts_with("instance ") && keys.contains("/evidence"), "{keys}");

        let (session, csrf, _) = form(&world, OFFICER, id, "confirm", "en").await;
        let body = format!("csrf={csrf}&package={package}&found=over_disclosure&beyond={file}&remark=Too+much.");
        let done = send(&world, &session, id, "confirm", &body).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let again = world.page(&session, "GET", &format!("/requests/{id}/files/{file}"), &[], "").await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        for (who, shown) in [(OFFICER, "taken back"), (ANALYST, "not yet confirmed")] {
            let page = world.page(&world.session(who).await, "GET", &format!("/requests/{id}"), &[], "").await;
            assert!(page.text().contains(shown), "{who:?}: {shown}");
        }
        let (session, csrf, _) = form(&world, OFFICER, id, "confirm_deletion", "fr").await;
        let body = format!("csrf={csrf}&package={package}&deleted=From+the+case+folder.");
        let done = send(&world, &session, id, "confirm_deletion", &body).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(dossier(&world, OFFICER, id).await["state"], "RECEIPT_CONFIRMED");
    }
}
