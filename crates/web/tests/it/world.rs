//! Two authorities, two providers and an oversight body with one person in every role, reached over HTTP alone.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use comity_domain::calendar::Calendar;
use comity_domain::id::{ContactPointId, OrganisationId, PersonId, RequestId};
use comity_domain::party::{
    Actor, AuthoriserMandate, ContactPoint, Membership, Organisation, OrganisationKind, Person, Role,
};
use comity_domain::procedure::{FieldKind, PinnedProcedure, ProcedureSet};
use comity_domain::term::{AuthoriserType, Independence, Language};
use comity_domain::time::Moment;
use comity_service::translation::Translator;
use comity_service::{Caller, Exchange, Inspector, Settings};
use comity_store::testing::TestStore;
use comity_web::{Endpoint, Scope, WebSettings, with_operator};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const OFFICER: Who = Who { home: 1, role: Role::Officer };
pub(crate) const GATEKEEPER: Who = Who { home: 1, role: Role::Gatekeeper };
pub(crate) const AUTHORISER: Who = Who { home: 1, role: Role::Authoriser };
pub(crate) const ANALYST: Who = Who { home: 2, role: Role::Analyst };
pub(crate) const ADMINISTRATOR: Who = Who { home: 1, role: Role::Administrator };
pub(crate) const AUDITOR: Who = Who { home: 3, role: Role::Auditor };

const PROCEDURE: &str = "bud.18_subscriber";
const BASE_URL: &str = "http://127.0.0.1";

/// One person: the one in that role of that organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) home: u128,
    pub(crate) role: Role,
}

/// What an organisation of the world is.
pub(crate) const fn kind(home: u128) -> OrganisationKind {
    match home {
        1 | 4 => OrganisationKind::Authority,
        3 => OrganisationKind::Oversight,
        _ => OrganisationKind::Provider,
    }
}

pub(crate) fn organisation(number: u128) -> OrganisationId {
    OrganisationId::new(Uuid::from_u128(number))
}

impl Who {
    /// Everybody.
    pub(crate) fn all() -> Vec<Self> {
        let homes =
            (1..=5_u128).flat_map(|home| Role::ALL.iter().map(move |role| Self { home, role: *role }));
        homes.filter(|who| who.role.belongs_to(kind(who.home))).collect()
    }

    pub(crate) fn person(self) -> PersonId {
        PersonId::new(Uuid::from_u128(self.home * 100 + self.role as u128 + 1))
    }

    fn membership(self) -> Membership {
        Membership {
            person: self.person(),
            organisation: organisation(self.home),
            roles: vec![self.role],
            function: "Inspector".to_owned(),
            accreditation: format!("A-{}", self.person()),
            accredited_until: "2027-11-23T14:00:00+01:00".parse().unwrap(),
            withdrawn_at: None,
            authoriser: (self.role == Role::Authoriser).then_some(AuthoriserMandate {
                kind: AuthoriserType::InvestigatingJudge,
                independence: Independence::Judicial,
            }),
        }
    }

