//! Reports of inspections, each beside its upload and sealed like it; they go when the upload goes.
//! It never looks at a file, and it tells of another dossier no more than that there is one with the same content.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::seal::{DossierKey, Place};
use crate::value::{Row, Value};
use comity_domain::id::OrganisationId;
use comity_domain::inspection::Inspection;
use std::collections::BTreeMap;

crate::sql! {
    PUT = "insert into inspection (upload, report_sealed, at_us) values ($1, $2, $3)
        on conflict (upload) do update set report_sealed = excluded.report_sealed, at_us = excluded.at_us";
    READ = "select upload, report_sealed from inspection where upload = $1";
    OF_DOSSIER = "select i.upload, i.report_sealed from inspection i join upload u on u.id = i.upload
        where u.dossier = $1 order by u.created_at_us, u.id limit 10000";
    TWIN = "select case when exists (
            select 1 from upload u join request r on r.id = u.dossier
            where u.sha256 = $1 and u.dossier <> $2 and r.to_organisation = $3
        ) then 1 else 0 end";
}

const fn place(upload: &str) -> Place<'_> {
    Place { table: "inspection", row: upload, column: "report_sealed" }
}

/// Stores the report on an upload, in the place of an earlier one. *Errors*: the upload is gone, a fault.
pub fn put(
    tx: &mut dyn Tx,
    key: &DossierKey,
    upload: &str,
    report: &Inspection,
    now_us: i64,
) -> Result<(), Fault> {
    let text = serde_json::to_vec(report).map_err(|error| Fault::json("a report", &error))?;
    let sealed = key.seal(place(upload), &text)?;
    tx.exec(PUT, &[upload.into(), Value::from(sealed), now_us.into()]).map(drop)
}

/// The report on one upload, once there is one.
pub fn find(tx: &mut dyn Tx, key: &DossierKey, upload: &str) -> Result<Option<Inspection>, Fault> {
    tx.row(READ, &[upload.into()])?.map(|row| Ok(report_of(key, &row)?.1)).transpose()
}

/// The reports of a dossier by the identifier of the upload, 10,000 at most.
pub fn of_dossier(
    tx: &mut dyn Tx,
    key: &DossierKey,
    dossier: &str,
) -> Result<BTreeMap<String, Inspection>, Fault> {
    tx.rows(OF_DOSSIER, &[dossier.into()])?.iter().map(|row| report_of(key, row)).collect()
}

fn report_of(key: &DossierKey, row: &Row) -> Result<(String, Inspection), Fault> {
    let upload = row.text(0)?;
    let text = key.open(place(upload), row.bytes(1)?)?;
    let report = serde_json::from_slice(&text).map_err(|error| Fault::json("a report", &error))?;
    Ok((upload.to_owned(), report))
}

/// Whether a file of the same content lies in another dossier that was addressed to the same organisation.
pub fn has_twin(
    tx: &mut dyn Tx,
    sha256: &str,
    dossier: &str,
    addressee: OrganisationId,
) -> Result<bool, Fault> {
    let args = [sha256.into(), dossier.into(), Value::from(addressee.to_string())];
    tx.row(TWIN, &args)?.map_or(Ok(false), |row| row.truth(0))
}
