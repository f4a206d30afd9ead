//! The administration of one's own organisation: people and roles, contact points, tokens.

use super::act::Typed;
use super::frame::{Frame, render_as};
use crate::api::body::Path;
use crate::error::PageError;
use crate::session::{Form, SignedIn};
use crate::state::State as App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use comity_domain::id::{ContactPointId, PersonId, TokenId};
use comity_domain::party::{AuthoriserMandate, ContactPoint, Role};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::term::{AuthoriserType, Independence, Language};
use comity_service::{Denied, DirectoryEntry, NewPerson, NewToken, TokenView};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/organisation", get(show))
        .route("/organisation/people", post(invite))
        .route("/organisation/people/{person}/link", post(link))
        .route("/organisation/people/{person}/roles", post(set_roles))
        .route("/organisation/people/{person}/active", post(set_active))
        .route("/organisation/people/{person}/accreditation", post(withdraw))
        .route("/organisation/contact-points", post(add_contact_point))
        .route("/organisation/tokens", post(add_token))
        .route("/organisation/tokens/{token}/revoke", post(revoke_token))
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPage {
    f: Frame,
    e: DirectoryEntry,
    tokens: Vec<TokenView>,
    typed: Typed,
    refusals: Vec<Refusal>,
    /// A secret that is shown once: what it is, and the secret.
    secret: Option<(&'static str, String)>,
}

async fn page(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    refusals: Vec<Refusal>,
    secret: Option<(&'static str, String)>,
) -> Result<Response, PageError> {
    let tokens = app.exchange.tokens(&who.caller).await?;
    let e = app.exchange.organisation(&who.caller, who.actor.organisation).await?;
    let f = Frame::of(app, who, "organisation", "nav-organisation").await;
    let status = if refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(render_as(status, &OrganisationPage { f, e, tokens, typed, refusals, secret }))
}

/// `GET /organisation`
async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageError> {
    page(&app, &who, Typed(Vec::new()), Vec::new(), None).await
}

/// What follows a form: back to the page, or the page with what was typed and why not.
async fn after(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    done: Result<(), Denied>,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to("/organisation").into_response()),
        Err(Denied::Refused(refusals)) => page(app, who, typed, refusals, None).await,
        Err(denied) => Err(denied.into()),
    }
}

/// `POST /organisation/people`
async fn invite(State(app): State<App>, who: SignedIn, Form(pairs): Form) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let until = format!("{}T23:59:59Z", typed.get("accredited_until"));
    let Ok(accredited_until) = until.parse() else {
        let refusal =
            Refusal::of(RefusalCode::FieldMalformed, "accredited_until").because("refusal-field-date");
        return page(&app, &who, typed, vec![refusal], None).await;
    };
    let kind: Option<AuthoriserType> = typed.get("authoriser").parse().ok();
    let independence: Option<Independence> = typed.get("independence").parse().ok();
    let new = NewPerson {
        organisation: who.actor.organisation,
        name: typed.get("name").to_owned(),
        email: typed.get("email").to_owned(),
        language: typed.get("language").parse().unwrap_or(Language::English),
        function: typed.get("function").to_owned(),
        roles: typed.all("roles").filter_map(|role| role.parse().ok()).collect(),
        accreditation: typed.get("accreditation").to_owned(),
        accredited_until,
        authoriser: kind
            .zip(independence)
            .map(|(kind, independence)| AuthoriserMandate { kind, independence }),
    };
    match app.exchange.invite(&who.caller, new).await {
        Ok((_, secret)) => {
            let link = format!("{}/sign-in/link/{secret}", app.base_url);
            page(&app, &who, Typed(Vec::new()), Vec::new(), Some(("organisation-link", link))).await
        }
        Err(Denied::Refused(refusals)) => page(&app, &who, typed, refusals, None).await,
        Err(denied) => Err(denied.into()),
    }
}

