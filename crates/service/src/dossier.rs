//! The dossier: everything of one request that its reader may see, in one answer, with what they can do now.
//! Reading it leaves a trail entry (T05); nothing is left out silently.

use crate::act::{Answer, Attempt, Caller, Denied, comma_separated, hex, settle};
use crate::party::brief;
use crate::queue::procedure_view;
use crate::request::{Known, Parties, both, files};
use crate::vault;
use crate::{
    ActView, AuthorisationView, CheckView, ClarificationView, ClockView, Dossier, DraftView, Exchange,
    FieldView, GroundView, HistoryView, HoldView, Inner, ItemView, ReadingKind, ReturnView, zone_of,
};
use comity_domain::audience::{self, Reader};
use comity_domain::clock::{Clock, ClockReading};
use comity_domain::event::Origin;
use comity_domain::id::RequestId;
use comity_domain::party::{AuthoriserMandate, Side};
use comity_domain::preservation::{Hold, HoldEnd, HoldState};
use comity_domain::procedure::{FieldKind, PinnedProcedure, Procedure, Text};
use comity_domain::refusal::{NonExecutionCode, Refusal, RefusalCode};
use comity_domain::request::{
    Draft, Intake, Item, ItemState, Request, RequestAct, Source, Stage, check_draft, latest, why_not,
};
use comity_domain::time::Moment;
use comity_domain::vault::Mode;
use comity_policy::{Action, Condition, Facts, Relation};
use comity_store::request::{self as rows, StoredEvent};
use comity_store::{Fault, Tx, manifest, party, source as behind};

mod erased;
mod history;
mod packed;

pub(crate) use erased::ask_case;
pub use erased::{Case, Erased};

use erased::erased;
use history::details;

/// Everything from which a dossier is drawn.
struct Desk<'a> {
    inner: &'a Inner,
    request: &'a Request,
    procedure: &'a PinnedProcedure,
    parties: &'a Parties,
    reader: Reader,
    side: Option<Side>,
    now: Moment,
}

/// A dossier as its reader sees it, with the rules under which it runs.
pub(crate) struct Drawn<'a> {
    pub(crate) dossier: Dossier,
    pub(crate) procedure: &'a PinnedProcedure,
    pub(crate) created_at: Moment,
}

/// Draws the dossier for a reader whom the gate has let through; nothing where its content was erased.
pub(crate) fn draw<'a>(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    inner: &'a Inner,
    attempt: &Attempt<'_>,
    relation: Relation,
    arrived: bool,
    id: RequestId,
) -> Answer<Option<Drawn<'a>>> {
    let Some((request, key)) = rows::load(tx, store.instance_key(), id)? else { return Ok(Ok(None)) };
    let procedure = inner.pinned(&request.procedure);
    let procedure = procedure.ok_or_else(|| Fault::other("a request under an unknown procedure"))?;
    let parties = match both(tx, request.from, request.to)? {
        Ok(parties) => parties,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let (reader, side) = reader_of(relation);
    let now = attempt.now;
    let desk = Desk { inner, request: &request, procedure, parties: &parties, reader, side, now };
    let mut dossier = desk.dossier();
    dossier.contact_points = party::contact_points(tx, request.from)?;
    let source = Source { people: behind::people(tx, request.id)?, ..Source::default() };
    let events = rows::events(tx, &key, id)?;
    dossier.history = events.iter().filter_map(|event| desk.history(event)).collect();
    let (stamped, zone) = (manifest::stamped(tx, id)?, zone_of(&parties.to));
    for package in &mut dossier.packages {
        let at_us = stamped.get(&package.id.to_string());
        package.stamped_at =
            at_us.and_then(|at_us| Some(Moment::from_columns(*at_us, 0).ok()?.in_zone(&zone)));
    }
    if side == Some(Side::Provider) {
        dossier.uploads = crate::file::loose(tx, &key, &request)?;
    }
    let files = files(tx, &key, id)?;
    let vaults = vault::vaults(tx, inner, &parties.from, &parties.to, now)?;
    dossier.sealing = vaults.mode();
    dossier.acts = desk.acts(attempt, relation, arrived, &Known { files, source, vaults });
    dossier.papers = crate::paper::offered(&procedure.procedure, &dossier);
    Ok(Ok(Some(Drawn { dossier, procedure, created_at: request.created_at })))
}

