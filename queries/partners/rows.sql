-- The requests that were put to a lender, borrowed from one or lent.
select scope.*, null::integer as days_late
from scope
where outcome = 'filled' and (role = 'lending' or role = 'borrowing' and filled_by = 'lender')
  or request_id in (select request_id from attempt where coalesce(position, 1) = 1 and coalesce(asked_at <= $as_of::timestamp, true))
