//! A synthetic corpus of requests, three in ten of them hostile, against the gate and the checks of the source: how many
//! false ones are accepted and how many true ones are kept out, and by which rule (T01, T02, T04, T10; `legal.md` 7.3).
//! What people would say when they are called is made up with each attempt, from a fixed seed, and stands below: it says how
//! the rules do where people do what these numbers say, and nothing about any real desk.

use crate::random::Random;
use crate::table::{Bar, Table};
use comity_domain::calendar::Calendar;
use comity_domain::id::{ContactPointId, ItemId, OrganisationId, PersonId, RequestId};
use comity_domain::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier};
use comity_domain::party::{
    Actor, AuthoriserMandate, ContactPoint, Membership, Organisation, OrganisationKind, Person, Role,
};
use comity_domain::procedure::{CheckKind, FieldKind, PinnedProcedure, ProcedureSet};
use comity_domain::request::{
    Channel, Decision, Draft, DraftItem, FiledItem, Filing, ForeignObject, Giving, Intake, Observation,
    RequestCommand, SignedBy,
};
use comity_domain::term::{AuthoriserType, DataCategory, Independence, Language, Priority};
use comity_domain::time::Moment;
use comity_service::{Caller, Denied, Exchange, PeerProcedures, Presence, Settings, Via};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::runtime::Runtime;
use uuid::Uuid;

const SEED: u64 = 0x2008_0402;
const REQUESTS: u64 = 10_000;
/// Days over which the corpus is spread, from a Monday on.
const DAYS: u64 = 60;
const AUTHORITIES: u64 = 12;
const OFFICERS: u64 = 8;
const PROVIDER: u128 = 2;
const ANALYST: u128 = 3;
const PROCEDURE: &str = "bud.18_subscriber";
const PRESERVATION: &str = "bud.16_preservation";
const SECOND_US: i64 = 1_000_000;

/// Of a hundred requests, so many are read by somebody in a hurry, who takes a signature and papers as good unread.
const HURRIED: u64 = 3;
/// Of a hundred true calls, so many reach nobody.
const UNREACHED: u64 = 2;

/// Who is behind an attempt, and how they go about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// An authority that asks as it may.
    Genuine,
    /// A message in the name of a true officer, with the true domain.
    StolenMailbox,
    /// The domain only looks like the true one; half of them name a true officer.
    LookAlike,
    /// An invented agency, mostly with an invented officer.
    ForgedLetterhead,
    /// As a stolen mailbox, with a true document of another case.
    ReusedDocument,
    /// A true officer for private ends: two in five alone, the others with a story that those who sign believe.
    Insider,
    /// A true officer who cuts what would be refused as too much into many small requests.
    Slicing,
}

impl Kind {
    const HOSTILE: [Self; 6] = [
        Self::StolenMailbox,
        Self::LookAlike,
        Self::ForgedLetterhead,
        Self::ReusedDocument,
        Self::Insider,
        Self::Slicing,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::StolenMailbox => "stolen mailbox",
            Self::LookAlike => "look-alike domain",
            Self::ForgedLetterhead => "forged letterhead",
            Self::ReusedDocument => "reused document",
            Self::Insider => "insider",
            Self::Slicing => "slicing",
        }
    }
}

/// One attempt, with what is true of it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Attempt {
    kind: Kind,
    number: u64,
    at_us: i64,
    authority: u64,
    officer: u64,
    priority: Priority,
    target: String,
    /// Written in this system; otherwise it comes as a message.
    at_desk: bool,
    /// The domain of a message's sender.
    domain: String,
    /// The accreditation number that a message names.
    named: String,
    document: String,
    /// Whether a signature on it verifies.
    signed: bool,
    /// Whether those who vouch and sign believe it.
    believed: bool,
    /// Whether the duty officer of the authority, when called, knows of it.
    known: bool,
    /// Whether a head of the unit, when asked, confirms it.
    confirmed: bool,
    hurried: bool,
}

