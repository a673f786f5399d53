-- What an annual survey may count: with basis=period what ended in the span, as what is open belongs to no span.
with
  marked as (
    select
      *,
      -- the partner is the library itself, or one of its branches
      coalesce(lower(partner_group) in ('own', 'branch'), false) or coalesce(partner = upper(library), false) as is_own
    from scope
    where is_outcome or not $is_period
  ),

