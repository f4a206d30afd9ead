//! How organisations come in, against whoever lets a false agency in (T02), and what heads are told of what is sent in their
//! name, against whoever stole a session (T03).

use crate::harness::{SUBSCRIBER, Who, World, home, organisation, person};
use crate::passkey::SoftPasskey;
use comity_domain::id::{OrganisationId, PersonId, RequestId};
use comity_domain::party::{
    Actor, Membership, Organisation, OrganisationKind, OrganisationStatus, Person, Role,
};
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{FindingRule, RequestCommand};
use comity_domain::term::{Language, Priority};
use comity_domain::time::Moment;
use comity_domain::vetting::AlarmRule;
use comity_service::{Caller, Denied, Grant, Presence, Settings, Via};
use comity_store::testing::TestStore;
use comity_store::{Fault, Tx, notice, on_both_engines};
use uuid::Uuid;

const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const DAY: i64 = 86_400;

pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, Denied>) -> RefusalCode {
    match answer {
        Err(Denied::Refused(refusals)) => refusals[0].code,
        other => panic!("not refused: {other:?}"),
    }
}

fn of(number: u128, kind: OrganisationKind, country: &str) -> Organisation {
    Organisation {
        id: organisation(number),
        kind,
        name: format!("Organisation {number}"),
        code: format!("N{number}"),
        country: country.to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        language: Language::English,
        mail_domain: format!("n{number}.example"),
        switchboard: "+999100200".to_owned(),
        services: Vec::new(),
    }
}

fn who(number: u128, person: u128, kind: OrganisationKind, roles: Vec<Role>) -> Caller {
    let actor = Actor {
        person: PersonId::new(Uuid::from_u128(person)),
        name: format!("Person {person}"),
        organisation: organisation(number),
        organisation_kind: kind,
        roles,
        function: "Inspector".to_owned(),
        accreditation: format!("A-{person}-{number}"),
        accredited_until: "2028-11-23T14:00:00+01:00".parse().unwrap(),
        authoriser: None,
    };
    Caller::Person { actor, via: Via::Api, presence: Presence::Token }
}

/// Puts an administrator into an organisation and gives them as a caller.
async fn administrator(world: &World, number: u128, id: u128) -> Caller {
    let caller = who(number, id, OrganisationKind::Authority, vec![Role::Administrator]);
    let Caller::Person { actor, .. } = &caller else { panic!("not a person") };
    let known = Person {
        id: actor.person,
        name: actor.name.clone(),
        email: format!("p{id}@example.example"),
        language: Language::English,
        active: true,
    };
    let membership = Membership {
        person: actor.person,
        organisation: actor.organisation,
        roles: actor.roles.clone(),
        function: actor.function.clone(),
        accreditation: actor.accreditation.clone(),
        accredited_until: actor.accredited_until,
        withdrawn_at: None,
        authoriser: None,
    };
    world.exchange.put_person(&Caller::Operator, known, vec![membership]).await.unwrap();
    caller
}

pub(crate) async fn run(store: &TestStore, sql: &'static str) {
    store.write::<_, Fault>("test.run", move |tx: &mut dyn Tx| tx.put(sql, &[])).await.unwrap();
}

async fn status(world: &World, id: OrganisationId) -> OrganisationStatus {
    world.exchange.vetting(&Caller::Operator, id).await.unwrap().status
}

async fn until(world: &World, id: OrganisationId) -> Option<Moment> {
    world.exchange.vetting(&Caller::Operator, id).await.unwrap().probation_until
}

async fn letter(world: &World, id: OrganisationId) {
    let now = world.exchange.now();
    world.exchange.prove_by_letter(&Caller::Operator, id, SHA256, "Noor, at the desk", now).await.unwrap();
}

/// A second founding authority (number 6, of another State), and one that joins (number 7).
pub(crate) async fn joining(store: &mut TestStore) -> (World, Caller, Caller) {
    let world = World::founded_with(store, vec![of(6, OrganisationKind::Authority, "XB")]).await;
    world
        .exchange
        .put_organisation(&Caller::Operator, of(7, OrganisationKind::Authority, "XA"))
        .await
        .unwrap();
    let second = administrator(&world, 6, 61).await;
    (world, World::caller(Who::Head), second)
}

