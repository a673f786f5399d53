-- The plainest scan of what fill_rate needs: created_day for span and month, outcome for its counts, role for provisional,
-- outcome_dated, and created_at and outcome_at for the time to an outcome. Nothing is followed and nothing censored.
select
  case when $3 then date_trunc('month', created_day) end as month,
  role, outcome, count(*), count(*) filter (where outcome_dated), avg(epoch_us(outcome_at) - epoch_us(created_at))
from fact_request
where created_day >= $1::date and created_day < $2::date
group by all
