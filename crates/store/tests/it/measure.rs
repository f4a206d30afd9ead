//! What the store counts: what is durable, once.

use comity_store::{Fault, Store, Tally, Tx, on_both_engines};
use prometheus_client::registry::Registry;

fn metrics(store: &Store) -> String {
    let (mut registry, mut text) = (Registry::default(), String::new());
    store.register(&mut registry);
    prometheus_client::encoding::text::encode(&mut text, &registry).expect("written");
    text
}

fn tally(tx: &mut dyn Tx, outcome: &'static str, code: &'static str) {
    tx.tally(Tally { action: "request.send", outcome, code });
}

on_both_engines! {
    async fn an_act_counts_once_it_is_durable(store) {
        let done = store.write("test.done", |tx| -> Result<(), Fault> { tally(tx, "done", ""); Ok(()) }).await;
        let refused = store.write("test.refused", |tx| -> Result<(), Fault> {
            tally(tx, "refused", "not-permitted");
            Ok(())
        });
        let undone = store.write("test.undone", |tx| -> Result<(), Fault> {
            tally(tx, "undone", "");
            Err(Fault::other("taken back"))
        });
        assert!(done.is_ok() && refused.await.is_ok() && undone.await.is_err());
        let text = metrics(store);
        for line in [
            "comity_acts_total{action=\"request.send\",outcome=\"done\"} 1",
            "comity_acts_total{action=\"request.send\",outcome=\"refused\"} 1",
            "comity_refusals_total{code=\"not-permitted\"} 1",
            "comity_store_transactions_total{kind=\"write\",name=\"test.undone\"} 1",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains("outcome=\"undone\""), "{text}");
        assert!(text.contains("comity_store_seconds_count{kind=\"write\"} 3"), "{text}");
        assert!(text.contains("comity_store_group_size_count"), "{text}");
    }
}
