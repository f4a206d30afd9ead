//! The life of a hold: reminders, extension, and a lapse that is never silent (rule 5, T16).

use crate::harness::{PRESERVATION, Who, World};
use comity_domain::request::{Decision, RequestCommand, RequestState};
use comity_store::on_both_engines;

async fn held(world: &World) -> comity_domain::id::RequestId {
    let id = world.draft(Who::Officer, PRESERVATION).await;
    world.send(id).await;
    world.verify(id).await;
    for item in world.look(Who::Analyst, id).await.items {
        let decision = Decision::Preserve { explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: item.id, decision }).await;
    }
    assert_eq!(world.look(Who::Officer, id).await.state, RequestState::Held);
    id
}

on_both_engines! {
    async fn a_hold_reminds_and_lapses_as_an_incident(store) {
        let world = World::open(store).await;
        let id = held(&world).await;
        let days = world.look(Who::Officer, id).await.hold.unwrap().days_left;
        for _ in 0..=days {
            world.pass(86_400).await;
        }
        let dossier = world.look(Who::Officer, id).await;
        assert_eq!(dossier.hold.unwrap().state, "lapsed");
        let reminders = dossier.history.iter().filter(|entry| entry.event == "hold_reminded").count();
        assert_eq!(reminders, 3);
        let kinds: Vec<String> =
            world.exchange.outbox().await.unwrap().into_iter().map(|notice| notice.subject).collect();
        assert!(kinds.iter().any(|subject| subject.contains("lapsed")), "{kinds:?}");
    }

    async fn a_hold_that_was_let_go_neither_reminds_nor_lapses(store) {
        let world = World::open(store).await;
        let id = held(&world).await;
        world.act(Who::Officer, id, RequestCommand::ReleaseHold { reason: "Not needed.".to_owned() }).await;
        world.pass(200 * 86_400).await;
        let dossier = world.look(Who::Officer, id).await;
        assert_eq!(dossier.hold.unwrap().state, "released");
        assert!(dossier.history.iter().all(|entry| entry.event != "hold_reminded"));
        world.act(Who::Officer, id, RequestCommand::Close).await;
    }
}
