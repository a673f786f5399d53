-- the newest date of a history, and the zone that most of its requests were made in, with the closed days of the library that has
-- most requests there; a row at least
with used as (
  select library.library, library.zone, coalesce(choice_count.n, 0) as n_requests
  from library left join choice_count on choice_count.dimension = 'library' and choice_count.value = library.library
), zone as (
  select zone, sum(n_requests) as n_requests from used group by zone
), busiest as (
  select used.library, used.zone
  from used join zone using (zone)
  order by zone.n_requests desc, used.zone, used.n_requests desc, used.library
  limit 1
)
select history_state.as_of, busiest.zone, strftime(closure.day, '%Y-%m-%d') as day
from history_state
left join busiest on true
left join closure on closure.library = busiest.library
order by day
