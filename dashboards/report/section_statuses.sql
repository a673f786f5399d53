-- Statuses that no profile lists, as the source writes them. They count as open.
select library, source, role, coalesce(status, 'unknown') as status, n_requests
from unknown_status
order by n_requests desc, library, source, role, status
