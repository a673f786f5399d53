-- Who stands behind an outcome on the days given, which are those with few readers: ranges of days from 1970 for each
-- unit. The caller writes the statement of the rows in: asked.sql, or an outcome's own.
select distinct unit, day, patron_key
from (rows_of_readers)
join (
  select unnest($units::varchar[]) as unit, unnest($first_days::bigint[]) as first_day, unnest($last_days::bigint[]) as last_day
) using (unit)
where day between first_day and last_day and patron_key is not null
