//! What only the operator's own machine may ask: the metrics. They tell volumes, and an outsider must not see that an
//! emergency happens; so they are never a route of the program, but of a listener of their own.

use crate::measure::Measures;
use crate::state::State as App;
use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use comity_service::{Exchange, InstanceState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::net::IpAddr;
use std::sync::Arc;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes of the operator's listener: `GET /metrics`, in the text format that Prometheus reads.
pub(crate) fn routes(app: &App) -> Router {
    let collector = Collector::new(&app.exchange, &app.measures);
    let state = (app.exchange.clone(), Arc::new(collector));
    Router::new().route("/metrics", get(metrics)).with_state(state)
}

/// A page of another site, shown in a browser on this machine, must not read them under a name of its own (DNS rebinding).
fn asked_here(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else { return true };
    let host = host.to_str().unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(name, _)| name);
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn metrics(
    State((exchange, collector)): State<(Exchange, Arc<Collector>)>,
    headers: HeaderMap,
) -> Response {
    if !asked_here(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match exchange.measured().await {
        Ok(state) => collector.set(&state),
        // What is counted in this process is told all the same; the fault was logged.
        Err(_) => collector.down(),
    }
    let mut text = String::new();
    match encode(&mut text, &collector.registry) {
        Ok(()) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLog {
    log: String,
}

/// Every metric of the instance, and those that are read from the store when somebody asks.
struct Collector {
    registry: Registry,
    up: Gauge,
    healthy: Gauge,
    log_size: Family<OfLog, Gauge>,
    sealed_ago: Family<OfLog, Gauge>,
    unsealed: Gauge,
    unsealed_for: Gauge,
    due: Gauge,
    due_for: Gauge,
    failed: Gauge,
    sessions: Gauge,
    unsent: Gauge,
    free: Gauge,
    memory: Gauge,
    descriptors: Gauge,
}

impl Collector {
    fn new(exchange: &Exchange, measures: &Measures) -> Self {
        let mut registry = Registry::default();
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("comity_build", "This program", build);
        measures.register(&mut registry);
        exchange.register(&mut registry);
        let mut gauge = |name: &str, help: &str, unit: Option<Unit>| {
            let gauge = Gauge::default();
            match unit {
                Some(unit) => registry.register_with_unit(name, help, unit, gauge.clone()),
                None => registry.register(name, help, gauge.clone()),
            }
            gauge
        };
        let up = gauge("comity_store_up", "1 while the store answers", None);
        let healthy = gauge("comity_healthy", "1 while GET /health says that all is well", None);
        let unsealed = gauge("comity_ledger_pending_leaves", "Leaves that wait for their place", None);
        let unsealed_for =
            gauge("comity_ledger_pending", "How long the first of them waits", Some(Unit::Seconds));
        let due = gauge("comity_jobs_due", "Jobs that are due and held by nobody", None);
        let due_for =
            gauge("comity_jobs_late", "How long the first of them has been due", Some(Unit::Seconds));
        let failed = gauge("comity_jobs_failed", "Jobs that were given up", None);
        let sessions = gauge("comity_sessions", "Sessions that are live", None);
        let unsent = gauge("comity_notices_unsent", "Notices that wait for the mail server", None);
        let free =
            gauge("comity_disk_free", "What may still be written to the data folder", Some(Unit::Bytes));
        let memory = gauge("process_resident_memory", "Memory of this process", Some(Unit::Bytes));
        let descriptors = gauge("process_open_fds", "Open files and connections of this process", None);
        let (log_size, sealed_ago) = (Family::default(), Family::default());
        registry.register("comity_ledger_leaves", "Leaves of each log", log_size.clone());
        let help = "How long ago each log's newest checkpoint was signed";
        registry.register_with_unit("comity_ledger_sealed_ago", help, Unit::Seconds, sealed_ago.clone());
        Self {
            registry,
            up,
            healthy,
            log_size,
            sealed_ago,
            unsealed,
            unsealed_for,
            due,
            due_for,
            failed,
            sessions,
            unsent,
            free,
            memory,
            descriptors,
        }
    }

    fn down(&self) {
        self.up.set(0);
        self.healthy.set(0);
    }

    fn set(&self, state: &InstanceState) {
        let ago = |since: Option<comity_domain::time::Moment>| {
            since.map_or(0, |since| state.at.us().saturating_sub(since.us()).max(0) / 1_000_000)
        };
        for log in &state.logs {
            let of = OfLog { log: log.origin.clone() };
            self.log_size.get_or_create(&of).set(i64::try_from(log.size).unwrap_or(i64::MAX));
            self.sealed_ago.get_or_create(&of).set(ago(Some(log.sealed_at)));
        }
        self.healthy.set(i64::from(state.health.is_well()));
        self.unsealed.set(state.unsealed.0);
        self.unsealed_for.set(ago(state.unsealed.1));
        self.due.set(state.due.0);
        self.due_for.set(ago(state.due.1));
        self.failed.set(state.failed);
        self.sessions.set(state.sessions);
        self.unsent.set(state.unsent);
        self.free.set(state.free_bytes.map_or(-1, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX)));
        let (memory, descriptors) = process();
        self.memory.set(memory);
        self.descriptors.set(descriptors);
        self.up.set(1);
    }
}

/// Resident memory in bytes and open descriptors, as Linux tells them; zero where it does not.
fn process() -> (i64, i64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<i64>().ok());
    let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (kilobytes.unwrap_or(0).saturating_mul(1024), i64::try_from(descriptors).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_of_this_machine_is_answered() {
        let asked = |host: &'static str| {
            asked_here(&HeaderMap::from_iter([(HOST, axum::http::HeaderValue::from_static(host))]))
        };
        for host in ["127.0.0.1:9464", "localhost:9464", "localhost", "[::1]:9464", "[::1]", "127.0.0.9:9464"]
        {
            assert!(asked(host), "{host}");
        }
        for host in ["evil.example:9464", "127.0.0.1.evil.example", "", "[::2]:9464", "localhost:9464:1"] {
            assert!(!asked(host), "{host}");
        }
    }
}
