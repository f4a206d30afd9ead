//! Signing in with a passkey, showing it again, sessions kept here, and tokens of machines.
//! Secrets are random and shown once; only their SHA-256 is stored (T03).

use crate::act::{Answer, Attempt, Caller, Denied, Presence, Via, hex, settle};
use crate::ceremony::{self, Answered, Asked, Challenge, Kind};
use crate::{Exchange, Inner, PeerProcedures, fill, new_id, notice};
use comity_domain::id::{AuthenticatorId, FederatedIdentityId, PersonId};
use comity_domain::party::{Actor, Role};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::term::Language;
use comity_domain::time::Moment;
use comity_policy::{Action, Facts, Relation};
use comity_store::authenticator::{self as rows, AuthenticatorRow};
use comity_store::credential::{self, LiveSession, SessionRow, TokenRow};
use comity_store::seal::InstanceKey;
use comity_store::{Fault, Tx, party};
use serde::Serialize;
use sha2::{Digest, Sha256};

comity_domain::opaque!(Session);

/// A single-use link lives so long, in seconds.
const LINK_S: i64 = 600;
/// A session lives so long at most, in seconds.
const SESSION_S: i64 = 12 * 3_600;
/// A session that is not used for so long is over, in seconds (OWASP ASVS 5.0, 7.3.1).
pub(crate) const IDLE_S: i64 = 30 * 60;
/// The same for whoever holds a role that demands a passkey bound to its device, in seconds.
const STRICT_IDLE_S: i64 = 15 * 60;
/// Uses of sessions and tokens are noted this often, in seconds.
const NOTED_S: i64 = 60;

/// A person signed in: who, and how far their session reaches.
#[derive(Clone)]
pub struct Session {
    /// Who, with the roles that this session may use.
    pub actor: Actor,
    /// Their language.
    pub language: Language,
    /// When their passkey was last shown.
    pub presence: Presence,
    /// Whether they have what signing in again takes: two passkeys, or one and a recovery code.
    pub ready: bool,
    /// Roles that this session may not use, because they demand a passkey that is bound to its device.
    pub withheld: Vec<Role>,
}

/// A new secret of 256 bits, as text.
pub(crate) fn secret() -> String {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    hex(&bytes)
}

pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Writes a single-use link for a person and gives its secret.
pub(crate) fn invitation(tx: &mut dyn Tx, person: PersonId, now: Moment) -> Result<String, Fault> {
    let link = secret();
    credential::add_invitation(tx, hash(&link), person, now.plus_seconds(LINK_S))?;
    Ok(link)
}

/// A person as they act after signing in, if they may act at all.
pub(crate) fn acting(tx: &mut dyn Tx, person: PersonId) -> Result<Option<Actor>, Fault> {
    let Some(member) = party::memberships(tx, person)?.into_iter().next() else { return Ok(None) };
    Ok(party::actor(tx, person, member.organisation)?.map(|(actor, _)| actor))
}

/// With what a session begins.
#[derive(Clone, Copy)]
pub(crate) enum By {
    /// A passkey, which counts as just shown.
    Passkey(AuthenticatorId),
    /// An account at an identity provider.
    Federation(FederatedIdentityId),
    /// One click, in a demonstration.
    Persona,
}

/// Begins a session and gives its secret.
pub(crate) fn begin(tx: &mut dyn Tx, actor: &Actor, by: By, now: Moment) -> Result<String, Fault> {
    let (authenticator, federated_identity) = match by {
        By::Passkey(id) => (Some(id), None),
        By::Federation(id) => (None, Some(id)),
        By::Persona => (None, None),
    };
    let made = secret();
    let row = SessionRow {
        id: new_id(now),
        person: actor.person,
        organisation: actor.organisation,
        authenticator,
        created_at: now,
        seen_at: now,
        present_at: authenticator.map(|_| now),
        federated_identity,
    };
    credential::forget_sessions(tx, now)?;
    credential::add_session(tx, hash(&made), &row, now.plus_seconds(SESSION_S))?;
    Ok(made)
}

static NOBODY: Caller = Caller::System;

/// The attempt of somebody whom nobody knows yet; the trail has it from the system.
pub(crate) fn unknown(action: Action, now: Moment) -> Attempt<'static> {
    let mut attempt = Attempt::new(&NOBODY, action, now);
    attempt.via = Via::Page;
    attempt
}

