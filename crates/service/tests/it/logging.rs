//! What the logging article of the EU law-enforcement directive asks for (2016/680, Art. 25): every action that processes
//! personal data leaves entries, and each entry carries every field that its kind of processing demands (T05, T47).

use crate::client;
use crate::harness::{PRESERVATION, SUBSCRIBER, Who, World, intact, organisation, person, releasing};
use crate::passkey::SoftPasskey;
use comity_domain::id::{PersonId, RequestId};
use comity_domain::party::Role;
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{Decision, Filing, Giving, Intake, RequestCommand};
use comity_domain::term::{Language, Priority, Processing};
use comity_policy::Action;
use comity_service::{
    Caller, Grant, NewExtract, NewPerson, NewSample, NewToken, PaperKind, QueueQuery, Rotation, TrailQuery,
};
use comity_store::testing::TestStore;
use comity_store::trail::{self, TrailRow};
use comity_store::{Fault, Tx, on_both_engines};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const DAY: i64 = 86_400;

/// The fields that an entry of its kind lacks.
fn lacking(entry: &TrailRow) -> Vec<&'static str> {
    let person = entry.person.is_some() && !entry.name.is_empty();
    // Of a clock, the console or another system there is no person; the entry then says which of them it was.
    let nobody = entry.person.is_none() && ["job", "console", "interop"].contains(&entry.via.as_str());
    let done = entry.outcome != "refused";
    let mut demanded = vec![
        ("action", Action::from_word(&entry.action).is_some()),
        ("outcome", ["done", "refused", "viewed"].contains(&entry.outcome.as_str())),
        ("code", done == entry.code.is_empty()),
        ("via", !entry.via.is_empty()),
        ("date and time", entry.at.us() > 0),
        ("justification", !entry.basis.is_empty()),
        ("person", person || nobody),
        ("rule", !done || !entry.rule.is_empty()),
        ("role", !done || nobody || !entry.role.is_empty()),
        ("processing", entry.processing == Action::from_word(&entry.action).and_then(Action::processing)),
    ];
    let case = entry.request.is_some() && !entry.about.is_empty();
    match entry.processing {
        // Whoever consults is the recipient; another system consults for its organisation.
        Some(Processing::Consultation) => {
            demanded.push(("person who consults", entry.person.is_some() || entry.via == "interop"));
            demanded.push(("recipient", entry.organisation.is_some()));
        }
        Some(Processing::Disclosure) => {
            demanded.push(("person who discloses", entry.person.is_some()));
            demanded.push(("recipient", entry.counterpart.is_some()));
            demanded.push(("case", case));
        }
        Some(Processing::Erasure) => demanded.push(("case", case)),
        Some(Processing::Collection | Processing::Alteration | Processing::Combination) | None => {}
    }
    demanded.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect()
}

async fn entries(store: &TestStore) -> Vec<TrailRow> {
    let read = |tx: &mut dyn Tx| -> Result<Vec<TrailRow>, Fault> {
        trail::after(tx, "", 100_000)?.into_iter().map(|(_, kept)| Ok(kept?.entry)).collect()
    };
    store.read("test.entries", read).await.unwrap()
}

/// Tries an act of which only the entry matters.
async fn try_act(world: &World, who: Who, id: RequestId, command: RequestCommand) {
    let _ = world.exchange.act(&World::caller(who), id, command, None, None).await;
}

/// From the draft, which comes back once, to a package that is confirmed and a dossier that is closed.
async fn answered(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.act(Who::Officer, id, RequestCommand::Revise { draft: world.complete_draft(SUBSCRIBER) }).await;
    world.act(Who::Officer, id, RequestCommand::Submit).await;
    world.act(Who::Gatekeeper, id, RequestCommand::Return { reason: "Once more.".to_owned() }).await;
    world.send(id).await;
    world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-1".to_owned() }).await;
    let (code, question) = (NonExecutionCode::Incomplete, "Which one?".to_owned());
    world.act(Who::Analyst, id, RequestCommand::Ask { code, items: Vec::new(), question }).await;
    let clarification = world.look(Who::Officer, id).await.clarifications[0].id;
    let text = "The first.".to_owned();
    world.act(Who::Officer, id, RequestCommand::Answer { clarification, text }).await;
    let clock = "D01".to_owned();
    let postpone = RequestCommand::Postpone { clock, days: 1, reason: "No haste.".to_owned() };
    try_act(world, Who::Officer, id, postpone).await;
    let amend = RequestCommand::Amend { corrections: Vec::new(), reason: "A slip.".to_owned() };
    try_act(world, Who::Judge, id, amend).await;
    world.verify(id).await;
    for item in world.look(Who::Analyst, id).await.items {
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: item.id, decision }).await;
    }
    delivered(world, id).await;
    world.act(Who::Officer, id, RequestCommand::Close).await;
    id
}

