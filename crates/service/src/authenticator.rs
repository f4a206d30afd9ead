//! One's own account: passkeys, the recovery code, sessions; and how somebody without a passkey gets one.
//! Every change leaves its trail entry and its notice in the same transaction (T03; OWASP ASVS 5.0, 6.3.7, 6.4.4, 6.5.6).

use crate::act::{Answer, Attempt, Caller, Denied, PRESENT_S, Presence, Via, hex, settle};
use crate::ceremony::{self, Asked, Challenge, Kind, Made};
use crate::federation::FederatedIdentityView;
use crate::party::short;
use crate::sign_in::{By, IDLE_S, acting, begin, detail, hash, unknown};
use crate::{Exchange, Inner, new_id, notice};
use comity_domain::id::{AuthenticatorId, FederatedIdentityId, PersonId, SessionId};
use comity_domain::party::{Actor, Role};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::time::Moment;
use comity_policy::{Action, Facts, Relation};
use comity_store::authenticator::{self as rows, AuthenticatorRow};
use comity_store::seal::InstanceKey;
use comity_store::{Fault, Tx, credential, federation, party};
use serde::Serialize;
use sha2::{Digest, Sha256};

comity_domain::opaque!(AccountView, AuthenticatorView);

/// Most live passkeys of one person.
const MOST: usize = 20;

/// What entitles somebody to a new passkey who cannot show one.
#[derive(Clone, Copy)]
pub enum Grant<'a> {
    /// The secret of a single-use link.
    Link(&'a str),
    /// A recovery code, as it was typed.
    Code(&'a str),
}

impl std::fmt::Debug for Grant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Grant(…)")
    }
}

/// A [`Grant`] by its digest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Granted {
    Link([u8; 32]),
    Code([u8; 32]),
}

impl From<Grant<'_>> for Granted {
    fn from(grant: Grant<'_>) -> Self {
        match grant {
            Grant::Link(secret) => Self::Link(hash(secret)),
            Grant::Code(typed) => Self::Code(hash(&ceremony::normal(typed))),
        }
    }
}

impl Granted {
    const fn digest(self) -> [u8; 32] {
        match self {
            Self::Link(digest) | Self::Code(digest) => digest,
        }
    }

    fn refusal(self) -> Refusal {
        match self {
            Self::Link(_) => Refusal::new(RefusalCode::SignInExpired),
            Self::Code(_) => Refusal::of(RefusalCode::SignInExpired, "code").because("refusal-recovery-code"),
        }
    }

    fn person(self, tx: &mut dyn Tx, now: Moment) -> Result<Option<PersonId>, Fault> {
        match self {
            Self::Link(digest) => credential::invitation(tx, digest, now),
            Self::Code(digest) => rows::code(tx, digest),
        }
    }

    fn use_up(self, tx: &mut dyn Tx, now: Moment) -> Result<Option<PersonId>, Fault> {
        match self {
            Self::Link(digest) => credential::use_invitation(tx, digest, now),
            Self::Code(digest) => rows::use_code(tx, digest, now),
        }
    }

    fn asked(self, person: Option<PersonId>) -> Asked {
        Asked { kind: Kind::Enrol, person, granted: Some(self.digest().to_vec()) }
    }
}

/// One of one's own passkeys.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuthenticatorView {
    /// Its identifier.
    pub id: AuthenticatorId,
    /// What its person calls it.
    pub name: String,
    /// Whether its key cannot leave the device; otherwise it may be synchronised between devices.
    pub bound: bool,
    /// Added.
    pub created_at: Moment,
    /// Last shown.
    pub used_at: Option<Moment>,
}

/// One of one's own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Its identifier.
    pub id: SessionId,
    /// Begun.
    pub begun_at: Moment,
    /// Last used, to the minute.
    pub seen_at: Moment,
    /// The passkey that was shown last in it.
    pub authenticator: Option<AuthenticatorId>,
    /// Whether it is the session that asks.
    pub here: bool,
}

