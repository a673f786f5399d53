-- How many requests came in, and what became of them? Every request of the scope counts, once in n_requests and once
-- by its outcome.
select
  by_columns,
  count(*) filter (where is_arrival) as n_requests,
  count(*) filter (where is_outcome and outcome = 'filled') as n_filled,
  count(*) filter (where is_outcome and outcome = 'unfilled') as n_unfilled,
  count(*) filter (where is_outcome and outcome = 'cancelled') as n_cancelled,
  count(*) filter (where outcome = 'open') as n_open
from scope
group by all