/// Kinds of the notices to a person.
async fn told(store: &TestStore, who: PersonId) -> Vec<String> {
    let rows = store.read("test.notices", |tx: &mut dyn Tx| notice::latest(tx, 1_000)).await.unwrap();
    let own = rows.into_iter().filter(|row| row.person == who).map(|row| row.kind);
    let mut kinds: Vec<String> =
        own.filter(|kind| kind.starts_with("alarm") || kind.contains("prob")).collect();
    kinds.sort();
    kinds
}

async fn prepared(world: &World, priority: Priority) -> RequestId {
    let mut draft = world.complete_draft(SUBSCRIBER);
    draft.priority = priority;
    if priority == Priority::Emergency {
        let rules = &world.exchange.procedures().newest(SUBSCRIBER).unwrap().procedure;
        for name in ["emergency_basis", "urgency_reason"] {
            let choice = rules.field(name).unwrap().choice.first();
            let said = choice.map_or_else(|| "Life is in danger.".to_owned(), |choice| choice.value.clone());
            draft.answers.insert(name.to_owned(), said);
        }
    }
    let officer = World::caller(Who::Officer);
    let id = world.exchange.draft(&officer, organisation(2), SUBSCRIBER, draft, None).await.unwrap().request;
    world.act(Who::Officer, id, RequestCommand::Submit).await;
    world.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
    world.act(Who::Judge, id, RequestCommand::Authorise { statement: "Necessary.".to_owned() }).await;
    id
}

/// The same instance where people sign, with a single request a day on probation; somebody enrols a passkey for the officer.
async fn in_earnest(world: &World, store: &TestStore) -> (World, Caller, SoftPasskey, String) {
    const ORIGIN: &str = "https://comity.example";
    let change = |settings: &mut Settings| {
        settings.demo = false;
        settings.vetting.daily = 1;
        ORIGIN.clone_into(&mut settings.base_url);
    };
    let earnest = world.again(store, change).await.unwrap();
    let (exchange, at) = (&earnest.exchange, organisation(home(Who::Officer)));
    let secret = exchange.link(&Caller::Operator, at, person(Who::Officer)).await.unwrap();
    let mut key = SoftPasskey::new(1, ORIGIN);
    let challenge = exchange.enrolment_challenge(Grant::Link(&secret)).await.unwrap();
    let answer = key.create(&challenge.options);
    let cookie = exchange.enrol(Grant::Link(&secret), &challenge.handle, &answer, "x").await.unwrap();
    let session = exchange.session(&cookie).await.unwrap().unwrap();
    let caller = Caller::Person { actor: session.actor, via: Via::Page, presence: session.presence };
    (earnest, caller, key, cookie)
}