/// How one kind fared.
#[derive(Default)]
struct Tally {
    accepted: u64,
    /// Accepted, with nothing told that would have made anybody look twice.
    untold: u64,
    /// What kept the others out, by check or code of the refusal.
    stopped: BTreeMap<String, u64>,
    /// What was told of them, by its rule, whether they were accepted or not.
    told: BTreeMap<String, u64>,
}

impl Tally {
    fn kept_out(&self) -> u64 {
        self.stopped.values().sum()
    }
}

fn number_of(authority: u64, place: u64) -> u128 {
    u128::from(1_000 + authority * 100 + place)
}

fn accreditation(authority: u64, place: u64) -> String {
    format!("XA-{:05}", number_of(authority, place))
}

fn domain(authority: u64) -> String {
    format!("police-north{authority}.example")
}

/// The corpus: the same for the same seed.
fn corpus(requests: u64, start_us: i64) -> Vec<Attempt> {
    let mut random = Random::new(SEED);
    let mut attempts: Vec<Attempt> =
        (0..requests).map(|number| attempt(&mut random, number, start_us)).collect();
    attempts.sort_by_key(|attempt| (attempt.at_us, attempt.number));
    // A document can only be shown again once it was shown, and a target asked for again once it was asked for.
    let (mut shown, mut asked): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for attempt in &mut attempts {
        if attempt.kind == Kind::ReusedDocument && !shown.is_empty() {
            attempt.document.clone_from(random.one_of(&shown));
        }
        if attempt.kind == Kind::Genuine && random.percent(5) && !asked.is_empty() {
            attempt.target.clone_from(random.one_of(&asked));
        }
        if attempt.kind == Kind::Genuine {
            asked.push(attempt.target.clone());
            if !attempt.at_desk {
                shown.push(attempt.document.clone());
            }
        }
    }
    attempts
}

fn attempt(random: &mut Random, number: u64, start_us: i64) -> Attempt {
    let kind = if random.percent(70) { Kind::Genuine } else { *random.one_of(&Kind::HOSTILE) };
    let (authority, officer) = (random.below(AUTHORITIES), random.below(OFFICERS));
    let true_source = matches!(kind, Kind::Genuine | Kind::Insider | Kind::Slicing);
    let at_desk = match kind {
        Kind::Genuine => random.percent(80),
        Kind::Insider | Kind::Slicing => true,
        Kind::StolenMailbox | Kind::LookAlike | Kind::ForgedLetterhead | Kind::ReusedDocument => false,
    };
    let urgent = random.below(100);
    let priority = match (true_source, urgent) {
        (true, 0..5) | (false, 0..70) => Priority::Emergency,
        (true, 5..20) | (false, 70..90) => Priority::Urgent,
        (true | false, _) => Priority::Normal,
    };
    let invented = match kind {
        Kind::LookAlike => random.percent(50),
        Kind::ForgedLetterhead => random.percent(80),
        _ => false,
    };
    let believed = kind != Kind::Insider || random.percent(60);
    let known = true_source && believed && !random.percent(UNREACHED);
    let confirmed = known && (kind != Kind::Insider || random.percent(30));
    Attempt {
        kind,
        number,
        at_us: start_us + instant(random, kind, priority, authority),
        authority,
        // One officer of each authority slices.
        officer: if kind == Kind::Slicing { 0 } else { officer },
        priority: if kind == Kind::Slicing { Priority::Normal } else { priority },
        target: format!("person{number}@mail.example"),
        at_desk,
        domain: sender_domain(kind, authority),
        named: if invented { format!("XB-{number:05}") } else { accreditation(authority, officer) },
        document: format!("{:064x}", u128::from(random.next()) << 64 | u128::from(number)),
        signed: kind == Kind::Genuine,
        believed,
        known,
        confirmed,
        hurried: random.percent(HURRIED),
    }
}

fn sender_domain(kind: Kind, authority: u64) -> String {
    match kind {
        Kind::LookAlike => format!("po1ice-north{authority}.example"),
        Kind::ForgedLetterhead => format!("bureau-of-cases{authority}.example"),
        _ => domain(authority),
    }
}

