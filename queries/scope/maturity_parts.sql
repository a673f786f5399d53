-- The requests of each group by role and outcome, from the facts.
select by_columns, role as part_role, outcome as part, count(*) as n, any_value(bucket_end) as ends_at
from scope
group by all
