-- Readers by unit, by the stretch of days in which they asked and the one in which they last asked before (null: none).
-- The stretches lie between the bounds of all spans that are read, so that the readers of a span are those who asked in
-- one of its stretches and last before the span. A request without a reader's key is a reader of its own.
with
  stretches as (
    select from_day, lead(from_day) over (order by from_day) as to_day, row_number() over (order by from_day) - 1 as stretch
    from (select unnest($bounds::date[]) as from_day)
  ),

  calendar as (
    select unnest(range(from_day::timestamp, to_day::timestamp, to_days(1)))::date as created_day, stretch
    from stretches
    where to_day is not null
  ),

  visits as (
    select unit, patron_key, stretch, count(*) as n
    from counted join calendar using (created_day)
    where list_contains($units::varchar[], unit)
    group by all
  ),

  followed as (
    select *, lag(stretch) over (partition by unit, patron_key order by stretch) as stretch_before
    from visits
    where patron_key is not null
  )

select unit, stretch, stretch_before, count(*) as n
from followed
group by all
union all
select unit, stretch, null, sum(n)::bigint
from visits
where patron_key is null
group by all
