-- The plainest scan of what percentiles needs: created_day for span and month, outcome and turnaround_us. No quantile: the
-- mean alone.
select
  case when $3 then date_trunc('month', created_day) end as month,
  count(*), sum(turnaround_us), count(*) filter (where role = 'lending'), count(*) filter (where kind = 'loan')
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome = 'filled' and turnaround_us >= 0
group by all
