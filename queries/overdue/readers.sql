-- The loans that are out, and those due in the span.
select scope.*
from scope
where kind = 'loan' and outcome = 'filled' and role in ('borrowing', 'lending') and (in_span or returned_at is null and not is_back)
