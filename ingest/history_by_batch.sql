-- What the metrics have to leave out, by the batch (from $1 on) whose sighting of a request stands.
with
  left_out as (
    select request_id, outcome = 'filled' and turnaround_us is null as is_undetermined, is_negative
    from fact_request
    where is_negative or (outcome = 'filled' and turnaround_us is null)
  )
select
  r.last_batch,
  count(*) filter (where f.is_undetermined) as n_undetermined,
  count(*) filter (where f.is_negative) as n_negative
from left_out f
join request r using (request_id)
where r.last_batch >= $1
group by r.last_batch
