-- The same from the days, each of whose rows stands for n requests.
with
  parts as (
    select by_columns, role as part_role, outcome as part, is_arrival, is_outcome, sum(n) as n, any_value(bucket_end) as ends_at
    from days
    group by all
  ),

