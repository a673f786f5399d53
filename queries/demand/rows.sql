-- Every request of the scope. weekday and hour leave those of a cell, by the library's clock.
select *, null::integer as days_late
from scope
where ($weekday = 0 or isodow(created_day) = $weekday) and ($hour = 24 or created_hour = $hour)
