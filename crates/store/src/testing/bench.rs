//! What a bench measures against or fills a database with: one commit for each row on the embedded engine, and lists of
//! millions of requests. It may assume that engine; nothing of it is part of the program.

use std::path::Path;
use std::time::{Duration, Instant};

use comity_domain::id::OrganisationId;
use rusqlite::Connection;

use crate::engine::{MIGRATIONS, Store, Tx};
use crate::fault::Fault;

/// Where the indexes of lists are made.
const LISTS: &str = "0004_queue";

const TEMPLATES: &str = "select id from request where arrived = 1 order by id limit 8";

/// Requests from one organisation to another: four of five have ended, the others stand in different states with
/// different urgency. Their bodies are cut, because no list reads them.
const FILL: &str = "insert into request
    (id, reference, provider_reference, from_organisation, to_organisation, procedure_id, procedure_hash, kind, priority,
     state, arrived, ended, items, categories, due_us, paused, watch_us, version, created_at_us, updated_at_us, body)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < $4)
    select printf('00000000-0000-7000-8000-%012x', $3 + i), printf('BENCH-%d', $3 + i), null, $1, $2,
        r.procedure_id, r.procedure_hash, r.kind,
        case when (i * 7919) % 100 < 2 then 'P0_EMERGENCY' when (i * 7919) % 100 < 20 then 'P1_URGENT'
            when (i * 7919) % 100 < 90 then 'P2_NORMAL' else 'P3_BATCH' end,
        case when i % 5 > 0 then 'CLOSED' else case (i / 5) % 7 when 0 then 'DRAFT' when 1 then 'SENT'
            when 2 then 'RECEIVED' when 3 then 'ACKNOWLEDGED' when 4 then 'VERIFYING' when 5 then 'LEGAL_REVIEW'
            else 'IN_EXECUTION' end end,
        case when i % 5 = 0 and (i / 5) % 7 < 2 then 0 else 1 end,
        case when i % 5 > 0 then 1 else 0 end,
        r.items, r.categories,
        case when i % 5 > 0 then 9223372036854775807 else 1764000000000000 + (i * 104729) % 1000000007 * 1000 end,
        0, null, 1, 1764000000000000, 1764000000000000, substr(r.body, 1, 400)
    from n join request r on r.id = $5";

const CLONE: &str = "insert into organisation
    (id, kind, name, code, country, time_zone, language, mail_domain, switchboard, services)
    select $2, kind, printf('%s %d', name, $3), printf('%s%d', code, $3), country, time_zone, language, mail_domain,
        switchboard, services
    from organisation where id = $1 on conflict do nothing";

/// How long it takes to commit so many rows of 800 bytes one by one, each durable before the next.
///
/// *Panics* when the folder cannot be written.
pub fn single_commits(folder: &Path, rows: u32) -> Duration {
    let connection = Connection::open(folder.join("single.db")).expect("the folder can be written");
    connection.pragma_update(None, "journal_mode", "wal").expect("a journal");
    connection.pragma_update(None, "synchronous", "full").expect("a level of durability");
    connection
        .execute_batch("create table if not exists one (id integer primary key, body blob not null)")
        .expect("a table");
    let body = [7_u8; 800];
    let begun = Instant::now();
    for _ in 0..rows {
        let mut insert = connection.prepare_cached("insert into one (body) values (?1)").expect("accepted");
        insert.execute([body.as_slice()]).expect("committed");
    }
    begun.elapsed()
}

/// Fills the lists with `count` more requests of `organisations` authorities and as many providers, the larger share
/// with those of lower number, as in life. The given two are the first of each side.
pub fn fill(
    store: &Store,
    authority: OrganisationId,
    provider: OrganisationId,
    organisations: u32,
    count: u64,
) -> Result<(), Fault> {
    let lists = MIGRATIONS.iter().find(|migration| migration.name == LISTS).expect("a migration");
    let creations: Vec<&'static str> =
        lists.text.split(";\n").filter_map(|text| text.find("create index").map(|at| &text[at..])).collect();
    store.write_blocking("bench.drop", |tx: &mut dyn Tx| {
        for drop in [
            "drop index request_sent",
            "drop index request_sent_state",
            "drop index request_incoming",
            "drop index request_incoming_state",
            "drop index request_between",
        ] {
            tx.exec(drop, &[])?;
        }
        Ok::<(), Fault>(())
    })?;
    let sides = [authority, provider].map(|first| copies(store, first, organisations));
    let [authorities, providers] = sides;
    requests(store, &authorities?, &providers?, count)?;
    for create in creations {
        store.write_blocking("bench.index", move |tx: &mut dyn Tx| tx.exec(create, &[]).map(drop))?;
    }
    Ok(())
}

/// The organisation and enough copies of it.
fn copies(store: &Store, first: OrganisationId, wanted: u32) -> Result<Vec<String>, Fault> {
    let first = first.to_string();
    store.write_blocking("bench.organisations", move |tx: &mut dyn Tx| {
        let mut all = vec![first.clone()];
        for number in 1..wanted {
            let id = format!("{}{number:04x}", &first[..first.len() - 4]);
            tx.exec(CLONE, &[(&first).into(), (&id).into(), i64::from(number).into()])?;
            all.push(id);
        }
        Ok(all)
    })
}

/// Each organisation's share falls as one over its number.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "shares are rounded anyway")]
fn requests(store: &Store, from: &[String], to: &[String], count: u64) -> Result<(), Fault> {
    let templates: Vec<String> = store.read_blocking("bench.templates", |tx: &mut dyn Tx| {
        tx.rows(TEMPLATES, &[])?
            .iter()
            .map(|row| row.text(0).map(str::to_owned))
            .collect::<Result<_, Fault>>()
    })?;
    let total: f64 = (1..=to.len()).map(|number| 1.0 / number as f64).sum();
    let total = total * (1..=from.len()).map(|number| 1.0 / number as f64).sum::<f64>();
    let mut base = i64::try_from(store_size(store)?).unwrap_or(0);
    for (a, from) in from.iter().enumerate() {
        let (from, to, templates) = (from.clone(), to.to_vec(), templates.clone());
        base = store.write_blocking("bench.fill", move |tx: &mut dyn Tx| {
            let mut base = base;
            for (b, to) in to.iter().enumerate() {
                let share = count as f64 / ((a + 1) as f64 * (b + 1) as f64 * total);
                let rows = share.ceil() as i64;
                let template = &templates[(a + b) % templates.len()];
                tx.exec(FILL, &[(&from).into(), to.into(), base.into(), rows.into(), template.into()])?;
                base += rows;
            }
            Ok::<i64, Fault>(base)
        })?;
    }
    Ok(())
}

fn store_size(store: &Store) -> Result<u64, Fault> {
    store.read_blocking("bench.size", |tx: &mut dyn Tx| {
        let row = tx.row("select count(*) from request", &[])?;
        Ok(u64::try_from(row.map_or(Ok(0), |row| row.int(0))?).unwrap_or(0))
    })
}
