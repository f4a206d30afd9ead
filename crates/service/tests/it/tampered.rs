//! Every value of every row that the ledger speaks for, changed in every byte (T20): `comity check` names each.
//! On PostgreSQL the first, the middle and the last byte stand for all, because each change is a round trip.

use crate::harness::{SUBSCRIBER, Who, World};
use comity_domain::request::RequestCommand;
use comity_store::testing::TestStore;
use comity_store::{Database, Fault, Tx, Value, on_both_engines};

/// Tables, perhaps with a choice of their rows, with their key and the columns that are held against the ledger. Left
/// out are only times that nothing signs (`log.sealed_at_us`) and identifiers that other rows refer to, whose change the
/// database refuses.
const HELD: &[(&str, &[&str], &[&str])] = &[
    ("event", &["id"], &["sequence", "name", "at_us", "body"]),
    ("leaf", &["id"], &["kind", "commitment", "position"]),
    ("tile", &["log", "level", "number"], &["hashes"]),
    ("log", &["origin"], &["log_key", "size", "root", "checkpoint"]),
    ("ledger_record", &["id"], &["request", "salt", "body"]),
    ("dossier_key", &["dossier"], &["wrapped"]),
    // What the console has set up is of the same kind, and as much again.
    (
        "trail where via <> 'console'",
        &["id"],
        &[
            "at_us",
            "person",
            "name",
            "organisation",
            "counterpart",
            "role",
            "via",
            "action",
            "processing",
            "outcome",
            "rule",
            "basis",
            "code",
            "about",
            "request",
            "detail",
            "salt",
        ],
    ),
    ("request_source", &["request", "person"], &["organisation"]),
    (
        "request",
        &["id"],
        &[
            "reference",
            "provider_reference",
            "procedure_id",
            "kind",
            "priority",
            "state",
            "arrived",
            "ended",
            "items",
            "categories",
            "due_us",
            "paused",
            "watch_us",
            "version",
            "created_at_us",
            "updated_at_us",
            "frozen",
            "body",
        ],
    ),
];

/// A statement that lives as long as the test.
fn sql(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("'{text}'"),
        Value::Int(number) => number.to_string(),
        Value::Null | Value::Bytes(_) => panic!("not a key"),
    }
}

/// What a value is changed into, one place after the other.
fn changes(value: &Value, all: bool) -> Vec<Value> {
    let places = |length: usize| -> Vec<usize> {
        if all || length < 4 { (0..length).collect() } else { vec![0, length / 2, length - 1] }
    };
    match value {
        Value::Null => Vec::new(),
        Value::Int(number) => vec![Value::Int(number ^ 1)],
        Value::Bytes(bytes) => {
            let flipped = |at: usize| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1;
                Value::Bytes(bytes)
            };
            places(bytes.len()).into_iter().map(flipped).collect()
        }
        Value::Text(text) => {
            let flipped = |at: usize| {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
                String::from_utf8(bytes).ok().map(Value::Text)
            };
            places(text.len()).into_iter().filter_map(flipped).collect()
        }
    }
}

async fn column(store: &TestStore, table: &str, key: &[&str], column: &str) -> Vec<(String, Value)> {
    let wanted = key.len();
    let select = sql(format!("select {}, {column} from {table} order by {}", key.join(", "), key.join(", ")));
    let names: Vec<String> = key.iter().map(|name| (*name).to_owned()).collect();
    let read = move |tx: &mut dyn Tx| -> Result<Vec<(String, Value)>, Fault> {
        let rows = tx.rows(select, &[])?;
        let found = rows.iter().map(|row| {
            let place: Vec<String> = names
                .iter()
                .enumerate()
                .map(|(at, name)| format!("{name} = {}", text_of(row.value(at).unwrap())))
                .collect();
            (place.join(" and "), row.value(wanted).unwrap().clone())
        });
        Ok(found.collect())
    };
    store.read("test.column", read).await.unwrap()
}

async fn put(store: &TestStore, update: &'static str, value: &Value) -> Result<u64, Fault> {
    let value = value.clone();
    store.write("test.put", move |tx: &mut dyn Tx| tx.exec(update, std::slice::from_ref(&value))).await
}

on_both_engines! {
    async fn every_changed_byte_of_a_row_is_found(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.send(id).await;
        world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-1".to_owned() }).await;
        while world.exchange.seal().await.unwrap() > 0 {}
        assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
        let all = matches!(store.config().database, Database::Sqlite(_));
        let (mut tried, mut refused) = (0, 0);
        for (table, key, columns) in HELD {
            for name in *columns {
                for (place, value) in column(store, table, key, name).await {
                    let table = table.split(' ').next().unwrap();
                    let update = sql(format!("update {table} set {name} = $1 where {place}"));
                    for changed in changes(&value, all) {
                        // What the database itself refuses need not be found.
                        if put(store, update, &changed).await.is_err() {
                            refused += 1;
                            continue;
                        }
                        tried += 1;
                        let found = world.exchange.check().await;
                        let clean = found.is_ok_and(|report| report.findings.is_empty());
                        assert!(!clean, "{table}.{name} of {place}: a change was not found");
                        put(store, update, &value).await.unwrap();
                    }
                }
            }
        }
        assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new(), "all was put back");
        println!("{tried} changes found, {refused} refused by the database");
        assert!(tried > if all { 5_000 } else { 100 });
    }

    async fn a_removed_row_is_found(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, SUBSCRIBER).await;
        world.act(Who::Officer, id, RequestCommand::Submit).await;
        world.exchange.seal().await.unwrap();
        // Whoever is taken out from behind a request could lose their trust without its standing still (T07).
        let person = |to: &'static str| move |tx: &mut dyn Tx| tx.exec(to, &[]);
        let hide = "update request_source set organisation = (select min(id) from organisation where id <> request_source.organisation)";
        store.write::<_, Fault>("test.hide", person("create table aside as select * from request_source")).await.unwrap();
        for hidden in [hide, "delete from request_source"] {
            assert!(store.write::<_, Fault>("test.hide", person(hidden)).await.unwrap() > 0);
            assert_eq!(world.exchange.check().await.unwrap().findings.len(), 1, "{hidden}");
            store.write::<_, Fault>("test.hide", person("delete from request_source")).await.unwrap();
            store.write::<_, Fault>("test.hide", person("insert into request_source select * from aside")).await.unwrap();
            assert_eq!(world.exchange.check().await.unwrap().findings, Vec::new());
        }
        // Each removal adds its own finding to those before it.
        let mut before = 0;
        for statement in [
            "delete from ledger_record",
            "delete from event where sequence = 2",
            "delete from trail where action = 'request.submit'",
            "update trail set salt = null where action = 'request.draft'",
            "delete from tile where level = 0",
            "delete from leaf where position = 1",
        ] {
            let gone = move |tx: &mut dyn Tx| tx.exec(statement, &[]);
            assert!(store.write("test.remove", gone).await.unwrap() > 0, "{statement}");
            let found = world.exchange.check().await.unwrap().findings.len();
            assert!(found > before, "{statement}");
            before = found;
        }
    }
}
