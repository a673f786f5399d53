-- What does a filled request cost? Filled requests by currency, which are never added up; no_cost where the source
-- tells none, unknown where it tells an amount without its currency.
with
  -- materialized, as the sum over a group would read anew
  filled as materialized (
    select
      by_columns,
      case when cost is null then 'no_cost' else coalesce(currency, 'unknown') end as currency,
      count(*) as n_filled,
      sum(cost)::double as total_cost,
      quantile_cont(cost::double, 0.5) as median_cost
    from scope
    where is_outcome and outcome = 'filled'
    group by all
  ),

  shared as (
    select
      by_columns,
      currency,
      n_filled,
      n_filled / sum(n_filled) over (partition by by_columns, true) as share_of_filled,
      total_cost,
      total_cost / n_filled as cost_per_filled,
      median_cost
    from filled
  )

select shared.*, provisional
from shared left join maturity on same_group(shared, maturity)
