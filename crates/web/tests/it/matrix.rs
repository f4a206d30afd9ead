//! Who may what over HTTP: every route and act × every person × own and foreign requests and organisations, against
//! the permission table itself; and every call that changes something, or tries to, leaves its trail entry.

use crate::world::{ADMINISTRATOR, ANALYST, AUDITOR, OFFICER, Who, World, organisation};
use axum::http::StatusCode;
use comity_domain::id::RequestId;
use comity_domain::request::RequestAct;
use comity_policy::{Action, Condition, Facts, Gate, Relation, Subject};
use comity_store::testing::TestStore;
use comity_store::{Fault, Tx, on_both_engines, trail};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the gate's verdict looks like over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Allowed,
    Hidden,
    Refused,
}

pub(crate) fn expected(gate: &Gate, who: Who, action: Action, relation: Relation, facts: Facts) -> Expected {
    let actor = who.actor();
    // In this world everybody counts as present; what absence refuses is held by the tests of policy and service.
    let facts = Facts { present: true, signed: true, ..facts };
    let verdict = gate.ask(&Subject::Person(&actor), action, relation, facts);
    match (verdict.allowed, verdict.unmet) {
        (true, _) => Expected::Allowed,
        (false, Some(Condition::WithProvider)) => Expected::Hidden,
        (false, _) if relation == Relation::Foreign => Expected::Hidden,
        (false, _) => Expected::Refused,
    }
}

/// One call and what it asks of the gate.
struct Case {
    action: Action,
    relation: Relation,
    facts: Facts,
    method: &'static str,
    path: String,
    body: Option<Value>,
    changes: bool,
    /// What an allowed call answers: a success, or the one refusal that keeps it from changing anything.
    done: &'static [StatusCode],
}

const FINE: &[StatusCode] = &[StatusCode::OK, StatusCode::CREATED, StatusCode::NO_CONTENT];

/// The words of a command that can be read; what it is about need not exist.
fn command(act: RequestAct) -> Option<Value> {
    let id = "00000000-0000-0000-0000-00000000000b";
    let words = match act {
        RequestAct::Draft | RequestAct::File | RequestAct::Tick | RequestAct::Freeze => return None,
        RequestAct::Revise => json!({ "draft": { "priority": "P2_NORMAL" } }),
        RequestAct::Submit | RequestAct::Forward | RequestAct::Send | RequestAct::Close => json!({}),
        RequestAct::Return
        | RequestAct::Withdraw
        | RequestAct::ExtendHold
        | RequestAct::ReleaseHold
        | RequestAct::Thaw
        | RequestAct::FindFraud => {
            json!({ "reason": "x" })
        }
        RequestAct::Authorise | RequestAct::Reauthorise => json!({ "statement": "x" }),
        RequestAct::Acknowledge | RequestAct::AnnounceConversion | RequestAct::ConvertHold => {
            json!({ "reference": "x" })
        }
        RequestAct::Check => {
            json!({ "observed": { "kind": "documents", "request_itself": true }, "passed": true, "note": "x" })
        }
        RequestAct::Ask => json!({ "code": "N01", "question": "x" }),
        RequestAct::Answer => json!({ "clarification": id, "text": "x" }),
        RequestAct::Amend => json!({ "corrections": [], "reason": "x" }),
        RequestAct::Decide => {
            json!({ "item": id, "decision": { "decision": "redirect", "explanation": "x" } })
        }
        RequestAct::Prepare => json!({ "items": [id], "files": [{ "file": id, "items": [id] }] }),
        RequestAct::Discard => json!({ "package": id, "reason": "x" }),
        RequestAct::Release => json!({ "package": id, "comparison": { "seen": [] } }),
        RequestAct::Open => json!({ "package": id, "purpose": "x" }),
        RequestAct::Confirm => json!({ "package": id, "found": "intact" }),
        RequestAct::ConfirmDeletion => json!({ "package": id, "statement": "x" }),
        RequestAct::Postpone => json!({ "clock": "D01", "days": 1, "reason": "x" }),
    };
    let mut words = words.as_object().unwrap().clone();
    words.insert("act".to_owned(), json!(act.as_str()));
    Some(Value::Object(words))
}

/// A request with its file, as far as facts about it matter.
struct Held {
    id: RequestId,
    file: String,
    facts: Facts,
}

