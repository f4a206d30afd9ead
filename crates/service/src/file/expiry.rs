//! Files that nobody puts into a package do not stay: after a while row and content go, and the trail says so.
//! It never touches a file that stands in a package, released or not.

use crate::act::{Attempt, Caller};
use crate::{Exchange, Inner, new_uuid};
use comity_domain::id::{RequestId, UploadId};
use comity_domain::refusal::Refusal;
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::job::{self, NewJob};
use comity_store::{Fault, Store, Tx, request as rows, upload};
use std::collections::BTreeSet;

/// Looks whether a file has been put into a package.
pub(crate) const EXPIRE: &str = "file.expire";
/// Deletes the content of a file whose row is gone.
pub(crate) const DELETE: &str = "file.delete";

/// Paths of one job of deletion: a long file is deleted in several.
const PATHS_PER_JOB: usize = 200;

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

fn age_us(inner: &Inner) -> i64 {
    i64::from(inner.loose_file_days).saturating_mul(DAY_US)
}

/// Has a file looked at when it has been there for as long as a file may that stands in no package.
pub(super) fn look_later(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: RequestId,
    file: UploadId,
    since: Moment,
) -> Result<(), Fault> {
    let at_us = since.us().saturating_add(age_us(inner));
    let wanted = NewJob {
        id: new_uuid(since).to_string(),
        kind: EXPIRE.to_owned(),
        unique_key: Some(format!("{EXPIRE} {file} {at_us}")),
        run_at_us: at_us,
        payload: format!("{request} {file}"),
        max_attempts: 1_000,
    };
    job::enqueue(tx, &wanted).map(drop)
}

impl Exchange {
    /// Removes a file that stands in no package; one in a package that is not yet released is looked at again,
    /// because the package may still be discarded.
    pub(crate) async fn expire_file(&self, payload: &str) -> Result<(), String> {
        let ids = payload.split_once(' ').and_then(|(r, f)| Some((r.parse().ok()?, f.parse().ok()?)));
        let (request, file) = ids.ok_or_else(|| "a file without a request".to_owned())?;
        let (store, inner) = (self.store.clone(), self.inner.clone());
        let work = move |tx: &mut dyn Tx| expire(tx, &store, &inner, request, file);
        self.store.write("file.expire", work).await.map_err(|fault| fault.to_string())
    }

    /// Deletes blobs, and whatever a crash has left beside them; one that is gone already is as good as deleted.
    pub(crate) async fn delete_content(&self, payload: &str) -> Result<(), String> {
        let paths: Vec<String> = serde_json::from_str(payload).map_err(|error| error.to_string())?;
        for path in &paths {
            self.store.blobs().delete(path).await.map_err(|error| error.to_string())?;
        }
        let folders: BTreeSet<&str> =
            paths.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
        for folder in folders {
            self.store.blobs().clear(folder).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn expire(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    request: RequestId,
    file: UploadId,
) -> Result<(), Fault> {
    let now = inner.now();
    let id = file.to_string();
    let Some(parties) = rows::parties(tx, request)? else { return Ok(()) };
    if upload::find(tx, &id)?.is_none() {
        return Ok(());
    }
    if let Some((request, _)) = rows::load(tx, store.instance_key(), request)? {
        let package = request.packages.iter().find(|p| p.holds(file));
        match package {
            Some(package) if package.released.is_some() => return Ok(()),
            Some(_) => return look_later(tx, inner, request.id, file, now),
            None => {}
        }
    }
    let mut attempt = Attempt::new(&Caller::System, Action::FileExpire, now);
    attempt.request = Some(request);
    if let Err(code) = attempt.ask_request(inner, &parties) {
        return attempt.refuse::<()>(tx, vec![Refusal::new(code)]).map(drop);
    }
    attempt.basis = format!("loose_file_days {}", inner.loose_file_days);
    let paths = upload::paths(tx, &id)?;
    upload::remove(tx, &id, now.us())?;
    attempt.record(tx, "done", "")?;
    delete_later(tx, &paths, now)
}

/// The content goes once the row is gone for certain, and by a job, so that a failing disk leaves nothing behind.
pub(crate) fn delete_later(tx: &mut dyn Tx, paths: &[String], now: Moment) -> Result<(), Fault> {
    for paths in paths.chunks(PATHS_PER_JOB) {
        let payload = serde_json::to_string(paths).map_err(|error| Fault::other(error.to_string()))?;
        let wanted = NewJob {
            id: new_uuid(now).to_string(),
            kind: DELETE.to_owned(),
            unique_key: None,
            run_at_us: now.us(),
            payload,
            max_attempts: 1_000,
        };
        job::enqueue(tx, &wanted)?;
    }
    Ok(())
}
