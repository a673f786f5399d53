  -- counted before they are put under a rule, which is several times faster than row by row
  parts as (
    select by_columns, role as part_role, kind as part_kind, outcome as part_outcome, filled_by as part_filled_by, is_own, count(*) as n
    from marked
    group by all
  ),

