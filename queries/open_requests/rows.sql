-- The open requests, all of them.
select *, null::integer as days_late from scope where outcome = 'open'
