-- The attempts as they stood at $as_of: a lender that was asked later was not asked, an answer that came later, or that
-- ended a request which was still open, had not come.
select
  scope.*, attempt.position, attempt.lender, attempt.asked_at,
  case when attempt.answered_at <= $as_of::timestamp then attempt.answered_at end as answered_at,
  case
    when attempt.answered_at <= $as_of::timestamp then attempt.answer
    when attempt.answered_at > $as_of::timestamp or scope.outcome = 'open' then 'open'
    else attempt.answer
  end as answer,
  attempt.was_conditional and coalesce(attempt.answered_at <= $as_of::timestamp, scope.outcome <> 'open') as was_conditional
from scope join attempt using (request_id)
where coalesce(attempt.asked_at <= $as_of::timestamp, true)
