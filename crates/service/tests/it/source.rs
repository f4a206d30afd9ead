//! Who stands behind a request, and what follows when they are no longer trusted (T01, T02, T04, T07, T10; guidelines
//! `L-source`, `P-source`, `L-authority`).

use crate::harness::{SUBSCRIBER, Who, World, organisation, releasing};
use comity_domain::id::{ItemId, PersonId, RequestId, RevocationId};
use comity_domain::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier};
use comity_domain::party::{AccreditationState, OrganisationStatus};
use comity_domain::procedure::CheckKind;
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{
    Decision, Evidence, FiledItem, Filing, FindingRule, ForeignObject, Giving, Intake, Observation,
    RequestCommand, SignedBy,
};
use comity_domain::term::{DataCategory, Priority};
use comity_service::{Caller, Denied, PackageView, PeerProcedures};
use comity_store::testing::TestStore;
use comity_store::{Fault, Tx, on_both_engines};
use futures_util::StreamExt;
use uuid::Uuid;

fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

pub(crate) const OFFICER: u128 = 11;
const GATEKEEPER: u128 = 13;
const JUDGE: u128 = 14;

fn refusal<T: std::fmt::Debug>(answer: Result<T, Denied>) -> RefusalCode {
    match answer {
        Err(Denied::Refused(refusals)) => refusals[0].code,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) async fn suspend(world: &World, number: u128, active: bool) {
    world.exchange.set_active(&World::caller(Who::Head), person(number), active).await.unwrap();
}

fn accept(item: ItemId) -> RequestCommand {
    let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
    RequestCommand::Decide { item, decision }
}

/// A request whose answer waits for its release.
async fn ready(world: &World) -> (RequestId, PackageView) {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-1".to_owned() }).await;
    world.verify(id).await;
    let items: Vec<ItemId> = world.look(Who::Analyst, id).await.items.iter().map(|item| item.id).collect();
    for item in &items {
        world.act(Who::Analyst, id, accept(*item)).await;
    }
    let file = world.upload(id, b"address,subscriber\n").await;
    let prepare = world.packing(id, items, file).await;
    world.act(Who::Analyst, id, prepare).await;
    let package = world.look(Who::Reviewer, id).await.packages[0].clone();
    (id, package)
}

fn reason() -> String {
    "Looked into it by telephone.".to_owned()
}

async fn events(world: &World, id: RequestId) -> Vec<&'static str> {
    world.look(Who::Reviewer, id).await.history.iter().map(|entry| entry.event).collect()
}

async fn kinds(world: &World, reference: &str) -> Vec<String> {
    let notices = world.exchange.outbox().await.unwrap();
    let about = notices.into_iter().filter(|notice| notice.body.contains(reference));
    about.map(|notice| notice.subject).collect()
}

/// A message of a standard interface, as somebody forges it.
fn forged(number: usize) -> Filing {
    let id = ItemId::new(Uuid::from_u128(9_000 + number as u128));
    let raw = RawIdentifier { value: format!("victim{number}@mail.example"), ..RawIdentifier::default() };
    let identifier = Identifier::parse(IdentifierType::Email, &raw, PortPolicy::Advised).unwrap();
    let item =
        FiledItem { id, identifier, category: DataCategory::Subscriber, window: None, limit: String::new() };
    let object = ForeignObject {
        identifier: format!("forged-{number}"),
        kind: "LDTaskObject".to_owned(),
        items: vec![id],
        body: format!("<forged {number}/>"),
    };
    let looks = ["desk@nbp.example", "desk@nbp-police.example", "desk@nbр.example", "desk@nbp.test"];
    Filing {
        reference: Some(format!("X-{number}")),
        priority: [Priority::Emergency, Priority::Urgent, Priority::Normal][number % 3],
        intake: Intake::Standard {
            format: "ETSI TS 103 120".to_owned(),
            claimed_sender: looks[number % looks.len()].to_owned(),
            deficits: Vec::new(),
            objects: vec![object],
        },
        answers: std::collections::BTreeMap::new(),
        items: vec![item],
    }
}