/// Which passkey an entry of the trail is about.
#[derive(Serialize)]
pub(crate) struct Shown {
    pub(crate) authenticator: AuthenticatorId,
}

pub(crate) fn detail(what: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(what).map_err(|error| Fault::json("what the trail keeps", &error))
}

/// The passkey that has answered; or why its answer does not count, and which passkey it was where that is known.
pub(crate) type Answering = Result<AuthenticatorRow, (RefusalCode, Option<AuthenticatorRow>)>;

/// Takes a challenge and holds the answer against it.
fn answered(
    tx: &mut dyn Tx,
    inner: &Inner,
    key: &InstanceKey,
    (asked, handle, answer): (&Asked, &str, &str),
    now: Moment,
) -> Result<Answering, Fault> {
    match ceremony::take(tx, key, handle, asked, now)? {
        Ok(row) => show(tx, inner, key, (asked.person, &row.state, answer), now),
        Err(code) => Ok(Err((code, None))),
    }
}

/// Holds an answer against its challenge and the passkey that it names, and notes the use of that.
/// `person` is who must have it; nobody in particular while signing in.
pub(crate) fn show(
    tx: &mut dyn Tx,
    inner: &Inner,
    key: &InstanceKey,
    (person, state, answer): (Option<PersonId>, &[u8], &str),
    now: Moment,
) -> Result<Answering, Fault> {
    let answer = match Answered::read(answer) {
        Ok(answer) => answer,
        Err(code) => return Ok(Err((code, None))),
    };
    let found = rows::by_credential(tx, key, answer.credential_id())?;
    let wanted = |row: &AuthenticatorRow| person.is_none_or(|person| row.person == person);
    let Some(row) = found.filter(wanted) else { return Ok(Err((RefusalCode::PasskeyRefused, None))) };
    if row.revoked_at.is_some() {
        return Ok(Err((RefusalCode::PasskeyRefused, Some(row))));
    }
    match inner.relying_party.shown(state, &answer, &row) {
        Ok(credential) => {
            rows::note_use(tx, key, row.id, &credential, now)?;
            Ok(Ok(row))
        }
        Err(code) => Ok(Err((code, Some(row)))),
    }
}

/// Leaves the trail entry of a passkey that did not convince; a copied one is told to its person and administrators.
pub(crate) fn doubt<T>(
    tx: &mut dyn Tx,
    action: Action,
    code: RefusalCode,
    row: Option<AuthenticatorRow>,
    now: Moment,
) -> Answer<T> {
    let refusals = vec![Refusal::new(code)];
    let Some(row) = row else { return unknown(action, now).refuse(tx, refusals) };
    let Some(actor) = acting(tx, row.person)? else { return unknown(action, now).refuse(tx, refusals) };
    if code == RefusalCode::PasskeyCloned {
        notice::account(tx, &actor, "cloned", true, now)?;
    }
    let who = Caller::Person { actor, via: Via::Page, presence: Presence::Token };
    let mut attempt = Attempt::new(&who, action, now);
    attempt.detail = detail(&Shown { authenticator: row.id })?;
    attempt.refuse(tx, refusals)
}

impl Exchange {
    /// A challenge for whoever wants to sign in; nothing in it says who exists (OWASP ASVS 5.0, 6.3.8).
    ///
    /// # Errors
    /// A fault.
    pub async fn sign_in_challenge(&self) -> Result<Challenge, Denied> {
        let (inner, key) = (self.inner.clone(), self.store.instance_key().clone());
        let work = move |tx: &mut dyn Tx| {
            let asked = Asked { kind: Kind::SignIn, person: None, granted: None };
            ceremony::keep(tx, &key, &asked, inner.relying_party.ask_any(&[])?, inner.now())
        };
        Ok(self.store.write("ceremony.begin", work).await?)
    }

