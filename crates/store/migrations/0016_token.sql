-- A token whose place another has taken: successor is always the newest of its line, and this one is accepted beside it until
-- replaced_until_us. No foreign key: a row that is put back from a backup comes before its successor.
alter table token add column successor text;

alter table token add column replaced_until_us bigint;

create index token_successor on token (successor);

-- SHA-256 of the client certificate (DER) without which the token is refused.
alter table token add column certificate bytea;
