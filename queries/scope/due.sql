-- Every request once, on the day it is due.
select *, due_day as counted_day, true as is_arrival, outcome <> 'open' as is_outcome from facts
