-- The filled requests that pass stages, measured or not.
select *, null::integer as days_late
from scope
where is_outcome and outcome = 'filled' and (role <> 'borrowing' or filled_by = 'lender')
