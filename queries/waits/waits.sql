-- How many wait how long? Filled requests whose turnaround is known, as turnaround measures it, by whole days: 0 is up to
-- 24 hours. The last row is open-ended.
with
  filled as (
    select
      *,
      case when turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end end as us
    from scope
    where is_outcome and outcome = 'filled'
  ),

  -- materialized, as the sums over a group would count anew
  bins as materialized (
    select by_columns, least(us // 86400000000, 61)::bigint as from_days, count(*) as n
    from filled
    where us is not null
    group by all
  ),

  shared as (
    select
      *,
      n / sum(n) over (partition by by_columns, true) as share,
      sum(n) over (partition by by_columns, true order by from_days) / sum(n) over (partition by by_columns, true) as share_so_far
    from bins
  )

select shared.*, provisional
from shared left join maturity on same_group(shared, maturity)