/// Microseconds from the start: by day and on weekdays, except one in ten of the true ones, and any hour for the others.
/// Who slices does it within one week.
fn instant(random: &mut Random, kind: Kind, priority: Priority, authority: u64) -> i64 {
    let anytime = priority == Priority::Emergency || kind != Kind::Genuine || random.percent(10);
    let day = match kind {
        Kind::Slicing => (authority * 5) % (DAYS - 7) + random.below(7),
        _ if anytime => random.below(DAYS),
        _ => random.below(DAYS / 7) * 7 + random.below(5),
    };
    let seconds = if anytime { random.below(86_400) } else { 8 * 3_600 + random.below(10 * 3_600) };
    i64::try_from(day * 86_400 + seconds).unwrap() * SECOND_US
}

/// Runs the corpus and says how each kind fared; `COMITY_BENCH_CORPUS` asks for another number of requests.
pub(crate) fn run(runtime: &Runtime, data: &Path, table: &mut Table) {
    let requests = crate::number("COMITY_BENCH_CORPUS", REQUESTS);
    let start: Moment = "2026-10-05T00:00:00+02:00".parse().unwrap();
    let now_us = Arc::new(AtomicI64::new(start.us()));
    let moved = now_us.clone();
    let clock = move || jiff::Timestamp::from_microsecond(moved.load(Ordering::SeqCst)).unwrap();
    let exchange = Exchange::open(settings(data), Arc::new(clock)).unwrap();
    let tallies = runtime.block_on(async { Desk::open(exchange, now_us).await.run(requests).await });
    println!("| who is behind it | requests | accepted | of them nothing told | kept out by | told by |");
    println!("|---|---|---|---|---|---|");
    let list = |counts: &BTreeMap<String, u64>| {
        counts.iter().map(|(rule, count)| format!("{rule} {count}")).collect::<Vec<_>>().join(", ")
    };
    for (kind, tally) in &tallies {
        let (name, all) = (kind.name(), tally.accepted + tally.kept_out());
        let (stopped, told) = (list(&tally.stopped), list(&tally.told));
        println!("| {name} | {all} | {} | {} | {stopped} | {told} |", tally.accepted, tally.untold);
    }
    for (kind, tally) in &tallies {
        let all = tally.accepted + tally.kept_out();
        let (what, part) = match kind {
            Kind::Genuine => ("kept out", tally.kept_out()),
            _ => ("accepted", tally.accepted),
        };
        let name = format!("corpus: {}, {what} of {all}", kind.name());
        table.figure(&name, f64::from(u32::try_from(part).unwrap()), "requests", Bar::None);
    }
}

fn settings(data: &Path) -> Settings {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../procedures");
    let mut procedures = ProcedureSet::default();
    for file in ["bud/18_subscriber.toml", "bud/16_preservation.toml"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        procedures.add(PinnedProcedure::from_toml(&text).unwrap());
    }
    let calendar = std::fs::read_to_string(folder.join("calendars/xa.toml")).unwrap();
    let calendars = vec![Calendar::from_toml(&calendar).unwrap()];
    // Nobody shows a passkey here.
    Settings { procedures, calendars, demo: true, ..crate::settings(data) }
}

/// An exchange whose clock the corpus moves.
struct Desk {
    exchange: Exchange,
    now_us: Arc<AtomicI64>,
}

impl Desk {
    /// Sets up the provider and the authorities.
    async fn open(exchange: Exchange, now_us: Arc<AtomicI64>) -> Self {
        let desk = Self { exchange, now_us };
        desk.organisation(PROVIDER, OrganisationKind::Provider, "HBT", "harbour-telecom.example").await;
        desk.member(PROVIDER, ANALYST, "HBT-1".to_owned(), Role::Analyst).await;
        for authority in 0..AUTHORITIES {
            let id = number_of(authority, 99);
            desk.organisation(id, OrganisationKind::Authority, &format!("N{authority}"), &domain(authority))
                .await;
            for place in 0..OFFICERS {
                let number = number_of(authority, place);
                desk.member(id, number, accreditation(authority, place), Role::Officer).await;
            }
            for (place, role) in [(20, Role::Gatekeeper), (21, Role::Authoriser)] {
                desk.member(id, number_of(authority, place), accreditation(authority, place), role).await;
            }
        }
        desk
    }

