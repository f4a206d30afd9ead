//! Who sends a page request: the session behind its cookie, the visitor without one, and the form token.
//! A cookie's value is a secret that only the service can read anything from; it is never logged or shown.

pub(crate) use crate::form::Form;

use crate::error::PageError;
use crate::state::State;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_domain::id::RequestId;
use comity_domain::party::{Actor, Role};
use comity_domain::request::RequestAct;
use comity_domain::term::Language;
use comity_service::{Caller, Session, Via};
use sha2::{Digest, Sha256};

/// Where a visitor's choice of language is kept; its value is `en` or `fr`.
pub(crate) const LANGUAGE_COOKIE: &str = "comity_language";

/// Where a visitor's choice of theme is kept; its value is `light` or `dark`. The page's script sets it too.
const THEME_COOKIE: &str = "comity_theme";

/// Where the act that has just been done is kept until the dossier has said so.
pub(crate) const DONE_COOKIE: &str = "comity_done";

/// Separates the form token from every other digest of a session secret.
const FORM_LABEL: &[u8] = b"comity form token v1\n";

/// Longest value of a session cookie that is looked up at all, in bytes.
const MAX_SECRET: usize = 256;

/// The colours that somebody chose; without a choice the page follows the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The word of the cookie, of the form and of the document.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads such a word; nothing for every other, so that whatever a cookie holds never reaches a page.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == word)
    }
}

/// How a reader wants pages to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// The language of the page.
    pub(crate) language: Language,
    /// Its colours.
    pub(crate) theme: Option<Theme>,
}

/// A signed-in person. Without a session the answer is a redirect to `/sign-in`.
#[derive(Clone)]
pub(crate) struct SignedIn {
    /// For the service.
    pub(crate) caller: Caller,
    /// Who, with the roles that this session may use.
    pub(crate) actor: Actor,
    /// Own roles that it may not use, because they demand a passkey that is bound to its device.
    pub(crate) withheld: Vec<Role>,
    /// Whether they have what signing in again takes.
    pub(crate) ready: bool,
    /// How the page is written and drawn; the language as for a visitor.
    pub(crate) manner: Manner,
    /// The token that each form of the page carries as `csrf`.
    pub(crate) csrf: String,
}

/// Whoever opens a page that needs no session.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// The person, where there is one.
    pub(crate) signed_in: Option<SignedIn>,
    /// How the page is written and drawn; the language is the cookie's, the person's, the browser's, English.
    pub(crate) manner: Manner,
    /// The token that each form of the page carries as `csrf`; empty without a cookie.
    pub(crate) csrf: String,
}

impl FromRequestParts<State> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let chosen = chosen_language(&parts.headers);
        let theme = cookie(&parts.headers, THEME_COOKIE).and_then(Theme::from_word);
        let unknown = Manner { language: chosen.unwrap_or_else(|| accepted_language(&parts.headers)), theme };
        let Some(secret) = session_secret(&parts.headers, state) else {
            return Ok(Self { signed_in: None, manner: unknown, csrf: String::new() });
        };
        let csrf = form_token(&secret);
        let Some(session) = state.exchange.session(&secret).await? else {
            return Ok(Self { signed_in: None, manner: unknown, csrf });
        };
        let manner = Manner { language: chosen.unwrap_or(session.language), theme };
        let Session { actor, presence, ready, withheld, .. } = session;
        let caller = Caller::Person { actor: actor.clone(), via: Via::Page, presence };
        let signed_in = SignedIn { caller, actor, withheld, ready, manner, csrf: csrf.clone() };
        Ok(Self { signed_in: Some(signed_in), manner, csrf })
    }
}

impl FromRequestParts<State> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let AtAccount(who) = AtAccount::from_request_parts(parts, state).await?;
        if who.ready { Ok(who) } else { Err(Redirect::to("/account").into_response()) }
    }
}

/// A signed-in person at their own account: the one place that is open to whoever is not ready yet.
pub(crate) struct AtAccount(pub(crate) SignedIn);

impl FromRequestParts<State> for AtAccount {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        visitor.signed_in.map(Self).ok_or_else(|| Redirect::to("/sign-in").into_response())
    }
}

const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-comity" } else { "comity" }
}

/// The value of the session cookie, if one came.
pub(crate) fn session_secret(headers: &HeaderMap, state: &State) -> Option<String> {
    let secret = cookie(headers, cookie_name(state.secure()))?;
    (!secret.is_empty() && secret.len() <= MAX_SECRET).then(|| secret.to_owned())
}

/// The cookie that keeps a session: gone with the browser, unreadable for scripts, not sent by foreign forms.
pub(crate) fn session_cookie(secret: &str, state: &State) -> HeaderValue {
    let secure = if state.secure() { "; Secure" } else { "" };
    let text = format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}", cookie_name(state.secure()));
    HeaderValue::from_str(&text).unwrap_or_else(|_| ended_cookie(state))
}

/// The name of the cookie of whoever is away at an identity provider.
pub(crate) const fn federation_cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-comity-federation" } else { "comity_federation" }
}

/// The cookie by which a browser that comes back from an identity provider is known to be the one that was sent.
pub(crate) fn federation_cookie(secret: &str, state: &State) -> HeaderValue {
    let secure = if state.secure() { "; Secure" } else { "" };
    let name = federation_cookie_name(state.secure());
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age=300{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| ended_cookie(state))
}