impl Exchange {
    /// The whole case on one page.
    ///
    /// # Errors
    /// Not permitted, not found, erased, or a fault.
    pub async fn dossier(&self, who: &Caller, id: RequestId) -> Result<Dossier, Denied> {
        match self.case(who, id).await? {
            Case::Whole(dossier) => Ok(*dossier),
            Case::Erased(_) => Err(RefusalCode::Erased.into()),
        }
    }

    /// The whole case, or what is left of one that was erased. An auditor sees only the latter.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn case(&self, who: &Caller, id: RequestId) -> Result<Case, Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RequestView, inner.now());
            let not_found = || vec![Refusal::new(RefusalCode::NotFound)];
            let Some(parties) = rows::parties(tx, id)? else { return attempt.refuse(tx, not_found()) };
            attempt.request = Some(id);
            let relation = match ask_case(tx, &store, &inner, &mut attempt, &parties)? {
                Ok(relation) => relation,
                Err(code) => return attempt.refuse(tx, vec![Refusal::new(code)]),
            };
            let case = match draw(tx, &store, &inner, &attempt, relation, parties.arrived, id)? {
                Ok(Some(drawn)) => Case::Whole(Box::new(drawn.dossier)),
                Ok(None) => Case::Erased(Box::new(erased(tx, id, &parties)?)),
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(case))
        };
        settle(self.store.write("request.view", work).await)
    }
}

pub(crate) const fn reader_of(relation: Relation) -> (Reader, Option<Side>) {
    match relation {
        Relation::Authority => (Reader::Authority, Some(Side::Authority)),
        Relation::Addressee => (Reader::Provider, Some(Side::Provider)),
        Relation::Own | Relation::Oversight | Relation::Directory | Relation::Foreign => {
            (Reader::Oversight, None)
        }
    }
}

