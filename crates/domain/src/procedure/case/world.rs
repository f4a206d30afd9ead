//! The made-up world in which a worked case happens: two organisations, one person for each task, counted identifiers.
//! It only calls what pages and messages call; whether an act is permitted to a role is the policy's question, not asked here.

use super::{Case, CaseAct, Step};
use crate::calendar::Calendar;
use crate::id::{ContactPointId, Id, ItemId};
use crate::inspection::Inspection;
use crate::party::{
    Actor, AuthoriserMandate, Organisation, OrganisationKind, OrganisationStatus, Role, Side, Vouch,
};
use crate::procedure::{CheckKind, FieldKind, FieldRule, PinnedProcedure};
use crate::refusal::{NonExecutionCode, Refusal, RefusalCode, Refusals};
use crate::request::{
    Arrived, Channel, Comparison, Context, Decision, Draft, DraftItem, FileContents, Found, Giving,
    Observation, Party, Request, RequestCommand, RevocationCause, Seen, SignedBy, Source,
};
use crate::request::{ItemState, RequestEvent, apply, begin, decide};
use crate::term::{AuthoriserType, Independence, Language};
use crate::time::Moment;
use crate::vault::Vaults;
use jiff::Timestamp;
use uuid::Uuid;

const DAY_SECONDS: i64 = 86_400;

/// Fixed identifiers; everything else is counted from [`FIRST_COUNTED`].
const FROM: u128 = 1;
const TO: u128 = 2;
const CONTACT: u128 = 3;
const REQUEST: u128 = 4;
const UPLOAD: u128 = 5;
const REVOCATION: u128 = 6;
const PEOPLE: u128 = 10;
const SECOND_AUTHORISER: u128 = 30;
const FIRST_COUNTED: u128 = 1_000;

