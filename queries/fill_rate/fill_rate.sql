-- How often do readers and partners get what they ask for, and how soon? Every request of the scope.
-- filled_within_Nd is the Aalen-Johansen cumulative incidence of `filled` at N days from creation: unfilled and
-- cancelled compete, open requests are censored at as_of, and one censored at t is still at risk at t. Requests that
-- ended before they were created are left out. With basis=period there is no cohort to follow and it is null. Rounded to
-- twelve digits, as threads add up in any order.
-- parts is every request of the scope counted by role and outcome; stepped the lives of those that ended, n in each row,
-- each put off to until_us, which lies before the group's next moment: facts.sql has both from the facts, rollup.sql
-- from what the load counted.

  groups as (
    select
      by_columns,
      coalesce(sum(n) filter (where is_arrival), 0)::bigint as n_requests,
      coalesce(sum(n) filter (where is_outcome and part = 'filled'), 0)::bigint as n_filled,
      coalesce(sum(n) filter (where is_outcome and part = 'unfilled'), 0)::bigint as n_unfilled,
      coalesce(sum(n) filter (where is_outcome and part = 'cancelled'), 0)::bigint as n_cancelled,
      coalesce(sum(n) filter (where part = 'open'), 0)::bigint as n_open,
      sum(n_followed)::bigint as n_followed,
      sum(n_7d) filter (where part = 'filled') as filled_7d,
      sum(n_14d) filter (where part = 'filled') as filled_14d,
      sum(n_30d) filter (where part = 'filled') as filled_30d,
      min(min_us) filter (where part = 'open') as youngest_open_us,
      max(max_us) filter (where part = 'open') as oldest_open_us,
      coalesce(max(max_us) filter (where part <> 'open'), -1) as longest_ended_us,
      not $is_period
        and 20 * coalesce(sum(n_undated) filter (where part <> 'open'), 0) <= coalesce(sum(n) filter (where part <> 'open'), 0)
        as is_dated
    from parts
    group by all
  ),

  -- Where nobody is censored before N days the estimate is the plain share. The rest of this file is for the others:
  -- groups with an open request younger than 30 days. F(N) is the sum over the requests filled by N of 1 / G(t-) / n,
  -- where G is the Kaplan-Meier curve of censoring, so that only the moments of censoring need be told apart.
  censored as (
    select * from groups where is_dated and youngest_open_us < 30::bigint * 86400000000
  ),

  -- The moments at which the curve must be exact: each censoring, and 7, 14 and 30 days.
  moments as (
    select by_columns, epoch_us($as_of::timestamp) - epoch_us(created_at) as us, count(*) as n_censored
    from scope semi join censored on same_group(scope, censored)
    where outcome = 'open' and created_at > $as_of::timestamp - to_days(30)
    group by all
    union all
    select by_columns, unnest([7, 14, 30]) * 86400000000 as us, 0 as n_censored
    from censored
  ),

  -- One row per step and per moment, in order: at the same microsecond outcomes come before censorings.
  points as (
    select by_columns, -1 as us, false as is_moment, n_followed as n_entered, 0 as n_ended, 0 as n_filled, 0 as n_censored
    from censored
    union all
    select by_columns, until_us, false, 0, sum(n)::bigint, coalesce(sum(n) filter (where is_filled), 0)::bigint, 0
    from stepped semi join censored on same_group(stepped, censored)
    group by all
    union all
    select by_columns, us, true, 0, 0, 0, sum(n_censored)
    from moments
    group by all
  ),

  followed as (
    select
      *,
      sum(n_entered - n_ended - n_censored) over (partition by by_columns, true order by us, is_moment) as n_left
    from points
  ),

  curve as (
    select
      *,
      product(case when n_censored > 0 then n_left / (n_left + n_censored) else 1 end)
        over (partition by by_columns, true order by us, is_moment) as share_uncensored
    from followed
  ),

  within_days as (
    select
      by_columns,
      sum(n_filled / share_uncensored) filter (where n_filled > 0 and us <= 7 * 86400000000) / sum(n_entered) as within_7d,
      sum(n_filled / share_uncensored) filter (where n_filled > 0 and us <= 14 * 86400000000) / sum(n_entered) as within_14d,
      sum(n_filled / share_uncensored) filter (where n_filled > 0 and us <= 30 * 86400000000) / sum(n_entered) as within_30d
    from curve
    group by all
  )

select
  groups.* exclude (n_followed, filled_7d, filled_14d, filled_30d, youngest_open_us, oldest_open_us, longest_ended_us, is_dated),
  n_filled / nullif(n_filled + n_unfilled, 0) as fill_rate,
  n_filled / nullif(n_requests, 0) as gross_fill_rate,
  case
    when not is_dated or n_followed = 0 then null
    when oldest_open_us < 7 * 86400000000 and oldest_open_us >= longest_ended_us then null
    when youngest_open_us < 7 * 86400000000 then round(coalesce(within_7d, 0), 12)
    else coalesce(filled_7d, 0) / n_followed
  end as filled_within_7d,
  case
    when not is_dated or n_followed = 0 then null
    when oldest_open_us < 14 * 86400000000 and oldest_open_us >= longest_ended_us then null
    when youngest_open_us < 14 * 86400000000 then round(coalesce(within_14d, 0), 12)
    else coalesce(filled_14d, 0) / n_followed
  end as filled_within_14d,
  case
    when not is_dated or n_followed = 0 then null
    when oldest_open_us < 30::bigint * 86400000000 and oldest_open_us >= longest_ended_us then null
    when youngest_open_us < 30::bigint * 86400000000 then round(coalesce(within_30d, 0), 12)
    else coalesce(filled_30d, 0) / n_followed
  end as filled_within_30d,
  n_open / nullif(n_requests, 0) as share_open,
  provisional
from groups
left join maturity_of(parts) moving on same_group(groups, moving)
left join within_days on same_group(groups, within_days)
