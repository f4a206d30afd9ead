//! The floors: the rows that an act writes and a page reads, through the store alone. No HTTP, no gate, no decision,
//! no page; the same sealing, the same durability. The queue is filled here too, with the rows of real requests.

use comity_domain::event::{Event, Origin};
use comity_domain::id::{EventId, OrganisationId, RequestId, TrailId};
use comity_domain::party::Side;
use comity_domain::request::{Request, RequestEvent};
use comity_domain::time::Moment;
use comity_store::request::{self, QueueFilter};
use comity_store::seal::{InstanceKey, create_dossier_key};
use comity_store::trail::{self, TrailRow};
use comity_store::{Database, Fault, Store, StoreConfig, Tx};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Requests that one transaction of the filling writes.
const BATCH: usize = 1_000;

pub(crate) struct Floor {
    store: Store,
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

    /// Writes what a new draft writes, as often as asked, by so many callers at once.
    pub(crate) async fn submit(&self, count: usize, at_once: usize) {
        let template = self.templates().await.into_iter().next().unwrap();
        let tasks = (0..at_once).map(|_| {
            let (store, key, template) = (self.store.clone(), self.key.clone(), template.clone());
            tokio::spawn(async move {
                for _ in 0..count / at_once {
                    let (key, template) = (key.clone(), template.clone());
                    let work = move |tx: &mut dyn Tx| write(tx, &key, &template);
                    store.write("bench.submit", work).await.unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    }

    /// Fills the database with copies of its requests under new identifiers and references.
    pub(crate) async fn fill(&self, count: usize) {
        let templates = self.templates().await;
        for batch in 0..count.div_ceil(BATCH) {
            let (key, templates) = (self.key.clone(), templates.clone());
            let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
                let of = templates.iter().cycle().skip(batch % templates.len());
                of.take(BATCH).try_for_each(|template| write(tx, &key, template))
            };
            self.store.write("bench.fill", work).await.unwrap();
        }
    }

    /// Reads what the page of one dossier needs.
    pub(crate) async fn dossier(&self, id: &str) {
        let (key, id): (_, RequestId) = (self.key.clone(), id.parse().unwrap());
        let work = move |tx: &mut dyn Tx| -> Result<usize, Fault> {
            let Some((_, dossier)) = request::load(tx, &key, id)? else { return Ok(0) };
            Ok(request::events(tx, &dossier, id)?.len())
        };
        assert!(self.store.read("bench.dossier", work).await.unwrap() > 0);
    }

    /// Reads what the first page of the queue needs.
    pub(crate) async fn queue(&self, provider: &str) {
        let filter = QueueFilter { ended: false, limit: 51, ..filter_of(provider.parse().unwrap()) };
        let work = move |tx: &mut dyn Tx| -> Result<usize, Fault> {
            let states = request::states(tx, filter.organisation, filter.side)?;
            Ok(request::queue(tx, &filter)?.len() + states.len())
        };
        assert!(self.store.read("bench.queue", work).await.unwrap() > 0);
    }

    /// The requests at the provider of the demonstration that has most of them.
    async fn templates(&self) -> Vec<Request> {
        let key = self.key.clone();
        let work = move |tx: &mut dyn Tx| -> Result<Vec<Request>, Fault> {
            let mut found = Vec::new();
            let provider = comity_store::party::organisations(tx)?.into_iter().find(|o| o.code == "HBT");
            for row in request::queue(tx, &filter_of(provider.unwrap().id))? {
                found.extend(request::load(tx, &key, row.id)?.map(|(request, _)| request));
            }
            Ok(found)
        };
        self.store.read("bench.templates", work).await.unwrap()
    }
}

fn filter_of(organisation: OrganisationId) -> QueueFilter {
    QueueFilter {
        organisation,
        side: Side::Provider,
        after: None,
        ended: true,
        state: None,
        priority: None,
        procedure: None,
        counterpart: None,
        limit: 50,
    }
}

/// One dossier: its number, key, row, first event and trail entry, as the first act on a request writes them.
fn write(tx: &mut dyn Tx, instance: &InstanceKey, template: &Request) -> Result<(), Fault> {
    static COUNTED: AtomicU64 = AtomicU64::new(0);
    let now: Moment = template.created_at;
    let copy = COUNTED.fetch_add(1, Ordering::Relaxed);
    // Of the time-ordered form that the service makes, so that indices grow as they do in life.
    let unique = uuid::Builder::from_unix_timestamp_millis(1_764_000_000_000 + copy, &[7; 10]).into_uuid();
    let id = RequestId::new(unique);
    request::next_number(tx, template.from, 2020)?;
    let key = create_dossier_key(tx, instance, &id.to_string(), now.us())?;
    let request = Request { id, reference: format!("BENCH-{copy:06}"), ..template.clone() };
    request::insert(tx, &key, &request, now)?;
    let event = Event {
        id: EventId::new(unique),
        request: id,
        sequence: 1,
        at: now,
        origin: Origin::System,
        side: None,
        rule: String::new(),
        previous: None,
        what: RequestEvent::AllReceiptsConfirmed { at: now },
    };
    let canonical = event.canonical().unwrap();
    request::add_event(tx, &key, &event, &canonical, &[7; 32], &[7; 32])?;
    let entry = TrailRow {
        id: TrailId::new(unique),
        at: now,
        person: None,
        organisation: Some(template.from),
        counterpart: Some(template.to),
        role: String::new(),
        via: "api".to_owned(),
        action: "request.draft".to_owned(),
        outcome: "done".to_owned(),
        rule: String::new(),
        code: String::new(),
        about: request.reference,
        request: Some(id),
    };
    trail::add(tx, &entry)
}
