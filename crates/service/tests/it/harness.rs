//! Two organisations with people in every role, and words in which the tests can speak about a request.

use bytes::Bytes;
use comity_domain::calendar::Calendar;
use comity_domain::id::{ContactPointId, ItemId, OrganisationId, PackageId, PersonId, RequestId, UploadId};
use comity_domain::party::{
    Actor, AuthoriserMandate, ContactPoint, Membership, Organisation, OrganisationKind, Person, Role,
};
use comity_domain::procedure::{CheckKind, FieldKind, PinnedProcedure, ProcedureSet};
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{
    Channel, Column, Comparison, Draft, DraftItem, FileContents, Found, Holds, Observation, RequestCommand,
    Seen, SignedBy,
};
use comity_domain::term::{AuthoriserType, DataCategory, Independence, Language, Priority};
use comity_domain::time::Moment;
use comity_service::{
    Caller, Denied, Dossier, Exchange, Inspector, OpenFault, PackageView, Presence, Receipt, Settings, Via,
};
use comity_store::seal::InstanceKey;
use comity_store::testing::TestStore;
use comity_store::{Fault, FaultPoint, Store, StoreConfig, Tx};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

pub(crate) const SUBSCRIBER: &str = "bud.18_subscriber";
pub(crate) const PRESERVATION: &str = "bud.16_preservation";
const FILES: [&str; 2] = ["bud/18_subscriber.toml", "bud/16_preservation.toml"];

/// An instance in which Northbridge Police asks Harbour Telecom.
pub(crate) struct World {
    pub(crate) exchange: Exchange,
    pub(crate) now_us: Arc<AtomicI64>,
}

/// Who acts, by a short name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Officer,
    OfficerWithEveryRole,
    Gatekeeper,
    Judge,
    Analyst,
    Reviewer,
    Administrator,
    /// Administers the authority.
    Head,
    Auditor,
    Stranger,
}

/// The act that releases a package in which every file and remark was seen.
pub(crate) fn releasing(package: &PackageView) -> RequestCommand {
    let seen = package.files.iter().map(|file| Seen { file: file.id, remarks: file.remarks.clone() });
    let comparison = Comparison { seen: seen.collect(), ..Comparison::default() };
    RequestCommand::Release { package: package.id, comparison }
}

/// The act that confirms a package as it should be.
pub(crate) fn intact(package: PackageId) -> RequestCommand {
    RequestCommand::Confirm { package, found: Found::Intact, remark: String::new() }
}

pub(crate) fn number(who: Who) -> u128 {
    match who {
        Who::Officer => 11,
        Who::OfficerWithEveryRole => 12,
        Who::Gatekeeper => 13,
        Who::Judge => 14,
        Who::Analyst => 21,
        Who::Reviewer => 22,
        Who::Administrator => 23,
        Who::Head => 15,
        Who::Auditor => 31,
        Who::Stranger => 41,
    }
}

pub(crate) fn home(who: Who) -> u128 {
    number(who) / 10
}

pub(crate) fn person(who: Who) -> PersonId {
    PersonId::new(Uuid::from_u128(number(who)))
}

pub(crate) fn organisation(number: u128) -> OrganisationId {
    OrganisationId::new(Uuid::from_u128(number))
}

fn roles(who: Who) -> Vec<Role> {
    match who {
        Who::Officer => vec![Role::Officer],
        Who::OfficerWithEveryRole => vec![Role::Officer, Role::Gatekeeper, Role::Authoriser],
        Who::Gatekeeper => vec![Role::Gatekeeper],
        Who::Judge => vec![Role::Authoriser],
        Who::Analyst | Who::Stranger => vec![Role::Analyst],
        Who::Reviewer => vec![Role::Reviewer, Role::Analyst],
        Who::Administrator | Who::Head => vec![Role::Administrator],
        Who::Auditor => vec![Role::Auditor],
    }
}

const EVERYBODY: [Who; 10] = [
    Who::Officer,
    Who::OfficerWithEveryRole,
    Who::Gatekeeper,
    Who::Judge,
    Who::Analyst,
    Who::Reviewer,
    Who::Administrator,
    Who::Head,
    Who::Auditor,
    Who::Stranger,
];

