-- What each table left doubtful in the requests that it told of last.
-- undetermined: filled, but a date that the turnaround needs is missing. negative: a date lies before the request.
select
  r.last_batch as batch_id, b.file, b.sheet,
  count(*) as n_requests,
  count(*) filter (where f.status = 'unknown') as n_unknown_status,
  count(*) filter (where f.outcome = 'filled' and f.turnaround_us is null) as n_undetermined,
  count(*) filter (where f.is_negative) as n_negative
from fact_request f
join request r using (request_id)
left join import_batch b on b.batch_id = r.last_batch
group by all
order by batch_id desc;
