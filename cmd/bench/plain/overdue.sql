-- The plainest scan of what overdue needs: kind, outcome and role for whose loans they are, returned_at and is_back for what
-- is out, due_day for span and month, due_end_at for what is late. No zones, no grace, no days late.
select
  case when $3 then date_trunc('month', due_day) end as month,
  role,
  count(*) filter (where returned_at is null and not is_back) as n_out,
  count(*) filter (where returned_at is null and not is_back and due_end_at <= (select as_of from history_state)) as n_overdue,
  count(*) filter (where due_day >= $1::date and due_day < $2::date and returned_at >= due_end_at) as n_late
from fact_request
where kind = 'loan' and outcome = 'filled'
group by all
