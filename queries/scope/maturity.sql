-- Whether a group's figures will still move: over 5 % of its requests are open, or its bucket ended less than t95 before
-- as_of; of several roles the longest t95. From a table of each group's requests by role and outcome: part_role, part, n,
-- ends_at.
select
  by_columns,
  coalesce(
    (not $is_period and 20 * coalesce(sum(n) filter (where part = 'open'), 0) > sum(n))
      or $as_of::timestamp - case when $is_period then to_microseconds(0) else coalesce(max(t95), to_microseconds(0)) end
        < coalesce(any_value(ends_at), $as_of::timestamp),
    false
  ) as provisional
from parts left join usual on usual_role = part_role
group by all
