-- The requests behind a number, and what a person needs to look one up. hits is the metric's choice among scope, with
-- days_late where it has a meaning. No key of a reader, ever.
select
  request.source_id,
  hits.library,
  hits.source,
  hits.role,
  hits.kind,
  hits.network,
  hits.partner,
  hits.department,
  hits.patron_group,
  hits.status,
  hits.outcome,
  hits.reason,
  hits.filled_by,
  hits.created_at,
  hits.sent_at,
  hits.shipped_at,
  hits.received_at,
  hits.available_at,
  hits.outcome_at,
  hits.due_day,
  hits.returned_at,
  hits.turnaround_us / 86400e6 as turnaround_days,
  hits.days_late,
  request.title,
  request.container
from hits join request using (request_id)
