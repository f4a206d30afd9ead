//! The demonstration: fictional organisations and people, requests in every state, on this machine only.
//! Everything in it is brought about by the same acts that people do; nothing is written past the service.

mod people;
mod story;

use crate::config::{
    add_folder, inspector, papers_beside, shipped_calendars, shipped_procedures, system_clock,
};
use crate::serve::{listen, run_to_end, said, serve};
use comity_domain::id::OrganisationId;
use comity_domain::party::Role;
use comity_domain::procedure::ProcedureSet;
use comity_service::translation::Translator;
use comity_service::{Caller, Exchange, LedgerSettings, PeerProcedures, QueueQuery, Settings};
use comity_store::Database;
use comity_web::{Endpoint, WebSettings};
use people::{ORGANISATIONS, PEOPLE, organisation_id, person_id};
use std::net::SocketAddr;
use std::path::Path;

const UPLOAD_LIMIT: u64 = 1024 * 1024 * 1024;

/// Runs `comity demo`.
pub(crate) fn run(
    address: SocketAddr,
    data: &Path,
    database_url: Option<&str>,
    procedures: Option<&Path>,
) -> Result<(), String> {
    if !address.ip().is_loopback() {
        return Err(
            "--listen: only a loopback address, because anybody who can reach the demonstration can be \
                    anybody in it"
                .to_owned(),
        );
    }
    std::fs::create_dir_all(data).map_err(|error| format!("{}: {error}", data.display()))?;
    let listener = listen(address)?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let base_url = format!("http://{address}");
    let mut set = shipped_procedures()?;
    if let Some(folder) = procedures {
        add_folder(folder, &mut set)?;
    }
    let settings = settings(database(data, database_url), data, &base_url, set)?;
    let exchange = Exchange::open(settings, system_clock()).map_err(|fault| fault.to_string())?;
    let web = web_settings(&base_url);
    run_to_end(async {
        people::set_up(&exchange).await?;
        if nothing_told(&exchange).await? {
            story::tell(&exchange).await?;
            people::newcomers(&exchange).await?;
        }
        let contract = contract(&exchange, &base_url).await?;
        serve(exchange, web, axum::Router::new(), (listener, None), None, |_| {
            let written = std::fs::write(data.join("demo.json"), contract);
            match written {
                Ok(()) => println!("Comity's demonstration is ready: {base_url}"),
                Err(error) => eprintln!("comity: demo.json: {error}"),
            }
        })
        .await
    })
}

async fn nothing_told(exchange: &Exchange) -> Result<bool, String> {
    let officer = people::caller("laurent", exchange.now())?;
    let queue = exchange.queue(&officer, QueueQuery::default()).await.map_err(said)?;
    Ok(queue.states.is_empty())
}

/// Where a demonstration keeps its rows: a file in its folder, or an empty PostgreSQL database of its own.
pub(crate) fn database(data: &Path, url: Option<&str>) -> Database {
    match url {
        None => Database::Sqlite(data.join("comity.sqlite")),
        Some(url) => Database::Postgres(url.to_owned()),
    }
}

/// How the service of a demonstration is set up.
pub(crate) fn settings(
    database: Database,
    data: &Path,
    base_url: &str,
    procedures: ProcedureSet,
) -> Result<Settings, String> {
    Ok(Settings {
        database,
        data: data.to_owned(),
        procedures,
        calendars: shipped_calendars()?,
        permissions: None,
        smtp: None,
        base_url: base_url.to_owned(),
        upload_limit: UPLOAD_LIMIT,
        loose_file_days: comity_service::LOOSE_FILE_DAYS,
        vetting: comity_service::VettingSettings::default(),
        inspector: inspector(),
        time_stamps: None,
        device_bound: Vec::new(),
        identity_providers: Vec::new(),
        ledger: LedgerSettings::named("demo.comity.example/ledger"),
        demo: true,
    })
}

/// Its organisations by their codes.
pub(crate) fn organisations() -> Vec<(String, OrganisationId)> {
    ORGANISATIONS.iter().map(|known| (known.code.to_owned(), organisation_id(known.code))).collect()
}

/// How its pages are set up.
pub(crate) fn web_settings(base_url: &str) -> WebSettings {
    WebSettings {
        base_url: base_url.to_owned(),
        demo: true,
        words: Translator::embedded(),
        interop: Endpoint { country: "XA".to_owned(), unique_id: "HBT".to_owned() },
        upload_limit: UPLOAD_LIMIT,
        papers: papers_beside(),
    }
}

/// The content of `demo.json`: addresses and tokens for scripts.
async fn contract(exchange: &Exchange, base_url: &str) -> Result<String, String> {
    let operator = Caller::Operator;
    let mut personas = Vec::new();
    for person in PEOPLE {
        let organisation = organisation_id(person.organisation);
        let id = person_id(person.key);
        let scopes: &[&str] = if person.roles.contains(&Role::Administrator) {
            &["read", "act", "administer"]
        } else {
            &["read", "act"]
        };
        let token =
            exchange.add_token_for(&operator, id, organisation, "demo", scopes).await.map_err(said)?;
        let name = ORGANISATIONS.iter().find(|o| o.code == person.organisation).map_or("", |o| o.name);
        let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
        personas.push(serde_json::json!({
            "id": id, "name": person.name, "organisation": name, "roles": roles, "token": token,
        }));
    }
    let procedures = PeerProcedures {
        disclosure: "bud.18_subscriber".to_owned(),
        preservation: "bud.16_preservation".to_owned(),
    };
    let (from, to) = (organisation_id("NBP"), organisation_id("HBT"));
    let peer = exchange.add_peer_token(&operator, from, to, "demo link", procedures).await.map_err(said)?;
    let contract = serde_json::json!({
        "base_url": base_url,
        "personas": personas,
        "interop": { "url": format!("{base_url}/interop/etsi/103120"), "token": peer },
    });
    serde_json::to_string_pretty(&contract).map_err(|error| error.to_string())
}
