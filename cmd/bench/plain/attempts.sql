-- The plainest scan: every attempt with the outcome of its request. From the facts created_day, outcome and filled_by,
-- from the attempts position, answer and was_conditional, and what puts the two together.
select
  case when $3 then date_trunc('month', created_day) end as month,
  count(*), sum(attempt.position), count(*) filter (where outcome = 'filled' and filled_by = 'lender'),
  count(*) filter (where answer = 'filled'), count(*) filter (where was_conditional)
from fact_request join attempt using (request_id)
where created_day >= $1::date and created_day < $2::date
group by all
