//! What is done later: looking at clocks when they are due, handing notices to the mail server, and removing files
//! that nobody has put into a package.
//! A job is leased, may run twice, and only ever does what doing twice does not change.

use crate::act::{Caller, Denied};
use crate::evidence::STAMP;
use crate::file::expiry;
use crate::file::inspection::INSPECT;
use crate::ledger;
use crate::notice::{Notice, SmtpSettings};
use crate::source::freeze;
use crate::{Exchange, new_uuid, vetting};
use comity_domain::request::RequestCommand;
use comity_store::job::Lane;
use comity_store::{Fault, FaultKind, Tx, job, notice};
use lettre::transport::smtp::SmtpTransport;
use lettre::{Message, Transport};
use std::future::Future;
use std::time::Duration;
use tracing::Instrument as _;

/// Looks at a request's clocks and hold.
pub(crate) const WATCH: &str = "request.watch";
/// Hands a notice to the mail server.
pub(crate) const NOTICE: &str = "notice.send";

/// How long a job may take before another worker may take it.
const LEASE_US: i64 = 60_000_000;
/// How often jobs of other nodes and of the future are looked for.
const POLL: Duration = Duration::from_secs(1);
/// How long a mail server may take.
const MAIL_TIMEOUT: Duration = Duration::from_secs(20);

/// Runs jobs until `stop` is done.
pub async fn run_worker(exchange: Exchange, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let more = match exchange.run_jobs(50).await {
            Ok(done) => done > 0,
            Err(_) => false,
        };
        if more {
            continue;
        }
        let woken = exchange.store.job_wake().notified();
        tokio::select! {
            () = &mut stop => return,
            () = woken => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

impl Exchange {
    /// Runs up to `limit` jobs that are due and tells how many there were.
    ///
    /// # Errors
    /// A fault of the store; the jobs are then taken again later.
    pub async fn run_jobs(&self, limit: usize) -> Result<usize, Denied> {
        // Files are inspected, and time stamps asked for, in lanes of their own.
        let (jobs, token) = self.claim_jobs(limit, Lane::Beside(INSPECT, STAMP)).await?;
        for job in &jobs {
            let span = tracing::debug_span!("job", kind = job.kind);
            let outcome = self.run_job(job).instrument(span).await;
            self.settle_job(job, &token, outcome).await?;
        }
        Ok(jobs.len())
    }

    /// Takes jobs of a lane, with the token under which they are held.
    pub(crate) async fn claim_jobs(
        &self,
        limit: usize,
        lane: Lane,
    ) -> Result<(Vec<job::Job>, String), Denied> {
        let now = self.now();
        let token = new_uuid(now).to_string();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let claimed = token.clone();
        let claim = move |tx: &mut dyn Tx| job::claim(tx, now.us(), LEASE_US, &claimed, limit, lane);
        Ok((self.store.write("job.claim", claim).await?, token))
    }

    async fn run_job(&self, job: &job::Job) -> Result<(), String> {
        match job.kind.as_str() {
            WATCH => {
                let request = job.payload.parse().map_err(|_| "a watch without a request".to_owned())?;
                match self.act(&Caller::System, request, RequestCommand::Tick, None, None).await {
                    // A request that is gone or closed refuses: nothing is left to be done.
                    Ok(_) | Err(Denied::Refused(_)) => Ok(()),
                    Err(Denied::Fault(fault)) => Err(fault.to_string()),
                }
            }
            NOTICE => self.send_notice(&job.payload).await,
            expiry::EXPIRE => self.expire_file(&job.payload).await,
            expiry::DELETE => self.delete_content(&job.payload).await,
            freeze::FREEZE => self.freeze_rest(&job.payload).await,
            freeze::ENDS => self.end_accreditation(&job.payload).await,
            vetting::PROBATION => self.probation_over(&job.payload).await,
            freeze::RECALL => self.recall(&job.payload).await,
            ledger::ERASE => self.erase(&job.payload).await,
            ledger::SCRUB => self.store.scrub().await.map_err(|fault| fault.to_string()),
            unknown => Err(format!("no such kind of job: {unknown}")),
        }
    }

    pub(crate) async fn settle_job(
        &self,
        job: &job::Job,
        token: &str,
        outcome: Result<(), String>,
    ) -> Result<(), Denied> {
        let (id, token, attempts) = (job.id.clone(), token.to_owned(), job.attempts);
        let last = job.attempts >= job.max_attempts;
        let now = self.now();
        let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            match &outcome {
                Ok(()) => job::finish(tx, &id, &token, now.us()).map(drop),
                Err(error) if last => job::fail(tx, &id, &token, error, now.us()).map(drop),
                Err(error) => {
                    let wait_s = 5_i64.saturating_mul(1 << attempts.clamp(0, 10));
                    let again = now.us().saturating_add(wait_s.saturating_mul(1_000_000));
                    job::retry(tx, &id, &token, again, error, now.us()).map(drop)
                }
            }
        };
        match self.store.write("job.settle", work).await {
            Ok(()) => Ok(()),
            Err(fault) if fault.kind == FaultKind::Busy => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }

    async fn send_notice(&self, id: &str) -> Result<(), String> {
        let wanted = id.to_owned();
        let row = self.store.read("notice.one", move |tx| notice::one(tx, &wanted)).await;
        let Some(row) = row.map_err(|fault| fault.to_string())? else { return Ok(()) };
        if row.sent_at.is_some() {
            return Ok(());
        }
        if let Some(smtp) = self.inner.smtp.clone() {
            let mail = self.inner.render(&row);
            let sent = tokio::task::spawn_blocking(move || send(&smtp, &mail)).await;
            sent.map_err(|_| "handing a notice over panicked".to_owned())??;
        }
        let (id, now) = (id.to_owned(), self.now());
        let noted = self.store.write("notice.sent", move |tx| notice::sent(tx, &id, now)).await;
        noted.map(drop).map_err(|fault| fault.to_string())
    }
}

fn send(smtp: &SmtpSettings, mail: &Notice) -> Result<(), String> {
    let message = Message::builder()
        .from(smtp.from.parse().map_err(|_| "the sender's address cannot be read".to_owned())?)
        .to(mail.to.parse().map_err(|_| "an address cannot be read".to_owned())?)
        .subject(&mail.subject)
        .body(mail.body.clone())
        .map_err(|error| error.to_string())?;
    let transport =
        SmtpTransport::builder_dangerous(&smtp.host).port(smtp.port).timeout(Some(MAIL_TIMEOUT)).build();
    // The server's own words repeat the address that it refuses; its code is all that is kept.
    transport.send(&message).map(drop).map_err(|error| match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None => "the mail server cannot be reached, or broke off".to_owned(),
    })
}
