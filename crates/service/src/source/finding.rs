//! What the system counts for whoever weighs whether a request is plausible (`legal.md` 7.3, checks 3 and 7; T10). Each
//! finding has a rule; none decides, and there is no score. It looks only at what this addressee itself received, by keyed
//! digests and figures: one bounded question for each rule, and of P5 and P9 one for each officer.

use crate::act::{Attempt, Caller, Denied, settle};
use crate::request::{Parties, both};
use crate::{Exchange, Inner, zone_of};
use comity_domain::id::{OrganisationId, PersonId, RequestId};
use comity_domain::likeness::resembles;
use comity_domain::party::Organisation;
use comity_domain::procedure::{FieldKind, Procedure};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Finding, FindingRule, Intake, Request};
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::{Fault, Tx, request as requests, source as rows};
use std::collections::BTreeSet;

const DAY_S: i64 = 86_400;
/// P2: hours of work, as the clock of the authority shows them.
const WORK: std::ops::Range<i8> = 7..20;
/// P3: a day's requests are unusual from this number on, and beyond this multiple of the daily mean of a month.
const VOLUME_LEAST: u64 = 10;
const VOLUME_TIMES: u64 = 3;
/// P9: so many requests of so few items by one officer within a week.
const SLICES_LEAST: u64 = 20;
const SLICE_ITEMS: i64 = 2;
/// Most officers of one request whose earlier ones are counted.
const MOST_OFFICERS: usize = 5;
/// Most mail domains of one request that are compared.
const MOST_DOMAINS: usize = 20;

/// Everything found about a request, in the order of the rules.
pub(crate) fn findings(
    tx: &mut dyn Tx,
    inner: &Inner,
    parties: &Parties,
    request: &Request,
) -> Result<Vec<Finding>, Fault> {
    let pinned = inner.pinned(&request.procedure).ok_or_else(|| Fault::other("an unknown procedure"))?;
    let (from, to, now) = (request.from, request.to, inner.now());
    let mut found = Vec::new();
    let mut add = |rule, count, detail: &str| found.push(Finding { rule, count, detail: detail.to_owned() });
    if unlinked(parties, request) {
        add(FindingRule::JurisdictionLink, 0, "");
    }
    if request.received_at().is_some_and(|at| outside_hours(inner, &parties.from, at)) {
        add(FindingRule::Hour, 0, "");
    }
    if let Some(day) = unusual_volume(tx, from, to, now)? {
        add(FindingRule::Volume, day, "");
    }
    let repeated = rows::alike(tx, request.id, "identifier", to)?;
    if repeated > 0 {
        add(FindingRule::RepeatedTarget, repeated, "");
    }
    let (mut failed, mut slices) = (0, 0);
    for officer in officers(request) {
        let year = now.plus_seconds(-365 * DAY_S);
        failed = failed.max(rows::failed(tx, from, to, officer, year, request.id)?);
        let week = now.plus_seconds(-7 * DAY_S);
        slices = slices.max(rows::small(tx, from, to, officer, week, SLICE_ITEMS)?);
    }
    if failed > 0 {
        add(FindingRule::FailedChecks, failed, "");
    }
    let directory = rows::domains(tx)?;
    for domain in domains(&pinned.procedure, request) {
        if let Some(known) = resembles(&domain, &directory) {
            add(FindingRule::LookAlike, 0, known);
        }
    }
    let shown = rows::alike(tx, request.id, "document", to)?;
    if shown > 0 {
        add(FindingRule::SameDocument, shown, "");
    }
    if !rows::asked_before(tx, request.id, to)? {
        add(FindingRule::NewToUs, 0, "");
    }
    if slices >= SLICES_LEAST {
        add(FindingRule::Slicing, slices, "");
    }
    if parties.on_probation(now).is_some() {
        add(FindingRule::Probation, 0, "");
    }
    Ok(found)
}

/// Who wrote it, or whom its message names. Those who vouch and sign stand behind everything that their authority sends, so
/// that counting theirs would tell of every request.
fn officers(request: &Request) -> impl Iterator<Item = PersonId> {
    let wrote = if request.drafters.is_empty() { request.people() } else { request.drafters.clone() };
    wrote.into_iter().take(MOST_OFFICERS)
}

/// The request crosses a border, and no mail address, domain or link of an item ends in the code of the State that asks.
fn unlinked(parties: &Parties, request: &Request) -> bool {
    if parties.from.country == parties.to.country {
        return false;
    }
    let ending = format!(".{}", parties.from.country.to_lowercase());
    !request.items.iter().any(|item| item.identifier.canonical().to_lowercase().ends_with(&ending))
}

/// P3: what an authority sent to an addressee within a day, where that is far more than usual.
pub(crate) fn unusual_volume(
    tx: &mut dyn Tx,
    from: OrganisationId,
    to: OrganisationId,
    now: Moment,
) -> Result<Option<u64>, Fault> {
    let day = rows::received(tx, from, to, now.plus_seconds(-DAY_S))?;
    let month = rows::received(tx, from, to, now.plus_seconds(-30 * DAY_S))?;
    // Where nothing came before the day, nothing is usual yet; that nobody has asked before is a finding of its own.
    let before = month.saturating_sub(day);
    let unusual =
        before > 0 && day >= VOLUME_LEAST && day.saturating_mul(30) > before.saturating_mul(VOLUME_TIMES);
    Ok(unusual.then_some(day))
}

/// P2: whether it is outside the hours of work of an organisation, by its own zone and the calendar of its State.
pub(crate) fn outside_hours(inner: &Inner, organisation: &Organisation, at: Moment) -> bool {
    let there = at.in_zone(&zone_of(organisation));
    let calendar = inner.calendar(organisation);
    !WORK.contains(&there.civil().hour()) || !calendar.is_working_day(there.date())
}

/// The mail domains that a request names: in its fields, and as the sender of a message.
fn domains(procedure: &Procedure, request: &Request) -> BTreeSet<String> {
    let mut texts: Vec<&str> = procedure
        .field
        .iter()
        .filter(|field| field.kind == FieldKind::Email)
        .filter_map(|field| request.answers.get(&field.name).map(String::as_str))
        .collect();
    if let Intake::Standard { claimed_sender, .. } = &request.intake {
        texts.push(claimed_sender);
    }
    let named = texts.into_iter().filter_map(|text| text.trim().rsplit_once('@').map(|(_, domain)| domain));
    named.take(MOST_DOMAINS).map(str::to_lowercase).collect()
}

impl Exchange {
    /// What the system has found about the source of a request, for whoever records the check of plausibility.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn findings(&self, who: &Caller, id: RequestId) -> Result<Vec<Finding>, Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RequestFindings, inner.now());
            let not_found = || vec![Refusal::new(RefusalCode::NotFound)];
            let Some(parties) = requests::parties(tx, id)? else { return attempt.refuse(tx, not_found()) };
            attempt.request = Some(id);
            if let Err(code) = attempt.ask_request(&inner, &parties) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            let Some((request, _)) = requests::load(tx, store.instance_key(), id)? else {
                return attempt.refuse(tx, not_found());
            };
            let parties = match both(tx, request.from, request.to)? {
                Ok(parties) => parties,
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            let found = findings(tx, &inner, &parties, &request)?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(found))
        };
        settle(self.store.write("request.findings", work).await)
    }
}
