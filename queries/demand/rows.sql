-- Every request of the scope.
select *, null::integer as days_late from scope
