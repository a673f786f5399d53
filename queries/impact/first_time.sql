-- First-time readers by unit and day: those who asked on the day and had asked for nothing in the 24 months before it,
-- by a request of any role but lending and whatever became of it. Within 24 months a reader is new on one day at most, so
-- that days add up to any such span. Of a request without a reader's key nobody knows, and it has no part.
with
  asked as (
    select patron_key, created_day
    from fact_request
    where role <> 'lending' and patron_key is not null and created_day is not null
    group by all
  ),

  fresh as (
    select patron_key, created_day
    from (
      select *, lag(created_day) over (partition by patron_key order by created_day) as day_before
      from asked
    )
    where day_before is null or day_before < created_day - to_months(24)
  )

select distinct unit, created_day - date '1970-01-01' as day, patron_key, 1 as x, 0 as n
from counted join fresh using (patron_key, created_day)
where created_day >= $from::date and created_day < $to::date