/// One's own account.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    /// Live passkeys, oldest first.
    pub authenticators: Vec<AuthenticatorView>,
    /// When the living recovery code was made.
    pub recovery_code_at: Option<Moment>,
    /// Live sessions, oldest first.
    pub sessions: Vec<SessionView>,
    /// Whether there is what signing in again takes: two passkeys, or one and a recovery code.
    pub ready: bool,
    /// Accounts at identity providers with which they sign in, oldest first.
    pub federated: Vec<FederatedIdentityView>,
    /// Own roles that can only be used with a passkey that is bound to its device.
    pub device_bound: Vec<Role>,
}

/// What an entry of the trail says about a change of an account.
#[derive(Serialize)]
pub(crate) struct Change {
    #[serde(rename = "change")]
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator: Option<AuthenticatorId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<FederatedIdentityId>,
    /// SHA-256 of the public key, in hexadecimal, so that the log says whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl Change {
    pub(crate) const fn of(what: &'static str) -> Self {
        Self { what, authenticator: None, session: None, identity: None, key: None }
    }

    fn to(what: &'static str, authenticator: AuthenticatorId) -> Self {
        Self { authenticator: Some(authenticator), ..Self::of(what) }
    }

    /// An account at an identity provider.
    pub(crate) fn federated(what: &'static str, id: FederatedIdentityId) -> Self {
        Self { identity: Some(id), ..Self::of(what) }
    }

    /// A new passkey.
    fn new(what: &'static str, row: &AuthenticatorRow) -> Self {
        let key = ceremony::public_key(&row.credential).ok().map(|key| hex(&Sha256::digest(key)));
        Self { key, ..Self::to(what, row.id) }
    }
}

fn row(person: PersonId, made: Made, name: &str, now: Moment) -> AuthenticatorRow {
    AuthenticatorRow {
        id: new_id(now),
        person,
        credential_id: made.credential_id,
        credential: made.credential,
        name: name.to_owned(),
        bound: made.bound,
        created_at: now,
        used_at: Some(now),
        revoked_at: None,
    }
}

/// Reads a new passkey and makes sure that nobody has it.
fn verified(
    tx: &mut dyn Tx,
    inner: &Inner,
    key: &InstanceKey,
    state: &[u8],
    answer: &str,
) -> Result<Result<Made, RefusalCode>, Fault> {
    let made = match inner.relying_party.made(state, answer) {
        Ok(made) => made,
        Err(code) => return Ok(Err(code)),
    };
    let known = rows::by_credential(tx, key, &made.credential_id)?.is_some();
    Ok(if known { Err(RefusalCode::PasskeyRefused) } else { Ok(made) })
}

/// What a link or code does besides adding a passkey: the word of the change, after what was there has ended.
fn make_room(tx: &mut dyn Tx, granted: Granted, actor: &Actor, now: Moment) -> Result<&'static str, Fault> {
    let person = actor.person;
    match granted {
        Granted::Code(_) => {
            credential::end_sessions(tx, person)?;
            notice::account(tx, actor, "code-used", true, now)?;
            Ok("enrolled-by-code")
        }
        Granted::Link(_) => {
            credential::end_invitations(tx, person, now)?;
            federation::end_all(tx, person, now)?;
            if rows::revoke_all(tx, person, now)? == 0 {
                notice::account(tx, actor, "added", false, now)?;
                return Ok("enrolled");
            }
            rows::end_codes(tx, person, now)?;
            credential::end_sessions(tx, person)?;
            notice::account(tx, actor, "reproofed", true, now)?;
            Ok("reproofed")
        }
    }
}

impl Exchange {
    /// The address at which passkeys of this instance can be used.
    pub fn passkey_origin(&self) -> &str {
        &self.inner.relying_party.origin
    }

