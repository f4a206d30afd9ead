//! Notices: content-free mail that something waits (rule 10, T12). A kind, a reference and a link, never a name
//! or an identifier of a case. In the demonstration they are read on a page instead.

use crate::act::Attempt;
use crate::source::freeze::HEADS;
use crate::{Exchange, Inner, new_uuid};
use comity_domain::id::{OrganisationId, PersonId, RequestId, RevocationId, TokenId};
use comity_domain::party::{Actor, Organisation, Role, Side};
use comity_domain::preservation::HoldEnd;
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Found, Request, RequestEvent};
use comity_domain::time::Moment;
use comity_domain::vetting::AlarmRule;
use comity_store::notice::NoticeRow;
use comity_store::{Fault, Tx, job, notice, party};
use serde::Serialize;
use std::collections::BTreeSet;

comity_domain::opaque!(Notice);

/// An administrator has to go through what a false source had received; its reference is the withdrawal of trust.
const INCIDENT: &str = "incident";

/// Something unusual was sent in an organisation's name; the rule follows.
const ALARM: &str = "alarm-";
/// The same for whoever sent it.
const ALARM_OWN: &str = "alarm-own";
/// Somebody has vouched in the organisation's name for one that joins.
pub(crate) const VOUCHED: &str = "vouched";

/// The mail server that takes notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its host; only the own machine, because nothing here encrypts the way to it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The sender's address.
    pub from: String,
}

/// A notice as it is sent.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// When.
    pub at: Moment,
    /// To which official address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text: a reference and a link.
    pub body: String,
}

/// Whom an event concerns, and how.
struct Call {
    /// Which side; both where none is named.
    side: Option<Side>,
    roles: &'static [Role],
    kind: &'static str,
}

#[expect(clippy::unnecessary_wraps, reason = "the arms of `call_for` read as a table")]
const fn call(side: Side, roles: &'static [Role], kind: &'static str) -> Option<Call> {
    Some(Call { side: Some(side), roles, kind })
}

/// Both sides: whoever answers for what leaves.
#[expect(clippy::unnecessary_wraps, reason = "the arms of `call_for` read as a table")]
const fn both(kind: &'static str) -> Option<Call> {
    let roles = &[Role::Gatekeeper, Role::Authoriser, Role::Analyst, Role::Reviewer];
    Some(Call { side: None, roles, kind })
}

fn call_for(event: &RequestEvent) -> Option<Call> {
    match event {
        RequestEvent::Submitted { .. } => call(Side::Authority, &[Role::Gatekeeper], "task"),
        RequestEvent::Forwarded { .. } => call(Side::Authority, &[Role::Authoriser], "task"),
        RequestEvent::Returned { .. } | RequestEvent::Authorised { .. } | RequestEvent::Asked { .. } => {
            call(Side::Authority, &[Role::Officer], "task")
        }
        RequestEvent::Received { .. } | RequestEvent::Answered { .. } | RequestEvent::Amended { .. } => {
            call(Side::Provider, &[Role::Analyst], "task")
        }
        RequestEvent::ReceiptConfirmed { receipt, .. } => match receipt.found {
            Found::OverDisclosure { .. } => call(Side::Provider, &[Role::Analyst, Role::Reviewer], "task"),
            Found::Intact | Found::Mismatch => None,
        },
        RequestEvent::DeletionConfirmed { .. } => {
            call(Side::Provider, &[Role::Analyst, Role::Reviewer], "task")
        }
        RequestEvent::PackagePrepared { .. } => call(Side::Provider, &[Role::Reviewer], "task"),
        RequestEvent::PackageReleased { .. }
        | RequestEvent::ItemEnded { .. }
        | RequestEvent::HoldStarted { .. } => call(Side::Authority, &[Role::Officer], "answered"),
        RequestEvent::Frozen { .. } => both("frozen"),
        RequestEvent::Thawed { .. } => both("thawed"),
        RequestEvent::FraudFound { .. } => both("recall"),
        RequestEvent::HoldReminded { .. } => {
            call(Side::Authority, &[Role::Officer, Role::Gatekeeper], "reminder")
        }
        RequestEvent::HoldEnded { end: HoldEnd::Lapsed { .. } } => {
            call(Side::Authority, &[Role::Officer, Role::Gatekeeper], "lapsed")
        }
        RequestEvent::ClockExpired { clock, .. } => match clock.obliged {
            Side::Authority => call(Side::Authority, &[Role::Officer, Role::Gatekeeper], "expired"),
            Side::Provider => call(Side::Provider, &[Role::Analyst, Role::Reviewer], "expired"),
        },
        RequestEvent::Withdrawn { .. }
        | RequestEvent::HoldEnded { .. }
        | RequestEvent::ConversionAnnounced { .. } => call(Side::Provider, &[Role::Analyst], "task"),
        RequestEvent::Drafted { .. }
        | RequestEvent::PackageOpened { .. }
        | RequestEvent::Revised { .. }
        | RequestEvent::Sent { .. }
        | RequestEvent::Filed { .. }
        | RequestEvent::Acknowledged { .. }
        | RequestEvent::Checked { .. }
        | RequestEvent::SourceVerified { .. }
        | RequestEvent::SourceDoubted { .. }
        | RequestEvent::ItemAccepted { .. }
        | RequestEvent::PackageDiscarded { .. }
        | RequestEvent::AllReceiptsConfirmed { .. }
        | RequestEvent::Closed { .. }
        | RequestEvent::ClockStarted { .. }
        | RequestEvent::ClockPaused { .. }
        | RequestEvent::ClockResumed { .. }
        | RequestEvent::ClockExtended { .. }
        | RequestEvent::ClockStopped { .. }
        | RequestEvent::HoldExtended { .. } => None,
    }
}

