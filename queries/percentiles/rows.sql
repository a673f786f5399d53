-- The filled requests, measured or not.
select *, null::integer as days_late from scope where is_outcome and outcome = 'filled'
