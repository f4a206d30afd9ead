//! How an organisation comes in (T02; `legal.md` 5.2): members vouch for it, or the instance's authority admits it at the
//! console; its mail domain is proved; then it is on probation. Until both stand it takes no part.

mod console;
mod domain;

pub use console::VettingState;

use crate::act::{Answer, Attempt, Caller, Denied, settle};
use crate::party::{name, short};
use crate::request::Parties;
use crate::source::freeze::{Withdrawn, revoke};
use crate::{Exchange, Inner, new_uuid, notice, zone_of};
use comity_domain::id::OrganisationId;
use comity_domain::likeness::resembles;
use comity_domain::party::{Organisation, OrganisationStatus};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::RevocationCause;
use comity_domain::time::Moment;
use comity_domain::vetting::{DomainProof, LEAST_VOUCHERS, Voucher, may_vouch, probation_end, suffices};
use comity_policy::{Action, Relation};
use comity_store::vetting::{self as rows, VoucherRow};
use comity_store::{Fault, Store, Tx, credential, job, party, source};
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use utoipa::ToSchema;

/// Looks whether a probation is over.
pub(crate) const PROBATION: &str = "organisation.probation";
/// Newcomers of one page.
pub const NEWCOMERS: usize = 50;

/// How organisations come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VettingSettings {
    /// So many members vouch; two at least.
    pub vouchers: u32,
    /// Days of probation; for who joins by vouching one at least.
    pub probation_days: u32,
    /// Requests that an organisation on probation may send on one day of its zone.
    pub daily: u32,
    /// The resolver that is asked for the proof of a mail domain; none is asked without it.
    pub resolver: Option<SocketAddr>,
}

impl Default for VettingSettings {
    fn default() -> Self {
        Self { vouchers: LEAST_VOUCHERS, probation_days: 90, daily: 5, resolver: None }
    }
}

/// A member that vouches for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoucherView {
    /// Its name.
    pub organisation: String,
    /// Its State.
    pub country: String,
    /// When.
    pub at: Moment,
    /// What it rests on.
    pub statement: String,
    /// Whether it counts at present.
    pub counts: bool,
}

/// An organisation that is outside or on probation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Newcomer {
    /// Which.
    pub organisation: Organisation,
    /// Whether it takes part.
    pub status: OrganisationStatus,
    /// Until when it is on probation, where it is.
    pub probation_until: Option<Moment>,
    /// How its mail domain was proved, where it was.
    #[schema(value_type = Option<String>)]
    pub proof: Option<DomainProof>,
    /// A mail domain of the directory that its own resembles.
    pub resembles: Option<String>,
    /// Who vouches for it.
    pub vouchers: Vec<VoucherView>,
    /// So many are needed, one of them of its own State.
    pub needed: u32,
    /// Whether the reader's organisation may vouch for it.
    pub may_vouch: bool,
    /// Whether it does.
    pub vouched: bool,
}

/// Why an organisation on probation may send nothing more on this day; nothing where it may.
pub(crate) fn over_quota(
    tx: &mut dyn Tx,
    inner: &Inner,
    parties: &Parties,
    now: Moment,
) -> Result<Option<Refusal>, Fault> {
    if parties.on_probation(now).is_none() {
        return Ok(None);
    }
    let (sent, most) = (rows::sent_on(tx, parties.from.id, &today(inner, parties))?, inner.vetting.daily);
    Ok((sent >= u64::from(most)).then(|| Refusal::new(RefusalCode::ProbationQuota).with("max", most)))
}

/// Counts what an organisation on probation has sent, in the transaction that found that it may.
pub(crate) fn count_sent(
    tx: &mut dyn Tx,
    inner: &Inner,
    parties: &Parties,
    now: Moment,
) -> Result<(), Fault> {
    match parties.on_probation(now) {
        None => Ok(()),
        Some(_) => rows::count_sent(tx, parties.from.id, &today(inner, parties)),
    }
}

fn today(inner: &Inner, parties: &Parties) -> String {
    inner.now_at(&parties.from).date().to_string()
}

fn enough(vouchers: &[VoucherRow], joiner: &Organisation, needed: u32) -> bool {
    let of = |row: &VoucherRow| Voucher { kind: row.kind, country: row.country.clone(), stands: row.stands };
    let counted: Vec<Voucher> = vouchers.iter().map(of).collect();
    suffices(&counted, joiner.kind, &joiner.country, needed)
}

