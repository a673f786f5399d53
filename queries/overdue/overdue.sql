-- What is late? Filled loans: those that we borrowed and owe (side borrowing) and those that we lent and are owed
-- (side lending). A loan is late from the day after its due day, put off by grace and, on the lending side, by the
-- way back; days are those of the loan's library. The counts stand at as_of whatever the span; overdue_rate speaks of
-- the loans that were due in the span, once their day has ended, and is null where there is none. A loan that came
-- back on a day nobody recorded is not out and has no part in the rate.
with
  put_off as (
    select 'borrowing' as side, $grace_days::integer as days
    union all
    select 'lending', ($grace_days + $return_transit_days)::integer
  ),

  today as (
    select library as its_library, timezone(zone, timezone('UTC', $as_of::timestamp))::date as local_day from library
  ),

  -- When the last day ends, where it is not the due day itself.
  ends as (
    select library as own_library, side, day as own_day, timezone('UTC', timezone(zone, (day + days + 1)::timestamp)) as last_day_ends_at
    from business_day join library using (library) cross join put_off
    where days > 0
  ),

  -- Loans are many and due days few: what decides is counted first.
  counted_loans as (
    select
      by_columns,
      scope.library as its_library, scope.role as its_side, scope.due_day as its_day, in_span,
      returned_at is null and not is_back as is_out,
      returned_at is not null as is_returned,
      returned_at >= coalesce(last_day_ends_at, due_end_at) as is_returned_late,
      count(*) as n
    from scope left join ends on own_library = library and side = role and own_day = due_day
    where kind = 'loan' and outcome = 'filled' and role <> 'docdel'
    group by all
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
