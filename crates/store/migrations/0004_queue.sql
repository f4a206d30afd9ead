-- Each list is read from one index in its order, from its key on. The procedure stands in the index too, so that a row
-- of another procedure is passed over without being read. What the provider does not see is in none of its lists.

drop index request_sent;

drop index request_incoming;

drop index request_sent_state;

drop index request_incoming_state;

create index request_sent on request (from_organisation, ended, priority, due_us, id, procedure_id);

create index request_sent_state on request (from_organisation, state, priority, due_us, id, procedure_id);

create index request_incoming on request (to_organisation, ended, priority, due_us, id, procedure_id) where arrived = 1;

create index request_incoming_state on request (to_organisation, state, priority, due_us, id, procedure_id) where arrived = 1;

-- What two organisations share, from either side.
create index request_between on request (from_organisation, to_organisation, ended, priority, due_us, id);
