//! The program that browsers are given stands in the ledger: whoever watches can tell when an instance gives another one
//! than it has put on record (T41). An instance that lies to one visitor alone is not found out by this; the command line
//! is the second way for whoever must not trust it.

use super::proof::bundle;
use crate::Exchange;
use crate::act::Denied;
use comity_ledger::bundle::{Opening, PROGRAM, Subject};
use comity_store::{Fault, Tx, ledger as rows};
use serde::{Deserialize, Serialize};

/// Records of the ledger itself among which the newest of the program is looked for: logs are opened and closed, and a
/// clock is put back, far less often than that between two versions.
const LOOKED_AT: i64 = 1_000;

/// A record that says which program browsers are given.
#[derive(Serialize, Deserialize)]
struct Program {
    record: String,
    /// Version of the whole program.
    version: String,
    /// SHA-256 of the manifest of the files for browsers, in lower-case hexadecimal.
    manifest: String,
    at: String,
}

impl Exchange {
    /// Puts on record which program browsers are given, where the last record of it says another.
    ///
    /// # Errors
    /// A fault.
    pub async fn record_program(&self, version: &str, manifest: &str) -> Result<(), Denied> {
        let (inner, version, manifest) = (self.inner.clone(), version.to_owned(), manifest.to_owned());
        let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let newest = programs(tx)?.into_iter().next();
            if newest.is_some_and(|(_, known)| known.version == version && known.manifest == manifest) {
                return Ok(());
            }
            let now = inner.now();
            let program = Program {
                record: PROGRAM.to_owned(),
                version: version.clone(),
                manifest: manifest.clone(),
                at: now.to_string(),
            };
            let body = serde_json::to_string(&program).map_err(|error| Fault::json("a record", &error))?;
            super::record(tx, None, body, now).map(drop)
        };
        Ok(self.store.write("ledger.program", work).await?)
    }

    /// The proof that the program of this instance stands in its ledger, by the newest record that is sealed; nothing where
    /// there is none. Anybody may ask, so nothing is sealed for it.
    ///
    /// # Errors
    /// A fault.
    pub async fn program_proof(&self) -> Result<Option<String>, Denied> {
        let work = |tx: &mut dyn Tx| -> Result<Option<String>, Fault> {
            for (record, program) in programs(tx)? {
                if rows::leaf(tx, &record.id)?.is_none_or(|leaf| leaf.place.is_none()) {
                    continue;
                }
                let opening = Opening::Record(record.salt, record.body.into_bytes());
                let subject = Subject::Program { manifest: program.manifest };
                return Ok(Some(bundle(tx, subject, vec![(record.id, opening)])?.to_string()));
            }
            Ok(None)
        };
        Ok(self.store.read("ledger.program", work).await?)
    }
}

/// The records of the program with what they say, newest first.
fn programs(tx: &mut dyn Tx) -> Result<Vec<(rows::Record, Program)>, Fault> {
    let records = rows::own_records(tx, LOOKED_AT)?.into_iter();
    // Records of other kinds have other fields.
    let read =
        |record: rows::Record| serde_json::from_str(&record.body).ok().map(|program| (record, program));
    Ok(records.filter_map(read).filter(|(_, program): &(_, Program)| program.record == PROGRAM).collect())
}
