//! The floors: what a page reads, through the store alone. No HTTP, no session, no gate, no page; the same unsealing.

use comity_domain::id::{OrganisationId, RequestId};
use comity_domain::party::Side;
use comity_domain::request::RequestState;
use comity_domain::term::Priority;
use comity_service::MOST_COUNTED;
use comity_store::queue::{self, QueueFilter};
use comity_store::request;
use comity_store::seal::InstanceKey;
use comity_store::{Database, Fault, Store, StoreConfig, Tx};
use std::path::Path;

/// The lists that people ask for: all, of one state, of one urgency and procedure, of one other side.
pub(crate) const LISTS: [&str; 4] = ["", "state=VERIFYING", "priority=P1_URGENT&procedure=", "organisation="];

pub(crate) struct Floor {
    pub(crate) store: Store,
    key: InstanceKey,
}

impl Floor {
    /// Opens the database of a demonstration.
    pub(crate) fn open(data: &Path) -> Self {
        let key = InstanceKey::load(&data.join("instance.key")).unwrap();
        let database = Database::Sqlite(data.join("comity.sqlite"));
        let store = Store::open(&StoreConfig::new(database, data.to_owned(), key.clone(), 0)).unwrap();
        Self { store, key }
    }

    /// Reads what a dossier needs.
    pub(crate) async fn dossier(&self, id: &str) {
        let (key, id): (_, RequestId) = (self.key.clone(), id.parse().unwrap());
        let work = move |tx: &mut dyn Tx| -> Result<usize, Fault> {
            let Some((_, dossier)) = request::load(tx, &key, id)? else { return Ok(0) };
            Ok(request::events(tx, &dossier, id)?.len())
        };
        assert!(self.store.read("bench.dossier", work).await.unwrap() > 0);
    }

    /// Reads what the first page of one of the lists needs: 50 rows, and the counts.
    pub(crate) async fn list(&self, number: usize, provider: &str, authority: &str, procedure: &str) {
        let plain = QueueFilter {
            organisation: provider.parse::<OrganisationId>().unwrap(),
            side: Side::Provider,
            after: None,
            ended: false,
            state: None,
            priority: None,
            procedure: None,
            counterpart: None,
            limit: 50,
        };
        let filter = match number % LISTS.len() {
            0 => plain,
            1 => QueueFilter { state: Some(RequestState::Verifying), ..plain },
            2 => QueueFilter {
                priority: Some(Priority::Urgent),
                procedure: Some(procedure.to_owned()),
                ..plain
            },
            _ => QueueFilter { counterpart: Some(authority.parse().unwrap()), ..plain },
        };
        let work = move |tx: &mut dyn Tx| -> Result<usize, Fault> {
            let states = queue::states(tx, filter.organisation, filter.side, MOST_COUNTED)?;
            Ok(queue::queue(tx, &filter)?.len() + states.len())
        };
        assert!(self.store.read("bench.queue", work).await.unwrap() > 0);
    }
}
