-- End-to-end envelopes: officers' own keys, the vaults of organisations, and what an instance still holds of a sealed file.

-- An officer's own key. recipient: its public half, as age writes it; the private half is here only in locked copies.
create table officer_key (
    id text not null primary key,
    person text not null references person (id),
    recipient text not null,
    created_at_us bigint not null,
    -- Another took its place, or its person was proved anew; null while it counts.
    retired_at_us bigint
);

create unique index officer_key_current on officer_key (person) where retired_at_us is null;

-- A copy of an officer's key that opens with a passkey or with a code on paper. kind: passkey, code.
create table locked_key (
    id text not null primary key,
    officer_key text not null references officer_key (id),
    kind text not null,
    authenticator text references authenticator (id),
    locked bytea not null,
    created_at_us bigint not null
);

create index locked_key_of on locked_key (officer_key, id);

-- The public halves of one vault, epoch after epoch. signer: the key with which the organisation signs in it.
create table vault_epoch (
    organisation text not null references organisation (id),
    epoch bigint not null,
    recipient text not null unique,
    signer text not null,
    made_by text not null references person (id),
    created_at_us bigint not null,
    primary key (organisation, epoch)
);

-- The private half of an epoch, sealed to one officer's key.
create table vault_grant (
    organisation text not null,
    epoch bigint not null,
    person text not null references person (id),
    officer_key text not null references officer_key (id),
    sealed_to bytea not null,
    granted_by text not null references person (id),
    created_at_us bigint not null,
    primary key (organisation, epoch, person),
    foreign key (organisation, epoch) references vault_epoch (organisation, epoch)
);

-- An authority and a provider between whom files go end to end, for good.
create table relation (
    from_organisation text not null references organisation (id),
    to_organisation text not null references organisation (id),
    since_us bigint not null,
    primary key (from_organisation, to_organisation)
);

-- For a while, one person may have the files of one package. Why stands in the record of the request.
create table opening (
    id text not null primary key,
    request text not null references request (id),
    package text not null,
    person text not null references person (id),
    at_us bigint not null,
    until_us bigint not null
);

create index opening_of on opening (request, person, until_us);

-- Whether it came sealed: then its parts are sealed with a release key of their own.
alter table upload add column sealed bigint not null default 0;

-- The key of the parts of one sealed file, sealed with the dossier's key; destroying it is destroying the file.
create table release_key (
    upload text not null primary key,
    dossier text not null,
    -- Null once it is destroyed.
    key_sealed bytea,
    destroyed_at_us bigint,
    created_at_us bigint not null
);

create index release_key_dossier on release_key (dossier, upload);
