-- Entries of the trail become leaves of the ledger, and say what a law-enforcement log has to say of each processing.

-- Of the entry's commitment; null in entries that were written before, which are no leaves.
alter table trail add column salt bytea;

-- The person's name at that time.
alter table trail add column name text not null default '';

-- collection, alteration, consultation, disclosure, combination, erasure (Directive (EU) 2016/680, Art. 25); empty where
-- nothing personal is touched.
alter table trail add column processing text not null default '';

-- What entitles to it: the written procedure of the request with its version, a rule of retention, an accreditation.
alter table trail add column basis text not null default '';

-- What else belongs to it, as JSON: the filter and seed of a sample, what an extract holds. Never content of a request.
alter table trail add column detail text not null default '';

create index trail_person on trail (person, at_us, id);

create index trail_about on trail (about, at_us, id);
