-- Requests by unit and the local day they were created, with what became of them; and those of other libraries, which
-- no outreach to readers moves. Days are counted from 1970. readers has a bit of 64 set for each reader of whom the
-- outcome is read, several readers sharing one: no fewer readers than bits. n_unknown are those without a key.
select
  false as is_lending,
  unit,
  created_day - date '1970-01-01' as day,
  count(*) as n,
  count(*) filter (where outcome = 'filled') as n_filled,
  count(*) filter (where outcome = 'unfilled') as n_unfilled,
  count(*) filter (where outcome = 'cancelled' and reason = 'held_locally') as n_held_locally,
  count(*) filter (where outcome = 'open') as n_open,
  coalesce(bit_or(1::ubigint << (patron_key & 63)::ubigint) filter (where is_read), 0) as readers,
  count(*) filter (where is_read and patron_key is null) as n_unknown
from counted
where created_day >= $from::date and created_day < $to::date
group by all
union all
select true, '', created_day - date '1970-01-01' as day, count(*), 0, 0, 0, 0, 0, 0
from fact_request
where role = 'lending'
  and (reason is null or reason not in ('duplicate', 'created_in_error'))
  and (len($lenders::varchar[]) = 0 or list_contains($lenders::varchar[], library))
  and created_day >= $from::date and created_day < $to::date
group by all
