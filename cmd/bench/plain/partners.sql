-- The plainest scan of both sides, per partner: the attempts with their answers and their two dates, and the filled requests
-- with turnaround, transit, cost and due day.
select
  case when $3 then date_trunc('month', created_day) end as month, lender as partner,
  count(*), count(*) filter (where answer = 'filled'), count(*) filter (where was_conditional), sum(attempt.position),
  quantile_cont(epoch_us(answered_at) - epoch_us(asked_at), 0.5), null, null, null
from fact_request join attempt using (request_id)
where created_day >= $1::date and created_day < $2::date
group by all
union all
select
  case when $3 then date_trunc('month', created_day) end, partner,
  count(*), count(*) filter (where role = 'lending'), count(*) filter (where kind = 'loan' and returned_at is null and not is_back), count(filled_by),
  quantile_cont(epoch_us(received_at) - epoch_us(shipped_at), 0.5), avg(turnaround_us), sum(cost), min(due_day)
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome = 'filled' and role in ('borrowing', 'lending')
group by all
