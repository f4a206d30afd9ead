-- What the ledger says of the instance itself is few among many records of erasures.
create index ledger_record_own on ledger_record (id) where request is null;
