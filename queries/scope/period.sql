-- Every request on the day it was created, and again, as an outcome, on the day it ended.
select *, created_day as counted_day, true as is_arrival, false as is_outcome from facts
union all
select *, outcome_day as counted_day, false as is_arrival, true as is_outcome from facts where outcome <> 'open'
