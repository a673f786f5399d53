-- The requests behind a number, and what a person needs to look one up. page is of the metric's choice among scope, with
-- days_late where it has a meaning; turnaround is by the clock asked for. No key of a reader, ever, and
-- no department or patron group that few readers have had.
select
  request.source_id,
  page.library,
  page.source,
  page.role,
  page.kind,
  page.network,
  page.partner,
  case when coalesce(page.department, 'unknown') in (select value from small_groups where dimension = 'department') then 'suppressed' else page.department end as department,
  case when coalesce(page.patron_group, 'unknown') in (select value from small_groups where dimension = 'patron_group') then 'suppressed' else page.patron_group end as patron_group,
  page.status,
  page.outcome,
  page.reason,
  page.filled_by,
  page.created_at,
  page.sent_at,
  page.shipped_at,
  page.received_at,
  page.available_at,
  page.outcome_at,
  page.due_day,
  page.returned_at,
  page.waited_us / 86400e6 as turnaround_days,
  page.days_late,
  request.title,
  request.container
from page join request using (request_id)