    async fn organisation(&self, number: u128, kind: OrganisationKind, code: &str, mail_domain: &str) {
        let id = OrganisationId::new(Uuid::from_u128(number));
        let organisation = Organisation {
            id,
            kind,
            name: format!("Organisation {code}"),
            code: code.to_owned(),
            country: "XA".to_owned(),
            time_zone: "Europe/Paris".to_owned(),
            language: Language::English,
            mail_domain: mail_domain.to_owned(),
            switchboard: "+999100200".to_owned(),
            services: Vec::new(),
        };
        self.exchange.put_organisation(&Caller::Operator, organisation).await.unwrap();
        let point = ContactPoint {
            id: ContactPointId::new(Uuid::from_u128(number)),
            organisation: id,
            name: "Duty desk".to_owned(),
            telephone: "+999100207".to_owned(),
            email: format!("desk@{mail_domain}"),
            hours: "24/7".to_owned(),
            languages: vec!["en".to_owned()],
            source: "Official gazette".to_owned(),
            confirmed_at: self.exchange.now(),
        };
        self.exchange.set_contact_point(&Caller::Operator, point).await.unwrap();
    }

    async fn member(&self, organisation: u128, number: u128, accreditation: String, role: Role) {
        let m = membership(organisation, number, accreditation, role, self.exchange.now());
        let person = Person {
            id: m.person,
            name: format!("Person {number}"),
            email: format!("p{number}@people.example"),
            language: Language::English,
            active: true,
        };
        self.exchange.put_person(&Caller::Operator, person, vec![m]).await.unwrap();
    }

