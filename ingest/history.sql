-- What there is after a load, and what the metrics have to leave out of it.
select
  count(*) as n_requests,
  count(*) filter (where outcome = 'filled' and turnaround_us is null) as n_undetermined,
  count(*) filter (where is_negative) as n_negative
from fact_request
