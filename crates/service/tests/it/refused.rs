//! What is refused, and that a refused attempt changes nothing but the trail.

use crate::harness::{SUBSCRIBER, Who, World, releasing};
use crate::source::{OFFICER, suspend};
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Decision, Giving, LONGEST_ANSWER, LONGEST_LIMIT, RequestCommand};
use comity_service::{Denied, TrailQuery};
use comity_store::on_both_engines;

on_both_engines! {
    async fn the_drafter_neither_vouches_nor_signs(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::OfficerWithEveryRole, SUBSCRIBER).await;
        world.act(Who::OfficerWithEveryRole, id, RequestCommand::Submit).await;
        let refused = world.refused(Who::OfficerWithEveryRole, id, RequestCommand::Forward).await;
        assert_eq!(refused, RefusalCode::OwnDraft);
        world.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
        let sign = RequestCommand::Authorise { statement: "Necessary.".to_owned() };
        assert_eq!(world.refused(Who::OfficerWithEveryRole, id, sign).await, RefusalCode::OwnDraft);
    }

    async fn nothing_is_decided_or_released_before_the_source_is_verified(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(id).await;
        let item = world.look(Who::Analyst, id).await.items[0].id;
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        let command = RequestCommand::Decide { item, decision };
        assert_eq!(world.refused(Who::Analyst, id, command).await, RefusalCode::SourceNotVerified);
    }

    async fn a_draft_that_is_too_large_is_not_even_saved_and_every_field_is_named(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        let mut draft = world.complete_draft(SUBSCRIBER);
        draft.answers.insert("necessity".to_owned(), "x".repeat(LONGEST_ANSWER + 1));
        draft.items[1].limit = "x".repeat(LONGEST_LIMIT + 1);
        let before = world.look(Who::Officer, id).await.version;
        let revise = RequestCommand::Revise { draft };
        let refused = world.exchange.act(&World::caller(Who::Officer), id, revise, None, None).await;
        let Err(Denied::Refused(refusals)) = refused else { panic!("{refused:?}") };
        let named: Vec<(&str, &str)> =
            refusals.iter().map(|r| (r.field.as_deref().unwrap(), r.values[0].1.as_str())).collect();
        assert_eq!(named, [("answers.necessity", "20000"), ("items.1.limit", "1000")]);
        assert_eq!(world.look(Who::Officer, id).await.version, before);
    }

    async fn who_collected_does_not_release(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(id).await;
        world.verify(id).await;
        let items = world.look(Who::Analyst, id).await.items;
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        world.act(Who::Reviewer, id, RequestCommand::Decide { item: items[0].id, decision }).await;
        let file = world.upload(id, b"x").await;
        let prepare = world.packing(id, vec![items[0].id], file).await;
        world.act(Who::Analyst, id, prepare).await;
        let release = releasing(&world.look(Who::Analyst, id).await.packages[0]);
        assert_eq!(world.refused(Who::Analyst, id, release.clone()).await, RefusalCode::NotPermitted);
        assert_eq!(world.refused(Who::Reviewer, id, release).await, RefusalCode::OwnCollection);
    }

    async fn a_draft_does_not_exist_for_the_provider_and_a_request_not_for_strangers(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        let acknowledge = || RequestCommand::Acknowledge { reference: "X".to_owned() };
        assert_eq!(world.refused(Who::Analyst, id, acknowledge()).await, RefusalCode::NotFound);
        world.send(id).await;
        assert_eq!(world.refused(Who::Stranger, id, acknowledge()).await, RefusalCode::NotFound);
        let seen = world.exchange.dossier(&World::caller(Who::Administrator), id).await;
        assert!(seen.is_err());
        let oversight = world.exchange.dossier(&World::caller(Who::Auditor), id).await;
        assert!(oversight.is_err());
    }

    async fn whoever_lacks_the_role_is_told_who_has_it(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        let sign = RequestCommand::Authorise { statement: "Necessary.".to_owned() };
        let refused = world.exchange.act(&World::caller(Who::Gatekeeper), id, sign, None, None).await;
        let Err(Denied::Refused(refusals)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusals[0].code, RefusalCode::NotPermitted);
        assert_eq!(refusals[0].values, [("roles".to_owned(), "authoriser".to_owned())]);
    }

    async fn a_call_in_flight_ends_with_the_person_who_made_it(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        let in_flight = World::caller(Who::Officer);
        suspend(&world, OFFICER, false).await;
        let refused = world.exchange.act(&in_flight, id, RequestCommand::Submit, None, None).await;
        let Err(Denied::Refused(refusals)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusals[0].code, RefusalCode::SignInExpired);
        suspend(&world, OFFICER, true).await;
        world.exchange.act(&in_flight, id, RequestCommand::Submit, None, None).await.unwrap();
    }

    async fn a_refused_attempt_is_in_the_trail_and_changes_nothing(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        let before = world.look(Who::Officer, id).await;
        world.refused(Who::Officer, id, RequestCommand::Send).await;
        let after = world.look(Who::Officer, id).await;
        assert_eq!((before.version, before.history), (after.version, after.history));
        let query = TrailQuery { outcome: Some("refused".to_owned()), ..TrailQuery::default() };
        let page = world.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap();
        assert_eq!((page.rows[0].action.as_str(), page.rows[0].code.as_str()), ("request.send", "not-in-this-state"));
    }
}
