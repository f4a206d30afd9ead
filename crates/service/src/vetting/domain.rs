//! The look-up of a token in the DNS of a mail domain: one question to the configured resolver, bounded in time and size.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use std::net::SocketAddr;
use std::time::Duration;

/// The whole look-up may take so long.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many records of an answer are read.
const MOST_RECORDS: usize = 50;

/// The name under which an organisation publishes its token.
pub(super) fn name(mail_domain: &str) -> String {
    format!("_comity.{mail_domain}")
}

/// The text that stands there.
pub(super) fn text(token: &str) -> String {
    format!("comity={token}")
}

/// Whether the mail domain publishes the token; nothing where the resolver does not answer.
pub(super) async fn publishes(resolver: SocketAddr, mail_domain: &str, token: &str) -> Option<bool> {
    let connection = |mut connection: ConnectionConfig| {
        connection.port = resolver.port();
        connection
    };
    let connections = vec![connection(ConnectionConfig::udp()), connection(ConnectionConfig::tcp())];
    let server = NameServerConfig::new(resolver.ip(), true, connections);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().timeout = Duration::from_secs(2);
    builder.options_mut().attempts = 1;
    let resolver = builder.build().ok()?;
    // The last dot: no other domain is appended.
    let asked = resolver.txt_lookup(format!("{}.", name(mail_domain)));
    let answer = match tokio::time::timeout(PATIENCE, asked).await.ok()? {
        Ok(answer) => answer,
        Err(error) if error.is_no_records_found() => return Some(false),
        Err(_) => return None,
    };
    let wanted = text(token);
    let said = |data: &RData| match data {
        RData::TXT(text) => text.txt_data.concat() == wanted.as_bytes(),
        _ => false,
    };
    Some(answer.answers().iter().take(MOST_RECORDS).any(|record| said(&record.data)))
}
