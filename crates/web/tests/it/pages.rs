//! Who may what in the pages: every route behind a session × every person × own and foreign requests and
//! organisations, against the permission table; whoever is refused changes nothing and leaves a trail entry.

use crate::matrix::{Expected, entries, expected};
use crate::world::{ADMINISTRATOR, Answer, OFFICER, Who, World, organisation};
use axum::http::StatusCode;
use comity_domain::id::RequestId;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::RequestAct;
use comity_domain::term::Language;
use comity_policy::{Action, Facts, Gate, Relation, Subject};
use comity_service::translation::Translator;
use comity_store::on_both_engines;
use comity_store::testing::TestStore;
use comity_web::{Guard, ROUTES, Route};

/// What a route is asked about.
#[derive(Debug, Clone, Copy)]
enum About {
    Request(RequestId, Facts),
    Organisation(u128),
}

const BOUNDARY: &str = "multipart/form-data; boundary=x";

/// The fields of each form; what they name need not exist, and the version never was, so that nothing is changed.
fn form(path: &str, csrf: &str, world: &World) -> String {
    let id = "00000000-0000-0000-0000-00000000000b";
    if path.ends_with("/files") {
        return format!(
            "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\ncontent-disposition: \
             form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nbytes\r\n--x--\r\n"
        );
    }
    if let Some(body) = json(path) {
        return body.to_owned();
    }
    let fields = match path.trim_end_matches("/challenge").rsplit('/').next().unwrap() {
        "new" => format!("to={}&procedure=bud.18_subscriber", organisation(2)),
        "people" => {
            "name=New&email=new%40nbp.example&language=en&function=Clerk&accreditation=A-9&roles=officer&\
                     accredited_until=2027-01-01"
                .to_owned()
        }
        "check" => "kind=documents&request_itself=yes&passed=yes&note=x".to_owned(),
        "ask" => "code=N01&question=x".to_owned(),
        "answer" => format!("clarification={id}&text=x"),
        "amend" => format!("item={id}&category=SUBSCRIBER&value=x%40y.example&reason=x"),
        "decide" => format!("item={id}&decision=redirect&explanation=x"),
        "prepare" => format!("items={id}&files={id}&answers.{id}={id}"),
        "confirm" => format!("package={id}&found=intact"),
        "confirm_deletion" => format!("package={id}&deleted=x"),
        "postpone" => "clock=D01&days=1&reason=x".to_owned(),
        "contact-points" => format!("name={}&telephone=%2B999100200", world.contact_point(1).name),
        "active" => "active=yes".to_owned(),
        "roles" => "roles=administrator".to_owned(),
        "samples" | "extracts" => "size=1&reason=x".to_owned(),
        "tokens" => "name=t&scopes=read&days=1".to_owned(),
        _ => format!("package={id}&reason=x&reference=x&statement=x"),
    };
    format!("csrf={csrf}&version=999999&{fields}")
}