on_both_engines! {
    async fn an_organisation_takes_part_once_members_vouch_and_its_domain_is_proved(store) {
        let (world, one, two) = joining(store).await;
        let id = organisation(7);
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
        world.exchange.vouch(&one, id, "Called through the gazette.").await.unwrap();
        world.exchange.vouch(&two, id, "Joint team.").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining, "the domain is not proved");
        letter(&world, id).await;
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
        assert_eq!(until(&world, id).await.unwrap(), "2027-02-21T14:00:00+01:00".parse::<Moment>().unwrap());
        let card = world.exchange.organisation(&one, id).await.unwrap();
        assert!(card.probation_until.is_some());
        // Its administrator is told when it is over; until then it vouches for nobody.
        let own = administrator(&world, 7, 71).await;
        world.exchange.put_organisation(&Caller::Operator, of(8, OrganisationKind::Authority, "XA")).await.unwrap();
        assert_eq!(refusal(world.exchange.vouch(&own, organisation(8), "x").await), RefusalCode::VoucherUnfit);
        world.pass(90 * DAY - 1).await;
        assert!(until(&world, id).await.is_some());
        world.pass(1).await;
        assert_eq!(until(&world, id).await, None);
        assert_eq!(told(store, PersonId::new(Uuid::from_u128(71))).await, ["probation-over"]);
        world.exchange.vouch(&own, organisation(8), "x").await.unwrap();
        // A voucher that leaves now changes nothing any more.
        world.exchange.set_status(&Caller::Operator, organisation(6), OrganisationStatus::Left, "Dissolved").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
    }

    async fn nobody_vouches_twice_for_themselves_or_in_a_ring(store) {
        let (world, one, two) = joining(store).await;
        let id = organisation(7);
        letter(&world, id).await;
        world.exchange.put_organisation(&Caller::Operator, of(8, OrganisationKind::Authority, "XA")).await.unwrap();
        letter(&world, organisation(8)).await;
        let (own, other) = (administrator(&world, 7, 71).await, administrator(&world, 8, 81).await);
        // Each of two new ones for itself and for the other: neither takes part yet.
        for (caller, joiner) in [(&own, 7), (&own, 8), (&other, 7), (&other, 8)] {
            let said = world.exchange.vouch(caller, organisation(joiner), "x").await;
            assert_eq!(refusal(said), RefusalCode::SignInExpired);
        }
        world.exchange.vouch(&one, id, "x").await.unwrap();
        assert_eq!(refusal(world.exchange.vouch(&one, id, "x").await), RefusalCode::VouchedAlready);
        // The same person through another organisation of theirs counts no second time.
        let Caller::Person { mut actor, via, presence } = one.clone() else { panic!("not a person") };
        actor.organisation = organisation(6);
        "A-15-6".clone_into(&mut actor.accreditation);
        run(store, "insert into membership (person, organisation, roles, function, accreditation, accredited_until_us)
            select person, (select organisation from membership where accreditation = 'A-61-6'), roles, function, 'A-15-6',
                accredited_until_us
            from membership where accreditation = 'A-15'").await;
        let twice = Caller::Person { actor, via, presence };
        assert_eq!(refusal(world.exchange.vouch(&twice, id, "x").await), RefusalCode::VouchedAlready);
        // A provider vouches for no authority, and an officer for nobody.
        let provider = World::caller(Who::Administrator);
        assert_eq!(refusal(world.exchange.vouch(&provider, id, "x").await), RefusalCode::VoucherUnfit);
        let officer = World::caller(Who::Officer);
        assert_eq!(refusal(world.exchange.vouch(&officer, id, "x").await), RefusalCode::NotPermitted);
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
        // Neither does the console let it in by its status, nor by way of a suspension.
        for to in [OrganisationStatus::Active, OrganisationStatus::Suspended, OrganisationStatus::Active] {
            world.exchange.set_status(&Caller::Operator, id, to, "x").await.unwrap();
        }
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
        world.exchange.vouch(&two, id, "x").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
    }

    async fn a_voucher_that_is_suspended_no_longer_counts_during_probation(store) {
        let (world, one, two) = joining(store).await;
        let id = organisation(7);
        letter(&world, id).await;
        world.exchange.vouch(&one, id, "x").await.unwrap();
        world.exchange.vouch(&two, id, "x").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
        let console = Caller::Operator;
        world.exchange.set_status(&console, organisation(6), OrganisationStatus::Suspended, "Looked into").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
        // Time does not heal that.
        world.pass(100 * DAY).await;
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
        world.exchange.set_status(&console, organisation(6), OrganisationStatus::Active, "Cleared").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
        assert!(until(&world, id).await.unwrap() > world.exchange.now().plus_seconds(80 * DAY), "it begins anew");
        world.exchange.retract(&two, id).await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
    }

    async fn whoever_vouched_and_is_suspended_or_loses_the_accreditation_no_longer_counts(store) {
        let (world, one, two) = joining(store).await;
        let (id, voucher) = (organisation(7), PersonId::new(Uuid::from_u128(61)));
        letter(&world, id).await;
        world.exchange.vouch(&one, id, "x").await.unwrap();
        world.exchange.vouch(&two, id, "x").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
        let other = administrator(&world, 6, 62).await;
        world.exchange.set_active(&other, voucher, false).await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
        let newcomers = world.exchange.newcomers(&one, None).await.unwrap();
        let counted: Vec<bool> = newcomers[0].vouchers.iter().map(|voucher| voucher.counts).collect();
        assert_eq!(counted, [true, false]);
        world.exchange.set_active(&other, voucher, true).await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
        world.exchange.withdraw_accreditation(&other, voucher, "Left the service.").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
        // The organisation stands by it through somebody else.
        assert_eq!(refusal(world.exchange.vouch(&other, id, "x").await), RefusalCode::VouchedAlready);
        world.exchange.retract(&other, id).await.unwrap();
        world.exchange.vouch(&other, id, "I have met them myself.").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Active);
        // The console suspends people as well.
        let gone = Person {
            id: PersonId::new(Uuid::from_u128(62)),
            name: "Person 62".to_owned(),
            email: "p62@example.example".to_owned(),
            language: Language::English,
            active: false,
        };
        world.exchange.put_person(&Caller::Operator, gone, Vec::new()).await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
    }

    async fn what_a_newcomer_has_asked_stands_still_when_a_voucher_falls(store) {
        let others = vec![of(6, OrganisationKind::Authority, "XB"), of(8, OrganisationKind::Authority, "XA")];
        let world = World::founded_with(store, others).await;
        run(store, "insert into vetting (organisation, asked_us, token, proof, proof_us, admitted_us)
            select id, 1, 't', 'letter', 1, 1 from organisation where code = 'NBP'").await;
        run(store, "update organisation set probation_us = 1900000000000000 where code = 'NBP'").await;
        for (number, id) in [(6, 61), (8, 81)] {
            let voucher = administrator(&world, number, id).await;
            world.exchange.vouch(&voucher, organisation(1), "x").await.unwrap();
        }
        assert_eq!(status(&world, organisation(1)).await, OrganisationStatus::Active);
        let id = prepared(&world, Priority::Normal).await;
        world.act(Who::Officer, id, RequestCommand::Send).await;
        assert!(world.look(Who::Analyst, id).await.frozen.is_empty());
        world.exchange.set_status(&Caller::Operator, organisation(6), OrganisationStatus::Suspended, "x").await.unwrap();
        assert_eq!(status(&world, organisation(1)).await, OrganisationStatus::Joining);
        assert_eq!(world.look(Who::Analyst, id).await.frozen.len(), 1);
    }

    async fn the_console_admits_and_ends_or_prolongs_with_a_reason(store) {
        let (world, ..) = joining(store).await;
        let (id, console) = (organisation(7), Caller::Operator);
        let admit = async |reason, days| world.exchange.admit(&console, id, reason, days).await;
        assert_eq!(refusal(admit(" ", None).await), RefusalCode::FieldMissing);
        assert_eq!(refusal(admit("x", Some(731)).await), RefusalCode::FieldMalformed);
        assert_eq!(refusal(world.exchange.admit(&World::caller(Who::Head), id, "x", None).await), RefusalCode::NotPermitted);
        admit("By treaty.", Some(10)).await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining, "the domain is not proved");
        let now = world.exchange.now();
        for (sha256, by, at) in [("abc", "Noor", now), (SHA256, " ", now), (SHA256, "Noor", now.plus_seconds(1))] {
            refusal(world.exchange.prove_by_letter(&console, id, sha256, by, at).await);
        }
        // Nobody is asked where no resolver is configured.
        assert_eq!(refusal(world.exchange.prove_by_dns(&console, id).await), RefusalCode::NoResolver);
        letter(&world, id).await;
        assert_eq!(until(&world, id).await.unwrap(), now.plus_seconds(10 * DAY));
        let later = Some(now.plus_seconds(20 * DAY));
        assert_eq!(refusal(world.exchange.change_probation(&console, id, later, "").await), RefusalCode::FieldMissing);
        world.exchange.change_probation(&console, id, later, "A complaint is open.").await.unwrap();
        world.pass(10 * DAY).await;
        assert!(until(&world, id).await.is_some(), "it was prolonged");
        world.exchange.change_probation(&console, id, None, "Inspected.").await.unwrap();
        assert_eq!(until(&world, id).await, None);
        assert_eq!(refusal(world.exchange.change_probation(&console, id, later, "x").await), RefusalCode::NotInThisState);
    }

    async fn another_mail_domain_is_proved_anew(store) {
        let (world, one, two) = joining(store).await;
        let id = organisation(7);
        letter(&world, id).await;
        let before = world.exchange.vetting(&Caller::Operator, id).await.unwrap().record.unwrap();
        let other = Organisation { mail_domain: "other.example".to_owned(), ..of(7, OrganisationKind::Authority, "XA") };
        world.exchange.put_organisation(&Caller::Operator, other).await.unwrap();
        let after = world.exchange.vetting(&Caller::Operator, id).await.unwrap();
        assert_eq!(after.proof, None);
        assert_ne!(before.1, after.record.unwrap().1, "the token is another one");
        world.exchange.vouch(&one, id, "x").await.unwrap();
        world.exchange.vouch(&two, id, "x").await.unwrap();
        assert_eq!(status(&world, id).await, OrganisationStatus::Joining);
    }

    async fn probation_bounds_what_is_sent_also_at_once(store) {
        let world = World::open(store).await;
        let mut ready = Vec::new();
        for _ in 0..7 {
            ready.push(prepared(&world, Priority::Normal).await);
        }
        let urgent = prepared(&world, Priority::Emergency).await;
        run(store, "update organisation set probation_us = 1900000000000000 where code = 'NBP'").await;
        assert_eq!(world.refused(Who::Officer, urgent, RequestCommand::Send).await, RefusalCode::ProbationEmergency);
        let officer = World::caller(Who::Officer);
        let mut draft = world.complete_draft(SUBSCRIBER);
        draft.priority = Priority::Emergency;
        let drafted = world.exchange.draft(&officer, organisation(2), SUBSCRIBER, draft, None).await.unwrap().request;
        assert_eq!(world.refused(Who::Officer, drafted, RequestCommand::Submit).await, RefusalCode::ProbationEmergency);
        for id in &ready[..4] {
            world.act(Who::Officer, *id, RequestCommand::Send).await;
        }
        // Two at once for the one that is left.
        let (one, two) = tokio::join!(
            world.exchange.act(&officer, ready[4], RequestCommand::Send, None, None),
            world.exchange.act(&officer, ready[5], RequestCommand::Send, None, None)
        );
        let over: Vec<_> = [one, two].into_iter().filter(Result::is_err).collect();
        assert_eq!(over.len(), 1);
        assert_eq!(refusal(over.into_iter().next().unwrap()), RefusalCode::ProbationQuota);
        assert_eq!(world.refused(Who::Officer, ready[6], RequestCommand::Send).await, RefusalCode::ProbationQuota);
        let dossier = world.look(Who::Analyst, ready[0]).await;
        assert!(dossier.probation_until.is_some());
        let found = world.exchange.findings(&World::caller(Who::Analyst), ready[0]).await.unwrap();
        assert!(found.iter().any(|finding| finding.rule == FindingRule::Probation));
        // 14:00 in Paris: the next day begins there after ten hours.
        world.pass(10 * 3_600 - 1).await;
        assert_eq!(world.refused(Who::Officer, ready[6], RequestCommand::Send).await, RefusalCode::ProbationQuota);
        world.pass(1).await;
        world.act(Who::Officer, ready[6], RequestCommand::Send).await;
    }

    async fn a_refused_signature_uses_nothing_of_the_quota_and_nobody_signs_what_cannot_be_sent(store) {
        let world = World::open(store).await;
        let (first, second) = (prepared(&world, Priority::Normal).await, prepared(&world, Priority::Normal).await);
        run(store, "update organisation set probation_us = 1900000000000000 where code = 'NBP'").await;
        let (earnest, officer, mut key, _) = in_earnest(&world, store).await;
        let ask = |id| earnest.exchange.signature_challenge(&officer, id, RequestCommand::Send, None);
        let mut send = async |signed, sent| {
            let challenge = ask(signed).await.unwrap();
            let answer = key.get(&challenge.options);
            earnest.exchange.act_signed(&officer, sent, RequestCommand::Send, None, None, &challenge.handle, &answer).await
        };
        assert_eq!(refusal(send(first, second).await), RefusalCode::PasskeyRefused);
        send(first, first).await.unwrap();
        assert_eq!(refusal(ask(second).await), RefusalCode::ProbationQuota);
    }

    async fn a_stolen_account_is_found_by_its_owner(store) {
        let world = World::open(store).await;
        let id = prepared(&world, Priority::Emergency).await;
        let known = prepared(&world, Priority::Normal).await;
        world.act(Who::Officer, known, RequestCommand::Send).await;
        let earlier = world.exchange.sent(&World::caller(Who::Head), None, None).await.unwrap();
        assert_eq!(earlier.rows[0].alarms, [AlarmRule::NewAddressee]);
        // At three in the morning somebody enrols a passkey of their own and sends.
        world.pass(13 * 3_600).await;
        let (earnest, thief, mut stolen, cookie) = in_earnest(&world, store).await;
        let challenge = earnest.exchange.signature_challenge(&thief, id, RequestCommand::Send, None).await.unwrap();
        let answer = stolen.get(&challenge.options);
        let sent = earnest.exchange.act_signed(&thief, id, RequestCommand::Send, None, None, &challenge.handle, &answer);
        sent.await.unwrap();
        // The heads are told in the same transaction: no job has run since.
        for head in [Who::Gatekeeper, Who::Judge, Who::Head] {
            assert_eq!(told(store, person(head)).await, ["alarm-A1", "alarm-A2", "alarm-A4"], "{head:?}");
        }
        assert!(told(store, person(Who::Officer)).await.iter().all(|kind| kind == "alarm-own"));
        let seen = world.exchange.sent(&World::caller(Who::Head), None, None).await.unwrap();
        assert_eq!(seen.rows[0].alarms, [AlarmRule::NewPasskey, AlarmRule::Hour]);
        assert_eq!((seen.rows[0].person, &seen.rows[0].request), (Some(person(Who::Officer)), &None));
        // Its owner's head suspends; nothing leaves any more.
        world.exchange.set_active(&World::caller(Who::Head), person(Who::Officer), false).await.unwrap();
        assert_eq!(world.look(Who::Reviewer, id).await.frozen.len(), 1);
        assert!(earnest.exchange.session(&cookie).await.unwrap().is_none());
        let figures = world.exchange.figures(&World::caller(Who::Auditor)).await.unwrap();
        let counted = [(AlarmRule::NewPasskey, 1), (AlarmRule::Hour, 1), (AlarmRule::NewAddressee, 1)];
        assert_eq!(figures.alarms, counted);
    }

    async fn far_more_than_usual_within_a_day_is_told_once(store) {
        let world = World::open(store).await;
        let send = async || {
            let id = prepared(&world, Priority::Normal).await;
            world.act(Who::Officer, id, RequestCommand::Send).await;
            world.pass(1).await;
        };
        send().await;
        world.pass(2 * DAY).await;
        for _ in 0..9 {
            send().await;
        }
        assert!(!told(store, person(Who::Head)).await.contains(&"alarm-A3".to_owned()), "nine are not far more");
        for _ in 0..2 {
            send().await;
        }
        let heads = told(store, person(Who::Head)).await;
        assert_eq!(heads.iter().filter(|kind| *kind == "alarm-A3").count(), 1, "{heads:?}");
        let seen = world.exchange.sent(&World::caller(Who::Head), None, None).await.unwrap();
        let alarms: Vec<_> = seen.rows.into_iter().map(|row| row.alarms).collect();
        assert_eq!(alarms[..3], [vec![AlarmRule::Volume], vec![AlarmRule::Volume], Vec::new()]);
    }

    async fn heads_are_told_once_per_rule_person_and_day_and_see_what_they_may(store) {
        let world = World::open(store).await;
        world.pass(8 * 3_600).await;
        for _ in 0..3 {
            let id = prepared(&world, Priority::Normal).await;
            world.act(Who::Officer, id, RequestCommand::Send).await;
        }
        assert_eq!(told(store, person(Who::Head)).await, ["alarm-A2", "alarm-A4"]);
        world.pass(DAY).await;
        let id = prepared(&world, Priority::Normal).await;
        world.act(Who::Officer, id, RequestCommand::Send).await;
        assert_eq!(told(store, person(Who::Head)).await, ["alarm-A2", "alarm-A2", "alarm-A4"]);
        let head = World::caller(Who::Head);
        let first = world.exchange.sent(&head, None, Some(3)).await.unwrap();
        let rest = world.exchange.sent(&head, first.next.clone(), Some(3)).await.unwrap();
        assert_eq!((first.rows.len(), rest.rows.len(), rest.next), (3, 1, None));
        assert!(first.rows.iter().all(|row| row.request.is_none() && row.reference.is_none()));
        let gatekeeper = world.exchange.sent(&World::caller(Who::Gatekeeper), None, None).await.unwrap();
        assert_eq!(gatekeeper.rows[0].request, Some(id));
        for stranger in [Who::Officer, Who::Analyst, Who::Auditor] {
            let asked = world.exchange.sent(&World::caller(stranger), None, None).await;
            assert_eq!(refusal(asked), RefusalCode::NotPermitted, "{stranger:?}");
        }
        assert!(world.exchange.sent(&World::caller(Who::Administrator), None, None).await.unwrap().rows.is_empty());
    }
}
