-- When do requests come in? Every request by weekday and hour of its creation, as the library's clock shows them;
-- both are null where the moment of creation is not known.
-- And how long those waited who got what they asked for, as turnaround measures it.
with
  timed as (
    select
      *,
      case
        when outcome = 'filled' and turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end
      end as us
    from scope
  ),

  -- materialized, as the sum over a group would count anew
  cells as materialized (
    select by_columns, isodow(created_day)::integer as weekday, created_hour as hour, count(*) as n_requests,
      count(us) as n_measured, quantile_cont(us, 0.5) / 86400e6 as median_days
    from timed
    group by all
  )

select
  * exclude (n_measured, median_days),
  n_requests / sum(n_requests) over (partition by by_columns, true) as share,
  n_measured,
  median_days
from cells
