//! Requests as numbers: how many, how they ended, how long they took, by the template of their route. A label is a word
//! of the route table and never an address, so a link's secret or a dossier's identifier cannot stand in one (T32).

use crate::router::ROUTES;
use axum::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::collections::HashMap;
use std::time::Duration;

/// From an answer out of memory to a file over a slow line, in seconds.
const SECONDS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.03, 0.1, 0.5, 2.0, 10.0, 60.0];
/// For a request that no route answers.
const NONE: &str = "none";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    status: &'static str,
}

#[derive(Clone)]
struct Buckets;

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

/// The counters of the web.
pub(crate) struct Measures {
    routes: HashMap<&'static str, &'static str>,
    answers: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram, Buckets>,
}

impl Measures {
    pub(crate) fn new() -> Self {
        Self {
            routes: ROUTES.iter().map(|route| (route.path, route.path)).collect(),
            answers: Family::default(),
            seconds: Family::new_with_constructor(Buckets),
        }
    }

    /// A request to a route, by its template, was answered.
    pub(crate) fn answered(&self, method: &Method, template: &str, status: u16, took: Duration) {
        let method = word(method);
        let route = self.routes.get(template).copied().unwrap_or(NONE);
        self.answers.get_or_create(&Answered { method, route, status: class(status) }).inc();
        self.seconds.get_or_create(&Asked { method, route }).observe(took.as_secs_f64());
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let help = "Requests answered, by route and class of status";
        registry.register("comity_http_requests", help, self.answers.clone());
        let help = "From a request to the head of its answer";
        registry.register_with_unit("comity_http", help, Unit::Seconds, self.seconds.clone());
    }
}

/// A caller may send any word as its method: those that no route has are one.
fn word(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

const fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
