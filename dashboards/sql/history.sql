-- What a page must know of a generation before it can ask anything: how far it reaches.
select
  (select as_of from history_state) as as_of,
  coalesce(sum(n), 0)::bigint as n_requests,
  min(created_day) as first_day,
  max(created_day) as last_day
from fact_day
where as_of = (select as_of from history_state);
