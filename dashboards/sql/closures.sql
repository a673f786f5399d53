-- Days on end on which a library was closed. A weekend between two closures belongs to them; a run has its first day's name.
with
  days as (
    select library, day, name, lag(day) over (partition by library order by day) as day_before
    from closure
  ),
  begun as (
    select
      library, day, name,
      sum(case
        when day - day_before = 1 then 0
        when day - day_before = 2 and isodow(day_before) in (5, 6) then 0
        when day - day_before = 3 and isodow(day_before) = 5 then 0
        else 1
      end) over (partition by library order by day) as run
    from days
  )
select library, min(day) as first_day, cast(max(day) + 1 as date) as day_after, coalesce(arg_min(name, day), '') as name
from begun
group by library, run
order by first_day, library;
