-- The requests that an outcome is read of, by the day they were created.
select unit, created_day - date '1970-01-01' as day, patron_key
from counted
where is_read and created_day >= $from::date and created_day < $to::date
