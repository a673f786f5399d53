-- How far apart do waits lie? Filled requests whose turnaround is known, as turnaround measures it. Null where there are none.
with
  filled as (
    select
      *,
      case when turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end end as us
    from scope
    where is_outcome and outcome = 'filled'
  ),

  groups as (
    select
      by_columns,
      count(us) as n,
      quantile_cont(us, [0.1, 0.25, 0.5, 0.75, 0.9]) as quantiles_us, -- all from one reading
      null as p10_days,
      null as p25_days,
      null as median_days,
      null as p75_days,
      null as p90_days
    from filled
    group by all
  )

select
  groups.* exclude (quantiles_us) replace (
    quantiles_us[1] / 86400e6 as p10_days,
    quantiles_us[2] / 86400e6 as p25_days,
    quantiles_us[3] / 86400e6 as median_days,
    quantiles_us[4] / 86400e6 as p75_days,
    quantiles_us[5] / 86400e6 as p90_days
  ),
  provisional
from groups left join maturity on same_group(groups, maturity)
