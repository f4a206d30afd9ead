//! Who calls the API: a bearer token and its scopes, looked up anew for every call.
//! The caller behind it can only be reached by naming a scope, so that no handler forgets to ask for one.

use crate::error::PageError;
use crate::state::State;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use comity_domain::refusal::RefusalCode;
use comity_domain::term::Language;
use comity_service::Caller;

/// Longest token that is looked up at all, in bytes.
const MAX_TOKEN: usize = 256;

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

/// A token that is valid now.
pub(crate) struct Token {
    caller: Caller,
    scopes: Vec<String>,
    /// The language in which the caller wants to read.
    pub(crate) language: Language,
}

impl Token {
    /// The caller, if the token is for that.
    pub(crate) fn may(&self, scope: Scope) -> Result<&Caller, PageError> {
        if self.scopes.iter().any(|held| held == scope.as_str()) {
            Ok(&self.caller)
        } else {
            let mut error = PageError::refused(RefusalCode::NotPermitted);
            error.note = format!("the token does not have the scope `{}`", scope.as_str());
            Err(error)
        }
    }
}

impl FromRequestParts<State> for Token {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let Some(secret) = bearer(&parts.headers) else {
            return Err(PageError::status(StatusCode::UNAUTHORIZED));
        };
        let Some((caller, scopes)) = state.exchange.bearer(secret).await? else {
            return Err(PageError::status(StatusCode::UNAUTHORIZED));
        };
        Ok(Self { caller, scopes, language: crate::session::accepted_language(&parts.headers) })
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
