  -- the requests themselves, so that the readers behind a rule can be counted
  parts as (
    select *, role as part_role, kind as part_kind, outcome as part_outcome, filled_by as part_filled_by
    from marked
  ),

