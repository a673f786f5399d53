-- The plainest scan of what turnaround needs: created_day for span and month, outcome, turnaround_us for its quantiles and
-- mean. Targets and provisional, which need role and kind, are left out: split by them this scan would do more than the
-- metric's quantiles.
select
  case when $3 then date_trunc('month', created_day) end as month,
  quantile_cont(turnaround_us, [0.5, 0.9]), avg(turnaround_us), count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome = 'filled' and turnaround_us >= 0
group by all
