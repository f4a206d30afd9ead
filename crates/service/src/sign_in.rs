//! Signing in by a single-use link, sessions kept here, and tokens of machines.
//! Secrets are random and shown once; only their SHA-256 is stored (T03).

use crate::act::{Caller, Denied, Via, hex};
use crate::{Exchange, PeerProcedures, fill};
use comity_domain::id::PersonId;
use comity_domain::party::Actor;
use comity_domain::refusal::RefusalCode;
use comity_domain::term::Language;
use comity_domain::time::Moment;
use comity_store::credential::{self, TokenRow};
use comity_store::{Fault, Tx, party};
use sha2::{Digest, Sha256};

/// A sign-in link lives so long, in seconds.
const LINK_S: i64 = 600;
/// A session lives so long at most, in seconds.
const SESSION_S: i64 = 12 * 3_600;
/// A session that is not used for so long is over, in seconds.
pub(crate) const IDLE_S: i64 = 3_600;
/// Uses of sessions and tokens are noted this often, in seconds.
const NOTED_S: i64 = 60;

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

fn begin(tx: &mut dyn Tx, person: PersonId, now: Moment) -> Result<Option<String>, Fault> {
    let Some(member) = party::memberships(tx, person)?.into_iter().next() else { return Ok(None) };
    if party::actor(tx, person, member.organisation)?.is_none() {
        return Ok(None);
    }
    let session = secret();
    let expires = now.plus_seconds(SESSION_S);
    credential::add_session(tx, hash(&session), person, member.organisation, now, expires)?;
    Ok(Some(session))
}

impl Exchange {
    /// Uses a single-use link up and begins a session.
    ///
    /// # Errors
    /// The link is unknown, used or older than ten minutes, or its person may not act.
    pub async fn sign_in(&self, link: &str) -> Result<String, Denied> {
        let (link, inner) = (hash(link), self.inner.clone());
        let work = move |tx: &mut dyn Tx| -> Result<Option<String>, Fault> {
            let now = inner.now();
            match credential::use_invitation(tx, link, now)? {
                Some(person) => begin(tx, person, now),
                None => Ok(None),
            }
        };
        let session = self.store.write("session.begin", work).await?;
        session.ok_or_else(|| RefusalCode::SignInExpired.into())
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
        let work = move |tx: &mut dyn Tx| begin(tx, person, inner.now());
        let session = self.store.write("session.persona", work).await?;
        session.ok_or_else(|| RefusalCode::NotFound.into())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// A fault.
    pub async fn sign_out(&self, session: &str) -> Result<(), Denied> {
        let session = hash(session);
        Ok(self.store.write("session.end", move |tx| credential::end_session(tx, session)).await?)
    }

    /// Who a session belongs to, while it lives.
    ///
    /// # Errors
    /// A fault; an unknown session is no error.
    pub async fn session(&self, session: &str) -> Result<Option<(Actor, Language)>, Denied> {
        let (session, now) = (hash(session), self.now());
        let find = move |tx: &mut dyn Tx| -> Result<_, Fault> {
            let since = now.plus_seconds(-IDLE_S);
            let Some((person, organisation, seen)) = credential::session(tx, session, now, since)? else {
                return Ok(None);
            };
            Ok(party::actor(tx, person, organisation)?.map(|found| (found, seen)))
        };
        let Some((found, seen)) = self.store.read("session.find", find).await? else { return Ok(None) };
        if seen < now.plus_seconds(-NOTED_S) {
            self.store.write("session.see", move |tx| credential::see_session(tx, session, now)).await?;
        }
        Ok(Some(found))
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
        return Ok(actor.map(|(actor, _)| Caller::Person { actor, via: Via::Api }));
    }
    let (Some(addressee), Some(procedures)) = (row.addressee, &row.procedures) else { return Ok(None) };
    let procedures: PeerProcedures =
        serde_json::from_str(procedures).map_err(|error| Fault::json("a peer link", &error))?;
    Ok(Some(Caller::Peer { organisation: row.organisation, addressee, procedures }))
}
