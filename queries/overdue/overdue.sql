-- What is late? Filled loans: those that we borrowed and owe (side borrowing) and those that we lent and are owed
-- (side lending). A loan is late from the day after its due day, put off by grace and, on the lending side, by the
-- way back; days are those of the loan's library. The counts stand at as_of whatever the span; overdue_rate speaks of
-- the loans that were due in the span, once their day has ended, and is null where there is none. A loan that came
-- back on a day nobody recorded is not out and has no part in the rate.
with
  today as (
    select library, zone, timezone(zone, timezone('UTC', $as_of::timestamp))::date as local_day from library
  ),

  loans as (
    select
      scope.*,
      today.zone,
      returned_at is null and not is_back as is_out,
      ($grace_days + case when role = 'lending' then $return_transit_days else 0 end)::integer as put_off,
      due_day + put_off as last_day,
      local_day - last_day as days_late
    from scope join today using (library)
    where kind = 'loan' and outcome = 'filled' and role in ('borrowing', 'lending')
  ),

  -- When the last day ends, where it is not the due day itself. Days are few, loans are many.
  ends as (
    select library, last_day, timezone('UTC', timezone(any_value(zone), (last_day + 1)::timestamp)) as last_day_ends_at
    from loans
    where put_off > 0 and returned_at is not null and last_day is not null
    group by library, last_day
  ),

  judged as (
    select
      loans.*,
      coalesce(in_span and days_late >= 1 and (is_out or returned_at is not null), false) as is_due,
      is_out or returned_at >= coalesce(last_day_ends_at, due_end_at) as is_late
    from loans left join ends on ends.library = loans.library and ends.last_day = loans.last_day
  )

select
  by_columns,
  role as side,
  count(*) filter (where is_out) as n_out,
  count(*) filter (where is_out and days_late >= 1) as n_overdue,
  count(*) filter (where is_out and days_late between 1 and 7) as n_1_7,
  count(*) filter (where is_out and days_late between 8 and 30) as n_8_30,
  count(*) filter (where is_out and days_late between 31 and 90) as n_31_90,
  count(*) filter (where is_out and days_late >= 91) as n_91_plus,
  count(*) filter (where is_due and is_late) / nullif(count(*) filter (where is_due), 0) as overdue_rate
from judged
group by all
having count(*) filter (where is_out or is_due) > 0
