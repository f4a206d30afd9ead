//! An instance with one authority and one provider, and a way to send it a request.

use axum::body::{Body, to_bytes};
use axum::http::response::Parts;
use axum::http::{Request, StatusCode};
use comity_domain::calendar::Calendar;
use comity_domain::id::OrganisationId;
use comity_domain::party::{Organisation, OrganisationKind};
use comity_domain::procedure::{PinnedProcedure, ProcedureSet};
use comity_domain::term::Language;
use comity_service::translation::Translator;
use comity_service::{Caller, Exchange, PeerProcedures, Settings};
use comity_store::testing::TestStore;
use comity_web::{Endpoint, WebSettings, app};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) struct Instance {
    router: axum::Router,
    pub(crate) peer: String,
}

/// The folder of standards beside the checkout, if it is there.
pub(crate) fn standards() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/standards/etsi-103120/v1.23.1");
    folder.is_dir().then_some(folder)
}

fn organisation(id: u128, kind: OrganisationKind, code: &str) -> Organisation {
    Organisation {
        id: OrganisationId::new(Uuid::from_u128(id)),
        kind,
        name: code.to_owned(),
        code: code.to_owned(),
        country: "XA".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        language: Language::English,
        mail_domain: format!("{}.example", code.to_lowercase()),
        switchboard: "+999100200".to_owned(),
        services: Vec::new(),
    }
}

impl Instance {
    pub(crate) async fn open(store: &TestStore) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../procedures");
        let mut procedures = ProcedureSet::default();
        for file in ["bud/18_subscriber.toml", "bud/16_preservation.toml"] {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            procedures.add(PinnedProcedure::from_toml(&text).unwrap());
        }
        let calendar = std::fs::read_to_string(folder.join("calendars/xa.toml")).unwrap();
        let settings = Settings {
            database: store.config().database.clone(),
            data: store.dir().to_owned(),
            procedures,
            calendars: vec![Calendar::from_toml(&calendar).unwrap()],
            permissions: None,
            smtp: None,
            base_url: "http://127.0.0.1".to_owned(),
            upload_limit: 1_000_000,
            loose_file_days: 7,
            vetting: comity_service::VettingSettings::default(),
            inspector: comity_service::Inspector::Here,
            time_stamps: None,
            device_bound: Vec::new(),
            identity_providers: Vec::new(),
            ledger: comity_service::LedgerSettings::named("log.example"),
            demo: true,
        };
        let now: jiff::Timestamp = "2026-11-23T13:00:00Z".parse().unwrap();
        let open = move || Exchange::open(settings, Arc::new(move || now)).unwrap();
        let exchange = tokio::task::spawn_blocking(open).await.unwrap();
        let (from, to) = (
            organisation(1, OrganisationKind::Authority, "NBP"),
            organisation(2, OrganisationKind::Provider, "HBT"),
        );
        let ids = (from.id, to.id);
        exchange.put_organisation(&Caller::Operator, from).await.unwrap();
        exchange.put_organisation(&Caller::Operator, to).await.unwrap();
        let procedures = PeerProcedures {
            disclosure: "bud.18_subscriber".to_owned(),
            preservation: "bud.16_preservation".to_owned(),
        };
        let peer =
            exchange.add_peer_token(&Caller::Operator, ids.0, ids.1, "link", procedures).await.unwrap();
        let web = WebSettings {
            base_url: "http://127.0.0.1".to_owned(),
            demo: true,
            words: Translator::embedded(),
            interop: Endpoint { country: "XA".to_owned(), unique_id: "HBT".to_owned() },
            upload_limit: 1_000_000,
            papers: PathBuf::new(),
        };
        Self { router: app(exchange, web), peer }
    }

    /// Sends a request and answers what comes back, whole.
    pub(crate) async fn send(&self, request: Request<Body>) -> (Parts, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4_000_000).await.unwrap();
        (parts, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Posts a message of the standard interface.
    pub(crate) async fn post(&self, kind: &str, body: Vec<u8>) -> (StatusCode, String) {
        let request = Request::post("/interop/etsi/103120")
            .header("authorization", format!("Bearer {}", self.peer))
            .header("content-type", kind)
            .body(Body::from(body));
        let (parts, body) = self.send(request.unwrap()).await;
        (parts.status, body)
    }
}
