-- The requests that ended without supply.
select *, null::integer as days_late from scope where is_outcome and outcome in ('unfilled', 'cancelled')
