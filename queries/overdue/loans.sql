-- The loans, counted by what decides whether they are late, from the facts: loans are many and due days few.
with
  put_off as (
    select 'borrowing' as side, $grace_days::integer as days
    union all
    select 'lending', ($grace_days + $return_transit_days)::integer
  ),

  -- When the last day ends, where it is not the due day itself.
  ends as (
    select library as own_library, side, day as own_day, timezone('UTC', timezone(zone, (day + days + 1)::timestamp)) as last_day_ends_at
    from business_day join library using (library) cross join put_off
    where days > 0
  ),

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
      and (returned_at is null and not is_back or in_span and returned_at is not null) -- no other has a part in any number
    group by all
  ),

