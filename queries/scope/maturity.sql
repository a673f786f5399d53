-- Whether a group's figures will still move: over 5 % of its requests are open, or its bucket ended less than t95 before
-- as_of. t95 is the 95th percentile of the time to an outcome in the same role, over the outcomes of the 365 days before
-- as_of in the whole history; of several roles the longest.
with
  usual as (
    select role as usual_role, to_microseconds(quantile_cont(epoch_us(outcome_at) - epoch_us(created_at), 0.95)::bigint) as t95
    from facts
    where outcome_at >= $as_of::timestamp - to_days(365) and outcome_dated and outcome_at >= created_at
    group by role
  ),
  parts as (
    select by_columns, role as part_role, count(*) as n, count(*) filter (where outcome = 'open') as n_open, any_value(bucket_end) as ends_at
    from scope
    group by all
  )
select
  by_columns,
  coalesce(
    (not $is_period and 20 * sum(n_open) > sum(n))
      or $as_of::timestamp - case when $is_period then to_microseconds(0) else coalesce(max(t95), to_microseconds(0)) end
        < coalesce(any_value(ends_at), $as_of::timestamp),
    false
  ) as provisional
from parts left join usual on usual_role = part_role
group by all
