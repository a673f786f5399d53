-- Why do requests end without supply? Unfilled and cancelled requests by their reason; share is of both together.
with
  ended as (
    select by_columns, coalesce(reason, 'unknown') as reason, outcome, count(*) as n
    from scope
    where is_outcome and outcome in ('unfilled', 'cancelled')
    group by all
  ),

  shared as (
    select *, n / sum(n) over (partition by by_columns, true) as share
    from ended
  )

select shared.*, provisional
from shared left join maturity on same_group(shared, maturity)