/// `POST /organisation/people/{person}/link`
async fn link(
    State(app): State<App>,
    who: SignedIn,
    Path(person): Path<PersonId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    match app.exchange.link(&who.caller, who.actor.organisation, person).await {
        Ok(secret) => {
            let link = format!("{}/sign-in/link/{secret}", app.base_url);
            page(&app, &who, Typed(Vec::new()), Vec::new(), Some(("organisation-link", link))).await
        }
        Err(denied) => after(&app, &who, Typed(pairs), Err(denied)).await,
    }
}

/// `POST /organisation/people/{person}/roles`
async fn set_roles(
    State(app): State<App>,
    who: SignedIn,
    Path(person): Path<PersonId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let roles: Vec<Role> = typed.all("roles").filter_map(|role| role.parse().ok()).collect();
    let done = app.exchange.set_roles(&who.caller, person, roles).await;
    after(&app, &who, typed, done).await
}

/// `POST /organisation/people/{person}/active`
async fn set_active(
    State(app): State<App>,
    who: SignedIn,
    Path(person): Path<PersonId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let active = typed.get("active") == "yes";
    let done = app.exchange.set_active(&who.caller, person, active).await;
    after(&app, &who, typed, done).await
}

/// `POST /organisation/people/{person}/accreditation`
async fn withdraw(
    State(app): State<App>,
    who: SignedIn,
    Path(person): Path<PersonId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let done = app.exchange.withdraw_accreditation(&who.caller, person, typed.get("reason")).await;
    after(&app, &who, typed, done).await
}

/// `POST /organisation/contact-points`
async fn add_contact_point(
    State(app): State<App>,
    who: SignedIn,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let languages = typed.get("languages").split(',').map(|l| l.trim().to_owned()).filter(|l| !l.is_empty());
    let point = ContactPoint {
        id: ContactPointId::new(uuid::Uuid::nil()),
        organisation: who.actor.organisation,
        name: typed.get("point_name").to_owned(),
        telephone: typed.get("telephone").to_owned(),
        email: typed.get("point_email").to_owned(),
        hours: typed.get("hours").to_owned(),
        languages: languages.collect(),
        source: typed.get("source").to_owned(),
        confirmed_at: app.exchange.now(),
    };
    let done = app.exchange.put_contact_point(&who.caller, point).await;
    after(&app, &who, typed, done).await
}

/// `POST /organisation/tokens`
async fn add_token(State(app): State<App>, who: SignedIn, Form(pairs): Form) -> Result<Response, PageError> {
    let typed = Typed(pairs);
    let new = NewToken {
        name: typed.get("token_name").to_owned(),
        scopes: typed.all("scopes").map(str::to_owned).collect(),
        days: typed.get("days").parse().unwrap_or(0),
    };
    match app.exchange.add_token(&who.caller, new).await {
        Ok((_, secret)) => {
            page(&app, &who, Typed(Vec::new()), Vec::new(), Some(("organisation-token", secret))).await
        }
        Err(denied) => after(&app, &who, typed, Err(denied)).await,
    }
}

/// `POST /organisation/tokens/{token}/revoke`
async fn revoke_token(
    State(app): State<App>,
    who: SignedIn,
    Path(token): Path<TokenId>,
    Form(pairs): Form,
) -> Result<Response, PageError> {
    let done = app.exchange.revoke_token(&who.caller, token).await;
    after(&app, &who, Typed(pairs), done).await
}

impl OrganisationPage {
    /// The roles that exist in this kind of organisation.
    fn possible_roles(&self) -> Vec<Role> {
        let kind = self.e.organisation.kind;
        Role::ALL.iter().copied().filter(|role| role.belongs_to(kind)).collect()
    }

    fn types(&self) -> &'static [AuthoriserType] {
        AuthoriserType::ALL
    }

    fn independences(&self) -> &'static [Independence] {
        Independence::ALL
    }

    fn signs(&self) -> bool {
        self.possible_roles().contains(&Role::Authoriser)
    }
}
