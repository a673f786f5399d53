-- The requests that a check of single requests has found, whichever it is. Duplicates are not among them, nor what was
-- refused.
select *, null::integer as days_late
from scope
where created_at is null
  or outcome = 'filled' and turnaround_us is null
  or is_negative
  or status = 'unknown'
  or kind = 'unknown'
  or outcome = 'filled' and (role = 'lending' or role = 'borrowing' and filled_by = 'lender') and coalesce(partner, 'unknown') = 'unknown'
  or outcome in ('unfilled', 'cancelled') and coalesce(reason, 'unknown') = 'unknown'
  or role <> 'lending' and 'unknown' in (coalesce(patron_group, 'unknown'), coalesce(department, 'unknown'))