async fn delivered(world: &World, id: RequestId) {
    let file = world.upload(id, b"an answer").await;
    let items: Vec<_> = world.look(Who::Analyst, id).await.items.iter().map(|item| item.id).collect();
    let prepare = world.packing(id, items, file).await;
    world.act(Who::Analyst, id, prepare.clone()).await;
    let package = world.look(Who::Analyst, id).await.packages[0].id;
    let reason = "Not this one.".to_owned();
    world.act(Who::Analyst, id, RequestCommand::Discard { package, reason }).await;
    world.act(Who::Analyst, id, prepare).await;
    let package = world.look(Who::Analyst, id).await.packages.last().unwrap().clone();
    world.act(Who::Reviewer, id, releasing(&package)).await;
    drop(world.exchange.download(&World::caller(Who::Officer), id, file).await.unwrap());
    let purpose = comity_domain::term::ExportPurpose::Court;
    drop(
        world
            .exchange
            .court_bundle(&World::caller(Who::Officer), id, package.id, purpose, None)
            .await
            .unwrap(),
    );
    world.exchange.proof(&World::caller(Who::Officer), id).await.unwrap();
    world.act(Who::Officer, id, intact(package.id)).await;
    let deletion =
        RequestCommand::ConfirmDeletion { package: package.id, statement: "There is nothing.".to_owned() };
    try_act(world, Who::Officer, id, deletion).await;
}

async fn held(world: &World) {
    let id = world.draft(Who::Officer, PRESERVATION).await;
    world.send(id).await;
    world.verify(id).await;
    for item in world.look(Who::Analyst, id).await.items {
        let decision = Decision::Preserve { explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: item.id, decision }).await;
    }
    let (reason, reference) = ("Still needed.".to_owned(), "XB-1".to_owned());
    try_act(world, Who::Officer, id, RequestCommand::ExtendHold { reason: reason.clone() }).await;
    let announce = RequestCommand::AnnounceConversion { reference: reference.clone() };
    try_act(world, Who::Officer, id, announce).await;
    try_act(world, Who::Officer, id, RequestCommand::ConvertHold { reference }).await;
    try_act(world, Who::Officer, id, RequestCommand::ReleaseHold { reason }).await;
}

async fn administered(world: &World) {
    let (administrator, own) = (World::caller(Who::Administrator), organisation(2));
    let exchange = &world.exchange;
    exchange.organisation(&administrator, own).await.unwrap();
    let new = NewPerson {
        organisation: own,
        name: "New Person".to_owned(),
        email: "new@hbt.example".to_owned(),
        language: Language::English,
        function: "Clerk".to_owned(),
        roles: vec![Role::Analyst],
        accreditation: "A-99".to_owned(),
        accredited_until: exchange.now(),
        authoriser: None,
    };
    exchange.invite(&administrator, new).await.unwrap();
    let analyst = PersonId::new(Uuid::from_u128(21));
    exchange.set_roles(&administrator, analyst, vec![Role::Analyst]).await.unwrap();
    exchange.set_active(&administrator, analyst, true).await.unwrap();
    let token =
        NewToken { name: "t".to_owned(), scopes: vec!["read".to_owned()], days: 1, certificate: None };
    let (made, _) = exchange.add_token(&administrator, token).await.unwrap();
    exchange.rotate_token(&administrator, made.id, Rotation { hours: 1, certificate: None }).await.unwrap();
}

/// Trust is withdrawn three times: a review, a new signature and a fraud follow.
async fn doubted(world: &World) {
    let (exchange, head) = (&world.exchange, World::caller(Who::Head));
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    let reason = "Looked into it.".to_owned();
    let officer = PersonId::new(Uuid::from_u128(11));
    for (who, then) in [
        (Who::Reviewer, RequestCommand::Thaw { reason: reason.clone() }),
        (Who::OfficerWithEveryRole, RequestCommand::Reauthorise { statement: reason.clone() }),
        (Who::Reviewer, RequestCommand::FindFraud { reason }),
    ] {
        exchange.set_active(&head, officer, false).await.unwrap();
        exchange.set_active(&head, officer, true).await.unwrap();
        world.act(who, id, then).await;
    }
    exchange.sent(&head, None, None).await.unwrap();
    exchange.findings(&World::caller(Who::Analyst), id).await.unwrap();
    exchange.accreditation(&World::caller(Who::Analyst), "A-11").await.unwrap();
    let revocation = world.look(Who::Reviewer, id).await.frozen[0].revocation;
    exchange.received(&World::caller(Who::Administrator), revocation, None).await.unwrap();
}

