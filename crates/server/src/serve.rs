//! Serving: the exchange behind its routes, with a worker for jobs, until a signal says stop.

use crate::config::{Config, system_clock};
use crate::tls::{self, Secured, TlsConfig};
use crate::witness::{self, Witness};
use crate::{OrganisationCommand, PersonCommand, vetting};
use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use comity_domain::party::Role;
use comity_domain::term::Language;
use comity_service::translation::Translator;
use comity_service::{
    Caller, Denied, Exchange, NewPerson, run_inspections, run_sealer, run_stamps, run_witnessing, run_worker,
};
use comity_web::{WebSettings, manifest_digest, with_operator};
use rustls::server::ServerConfig;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long answers that are on their way may still take once the store has failed.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Runs `comity serve`.
pub(crate) fn run(path: &Path) -> Result<(), String> {
    if comity_service::STUBBED {
        return Err(
            "this program was built for a bench: it asks nobody for permission and keeps no trail".to_owned()
        );
    }
    let config = Config::read(path)?;
    let listener = listen(config.listen)?;
    let operator = config.operator.as_ref().map(|operator| listen(operator.listen)).transpose()?;
    let exchange = Exchange::open(config.settings()?, system_clock()).map_err(|fault| fault.to_string())?;
    let web = config.web_settings();
    let secured = config.tls.as_ref().map(TlsConfig::read).transpose()?;
    let witness = config.witness().map(|set_up| Witness::open(set_up, system_clock())).transpose()?;
    for key in witness.iter().flat_map(Witness::verifier_keys) {
        tracing::info!(%key, "This instance witnesses other logs");
    }
    run_to_end(async {
        for organisation in config.organisation {
            exchange.put_organisation(&Caller::Operator, organisation).await.map_err(said)?;
        }
        let beside = witness.map_or_else(Router::new, |witness| {
            Router::new().nest("/witness", witness::routes(Arc::new(witness)))
        });
        serve(exchange, web, beside, (listener, secured), operator, |address| {
            tracing::info!(%address, "Comity serves");
        })
        .await
    })
}

/// The runtime of the program.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())
}

/// Runs a server, and does not wait for what a failed disk may never finish.
pub(crate) fn run_to_end(server: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = runtime()?;
    let ended = runtime.block_on(server);
    runtime.shutdown_timeout(LAST_ANSWERS);
    ended
}

/// Takes the address, before anything is opened or written for it; port 0 takes a free one.
pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(address).map_err(|error| format!("{address}: {error}"))?;
    listener.set_nonblocking(true).map_err(|error| format!("{address}: {error}"))?;
    Ok(listener)
}

/// Serves the exchange and the routes beside it until the process is told to stop, or the store has failed for good.
pub(crate) async fn serve(
    exchange: Exchange,
    web: WebSettings,
    beside: Router,
    (listener, secured): (TcpListener, Option<Arc<ServerConfig>>),
    operator: Option<TcpListener>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), String> {
    let listener = taken(listener)?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let operator = operator.map(taken).transpose()?;
    let (stop, stopped) = watch::channel(false);
    let (mut failed, mut broken) = (exchange.failed(), exchange.failed());
    let worker = tokio::spawn(run_worker(exchange.clone(), told(&stopped)));
    let inspections = tokio::spawn(run_inspections(exchange.clone(), told(&stopped)));
    let stamps = tokio::spawn(run_stamps(exchange.clone(), told(&stopped)));
    let sealer = tokio::spawn(run_sealer(exchange.clone(), told(&stopped)));
    let witnessing = tokio::spawn(run_witnessing(exchange.clone(), told(&stopped)));
    exchange.record_program(env!("CARGO_PKG_VERSION"), &manifest_digest()).await.map_err(said)?;
    let (program, metrics) = with_operator(exchange, web);
    if let Some(operator) = operator {
        serve_metrics(operator, metrics)?;
    }
    ready(address);
    let server = answer(listener, secured, program.merge(beside), told(&stopped))?;
    let signals = async move {
        tokio::select! {
            () = signal() => {}
            _ = failed.wait_for(|failed| *failed) => {}
        }
        stop.send_replace(true);
    };
    let work = async {
        let (ended, ()) = tokio::join!(server, signals);
        ended.map_err(|error| error.to_string())?;
        worker.await.map_err(|error| error.to_string())?;
        inspections.await.map_err(|error| error.to_string())?;
        stamps.await.map_err(|error| error.to_string())?;
        sealer.await.map_err(|error| error.to_string())?;
        witnessing.await.map_err(|error| error.to_string())
    };
    let last_answers = async {
        let _ = broken.wait_for(|failed| *failed).await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    let ended = tokio::select! {
        ended = work => ended,
        () = last_answers => Ok(()),
    };
    if *broken.borrow() {
        return Err(
            "stopped, because the storage failed under the database; the log says how. Nothing was acknowledged that \
             is not kept. See to the disk before you start again."
                .to_owned(),
        );
    }
    ended
}

fn serve_metrics(listener: tokio::net::TcpListener, metrics: Router) -> Result<(), String> {
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    tracing::info!(%address, "Metrics are served");
    // Nothing hangs on its end: it is cut when the runtime ends.
    tokio::spawn(axum::serve(listener, metrics).into_future());
    Ok(())
}

/// Is done once the server is told to stop.
fn told(stopped: &watch::Receiver<bool>) -> impl Future<Output = ()> + Send + use<> {
    let mut stopped = stopped.clone();
    async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    }
}

