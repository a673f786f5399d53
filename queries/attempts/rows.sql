-- The borrowing requests that were put to a lender.
select scope.*, null::integer as days_late
from scope
where request_id in (select request_id from attempt where coalesce(position, 1) = 1 and coalesce(asked_at <= $as_of::timestamp, true))
