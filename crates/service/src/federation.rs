//! Signing in through the identity provider of one's organisation (`OpenID` Connect Core 1.0: authorization code with PKCE,
//! RFC 7636). It begins a session and nothing more: no passkey was shown, so that nothing sensitive follows from it.
//! Whom an account stands for was said by that person, with a passkey; no claim of a provider makes or names anybody.
//! Requests go to the configured issuer's own origin alone, without redirects, within bounds (T29).

use crate::act::{Answer, Attempt, Caller, Denied, Presence, Via, settle};
use crate::authenticator::Change;
use crate::ceremony::{self, Asked, Kind};
use crate::outside::stays_private;
use crate::sign_in::{By, begin, detail, hash, secret, unknown};
use crate::{Exchange, Inner, new_id, notice, outside};
use chrono::{DateTime, Utc};
use comity_domain::id::{FederatedIdentityId, OrganisationId};
use comity_domain::party::Actor;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::time::Moment;
use comity_policy::{Action, Facts, Relation};
use comity_store::federation::{self as rows, FederatedIdentityRow};
use comity_store::seal::InstanceKey;
use comity_store::{Fault, Tx, party};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use ureq::http::Uri;

comity_domain::opaque!(IdentityProvider, Departure, Returned, FederatedIdentityView);

/// A provider is waited for so long, for each of three questions.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most that is read of one answer, in bytes.
const MOST_BYTES: u64 = 256 * 1024;
/// Longest code, and longest subject (`OpenID` Connect Core 1.0, 2), that is taken, in bytes.
const MAX_CODE: usize = 4_096;
const MAX_SUBJECT: usize = 255;
/// A token was issued at most so many seconds ago, and not later than so many from now.
const ISSUED_S: i64 = 300;
const AHEAD_S: i64 = 60;
/// The algorithms of signatures that are accepted; `none` and shared secrets are not.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 2] =
    [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256];

/// The identity provider of one organisation.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    /// The organisation's code.
    pub organisation: String,
    /// The issuer identifier: `https`, or `http` on this machine.
    pub issuer: String,
    /// What this instance is called there.
    pub client_id: String,
    /// Its secret, where it has one.
    pub client_secret: Option<String>,
    /// One of these must be the token's `acr`, unless the list is empty.
    pub acr: Vec<String>,
    /// One of these must be among the token's `amr` (RFC 8176), unless the list is empty.
    pub amr: Vec<String>,
}

impl IdentityProvider {
    /// Whether it can be used as it is configured.
    ///
    /// # Errors
    /// What is wrong, as a sentence.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |why: &str| Err(format!("{}: {why}", self.issuer));
        if !stays_private(&self.issuer) {
            return wrong("https, or http on this machine");
        }
        if self.acr.is_empty() && self.amr.is_empty() {
            return wrong("acr or amr must say how strongly people have signed in there");
        }
        Ok(())
    }
}

/// Where somebody goes on, and what their browser keeps meanwhile.
#[derive(Clone, PartialEq, Eq)]
pub struct Departure {
    /// The address at the provider.
    pub to: String,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// A secret for a cookie: only this browser may come back.
    pub browser: String,
}

/// With what a browser comes back.
#[derive(Clone, Default, Deserialize)]
pub struct Returned {
    /// The secret that went along.
    #[serde(default)]
    pub state: String,
    /// What the tokens are given for.
    #[serde(default)]
    pub code: String,
    /// Who says so (RFC 9207).
    #[serde(default)]
    pub iss: Option<String>,
    /// Why there is no code.
    #[serde(default)]
    pub error: Option<String>,
}

/// What followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Federated {
    /// A session has begun; its secret.
    SignedIn(String),
    /// The account stands for the person from now on.
    Connected,
}

/// One of one's own accounts at identity providers.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FederatedIdentityView {
    /// Its identifier.
    pub id: FederatedIdentityId,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// Connected.
    pub created_at: Moment,
    /// Last signed in with.
    pub used_at: Option<Moment>,
}

