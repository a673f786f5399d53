-- How long do readers and partners wait? Filled requests only. The clock is the calendar's, or with $is_business the
-- same span without weekends and closures, which is not known of a year before all calendars; negative is what the
-- calendar says. Null where no request is measured.
with
  filled as (
    select
      *,
      case when turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end end as us,
      case when us is not null then true when turnaround_us < 0 then false end as is_measured
    from scope
    where is_outcome and outcome = 'filled'
  ),

  timed as (
    select filled.*, us <= target.days * 86400e6 as is_within
    from filled left join sla_target target on target.role = filled.role and target.kind = filled.kind
  ),

  groups as (
    select
      by_columns,
      count(*) as n_filled,
      count(*) filter (where is_measured) as n,
      count(*) filter (where is_measured is null) as n_undetermined,
      count(*) filter (where not is_measured) as n_negative,
      quantile_cont(us, [0.5, 0.9]) as quantiles_us, -- both from one reading
      null as median_days,
      null as p90_days,
      avg(us) / 86400e6 as mean_days,
      avg(is_within::integer) as share_within_sla
    from timed
    group by all
  )

select
  groups.* exclude (quantiles_us) replace (quantiles_us[1] / 86400e6 as median_days, quantiles_us[2] / 86400e6 as p90_days),
  provisional
from groups left join maturity on same_group(groups, maturity)
