-- The same from the days, and from the months' lives; the facts give those of months that the span cuts.
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

  -- Only the buckets of time that reach into the 30 days before as_of have a group with a curve.
  stepped as not materialized (
    select by_columns, until_us, is_filled, n
    from lives
    where is_watched(starts_on)
    lives_beside()
  ),

