//! The main job: from the officer's draft to the confirmed receipt, both sides holding the same record.

use crate::harness::{SUBSCRIBER, Who, World, intact, releasing};
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{Decision, Giving, RequestCommand, RequestState};
use comity_domain::term::ItemOutcome;
use comity_service::{IdempotencyKey, ReadingKind, TrailQuery};
use comity_store::on_both_engines;

on_both_engines! {
    async fn a_request_goes_from_the_draft_to_the_receipt(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.act(Who::Officer, id, RequestCommand::Submit).await;
        world.act(Who::Gatekeeper, id, RequestCommand::Return { reason: "Say how it was found.".to_owned() }).await;
        assert_eq!(world.look(Who::Officer, id).await.draft.unwrap().returns.len(), 1);
        world.send(id).await;
        assert_eq!(world.look(Who::Analyst, id).await.state, RequestState::Received);
        world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-1".to_owned() }).await;

        let question = "Which service?".to_owned();
        let code = NonExecutionCode::InsufficientIdentifier;
        world.act(Who::Analyst, id, RequestCommand::Ask { code, items: Vec::new(), question }).await;
        world.pass(86_400).await;
        let waiting = world.look(Who::Officer, id).await;
        assert_eq!(waiting.state, RequestState::Clarifying);
        let clarification = waiting.clarifications[0].id;
        let text = "Harbour Fibre.".to_owned();
        world.act(Who::Officer, id, RequestCommand::Answer { clarification, text }).await;

        world.verify(id).await;
        let items = world.look(Who::Analyst, id).await.items;
        let give = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: items[0].id, decision: give }).await;
        let refuse = Decision::Refuse {
            codes: vec![NonExecutionCode::NoLongerHeld],
            explanation: "Deleted after 30 days.".to_owned(),
        };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: items[1].id, decision: refuse }).await;
        let file = world.upload(id, b"address,subscriber\n").await;
        let prepare = world.packing(id, vec![items[0].id], file).await;
        world.act(Who::Analyst, id, prepare).await;
        let package = world.look(Who::Reviewer, id).await.packages[0].clone();
        assert!(world.look(Who::Officer, id).await.packages.is_empty());
        world.act(Who::Reviewer, id, releasing(&package)).await;

        world.act(Who::Officer, id, intact(package.id)).await;
        world.act(Who::Officer, id, RequestCommand::Close).await;

        let (asking, answering) = (world.look(Who::Officer, id).await, world.look(Who::Analyst, id).await);
        assert_eq!((asking.state, answering.state), (RequestState::Closed, RequestState::Closed));
        let outcomes: Vec<_> = asking.items.iter().map(|item| item.outcome).collect();
        assert_eq!(outcomes, [Some(ItemOutcome::Full), Some(ItemOutcome::Refused)]);
        let shared = |dossier: &comity_service::Dossier| -> Vec<String> {
            let own = ["drafted", "revised", "submitted", "returned", "package_prepared"];
            dossier.history.iter().filter(|e| !own.contains(&e.event)).map(|e| e.commitment.clone()).collect()
        };
        assert_eq!(shared(&asking), shared(&answering));
        assert!(asking.clocks.iter().all(|clock| clock.reading == ReadingKind::Met));
    }

    async fn each_side_reads_only_what_it_may(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(id).await;
        let field = |dossier: &comity_service::Dossier| {
            dossier.fields.iter().find(|field| field.name == "necessity").unwrap().content.clone()
        };
        assert!(field(&world.look(Who::Officer, id).await).is_some());
        let provider = world.look(Who::Analyst, id).await;
        assert_eq!(field(&provider), None);
        assert_eq!(provider.authorised.unwrap().statement, None);
        assert!(provider.history.iter().all(|entry| entry.event != "drafted"));
    }

    async fn a_repeated_key_is_answered_with_the_first_receipt(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        let who = World::caller(Who::Officer);
        let key = || IdempotencyKey::new("once");
        let first = world.exchange.act(&who, id, RequestCommand::Submit, None, key()).await.unwrap();
        let again = world.exchange.act(&who, id, RequestCommand::Submit, None, key()).await.unwrap();
        assert_eq!(first, again);
        let other = RequestCommand::Withdraw { reason: "No".to_owned() };
        let denied = world.exchange.act(&who, id, other, None, key()).await;
        assert!(matches!(denied, Err(comity_service::Denied::Refused(_))), "{denied:?}");
    }

    async fn every_act_and_every_view_leaves_its_trail_entry(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(id).await;
        world.look(Who::Analyst, id).await;
        let page = world.exchange.trail(&World::caller(Who::Auditor), TrailQuery::default()).await.unwrap();
        let mut entries: Vec<(&str, &str)> =
            page.rows.iter().filter(|row| row.via != "console").map(|row| (row.action.as_str(), row.outcome.as_str())).collect();
        entries.sort_unstable();
        let mut expected = [
            ("request.draft", "done"),
            ("request.submit", "done"),
            ("request.forward", "done"),
            ("request.authorise", "done"),
            ("request.send", "done"),
            ("request.view", "viewed"),
        ];
        expected.sort_unstable();
        assert_eq!(entries, expected);
        assert!(page.rows.iter().all(|row| !row.rule.is_empty()));
    }
}
