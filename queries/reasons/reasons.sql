-- Why do requests end without supply? Unfilled and cancelled requests by their reason; share is of both together.
with
  -- by what the source says: naming what it does not say comes after, as it would slow the count down
  parts as (
    select by_columns, reason as part_reason, outcome, count(*) as n
    from scope
    where is_outcome and outcome in ('unfilled', 'cancelled')
    group by all
  ),

  -- materialized, as the sum over a group would count anew
  ended as materialized (
    select by_columns, coalesce(part_reason, 'unknown') as reason, outcome, sum(n)::bigint as n
    from parts
    group by all
  ),

  shared as (
    select *, n / sum(n) over (partition by by_columns, true) as share
    from ended
  )

select shared.*, provisional
from shared left join maturity on same_group(shared, maturity)
