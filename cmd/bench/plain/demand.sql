-- The plainest SQL for the same number: requests by weekday and hour.
select case when $3 then date_trunc('month', created_day) end as month, isodow(created_day), created_hour, count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date
group by all
