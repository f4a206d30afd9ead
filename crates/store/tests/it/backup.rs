//! The form of an archive, and that no table or column of the database is forgotten in it.

use comity_store::backup::{
    ArchiveKind, BackupFault, Header, LEFT_OUT, Next, Part, Reader, TABLES, Writer, rows_of,
};
use comity_store::seal::InstanceKey;
use comity_store::testing::Engine;
use comity_store::{Fault, Store, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of every table that there is.
fn schema(engine: Engine, store: &Store) -> BTreeMap<String, BTreeSet<String>> {
    let text = match engine {
        Engine::Sqlite => {
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'
                and m.name not like 'sqlite_%'"
        }
        Engine::Postgres => {
            "select cast(table_name as text), cast(column_name as text) from information_schema.columns
                where table_schema = 'public'"
        }
    };
    let read = move |tx: &mut dyn Tx| {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in tx.rows(text, &[])? {
            found.entry(row.text(0)?.to_owned()).or_default().insert(row.text(1)?.to_owned());
        }
        Ok::<_, Fault>(found)
    };
    store.read_blocking("test.schema", read).expect("the schema")
}

#[test]
fn every_table_and_column_is_archived_or_left_out_for_a_reason() {
    for engine in Engine::ALL {
        let store = engine.open();
        let mut schema = schema(engine, &store);
        assert!(schema.len() > 20, "{schema:?}");
        for table in TABLES {
            let columns =
                schema.remove(table.name).unwrap_or_else(|| panic!("{engine:?} has no {}", table.name));
            let mut known: Vec<&str> = table.columns();
            known.extend(table.withheld);
            let names: BTreeSet<String> = known.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(names.len(), known.len(), "{}: a column twice", table.name);
            assert_eq!(names, columns, "{engine:?}, {}", table.name);
        }
        for (name, why) in LEFT_OUT {
            assert!(schema.remove(*name).is_some() && !why.is_empty(), "{engine:?}: {name}");
        }
        assert!(schema.is_empty(), "{engine:?}: in no archive: {:?}", schema.keys());
    }
}

#[test]
fn the_keys_of_the_tables_are_those_of_the_database() {
    let store = Engine::Sqlite.open();
    for table in TABLES {
        let text = format!("select name from pragma_table_info('{}') where pk > 0 order by pk", table.name);
        let text: &'static str = Box::leak(text.into_boxed_str());
        let rows = store.read_blocking("test.key", move |tx: &mut dyn Tx| tx.rows(text, &[])).expect("a key");
        let key: Vec<&str> = rows.iter().map(|row| row.text(0).expect("a name")).collect();
        let known: Vec<&str> = table.key.iter().map(comity_store::backup::KeyColumn::name).collect();
        assert_eq!(known, key, "{}", table.name);
    }
}

fn key() -> InstanceKey {
    InstanceKey::from_bytes([7; 32])
}

fn small() -> Vec<u8> {
    let header = Header {
        kind: ArchiveKind::Data,
        instance: "log.example".to_owned(),
        made_at: "2026-11-25T17:00:00+00:00".to_owned(),
        program: "0.1.0".to_owned(),
        schema: 1,
    };
    let mut out = Writer::new(Vec::new(), &header).expect("begun");
    out.begin(Part::Blob { name: "upload/61/0-62".to_owned() }).expect("begun");
    out.bytes(b"sealed").expect("written");
    out.bytes(b" bytes").expect("written");
    out.end().expect("ended");
    out.begin(Part::File { name: "instance.key".to_owned() }).expect("begun");
    out.bytes(b"1234").expect("written");
    out.end().expect("ended");
    let columns = vec!["id".to_owned(), "size".to_owned()];
    out.begin(Part::Table { name: "thing".to_owned(), columns }).expect("begun");
    out.end().expect("ended");
    out.finish(&key(), Vec::new(), Vec::new()).expect("finished").0
}

/// Reads to the end; how many items there are.
fn read(bytes: &[u8]) -> Result<usize, BackupFault> {
    let (mut reader, _) = Reader::open(bytes)?;
    let mut items = 0;
    loop {
        items += 1;
        if let Next::Manifest(_) = reader.advance()? {
            break;
        }
    }
    reader.close(&key())?;
    Ok(items)
}

#[test]
fn no_byte_of_an_archive_can_be_changed_added_or_left_out() {
    let whole = small();
    assert_eq!(read(&whole), Ok(10));
    for at in 0..whole.len() {
        for flip in [1, 0x20, 0x80] {
            let mut changed = whole.clone();
            changed[at] ^= flip;
            assert!(matches!(read(&changed), Err(BackupFault::Archive(_))), "byte {at}, {flip:#x}");
        }
        assert!(matches!(read(&whole[..at]), Err(BackupFault::Archive(_))), "cut at {at}");
        let mut more = whole.clone();
        more.insert(at, whole[at]);
        assert!(matches!(read(&more), Err(BackupFault::Archive(_))), "one more at {at}");
    }
    assert!(read(&[&whole[..], b"x"].concat()).is_err());
    let stranger = Reader::open(whole.as_slice()).and_then(|(mut reader, _)| {
        while !matches!(reader.advance()?, Next::Manifest(_)) {}
        reader.close(&InstanceKey::from_bytes([8; 32]))
    });
    assert!(stranger.expect_err("another key").to_string().contains("made by another instance"));
}

#[test]
fn a_length_that_is_announced_takes_no_memory() {
    let mut huge = small();
    let at = huge.windows(6).position(|window| window == b"sealed").expect("the content") - 4;
    huge[at..at + 4].copy_from_slice(&(60_u32 * 1024 * 1024).to_be_bytes());
    assert!(read(&huge).expect_err("it ends early").to_string().contains("ends early"));
    huge[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(read(&huge).expect_err("too long").to_string().contains("too long"));
}

#[test]
fn rows_are_read_as_they_are_or_not_at_all() {
    let piece = [&[0_u8, 1][..], &(-2_i64).to_be_bytes(), &[2, 0, 0, 0, 1, b'x', 3, 0, 0, 0, 0]].concat();
    let rows = rows_of(&piece, 4).expect("one row");
    assert_eq!((rows.len(), rows[0].len()), (1, 4));
    for cut in 1..piece.len() {
        assert!(rows_of(&piece[..cut], 4).is_err(), "cut at {cut}");
    }
    for wrong in [&[4][..], &[2, 0xff, 0xff, 0xff, 0xff], &[2, 0, 0, 0, 1, 0xff]] {
        assert!(rows_of(wrong, 1).is_err(), "{wrong:?}");
    }
    assert!(rows_of(&piece, 0).is_err());
}