impl Desk<'_> {
    fn rules(&self) -> &Procedure {
        &self.procedure.procedure
    }

    fn dossier(&self) -> Dossier {
        let request = self.request;
        let rules = self.rules();
        let mut clocks: Vec<ClockView> =
            request.clocks.iter().filter_map(|clock| self.clock(clock)).collect();
        clocks.sort_by_key(|clock| (clock.stopped_at.is_some(), clock.due));
        let (deficits, channel) = match &request.intake {
            Intake::Desk => (Vec::new(), None),
            Intake::Standard { format, claimed_sender, deficits, .. } => {
                (deficits.clone(), Some((format.clone(), claimed_sender.clone())))
            }
        };
        Dossier {
            id: request.id,
            version: request.version,
            reference: request.reference.clone(),
            provider_reference: request.provider_reference.clone(),
            state: request.state(),
            kind: request.kind,
            compulsion: request.compulsion,
            priority: request.priority,
            edition: request.edition,
            side: self.side,
            procedure: procedure_view(self.procedure),
            from: brief(&self.parties.from),
            to: brief(&self.parties.to),
            probation_until: self.parties.on_probation(self.now),
            received_at: request.received_at(),
            deficits,
            channel,
            vouched: request.vouched.clone(),
            authorised: self.authorisation(),
            clocks,
            hold: request.hold.as_ref().map(|hold| self.hold(hold)),
            items: request.items.iter().map(|item| self.item(item)).collect(),
            fields: self.fields(),
            checks: self.checks(),
            verified_at: request.verified_at,
            frozen: request.frozen.clone(),
            fraud: request.fraud.clone(),
            sent: request.sent.clone(),
            contact_points: Vec::new(),
            clarifications: self.clarifications(),
            sealing: Mode::SealedByServer,
            uploads: Vec::new(),
            packages: self.packages(),
            history: Vec::new(),
            acts: Vec::new(),
            draft: self.draft(),
            grounds: rules.refusal.iter().filter_map(|rule| self.ground(rule.code)).collect(),
            question_codes: rules.clarification.codes.clone(),
            papers: Vec::new(),
        }
    }

    /// The authoriser's statement of necessity stays with the authority and oversight.
    fn authorisation(&self) -> Option<AuthorisationView> {
        let authorisation = self.request.authorisation.as_ref()?;
        let kept = self.reader == Reader::Provider;
        Some(AuthorisationView {
            by: authorisation.by.clone(),
            mandate: AuthoriserMandate { kind: authorisation.kind, independence: authorisation.independence },
            statement: (!kept).then(|| authorisation.statement.clone()),
        })
    }

    fn clock(&self, clock: &Clock) -> Option<ClockView> {
        let rule = self.rules().deadline(clock.id.as_str())?;
        let calendar = self.inner.calendar(match clock.obliged {
            Side::Authority => &self.parties.from,
            Side::Provider => &self.parties.to,
        });
        let (reading, seconds) = match clock.reading(self.now) {
            ClockReading::Running { remaining } => (ReadingKind::Running, remaining.as_secs()),
            ClockReading::Paused { remaining } => (ReadingKind::Paused, remaining.as_secs()),
            ClockReading::Overdue { by } => (ReadingKind::Overdue, by.as_secs()),
            ClockReading::Met { .. } => (ReadingKind::Met, 0),
            ClockReading::Missed { .. } => (ReadingKind::Missed, 0),
        };
        let whole = (clock.due.us() - clock.started_at.us()).max(1) / 1_000_000;
        let passed = match reading {
            ReadingKind::Running | ReadingKind::Paused => {
                (100 - seconds.saturating_mul(100).checked_div(whole).unwrap_or(0)).clamp(0, 100)
            }
            ReadingKind::Overdue | ReadingKind::Met | ReadingKind::Missed => 100,
        };
        Some(ClockView {
            id: clock.id.to_string(),
            label: rule.label.clone(),
            obliged: clock.obliged,
            started_at: clock.started_at.in_zone(calendar.zone()),
            due: clock.due,
            reading,
            seconds,
            passed_percent: u32::try_from(passed).unwrap_or(100),
            stopped_at: clock.stopped_at,
            on_expiry: rule.on_expiry.clone(),
            certainty: rule.certainty,
            source: rule.source.clone(),
            lines: clock.explain(calendar).lines,
        })
    }

    fn hold(&self, hold: &Hold) -> HoldView {
        let (state, note) = match &hold.state {
            HoldState::Held => ("held", String::new()),
            HoldState::ConversionAnnounced { reference, .. } => ("conversion_announced", reference.clone()),
            HoldState::Ended { end } => match end {
                HoldEnd::Converted { reference, .. } => ("converted", reference.clone()),
                HoldEnd::Released { reason, .. } => ("released", reason.clone()),
                HoldEnd::Lapsed { .. } => ("lapsed", String::new()),
            },
        };
        HoldView {
            since: hold.since,
            until: hold.until,
            state,
            note,
            extensions: hold.extensions,
            max_extensions: self.rules().hold.as_ref().map_or(0, |rule| rule.max_extensions),
            on_expiry: hold.on_expiry,
            days_left: (hold.until.us() - self.now.us()).div_euclid(86_400_000_000),
        }
    }

    fn item(&self, item: &Item) -> ItemView {
        let rule = self.rules().category(item.category);
        let element = |name: &String| {
            let known = rule.and_then(|rule| rule.element.iter().find(|element| &element.name == name));
            known.map_or_else(|| plain(name), |element| element.label.clone())
        };
        let (mut accepted, mut outcome, mut grounds) = (None, None, Vec::new());
        let (mut explanation, mut decided) = (String::new(), None);
        match &item.state {
            ItemState::Open => {}
            ItemState::Accepted { outcome, explanation: words, by } => {
                (accepted, explanation, decided) = (Some(*outcome), words.clone(), Some(by.clone()));
            }
            ItemState::Ended { outcome: ended, codes, explanation: words, by, .. } => {
                (outcome, explanation, decided) = (Some(*ended), words.clone(), by.clone());
                grounds = codes.iter().filter_map(|code| self.ground(*code)).collect();
            }
        }
        ItemView {
            id: item.id,
            number: item.number,
            identifier_type: item.identifier.kind().as_str(),
            identifier: item.identifier.shown(),
            category: item.category,
            term: rule.map_or_else(|| plain(item.category.as_str()), |rule| rule.term.clone()),
            elements: item.elements.iter().map(element).collect(),
            all_elements: rule
                .iter()
                .flat_map(|rule| &rule.element)
                .map(|element| (element.name.clone(), element.label.clone()))
                .collect(),
            from: item.window.map(|window| window.from),
            to: item.window.map(|window| window.to),
            limit: item.limit.clone(),
            accepted,
            outcome,
            grounds,
            explanation,
            decided,
        }
    }

    fn ground(&self, code: NonExecutionCode) -> Option<GroundView> {
        let rule = self.rules().refusal(code)?;
        Some(GroundView { code, label: rule.label.clone(), remedy: rule.remedy.clone() })
    }

    fn fields(&self) -> Vec<FieldView> {
        let answers =
            if self.request.edition == 0 { &self.request.draft.answers } else { &self.request.answers };
        let fields = audience::fields(self.rules(), answers, self.reader);
        fields
            .into_iter()
            .map(|field| FieldView {
                name: field.rule.name.clone(),
                section: field.rule.section,
                label: field.rule.label.clone(),
                kind: field.rule.kind,
                choice: field.content.filter(|_| field.rule.kind == FieldKind::Choice).and_then(|value| {
                    field.rule.choice.iter().find(|c| c.value == value).map(|c| c.label.clone())
                }),
                content: field.content.map(str::to_owned),
            })
            .collect()
    }

    fn checks(&self) -> Vec<CheckView> {
        let required = self.rules().checks(self.request.priority).iter();
        // What the addressee rests its checks on stays with it.
        let own = self.reader == Reader::Provider;
        required
            .map(|kind| {
                let latest = latest(self.request, *kind);
                CheckView {
                    kind: *kind,
                    passed: latest.map(|check| check.passed),
                    note: latest.map_or_else(String::new, |check| check.note.clone()),
                    by: latest.map(|check| check.by.clone()),
                    evidence: latest.filter(|_| own).map(|check| check.evidence.clone()),
                }
            })
            .collect()
    }

    fn numbers(&self, items: &[comity_domain::id::ItemId]) -> Vec<u32> {
        items.iter().filter_map(|id| self.request.item(*id)).map(|item| item.number).collect()
    }

    fn clarifications(&self) -> Vec<ClarificationView> {
        let rounds = self.request.clarifications.iter();
        rounds
            .map(|round| ClarificationView {
                id: round.id,
                code: round.code,
                items: self.numbers(&round.items),
                question: round.question.clone(),
                asked: round.asked.clone(),
                answer: round.answer.as_ref().map(|answer| answer.text.clone()),
                answered: round.answer.as_ref().map(|answer| answer.by.clone()),
            })
            .collect()
    }

    fn draft(&self) -> Option<DraftView> {
        let editable = matches!(
            self.request.stage,
            Stage::Draft | Stage::GatekeeperReview { .. } | Stage::AwaitingAuthorisation
        );
        if !editable || self.reader != Reader::Authority {
            return None;
        }
        let now = self.now;
        let mut new_id = || crate::new_id(now);
        let read = check_draft(self.rules(), &self.request.draft, now, &mut new_id);
        let returns = self.request.returns.iter().map(|back| ReturnView {
            by: back.by.clone(),
            reason: back.reason.clone(),
            changes: changes(&back.draft, &self.request.draft),
        });
        Some(DraftView {
            draft: self.request.draft.clone(),
            percent: read.percent(),
            returns: returns.collect(),
            refusals: read.refusals,
        })
    }

    fn history(&self, stored: &StoredEvent) -> Option<HistoryView> {
        let event = &stored.event;
        if !crate::STUBBED && !audience::sees(self.reader, &event.what) {
            return None;
        }
        let (by, organisation) = match &event.origin {
            Origin::Person { name, organisation, .. } => (name.clone(), self.name(*organisation)),
            Origin::Peer { organisation } => (String::new(), self.name(*organisation)),
            Origin::System => (String::new(), String::new()),
        };
        let zone = jiff::tz::TimeZone::get(match self.side {
            Some(Side::Provider) => &self.parties.to.time_zone,
            Some(Side::Authority) | None => &self.parties.from.time_zone,
        });
        Some(HistoryView {
            sequence: event.sequence,
            at: zone.map_or(event.at, |zone| event.at.in_zone(&zone)),
            event: event.what.name(),
            side: event.side,
            by,
            organisation,
            details: details(&event.what, self.request, self.reader),
            commitment: hex(&stored.commitment),
        })
    }

    fn name(&self, id: comity_domain::id::OrganisationId) -> String {
        [&self.parties.from, &self.parties.to]
            .into_iter()
            .find(|organisation| organisation.id == id)
            .map_or_else(String::new, |organisation| organisation.name.clone())
    }

    /// What this person can do now; acts that only others of the same side may do say so.
    fn acts(&self, attempt: &Attempt<'_>, relation: Relation, arrived: bool, known: &Known) -> Vec<ActView> {
        let absent = attempt.facts(arrived, self.request.state().ended());
        let facts = Facts { present: true, signed: true, ..absent };
        let unsigned = Facts { present: true, ..absent };
        let mut acts = Vec::new();
        for act in RequestAct::ALL.iter().copied() {
            let action = Action::from(act);
            if matches!(
                act,
                RequestAct::Draft
                    | RequestAct::File
                    | RequestAct::Tick
                    | RequestAct::Freeze
                    // It has its own way in, by whatever reads the package.
                    | RequestAct::Open
            ) {
                continue;
            }
            let verdict = self.inner.gate.ask(&attempt.caller.subject(), action, relation, facts);
            let unshown = self.inner.gate.ask(&attempt.caller.subject(), action, relation, absent);
            let present = unshown.unmet == Some(Condition::Present);
            let why = if present && attempt.caller.never_present(self.inner.demo) {
                vec![Refusal::new(RefusalCode::PresenceRequired)]
            } else if verdict.allowed {
                self.parties
                    .decide(self.inner, attempt, self.procedure, known, |ctx| why_not(self.request, act, ctx))
            } else {
                let roles = self.inner.gate.roles_for(action, relation);
                if roles.is_empty() {
                    continue;
                }
                vec![Refusal::new(RefusalCode::NotPermitted).with("roles", comma_separated(&roles))]
            };
            let unsigned = self.inner.gate.ask(&attempt.caller.subject(), action, relation, unsigned);
            let signed = unsigned.unmet == Some(Condition::Signed);
            acts.push(ActView { act, why_not: why, present, signed });
        }
        acts
    }
}

