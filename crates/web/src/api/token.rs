//! Who calls the API: a bearer token and its scopes, looked up anew for every call.
//! The scope stands in the handler's signature, so that none forgets to ask for it.

use crate::error::PageError;
use crate::state::State;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use comity_domain::refusal::RefusalCode;
use comity_domain::term::Language;
use comity_service::Caller;
use std::marker::PhantomData;

/// Longest token that is looked up at all, in bytes.
const MAX_TOKEN: usize = 256;

/// SHA-256 of the client certificate with which a connection was made. Whoever accepts the connection puts it beside each
/// request of it; no header ever does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientCertificate(pub [u8; 32]);

/// What a token may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Questions.
    Read,
    /// Acts on requests, drafts and files.
    Act,
    /// The own organisation's people, contact points and tokens.
    Administer,
    /// Messages of a standard interface.
    Interop,
}

impl Scope {
    /// The name in a token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Act => "act",
            Self::Administer => "administer",
            Self::Interop => "interop",
        }
    }
}

/// A scope as a type, so that a handler says in its signature what its token must be for.
pub(crate) trait Needs {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! needs {
    ($($name:ident),+) => {$(
        /// See the member of [`Scope`] of this name.
        pub(crate) enum $name {}

        impl Needs for $name {
            const SCOPE: Scope = Scope::$name;
        }
    )+};
}

needs!(Read, Act, Administer, Interop);

/// A token that is valid now and has the scope; without, nothing else of the call is read.
pub(crate) struct Token<N> {
    /// For the service.
    pub(crate) caller: Caller,
    /// The language in which the caller wants to read.
    pub(crate) language: Language,
    scope: PhantomData<N>,
}

impl<N: Needs> FromRequestParts<State> for Token<N> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let Some(secret) = bearer(&parts.headers) else {
            return Err(PageError::status(StatusCode::UNAUTHORIZED));
        };
        let certificate = parts.extensions.get::<ClientCertificate>().map(|shown| shown.0);
        let Some((caller, scopes)) = state.exchange.bearer(secret, certificate).await? else {
            return Err(PageError::status(StatusCode::UNAUTHORIZED));
        };
        if !scopes.iter().any(|held| held == N::SCOPE.as_str()) {
            let mut error = PageError::refused(RefusalCode::NotPermitted);
            error.note = format!("the token does not have the scope `{}`", N::SCOPE.as_str());
            return Err(error);
        }
        let language = crate::session::accepted_language(&parts.headers);
        Ok(Self { caller, language, scope: PhantomData })
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= MAX_TOKEN).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn only_a_bearer_token_counts() {
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read(&format!("Bearer {}", "a".repeat(MAX_TOKEN + 1))), None);
    }

    proptest! {
        #[test]
        fn no_header_makes_the_reader_fail(text in "[ -~]{0,300}") {
            read(&text);
        }
    }
}
