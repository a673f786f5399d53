-- The plainest SQL for the same number: filled requests by whole days.
select case when $3 then date_trunc('month', created_day) end as month, least(turnaround_us // 86400000000, 61), count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome = 'filled' and turnaround_us >= 0
group by all
