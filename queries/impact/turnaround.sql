-- Median days from created to available by unit and span, as the metric turnaround: filled requests whose turnaround is
-- known and not negative. A day lies in many spans, which are told by their place in the lists given.
with
  calendar as (
    select span, unnest(range(from_day::timestamp, to_day::timestamp, to_days(1)))::date as created_day
    from (
      select unnest($froms::date[]) as from_day, unnest($tos::date[]) as to_day, unnest(range(len($froms::date[]))) as span
    )
  )
select unit, span, quantile_cont(turnaround_us, 0.5) / 86400e6 as x, count(*) as n
from counted join calendar using (created_day)
where list_contains($units::varchar[], unit) and outcome = 'filled' and turnaround_us >= 0
group by all
