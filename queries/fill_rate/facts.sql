-- Every request of the scope counted by role and outcome, and the lives of those that ended, from the facts.
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

  -- The moments at which a group's curve must be exact: each censoring, and 7, 14 and 30 days.
  young as (
    select by_columns, epoch_us($as_of::timestamp) - epoch_us(created_at) as us
    from scope
    where outcome = 'open' and created_at > $as_of::timestamp - to_days(30)
    group by all
    union
    select by_columns, unnest([7, 14, 30]) * 86400000000
    from parts
    where part = 'open' and min_us < 30::bigint * 86400000000
  ),

  -- Outcomes are counted in steps of 2^bits microseconds; a step that holds a moment of its group keeps its outcomes
  -- apart. Only so much needs sorting then, whatever the history's size. 30 days are 2^41 microseconds, and as many
  -- steps as the root of requests times moments leave the least to sort.
  sizes as (
    select by_columns, sum(n_followed) as n_followed, sum(n) filter (where part = 'open') as n_open
    from parts
    group by all
  ),

  width as (
    select greatest(22, 41 - log2(greatest(1, sqrt(sum(n_followed * n_open) / nullif(count(n_open), 0)))))::bigint as bits from sizes
  ),

  near_steps as (
    select distinct by_columns, us >> (select bits from width) as step from young
  ),

  -- Only the buckets of time that reach into those 30 days have such a group.
  ended as not materialized (
    select *, epoch_us(outcome_at) - epoch_us(created_at) as us, us >> (select bits from width) as own_step
    from scope
    where outcome <> 'open' and is_watched(created_day)
  ),

  stepped as not materialized (
    select
      ended.*,
      case when near_steps.step is null then (own_step + 1) << (select bits from width) else us end as until_us,
      outcome = 'filled' as is_filled,
      1 as n
    from ended left join near_steps on same_group(ended, near_steps) and step = own_step
    where us between 0 and 30::bigint * 86400000000
  ),