/// What a script sends there, where no form does.
fn json(path: &str) -> Option<&'static str> {
    match path.rsplit('/').next()? {
        "epochs" => Some(r#"{"epoch":1,"recipient":"x","signer":"x","grants":[]}"#),
        "grants" => Some(r#"{"epoch":1,"grants":[]}"#),
        "open" => Some(r#"{"purpose":"x"}"#),
        _ => None,
    }
}

/// The address of a route, about something.
fn address(path: &str, about: About, act: Option<RequestAct>) -> String {
    let id = match about {
        About::Request(id, _) => id.to_string(),
        About::Organisation(home) => organisation(home).to_string(),
    };
    let person = match about {
        About::Request(..) => OFFICER.person(),
        About::Organisation(home) => Who { home, role: ADMINISTRATOR.role }.person(),
    };
    let spare = "00000000-0000-0000-0000-00000000000b";
    path.replace("{id}", &id)
        .replace("{person}", &person.to_string())
        .replace("{file}", spare)
        .replace("{package}", spare)
        .replace("{token}", spare)
        .replace("{number}", spare)
        .replace("{revocation}", spare)
        .replace("{organisation}", spare)
        .replace("{kind}", "receipt")
        .replace("{act}", act.map_or("withdraw", RequestAct::as_str))
        .replace("court-bundle.zip", "court-bundle.zip?purpose=COURT")
}

/// Whether the table lets this person do what the route is for.
fn may(gate: &Gate, who: Who, route: &Route, about: About, act: Option<RequestAct>) -> bool {
    let actor = who.actor();
    let subject = Subject::Person(&actor);
    let actions: Vec<Action> = match act {
        Some(act) if route.changes => vec![Action::from(act)],
        _ => Action::ALL.iter().copied().filter(|action| route.actions.contains(&action.as_str())).collect(),
    };
    // No request here was erased.
    let actions: Vec<Action> = actions.into_iter().filter(|action| *action != Action::ErasureView).collect();
    let allowed = |action: &Action| {
        let (relation, facts) = match about {
            About::Request(_, facts) => {
                (subject.relation_to_request(organisation(1), organisation(2)), facts)
            }
            About::Organisation(_) => {
                let relation = match action {
                    Action::DirectoryView | Action::AccreditationView | Action::VettingView => {
                        Relation::Directory
                    }
                    Action::TrailView | Action::TrailSample | Action::TrailExtract | Action::FiguresView => {
                        Relation::Oversight
                    }
                    Action::RequestDraft => {
                        subject.relation_to_request(organisation(who.home), organisation(2))
                    }
                    _ => Relation::Own,
                };
                (relation, Facts { accredited: true, ..Facts::default() })
            }
        };
        expected(gate, who, *action, relation, facts) == Expected::Allowed
    };
    actions.is_empty() || actions.iter().any(allowed)
}

/// Whether the answer says that this person may not, or that there is no such thing.
fn refused(answer: &Answer) -> bool {
    let said = |code| {
        let words = Translator::embedded().refusal(Language::English, &Refusal::new(code));
        answer.text().contains(words.split(['’', '\'', '&', '<']).next().unwrap())
    };
    matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
        || said(RefusalCode::NotPermitted)
        || said(RefusalCode::NotFound)
}

/// A session and the token of its forms.
async fn signed_in(world: &World, who: Who) -> (String, String) {
    let session = world.session(who).await;
    let page = world.page(&session, "GET", "/procedures", &[], "").await.text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (session, csrf)
}

/// What a route can be asked about: the requests, the organisations, or nothing in particular.
fn subjects(route: &Route, who: Who, requests: [About; 2]) -> Vec<About> {
    if route.path.starts_with("/requests/{id}") {
        requests.to_vec()
    } else if route.path.contains('{') {
        (1..=5).map(About::Organisation).collect()
    } else {
        vec![About::Organisation(who.home)]
    }
}

/// The acts that a route can do: those with a form of their own.
fn acts(route: &Route) -> Vec<Option<RequestAct>> {
    if !(route.changes && route.path.contains("{act}")) {
        return vec![None];
    }
    let formless = [
        RequestAct::Draft,
        RequestAct::File,
        RequestAct::Tick,
        RequestAct::Freeze,
        RequestAct::Revise,
        RequestAct::Open,
    ];
    RequestAct::ALL.iter().copied().filter(|act| !formless.contains(act)).map(Some).collect()
}

/// One call, held against the table.
async fn try_page(
    (world, store, gate): (&World, &TestStore, &Gate),
    (who, session, csrf): (Who, &str, &str),
    (route, about, act): (&Route, About, Option<RequestAct>),
) {
    let path = address(route.path, about, act);
    let body = if route.changes { form(&path, csrf, world) } else { String::new() };
    let kind = match json(&path) {
        Some(_) => "application/json",
        None if path.ends_with("/files") => BOUNDARY,
        None => "application/x-www-form-urlencoded",
    };
    let headers = [
        ("origin", "http://127.0.0.1"),
        ("x-csrf-token", csrf),
        ("content-type", kind),
        ("upload-offset", "0"),
        ("upload-length", "4096"),
        ("upload-name", "a.csv"),
    ];
    let before = entries(store).await;
    let answer = world.page(session, route.method, &path, &headers, &body).await;
    let name = format!("{who:?}: {} {path}: {}\n{}", route.method, answer.status, answer.text());
    assert!(!answer.status.is_server_error(), "{name}");
    if may(gate, who, route, about, act) {
        let of_one = ["{person}", "/organisations/{id}"].iter().any(|part| route.path.contains(part));
        let own = matches!(about, About::Organisation(of) if of == who.home) || !of_one;
        // Nothing of another organisation is found, whoever looks; a file or token that is not there neither.
        let absent = !own
            || path.contains("/files/0")
            || path.contains("/tokens/0")
            || route.path.ends_with("/packages/{package}")
            // Nobody here holds a vault.
            || route.path.ends_with("/vault/grants")
            || path.starts_with("/trail/samples/")
            || path.starts_with("/accreditations/")
            || path.starts_with("/revocations/")
            || path.starts_with("/newcomers/");
        // The form of an act is there for whoever has the role for that act.
        let form = route.path.ends_with("{act}") && !route.changes;
        assert!(form || refused(&answer) == absent, "may: {name}");
    } else {
        assert!(refused(&answer), "may not: {name}");
        assert!(!route.changes || entries(store).await > before, "no trail: {name}");
    }
}

on_both_engines! {
    async fn pages_answer_as_the_permission_table_says(store) {
        let world = World::open(store).await;
        let gate = Gate::built_in();
        let accredited = Facts { accredited: true, ..Facts::default() };
        let sent = About::Request(world.sent().await, Facts { with_provider: true, ..accredited });
        let draft = About::Request(world.draft().await, accredited);
        let mut cells = 0;
        for who in Who::all() {
            let (mut session, mut csrf) = signed_in(&world, who).await;
            for route in ROUTES.iter().filter(|route| route.guard == Guard::Session) {
                for about in subjects(route, who, [sent, draft]) {
                    for act in acts(route) {
                        try_page((&world, store, &gate), (who, &session, &csrf), (route, about, act)).await;
                        cells += 1;
                    }
                    if route.path.contains("{person}") {
                        // Whose roles or admission were changed has been signed out, the caller perhaps.
                        (session, csrf) = signed_in(&world, who).await;
                    }
                }
            }
        }
        assert!(cells > 1_000, "{cells}");
    }
}