/// Brings where an organisation stands in line with what stands for it: it is let in, or falls out again while it is on
/// probation. After that those who vouched for it matter no more.
fn reconsider(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    id: OrganisationId,
    now: Moment,
) -> Result<(), Fault> {
    let (Some(row), Some(organisation), Some(status)) =
        (rows::row(tx, id)?, party::organisation(tx, id)?, party::status(tx, id)?)
    else {
        return Ok(());
    };
    let past = row.admitted_at.is_some() && rows::probation(tx, id)?.is_none();
    let vouched = enough(&rows::vouchers(tx, id)?, &organisation, inner.vetting.vouchers);
    let stands = past || row.proof.is_some() && (row.authority_at.is_some() || vouched);
    match (status, stands) {
        (OrganisationStatus::Joining, true) => {
            party::set_status(tx, id, OrganisationStatus::Active, now, "")?;
            if past {
                return Ok(());
            }
            if row.admitted_at.is_none() {
                rows::admit(tx, id, now)?;
            }
            // Who joins by vouching is on probation, whatever is configured.
            let days = match (row.authority_at, row.authority_days) {
                (Some(_), Some(days)) => days,
                _ => inner.vetting.probation_days.max(1),
            };
            let until = (days > 0).then(|| probation_end(now, days, &zone_of(&organisation)));
            set_probation(tx, id, until, now)
        }
        (OrganisationStatus::Active, false) => {
            party::set_status(tx, id, OrganisationStatus::Joining, now, "")?;
            credential::end_sessions_at(tx, id)?;
            let cause = RevocationCause::VouchersFell;
            let what = Withdrawn { organisation: id, person: None, cause, by: None, reason: "" };
            revoke(tx, store, inner, &what, now).map(drop)
        }
        _ => Ok(()),
    }
}

/// Puts an organisation on probation and looks again when it is over; or ends it.
fn set_probation(
    tx: &mut dyn Tx,
    id: OrganisationId,
    until: Option<Moment>,
    now: Moment,
) -> Result<(), Fault> {
    rows::set_probation(tx, id, until)?;
    let Some(until) = until else { return Ok(()) };
    let wanted = job::NewJob {
        id: new_uuid(now).to_string(),
        kind: PROBATION.to_owned(),
        unique_key: Some(format!("{PROBATION} {id} {}", until.us())),
        run_at_us: until.us(),
        payload: id.to_string(),
        max_attempts: 1_000,
    };
    job::enqueue(tx, &wanted).map(drop)
}

/// Those for whom an organisation vouches, after it, or somebody of it, has come or gone.
pub(crate) fn review_vouched(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    voucher: OrganisationId,
    now: Moment,
) -> Result<(), Fault> {
    for joiner in rows::vouched_by(tx, voucher)? {
        reconsider(tx, store, inner, joiner, now)?;
    }
    Ok(())
}

/// An organisation that was suspended or had left takes part again, if its vetting stands.
pub(crate) fn resume(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    id: OrganisationId,
    reason: &str,
    now: Moment,
) -> Result<(), Fault> {
    if party::status(tx, id)? == Some(OrganisationStatus::Active) {
        return Ok(());
    }
    let vetted = rows::row(tx, id)?.is_some();
    let to = if vetted { OrganisationStatus::Joining } else { OrganisationStatus::Active };
    party::set_status(tx, id, to, now, reason)?;
    reconsider(tx, store, inner, id, now)?;
    review_vouched(tx, store, inner, id, now)
}

