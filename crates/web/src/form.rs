//! Forms of our own pages: from the same origin, with the session's token, as pairs in the order of the page.
//! A name may stand several times; what the pairs mean is the page's business, and nothing here reads it.

use crate::error::PageError;
use crate::session::{form_token, session_secret};
use crate::state::State;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use comity_domain::refusal::RefusalCode;

/// The name of the token's field.
pub(crate) const TOKEN_FIELD: &str = "csrf";

/// Most pairs of one form: a draft with the most items has fewer.
const MAX_PAIRS: usize = 5_000;

/// The pairs of a form, without the token. A form that is not ours is refused before anything is read of it.
pub(crate) struct Form(pub(crate) Vec<(String, String)>);

impl FromRequest<State> for Form {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &State) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let from_here = origin(&headers, &state.base_url);
        let typed = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !typed.starts_with("application/x-www-form-urlencoded") {
            return Err(PageError::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| PageError::status(rejection.status()))?;
        let mut pairs = read_pairs(&body).ok_or_else(|| PageError::status(StatusCode::PAYLOAD_TOO_LARGE))?;
        let token = pairs.iter().find(|(name, _)| name == TOKEN_FIELD).map(|(_, value)| value.clone());
        admit(&headers, state, from_here, token.as_deref())?;
        pairs.retain(|(name, _)| name != TOKEN_FIELD);
        Ok(Self(pairs))
    }
}

/// The pairs of an urlencoded body, or nothing when there are too many.
fn read_pairs(body: &[u8]) -> Option<Vec<(String, String)>> {
    if body.split(|byte| *byte == b'&').count() > MAX_PAIRS {
        return None;
    }
    serde_urlencoded::from_bytes(body).ok()
}

/// What the browser says about the page that sent a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page of this instance.
    Here,
    /// Another page.
    Elsewhere,
    /// The browser does not say.
    Unsaid,
}

/// Reads `Sec-Fetch-Site` (Fetch Metadata) and, where it is missing, `Origin` (RFC 6454).
pub(crate) fn origin(headers: &HeaderMap, base_url: &str) -> Sender {
    let judge = |ours: bool| if ours { Sender::Here } else { Sender::Elsewhere };
    if let Some(site) = headers.get("sec-fetch-site") {
        return judge(site == "same-origin");
    }
    match headers.get(ORIGIN) {
        Some(origin) => judge(origin == base_url),
        None => Sender::Unsaid,
    }
}

/// Lets a form in that comes from our page and, where there is a session, carries its token.
pub(crate) fn admit(
    headers: &HeaderMap,
    state: &State,
    sender: Sender,
    token: Option<&str>,
) -> Result<(), PageError> {
    let ours = match (session_secret(headers, state), sender) {
        (_, Sender::Elsewhere) | (None, Sender::Unsaid) => false,
        (None, Sender::Here) => true,
        (Some(secret), Sender::Here | Sender::Unsaid) => {
            token.is_some_and(|token| equal(token.as_bytes(), form_token(&secret).as_bytes()))
        }
    };
    if ours { Ok(()) } else { Err(PageError::refused(RefusalCode::ForeignForm)) }
}

/// Compares in a time that depends on the lengths alone.
fn equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    #[test]
    fn the_browser_tells_where_a_form_comes_from() {
        let mut headers = HeaderMap::new();
        assert_eq!(origin(&headers, "https://comity.example"), Sender::Unsaid);
        headers.insert(ORIGIN, HeaderValue::from_static("null"));
        assert_eq!(origin(&headers, "https://comity.example"), Sender::Elsewhere);
        headers.insert(ORIGIN, HeaderValue::from_static("https://comity.example"));
        assert_eq!(origin(&headers, "https://comity.example"), Sender::Here);
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-site"));
        assert_eq!(origin(&headers, "https://comity.example"), Sender::Elsewhere);
    }

    #[test]
    fn a_name_may_stand_several_times() {
        let pairs = read_pairs(b"item=1&item=2&note=a+b%26").unwrap();
        assert_eq!(pairs.len(), 3);
        assert_eq!(pairs[2], ("note".to_owned(), "a b&".to_owned()));
    }

    #[test]
    fn a_form_with_too_many_pairs_is_not_read() {
        assert_eq!(read_pairs("a=1&".repeat(MAX_PAIRS).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_fail(body in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            read_pairs(&body);
        }
    }
}
