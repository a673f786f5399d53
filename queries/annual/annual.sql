-- What did the library provide to others and receive from them, as surveys count it? The requests of each rule.
, groups as (
    select by_columns, direction, form, rule, sum(n)::bigint as n
    from ruled
    group by all
  )

select groups.*, provisional
from groups left join maturity on same_group(groups, maturity)