impl Exchange {
    /// Organisations that are outside or on probation, for administrators and auditors.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn newcomers(&self, who: &Caller, after: Option<String>) -> Result<Vec<Newcomer>, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::VettingView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Directory, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let directory = source::domains(tx)?;
            let own = who.organisation();
            let kind = who.actor().map(|actor| actor.organisation_kind);
            let mut found = Vec::new();
            let page = i64::try_from(NEWCOMERS).unwrap_or(i64::MAX);
            let joining = rows::joining(tx, after.as_deref().unwrap_or(""), page)?;
            let mut vouchers: BTreeMap<OrganisationId, Vec<VoucherRow>> = BTreeMap::new();
            if let (Some((first, ..)), Some((last, ..))) = (joining.first(), joining.last()) {
                for (of, row) in rows::vouchers_between(tx, first.id, last.id)? {
                    vouchers.entry(of).or_default().push(row);
                }
            }
            for (organisation, status, probation_until, proof) in joining {
                let vouchers = vouchers.remove(&organisation.id).unwrap_or_default();
                let likely = resembles(&organisation.mail_domain, &directory).map(str::to_owned);
                let fits = kind.is_some_and(|kind| may_vouch(kind, organisation.kind));
                found.push(Newcomer {
                    status,
                    probation_until,
                    proof,
                    resembles: likely,
                    needed: inner.vetting.vouchers.max(LEAST_VOUCHERS),
                    may_vouch: fits && own != Some(organisation.id),
                    vouched: vouchers.iter().any(|row| Some(row.organisation) == own),
                    vouchers: vouchers.into_iter().map(|row| view(row, &organisation)).collect(),
                    organisation,
                });
            }
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(found))
        };
        settle(self.store.write("vetting.view", work).await)
    }

    /// Vouches in the name of the own organisation for one that joins.
    ///
    /// # Errors
    /// Not permitted, not found, a member that does not fit or has vouched, no words, or a fault.
    pub async fn vouch(&self, who: &Caller, id: OrganisationId, statement: &str) -> Result<(), Denied> {
        let statement = statement.to_owned();
        self.vouching(who, id, move |tx, attempt, joiner| {
            let Some(actor) = attempt.caller.actor() else {
                return Ok(Err(vec![Refusal::new(RefusalCode::NotPermitted)]));
            };
            let own = actor.organisation;
            let unfit = own == id
                || !may_vouch(actor.organisation_kind, joiner.kind)
                || rows::probation(tx, own)?.is_some_and(|until| attempt.now < until);
            if unfit {
                return Ok(Err(vec![Refusal::new(RefusalCode::VoucherUnfit)]));
            }
            if statement.trim().is_empty() {
                let refusal = Refusal::of(RefusalCode::FieldMissing, "statement");
                return Ok(Err(vec![refusal.because("refusal-field-statement")]));
            }
            let statement = match short(&statement, "statement") {
                Ok(statement) => statement,
                Err(refusals) => return Ok(Err(refusals)),
            };
            if !rows::vouch(tx, id, own, actor.person, &statement, attempt.now)? {
                return Ok(Err(vec![Refusal::new(RefusalCode::VouchedAlready)]));
            }
            let said = (notice::VOUCHED, &*name(joiner));
            notice::administrators(tx, own, Some(actor.person), said, attempt.now)?;
            Ok(Ok(()))
        })
        .await
    }

    /// Takes the own organisation's vouching back.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn retract(&self, who: &Caller, id: OrganisationId) -> Result<(), Denied> {
        self.vouching(who, id, move |tx, attempt, _| {
            let own = attempt.caller.organisation().unwrap_or(id);
            let done = rows::retract(tx, id, own)?;
            Ok(if done { Ok(()) } else { Err(vec![Refusal::new(RefusalCode::NotInThisState)]) })
        })
        .await
    }

    /// Does something about an organisation that is outside or on probation, and reconsiders it.
    async fn vouching(
        &self,
        who: &Caller,
        id: OrganisationId,
        work: impl Fn(&mut dyn Tx, &Attempt<'_>, &Organisation) -> Answer<()> + Send + 'static,
    ) -> Result<(), Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let still = who.again(tx)?;
            let caller = still.as_ref().unwrap_or(&who);
            let mut attempt = Attempt::new(caller, Action::VettingVouch, inner.now());
            if still.is_none() {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::SignInExpired)]);
            }
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Own, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let (Some(joiner), Some(status)) = (party::organisation(tx, id)?, party::status(tx, id)?) else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
            };
            attempt.about = name(&joiner);
            attempt.counterpart = Some(id);
            let waits = status == OrganisationStatus::Joining || rows::probation(tx, id)?.is_some();
            if !waits || rows::row(tx, id)?.is_none() {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotInThisState)]);
            }
            if let Err(refusals) = work(tx, &attempt, &joiner)? {
                return attempt.refuse(tx, refusals);
            }
            reconsider(tx, &store, &inner, id, attempt.now)?;
            attempt.record(tx, "done", "")?;
            Ok(Ok(()))
        };
        settle(self.store.write("vetting.vouch", work).await)
    }

    /// Ends a probation whose time is over; one that was prolonged, or whose organisation is outside, goes on.
    pub(crate) async fn probation_over(&self, payload: &str) -> Result<(), String> {
        let id: OrganisationId = payload.parse().map_err(|_| "a probation without its organisation")?;
        let inner = self.inner.clone();
        let work = move |tx: &mut dyn Tx| -> Answer<()> {
            let now = inner.now();
            let Some(organisation) = party::organisation(tx, id)? else { return Ok(Ok(())) };
            let over = rows::probation(tx, id)?.is_some_and(|until| until <= now);
            if !over || party::status(tx, id)? != Some(OrganisationStatus::Active) {
                return Ok(Ok(()));
            }
            let mut attempt = Attempt::new(&Caller::System, Action::VettingEndProbation, now);
            attempt.about = name(&organisation);
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Own, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            rows::set_probation(tx, id, None)?;
            notice::administrators(tx, id, None, ("probation-over", &attempt.about), now)?;
            attempt.record(tx, "done", "")?;
            Ok(Ok(()))
        };
        settle(self.store.write(PROBATION, work).await).map_err(|denied| denied.to_string())
    }
}

fn view(row: VoucherRow, joiner: &Organisation) -> VoucherView {
    VoucherView {
        counts: row.stands && may_vouch(row.kind, joiner.kind),
        organisation: row.name,
        country: row.country,
        at: row.at,
        statement: row.statement,
    }
}
