-- The requests over their target: scope, with target_days and waited_us. Filled ones by their turnaround, open ones by
-- their age at as_of, both by the clock asked for. Whether a turnaround is negative the calendar says; a negative or
-- unknown one is no breach.
with
  -- Open time that each library's counter has reached at as_of; beyond its last day it stands still.
  reached as (
    select
      library as counted_library,
      max(open_us_before + case when is_open then least(epoch_us($as_of::timestamp), epoch_us(end_at)) - epoch_us(start_at) else 0 end) as reached_us
    from business_day
    where start_at <= $as_of::timestamp
    group by library
  ),

  first_days as (
    select library as first_library, day as first_day, start_at, is_open, open_us_before from business_day
  ),

  targets as (
    select role as target_role, kind as target_kind, days as target_days from sla_target
  ),

  late as (
    select
      scope.*,
      target_days,
      case
        when outcome = 'filled' then case when turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end end
        when $is_business then reached_us - open_us_before - case when is_open then epoch_us(created_at) - epoch_us(start_at) else 0 end
        else epoch_us($as_of::timestamp) - epoch_us(created_at)
      end as waited_us
    from scope
    join targets on target_role = scope.role and target_kind = scope.kind
    left join reached on $is_business and counted_library = scope.library
    left join first_days on $is_business and outcome = 'open' and first_library = scope.library and first_day = scope.created_day
    where outcome in ('filled', 'open') and waited_us > target_days * 86400e6
  )
