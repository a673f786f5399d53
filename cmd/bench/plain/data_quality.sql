-- The plainest scan of what the metric needs: the facts' columns that are checked, counted, and the titles and journals of readers' requests, joined
-- to them and counted. Whether two are the same is left out here, and is the dear part there.
select
  case when $3 then date_trunc('month', created_day) end as month,
  count(*), count(fact_request.created_at), count(turnaround_us), count(outcome), count(fact_request.status), count(fact_request.kind),
  count(fact_request.role), count(filled_by), count(fact_request.partner), count(fact_request.reason), count(fact_request.patron_group),
  count(fact_request.department), count(fact_request.patron_key), count(*) filter (where is_negative), count(title), count(container)
from fact_request
left join (select request_id, title, container from request where role <> 'lending' and patron_key is not null) using (request_id)
where created_day >= $1::date and created_day < $2::date
group by all