fn about_requests(who: Who, held: &Held) -> Vec<Case> {
    let actor = who.actor();
    let relation = Subject::Person(&actor).relation_to_request(organisation(1), organisation(2));
    let path = format!("/api/v1/requests/{}", held.id);
    let file = format!("{path}/files/{}", held.file);
    let case = |action, method, path: String, body, changes, done| Case {
        action,
        relation,
        facts: held.facts,
        method,
        path,
        body,
        changes,
        done,
    };
    let mut cases: Vec<Case> = RequestAct::ALL
        .iter()
        .filter_map(|act| {
            let body = Some(command(*act)?);
            // Every act comes with a version that never was, so that none of them changes the request.
            let done: &[StatusCode] = &[StatusCode::CONFLICT];
            Some(case(Action::from(*act), "POST", format!("{path}/acts"), body, true, done))
        })
        .collect();
    cases.push(case(Action::RequestView, "GET", path.clone(), None, false, FINE));
    cases.push(case(Action::RequestFindings, "GET", format!("{path}/findings"), None, true, FINE));
    cases.push(case(Action::RequestProve, "GET", format!("{path}/proof"), None, true, FINE));
    let receipt = format!("{path}/papers/receipt");
    cases.push(case(Action::RequestPrint, "GET", receipt, None, true, FINE));
    let name = Some(json!({ "name": "answer.csv" }));
    cases.push(case(Action::FileUpload, "POST", format!("{path}/files"), name, true, FINE));
    // The file is complete already.
    let complete = &[StatusCode::CONFLICT];
    cases.push(case(Action::FileUpload, "PATCH", file.clone(), None, true, complete));
    cases.push(case(Action::FileUpload, "POST", format!("{file}/complete"), None, true, FINE));
    cases.push(case(Action::FileDownload, "GET", format!("{file}/content"), None, false, FINE));
    // No package is there: who may take a bundle of one is told so.
    let missing = "00000000-0000-0000-0000-00000000000b";
    let bundle = format!("{path}/packages/{missing}/court-bundle.zip?purpose=COURT");
    cases.push(case(
        Action::PackageExport,
        "GET",
        bundle,
        None,
        false,
        &[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT],
    ));
    cases
}

/// Somebody whom this caller invites to that organisation.
fn newcomer(world: &World, who: Who, home: u128) -> Value {
    let code = ["NBP", "HBT", "OVB", "SBP", "OTH"][usize::try_from(home).unwrap() - 1];
    json!({
        "organisation": organisation(home),
        "name": "New Person",
        "email": format!("new{}{}@{}.example", who.home, who.role, code.to_lowercase()),
        "language": "en",
        "function": "Clerk",
        "roles": ["administrator"],
        "accreditation": format!("A-{}-{}-{home}", who.home, who.role),
        "accredited_until": world.now(),
    })
}

fn about_organisations(world: &World, who: Who, home: u128, token: &str) -> Vec<Case> {
    let actor = who.actor();
    let to_it = Subject::Person(&actor).relation_to_organisation(organisation(home));
    let own = home == who.home;
    let case = |action, relation, method, path: String, body, changes, done| Case {
        action,
        relation,
        facts: Facts { accredited: true, ..Facts::default() },
        method,
        path,
        body,
        changes,
        done,
    };
    // People and tokens are looked for in the caller's own organisation only: elsewhere there are none.
    let found: &'static [StatusCode] = if own { FINE } else { &[StatusCode::NOT_FOUND] };
    let other = Who { home, role: ADMINISTRATOR.role };
    let person = format!("/api/v1/organisation/people/{}", other.person());
    let invited = newcomer(world, who, home);
    let point = world.contact_point(home);
    let point_path = format!("/api/v1/organisation/contact-points/{}", point.id);
    let point = Some(serde_json::to_value(point).unwrap());
    let base = "/api/v1/organisation";
    let spare = Some(json!({ "name": "t", "scopes": ["read"], "days": 1 }));
    let (rotate, hours) = (format!("{base}/tokens/{token}/rotate"), Some(json!({ "hours": 1 })));
    vec![
        case(Action::PersonInvite, to_it, "POST", format!("{base}/people"), Some(invited), true, FINE),
        case(
            Action::RoleEdit,
            Relation::Own,
            "PUT",
            format!("{person}/roles"),
            Some(json!({ "roles": ["administrator"] })),
            true,
            found,
        ),
        case(
            Action::PersonEdit,
            Relation::Own,
            "PUT",
            format!("{person}/active"),
            Some(json!({ "active": true })),
            true,
            found,
        ),
        case(Action::ContactPointEdit, to_it, "PUT", point_path, point, true, FINE),
        case(Action::OrganisationView, Relation::Own, "GET", format!("{base}/tokens"), None, false, FINE),
        case(Action::TokenEdit, Relation::Own, "POST", format!("{base}/tokens"), spare, true, FINE),
        case(Action::TokenEdit, Relation::Own, "POST", rotate, hours, true, found),
        case(Action::TokenEdit, Relation::Own, "DELETE", format!("{base}/tokens/{token}"), None, true, found),
        case(
            Action::DirectoryView,
            Relation::Directory,
            "GET",
            format!("/api/v1/organisations/{}", organisation(home)),
            None,
            false,
            FINE,
        ),
    ]
}

