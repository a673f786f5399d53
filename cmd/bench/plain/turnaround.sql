-- The plainest SQL for the same number: the quantiles and the mean.
select
  case when $3 then date_trunc('month', created_day) end as month,
  quantile_cont(turnaround_us, [0.5, 0.9]), avg(turnaround_us), count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date and turnaround_us >= 0
group by all
