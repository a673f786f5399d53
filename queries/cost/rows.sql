-- The filled requests, with a cost or without.
select *, null::integer as days_late from scope where is_outcome and outcome = 'filled'
