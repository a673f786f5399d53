-- Which open requests should be looked at first? One row per open request, by a score that adds up points: age against
-- the target of its role and kind, a need-by date within two weeks, rush, the weight of its patron group, and a copy,
-- which can be there the same day. What the history does not say gives no points. Age is the calendar's.
-- greatest() and least() pass over nulls, so that what is not known is asked for.
with
  today as (
    select library, timezone(zone, timezone('UTC', $as_of::timestamp))::date as local_day from library
  ),

  weights as (
    select patron_group as weighed_group, weight from patron_group_weight
  ),

  waiting as (
    select
      scope.*,
      case when created_at is not null then greatest(epoch_us($as_of::timestamp) - epoch_us(created_at), 0) / 86400e6 end as age_days,
      target.days as target_days,
      (need_by - local_day)::integer as days_left,
      weight
    from scope
    join today using (library)
    left join sla_target target on target.role = scope.role and target.kind = scope.kind
    left join weights on weighed_group = scope.patron_group
    where outcome = 'open'
  ),

  scored as (
    select
      by_columns,
      request_id, library, role, kind, status, coalesce(partner, 'unknown') as partner, created_at, age_days, target_days,
      case when age_days <= target_days then 0 else age_days - target_days end as days_over,
      need_by,
      days_left,
      coalesce(rush, false) as rush,
      coalesce($priority_age * case when age_days > 2 * target_days then 1 else age_days / target_days / 2 end, 0)::double as age_points,
      case when days_left < 14 then $priority_need_by * (14 - greatest(days_left, 0)) / 14 else 0 end::double as need_by_points,
      case when rush then $priority_rush else 0 end::double as rush_points,
      coalesce($priority_group * weight / 100, 0)::double as group_points,
      case when kind = 'copy' then $priority_copy else 0 end::double as copy_points,
      age_points + need_by_points + rush_points + group_points + copy_points as priority
    from waiting
  ),

  -- The list is cut before the wide table is read; ties are kept until the requests' own numbers are there.
  foremost as (
    select *
    from scored
    qualify $top = 0 or rank() over (partition by by_columns, true order by priority desc, created_at nulls last) <= $top
  ),

  listed as (
    select foremost.*, source_id, title, container
    from foremost join (select request_id, source_id, title, container from request) using (request_id)
    qualify $top = 0
      or row_number() over (partition by by_columns, true order by priority desc, created_at nulls last, library, source_id, request_id) <= $top
  )

select
  by_columns,
  priority, source_id, library, role, kind, status, partner, created_at, age_days, target_days, days_over,
  need_by, days_left, rush, age_points, need_by_points, rush_points, group_points, copy_points, title, container
from listed
