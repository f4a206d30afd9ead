-- Who stands behind each request, whether they are still trusted, and what was counted of earlier requests.

-- active, suspended, left; since when, by whom (empty for the console), and why.
alter table organisation add column status text not null default 'active';

alter table organisation add column status_us bigint not null default 0;

alter table organisation add column status_reason text not null default '';

-- When the accreditation was withdrawn before its end, and why.
alter table membership add column withdrawn_us bigint;

alter table membership add column withdrawn_reason text not null default '';

-- A withdrawal of trust: of a person, an accreditation or an organisation. cause: the coded reason. person is null where it
-- concerns the whole organisation.
create table revocation (
    id text not null primary key,
    at_us bigint not null,
    organisation text not null references organisation (id),
    person text references person (id),
    cause text not null,
    -- Who did it; null for a clock and for the console.
    by_person text,
    reason text not null,
    -- When a fraud was found in a request that it had frozen, and where.
    fraud_us bigint,
    fraud_request text,
    -- When an administrator of the addressee has gone through what had left.
    reviewed_us bigint,
    reviewed_by text,
    review text not null default ''
);

create index revocation_organisation on revocation (organisation, at_us, id);

-- Everybody who ever stood behind a request. A withdrawal of trust writes its rows, and so does a release: on two nodes one
-- of them waits for the other, and whoever comes second sees what the first has done.
create table request_source (
    request text not null references request (id),
    person text not null references person (id),
    organisation text not null references organisation (id),
    guard_us bigint not null,
    primary key (request, person)
);

create index request_source_person on request_source (organisation, person, request);

-- A check that failed, so that it can be counted: who asked whom, which check, when.
create table failed_check (
    id text not null primary key,
    from_organisation text not null,
    to_organisation text not null,
    request text not null,
    kind text not null,
    at_us bigint not null
);

create index failed_check_between on failed_check (from_organisation, to_organisation, at_us);

-- What a digest is of: identifier, reference or document.
alter table request_digest add column kind text not null default '';

create index request_digest_request on request_digest (request, kind);

-- Whether a request stands still because its source lost trust.
alter table request add column frozen bigint not null default 0;

create index request_between_time on request (from_organisation, to_organisation, created_at_us);

-- When files of a request were opened.
create index trail_download on trail (request, at_us) where action = 'file.download';