    /// A challenge for the new passkey of whoever holds a link or a recovery code. Nothing is used up yet.
    ///
    /// # Errors
    /// The link or code is unknown, used or over, or its person may not act.
    pub async fn enrolment_challenge(&self, grant: Grant<'_>) -> Result<Challenge, Denied> {
        let (inner, key) = (self.inner.clone(), self.store.instance_key().clone());
        let granted = Granted::from(grant);
        let work = move |tx: &mut dyn Tx| {
            let now = inner.now();
            let refuse =
                |tx: &mut dyn Tx| unknown(Action::AccountEnrol, now).refuse(tx, vec![granted.refusal()]);
            let Some(id) = granted.person(tx, now)? else { return refuse(tx) };
            let (Some(person), Some(_)) = (party::person(tx, id)?, acting(tx, id)?) else {
                return refuse(tx);
            };
            let known = match granted {
                // What is there is retired, and may be enrolled anew.
                Granted::Link(_) => Vec::new(),
                Granted::Code(_) => rows::of_person(tx, &key, id)?,
            };
            let asked = inner.relying_party.ask_new(&person, &known)?;
            Ok(Ok(ceremony::keep(tx, &key, &granted.asked(Some(id)), asked, now)?))
        };
        settle(self.store.write("ceremony.begin", work).await)
    }

    /// Adds a passkey by a link or a recovery code, which is used up, and begins a session.
    ///
    /// A link for somebody who has passkeys proves anew who they are: those passkeys, the recovery code and every
    /// session end. A recovery code ends every session.
    ///
    /// # Errors
    /// As [`Exchange::enrolment_challenge`]; or the challenge, its answer or the name does not hold.
    pub async fn enrol(
        &self,
        grant: Grant<'_>,
        handle: &str,
        answer: &str,
        name: &str,
    ) -> Result<String, Denied> {
        let name = short(name, "name").map_err(Denied::Refused)?;
        let (inner, key) = (self.inner.clone(), self.store.instance_key().clone());
        let (granted, handle, answer) = (Granted::from(grant), handle.to_owned(), answer.to_owned());
        let work = move |tx: &mut dyn Tx| {
            let (now, action) = (inner.now(), Action::AccountEnrol);
            let refuse = |tx: &mut dyn Tx, refusal: Refusal| unknown(action, now).refuse(tx, vec![refusal]);
            if granted.person(tx, now)?.is_none() {
                return refuse(tx, granted.refusal());
            }
            let taken = ceremony::take(tx, &key, &handle, &granted.asked(None), now)?;
            let state = match taken {
                Ok(row) => row.state,
                Err(code) => return refuse(tx, code.into()),
            };
            let made = match verified(tx, &inner, &key, &state, &answer)? {
                Ok(made) => made,
                Err(code) => return refuse(tx, code.into()),
            };
            let Some(person) = granted.use_up(tx, now)? else { return refuse(tx, granted.refusal()) };
            let Some(actor) = acting(tx, person)? else { return refuse(tx, granted.refusal()) };
            let who = Caller::Person { actor: actor.clone(), via: Via::Page, presence: Presence::Token };
            let mut attempt = Attempt::new(&who, action, now);
            if let Err(code) = attempt.ask(&inner, Relation::Own, Facts::default()) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let change = make_room(tx, granted, &actor, now)?;
            let row = row(person, made, &name, now);
            rows::add(tx, &key, &row)?;
            let session = begin(tx, &actor, By::Passkey(row.id), now)?;
            attempt.detail = detail(&Change::new(change, &row))?;
            attempt.record(tx, "done", "")?;
            Ok(Ok(session))
        };
        settle(self.store.write("account.enrol", work).await)
    }

