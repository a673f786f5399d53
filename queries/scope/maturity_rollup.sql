-- The requests of each group by role and outcome, from the days.
select by_columns, role as part_role, outcome as part, sum(n) as n, any_value(bucket_end) as ends_at
from days
group by all
