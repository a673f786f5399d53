-- What was lent and what was borrowed.
select *, null::integer as days_late
from scope
where is_outcome and outcome = 'filled' and (role = 'lending' or (role = 'borrowing' and filled_by = 'lender'))