    /// Begins a session for the person whose passkey answered.
    ///
    /// # Errors
    /// The challenge or its answer does not hold, the passkey was revoked, or its person may not act.
    pub async fn sign_in(&self, handle: &str, answer: &str) -> Result<String, Denied> {
        let (inner, key) = (self.inner.clone(), self.store.instance_key().clone());
        let (handle, answer) = (handle.to_owned(), answer.to_owned());
        let work = move |tx: &mut dyn Tx| {
            let (now, action) = (inner.now(), Action::SessionBegin);
            let asked = Asked { kind: Kind::SignIn, person: None, granted: None };
            let row = match answered(tx, &inner, &key, (&asked, &handle, &answer), now)? {
                Ok(row) => row,
                Err((code, row)) => return doubt(tx, action, code, row, now),
            };
            let Some(actor) = acting(tx, row.person)? else {
                return doubt(tx, action, RefusalCode::PasskeyRefused, Some(row), now);
            };
            let who = Caller::Person { actor: actor.clone(), via: Via::Page, presence: Presence::Token };
            let mut attempt = Attempt::new(&who, action, now);
            attempt.detail = detail(&Shown { authenticator: row.id })?;
            if let Err(code) = attempt.ask(&inner, Relation::Own, Facts::default()) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let session = begin(tx, &actor, By::Passkey(row.id), now)?;
            attempt.record(tx, "done", "")?;
            Ok(Ok(session))
        };
        settle(self.store.write("session.begin", work).await)
    }

    /// A challenge for the passkeys of the person whose session calls.
    ///
    /// # Errors
    /// The caller has no session, or a fault.
    pub async fn presence_challenge(&self, who: &Caller) -> Result<Challenge, Denied> {
        let (person, session) = who.own_session().ok_or(RefusalCode::PresenceRequired)?;
        let (inner, key) = (self.inner.clone(), self.store.instance_key().clone());
        let work = move |tx: &mut dyn Tx| {
            let granted = Some(session.uuid().as_bytes().to_vec());
            let asked = Asked { kind: Kind::Present, person: Some(person), granted };
            let known = rows::of_person(tx, &key, person)?;
            ceremony::keep(tx, &key, &asked, inner.relying_party.ask_any(&known)?, inner.now())
        };
        Ok(self.store.write("ceremony.begin", work).await?)
    }

    /// Notes in the calling session that its person has shown a passkey; from then on the session reaches as far as
    /// that passkey.
    ///
    /// # Errors
    /// The challenge or its answer does not hold, or the passkey is another person's.
    pub async fn show_presence(&self, who: &Caller, handle: &str, answer: &str) -> Result<(), Denied> {
        let (person, session) = who.own_session().ok_or(RefusalCode::PresenceRequired)?;
        let (inner, key, who) = (self.inner.clone(), self.store.instance_key().clone(), who.clone());
        let (handle, answer) = (handle.to_owned(), answer.to_owned());
        let work = move |tx: &mut dyn Tx| {
            let (now, action) = (inner.now(), Action::SessionPresent);
            let granted = Some(session.uuid().as_bytes().to_vec());
            let asked = Asked { kind: Kind::Present, person: Some(person), granted };
            let Some(whole) = who.whole(tx)? else {
                return Attempt::new(&who, action, now).refuse(tx, vec![RefusalCode::SignInExpired.into()]);
            };
            let mut attempt = Attempt::new(&whole, action, now);
            let row = match answered(tx, &inner, &key, (&asked, &handle, &answer), now)? {
                Ok(row) => row,
                Err((code, Some(row))) => return doubt(tx, action, code, Some(row), now),
                Err((code, None)) => return attempt.refuse(tx, vec![Refusal::new(code)]),
            };
            attempt.detail = detail(&Shown { authenticator: row.id })?;
            if let Err(code) = attempt.ask(&inner, Relation::Own, Facts::default()) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            if !credential::show_presence(tx, session, person, now, row.id)? {
                return attempt.refuse(tx, vec![RefusalCode::SignInExpired.into()]);
            }
            attempt.record(tx, "done", "")?;
            Ok(Ok(()))
        };
        settle(self.store.write("session.present", work).await)
    }

    /// Begins a session for a persona, in the demonstration only.
    ///
    /// # Errors
    /// Outside the demonstration, or the person may not act.
    pub async fn persona_session(&self, person: PersonId) -> Result<String, Denied> {
        if !self.inner.demo {
            return Err(RefusalCode::NotFound.into());
        }
        let inner = self.inner.clone();
        let work = move |tx: &mut dyn Tx| -> Result<Option<String>, Fault> {
            match acting(tx, person)? {
                Some(actor) => begin(tx, &actor, By::Persona, inner.now()).map(Some),
                None => Ok(None),
            }
        };
        let session = self.store.write("session.persona", work).await?;
        session.ok_or_else(|| RefusalCode::NotFound.into())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// A fault.
    pub async fn sign_out(&self, session: &str) -> Result<(), Denied> {
        let (session, inner) = (hash(session), self.inner.clone());
        let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let Some((person, organisation)) = credential::end_session(tx, session)? else { return Ok(()) };
            let Some((actor, _)) = party::actor(tx, person, organisation)? else { return Ok(()) };
            let who = Caller::Person { actor, via: Via::Page, presence: Presence::Token };
            let mut attempt = Attempt::new(&who, Action::SessionEnd, inner.now());
            // Whoever ends their own session is never refused; what the gate adds is the rule in the entry.
            let _ = attempt.ask(&inner, Relation::Own, Facts::default());
            attempt.record(tx, "done", "").map(drop)
        };
        Ok(self.store.write("session.end", work).await?)
    }

