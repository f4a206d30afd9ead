-- A leaf stands in the index of places only once it has one: most of what an act writes is indexed once less.
create table leaf_new (
    id text not null primary key,
    kind text not null,
    commitment bytea not null,
    log text references log (origin),
    position bigint
);

insert into leaf_new select id, kind, commitment, log, position from leaf;

drop table leaf;

alter table leaf_new rename to leaf;

create index leaf_pending on leaf (id) where position is null;

create unique index leaf_place on leaf (log, position) where position is not null;
