-- The plainest scan of what the metric needs: the day of creation, counted by month. $3 asks for months, which a forecast
-- always has.
select date_trunc('month', created_day) as month, count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date and $3 is not null
group by all
