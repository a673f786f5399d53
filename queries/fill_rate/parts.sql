-- Every request of the scope, counted by role and outcome: from the facts.
with
  parts as (
    select
      by_columns,
      role as part_role, outcome as part, is_arrival, is_outcome,
      count(*) as n,
      count(*) filter (where not outcome_dated) as n_undated,
      count(*) filter (where us >= 0) as n_followed,
      count(*) filter (where us between 0 and 7 * 86400000000) as n_7d,
      count(*) filter (where us between 0 and 14 * 86400000000) as n_14d,
      count(*) filter (where us between 0 and 30 * 86400000000) as n_30d,
      min(us) as min_us,
      max(us) as max_us,
      any_value(bucket_end) as ends_at
    from (select *, epoch_us(coalesce(outcome_at, $as_of::timestamp)) - epoch_us(created_at) as us from scope)
    group by all
  ),

