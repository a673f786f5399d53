-- Every borrowing request.
select *, null::integer as days_late from scope where role = 'borrowing'
