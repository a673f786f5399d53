-- MetriDoc's ILLiad page: filled, of all requests, open and cancelled ones among them, by the day they were created,
-- whatever the basis. A lending request that was answered with a condition counts as filled, as the lender is prepared
-- to send the item.
with
  parts as (
    select
      by_columns,
      count(*) filter (where is_arrival and (outcome = 'filled' or role = 'lending' and status = 'conditional')) as n_filled,
      count(*) filter (where is_arrival) as n
    from scope
    group by all
  )
select
  * exclude (n_filled, n),
  n_filled as metridoc_illiad_n_filled,
  n as metridoc_illiad_n,
  n_filled / nullif(n, 0) as metridoc_illiad_fill_rate
from parts
