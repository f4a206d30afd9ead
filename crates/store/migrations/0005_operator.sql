-- Which failed jobs an administrator has seen: one that nobody has seen makes the instance unhealthy.
alter table job add column noticed_at_us bigint;
create index job_unnoticed on job (failed_at_us) where failed_at_us is not null and noticed_at_us is null;
-- Notices that wait for the mail server.
create index notice_unsent on notice (at_us) where sent_at_us is null;
