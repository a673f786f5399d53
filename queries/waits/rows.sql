-- The filled requests whose turnaround is known. waited_from and waited_to leave those of some days, by the clock asked
-- for; weekday and hour those that came in then, by the library's clock.
select *, null::integer as days_late
from scope
where is_outcome and outcome = 'filled' and turnaround_us >= 0 and (not $is_business or business_us is not null)
  and case when $is_business then business_us else turnaround_us end >= $waited_from * 86400000000
  and ($waited_to = 0 or case when $is_business then business_us else turnaround_us end < $waited_to * 86400000000)
  and ($weekday = 0 or isodow(created_day) = $weekday) and ($hour = 24 or created_hour = $hour)