/// Writes the notices that follow from an act, each person once per kind.
pub(crate) fn tell(
    tx: &mut dyn Tx,
    request: &Request,
    events: &[RequestEvent],
    attempt: &Attempt<'_>,
) -> Result<(), Fault> {
    let mut told: BTreeSet<(PersonId, &'static str)> = BTreeSet::new();
    let mut people: [Option<Members>; 2] = [None, None];
    let arrived = request.received_at().is_some() || request.state().with_provider();
    let acting = attempt.caller.actor().map(|actor| actor.person);
    for event in events {
        let Some(call) = call_for(event) else { continue };
        for (place, side) in [Side::Authority, Side::Provider].into_iter().enumerate() {
            let meant = call.side.is_none_or(|wanted| wanted == side);
            if !meant || side == Side::Provider && !arrived {
                continue;
            }
            let organisation = if side == Side::Authority { request.from } else { request.to };
            if people[place].is_none() {
                people[place] = Some(members(tx, organisation)?);
            }
            for (person, roles) in people[place].iter().flatten() {
                let called = roles.iter().any(|role| call.roles.contains(role));
                if called && Some(*person) != acting && told.insert((*person, call.kind)) {
                    queue(tx, (&request.reference, Some(request.id)), *person, call.kind, attempt.now)?;
                }
            }
        }
    }
    Ok(())
}

/// Tells whoever answers for it, on both sides, that a package had gone to a source that was false.
pub(crate) fn recall(tx: &mut dyn Tx, request: &Request, now: Moment) -> Result<(), Fault> {
    let sides = [(request.from, HEADS.as_slice()), (request.to, &[Role::Reviewer])];
    for (organisation, wanted) in sides {
        for (person, roles) in members(tx, organisation)? {
            if roles.iter().any(|role| wanted.contains(role)) {
                queue(tx, (&request.reference, Some(request.id)), person, "recall", now)?;
            }
        }
    }
    Ok(())
}

/// Tells the administrators of an organisation that what a false source had received is to be gone through.
pub(crate) fn incident(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    revocation: RevocationId,
    now: Moment,
) -> Result<(), Fault> {
    for (person, roles) in members(tx, organisation)? {
        if roles.contains(&Role::Administrator) {
            queue(tx, (&revocation.to_string(), None), person, INCIDENT, now)?;
        }
    }
    Ok(())
}

/// Tells the administrators of an organisation that one of its tokens was rotated; its reference is the new token.
pub(crate) fn token_rotated(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    token: TokenId,
    now: Moment,
) -> Result<(), Fault> {
    for (person, roles) in members(tx, organisation)? {
        if roles.contains(&Role::Administrator) {
            queue(tx, (&token.to_string(), None), person, "token-rotated", now)?;
        }
    }
    Ok(())
}

/// Tells the heads and administrators of an organisation that something unusual was sent in its name, and whoever sent it.
/// The accreditation of the sender, or the organisation's own code, is the only reference: nothing of a case (rule 10).
pub(crate) fn alarm(
    tx: &mut dyn Tx,
    (organisation, code): (OrganisationId, &str),
    sender: Option<&Actor>,
    rule: AlarmRule,
    now: Moment,
) -> Result<(), Fault> {
    let reference = sender.map_or(code, |actor| &actor.accreditation);
    for (person, roles) in members(tx, organisation)? {
        let heads = [Role::Gatekeeper, Role::Authoriser, Role::Administrator];
        if sender.is_some_and(|actor| actor.person == person) {
            queue(tx, (reference, None), person, ALARM_OWN, now)?;
        } else if roles.iter().any(|role| heads.contains(role)) {
            queue(tx, (reference, None), person, &format!("{ALARM}{rule}"), now)?;
        }
    }
    Ok(())
}

/// Tells the administrators of an organisation something about it, all but one of them.
pub(crate) fn administrators(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    but: Option<PersonId>,
    (kind, reference): (&str, &str),
    now: Moment,
) -> Result<(), Fault> {
    for (person, roles) in members(tx, organisation)? {
        if roles.contains(&Role::Administrator) && Some(person) != but {
            queue(tx, (reference, None), person, kind, now)?;
        }
    }
    Ok(())
}

/// Tells a person that their account has changed and, where `administrators` is set, those of each of their
/// organisations; the accreditation is the only reference (OWASP ASVS 5.0, 6.3.7).
pub(crate) fn account(
    tx: &mut dyn Tx,
    actor: &Actor,
    change: &str,
    administrators: bool,
    now: Moment,
) -> Result<(), Fault> {
    queue(tx, (&actor.accreditation, None), actor.person, &format!("account-{change}"), now)?;
    if !administrators {
        return Ok(());
    }
    let mut told = BTreeSet::from([actor.person]);
    for membership in party::memberships(tx, actor.person)? {
        for (person, roles) in members(tx, membership.organisation)? {
            if roles.contains(&Role::Administrator) && told.insert(person) {
                queue(tx, (&membership.accreditation, None), person, &format!("admin-{change}"), now)?;
            }
        }
    }
    Ok(())
}

/// Tells an entitled person something of their organisation's vault; the organisation's code is the only reference.
pub(crate) fn vault(
    tx: &mut dyn Tx,
    organisation: &Organisation,
    person: PersonId,
    kind: &str,
    now: Moment,
) -> Result<(), Fault> {
    queue(tx, (&organisation.code, None), person, kind, now)
}

type Members = Vec<(PersonId, Vec<Role>)>;

fn members(tx: &mut dyn Tx, organisation: OrganisationId) -> Result<Members, Fault> {
    let members = party::members(tx, organisation)?.into_iter();
    Ok(members.filter(|(person, _)| person.active).map(|(person, m)| (person.id, m.roles)).collect())
}

fn queue(
    tx: &mut dyn Tx,
    (reference, request): (&str, Option<RequestId>),
    person: PersonId,
    kind: &str,
    now: Moment,
) -> Result<(), Fault> {
    let id = new_uuid(now).to_string();
    notice::add(tx, &id, person, kind, reference, request, now)?;
    let send = job::NewJob {
        id: new_uuid(now).to_string(),
        kind: crate::job::NOTICE.to_owned(),
        unique_key: Some(format!("notice {id}")),
        run_at_us: now.us(),
        payload: id,
        max_attempts: 20,
    };
    job::enqueue(tx, &send).map(drop)
}

impl Inner {
    pub(crate) fn render(&self, row: &NoticeRow) -> Notice {
        let link = match row.request {
            Some(request) => format!("{}/requests/{request}", self.base_url),
            None if row.kind.starts_with("vault-") => format!("{}/organisation/vault", self.base_url),
            None if row.kind.starts_with("account-") => format!("{}/account", self.base_url),
            None if row.kind == ALARM_OWN => format!("{}/account", self.base_url),
            None if row.kind.starts_with(ALARM) => format!("{}/sent", self.base_url),
            None if row.kind == VOUCHED => format!("{}/newcomers", self.base_url),
            None if row.kind == INCIDENT => format!("{}/revocations/{}", self.base_url, row.reference),
            None => format!("{}/organisation", self.base_url),
        };
        let args = [("reference", row.reference.as_str()), ("link", link.as_str())];
        Notice {
            at: row.at,
            to: row.email.clone(),
            subject: self.words.text(row.language, &format!("notice-{}-subject", row.kind), &args),
            body: self.words.text(row.language, &format!("notice-{}-body", row.kind), &args),
        }
    }
}

impl Exchange {
    /// The latest notices, in the demonstration only.
    ///
    /// # Errors
    /// Outside the demonstration, or a fault.
    pub async fn outbox(&self) -> Result<Vec<Notice>, crate::Denied> {
        if !self.inner.demo {
            return Err(RefusalCode::NotFound.into());
        }
        let rows = self.store.read("notice.latest", |tx| notice::latest(tx, 100)).await?;
        Ok(rows.iter().map(|row| self.inner.render(row)).collect())
    }
}
