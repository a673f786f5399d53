-- Do we give as much as we take? Filled requests of both sides; what a borrowing request got without a lender was not
-- borrowed. Counting by role, kind and filler first is several times faster than telling the sides apart row by row.
with
  parts as (
    select by_columns, role as part_role, kind as part_kind, filled_by as part_filled_by, count(*) as n
    from scope
    where is_outcome and outcome = 'filled'
    group by all
  ),

  sides as (
    select
      by_columns,
      part_kind,
      sum(n) filter (where part_role = 'lending') as n_lent,
      sum(n) filter (where part_role = 'borrowing' and part_filled_by = 'lender') as n_borrowed
    from parts
    group by all
  ),

  groups as (
    select
      by_columns,
      coalesce(sum(n_lent), 0)::bigint as lent,
      coalesce(sum(n_borrowed), 0)::bigint as borrowed,
      coalesce(sum(n_lent) filter (where part_kind = 'loan'), 0)::bigint as lent_loans,
      coalesce(sum(n_borrowed) filter (where part_kind = 'loan'), 0)::bigint as borrowed_loans,
      coalesce(sum(n_lent) filter (where part_kind = 'copy'), 0)::bigint as lent_copies,
      coalesce(sum(n_borrowed) filter (where part_kind = 'copy'), 0)::bigint as borrowed_copies
    from sides
    where n_lent > 0 or n_borrowed > 0
    group by all
  ),

  net as (
    select
      by_columns,
      lent, borrowed, lent - borrowed as net, lent / nullif(borrowed, 0) as ratio,
      lent_loans, borrowed_loans, lent_loans - borrowed_loans as net_loans,
      lent_copies, borrowed_copies, lent_copies - borrowed_copies as net_copies
    from groups
  )

select net.*, provisional
from net left join maturity on same_group(net, maturity)
