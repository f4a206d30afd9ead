//! Requests in every state, each brought there by the acts of the people concerned.

use super::people::{caller, contact_point_id, organisation_id};
use crate::serve::said;
use bytes::Bytes;
use comity_domain::id::{RequestId, UploadId};
use comity_domain::procedure::{CheckKind, FieldKind, Procedure};
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{
    Channel, Column, Comparison, Decision, Draft, DraftItem, FileContents, Found, Giving, Holds, Observation,
    RequestCommand, Seen, SignedBy,
};
use comity_domain::term::{DataCategory, Priority, RequestKind};
use comity_service::{Dossier, Exchange};
use std::collections::BTreeMap;

/// How far a story goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Until {
    Draft,
    Returned,
    Review,
    Authorisation,
    Authorised,
    Received,
    Acknowledged,
    Verifying,
    Verified,
    Clarifying,
    Accepted,
    Partly,
    Delivered,
    Confirmed,
    Closed,
    Rejected,
    Objected,
    Withdrawn,
    Held,
    Extended,
}

/// Who plays, between whom.
#[derive(Clone, Copy)]
struct Cast {
    officer: &'static str,
    gatekeeper: &'static str,
    authoriser: &'static str,
    from: &'static str,
    to: &'static str,
    analyst: &'static str,
    reviewer: &'static str,
}

const NORTHBRIDGE_HARBOUR: Cast = Cast {
    officer: "laurent",
    gatekeeper: "okafor",
    authoriser: "hale",
    from: "NBP",
    to: "HBT",
    analyst: "lindqvist",
    reviewer: "ferrari",
};
const NORTHBRIDGE_LUMIO: Cast =
    Cast { to: "LUM", analyst: "dubois", reviewer: "tremblay", ..NORTHBRIDGE_HARBOUR };
const NORTHBRIDGE_CORVANIA: Cast = Cast { to: "CCP", analyst: "rao", reviewer: "sen", ..NORTHBRIDGE_HARBOUR };
const WESTMARK_LUMIO: Cast = Cast {
    officer: "moreau",
    gatekeeper: "diallo",
    authoriser: "keller",
    from: "WPS",
    to: "LUM",
    analyst: "dubois",
    reviewer: "tremblay",
};
const WESTMARK_HARBOUR: Cast =
    Cast { to: "HBT", analyst: "lindqvist", reviewer: "ferrari", ..WESTMARK_LUMIO };

const STORIES: &[(Cast, &str, Priority, Until)] = &[
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Draft),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Returned),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Review),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Urgent, Until::Authorisation),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Authorised),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Received),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Urgent, Until::Acknowledged),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Verifying),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Verified),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Clarifying),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Accepted),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Partly),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Delivered),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Confirmed),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Batch, Until::Closed),
    (NORTHBRIDGE_HARBOUR, "bud.18_subscriber", Priority::Normal, Until::Rejected),
    (NORTHBRIDGE_HARBOUR, "bud.16_preservation", Priority::Urgent, Until::Held),
    (NORTHBRIDGE_LUMIO, "eu.epoc_subscriber", Priority::Normal, Until::Received),
    (NORTHBRIDGE_LUMIO, "eu.epoc_subscriber", Priority::Emergency, Until::Acknowledged),
    (NORTHBRIDGE_LUMIO, "eu.epoc_subscriber", Priority::Normal, Until::Objected),
    (NORTHBRIDGE_LUMIO, "eu.epoc_pr_preservation", Priority::Normal, Until::Held),
    (NORTHBRIDGE_LUMIO, "eu.epoc_pr_preservation", Priority::Normal, Until::Extended),
    (NORTHBRIDGE_CORVANIA, "bud.29_preservation", Priority::Normal, Until::Held),
    (WESTMARK_LUMIO, "bud.18_subscriber", Priority::Normal, Until::Verified),
    (WESTMARK_LUMIO, "bud.16_preservation", Priority::Normal, Until::Withdrawn),
    (WESTMARK_HARBOUR, "eu.epoc_subscriber", Priority::Normal, Until::Clarifying),
];

