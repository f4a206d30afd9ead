//! What follows when trust is withdrawn: every open request of whom it concerns stands still. A few at once, in the
//! transaction of the withdrawal; many by a job that this transaction leaves. Until a request stands still, the gate of the
//! domain refuses all the same, because it reads the state of everybody behind it in its own transaction.

use crate::act::{Attempt, Caller, Memory};
use crate::request::act_in;
use crate::{Exchange, Inner, new_id, new_uuid, notice};
use comity_domain::id::{OrganisationId, PersonId, RequestId, RevocationId};
use comity_domain::party::{Membership, Role};
use comity_domain::request::{Request, RequestCommand, RequestEvent, RevocationCause};
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::source::{self as rows, Revocation};
use comity_store::{Fault, Store, Tx, job, party, request as requests};
use std::collections::BTreeSet;

/// Freezes what a withdrawal of trust has left to be frozen.
pub(crate) const FREEZE: &str = "source.freeze";
/// Tells everybody concerned what a false source had received.
pub(crate) const RECALL: &str = "source.recall";
/// Looks whether an accreditation has come to its end.
pub(crate) const ENDS: &str = "accreditation.end";

/// So many requests are frozen in one transaction.
const AT_ONCE: usize = 50;

/// A withdrawal of trust that is to be recorded.
pub(crate) struct Withdrawn<'a> {
    pub(crate) organisation: OrganisationId,
    pub(crate) person: Option<PersonId>,
    pub(crate) cause: RevocationCause,
    pub(crate) by: Option<PersonId>,
    pub(crate) reason: &'a str,
}

/// Records a withdrawal of trust and freezes what depends on it.
pub(crate) fn revoke(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    what: &Withdrawn<'_>,
    now: Moment,
) -> Result<RevocationId, Fault> {
    let revocation = Revocation {
        id: new_id(now),
        at: now,
        organisation: what.organisation,
        person: what.person,
        cause: what.cause,
        by: what.by,
        reason: what.reason.to_owned(),
        fraud_at: None,
        fraud_request: None,
        reviewed_at: None,
        review: String::new(),
    };
    rows::revoke(tx, &revocation)?;
    freeze_some(tx, store, inner, &revocation, "", now)?;
    Ok(revocation.id)
}

fn freeze_some(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    revocation: &Revocation,
    after: &str,
    now: Moment,
) -> Result<(), Fault> {
    let limit = i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX);
    let found = rows::open_after(tx, revocation, after, limit)?;
    let memory = Memory::new(store.instance_key(), &Caller::System, None, b"");
    for id in found.iter().take(AT_ONCE) {
        let command = RequestCommand::Freeze {
            revocation: revocation.id,
            cause: revocation.cause,
            person: revocation.person,
        };
        // One that has ended or was erased meanwhile refuses: nothing is left to stand still.
        let mut attempt = Attempt::new(&Caller::System, Action::from(command.act()), inner.now());
        drop(act_in(tx, store, inner, &mut attempt, *id, &command, None, None, &memory)?);
    }
    match found.get(AT_ONCE) {
        Some(_) => later(tx, FREEZE, revocation.id, found.get(AT_ONCE - 1), now),
        None => Ok(()),
    }
}

fn later(
    tx: &mut dyn Tx,
    kind: &str,
    revocation: RevocationId,
    after: Option<&RequestId>,
    now: Moment,
) -> Result<(), Fault> {
    let after = after.map_or_else(String::new, ToString::to_string);
    let payload = format!("{revocation} {after}");
    let wanted = job::NewJob {
        id: new_uuid(now).to_string(),
        kind: kind.to_owned(),
        unique_key: Some(format!("{kind} {payload}")),
        run_at_us: now.us(),
        payload,
        max_attempts: 1_000,
    };
    job::enqueue(tx, &wanted).map(drop)
}

/// Looks again when an accreditation comes to its end.
pub(crate) fn ends_later(tx: &mut dyn Tx, m: &Membership, now: Moment) -> Result<(), Fault> {
    let payload = format!("{} {}", m.person, m.organisation);
    let wanted = job::NewJob {
        id: new_uuid(now).to_string(),
        kind: ENDS.to_owned(),
        unique_key: Some(format!("{ENDS} {payload} {}", m.accredited_until.us())),
        run_at_us: m.accredited_until.us(),
        payload,
        max_attempts: 1_000,
    };
    job::enqueue(tx, &wanted).map(drop)
}

