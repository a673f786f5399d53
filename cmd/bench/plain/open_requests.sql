-- The plainest scan of what the metric needs: the columns of the open requests that the list shows or is ordered by, and the
-- number and title of the oldest 500.
with
  waiting as (
    select request_id, library, role, kind, status, partner, created_at, need_by, rush, patron_group
    from fact_request
    where outcome = 'open' and created_day >= $1::date and created_day < $2::date and $3 is not null
    order by created_at
    limit 500
  )
select *
from waiting join (select request_id, source_id, title, container from request) using (request_id)
