-- The plainest SQL for the same numbers: each date of a filled request is read once, for the quantiles and the mean of
-- the time from one to the next; role, kind and outcome to part them. No cohort, so that the means don't add up.
select
  case when $3 then date_trunc('month', created_day) end as month, role, kind, count(*),
  quantile_cont(epoch_us(sent_at) - epoch_us(created_at), [0.5, 0.9]), avg(epoch_us(sent_at) - epoch_us(created_at)),
  quantile_cont(epoch_us(shipped_at) - epoch_us(sent_at), [0.5, 0.9]), avg(epoch_us(shipped_at) - epoch_us(sent_at)),
  quantile_cont(epoch_us(received_at) - epoch_us(shipped_at), [0.5, 0.9]), avg(epoch_us(received_at) - epoch_us(shipped_at)),
  quantile_cont(epoch_us(available_at) - epoch_us(received_at), [0.5, 0.9]), avg(epoch_us(available_at) - epoch_us(received_at))
from fact_request
where created_day >= $1::date and created_day < $2::date and outcome = 'filled'
group by all
