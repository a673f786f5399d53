-- The finished figures of each month.
with
  shown as (
    select by_columns, n_filled, n, n_undetermined, n_negative, median_days, p90_days, mean_days, share_within_sla
    from figures
  )

select shown.*, provisional
from shown left join maturity on same_group(shown, maturity)
