-- Adds the sightings that are not held yet, as rows of their own; unite.sql settles who wins.
insert into request by name
select
  incoming.* exclude (cost_cents, batch_id),
  (cost_cents * 0.01::decimal(3, 2))::decimal(12, 2) as cost,
  batch_id as first_batch,
  batch_id as last_batch
from incoming
anti join request as held
  on held.request_id = incoming.request_id and held.row_hash = incoming.row_hash and held.columns = incoming.columns
anti join sighting as seen
  on seen.request_id = incoming.request_id and seen.row_hash = incoming.row_hash and seen.columns = incoming.columns
anti join outdone
  on outdone.request_id = incoming.request_id and outdone.row_hash = incoming.row_hash and outdone.columns = incoming.columns
