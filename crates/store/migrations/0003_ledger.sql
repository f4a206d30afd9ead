-- The ledger: one log for each year, the leaves in their order, and the tiles of the tree over them.

-- A log. checkpoint: the newest signed note; size and root are what it says, and change only together with it.
create table log (
    origin text not null primary key,
    year bigint not null unique,
    -- The verifier key of the log's own signature; a log never changes it.
    log_key text not null,
    size bigint not null,
    root bytea not null,
    checkpoint text not null,
    sealed_at_us bigint not null
);

-- What a log will commit to. commitment: SHA-256 over label, salt and content. kind: event, trail, record, cover.
-- log and position are null until the sealer has given them; from then on they never change.
create table leaf (
    id text not null primary key,
    kind text not null,
    commitment bytea not null,
    log text references log (origin),
    position bigint,
    unique (log, position)
);

create index leaf_pending on leaf (id) where position is null;

-- Hashes of subtrees of 256^level leaves, up to 256 of them in one row; only ever longer.
create table tile (
    log text not null references log (origin),
    level bigint not null,
    number bigint not null,
    hashes bytea not null,
    primary key (log, level, number)
);

-- A statement of the ledger about itself, such as an erasure: salt and canonical JSON, without personal data.
create table ledger_record (
    id text not null primary key,
    -- The request it concerns, where it concerns one.
    request text,
    salt bytea not null,
    body text not null
);

create index ledger_record_request on ledger_record (request, id) where request is not null;

-- The newest cosignature of each witness under a log's checkpoint of that size.
create table cosignature (
    log text not null references log (origin),
    witness text not null,
    size bigint not null,
    checkpoint text not null,
    at_us bigint not null,
    primary key (log, witness)
);

insert into leaf (id, kind, commitment) select id, 'event', commitment from event;

alter table event drop column commitment;
