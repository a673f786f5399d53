-- How do we compare with what others have published? One row per published figure, with the same measure of our own where
-- it can be computed. Durations are the calendar's unless the figure says business days. Only what is measured counts:
-- a duration that is missing or negative has no part.
with
  timed as not materialized (
    select
      *,
      role = 'borrowing' as is_borrowing,
      role = 'lending' as is_lending,
      outcome = 'filled' as is_filled,
      case when turnaround_us >= 0 then turnaround_us end as us,
      case when turnaround_us >= 0 then business_us end as open_us,
      case when role = 'borrowing' and kind = 'loan' and filled_by = 'lender' and received_at >= created_at
        then epoch_us(received_at) - epoch_us(created_at) end as received_us
    from scope
  ),

  counts as (
    select
      by_columns,
      count(us) filter (where is_borrowing) as n_timed,
      avg(us) filter (where is_borrowing) / 86400e6 as mean_days,
      count(us) filter (where is_borrowing and kind = 'loan') as n_loans_timed,
      avg(us) filter (where is_borrowing and kind = 'loan') / 86400e6 as loans_mean_days,
      count(us) filter (where is_borrowing and kind = 'copy') as n_copies_timed,
      avg(us) filter (where is_borrowing and kind = 'copy') / 86400e6 as copies_mean_days,
      count(*) filter (where is_borrowing and kind = 'copy' and us <= 2 * 86400000000) as n_copies_48h,
      count(*) filter (where is_borrowing and kind = 'copy' and open_us <= 5 * 86400000000) as n_copies_5bd,
      avg(open_us) filter (where is_borrowing and kind = 'loan') / 86400e6 as loans_mean_business_days,
      count(received_us) as n_received,
      avg(received_us) / 86400e6 as received_mean_days,
      quantile_cont(received_us, 0.5) / 86400e6 as received_median_days,
      count(*) filter (where is_borrowing and is_filled) as n_filled,
      count(*) filter (where is_borrowing and outcome = 'unfilled') as n_unfilled,
      count(*) filter (where is_borrowing and outcome = 'cancelled') as n_cancelled,
      count(*) filter (where is_borrowing and outcome in ('unfilled', 'cancelled') and reason = 'held_locally') as n_held_locally,
      count(*) filter (where is_lending and is_filled) as n_lent,
      count(*) filter (where is_lending and outcome = 'unfilled') as n_not_lent,
      count(*) filter (where is_lending and kind = 'loan') as n_loans_asked,
      count(*) filter (where is_lending and kind = 'loan' and is_filled) as n_loans_lent,
      count(*) filter (where is_lending and kind = 'loan' and outcome = 'unfilled') as n_loans_not_lent,
      count(cost) filter (where is_borrowing and is_filled and currency = 'USD') as n_borrowed_usd,
      sum(cost) filter (where is_borrowing and is_filled and currency = 'USD')::double / nullif(n_borrowed_usd, 0) as borrowed_usd,
      count(cost) filter (where is_lending and is_filled and currency = 'USD') as n_lent_usd,
      sum(cost) filter (where is_lending and is_filled and currency = 'USD')::double / nullif(n_lent_usd, 0) as lent_usd,
      count(cost) filter (where is_borrowing and is_filled and currency = 'EUR') as n_borrowed_eur,
      sum(cost) filter (where is_borrowing and is_filled and currency = 'EUR')::double / nullif(n_borrowed_eur, 0) as borrowed_eur,
      count(cost) filter (where is_lending and is_filled and currency = 'EUR') as n_lent_eur,
      sum(cost) filter (where is_lending and is_filled and currency = 'EUR')::double / nullif(n_lent_eur, 0) as lent_eur
    from timed
    group by all
  ),

  turns as (
    select
      by_columns,
      count(distinct request_id) as n_asked,
      count(*) as n_attempts,
      count(*) filter (where answer = 'filled' and filled_by = 'lender' and position is not null) as n_known,
      count(*) filter (where answer = 'filled' and filled_by = 'lender' and position = 1) as n_first,
      count(*) filter (where answer = 'filled' and filled_by = 'lender' and position <= 2) as n_first_two
    from attempts
    group by all
  ),

  groups as (
    select
      counts.*,
      coalesce(n_asked, 0) as n_asked, coalesce(n_attempts, 0) as n_attempts, coalesce(n_known, 0) as n_known,
      coalesce(n_first, 0) as n_first, coalesce(n_first_two, 0) as n_first_two,
      n_filled + n_unfilled + n_cancelled as n_ended
    from counts left join turns on same_group(counts, turns)
  ),

  ours as (
    select
      by_columns,
      unnest([
        {'own_measure': 'Borrowing turnaround, mean', 'own': mean_days, 'own_n': n_timed},
        {'own_measure': 'Borrowing turnaround, loans, mean', 'own': loans_mean_days, 'own_n': n_loans_timed},
        {'own_measure': 'Borrowing turnaround, loans, mean hours', 'own': loans_mean_days * 24, 'own_n': n_loans_timed},
        {'own_measure': 'Borrowing turnaround, loans, mean business days', 'own': loans_mean_business_days, 'own_n': n_loans_timed},
        {'own_measure': 'Borrowing turnaround, copies, mean', 'own': copies_mean_days, 'own_n': n_copies_timed},
        {'own_measure': 'Borrowing turnaround, copies, mean hours', 'own': copies_mean_days * 24, 'own_n': n_copies_timed},
        {'own_measure': 'Borrowed copies within 48 hours', 'own': n_copies_48h / nullif(n_copies_timed, 0), 'own_n': n_copies_timed},
        {'own_measure': 'Borrowed copies within 5 business days', 'own': n_copies_5bd / nullif(n_copies_timed, 0), 'own_n': n_copies_timed},
        {'own_measure': 'Borrowed loans, request to receipt, mean', 'own': received_mean_days, 'own_n': n_received},
        {'own_measure': 'Borrowed loans, request to receipt, median', 'own': received_median_days, 'own_n': n_received},
        {'own_measure': 'Borrowing fill rate', 'own': n_filled / nullif(n_filled + n_unfilled, 0), 'own_n': n_filled + n_unfilled},
        {'own_measure': 'Borrowing outcome, filled', 'own': n_filled / nullif(n_ended, 0), 'own_n': n_ended},
        {'own_measure': 'Borrowing outcome, unfilled', 'own': n_unfilled / nullif(n_ended, 0), 'own_n': n_ended},
        {'own_measure': 'Borrowing outcome, cancelled', 'own': n_cancelled / nullif(n_ended, 0), 'own_n': n_ended},
        {'own_measure': 'Held locally, of requests not filled', 'own': n_held_locally / nullif(n_unfilled + n_cancelled, 0), 'own_n': n_unfilled + n_cancelled},
        {'own_measure': 'Filled by the first lender', 'own': n_first / nullif(n_known, 0), 'own_n': n_known},
        {'own_measure': 'Filled by the first two lenders', 'own': n_first_two / nullif(n_known, 0), 'own_n': n_known},
        {'own_measure': 'Lenders asked per request', 'own': n_attempts / nullif(n_asked, 0), 'own_n': n_asked},
        {'own_measure': 'Lending fill rate', 'own': n_lent / nullif(n_lent + n_not_lent, 0), 'own_n': n_lent + n_not_lent},
        {'own_measure': 'Lending fill rate, loans', 'own': n_loans_lent / nullif(n_loans_lent + n_loans_not_lent, 0), 'own_n': n_loans_lent + n_loans_not_lent},
        {'own_measure': 'Lending fill rate, loans, of all requests', 'own': n_loans_lent / nullif(n_loans_asked, 0), 'own_n': n_loans_asked},
        {'own_measure': 'Cost per borrowed item, USD', 'own': borrowed_usd, 'own_n': n_borrowed_usd},
        {'own_measure': 'Cost per lent item, USD', 'own': lent_usd, 'own_n': n_lent_usd},
        {'own_measure': 'Cost per borrowed and lent item together, USD', 'own': borrowed_usd + lent_usd, 'own_n': least(n_borrowed_usd, n_lent_usd)},
        {'own_measure': 'Cost per borrowed item, EUR', 'own': borrowed_eur, 'own_n': n_borrowed_eur},
        {'own_measure': 'Cost per lent item, EUR', 'own': lent_eur, 'own_n': n_lent_eur}
      ], recursive := true)
    from groups
  ),

  published as (
published.sql
  )

select by_columns, measure, unit, own, own_n, lo, hi, population, period, source, note
from ours join published on measure = own_measure