impl From<FederatedIdentityRow> for FederatedIdentityView {
    fn from(row: FederatedIdentityRow) -> Self {
        Self { id: row.id, issuer: row.issuer, created_at: row.created_at, used_at: row.used_at }
    }
}

/// What is kept while somebody is away.
#[derive(Serialize, Deserialize)]
struct Away {
    organisation: String,
    nonce: String,
    verifier: String,
}

/// Why nobody came back; the trail has the word.
#[derive(Clone, Copy)]
struct Trouble {
    code: RefusalCode,
    why: &'static str,
}

impl Trouble {
    const fn refused(why: &'static str) -> Self {
        Self { code: RefusalCode::FederationRefused, why }
    }

    const fn unavailable(why: &'static str) -> Self {
        Self { code: RefusalCode::FederationUnavailable, why }
    }
}

/// What an entry of the trail says of it.
#[derive(Serialize)]
struct Told<'a> {
    issuer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<FederatedIdentityId>,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'a str,
}

#[derive(Debug, thiserror::Error)]
enum FetchFault {
    #[error("{0} is not of the configured issuer")]
    Elsewhere(String),
    #[error(transparent)]
    Http(#[from] ureq::Error),
}

/// A provider as it is asked: the crate's questions go out by the client that the rest of the service has.
struct Asking<'a> {
    provider: &'a IdentityProvider,
    agent: ureq::Agent,
}

/// A client whose address for authorization is known, and those for tokens and people perhaps.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Asking<'_> {
    fn of(provider: &IdentityProvider) -> Asking<'_> {
        Asking { provider, agent: outside::client(PATIENCE) }
    }

    fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchFault> {
        let issuer = self.provider.issuer.parse::<Uri>();
        let there = |issuer: &Uri| {
            (issuer.scheme(), issuer.authority()) == (request.uri().scheme(), request.uri().authority())
        };
        if !issuer.as_ref().is_ok_and(there) {
            return Err(FetchFault::Elsewhere(request.uri().to_string()));
        }
        let (parts, mut body) = self.agent.run(request)?.into_parts();
        let body = body.with_config().limit(MOST_BYTES).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, body))
    }

    fn metadata(&self) -> Result<CoreProviderMetadata, Trouble> {
        let issuer = IssuerUrl::new(self.provider.issuer.clone());
        let issuer = issuer.map_err(|_| Trouble::unavailable("issuer"))?;
        CoreProviderMetadata::discover(&issuer, &|request| self.fetch(request)).map_err(|error| {
            tracing::warn!(?error, issuer = self.provider.issuer, "An identity provider cannot be used");
            Trouble::unavailable("discovery")
        })
    }

    /// This instance as the provider knows it, from what the provider says of itself now.
    fn client(&self, redirect: RedirectUrl) -> Result<Client, Trouble> {
        let secret = self.provider.client_secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.provider.client_id.clone());
        Ok(CoreClient::from_provider_metadata(self.metadata()?, id, secret).set_redirect_uri(redirect))
    }

    /// The address to go to; it says nothing of the person.
    fn departure(&self, redirect: RedirectUrl, state: &str, away: &Away) -> Result<String, Trouble> {
        let client = self.client(redirect)?;
        let verifier = PkceCodeVerifier::new(away.verifier.clone());
        let (state, nonce) = (CsrfToken::new(state.to_owned()), Nonce::new(away.nonce.clone()));
        let mut asked = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || state.clone(),
                move || nonce.clone(),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for class in &self.provider.acr {
            asked = asked.add_auth_context_value(AuthenticationContextClass::new(class.clone()));
        }
        Ok(asked.url().0.to_string())
    }

    /// Exchanges a code and verifies the token (`OpenID` Connect Core 1.0, 3.1.3.7); answers the subject.
    fn subject(
        &self,
        redirect: RedirectUrl,
        code: &str,
        away: &Away,
        now: Moment,
    ) -> Result<String, Trouble> {
        let client = self.client(redirect)?;
        let asked = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| Trouble::unavailable("token-endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(away.verifier.clone()));
        let answer = asked.request(&|request| self.fetch(request)).map_err(|error| {
            tracing::info!(%error, issuer = self.provider.issuer, "An identity provider gave no token");
            Trouble::refused("code")
        })?;
        let token = answer.id_token().ok_or(Trouble::refused("no-token"))?;
        let instant = DateTime::<Utc>::from_timestamp_micros(now.us()).ok_or(Trouble::refused("time"))?;
        let lately = move |issued: DateTime<Utc>| {
            let age = (instant - issued).num_seconds();
            if (-AHEAD_S..=ISSUED_S).contains(&age) { Ok(()) } else { Err("not issued just now".to_owned()) }
        };
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_other_audience_verifier_fn(|_| false)
            .set_time_fn(move || instant)
            .set_issue_time_verifier_fn(lately);
        let claims = token.claims(&verifier, &Nonce::new(away.nonce.clone())).map_err(|error| {
            tracing::info!(%error, issuer = self.provider.issuer, "A token of an identity provider was refused");
            Trouble::refused("token")
        })?;
        // The crate leaves this one to its callers (OpenID Connect Core 1.0, 3.1.3.7, 5).
        let party = claims.authorized_party().map(|party| party.as_str());
        if party.is_some_and(|party| party != self.provider.client_id) {
            return Err(Trouble::refused("token"));
        }
        let acr = claims.auth_context_ref().map(|class| class.as_str());
        let amr = claims.auth_method_refs().cloned().unwrap_or_default();
        let has = |wanted: &[String], given: &[&str]| {
            wanted.is_empty() || wanted.iter().any(|wanted| given.contains(&wanted.as_str()))
        };
        let amr: Vec<&str> = amr.iter().map(|method| method.as_str()).collect();
        let strong = has(&self.provider.acr, acr.as_slice()) && has(&self.provider.amr, &amr);
        if !strong {
            return Err(Trouble { code: RefusalCode::FederationWeak, why: "strength" });
        }
        let subject = claims.subject().as_str();
        if subject.is_empty() || subject.len() > MAX_SUBJECT {
            return Err(Trouble::refused("subject"));
        }
        Ok(subject.to_owned())
    }
}

