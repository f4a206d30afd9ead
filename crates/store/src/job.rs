//! The job table: effects decided in a transaction and had later, at least once, by whichever node holds the lease.
//! It may assume that a job's work bears repetition. It never runs a job itself and never tells the time.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::value::{Row, Value};

crate::sql! {
    ENQUEUE = "insert into job (id, kind, unique_key, run_at_us, payload, attempts, max_attempts)
        values ($1, $2, $3, $4, $5, 0, $6)
        on conflict (unique_key) do nothing";
    CANCEL = "delete from job where unique_key = $1 and finished_at_us is null and failed_at_us is null";
    EXHAUST = "update job set failed_at_us = $1, lease_token = null, lease_until_us = null,
            last_error = 'the last attempt ended without a word'
        where finished_at_us is null and failed_at_us is null
            and attempts >= max_attempts and lease_until_us <= $1";
    CLAIM = "update job set lease_token = $2, lease_until_us = $3, attempts = attempts + 1
        where id in (
            select id from job
            where finished_at_us is null and failed_at_us is null and run_at_us <= $1
                and attempts < max_attempts
                and (lease_until_us is null or lease_until_us <= $1)
                and case when kind = $5 or kind = $7 then 1 else 0 end = cast($6 as bigint)
            order by run_at_us, id
            limit $4
            /*skip-locked*/
        )
        returning id, kind, unique_key, run_at_us, payload, attempts, max_attempts, lease_until_us";
    EXTEND = "update job set lease_until_us = $3
        where id = $1 and lease_token = $2 and finished_at_us is null and failed_at_us is null";
    FINISH = "update job set finished_at_us = $3, lease_token = null, lease_until_us = null, last_error = null
        where id = $1 and lease_token = $2 and finished_at_us is null and failed_at_us is null";
    RETRY = "update job set run_at_us = $3, last_error = $4, lease_token = null, lease_until_us = null,
            failed_at_us = case when attempts >= max_attempts then cast($5 as bigint) else null end
        where id = $1 and lease_token = $2 and finished_at_us is null and failed_at_us is null
        returning failed_at_us";
    FAIL = "update job set failed_at_us = $3, last_error = $4, lease_token = null, lease_until_us = null
        where id = $1 and lease_token = $2 and finished_at_us is null and failed_at_us is null";
    REVIVE = "update job set failed_at_us = null, noticed_at_us = null, attempts = 0, run_at_us = $2
        where id = $1 and failed_at_us is not null";
    NEXT_RUN_AT = "select min(case when lease_until_us is null then run_at_us else lease_until_us end)
        from job where finished_at_us is null and failed_at_us is null";
    BACKLOG = "select count(*), min(run_at_us) from job
        where finished_at_us is null and failed_at_us is null and run_at_us <= $1
            and (lease_until_us is null or lease_until_us <= $1)";
    LATE = "select case when exists (select 1 from job
            where finished_at_us is null and failed_at_us is null and run_at_us <= $1
                and (lease_until_us is null or lease_until_us <= $2)) then 1 else 0 end";
    UNNOTICED = "select case when exists (select 1 from job
            where failed_at_us is not null and noticed_at_us is null) then 1 else 0 end";
    NOTE = "update job set noticed_at_us = $1 where failed_at_us is not null and noticed_at_us is null";
    FAILED_COUNT = "select count(*) from job where failed_at_us is not null";
    FAILED = "select id, kind, failed_at_us, attempts, last_error from job
        where failed_at_us is not null order by failed_at_us, id limit $1";
    FORGET_FINISHED = "delete from job where finished_at_us < $1";
}

/// The longest text kept of why an attempt failed, in bytes.
const MAX_ERROR: usize = 2_000;

/// A job to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its identifier, made by the service.
    pub id: String,
    /// What is to be done.
    pub kind: String,
    /// Names the effect, so that it is written once however often it is asked for.
    pub unique_key: Option<String>,
    /// Not before this time, in microseconds since 1970.
    pub run_at_us: i64,
    /// JSON with references only, no personal data.
    pub payload: String,
    /// How often it is tried at most; at least 1.
    pub max_attempts: i64,
}

