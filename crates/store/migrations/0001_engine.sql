-- Effects to be had later: written in the transaction that decides them, run by any node that holds the lease.
create table job (
    id text not null primary key,
    -- What is to be done; the runner knows one function for each kind.
    kind text not null,
    -- Names the effect: a second job with the same key is not written. Null where there is no such name.
    unique_key text unique,
    -- Not before this time; microseconds since 1970 in UTC, as in every column that ends in _us.
    run_at_us bigint not null,
    -- JSON with references only, no personal data.
    payload text not null,
    -- How often a node has taken it, and how often at most.
    attempts bigint not null,
    max_attempts bigint not null,
    -- Who holds it and until when; both null when nobody does.
    lease_token text,
    lease_until_us bigint,
    finished_at_us bigint,
    failed_at_us bigint,
    -- Why the last attempt failed, for the operator.
    last_error text
);

create index job_due on job (run_at_us, id) where finished_at_us is null and failed_at_us is null;

create index job_failed on job (failed_at_us, id) where failed_at_us is not null;

create index job_finished on job (finished_at_us) where finished_at_us is not null;

-- The key that seals a dossier's fields, wrapped by the instance key; destroying it is erasure.
create table dossier_key (
    dossier text not null primary key,
    -- Null once it is destroyed.
    wrapped bytea,
    destroyed_at_us bigint,
    created_at_us bigint not null
);

-- A file on its way in, part by part.
create table upload (
    id text not null primary key,
    dossier text not null,
    -- The file's name, sealed with the dossier's key.
    name_sealed bytea not null,
    -- Bytes that the sender announced; null when the sender did not know.
    declared_size bigint,
    -- Bytes and parts that are stored so far.
    received bigint not null,
    parts bigint not null,
    -- The running SHA-256 after the last part, sealed: it holds up to 63 bytes of the content.
    hash_state bytea not null,
    -- In hexadecimal, once it is complete.
    sha256 text,
    created_at_us bigint not null,
    completed_at_us bigint
);

create index upload_open on upload (created_at_us, id) where completed_at_us is null;

-- A stored part and where its sealed bytes lie.
create table upload_part (
    upload text not null references upload (id) on delete cascade,
    -- From 0 without gaps.
    number bigint not null,
    path text not null,
    bytes bigint not null,
    primary key (upload, number)
);
