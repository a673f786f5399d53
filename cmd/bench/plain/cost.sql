-- The plainest SQL for the same number: the cost of filled requests, added up by currency, and its median.
select
  case when $3 then date_trunc('month', created_day) end as month, currency,
  count(*), count(cost), sum(cost), quantile_cont(cost::double, 0.5)
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome = 'filled'
group by all