    /// Who a session belongs to, while it lives.
    ///
    /// # Errors
    /// A fault; an unknown session is no error.
    pub async fn session(&self, session: &str) -> Result<Option<Session>, Denied> {
        let (session, now) = (hash(session), self.now());
        let find = move |tx: &mut dyn Tx| -> Result<_, Fault> {
            let Some(live) = credential::session(tx, session, now, now.plus_seconds(-IDLE_S))? else {
                return Ok(None);
            };
            let found = party::actor(tx, live.row.person, live.row.organisation)?;
            Ok(found.map(|(actor, language)| (live, actor, language)))
        };
        let Some((live, actor, language)) = self.store.read("session.find", find).await? else {
            return Ok(None);
        };
        // What was a demonstration may be served in earnest later: then nobody is in who showed no passkey.
        if live.row.authenticator.is_none() && live.row.federated_identity.is_none() && !self.inner.demo {
            return Ok(None);
        }
        let seen = live.row.seen_at;
        let strict = actor.roles.iter().any(|role| self.inner.device_bound.contains(role));
        if strict && seen <= now.plus_seconds(-STRICT_IDLE_S) {
            return Ok(None);
        }
        if seen < now.plus_seconds(-NOTED_S) {
            self.store.write("session.see", move |tx| credential::see_session(tx, session, now)).await?;
        }
        Ok(Some(self.reach(&live, actor, language)))
    }

    /// How far a session reaches: no further than the passkey that was shown in it.
    fn reach(&self, live: &LiveSession, mut actor: Actor, language: Language) -> Session {
        let persona = live.row.authenticator.is_none() && live.row.federated_identity.is_none();
        let weak = !persona && !live.bound;
        let demands = |role: &Role| weak && self.inner.device_bound.contains(role);
        let (withheld, usable) = actor.roles.iter().copied().partition(|role| demands(role));
        actor.roles = usable;
        let enough = live.authenticators > 1 || (live.authenticators == 1 && live.recoverable);
        Session {
            actor,
            language,
            presence: Presence::Session { id: live.row.id, shown_at: live.row.present_at },
            ready: persona || enough,
            withheld,
        }
    }

    /// Who a token belongs to and what it may do, while it is valid.
    ///
    /// # Errors
    /// A fault; an unknown token is no error.
    pub async fn bearer(&self, token: &str) -> Result<Option<(Caller, Vec<String>)>, Denied> {
        let (token, now) = (hash(token), self.now());
        let find = move |tx: &mut dyn Tx| -> Result<_, Fault> {
            let Some(row) = credential::token(tx, token, now)? else { return Ok(None) };
            let caller = caller_of(tx, &row)?;
            Ok(caller.map(|caller| (row, caller)))
        };
        let Some((row, caller)) = self.store.read("token.find", find).await? else { return Ok(None) };
        let not_since = now.plus_seconds(-NOTED_S);
        if row.used_at.is_none_or(|used| used < not_since) {
            let id = row.id;
            self.store.write("token.use", move |tx| credential::use_token(tx, id, now, not_since)).await?;
        }
        Ok(Some((caller, row.scopes)))
    }
}

fn caller_of(tx: &mut dyn Tx, row: &TokenRow) -> Result<Option<Caller>, Fault> {
    if let Some(person) = row.person {
        let actor = party::actor(tx, person, row.organisation)?;
        let caller = |actor| Caller::Person { actor, via: Via::Api, presence: Presence::Token };
        return Ok(actor.map(|(actor, _)| caller(actor)));
    }
    let (Some(addressee), Some(procedures)) = (row.addressee, &row.procedures) else { return Ok(None) };
    let procedures: PeerProcedures =
        serde_json::from_str(procedures).map_err(|error| Fault::json("a peer link", &error))?;
    Ok(Some(Caller::Peer { organisation: row.organisation, addressee, procedures }))
}
