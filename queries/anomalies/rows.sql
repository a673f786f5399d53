-- The requests that are counted, those of the month under way among them.
select *, null::integer as days_late from scope where in_span and created_day is not null
