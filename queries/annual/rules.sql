  -- each under one rule: counted, or the first reason that holds why not
  ruled as (
    select
      *,
      case part_role when 'lending' then 'provided' else 'received' end as direction,
      case part_kind when 'loan' then 'returnable' when 'copy' then 'nonreturnable' else 'unknown' end as form,
      case
        when part_outcome = 'open' then 'open'
        when part_outcome <> 'filled' then 'not_filled'
        when part_role <> 'lending' and part_filled_by = 'purchase' then 'commercial'
        when part_role <> 'lending' and part_filled_by = 'open_access' then 'open_access'
        when part_role = 'docdel' and part_filled_by = 'local' then 'document_delivery'
        when part_role <> 'lending' and part_filled_by = 'local' then 'local'
        when part_role <> 'lending' and part_filled_by <> 'lender' then 'unknown_supplier'
        when is_own then 'own_library'
        else 'counted'
      end as rule
    from parts
  )