/// Tells every story.
pub(super) async fn tell(exchange: &Exchange) -> Result<(), String> {
    for (number, (cast, procedure, priority, until)) in STORIES.iter().enumerate() {
        let teller = Teller { exchange, cast: *cast, until: *until };
        let told = teller.tell(procedure, *priority, number).await;
        told.map_err(|error| format!("demonstration, story {number} ({procedure}): {error}"))?;
    }
    Ok(())
}

struct Teller<'a> {
    exchange: &'a Exchange,
    cast: Cast,
    until: Until,
}

impl Teller<'_> {
    async fn act(&self, who: &str, id: RequestId, command: RequestCommand) -> Result<(), String> {
        let who = caller(who, self.exchange.now())?;
        self.exchange.act(&who, id, command, None, None).await.map(drop).map_err(said)
    }

    async fn look(&self, who: &str, id: RequestId) -> Result<Dossier, String> {
        self.exchange.dossier(&caller(who, self.exchange.now())?, id).await.map_err(said)
    }

    async fn tell(&self, procedure: &str, priority: Priority, number: usize) -> Result<(), String> {
        let rules =
            self.exchange.procedures().newest(procedure).ok_or("no such procedure")?.procedure.clone();
        let draft = draft(&rules, priority, number, self.exchange.now());
        let officer = caller(self.cast.officer, self.exchange.now())?;
        let to = organisation_id(self.cast.to);
        let receipt = self.exchange.draft(&officer, to, procedure, draft, None).await.map_err(said)?;
        let id = receipt.request;
        if self.until == Until::Draft {
            return Ok(());
        }
        self.authority(id).await?;
        if self.until <= Until::Authorised {
            return Ok(());
        }
        self.provider(id, rules.kind).await
    }

    async fn authority(&self, id: RequestId) -> Result<(), String> {
        let Cast { officer, gatekeeper, authoriser, .. } = self.cast;
        self.act(officer, id, RequestCommand::Submit).await?;
        if matches!(self.until, Until::Returned | Until::Delivered) {
            let reason = "Say in one sentence how the address was found.".to_owned();
            self.act(gatekeeper, id, RequestCommand::Return { reason }).await?;
            if self.until == Until::Returned {
                return Ok(());
            }
            self.act(officer, id, RequestCommand::Submit).await?;
        }
        if self.until == Until::Review || self.until == Until::Returned {
            return Ok(());
        }
        self.act(gatekeeper, id, RequestCommand::Forward).await?;
        if self.until == Until::Authorisation {
            return Ok(());
        }
        let statement = "Necessary to identify the user of the account; nothing less intrusive is available.";
        self.act(authoriser, id, RequestCommand::Authorise { statement: statement.to_owned() }).await?;
        if self.until == Until::Authorised {
            return Ok(());
        }
        self.act(officer, id, RequestCommand::Send).await
    }

    async fn provider(&self, id: RequestId, kind: RequestKind) -> Result<(), String> {
        let Cast { officer, analyst, .. } = self.cast;
        if self.until == Until::Received {
            return Ok(());
        }
        let reference = format!("{}-{}", self.cast.to, &id.to_string()[28..]);
        self.act(analyst, id, RequestCommand::Acknowledge { reference }).await?;
        match self.until {
            Until::Acknowledged => return Ok(()),
            Until::Withdrawn => {
                let reason = "The user was identified by other means.".to_owned();
                return self.act(officer, id, RequestCommand::Withdraw { reason }).await;
            }
            _ => {}
        }
        let dossier = self.look(analyst, id).await?;
        for (index, check) in dossier.checks.iter().enumerate() {
            if self.until == Until::Verifying && index > 0 {
                return Ok(());
            }
            self.check(id, check.kind).await?;
        }
        if self.until == Until::Verified {
            return Ok(());
        }
        if self.until == Until::Clarifying {
            let question = "The address is shared by many customers: which source port was used?".to_owned();
            let code = NonExecutionCode::InsufficientIdentifier;
            return self.act(analyst, id, RequestCommand::Ask { code, items: Vec::new(), question }).await;
        }
        match kind {
            RequestKind::Produce => self.produce(id, &dossier).await,
            RequestKind::Preserve => self.preserve(id, &dossier).await,
        }
    }

    async fn check(&self, id: RequestId, kind: CheckKind) -> Result<(), String> {
        let now = self.exchange.now();
        let observed = match kind {
            CheckKind::Accreditation => Observation::Accreditation { number: None },
            CheckKind::Signature => Observation::Signature { signed: SignedBy::Session {} },
            CheckKind::CallBack => Observation::CallBack {
                contact_point: contact_point_id(self.cast.from),
                reached: "Duty officer Imre Solt".to_owned(),
                called_at: now,
            },
            CheckKind::Supervisor => Observation::Supervisor {
                name: "Superintendent Ada Wray".to_owned(),
                accreditation: None,
                channel: Channel::Switchboard,
                contact_point: None,
                confirmed_at: now,
            },
            CheckKind::Documents => {
                Observation::Documents { files: Vec::new(), sha256: Vec::new(), request_itself: true }
            }
            CheckKind::Plausibility => Observation::Plausibility {},
        };
        let note = "As expected.".to_owned();
        let command = RequestCommand::Check { observed, passed: true, note };
        self.act(self.cast.analyst, id, command).await
    }

    async fn preserve(&self, id: RequestId, dossier: &Dossier) -> Result<(), String> {
        for item in &dossier.items {
            let decision = Decision::Preserve { explanation: String::new() };
            self.act(self.cast.analyst, id, RequestCommand::Decide { item: item.id, decision }).await?;
        }
        if self.until == Until::Extended {
            let reason = "The production order is being prepared.".to_owned();
            self.act(self.cast.officer, id, RequestCommand::ExtendHold { reason }).await?;
        }
        Ok(())
    }

    async fn produce(&self, id: RequestId, dossier: &Dossier) -> Result<(), String> {
        let Cast { officer, analyst, reviewer, .. } = self.cast;
        let refuse = |code, explanation: &str| Decision::Refuse {
            codes: vec![code],
            explanation: explanation.to_owned(),
        };
        let give = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        for (index, item) in dossier.items.iter().enumerate() {
            let decision = match (self.until, index) {
                (Until::Rejected, _) | (Until::Delivered | Until::Confirmed | Until::Closed, 1) => refuse(
                    NonExecutionCode::NoLongerHeld,
                    "The connection records were deleted after 30 days.",
                ),
                (Until::Objected, _) => Decision::Object {
                    codes: vec![NonExecutionCode::ConflictOfLaw],
                    explanation: "The law of the place of storage forbids disclosure.".to_owned(),
                },
                (Until::Partly, 1) => break,
                _ => give.clone(),
            };
            self.act(analyst, id, RequestCommand::Decide { item: item.id, decision }).await?;
        }
        if matches!(self.until, Until::Accepted | Until::Rejected | Until::Objected) {
            return Ok(());
        }
        let looked = self.look(analyst, id).await?;
        let file = self.upload(id, &looked.reference).await?;
        let items: Vec<_> =
            looked.items.iter().filter(|item| item.accepted.is_some()).map(|item| item.id).collect();
        let note = "One line per address; times in UTC.".to_owned();
        let who = looked.items.iter().flat_map(|item| &item.all_elements).next();
        let who = who.map_or(Holds::Other, |(name, _)| Holds::Element(name.clone()));
        let asked = ["address", "port", "from_utc"].map(|name| (name, Holds::Identifier));
        let columns = asked.into_iter().chain([("subscriber", who)]);
        let columns = columns.map(|(name, holds)| Column { name: name.to_owned(), holds }).collect();
        let files = vec![FileContents { file, items: items.clone(), columns }];
        self.act(analyst, id, RequestCommand::Prepare { items, files, note, sealing: None }).await?;
        let looked = self.look(reviewer, id).await?;
        let package = looked.packages.first().ok_or("no package")?;
        let seen = package.files.iter().map(|file| Seen { file: file.id, remarks: file.remarks.clone() });
        let comparison = Comparison { seen: seen.collect(), ..Comparison::default() };
        let package = package.id;
        self.act(reviewer, id, RequestCommand::Release { package, comparison }).await?;
        if matches!(self.until, Until::Delivered | Until::Partly) {
            return Ok(());
        }
        let (found, remark) = (Found::Intact, String::new());
        self.act(officer, id, RequestCommand::Confirm { package, found, remark }).await?;
        if self.until == Until::Closed {
            self.act(officer, id, RequestCommand::Close).await?;
        }
        Ok(())
    }

    async fn upload(&self, id: RequestId, reference: &str) -> Result<UploadId, String> {
        let who = caller(self.cast.analyst, self.exchange.now())?;
        let content = Bytes::from(format!(
            "address,port,from_utc,subscriber\n203.0.113.7,50412,2026-11-01T00:00:00Z,subscriber of {reference}\n"
        ));
        let file = self.exchange.begin_upload(&who, id, "subscriber.csv", None, Some("text/csv"));
        let file = file.await.map_err(said)?;
        let body = futures_util::stream::iter([Ok(content)]);
        self.exchange.append_upload(&who, id, file.id, 0, body).await.map_err(said)?;
        self.exchange.complete_upload(&who, id, file.id).await.map_err(said)?;
        while self.exchange.inspect_some().await.map_err(said)? > 0 {}
        Ok(file.id)
    }
}

