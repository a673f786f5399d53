-- The history as it stood at $as_of. What was created later does not exist; a milestone or outcome dated later has not
-- happened. A request without a creation date exists from its earliest date. A status is known only as it is now, so
-- that one which may have changed since is null; a loan whose return has no date is back once it was closed.
with
  existing as (
    select *, outcome_at > $as_of::timestamp is true as is_reopened
    from fact_request
    where created_at <= $as_of::timestamp
    union all
    select *, outcome_at > $as_of::timestamp is true
    from fact_request
    where created_at is null
      and coalesce(least(sent_at, shipped_at, received_at, available_at, returned_at, closed_at, outcome_at), $as_of::timestamp) <= $as_of::timestamp
  )
select
  * exclude (is_reopened) replace (
    case when is_reopened then 'open' else outcome end as outcome,
    case when not is_reopened then outcome_at end as outcome_at,
    case when not is_reopened then outcome_day end as outcome_day,
    outcome_dated and not is_reopened as outcome_dated,
    case when not is_reopened then filled_by end as filled_by,
    case when not is_reopened then reason end as reason,
    case when not is_reopened then turnaround_us end as turnaround_us,
    case when not is_reopened then business_us end as business_us,
    case when greatest(outcome_at, returned_at, closed_at) <= $as_of::timestamp then status end as status,
    case when sent_at <= $as_of::timestamp then sent_at end as sent_at,
    case when shipped_at <= $as_of::timestamp then shipped_at end as shipped_at,
    case when received_at <= $as_of::timestamp then received_at end as received_at,
    case when available_at <= $as_of::timestamp then available_at end as available_at,
    case when returned_at <= $as_of::timestamp then returned_at end as returned_at,
    case when closed_at <= $as_of::timestamp then closed_at end as closed_at,
    is_back and coalesce(returned_at, closed_at, $as_of::timestamp) <= $as_of::timestamp as is_back
  )
from existing
