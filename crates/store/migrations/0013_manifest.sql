-- What leaves has a manifest that the instance has signed, and a time stamp over it once its authority has answered.

-- The signed manifest of a package, and the answer of the authority for time stamps, both sealed with the dossier's key.
-- stamp_roots: the authority's root certificates in PEM as they were when the stamp was checked.
create table manifest (
    package text not null primary key,
    dossier text not null references request (id),
    note_sealed bytea not null,
    made_at_us bigint not null,
    stamp_sealed bytea,
    stamp_roots text,
    stamped_at_us bigint
);

-- What was taken out of a dossier, file by file or as a court bundle.
drop index trail_download;

create index trail_taken on trail (request, at_us, id) where action in ('file.download', 'package.export');

create index manifest_dossier on manifest (dossier, package);
