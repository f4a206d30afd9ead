//! What every page has around it: language, texts, who acts for whom, the side list, the form token.

use crate::session::{Manner, SignedIn, Theme, Visitor};
use crate::state::State;
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use comity_domain::clock::Length;
use comity_domain::party::{OrganisationKind, Role};
use comity_domain::procedure::Text;
use comity_domain::refusal::Refusal;
use comity_domain::time::Moment;
use std::fmt::Write as _;

/// Who is signed in, as the head of the page says it.
pub(crate) struct Acting {
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) kind: OrganisationKind,
}

/// The frame of one page.
pub(crate) struct Frame {
    pub(crate) words: Words,
    pub(crate) theme: Option<Theme>,
    pub(crate) title: String,
    pub(crate) active: &'static str,
    pub(crate) csrf: String,
    pub(crate) demo: bool,
    pub(crate) acting: Option<Acting>,
    /// For so many seconds a passkey counts as just shown; nothing where none is ever asked for.
    pub(crate) presence: Option<i64>,
    pub(crate) now: Moment,
}

impl Frame {
    /// The frame for a signed-in person.
    pub(crate) async fn of(app: &State, who: &SignedIn, active: &'static str, title_key: &str) -> Self {
        let organisation = match app.exchange.me(&who.caller).await {
            Ok(me) => me.organisation.name,
            Err(_) => String::new(),
        };
        let acting = Acting {
            name: who.actor.name.clone(),
            organisation,
            roles: who.actor.roles.clone(),
            kind: who.actor.organisation_kind,
        };
        Self {
            csrf: who.csrf.clone(),
            acting: Some(acting),
            presence: app.exchange.presence_left(&who.caller),
            ..Self::bare(app, who.manner, active, title_key)
        }
    }

    /// The frame for whoever comes.
    pub(crate) async fn open(app: &State, visitor: &Visitor, active: &'static str, title_key: &str) -> Self {
        match &visitor.signed_in {
            Some(who) => Self::of(app, who, active, title_key).await,
            None => Self { csrf: visitor.csrf.clone(), ..Self::bare(app, visitor.manner, active, title_key) },
        }
    }

    /// The frame without anybody in it.
    pub(crate) fn bare(app: &State, manner: Manner, active: &'static str, title_key: &str) -> Self {
        let words = Words::new(app.words.clone(), manner.language);
        let title = words.t(title_key);
        Self {
            words,
            theme: manner.theme,
            title,
            active,
            csrf: String::new(),
            demo: app.demo,
            acting: None,
            presence: None,
            now: app.exchange.now(),
        }
    }

    pub(crate) fn titled(mut self, title: String) -> Self {
        self.title = title;
        self
    }

    /// A text.
    pub(crate) fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    /// The text of a word of a vocabulary: `w("state", "DRAFT")`.
    pub(crate) fn w(&self, vocabulary: &str, word: impl std::fmt::Display) -> String {
        self.words.t(&format!("{vocabulary}-{word}"))
    }

    /// The text about a word of a vocabulary: `k("state", "DRAFT", "meaning")`.
    pub(crate) fn k(&self, vocabulary: &str, word: impl std::fmt::Display, about: &str) -> String {
        self.words.t(&format!("{vocabulary}-{word}-{about}"))
    }

    /// A word as a part of an address.
    pub(crate) fn part(&self, text: &str) -> String {
        let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        text.bytes().fold(String::new(), |mut part, byte| {
            if kept(byte) {
                part.push(char::from(byte));
            } else {
                // Writing to a text cannot fail.
                let _ = write!(part, "%{byte:02X}");
            }
            part
        })
    }

    /// A text with one value.
    pub(crate) fn t1(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        self.words.with(key, &[(name, &value.to_string())])
    }

    /// A text with two values, each a name and a value.
    pub(crate) fn t2(
        &self,
        key: &str,
        one: &str,
        first: impl std::fmt::Display,
        two: &str,
        second: impl std::fmt::Display,
    ) -> String {
        self.words.with(key, &[(one, &first.to_string()), (two, &second.to_string())])
    }

    /// A text of a procedure in the page's language.
    pub(crate) fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.words.language())
    }

    /// The language's code, for the document and for links.
    pub(crate) const fn lang(&self) -> &'static str {
        self.words.language().as_str()
    }

    pub(crate) fn moment(&self, at: &Moment) -> String {
        self.words.moment(*at)
    }

    pub(crate) fn date(&self, at: &Moment) -> String {
        self.words.date(*at)
    }

    /// What is wrong, in words.
    pub(crate) fn message(&self, refusal: &Refusal) -> String {
        self.words.refusal(refusal)
    }

    /// What to do, in words.
    pub(crate) fn remedy(&self, refusal: &Refusal) -> String {
        self.words.remedy(refusal)
    }

    /// A length, such as a deadline's or the longest period's, in words.
    pub(crate) fn length(&self, length: &Length) -> String {
        self.words.length(*length)
    }

    /// Whether the signed-in person holds a role.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.acting.as_ref().is_some_and(|acting| acting.roles.contains(&role))
    }

    /// The entries of the side list: address, key, and whether it is this page.
    pub(crate) fn side(&self) -> Vec<(&'static str, &'static str, bool)> {
        let Some(acting) = &self.acting else {
            return vec![("/procedures", "nav-procedures", self.active == "procedures")];
        };
        let mut entries: Vec<(&'static str, &'static str)> = Vec::new();
        match acting.kind {
            OrganisationKind::Authority | OrganisationKind::Provider | OrganisationKind::ContactPoint => {
                entries.push(("/", "nav-work"));
                entries.push(("/requests", "nav-requests"));
                if self.has(Role::Officer) {
                    entries.push(("/requests/new", "nav-new"));
                }
                if super::vault::HOLDERS.iter().any(|role| self.has(*role)) {
                    entries.push(("/organisation/vault", "nav-vault"));
                }
            }
            OrganisationKind::Oversight => {
                entries.push(("/trail", "nav-trail"));
                entries.push(("/figures", "nav-figures"));
            }
        }
        if [Role::Gatekeeper, Role::Authoriser, Role::Administrator].into_iter().any(|role| self.has(role)) {
            entries.push(("/sent", "nav-sent"));
        }
        entries.push(("/directory", "nav-directory"));
        entries.push(("/procedures", "nav-procedures"));
        if self.has(Role::Administrator) {
            entries.push(("/organisation", "nav-organisation"));
            entries.push(("/newcomers", "nav-newcomers"));
            entries.push(("/status", "nav-status"));
        }
        if self.demo {
            entries.push(("/outbox", "nav-outbox"));
        }
        entries
            .into_iter()
            .map(|(to, key)| (to, key, key.strip_prefix("nav-") == Some(self.active)))
            .collect()
    }

    /// The roles of the signed-in person, in words.
    pub(crate) fn roles(&self) -> String {
        let roles = self.acting.iter().flat_map(|acting| acting.roles.iter());
        roles.map(|role| self.w("role", role)).collect::<Vec<_>>().join(", ")
    }

    /// The address of an asset, with its hash.
    pub(crate) fn asset(&self, name: &str) -> String {
        crate::assets::url(name)
    }

    /// The digest that a browser must find an asset to have.
    pub(crate) fn integrity(&self, name: &str) -> &'static str {
        crate::assets::integrity(name)
    }

    /// The program's version.
    pub(crate) const fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// Draws a page.
pub(crate) fn render(page: &impl Template) -> Response {
    render_as(StatusCode::OK, page)
}

/// Draws a page with a status.
pub(crate) fn render_as(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => {
            tracing::error!("A page could not be drawn: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
