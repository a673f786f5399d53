-- MetriDoc's ReShare page: complete, of what is complete, unfilled or cancelled; requests by the day they were created,
-- whatever the basis. Complete is what is over and done: a loan that is back, a copy that was supplied. A loan that the
-- reader still has is pending, and pending requests have no part in it, nor have those that were filled without a lender.
with
  parts as (
    select
      by_columns,
      count(*) filter (
        where outcome = 'filled' and (role = 'lending' or filled_by = 'lender') and (kind <> 'loan' or is_back or returned_at is not null)
      ) as n_complete,
      count(*) filter (where outcome in ('unfilled', 'cancelled')) as n_failed
    from (select * replace (case when is_arrival and role in ('borrowing', 'lending') then outcome end as outcome) from scope)
    group by all
  )
select
  * exclude (n_complete, n_failed),
  n_complete as metridoc_n_filled,
  n_complete + n_failed as metridoc_n,
  n_complete / nullif(n_complete + n_failed, 0) as metridoc_fill_rate
from parts