/// A job that the caller holds until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its identifier.
    pub id: String,
    /// What is to be done.
    pub kind: String,
    /// The name of its effect, if it has one.
    pub unique_key: Option<String>,
    /// When it was due, in microseconds since 1970.
    pub run_at_us: i64,
    /// As it was written.
    pub payload: String,
    /// The number of this attempt, from 1.
    pub attempts: i64,
    /// The number of the last attempt.
    pub max_attempts: i64,
    /// When the lease ends, in microseconds since 1970: from then on another node may take it.
    pub lease_until_us: i64,
}

/// A job that nobody will try again by itself, for the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedJob {
    /// Its identifier.
    pub id: String,
    /// What was to be done.
    pub kind: String,
    /// When it was given up, in microseconds since 1970.
    pub failed_at_us: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// What became of a job whose attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It runs again.
    Again,
    /// That was its last attempt.
    GivenUp,
    /// The lease was no longer the caller's; nothing was changed.
    LeaseLost,
}

/// Which jobs a worker takes: those of one kind that is slow, or all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Only this kind.
    Only(&'static str),
    /// Every kind but these two.
    Beside(&'static str, &'static str),
}

/// Writes the job unless one of the same `unique_key` exists (finished ones count until they are forgotten), and
/// tells whether it was written. *Errors*: [`crate::FaultKind::Unique`] when the identifier is taken.
pub fn enqueue(tx: &mut dyn Tx, job: &NewJob) -> Result<bool, Fault> {
    let args = [
        Value::from(&job.id),
        Value::from(&job.kind),
        Value::from(job.unique_key.as_ref()),
        Value::Int(job.run_at_us),
        Value::from(&job.payload),
        Value::Int(job.max_attempts.max(1)),
    ];
    let written = tx.exec(ENQUEUE, &args)? > 0;
    if written {
        tx.wake();
    }
    Ok(written)
}

/// Removes the job of this key unless it is finished or failed, and tells whether there was one; its holder, if any,
/// finds its lease lost.
pub fn cancel(tx: &mut dyn Tx, unique_key: &str) -> Result<bool, Fault> {
    Ok(tx.exec(CANCEL, &[unique_key.into()])? > 0)
}

/// Takes up to `limit` due jobs of a lane, earliest first, under `token` until `now_us + lease_us`; gives up those whose last
/// attempt's lease has ended.
pub fn claim(
    tx: &mut dyn Tx,
    now_us: i64,
    lease_us: i64,
    token: &str,
    limit: i64,
    lane: Lane,
) -> Result<Vec<Job>, Fault> {
    tx.exec(EXHAUST, &[now_us.into()])?;
    let until_us = now_us.saturating_add(lease_us);
    let (kind, other, only) = match lane {
        Lane::Only(kind) => (kind, kind, 1_i64),
        Lane::Beside(kind, other) => (kind, other, 0),
    };
    let args =
        [now_us.into(), token.into(), until_us.into(), limit.into(), kind.into(), only.into(), other.into()];
    let rows = tx.rows(CLAIM, &args)?;
    let mut jobs = rows.iter().map(job_of).collect::<Result<Vec<_>, _>>()?;
    jobs.sort_by(|a, b| (a.run_at_us, &a.id).cmp(&(b.run_at_us, &b.id)));
    Ok(jobs)
}

fn job_of(row: &Row) -> Result<Job, Fault> {
    Ok(Job {
        id: row.text(0)?.to_owned(),
        kind: row.text(1)?.to_owned(),
        unique_key: row.opt_text(2)?.map(str::to_owned),
        run_at_us: row.int(3)?,
        payload: row.text(4)?.to_owned(),
        attempts: row.int(5)?,
        max_attempts: row.int(6)?,
        lease_until_us: row.int(7)?,
    })
}

/// Lengthens the lease to `until_us`; false when it is no longer the caller's.
pub fn extend(tx: &mut dyn Tx, id: &str, token: &str, until_us: i64) -> Result<bool, Fault> {
    Ok(tx.exec(EXTEND, &[id.into(), token.into(), until_us.into()])? > 0)
}

/// Marks the job done; false when the lease is no longer the caller's, whose other statements should then be taken back.
pub fn finish(tx: &mut dyn Tx, id: &str, token: &str, now_us: i64) -> Result<bool, Fault> {
    Ok(tx.exec(FINISH, &[id.into(), token.into(), now_us.into()])? > 0)
}

