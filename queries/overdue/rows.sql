-- The loans that are out at as_of, with the days that they are late; 0 for those that are not, null without a due day.
-- late_from and late_to leave those of a level.
select
  scope.*,
  case when due_day is not null then
    greatest(0, timezone(zone, timezone('UTC', $as_of::timestamp))::date - due_day
      - $grace_days - case when role = 'lending' then $return_transit_days else 0 end)::integer
  end as days_late
from scope join (select library, zone from library) using (library)
where kind = 'loan' and outcome = 'filled' and role in ('borrowing', 'lending') and returned_at is null and not is_back
  and ($late_from = 0 or days_late >= $late_from) and ($late_to = 0 or days_late <= $late_to)
