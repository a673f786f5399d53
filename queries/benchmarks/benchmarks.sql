-- How do we compare with what others have published? One row per published figure, with the same measure of our own where
-- it can be computed. Durations are the calendar's unless the figure says business days. Only what is measured counts:
-- a duration that is missing or negative has no part.
with
  timed as not materialized (
    select
      *,
      case when turnaround_us >= 0 then turnaround_us end as us,
      case when turnaround_us >= 0 then business_us end as open_us,
      case when role = 'borrowing' and kind = 'loan' and filled_by = 'lender' and received_at >= created_at
        then epoch_us(received_at) - epoch_us(created_at) end as received_us,
      case when outcome = 'filled' and currency = 'USD' then cost end as usd,
      case when outcome = 'filled' and currency = 'EUR' then cost end as eur
    from scope
  ),

  -- One reading for few sums; what each measure takes of them is small.
  parts as (
    select
      by_columns,
      role as part_role, kind as part_kind, outcome as part,
      count(*) as n,
      count(us) as n_timed,
      sum(us) as sum_us,
      sum(open_us) as sum_open_us,
      count(*) filter (where us <= 2 * 86400000000) as n_48h,
      count(*) filter (where open_us <= 5 * 86400000000) as n_5bd,
      count(received_us) as n_received,
      sum(received_us) as sum_received_us,
      quantile_cont(received_us, 0.5) as median_received_us,
      count(*) filter (where reason = 'held_locally') as n_held_locally,
      count(usd) as n_usd,
      sum(usd)::double as sum_usd,
      count(eur) as n_eur,
      sum(eur)::double as sum_eur
    from timed
    group by all
  ),

  sums as (
    select
      by_columns,
      sum(n_timed) filter (where part_role = 'borrowing') as n_timed,
      sum(sum_us) filter (where part_role = 'borrowing') as sum_us,
      sum(n_timed) filter (where part_role = 'borrowing' and part_kind = 'loan') as n_loans_timed,
      sum(sum_us) filter (where part_role = 'borrowing' and part_kind = 'loan') as loans_us,
      sum(sum_open_us) filter (where part_role = 'borrowing' and part_kind = 'loan') as loans_open_us,
      sum(n_timed) filter (where part_role = 'borrowing' and part_kind = 'copy') as n_copies_timed,
      sum(sum_us) filter (where part_role = 'borrowing' and part_kind = 'copy') as copies_us,
      sum(n_48h) filter (where part_role = 'borrowing' and part_kind = 'copy') as n_copies_48h,
      sum(n_5bd) filter (where part_role = 'borrowing' and part_kind = 'copy') as n_copies_5bd,
      sum(n_received) as n_received,
      sum(sum_received_us) as received_us,
      max(median_received_us) as median_received_us, -- of the one part that has any
      sum(n) filter (where part_role = 'borrowing' and part = 'filled') as n_filled,
      sum(n) filter (where part_role = 'borrowing' and part = 'unfilled') as n_unfilled,
      sum(n) filter (where part_role = 'borrowing' and part = 'cancelled') as n_cancelled,
      sum(n_held_locally) filter (where part_role = 'borrowing' and part in ('unfilled', 'cancelled')) as n_held_locally,
      sum(n) filter (where part_role = 'lending' and part = 'filled') as n_lent,
      sum(n) filter (where part_role = 'lending' and part = 'unfilled') as n_not_lent,
      sum(n) filter (where part_role = 'lending' and part_kind = 'loan') as n_loans_asked,
      sum(n) filter (where part_role = 'lending' and part_kind = 'loan' and part = 'filled') as n_loans_lent,
      sum(n) filter (where part_role = 'lending' and part_kind = 'loan' and part = 'unfilled') as n_loans_not_lent,
      sum(n_usd) filter (where part_role = 'borrowing') as n_borrowed_usd,
      sum(sum_usd) filter (where part_role = 'borrowing') as borrowed_usd,
      sum(n_eur) filter (where part_role = 'borrowing') as n_borrowed_eur,
      sum(sum_eur) filter (where part_role = 'borrowing') as borrowed_eur
    from parts
    group by all
  ),

  counts as (
    select
      * replace (
        coalesce(n_timed, 0)::bigint as n_timed, coalesce(n_loans_timed, 0)::bigint as n_loans_timed,
        coalesce(n_copies_timed, 0)::bigint as n_copies_timed, coalesce(n_received, 0)::bigint as n_received,
        coalesce(n_filled, 0)::bigint as n_filled, coalesce(n_unfilled, 0)::bigint as n_unfilled,
        coalesce(n_cancelled, 0)::bigint as n_cancelled, coalesce(n_lent, 0)::bigint as n_lent,
        coalesce(n_held_locally, 0)::bigint as n_held_locally,
        coalesce(n_not_lent, 0)::bigint as n_not_lent, coalesce(n_loans_asked, 0)::bigint as n_loans_asked,
        coalesce(n_loans_lent, 0)::bigint as n_loans_lent, coalesce(n_loans_not_lent, 0)::bigint as n_loans_not_lent,
        coalesce(n_borrowed_usd, 0)::bigint as n_borrowed_usd,
        coalesce(n_borrowed_eur, 0)::bigint as n_borrowed_eur
      ),
      sum_us / 86400e6 / nullif(n_timed, 0) as mean_days,
      loans_us / 86400e6 / nullif(n_loans_timed, 0) as loans_mean_days,
      loans_open_us / 86400e6 / nullif(n_loans_timed, 0) as loans_mean_business_days,
      copies_us / 86400e6 / nullif(n_copies_timed, 0) as copies_mean_days,
      received_us / 86400e6 / nullif(n_received, 0) as received_mean_days,
      median_received_us / 86400e6 as received_median_days,
      borrowed_usd / nullif(n_borrowed_usd, 0) as per_borrowed_usd,
      borrowed_eur / nullif(n_borrowed_eur, 0) as per_borrowed_eur
    from sums
  ),

  -- A request that was put to a lender has a first one, or the one that it ended with.
  turns as (
    select
      by_columns,
      count(*) filter (where coalesce(position, 1) = 1) as n_asked,
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
        {'own_measure': 'Cost per borrowed item, USD', 'own': per_borrowed_usd, 'own_n': n_borrowed_usd},
        {'own_measure': 'Cost per borrowed item, EUR', 'own': per_borrowed_eur, 'own_n': n_borrowed_eur}
      ], recursive := true)
    from groups
  ),

  published as (
published.sql
  )

select by_columns, measure, unit, own, own_n, lo, hi, population, period, published_in, note
from ours join published on measure = own_measure
