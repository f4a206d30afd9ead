//! Pages, JSON API and standard interfaces: HTTP in front of the service, and nothing of its own to say.
//! It assumes that every question and act asks the gate again below; it never touches the store and decides nothing.

mod api;
mod assets;
mod error;
mod evidence;
mod form;
mod interop;
mod ledger;
mod limit;
mod measure;
mod operator;
mod pages;
mod paper;
mod router;
mod security;
mod session;
mod state;
mod transfer;
mod words;

pub use assets::manifest_digest;
pub use error::status_of;
pub use interop::import_etsi_103120;
pub use router::{Guard, ROUTES, Route, Scope, app, openapi, with_operator};
pub use state::{Endpoint, State, WebSettings};
