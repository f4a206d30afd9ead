//! What the store counts while it works, for whoever watches the instance. A label is a word of this program and never a
//! value of a case, so nothing personal can stand in a metric (rule 10, T32).

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// From a read in memory to a transaction that waits for a slow disk, in seconds.
const SECONDS: [f64; 10] = [0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0];
/// Transactions that share one commit.
const GROUPS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// What a committed transaction tells of itself: an action, how it ended, and the code of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The action of the permission table.
    pub action: &'static str,
    /// Such as `done`, `viewed` or `refused`.
    pub outcome: &'static str,
    /// The code of a refusal; empty otherwise.
    pub code: &'static str,
}

/// Reading or writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Transaction {
    kind: &'static str,
    name: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Act {
    action: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    code: &'static str,
}

#[derive(Clone)]
struct Buckets(&'static [f64]);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

/// The counters of one store.
pub(crate) struct Measures {
    transactions: Family<Transaction, Counter>,
    seconds: Family<Kind, Histogram, Buckets>,
    groups: Histogram,
    acts: Family<Act, Counter>,
    refusals: Family<Refused, Counter>,
}

impl Measures {
    pub(crate) fn new() -> Self {
        Self {
            transactions: Family::default(),
            seconds: Family::new_with_constructor(Buckets(&SECONDS)),
            groups: Buckets(&GROUPS).new_metric(),
            acts: Family::default(),
            refusals: Family::default(),
        }
    }

    /// A transaction was answered, kept or not.
    pub(crate) fn answered(&self, kind: &'static str, name: &'static str, took: Duration) {
        self.transactions.get_or_create(&Transaction { kind, name }).inc();
        self.seconds.get_or_create(&Kind { kind }).observe(took.as_secs_f64());
    }

    /// A commit is durable.
    pub(crate) fn committed(&self, transactions: usize, tallies: &[Tally]) {
        self.groups.observe(f64::from(u32::try_from(transactions).unwrap_or(u32::MAX)));
        for Tally { action, outcome, code } in tallies.iter().copied() {
            self.acts.get_or_create(&Act { action, outcome }).inc();
            if !code.is_empty() {
                self.refusals.get_or_create(&Refused { code }).inc();
            }
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "comity_store_transactions",
            "Transactions by kind and name",
            self.transactions.clone(),
        );
        let help = "From the call to the answer of a transaction, waiting and commit included";
        registry.register_with_unit("comity_store", help, Unit::Seconds, self.seconds.clone());
        let help = "Transactions that shared one commit";
        registry.register("comity_store_group_size", help, self.groups.clone());
        let help = "Entries of the trail, by action and outcome";
        registry.register("comity_acts", help, self.acts.clone());
        registry.register("comity_refusals", "Refused acts, by the first code", self.refusals.clone());
    }
}