/// By what an account is found: nobody learns from the database who is who at a provider.
fn digest(key: &InstanceKey, issuer: &str, subject: &str) -> [u8; 32] {
    key.digest("federated identity", format!("{issuer}\n{subject}").as_bytes())
}

impl Inner {
    fn identity_provider(&self, organisation: &str) -> Result<IdentityProvider, Denied> {
        let known = self.identity_providers.iter().find(|provider| provider.organisation == organisation);
        known.cloned().ok_or_else(|| RefusalCode::NotFound.into())
    }

    /// Where a provider sends people back to: an address of its own, so that none answers for another (RFC 9700, 4.4).
    fn redirect(&self, organisation: &str) -> Result<RedirectUrl, Denied> {
        let address = format!("{}/sign-in/federation/{organisation}", self.relying_party.origin);
        RedirectUrl::new(address).map_err(|error| Fault::other(error.to_string()).into())
    }
}

/// The organisation of a code.
fn organisation(tx: &mut dyn Tx, code: &str) -> Result<Option<OrganisationId>, Fault> {
    Ok(party::organisations(tx)?.into_iter().find(|known| known.code == code).map(|known| known.id))
}

async fn away<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<Result<T, Trouble>, Denied> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Fault::other(error.to_string()).into())
}

impl Exchange {
    /// The organisations with an identity provider: their codes and its issuer.
    pub fn identity_providers(&self) -> Vec<(String, String)> {
        let all = self.inner.identity_providers.iter();
        all.map(|provider| (provider.organisation.clone(), provider.issuer.clone())).collect()
    }

