-- A passkey of a person. credential_id: as the browser sends it. credential: public key and counter as JSON, sealed with
-- the instance key. bound: its key cannot leave the device (not "backup eligible").
create table authenticator (
    id text not null primary key,
    person text not null references person (id),
    credential_id bytea not null unique,
    credential bytea not null,
    name text not null,
    bound bigint not null check (bound in (0, 1)),
    created_at_us bigint not null,
    used_at_us bigint,
    revoked_at_us bigint
);

create index authenticator_person on authenticator (person, id);

-- Printed codes; only the SHA-256 of the code is stored. ended: it was used, or another took its place.
create table recovery_code (
    secret_hash bytea not null primary key,
    person text not null references person (id),
    created_at_us bigint not null,
    ended_at_us bigint
);

create index recovery_code_person on recovery_code (person);

-- A challenge that waits for its passkey; used once. handle_hash: SHA-256 of what the browser gives back with the
-- answer. granted: the digest of the link or code that it was asked with, the session, or nothing.
create table ceremony (
    handle_hash bytea not null primary key,
    kind text not null,
    person text references person (id),
    granted bytea,
    state bytea not null,
    expires_at_us bigint not null
);

create index ceremony_expires on ceremony (expires_at_us);

-- present: a passkey was last shown. A session without authenticator is that of a one-click person of a demonstration.
drop table session;

create table session (
    secret_hash bytea not null primary key,
    id text not null unique,
    person text not null references person (id),
    organisation text not null references organisation (id),
    authenticator text references authenticator (id),
    created_at_us bigint not null,
    seen_at_us bigint not null,
    present_at_us bigint,
    expires_at_us bigint not null
);

create index session_person on session (person, id);
