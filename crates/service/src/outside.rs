//! Where an instance asks others over a network, and how (T29): addresses that its configuration names, encrypted or on this
//! machine, without following anybody elsewhere. Witnesses, authorities for time stamps, identity providers and the
//! collector of traces are all asked by these rules.

use std::time::Duration;
use ureq::http::Uri;

/// Whether nobody on the way can read what is sent there: `https`, or `http` on this machine. An address with user
/// information is none, because it is read as another one.
pub fn stays_private(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    let named = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    named
        && matches!(
            (uri.scheme_str(), uri.host()),
            (Some("https"), Some(_)) | (Some("http"), Some("localhost" | "127.0.0.1" | "[::1]"))
        )
}

/// A client that waits so long for an answer, goes where it is sent and nowhere else, and gives any status as an answer.
pub(crate) fn client(patience: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .new_agent()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_this_machine_is_encrypted() {
        for address in [
            "https://otel.example",
            "http://127.0.0.1:4318",
            "http://localhost/",
            "http://[::1]",
            "http://[::1]:4318/x",
        ] {
            assert!(stays_private(address), "{address}");
        }
        for address in [
            "http://otel.example:4318",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example",
            "http://localhost:x@evil.example",
            "https://otel.example@evil.example",
            "ftp://localhost",
            "127.0.0.1:4318",
            "https://",
            "",
        ] {
            assert!(!stays_private(address), "{address}");
        }
    }
}