    /// Sends somebody to the identity provider of an organisation: nobody known yet, to sign in; or the caller, to connect
    /// their account there.
    ///
    /// # Errors
    /// There is no such provider, it cannot be reached; or the caller has not shown a passkey lately.
    pub async fn federation_departure(&self, code: &str, who: Option<&Caller>) -> Result<Departure, Denied> {
        let provider = self.inner.identity_provider(code)?;
        if let Some(who) = who {
            let asks =
                |_: &mut dyn Tx, _: &Inner, _: &Actor, _: Moment| Ok(Ok(((), Some(Change::of("asked")))));
            self.on_account(who, Action::AccountEdit, asks).await?;
        }
        let person = who.and_then(|who| who.actor().map(|actor| actor.person));
        let browser = secret();
        let kept = Away { organisation: code.to_owned(), nonce: secret(), verifier: secret() };
        let state = serde_json::to_vec(&kept).map_err(|error| Fault::json("a departure", &error))?;
        let asked = Asked { kind: Kind::Federate, person, granted: Some(hash(&browser).to_vec()) };
        let (key, now) = (self.store.instance_key().clone(), self.now());
        let work = move |tx: &mut dyn Tx| ceremony::keep(tx, &key, &asked, (Value::Null, state.clone()), now);
        let handle = self.store.write("ceremony.begin", work).await?.handle;
        let (redirect, issuer) = (self.inner.redirect(code)?, provider.issuer.clone());
        let to = away(move || Asking::of(&provider).departure(redirect, &handle, &kept)).await?;
        match to {
            Ok(to) => Ok(Departure { to, issuer, browser }),
            Err(trouble) => self.not_federated(code, trouble).await,
        }
    }