fn peer() -> Caller {
    let procedures = PeerProcedures {
        disclosure: SUBSCRIBER.to_owned(),
        preservation: crate::harness::PRESERVATION.to_owned(),
    };
    Caller::Peer { organisation: organisation(1), addressee: organisation(2), procedures }
}

async fn count(store: &TestStore, sql: &'static str) -> i64 {
    store
        .read::<_, Fault>("test.count", move |tx: &mut dyn Tx| tx.row(sql, &[])?.unwrap().int(0))
        .await
        .unwrap()
}

on_both_engines! {
    async fn a_suspension_freezes_and_a_review_lets_it_go_on(store) {
        let world = World::open(store).await;
        let (id, package) = ready(&world).await;
        suspend(&world, OFFICER, false).await;
        for who in [Who::Gatekeeper, Who::Reviewer] {
            let seen = world.look(who, id).await;
            assert_eq!(seen.frozen.len(), 1, "{who:?}");
            let open: Vec<_> = seen.clocks.iter().filter(|clock| clock.stopped_at.is_none()).collect();
            assert!(!open.is_empty());
            assert!(open.iter().all(|clock| clock.reading == comity_service::ReadingKind::Paused));
        }
        assert_eq!(world.refused(Who::Reviewer, id, releasing(&package)).await, RefusalCode::RequestFrozen);
        let row = world.exchange.queue(&World::caller(Who::Reviewer), comity_service::QueueQuery::default()).await;
        assert!(row.unwrap().rows[0].frozen);
        let work = world.exchange.work(&World::caller(Who::Reviewer)).await.unwrap();
        assert!(work.iter().any(|work| work.task == "review_freeze"));
        let reference = world.look(Who::Reviewer, id).await.reference;
        let subjects = kinds(&world, &reference).await;
        assert!(subjects.iter().filter(|subject| subject.contains("stands still")).count() >= 4, "{subjects:?}");
        let thaw = RequestCommand::Thaw { reason: reason() };
        assert_eq!(world.refused(Who::Analyst, id, thaw.clone()).await, RefusalCode::NotPermitted);
        world.act(Who::Reviewer, id, thaw.clone()).await;
        assert_eq!(world.refused(Who::Reviewer, id, thaw).await, RefusalCode::NotFrozen);
        assert!(world.look(Who::Reviewer, id).await.clocks.iter().all(|clock| {
            clock.stopped_at.is_some() || clock.reading == comity_service::ReadingKind::Running
        }));
        world.act(Who::Reviewer, id, releasing(&package)).await;
        assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
    }

    async fn a_signature_that_fell_is_only_replaced_by_another(store) {
        let world = World::open(store).await;
        let (id, package) = ready(&world).await;
        let judge = World::caller(Who::Head);
        world.exchange.withdraw_accreditation(&judge, person(JUDGE), "Left the bench.").await.unwrap();
        let again = world.exchange.withdraw_accreditation(&judge, person(JUDGE), "Twice.").await;
        assert_eq!(refusal(again), RefusalCode::NotInThisState);
        let thaw = RequestCommand::Thaw { reason: reason() };
        assert_eq!(world.refused(Who::Reviewer, id, thaw).await, RefusalCode::NeedsNewSignature);
        let anew = RequestCommand::Reauthorise { statement: "Still necessary.".to_owned() };
        assert_eq!(world.refused(Who::Gatekeeper, id, anew.clone()).await, RefusalCode::NotPermitted);
        world.act(Who::OfficerWithEveryRole, id, anew.clone()).await;
        assert_eq!(world.refused(Who::OfficerWithEveryRole, id, anew).await, RefusalCode::NotFrozen);
        let seen = world.look(Who::Reviewer, id).await;
        assert!(seen.frozen.is_empty());
        assert_eq!(seen.authorised.unwrap().by.person, person(12));
        world.act(Who::Reviewer, id, releasing(&package)).await;
    }

    async fn an_accreditation_that_ended_between_signature_and_release_refuses_it(store) {
        let world = World::open(store).await;
        let (id, package) = ready(&world).await;
        // The clock moves and no job has run yet: the gate alone refuses (T07).
        world.now_us.fetch_add(366 * 86_400_000_000, std::sync::atomic::Ordering::SeqCst);
        let reviewer = world.renewed(store, Who::Reviewer).await;
        let refused = world.exchange.act(&reviewer, id, releasing(&package), None, None).await;
        assert_eq!(refusal(refused), RefusalCode::SourceRevoked);
        world.pass(1).await;
        let seen = world.exchange.dossier(&reviewer, id).await.unwrap();
        assert!(!seen.frozen.is_empty());
        let refused = world.exchange.act(&reviewer, id, releasing(&package), None, None).await;
        assert_eq!(refusal(refused), RefusalCode::RequestFrozen);
    }

    async fn a_fraud_ends_it_and_everybody_concerned_is_told(store) {
        let world = World::open(store).await;
        let (earlier, first) = ready(&world).await;
        world.act(Who::Reviewer, earlier, releasing(&first)).await;
        let file = world.look(Who::Officer, earlier).await.packages[0].files[0].id;
        let (_, mut content) = world.exchange.download(&World::caller(Who::Officer), earlier, file).await.unwrap();
        while content.next().await.is_some() {}
        let (id, package) = ready(&world).await;
        let fraud = RequestCommand::FindFraud { reason: "The unit knows nothing of it.".to_owned() };
        assert_eq!(world.refused(Who::Reviewer, id, fraud.clone()).await, RefusalCode::NotFrozen);
        suspend(&world, OFFICER, false).await;
        let refused = world.exchange.download(&World::caller(Who::OfficerWithEveryRole), earlier, file).await;
        assert_eq!(refusal(refused.map(|_| ())), RefusalCode::RequestFrozen);
        let revocation = world.look(Who::Reviewer, id).await.frozen[0].revocation;
        world.act(Who::Reviewer, id, fraud).await;
        world.pass(1).await;
        let seen = world.look(Who::Reviewer, id).await;
        assert!(seen.fraud.is_some() && seen.state.ended());
        assert!(seen.items.iter().all(|item| item.outcome.is_some()));
        assert_eq!(refusal(world.exchange.act(&World::caller(Who::Reviewer), id, releasing(&package), None, None).await),
            RefusalCode::AlreadyEnded);
        let reference = world.look(Who::Reviewer, earlier).await.reference;
        let subjects = kinds(&world, &reference).await;
        assert!(subjects.iter().filter(|subject| subject.contains("recall")).count() >= 3, "{subjects:?}");
        let notices = format!("{:?}", world.exchange.outbox().await.unwrap());
        assert!(!notices.contains("mail.example"));
        received(&world, revocation, earlier).await;
        let entries = "select count(*) from trail where action = 'request.find_fraud' and outcome = 'done'";
        assert_eq!(count(store, entries).await, 1);
        assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
    }

    async fn an_organisation_that_is_suspended_takes_no_part_from_that_instant_on(store) {
        let world = World::open(store).await;
        let (id, package) = ready(&world).await;
        let scopes = ["read", "act"];
        let token = world.exchange.add_token_for(&Caller::Operator, person(OFFICER), organisation(1), "t", &scopes);
        let token = token.await.unwrap();
        let session = world.exchange.persona_session(person(GATEKEEPER)).await.unwrap();
        assert!(world.exchange.session(&session).await.unwrap().is_some());
        let status = async |status, why: &str| {
            world.exchange.set_status(&Caller::Operator, organisation(1), status, why).await
        };
        assert_eq!(refusal(status(OrganisationStatus::Suspended, " ").await), RefusalCode::FieldMissing);
        let head = World::caller(Who::Head);
        let by_head = world.exchange.set_status(&head, organisation(1), OrganisationStatus::Left, "x").await;
        assert_eq!(refusal(by_head), RefusalCode::NotPermitted);
        status(OrganisationStatus::Suspended, "Mailboxes taken over.").await.unwrap();
        assert!(world.exchange.session(&session).await.unwrap().is_none());
        assert!(world.exchange.bearer(&token).await.unwrap().is_none());
        assert_eq!(world.refused(Who::Reviewer, id, releasing(&package)).await, RefusalCode::RequestFrozen);
        let thaw = RequestCommand::Thaw { reason: reason() };
        assert_eq!(world.refused(Who::Reviewer, id, thaw.clone()).await, RefusalCode::OrganisationSuspended);
        let draft = world.complete_draft(SUBSCRIBER);
        let begun = world.exchange.draft(&World::caller(Who::Officer), organisation(2), SUBSCRIBER, draft, None).await;
        assert_eq!(refusal(begun), RefusalCode::OrganisationSuspended);
        let filed = world.exchange.file(&peer(), organisation(1), organisation(2), SUBSCRIBER, forged(1), None).await;
        assert_eq!(refusal(filed), RefusalCode::OrganisationSuspended);
        status(OrganisationStatus::Active, "Mailboxes secured.").await.unwrap();
        assert!(world.exchange.bearer(&token).await.unwrap().is_some());
        assert_eq!(world.refused(Who::Reviewer, id, releasing(&package)).await, RefusalCode::RequestFrozen);
        world.act(Who::Reviewer, id, thaw).await;
        world.act(Who::Reviewer, id, releasing(&package)).await;
    }

    async fn unsent_drafts_stand_still_until_another_authoriser_takes_them_over(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.act(Who::Officer, id, RequestCommand::Submit).await;
        suspend(&world, OFFICER, false).await;
        assert_eq!(world.refused(Who::Gatekeeper, id, RequestCommand::Forward).await, RefusalCode::RequestFrozen);
        let over = RequestCommand::Reauthorise { statement: "A colleague goes on with it.".to_owned() };
        world.act(Who::Judge, id, over).await;
        world.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
    }

    async fn many_are_frozen_by_a_job_and_the_gate_refuses_from_the_first_instant_on(store) {
        let world = World::open(store).await;
        for _ in 0..55 {
            world.draft(Who::Officer, SUBSCRIBER).await;
        }
        // Its identifier sorts after the others: it is none of those that are frozen at once.
        world.pass(1).await;
        let (id, package) = ready(&world).await;
        let other = world.draft(Who::OfficerWithEveryRole, SUBSCRIBER).await;
        suspend(&world, OFFICER, false).await;
        let frozen = "select count(*) from request where frozen = 1";
        assert_eq!(count(store, frozen).await, 50);
        assert_eq!(world.refused(Who::Reviewer, id, releasing(&package)).await, RefusalCode::SourceRevoked);
        world.pass(1).await;
        assert_eq!(count(store, frozen).await, 56);
        assert_eq!(world.refused(Who::Reviewer, id, releasing(&package)).await, RefusalCode::RequestFrozen);
        assert!(world.look(Who::OfficerWithEveryRole, other).await.frozen.is_empty());
    }

    async fn no_release_follows_a_revocation_that_was_acknowledged(store) {
        let world = World::open(store).await;
        let beside = world.again(store, |_| {}).await.unwrap();
        let (mut released, mut stopped) = (0, 0);
        for round in 0..64 {
            let (id, package) = ready(&world).await;
            let start = std::sync::Arc::new(tokio::sync::Barrier::new(2));
            let (there, gate) = (beside.exchange.clone(), start.clone());
            let revoked = tokio::spawn(async move {
                gate.wait().await;
                there.set_active(&World::caller(Who::Head), person(OFFICER), false).await
            });
            let (here, gate) = (world.exchange.clone(), start.clone());
            let release = releasing(&package);
            let given = tokio::spawn(async move {
                gate.wait().await;
                if round % 2 == 0 {
                    tokio::task::yield_now().await;
                }
                here.act(&World::caller(Who::Reviewer), id, release, None, None).await
            });
            let given = given.await.unwrap();
            // Under contention of two nodes either may be asked to come again; what was kept is what counts.
            let revoked = revoked.await.unwrap();
            if revoked.is_err() {
                suspend(&world, OFFICER, false).await;
            }
            let events = events(&world, id).await;
            let (out, still) = (
                events.iter().position(|event| *event == "package_released"),
                events.iter().position(|event| *event == "frozen").expect("it stands still"),
            );
            assert_eq!(given.is_ok(), out.is_some(), "{events:?}");
            assert!(out.is_none_or(|out| out < still), "{events:?}");
            if out.is_none() {
                let refused = world.refused(Who::Reviewer, id, releasing(&package)).await;
                assert_eq!(refused, RefusalCode::RequestFrozen);
            }
            (released, stopped) = (released + usize::from(out.is_some()), stopped + usize::from(out.is_none()));
            suspend(&world, OFFICER, true).await;
            world.act(Who::Reviewer, id, RequestCommand::FindFraud { reason: reason() }).await;
        }
        println!("{released} released before, {stopped} stopped");
    }

    async fn an_accreditation_is_looked_up_by_its_number_and_never_listed(store) {
        let world = World::open(store).await;
        let stranger = World::caller(Who::Stranger);
        let card = world.exchange.accreditation(&stranger, "A-14").await.unwrap();
        assert_eq!((card.state, card.name.as_str()), (AccreditationState::Valid, "Person 14"));
        let text = serde_json::to_string(&card).unwrap();
        assert!(!text.contains('@'), "nothing private: {text}");
        suspend(&world, JUDGE, false).await;
        let card = world.exchange.accreditation(&stranger, "A-14").await.unwrap();
        assert_eq!(card.state, AccreditationState::Suspended);
        for _ in 0..98 {
            assert_eq!(refusal(world.exchange.accreditation(&stranger, "A-999").await), RefusalCode::NotFound);
        }
        assert_eq!(refusal(world.exchange.accreditation(&stranger, "A-13").await), RefusalCode::TooMuch);
        assert!(world.exchange.accreditation(&World::caller(Who::Analyst), "A-13").await.is_ok());
        let entries = "select count(*) from trail where action = 'accreditation.view'";
        assert_eq!(count(store, entries).await, 102);
        assert_eq!(refusal(world.exchange.accreditation(&peer(), "A-13").await), RefusalCode::NotPermitted);
    }

    async fn what_is_counted_is_shown_with_its_rule_and_decides_nothing(store) {
        let world = World::open(store).await;
        let first = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(first).await;
        let rules = async |id| -> Vec<FindingRule> {
            let found = world.exchange.findings(&World::caller(Who::Analyst), id).await.unwrap();
            found.iter().map(|finding| finding.rule).collect()
        };
        assert_eq!(rules(first).await, vec![FindingRule::NewToUs]);
        world.act(Who::Analyst, first, world.check(CheckKind::Documents, false)).await;
        let shown = Observation::Documents { files: Vec::new(), sha256: vec!["A".repeat(64)], request_itself: false };
        let shown = RequestCommand::Check { observed: shown, passed: true, note: "Read.".to_owned() };
        world.act(Who::Analyst, first, shown.clone()).await;
        // Eleven at night, with the same targets, the same document, and a domain like the authority's.
        world.pass(9 * 3_600).await;
        let mut draft = world.complete_draft(SUBSCRIBER);
        let rule = &world.exchange.procedures().newest(SUBSCRIBER).unwrap().procedure;
        let mail = rule.field.iter().find(|field| field.kind == comity_domain::procedure::FieldKind::Email);
        draft.answers.insert(mail.unwrap().name.clone(), "duty@nbp-police.example".to_owned());
        let officer = World::caller(Who::Officer);
        let id = world.exchange.draft(&officer, organisation(2), SUBSCRIBER, draft, None).await.unwrap().request;
        world.send(id).await;
        world.act(Who::Analyst, id, shown).await;
        let found = rules(id).await;
        for wanted in
            [FindingRule::Hour, FindingRule::RepeatedTarget, FindingRule::FailedChecks, FindingRule::SameDocument]
        {
            assert!(found.contains(&wanted), "{wanted:?}: {found:?}");
        }
        assert!(!found.contains(&FindingRule::NewToUs));
        world.act(Who::Analyst, id, world.check(CheckKind::Plausibility, true)).await;
        let check = world.look(Who::Analyst, id).await.checks.into_iter();
        let kept = check.into_iter().find(|check| check.kind == CheckKind::Plausibility).unwrap();
        assert_eq!(kept.passed, Some(true), "it decides nothing");
        assert!(matches!(kept.evidence, Some(Evidence::Plausibility { findings }) if findings.len() == found.len()));
        let hidden = world.look(Who::Officer, id).await.checks;
        assert!(hidden.iter().all(|check| check.evidence.is_none()), "what it rests on stays with the addressee");
        for who in [Who::Officer, Who::Stranger, Who::Auditor] {
            assert!(world.exchange.findings(&World::caller(who), id).await.is_err(), "{who:?}");
        }
    }

    async fn what_one_officer_did_is_told_of_their_requests_and_of_nobody_elses(store) {
        let world = World::open(store).await;
        let told = async |id, rule| -> Option<u64> {
            let found = world.exchange.findings(&World::caller(Who::Analyst), id).await.unwrap();
            found.iter().find(|finding| finding.rule == rule).map(|finding| finding.count)
        };
        let first = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(first).await;
        world.act(Who::Analyst, first, world.check(CheckKind::Documents, false)).await;
        let mut last = first;
        for number in 2..=20 {
            assert_eq!(told(last, FindingRule::Slicing).await, None, "{number}");
            last = world.draft(Who::Officer, SUBSCRIBER).await;
            world.send(last).await;
        }
        assert_eq!(told(last, FindingRule::Slicing).await, Some(20));
        assert_eq!(told(last, FindingRule::FailedChecks).await, Some(1));
        let colleague = world.draft(Who::OfficerWithEveryRole, SUBSCRIBER).await;
        world.act(Who::OfficerWithEveryRole, colleague, RequestCommand::Submit).await;
        world.act(Who::Gatekeeper, colleague, RequestCommand::Forward).await;
        let sign = RequestCommand::Authorise { statement: "Necessary.".to_owned() };
        world.act(Who::Judge, colleague, sign).await;
        world.act(Who::OfficerWithEveryRole, colleague, RequestCommand::Send).await;
        for rule in [FindingRule::Slicing, FindingRule::FailedChecks] {
            assert_eq!(told(colleague, rule).await, None, "{rule:?}");
        }
        // A week later nothing of it is many any more.
        world.pass(8 * 86_400).await;
        assert_eq!(told(last, FindingRule::Slicing).await, None);
    }

    async fn three_hundred_forged_messages_reach_nothing_without_checks(store) {
        let world = World::open(store).await;
        for number in 0..300 {
            let filed = world.exchange.file(&peer(), organisation(1), organisation(2), SUBSCRIBER, forged(number), None).await;
            let id = filed.unwrap().request;
            let item = world.look(Who::Analyst, id).await.items[0].id;
            assert_eq!(world.refused(Who::Analyst, id, accept(item)).await, RefusalCode::SourceNotVerified);
            for check in world.look(Who::Analyst, id).await.checks {
                // Whatever an analyst in a hurry claims, nobody of that number stands in the directory, and nobody signed here.
                let command = world.check(check.kind, true);
                drop(world.exchange.act(&World::caller(Who::Analyst), id, command, None, None).await);
            }
            let claimed = Observation::Accreditation { number: Some(format!("A-{number}999")) };
            let claimed = RequestCommand::Check { observed: claimed, passed: true, note: String::new() };
            assert_eq!(world.refused(Who::Analyst, id, claimed).await, RefusalCode::AccreditationUnknown);
            let seen = world.look(Who::Analyst, id).await;
            assert!(seen.verified_at.is_none());
            assert_eq!(world.refused(Who::Analyst, id, accept(item)).await, RefusalCode::SourceNotVerified);
        }
    }

    async fn a_message_names_its_officer_and_what_befalls_them_befalls_it(store) {
        let world = World::open(store).await;
        let filed = world.exchange.file(&peer(), organisation(1), organisation(2), SUBSCRIBER, forged(2), None).await;
        let id = filed.unwrap().request;
        let named = Observation::Accreditation { number: Some("A-11".to_owned()) };
        world.act(Who::Analyst, id, RequestCommand::Check { observed: named, passed: true, note: String::new() }).await;
        let signed = SignedBy::File { sha256: "b".repeat(64), signer: "Person 11".to_owned() };
        let signed = Observation::Signature { signed };
        world.act(Who::Analyst, id, RequestCommand::Check { observed: signed, passed: true, note: String::new() }).await;
        let read = Observation::Documents { files: Vec::new(), sha256: vec!["c".repeat(64)], request_itself: false };
        world.act(Who::Analyst, id, RequestCommand::Check { observed: read, passed: true, note: "Fits.".to_owned() }).await;
        world.act(Who::Analyst, id, world.check(CheckKind::Plausibility, true)).await;
        let seen = world.look(Who::Analyst, id).await;
        assert!(seen.verified_at.is_some());
        suspend(&world, OFFICER, false).await;
        let item = seen.items[0].id;
        assert_eq!(world.refused(Who::Analyst, id, accept(item)).await, RefusalCode::RequestFrozen);
        suspend(&world, OFFICER, true).await;
        world.act(Who::Reviewer, id, RequestCommand::Thaw { reason: reason() }).await;
        world.act(Who::Analyst, id, accept(item)).await;
    }
}

