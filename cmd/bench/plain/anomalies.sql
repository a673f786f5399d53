-- The plainest scan of what the metric needs: the day of creation, counted by month, for what was to be expected; and
-- requests and readers by each dimension that could explain a month, of the newest month and the month a year before it.
with
  months as (
    select date_trunc('month', created_day) as month, count(*) as n
    from fact_request
    where created_day >= $1::date and created_day < $2::date and $3 is not null
    group by all
  )
select role, kind, partner, department, patron_group, library, network, count(*), count(patron_key), any_value((select max(n) from months))
from fact_request
where date_trunc('month', created_day) in (date '2025-05-01', date '2024-05-01')
group by grouping sets ((role), (kind), (partner), (department), (patron_group), (library), (network))
