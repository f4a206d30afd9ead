-- What leaves is looked at: the report on each file that arrived, and what its sender said that it is.

-- The media type as the sender stated it, sealed with the dossier's key; null where none was stated.
alter table upload add column type_sealed bytea;

-- The same content in another dossier is found by its digest.
create index upload_sha256 on upload (sha256) where sha256 is not null;

-- The report of an inspection as JSON, sealed with the dossier's key.
create table inspection (
    upload text not null primary key references upload (id) on delete cascade,
    report_sealed bytea not null,
    at_us bigint not null
);