/// What the freezing, ending and finding of a fraud leave to be done.
pub(crate) fn follow(
    tx: &mut dyn Tx,
    before: Option<&Request>,
    request: &Request,
    events: &[RequestEvent],
    now: Moment,
) -> Result<(), Fault> {
    let known = before.map(Request::people).unwrap_or_default();
    for person in request.people().difference(&known) {
        rows::add(tx, request.id, *person, request.from, now)?;
    }
    let found = events.iter().any(|event| matches!(event, RequestEvent::FraudFound { .. }));
    if let (true, Some(before)) = (found, before) {
        for freeze in &before.frozen {
            if rows::fraud(tx, freeze.revocation, request.id, now)? {
                later(tx, RECALL, freeze.revocation, None, now)?;
            }
        }
    }
    Ok(())
}

/// A payload of two words, the second perhaps missing.
fn words(payload: &str) -> Option<(&str, &str)> {
    payload.split_once(' ')
}

impl Exchange {
    pub(crate) async fn freeze_rest(&self, payload: &str) -> Result<(), String> {
        let (id, after) = words(payload).ok_or("a freezing without its withdrawal")?;
        let id: RevocationId = id.parse().map_err(|_| "a freezing without its withdrawal")?;
        let (store, inner, after) = (self.store.clone(), self.inner.clone(), after.to_owned());
        let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let Some(revocation) = rows::revocation(tx, id)? else { return Ok(()) };
            freeze_some(tx, &store, &inner, &revocation, &after, inner.now())
        };
        self.store.write(FREEZE, work).await.map_err(|fault| fault.to_string())
    }

    /// Freezes what depends on an accreditation that has come to its end; one that was renewed has not.
    pub(crate) async fn end_accreditation(&self, payload: &str) -> Result<(), String> {
        let (person, organisation) = words(payload).ok_or("an end without its person")?;
        let person: PersonId = person.parse().map_err(|_| "an end without its person")?;
        let organisation: OrganisationId =
            organisation.parse().map_err(|_| "an end without its organisation")?;
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let now = inner.now();
            let held = party::memberships(tx, person)?.into_iter().find(|m| m.organisation == organisation);
            if !held.is_some_and(|m| m.withdrawn_at.is_none() && m.accredited_until <= now) {
                return Ok(());
            }
            let what = Withdrawn {
                organisation,
                person: Some(person),
                cause: RevocationCause::AccreditationEnded,
                by: None,
                reason: "",
            };
            revoke(tx, &store, &inner, &what, now).map(drop)
        };
        self.store.write(ENDS, work).await.map_err(|fault| fault.to_string())
    }

    /// Tells the addressee's reviewers and administrators and the heads of the authority, request by request, that a package
    /// had gone to a source that was false. The notices hold a reference and nothing else.
    pub(crate) async fn recall(&self, payload: &str) -> Result<(), String> {
        let (id, after) = words(payload).ok_or("a recall without its withdrawal")?;
        let id: RevocationId = id.parse().map_err(|_| "a recall without its withdrawal")?;
        let (store, inner, after) = (self.store.clone(), self.inner.clone(), after.to_owned());
        let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let now = inner.now();
            let Some(revocation) = rows::revocation(tx, id)? else { return Ok(()) };
            let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
            let found = rows::all_after(tx, &revocation, None, &after, limit)?;
            let mut concerned = BTreeSet::new();
            if after.is_empty() {
                concerned.insert(revocation.organisation);
            }
            for request in &found {
                let Some((request, _)) = requests::load(tx, store.instance_key(), *request)? else {
                    continue;
                };
                if !request.packages.iter().any(|package| package.released.is_some()) {
                    continue;
                }
                concerned.insert(request.to);
                // Whoever works on the request in which the fraud was found was told by that act itself.
                if revocation.fraud_request != Some(request.id) {
                    notice::recall(tx, &request, now)?;
                }
            }
            for organisation in concerned {
                notice::incident(tx, organisation, id, now)?;
            }
            if found.len() == AT_ONCE { later(tx, RECALL, id, found.last(), now) } else { Ok(()) }
        };
        self.store.write(RECALL, work).await.map_err(|fault| fault.to_string())
    }
}

/// Those who answer for what leaves in the name of an authority.
pub(crate) const HEADS: [Role; 2] = [Role::Gatekeeper, Role::Authoriser];
