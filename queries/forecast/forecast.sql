-- How many requests to expect, month by month, with the band that a month should lie in. Full months only, those without
-- a request among them. Two ways of expecting are tried on the newest twelve months, each a month ahead: what the same
-- month brought a year earlier, and Holt-Winters (additive, a season of 12 months), which stands only where it erred
-- less. Lists hold a group's months in order, so that everything after the first reading is small.
with
  -- The one reading of the history.
  counts as materialized (
    select by_columns, date_trunc('month', created_day)::date as month, count(*)::double as n
    from scope
    where created_day is not null
    group by all
  ),

  -- A month is full when none of it lies after to, after as_of or after the newest date of the history. from does not cut
  -- what is looked back on.
  span as (
    select
      min(month) as first_month,
      (date_trunc('month', least($to::date, $as_of::date, (select as_of::date from history_state))) - to_months(1))::date as last_month
    from counts
  ),

  full_months as (
    select counts.* from counts join span on month between first_month and last_month
  ),

  months as (
    select by_columns, month, n from full_months
    union all
    select by_columns, unnest(generate_series(first_month::timestamp, last_month::timestamp, interval 1 month))::date, 0
    from (select by_columns, true as is_group from full_months group by all), span
  ),

  series as (
    select by_columns, min(month) as first_month, list(n order by month)::double[] as y, len(y)::integer as length
    from (select by_columns, month, sum(n) as n from months group by all)
    group by all
    having count(*) > 0
  ),

  -- Holt-Winters with every combination of its three parameters, where three years can be seen. It starts from the line
  -- through the first year's mean, which lies in its middle, and what the months of that year differ from it.
  tried as (
    select
      *,
      case when length >= 36 then list_avg(y[1:12]) end as first_level,
      case when length >= 36 then (list_avg(y[13:24]) - first_level) / 12 end as first_trend,
      unnest(case when length >= 36 then [0.1, 0.3, 0.5]::double[] else [null] end) as alpha
    from series
  ),

  combined as (
    select tried.*, beta::double as beta, gamma::double as gamma
    from tried, (values (0), (0.1)) betas (beta), (values (0.1), (0.3)) gammas (gamma)
    where length >= 36 or (beta = 0 and gamma = 0.1)
  ),

  -- From the 13th month on. ahead is the level a month ahead, season that of the next twelve months, expected what each
  -- month was expected to bring the month before. With the error of a month e its level becomes ahead + alpha e, its
  -- trend trend + alpha beta e and its season season + gamma (1 - alpha) e, which is the textbook's recursion.
  followed as (
    select
      *,
      case when length >= 36 then
        list_reduce(
          list_transform(y[13:], lambda n: {'n': n, 'ahead': null::double, 'trend': null::double, 'season': null::double[], 'expected': null::double[]}),
          lambda state, seen: {
            'n': null::double,
            'ahead': state.ahead + state.trend + alpha * (1 + beta) * (seen.n - state.ahead - state.season[1]),
            'trend': state.trend + alpha * beta * (seen.n - state.ahead - state.season[1]),
            'season': list_append(state.season[2:], state.season[1] + gamma * (1 - alpha) * (seen.n - state.ahead - state.season[1])),
            'expected': list_append(state.expected, state.ahead + state.season[1])
          },
          {
            'n': null::double, 'ahead': first_level + 6.5 * first_trend, 'trend': first_trend,
            'season': list_transform(y[1:12], lambda n, i: n - first_level - (i - 6.5) * first_trend), 'expected': []::double[]
          }
        )
      end as state,
      -- Judged before the newest twelve months, on which the winner is then tried. Rounded, so that a tie is a tie.
      round(list_sum(list_transform(list_zip(y[13:length - 12], (state).expected[1:length - 24]), lambda pair: pow(pair[1] - pair[2], 2))), 6) as squares
    from combined
  ),

  fitted as (
    select
      by_columns,
      any_value(first_month) as first_month,
      any_value(y) as y,
      any_value(length) as length,
      first({'alpha': alpha, 'beta': beta, 'state': state} order by squares, alpha, beta, gamma) as fit
    from followed
    group by all
    having count(*) > 0
  ),

  -- The newest twelve months, or as many as have a month a year before them.
  tested as (
    select
      *,
      case when length >= 13 then y[1:length - 12] end as naive,
      fit.state.expected as winters,
      greatest(least(length - 12, 12), 0) as n_tested,
      y[length - n_tested + 1:] as seen,
      list_sum(list_transform(list_zip(seen, naive[length - 11 - n_tested:]), lambda pair: abs(pair[1] - pair[2])))
        / nullif(list_sum(seen), 0) as naive_error,
      case when length >= 36 then
        list_sum(list_transform(list_zip(seen, winters[length - 11 - n_tested:]), lambda pair: abs(pair[1] - pair[2])))
          / nullif(list_sum(seen), 0)
      end as winters_error,
      coalesce(winters_error < naive_error, false) as is_winters,
      case when is_winters then winters else naive end as chosen
    from fitted
  ),

  -- A month errs like a count at least, whatever the tested months say.
  banded as (
    select
      *,
      greatest(
        1.4826 * list_median(list_transform(list_zip(seen, chosen[length - 11 - n_tested:]), lambda pair: abs(pair[1] - pair[2]))),
        sqrt(list_avg(seen))
      ) as sigma
    from tested
  ),

  steps as (
    select *, unnest(range(1, length + 1 + case when length >= 13 then $horizon else 0 end)) as step, greatest(step - length, 0) as ahead
    from banded
  ),

  expectations as (
    select
      by_columns,
      (first_month + to_months((step - 1)::integer))::date as month,
      y[step]::bigint as n_requests,
      greatest(
        case
          when step <= 12 then null
          when ahead = 0 then chosen[step - 12]
          when is_winters then fit.state.ahead + (ahead - 1) * fit.state.trend + fit.state.season[ahead]
          else y[step - 12]
        end,
        case when step > 12 then 0 end
      ) as expected,
      -- Hyndman and Athanasopoulos: the variance of Holt-Winters grows with the months ahead
      1.96 * sigma * case when is_winters
        then sqrt(1 + coalesce(list_sum(list_transform(range(1, ahead), lambda j: pow(fit.alpha * (1 + j * fit.beta), 2))), 0))
        else 1
      end as width,
      case when step > 12 then if(is_winters, 'holt_winters', 'seasonal_naive') end as method,
      if(is_winters, winters_error, naive_error) as backtest_error,
      naive_error,
      winters_error
    from steps
  )

select
  by_columns,
  month,
  n_requests,
  expected,
  greatest(expected - width, case when expected >= 0 then 0 end) as lo,
  expected + width as hi,
  method,
  backtest_error,
  naive_error,
  winters_error,
  n_requests not between lo and hi as is_outside
from expectations
where n_requests is null or coalesce(month >= date_trunc('month', $from::date), true)
