-- The plainest SQL for the same number: loans out and loans late.
select
  case when $3 then date_trunc('month', due_day) end as month,
  role,
  count(*) as n_out,
  count(*) filter (where due_end_at <= (select as_of from history_state)) as n_overdue
from fact_request
where kind = 'loan' and outcome = 'filled' and returned_at is null and not is_back
  and coalesce(due_day >= $1::date and due_day < $2::date, true)
group by all
