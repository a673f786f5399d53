-- Loans with their unit and due day: those whose due day has ended, of which it is known when they came back or that they are
-- out; and those of them that came back late or are out. As the metric overdue counts the side borrowing, without grace.
with
  today as (
    select library, timezone(zone, timezone('UTC', as_of))::date as local_day
    from library cross join history_state
  )
select unit, due_day - date '1970-01-01' as day, patron_key, is_late::int as x, 1 as n
from (
  select unit, due_day, patron_key, coalesce(returned_at >= due_end_at, returned_at is null) as is_late
  from counted join today using (library)
  where kind = 'loan' and outcome = 'filled' and role = 'borrowing' and local_day > due_day
    and (returned_at is not null or not is_back)
)
where due_day >= $from::date and due_day < $to::date
