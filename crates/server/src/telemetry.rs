//! Logs and traces of this process. Both carry words of this program, numbers and identifiers, and never a value of a
//! case (rule 10, T32): other crates, which may log what they handle, are heard from a warning on and not below.

use bytes::Bytes;
use comity_service::stays_private;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::io::IsTerminal as _;
use std::pin::Pin;
use std::time::Duration;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, fmt};

/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

type BoxedLayer = Box<dyn tracing_subscriber::Layer<Registry> + Send + Sync>;

/// Traces that are on their way to a collector, where one is configured; handed over when this ends.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = &self.0
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "The last traces could not be handed over");
        }
    }
}

/// Begins to log as the environment says: `COMITY_LOG` which (`info` by default), `COMITY_LOG_FORMAT` how (`text` or
/// `json`), `COMITY_TRACES` the collector of traces (OTLP over HTTP), none by default.
pub(crate) fn start() -> Result<Traces, String> {
    let format = std::env::var("COMITY_LOG_FORMAT").unwrap_or_default();
    let mut layers = vec![log_layer(&format)?];
    let provider = std::env::var("COMITY_TRACES").ok().map(|url| provider(&url)).transpose()?;
    if let Some(provider) = &provider {
        let tracer = provider.tracer("comity");
        let layer =
            tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false);
        layers.push(layer.with_filter(filter_fn(|metadata| metadata.is_span() && is_ours(metadata))).boxed());
    }
    // Without the bridge from the crate `log`, through which a database driver tells the values that it sends.
    tracing::subscriber::set_global_default(Registry::default().with(layers)).map_err(|e| e.to_string())?;
    std::panic::set_hook(Box::new(|panic| {
        // A text that was put together may repeat values; one that stands in the program cannot.
        let said = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or_default();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, said, "A panic");
    }));
    Ok(Traces(provider))
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("comity")
}

fn log_layer(format: &str) -> Result<BoxedLayer, String> {
    let wanted = EnvFilter::try_from_env("COMITY_LOG").unwrap_or_else(|_| "info".into());
    let heard = filter_fn(|metadata| is_ours(metadata) || *metadata.level() <= Level::WARN);
    let filter = wanted.and(heard);
    let layer = fmt::layer().with_writer(std::io::stderr);
    match format {
        "" | "text" => Ok(layer.with_ansi(std::io::stderr().is_terminal()).with_filter(filter).boxed()),
        "json" => Ok(layer.json().flatten_event(true).with_filter(filter).boxed()),
        other => Err(format!("COMITY_LOG_FORMAT: text or json, not {other}")),
    }
}

fn provider(url: &str) -> Result<SdkTracerProvider, String> {
    if !stays_private(url) {
        return Err("COMITY_TRACES: an https address, or an http address of this machine".to_owned());
    }
    let settings = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector(settings.build().new_agent()))
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(format!("{}/v1/traces", url.trim_end_matches('/')))
        .build()
        .map_err(|error| format!("COMITY_TRACES: {error}"))?;
    let resource = Resource::builder().with_service_name("comity").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// The client of the exporter, which calls it on a thread of its own: it may block.
#[derive(Debug)]
struct Collector(ureq::Agent);

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Collector {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Sent<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let (head, mut body) = self.0.run(request.map(|body| body.to_vec()))?.into_parts();
            Ok(Response::from_parts(head, Bytes::from(body.read_to_vec()?)))
        })
    }
}
