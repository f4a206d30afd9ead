-- Directory, credentials, requests, events, trail. Columns in clear are what lists, clocks and searches need;
-- everything about a case itself is sealed with the key of its dossier.

-- Who takes part. kind: AUTHORITY, PROVIDER, CONTACT_POINT, OVERSIGHT. services: JSON list of names.
create table organisation (
    id text not null primary key,
    kind text not null,
    name text not null,
    code text not null,
    country text not null,
    time_zone text not null,
    language text not null,
    mail_domain text not null,
    switchboard text not null,
    services text not null,
    unique (country, code)
);

create table person (
    id text not null primary key,
    name text not null,
    email text not null unique,
    language text not null,
    active bigint not null check (active in (0, 1))
);

-- roles: JSON list. authoriser: JSON of kind and independence, only for that role.
create table membership (
    person text not null references person (id),
    organisation text not null references organisation (id),
    roles text not null,
    function text not null,
    accreditation text not null unique,
    accredited_until_us bigint not null,
    authoriser text,
    primary key (person, organisation)
);

create index membership_organisation on membership (organisation, person);

create table contact_point (
    id text not null primary key,
    organisation text not null references organisation (id),
    name text not null,
    telephone text not null,
    email text not null,
    hours text not null,
    languages text not null,
    source text not null,
    confirmed_at_us bigint not null
);

create index contact_point_organisation on contact_point (organisation, id);

-- Single-use sign-in links; only the SHA-256 of the secret is stored.
create table invitation (
    secret_hash bytea not null primary key,
    person text not null references person (id),
    expires_at_us bigint not null,
    used_at_us bigint
);

create table session (
    secret_hash bytea not null primary key,
    person text not null references person (id),
    organisation text not null references organisation (id),
    created_at_us bigint not null,
    seen_at_us bigint not null,
    expires_at_us bigint not null
);

create index session_person on session (person);

-- API tokens and peer links; only the SHA-256 of the secret is stored. A peer link acts for an organisation,
-- not for a person: addressee and procedures (JSON) say what it may file.
create table token (
    id text not null primary key,
    secret_hash bytea not null unique,
    organisation text not null references organisation (id),
    person text references person (id),
    name text not null,
    scopes text not null,
    addressee text references organisation (id),
    procedures text,
    created_at_us bigint not null,
    expires_at_us bigint not null,
    used_at_us bigint,
    revoked_at_us bigint
);

create index token_organisation on token (organisation, id);

-- The text of each procedure that a request was ever pinned to, by the SHA-256 of the file.
create table procedure_text (
    hash text not null primary key,
    id text not null,
    version bigint not null,
    content text not null
);

-- The last number given for a reference, per organisation and year.
create table reference_number (
    organisation text not null references organisation (id),
    year bigint not null,
    last bigint not null,
    primary key (organisation, year)
);

-- A request. body: the whole state as JSON, sealed with the dossier's key. arrived: the provider sees it.
-- due_us: end of the open clock that is due first, the largest bigint when there is none.
-- watch_us: when time alone brings something about. categories: JSON list of category and number.
create table request (
    id text not null primary key,
    reference text not null,
    provider_reference text,
    from_organisation text not null references organisation (id),
    to_organisation text not null references organisation (id),
    procedure_id text not null,
    procedure_hash text not null references procedure_text (hash),
    kind text not null,
    priority text not null,
    state text not null,
    arrived bigint not null check (arrived in (0, 1)),
    ended bigint not null check (ended in (0, 1)),
    items bigint not null,
    categories text not null,
    due_us bigint not null,
    paused bigint not null check (paused in (0, 1)),
    watch_us bigint,
    version bigint not null,
    created_at_us bigint not null,
    updated_at_us bigint not null,
    body bytea not null,
    unique (from_organisation, reference)
);

create index request_sent on request (from_organisation, ended, priority, due_us, id);

create index request_incoming on request (to_organisation, arrived, ended, priority, due_us, id);

create index request_sent_state on request (from_organisation, ended, state);

create index request_incoming_state on request (to_organisation, arrived, ended, state);

-- Keyed digests of what may be searched for exactly: identifiers and references.
create table request_digest (
    digest bytea not null,
    request text not null references request (id),
    primary key (digest, request)
);

-- Objects of foreign messages by their own identifiers, so that a repeated one is recognised.
create table foreign_object (
    organisation text not null references organisation (id),
    identifier text not null,
    request text not null references request (id),
    primary key (organisation, identifier)
);

-- What happened, sealed; commitment: SHA-256 over label, salt and event. The salt is inside the sealed body.
create table event (
    id text not null primary key,
    request text not null references request (id),
    sequence bigint not null,
    name text not null,
    at_us bigint not null,
    commitment bytea not null,
    body bytea not null,
    unique (request, sequence)
);

-- Who did, tried or looked at what, under which rule. Names and references only; nothing about a person concerned.
-- outcome: done, refused, viewed.
create table trail (
    id text not null primary key,
    at_us bigint not null,
    person text,
    organisation text,
    counterpart text,
    role text not null,
    via text not null,
    action text not null,
    outcome text not null,
    rule text not null,
    code text not null,
    about text not null,
    request text
);

create index trail_time on trail (at_us, id);

create index trail_organisation on trail (organisation, at_us, id);

-- The first receipt of an act, by caller and key; request_hash tells a repetition from a mistake.
create table idempotency (
    caller text not null,
    idempotency_key text not null,
    request_hash bytea not null,
    receipt text not null,
    at_us bigint not null,
    primary key (caller, idempotency_key)
);

-- Notices to people: a reference and a link, nothing else.
create table notice (
    id text not null primary key,
    person text not null references person (id),
    at_us bigint not null,
    kind text not null,
    reference text not null,
    request text,
    sent_at_us bigint
);

create index notice_time on notice (at_us, id);

create index upload_dossier on upload (dossier, created_at_us, id);
