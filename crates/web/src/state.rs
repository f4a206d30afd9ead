//! What every handler can reach, and how the program sets it up.
//! It assumes settings that were checked at the start; it never holds anything of one request.

use crate::limit::Attempts;
use crate::measure::Measures;
use crate::paper::Press;
use comity_service::Exchange;
use comity_service::translation::Translator;
use std::path::PathBuf;
use std::sync::Arc;

/// How this instance names itself in messages of a standard interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Two capital letters, ISO 3166-1.
    pub country: String,
    /// Unique within that country.
    pub unique_id: String,
}

/// What the program decides once.
pub struct WebSettings {
    /// Where people and systems reach this instance, without a slash at the end; `https` makes cookies secure.
    pub base_url: String,
    /// Whether anybody may become one of the fictional people of the demonstration.
    pub demo: bool,
    /// The texts.
    pub words: Translator,
    /// The name of this instance in messages of a standard interface.
    pub interop: Endpoint,
    /// Most bytes of one uploaded file.
    pub upload_limit: u64,
    /// The program that sets papers.
    pub papers: PathBuf,
}

/// What every handler can reach.
#[derive(Clone)]
pub struct State {
    /// The service.
    pub exchange: Exchange,
    /// The texts.
    pub words: Arc<Translator>,
    /// Whether this is a demonstration.
    pub demo: bool,
    /// Where this instance is reached, without a slash at the end.
    pub base_url: Arc<str>,
    /// Its name in messages of a standard interface.
    pub(crate) interop: Arc<Endpoint>,
    /// Most bytes of one uploaded file.
    pub(crate) upload_limit: u64,
    /// What sets papers.
    pub(crate) press: Arc<Press>,
    /// What is counted.
    pub(crate) measures: Arc<Measures>,
    /// How often each address has tried to sign in.
    pub(crate) attempts: Arc<Attempts>,
}

impl State {
    pub(crate) fn new(exchange: Exchange, settings: WebSettings) -> Self {
        Self {
            exchange,
            words: Arc::new(settings.words),
            demo: settings.demo,
            base_url: settings.base_url.trim_end_matches('/').into(),
            interop: Arc::new(settings.interop),
            upload_limit: settings.upload_limit,
            press: Arc::new(Press::new(settings.papers)),
            measures: Arc::new(Measures::new()),
            attempts: Arc::new(Attempts::default()),
        }
    }

    /// Whether cookies travel over TLS only.
    pub(crate) fn secure(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}
