,

  -- The worst first: open ones before ended ones, then by days over. sorted_by says both in one number.
  sorted as (
    select
      by_columns,
      request_id, library, role, kind, outcome, status, coalesce(partner, 'unknown') as partner, created_at, outcome_at,
      waited_us / 86400e6 as waited_days,
      target_days,
      waited_days - target_days as days_over,
      days_over + case when outcome = 'open' then 1e9 else 0 end as sorted_by
    from late
  ),

  -- The list is cut before the wide table is read; ties are kept until the requests' own numbers are there.
  cuts as (
    select by_columns, list_min(max(sorted_by, least(greatest($top, 1), 999999))) as least_sorted_by
    from sorted
    group by all
  ),

  foremost as (
    select sorted.*
    from sorted join cuts on same_group(sorted, cuts) and ($top not between 1 and 999999 or sorted_by >= least_sorted_by)
  ),

  listed as (
    select foremost.*, source_id, title, container
    from foremost join (select request_id, source_id, title, container from request) using (request_id)
    qualify $top = 0
      or row_number() over (partition by by_columns, true order by outcome = 'open' desc, days_over desc, library, source_id, request_id) <= $top
  )

select
  by_columns,
  source_id, library, role, kind, outcome, status, partner, created_at, outcome_at, waited_days, target_days, days_over, title, container
from listed
