-- Adds the status changes that are not held yet. A tracking table exported through a join repeats its rows.
insert into event by name
select
  incoming.request_id, incoming.happened_at, incoming.to_status_raw, incoming.to_status, 'source' as basis,
  min(incoming.from_status_raw) as from_status_raw, min(incoming.from_status) as from_status, min(incoming.batch_id) as batch_id
from incoming
anti join (from event where basis = 'source') as held
  on held.request_id = incoming.request_id and held.happened_at = incoming.happened_at
  and held.to_status = incoming.to_status and held.to_status_raw is not distinct from incoming.to_status_raw
group by 1, 2, 3, 4
