-- The plainest SQL for the same number: filled requests by role, kind and who filled them.
select case when $3 then date_trunc('month', created_day) end as month, role, kind, filled_by, count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome = 'filled'
group by all
