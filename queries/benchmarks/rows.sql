-- The requests that ours is computed from.
select *, null::integer as days_late from scope where role in ('borrowing', 'lending')
