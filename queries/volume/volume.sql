-- How many requests came in, and what became of them? Every request of the scope counts, once in n_requests and once
-- by its outcome. parts is those requests counted: parts.sql from the facts, rollup.sql from the days.

  groups as (
    select
      by_columns,
      coalesce(sum(n) filter (where is_arrival), 0)::bigint as n_requests,
      coalesce(sum(n) filter (where is_outcome and part = 'filled'), 0)::bigint as n_filled,
      coalesce(sum(n) filter (where is_outcome and part = 'unfilled'), 0)::bigint as n_unfilled,
      coalesce(sum(n) filter (where is_outcome and part = 'cancelled'), 0)::bigint as n_cancelled,
      coalesce(sum(n) filter (where part = 'open'), 0)::bigint as n_open
    from parts
    group by all
  )

select groups.*, provisional
from groups left join maturity_of(parts) moving on same_group(groups, moving)
