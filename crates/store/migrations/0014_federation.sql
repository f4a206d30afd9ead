-- A person's account at the identity provider of their organisation. digest: a keyed digest of issuer and subject; the
-- subject itself is not kept. ended: its person let go of it, or proved anew who they are.
create table federated_identity (
    id text not null primary key,
    person text not null references person (id),
    organisation text not null references organisation (id),
    issuer text not null,
    digest bytea not null,
    created_at_us bigint not null,
    used_at_us bigint,
    ended_at_us bigint
);

create index federated_identity_person on federated_identity (person, id);

create unique index federated_identity_digest on federated_identity (digest) where ended_at_us is null;

-- The session of somebody who came so; until a passkey is shown in it, it reads and does nothing sensitive.
alter table session add column federated_identity text references federated_identity (id);
