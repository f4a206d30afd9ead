//! Into an empty database: the rows and blobs of an archive of data, and the dossiers' keys of an archive of keys.

use std::collections::BTreeMap;
use std::io::Read;

use super::archive::{Absence, ArchiveKind, Header, Manifest, Next, Part, Reader, rows_of};
use super::staging::KEY_FILES;
use super::{BackupFault, KEYS, RELEASE_KEYS, TABLES, TEXTS, Table, schema};
use crate::disk::Unfinished;
use crate::engine::{Store, Tx};
use crate::fault::Fault;
use crate::seal::InstanceKey;
use crate::value::Value;

crate::sql! {
    PUT_KEY = "update dossier_key set wrapped = $2 where dossier = $1 and destroyed_at_us is null";
    NOTE_DESTROYED = "update dossier_key set wrapped = null, destroyed_at_us = $2
        where dossier = $1 and destroyed_at_us is null";
    KEYLESS = "select count(*) from dossier_key where wrapped is null and destroyed_at_us is null";
    PUT_RELEASE = "update release_key set key_sealed = $2 where upload = $1 and destroyed_at_us is null";
    RELEASE_DESTROYED = "update release_key set key_sealed = null, destroyed_at_us = $2
        where upload = $1 and destroyed_at_us is null";
    RELEASELESS = "select count(*) from release_key where key_sealed is null and destroyed_at_us is null";
    FREEZE = "update log set restored_at_us = $1
        where restored_at_us is null and year = (select max(year) from log)";
    WITH_CONTENT = "select d.dossier, d.destroyed_at_us from dossier_key d join request r on r.id = d.dossier
        where d.destroyed_at_us is not null and r.body <> $1 and d.dossier > $2 order by d.dossier limit $3";
}

/// Longest key file, in bytes.
const MOST_KEY: usize = 1024;

/// Key files by name.
pub type KeyFiles = BTreeMap<String, zeroize::Zeroizing<Vec<u8>>>;

fn archive(what: impl Into<String>) -> BackupFault {
    BackupFault::Archive(what.into())
}

fn unexpected() -> BackupFault {
    archive("its parts are not those of its kind")
}

/// Opens an archive of that kind. *Errors*: it is none, or one of another program.
fn open<R: Read>(input: R, kind: ArchiveKind) -> Result<(Reader<R>, Header), BackupFault> {
    let (reader, header) = Reader::open(input)?;
    if header.kind != kind {
        let (found, wanted) = (header.kind.as_str(), kind.as_str());
        return Err(archive(format!("it holds {found}, and {wanted} is wanted here")));
    }
    if header.schema != schema() {
        return Err(archive(format!(
            "it was made by version {} of the program, whose tables end with migration {}; this one's end with {}. \
             Restore with the version that made it, and start the newer one on the result",
            header.program,
            header.schema,
            schema()
        )));
    }
    Ok((reader, header))
}

/// Opens an archive of keys and takes the key files out of it; the dossiers' keys come after them.
///
/// *Errors*: [`BackupFault::Archive`].
pub fn key_files<R: Read>(input: R) -> Result<(Reader<R>, Header, KeyFiles), BackupFault> {
    let (mut reader, header) = open(input, ArchiveKind::Keys)?;
    let mut files = KeyFiles::new();
    loop {
        match reader.advance()? {
            Next::Begin(Part::File { name }) if KEY_FILES.iter().any(|(known, _)| *known == name) => {
                let mut bytes = zeroize::Zeroizing::new(Vec::new());
                while let Next::Content(piece) = reader.advance()? {
                    bytes.extend_from_slice(&piece);
                    if bytes.len() > MOST_KEY {
                        return Err(archive("a key file is too long"));
                    }
                }
                files.insert(name, bytes);
            }
            Next::Begin(Part::Table { name, columns }) if name == KEYS.name && columns == KEYS.columns() => {
                break;
            }
            _ => return Err(unexpected()),
        }
    }
    match KEY_FILES.iter().find(|(name, needed)| *needed && !files.contains_key(*name)) {
        None => Ok((reader, header, files)),
        Some((name, _)) => Err(archive(format!("it has no {name}"))),
    }
}

/// What was put into a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// What the archive of data says of itself.
    pub header: Header,
    /// Its manifest.
    pub manifest: Manifest,
}

