-- Where is time lost? The stages that a filled request passes, from one date to the next. All stages of a group are
-- measured on the same requests, those that have every date in order, so that the means add up to the mean of the
-- whole; the others are undetermined. What a borrowing request got without a lender passes no stages and is left out.
with
  filled as not materialized (
    select * from scope where is_outcome and outcome = 'filled'
  ),

  -- The dates that part the stages. Apart by their number, as that is far faster than a case for each date.
  dated as not materialized (
    select
      by_columns, library as own_library,
      created_at as at_0, sent_at as at_1, shipped_at as at_2, received_at as at_3, available_at as at_4,
      at_1 >= at_0 and at_2 >= at_1 and at_3 >= at_2 and at_4 >= at_3 as is_complete
    from filled
    where role = 'borrowing' and kind = 'loan' and filled_by = 'lender'
    union all
    select by_columns, library, created_at, sent_at, available_at, null, null, sent_at >= created_at and available_at >= sent_at
    from filled
    where role = 'borrowing' and kind <> 'loan' and filled_by = 'lender'
    union all
    select by_columns, library, created_at, shipped_at, null, null, null, shipped_at >= created_at
    from filled
    where role = 'lending'
    union all
    select by_columns, library, created_at, available_at, null, null, null, available_at >= created_at
    from filled
    where role = 'docdel'
  ),

  -- The local days and the open time before each, by the UTC dates that a day touches.
  opening as not materialized (
    select library as at_library, unnest(range(date_trunc('day', start_at), end_at, interval 1 day)) as utc_day, start_at, end_at, is_open, open_us_before
    from business_day
  ),

  -- Open time up to each date; a stage is the difference of two.
  read as not materialized (
    select by_columns, is_complete, epoch_us(at_0) as us_0, epoch_us(at_1) as us_1, epoch_us(at_2) as us_2, epoch_us(at_3) as us_3, epoch_us(at_4) as us_4
    from dated
    where not $is_business
    union all
    select
      by_columns, is_complete and d0.utc_day is not null as is_complete, -- a year before all calendars has no open time
      d0.open_us_before + case when d0.is_open then epoch_us(at_0) - epoch_us(d0.start_at) else 0 end,
      d1.open_us_before + case when d1.is_open then epoch_us(at_1) - epoch_us(d1.start_at) else 0 end,
      d2.open_us_before + case when d2.is_open then epoch_us(at_2) - epoch_us(d2.start_at) else 0 end,
      d3.open_us_before + case when d3.is_open then epoch_us(at_3) - epoch_us(d3.start_at) else 0 end,
      d4.open_us_before + case when d4.is_open then epoch_us(at_4) - epoch_us(d4.start_at) else 0 end
    from dated
    left join opening d0 on d0.at_library = own_library and d0.utc_day = date_trunc('day', at_0) and at_0 >= d0.start_at and at_0 < d0.end_at
    left join opening d1 on d1.at_library = own_library and d1.utc_day = date_trunc('day', at_1) and at_1 >= d1.start_at and at_1 < d1.end_at
    left join opening d2 on d2.at_library = own_library and d2.utc_day = date_trunc('day', at_2) and at_2 >= d2.start_at and at_2 < d2.end_at
    left join opening d3 on d3.at_library = own_library and d3.utc_day = date_trunc('day', at_3) and at_3 >= d3.start_at and at_3 < d3.end_at
    left join opening d4 on d4.at_library = own_library and d4.utc_day = date_trunc('day', at_4) and at_4 >= d4.start_at and at_4 < d4.end_at
    where $is_business
  ),

  stepped as not materialized (
    select
      by_columns,
      is_complete,
      case when is_complete then us_1 - us_0 end as step_1,
      case when is_complete then us_2 - us_1 end as step_2,
      case when is_complete then us_3 - us_2 end as step_3,
      case when is_complete then us_4 - us_3 end as step_4
    from read
  ),

  groups as (
    select
      by_columns,
      case when role <> 'borrowing' then ['processing']
        when kind = 'loan' then ['processing', 'supplier', 'transit', 'receiving']
        else ['processing', 'supplier'] end as stages,
      count(*) as n_filled,
      count(*) filter (where is_complete) as n,
      [quantile_cont(step_1, [0.5, 0.9]), quantile_cont(step_2, [0.5, 0.9]),
        quantile_cont(step_3, [0.5, 0.9]), quantile_cont(step_4, [0.5, 0.9])] as quantiles_us,
      [avg(step_1), avg(step_2), avg(step_3), avg(step_4)] as means_us
    from stepped
    group by all
  ),

  staged as (
    select *, unnest(stages) as stage, generate_subscripts(stages, 1)::integer as position, list_sum(means_us) as mean_us
    from groups
  ),

  shared as (
    select
      by_columns,
      stage,
      position,
      n,
      n_filled - n as n_undetermined,
      quantiles_us[position][1] / 86400e6 as median_days,
      quantiles_us[position][2] / 86400e6 as p90_days,
      means_us[position] / 86400e6 as mean_days,
      means_us[position] / nullif(mean_us, 0) as share,
      coalesce(mean_us > 0 and position = list_position(means_us, list_max(means_us)), false) as is_bottleneck
    from staged
  )

select shared.*, provisional
from shared left join maturity on same_group(shared, maturity)