impl World {
    /// Opens an exchange on the database of a test.
    pub(crate) async fn open(store: &mut TestStore) -> Self {
        Self::founded_with(store, Vec::new()).await
    }

    /// The same with others that are set up before the first person is, and so are founders too.
    pub(crate) async fn founded_with(store: &mut TestStore, others: Vec<Organisation>) -> Self {
        let start: Moment = "2026-11-23T14:00:00+01:00".parse().unwrap();
        let world = Self::begin(store, Arc::new(AtomicI64::new(start.us())), |_| {}).await.unwrap();
        for other in others {
            world.exchange.put_organisation(&Caller::Operator, other).await.unwrap();
        }
        world.set_up().await;
        world
    }

    /// The same instance in another process, after a restart or beside this one.
    pub(crate) async fn again(
        &self,
        store: &TestStore,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Self, OpenFault> {
        Self::begin(store, self.now_us.clone(), change).await
    }

    /// The same instance on a store that fails where the test wants it to.
    pub(crate) async fn failing(
        &self,
        store: &TestStore,
        fault_point: FaultPoint,
    ) -> Result<Self, OpenFault> {
        let settings = Self::settings(store);
        let key = InstanceKey::load_or_create(&settings.data.join("instance.key"))?;
        let (database, data) = (settings.database.clone(), settings.data.clone());
        let config = StoreConfig::new(database, data, key, 0).with_fault_point(fault_point);
        let clock = Self::clock(&self.now_us);
        let open = move || Exchange::on(Store::open(&config)?, settings, clock);
        let exchange = tokio::task::spawn_blocking(open).await.unwrap()?;
        Ok(Self { exchange, now_us: self.now_us.clone() })
    }

    pub(crate) fn clock(now_us: &Arc<AtomicI64>) -> comity_service::ClockSource {
        let moved = now_us.clone();
        Arc::new(move || jiff::Timestamp::from_microsecond(moved.load(Ordering::SeqCst)).unwrap())
    }

    async fn begin(
        store: &TestStore,
        now_us: Arc<AtomicI64>,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Self, OpenFault> {
        let mut settings = Self::settings(store);
        change(&mut settings);
        let clock = Self::clock(&now_us);
        let open = move || Exchange::open(settings, clock);
        let exchange = tokio::task::spawn_blocking(open).await.unwrap()?;
        Ok(Self { exchange, now_us })
    }

    pub(crate) fn settings(store: &TestStore) -> Settings {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../procedures");
        let mut procedures = ProcedureSet::default();
        for file in FILES {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            procedures.add(PinnedProcedure::from_toml(&text).unwrap());
        }
        let calendar = std::fs::read_to_string(folder.join("calendars/xa.toml")).unwrap();
        Settings {
            database: store.config().database.clone(),
            data: store.dir().to_owned(),
            procedures,
            calendars: vec![Calendar::from_toml(&calendar).unwrap()],
            permissions: None,
            smtp: None,
            base_url: "http://127.0.0.1".to_owned(),
            upload_limit: 1_000_000,
            loose_file_days: 7,
            vetting: comity_service::VettingSettings::default(),
            inspector: Inspector::Here,
            time_stamps: None,
            device_bound: Vec::new(),
            identity_providers: Vec::new(),
            ledger: comity_service::LedgerSettings::named("log.example"),
            demo: true,
        }
    }

    async fn set_up(&self) {
        let kinds = [
            (1, OrganisationKind::Authority, "NBP"),
            (2, OrganisationKind::Provider, "HBT"),
            (3, OrganisationKind::Oversight, "OVB"),
            (4, OrganisationKind::Provider, "OTH"),
        ];
        for (id, kind, code) in kinds {
            let organisation = Organisation {
                id: organisation(id),
                kind,
                name: format!("Organisation {code}"),
                code: code.to_owned(),
                country: "XA".to_owned(),
                time_zone: "Europe/Paris".to_owned(),
                language: Language::English,
                mail_domain: format!("{}.example", code.to_lowercase()),
                switchboard: "+999100200".to_owned(),
                services: Vec::new(),
            };
            self.exchange.put_organisation(&Caller::Operator, organisation).await.unwrap();
            let point = ContactPoint {
                id: ContactPointId::new(Uuid::from_u128(id)),
                organisation: super::harness::organisation(id),
                name: "Duty desk".to_owned(),
                telephone: "+999100207".to_owned(),
                email: format!("desk@{}.example", code.to_lowercase()),
                hours: "24/7".to_owned(),
                languages: vec!["en".to_owned()],
                source: "Official gazette".to_owned(),
                confirmed_at: self.exchange.now(),
            };
            self.exchange.set_contact_point(&Caller::Operator, point).await.unwrap();
        }
        for who in EVERYBODY {
            let m = Self::membership(who);
            let person = Person {
                id: m.person,
                name: format!("Person {}", number(who)),
                email: format!("p{}@example.example", number(who)),
                language: Language::English,
                active: true,
            };
            self.exchange.put_person(&Caller::Operator, person, vec![m]).await.unwrap();
        }
    }

    fn membership(who: Who) -> Membership {
        let start: Moment = "2026-11-23T14:00:00+01:00".parse().unwrap();
        Membership {
            person: person(who),
            organisation: organisation(home(who)),
            roles: roles(who),
            function: "Inspector".to_owned(),
            accreditation: format!("A-{}", number(who)),
            accredited_until: start.plus_seconds(365 * 86_400),
            withdrawn_at: None,
            authoriser: roles(who).contains(&Role::Authoriser).then_some(AuthoriserMandate {
                kind: AuthoriserType::InvestigatingJudge,
                independence: Independence::Judicial,
            }),
        }
    }

    pub(crate) fn caller(who: Who) -> Caller {
        let m = Self::membership(who);
        let kind = match home(who) {
            1 => OrganisationKind::Authority,
            3 => OrganisationKind::Oversight,
            _ => OrganisationKind::Provider,
        };
        let actor = Actor {
            person: m.person,
            name: format!("Person {}", number(who)),
            organisation: m.organisation,
            organisation_kind: kind,
            roles: m.roles,
            function: m.function,
            accreditation: m.accreditation,
            accredited_until: m.accredited_until,
            authoriser: m.authoriser,
        };
        Caller::Person { actor, via: Via::Api, presence: Presence::Token }
    }

    /// The same person, accredited again after years.
    pub(crate) fn accredited_again(&self, who: Who) -> Caller {
        let Caller::Person { mut actor, via, presence } = Self::caller(who) else { panic!("not a person") };
        actor.accredited_until = self.exchange.now().plus_seconds(86_400);
        Caller::Person { actor, via, presence }
    }

    /// As `accredited_again`, and the directory says so too, which every act asks.
    pub(crate) async fn renewed(&self, store: &TestStore, who: Who) -> Caller {
        let caller = self.accredited_again(who);
        let Caller::Person { actor, .. } = &caller else { panic!("not a person") };
        let args = [actor.accredited_until.us().into(), actor.person.to_string().into()];
        let renew = move |tx: &mut dyn Tx| {
            tx.put("update membership set accredited_until_us = $1 where person = $2", &args)
        };
        store.write::<_, Fault>("test.renew", renew).await.unwrap();
        caller
    }

    /// Lets time pass and the jobs run that fall due in it.
    pub(crate) async fn pass(&self, seconds: i64) {
        self.now_us.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        while self.exchange.run_jobs(100).await.unwrap() > 0 {}
    }

    pub(crate) async fn draft(&self, who: Who, procedure: &str) -> RequestId {
        let draft = self.complete_draft(procedure);
        let to = organisation(2);
        self.exchange.draft(&Self::caller(who), to, procedure, draft, None).await.unwrap().request
    }

    pub(crate) async fn act(&self, who: Who, id: RequestId, command: RequestCommand) -> Receipt {
        let done = self.exchange.act(&Self::caller(who), id, command.clone(), None, None).await;
        done.unwrap_or_else(|denied| panic!("{command:?}: {denied:?}"))
    }

    /// The code with which an act is refused.
    pub(crate) async fn refused(&self, who: Who, id: RequestId, command: RequestCommand) -> RefusalCode {
        match self.exchange.act(&Self::caller(who), id, command, None, None).await {
            Err(Denied::Refused(refusals)) => refusals[0].code,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub(crate) async fn look(&self, who: Who, id: RequestId) -> Dossier {
        self.exchange.dossier(&Self::caller(who), id).await.unwrap()
    }

    /// From the draft to the provider's desk.
    pub(crate) async fn send(&self, id: RequestId) {
        self.act(Who::Officer, id, RequestCommand::Submit).await;
        self.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
        self.act(Who::Judge, id, RequestCommand::Authorise { statement: "Necessary.".to_owned() }).await;
        self.act(Who::Officer, id, RequestCommand::Send).await;
    }

    /// Every check that the procedure asks for, passed.
    pub(crate) async fn verify(&self, id: RequestId) {
        for check in self.look(Who::Analyst, id).await.checks {
            self.act(Who::Analyst, id, self.check(check.kind, true)).await;
        }
    }

    /// A check with what it rests on.
    pub(crate) fn check(&self, kind: CheckKind, passed: bool) -> RequestCommand {
        let now = self.exchange.now();
        let observed = match kind {
            CheckKind::Accreditation => Observation::Accreditation { number: None },
            CheckKind::Signature => Observation::Signature { signed: SignedBy::Session {} },
            CheckKind::CallBack => Observation::CallBack {
                contact_point: ContactPointId::new(Uuid::from_u128(1)),
                reached: "Duty officer Noor".to_owned(),
                called_at: now,
            },
            CheckKind::Supervisor => Observation::Supervisor {
                name: "Head of unit Ilo".to_owned(),
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
        RequestCommand::Check { observed, passed, note: "Seen.".to_owned() }
    }

    /// A file that arrived completely and has been inspected.
    pub(crate) async fn upload(&self, id: RequestId, content: &[u8]) -> UploadId {
        let file = self.arrived(id, "answer.csv", content).await;
        while self.exchange.inspect_some().await.unwrap() > 0 {}
        file
    }

    /// A file that arrived completely and waits for its inspection.
    pub(crate) async fn arrived(&self, id: RequestId, name: &str, content: &[u8]) -> UploadId {
        let who = Self::caller(Who::Analyst);
        let file = self.exchange.begin_upload(&who, id, name, None, None).await.unwrap();
        let pieces: Vec<_> = content.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let body = futures_util::stream::iter(pieces);
        self.exchange.append_upload(&who, id, file.id, 0, body).await.unwrap();
        self.exchange.complete_upload(&who, id, file.id).await.unwrap();
        file.id
    }

    /// The act that puts a file into a package; every column of a table holds what was asked about.
    pub(crate) async fn packing(&self, id: RequestId, items: Vec<ItemId>, file: UploadId) -> RequestCommand {
        let uploads = self.look(Who::Analyst, id).await.uploads;
        let report = uploads.into_iter().find(|known| known.id == file).and_then(|known| known.inspection);
        let table = report.and_then(|report| report.table);
        let names = table.map_or_else(Vec::new, |table| table.columns);
        let columns = names.into_iter().map(|name| Column { name, holds: Holds::Identifier }).collect();
        let files = vec![FileContents { file, items: items.clone(), columns }];
        RequestCommand::Prepare { items, files, note: String::new(), sealing: None }
    }

    pub(crate) fn complete_draft(&self, procedure: &str) -> Draft {
        let rules = &self.exchange.procedures().newest(procedure).unwrap().procedure;
        let mut answers = BTreeMap::new();
        for field in rules.field.iter().filter(|field| field.required) {
            let typed = match field.kind {
                FieldKind::Text | FieldKind::LongText => "As in the case file.".to_owned(),
                FieldKind::Date => "2026-12-24".to_owned(),
                FieldKind::Choice => field.choice[0].value.clone(),
                FieldKind::YesNo => "yes".to_owned(),
                FieldKind::Telephone => "+999100201".to_owned(),
                FieldKind::Email => "duty@nbp.example".to_owned(),
                FieldKind::Number => "60".to_owned(),
            };
            answers.insert(field.name.clone(), typed);
        }
        answers.insert("max_penalty_months".to_owned(), "60".to_owned());
        answers.retain(|name, _| rules.field(name).is_some());
        let item = |value: &str| DraftItem {
            value: value.to_owned(),
            category: Some(DataCategory::Subscriber),
            from: "2026-11-01T00:00:00+01:00".to_owned(),
            to: "2026-11-10T00:00:00+01:00".to_owned(),
            ..DraftItem::default()
        };
        let items = vec![item("one@mail.example"), item("two@mail.example")];
        Draft { priority: Priority::Normal, answers, items }
    }
}
