-- What the metrics have to leave out, by the batch whose sighting of a request stands; batches before $1 together as 0.
select
  case when r.last_batch >= $1 then r.last_batch else 0 end as batch_id,
  count(*) as n_requests,
  count(*) filter (where f.outcome = 'filled' and f.turnaround_us is null) as n_undetermined,
  count(*) filter (where f.is_negative) as n_negative
from fact_request f
join request r using (request_id)
group by all
