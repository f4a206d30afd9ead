//! Acts signed with a passkey: what is asked of it, and the assertion that is kept with the event (T03, T21).
//! The challenge is a digest of what the act would tell, decided beforehand; the act decides again, and what was signed
//! must be that.

use crate::act::{Answer, Attempt, Caller, Denied, IdempotencyKey, Receipt, settle};
use crate::ceremony::{self, Answered, Asked, Challenge, Kind};
use crate::request::{act_in, ask_act, decided, known, still_there};
use crate::sign_in::{Shown, detail, doubt, show};
use crate::{Exchange, Inner, fill};
use comity_domain::event::{Assertion, Event};
use comity_domain::id::{PersonId, RequestId, SessionId};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{RequestCommand, RequestEvent};
use comity_ledger::assertion::{self, Statement};
use comity_policy::Action;
use comity_store::authenticator::{self as rows, AuthenticatorRow};
use comity_store::{Fault, Tx, credential, request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// A challenge to sign, as it is kept for its answer.
#[derive(Serialize, Deserialize)]
pub(crate) struct ToSign {
    /// Goes into the challenge, in hexadecimal.
    nonce: String,
    /// What the relying party remembers.
    state: Value,
}

/// What a passkey has signed, before it is known whether that is this act.
#[derive(Clone)]
pub(crate) struct Signed(Assertion);

impl Signed {
    /// The assertion to be kept, if the event tells what was signed and the proof of it holds by itself.
    pub(crate) fn under(&self, event: &Event) -> Result<Option<Assertion>, Fault> {
        let whole = Event { assertion: Some(self.0.clone()), ..event.clone() };
        let told = serde_json::to_value(&whole).map_err(|error| Fault::json("an event", &error))?;
        match assertion::of_event(&told) {
            Ok(Some(_)) => Ok(whole.assertion),
            Ok(None) => Ok(None),
            Err(why) => {
                tracing::info!(why, "The signature of a passkey was refused");
                Ok(None)
            }
        }
    }
}

/// The challenge for what an act would do to a request of so many events.
fn challenge(
    tx: &mut dyn Tx,
    (id, version): (RequestId, u64),
    what: &RequestEvent,
    nonce: &str,
) -> Result<[u8; 32], Fault> {
    let previous = request::last_commitment(tx, id)?.map_or_else(String::new, |last| crate::act::hex(&last));
    let what = serde_json::to_value(what).map_err(|error| Fault::json("an event", &error))?;
    let (request, body) = (id.to_string(), assertion::body(&what));
    Ok(Statement { request: &request, version, previous: &previous, nonce, body: &body }.challenge())
}

fn asked(person: PersonId, session: SessionId) -> Asked {
    Asked { kind: Kind::Sign, person: Some(person), granted: Some(session.uuid().as_bytes().to_vec()) }
}

/// The passkey that answered and what it signed; or why not, and which one it was, where that is known.
type Held = Result<(AuthenticatorRow, Signed), (RefusalCode, Option<AuthenticatorRow>)>;

/// Holds the answer of a passkey against its challenge; the passkey counts as shown from now on.
fn signed(
    tx: &mut dyn Tx,
    inner: &Inner,
    key: &comity_store::seal::InstanceKey,
    (asked, handle, answer): (&Asked, &str, &str),
) -> Result<Held, Fault> {
    let now = inner.now();
    let kept = match ceremony::take(tx, key, handle, asked, now)? {
        Ok(row) => row.state,
        Err(code) => return Ok(Err((code, None))),
    };
    let Ok(kept) = serde_json::from_slice::<ToSign>(&kept) else {
        return Ok(Err((RefusalCode::PasskeyExpired, None)));
    };
    let state = kept.state.to_string().into_bytes();
    let row = match show(tx, inner, key, (asked.person, &state, answer), now)? {
        Ok(row) => row,
        Err(refused) => return Ok(Err(refused)),
    };
    let proof = Answered::read(answer).and_then(|answer| answer.proof(&row, kept.nonce));
    match proof {
        Ok(assertion) => Ok(Ok((row, Signed(assertion)))),
        Err(code) => Ok(Err((code, Some(row)))),
    }
}

impl Exchange {
    /// A challenge that signs an act of the person whose session calls, if nothing stands against the act.
    ///
    /// # Errors
    /// The caller has no session; everything that stands against the act; or a fault.
    pub async fn signature_challenge(
        &self,
        who: &Caller,
        id: RequestId,
        command: RequestCommand,
        expected: Option<u64>,
    ) -> Result<Challenge, Denied> {
        let (person, session) = who.own_session().ok_or(RefusalCode::SignatureRequired)?;
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::from(command.act()), inner.now());
            attempt.signs = true;
            if let Err(refusals) = ask_act(tx, &inner, &mut attempt, id)? {
                return Ok(Err(refusals));
            }
            let decision = match decided(tx, &store, &inner, &attempt, id, &command, expected)? {
                Ok(decision) => decision,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            let Some(first) = decision.events.first() else {
                return Ok(Err(vec![RefusalCode::NotInThisState.into()]));
            };
            let mut random = [0; 32];
            fill(&mut random);
            let nonce = crate::act::hex(&random);
            let challenge = challenge(tx, (id, decision.request.version), first, &nonce)?;
            let key = store.instance_key();
            let known = rows::of_person(tx, key, person)?;
            let (options, state) = inner.relying_party.ask_to_sign(&known, challenge)?;
            let state = serde_json::to_vec(&ToSign { nonce, state })
                .map_err(|error| Fault::json("a challenge", &error))?;
            Ok(Ok(ceremony::keep(tx, key, &asked(person, session), (options, state), attempt.now)?))
        };
        settle(self.store.write("ceremony.begin", work).await)
    }

    /// As [`Exchange::act`], signed with a passkey: the answer to [`Exchange::signature_challenge`] for the same act. The
    /// passkey counts as shown in the session from then on.
    ///
    /// # Errors
    /// As [`Exchange::act`]; or the challenge or its answer does not hold, or something else was signed.
    #[expect(clippy::too_many_arguments, reason = "an act, and the two parts of its signature")]
    pub async fn act_signed(
        &self,
        who: &Caller,
        id: RequestId,
        command: RequestCommand,
        expected: Option<u64>,
        key: Option<IdempotencyKey>,
        handle: &str,
        answer: &str,
    ) -> Result<Receipt, Denied> {
        let (person, session) = who.own_session().ok_or(RefusalCode::SignatureRequired)?;
        let memory = self.memory(who, id, &command, key);
        let action = Action::from(command.act());
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let (handle, answer): (Arc<str>, Arc<str>) = (handle.into(), answer.into());
        let work = move |tx: &mut dyn Tx| -> Answer<Receipt> {
            let now = inner.now();
            let who = match still_there(tx, &who, action, id, now)? {
                Ok(who) => who,
                Err(refusals) => return Ok(Err(refusals)),
            };
            if let Some(first) = known(memory.recall(tx)?) {
                return Ok(first);
            }
            let question = (&asked(person, session), &*handle, &*answer);
            let (row, signed) = match signed(tx, &inner, store.instance_key(), question)? {
                Ok(signed) => signed,
                Err((code, Some(row))) => return doubt(tx, action, code, Some(row), now),
                Err((code, None)) => {
                    return Attempt::new(&who, action, now).refuse(tx, vec![Refusal::new(code)]);
                }
            };
            credential::show_presence(tx, session, person, now, row.id)?;
            let who = who.reaching(&inner, row.bound);
            let mut attempt = Attempt::new(&who, action, now);
            attempt.signs = true;
            attempt.detail = detail(&Shown { authenticator: row.id })?;
            act_in(tx, &store, &inner, &mut attempt, id, &command, expected, Some(&signed), &memory)
        };
        self.promised(settle(self.store.write(action.as_str(), work).await)?)
    }
}