fn plain(text: &str) -> Text {
    Text { en: text.to_owned(), fr: text.to_owned() }
}

/// What has changed in a draft since it came back: path, before, after.
fn changes(before: &Draft, after: &Draft) -> Vec<(String, String, String)> {
    let mut changes = Vec::new();
    if before.priority != after.priority {
        changes.push(("priority".to_owned(), before.priority.to_string(), after.priority.to_string()));
    }
    let names: std::collections::BTreeSet<&String> =
        before.answers.keys().chain(after.answers.keys()).collect();
    for name in names {
        let (old, new) = (before.answers.get(name), after.answers.get(name));
        if old != new {
            let text = |value: Option<&String>| value.cloned().unwrap_or_default();
            changes.push((format!("answers.{name}"), text(old), text(new)));
        }
    }
    for index in 0..before.items.len().max(after.items.len()) {
        let row = |draft: &Draft| draft.items.get(index).map(describe).unwrap_or_default();
        if row(before) != row(after) {
            changes.push((format!("items.{index}"), row(before), row(after)));
        }
    }
    changes
}

fn describe(item: &comity_domain::request::DraftItem) -> String {
    let category = item.category.map_or("", comity_domain::term::DataCategory::as_str);
    let parts = [
        item.value.as_str(),
        &item.port,
        &item.at,
        &item.service,
        category,
        &item.from,
        &item.to,
        &item.limit,
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
