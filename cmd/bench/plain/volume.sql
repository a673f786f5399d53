-- The plainest SQL for the same number.
select case when $3 then date_trunc('month', created_day) end as month, outcome, count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date
group by all
