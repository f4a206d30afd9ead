-- A log that was put back from a backup may be older than what it has signed: nothing is added to it from then on.
-- When that was; null in all other logs.
alter table log add column restored_at_us bigint;
