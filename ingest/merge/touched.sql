-- The requests of source $1 whose milestones must be told anew: they, or events of theirs, came with batches from $2 on.
create or replace temp table touched as
select r.request_id
from request r
where r.source = $1
  and exists (from event e where e.request_id = r.request_id and e.basis = 'source' and (e.batch_id >= $2 or r.last_batch >= $2))
