-- The plainest scan of what the metric needs: the columns that the list shows or is ordered by, of the 500 that waited
-- longest, and their number and title.
with
  waits as (
    select request_id, library, role, kind, outcome, status, partner, created_at, outcome_at, turnaround_us
    from fact_request
    where outcome in ('filled', 'open') and created_day >= $1::date and created_day < $2::date and $3 is not null
    order by outcome, turnaround_us desc
    limit 500
  )
select *
from waits join (select request_id, source_id, title, container from request) using (request_id)
