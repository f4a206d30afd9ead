//! The signed manifest of each released package, and the time stamp over it; sealed with the dossier's key, gone with it.
//! It never reads what a manifest says, and checks no stamp.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::seal::{DossierKey, Place};
use crate::value::{Row, Value};
use comity_domain::id::{OrganisationId, PackageId, RequestId};
use std::collections::BTreeMap;

comity_domain::opaque!(ManifestRow, StampRow);

crate::sql! {
    PUT = "insert into manifest (package, dossier, note_sealed, made_at_us) values ($1, $2, $3, $4)";
    READ = "select package, note_sealed, stamp_sealed, stamp_roots, stamped_at_us from manifest
        where package = $1 and dossier = $2";
    STAMP = "update manifest set stamp_sealed = $2, stamp_roots = $3, stamped_at_us = $4
        where package = $1 and stamp_sealed is null";
    STAMPED = "select package, stamped_at_us from manifest
        where dossier = $1 and stamped_at_us is not null order by package limit 10000";
    REMOVE = "delete from manifest where dossier = $1";
    TAKEN = "select at_us, id, person, action, basis, detail from trail
        where request = $1 and organisation = $2 and outcome = 'viewed'
            and action in ('file.download', 'package.export')
        order by at_us, id limit $3";
}

/// A manifest as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ManifestRow {
    /// The signed note.
    pub note: String,
    /// The stamp, once there is one.
    pub stamp: Option<StampRow>,
}

/// A time stamp that was checked before it was stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StampRow {
    /// The answer of its authority.
    pub answer: Vec<u8>,
    /// The authority's roots, in PEM.
    pub roots: String,
    /// The stamped time, in microseconds since 1970.
    pub at_us: i64,
}

/// A file or a court bundle that somebody has taken, as the trail tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// Who; nobody for a peer.
    pub person: String,
    /// What: `file.download` or `package.export`.
    pub action: String,
    /// What entitled to it.
    pub basis: String,
    /// What belongs to it, as JSON.
    pub detail: String,
}

fn place<'a>(package: &'a str, column: &'a str) -> Place<'a> {
    Place { table: "manifest", row: package, column }
}

/// Stores a manifest.
pub fn put(
    tx: &mut dyn Tx,
    key: &DossierKey,
    dossier: RequestId,
    package: PackageId,
    note: &str,
    now_us: i64,
) -> Result<(), Fault> {
    let id = package.to_string();
    let sealed = key.seal(place(&id, "note_sealed"), note.as_bytes())?;
    tx.put(PUT, &[(&id).into(), dossier.to_string().into(), Value::from(sealed), now_us.into()])
}

/// The manifest of a package of that dossier, where there is one.
pub fn find(
    tx: &mut dyn Tx,
    key: &DossierKey,
    dossier: RequestId,
    package: PackageId,
) -> Result<Option<ManifestRow>, Fault> {
    let args = [package.to_string().into(), dossier.to_string().into()];
    tx.row(READ, &args)?.map(|row| manifest_of(key, &row)).transpose()
}

fn manifest_of(key: &DossierKey, row: &Row) -> Result<ManifestRow, Fault> {
    let package = row.text(0)?;
    let note = key.open(place(package, "note_sealed"), row.bytes(1)?)?;
    let note = String::from_utf8(note).map_err(|_| Fault::other("a manifest that is not UTF-8"))?;
    let stamp = match (row.opt_bytes(2)?, row.opt_text(3)?, row.opt_int(4)?) {
        (Some(sealed), Some(roots), Some(at_us)) => {
            let answer = key.open(place(package, "stamp_sealed"), sealed)?;
            Some(StampRow { answer, roots: roots.to_owned(), at_us })
        }
        _ => None,
    };
    Ok(ManifestRow { note, stamp })
}

/// Stores the stamp of a manifest that has none; false where there is one, or no manifest any more.
pub fn stamp(tx: &mut dyn Tx, key: &DossierKey, package: PackageId, stamp: &StampRow) -> Result<bool, Fault> {
    let id = package.to_string();
    let sealed = key.seal(place(&id, "stamp_sealed"), &stamp.answer)?;
    Ok(tx.exec(STAMP, &[(&id).into(), sealed.into(), (&stamp.roots).into(), stamp.at_us.into()])? > 0)
}

/// The stamped times of a dossier's packages, by package, in microseconds since 1970.
pub fn stamped(tx: &mut dyn Tx, dossier: RequestId) -> Result<BTreeMap<String, i64>, Fault> {
    let rows = tx.rows(STAMPED, &[dossier.to_string().into()])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).collect()
}

/// Removes the manifests of a dossier that is erased.
pub fn remove(tx: &mut dyn Tx, dossier: RequestId) -> Result<(), Fault> {
    tx.exec(REMOVE, &[dossier.to_string().into()]).map(drop)
}

/// What people of an organisation have taken out of a dossier, oldest first, `limit` at most.
pub fn taken(
    tx: &mut dyn Tx,
    dossier: RequestId,
    organisation: OrganisationId,
    limit: i64,
) -> Result<Vec<Taken>, Fault> {
    let args = [dossier.to_string().into(), organisation.to_string().into(), limit.into()];
    let text = |row: &Row, column| row.text(column).map(str::to_owned);
    let rows = tx.rows(TAKEN, &args)?;
    rows.iter()
        .map(|row| {
            Ok(Taken {
                at_us: row.int(0)?,
                person: row.opt_text(2)?.unwrap_or_default().to_owned(),
                action: text(row, 3)?,
                basis: text(row, 4)?,
                detail: text(row, 5)?,
            })
        })
        .collect()
}