/// Puts the job back for `run_at_us`, or gives it up at `now_us` when that was its last attempt.
pub fn retry(
    tx: &mut dyn Tx,
    id: &str,
    token: &str,
    run_at_us: i64,
    error: &str,
    now_us: i64,
) -> Result<Retry, Fault> {
    let args = [id.into(), token.into(), run_at_us.into(), shortened(error).into(), now_us.into()];
    Ok(match tx.row(RETRY, &args)? {
        None => Retry::LeaseLost,
        Some(row) if row.opt_int(0)?.is_some() => Retry::GivenUp,
        Some(_) => Retry::Again,
    })
}

/// Gives the job up at once; false when the lease is no longer the caller's.
pub fn fail(tx: &mut dyn Tx, id: &str, token: &str, error: &str, now_us: i64) -> Result<bool, Fault> {
    Ok(tx.exec(FAIL, &[id.into(), token.into(), now_us.into(), shortened(error).into()])? > 0)
}

/// Lets a job that was given up run again with all its attempts; false when there is none.
pub fn revive(tx: &mut dyn Tx, id: &str, run_at_us: i64) -> Result<bool, Fault> {
    let revived = tx.exec(REVIVE, &[id.into(), run_at_us.into()])? > 0;
    if revived {
        tx.wake();
    }
    Ok(revived)
}

/// When the next job is due or the next lease ends, in microseconds since 1970; `None` when no job waits.
pub fn next_run_at(tx: &mut dyn Tx) -> Result<Option<i64>, Fault> {
    tx.row(NEXT_RUN_AT, &[])?.map_or(Ok(None), |row| row.opt_int(0))
}

/// How many jobs are due and held by nobody, and since when the first of them has been due, in microseconds since 1970.
pub fn backlog(tx: &mut dyn Tx, now_us: i64) -> Result<(i64, Option<i64>), Fault> {
    tx.row(BACKLOG, &[now_us.into()])?.map_or(Ok((0, None)), |row| Ok((row.int(0)?, row.opt_int(1)?)))
}

/// Whether a job that was due before `due_us` is held by nobody.
pub fn any_late(tx: &mut dyn Tx, due_us: i64, now_us: i64) -> Result<bool, Fault> {
    tx.row(LATE, &[due_us.into(), now_us.into()])?.map_or(Ok(false), |row| row.truth(0))
}

/// Whether a job was given up that nobody has seen since.
pub fn any_unnoticed(tx: &mut dyn Tx) -> Result<bool, Fault> {
    tx.row(UNNOTICED, &[])?.map_or(Ok(false), |row| row.truth(0))
}

/// Notes that somebody has seen every job that was given up.
pub fn note_failed(tx: &mut dyn Tx, now_us: i64) -> Result<u64, Fault> {
    tx.exec(NOTE, &[now_us.into()])
}

/// How many jobs were given up.
pub fn failed_count(tx: &mut dyn Tx) -> Result<i64, Fault> {
    tx.row(FAILED_COUNT, &[])?.map_or(Ok(0), |row| row.int(0))
}

/// The jobs that were given up, longest ago first.
pub fn failed(tx: &mut dyn Tx, limit: i64) -> Result<Vec<FailedJob>, Fault> {
    let rows = tx.rows(FAILED, &[limit.into()])?;
    rows.iter().map(failed_of).collect()
}

fn failed_of(row: &Row) -> Result<FailedJob, Fault> {
    Ok(FailedJob {
        id: row.text(0)?.to_owned(),
        kind: row.text(1)?.to_owned(),
        failed_at_us: row.int(2)?,
        attempts: row.int(3)?,
        last_error: row.opt_text(4)?.map(str::to_owned),
    })
}

/// Removes jobs finished before this time and tells how many; their unique keys may then be used again.
pub fn forget_finished(tx: &mut dyn Tx, before_us: i64) -> Result<u64, Fault> {
    tx.exec(FORGET_FINISHED, &[before_us.into()])
}

fn shortened(error: &str) -> &str {
    &error[..error.floor_char_boundary(MAX_ERROR)]
}
