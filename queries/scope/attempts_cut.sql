-- The attempts as they stood at $as_of: a request that was first sent later was put to nobody, a lender that was asked
-- later was not asked, an answer that came later, or that ended a request which was still open, had not come. A condition
-- had come before the supply that followed it.
select
  scope.*, attempt.position, attempt.lender, attempt.asked_at,
  case when attempt.answered_at <= $as_of::timestamp then attempt.answered_at end as answered_at,
  case
    when attempt.answered_at <= $as_of::timestamp and attempt.answer = 'filled' and attempt.was_conditional and scope.outcome = 'open'
      and scope.shipped_at is null and (scope.kind = 'loan' or scope.available_at is null) then 'conditional'
    when attempt.answered_at <= $as_of::timestamp then attempt.answer
    when attempt.answered_at > $as_of::timestamp or scope.outcome = 'open' then 'open'
    else attempt.answer
  end as answer,
  attempt.was_conditional and coalesce(attempt.answered_at <= $as_of::timestamp, scope.outcome <> 'open') as was_conditional
from scope
join attempt using (request_id)
anti join (from attempt where position = 1 and asked_at > $as_of::timestamp) as unsent using (request_id)
where coalesce(attempt.asked_at <= $as_of::timestamp, true)