/// A complete draft under any of the shipped procedures.
fn draft(rules: &Procedure, priority: Priority, number: usize, now: comity_domain::time::Moment) -> Draft {
    let mut answers = BTreeMap::new();
    for field in &rules.field {
        let wanted = field.required || field.required_for.contains(&priority);
        let typed = match (field.name.as_str(), field.kind) {
            ("case_number", _) => format!("2026/{}", 1_140 + number),
            ("offence", _) => "Computer-related fraud".to_owned(),
            ("offence_provision", _) => "Criminal Code, section 263".to_owned(),
            ("max_penalty_months", _) => "60".to_owned(),
            ("facts", _) => {
                "A victim transferred money to an account opened from the address named below.".to_owned()
            }
            ("confirm_name", _) => "Duty inspector Vera Lang".to_owned(),
            (_, _) if !wanted => continue,
            (_, FieldKind::Choice) => field.choice.first().map_or_else(String::new, |c| c.value.clone()),
            (_, FieldKind::YesNo) => "yes".to_owned(),
            (_, FieldKind::Date) => now.plus_seconds(30 * 86_400).date().to_string(),
            (_, FieldKind::Telephone) => "+999100201".to_owned(),
            (_, FieldKind::Email) => "duty@police.northbridge.example".to_owned(),
            (_, FieldKind::Number) => "60".to_owned(),
            (_, FieldKind::Text | FieldKind::LongText) => "As recorded in the case file.".to_owned(),
        };
        answers.insert(field.name.clone(), typed);
    }
    let category = rules.category.iter().map(|rule| rule.category).find(|c| *c == DataCategory::Subscriber);
    let category = category.or_else(|| rules.category.first().map(|rule| rule.category));
    let ago = |days: i64| {
        let civil = now.plus_seconds(-days * 86_400).civil();
        format!("{}T{:02}:{:02}:{:02}Z", civil.date(), civil.hour(), civil.minute(), civil.second())
    };
    let (at, from, to) = (ago(40), ago(30), ago(20));
    let address = DraftItem {
        value: format!("203.0.113.{}", 7 + number),
        port: "50412".to_owned(),
        at,
        category,
        ..DraftItem::default()
    };
    let mail =
        DraftItem { value: format!("user{number}@mail.example"), category, from, to, ..DraftItem::default() };
    Draft { priority, answers, items: vec![address, mail] }
}
