-- Every request of the scope, counted by role and outcome: from the facts. Counting by outcome first is several times
-- faster than four conditional counts.
with
  parts as (
    select by_columns, role as part_role, outcome as part, is_arrival, is_outcome, count(*) as n, any_value(bucket_end) as ends_at
    from scope
    group by all
  ),

