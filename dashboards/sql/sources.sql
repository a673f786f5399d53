-- What the history stands on: one row per library and source system.
with
  requests as (
    select library, source, sum(n)::bigint as n_requests, min(created_day) as first_day, max(created_day) as last_day
    from fact_day
    where as_of = (select as_of from history_state)
    group by all
  ),
  loads as (
    select library, source, count(distinct load_id) as n_loads, max(imported_at) as imported_at
    from import_batch group by all
  )
select r.library, r.source, r.n_requests, r.first_day, r.last_day, l.n_loads, l.imported_at
from requests r left join loads l using (library, source)
order by r.library, r.source;