pub(super) struct World<'a> {
    case: &'a Case,
    pinned: &'a PinnedProcedure,
    from: (Organisation, &'a Calendar),
    to: (Organisation, &'a Calendar),
    contacts: [ContactPointId; 1],
    files: [Arrived; 1],
    counted: u128,
    request: Option<Request>,
    /// Who of the authority is no longer trusted.
    revoked: Vec<Role>,
}

fn organisation(id: u128, kind: OrganisationKind, country: &str, calendar: &Calendar) -> Organisation {
    Organisation {
        id: Id::new(Uuid::from_u128(id)),
        kind,
        name: format!("{kind} of {country}"),
        code: format!("{country}{id}"),
        country: country.to_owned(),
        time_zone: calendar.time_zone().to_owned(),
        language: Language::English,
        mail_domain: "desk.example".to_owned(),
        switchboard: "+15550100000".to_owned(),
        services: Vec::new(),
    }
}

/// What stands in a field that the case does not mention.
fn filled_in(rule: &FieldRule) -> String {
    match rule.kind {
        FieldKind::Text | FieldKind::LongText => "Stated for the case".to_owned(),
        FieldKind::Date => "2027-12-31".to_owned(),
        FieldKind::Choice => rule.choice.first().map(|choice| choice.value.clone()).unwrap_or_default(),
        FieldKind::YesNo => "yes".to_owned(),
        FieldKind::Telephone => "+15550100001".to_owned(),
        FieldKind::Email => "officer@desk.example".to_owned(),
        FieldKind::Number => "12".to_owned(),
    }
}

impl<'a> World<'a> {
    pub(super) fn new(
        case: &'a Case,
        pinned: &'a PinnedProcedure,
        from: &'a Calendar,
        to: &'a Calendar,
    ) -> Self {
        let allowed = pinned.procedure.parties.addressee.first().copied();
        let addressee = case.addressee.or(allowed).unwrap_or(OrganisationKind::Provider);
        Self {
            case,
            pinned,
            from: (organisation(FROM, OrganisationKind::Authority, &case.from, from), from),
            to: (organisation(TO, addressee, &case.to, to), to),
            contacts: [Id::new(Uuid::from_u128(CONTACT))],
            files: [Arrived {
                upload: Id::new(Uuid::from_u128(UPLOAD)),
                name: "answer.csv".to_owned(),
                bytes: 1,
                sha256: "0".repeat(64),
                inspection: Some(Inspection {
                    media_type: "text/plain".to_owned(),
                    findings: Vec::new(),
                    entries: 0,
                    table: None,
                }),
                sealed: false,
            }],
            counted: FIRST_COUNTED,
            request: None,
            revoked: Vec::new(),
        }
    }

    pub(super) const fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    pub(super) const fn calendar(&self, side: Side) -> &'a Calendar {
        match side {
            Side::Authority => self.from.1,
            Side::Provider => self.to.1,
        }
    }

    fn person(&self, role: Role, step: &Step) -> Actor {
        let number =
            Role::ALL.iter().zip(PEOPLE..).find(|(known, _)| **known == role).map_or(PEOPLE, |(_, n)| n);
        // Whoever signs anew is somebody else than who signed first.
        let another = step.act == CaseAct::Reauthorise && role == Role::Authoriser;
        let number = if another { SECOND_AUTHORISER } else { number };
        let ours = match role {
            Role::Officer | Role::Gatekeeper | Role::Authoriser => true,
            Role::Analyst | Role::Reviewer | Role::Administrator | Role::Auditor => false,
        };
        let organisation = if ours { &self.from.0 } else { &self.to.0 };
        let mandate = AuthoriserMandate {
            kind: step.authoriser.unwrap_or(AuthoriserType::Judge),
            independence: step.independence.unwrap_or(Independence::Judicial),
        };
        Actor {
            person: Id::new(Uuid::from_u128(number)),
            name: format!("The {role}"),
            organisation: organisation.id,
            organisation_kind: organisation.kind,
            roles: vec![role],
            function: role.to_string(),
            accreditation: format!("{}-{number}", organisation.code),
            accredited_until: Moment::utc(Timestamp::MAX),
            authoriser: (role == Role::Authoriser).then_some(mandate),
        }
    }

    fn within<T>(
        &mut self,
        actor: Option<Role>,
        step: &Step,
        f: impl FnOnce(Option<&Request>, &mut Context<'_>) -> Result<T, Refusals>,
    ) -> Result<T, Refusals> {
        let actor = actor.map(|role| self.person(step.by.unwrap_or(role), step));
        let source = self.source(step);
        let mut counted = self.counted;
        let mut new_id = || {
            counted += 1;
            Uuid::from_u128(counted)
        };
        let party = |side: &'a Calendar, organisation| Party {
            organisation,
            calendar: side,
            contact_points: &self.contacts,
            status: OrganisationStatus::Active,
            probation: None,
        };
        let mut context = Context {
            actor: actor.as_ref(),
            now: step.at,
            procedure: &self.pinned.procedure,
            from: party(self.from.1, &self.from.0),
            to: party(self.to.1, &self.to.0),
            files: &self.files,
            source: &source,
            vaults: &Vaults::default(),
            new_id: &mut new_id,
        };
        let result = f(self.request.as_ref(), &mut context);
        self.counted = counted;
        result
    }

    /// The people of the authority as the directory has them.
    fn source(&self, step: &Step) -> Source {
        let observed = Step { act: CaseAct::Observe, ..step.clone() };
        let first =
            [Role::Officer, Role::Gatekeeper, Role::Authoriser].map(|role| self.vouch(role, &observed));
        let signs_anew = Step { act: CaseAct::Reauthorise, ..step.clone() };
        let second = Vouch { active: true, ..self.vouch(Role::Authoriser, &signs_anew) };
        Source { people: first.into_iter().chain([second]).collect(), ..Source::default() }
    }

    fn vouch(&self, role: Role, step: &Step) -> Vouch {
        let actor = self.person(role, step);
        Vouch {
            person: actor.person,
            name: actor.name,
            function: actor.function,
            accreditation: actor.accreditation,
            accredited_until: actor.accredited_until,
            withdrawn_at: None,
            active: !self.revoked.contains(&role),
            organisation: OrganisationStatus::Active,
            authoriser: actor.authoriser,
        }
    }

    fn apply(&mut self, events: &[RequestEvent]) -> Result<(), Refusals> {
        for event in events {
            let after = apply(self.request.take(), event);
            self.request = Some(after.map_err(|_| vec![Refusal::new(RefusalCode::NotInThisState)])?);
        }
        Ok(())
    }

    fn command(&mut self, role: Option<Role>, step: &Step, command: &RequestCommand) -> Result<(), Refusals> {
        let events = self.within(role, step, |request, context| match request {
            Some(request) => decide(request, command, context),
            None => Err(vec![Refusal::new(RefusalCode::NotFound)]),
        })?;
        self.apply(&events)
    }

    /// What a step does; each act by the person whose task it is.
    pub(super) fn act(&mut self, step: &Step) -> Result<(), Refusals> {
        let said = || "Said in the case".to_owned();
        let (role, command) = match step.act {
            CaseAct::Observe => return Ok(()),
            CaseAct::Send => return self.send(step),
            CaseAct::Verify => return self.verify(step),
            CaseAct::Preserve => {
                return self.decide_items(step, &Decision::Preserve { explanation: String::new() });
            }
            CaseAct::Produce => return self.decide_items(step, &produce()),
            CaseAct::Refuse => {
                return self
                    .decide_items(step, &Decision::Refuse { codes: codes(step), explanation: said() });
            }
            CaseAct::Object => {
                return self
                    .decide_items(step, &Decision::Object { codes: codes(step), explanation: said() });
            }
            CaseAct::Deliver => return self.deliver(step),
            CaseAct::Confirm => return self.confirm(step),
            CaseAct::Answer => return self.answer(step),
            CaseAct::Tick => (None, RequestCommand::Tick),
            CaseAct::Acknowledge => {
                (Some(Role::Analyst), RequestCommand::Acknowledge { reference: "P-1".to_owned() })
            }
            CaseAct::Check => {
                (Some(Role::Analyst), self.check(step.check.unwrap_or(CheckKind::CallBack), step))
            }
            CaseAct::Ask => {
                let code = step.code.unwrap_or(NonExecutionCode::Incomplete);
                (Some(Role::Analyst), RequestCommand::Ask { code, items: Vec::new(), question: said() })
            }
            CaseAct::Freeze => {
                let role = step.by.unwrap_or(Role::Officer);
                self.revoked.push(role);
                let person = Some(self.person(role, step).person);
                let revocation = Id::new(Uuid::from_u128(REVOCATION));
                let cause = RevocationCause::PersonSuspended;
                (None, RequestCommand::Freeze { revocation, cause, person })
            }
            CaseAct::Thaw => (Some(Role::Reviewer), RequestCommand::Thaw { reason: said() }),
            CaseAct::Reauthorise => {
                (Some(Role::Authoriser), RequestCommand::Reauthorise { statement: said() })
            }
            CaseAct::FindFraud => (Some(Role::Reviewer), RequestCommand::FindFraud { reason: said() }),
            CaseAct::Withdraw => (Some(Role::Officer), RequestCommand::Withdraw { reason: said() }),
            CaseAct::Close => (Some(Role::Officer), RequestCommand::Close),
            CaseAct::Postpone => {
                let clock = step.postponed.clone().unwrap_or_default();
                let days = step.days.unwrap_or_default();
                (Some(Role::Officer), RequestCommand::Postpone { clock, days, reason: said() })
            }
            CaseAct::ExtendHold => (Some(Role::Officer), RequestCommand::ExtendHold { reason: said() }),
            CaseAct::AnnounceConversion => {
                (Some(Role::Officer), RequestCommand::AnnounceConversion { reference: said() })
            }
            CaseAct::ConvertHold => (Some(Role::Analyst), RequestCommand::ConvertHold { reference: said() }),
            CaseAct::ReleaseHold => (Some(Role::Officer), RequestCommand::ReleaseHold { reason: said() }),
        };
        self.command(role, step, &command)
    }

    fn send(&mut self, step: &Step) -> Result<(), Refusals> {
        let draft = self.draft(step.at);
        let pinned = self.pinned;
        let events = self.within(Some(Role::Officer), step, |_, context| {
            begin(Id::new(Uuid::from_u128(REQUEST)), "XA-CASE-2026-000001".to_owned(), pinned, draft, context)
        })?;
        self.apply(&events)?;
        let statement = "Necessary and proportionate, as stated in the case".to_owned();
        self.command(Some(Role::Officer), step, &RequestCommand::Submit)?;
        self.command(Some(Role::Gatekeeper), step, &RequestCommand::Forward)?;
        self.command(Some(Role::Authoriser), step, &RequestCommand::Authorise { statement })?;
        self.command(Some(Role::Gatekeeper), step, &RequestCommand::Send)
    }

    fn draft(&self, now: Moment) -> Draft {
        let procedure = &self.pinned.procedure;
        let required = |rule: &&FieldRule| rule.required || rule.required_for.contains(&self.case.priority);
        let made_up =
            procedure.field.iter().filter(required).map(|rule| (rule.name.clone(), filled_in(rule)));
        let stated = self.case.answers.iter().map(|(name, value)| (name.clone(), value.clone()));
        let items = if self.case.item.is_empty() { vec![self.row(now)] } else { self.case.item.clone() };
        Draft { priority: self.case.priority, answers: made_up.chain(stated).collect(), items }
    }

    fn row(&self, now: Moment) -> DraftItem {
        DraftItem {
            value: "person@service.example".to_owned(),
            category: self.pinned.procedure.category.first().map(|rule| rule.category),
            from: now.plus_seconds(-10 * DAY_SECONDS).to_string(),
            to: now.plus_seconds(-DAY_SECONDS).to_string(),
            ..DraftItem::default()
        }
    }

    fn check(&self, kind: CheckKind, step: &Step) -> RequestCommand {
        let listed = step.directory.unwrap_or(true);
        let point = if listed { self.contacts[0] } else { Id::new(Uuid::from_u128(UPLOAD)) };
        let observed = match kind {
            CheckKind::Accreditation => Observation::Accreditation { number: None },
            CheckKind::Signature => Observation::Signature { signed: SignedBy::Session {} },
            CheckKind::CallBack => Observation::CallBack {
                contact_point: point,
                reached: "The duty desk".to_owned(),
                called_at: step.at,
            },
            CheckKind::Supervisor => Observation::Supervisor {
                name: step.confirmed_by.clone().unwrap_or_else(|| "The head of the unit".to_owned()),
                accreditation: None,
                channel: Channel::Switchboard,
                contact_point: None,
                confirmed_at: step.at,
            },
            CheckKind::Documents => {
                Observation::Documents { files: Vec::new(), sha256: Vec::new(), request_itself: true }
            }
            CheckKind::Plausibility => Observation::Plausibility {},
        };
        let note = "Recorded in the case".to_owned();
        RequestCommand::Check { observed, passed: step.passed.unwrap_or(true), note }
    }

    fn verify(&mut self, step: &Step) -> Result<(), Refusals> {
        let checks = self.pinned.procedure.checks(self.case.priority).to_vec();
        checks.into_iter().try_for_each(|kind| {
            let command = self.check(kind, step);
            self.command(Some(Role::Analyst), step, &command)
        })
    }

    fn decide_items(&mut self, step: &Step, decision: &Decision) -> Result<(), Refusals> {
        let all = self.request.iter().flat_map(|request| &request.items);
        let chosen: Vec<ItemId> = match step.item {
            Some(number) => all.skip(number.saturating_sub(1)).take(1).map(|item| item.id).collect(),
            None => all.filter(|item| item.state.outcome().is_none()).map(|item| item.id).collect(),
        };
        if chosen.is_empty() {
            return Err(vec![Refusal::new(RefusalCode::ItemUnknown)]);
        }
        chosen.into_iter().try_for_each(|item| {
            let command = RequestCommand::Decide { item, decision: decision.clone() };
            self.command(Some(Role::Analyst), step, &command)
        })
    }

    fn deliver(&mut self, step: &Step) -> Result<(), Refusals> {
        let accepted = |item: &&crate::request::Item| matches!(item.state, ItemState::Accepted { .. });
        let items =
            self.request.iter().flat_map(|request| &request.items).filter(accepted).map(|item| item.id);
        let items: Vec<ItemId> = items.collect();
        let file = self.files[0].upload;
        let files = vec![FileContents { file, items: items.clone(), columns: Vec::new() }];
        self.command(
            Some(Role::Analyst),
            step,
            &RequestCommand::Prepare { items, files, note: String::new(), sealing: None },
        )?;
        let last =
            self.request.as_ref().and_then(|request| request.packages.last()).map(|package| package.id);
        let package = last.ok_or_else(|| vec![Refusal::new(RefusalCode::PackageUnknown)])?;
        let seen = vec![Seen { file, remarks: Vec::new() }];
        let comparison = Comparison { seen, ..Comparison::default() };
        self.command(Some(Role::Reviewer), step, &RequestCommand::Release { package, comparison })
    }

    fn confirm(&mut self, step: &Step) -> Result<(), Refusals> {
        let open = self.request.iter().flat_map(|request| &request.packages).filter(|p| p.receipt.is_none());
        let open: Vec<_> = open.map(|package| package.id).collect();
        open.into_iter().try_for_each(|package| {
            let command = RequestCommand::Confirm { package, found: Found::Intact, remark: String::new() };
            self.command(Some(Role::Officer), step, &command)
        })
    }

    fn answer(&mut self, step: &Step) -> Result<(), Refusals> {
        let open = self.request.as_ref().and_then(|request| request.open_clarification());
        let clarification = open.map(|round| round.id);
        let clarification =
            clarification.ok_or_else(|| vec![Refusal::new(RefusalCode::ClarificationUnknown)])?;
        let text = "Answered in the case".to_owned();
        self.command(Some(Role::Officer), step, &RequestCommand::Answer { clarification, text })
    }
}

const fn produce() -> Decision {
    Decision::Produce { giving: Giving::Full, explanation: String::new() }
}

fn codes(step: &Step) -> Vec<NonExecutionCode> {
    step.code.into_iter().collect()
}
