-- t95 of each role: the 95th percentile of the time to an outcome, over the outcomes of the 365 days before as_of. Of the
-- whole history, whatever the filter.
select role as usual_role, to_microseconds(quantile_cont(epoch_us(outcome_at) - epoch_us(created_at), 0.95)::bigint) as t95
from facts
where outcome_at >= $as_of::timestamp - to_days(365) and outcome_dated and outcome_at >= created_at
group by role