/// Puts both archives into an empty database, and blobs into its folder. Its newest log is marked as put back at
/// `now_us`: nothing is added to it until somebody has said that nothing was sealed after the backup. Nothing stays in
/// the database where this fails.
///
/// *Errors*: [`BackupFault`]: the database is not empty, an archive is damaged or not this instance's, keys are missing.
pub fn load<D: Read, K: Read>(
    tx: &mut dyn Tx,
    store: &Store,
    input: D,
    mut keys: Reader<K>,
    now_us: i64,
) -> Result<Loaded, BackupFault> {
    for (table, texts) in TABLES.iter().zip(TEXTS.iter()) {
        if tx.row(&texts.first, &[1.into()])?.is_some() {
            return Err(BackupFault::Refused(format!(
                "the database is not empty: table {} has rows. A backup is restored into an empty one only",
                table.name
            )));
        }
    }
    let (mut reader, header) = open(input, ArchiveKind::Data)?;
    let mut tables = TABLES.iter().zip(TEXTS.iter().map(|texts| &*texts.insert));
    let manifest = loop {
        match reader.advance()? {
            Next::Begin(Part::Blob { name }) => blob(&mut reader, store.blobs().begin_raw(&name)?)?,
            Next::Begin(Part::Table { name, columns }) => {
                let (table, insert) = tables.next().ok_or_else(unexpected)?;
                if table.name != name || table.columns() != columns {
                    return Err(unexpected());
                }
                rows(&mut reader, table, |row| tx.put(insert, row))?;
            }
            Next::Manifest(manifest) => break manifest,
            Next::Begin(Part::File { .. }) | Next::Content(_) | Next::End => return Err(unexpected()),
        }
    };
    if tables.next().is_some() {
        return Err(archive("a table is missing"));
    }
    reader.close(store.instance_key())?;
    rows(&mut keys, &KEYS, |row| put_key(tx, (PUT_KEY, NOTE_DESTROYED), row))?;
    match keys.advance()? {
        Next::Begin(Part::Table { name, columns })
            if name == RELEASE_KEYS.name && columns == RELEASE_KEYS.columns() => {}
        _ => return Err(unexpected()),
    }
    rows(&mut keys, &RELEASE_KEYS, |row| put_key(tx, (PUT_RELEASE, RELEASE_DESTROYED), row))?;
    let Next::Manifest(_) = keys.advance()? else { return Err(unexpected()) };
    keys.close(store.instance_key())?;
    for gone in &manifest.gone {
        if let Absence::Erased { at_us } = gone.absence {
            tx.exec(NOTE_DESTROYED, &[(&gone.dossier).into(), at_us.into()])?;
        }
    }
    let keyless = tx.row(KEYLESS, &[])?.map_or(Ok(0), |row| row.int(0))?;
    if keyless > 0 {
        return Err(BackupFault::Refused(format!(
            "the archive of keys has no key for {keyless} dossiers of the archive of data: it is older. Take one that \
             was made after it"
        )));
    }
    let releaseless = tx.row(RELEASELESS, &[])?.map_or(Ok(0), |row| row.int(0))?;
    if releaseless > 0 {
        return Err(BackupFault::Refused(format!(
            "the archive of keys has no release key for {releaseless} sealed files of the archive of data: it is older. \
             Take one that was made after it"
        )));
    }
    tx.exec(FREEZE, &[now_us.into()])?;
    Ok(Loaded { header, manifest })
}

/// A row of the archive of keys: the newer state of a key counts, and a destroyed one stays so.
fn put_key(
    tx: &mut dyn Tx,
    (put, note_destroyed): (&'static str, &'static str),
    row: &[Value],
) -> Result<(), Fault> {
    match row {
        [of, Value::Null, at @ Value::Int(_)] => tx.put(note_destroyed, &[of.clone(), at.clone()]),
        [of, key @ Value::Bytes(_), Value::Null] => tx.put(put, &[of.clone(), key.clone()]),
        _ => Err(Fault::other("a key that is neither there nor destroyed")),
    }
}

fn rows<R: Read>(
    reader: &mut Reader<R>,
    table: &Table,
    mut put: impl FnMut(&[Value]) -> Result<(), Fault>,
) -> Result<(), BackupFault> {
    let columns = table.columns().len();
    loop {
        match reader.advance()? {
            Next::Content(piece) => {
                let rows = rows_of(&piece, columns)?;
                reader.counted(rows.len() as u64);
                rows.iter().try_for_each(|row| put(row))?;
            }
            Next::End => return Ok(()),
            Next::Begin(_) | Next::Manifest(_) => return Err(unexpected()),
        }
    }
}

fn blob<R: Read>(reader: &mut Reader<R>, mut file: Unfinished) -> Result<(), BackupFault> {
    loop {
        match reader.advance()? {
            Next::Content(piece) => file.write(&piece)?,
            Next::End => return Ok(file.finish()?),
            Next::Begin(_) | Next::Manifest(_) => return Err(unexpected()),
        }
    }
}

/// Dossiers whose key is destroyed and whose content is there, after that one, with the time of their erasure in
/// microseconds since 1970.
pub fn erased_with_content(tx: &mut dyn Tx, after: &str, limit: i64) -> Result<Vec<(String, i64)>, Fault> {
    let found = tx.rows(WITH_CONTENT, &[Vec::new().into(), after.into(), limit.into()])?;
    found.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).collect()
}

/// The instance's key in an archive of keys. *Errors*: it is none.
pub fn instance_key(files: &KeyFiles) -> Result<InstanceKey, BackupFault> {
    let text = files.get("instance.key").map_or(&[][..], |bytes| bytes.as_slice());
    InstanceKey::from_text(text).ok_or_else(|| archive("its instance.key is no key"))
}