/// What a false source had received, for whom it is to be read, and the review of it.
async fn received(world: &World, revocation: RevocationId, earlier: RequestId) {
    let read = async |who| world.exchange.received(&World::caller(who), revocation, None).await;
    for who in [Who::Head, Who::Administrator, Who::Auditor] {
        let list = read(who).await.unwrap();
        assert_eq!(list.packages.len(), 1, "{who:?}");
        assert_eq!(list.packages[0].request, earlier);
        assert_eq!(list.packages[0].files[0].opened.len(), 1, "{who:?}");
        assert_eq!(list.to_review, who == Who::Administrator, "{who:?}");
        let text = serde_json::to_string(&list).unwrap();
        assert!(!text.contains("answer.csv") && !text.contains("mail.example"), "{text}");
    }
    for who in [Who::Stranger, Who::Officer, Who::Reviewer] {
        assert!(read(who).await.is_err(), "{who:?}");
    }
    let review = async |who| {
        world.exchange.review_revocation(&World::caller(who), revocation, "Users told; report made.").await
    };
    assert_eq!(refusal(review(Who::Head).await), RefusalCode::NotPermitted);
    assert_eq!(refusal(review(Who::Auditor).await), RefusalCode::NotPermitted);
    review(Who::Administrator).await.unwrap();
    assert_eq!(refusal(review(Who::Administrator).await), RefusalCode::NotInThisState);
}
