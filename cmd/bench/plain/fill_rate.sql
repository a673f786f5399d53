-- The plainest SQL for the same number: no censoring, nothing provisional.
select
  case when $3 then date_trunc('month', created_day) end as month,
  count(*) filter (where outcome = 'filled') / count(*) filter (where outcome in ('filled', 'unfilled')) as fill_rate
from fact_request
where created_day >= $1::date and created_day < $2::date
group by all
