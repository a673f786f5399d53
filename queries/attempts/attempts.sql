-- How many lenders does a request need? The attempts of borrowing requests that were put to a lender. A request is
-- counted by its first attempt, or by its only one where no order is known: positions have no gaps.
with
  told as (
    select
      *,
      coalesce(position, 1) = 1 as is_first,
      outcome = 'filled' and filled_by = 'lender' as is_filled,
      case when is_filled and answer = 'filled' then position end as filled_position
    from attempts
  ),

  counts as (
    select
      by_columns,
      count(*) filter (where is_first) as n_requests,
      count(*) filter (where is_first and is_filled) as n_filled,
      count(*) as n_attempts,
      count(*) filter (where answer in ('filled', 'no', 'expired')) as n_answered,
      count(*) filter (where answer = 'expired') as n_expired,
      count(*) filter (where was_conditional) as n_conditional,
      count(filled_position) as n_position_known,
      count(*) filter (where filled_position = 1) as n_first,
      count(*) filter (where filled_position = 2) as n_second,
      count(*) filter (where filled_position >= 3) as n_later
    from told
    group by all
  ),

  rates as (
    select
      by_columns,
      n_requests, n_filled, n_attempts, n_position_known,
      n_attempts / nullif(n_filled, 0) as attempts_per_fill,
      n_first / nullif(n_position_known, 0) as first_lender_fill,
      n_second / nullif(n_position_known, 0) as second_lender_fill,
      n_later / nullif(n_position_known, 0) as later_fill,
      n_expired / nullif(n_answered, 0) as expired_share,
      n_conditional / nullif(n_attempts, 0) as conditional_share
    from counts
  )

select rates.*, coalesce(provisional, false) as provisional
from rates left join maturity on same_group(rates, maturity)
