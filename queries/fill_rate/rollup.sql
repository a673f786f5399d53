-- The same counts from the days.
with
  parts as (
    select
      by_columns,
      role as part_role, outcome as part, is_arrival, is_outcome,
      sum(n) as n,
      sum(n_undated) as n_undated,
      sum(n_followed) as n_followed,
      sum(n_7d) as n_7d,
      sum(n_14d) as n_14d,
      sum(n_30d) as n_30d,
      min(min_us) as min_us,
      max(max_us) as max_us,
      any_value(bucket_end) as ends_at
    from days
    group by all
  ),