    /// Runs `work` on the caller's own account if they may do `action` to it, and leaves the trail entry. The roles
    /// that the session withholds count here: else nobody could add the passkey that opens them.
    pub(crate) async fn on_account<T: Send + 'static>(
        &self,
        who: &Caller,
        action: Action,
        work: impl Fn(&mut dyn Tx, &Inner, &Actor, Moment) -> Answer<(T, Option<Change>)> + Send + 'static,
    ) -> Result<T, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let now = inner.now();
            let Some(whole) = who.whole(tx)? else {
                return Attempt::new(&who, action, now).refuse(tx, vec![RefusalCode::NotPermitted.into()]);
            };
            let mut attempt = Attempt::new(&whole, action, now);
            if let Err(code) = attempt.ask(&inner, Relation::Own, Facts::default()) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let Some(actor) = whole.actor() else {
                return attempt.refuse(tx, vec![RefusalCode::NotPermitted.into()]);
            };
            match work(tx, &inner, actor, now)? {
                Ok((done, change)) => {
                    if let Some(change) = change {
                        attempt.detail = detail(&change)?;
                    }
                    let outcome = if action == Action::AccountView { "viewed" } else { "done" };
                    attempt.record(tx, outcome, "")?;
                    Ok(Ok(done))
                }
                Err(refusals) => attempt.refuse(tx, refusals),
            }
        };
        settle(self.store.write(action.as_str(), work).await)
    }

    /// The caller's own passkeys and sessions.
    ///
    /// # Errors
    /// The caller is no person, or a fault.
    pub async fn account(&self, who: &Caller) -> Result<AccountView, Denied> {
        let key = self.store.instance_key().clone();
        let here = who.own_session().map(|(_, session)| session);
        let work = move |tx: &mut dyn Tx, inner: &Inner, actor: &Actor, now: Moment| {
            let authenticators = rows::of_person(tx, &key, actor.person)?;
            let recovery_code_at = rows::code_of(tx, actor.person)?;
            let since = now.plus_seconds(-IDLE_S);
            let sessions = credential::sessions_of(tx, actor.person, now, since)?.into_iter();
            let enough =
                authenticators.len() > 1 || (authenticators.len() == 1 && recovery_code_at.is_some());
            let view = AccountView {
                authenticators: authenticators.into_iter().map(authenticator_view).collect(),
                recovery_code_at,
                sessions: sessions
                    .map(|row| SessionView {
                        id: row.id,
                        begun_at: row.created_at,
                        seen_at: row.seen_at,
                        authenticator: row.authenticator,
                        here: here == Some(row.id),
                    })
                    .collect(),
                ready: enough || inner.demo,
                federated: federation::of_person(tx, actor.person)?.into_iter().map(Into::into).collect(),
                device_bound: actor
                    .roles
                    .iter()
                    .copied()
                    .filter(|r| inner.device_bound.contains(r))
                    .collect(),
            };
            Ok(Ok((view, None)))
        };
        self.on_account(who, Action::AccountView, work).await
    }

    /// A challenge for a further passkey of the caller.
    ///
    /// # Errors
    /// No passkey was shown lately, there are too many, or a fault.
    pub async fn authenticator_challenge(&self, who: &Caller) -> Result<Challenge, Denied> {
        let key = self.store.instance_key().clone();
        let work = move |tx: &mut dyn Tx, inner: &Inner, actor: &Actor, now: Moment| {
            let known = rows::of_person(tx, &key, actor.person)?;
            if known.len() >= MOST {
                return Ok(Err(vec![RefusalCode::TooMuch.into()]));
            }
            let Some(person) = party::person(tx, actor.person)? else {
                return Ok(Err(vec![RefusalCode::NotFound.into()]));
            };
            let asked = Asked { kind: Kind::Add, person: Some(person.id), granted: None };
            let challenge =
                ceremony::keep(tx, &key, &asked, inner.relying_party.ask_new(&person, &known)?, now)?;
            Ok(Ok((challenge, Some(Change::of("asked")))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    /// Adds a passkey to the caller's own.
    ///
    /// # Errors
    /// No passkey was shown lately; or the challenge, its answer or the name does not hold.
    pub async fn add_authenticator(
        &self,
        who: &Caller,
        handle: &str,
        answer: &str,
        name: &str,
    ) -> Result<(), Denied> {
        let key = self.store.instance_key().clone();
        let (handle, answer, name) = (handle.to_owned(), answer.to_owned(), name.to_owned());
        let work = move |tx: &mut dyn Tx, inner: &Inner, actor: &Actor, now: Moment| {
            let name = match short(&name, "name") {
                Ok(name) => name,
                Err(refusals) => return Ok(Err(refusals)),
            };
            let asked = Asked { kind: Kind::Add, person: Some(actor.person), granted: None };
            let state = match ceremony::take(tx, &key, &handle, &asked, now)? {
                Ok(row) => row.state,
                Err(code) => return Ok(Err(vec![code.into()])),
            };
            let made = match verified(tx, inner, &key, &state, &answer)? {
                Ok(made) => made,
                Err(code) => return Ok(Err(vec![code.into()])),
            };
            let row = row(actor.person, made, &name, now);
            rows::add(tx, &key, &row)?;
            notice::account(tx, actor, "added", false, now)?;
            Ok(Ok(((), Some(Change::new("added", &row)))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    /// Gives one of the caller's own passkeys another name.
    ///
    /// # Errors
    /// No passkey was shown lately, it is not there, or the name does not hold.
    pub async fn rename_authenticator(
        &self,
        who: &Caller,
        id: AuthenticatorId,
        name: &str,
    ) -> Result<(), Denied> {
        let name = name.to_owned();
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, _: Moment| {
            let name = match short(&name, "name") {
                Ok(name) => name,
                Err(refusals) => return Ok(Err(refusals)),
            };
            if rows::rename(tx, id, actor.person, &name)? {
                Ok(Ok(((), Some(Change::to("renamed", id)))))
            } else {
                Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "authenticator")]))
            }
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    /// Revokes one of the caller's own passkeys and ends the sessions in which it was the last one shown.
    ///
    /// # Errors
    /// No passkey was shown lately, it is not there, or it is the last one and no recovery code lives.
    pub async fn revoke_authenticator(&self, who: &Caller, id: AuthenticatorId) -> Result<(), Denied> {
        let key = self.store.instance_key().clone();
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, now: Moment| {
            let known = rows::of_person(tx, &key, actor.person)?;
            if !known.iter().any(|row| row.id == id) {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "authenticator")]));
            }
            if known.len() == 1 && rows::code_of(tx, actor.person)?.is_none() {
                return Ok(Err(vec![RefusalCode::LastAuthenticator.into()]));
            }
            rows::revoke(tx, id, actor.person, now)?;
            credential::end_sessions_of(tx, id)?;
            notice::account(tx, actor, "removed", false, now)?;
            Ok(Ok(((), Some(Change::to("revoked", id)))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    /// Makes a recovery code in the place of the one before, and gives it once.
    ///
    /// # Errors
    /// No passkey was shown lately, or a fault.
    pub async fn make_recovery_code(&self, who: &Caller) -> Result<String, Denied> {
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, now: Moment| {
            let code = ceremony::recovery_code();
            rows::end_codes(tx, actor.person, now)?;
            rows::add_code(tx, hash(&ceremony::normal(&code)), actor.person, now)?;
            notice::account(tx, actor, "code-made", false, now)?;
            Ok(Ok((code, Some(Change::of("recovery-code-made")))))
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    /// Ends one of the caller's own sessions.
    ///
    /// # Errors
    /// No passkey was shown lately, or there is no such session.
    pub async fn end_session(&self, who: &Caller, session: SessionId) -> Result<(), Denied> {
        let work = move |tx: &mut dyn Tx, _: &Inner, actor: &Actor, _: Moment| {
            if credential::end_one_session(tx, session, actor.person)? {
                let change = Change { session: Some(session), ..Change::of("session-ended") };
                Ok(Ok(((), Some(change))))
            } else {
                Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "session")]))
            }
        };
        self.on_account(who, Action::AccountEdit, work).await
    }

    /// Ends every session of the caller, the calling one too.
    ///
    /// # Errors
    /// The caller is no person, or a fault.
    pub async fn sign_out_everywhere(&self, who: &Caller) -> Result<(), Denied> {
        let work = |tx: &mut dyn Tx, _: &Inner, actor: &Actor, _: Moment| {
            credential::end_sessions(tx, actor.person)?;
            Ok(Ok(((), Some(Change::of("everywhere")))))
        };
        self.on_account(who, Action::SessionEnd, work).await
    }

    /// For so many seconds the caller may still do what needs a passkey shown; nothing where none is ever asked for.
    pub fn presence_left(&self, who: &Caller) -> Option<i64> {
        let Caller::Person { presence: Presence::Session { shown_at, .. }, .. } = who else { return None };
        let left = |at: Moment| PRESENT_S - (self.now().us() - at.us()) / 1_000_000;
        match shown_at {
            Some(at) => Some(left(*at).clamp(0, PRESENT_S)),
            None => (!self.inner.demo).then_some(0),
        }
    }
}

fn authenticator_view(row: AuthenticatorRow) -> AuthenticatorView {
    AuthenticatorView {
        id: row.id,
        name: row.name,
        bound: row.bound,
        created_at: row.created_at,
        used_at: row.used_at,
    }
}
