-- How organisations come in, until when they are on probation, and what was unusual in what was sent in a name.

-- Until when an organisation is on probation; null where it is not. Those that were here before are not.
alter table organisation add column probation_us bigint;

-- An organisation that joined by vetting; none for those that were here before it.
create table vetting (
    organisation text not null primary key references organisation (id),
    asked_us bigint not null,
    -- What the organisation publishes in the DNS of its mail domain.
    token text not null,
    -- How the mail domain was proved: dns or letter; null until then.
    proof text,
    proof_us bigint,
    -- Of a letter: its SHA-256 in hexadecimal, who saw it, and when.
    document text not null default '',
    seen_by text not null default '',
    seen_us bigint,
    -- When the instance's authority admitted it, why, and for so many days of probation; null where members vouch.
    authority_us bigint,
    authority_reason text not null default '',
    authority_days bigint,
    -- When it first took part.
    admitted_us bigint
);

-- One member vouches for one that joins: at most once, and no person twice.
create table voucher (
    organisation text not null references vetting (organisation),
    voucher text not null references organisation (id),
    person text not null references person (id),
    at_us bigint not null,
    statement text not null,
    primary key (organisation, voucher),
    unique (organisation, person)
);

create index voucher_by on voucher (voucher, organisation);

-- What an organisation on probation has sent on a day of its own zone.
create table sent_day (
    organisation text not null references organisation (id),
    day text not null,
    sent bigint not null,
    primary key (organisation, day)
);

-- Something unusual was sent in an organisation's name. person: null for another system. told: the rule, person and day of
-- which the heads were told; null where they were told before.
create table alarm (
    id text not null primary key,
    at_us bigint not null,
    organisation text not null references organisation (id),
    person text references person (id),
    request text not null,
    rule text not null,
    told text unique
);

create index alarm_organisation on alarm (organisation, at_us, id);

-- What was sent in an organisation's name, newest first.
create index trail_sent on trail (organisation, at_us, id) where outcome = 'done' and action in ('request.send', 'request.file');
