-- Up to when the history counts, and the day that is at the libraries given; the earliest where they lie apart.
select as_of, min(timezone(zone, timezone('UTC', as_of))::date) as today
from history_state left join library on len($libraries::varchar[]) = 0 or list_contains($libraries::varchar[], library)
group by all
