//! Out of a database: every row of one snapshot, and every blob that it names.

use std::io::{ErrorKind, Read, Write};

use super::archive::{Absence, Gone, Part, Writer};
use super::staging::KEY_FILES;
use super::{BackupFault, KEY_TEXTS, KEYS, RELEASE_KEYS, RELEASE_TEXTS, TABLES, TEXTS, Table, Texts};
use crate::engine::{Store, Tx};
use crate::fault::Fault;
use crate::value::{Row, Value};

crate::sql! {
    PATHS = "select p.upload, p.number, p.path, u.dossier from upload_part p join upload u on u.id = p.upload
        where (p.upload, p.number) > ($1, $2) order by p.upload, p.number limit $3";
    NAMED = "select case when exists (select 1 from upload_part where upload = $1 and path = $2) then 1 else 0 end";
    DESTROYED = "select destroyed_at_us from dossier_key where dossier = $1";
}

/// Rows that are in memory at once.
const PAGE: i64 = 200;
/// Bytes of a blob that are in memory at once.
const PIECE: usize = 256 * 1024;
/// Blobs that may go while a backup runs; more of them are a disk that fails.
const MOST_GONE: usize = 100_000;

fn table<W: Write>(
    tx: &mut dyn Tx,
    out: &mut Writer<W>,
    table: &Table,
    texts: &'static Texts,
) -> Result<(), BackupFault> {
    let columns = table.columns();
    let names = columns.iter().map(|&name| name.to_owned()).collect();
    out.begin(Part::Table { name: table.name.to_owned(), columns: names })?;
    let mut last: Option<Vec<Value>> = None;
    loop {
        let rows = match &last {
            None => tx.rows(&texts.first, &[PAGE.into()])?,
            Some(last) => tx.rows(&texts.next, &[last.as_slice(), &[PAGE.into()]].concat())?,
        };
        for row in &rows {
            out.row(row, columns.len())?;
        }
        match rows.last() {
            Some(row) if full(&rows) => last = Some(key_of(row, table)?),
            _ => return out.end(),
        }
    }
}

fn full(rows: &[Row]) -> bool {
    i64::try_from(rows.len()).is_ok_and(|count| count == PAGE)
}

fn key_of(row: &Row, table: &Table) -> Result<Vec<Value>, Fault> {
    (0..table.key.len()).map(|column| row.value(column).cloned()).collect()
}

/// Writes every blob that the snapshot names, and after them every row of it. Blobs come first, because those that are
/// removed meanwhile go from the disk, and rows stay in the snapshot. Answers the blobs that were no longer there.
///
/// *Errors*: [`BackupFault`].
pub fn data<W: Write>(tx: &mut dyn Tx, store: &Store, out: &mut Writer<W>) -> Result<Vec<Gone>, BackupFault> {
    let mut gone = Vec::new();
    let (mut upload, mut number) = (String::new(), -1);
    loop {
        let rows = tx.rows(PATHS, &[(&upload).into(), number.into(), PAGE.into()])?;
        for row in &rows {
            let (path, of) = (row.text(2)?, row.text(0)?);
            if !blob(store, out, path)? {
                let (path, upload, dossier) = (path.to_owned(), of.to_owned(), row.text(3)?.to_owned());
                gone.push(Gone { path, upload, dossier, absence: Absence::Missing });
            }
            (upload, number) = (of.to_owned(), row.int(1)?);
        }
        if gone.len() > MOST_GONE {
            return Err(BackupFault::Refused(
                "more than 100,000 files are gone from the folder of blobs; see to its disk".to_owned(),
            ));
        }
        if !full(&rows) {
            break;
        }
    }
    for (one, texts) in TABLES.iter().zip(TEXTS.iter()) {
        table(tx, out, one, texts)?;
    }
    Ok(gone)
}

/// Writes a blob as it lies; false when it is not there.
fn blob<W: Write>(store: &Store, out: &mut Writer<W>, path: &str) -> Result<bool, BackupFault> {
    let failed = |error: &std::io::Error| Fault::other(format!("reading a blob: {error}"));
    let mut file = match std::fs::File::open(store.blobs().place(path)?) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(&error).into()),
    };
    out.begin(Part::Blob { name: path.to_owned() })?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => out.bytes(&piece[..read])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(&error).into()),
        }
    }
    out.end()?;
    Ok(true)
}

/// Says of blobs that were no longer there why, by what the database says now.
pub fn absent(tx: &mut dyn Tx, gone: &mut [Gone]) -> Result<(), Fault> {
    for one in gone {
        let args = [(&one.upload).into(), (&one.path).into()];
        let named = tx.row(NAMED, &args)?.map_or(Ok(false), |row| row.truth(0))?;
        let destroyed = tx.row(DESTROYED, &[(&one.dossier).into()])?;
        one.absence = match destroyed.map(|row| row.opt_int(0)).transpose()?.flatten() {
            _ if named => Absence::Missing,
            Some(at_us) => Absence::Erased { at_us },
            None => Absence::Removed,
        };
    }
    Ok(())
}

/// Writes the key files of the data folder and the keys of all dossiers and sealed files. *Errors*: [`BackupFault`]; a key file is missing.
pub fn keys<W: Write>(tx: &mut dyn Tx, store: &Store, out: &mut Writer<W>) -> Result<(), BackupFault> {
    for (name, needed) in KEY_FILES {
        let path = store.data_dir().join(name);
        match std::fs::read(&path).map(zeroize::Zeroizing::new) {
            Ok(bytes) => {
                out.begin(Part::File { name: (*name).to_owned() })?;
                out.bytes(&bytes)?;
                out.end()?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !needed => {}
            Err(error) => return Err(BackupFault::Refused(format!("{}: {error}", path.display()))),
        }
    }
    table(tx, out, &KEYS, &KEY_TEXTS)?;
    table(tx, out, &RELEASE_KEYS, &RELEASE_TEXTS)
}
