//! What arrived completely is looked at before it can leave (T27, T28, T30): by a process of its own, two at a time, each
//! within its bounds. What it says is sealed beside the upload; that it could say nothing is an answer too.

mod inspector;

pub use inspector::{Inspector, UNBOUNDED};

use crate::act::{Attempt, Caller, Denied};
use crate::{Exchange, Inner, new_uuid};
use comity_domain::id::{RequestId, UploadId};
use comity_domain::inspection::{Finding, Inspection};
use comity_domain::refusal::Refusal;
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::job::{self, Lane, NewJob};
use comity_store::seal::{BlobKey, DossierKey};
use comity_store::{Fault, Tx, inspection, request as rows, upload};
use futures_util::future::join_all;
use std::future::Future;
use std::time::Duration;

/// Inspects a file that has arrived.
pub(crate) const INSPECT: &str = "file.inspect";

/// So many files are looked at together.
const AT_ONCE: usize = 2;
/// An archive may unpack to so many times the longest file (T28).
const UNPACKED: u64 = 10;
/// How often it is tried when the file cannot be read or no process can be started.
const ATTEMPTS: i64 = 8;
/// How often files of other nodes are looked for.
const POLL: Duration = Duration::from_secs(1);

/// Everything that one look needs.
struct Wanted {
    request: RequestId,
    file: UploadId,
    name: String,
    stated: String,
    paths: Vec<String>,
    key: DossierKey,
    blob_key: BlobKey,
}

/// Has a file inspected that is complete.
pub(super) fn look_soon(
    tx: &mut dyn Tx,
    request: RequestId,
    file: UploadId,
    now: Moment,
) -> Result<(), Fault> {
    let wanted = NewJob {
        id: new_uuid(now).to_string(),
        kind: INSPECT.to_owned(),
        unique_key: Some(format!("{INSPECT} {file}")),
        run_at_us: now.us(),
        payload: format!("{request} {file}"),
        max_attempts: ATTEMPTS,
    };
    job::enqueue(tx, &wanted).map(drop)
}

/// Runs inspections until `stop` is done: a lane of its own, in which a slow file keeps nothing else waiting.
pub async fn run_inspections(exchange: Exchange, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        if exchange.inspect_some().await.is_ok_and(|done| done > 0) {
            continue;
        }
        tokio::select! {
            () = &mut stop => return,
            () = exchange.inner.arrived.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

impl Exchange {
    /// Inspects the files that have waited longest, as many as are looked at together, and tells how many there were.
    ///
    /// # Errors
    /// A fault of the store; the files are then looked at later.
    pub async fn inspect_some(&self) -> Result<usize, Denied> {
        let (jobs, token) = self.claim_jobs(AT_ONCE, Lane::Only(INSPECT)).await?;
        let looks = jobs.iter().map(|job| async {
            let outcome = self.inspect_file(&job.payload).await;
            self.settle_job(job, &token, outcome).await
        });
        for settled in join_all(looks).await {
            settled?;
        }
        Ok(jobs.len())
    }

    async fn inspect_file(&self, payload: &str) -> Result<(), String> {
        let ids = payload.split_once(' ').and_then(|(r, f)| Some((r.parse().ok()?, f.parse().ok()?)));
        let (request, file) = ids.ok_or_else(|| "a file without a request".to_owned())?;
        let store = self.store.clone();
        let find = move |tx: &mut dyn Tx| wanted(tx, &store, request, file);
        let found = self.store.read("file.inspect", find).await.map_err(|fault| fault.to_string())?;
        // Removed or erased meanwhile: nothing is left to be looked at.
        let Some(wanted) = found else { return Ok(()) };
        let content = upload::content(self.store.blobs(), &wanted.blob_key, wanted.paths.clone());
        let most = self.inner.upload_limit.saturating_mul(UNPACKED);
        let claims = inspector::Claims::of(&wanted.name, &wanted.stated);
        let report = self.inner.inspector.look(content, &claims, most).await?;
        let inner = self.inner.clone();
        let keep = move |tx: &mut dyn Tx| keep(tx, &inner, &wanted, report.clone());
        self.store.write("file.inspected", keep).await.map_err(|fault| fault.to_string())
    }
}

fn wanted(
    tx: &mut dyn Tx,
    store: &comity_store::Store,
    request: RequestId,
    file: UploadId,
) -> Result<Option<Wanted>, Fault> {
    let id = file.to_string();
    let Some((_, key)) = rows::load(tx, store.instance_key(), request)? else { return Ok(None) };
    let Some(found) = upload::find(tx, &id)? else { return Ok(None) };
    let (name, stated) = (found.name(&key)?, found.media_type(&key)?.unwrap_or_default());
    let Some(blob_key) = upload::blob_key(tx, &key, &found)? else { return Ok(None) };
    Ok(Some(Wanted { request, file, name, stated, paths: upload::paths(tx, &id)?, key, blob_key }))
}

/// Keeps the report, unless the file is gone.
fn keep(tx: &mut dyn Tx, inner: &Inner, wanted: &Wanted, mut report: Inspection) -> Result<(), Fault> {
    let (now, id) = (inner.now(), wanted.file.to_string());
    let Some(parties) = rows::parties(tx, wanted.request)? else { return Ok(()) };
    let Some(found) = upload::find(tx, &id)? else { return Ok(()) };
    let mut attempt = Attempt::new(&Caller::System, Action::FileInspect, now);
    attempt.request = Some(wanted.request);
    if let Err(code) = attempt.ask_request(inner, &parties) {
        return attempt.refuse::<()>(tx, vec![Refusal::new(code)]).map(drop);
    }
    if let Some(sha256) = &found.sha256
        && inspection::has_twin(tx, sha256, &found.dossier, parties.to)?
    {
        report.add(Finding::Duplicate);
    }
    inspection::put(tx, &wanted.key, &id, &report, now.us())?;
    attempt.record(tx, "done", "").map(drop)
}