    fn caller(&self, organisation: u128, number: u128, accreditation: String, role: Role) -> Caller {
        let m = membership(organisation, number, accreditation, role, self.exchange.now());
        let kind = match role {
            Role::Analyst => OrganisationKind::Provider,
            _ => OrganisationKind::Authority,
        };
        let actor = Actor {
            person: m.person,
            name: format!("Person {number}"),
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

    fn analyst(&self) -> Caller {
        self.caller(PROVIDER, ANALYST, "HBT-1".to_owned(), Role::Analyst)
    }

    fn of_authority(&self, attempt: &Attempt, place: u64, role: Role) -> Caller {
        let authority = attempt.authority;
        let number = number_of(authority, place);
        self.caller(number_of(authority, 99), number, accreditation(authority, place), role)
    }

    /// Every attempt in the order of its time; how each kind fared.
    async fn run(&self, requests: u64) -> BTreeMap<Kind, Tally> {
        let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
        for attempt in corpus(requests, self.now_us.load(Ordering::SeqCst)) {
            self.now_us.fetch_max(attempt.at_us, Ordering::SeqCst);
            let tally = tallies.entry(attempt.kind).or_default();
            let (stopped, told) = match self.arrive(&attempt).await {
                Ok(id) => self.weigh(&attempt, id).await,
                Err(code) => (Some(code), Vec::new()),
            };
            for rule in &told {
                *tally.told.entry(rule.clone()).or_default() += 1;
            }
            if let Some(rule) = stopped {
                *tally.stopped.entry(rule).or_default() += 1;
            } else {
                tally.accepted += 1;
                tally.untold += u64::from(told.is_empty());
            }
        }
        tallies
    }

    async fn act(&self, who: &Caller, id: RequestId, command: RequestCommand) -> Result<(), String> {
        self.now_us.fetch_add(SECOND_US, Ordering::SeqCst);
        self.exchange.act(who, id, command, None, None).await.map(drop).map_err(code)
    }

    /// Brings it to the provider's desk, or says which rule kept it away.
    async fn arrive(&self, attempt: &Attempt) -> Result<RequestId, String> {
        if !attempt.at_desk {
            return self.file(attempt).await;
        }
        let officer = self.of_authority(attempt, attempt.officer, Role::Officer);
        let to = OrganisationId::new(Uuid::from_u128(PROVIDER));
        let drafted = self.exchange.draft(&officer, to, PROCEDURE, self.draft(attempt), None).await;
        let id = drafted.map_err(code)?.request;
        self.act(&officer, id, RequestCommand::Submit).await?;
        let (keeper, judge) = if attempt.believed {
            let keeper = self.of_authority(attempt, 20, Role::Gatekeeper);
            (keeper, self.of_authority(attempt, 21, Role::Authoriser))
        } else {
            // Alone: the officer tries to vouch and to sign.
            (officer.clone(), officer.clone())
        };
        self.act(&keeper, id, RequestCommand::Forward).await?;
        self.act(&judge, id, RequestCommand::Authorise { statement: "Necessary.".to_owned() }).await?;
        self.act(&officer, id, RequestCommand::Send).await?;
        Ok(id)
    }

    fn draft(&self, attempt: &Attempt) -> Draft {
        let rules = &self.exchange.procedures().newest(PROCEDURE).unwrap().procedure;
        let mut answers = BTreeMap::new();
        for field in rules
            .field
            .iter()
            .filter(|field| field.required || field.required_for.contains(&attempt.priority))
        {
            let typed = match field.kind {
                FieldKind::Text | FieldKind::LongText => "As in the case file.".to_owned(),
                FieldKind::Date => "2027-12-24".to_owned(),
                FieldKind::Choice => field.choice[0].value.clone(),
                FieldKind::YesNo => "yes".to_owned(),
                FieldKind::Telephone => "+999100201".to_owned(),
                FieldKind::Email => format!("duty@{}", attempt.domain),
                FieldKind::Number => "60".to_owned(),
            };
            answers.insert(field.name.clone(), typed);
        }
        answers.insert("max_penalty_months".to_owned(), "60".to_owned());
        answers.retain(|name, _| rules.field(name).is_some());
        let item = DraftItem {
            value: attempt.target.clone(),
            category: Some(DataCategory::Subscriber),
            from: "2026-09-01T00:00:00+02:00".to_owned(),
            to: "2026-09-10T00:00:00+02:00".to_owned(),
            ..DraftItem::default()
        };
        Draft { priority: attempt.priority, answers, items: vec![item] }
    }

    /// A message that another system relays, as it was told.
    async fn file(&self, attempt: &Attempt) -> Result<RequestId, String> {
        let id = ItemId::new(Uuid::from_u128(1 << 100 | u128::from(attempt.number)));
        let raw = RawIdentifier { value: attempt.target.clone(), ..RawIdentifier::default() };
        let identifier = Identifier::parse(IdentifierType::Email, &raw, PortPolicy::Advised).unwrap();
        let category = DataCategory::Subscriber;
        let item = FiledItem { id, identifier, category, window: None, limit: String::new() };
        let object = ForeignObject {
            identifier: format!("object-{}", attempt.number),
            kind: "LDTaskObject".to_owned(),
            items: vec![id],
            body: format!("<task number=\"{}\"/>", attempt.number),
        };
        let intake = Intake::Standard {
            format: "ETSI TS 103 120".to_owned(),
            claimed_sender: format!("desk@{}", attempt.domain),
            deficits: Vec::new(),
            objects: vec![object],
        };
        let filing = Filing {
            reference: None,
            priority: attempt.priority,
            intake,
            answers: BTreeMap::new(),
            items: vec![item],
        };
        let from = OrganisationId::new(Uuid::from_u128(number_of(attempt.authority, 99)));
        let to = OrganisationId::new(Uuid::from_u128(PROVIDER));
        let procedures =
            PeerProcedures { disclosure: PROCEDURE.to_owned(), preservation: PRESERVATION.to_owned() };
        let peer = Caller::Peer { organisation: from, addressee: to, procedures };
        let filed = self.exchange.file(&peer, from, to, PROCEDURE, filing, None).await;
        Ok(filed.map_err(code)?.request)
    }

    /// What the desk does, check by check, as the procedure says: the rule that stopped it, if one did, and what had been
    /// told by then.
    async fn weigh(&self, attempt: &Attempt, id: RequestId) -> (Option<String>, Vec<String>) {
        let analyst = self.analyst();
        let rules = &self.exchange.procedures().newest(PROCEDURE).unwrap().procedure;
        let mut stopped = None;
        for kind in rules.checks(attempt.priority) {
            self.now_us.fetch_add(SECOND_US, Ordering::SeqCst);
            let (observed, passed) = self.observe(attempt, *kind);
            let check = RequestCommand::Check { observed, passed, note: "As the corpus has it.".to_owned() };
            stopped = match self.act(&analyst, id, check).await {
                Ok(()) if passed => continue,
                Ok(()) => Some(kind.as_str().to_owned()),
                Err(code) => Some(code),
            };
            break;
        }
        let found = self.exchange.findings(&analyst, id).await.unwrap();
        let told = found.iter().map(|finding| finding.rule.as_str().to_owned()).collect();
        if stopped.is_some() {
            return (stopped, told);
        }
        let item = self.exchange.dossier(&analyst, id).await.unwrap().items[0].id;
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        let accepted = self.act(&analyst, id, RequestCommand::Decide { item, decision }).await;
        (accepted.err(), told)
    }

    /// What the desk observes. Papers are believed, because a good forgery cannot be told by reading it; what the system
    /// has found decides nothing.
    fn observe(&self, attempt: &Attempt, kind: CheckKind) -> (Observation, bool) {
        let number = number_of(attempt.authority, 99);
        let now: Moment = self.exchange.now();
        match kind {
            CheckKind::Accreditation => {
                let number = (!attempt.at_desk).then(|| attempt.named.clone());
                (Observation::Accreditation { number }, true)
            }
            CheckKind::Signature if attempt.at_desk => {
                (Observation::Signature { signed: SignedBy::Session {} }, true)
            }
            CheckKind::Signature => {
                let (sha256, whose) = (attempt.document.clone(), attempt.named.clone());
                let signed = SignedBy::File { sha256, signer: whose };
                (Observation::Signature { signed }, attempt.signed || attempt.hurried)
            }
            CheckKind::Documents => {
                let request_itself = attempt.at_desk;
                let sha256 = if request_itself { Vec::new() } else { vec![attempt.document.clone()] };
                (Observation::Documents { files: Vec::new(), sha256, request_itself }, true)
            }
            CheckKind::Plausibility => (Observation::Plausibility {}, true),
            CheckKind::CallBack => {
                let contact_point = ContactPointId::new(Uuid::from_u128(number));
                let reached = "Duty officer Noor".to_owned();
                (Observation::CallBack { contact_point, reached, called_at: now }, attempt.known)
            }
            CheckKind::Supervisor => {
                let observed = Observation::Supervisor {
                    name: "Head of unit Ilo".to_owned(),
                    accreditation: None,
                    channel: Channel::Switchboard,
                    contact_point: None,
                    confirmed_at: now,
                };
                (observed, attempt.confirmed)
            }
        }
    }
}

fn membership(
    organisation: u128,
    number: u128,
    accreditation: String,
    role: Role,
    now: Moment,
) -> Membership {
    let mandate =
        AuthoriserMandate { kind: AuthoriserType::InvestigatingJudge, independence: Independence::Judicial };
    Membership {
        person: PersonId::new(Uuid::from_u128(number)),
        organisation: OrganisationId::new(Uuid::from_u128(organisation)),
        roles: vec![role],
        function: "Inspector".to_owned(),
        accreditation,
        accredited_until: now.plus_seconds(365 * 86_400),
        withdrawn_at: None,
        authoriser: (role == Role::Authoriser).then_some(mandate),
    }
}

fn code(denied: Denied) -> String {
    match denied {
        Denied::Refused(refusals) => refusals[0].code.as_str().to_owned(),
        Denied::Fault(fault) => panic!("{fault}"),
    }
}
