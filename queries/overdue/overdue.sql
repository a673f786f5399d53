-- What is late? Filled loans: those that we borrowed and owe (side borrowing) and those that we lent and are owed
-- (side lending). A loan is late from the day after its due day, put off by grace and, on the lending side, by the
-- way back; days are those of the loan's library. The counts stand at as_of whatever the span; overdue_rate speaks of
-- the loans that were due in the span, once their day has ended, and is null where there is none. A loan that came
-- back on a day nobody recorded is not out and has no part in the rate.
-- counted_loans is those loans of which it is known that they are out or came back, counted: loans.sql has them from the
-- facts, rollup.sql from what the load counted.

  today as (
    select library as its_library, timezone(zone, timezone('UTC', $as_of::timestamp))::date as local_day from library
  ),

  aged as (
    select
      *,
      local_day - its_day - days as days_late,
      coalesce(in_span and days_late >= 1 and (is_out or is_returned), false) as is_due
    from counted_loans join today using (its_library) join put_off on side = its_side
  ),

  sides as (
    select
      by_columns,
      side,
      coalesce(sum(n) filter (where is_out), 0)::bigint as n_out,
      coalesce(sum(n) filter (where is_out and days_late >= 1), 0)::bigint as n_overdue,
      coalesce(sum(n) filter (where is_out and days_late between 1 and 7), 0)::bigint as n_1_7,
      coalesce(sum(n) filter (where is_out and days_late between 8 and 30), 0)::bigint as n_8_30,
      coalesce(sum(n) filter (where is_out and days_late between 31 and 90), 0)::bigint as n_31_90,
      coalesce(sum(n) filter (where is_out and days_late >= 91), 0)::bigint as n_91_plus,
      coalesce(sum(n) filter (where is_due), 0)::bigint as n_due,
      coalesce(sum(n) filter (where is_due and (is_out or is_returned_late)), 0)::bigint as n_late
    from aged
    group by all
  )

select * exclude (n_late), n_late / nullif(n_due, 0) as overdue_rate
from sides
where n_out + n_due > 0