fn about_everything(world: &World, who: Who) -> Vec<Case> {
    let actor = who.actor();
    let asks = |action, relation, path: &str| Case {
        action,
        relation,
        facts: Facts { accredited: true, ..Facts::default() },
        method: "GET",
        path: path.to_owned(),
        body: None,
        changes: false,
        done: FINE,
    };
    let to_request = Subject::Person(&actor).relation_to_request(organisation(who.home), organisation(2));
    let card = format!("/api/v1/accreditations/A-{}", OFFICER.person());
    // No organisation of that number joins: who may vouch is told so.
    let vouch = "/api/v1/newcomers/00000000-0000-0000-0000-00000000000b/vouch";
    let vouches = |method, body| Case {
        method,
        body,
        changes: true,
        done: &[StatusCode::NOT_FOUND],
        ..asks(Action::VettingVouch, Relation::Own, vouch)
    };
    let mut cases = vec![
        Case { changes: true, ..asks(Action::SentView, Relation::Own, "/api/v1/sent") },
        Case { changes: true, ..asks(Action::VettingView, Relation::Directory, "/api/v1/newcomers") },
        vouches("POST", Some(json!({ "statement": "x" }))),
        vouches("DELETE", None),
        asks(Action::RequestList, Relation::Own, "/api/v1/requests"),
        asks(Action::DirectoryView, Relation::Directory, "/api/v1/directory"),
        asks(Action::AccreditationView, Relation::Directory, &card),
        asks(Action::TrailView, Relation::Oversight, "/api/v1/trail"),
        asks(Action::FiguresView, Relation::Oversight, "/api/v1/figures"),
    ];
    let sample = json!({ "size": 5, "reason": "Review 1" });
    let extract = json!({ "reason": "Review 1", "filter": { "processing": "consultation" } });
    for (action, path, body) in [
        (Action::TrailSample, "/api/v1/trail/samples", sample),
        (Action::TrailExtract, "/api/v1/trail/extracts", extract),
    ] {
        let takes = asks(action, Relation::Oversight, path);
        cases.push(Case { method: "POST", body: Some(body), changes: true, ..takes });
    }
    if who.home != 2 {
        let begin = asks(Action::RequestDraft, to_request, "/api/v1/requests");
        cases.push(Case { method: "POST", body: Some(world.new_request()), changes: true, ..begin });
    }
    cases
}

/// Entries of the trail by now.
pub(crate) async fn entries(store: &TestStore) -> i64 {
    let count = |tx: &mut dyn Tx| -> Result<i64, Fault> {
        ["done", "refused", "viewed"]
            .into_iter()
            .try_fold(0, |sum, outcome| Ok(sum + trail::count(tx, outcome)?))
    };
    store.read("test.trail", count).await.unwrap()
}

async fn try_case(world: &World, store: &TestStore, gate: &Gate, who: Who, token: &str, case: Case) {
    let before = if case.changes { entries(store).await } else { 0 };
    let version = [("if-match", "\"999999\""), ("upload-offset", "0")];
    let answer = world.call_with(token, case.method, &case.path, case.body, &version).await;
    let wanted = expected(gate, who, case.action, case.relation, case.facts);
    let name = format!("{who:?}: {} {} ({})", case.method, case.path, case.action);
    let said = format!("{name}: {} {}", answer.status, answer.text());
    match wanted {
        Expected::Allowed => assert!(case.done.contains(&answer.status), "allowed, but {said}"),
        Expected::Hidden => {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "hidden, but {said}");
            assert_eq!(answer.code(), "not-found", "{said}");
        }
        Expected::Refused => {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "refused, but {said}");
            assert_eq!(answer.code(), "not-permitted", "{said}");
        }
    }
    if case.changes {
        assert!(entries(store).await > before, "no trail entry: {said}");
    }
}