/// The cookie that ends a session in the browser.
pub(crate) fn ended_cookie(state: &State) -> HeaderValue {
    HeaderValue::from_static(if state.secure() {
        "__Host-comity=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
    } else {
        "comity=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    })
}

/// The cookie that keeps a choice of language for a year.
pub(crate) fn language_cookie(language: Language) -> HeaderValue {
    HeaderValue::from_static(match language {
        Language::English => "comity_language=en; Path=/; SameSite=Lax; Max-Age=31536000",
        Language::French => "comity_language=fr; Path=/; SameSite=Lax; Max-Age=31536000",
    })
}

/// The cookie that keeps a choice of theme for a year; without a choice, the one that forgets it.
pub(crate) fn theme_cookie(theme: Option<Theme>) -> HeaderValue {
    HeaderValue::from_static(match theme {
        Some(Theme::Light) => "comity_theme=light; Path=/; SameSite=Lax; Max-Age=31536000",
        Some(Theme::Dark) => "comity_theme=dark; Path=/; SameSite=Lax; Max-Age=31536000",
        None => "comity_theme=; Path=/; SameSite=Lax; Max-Age=0",
    })
}

/// The path on this instance from which a form was sent, and the first page where that is not known.
/// What comes back is never read as an address elsewhere: it starts with one stroke and no second of either kind.
pub(crate) fn came_from<'h>(headers: &'h HeaderMap, base_url: &str) -> &'h str {
    let from = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    local_path(from.strip_prefix(base_url).unwrap_or_default())
}

/// A path as it is, where it can only lead to this instance; otherwise the first page.
pub(crate) fn local_path(path: &str) -> &str {
    let ours = path.starts_with('/') && !path[1..].starts_with(['/', '\\']);
    if ours && path.bytes().all(|byte| byte.is_ascii_graphic()) { path } else { "/" }
}

/// The cookie that lets the dossier say once, on the next page, which act has just been done there.
/// A cookie and not a word in the address: a link from elsewhere must not make a page confirm anything.
pub(crate) fn done_cookie(request: RequestId, act: Option<RequestAct>) -> Option<HeaderValue> {
    let (act, seconds) = act.map_or(("", 0), |act| (act.as_str(), 30));
    let text = format!(
        "{DONE_COOKIE}={act}; Path=/requests/{request}; HttpOnly; SameSite=Strict; Max-Age={seconds}"
    );
    HeaderValue::from_str(&text).ok()
}

/// A cookie by its name; of several with one name none counts, because somebody planted one.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut found = pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(key, value)| (key == name).then_some(value));
    let first = found.next();
    if found.next().is_some() { None } else { first }
}

/// The token of all forms of one session: a digest of its secret, so that it needs no storage.
pub(crate) fn form_token(secret: &str) -> String {
    let digest = Sha256::new().chain_update(FORM_LABEL).chain_update(secret.as_bytes()).finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

fn chosen_language(headers: &HeaderMap) -> Option<Language> {
    cookie(headers, LANGUAGE_COOKIE)?.parse().ok()
}

/// The first of the two languages that `Accept-Language` ranks highest; English otherwise (RFC 9110, 12.5.4).
pub(crate) fn accepted_language(headers: &HeaderMap) -> Language {
    let text = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (Language::English, 0.0_f32);
    for range in text.split(',').take(32) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let Ok(language) = primary.parse::<Language>() else { continue };
        let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok());
        let weight = weight.filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0);
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;
    use proptest::prelude::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn the_language_with_the_highest_weight_is_taken() {
        let language = |text| accepted_language(&with(ACCEPT_LANGUAGE, text));
        assert_eq!(language("fr-CH, fr;q=0.9, en;q=0.8"), Language::French);
        assert_eq!(language("en;q=0.2, fr;q=0.7"), Language::French);
        assert_eq!(language("de, it;q=0.5"), Language::English);
        assert_eq!(language("fr;q=0"), Language::English);
    }

    #[test]
    fn two_cookies_of_one_name_count_as_none() {
        assert_eq!(cookie(&with(COOKIE, "a=1; comity=x"), "comity"), Some("x"));
        assert_eq!(cookie(&with(COOKIE, "comity=x; comity=y"), "comity"), None);
    }

    #[test]
    fn a_form_leads_back_to_this_instance_or_to_its_first_page() {
        let back = |referer| came_from(&with(REFERER, referer), "https://comity.example").to_owned();
        assert_eq!(back("https://comity.example/requests?state=SENT"), "/requests?state=SENT");
        for elsewhere in [
            "https://evil.example/requests",
            "https://comity.example.evil.example/",
            "https://comity.example@evil.example/",
            "https://comity.example//evil.example",
            "https://comity.example/\\evil.example",
            "https://comity.example",
            "/requests",
            "",
        ] {
            assert_eq!(back(elsewhere), "/", "{elsewhere}");
        }
    }

    #[test]
    fn each_session_has_its_own_form_token() {
        assert_ne!(form_token("one"), form_token("two"));
        assert_eq!(form_token("one").len(), 43);
    }

    proptest! {
        #[test]
        fn no_header_makes_the_readers_fail(text in "[ -~]{0,200}") {
            accepted_language(&with(ACCEPT_LANGUAGE, &text));
            cookie(&with(COOKIE, &text), "comity");
            let back = came_from(&with(REFERER, &format!("https://comity.example{text}")), "https://comity.example").to_owned();
            prop_assert!(back.starts_with('/') && !back[1..].starts_with(['/', '\\']));
        }
    }
}
