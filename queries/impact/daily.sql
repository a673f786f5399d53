-- An outcome that has rows of its own (unit, day, patron_key, x and n; the caller writes its statement in) by unit and day;
-- readers and n_unknown as in days.sql.
select
  unit,
  day,
  sum(x)::bigint as x,
  sum(n)::bigint as n,
  coalesce(bit_or(1::ubigint << (patron_key & 63)::ubigint), 0) as readers,
  count(*) filter (where patron_key is null) as n_unknown
from (rows_of_readers)
group by all
