-- The finished figures of each month.
with
  shown as (
    select by_columns, stage, position, n, n_undetermined, median_days, p90_days, mean_days, share, is_bottleneck
    from figures
  )

select shown.*, provisional
from shown left join maturity on same_group(shown, maturity)
