-- The filled requests whose turnaround is known.
select *, null::integer as days_late
from scope
where is_outcome and outcome = 'filled' and turnaround_us >= 0 and (not $is_business or business_us is not null)