    /// As the policy sees them.
    pub(crate) fn actor(self) -> Actor {
        let m = self.membership();
        Actor {
            person: m.person,
            name: String::new(),
            organisation: m.organisation,
            organisation_kind: kind(self.home),
            roles: m.roles,
            function: m.function,
            accreditation: m.accreditation,
            accredited_until: m.accredited_until,
            authoriser: m.authoriser,
        }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    /// The code of the first refusal of a problem; empty where there is none.
    pub(crate) fn code(&self) -> String {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem["refusals"][0]["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) struct World {
    pub(crate) exchange: Exchange,
    router: axum::Router,
    operator: axum::Router,
}

impl World {
    pub(crate) async fn open(store: &TestStore) -> Self {
        Self::with_press(store, "good").await
    }

    /// The same with one of the presses of `tests/press`.
    pub(crate) async fn with_press(store: &TestStore, press: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../procedures");
        let mut procedures = ProcedureSet::default();
        let text = std::fs::read_to_string(folder.join("bud/18_subscriber.toml")).unwrap();
        procedures.add(PinnedProcedure::from_toml(&text).unwrap());
        let calendar = std::fs::read_to_string(folder.join("calendars/xa.toml")).unwrap();
        let settings = Settings {
            database: store.config().database.clone(),
            data: store.dir().to_owned(),
            procedures,
            calendars: vec![Calendar::from_toml(&calendar).unwrap()],
            permissions: None,
            smtp: None,
            base_url: BASE_URL.to_owned(),
            upload_limit: 1_000_000,
            loose_file_days: 7,
            vetting: comity_service::VettingSettings::default(),
            inspector: Inspector::Here,
            time_stamps: None,
            device_bound: Vec::new(),
            identity_providers: Vec::new(),
            ledger: comity_service::LedgerSettings::named("log.example"),
            demo: true,
        };
        let now: jiff::Timestamp = "2026-11-23T13:00:00Z".parse().unwrap();
        let open = move || Exchange::open(settings, Arc::new(move || now)).unwrap();
        let exchange = tokio::task::spawn_blocking(open).await.unwrap();
        let web = WebSettings {
            base_url: BASE_URL.to_owned(),
            demo: true,
            words: Translator::embedded(),
            interop: Endpoint { country: "XA".to_owned(), unique_id: "HBT".to_owned() },
            upload_limit: 1_000_000,
            papers: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/press").join(press),
        };
        let (router, operator) = with_operator(exchange.clone(), web);
        let world = Self { exchange, router, operator };
        world.set_up().await;
        world
    }

    async fn set_up(&self) {
        for (number, code) in [(1, "NBP"), (2, "HBT"), (3, "OVB"), (4, "SBP"), (5, "OTH")] {
            let new = Organisation {
                id: organisation(number),
                kind: kind(number),
                name: format!("Organisation {code}"),
                code: code.to_owned(),
                country: "XA".to_owned(),
                time_zone: "Europe/Paris".to_owned(),
                language: Language::English,
                mail_domain: format!("{}.example", code.to_lowercase()),
                switchboard: "+999100200".to_owned(),
                services: Vec::new(),
            };
            self.exchange.put_organisation(&Caller::Operator, new).await.unwrap();
            self.exchange.set_contact_point(&Caller::Operator, self.contact_point(number)).await.unwrap();
        }
        for who in Who::all() {
            let person = Person {
                id: who.person(),
                name: format!("{} of {}", who.role, who.home),
                email: format!("{}{}@any.example", who.role, who.home),
                language: Language::English,
                active: true,
            };
            self.exchange.put_person(&Caller::Operator, person, vec![who.membership()]).await.unwrap();
        }
    }

    pub(crate) fn contact_point(&self, home: u128) -> ContactPoint {
        ContactPoint {
            id: ContactPointId::new(Uuid::from_u128(home)),
            organisation: organisation(home),
            name: "Duty desk".to_owned(),
            telephone: "+999100207".to_owned(),
            email: "desk@any.example".to_owned(),
            hours: "24/7".to_owned(),
            languages: vec!["en".to_owned()],
            source: "Official gazette".to_owned(),
            confirmed_at: self.exchange.now(),
        }
    }

    /// A question on the operator's own listener.
    pub(crate) async fn operator(&self, path: &str) -> Answer {
        Self::ask(&self.operator, Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        Self::ask(&self.router, request).await
    }

    async fn ask(router: &axum::Router, request: Request<Body>) -> Answer {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 4_000_000).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A call by nobody.
    pub(crate) async fn bare(&self, method: &str, path: &str) -> Answer {
        let method: Method = method.parse().unwrap();
        self.send(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
    }

    /// A token of one person for everything that a person's token can be for.
    pub(crate) async fn token(&self, who: Who) -> String {
        self.scoped(who, &["read", "act", "administer"]).await
    }

    /// A token for one thing.
    pub(crate) async fn token_with(&self, scope: Scope) -> String {
        self.scoped(OFFICER, &[scope.as_str()]).await
    }

    async fn scoped(&self, who: Who, scopes: &[&str]) -> String {
        let home = organisation(who.home);
        self.exchange.add_token_for(&Caller::Operator, who.person(), home, "test", scopes).await.unwrap()
    }

    /// A session of one person.
    pub(crate) async fn session(&self, who: Who) -> String {
        self.exchange.persona_session(who.person()).await.unwrap()
    }

    /// A call of the API that must not be repeated by version: acts see a version that never was.
    pub(crate) async fn call(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call_with(token, method, path, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// A part of a file, from its beginning.
    pub(crate) async fn bytes(&self, token: &str, method: &str, path: &str, content: &[u8]) -> Answer {
        let request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/octet-stream")
            .header("upload-offset", "0");
        self.send(request.body(Body::from(content.to_vec())).unwrap()).await
    }

    /// A request of a page by a session.
    pub(crate) async fn page(
        &self,
        session: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        if headers.iter().all(|(name, _)| *name != "cookie") {
            request = request.header("cookie", format!("comity={session}"));
        }
        if headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// A complete draft of the procedure, as the API takes it.
    pub(crate) fn complete_draft(&self) -> Value {
        let rules = &self.exchange.procedures().newest(PROCEDURE).unwrap().procedure;
        let mut answers = serde_json::Map::new();
        for field in &rules.field {
            let typed = match field.kind {
                FieldKind::Text | FieldKind::LongText => "As in the case file.",
                FieldKind::Date => "2026-12-24",
                FieldKind::Choice => field.choice[0].value.as_str(),
                FieldKind::YesNo => "yes",
                FieldKind::Telephone => "+999100201",
                FieldKind::Email => "duty@nbp.example",
                FieldKind::Number => "60",
            };
            if field.required || field.kind == FieldKind::Number {
                answers.insert(field.name.clone(), json!(typed));
            }
        }
        json!({ "priority": "P2_NORMAL", "answers": answers, "items": [{
            "value": "one@mail.example",
            "category": "SUBSCRIBER",
            "from": "2026-11-01T00:00:00+01:00",
            "to": "2026-11-10T00:00:00+01:00",
        }] })
    }

    /// The body that begins a request to organisation 2.
    pub(crate) fn new_request(&self) -> Value {
        json!({ "to": organisation(2), "procedure": PROCEDURE, "draft": self.complete_draft() })
    }

    /// A new draft of the officer.
    pub(crate) async fn draft(&self) -> RequestId {
        let token = self.token(OFFICER).await;
        let answer = self.call(&token, "POST", "/api/v1/requests", Some(self.new_request())).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()["request"].as_str().unwrap().parse().unwrap()
    }

    /// Does an act that must succeed.
    pub(crate) async fn act(&self, who: Who, id: RequestId, command: Value) -> Answer {
        let path = format!("/api/v1/requests/{id}/acts");
        let answer = self.call(&self.token(who).await, "POST", &path, Some(command)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer
    }

    /// A request that has reached the provider.
    pub(crate) async fn sent(&self) -> RequestId {
        let id = self.draft().await;
        self.act(OFFICER, id, json!({ "act": "submit" })).await;
        self.act(GATEKEEPER, id, json!({ "act": "forward" })).await;
        self.act(AUTHORISER, id, json!({ "act": "authorise", "statement": "Necessary." })).await;
        self.act(OFFICER, id, json!({ "act": "send" })).await;
        id
    }

    /// The time of this world.
    pub(crate) fn now(&self) -> Moment {
        self.exchange.now()
    }
}