/// A complete upload in a request at the provider.
async fn upload(world: &World, id: RequestId) -> String {
    let token = world.token(ANALYST).await;
    let path = format!("/api/v1/requests/{id}/files");
    let file = world.call(&token, "POST", &path, Some(json!({ "name": "answer.csv" }))).await.json();
    let file = file["id"].as_str().unwrap().to_owned();
    let part = world
        .call_with(
            &token,
            "PATCH",
            &format!("{path}/{file}"),
            Some(json!("bytes")),
            &[("upload-offset", "0")],
        )
        .await;
    assert_eq!(part.header("upload-offset"), "7");
    let wrong = world
        .call_with(
            &token,
            "PATCH",
            &format!("{path}/{file}"),
            Some(json!("bytes")),
            &[("upload-offset", "3")],
        )
        .await;
    assert_eq!((wrong.status, wrong.header("upload-offset")), (StatusCode::CONFLICT, "7"));
    let done = world.call(&token, "POST", &format!("{path}/{file}/complete"), None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    file
}

#[test]
fn every_act_has_words_in_this_test() {
    let spoken: BTreeSet<RequestAct> =
        RequestAct::ALL.iter().copied().filter(|act| command(*act).is_some()).collect();
    assert_eq!(spoken.len(), RequestAct::ALL.len() - 4);
    for act in spoken {
        let text = command(act).unwrap();
        let read: comity_domain::request::RequestCommand = serde_json::from_value(text).unwrap();
        assert_eq!(read.act(), act);
    }
}

on_both_engines! {
    async fn requests_answer_as_the_permission_table_says(store) {
        let world = World::open(store).await;
        let gate = Gate::built_in();
        let sent = world.sent().await;
        let file = upload(&world, sent).await;
        let accredited = Facts { accredited: true, ..Facts::default() };
        let held = [
            Held { id: sent, file: file.clone(), facts: Facts { with_provider: true, ..accredited } },
            Held { id: world.draft().await, file, facts: accredited },
        ];
        for who in Who::all() {
            let token = world.token(who).await;
            for held in &held {
                for case in about_requests(who, held) {
                    // A draft has no files; whoever may look for one there finds none.
                    let elsewhere = !held.facts.with_provider && case.path.contains(&held.file);
                    if !elsewhere {
                        try_case(&world, store, &gate, who, &token, case).await;
                    }
                }
            }
        }
    }

    async fn organisations_answer_as_the_permission_table_says(store) {
        let world = World::open(store).await;
        let gate = Gate::built_in();
        for who in Who::all() {
            let token = world.token(who).await;
            for home in 1..=5_u128 {
                let administrator = world.token(Who { home, role: ADMINISTRATOR.role }).await;
                let spare = json!({ "name": "spare", "scopes": ["read"], "days": 1 });
                let spare = world.call(&administrator, "POST", "/api/v1/organisation/tokens", Some(spare)).await.json();
                let id = spare["token"]["id"].as_str().unwrap().to_owned();
                for case in about_organisations(&world, who, home, &id) {
                    try_case(&world, store, &gate, who, &token, case).await;
                }
            }
        }
    }

    async fn lists_and_beginnings_answer_as_the_permission_table_says(store) {
        let world = World::open(store).await;
        let gate = Gate::built_in();
        for who in Who::all() {
            let token = world.token(who).await;
            for case in about_everything(&world, who) {
                try_case(&world, store, &gate, who, &token, case).await;
            }
        }
    }

    async fn a_dossier_tells_its_reader_what_can_be_done_and_the_trail_tells_who_did_it(store) {
        let world = World::open(store).await;
        let id = world.sent().await;
        let token = world.token(OFFICER).await;
        let path = format!("/api/v1/requests/{id}");
        let dossier = world.call(&token, "GET", &path, None).await;
        let seen = dossier.json();
        assert_eq!(dossier.header("etag"), format!("\"{}\"", seen["version"]));
        assert_eq!(seen["state"], "RECEIVED");
        let trail = world.call(&world.token(AUDITOR).await, "GET", "/api/v1/trail?action=request.send", None).await;
        assert_eq!(trail.json()["rows"][0]["outcome"], "done");
        assert!(!trail.text().contains("one@mail.example"), "the trail carries no payload");
    }

    async fn a_repeated_call_answers_the_first_receipt_and_another_content_is_refused(store) {
        let world = World::open(store).await;
        let token = world.token(OFFICER).await;
        let key = [("idempotency-key", "k-1")];
        let body = world.new_request();
        let first = world.call_with(&token, "POST", "/api/v1/requests", Some(body.clone()), &key).await;
        let again = world.call_with(&token, "POST", "/api/v1/requests", Some(body.clone()), &key).await;
        assert_eq!(first.json(), again.json());
        let mut other = body;
        other["draft"]["priority"] = json!("P1_URGENT");
        let other = world.call_with(&token, "POST", "/api/v1/requests", Some(other), &key).await;
        assert_eq!((other.status, other.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-mismatch"));
    }
}
