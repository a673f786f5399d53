-- The first copy of every request again, under other keys and some minutes later, so that no two durations or days
-- line up by construction. The originals are the batches' own; copies carry their number in source_id.
create or replace temp table original as
select * from request where not contains(source_id, '+');

create or replace temp table shifted as
select request_id, hash(request_id, getvariable('copy')) >> 1 as new_id, to_minutes(7 * getvariable('copy')) as later from original;

insert into milestone by name
select
  shifted.new_id::bigint as request_id,
  sent_at + later as sent_at, shipped_at + later as shipped_at, received_at + later as received_at,
  available_at + later as available_at, returned_at + later as returned_at, closed_at + later as closed_at,
  status_raw, status, status_at + later as status_at
from milestone join shifted using (request_id);

insert into request by name
select
  original.* exclude (request_id, source_id, created_at, last_change_at, shipped_at, closed_at),
  shifted.new_id::bigint as request_id,
  source_id || '+' || getvariable('copy') as source_id,
  created_at + later as created_at, last_change_at + later as last_change_at,
  shipped_at + later as shipped_at, closed_at + later as closed_at
from original join shifted using (request_id);