    /// Leaves the trail entry of somebody who did not get in.
    async fn not_federated<T: Send + 'static>(&self, code: &str, trouble: Trouble) -> Result<T, Denied> {
        let issuer = self.inner.identity_provider(code)?.issuer;
        let now = self.now();
        let work = move |tx: &mut dyn Tx| -> Answer<T> {
            let mut attempt = unknown(Action::SessionBegin, now);
            attempt.detail = detail(&Told { issuer: &issuer, identity: None, why: trouble.why })?;
            attempt.refuse(tx, vec![Refusal::new(trouble.code)])
        };
        settle(self.store.write("session.begin", work).await)
    }

    /// Takes in whoever comes back from the identity provider of an organisation.
    ///
    /// # Errors
    /// Nobody was sent there by this browser in the last five minutes; the provider's answer does not hold, is too weak, or
    /// names nobody; or it cannot be reached.
    pub async fn federation_return(
        &self,
        code: &str,
        browser: &str,
        returned: &Returned,
        who: Option<&Caller>,
    ) -> Result<Federated, Denied> {
        let provider = self.inner.identity_provider(code)?;
        let asked = Asked { kind: Kind::Federate, person: None, granted: Some(hash(browser).to_vec()) };
        let (key, now, state) = (self.store.instance_key().clone(), self.now(), returned.state.clone());
        let work = move |tx: &mut dyn Tx| ceremony::take(tx, &key, &state, &asked, now);
        let taken = self.store.write("ceremony.take", work).await?;
        let kept =
            taken.ok().and_then(|row| Some((row.person, serde_json::from_slice::<Away>(&row.state).ok()?)));
        let own = who.and_then(|who| who.actor().map(|actor| actor.person));
        let (person, kept) = match kept {
            Some((person, kept)) if kept.organisation == code && (person.is_none() || person == own) => {
                (person, kept)
            }
            _ => return self.not_federated(code, Trouble::refused("state")).await,
        };
        let trouble = match (&returned.iss, &returned.error) {
            (Some(iss), _) if *iss != provider.issuer => Some("issuer"),
            (_, Some(_)) => Some("error"),
            _ if returned.code.is_empty() || returned.code.len() > MAX_CODE => Some("code"),
            _ => None,
        };
        if let Some(why) = trouble {
            return self.not_federated(code, Trouble::refused(why)).await;
        }
        let (redirect, given, asking) = (self.inner.redirect(code)?, returned.code.clone(), provider.clone());
        let subject = away(move || Asking::of(&asking).subject(redirect, &given, &kept, now)).await?;
        let subject = match subject {
            Ok(subject) => subject,
            Err(trouble) => return self.not_federated(code, trouble).await,
        };
        let digest = digest(self.store.instance_key(), &provider.issuer, &subject);
        match (person, who) {
            (Some(_), Some(who)) => self.connect(who, &provider, digest).await.map(|()| Federated::Connected),
            _ => self.federated_session(&provider, digest).await.map(Federated::SignedIn),
        }
    }

    async fn connect(
        &self,
        who: &Caller,
        provider: &IdentityProvider,
        digest: [u8; 32],
    ) -> Result<(), Denied> {
        let provider = provider.clone();
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, now: Moment| {
            let refuse = |code: RefusalCode| Ok(Err(vec![code.into()]));
            let Some(organisation) = organisation(tx, &provider.organisation)? else {
                return refuse(RefusalCode::NotFound);
            };
            if party::actor(tx, actor.person, organisation)?.is_none() {
                return refuse(RefusalCode::NotPermitted);
            }
            if rows::by_digest(tx, digest)?.is_some() {
                return refuse(RefusalCode::FederationRefused);
            }
            let (issuer, person) = (provider.issuer.clone(), actor.person);
            let row = FederatedIdentityRow {
                id: new_id(now),
                person,
                organisation,
                issuer,
                created_at: now,
                used_at: None,
            };
            rows::add(tx, digest, &row)?;
            notice::account(tx, actor, "federated", false, now)?;
            Ok(Ok(((), Some(Change::federated("connected", row.id)))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    async fn federated_session(
        &self,
        provider: &IdentityProvider,
        digest: [u8; 32],
    ) -> Result<String, Denied> {
        let (inner, issuer) = (self.inner.clone(), provider.issuer.clone());
        let work = move |tx: &mut dyn Tx| {
            let (now, action) = (inner.now(), Action::SessionBegin);
            let told = |identity, why| detail(&Told { issuer: &issuer, identity, why });
            let found = match rows::by_digest(tx, digest)? {
                Some(row) => party::actor(tx, row.person, row.organisation)?.map(|(actor, _)| (row, actor)),
                None => None,
            };
            let Some((row, actor)) = found else {
                let mut attempt = unknown(action, now);
                attempt.detail = told(None, "subject")?;
                return attempt.refuse(tx, vec![RefusalCode::FederationUnknown.into()]);
            };
            let who = Caller::Person { actor: actor.clone(), via: Via::Page, presence: Presence::Token };
            let mut attempt = Attempt::new(&who, action, now);
            attempt.detail = told(Some(row.id), "")?;
            if let Err(code) = attempt.ask(&inner, Relation::Own, Facts::default()) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            rows::note_use(tx, row.id, now)?;
            let session = begin(tx, &actor, By::Federation(row.id), now)?;
            attempt.record(tx, "done", "")?;
            Ok(Ok(session))
        };
        settle(self.store.write("session.begin", work).await)
    }

    /// Lets one of the caller's own accounts at identity providers stand for nobody any more, and ends its sessions.
    ///
    /// # Errors
    /// No passkey was shown lately, or it is not there.
    pub async fn disconnect(&self, who: &Caller, id: FederatedIdentityId) -> Result<(), Denied> {
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, now: Moment| {
            if !rows::end(tx, id, actor.person, now)? {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "identity")]));
            }
            notice::account(tx, actor, "unfederated", false, now)?;
            Ok(Ok(((), Some(Change::federated("disconnected", id)))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }
}
