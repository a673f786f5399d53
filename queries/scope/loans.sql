-- Filled loans by the day they are due, counted: a row stands for n loans of which it is known that they are out, or when
-- they came back.
select *, due_day as counted_day, 'loan' as kind from loan_day
