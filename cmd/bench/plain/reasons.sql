-- The plainest SQL for the same number: requests that ended without supply by reason and outcome.
select case when $3 then date_trunc('month', created_day) end as month, reason, outcome, count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome in ('unfilled', 'cancelled')
group by all
