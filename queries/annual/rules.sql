-- Whether an annual survey counts a request, and if not, why: each request of the scope falls under one rule. With
-- basis=period what ended in the span counts, and what is open belongs to no span.
with
  ruled as (
    select
      *,
      case role when 'lending' then 'provided' else 'received' end as direction,
      case kind when 'loan' then 'returnable' when 'copy' then 'nonreturnable' else 'unknown' end as form,
      -- the library itself, or one of its branches
      coalesce(lower(partner_group) in ('own', 'branch'), false) or coalesce(upper(partner) = upper(library), false) as is_own,
      case
        when outcome = 'open' then 'open'
        when outcome <> 'filled' then 'not_filled'
        when role <> 'lending' and filled_by = 'purchase' then 'commercial'
        when role <> 'lending' and filled_by = 'open_access' then 'open_access'
        when role = 'docdel' and filled_by = 'local' then 'document_delivery'
        when role <> 'lending' and filled_by = 'local' then 'local'
        when role <> 'lending' and filled_by <> 'lender' then 'unknown_supplier'
        when is_own then 'own_library'
        else 'counted'
      end as rule
    from scope
    where is_outcome or not $is_period
  )