type Serving = Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>;

/// Answers until it is told to stop: with TLS where it is configured, and otherwise in the clear, behind a proxy.
fn answer(
    listener: tokio::net::TcpListener,
    secured: Option<Arc<ServerConfig>>,
    all: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<Serving, String> {
    Ok(match secured {
        None => Box::pin(axum::serve(listener, addressed(all)).with_graceful_shutdown(stop).into_future()),
        Some(config) => {
            let listener = Secured::start(listener, config).map_err(|error| error.to_string())?;
            let all = tls::addressed(all);
            Box::pin(axum::serve(listener, all).with_graceful_shutdown(stop).into_future())
        }
    })
}

/// Tells each request from which address it comes; what limits the tries to sign in goes by it.
fn addressed(all: Router) -> IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
    all.into_make_service_with_connect_info()
}

fn taken(listener: TcpListener) -> Result<tokio::net::TcpListener, String> {
    tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())
}

/// Waits until the process is told to stop.
pub(crate) async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

/// A denial as the console says it.
pub(crate) fn said(denied: Denied) -> String {
    match denied {
        Denied::Refused(refusals) => {
            let words = Translator::embedded();
            let lines: Vec<String> = refusals
                .iter()
                .map(|refusal| {
                    let field = refusal.field.as_deref().map_or(String::new(), |field| format!("{field}: "));
                    let message = words.refusal(Language::English, refusal);
                    format!("{field}{message} {}", words.remedy(Language::English, refusal))
                })
                .collect();
            lines.join("\n")
        }
        Denied::Fault(fault) => format!("fault {}", fault.id),
    }
}

/// Runs `comity person …`.
pub(crate) fn person(command: &PersonCommand) -> Result<(), String> {
    let PersonCommand::Invite { config, email, organisation, name, function, roles, accreditation } = command;
    let config = Config::read(config)?;
    let exchange = Exchange::open(config.settings()?, system_clock()).map_err(|fault| fault.to_string())?;
    let found = config.organisation.iter().find(|known| &known.code == organisation);
    let found = found.ok_or_else(|| format!("organisation {organisation}: not in the configuration"))?;
    let roles: Result<Vec<Role>, _> = roles.iter().map(|role| role.parse()).collect();
    let roles = roles.map_err(|_| {
        "role: one of officer, gatekeeper, authoriser, analyst, reviewer, administrator, auditor".to_owned()
    })?;
    let new = NewPerson {
        organisation: found.id,
        name: name.clone(),
        email: email.clone(),
        language: found.language,
        function: function.clone(),
        roles,
        accreditation: accreditation.clone(),
        accredited_until: exchange.now().plus_seconds(365 * 86_400),
        authoriser: None,
    };
    let organisation = found.clone();
    runtime()?.block_on(async {
        exchange.put_organisation(&Caller::Operator, organisation.clone()).await.map_err(said)?;
        let secret = match exchange.person_by_email(email).await.map_err(said)? {
            Some(person) => exchange.link(&Caller::Operator, organisation.id, person).await.map_err(said)?,
            None => exchange.invite(&Caller::Operator, new).await.map_err(said)?.1,
        };
        println!("{}/sign-in/link/{secret}", config.base_url.trim_end_matches('/'));
        Ok(())
    })
}

/// `comity organisation`.
pub(crate) fn organisation(command: &OrganisationCommand) -> Result<(), String> {
    let (config, organisation, status, reason) = match command {
        OrganisationCommand::Status { config, organisation, status, reason } => {
            (config, organisation, status, reason)
        }
        OrganisationCommand::Vetting(named) => return vetting::state(named),
        OrganisationCommand::Domain(arguments) => return vetting::domain(arguments),
        OrganisationCommand::Admit(arguments) => return vetting::admit(arguments),
        OrganisationCommand::Probation(arguments) => return vetting::probation(arguments),
    };
    let config = Config::read(config)?;
    let exchange = Exchange::open(config.settings()?, system_clock()).map_err(|fault| fault.to_string())?;
    let found = config.organisation.iter().find(|known| &known.code == organisation);
    let found = found.ok_or_else(|| format!("organisation {organisation}: not in the configuration"))?;
    let status = status.parse().map_err(|_| "status: one of active, suspended, left".to_owned())?;
    runtime()?.block_on(async {
        let stands = exchange.set_status(&Caller::Operator, found.id, status, reason).await.map_err(said)?;
        println!("{organisation}: {stands}");
        Ok(())
    })
}