async fn signed_in(world: &World) {
    let (exchange, mut key) = (&world.exchange, SoftPasskey::new(200, world.exchange.passkey_origin()));
    let secret = exchange.link(&Caller::Operator, organisation(2), person(Who::Analyst)).await.unwrap();
    let challenge = exchange.enrolment_challenge(Grant::Link(&secret)).await.unwrap();
    let answer = key.create(&challenge.options);
    exchange.enrol(Grant::Link(&secret), &challenge.handle, &answer, "one").await.unwrap();
    exchange.account(&World::caller(Who::Analyst)).await.unwrap();
    exchange.make_recovery_code(&World::caller(Who::Analyst)).await.unwrap();
}

/// Two vaults, and a package that is sealed to them, released and opened.
async fn sealed(world: &World) {
    client::two_vaults(world).await;
    let (id, _) = client::released(world, b"address,subscriber\n").await;
    client::open(world, Who::Officer, id).await.unwrap();
}

async fn reviewed(world: &World) {
    let auditor = World::caller(Who::Auditor);
    let exchange = &world.exchange;
    exchange.trail(&auditor, TrailQuery::default()).await.unwrap();
    let (reason, filter) = ("Review 1".to_owned(), TrailQuery::default());
    let new = NewSample { size: 3, reason: reason.clone(), filter: filter.clone() };
    exchange.draw_sample(&auditor, new).await.unwrap();
    exchange.take_extract(&auditor, NewExtract { reason, filter }).await.unwrap();
}

#[test]
fn nothing_here_combines() {
    assert!(Action::ALL.iter().all(|action| action.processing() != Some(Processing::Combination)));
}

on_both_engines! {
    async fn every_processing_leaves_the_fields_that_its_kind_demands(store) {
        let world = client::open_world(store).await;
        let id = answered(&world).await;
        let officer = World::caller(Who::Officer);
        world.exchange.paper(&officer, id, PaperKind::Request, Language::English).await.unwrap();
        held(&world).await;
        let withdrawn = world.draft(Who::Officer, SUBSCRIBER).await;
        let reason = "No longer needed.".to_owned();
        world.act(Who::Officer, withdrawn, RequestCommand::Withdraw { reason }).await;
        administered(&world).await;
        signed_in(&world).await;
        let search = QueueQuery { search: Some("one@mail.example".to_owned()), ..QueueQuery::default() };
        world.exchange.queue(&World::caller(Who::Officer), search).await.unwrap();
        let filing = Filing {
            reference: None,
            priority: Priority::Normal,
            intake: Intake::Desk,
            answers: BTreeMap::new(),
            items: Vec::new(),
        };
        let _ = world.exchange.file(&Caller::Operator, organisation(1), organisation(2), SUBSCRIBER, filing, None).await;
        doubted(&world).await;
        let waiting = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(waiting).await;
        world.upload(waiting, b"left lying").await;
        sealed(&world).await;
        reviewed(&world).await;
        let _ = world.exchange.dossier(&World::caller(Who::Stranger), id).await;
        let _ = world.exchange.trail(&World::caller(Who::Officer), TrailQuery::default()).await;
        world.pass(200 * DAY).await;
        world.pass(2_000 * DAY).await;
        let entries = entries(store).await;
        let incomplete: Vec<String> = entries
            .iter()
            .map(|entry| (entry, lacking(entry)))
            .filter(|(_, lacking)| !lacking.is_empty())
            .map(|(entry, lacking)| format!("{lacking:?} in {entry:?}"))
            .collect();
        assert_eq!(incomplete, Vec::<String>::new());
        let seen: BTreeSet<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
        let unseen: Vec<&str> = Action::ALL
            .iter()
            .filter(|action| action.processing().is_some())
            .map(|action| action.as_str())
            .filter(|action| !seen.contains(action))
            .collect();
        assert_eq!(unseen, Vec::<&str>::new(), "these left no entry");
        for kind in [Processing::Collection, Processing::Alteration, Processing::Consultation, Processing::Disclosure, Processing::Erasure] {
            assert!(entries.iter().any(|entry| entry.processing == Some(kind) && entry.outcome != "refused"), "{kind}");
        }
    }

    async fn the_trail_says_under_which_procedure_and_to_whom(store) {
        let world = World::open(store).await;
        let id = answered(&world).await;
        let reference = world.look(Who::Officer, id).await.reference;
        let entries = entries(store).await;
        let of = |action: Action| entries.iter().find(|entry| entry.action == action.as_str()).unwrap();
        let released = of(Action::RequestRelease);
        assert_eq!(released.counterpart, Some(organisation(1)));
        assert_eq!((released.about.as_str(), released.basis.as_str()), (reference.as_str(), "bud.18_subscriber v1"));
        assert_eq!((released.name.as_str(), released.role.as_str()), ("Person 22", "reviewer"));
        let viewed = of(Action::RequestView);
        assert_eq!((viewed.basis.as_str(), viewed.processing), ("bud.18_subscriber v1", Some(Processing::Consultation)));
    }
}
