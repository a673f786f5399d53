-- When do requests come in? Every request by weekday and hour of its creation, as the library's clock shows them;
-- both are null where the moment of creation is not known.
with
  -- materialized, as the sum over a group would count anew
  cells as materialized (
    select by_columns, isodow(created_day)::integer as weekday, created_hour as hour, count(*) as n_requests
    from scope
    group by all
  )

select *, n_requests / sum(n_requests) over (partition by by_columns, true) as share
from cells
