//! Time stamps over manifests (RFC 3161), asked for after a release by a job in a lane of its own: a slow authority keeps
//! nothing waiting, and none at all keeps nothing from being released.
//! It never stores an answer that does not hold under the configured roots, for another request, or with another hour.

use crate::act::{Attempt, Caller, Denied};
use crate::{Exchange, Inner, OpenFault, fill, new_uuid, outside};
use comity_domain::id::{PackageId, RequestId};
use comity_domain::time::Moment;
use comity_evidence::stamp::{self, MAX_ANSWER};
use comity_evidence::{CertificateDer, Digest};
use comity_store::job::{self, Lane, NewJob};
use comity_store::manifest::StampRow;
use comity_store::{Fault, Tx, manifest, request as rows};
use std::future::Future;
use std::time::Duration;

/// Asks for the stamp of a manifest.
pub(crate) const STAMP: &str = "package.stamp";

/// How often an authority is asked at most: with the pauses between, for about two days.
const ATTEMPTS: i64 = 40;
/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often is looked for jobs of other nodes and of the future.
const POLL: Duration = Duration::from_secs(1);
/// So far may the clocks of authority and instance differ, in seconds.
const CLOCKS_S: i64 = 300;

/// The authority that is asked for time stamps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStampSettings {
    /// Its address: `https`, or `http` on this machine.
    pub url: String,
    /// Its root certificates, in PEM.
    pub roots: String,
}

/// The authority with its roots read.
pub(crate) struct Stamper {
    settings: TimeStampSettings,
    roots: Vec<CertificateDer<'static>>,
    agent: ureq::Agent,
}

impl Stamper {
    /// *Errors*: the roots cannot be read.
    pub(crate) fn new(settings: TimeStampSettings) -> Result<Self, OpenFault> {
        let roots = stamp::roots(settings.roots.as_bytes());
        let roots = roots.map_err(|refusal| OpenFault::TimeStamps(refusal.to_string()))?;
        Ok(Self { settings, roots, agent: outside::client(PATIENCE) })
    }

    /// A stamp of that hash that holds, made after `made`.
    fn ask(&self, of: &Digest, made: Moment, now: impl Fn() -> Moment) -> Result<StampRow, String> {
        let mut nonce = [0; 8];
        fill(&mut nonce);
        let nonce = u64::from_be_bytes(nonce);
        let request = stamp::request(of, nonce).map_err(|refusal| refusal.to_string())?;
        let sent = self
            .agent
            .post(&self.settings.url)
            .content_type("application/timestamp-query")
            .send(&request[..]);
        let mut answer = sent.map_err(|error| format!("the authority for time stamps: {error}"))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(format!("the authority for time stamps answered with status {status}"));
        }
        let body = answer.body_mut().with_config().limit(MAX_ANSWER as u64).read_to_vec();
        let answer = body.map_err(|error| format!("the authority for time stamps: {error}"))?;
        let held =
            stamp::verify(&answer, of, Some(nonce), &self.roots).map_err(|refusal| refusal.to_string())?;
        let at = Moment::utc(held.time);
        if at < made.plus_seconds(-CLOCKS_S) || at > now().plus_seconds(CLOCKS_S) {
            return Err(format!("the stamped time {at} is neither after the manifest nor before now"));
        }
        Ok(StampRow { answer, roots: self.settings.roots.clone(), at_us: at.us() })
    }
}

/// Has a manifest stamped, where there is an authority for that.
pub(super) fn ask_soon(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: RequestId,
    package: PackageId,
    now: Moment,
) -> Result<(), Fault> {
    if inner.stamper.is_none() {
        return Ok(());
    }
    let wanted = NewJob {
        id: new_uuid(now).to_string(),
        kind: STAMP.to_owned(),
        unique_key: Some(format!("{STAMP} {package}")),
        run_at_us: now.us(),
        payload: format!("{request} {package}"),
        max_attempts: ATTEMPTS,
    };
    job::enqueue(tx, &wanted).map(drop)
}

/// Asks for time stamps until `stop` is done.
pub async fn run_stamps(exchange: Exchange, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        if exchange.stamp_one().await.is_ok_and(|done| done) {
            continue;
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

impl Exchange {
    /// Asks for the stamp that has waited longest, and tells whether there was one.
    ///
    /// # Errors
    /// A fault of the store; it is then asked for later.
    pub async fn stamp_one(&self) -> Result<bool, Denied> {
        let (jobs, token) = self.claim_jobs(1, Lane::Only(STAMP)).await?;
        for job in &jobs {
            let outcome = self.stamp(&job.payload).await;
            if let Err(why) = &outcome {
                tracing::warn!(attempt = job.attempts, why, "A manifest was not stamped; it is tried again");
            }
            self.settle_job(job, &token, outcome).await?;
        }
        Ok(!jobs.is_empty())
    }

    async fn stamp(&self, payload: &str) -> Result<(), String> {
        let ids = payload.split_once(' ').and_then(|(r, p)| Some((r.parse().ok()?, p.parse().ok()?)));
        let (request, package): (RequestId, PackageId) =
            ids.ok_or_else(|| "a package without a request".to_owned())?;
        let store = self.store.clone();
        let find = move |tx: &mut dyn Tx| {
            let Some((found, key)) = rows::load(tx, store.instance_key(), request)? else { return Ok(None) };
            let made = found.package(package).and_then(|package| package.released.as_ref()).map(|by| by.at);
            let kept = manifest::find(tx, &key, request, package)?.filter(|kept| kept.stamp.is_none());
            Ok::<_, Fault>(made.zip(kept).map(|(made, kept)| (made, kept, key)))
        };
        let found = self.store.read("package.stamp", find).await.map_err(|fault| fault.to_string())?;
        // Erased or stamped meanwhile.
        let Some((made, kept, key)) = found else { return Ok(()) };
        let inner = self.inner.clone();
        let ask = move || {
            let Some(stamper) = &inner.stamper else { return Ok(None) };
            stamper.ask(&Digest::of(kept.note.as_bytes()), made, || inner.now()).map(Some)
        };
        let asked = tokio::task::spawn_blocking(ask).await;
        let Some(stamp) = asked.map_err(|_| "asking for a time stamp panicked".to_owned())?? else {
            return Ok(());
        };
        let inner = self.inner.clone();
        let keep = move |tx: &mut dyn Tx| keep(tx, &inner, &key, request, package, &stamp);
        self.store.write("package.stamped", keep).await.map_err(|fault| fault.to_string())
    }
}

/// Keeps the stamp, unless the dossier was erased meanwhile.
fn keep(
    tx: &mut dyn Tx,
    inner: &Inner,
    key: &comity_store::seal::DossierKey,
    request: RequestId,
    package: PackageId,
    stamp: &StampRow,
) -> Result<(), Fault> {
    let Some(parties) = rows::parties(tx, request)? else { return Ok(()) };
    let mut attempt = Attempt::new(&Caller::System, comity_policy::Action::PackageStamp, inner.now());
    attempt.request = Some(request);
    if attempt.ask_request(inner, &parties).is_err() {
        return Ok(());
    }
    if manifest::stamp(tx, key, package, stamp)? {
        attempt.record(tx, "done", "")?;
    }
    Ok(())
}
