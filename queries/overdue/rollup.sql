-- The same from the loans counted by due day. The last day ends so many days after the due one as the loan is put off.
with
  put_off as (
    select 'borrowing' as side, $grace_days::integer as days
    union all
    select 'lending', ($grace_days + $return_transit_days)::integer
  ),

  counted_loans as (
    select
      by_columns,
      loans.library as its_library, loans.role as its_side, loans.due_day as its_day, in_span,
      is_out,
      is_returned,
      late_days > days as is_returned_late,
      sum(n) as n
    from loans join put_off on side = role
    where is_out or in_span
    group by all
  ),

